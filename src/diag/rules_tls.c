/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Rules about TLS handshakes.
 *
 * One failed handshake has one cause, so that one function (cause_of) sorts it
 * and every rule asks whether it is its own.  The position and the sender of an
 * alert decide what it means; the same refusal looks different by library
 * (OpenSSL says bad_certificate where mbedTLS says certificate_unknown), and in
 * TLS 1.3 certificates are not seen without keys: what remains possible is in
 * `alternatives`.
 */
#include "diag/finding.h"
#include "diag/rules.h"

#include <stdio.h>
#include <time.h>

/* RFC 8446 6, RFC 5246 7.2, RFC 6066 9. */
enum {
	HANDSHAKE_FAILURE = 40,
	NO_CERTIFICATE = 41,
	BAD_CERTIFICATE = 42,
	UNSUPPORTED_CERTIFICATE = 43,
	CERTIFICATE_REVOKED = 44,
	CERTIFICATE_EXPIRED = 45,
	CERTIFICATE_UNKNOWN = 46,
	UNKNOWN_CA = 48,
	ACCESS_DENIED = 49,
	PROTOCOL_VERSION = 70,
	INSUFFICIENT_SECURITY = 71,
	UNRECOGNIZED_NAME = 112,
	CERTIFICATE_REQUIRED = 116,
};

struct cause {
	const struct diag_rule *rule; /* NULL: none that can be told */
	enum rec_certainty certainty;
	const char *alternatives[5];
};

/* What a handshake shows, as the sorting needs it. */
struct view {
	const struct rec_handshake *h;
	const struct rec_alert *alert; /* that ended it; NULL: none readable */
	const struct rec_certificate *leaf; /* the server's own; NULL */
	unsigned chain;                     /* certificates of the server */
	bool server_hello;
	bool before_hello; /* the server never got to its ServerHello */
	bool expired;      /* some certificate of the chain, at that time */
	bool name_differs; /* the SNI is in no SAN */
	bool old_client;   /* offers nothing newer than TLS 1.1 */
	bool resetting;
};

#define CAUSE(rule_, certainty_, ...)                                          \
 ((struct cause){&(rule_), certainty_, {__VA_ARGS__}})
static const struct cause no_cause = {NULL, REC_CERTAINTY_NONE, {NULL}};

static bool
is(struct rs_span s, const char *text)
{
	return rs_span_eq(s, rs_span_str(text));
}

/* RFC 6125 6.4.3: a wildcard is the whole leftmost label. */
static bool
name_matches(struct rs_span pattern, struct rs_span host)
{
	if (rs_span_eq_nocase(pattern, host))
		return true;
	size_t dot = rs_span_find(host, '.');
	return rs_span_starts(pattern, RS_LIT("*.")) && dot < host.n && dot &&
	       rs_span_eq_nocase(
		   rs_span_from(pattern, 1), rs_span_from(host, dot));
}

/* True only when both the name asked for and the names given were seen. */
static bool
name_differs(struct rs_span sni, const struct rec_certificate *leaf)
{
	const struct rs_span *san = leaf->san.v;
	if (sni.n == 0 || leaf->subject.p == NULL)
		return false;
	for (uint32_t i = 0; i < leaf->san.n; i++) {
		size_t colon = rs_span_find(san[i], ':');
		if (name_matches(rs_span_from(san[i], colon + 1), sni))
			return false;
	}
	return true;
}

static bool
outdated(const struct rec_certificate *c, rs_time at)
{
	return at != RS_NEVER &&
	       ((c->not_after != RS_NEVER && c->not_after < at) ||
		   (c->not_before != RS_NEVER && c->not_before > at));
}

static bool
is_old(struct rs_span version)
{
	return is(version, "TLS 1.1") || is(version, "TLS 1.0") ||
	       is(version, "SSL 3.0") || is(version, "SSL 2.0");
}

