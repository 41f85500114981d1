/* SPDX-License-Identifier: Apache-2.0 */
/*
 * How the rules about TLS word what they found: detail, evidence, and title
 * and advice where those of the rule would say more than was seen.
 */
#include "diag/tls_view.h"

#include <stdio.h>
#include <string.h>
#include <time.h>

enum { MAX_LIST = 160, MAX_NAMED = 4, UNKNOWN_CA = 48 };

static bool
is(struct rs_span s, const char *text)
{
	return rs_span_eq(s, rs_span_str(text));
}

static bool
is_code(const struct finding *f, const char *code)
{
	return is(f->rec.code, code);
}

static const char *
date(rs_time t, char out[32])
{
	time_t s = (time_t)(t / RS_SEC);
	struct tm tm;
	if (t == RS_NEVER || gmtime_r(&s, &tm) == NULL ||
	    strftime(out, 32, "%Y-%m-%d %H:%M:%S", &tm) == 0)
		return "unknown";
	return out;
}

static const char *
side_name(enum rec_side side)
{
	return side == REC_CLIENT ? "The phone" : "The server";
}

/* RFC 5746 3.3, RFC 7507: signals in the list of ciphers. */
static bool
is_signal(struct rs_span cipher)
{
	static const struct rs_span scsv = RS_LIT("_SCSV");
	return cipher.n > scsv.n &&
	       rs_span_eq(rs_span_from(cipher, cipher.n - scsv.n), scsv);
}

/* "a, b, c, d and 12 more" */
static const char *
few(const struct rec_list *l, char out[MAX_LIST])
{
	const struct rs_span *v = l->v;
	size_t n = 0;
	unsigned named = 0, more = 0;
	out[0] = 0;
	for (uint32_t i = 0; i < l->n; i++) {
		if (is_signal(v[i]))
			continue;
		if (named >= MAX_NAMED || n + v[i].n + 24 >= MAX_LIST) {
			more++;
			continue;
		}
		n += (size_t)snprintf(out + n, MAX_LIST - n, "%s%.*s",
		    named++ ? ", " : "", FINDING_TEXT(v[i]));
	}
	if (more)
		snprintf(out + n, MAX_LIST - n, " and %u more", more);
	return named ? out : "not seen"; /* every ClientHello has some */
}

/* No ClientHello is in the capture: each offers versions, or is of SSL 2.0 and
   can have no name. */
static bool
offer_lost(const struct tls_view *v)
{
	const struct rec_step *s = v->h->steps.v;
	for (uint32_t i = 0; i < v->h->steps.n; i++)
		if (is(s[i].what, "sslv2_hello"))
			return false;
	return v->h->client_versions.n == 0;
}

static struct rs_span
name_or_none(const struct tls_view *v, struct rs_span name)
{
	return name.n          ? name
	       : offer_lost(v) ? RS_LIT("not seen")
			       : RS_LIT("none");
}

static struct rs_span
name_asked(const struct tls_view *v)
{
	return name_or_none(v, v->h->sni);
}

/* What the alert came after. */
static const char *
after_words(const struct tls_view *v, char out[FINDING_WORD])
{
	if (v->alert->after.n == 0 && v->gap)
		return "something that the capture lacks";
	return finding_message(out, v->alert->after);
}

/* Bytes of the wire as text. */
static const char *
printable(struct rs_span s, char out[80])
{
	size_t n = 0;
	for (size_t i = 0; i < s.n && n + 5 < 80; i++) {
		bool plain = s.p[i] >= ' ' && s.p[i] < 0x7f && s.p[i] != '"';
		n += (size_t)snprintf(
		    out + n, 80 - n, plain ? "%c" : "\\x%02x", s.p[i]);
	}
	out[n] = 0;
	return out;
}

/* ---- certificates ---- */

static const char *
chain_note(const struct finding *f)
{
	if (is_code(f, "tls.chain-incomplete"))
		return "Either an intermediate certificate was not sent, or "
		       "the phone does not know the root. ";
	return "";
}

