/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Rules about responses that the phone does not get, or not as they were sent:
 * to a port of no use, from another address, or with another Via.
 */
#include "diag/coverage_view.h"
#include "diag/rules.h"
#include "diag/sip_view.h"

/* The refused response came from where none of the requests went. */
static bool
from_elsewhere(const struct sip_view *v)
{
	const struct rs_endpoint *from = &v->r->refused_from.at;
	for (uint32_t i = 0; i < v->n; i++)
		if (rs_endpoint_eq(from, &v->t[i].server.at))
			return false;
	return from->addr.family && v->n > 0;
}

static void
detail_elsewhere(struct finding *f, const struct rec_registration *r)
{
	char from[RS_ENDPOINT_TEXT], asked[RS_ENDPOINT_TEXT];
	rs_endpoint_format(&r->refused_from.at, from);
	rs_endpoint_format(&r->server.at, asked);
	f->rec.title =
	    RS_LIT("The response comes from another address than was asked");
	f->rec.advice = RS_LIT(
	    "Let the registrar, or what balances before it, answer from the "
	    "address and port that it was asked at (RFC 3581 4).");
	finding_detail(f,
	    "The response came from %s, and the request had gone to %s: the "
	    "phone's side refuses it by ICMP %.*s, as a phone does that takes "
	    "responses only from whom it asked.",
	    from, asked, FINDING_TEXT(r->icmp));
}

static void
detail_port(struct finding *f, const struct rec_registration *r)
{
	static const char closed[] =
	    "nobody listens on the port that it was sent to";
	const char *means =
	    sip_view_icmp(r->icmp, r->client.at.addr.family, closed);
	/* RFC 3581 3: who asks for rport has to listen there. */
	bool back =
	    r->refused_to.at.port && r->refused_to.at.port == r->client.at.port;
	if (means != closed && r->icmp.p) {
		f->rec.title = RS_LIT("The response does not get to the phone");
		f->rec.advice = RS_LIT("Look at what sent the ICMP error.");
	} else if (back)
		f->rec.advice = RS_LIT(
		    "The phone has to listen on the port that it sends from: "
		    "does it close that one, or use another for each request?");
	finding_detail(f,
	    "The phone's side answers the response with ICMP %.*s: %s.%s",
	    FINDING_TEXT(r->icmp), means,
	    back ? " It went to the port that the request came from."
	    : r->rport_asked == RS_FALSE
		? " The request does not ask for rport, so that the response "
		  "goes to the port of its Via."
		: "");
}

static void
sip_wrong_response_port(const struct diag_rule *rule, const struct diag_case *c,
    const struct diag_out *out)
{
	const struct rec_registration *r = c->registration;
	struct finding f;
	if (r == NULL || !rec_outcome_failed(r->outcome) ||
	    !sip_view_flaw(r, "response_refused"))
		return;
	const struct sip_view *v = c->sip;
	finding_begin(&f, rule, c, out, REC_LIKELY);
	finding_alternative(&f, "nat.binding-lost");
	if (from_elsewhere(v))
		detail_elsewhere(&f, r);
	else
		detail_port(&f, r);
	sip_view_evidence(&f, v);
	finding_evidence(
	    &f, r->icmp_frame, RS_NEVER, RS_LIT("ICMP unreachable"));
	finding_say(&f);
}

/* Not a rewritten Contact: SBCs do that, and put it right. */
static void
sip_alg_rewrite(const struct diag_rule *rule, const struct diag_case *c,
    const struct diag_out *out)
{
	const struct rec_registration *r = c->registration;
	struct finding f;
	if (r == NULL || !sip_view_flaw(r, "via_changed"))
		return;
	const struct sip_view *v = c->sip;
	/* A router of the phone's site has done its part before that place. */
	bool behind = coverage_view_near_registrar(c->coverage);
	finding_begin(&f, rule, c, out, behind ? REC_INFERRED : REC_CERTAIN);
	if (behind) {
		f.rec.title =
		    RS_LIT("The response has another Via than the request");
		f.rec.advice = RS_LIT(
		    "Look at the registrar and at what stands before it (SBC, "
		    "proxy, firewall), or capture at the phone's side too: only "
		    "there a SIP ALG of its router shows.");
	}
	if (rec_outcome_succeeded(r->outcome))
		f.rec.severity = REC_WARNING; /* as far as the registrar goes */
	finding_detail(&f,
	    "The response to the phone has another top Via than its request: a "
	    "phone has to ignore that (RFC 3261 18.1.2).%s",
	    behind ? " The capture is near the registrar: it may be its own "
		     "doing, and what the phone received is not known here."
		   : "");
	sip_view_evidence(&f, v);
	finding_say(&f);
}

#define RULE(name, code, title, advice, check)                                 \
 const struct diag_rule name = {code, REC_ERROR, "sip", title, advice, check}

RULE(diag_sip_wrong_response_port, "sip.wrong-response-port",
    "The response goes to a port where the phone does not listen",
    "Make the phone send rport (RFC 3581), or the registrar honour it.",
    sip_wrong_response_port);
RULE(diag_sip_alg_rewrite, "sip.alg-rewrite",
    "Something on the way rewrites SIP",
    "Switch the SIP ALG of the router or firewall off, or use TLS, which it "
    "cannot read.",
    sip_alg_rewrite);