static const struct rec_alert *
final_alert(const struct rec_handshake *h)
{
	const struct rec_alert *v = h->alerts.v, *found = NULL;
	for (uint32_t i = 0; i < h->alerts.n; i++)
		if (v[i].from == h->failed_by && v[i].encrypted == RS_FALSE &&
		    v[i].number != 0 && (found == NULL || v[i].level != 1))
			found = &v[i];
	return found;
}

static bool
has_gap(const struct rec_handshake *h)
{
	const struct rs_span *flaw = h->flaws.v;
	for (uint32_t i = 0; i < h->flaws.n; i++)
		if (is(flaw[i], "gap"))
			return true;
	return false;
}

/* The client got past the ServerHello, whether that was captured or not: a
   certificate, key exchange, ChangeCipherSpec or Finished of its own. */
static bool
client_went_on(const struct rec_handshake *h)
{
	for (size_t i = 0; i < h->history.n; i++)
		if (memchr("XGIYK", h->history.p[i], 5))
			return true;
	return false;
}

static struct view
view_of(const struct rec_handshake *h)
{
	struct view v = {.h = h};
	const struct rec_certificate *c = h->certificates.v;
	for (uint32_t i = 0; i < h->certificates.n; i++) {
		if (c[i].from != REC_SERVER)
			continue;
		if (v.chain++ == 0)
			v.leaf = &c[i];
		v.expired |= outdated(&c[i], h->ended);
	}
	v.name_differs = v.leaf && name_differs(h->sni, v.leaf);
	v.server_hello = h->version.p != NULL;
	v.before_hello = !v.server_hello && !has_gap(h) && !client_went_on(h);
	v.resetting = h->reason == REC_REASON_RESET;
	const struct rs_span *offered = h->client_versions.v;
	v.old_client = h->client_versions.n > 0;
	for (uint32_t i = 0; i < h->client_versions.n; i++)
		v.old_client &= is_old(offered[i]);
	if (h->reason == REC_REASON_ALERT)
		v.alert = final_alert(h);
	return v;
}

static bool
warned(const struct rec_handshake *h, int64_t number)
{
	const struct rec_alert *a = h->alerts.v;
	for (uint32_t i = 0; i < h->alerts.n; i++)
		if (a[i].number == number && a[i].from == REC_SERVER)
			return true;
	return false;
}

/* The server refused in clear. */
static struct cause
server_alert(const struct view *v)
{
	int64_t n = v->alert->number;
	enum rec_client_certificate cc = v->h->client_certificate;
	if (n == PROTOCOL_VERSION)
		return CAUSE(diag_tls_version_mismatch, REC_CERTAIN, NULL);
	if (n == UNRECOGNIZED_NAME)
		return CAUSE(diag_tls_sni_rejected, REC_CERTAIN, NULL);
	if (n == INSUFFICIENT_SECURITY)
		return CAUSE(diag_tls_no_common_parameters, REC_CERTAIN, NULL);
	if (v->before_hello && n == HANDSHAKE_FAILURE) {
		if (v->old_client)
			return CAUSE(diag_tls_version_mismatch, REC_LIKELY,
			    "tls.no-common-parameters");
		return CAUSE(diag_tls_no_common_parameters, REC_LIKELY,
		    "tls.version-mismatch", "tls.sni-rejected");
	}
	if (v->before_hello)
		return no_cause;
	if (n == CERTIFICATE_REQUIRED)
		return CAUSE(
		    diag_tls_client_certificate_missing, REC_CERTAIN, NULL);
	if (cc == REC_CC_NONE_SENT &&
	    (n == HANDSHAKE_FAILURE || n == NO_CERTIFICATE))
		return CAUSE(
		    diag_tls_client_certificate_missing, REC_CERTAIN, NULL);
	if (cc == REC_CC_NONE_SENT && n == BAD_CERTIFICATE)
		return CAUSE(
		    diag_tls_client_certificate_missing, REC_LIKELY, NULL);
	if (cc == REC_CC_SENT &&
	    ((n >= BAD_CERTIFICATE && n <= CERTIFICATE_UNKNOWN) ||
		n == UNKNOWN_CA))
		return CAUSE(
		    diag_tls_client_certificate_refused, REC_CERTAIN, NULL);
	if (cc == REC_CC_SENT && (n == HANDSHAKE_FAILURE || n == ACCESS_DENIED))
		return CAUSE(
		    diag_tls_client_certificate_refused, REC_LIKELY, NULL);
	return no_cause;
}

