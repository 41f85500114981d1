/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What the capture could and could not show, first of all: every other line is
 * to be read in its light.  What there was nothing wrong with takes no line.
 */
#include "report/text_part.h"
#include "report/told.h"

#include <glib.h>

enum { LABELS = 12 }; /* of other traffic that are named */

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

/* The file's own name tells more than the directories that it is in: of these
   as many as there is room for. */
static void
path(struct text *t, struct rs_span s)
{
	unsigned most = t->page.columns / 2;
	struct rs_span name = text_file_name(s);
	if (rs_span_eq(s, RS_LIT("-"))) {
		page_str(&t->page, "standard input");
		return;
	}
	bool cut = page_width(s) > most && name.n < s.n;
	while (cut && s.n > name.n && page_width(s) + 3 > most) {
		size_t slash = rs_span_find(rs_span_from(s, 1), '/') + 1;
		s = s.n - slash > name.n + 1 ? rs_span_from(s, slash) : name;
	}
	if (cut && s.n > name.n)
		page_str(&t->page, "...");
	page_span(&t->page, s);
}

static void
names(struct text *t, const struct rec_coverage *c)
{
	const struct rec_file *f = c->files.v;
	char more[PAGE_TEXT];
	t->page.style = PAGE_BOLD;
	if (c->files.n)
		path(t, f[0].path);
	if (c->files.n > 1)
		page_printf(&t->page, " and %s",
		    text_many(more, (int64_t)c->files.n - 1, "more file"));
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

/* The words of what packets were wrapped in, where they are not the keys. */
static void
encapsulations(struct text *t, const struct rec_coverage *c)
{
	static const struct {
		const char *key, *words;
	} rows[] = {
	    {"vlan", "VLAN"},
	    {"vn_tag", "VN-Tag"},
	    {"e_tag", "802.1BR"},
	    {"pbb", "802.1ah"},
	    {"macsec", "MACsec in the clear"},
	    {"nsh", "NSH"},
	    {"mpls", "MPLS"},
	    {"pppoe", "PPPoE"},
	    {"ppp", "PPP"},
	    {"wlan", "802.11"},
	    {"gre", "GRE"},
	    {"erspan", "ERSPAN"},
	    {"ip_in_ip", "IP in IP"},
	    {"etherip", "EtherIP"},
	    {"l2tp", "L2TP"},
	    {"esp_null", "ESP in the clear"},
	    {"vxlan", "VXLAN"},
	    {"geneve", "GENEVE"},
	    {"gtp_u", "GTP-U"},
	    {"tzsp", "TZSP"},
	    {"hp_erm", "HP mirroring"},
	    {"hep", "HEP"},
	};
	bool pppoe = text_count(&c->encapsulations, "pppoe") > 0;
	for (size_t i = 0; i < sizeof rows / sizeof *rows; i++)
		if (text_count(&c->encapsulations, rows[i].key) > 0 &&
		    !(pppoe && strcmp(rows[i].key, "ppp") == 0))
			item(t, ", ", "%s", rows[i].words);
}

/* Then nobody expects packets. */
static bool
only_logs(const struct rec_coverage *c)
{
	const struct rec_file *f = c->files.v;
	for (uint32_t i = 0; i < c->files.n; i++)
		if (f[i].log.lines == REC_ABSENT)
			return false;
	return c->files.n > 0;
}

static void
size_and_span(struct text *t, const struct rec_coverage *c)
{
	char a[PAGE_TEXT], b[PAGE_TEXT], d[PAGE_TEXT];
	if (text_sum(c->packets) || !only_logs(c))
		item(t, "  ", "%s",
		    text_many(a, text_sum(c->packets), "packet"));
	if (c->first != RS_NEVER && c->last != RS_NEVER) {
		page_date(a, c->first);
		page_date(b, c->last);
		bool same_day = strncmp(a, b, 10) == 0;
		item(t, ", ", "%s", page_duration(d, c->last - c->first));
		item(t, ", ", "%s to %s UTC", a, b + (same_day ? 11 : 0));
	}
	link_types(t, c);
	encapsulations(t, c);
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
		item(t, ", ", "%s of %s seen in one direction only",
		    page_number(a, c->one_way_flows),
		    text_many(b, flows, "flow"));
	else if (text_sum(c->two_way_flows))
		item(t, ", ", "both directions");
	else
		item(t, ", ",
		    "too few packets to tell whether both "
		    "directions are here");
	if (text_total(&c->duplicates))
		item(t, ", ", "%s left out",
		    text_many(
			a, text_total(&c->duplicates), "duplicate packet"));
	if (text_sum(c->tcp_gaps))
		item(t, ", ", "%s in TCP (%s missing)",
		    text_many(a, c->tcp_gaps, "gap"),
		    text_many(b, text_sum(c->tcp_missing_bytes), "byte"));
	else
		item(t, ", ", "no gaps");
	int64_t drops =
	    text_sum(c->drops_kernel) + text_sum(c->drops_interface);
	if (drops)
		item(t, ", ", "%s DROPPED while capturing",
		    text_many(a, drops, "packet"));
	else if (c->drops_kernel != REC_ABSENT)
		item(t, ", ", "no drops");
	page_end(&t->page);
	/* As the rules have it: sip.no-answer, tcp.no-answer and their like. */
	if (drops > 0 ||
	    (text_sum(c->one_way_flows) && text_sum(c->two_way_flows) == 0)) {
		item(t, ", ",
		    "what looks unanswered is not blamed on anybody: the "
		    "answers may be missing from this capture only");
		page_end(&t->page);
	}
}

/* Why a TLS connection is, in words. */
static const char *
unreadable(struct rs_span reason)
{
	static const struct {
		const char *name, *words;
	} known[] = {
	    {"no_keys", "no keys"},
	    {"wrong_keys", "the keys given do not fit"},
	    {"cipher_suite", "its cipher suite is not supported"},
	    {"handshake_not_whole", "its handshake was not seen whole"},
	    {"bytes_missing", "bytes are missing"},
	};
	for (size_t i = 0; i < sizeof known / sizeof *known; i++)
		if (rs_span_eq(reason, rs_span_str(known[i].name)))
			return known[i].words;
	return "memory limit";
}

static void
tls(struct text *t, const struct rec_coverage *c)
{
	char a[PAGE_TEXT];
	int64_t decrypted = text_count(&c->tls_connections, "decrypted");
	int64_t mid = text_count(&c->tls_connections, "midstream");
	const struct rec_count *why = c->tls_opaque.v;
	if (decrypted)
		item(t, ", ", "%s decrypted",
		    text_many(a, decrypted, "TLS connection"));
	for (uint32_t i = 0; i < c->tls_opaque.n; i++)
		item(t, ", ", "%s unreadable (%s)",
		    text_many(a, why[i].n, "TLS connection"),
		    unreadable(why[i].name));
	if (mid)
		item(t, ", ", "%s begun before the capture",
		    text_many(a, mid, "TLS connection"));
	if (text_sum(c->tls_unrelated))
		item(t, ", ", "%s (see --all-tls)",
		    text_many(a, c->tls_unrelated, "other TLS handshake"));
	if (t->page.at)
		page_end(&t->page);
}

/* What of WebSockets could have been SIP, and is not. */
static void
websocket(struct text *t, const struct rec_coverage *c)
{
	char a[PAGE_TEXT];
	int64_t compressed = text_count(&c->anomalies, "websocket_compressed");
	if (compressed)
		item(t, ", ", "%s compressed, which is not read",
		    text_many(a, compressed, "WebSocket message"));
	if (text_sum(c->websocket_refused))
		item(t, ", ", "%s for SIP refused by the server",
		    text_many(a, c->websocket_refused, "WebSocket upgrade"));
	if (t->page.at)
		page_end(&t->page);
}

/* What was read of DNS, and how much of it was not about phones. */
static void
dns(struct text *t, const struct rec_coverage *c)
{
	char a[PAGE_TEXT], b[PAGE_TEXT];
	int64_t queries = text_count(&c->dns_messages, "queries");
	int64_t answers = text_count(&c->dns_messages, "responses");
	if (queries + answers == 0)
		return;
	item(t, ", ", "DNS: %s, %s", text_many(a, queries, "question"),
	    text_many(b, answers, "answer"));
	if (text_sum(c->lookups_not_listed))
		item(t, ", ", "%s of others than phones",
		    text_many(a, c->lookups_not_listed, "look-up"));
	page_end(&t->page);
}

/* ARP and LLDP are no loss; what lies in a tunnel is. */
static int64_t
undecoded(const struct rec_coverage *c)
{
	return text_total(&c->undecoded) - text_count(&c->undecoded, "arp") -
	       text_count(&c->undecoded, "control");
}

/* Why packets could not be decoded, the reasons that mean the same to whoever
   reads it together. */
static void
undecoded_items(struct text *t, const struct rec_coverage *c)
{
	static const struct {
		const char *reasons[4], *words;
	} rows[] = {
	    {{"esp"}, "encrypted (ESP)"},
	    {{"macsec"}, "encrypted (MACsec)"},
	    {{"wlan_protected"}, "encrypted (802.11)"},
	    {{"ppp_compressed"}, "of PPP compressed or encrypted"},
	    {{"gre", "l2tp"}, "in tunnels whose content is not known"},
	    {{"wlan_parts"}, "of 802.11 in parts, which are not put together"},
	    {{"hep"}, "of HEP that make no sense"},
	    {{"hep_compressed"}, "of HEP compressed, which are not read"},
	    {{"wlan_damaged"}, "of 802.11 received with errors"},
	    {{"not_ip", "not_transport"}, "of other protocols"},
	    {{"linktype"}, "of a link type that is not supported"},
	    {{"link_short", "ip_short", "transport_short"},
		"cut inside their headers"},
	    {{"ip_malformed", "transport_malformed", "too_deep"},
		"with malformed headers"},
	};
	char a[PAGE_TEXT];
	int64_t told = 0, all = undecoded(c);
	for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
		int64_t n = 0;
		for (size_t k = 0; k < 4 && rows[i].reasons[k]; k++)
			n += text_count(&c->undecoded, rows[i].reasons[k]);
		if (n > 0)
			item(t, ", ", "%s %s", text_many(a, n, "packet"),
			    rows[i].words);
		told += n;
	}
	if (all > told)
		item(t, ", ", "%s not decoded",
		    text_many(a, all - told, "packet"));
}

