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

/* "203.0.113.53 answers REFUSED for SRV _sip._udp.example.com (#1, #2)." */
static void
refused(struct text *t, const struct rec_lookup *l)
{
	struct page *p = &t->page;
	g_autoptr(GString) s = g_string_new(NULL);
	char addr[RS_ADDR_TEXT];
	rs_addr_format(&l->client.at.addr, addr);
	page_styled(p, PAGE_BAD, "FAILED");
	page_str(p, "  ");
	page_styled(p, PAGE_BOLD, addr);
	page_end(p);
	rs_addr_format(&l->server.at.addr, addr);
	g_string_append_printf(s, "DNS: %s answers %.*s for %.*s %.*s (", addr,
	    (int)l->rcode.n, (const char *)l->rcode.p, (int)l->type.n,
	    (const char *)l->type.p, (int)l->name.n, (const char *)l->name.p);
	text_frame_name(t, s, l->id.frame);
	if (l->answer_frame.number) {
		g_string_append(s, ", ");
		text_frame_name(t, s, l->answer_frame);
	}
	g_string_append(s, "), and nothing else led to a server.");
	page_flow(p, INDENT, rs_span_str(s->str));
	page_end(p);
	page_end(p);
}

/* Whom DNS refused an answer: an error, and no silence that a finding tells. */
static void
all_refused(struct text *t)
{
	struct spool_reader *r = spool_read(t->in->spool, t->in->refused);
	const struct rec_lookup *l;
	char n[PAGE_TEXT];
	int64_t seen = 0;
	while ((l = spool_next(r)) != NULL)
		if (seen++ < IN_FULL)
			refused(t, l);
	spool_reader_free(r);
	if (seen <= IN_FULL)
		return;
	page_printf(&t->page, "and %s that DNS refused an answer",
	    text_many(n, seen - IN_FULL, "more client"));
	page_end(&t->page);
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
	all_refused(t);
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