/* The client says unknown_ca of a chain that was seen. */
static struct cause
unknown_issuer(const struct view *v)
{
	if (v->leaf->self_signed == RS_TRUE)
		return CAUSE(diag_tls_self_signed, REC_CERTAIN, NULL);
	if (v->chain == 1 && v->leaf->self_signed == RS_FALSE)
		return CAUSE(diag_tls_chain_incomplete, REC_LIKELY,
		    "tls.unknown-ca", "tls.intercepted");
	return CAUSE(diag_tls_unknown_ca, REC_LIKELY, "tls.intercepted");
}

/* The client does not like the chain, and does not say (42, 46) why. */
static struct cause
bad_chain(const struct view *v)
{
	if (v->expired)
		return CAUSE(diag_tls_certificate_expired, REC_LIKELY,
		    "tls.name-mismatch", "tls.unknown-ca");
	if (v->name_differs)
		return CAUSE(diag_tls_name_mismatch, REC_LIKELY,
		    v->leaf->self_signed == RS_TRUE ? "tls.self-signed"
						    : "tls.unknown-ca",
		    "tls.phone-clock");
	if (v->leaf->self_signed == RS_TRUE)
		return CAUSE(diag_tls_self_signed, REC_LIKELY,
		    "tls.name-mismatch", "tls.phone-clock");
	if (v->chain == 1 && v->leaf->self_signed == RS_FALSE)
		return CAUSE(diag_tls_chain_incomplete, REC_LIKELY,
		    "tls.unknown-ca", "tls.name-mismatch", "tls.phone-clock",
		    "tls.unsupported-certificate");
	return CAUSE(diag_tls_unknown_ca, REC_LIKELY, "tls.name-mismatch",
	    "tls.phone-clock", "tls.unsupported-certificate",
	    "tls.chain-incomplete");
}

/* As above where the certificates are not seen (TLS 1.3). */
static struct cause
unseen_chain(enum rec_certainty certainty)
{
	return CAUSE(diag_tls_unknown_ca, certainty, "tls.certificate-expired",
	    "tls.name-mismatch", "tls.self-signed", "tls.chain-incomplete",
	    "tls.phone-clock");
}

/* The client refused in clear. */
static struct cause
client_alert(const struct view *v)
{
	int64_t n = v->alert->number;
	if (v->before_hello)
		return no_cause;
	if (n == PROTOCOL_VERSION)
		return CAUSE(diag_tls_version_mismatch, REC_CERTAIN, NULL);
	if (n == CERTIFICATE_EXPIRED && v->expired)
		return CAUSE(diag_tls_certificate_expired, REC_CERTAIN, NULL);
	if (n == CERTIFICATE_EXPIRED && v->leaf)
		return CAUSE(diag_tls_phone_clock, REC_LIKELY,
		    "tls.certificate-expired");
	if (n == CERTIFICATE_EXPIRED)
		return CAUSE(diag_tls_certificate_expired, REC_LIKELY,
		    "tls.phone-clock");
	if (n == UNSUPPORTED_CERTIFICATE)
		return CAUSE(
		    diag_tls_unsupported_certificate, REC_LIKELY, NULL);
	if (n == UNKNOWN_CA && v->leaf)
		return unknown_issuer(v);
	if (n == UNKNOWN_CA)
		return CAUSE(diag_tls_unknown_ca, REC_LIKELY, "tls.self-signed",
		    "tls.chain-incomplete", "tls.intercepted");
	if (n == BAD_CERTIFICATE || n == CERTIFICATE_UNKNOWN)
		return v->leaf ? bad_chain(v) : unseen_chain(REC_LIKELY);
	return no_cause;
}