/* What was lost on the way, and what was strange. */
static void
shortfalls(struct text *t, const struct rec_coverage *c)
{
	char a[PAGE_TEXT];
	undecoded_items(t, c);
	if (text_sum(c->snaplen_truncated))
		item(t, ", ", "%s cut by the snap length",
		    text_many(a, c->snaplen_truncated, "packet"));
	if (text_count(&c->checksums, "bad"))
		item(t, ", ", "%s with a wrong checksum among those tested",
		    text_many(a, text_count(&c->checksums, "bad"), "packet"));
	if (text_sum(c->time_steps_back))
		item(t, ", ", "time steps back %s",
		    text_many(a, c->time_steps_back, "time"));
	if (text_sum(c->responses_without_request))
		item(t, ", ", "%s fitting no REGISTER of the capture",
		    text_many(a, c->responses_without_request, "answer"));
	if (text_sum(c->syns_not_listed))
		item(t, ", ", "%s without an answer, not listed",
		    text_many(a, c->syns_not_listed, "single SYN"));
	if (t->page.at)
		page_end(&t->page);
	bool on_disk = text_count(&c->evictions, "records");
	if (c->evictions.n && text_total(&c->evictions)) {
		g_autoptr(GString) s = g_string_new(NULL);
		counts_text(s, &c->evictions, 8);
		g_string_append(s, " forgotten");
		page_styled(&t->page, PAGE_WARN,
		    on_disk ? "no room for temporary files: "
			    : "memory limit hit: ");
		page_flow(
		    &t->page, 2, (struct rs_span){(uint8_t *)s->str, s->len});
		page_end(&t->page);
	}
}