static const char *
weak_note(const struct rec_certificate *c)
{
	const struct rs_span *v = c->weak.v;
	bool usage = false;
	for (uint32_t i = 0; i < c->weak.n; i++)
		usage |= is(v[i], "usage");
	return usage && c->weak.n == 1 ? ", and not made for servers"
	       : usage                 ? " (weak), and not made for servers"
	       : c->weak.n             ? " (weak)"
				       : "";
}

/* "EC P-256, ecdsa-with-SHA256", for who cannot use it. */
static const char *
key_note(const struct finding *f, const struct rec_certificate *c,
    char out[MAX_LIST])
{
	out[0] = 0;
	if (is_code(f, "tls.unsupported-certificate"))
		snprintf(out, MAX_LIST, ", key %.*s, signed by %.*s%s",
		    FINDING_TEXT(c->key), FINDING_TEXT(c->signature),
		    weak_note(c));
	return out;
}

/* Where the issuer's certificate can be got, for who lacks it. */
static const char *
url_note(const struct finding *f, const struct tls_view *v, char out[MAX_LIST])
{
	out[0] = 0;
	if ((is_code(f, "tls.chain-incomplete") ||
		is_code(f, "tls.unknown-ca")) &&
	    v->path && v->path->missing_url.n)
		snprintf(out, MAX_LIST, "; not sent: %.*s, which is at %.*s",
		    FINDING_TEXT(v->path->missing),
		    FINDING_TEXT(v->path->missing_url));
	return out;
}

/* A name that the phone may have checked instead of the one it asked for. */
static const char *
name_note(const struct tls_view *v, char out[MAX_LIST])
{
	out[0] = 0;
	if (v->other_name.n)
		snprintf(out, MAX_LIST,
		    ", which the certificate does not name; it does name %.*s, "
		    "by which the phone came there",
		    FINDING_TEXT(v->other_name));
	else if (v->h->ech == RS_TRUE)
		return ", which with ECH need not be the one meant";
	return out;
}

static const char *
verdict_note(const struct tls_view *v, char out[MAX_LIST])
{
	out[0] = 0;
	if (v->path && v->path->verification.n)
		snprintf(out, MAX_LIST, "; by %.*s: %.*s",
		    FINDING_TEXT(v->path->store),
		    FINDING_TEXT(v->path->verification));
	return out;
}

static void
say_intercepted(struct finding *f, const struct tls_view *v)
{
	char to[32], who[RS_ADDR_TEXT], what[64] = "closed the connection";
	if (v->alert)
		snprintf(what, sizeof what, "sent alert %lld %.*s",
		    (long long)v->alert->number, FINDING_TEXT(v->alert->name));
	if (v->other_leaf == NULL) {
		finding_detail(f,
		    "The phone %s. The certificate of %.*s is issued by %.*s, "
		    "which is what a proxy that inspects TLS is called; name "
		    "asked for: %.*s.",
		    what, FINDING_TEXT(v->leaf->subject),
		    FINDING_TEXT(v->leaf->issuer), FINDING_TEXT(name_asked(v)));
		return;
	}
	rs_addr_format(&v->other->client.at.addr, who);
	finding_detail(f,
	    "The phone %s. The certificate of %.*s is issued by %.*s; for the "
	    "same name %s was shown one with another key, issued by %.*s and "
	    "valid to %s UTC, and took it; name asked for: %.*s.",
	    what, FINDING_TEXT(v->leaf->subject), FINDING_TEXT(v->leaf->issuer),
	    who, FINDING_TEXT(v->other_leaf->issuer),
	    date(v->other_leaf->not_after, to), FINDING_TEXT(name_asked(v)));
	finding_record(f, &rec_handshake_type, &v->other->id);
	finding_evidence(f, v->other_leaf->frame, RS_NEVER,
	    RS_LIT("certificate of the other issuer"));
}

