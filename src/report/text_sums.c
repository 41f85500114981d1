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
	page_str(&t->page, text_many(a, n, "attempt"));
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
	char a[PAGE_TEXT];
	if (text_sum(r->count) == 0)
		return;
	label(t, "RRD");
	if (r->count == 1) {
		put_item(t, "", page_ms(a, r->p50));
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
		g_autofree char *f = g_strdup_printf("IRA %s of %s (RFC 6076)",
		    page_percent(a, s->ira),
		    text_many(
			b, text_sum(s->register_transactions), "transaction"));
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
	page_str(&t->page, text_many(a, total(&s->handshakes), "handshake"));
	counts_first(t, &s->handshakes, ": ");
	page_end(&t->page);
	if (total(&s->alerts) == 0)
		return;
	page_to(&t->page, LABEL);
	page_str(&t->page, "alerts ");
	counts_last(t, &s->alerts, "");
	page_end(&t->page);
}

/* "2 held; 1 lapsed for 0.25 s; next expiry in 61 s" */
static void
bindings(struct text *t, const struct rec_summary *s)
{
	char a[PAGE_TEXT], b[PAGE_TEXT], m[PAGE_TEXT];
	rs_time end = t->in->coverage->last;
	if (total(&s->bindings) == 0)
		return;
	label(t, "Bindings");
	counts_first(t, &s->bindings, "");
	if (text_sum(s->bindings_lapsed) > 0) {
		bool one = s->lapse_min == s->lapse_max;
		g_autofree char *l = g_strdup_printf("%s lapsed for %s%s%s",
		    page_number(a, s->bindings_lapsed),
		    page_duration(b, text_sum(s->lapse_min)), one ? "" : " to ",
		    one ? "" : page_duration(m, text_sum(s->lapse_max)));
		put_item(t, "; ", l);
	}
	if (s->next_expiry != RS_NEVER && end != RS_NEVER &&
	    s->next_expiry >= end) {
		g_autofree char *l = g_strdup_printf("next expiry in %s",
		    page_duration(a, s->next_expiry - end));
		put_item(t, "; ", l);
	}
	page_end(&t->page);
}

/* Zeek's letters, and what they mean; the last ones came up and broke off. */
static void
connections(struct text *t, const struct rec_summary *s)
{
	static const char *const words[][2] = {{"S0", "no answer"},
	    {"REJ", "refused"}, {"SH", "closed by the phone, no answer seen"},
	    {"RSTOS0", "given up by the phone"}, {"SF", "closed in order"},
	    {"S1", "open at the end"}, {"S2", "half closed by the phone"},
	    {"S3", "half closed by the server"}, {"RSTO", "reset by the phone"},
	    {"RSTR", "reset by the server"},
	    {"RSTRH", "reset by the server, no SYN seen"},
	    {"SHR", "closed by the server, no SYN seen"},
	    {"OTH", "begun before the capture"}};
	char a[PAGE_TEXT];
	int64_t n = total(&s->connections), told = 0;
	const char *glue = ": ";
	if (n == 0)
		return;
	label(t, "TCP");
	page_str(&t->page, text_many(a, n, "connection"));
	for (size_t i = 0; i < sizeof words / sizeof *words; i++) {
		int64_t k = text_count(&s->connections, words[i][0]);
		if (k == 0)
			continue;
		g_autofree char *l =
		    g_strdup_printf("%s %s", page_number(a, k), words[i][1]);
		put_item(t, glue, l);
		glue = ", ";
		told += k;
	}
	if (told && told < n) {
		g_autofree char *l =
		    g_strdup_printf("%s other", page_number(a, n - told));
		put_item(t, glue, l);
	}
	page_end(&t->page);
}

static void
retry_after(struct text *t, const struct rec_summary *s)
{
	char a[PAGE_TEXT];
	int64_t obeyed = text_sum(s->retry_after_obeyed);
	int64_t ignored = text_sum(s->retry_after_ignored);
	if (obeyed + ignored == 0)
		return;
	label(t, "Retry-After");
	page_printf(&t->page, "obeyed %s of ", page_number(a, obeyed));
	page_str(&t->page, text_many(a, obeyed + ignored, "time"));
	page_end(&t->page);
}

static void
scanners(struct text *t, const struct rec_summary *s)
{
	char a[PAGE_TEXT], b[PAGE_TEXT], c[PAGE_TEXT];
	if (text_sum(s->scanners.sources) == 0)
		return;
	label(t, "Scanners");
	page_str(&t->page, text_many(a, s->scanners.sources, "source"));
	g_autofree char *l = g_strdup_printf("%s on %s",
	    text_many(b, s->scanners.attempts, "attempt"),
	    text_many(c, s->scanners.aors, "user"));
	put_item(t, ", ", l);
	put_item(t, ", ", "left out of the rates");
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
	retry_after(t, s);
	scanners(t, s);
	bindings(t, s);
	handshakes(t, s);
	connections(t, s);
}
