/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What the capture could and could not show, first of all: every other line is
 * to be read in its light.  What there was nothing wrong with takes no line.
 */
#include "report/text_part.h"

#include <glib.h>

static void item(struct text *t, const char *glue, const char *format, ...)
    __attribute__((format(printf, 3, 4)));

static void
item(struct text *t, const char *glue, const char *format, ...)
{
	char s[256];
	va_list ap;
	va_start(ap, format);
	g_vsnprintf(s, sizeof s, format, ap);
	va_end(ap);
	page_item(&t->page, 0, t->page.at ? glue : "", s);
}

/* The end of a path tells more than its beginning. */
static void
path(struct text *t, struct rs_span s)
{
	unsigned most = t->page.columns / 2, width = page_width(s);
	if (width > most)
		page_str(&t->page, "...");
	for (size_t used; width > most; width = page_width(s)) {
		(void)utf8_next(s, &used);
		s = rs_span_from(s, used);
	}
	page_span(&t->page, s);
}

static void
names(struct text *t, const struct rec_coverage *c)
{
	const struct rec_file *f = c->files.v;
	char number[PAGE_TEXT];
	t->page.style = PAGE_BOLD;
	if (c->files.n)
		path(t, f[0].path);
	if (c->files.n > 1)
		page_printf(&t->page, " and %s more files",
		    page_number(number, (int64_t)c->files.n - 1));
	t->page.style = PAGE_PLAIN;
}

static void
link_types(struct text *t, const struct rec_coverage *c)
{
	GString *s = g_string_new(NULL);
	const struct rec_file *f = c->files.v;
	for (uint32_t i = 0; i < c->files.n && s->len < 100; i++) {
		const struct rs_span *l = f[i].link_types.v;
		for (uint32_t k = 0; k < f[i].link_types.n; k++) {
			g_autofree char *name =
			    g_strndup((const char *)l[k].p, l[k].n);
			if (strstr(s->str, name) == NULL)
				g_string_append_printf(
				    s, "%s%s", s->len ? ", " : "", name);
		}
	}
	if (s->len)
		page_item(&t->page, 0, ", ", s->str);
	g_string_free(s, TRUE);
}

static void
size_and_span(struct text *t, const struct rec_coverage *c)
{
	char a[PAGE_TEXT], b[PAGE_TEXT], d[PAGE_TEXT];
	item(t, "  ", "%s packets", page_number(a, text_sum(c->packets)));
	if (c->first != RS_NEVER && c->last != RS_NEVER) {
		page_date(a, c->first);
		page_date(b, c->last);
		bool same_day = strncmp(a, b, 10) == 0;
		item(t, ", ", "%s", page_duration(d, c->last - c->first));
		item(t, ", ", "%s to %s UTC", a, b + (same_day ? 11 : 0));
	}
	link_types(t, c);
	page_end(&t->page);
}

static const char *
vantage_words(struct rs_span v)
{
	return rs_span_eq(v, RS_LIT("phone"))    ? "seen near the phones"
	       : rs_span_eq(v, RS_LIT("middle")) ? "seen between phones and SBC"
	       : rs_span_eq(v, RS_LIT("registrar")) ? "seen near the registrar"
						    : NULL;
}

/* Counts of a list as "arp 10, stp 2". */
static void
counts_text(GString *s, const struct rec_list *l, uint32_t most)
{
	const struct rec_count *c = l->v;
	char number[PAGE_TEXT];
	for (uint32_t i = 0; i < l->n && i < most; i++) {
		if (i)
			g_string_append(s, ", ");
		for (size_t k = 0; k < c[i].name.n; k++) {
			char b = (char)c[i].name.p[k];
			g_string_append_c(s, b == '_' ? ' ' : b);
		}
		g_string_append_printf(s, " %s", page_number(number, c[i].n));
	}
	if (l->n > most)
		g_string_append(s, ", ...");
}

static int64_t
counts_sum(const struct rec_list *l)
{
	const struct rec_count *c = l->v;
	int64_t n = 0;
	for (uint32_t i = 0; i < l->n; i++)
		n += c[i].n;
	return n;
}