/* One side closed and said nothing. */
static struct cause
closed(const struct view *v)
{
	const struct rec_handshake *h = v->h;
	if (has_gap(h)) /* an alert, or no TLS at all, may be in the hole */
		return no_cause;
	if (h->failed_by == REC_SERVER && v->before_hello) {
		if (warned(h, UNRECOGNIZED_NAME))
			return CAUSE(diag_tls_sni_rejected, REC_LIKELY,
			    "tls.closed-silently");
		if (v->resetting)
			return CAUSE(diag_tls_closed_silently, REC_LIKELY,
			    "tcp.forged-reset", "tls.version-mismatch",
			    "tls.no-common-parameters");
		return CAUSE(diag_tls_closed_silently, REC_LIKELY,
		    "tls.version-mismatch", "tls.no-common-parameters",
		    "tls.sni-rejected");
	}
	if (h->failed_by == REC_CLIENT && v->leaf && v->expired)
		return CAUSE(diag_tls_certificate_expired, REC_LIKELY,
		    "tls.closed-silently", "tls.unknown-ca");
	if (h->failed_by == REC_CLIENT && v->leaf && v->name_differs)
		return CAUSE(diag_tls_name_mismatch, REC_LIKELY,
		    "tls.closed-silently", "tls.unknown-ca");
	if (h->failed_by == REC_CLIENT && v->leaf)
		return CAUSE(diag_tls_closed_silently, REC_LIKELY,
		    "tls.unknown-ca", "tls.chain-incomplete",
		    "tls.phone-clock");
	if (h->failed_by == REC_SERVER && is(h->version, "TLS 1.3"))
		return CAUSE(diag_tls_closed_silently, REC_LIKELY,
		    "tls.client-certificate-missing",
		    "tls.client-certificate-refused");
	return CAUSE(diag_tls_closed_silently, REC_LIKELY, NULL);
}

static struct cause
cause_of(const struct view *v)
{
	const struct rec_handshake *h = v->h;
	bool server = h->failed_by == REC_SERVER;
	if (h->state == REC_ABANDONED && v->before_hello && server)
		return CAUSE(
		    diag_tls_no_server_hello, REC_LIKELY, "tcp.mtu-blackhole");
	if (h->state != REC_FAILED)
		return no_cause;
	switch (h->reason) {
	case REC_REASON_NOT_TLS:
		return CAUSE(diag_tls_not_tls, REC_CERTAIN, NULL);
	case REC_REASON_ALERT:
		if (v->alert)
			return server ? server_alert(v) : client_alert(v);
		/* Inferred: one short record where the peer was done, and a
		   close: two signals. */
		if (!is(h->version, "TLS 1.3"))
			return no_cause;
		if (server)
			return CAUSE(diag_tls_client_certificate_missing,
			    REC_INFERRED, "tls.client-certificate-refused");
		return unseen_chain(REC_INFERRED);
	case REC_REASON_CLOSED:
	case REC_REASON_RESET:
		return closed(v);
	case REC_REASON_NONE:
	case REC_REASON_SILENCE:
	case REC_REASON_MALFORMED:
		break;
	}
	return no_cause;
}

/* ---- what is said of it ---- */

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

static void
detail_certificate(struct finding *f, const struct view *v)
{
	char from[32], to[32];
	const struct rec_certificate *c = v->leaf;
	const struct rec_certificate *all = v->h->certificates.v;
	for (uint32_t i = 0; i < v->h->certificates.n; i++)
		if (all[i].from == REC_SERVER &&
		    outdated(&all[i], v->h->ended)) {
			c = &all[i];
			break;
		}
	finding_detail(f,
	    "Certificate of %.*s, issued by %.*s, valid from %s to %s UTC; "
	    "%u certificate%s sent; name asked for: %.*s.",
	    FINDING_TEXT(c->subject), FINDING_TEXT(c->issuer),
	    date(c->not_before, from), date(c->not_after, to), v->chain,
	    v->chain == 1 ? "" : "s", FINDING_TEXT(v->h->sni));
}

