/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Lines of text of a given width, for people.
 *
 * A line is put together from pieces; what does not fit is cut and ends in
 * "...", except in flowing text, which goes on in the next line at the page's
 * indentation.  Width is counted in columns of a terminal.  Text from the wire
 * goes through page_span(), which shows control characters as \x1b and the
 * like, so that nobody's User-Agent can write on the terminal.
 */
#ifndef REPORT_PAGE_H
#define REPORT_PAGE_H

#include "base/addr.h"
#include "report/out.h"

enum page_style {
	PAGE_PLAIN,
	PAGE_BOLD,
	PAGE_BAD,
	PAGE_GOOD,
	PAGE_DIM,
	PAGE_WARN
};

struct page {
	struct out *out;
	unsigned columns;
	bool colour;
	enum page_style style; /* of what is put from now on */
	unsigned at;           /* columns of this line that are used */
	unsigned blanks;       /* that wait for something to follow */
	bool cut;              /* this line is full */
};

void page_init(struct page *p, struct out *out, unsigned columns, bool colour);
/* Pieces of a line. */
void page_str(struct page *p, const char *s);
void page_span(struct page *p, struct rs_span s);
void page_printf(struct page *p, const char *format, ...)
    __attribute__((format(printf, 2, 3)));
/* A piece in a style. */
void page_styled(struct page *p, enum page_style style, const char *s);
/* At most `most` columns of s; cut with "..." where it is longer. */
void page_span_most(struct page *p, struct rs_span s, unsigned most);
/* Blanks up to that column; at least one where something was put. */
void page_to(struct page *p, unsigned column);
void page_end(struct page *p);
/* Columns that s takes. */
unsigned page_width(struct rs_span s);
/*
 * Flowing text from where the line is: words go to a next line, indented,
 * when they do not fit.  Does not end the last line.
 */
void page_flow(struct page *p, unsigned indent, struct rs_span s);
/*
 * Puts s into this line, or, where it does not fit whole, into a next one
 * that is indented, and goes on in more of them where it is wider than one.
 * `glue` comes between it and what was put before.
 */
void page_item(
    struct page *p, unsigned indent, const char *glue, const char *s);

/* Forms of numbers: 41 218; 97 ms, 1 870 ms, 17.5 s; 58 min 12 s. */
enum { PAGE_TEXT = 48 };
const char *page_number(char out[PAGE_TEXT], int64_t v);
const char *page_ms(char out[PAGE_TEXT], int64_t ns);
const char *page_duration(char out[PAGE_TEXT], int64_t ns);
/* 5.6 % from tenths. */
const char *page_percent(char out[PAGE_TEXT], int64_t tenths);
/* 14:47:21.489, and 2023-09-04 14:02:11 */
const char *page_clock(char out[PAGE_TEXT], rs_time t);
const char *page_date(char out[PAGE_TEXT], rs_time t);

#endif
