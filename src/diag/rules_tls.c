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
#include "diag/path_view.h"
#include "diag/rules.h"
#include "diag/tls_view.h"

enum { MAX_ALTERNATIVES = 8 };

/* RFC 8446 6, RFC 5246 7.2, RFC 6066 9. */
enum {
	BAD_RECORD_MAC = 20,
	HANDSHAKE_FAILURE = 40,
	NO_CERTIFICATE = 41,
	BAD_CERTIFICATE = 42,
	UNSUPPORTED_CERTIFICATE = 43,
	CERTIFICATE_REVOKED = 44,
	CERTIFICATE_EXPIRED = 45,
	CERTIFICATE_UNKNOWN = 46,
	ILLEGAL_PARAMETER = 47,
	UNKNOWN_CA = 48,
	ACCESS_DENIED = 49,
	DECODE_ERROR = 50,
	DECRYPT_ERROR = 51,
	PROTOCOL_VERSION = 70,
	INSUFFICIENT_SECURITY = 71,
	UNRECOGNIZED_NAME = 112,
	CERTIFICATE_REQUIRED = 116,
};

struct cause {
	const struct diag_rule *rule; /* NULL: none that can be told */
	enum rec_certainty certainty;
	const char *alternatives[MAX_ALTERNATIVES];
};

#define CAUSE(rule_, certainty_, ...)                                          \
 ((struct cause){&(rule_), certainty_, {__VA_ARGS__}})
static const struct cause no_cause = {NULL, REC_CERTAINTY_NONE, {NULL}};

static bool
is(struct rs_span s, const char *text)
{
	return rs_span_eq(s, rs_span_str(text));
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
server_alert(const struct tls_view *v)
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
	if (n == BAD_RECORD_MAC)
		return CAUSE(diag_tls_record_damaged, REC_CERTAIN, NULL);
	/* It is also what a CertificateVerify that does not fit gets. */
	if (n == DECRYPT_ERROR && cc == REC_CC_SENT)
		return CAUSE(diag_tls_record_damaged, REC_LIKELY,
		    "tls.client-certificate-refused");
	if (n == DECRYPT_ERROR)
		return CAUSE(diag_tls_record_damaged, REC_CERTAIN, NULL);
	if (n == CERTIFICATE_REQUIRED)
		return CAUSE(
		    diag_tls_client_certificate_missing, REC_CERTAIN, NULL);
	if (cc == REC_CC_NONE_SENT &&
	    (n == HANDSHAKE_FAILURE || n == NO_CERTIFICATE ||
		n == BAD_CERTIFICATE))
		return CAUSE(
		    diag_tls_client_certificate_missing, REC_CERTAIN, NULL);
	/* GnuTLS calls an empty Certificate this. */
	if (cc == REC_CC_NONE_SENT && n == DECODE_ERROR)
		return CAUSE(diag_tls_client_certificate_missing, REC_LIKELY,
		    "tls.record-damaged");
	if (cc == REC_CC_SENT &&
	    ((n >= BAD_CERTIFICATE && n <= CERTIFICATE_UNKNOWN) ||
		n == UNKNOWN_CA || n == ACCESS_DENIED))
		return CAUSE(
		    diag_tls_client_certificate_refused, REC_CERTAIN, NULL);
	if (cc == REC_CC_SENT && n == HANDSHAKE_FAILURE)
		return CAUSE(diag_tls_client_certificate_refused, REC_LIKELY,
		    "tls.no-common-parameters");
	return no_cause;
}

/*
 * Somebody else was shown, and took, a certificate of another issuer and with
 * another key for this name, which had not expired; or the issuer has the name
 * of a proxy's maker, and the client does not know it: two signals, of which
 * none is direct.
 */
static struct cause
intercepted(const struct tls_view *v)
{
	if (v->leaf && v->other_leaf)
		return CAUSE(
		    diag_tls_intercepted, REC_LIKELY, "tls.unknown-ca");
	if (v->leaf && v->inspector && v->alert)
		return CAUSE(
		    diag_tls_intercepted, REC_INFERRED, "tls.unknown-ca");
	return no_cause;
}

