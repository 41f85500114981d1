/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Rules about DHCP: who got no address, who is sent elsewhere for its
 * configuration, and servers that do not agree.
 *
 * A client that repeats itself has got no answer, wherever it was captured.  A
 * phone that registered had what it needs, and a client that was served later
 * had to wait only: neither is blamed on anything here.  What befalls a client
 * that need be no phone is a warning: no phone failed, as far as is known.
 */
#include "diag/boot_view.h"
#include "diag/coverage_view.h"
#include "diag/finding.h"
#include "diag/rules.h"

#include <stdio.h>

/* A client that does not go on within this time does not. */
static const rs_time WATCH = 10 * RS_SEC;

static const char *
vlan_words(char out[FINDING_WORD], const struct rec_lease *l)
{
	if (l->vlan == REC_ABSENT)
		return "";
	if (l->vlan == 0)
		return ", in frames without a tag";
	snprintf(out, FINDING_WORD, ", in VLAN %lld", (long long)l->vlan);
	return out;
}

/* What quotes the client's messages, as a half sentence. */
static const char *
icmp_words(char out[2 * FINDING_WORD], const struct rec_lease *l)
{
	char from[RS_ADDR_TEXT];
	out[0] = '\0';
	if (l->icmp.p == NULL)
		return out;
	rs_addr_format(&l->icmp_from.at.addr, from);
	snprintf(out, 2 * FINDING_WORD, " %s answers them by ICMP %.*s.", from,
	    FINDING_TEXT(l->icmp));
	return out;
}

/* finding_begin() of what keeps a client from its address. */
static void
begin(struct finding *f, const struct diag_rule *rule,
    const struct diag_case *c, const struct diag_out *out,
    enum rec_certainty certainty)
{
	finding_begin(f, rule, c, out, certainty);
	if (!boot_view_like_phone(c))
		f->rec.severity = REC_WARNING;
}

static void
no_offer(const struct diag_rule *rule, const struct diag_case *c,
    const struct diag_out *out)
{
	const struct rec_lease *l = boot_view_lease(c);
	char word[FINDING_WORD], icmp[2 * FINDING_WORD];
	struct finding f;
	/* The capture ended soon, but what it asked is refused each time. */
	bool refused = l && l->state == REC_LEASE_CUT_OFF && l->icmp.p &&
		       l->kind == REC_LEASE_DISCOVER && l->offers.n == 0;
	if (l == NULL || (l->state != REC_NO_OFFER && !refused) ||
	    l->retransmissions < 1 || boot_view_later(c) ||
	    coverage_view_dropped(c->coverage))
		return;
	/* Hosts look for a server of version 6 wherever they are. */
	if (l->protocol == REC_DHCPV6)
		return;
	/* link.voice-vlan says it */
	if (boot_view_tags(c) && boot_view_other_vlan(c) &&
	    boot_view_like_phone(c))
		return;
	begin(&f, rule, c, out, REC_LIKELY);
	if (refused)
		f.rec.severity = REC_WARNING;
	/* A relay heard it: it is where it should be. */
	if (l->icmp.p == NULL)
		finding_alternative(&f, "link.voice-vlan");
	else
		f.rec.advice = RS_LIT(
		    "Does the router relay to the right address, does the DHCP "
		    "server run there, and does nothing on the way refuse it?");
	finding_alternative(&f, "capture.incomplete");
	finding_detail(&f,
	    "%lld DISCOVERs of %.*s in %lld s%s, and no OFFER: the client goes "
	    "on asking, so that it got none.%s",
	    (long long)l->retransmissions + 1, FINDING_TEXT(l->mac),
	    (long long)((l->ended - l->started) / RS_SEC), vlan_words(word, l),
	    icmp_words(icmp, l));
	finding_frames(&f, &l->frames, l->started, RS_LIT("DHCP DISCOVER"));
	finding_evidence(&f, l->icmp_frame, RS_NEVER, RS_LIT("ICMP error"));
	finding_say(&f);
}