/* Directions, gaps and drops: said also when there are none. */
static void
quality(struct text *t, const struct rec_coverage *c)
{
	char a[PAGE_TEXT], b[PAGE_TEXT];
	int64_t flows = text_sum(c->flows_udp) + text_sum(c->flows_tcp);
	const char *where = vantage_words(c->vantage);
	if (flows == 0)
		return;
	if (where)
		item(t, ", ", "%s", where);
	if (text_sum(c->one_way_flows))
		item(t, ", ", "%s of %s flows seen in one direction only",
		    page_number(a, c->one_way_flows), page_number(b, flows));
	else
		item(t, ", ", "both directions");
	if (text_sum(c->tcp_gaps))
		item(t, ", ", "%s gaps in TCP (%s bytes missing)",
		    page_number(a, c->tcp_gaps),
		    page_number(b, text_sum(c->tcp_missing_bytes)));
	else
		item(t, ", ", "no gaps");
	int64_t drops =
	    text_sum(c->drops_kernel) + text_sum(c->drops_interface);
	if (drops)
		item(t, ", ", "%s packets DROPPED while capturing",
		    page_number(a, drops));
	else if (c->drops_kernel != REC_ABSENT)
		item(t, ", ", "no drops");
	page_end(&t->page);
}

static void
tls(struct text *t, const struct rec_coverage *c)
{
	char a[PAGE_TEXT];
	int64_t opaque = text_count(&c->tls_connections, "opaque");
	int64_t mid = text_count(&c->tls_connections, "midstream");
	if (opaque)
		item(t, ", ", "%s TLS connection%s unreadable (no keys)",
		    page_number(a, opaque), opaque == 1 ? "" : "s");
	if (mid)
		item(t, ", ", "%s TLS connection%s begun before the capture",
		    page_number(a, mid), mid == 1 ? "" : "s");
	if (text_sum(c->tls_unrelated))
		item(t, ", ", "%s other TLS handshake%s%s",
		    page_number(a, c->tls_unrelated),
		    c->tls_unrelated == 1 ? "" : "s",
		    t->in->options->all_tls ? "" : " (see --all-tls)");
	if (t->page.at)
		page_end(&t->page);
}

/* What was lost on the way, and what was strange. */
static void
shortfalls(struct text *t, const struct rec_coverage *c)
{
	char a[PAGE_TEXT];
	g_autoptr(GString) s = g_string_new(NULL);
	if (c->undecoded.n) {
		counts_text(s, &c->undecoded, 4);
		item(t, ", ", "%s packets not decoded (",
		    page_number(a, counts_sum(&c->undecoded)));
		page_flow(
		    &t->page, 0, (struct rs_span){(uint8_t *)s->str, s->len});
		page_str(&t->page, ")");
	}
	if (text_sum(c->snaplen_truncated))
		item(t, ", ", "%s packets cut by the snap length",
		    page_number(a, c->snaplen_truncated));
	if (text_sum(c->time_steps_back))
		item(t, ", ", "time steps back %s times",
		    page_number(a, c->time_steps_back));
	if (text_sum(c->responses_without_request))
		item(t, ", ", "%s answers whose REGISTER was not captured",
		    page_number(a, c->responses_without_request));
	if (text_sum(c->syns_not_listed))
		item(t, ", ", "%s single SYNs without an answer not listed",
		    page_number(a, c->syns_not_listed));
	if (t->page.at)
		page_end(&t->page);
	if (c->evictions.n && counts_sum(&c->evictions)) {
		g_string_truncate(s, 0);
		counts_text(s, &c->evictions, 8);
		page_styled(&t->page, PAGE_WARN, "memory limit hit:");
		page_flow(
		    &t->page, 2, (struct rs_span){(uint8_t *)s->str, s->len});
		page_str(&t->page, " forgotten");
		page_end(&t->page);
	}
}

