/* SPDX-License-Identifier: Apache-2.0 */
#include "capture/input.h"

#include <string.h>

/* Large enough that reads are cheap, small enough to stay in the cache; of many
   files that are read at once, small enough that they fit into memory. */
enum { BUFFER = 256 * 1024, SPARING_BUFFER = 16 * 1024 };

GQuark
regscan_error_quark(void)
{
	return g_quark_from_static_string("regscan");
}

struct cap_input *
cap_input_open(
    const char *path, const struct cap_file_options *o, GError **error)
{
	struct cap_raw *raw = cap_raw_open(path, o->sparing, o->follow, error);
	if (raw == NULL)
		return NULL;
	struct cap_input *in = g_new0(struct cap_input, 1);
	in->raw = raw;
	in->size = o->sparing ? SPARING_BUFFER : BUFFER;
	in->buf = g_malloc(in->size);
	return in;
}

void
cap_input_close(struct cap_input *in)
{
	if (in == NULL)
		return;
	cap_inflate_free(in->inflate);
	cap_raw_free(in->raw);
	g_free(in->buf);
	g_free(in);
}

/* At the first bytes: what is compressed goes another way. */
static void
look(struct cap_input *in)
{
	if (in->end < CAP_INFLATE_MAGIC && !in->eof)
		return;
	in->looked = true;
	if (cap_inflate_magic(in->buf, in->end) == NULL)
		return;
	in->inflate = cap_inflate_new(in->buf, in->end);
	in->end = 0;
	in->eof = false;
}

bool
cap_input_fill(struct cap_input *in, size_t n)
{
	if (in->at) {
		memmove(in->buf, in->buf + in->at, in->end - in->at);
		in->end -= in->at;
		in->at = 0;
	}
	if (n > in->size) {
		in->size = n;
		in->buf = g_realloc(in->buf, in->size);
	}
	in->dry = false;
	while (in->end < n && !in->eof && !in->dry) {
		uint8_t *to = in->buf + in->end;
		size_t room = in->size - in->end;
		size_t got = in->inflate ? cap_inflate_read(
					       in->inflate, in->raw, to, room)
					 : cap_raw_read(in->raw, to, room);
		in->end += got;
		in->dry = got == 0 && in->raw->state == CAP_RAW_DRY &&
			  cap_input_problem(in) == NULL;
		in->eof = got == 0 && !in->dry;
		if (!in->looked)
			look(in);
	}
	return in->end >= n;
}

bool
cap_input_dry(const struct cap_input *in)
{
	return in->dry;
}

const char *
cap_input_problem(const struct cap_input *in)
{
	const char *problem =
	    in->inflate ? cap_inflate_problem(in->inflate) : NULL;
	return problem ? problem : in->raw->failed;
}

bool
cap_input_cut(const struct cap_input *in)
{
	return in->inflate && cap_inflate_cut(in->inflate);
}

const char *
cap_input_compression(const struct cap_input *in)
{
	return in->inflate ? cap_inflate_name(in->inflate) : NULL;
}

uint64_t
cap_input_offset(const struct cap_input *in)
{
	return in->taken;
}