/* What whoever failed did: said why, or just left. */
static const char *
parting(const struct tls_view *v, char out[96])
{
	const struct rec_alert *a = v->alert ? v->alert : v->farewell;
	const char *left =
	    v->resetting ? "reset the connection" : "closed the connection";
	if (a == NULL)
		return left;
	snprintf(out, 96, "sent alert %lld %.*s%s%s", (long long)a->number,
	    FINDING_TEXT(a->name), v->alert ? "" : " and ",
	    v->alert ? "" : left);
	return out;
}

static void
title_closed(struct finding *f, const struct tls_view *v)
{
	bool server = v->h->failed_by == REC_SERVER;
	if (!is_code(f, "tls.closed-silently"))
		return;
	if (v->farewell)
		f->rec.title =
		    server
			? RS_LIT("Closed by the server, and no alert says why")
			: RS_LIT("Closed by the phone, and no alert says why");
	else
		f->rec.title =
		    server ? RS_LIT("Closed by the server, which sent no alert")
			   : RS_LIT("Closed by the phone, which sent no alert");
}

static void
say_certificate(struct finding *f, const struct tls_view *v)
{
	char key[MAX_LIST], url[MAX_LIST], verdict[MAX_LIST], name[MAX_LIST];
	char from[32], to[32], what[96];
	const struct rec_certificate *c = v->outdated ? v->outdated : v->leaf;
	if (v->h->alerts.n) /* else the rule's own title is true */
		title_closed(f, v);
	finding_detail(f,
	    "The phone %s. %sCertificate of %.*s, issued by %.*s%s, valid from "
	    "%s to %s UTC; %u certificate%s sent%s; name asked for: %.*s%s%s.",
	    parting(v, what), chain_note(f), FINDING_TEXT(c->subject),
	    FINDING_TEXT(c->issuer), key_note(f, c, key),
	    date(c->not_before, from), date(c->not_after, to), v->chain,
	    v->chain == 1 ? "" : "s", url_note(f, v, url),
	    FINDING_TEXT(name_or_none(v, v->meant)), name_note(v, name),
	    verdict_note(v, verdict));
	if (is_code(f, "tls.unknown-ca") && v->alert &&
	    v->alert->number != UNKNOWN_CA)
		f->rec.advice = RS_LIT(
		    "Is the root in the phone's trust store? Is the name that "
		    "the phone checks, host or SIP domain, in the "
		    "certificate? Is the phone's clock right?");
	if (is_code(f, "tls.certificate-expired") && v->outdated) {
		if (v->outdated->not_before != RS_NEVER &&
		    v->outdated->not_before > v->h->ended)
			f->rec.advice = RS_LIT(
			    "It is not valid yet: compare the clocks of "
			    "whoever issued it, the server and the capture.");
		else if (v->chain > 1)
			f->rec.advice = RS_LIT("Renew the certificate on the "
					       "server, intermediates too.");
	}
}

/* ---- what is no TLS ---- */

static void
say_not_tls(struct finding *f, const struct tls_view *v)
{
	char text[80], versions[MAX_LIST];
	bool server = v->h->failed_by == REC_SERVER;
	struct rs_span bytes = v->h->first_bytes.text;
	f->rec.title = server ? RS_LIT("The server does not speak TLS here")
			      : RS_LIT("The phone does not speak TLS to a TLS "
				       "port");
	if (server && tls_view_is_http(bytes))
		f->rec.advice = RS_LIT("A web server or proxy answers there: "
				       "compare host and port of the phone's "
				       "profile with those of the SBC.");
	else if (server && tls_view_is_sip(bytes))
		f->rec.advice = RS_LIT("Plain SIP is spoken there: use the "
				       "server's TLS port, or set the phone's "
				       "transport to TCP.");
	else if (tls_view_is_sip(bytes))
		f->rec.advice = RS_LIT("Set the phone's transport to TLS, or "
				       "its port to one where the server takes "
				       "TCP.");
	if (server)
		finding_detail(f,
		    "The server's first bytes are no TLS record: \"%s\"; "
		    "offered %s, name asked for: %.*s.",
		    printable(bytes, text),
		    few(&v->h->client_versions, versions),
		    FINDING_TEXT(name_asked(v)));
	else
		finding_detail(f,
		    "The phone's first bytes to port %u are no TLS record: "
		    "\"%s\".",
		    v->h->server.at.port, printable(bytes, text));
}