static void
no_ack(const struct diag_rule *rule, const struct diag_case *c,
    const struct diag_out *out)
{
	const struct rec_lease *l = boot_view_lease(c);
	char icmp[2 * FINDING_WORD];
	struct finding f;
	if (l == NULL || l->state != REC_NO_ACK ||
	    (l->kind != REC_LEASE_DISCOVER && l->kind != REC_LEASE_REQUEST) ||
	    boot_view_later(c) || coverage_view_dropped(c->coverage))
		return;
	begin(&f, rule, c, out, REC_LIKELY);
	finding_alternative(&f, "capture.incomplete");
	finding_detail(&f,
	    "%.*s asked for an address for %lld s and was neither granted nor "
	    "refused it.%s",
	    FINDING_TEXT(l->mac), (long long)((l->ended - l->started) / RS_SEC),
	    icmp_words(icmp, l));
	finding_frames(&f, &l->frames, l->started, RS_LIT("DHCP"));
	finding_evidence(&f, l->icmp_frame, RS_NEVER, RS_LIT("ICMP error"));
	finding_say(&f);
}

/* What it asked for, as a half sentence; the address of one that renews is in
   ciaddr (RFC 2131 4.3.2).  Empty: that was not captured. */
static const char *
asked_words(char out[2 * FINDING_WORD], const struct rec_lease *l)
{
	char address[RS_ADDR_TEXT];
	out[0] = '\0';
	if (l->requested.p)
		snprintf(out, 2 * FINDING_WORD, "asked for %.*s and ",
		    FINDING_TEXT(l->requested));
	else if (l->client.at.addr.family) {
		rs_addr_format(&l->client.at.addr, address);
		snprintf(out, 2 * FINDING_WORD, "asked for %s and ", address);
	}
	return out;
}

static void
refused(const struct diag_rule *rule, const struct diag_case *c,
    const struct diag_out *out)
{
	const struct rec_lease *l = boot_view_lease(c);
	char server[RS_ADDR_TEXT] = "a server", asked[2 * FINDING_WORD];
	struct finding f;
	if (l == NULL || l->state != REC_LEASE_REFUSED || boot_view_later(c))
		return;
	if (l->server.at.addr.family)
		rs_addr_format(&l->server.at.addr, server);
	/* It begins anew at once (RFC 2131 3.1): what comes of that may lie
	   behind the end of the capture, or be lost. */
	bool over = coverage_view_goes_on(c->coverage, l->ended, WATCH);
	bool again = l->refusals > 1 &&
		     coverage_view_goes_on(c->coverage, l->started, WATCH);
	bool sure = over && !coverage_view_dropped(c->coverage);
	begin(&f, rule, c, out, sure ? REC_CERTAIN : REC_LIKELY);
	if (!over && !again)
		f.rec.severity = REC_WARNING;
	if (!sure)
		finding_alternative(&f, "capture.incomplete");
	finding_detail(&f, "NAK of %s%s%.*s%s to %.*s, which %s%s.", server,
	    l->message.p ? " (\"" : "", (int)l->message.n,
	    l->message.p ? (const char *)l->message.p : "",
	    l->message.p ? "\")" : "", FINDING_TEXT(l->mac),
	    asked_words(asked, l),
	    over || again ? "was granted no other address"
			  : "may have got another address behind the end of "
			    "the capture");
	finding_evidence(&f, l->answer_frame, RS_NEVER, RS_LIT("DHCP NAK"));
	finding_say(&f);
}

/* ---- servers that do not agree ---- */

static bool
same_provisioning(const struct rec_list *a, const struct rec_list *b)
{
	const struct rec_option *x = a->v, *y = b->v;
	if (a->n != b->n)
		return false;
	for (uint32_t i = 0; i < a->n; i++)
		if (x[i].code != y[i].code ||
		    !rs_span_eq(x[i].value, y[i].value) ||
		    !boot_view_same(&x[i].addresses, &y[i].addresses))
			return false;
	return true;
}