/* The client says unknown_ca of a chain that was seen. */
static struct cause
unknown_issuer(const struct tls_view *v)
{
	bool verified = v->path && v->path->verified == RS_TRUE;
	bool hole = v->path && v->path->in_order == RS_FALSE &&
		    v->path->root == RS_FALSE;
	if (v->leaf->self_signed == RS_TRUE)
		return CAUSE(diag_tls_self_signed, REC_CERTAIN, NULL);
	if (hole && !verified)
		return CAUSE(
		    diag_tls_chain_incomplete, REC_LIKELY, "tls.unknown-ca");
	if (v->chain == 1 && v->leaf->self_signed == RS_FALSE && !verified)
		return CAUSE(diag_tls_chain_incomplete, REC_LIKELY,
		    "tls.unknown-ca", "tls.intercepted");
	return CAUSE(diag_tls_unknown_ca, REC_LIKELY, "tls.intercepted");
}

/*
 * The client does not like the chain, and does not say (42, 46) why.  A name
 * that fits the SNI is not the last word: phones may compare the SIP domain
 * (RFC 5922 7.2).  Nor is one certificate alone: the phone may know its issuer.
 */
static struct cause
bad_chain(const struct tls_view *v)
{
	if (v->outdated)
		return CAUSE(diag_tls_certificate_expired, REC_LIKELY,
		    "tls.name-mismatch", "tls.unknown-ca");
	if (v->name_differs)
		return CAUSE(diag_tls_name_mismatch, REC_LIKELY,
		    v->leaf->self_signed == RS_TRUE ? "tls.self-signed"
						    : "tls.unknown-ca",
		    "tls.phone-clock");
	if (v->weak)
		return CAUSE(diag_tls_unsupported_certificate, REC_LIKELY,
		    "tls.unknown-ca", "tls.name-mismatch", "tls.phone-clock");
	if (v->leaf->self_signed == RS_TRUE)
		return CAUSE(diag_tls_self_signed, REC_LIKELY,
		    "tls.name-mismatch", "tls.phone-clock");
	/* A name that some phones check, and others do not. */
	if (v->other_name.n)
		return CAUSE(diag_tls_unknown_ca, REC_LIKELY,
		    "tls.name-mismatch", "tls.chain-incomplete",
		    "tls.phone-clock", "tls.unsupported-certificate");
	return CAUSE(diag_tls_unknown_ca, REC_LIKELY, "tls.chain-incomplete",
	    "tls.name-mismatch", "tls.phone-clock",
	    "tls.unsupported-certificate");
}

/* All that a client may dislike of certificates that are not seen. */
#define UNSEEN_CHAIN                                                           \
 "tls.certificate-expired", "tls.name-mismatch", "tls.self-signed",            \
     "tls.chain-incomplete", "tls.phone-clock", "tls.unsupported-certificate"

