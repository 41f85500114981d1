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

int64_t
text_count(const struct rec_list *l, const char *name)
{
	const struct rec_count *c = l->v;
	for (uint32_t i = 0; i < l->n; i++)
		if (rs_span_eq(c[i].name, rs_span_str(name)))
			return c[i].n;
	return 0;
}

void
text_frame(struct text *t, struct rs_frame f)
{
	char s[PAGE_TEXT];
	if (f.number == 0)
		return;
	if (t->many_files)
		g_snprintf(
		    s, sizeof s, "#%u:%" G_GUINT64_FORMAT, f.file, f.number);
	else
		g_snprintf(s, sizeof s, "#%" G_GUINT64_FORMAT, f.number);
	page_str(&t->page, s);
}

const char *
text_clock(const struct text *t, char out[PAGE_TEXT], rs_time at)
{
	char date[PAGE_TEXT], clock[PAGE_TEXT];
	if (!t->many_days)
		return page_clock(out, at);
	page_date(date, at);
	g_snprintf(out, PAGE_TEXT, "%.5s %s", date + 5, page_clock(clock, at));
	return out;
}

static bool
several_days(const struct rec_coverage *c)
{
	char a[PAGE_TEXT], b[PAGE_TEXT];
	return c->first != RS_NEVER && c->last != RS_NEVER &&
	       strncmp(page_date(a, c->first), page_date(b, c->last), 10) != 0;
}

const char *
text_words(char out[PAGE_TEXT], const char *name)
{
	g_strlcpy(out, name, PAGE_TEXT);
	for (char *c = out; *c; c++)
		if (*c == '_')
			*c = ' ';
	return out;
}

void
text_report(const struct text_input *in, struct out *out)
{
	struct text t = {.in = in,
	    .many_files = in->coverage->files.n > 1,
	    .many_days = several_days(in->coverage)};
	page_init(&t.page, out, in->options->columns, in->options->colour);
	text_coverage(&t);
	text_headline(&t);
	text_failures(&t);
	text_sums(&t);
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