static void
files(struct text *t, const struct rec_coverage *c)
{
	const struct rec_file *f = c->files.v;
	for (uint32_t i = 0; i < c->files.n; i++) {
		if (f[i].problem.p == NULL && f[i].cut_short != RS_TRUE)
			continue;
		t->page.style = PAGE_WARN;
		if (f[i].problem.p) {
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

static void
other_traffic(struct text *t, const struct rec_coverage *c)
{
	const struct rec_label *l = c->other_traffic.v;
	char a[PAGE_TEXT];
	if (c->other_traffic.n == 0)
		return;
	page_str(&t->page, "also here:");
	for (uint32_t i = 0; i < c->other_traffic.n; i++) {
		page_str(&t->page, i ? ", " : " ");
		page_span_most(&t->page, l[i].name, 24);
		page_printf(&t->page, " %s", page_number(a, l[i].packets));
	}
	page_str(&t->page, " packets"); /* one line: the rest is cut */
	page_end(&t->page);
}

void
text_coverage(struct text *t)
{
	const struct rec_coverage *c = t->in->coverage;
	names(t, c);
	size_and_span(t, c);
	files(t, c);
	quality(t, c);
	tls(t, c);
	shortfalls(t, c);
	other_traffic(t, c);
	page_end(&t->page);
}

/* ---- the headline ---- */

static void
advice(struct text *t, const char *s)
{
	page_flow(&t->page, 2, rs_span_str(s));
	page_end(&t->page);
}

/* The ways in which there can be nothing, and what to do about each. */
static void
nothing(struct text *t)
{
	const struct rec_coverage *c = t->in->coverage;
	g_autoptr(GString) s = g_string_new(NULL);
	int64_t opaque = text_count(&c->tls_connections, "opaque") +
			 text_count(&c->tls_connections, "midstream");
	page_styled(&t->page, PAGE_BOLD, "No registration was seen.");
	page_end(&t->page);
	if (text_sum(c->packets) == 0) {
		advice(t, "The capture holds no packets.");
		return;
	}
	if (text_sum(c->decoded) == 0) {
		advice(t, "None of the packets could be decoded: see above "
			  "for the reasons.");
		return;
	}
	if (c->sip_requests.n) {
		g_string_append(s, "There is SIP, but no REGISTER: ");
		counts_text(s, &c->sip_requests, 8);
		g_string_append(s, ". The phones may have registered before "
				   "the capture began: let it run for longer "
				   "than their expiry, or restart one.");
		advice(t, s->str);
	}
	if (text_sum(c->responses_without_request))
		advice(t, "Answers to REGISTERs are here, the REGISTERs are "
			  "not: the capture shows one direction only. Mirror "
			  "both directions of the port.");
	if (text_sum(t->in->summary->phones_failed)) {
		advice(t, "Nothing got as far as SIP: what broke before it is "
			  "told below.");
		return;
	}
	if (opaque && counts_sum(&t->in->summary->handshakes)) {
		advice(t, "The TLS above may well carry registrations, but "
			  "cannot be read without its keys. Its handshakes "
			  "are judged all the same. To see the SIP, capture "
			  "where it is in the clear (behind the SBC).");
		return;
	}
	if (opaque) {
		advice(t,
		    "There is TLS, which cannot be read without its keys, "
		    "on ports not known for SIP. --all-tls judges its "
		    "handshakes; --sip-tls-port says which port is the "
		    "SBC's. To see the SIP, capture where it is in the "
		    "clear (behind the SBC).");
		return;
	}
	if (c->sip_requests.n || text_sum(c->responses_without_request))
		return;
	advice(t, "There is no SIP at all. Capture where the phones' traffic "
		  "passes: the switch port of a phone (mirrored, with its "
		  "voice VLAN), the gateway, or the SBC; without a filter on "
		  "ports, as SIP need not be on 5060.");
}

void
text_headline(struct text *t)
{
	const struct rec_summary *s = t->in->summary;
	char a[PAGE_TEXT];
	int64_t phones = text_sum(s->phones);
	int64_t failed = text_sum(s->phones_failed);
	int64_t undecided = text_sum(s->phones_undecided);
	if (text_sum(s->attempts) == 0) {
		nothing(t);
		page_end(&t->page);
		if (phones == 0)
			return;
	}
	page_printf(&t->page, "%s phone%s: ", page_number(a, phones),
	    phones == 1 ? "" : "s");
	page_styled(&t->page, failed || undecided ? PAGE_PLAIN : PAGE_GOOD,
	    page_number(a, text_sum(s->phones_registered)));
	page_str(&t->page, " registered");
	if (failed) {
		g_autofree char *n =
		    g_strdup_printf("%s FAILED", page_number(a, failed));
		page_str(&t->page, ", ");
		page_styled(&t->page, PAGE_BAD, n);
	}
	if (undecided)
		page_printf(
		    &t->page, ", %s undecided", page_number(a, undecided));
	page_end(&t->page);
	page_end(&t->page);
}