/* The client refused in clear. */
static struct cause
client_alert(const struct tls_view *v)
{
	int64_t n = v->alert->number;
	struct cause proxy = no_cause;
	if (v->before_hello)
		return no_cause;
	if (n == PROTOCOL_VERSION)
		return CAUSE(diag_tls_version_mismatch, REC_CERTAIN, NULL);
	if (v->clock_wrong && n == CERTIFICATE_EXPIRED)
		return CAUSE(diag_tls_phone_clock, REC_CERTAIN, NULL);
	if (v->clock_wrong &&
	    (n == BAD_CERTIFICATE || n == CERTIFICATE_UNKNOWN))
		return CAUSE(diag_tls_phone_clock, REC_LIKELY,
		    "tls.name-mismatch", "tls.unknown-ca");
	if (n == CERTIFICATE_EXPIRED && v->clock_off && v->leaf == NULL)
		return CAUSE(diag_tls_phone_clock, REC_LIKELY,
		    "tls.certificate-expired");
	if (n == CERTIFICATE_EXPIRED && v->outdated)
		return CAUSE(diag_tls_certificate_expired, REC_CERTAIN, NULL);
	if (n == CERTIFICATE_EXPIRED && v->leaf)
		return CAUSE(diag_tls_phone_clock, REC_LIKELY,
		    "tls.certificate-expired");
	if (n == CERTIFICATE_EXPIRED)
		return CAUSE(diag_tls_certificate_expired, REC_LIKELY,
		    "tls.phone-clock");
	if (n == UNSUPPORTED_CERTIFICATE)
		return CAUSE(
		    diag_tls_unsupported_certificate, REC_CERTAIN, NULL);
	if ((n == HANDSHAKE_FAILURE || n == ILLEGAL_PARAMETER ||
		n == INSUFFICIENT_SECURITY) &&
	    v->leaf)
		return CAUSE(diag_tls_unsupported_certificate, REC_LIKELY,
		    "tls.no-common-parameters");
	if (n == BAD_RECORD_MAC)
		return CAUSE(diag_tls_record_damaged, REC_CERTAIN, NULL);
	if (n == DECRYPT_ERROR && v->leaf)
		return CAUSE(diag_tls_record_damaged, REC_LIKELY,
		    "tls.unsupported-certificate");
	if (n == UNKNOWN_CA || n == BAD_CERTIFICATE || n == CERTIFICATE_UNKNOWN)
		proxy = intercepted(v);
	if (proxy.rule)
		return proxy;
	if (n == UNKNOWN_CA && v->leaf)
		return unknown_issuer(v);
	if (n == UNKNOWN_CA)
		return CAUSE(diag_tls_unknown_ca, REC_LIKELY, "tls.self-signed",
		    "tls.chain-incomplete", "tls.intercepted");
	if (n == BAD_CERTIFICATE || n == CERTIFICATE_UNKNOWN)
		return v->leaf ? bad_chain(v)
			       : CAUSE(diag_tls_unknown_ca, REC_LIKELY,
				     UNSEEN_CHAIN);
	return no_cause;
}

