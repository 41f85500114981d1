/* SPDX-License-Identifier: Apache-2.0 */
/* What was wrong with files and interfaces, what else was in folders, and what
   people wrote into captures. */
#include "report/text_part.h"

#include <glib.h>

enum { NAMED = 4 }; /* of other files, of comments */

static void
files(struct text *t, const struct rec_coverage *c)
{
	const struct rec_file *f = c->files.v;
	for (uint32_t i = 0; i < c->files.n; i++) {
		if (f[i].problem.p == NULL && f[i].cut_short != RS_TRUE)
			continue;
		t->page.style = PAGE_WARN;
		if (f[i].problem.p) {
			/* those that could not be opened name it themselves */
			if (c->files.n > 1 && f[i].packets > 0) {
				page_span(&t->page, text_file_name(f[i].path));
				page_str(&t->page, ": ");
			}
			page_flow(&t->page, 2, f[i].problem);
		} else {
			page_flow(&t->page, 2, f[i].path);
			page_flow(&t->page, 2,
			    RS_LIT(
				" is cut short: its last packet is not whole"));
		}
		t->page.style = PAGE_PLAIN;
		page_end(&t->page);
	}
}

/* Interfaces that were not there all the time. */
static void
outages(struct text *t, const struct rec_coverage *c)
{
	const struct rec_file *f = c->files.v;
	char a[PAGE_TEXT];
	for (uint32_t i = 0; i < c->files.n; i++) {
		double away = (double)text_sum(f[i].away) / (double)RS_SEC;
		if (text_sum(f[i].outages) == 0 && away == 0)
			continue;
		t->page.style = PAGE_WARN;
		page_span(&t->page, f[i].path);
		bool began = text_sum(f[i].outages);
		page_printf(&t->page, " was %s%s",
		    began ? "down " : "still down",
		    began ? text_many(a, f[i].outages, "time") : "");
		if (away > 0) /* else it was over before it was noticed */
			page_printf(&t->page, ", %.1f s in all", away);
		t->page.style = PAGE_PLAIN;
		page_end(&t->page);
	}
}

/* What else was in the folders. */
static void
skipped(struct text *t, const struct rec_coverage *c)
{
	const struct rs_span *path = c->skipped.v;
	char a[PAGE_TEXT];
	if (text_sum(c->files_skipped) == 0)
		return;
	page_printf(&t->page, "%s skipped, being no captures:",
	    text_many(a, c->files_skipped, "file"));
	for (uint32_t i = 0; i < c->skipped.n && i < NAMED; i++) {
		struct rs_span name = text_file_name(path[i]);
		page_str(&t->page, i ? ", " : " ");
		page_flow(&t->page, 2, name);
	}
	if (c->files_skipped > NAMED)
		page_str(&t->page, ", ...");
	page_end(&t->page);
}

/* What people wrote into the files. */
static void
comments(struct text *t, const struct rec_coverage *c)
{
	const struct rec_file *f = c->files.v;
	unsigned left = NAMED;
	for (uint32_t i = 0; i < c->files.n; i++) {
		const struct rec_comment *say = f[i].comments.v;
		for (uint32_t k = 0; k < f[i].comments.n && left; k++, left--) {
			page_str(&t->page, "comment");
			if (c->files.n > 1) {
				page_str(&t->page, " in ");
				page_span(&t->page, text_file_name(f[i].path));
			}
			if (say[k].frame != REC_ABSENT)
				page_printf(&t->page, " at #%lld",
				    (long long)say[k].frame);
			page_str(&t->page, ": ");
			page_flow(&t->page, 2, say[k].text);
			page_end(&t->page);
		}
	}
}

void
text_files(struct text *t, const struct rec_coverage *c)
{
	files(t, c);
	outages(t, c);
	skipped(t, c);
	comments(t, c);
}
