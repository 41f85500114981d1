/* SPDX-License-Identifier: Apache-2.0 */
/* Which format a savefile has is told by its first bytes, never by its name. */
#include "capture/archive.h"
#include "capture/problem.h"
#include "capture/savefile.h"
#include "log/log.h"

#include <string.h>

/* Why these first bytes are no capture: one line, with what to do. */
static const char *
refusal(const uint8_t *head, size_t n)
{
	static const struct {
		const char *magic, *what;
		size_t n;
	} known[] = {
	    {"\xfd\x37zXZ", "compressed: try 'xz -dc FILE | regscan -'", 5},
	    {"BZh", "compressed: try 'bzip2 -dc FILE | regscan -'", 3},
	    {"\x04\x22\x4d\x18", "compressed: try 'lz4 -dc FILE | regscan -'",
		4},
	    {"PK\x03\x04", "an archive: try 'unzip -p FILE | regscan -'", 4},
	    {"GMBU",
		"a Microsoft NetMon capture: try 'editcap -F pcap FILE NEW'",
		4},
	    {"RTSS",
		"a Microsoft NetMon capture: try 'editcap -F pcap FILE NEW'",
		4},
	    {"snoo", "a snoop capture: try 'editcap -F pcap FILE NEW'", 4},
	};
	if (n == 0)
		return "empty: not even the header of a capture is there";
	if (cap_inflate_magic(head, n))
		return "compressed twice: decompress it once";
	for (size_t i = 0; i < G_N_ELEMENTS(known); i++)
		if (n >= known[i].n &&
		    memcmp(head, known[i].magic, known[i].n) == 0)
			return known[i].what;
	return "not a capture: neither pcap nor pcapng, nor a log that is known";
}

static enum cap_result
end(struct savefile *s, enum regscan_error code, GError **error,
    const char *prefix, const char *problem)
{
	s->over = true;
	s->problem = g_strdup_printf("%s: %s%s", s->path, prefix, problem);
	s->info.problem = s->problem;
	g_set_error_literal(error, REGSCAN_ERROR, code, s->problem);
	return CAP_ERROR;
}

static bool
is_problem(struct cap_input *in)
{
	(void)cap_input_peek(in, LOG_PROBE);
	size_t n = MIN(cap_input_left(in), LOG_PROBE);
	const uint8_t *p = n ? cap_input_peek(in, n) : NULL;
	return cap_problem_probe((struct rs_span){p, n});
}

/* A file's first bytes: who reads it from here on. */
static enum cap_result
read_head(struct savefile *s, struct cap_frame *out, GError **error)
{
	const uint8_t *head = cap_input_peek(s->in, 4);
	s->info.compression = cap_input_compression(s->in);
	if (head && pcap_file_magic(head)) {
		pcap_file_begin(s);
		return s->read(s, out, error);
	}
	if (head && pcapng_magic(head)) {
		pcapng_begin(s);
		return s->read(s, out, error);
	}
	/* Of a pipe more may come, or a signal came: reading on would wait. */
	if (head == NULL && cap_input_dry(s->in))
		return CAP_IDLE;
	if (textlog_probe(s->in)) {
		textlog_begin(s, &s->clock);
		return s->read(s, out, error);
	}
	if (cap_input_dry(s->in) && (head == NULL || !s->in->raw->regular))
		return CAP_IDLE;
	const char *problem = cap_input_problem(s->in);
	s->info.cut_short = cap_input_cut(s->in);
	if (problem)
		return end(
		    s, REGSCAN_ERROR_READ, error, "cannot read: ", problem);
	if (is_problem(s->in))
		return end(s, REGSCAN_ERROR_FORMAT, error, "",
		    "of a phone's problem report: name its log or a capture "
		    "as well");
	size_t n = MIN(cap_input_left(s->in), 8);
	head = n ? cap_input_peek(s->in, n) : NULL;
	g_autoptr(GError) why = NULL;
	if (cap_archive_is(s->path) && !cap_archive_list(s->path, NULL, &why))
		return end(s, REGSCAN_ERROR_READ, error, "", why->message);
	return end(s, REGSCAN_ERROR_FORMAT, error, "",
	    cap_archive_is(s->path) ? "an archive without captures and logs"
				    : refusal(head, n));
}

struct cap_source *
cap_file_open(
    const char *path, const struct cap_file_options *o, GError **error)
{
	struct cap_input *in = cap_input_open(path, o, error);
	if (in == NULL)
		return NULL;
	struct cap_source *source = savefile_new(in, path, read_head);
	if (o->clock)
		((struct savefile *)source)->clock = *o->clock;
	return source;
}

bool
cap_file_is_capture(const char *path)
{
	const struct cap_file_options sparing = {.sparing = true};
	struct cap_input *in = cap_input_open(path, &sparing, NULL);
	if (in == NULL)
		return true;
	const uint8_t *head = cap_input_peek(in, 4);
	bool yes = head ? pcap_file_magic(head) || pcapng_magic(head) ||
			      textlog_probe(in)
			: cap_input_problem(in) != NULL;
	cap_input_close(in);
	return yes;
}