/* The server closed and said nothing. */
static struct cause
server_closed(const struct tls_view *v)
{
	enum rec_client_certificate cc = v->h->client_certificate;
	if (v->before_hello) {
		if (warned(v->h, UNRECOGNIZED_NAME))
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
	if (v->empty_certificate)
		return CAUSE(diag_tls_client_certificate_missing, REC_INFERRED,
		    "tls.closed-silently");
	if (cc == REC_CC_NONE_SENT)
		return CAUSE(diag_tls_closed_silently, REC_LIKELY,
		    "tls.client-certificate-missing", "tcp.forged-reset");
	if (cc == REC_CC_SENT)
		return CAUSE(diag_tls_closed_silently, REC_LIKELY,
		    "tls.client-certificate-refused", "tcp.forged-reset");
	if (v->sealed_certificate)
		return CAUSE(diag_tls_closed_silently, REC_LIKELY,
		    "tls.client-certificate-refused", "tcp.forged-reset");
	if (is(v->h->version, "TLS 1.3"))
		return CAUSE(diag_tls_closed_silently, REC_LIKELY,
		    "tls.client-certificate-missing",
		    "tls.client-certificate-refused");
	return CAUSE(diag_tls_closed_silently, REC_LIKELY, "tls.record-damaged",
	    "tcp.forged-reset");
}

/* The client did. */
static struct cause
client_closed(const struct tls_view *v)
{
	if (v->before_hello && v->resetting)
		return CAUSE(diag_tls_closed_silently, REC_LIKELY,
		    "tls.no-server-hello", "tcp.forged-reset");
	if (v->before_hello)
		return CAUSE(diag_tls_closed_silently, REC_LIKELY,
		    "tls.no-server-hello");
	if (v->clock_wrong)
		return CAUSE(diag_tls_phone_clock, REC_LIKELY,
		    "tls.closed-silently", "tls.unknown-ca");
	if (v->leaf && v->outdated)
		return CAUSE(diag_tls_certificate_expired, REC_LIKELY,
		    "tls.closed-silently", "tls.unknown-ca");
	if (v->leaf && v->other_leaf)
		return CAUSE(diag_tls_intercepted, REC_LIKELY,
		    "tls.closed-silently", "tls.unknown-ca");
	if (v->leaf && v->name_differs)
		return CAUSE(diag_tls_name_mismatch, REC_LIKELY,
		    "tls.closed-silently", "tls.unknown-ca");
	if (v->leaf)
		return CAUSE(diag_tls_closed_silently, REC_LIKELY,
		    "tls.unknown-ca", "tls.chain-incomplete",
		    "tls.phone-clock");
	if (is(v->h->version, "TLS 1.3"))
		return CAUSE(diag_tls_closed_silently, REC_LIKELY,
		    "tls.unknown-ca", UNSEEN_CHAIN);
	return CAUSE(diag_tls_closed_silently, REC_LIKELY,
	    "tls.version-mismatch", "tls.record-damaged");
}

/* A record of the size of an alert, where the peer was done or due, and a
   close: two signals that it refused, and none of why. */
static struct cause
sealed_alert(const struct tls_view *v)
{
	if (!is(v->h->version, "TLS 1.3"))
		return no_cause;
	if (v->h->failed_by == REC_CLIENT)
		return CAUSE(diag_tls_closed_silently, REC_INFERRED,
		    "tls.unknown-ca", UNSEEN_CHAIN);
	if (v->empty_certificate)
		return CAUSE(diag_tls_client_certificate_missing, REC_INFERRED,
		    "tls.closed-silently");
	if (v->sealed_certificate)
		return CAUSE(diag_tls_client_certificate_refused, REC_INFERRED,
		    "tls.closed-silently");
	return CAUSE(diag_tls_closed_silently, REC_INFERRED,
	    "tls.client-certificate-missing", "tls.client-certificate-refused");
}

/* A warning is certain of nothing: its receiver might have gone on.  In TLS 1.3
   levels mean nothing (RFC 5246 7.2, RFC 8446 6). */
static struct cause
alert_cause(const struct tls_view *v)
{
	struct cause c =
	    v->h->failed_by == REC_SERVER ? server_alert(v) : client_alert(v);
	if (c.certainty == REC_CERTAIN && v->alert->level == 1 &&
	    !is(v->h->version, "TLS 1.3")) {
		c.certainty = REC_LIKELY;
		c.alternatives[0] = "tls.closed-silently";
	}
	return c;
}

static struct cause
cause_of(const struct tls_view *v)
{
	const struct rec_handshake *h = v->h;
	bool server = h->failed_by == REC_SERVER;
	if (h->state == REC_ABANDONED && v->before_hello && server)
		return CAUSE(
		    diag_tls_no_server_hello, REC_LIKELY, "tcp.mtu-blackhole");
	/* That it closes with nothing said is one signal, the empty Certificate
	   another; what is behind it may be down as well. */
	if (tls_view_dismissed(h))
		return CAUSE(diag_tls_client_certificate_missing, REC_INFERRED,
		    "tls.closed-silently");
	if (h->state != REC_FAILED)
		return no_cause;
	switch (h->reason) {
	case REC_REASON_NOT_TLS:
		if (v->known_text)
			return CAUSE(diag_tls_not_tls, REC_CERTAIN, NULL);
		return CAUSE(
		    diag_tls_not_tls, REC_LIKELY, "tls.record-damaged");
	case REC_REASON_ALERT:
		if (v->sealed_alert)
			return sealed_alert(v);
		return alert_cause(v);
	case REC_REASON_CLOSED:
	case REC_REASON_RESET:
		if (v->gap) /* an alert, or no TLS at all, may be in the hole */
			return no_cause;
		return server ? server_closed(v) : client_closed(v);
	case REC_REASON_NONE:
	case REC_REASON_SILENCE:
	case REC_REASON_MALFORMED:
		break;
	}
	return no_cause;
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
	f.rec.title = RS_LIT("The phone speaks plain SIP to a TLS port");
	f.rec.advice = RS_LIT("Set the phone's transport to TLS, or its port "
			      "to one where the server takes TCP.");
	/* A server that takes SIP there may close for other reasons. */
	finding_alternative(&f, "policy.source-banned");
	finding_detail(&f,
	    "A REGISTER in clear went to port %u, where TLS is expected; the "
	    "server closed the connection without an answer.",
	    port);
	const struct rec_transaction *v = r->transactions.v;
	for (uint32_t i = 0; i < r->transactions.n; i++)
		finding_evidence(&f, v[i].request_frame, v[i].request_time,
		    RS_LIT("REGISTER"));
	if (n)
		finding_evidence(&f, n->close_frame, RS_NEVER, n->closed_how);
	finding_say(&f);
}

static void
check_tls(const struct diag_rule *rule, const struct diag_case *c,
    const struct diag_out *out)
{
	if (c->tls == NULL)
		return;
	struct cause cause = cause_of(c->tls);
	struct finding f;
	/* Where something on the way is to blame, neither side is. */
	if (cause.rule != rule || path_view_forged(c) || path_view_blackhole(c))
		return;
	finding_begin(&f, rule, c, out, cause.certainty);
	if (c->handshake->state == REC_COMPLETED)
		f.rec.severity = REC_WARNING;
	for (size_t i = 0; i < MAX_ALTERNATIVES && cause.alternatives[i]; i++)
		finding_alternative(&f, cause.alternatives[i]);
	/* What is missing may be what would tell. */
	if (cause.certainty != REC_CERTAIN &&
	    (c->tls->gap ||
		(c->connection && c->connection->from_start == RS_FALSE)))
		finding_alternative(&f, "capture.incomplete");
	tls_say(&f, c->tls);
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
    "Compare the versions that the server accepts with those that the phone's "
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
    "Renew the certificate on the server.");
TLS_RULE(diag_tls_phone_clock, "tls.phone-clock",
    "The phone takes a valid certificate for expired",
    "Check the phone's clock: NTP server, time zone, first boot.");
TLS_RULE(diag_tls_chain_incomplete, "tls.chain-incomplete",
    "The phone cannot build a chain to a CA that it trusts",
    "Is the issuer an intermediate CA? Then install its certificate on the "
    "server. Is it a root? Then it has to be in the phone's trust store.");
TLS_RULE(diag_tls_unknown_ca, "tls.unknown-ca",
    "The phone does not accept the server's certificate",
    "Is the root in the phone's trust store, with this firmware?");
TLS_RULE(diag_tls_intercepted, "tls.intercepted",
    "A TLS proxy shows a certificate of its own",
    "Is the issuer the one that issued the server's certificate? If not, "
    "exempt the server from inspection.");
TLS_RULE(diag_tls_record_damaged, "tls.record-damaged",
    "A record was damaged, or the keys differ",
    "Does it happen to every connection of this phone, and to others? Look "
    "for a middlebox that changes what passes; does the server's key belong "
    "to its certificate?");
TLS_RULE(diag_tls_self_signed, "tls.self-signed",
    "The server's certificate is self-signed",
    "Install a certificate of a CA that the phones trust, or add this one to "
    "their trust store.");
TLS_RULE(diag_tls_name_mismatch, "tls.name-mismatch",
    "The certificate is not for the name the phone asked for",
    "Add the name to the certificate, or use one of its names in the "
    "profile; phones may check the SIP domain rather than the host.");
TLS_RULE(diag_tls_unsupported_certificate, "tls.unsupported-certificate",
    "The phone does not support the server's certificate",
    "Use a key and signature that this firmware knows (RSA 2048, SHA-256), and "
    "a certificate that is made for servers (extended key usage).");
TLS_RULE(diag_tls_closed_silently, "tls.closed-silently",
    "The connection was closed in the handshake without an alert",
    "Look at the log of the side that closed; a middlebox may have done it.");
TLS_RULE(diag_tls_no_server_hello, "tls.no-server-hello",
    "The server does not answer the ClientHello",
    "Is the server overloaded or hung? Do large packets get through?");