/* ---- refusals and ends ---- */

static void
say_sealed(struct finding *f, const struct tls_view *v)
{
	if (v->h->failed_by == REC_CLIENT) {
		f->rec.title = RS_LIT(
		    "The phone refused the handshake with an encrypted alert");
		f->rec.advice = RS_LIT(
		    "Look at the server's certificate, on the server: dates, "
		    "names, chain; and at the phone's clock and log.");
		finding_detail(f,
		    "After the server's messages the phone sent an encrypted "
		    "record of the size of an alert where its Finished was "
		    "due; which alert, and the certificate, cannot be read "
		    "without keys; name asked for: %.*s.",
		    FINDING_TEXT(name_asked(v)));
	} else if (v->empty_certificate) {
		finding_detail(f,
		    "Before its Finished the phone sent an encrypted record "
		    "of the size of an empty Certificate, and the server "
		    "answered with one of the size of an alert; name asked "
		    "for: %.*s.",
		    FINDING_TEXT(name_asked(v)));
	} else if (v->sealed_certificate) {
		finding_detail(f,
		    "Before its Finished the phone sent an encrypted record "
		    "that is long enough for a certificate, and the server "
		    "answered with one of the size of an alert; name asked "
		    "for: %.*s.",
		    FINDING_TEXT(name_asked(v)));
	} else {
		f->rec.title = RS_LIT("The server ended the handshake with an "
				      "encrypted alert");
		finding_detail(f,
		    "The phone had finished, and the server answered with an "
		    "encrypted record of the size of an alert; which one "
		    "cannot be read without keys; name asked for: %.*s.",
		    FINDING_TEXT(name_asked(v)));
	}
}

/* The phone does not take the version that the server chose. */
static void
say_version(struct finding *f, const struct tls_view *v)
{
	char versions[MAX_LIST];
	f->rec.advice = RS_LIT("Let the server take newer versions; compare "
			       "with what the phone's firmware offers.");
	finding_detail(f,
	    "The server chose %.*s, and the phone sent alert %lld %.*s; it "
	    "offered %s, name asked for: %.*s.",
	    FINDING_TEXT(v->h->version), (long long)v->alert->number,
	    FINDING_TEXT(v->alert->name), few(&v->h->client_versions, versions),
	    FINDING_TEXT(name_asked(v)));
}

static void
say_parameters(struct finding *f, const struct tls_view *v)
{
	const struct rec_handshake *h = v->h;
	char versions[MAX_LIST], ciphers[MAX_LIST], groups[MAX_LIST];
	char after[FINDING_WORD];
	finding_detail(f,
	    "%s sent alert %lld %.*s after %s; offered %s; ciphers %s%s%s; "
	    "name asked for: %.*s.",
	    side_name(h->failed_by), (long long)v->alert->number,
	    FINDING_TEXT(v->alert->name), after_words(v, after),
	    few(&h->client_versions, versions),
	    few(&h->client_ciphers, ciphers), v->new_client ? "; groups " : "",
	    v->new_client ? few(&h->client_groups, groups) : "",
	    FINDING_TEXT(name_asked(v)));
}

static void
say_closed(struct finding *f, const struct tls_view *v)
{
	const struct rec_handshake *h = v->h;
	char versions[MAX_LIST];
	char phone[FINDING_WORD], server_last[FINDING_WORD], what[96];
	title_closed(f, v);
	finding_detail(f,
	    "%s %s; last message of the phone: %s, of the server: %s; offered "
	    "%s, name asked for: %.*s.",
	    side_name(h->failed_by), parting(v, what),
	    finding_message(phone, h->last_message_client),
	    finding_message(server_last, h->last_message_server),
	    few(&h->client_versions, versions), FINDING_TEXT(name_asked(v)));
}

