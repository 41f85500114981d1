/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The report for people, on a terminal of 80 to 120 columns: what the capture
 * could show, how many phones, what failed and why, sums.  What is fine takes
 * one line, so that one failing phone among fifty is what the eye meets first.
 *
 * It formats and never decides: outcomes come from the trackers, causes from
 * the rules, and which records are told of is report.c's matter.
 */
#include "report/text_part.h"

#include <glib.h>

static bool
several_days(const struct rec_coverage *c)
{
	char a[PAGE_TEXT], b[PAGE_TEXT];
	return c->first != RS_NEVER && c->last != RS_NEVER &&
	       strncmp(page_date(a, c->first), page_date(b, c->last), 10) != 0;
}

static void
narrowed(struct text *t)
{
	struct page *p = &t->page;
	page_str(p, t->in->nobody ? "Nothing was seen of " : "Only of ");
	page_span(p, rs_span_str(t->in->options->phone));
	page_str(p, t->in->nobody ? "." : ":");
	page_end(p);
	page_end(p);
}

void
text_shared(struct text *t)
{
	const struct rec_summary *s = t->in->summary;
	char a[PAGE_TEXT], b[PAGE_TEXT];
	int64_t n = text_sum(s->phones_shared);
	page_end(&t->page);
	if (n == 0)
		return;
	text_many(b, text_sum(s->lines_shared), "line");
	if (n == 1)
		page_printf(&t->page,
		    "One address has %s: it may be several phones.", b);
	else
		page_printf(&t->page,
		    "%s addresses have %s: they may be more phones.",
		    page_number(a, n), b);
	page_end(&t->page);
}

void
text_report(const struct text_input *in, struct out *out)
{
	struct text t = {.in = in,
	    .many_files = in->coverage->files.n > 1,
	    .many_days = several_days(in->coverage)};
	page_init(&t.page, out, in->options->columns, in->options->colour);
	if (in->options->live && text_sum(in->summary->attempts))
		page_end(&t.page); /* their lines are above */
	text_coverage(&t);
	if (in->options->phone)
		narrowed(&t);
	if (in->nobody)
		return;
	t.causes = text_causes_new(&t);
	text_headline(&t);
	text_failures(&t);
	text_odd(&t);
	text_noted(&t);
	text_sums(&t);
	text_causes_free(t.causes);
}

void
text_live(const struct report_options *o, const struct rec_registration *r,
    struct out *out)
{
	struct page p;
	char s[PAGE_TEXT], addr[RS_ADDR_TEXT];
	bool failed = rec_outcome_failed(r->outcome);
	page_init(&p, out, o->columns, o->colour);
	if (r->ended != RS_NEVER)
		page_str(&p, page_clock(s, r->ended));
	page_str(&p, "  ");
	rs_addr_format(&r->client.at.addr, addr);
	page_str(&p, addr);
	page_str(&p, "  ");
	page_span_most(&p, r->aor, p.columns / 3);
	page_str(&p, "  ");
	p.style = failed                      ? PAGE_BAD
		  : r->outcome == REC_CUT_OFF ? PAGE_WARN
					      : PAGE_GOOD;
	text_outcome(&p, r);
	p.style = PAGE_PLAIN;
	if (r->rrd != REC_ABSENT)
		page_printf(&p, "  %s", page_ms(s, r->rrd));
	if (r->expires_granted != REC_ABSENT && !failed)
		page_printf(&p, "  for %s",
		    page_duration(s, r->expires_granted * RS_SEC));
	page_end(&p);
}
