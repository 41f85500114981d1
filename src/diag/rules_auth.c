/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Rules about how a refused REGISTER was formed: its credentials, extensions
 * and size.
 *
 * Clients with odd credentials register well every day, so an oddity is told
 * only where a refusal followed that it explains.
 */
#include "diag/coverage_view.h"
#include "diag/rules.h"
#include "diag/sip_view.h"

#include <stdio.h>

/* RFC 3261 22.3: once a proxy and the registrar behind it both have asked, each
   request has to have credentials for both. */
static void
one_realm(const struct diag_rule *rule, const struct diag_case *c,
    const struct diag_out *out, const struct sip_view *v)
{
	const struct rec_transaction *a, *b;
	struct finding f;
	if (!sip_view_one_realm(v, &a, &b))
		return;
	const struct rec_authorization *first = a->authorizations.v;
	const struct rec_authorization *last = b->authorizations.v;
	finding_begin(&f, rule, c, out, REC_CERTAIN);
	f.rec.title = RS_LIT("The phone answers only one of two that ask");
	f.rec.advice = RS_LIT(
	    "A proxy and the registrar behind it both want credentials, in one "
	    "request. Look for a firmware that gives both, or let only one of "
	    "them ask.");
	finding_detail(&f,
	    "Credentials for realm %.*s alone got %lld, which asks for realm "
	    "%.*s; credentials for that alone got %lld, which asks for the "
	    "first. No request had both.",
	    FINDING_TEXT(first->realm), (long long)a->status,
	    FINDING_TEXT(last->realm), (long long)b->status);
	sip_view_evidence(&f, v);
	finding_say(&f);
}

static void
sip_realm_mismatch(const struct diag_rule *rule, const struct diag_case *c,
    const struct diag_out *out)
{
	struct finding f;
	if (c->registration == NULL)
		return;
	const struct sip_view *v = c->sip;
	if (v->form != SIP_FORM_OTHER_REALM) {
		one_realm(rule, c, out, v);
		return;
	}
	const struct rec_challenge *offered =
	    v->n > 1 ? v->t[v->n - 2].challenges.v : NULL;
	finding_begin(&f, rule, c, out, REC_LIKELY);
	finding_alternative(&f, "sip.credentials-refused");
	finding_detail(&f,
	    "The answer is for realm %.*s, the challenge was of realm %.*s; "
	    "then %lld %.*s.",
	    FINDING_TEXT(v->r->realm),
	    FINDING_TEXT(offered ? offered->realm : (struct rs_span){0}),
	    (long long)v->last->status, FINDING_TEXT(v->last->reason));
	sip_view_evidence(&f, v);
	finding_say(&f);
}

static void
sip_authorization_malformed(const struct diag_rule *rule,
    const struct diag_case *c, const struct diag_out *out)
{
	struct finding f;
	if (c->registration == NULL)
		return;
	const struct sip_view *v = c->sip;
	if (v->form != SIP_FORM_MALFORMED)
		return;
	finding_begin(&f, rule, c, out, REC_LIKELY);
	finding_alternative(&f, "sip.credentials-refused");
	finding_detail(&f, "In the credentials that got %lld %.*s, %s.",
	    (long long)v->last->status, FINDING_TEXT(v->last->reason),
	    v->malformed);
	sip_view_evidence(&f, v);
	finding_say(&f);
}

static void
sip_bearer(const struct diag_rule *rule, const struct diag_case *c,
    const struct diag_out *out)
{
	struct finding f;
	if (c->registration == NULL)
		return;
	const struct sip_view *v = c->sip;
	if (v->form != SIP_FORM_BEARER)
		return;
	finding_begin(&f, rule, c, out, REC_CERTAIN);
	finding_detail(&f,
	    "The REGISTER carries a token (Bearer, RFC 8898) and got %lld "
	    "%.*s: no password takes part in this.",
	    (long long)v->last->status, FINDING_TEXT(v->last->reason));
	sip_view_evidence(&f, v);
	finding_say(&f);
}

/* ---- extensions ---- */

static void
sip_extension_refused(const struct diag_rule *rule, const struct diag_case *c,
    const struct diag_out *out)
{
	const struct rec_registration *r = c->registration;
	struct finding f;
	if (r == NULL || r->outcome != REC_REJECTED)
		return;
	const struct sip_view *v = c->sip;
	int64_t s = v->last ? v->last->status : 0;
	if (s != 420 && s != 421 && s != 439 && s != 494)
		return;
	/* It may well try again, and get in (RFC 3261 8.1.3.5). */
	bool early = sip_view_flaw(r, "followup_not_covered");
	finding_begin(&f, rule, c, out, early ? REC_LIKELY : REC_CERTAIN);
	if (early)
		finding_alternative(&f, "capture.incomplete");
	finding_detail(&f, "%lld %.*s%s%.*s.%s", (long long)s,
	    FINDING_TEXT(v->last->reason),
	    v->last->extensions.n == 0 ? ""
	    : s == 420                 ? ", it does not know "
				       : ", it asks for ",
	    (int)v->last->extensions.n,
	    v->last->extensions.n ? (const char *)v->last->extensions.p : "",
	    early ? " The capture ends too soon to tell whether the phone "
		    "tries again in another way."
		  : "");
	sip_view_evidence(&f, v);
	finding_say(&f);
}