static void
detail_refusal(struct finding *f, const struct view *v)
{
	const struct rec_handshake *h = v->h;
	const struct rs_span *versions = h->client_versions.v;
	struct rs_span best =
	    h->client_versions.n ? versions[0] : (struct rs_span){0};
	if (h->state == REC_ABANDONED)
		finding_detail(f,
		    "No ServerHello in %lld s after the ClientHello; offered "
		    "%.*s, name asked for: %.*s.",
		    (long long)((h->ended - h->started) / RS_SEC),
		    FINDING_TEXT(best), FINDING_TEXT(h->sni));
	else if (h->reason == REC_REASON_NOT_TLS)
		finding_detail(f,
		    "%s's first bytes are no TLS record; offered %.*s, name "
		    "asked for: %.*s.",
		    side_name(h->failed_by), FINDING_TEXT(best),
		    FINDING_TEXT(h->sni));
	else if (v->alert)
		finding_detail(f,
		    "%s sent alert %lld %.*s after %.*s; offered %.*s and %u "
		    "ciphers, name asked for: %.*s.",
		    side_name(h->failed_by), (long long)v->alert->number,
		    FINDING_TEXT(v->alert->name), FINDING_TEXT(v->alert->after),
		    FINDING_TEXT(best), h->client_ciphers.n,
		    FINDING_TEXT(h->sni));
	else
		finding_detail(f,
		    "%s ended it; last message of the phone %.*s, of the "
		    "server %.*s; offered %.*s, name asked for: %.*s.",
		    side_name(h->failed_by),
		    FINDING_TEXT(h->last_message_client),
		    FINDING_TEXT(h->last_message_server), FINDING_TEXT(best),
		    FINDING_TEXT(h->sni));
}