/* The phone's own certificate, as far as it was seen in clear. */
static void
say_client_certificate(struct finding *f, const struct tls_view *v)
{
	const struct rec_certificate *c = v->client_leaf;
	char from[32], to[32], verdict[MAX_LIST] = "";
	bool outdated =
	    c->not_after < v->h->ended || c->not_before > v->h->ended;
	if (v->client_path && v->client_path->verification.n)
		snprintf(verdict, sizeof verdict, "; by %.*s: %.*s",
		    FINDING_TEXT(v->client_path->store),
		    FINDING_TEXT(v->client_path->verification));
	finding_detail(f,
	    "The server sent alert %lld %.*s to the phone's certificate of "
	    "%.*s, issued by %.*s, valid from %s to %s UTC%s%s.",
	    (long long)v->alert->number, FINDING_TEXT(v->alert->name),
	    FINDING_TEXT(c->subject), FINDING_TEXT(c->issuer),
	    date(c->not_before, from), date(c->not_after, to),
	    c->not_after != RS_NEVER && outdated ? ": not at this time" : "",
	    verdict);
}

static void
say_rest(struct finding *f, const struct tls_view *v)
{
	const struct rec_handshake *h = v->h;
	char versions[MAX_LIST], after[FINDING_WORD];
	enum rs_fact acked =
	    v->connection ? v->connection->acked_client : RS_UNKNOWN;
	const char *arrived = acked == RS_TRUE ? ", which was acknowledged"
			      : acked == RS_FALSE
				  ? ", which was never acknowledged"
				  : "";
	if (h->state == REC_ABANDONED)
		finding_detail(f,
		    "No ServerHello in %lld s after the ClientHello%s; offered "
		    "%s, name asked for: %.*s.",
		    (long long)((h->ended - h->started) / RS_SEC), arrived,
		    few(&h->client_versions, versions),
		    FINDING_TEXT(name_asked(v)));
	else if (tls_view_dismissed(h))
		finding_detail(f,
		    "The server asked for a certificate, and the phone had "
		    "none to show. The handshake completed all the same; then "
		    "the server closed at once and answered nothing. It may "
		    "also be that what is behind it is down.");
	else if (v->alert && offer_lost(v) && v->alert->after.n == 0)
		finding_detail(f,
		    "%s sent alert %lld %.*s; the capture lacks the messages "
		    "before it.",
		    side_name(h->failed_by), (long long)v->alert->number,
		    FINDING_TEXT(v->alert->name));
	else if (v->alert)
		finding_detail(f,
		    "%s sent alert %lld %.*s after %s; offered %s, name "
		    "asked for: %.*s.",
		    side_name(h->failed_by), (long long)v->alert->number,
		    FINDING_TEXT(v->alert->name), after_words(v, after),
		    few(&h->client_versions, versions),
		    FINDING_TEXT(name_asked(v)));
	else
		say_closed(f, v);
}

/* The certificate is under keys: what can be seen of it is on the server. */
static void
say_unseen(struct finding *f)
{
	if (is_code(f, "tls.certificate-expired"))
		f->rec.advice = RS_LIT(
		    "Look at the dates of the server's certificates first, "
		    "then at the phone's clock.");
	else if (is_code(f, "tls.unknown-ca"))
		f->rec.advice = RS_LIT(
		    "Is the root in the phone's trust store, with this "
		    "firmware? Without keys a TLS 1.3 certificate cannot be "
		    "seen: look at it on the server.");
}