/* Nobody's word on the wire. */
static void
given_names(struct text *t, const struct rec_coverage *c)
{
	const struct rec_file *f = c->files.v;
	char a[PAGE_TEXT];
	int64_t n = 0;
	for (uint32_t i = 0; i < c->files.n; i++)
		n += text_sum(f[i].names);
	if (n == 0)
		return;
	item(t, ", ", "the capture file itself names %s address%s",
	    page_number(a, n), n == 1 ? "" : "es");
	page_end(&t->page);
}

/* "9 packets of RTP, 1 of RTCP", what has no name last. */
static void
other_traffic(struct text *t, const struct rec_coverage *c)
{
	const struct rec_label *l = c->other_traffic.v;
	char a[PAGE_TEXT];
	int64_t nameless = 0, more = 0;
	bool first = true;
	for (uint32_t i = 0, n = 0; i < c->other_traffic.n; i++) {
		if (rs_span_eq(l[i].name, RS_LIT("unknown"))) {
			nameless = l[i].packets;
		} else if (n++ < LABELS) {
			g_autofree char *name =
			    g_strndup((const char *)l[i].name.p, l[i].name.n);
			item(t, ", ", "%s%s of %.24s",
			    first ? "also here: " : "",
			    first ? text_many(a, l[i].packets, "packet")
				  : page_number(a, l[i].packets),
			    name);
			first = false;
		} else {
			more += l[i].packets;
		}
	}
	if (nameless + more > 0)
		item(t, ", ", "%s%s of %s", first ? "also here: " : "",
		    first ? text_many(a, nameless + more, "packet")
			  : page_number(a, nameless + more),
		    more ? "others" : "no known protocol");
	if (t->page.at)
		page_end(&t->page);
}