/* What one says otherwise than the other; an address of its own is due. */
static const char *
difference(const struct rec_terms *a, const struct rec_terms *b)
{
	if (!boot_view_same(&a->routers, &b->routers))
		return "router";
	if (!boot_view_same(&a->dns, &b->dns))
		return "name servers";
	if (!rs_span_eq(a->subnet, b->subnet))
		return "subnet mask";
	if (!same_provisioning(&a->provisioning, &b->provisioning))
		return "provisioning options";
	if (!rs_span_eq_nocase(a->domain, b->domain))
		return "domain";
	if (!boot_view_same(&a->ntp, &b->ntp))
		return "time servers";
	return NULL;
}

static bool
same_server(const struct rec_offer *a, const struct rec_offer *b)
{
	return rs_addr_eq(&a->server.at.addr, &b->server.at.addr) &&
	       rs_span_eq(a->server_duid, b->server_duid);
}

static void
conflicting_offers(const struct diag_rule *rule, const struct diag_case *c,
    const struct diag_out *out)
{
	const struct rec_lease *l = boot_view_lease(c);
	const struct rec_offer *o = l ? l->offers.v : NULL, *other = NULL;
	const char *what = NULL;
	char a[RS_ADDR_TEXT], b[RS_ADDR_TEXT];
	struct finding f;
	for (uint32_t i = 1; l && i < l->offers.n && what == NULL; i++)
		if (!same_server(&o[0], &o[i])) {
			what = difference(&o[0].terms, &o[i].terms);
			other = &o[i];
		}
	if (what == NULL)
		return;
	rs_addr_format(&o[0].server.at.addr, a);
	rs_addr_format(&other->server.at.addr, b);
	finding_begin(&f, rule, c, out, REC_CERTAIN);
	finding_detail(&f,
	    "%s and %s both offer an address to %.*s, and differ in the %s.", a,
	    b, FINDING_TEXT(l->mac), what);
	finding_evidence(&f, o[0].frame, o[0].at, RS_LIT("DHCP OFFER"));
	finding_evidence(&f, other->frame, other->at, RS_LIT("DHCP OFFER"));
	finding_say(&f);
}

/* ---- what a lease lacks ---- */

static void
no_dns_or_ntp(const struct diag_rule *rule, const struct diag_case *c,
    const struct diag_out *out)
{
	const struct rec_lease *l = boot_view_lease(c);
	const struct rec_clock *k = c->clock;
	struct finding f;
	if (l == NULL || l->state != REC_BOUND || c->registered_then ||
	    !boot_view_lost_phone(c) ||
	    !coverage_view_goes_on(c->coverage, l->ended, WATCH))
		return;
	bool v4 = l->protocol == REC_DHCPV4;
	bool dns = l->terms.dns.n == 0 && boot_view_asked(l, v4 ? "6" : "23");
	/* Phones have names of time servers of their own: only with queries
	   that nobody answers, and that are not of a lease before. */
	bool ntp = l->terms.ntp.n == 0 && k && k->source == REC_CLOCK_NTP &&
		   k->answers == 0 && k->queries > 1 && k->ended >= l->started;
	if (!dns && !ntp)
		return;
	finding_begin(&f, rule, c, out, REC_INFERRED);
	finding_alternative(&f, "capture.incomplete");
	finding_detail(&f,
	    "The lease of %.*s names no %s%s, and the phone was not seen to "
	    "register.",
	    FINDING_TEXT(l->mac),
	    dns ? "name server, though the phone asked for one" : "time server",
	    ntp ? (dns ? ", and no time server"
		       : "; its NTP queries got no "
			 "answer")
		: "");
	finding_evidence(&f, l->answer_frame,
	    rec_answered(l->started, l->delay), RS_LIT("DHCP ACK"));
	if (ntp) {
		finding_frames(&f, &k->frames, RS_NEVER, RS_LIT("NTP query"));
		finding_evidence(
		    &f, k->icmp_frame, RS_NEVER, RS_LIT("ICMP error"));
	}
	finding_say(&f);
}

/* ---- the configuration from elsewhere ---- */