static void
say_evidence(struct finding *f, const struct tls_view *v)
{
	static const char *const both[] = {"alert", "encrypted_alert", "fin",
	    "rst", "not_tls", "certificate", "encrypted_empty_certificate",
	    "encrypted_certificate"};
	const struct rec_handshake *h = v->h;
	finding_steps(f, h, REC_CLIENT, "client_hello");
	finding_steps(f, h, REC_CLIENT, "sslv2_hello");
	finding_steps(f, h, REC_SERVER, "server_hello");
	finding_steps(f, h, REC_SERVER, "certificate_request");
	for (size_t i = 0; i < sizeof both / sizeof *both; i++) {
		finding_steps(f, h, REC_CLIENT, both[i]);
		finding_steps(f, h, REC_SERVER, both[i]);
	}
	const struct rec_alert *a = h->alerts.v;
	for (uint32_t i = 0; i < h->alerts.n; i++)
		if (a[i].encrypted == RS_TRUE && !is(h->version, "TLS 1.2"))
			finding_evidence(f, a[i].frame, a[i].at,
			    RS_LIT("encrypted record, short as an alert"));
	if (f->rec.evidence.n == 0 && h->frames.n)
		finding_evidence(f, *(const struct rs_frame *)h->frames.v,
		    h->started, RS_LIT("handshake"));
}

static long long
in_days(int64_t ns)
{
	const int64_t day = 86400 * RS_SEC;
	return (ns < 0 ? -ns + day / 2 : ns + day / 2) / day;
}

/* What is known of clocks, behind what was said. */
static void
say_clock(struct finding *f, const struct tls_view *v)
{
	const struct rec_clock *k = v->clock;
	struct rs_span said = f->rec.detail;
	if (v->clock_off)
		finding_detail(f,
		    "%.*s The phone's clock is %lld days %s by %s.",
		    FINDING_TEXT(said), in_days(k->client_offset),
		    k->client_offset < 0 ? "behind" : "ahead",
		    k->source == REC_CLOCK_NTP   ? "its NTP queries"
		    : k->source == REC_CLOCK_SIP ? "the Date of its REGISTER"
						 : "its ClientHello");
	else if (v->clock_silent)
		finding_detail(f, "%.*s Its %lld NTP queries got no answer.",
		    FINDING_TEXT(said), (long long)k->queries);
	else
		return;
	finding_record(f, &rec_clock_type, &k->id);
	finding_frames(f, &k->frames, RS_NEVER,
	    k->source == REC_CLOCK_NTP ? RS_LIT("NTP")
				       : RS_LIT("the phone's time"));
	finding_evidence(f, k->icmp_frame, RS_NEVER, RS_LIT("ICMP error"));
}

static void
say_capture_clock(struct finding *f, const struct tls_view *v)
{
	struct rs_span said = f->rec.detail;
	finding_detail(f,
	    "%.*s By NTP the capture's own clock is wrong: its times are %lld "
	    "days %s.",
	    FINDING_TEXT(said), in_days(v->capture_off),
	    v->capture_off < 0 ? "ahead" : "behind");
}

void
tls_say(struct finding *f, const struct tls_view *v)
{
	bool client = v->h->failed_by == REC_CLIENT;
	if (is_code(f, "tls.not-tls"))
		say_not_tls(f, v);
	else if (v->sealed_alert)
		say_sealed(f, v);
	else if (is_code(f, "tls.intercepted"))
		say_intercepted(f, v);
	else if (is_code(f, "tls.record-damaged"))
		say_rest(f, v);
	else if (is_code(f, "tls.client-certificate-refused") && v->alert &&
		 v->client_leaf)
		say_client_certificate(f, v);
	else if (is_code(f, "tls.version-mismatch") && client && v->alert)
		say_version(f, v);
	else if (client && v->leaf)
		say_certificate(f, v);
	else if (is_code(f, "tls.no-common-parameters") && v->alert)
		say_parameters(f, v);
	else
		say_rest(f, v);
	if (client && v->leaf == NULL && is(v->h->version, "TLS 1.3") &&
	    !v->sealed_alert)
		say_unseen(f);
	if (is_code(f, "tls.phone-clock") && v->clock)
		say_clock(f, v);
	if (v->capture_off && (is_code(f, "tls.phone-clock") ||
				  is_code(f, "tls.certificate-expired")))
		say_capture_clock(f, v);
	say_evidence(f, v);
}
