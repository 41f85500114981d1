/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The parts of the text report, and what they share.  Only text*.c read this.
 */
#ifndef REPORT_TEXT_PART_H
#define REPORT_TEXT_PART_H

#include "report/page.h"
#include "report/text.h"

#include <glib.h>

struct text_causes;

struct text {
	const struct text_input *in;
	struct text_causes *causes;
	struct page page;
	bool many_files; /* frames are named with their file */
	bool many_days;  /* times are named with their date */
};

/* Of a sum that is absent, 0. */
static inline int64_t
text_sum(int64_t v)
{
	return v == REC_ABSENT ? 0 : v;
}

/* The sum of a list of counts. */
int64_t text_total(const struct rec_list *l);
/* The count of that name in a list of counts, or 0. */
int64_t text_count(const struct rec_list *l, const char *name);
/* "#17", or "#1:17" where there are several files. */
void text_frame(struct text *t, struct rs_frame f);
/* The same to s: "#17", "L3673" of a log; with its file where there are
   several. */
void text_frame_name(const struct text *t, GString *s, struct rs_frame f);
/* Files, interfaces and folders of which there is something to be said. */
void text_files(struct text *t, const struct rec_coverage *c);
/* Of each log among the files. */
void text_logs(struct text *t, const struct rec_coverage *c);
/* What phones' problem reports say besides. */
void text_problems(struct text *t, const struct rec_coverage *c);
/* The configurations that a phone went for, by its log. */
void text_resyncs(struct text *t, const struct rec_log *l);
/* 14:47:21.489, or 09-04 14:47:21.489 where there are several days. */
const char *text_clock(const struct text *t, char out[PAGE_TEXT], rs_time at);
/* Underscores as blanks: "timed_out" reads "timed out". */
const char *text_words(char out[PAGE_TEXT], const char *name);

/* "1 packet", "41 218 packets" */
const char *text_many(char out[PAGE_TEXT], int64_t n, const char *one);
/* "sbc.example.net (192.0.2.10:8934)"; `name` is x's, or TLS's.  One that only
   the capture file has stands behind, and says so. */
void text_server(GString *s, const struct rec_endpoint *x, struct rs_span name);
/* The name of a file without its directories. */
struct rs_span text_file_name(struct rs_span path);

/* By what it is known in this report: the address that it goes by, or in the
   place of one its hardware address, with no family. */
struct rs_addr text_place_of(const struct rec_phone *p);
/* True when the attempt has that flaw. */
bool text_flawed(const struct rec_registration *r, const char *name);
/* A line with its other addresses, if any. */
void text_also(struct text *t, const struct rec_phone *p);

void text_coverage(struct text *t);
/* The line that says how many phones; what to do where there is nothing. */
void text_headline(struct text *t);
/* Ends that line; another one where an address may be several phones'. */
void text_shared(struct text *t);
void text_sums(struct text *t);
void text_failures(struct text *t);
/* How phones that failed differ from those that registered. */
void text_odd(struct text *t);
/* What went wrong where no attempt failed: with bindings, and phones. */
void text_noted(struct text *t);
/* Code, title and detail; `again`: it was said a few lines above. */
void text_verdict(struct text *t, const struct rec_finding *x, bool again);
void text_advice(struct text *t, const struct rec_finding *x);
/* All of it. */
void text_finding(struct text *t, const struct rec_finding *x);

/* ---- text_causes.c: what stopped a phone before TCP ---- */

struct text_causes *text_causes_new(const struct text *t);
void text_causes_free(struct text_causes *c);
/* The i-th of that phone (0, 1, ...) in the order of stages, which is told of
   now; false past the last one.  It lives as long as the causes. */
bool text_causes_of(struct text_causes *c, const struct rec_phone *p, size_t i,
    const struct rec_finding **x);
/* It was told of. */
bool text_causes_told(const struct text_causes *c, const struct rec_finding *x);
/* What DNS refused that phone, so that it went no further; false: nothing. */
bool text_refused(struct text *t, const struct rec_phone *p);
/* A line that says what an attempt lacks that is not decided. */
void text_undecided(struct text *t, const struct rec_registration *r);
/* A client got no address or no server's, so that it could not get to SIP. */
bool text_stopped_early(struct text *t);

/* What to look at next after a refusal that no finding explains. */
void text_next(struct text *t, const struct rec_registration *r);

/* The messages of a failed attempt, a line each. */
/* c: the connection that it ran over, where that is known. */
void text_ladder_registration(struct text *t, const struct rec_registration *r,
    const struct rec_connection *c);
void text_ladder_handshake(struct text *t, const struct rec_handshake *h);
void text_ladder_connection(struct text *t, const struct rec_connection *c);
/* What became of it, in words, without an end of line. */
void text_outcome(struct page *p, const struct rec_registration *r);
void text_handshake_outcome(struct page *p, const struct rec_handshake *h);
void text_connection_outcome(struct page *p, const struct rec_connection *c);

#endif