/* ---- contacts ---- */

static bool
says_too_many(struct rs_span s)
{
	return (sip_view_contains(s, "contacts") ||
		   sip_view_contains(s, "bindings") ||
		   sip_view_contains(s, "registrations")) &&
	       (sip_view_contains(s, "many") || sip_view_contains(s, "max") ||
		   sip_view_contains(s, "limit"));
}

static void
sip_too_many_contacts(const struct diag_rule *rule, const struct diag_case *c,
    const struct diag_out *out)
{
	const struct rec_registration *r = c->registration;
	struct finding f;
	if (r == NULL || r->outcome != REC_REJECTED)
		return;
	const struct sip_view *v = c->sip;
	if (v->last == NULL)
		return;
	bool warned = says_too_many(v->last->warning);
	if (!warned && !says_too_many(v->last->reason))
		return;
	finding_begin(&f, rule, c, out, REC_CERTAIN);
	finding_detail(&f, "The registrar says so: %lld %.*s%s%.*s.",
	    (long long)v->last->status, FINDING_TEXT(v->last->reason),
	    warned ? ", " : "", warned ? (int)v->last->warning.n : 0,
	    warned ? (const char *)v->last->warning.p : "");
	sip_view_evidence(&f, v);
	finding_say(&f);
}

/* ---- fragments ---- */

/* A short REGISTER is answered; the longer one, in fragments, is not. */
static void
sip_fragments_lost(const struct diag_rule *rule, const struct diag_case *c,
    const struct diag_out *out)
{
	const struct rec_registration *r = c->registration;
	struct finding f;
	if (r == NULL)
		return;
	const struct sip_view *v = c->sip;
	if (!sip_view_fragments_lost(v))
		return;
	const struct rec_transaction *before = &v->t[v->n - 2];
	/* What drops fragments lies behind it, where there is little left. */
	bool arrived = coverage_view_near_registrar(c->coverage);
	finding_begin(&f, rule, c, out, arrived ? REC_INFERRED : REC_LIKELY);
	if (arrived) {
		finding_alternative(&f, "sip.no-answer");
		f.rec.advice = RS_LIT(
		    "Does the registrar's host, or a filter or balancer just "
		    "before it, put fragments together? TCP or TLS avoid the "
		    "question.");
	}
	finding_alternative(&f, "policy.source-banned");
	finding_alternative(&f, "capture.incomplete");
	finding_detail(&f,
	    "The REGISTER of %lld bytes was answered; with credentials it has "
	    "%lld bytes, goes in several fragments, and gets no answer.%s",
	    (long long)before->request_size, (long long)v->last->request_size,
	    arrived ? " All fragments came as far as the capture, near the "
		      "registrar."
		    : "");
	sip_view_evidence(&f, v);
	finding_say(&f);
}

#define RULE(name, code, title, advice, check)                                 \
 const struct diag_rule name = {code, REC_ERROR, "sip", title, advice, check}

RULE(diag_sip_realm_mismatch, "sip.realm-mismatch",
    "The phone answers for another realm than it was asked for",
    "Take a fixed realm out of the phone's profile: it has to use the one of "
    "the challenge.",
    sip_realm_mismatch);
RULE(diag_sip_authorization_malformed, "sip.authorization-malformed",
    "The phone's credentials are not formed as the challenge asks",
    "Look for a firmware that does Digest by RFC 7616, or for what rewrites "
    "the request on its way.",
    sip_authorization_malformed);
RULE(diag_sip_bearer, "sip.bearer", "The registrar refuses the phone's token",
    "Has the token expired, and is it for this service? Let the phone log in "
    "anew, and look at the server that gave the token.",
    sip_bearer);
RULE(diag_sip_extension_refused, "sip.extension-refused",
    "The registrar and the phone do not agree on an extension",
    "Switch that extension off in the phone's profile, or on in the "
    "registrar's.",
    sip_extension_refused);
RULE(diag_sip_too_many_contacts, "sip.too-many-contacts",
    "The user has as many registrations as it may have",
    "Let old registrations expire or remove them; look for a phone that "
    "registers a new contact each time.",
    sip_too_many_contacts);
RULE(diag_sip_fragments_lost, "sip.fragments-lost",
    "The longer REGISTER goes in fragments, and is not answered",
    "Something on the way drops fragments of UDP: use TCP or TLS, or make the "
    "request shorter (fewer codecs and headers).",
    sip_fragments_lost);