/* The one that was used first, else the first one that names a server. */
static const struct rec_option *
option_of(const struct rec_lease *l)
{
	const struct rec_option *o = l->terms.provisioning.v, *best = NULL;
	for (uint32_t i = 0; i < l->terms.provisioning.n; i++) {
		bool names = o[i].code == 66 || o[i].code == 150 ||
			     o[i].code == 159 || o[i].code == 160;
		if (!names)
			continue;
		if (best == NULL ||
		    (o[i].used != RS_NEVER &&
			(best->used == RS_NEVER || o[i].used < best->used)))
			best = &o[i];
	}
	return best;
}

static void
provisioning_override(const struct diag_rule *rule, const struct diag_case *c,
    const struct diag_out *out)
{
	const struct rec_lease *l = boot_view_lease(c);
	struct finding f;
	if (l == NULL || (l->state != REC_BOUND && l->state != REC_INFORMED) ||
	    boot_view_registered(c) || c->registered_then)
		return;
	const struct rec_option *o = option_of(l);
	if (o == NULL || !boot_view_lost_phone(c))
		return;
	const struct rs_span *a = o->addresses.v;
	struct rs_span value = o->value.p ? o->value : a ? a[0] : o->value;
	bool used = o->used != RS_NEVER;
	finding_begin(&f, rule, c, out, used ? REC_INFERRED : REC_CERTAIN);
	finding_alternative(&f, "capture.incomplete");
	if (used) {
		finding_detail(&f,
		    "Option %lld names %.*s; the phone went there (port %lld) "
		    "and was not seen to register.",
		    (long long)o->code, FINDING_TEXT(value),
		    (long long)o->used_port);
	} else {
		f.rec.severity = REC_INFO;
		finding_detail(&f,
		    "Option %lld names %.*s; whether the phone went there was "
		    "not seen.",
		    (long long)o->code, FINDING_TEXT(value));
	}
	finding_evidence(&f, l->answer_frame,
	    rec_answered(l->started, l->delay), RS_LIT("DHCP ACK"));
	finding_evidence(
	    &f, o->used_frame, o->used, RS_LIT("first packet to that server"));
	finding_say(&f);
}

#define DHCP_RULE(name, code, severity, title, advice, check)                  \
 const struct diag_rule name = {code, severity, "dhcp", title, advice, check}

DHCP_RULE(diag_dhcp_no_offer, "dhcp.no-offer", REC_ERROR,
    "No DHCP server offers an address",
    "Is there a DHCP server for this VLAN, has it free addresses, does the "
    "router relay to it? Is the port in the VLAN that is meant?",
    no_offer);

DHCP_RULE(diag_dhcp_no_ack, "dhcp.no-ack", REC_ERROR,
    "The DHCP server does not answer the request for an address",
    "Look at the log of the DHCP server: does it get the request?", no_ack);

DHCP_RULE(diag_dhcp_refused, "dhcp.refused", REC_ERROR,
    "The DHCP server refuses the address",
    "Is the phone in the subnet that the address is of? Are there two servers "
    "that do not know of each other's leases?",
    refused);

DHCP_RULE(diag_dhcp_conflicting_offers, "dhcp.conflicting-offers", REC_WARNING,
    "DHCP servers offer different configurations",
    "Find out whether both servers are meant to be there; the switch can show "
    "on which port one of them is.",
    conflicting_offers);

DHCP_RULE(diag_dhcp_no_dns_or_ntp, "dhcp.no-dns-or-ntp", REC_WARNING,
    "The lease names no name server or no time server",
    "Add options 6 and 42 to the DHCP scope, or see that the phone has them "
    "from elsewhere.",
    no_dns_or_ntp);

DHCP_RULE(diag_dhcp_provisioning_override, "dhcp.provisioning-override",
    REC_WARNING, "DHCP sends the phone to a configuration server of its own",
    "Is this server the one that should configure the phone? If not, take "
    "options 66, 150, 159 and 160 out of the DHCP scope.",
    provisioning_override);
