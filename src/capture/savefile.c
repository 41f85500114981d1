/* SPDX-License-Identifier: Apache-2.0 */
#include "capture/savefile.h"

#include <string.h>
#include <sys/stat.h>

enum cap_result
savefile_damaged(struct savefile *s, GError **error, const char *what)
{
	s->over = true;
	g_free(s->problem);
	s->problem = g_strdup_printf("%s after frame %" G_GUINT64_FORMAT
				     " (byte %" G_GUINT64_FORMAT ")",
	    what, s->info.packets + s->others, cap_input_offset(s->in));
	s->info.problem = s->problem;
	g_set_error(error, REGSCAN_ERROR, REGSCAN_ERROR_READ,
	    "%s: %s; what came before is reported", s->path, s->problem);
	return CAP_ERROR;
}

enum cap_result
savefile_ended(struct savefile *s, GError **error)
{
	const char *problem = cap_input_problem(s->in);
	s->info.cut_short |= cap_input_cut(s->in);
	if (problem)
		return savefile_damaged(s, error, problem);
	if (cap_input_dry(s->in))
		return CAP_IDLE;
	if (cap_input_left(s->in) == 0) {
		s->over = true;
		return CAP_END;
	}
	s->info.cut_short = true;
	return savefile_damaged(s, error, "cut short");
}

void
savefile_linktype(struct savefile *s, int linktype)
{
	struct cap_info *i = &s->info;
	for (unsigned k = 0; k < i->n_linktypes; k++)
		if (i->linktypes[k] == linktype)
			return;
	if (i->n_linktypes < G_N_ELEMENTS(i->linktypes))
		i->linktypes[i->n_linktypes++] = linktype;
}

static void
measure(struct savefile *s)
{
	s->done = s->in->raw->offset;
	s->total = s->in->raw->total;
}

/* Its descriptor and its buffer are of use to others. */
static void
let_go(struct savefile *s)
{
	measure(s);
	cap_input_close(s->in);
	s->in = NULL;
}

static enum cap_result
next(struct cap_source *source, struct cap_frame *out, GError **error)
{
	struct savefile *s = (struct savefile *)source;
	if (s->over)
		return CAP_END;
	enum cap_result r = s->read(s, out, error);
	if (r != CAP_FRAME && s->over)
		let_go(s);
	return r;
}

static unsigned
more(struct cap_source *source, struct cap_frame *out, unsigned n,
    rs_time before)
{
	struct savefile *s = (struct savefile *)source;
	return s->in && s->more ? s->more(s, out, n, before) : 0;
}

static void
wait(struct cap_source *source, int timeout_ms)
{
	struct savefile *s = (struct savefile *)source;
	if (s->in)
		cap_raw_wait(s->in->raw, timeout_ms);
}

static const struct cap_info *
info(struct cap_source *source, unsigned i)
{
	struct savefile *s = (struct savefile *)source;
	return i == 0 ? &s->info : NULL;
}

static void
progress(struct cap_source *source, uint64_t *done, uint64_t *total)
{
	struct savefile *s = (struct savefile *)source;
	if (s->in)
		measure(s);
	*done = s->done;
	*total = s->total;
}

static void
close_file(struct cap_source *source)
{
	struct savefile *s = (struct savefile *)source;
	if (s->clear)
		s->clear(s);
	cap_input_close(s->in);
	g_free(s->path);
	g_free(s->problem);
	g_free(s);
}

struct cap_source *
savefile_new(struct cap_input *in, const char *path,
    enum cap_result (*read)(
	struct savefile *, struct cap_frame *out, GError **error))
{
	struct savefile *s = g_new0(struct savefile, 1);
	s->source = (struct cap_source){
	    .next = next,
	    .more = more,
	    .wait = wait,
	    .info = info,
	    .progress = progress,
	    .close = close_file,
	};
	s->in = in;
	s->read = read;
	s->path = g_strdup(path);
	s->info.name = s->path;
	s->info.first = s->info.last = RS_NEVER;
	return &s->source;
}

bool
savefile_again(const struct cap_source *source)
{
	const struct savefile *s = (const struct savefile *)source;
	return s->in && cap_raw_again(s->in->raw);
}

void
savefile_leave(struct cap_source *source)
{
	struct savefile *s = (struct savefile *)source;
	if (s->in == NULL)
		return;
	s->info.cut_short |= cap_input_left(s->in) > 0;
	s->over = true;
	let_go(s);
}

bool
savefile_stat(const struct cap_source *source, struct stat *st)
{
	const struct savefile *s = (const struct savefile *)source;
	return s->in && s->in->raw->fd >= 0 && fstat(s->in->raw->fd, st) == 0;
}
