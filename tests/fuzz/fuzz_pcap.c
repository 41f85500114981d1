/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The whole program on a capture file in memory: savefile readers, engine,
 * spool, rules and reports.  The input is the file, so a crash can be handed
 * to regscan as it is, and a capture can be put into the corpus.
 *
 * Two engines of different hash seeds run over it.  The records of the first
 * go to a text and a JSON report, those of the second to JSON and NDJSON.
 * Beyond no crash: there is a report of each, JSON is well-formed and the same
 * with either seed, and nothing of the wire that could move a terminal's
 * cursor is in the text.
 *
 * Where the length of the input is a multiple of 8, the limit of memory is so
 * low that flows, attempts and handshakes are evicted all the time; else it is
 * the lowest that the program takes.
 *
 * For speed, build without nDPI (--without-ndpi: it starts up for every
 * engine), and let spools be in memory: TMPDIR is set to /dev/shm.
 */
#include "config.h"

#include "capture/capture.h"
#include "engine/engine.h"
#include "json_check.h"
#include "net/link.h"
#include "report/out.h"
#include "report/report.h"

#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

enum { LOW = 16 << 20, VERY_LOW = 64 << 10 };

/* One report that an engine's records go to. */
struct paper {
	struct report *report;
	struct rec_sink sink;
	FILE *to;
	char *text;
	size_t n;
};

static void
must(bool holds, const char *what)
{
	if (holds)
		return;
	fprintf(stderr, "fuzz_pcap: %s\n", what);
	abort();
}

static void
paper_new(struct paper *p, enum report_format format, struct related *related)
{
	p->to = open_memstream(&p->text, &p->n);
	must(p->to != NULL, "no stream");
	const struct report_options o = {
	    .format = format,
	    .out = p->to,
	    .all_tls = format != REPORT_TEXT,
	    .columns = 80,
	    .version = "0",
	};
	p->report = report_new(&o, related, NULL);
	must(p->report != NULL, "no report");
	p->sink = report_sink(p->report);
}

static void
paper_finish(struct paper *p, const struct rec_coverage *c)
{
	must(report_finish(p->report, c, NULL), "report not written");
	int status = report_status(p->report);
	must(status == 0 || status == 1 || status == 4, "status");
	report_free(p->report);
	must(fclose(p->to) == 0 && p->n > 0, "report is empty");
}

static void
to_both(void *arg, const struct rec_type *type, const void *rec)
{
	struct paper *p = arg;
	p[0].sink.record(p[0].sink.arg, type, rec);
	p[1].sink.record(p[1].sink.arg, type, rec);
}

static void
add_file(struct rec_coverage *c, struct rec_arena *a, const struct cap_info *i)
{
	struct rec_file *f = rec_list_add(&c->files, a, sizeof *f);
	f->path = rec_arena_text(a, rs_span_str("capture"));
	f->format = rec_arena_text(a, rs_span_str(i->format));
	f->problem = rec_arena_text(a, rs_span_str(i->problem));
	for (unsigned k = 0; k < i->n_linktypes; k++) {
		struct rs_span *t = rec_list_add(&f->link_types, a, sizeof *t);
		const char *name = link_name(i->linktypes[k]);
		*t = rec_arena_text(a, rs_span_str(name ? name : "other"));
	}
	f->packets = (int64_t)i->packets;
	f->bytes = (int64_t)i->bytes;
	f->first = i->first;
	f->last = i->last;
	f->cut_short = i->cut_short ? RS_TRUE : RS_FALSE;
}

static void
add_names(struct paper papers[2], const struct cap_info *info)
{
	for (unsigned k = 0; k < 2 * info->n_names; k++)
		report_name(papers[k & 1].report, &info->names[k / 2].addr,
		    rs_span_str(info->names[k / 2].text));
}

/* As main() does it. */
static void
analyse(const char *path, uint64_t seed, size_t limit, struct paper papers[2],
    const enum report_format formats[2])
{
	struct related *related = related_new(NULL, 0);
	struct rec_sink sink = {to_both, papers};
	const struct engine_options o = {
	    .memory_limit = limit, .related = related, .seed = seed};
	for (int i = 0; i < 2; i++)
		paper_new(&papers[i], formats[i], related);
	struct engine *e = engine_new(&o, &sink);
	struct cap_source *source = cap_files_open(&path, 1, false);
	struct cap_frame f;
	enum cap_result got;
	do {
		g_autoptr(GError) error = NULL;
		got = source->next(source, &f, &error);
		if (got == CAP_FRAME)
			engine_packet(e, &f);
		else if (got == CAP_ERROR)
			must(error && strchr(error->message, '\n') == NULL,
			    "an error is one line");
	} while (got != CAP_END);

	struct rec_arena arena;
	struct rec_coverage c;
	rec_arena_init(&arena, NULL, NULL);
	rec_init(&rec_coverage_type, &c);
	engine_finish(e);
	add_file(&c, &arena, source->info(source, 0));
	engine_coverage(e, &c, &arena);
	add_names(papers, source->info(source, 0));
	for (int i = 0; i < 2; i++)
		paper_finish(&papers[i], &c);
	rec_arena_clear(&arena);
	engine_free(e);
	source->close(source);
	related_free(related);
}

static void
check_text(const struct paper *p)
{
	struct rs_span s = {(const uint8_t *)p->text, p->n};
	while (s.n) {
		size_t used;
		uint32_t c = utf8_next(s, &used);
		must(c != UTF8_BAD, "text is not UTF-8");
		must(c == '\n' || !utf8_is_control(c), "controls in the text");
		s = rs_span_from(s, used);
	}
}

static void
check_lines(const struct paper *p)
{
	const char *end;
	for (const char *s = p->text; s < p->text + p->n; s = end + 1) {
		end = strchr(s, '\n');
		must(end != NULL, "the last line has no end");
		must(json_valid(s, (size_t)(end - s)), "ndjson");
	}
}

/* What the reports say of memory itself depends on the seed in no way either,
   so that they are compared whole. */
int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static const enum report_format first[2] = {REPORT_JSON, REPORT_TEXT},
					second[2] = {
					    REPORT_JSON, REPORT_NDJSON};
	size_t limit = size % 8 ? LOW : VERY_LOW;
	struct paper a[2], b[2];
	char path[40];
	int fd = memfd_create("capture", MFD_CLOEXEC);
	must(fd >= 0 && write(fd, data, size) == (ssize_t)size, "memfd");
	snprintf(path, sizeof path, "/proc/self/fd/%d", fd);
	if (access("/dev/shm", W_OK) == 0)
		g_setenv("TMPDIR", "/dev/shm", FALSE);

	analyse(path, 1, limit, a, first);
	analyse(path, 2, limit, b, second);
	close(fd);
	must(json_valid(a[0].text, a[0].n), "json");
	if (a[0].n != b[0].n || memcmp(a[0].text, b[0].text, a[0].n) != 0) {
		fprintf(stderr, "%s\n---\n%s\n", a[0].text, b[0].text);
		must(false, "another report with another hash seed");
	}
	check_text(&a[1]);
	check_lines(&b[1]);
	for (int i = 0; i < 2; i++) {
		free(a[i].text);
		free(b[i].text);
	}
	return 0;
}