void
text_coverage(struct text *t)
{
	const struct rec_coverage *c = t->in->coverage;
	names(t, c);
	size_and_span(t, c);
	text_files(t, c);
	given_names(t, c);
	text_logs(t, c);
	text_problems(t, c);
	quality(t, c);
	tls(t, c);
	websocket(t, c);
	dns(t, c);
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

static void
unrelated_tls(struct text *t)
{
	const struct rec_coverage *c = t->in->coverage;
	char a[PAGE_TEXT];
	if (text_sum(c->tls_unrelated) == 0)
		return;
	g_autofree char *s = g_strdup_printf(
	    "There %s %s on %s not known for SIP: --all-tls judges %s; "
	    "--sip-tls-port PORT says which port is the SBC's.",
	    c->tls_unrelated == 1 ? "is" : "are",
	    text_many(a, c->tls_unrelated, "TLS handshake"),
	    c->tls_unrelated == 1 ? "a port" : "ports",
	    c->tls_unrelated == 1 ? "it" : "them");
	advice(t, s);
}

/* No SIP in what could be read, which may be little. */
static void
no_sip(struct text *t)
{
	const struct rec_coverage *c = t->in->coverage;
	int64_t lost = undecoded(c);
	if (2 * lost > text_sum(c->packets)) {
		advice(t, "Most of the packets could not be read (see above), "
			  "and what can be holds no SIP. If the phones' "
			  "traffic is in a tunnel here, capture where it is "
			  "not: before the tunnel begins, or behind its end.");
		return;
	}
	advice(t, "There is no SIP at all. Capture where the phones' traffic "
		  "passes: the switch port of a phone (mirrored, with its "
		  "voice VLAN), the gateway, or the SBC; without a filter on "
		  "ports, as SIP need not be on 5060.");
}

/* There is SIP, but no attempt that ended: that may be told at an interval. */
static void
other_sip(struct text *t)
{
	const struct rec_coverage *c = t->in->coverage;
	if (text_count(&c->sip_requests, "REGISTER")) {
		advice(t, "There are REGISTERs, but of an attempt under way, "
			  "or they repeat what was told before.");
	} else if (c->sip_requests.n) {
		g_autoptr(GString) s =
		    g_string_new("There is SIP, but no REGISTER: ");
		counts_text(s, &c->sip_requests, 8);
		g_string_append(s, ". The phones may have registered before "
				   "the capture began: let it run for longer "
				   "than their expiry, or restart one.");
		advice(t, s->str);
	}
	if (text_sum(c->responses_without_request))
		advice(t, "Answers to REGISTERs are here, the REGISTERs are "
			  "not: they were sent before the capture began, or it "
			  "shows one direction only. Mirror both directions of "
			  "the port, and begin before the phones register.");
}

/* True when that may be why there is no SIP. */
static bool
websocket_advice(struct text *t)
{
	const struct rec_coverage *c = t->in->coverage;
	bool compressed = text_count(&c->anomalies, "websocket_compressed");
	bool refused = text_sum(c->websocket_refused);
	if (compressed)
		advice(t, "The WebSocket messages above may well carry "
			  "registrations. To see them, switch compression "
			  "(permessage-deflate) off at the server.");
	if (refused)
		advice(t, "The server refused what would have become a "
			  "WebSocket for SIP: its answer, in HTTP, says why.");
	return compressed || refused;
}

/* Why there are no packets at all. */
static const char *
no_packets(const struct rec_coverage *c)
{
	const struct rec_file *f = c->files.v;
	if (only_logs(c))
		return "No message of one was understood in the log.";
	for (uint32_t i = 0; i < c->files.n; i++)
		if (f[i].problem.p)
			return "Nothing could be read: see above for the "
			       "reason.";
		else if (text_sum(f[i].away))
			return "There are no packets; an interface was down, "
			       "as told above.";
	return "The capture holds no packets.";
}

/* The ways in which there can be nothing, and what to do about each. */
static void
nothing(struct text *t)
{
	const struct rec_coverage *c = t->in->coverage;
	const struct rec_list *shakes = &t->in->summary->handshakes;
	int64_t opaque = text_count(&c->tls_connections, "opaque") +
			 text_count(&c->tls_connections, "midstream");
	bool begun = text_count(&c->sip_requests, "REGISTER");
	page_styled(&t->page, PAGE_BOLD,
	    begun ? "No registration ended." : "No registration was seen.");
	page_end(&t->page);
	if (text_sum(c->packets) == 0) {
		advice(t, no_packets(c));
		return;
	}
	if (text_sum(c->decoded) == 0) {
		advice(t, undecoded(c) || c->undecoded.n == 0
			      ? "None of the packets could be decoded: see "
				"above for the reasons."
			      : "There is only ARP and the like, no IP.");
		return;
	}
	other_sip(t);
	if (text_sum(t->in->summary->phones_failed) || text_stopped_early(t)) {
		advice(t, "Nothing got as far as SIP: what broke before it is "
			  "told below.");
		return;
	}
	if (text_count(&c->tls_opaque, "wrong_keys"))
		advice(t,
		    "The keys given do not open the TLS above. A key log "
		    "must be of these very connections, an RSA key that of "
		    "the server's certificate.");
	else if (opaque && text_total(shakes) && t->in->options->all_tls)
		advice(t, "What is in the TLS above cannot be read without "
			  "its keys (--keylog); with --all-tls it need not be "
			  "SIP. Its handshakes are judged all the same.");
	else if (opaque && text_total(shakes))
		advice(t, "The TLS above may well carry registrations, but "
			  "cannot be read without its keys. Its handshakes "
			  "are judged all the same. To see the SIP, give its "
			  "keys (--keylog), or capture where it is in the "
			  "clear (behind the SBC).");
	else if (opaque)
		advice(t, "There is TLS, which cannot be read without its "
			  "keys. To see what SIP is in it, give them "
			  "(--keylog), or capture where it is in the clear "
			  "(behind the SBC).");
	else if (text_count(shakes, "cut_off") && t->in->options->all_tls)
		advice(t, "There is TLS whose handshake could not be read "
			  "whole; with --all-tls it need not be SIP.");
	else if (text_count(shakes, "cut_off"))
		advice(t, "There is TLS to a port of SIP, and its handshake "
			  "was not seen whole. Capture both directions, from "
			  "before the phone connects until it gives up.");
	if (t->in->summary->inferred.n)
		advice(t, "What its records look like from outside is told "
			  "below, as inferred: it is no verdict.");
	unrelated_tls(t);
	if (!websocket_advice(t) && !opaque && c->sip_requests.n == 0 &&
	    text_count(shakes, "cut_off") == 0 &&
	    text_sum(c->tls_unrelated) == 0 &&
	    text_sum(c->responses_without_request) == 0)
		no_sip(t);
}

/* Phones that are failed and have a line that is not. */
static int64_t
failed_in_part(struct text *t, int64_t *lines_failed, int64_t *lines)
{
	struct spool_reader *r = spool_read(t->in->spool, &rec_phone_type);
	const enum told_bit skipped = TOLD_NOT_IN_PART;
	const struct rec_phone *p;
	int64_t phones = 0;
	spool_pick(r, told_wants, &skipped);
	while ((p = spool_next(r)) != NULL) {
		int64_t bad, good;
		told_lines(p, &bad, &good);
		if (bad == 0 || good == 0)
			continue;
		phones++;
		*lines_failed += bad;
		*lines += p->lines.n;
	}
	spool_reader_free(r);
	return phones;
}

static void
failed_phones(struct text *t, int64_t failed)
{
	char a[PAGE_TEXT], b[PAGE_TEXT];
	int64_t lines_failed = 0, lines = 0;
	int64_t in_part = failed_in_part(t, &lines_failed, &lines);
	g_autofree char *n =
	    g_strdup_printf("%s FAILED", page_number(a, failed));
	page_styled(&t->page, PAGE_BAD, n);
	if (in_part == 0)
		return;
	if (failed == 1)
		page_printf(&t->page, " for %s of its %s",
		    page_number(a, lines_failed), text_many(b, lines, "line"));
	else
		page_printf(&t->page, " (%s of them for some lines only)",
		    page_number(a, in_part));
}

void
text_headline(struct text *t)
{
	const struct rec_summary *s = t->in->summary;
	char a[PAGE_TEXT];
	int64_t phones = text_sum(s->phones);
	int64_t registered = text_sum(s->phones_registered);
	int64_t failed = text_sum(s->phones_failed);
	int64_t undecided = text_sum(s->phones_undecided);
	int64_t unregistered = text_sum(s->phones_unregistered);
	int64_t others = failed + undecided + unregistered;
	if (text_sum(s->attempts) == 0) {
		if (text_sum(s->scanners.attempts)) {
			page_styled(&t->page, PAGE_BOLD,
			    "No registration was seen but those of scanners.");
			page_end(&t->page);
		} else {
			nothing(t);
		}
		page_end(&t->page);
		if (phones == 0)
			return;
	}
	if (text_count(&t->in->coverage->evictions, "phones"))
		page_str(&t->page, "more than ");
	page_printf(&t->page, "%s: ", text_many(a, phones, "phone"));
	if (registered || others == 0) {
		page_styled(&t->page, others ? PAGE_PLAIN : PAGE_GOOD,
		    page_number(a, registered));
		page_str(&t->page, others ? " registered, " : " registered");
	}
	if (failed)
		failed_phones(t, failed);
	if (undecided)
		page_printf(&t->page, "%s%s undecided", failed ? ", " : "",
		    page_number(a, undecided));
	if (unregistered)
		page_printf(&t->page, "%s%s unregistered",
		    failed || undecided ? ", " : "",
		    page_number(a, unregistered));
	text_shared(t);
	page_end(&t->page);
}
