/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The sums at the end, a line each.  IRA (RFC 6076 4.2) and attempt failure
 * are different figures and go under their own names.
 */
#include "report/text_part.h"

#include <glib.h>

enum {
	LABEL = 15,
	SOME = 10,   /* attempts that make a rate */
	STORM = 10,  /* attempts in a second that are told of */
	WORST = 5,   /* servers, and user agents, that are */
	FIGURES = 52 /* columns for these */
};

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
	if (text_total(l) == 0)
		return;
	label(t, what);
	counts_last(t, l, "");
	page_end(&t->page);
}

static void
handshakes(struct text *t, const struct rec_summary *s)
{
	char a[PAGE_TEXT];
	if (text_total(&s->handshakes) == 0)
		return;
	label(t, "TLS");
	page_str(
	    &t->page, text_many(a, text_total(&s->handshakes), "handshake"));
	counts_first(t, &s->handshakes, ": ");
	page_end(&t->page);
	if (text_total(&s->alerts) == 0)
		return;
	page_to(&t->page, LABEL);
	page_str(&t->page, "alerts ");
	counts_last(t, &s->alerts, "");
	page_end(&t->page);
}

static void
downloads(struct text *t, const struct rec_summary *s)
{
	char a[PAGE_TEXT];
	if (text_total(&s->downloads) == 0)
		return;
	label(t, "Downloads");
	page_str(&t->page, text_many(a, text_total(&s->downloads), "request"));
	counts_first(t, &s->downloads, ": ");
	page_end(&t->page);
}

/* Of what nobody could read, in no sum above. */
static void
inferred(struct text *t, const struct rec_summary *s)
{
	char a[PAGE_TEXT];
	int64_t n = text_total(&s->inferred);
	int64_t mute = text_sum(t->in->coverage->tls_abstained);
	if (n == 0)
		return; /* coverage tells how many are unreadable */
	label(t, "Inferred");
	page_str(&t->page, "inside TLS, by sizes and times: ");
	counts_first(t, &s->inferred, "");
	if (mute) {
		g_autofree char *l = g_strdup_printf(
		    "of %s nothing is said", text_many(a, mute, "other"));
		put_item(t, "; ", l);
	}
	page_end(&t->page);
}

/* "2 held; 1 lapsed for 0.25 s; next expiry in 61 s" */
static void
bindings(struct text *t, const struct rec_summary *s)
{
	char a[PAGE_TEXT], b[PAGE_TEXT], m[PAGE_TEXT];
	rs_time end = t->in->coverage->last;
	if (text_total(&s->bindings) == 0)
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
	int64_t n = text_total(&s->connections), told = 0;
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

/* A storm, that is: where many come at once. */
static void
load(struct text *t, const struct rec_summary *s)
{
	const struct rec_load *l = &s->load;
	char a[PAGE_TEXT], b[PAGE_TEXT], c[PAGE_TEXT];
	if (text_sum(l->peak_attempts) < STORM || l->peak_at == RS_NEVER)
		return;
	label(t, "Load");
	page_printf(&t->page, "at most %s in %s from %s",
	    text_many(a, l->peak_attempts, "attempt"),
	    l->peak_seconds == 1 ? "the second"
				 : page_duration(b, l->peak_seconds * RS_SEC),
	    text_clock(t, c, l->peak_at));
	if (l->per_second != REC_ABSENT) {
		int64_t tenths = (l->per_second + 50000) / 100000;
		g_autofree char *mean =
		    tenths
			? g_strdup_printf("%s.%d a second on average",
			      page_number(a, tenths / 10), (int)(tenths % 10))
			: g_strdup("fewer than one in 10 s on average");
		put_item(t, ", ", mean);
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

static void
group_name(struct text *t, const struct rec_group *g, const char *none)
{
	char to[RS_ENDPOINT_TEXT];
	unsigned most =
	    t->page.columns > FIGURES + 20 ? t->page.columns - FIGURES : 20;
	struct rs_span name = g->server.name.p ? g->server.name : g->user_agent;
	g_autoptr(GString) given = g_string_new(NULL);
	if (g->server.given) {
		text_server(given, &g->server, name);
		name = (struct rs_span){(uint8_t *)given->str, given->len};
	}
	if (g->others == RS_TRUE) {
		name = RS_LIT("all others");
	} else if (name.p == NULL && g->server.at.addr.family) {
		rs_endpoint_format(&g->server.at, to);
		name = rs_span_str(to);
	} else if (name.p == NULL) {
		name = rs_span_str(none);
	}
	page_span_most(&t->page, name, most);
	page_to(&t->page, LABEL + most + 1);
}

static void
group_line(struct text *t, const struct rec_group *g, const char *none)
{
	char a[PAGE_TEXT], b[PAGE_TEXT];
	group_name(t, g, none);
	page_printf(&t->page, "%s of %s failed", page_number(a, g->failed),
	    page_number(b, g->attempts));
	if (text_sum(g->rrd.count))
		page_printf(&t->page, ", RRD p50 %s", page_ms(a, g->rrd.p50));
	page_end(&t->page);
}

/* Does one fail half as often again as all do, or, of some size, half as often?
   Smaller differences are in every storm. */
static bool
differ(const struct rec_list *l, const struct rec_summary *s)
{
	const struct rec_group *g = l->v;
	for (uint32_t i = 0; i < l->n; i++) {
		__int128 its = (__int128)g[i].failed * s->decided;
		__int128 all = (__int128)s->failed * g[i].decided;
		if (its * 2 > all * 3 ||
		    (g[i].decided >= SOME && its * 2 < all))
			return true;
	}
	return false;
}

/* The list is short: the worst of those not told of yet, again and again. */
static void
groups(struct text *t, const char *what, const struct rec_list *l,
    const char *none)
{
	const struct rec_group *g = l->v;
	bool told[256] = {false};
	if (!differ(l, t->in->summary))
		return;
	for (int line = 0; line < WORST; line++) {
		uint32_t worst = l->n;
		for (uint32_t i = 0; i < l->n && i < sizeof told; i++)
			if (!told[i] && g[i].failed > 0 &&
			    (worst == l->n || g[i].failed > g[worst].failed))
				worst = i;
		if (worst == l->n)
			return;
		told[worst] = true;
		if (line == 0)
			label(t, what);
		else
			page_to(&t->page, LABEL);
		group_line(t, &g[worst], none);
	}
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
	groups(t, "Servers", &s->servers, "no address");
	groups(t, "User agents", &s->user_agents, "none given");
	load(t, s);
	retry_after(t, s);
	scanners(t, s);
	bindings(t, s);
	downloads(t, s);
	handshakes(t, s);
	inferred(t, s);
	connections(t, s);
}
