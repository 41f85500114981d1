/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The sums at the end, a line each.  IRA (RFC 6076 4.2) and attempt failure
 * are different figures and go under their own names.
 */
#include "report/text_part.h"

#include <glib.h>

enum { LABEL = 15 };

static void
label(struct text *t, const char *s)
{
	page_styled(&t->page, PAGE_BOLD, s);
	page_to(&t->page, LABEL);
}

static void
put_item(struct text *t, const char *glue, const char *s)
{
	page_item(&t->page, LABEL, t->page.at > LABEL ? glue : "", s);
}

/* "150 registered, 2 rejected"; the name after its count. */
static void
counts_first(struct text *t, const struct rec_list *l, const char *glue)
{
	const struct rec_count *c = l->v;
	for (uint32_t i = 0; i < l->n; i++) {
		char a[PAGE_TEXT], name[PAGE_TEXT], words[PAGE_TEXT];
		if (c[i].n == 0)
			continue;
		g_snprintf(name, sizeof name, "%.*s", (int)c[i].name.n,
		    (const char *)c[i].name.p);
		g_autofree char *s = g_strdup_printf(
		    "%s %s", page_number(a, c[i].n), text_words(words, name));
		put_item(t, glue, s);
		glue = ", ";
	}
}

/* "200 x 41, 401 x 40" */
static void
counts_last(struct text *t, const struct rec_list *l, const char *glue)
{
	const struct rec_count *c = l->v;
	for (uint32_t i = 0; i < l->n; i++) {
		char a[PAGE_TEXT];
		g_autofree char *s =
		    g_strdup_printf("%.*s x %s", (int)c[i].name.n,
			(const char *)c[i].name.p, page_number(a, c[i].n));
		put_item(t, glue, s);
		glue = ", ";
	}
}

static int64_t
total(const struct rec_list *l)
{
	const struct rec_count *c = l->v;
	int64_t n = 0;
	for (uint32_t i = 0; i < l->n; i++)
		n += c[i].n;
	return n;
}

static void
attempts(struct text *t, const struct rec_summary *s)
{
	char a[PAGE_TEXT];
	int64_t n = text_sum(s->attempts);
	label(t, "Registrations");
	page_printf(
	    &t->page, "%s attempt%s", page_number(a, n), n == 1 ? "" : "s");
	counts_first(t, &s->outcomes, ": ");
	page_end(&t->page);
}

static void
time_item(struct text *t, const char *what, int64_t ns)
{
	char a[PAGE_TEXT], s[2 * PAGE_TEXT];
	if (ns == REC_ABSENT)
		return;
	g_snprintf(s, sizeof s, "%s %s", what, page_ms(a, ns));
	put_item(t, "   ", s);
}

static void
times(struct text *t, const struct rec_summary *s)
{
	const struct rec_times *r = &s->rrd;
	if (text_sum(r->count) == 0)
		return;
	label(t, "RRD");
	if (r->count == 1) {
		time_item(t, "once:", r->p50);
	} else {
		time_item(t, "p50", r->p50);
		if (r->count >= 10)
			time_item(t, "p95", r->p95);
		if (r->count >= 100)
			time_item(t, "p99", r->p99);
		time_item(t, "max", r->max);
	}
	page_end(&t->page);
	if (text_sum(s->challenge.count) == 0)
		return;
	page_to(&t->page, LABEL);
	page_str(&t->page, "of which (p50)");
	time_item(t, "challenge", s->challenge.p50);
	time_item(t, "phone", s->client_auth.p50);
	time_item(t, "answer", s->rrd_auth.p50);
	page_end(&t->page);
}

static void
rates(struct text *t, const struct rec_summary *s)
{
	char a[PAGE_TEXT], b[PAGE_TEXT];
	if (s->attempt_failure == REC_ABSENT && s->ira == REC_ABSENT)
		return;
	label(t, "Rates");
	if (s->attempt_failure != REC_ABSENT) {
		g_autofree char *f = g_strdup_printf(
		    "attempt failure %s", page_percent(a, s->attempt_failure));
		put_item(t, "", f);
	}
	if (s->ira != REC_ABSENT) {
		g_autofree char *f =
		    g_strdup_printf("IRA %s of %s transactions (RFC 6076)",
			page_percent(a, s->ira),
			page_number(b, text_sum(s->register_transactions)));
		put_item(t, "   ", f);
	}
	page_end(&t->page);
}

static void
line(struct text *t, const char *what, const struct rec_list *l)
{
	if (total(l) == 0)
		return;
	label(t, what);
	counts_last(t, l, "");
	page_end(&t->page);
}

static void
handshakes(struct text *t, const struct rec_summary *s)
{
	char a[PAGE_TEXT];
	if (total(&s->handshakes) == 0)
		return;
	label(t, "TLS");
	page_printf(&t->page, "%s handshake%s",
	    page_number(a, total(&s->handshakes)),
	    total(&s->handshakes) == 1 ? "" : "s");
	counts_first(t, &s->handshakes, ": ");
	page_end(&t->page);
	if (total(&s->alerts) == 0)
		return;
	page_to(&t->page, LABEL);
	page_str(&t->page, "alerts ");
	counts_last(t, &s->alerts, "");
	page_end(&t->page);
}

void
text_sums(struct text *t)
{
	const struct rec_summary *s = t->in->summary;
	if (text_sum(s->attempts)) {
		attempts(t, s);
		times(t, s);
		rates(t, s);
	}
	line(t, "Responses", &s->responses);
	if (total(&s->bindings)) {
		label(t, "Bindings");
		counts_first(t, &s->bindings, "");
		page_end(&t->page);
	}
	handshakes(t, s);
	line(t, "TCP", &s->connections);
}
