/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What went wrong where each attempt may be fine: a look-up, a binding that ran
 * out, two phones that fight for one, a phone with some of its lines
 * registered, a connection that was forgotten while it was quiet, packets that
 * contradict each other.
 *
 * Such a finding is about a binding, a phone or an attempt that succeeded, and
 * no attempt that failed can show it, so it stands by itself, with its evidence
 * in place of a ladder.
 */
#include "report/text_part.h"
#include "report/told.h"

#include <glib.h>

enum { IN_FULL = 20, IN_SHORT = 100, INDENT = 2 };

static bool
is_noted(const struct text *t, const struct rec_finding *x)
{
	return told_alone(x) && !text_causes_told(t->causes, x);
}

static void
head(struct text *t, const struct rec_finding *x)
{
	struct page *p = &t->page;
	char addr[RS_ADDR_TEXT];
	g_autofree char *word =
	    g_ascii_strup(rec_severity_name(x->severity), -1);
	page_styled(p, x->severity == REC_ERROR ? PAGE_BAD : PAGE_WARN, word);
	if (x->phone.at.addr.family == 0 && x->mac.p == NULL)
		return;
	page_str(p, "  ");
	rs_addr_format(&x->phone.at.addr, addr);
	if (x->phone.at.addr.family)
		page_styled(p, PAGE_BOLD, addr);
	else
		page_span(p, x->mac);
	page_to(p, p->at + 2);
	if (x->aor.n)
		page_span_most(p, x->aor, p->columns / 3);
}

static void
in_full(struct text *t, const struct rec_finding *x)
{
	head(t, x);
	page_end(&t->page);
	text_finding(t, x);
	page_end(&t->page);
}

static void
in_short(struct text *t, const struct rec_finding *x)
{
	g_autofree char *code = g_strndup((const char *)x->code.p, x->code.n);
	head(t, x);
	page_item(&t->page, 2 * INDENT, "  ", code);
	page_end(&t->page);
}

void
text_noted(struct text *t)
{
	struct spool_reader *r =
	    spool_read_brief(t->in->spool, &rec_finding_type);
	const enum told_bit skipped = TOLD_NOT_ALONE;
	const struct rec_finding *x;
	char n[PAGE_TEXT];
	int64_t seen = 0;
	spool_pick(r, told_wants, &skipped);
	while ((x = spool_next(r)) != NULL) {
		if (!is_noted(t, x) || (seen < IN_FULL && !spool_whole(r)))
			continue;
		if (seen < IN_FULL)
			in_full(t, x);
		else if (seen < IN_FULL + IN_SHORT)
			in_short(t, x);
		seen++;
	}
	spool_reader_free(r);
	if (seen > IN_FULL + IN_SHORT) {
		page_printf(&t->page, "and %s (--format json has them)",
		    text_many(n, seen - IN_FULL - IN_SHORT, "more finding"));
		page_end(&t->page);
	}
	if (seen > IN_FULL)
		page_end(&t->page);
}