static void
say_evidence(struct finding *f, const struct view *v)
{
	static const char *const both[] = {
	    "alert", "encrypted_alert", "fin", "rst", "not_tls", "certificate"};
	const struct rec_handshake *h = v->h;
	finding_steps(f, h, REC_CLIENT, "client_hello");
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

/* SIP in clear to a port where TLS is expected (RFC 3261 18, and Cisco's), and
   the server closes: no handshake, but the same mistake. */
static void
clear_sip(const struct diag_rule *rule, const struct diag_case *c,
    const struct diag_out *out)
{
	const struct rec_registration *r = c->registration;
	const struct rec_connection *n = c->connection;
	uint16_t port = r->server.at.port;
	struct finding f;
	if (r->outcome != REC_CONNECTION_LOST || r->transport != REC_TCP ||
	    (port != 5061 && port != 8934))
		return;
	if (n && n->closed_by != REC_SERVER)
		return;
	finding_begin(&f, rule, c, out, REC_LIKELY);
	finding_detail(&f,
	    "A REGISTER in clear went to port %u, where TLS is expected; the "
	    "connection was closed without an answer.",
	    port);
	const struct rs_frame *v = r->frames.v;
	for (uint32_t i = 0; i < r->frames.n; i++)
		finding_evidence(&f, v[i], r->started, RS_LIT("REGISTER"));
	if (n)
		finding_evidence(&f, n->close_frame, n->ended, n->closed_how);
	finding_say(&f);
}

static void
check_tls(const struct diag_rule *rule, const struct diag_case *c,
    const struct diag_out *out)
{
	if (c->handshake == NULL)
		return;
	struct view v = view_of(c->handshake);
	struct cause cause = cause_of(&v);
	struct finding f;
	if (cause.rule != rule)
		return;
	finding_begin(&f, rule, c, out, cause.certainty);
	for (size_t i = 0; i < 5 && cause.alternatives[i]; i++)
		finding_alternative(&f, cause.alternatives[i]);
	/* What is missing may be what would tell. */
	if (cause.certainty != REC_CERTAIN &&
	    (has_gap(v.h) ||
		(c->connection && c->connection->from_start == RS_FALSE)))
		finding_alternative(&f, "capture.incomplete");
	if (c->handshake->failed_by == REC_CLIENT && v.leaf)
		detail_certificate(&f, &v);
	else
		detail_refusal(&f, &v);
	say_evidence(&f, &v);
	finding_say(&f);
}

static void
check_not_tls(const struct diag_rule *rule, const struct diag_case *c,
    const struct diag_out *out)
{
	check_tls(rule, c, out);
	if (c->handshake == NULL && c->registration)
		clear_sip(rule, c, out);
}

#define TLS_RULE(name, code, title, advice)                                    \
 const struct diag_rule name = {                                               \
     code, REC_ERROR, "tls", title, advice, check_tls}

const struct diag_rule diag_tls_not_tls = {"tls.not-tls", REC_ERROR, "tls",
    "One side does not speak TLS",
    "Compare transport and port of the phone's profile with those of the "
    "server: SIP over TCP on a TLS port, or the reverse.",
    check_not_tls};
TLS_RULE(diag_tls_version_mismatch, "tls.version-mismatch",
    "No TLS version in common",
    "Compare the lowest version the server accepts with what the phone's "
    "firmware offers.");
TLS_RULE(diag_tls_no_common_parameters, "tls.no-common-parameters",
    "No cipher, group or signature algorithm in common",
    "Compare the phone's offer with the server's configuration.");
TLS_RULE(diag_tls_sni_rejected, "tls.sni-rejected",
    "The server does not know the name it was asked for",
    "Is the name in the phone's profile one that the server serves?");
TLS_RULE(diag_tls_client_certificate_missing, "tls.client-certificate-missing",
    "The server wants a client certificate and got none",
    "Does the phone have a certificate (MIC, LSC, custom), and is it set to "
    "send it? Or does the server demand one by mistake?");
TLS_RULE(diag_tls_client_certificate_refused, "tls.client-certificate-refused",
    "The server refuses the phone's certificate",
    "Check its validity and that the server trusts the CA that issued it.");
TLS_RULE(diag_tls_certificate_expired, "tls.certificate-expired",
    "The server's certificate is not valid at this time",
    "Renew the certificate on the server, intermediates too.");
TLS_RULE(diag_tls_phone_clock, "tls.phone-clock",
    "The phone takes a valid certificate for expired",
    "Check the phone's clock: NTP server, time zone, first boot.");
TLS_RULE(diag_tls_chain_incomplete, "tls.chain-incomplete",
    "The server sends no intermediate certificate",
    "Install the intermediate certificates on the server.");
TLS_RULE(diag_tls_unknown_ca, "tls.unknown-ca",
    "The phone does not accept the server's certificate",
    "Is the root in the phone's trust store, with this firmware? See the "
    "alternatives: without keys a TLS 1.3 certificate cannot be seen.");
TLS_RULE(diag_tls_self_signed, "tls.self-signed",
    "The server's certificate is self-signed",
    "Install a certificate of a CA that the phones trust, or add this one to "
    "their trust store.");
TLS_RULE(diag_tls_name_mismatch, "tls.name-mismatch",
    "The certificate is not for the name the phone asked for",
    "Add the name to the certificate, or use one of its names in the "
    "profile; phones may check the SIP domain rather than the host.");
TLS_RULE(diag_tls_unsupported_certificate, "tls.unsupported-certificate",
    "The phone does not support the certificate's key or signature",
    "Use a key and signature that this firmware knows (RSA 2048, SHA-256).");
TLS_RULE(diag_tls_closed_silently, "tls.closed-silently",
    "The connection was closed in the handshake without an alert",
    "Look at the log of the side that closed; a middlebox may have done it.");
TLS_RULE(diag_tls_no_server_hello, "tls.no-server-hello",
    "The server does not answer the ClientHello",
    "Is the server overloaded or hung? Do large packets get through?");
