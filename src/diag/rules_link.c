/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Rules about what is below IP: the wrong VLAN, addresses that two hosts claim,
 * ports that stay closed, neighbours that do not answer.
 */
#include "diag/boot_view.h"
#include "diag/coverage_view.h"
#include "diag/finding.h"
#include "diag/rules.h"

static void
frames(struct finding *f, const struct rec_list *l, rs_time first,
    struct rs_span what)
{
	const struct rs_frame *v = l->v;
	for (uint32_t i = 0; i < l->n; i++)
		finding_evidence(f, v[i], i == 0 ? first : RS_NEVER, what);
}

/* Without any tag in the capture, tags may have been taken off before it. */
static void
voice_vlan(const struct diag_rule *rule, const struct diag_case *c,
    const struct diag_out *out)
{
	const struct rec_lease *l = boot_view_lease(c);
	const struct rec_link *p = c->policy;
	struct finding f;
	if (l == NULL || l->state != REC_NO_OFFER || l->retransmissions < 1 ||
	    l->protocol != REC_DHCPV4 || boot_view_later(c) ||
	    !boot_view_tags(c) || !boot_view_other_vlan(c) ||
	    !boot_view_like_phone(c) || coverage_view_dropped(c->coverage))
		return;
	finding_begin(&f, rule, c, out, REC_LIKELY);
	finding_record(&f, &rec_link_type, &p->id);
	finding_alternative(&f, "dhcp.no-offer");
	if (l->vlan)
		finding_detail(&f,
		    "The switch announces voice VLAN %lld by %.*s; %.*s sends "
		    "its DISCOVERs in VLAN %lld, and gets no OFFER.",
		    (long long)p->voice_vlan, FINDING_TEXT(p->protocol),
		    FINDING_TEXT(l->mac), (long long)l->vlan);
	else
		finding_detail(&f,
		    "The switch announces voice VLAN %lld by %.*s; %.*s sends "
		    "its DISCOVERs without a tag, and gets no OFFER.",
		    (long long)p->voice_vlan, FINDING_TEXT(p->protocol),
		    FINDING_TEXT(l->mac));
	const struct rs_frame *v = p->frames.v;
	if (p->frames.n)
		finding_evidence(
		    &f, v[0], p->started, RS_LIT("voice VLAN announced"));
	frames(&f, &l->frames, l->started, RS_LIT("DHCP DISCOVER"));
	finding_say(&f);
}

static void
conflict_of_link(const struct diag_rule *rule, const struct diag_case *c,
    const struct diag_out *out)
{
	const struct rec_link *k = c->link;
	char addr[RS_ADDR_TEXT];
	struct finding f;
	rs_addr_format(&k->client.at.addr, addr);
	finding_begin(&f, rule, c, out, REC_CERTAIN);
	/* It is about the address, whoever of the two claims it first. */
	f.rec.mac = (struct rs_span){0};
	if (k->probe == RS_TRUE)
		finding_detail(&f,
		    "%.*s asked whether %s is free, and %.*s has it.",
		    FINDING_TEXT(k->mac), addr, FINDING_TEXT(k->other_mac));
	else
		finding_detail(&f,
		    "%.*s and %.*s claim %s in turn, within %lld s.",
		    FINDING_TEXT(k->mac), FINDING_TEXT(k->other_mac), addr,
		    (long long)((k->ended - k->started + RS_SEC - 1) / RS_SEC));
	frames(&f, &k->frames, k->started, RS_LIT("ARP"));
	finding_say(&f);
}

static void
address_conflict(const struct diag_rule *rule, const struct diag_case *c,
    const struct diag_out *out)
{
	const struct rec_lease *l = c->lease;
	const struct rs_frame *v;
	struct finding f;
	if (c->link && c->link->kind == REC_LINK_CONFLICT)
		conflict_of_link(rule, c, out);
	if (c->link || l == NULL || l->state != REC_DECLINED)
		return;
	/* RFC 2131 3.1: it has found that somebody has the address. */
	finding_begin(&f, rule, c, out, REC_CERTAIN);
	finding_detail(&f,
	    "%.*s was given %.*s and declined it, because another host has "
	    "it.",
	    FINDING_TEXT(l->mac), FINDING_TEXT(l->terms.address));
	/* It is about the address, as above. */
	f.rec.mac = (struct rs_span){0};
	f.rec.server = (struct rec_endpoint){0};
	v = l->frames.v;
	if (l->frames.n)
		finding_evidence(
		    &f, v[l->frames.n - 1], l->ended, RS_LIT("DHCP DECLINE"));
	finding_say(&f);
}

static void
eap_failed(const struct diag_rule *rule, const struct diag_case *c,
    const struct diag_out *out)
{
	const struct rec_link *k = c->link;
	const char *method = "";
	struct finding f;
	if (k == NULL || k->kind != REC_LINK_EAP_FAILED ||
	    boot_view_registered(c))
		return;
	method = k->method == 13   ? " by EAP-TLS"
		 : k->method == 4  ? " by EAP-MD5"
		 : k->method == 25 ? " by PEAP"
		 : k->method == 43 ? " by EAP-FAST"
		 : k->method == 21 ? " by EAP-TTLS"
				   : "";
	/* One packet more would say that it was accepted. */
	finding_begin(&f, rule, c, out, REC_LIKELY);
	finding_alternative(&f, "capture.incomplete");
	finding_detail(&f,
	    "The switch refused %.*s%s (802.1X) %lld times, and did not accept "
	    "it afterwards.",
	    FINDING_TEXT(k->mac), method, (long long)k->count);
	frames(&f, &k->frames, k->started, RS_LIT("EAP Failure"));
	finding_say(&f);
}

static bool
names(const struct rec_list *l, const struct rs_addr *a)
{
	const struct rs_span *v = l->v;
	char s[RS_ADDR_TEXT];
	size_t n = rs_addr_format(a, s);
	for (uint32_t i = 0; i < l->n; i++)
		if (rs_span_eq(v[i], (struct rs_span){(const uint8_t *)s, n}))
			return true;
	return false;
}

/* Only of what the phone needs, as far as its lease says: hosts ask for many
   that are not there. */
static void
arp_unanswered(const struct diag_rule *rule, const struct diag_case *c,
    const struct diag_out *out)
{
	const struct rec_link *k = c->link;
	const struct rec_lease *l = c->lease;
	char asks[RS_ADDR_TEXT], for_whom[RS_ADDR_TEXT];
	struct finding f;
	if (k == NULL || k->kind != REC_LINK_UNANSWERED || l == NULL ||
	    !boot_view_lost_phone(c) || coverage_view_dropped(c->coverage))
		return;
	bool router = names(&l->terms.routers, &k->server.at.addr);
	if (!router && !names(&l->terms.dns, &k->server.at.addr))
		return;
	rs_addr_format(&k->client.at.addr, asks);
	rs_addr_format(&k->server.at.addr, for_whom);
	finding_begin(&f, rule, c, out, REC_LIKELY);
	finding_alternative(&f, "capture.incomplete");
	finding_detail(&f,
	    "%s asked %lld times who has %s, its %s, and nobody answered.",
	    asks, (long long)k->count, for_whom,
	    router ? "router" : "name server");
	frames(&f, &k->frames, k->started, RS_LIT("ARP request"));
	finding_say(&f);
}

const struct diag_rule diag_link_voice_vlan = {"link.voice-vlan", REC_ERROR,
    "link", "The phone is not in the voice VLAN",
    "Does the phone listen to LLDP-MED or CDP, or has it a VLAN of its own "
    "configured? Is the voice VLAN allowed on the port?",
    voice_vlan};

const struct diag_rule diag_link_address_conflict = {"link.address-conflict",
    REC_ERROR, "link", "Two hosts claim the same address",
    "Find both hardware addresses in the tables of the switch; one of them has "
    "the address configured by hand, or from another DHCP server.",
    address_conflict};

const struct diag_rule diag_link_eap_failed = {"link.eap-failed", REC_ERROR,
    "link", "802.1X does not let the phone into the network",
    "Look at the log of the RADIUS server: certificate or password of the "
    "phone, and whether it is known there.",
    eap_failed};

const struct diag_rule diag_link_arp_unanswered = {"link.arp-unanswered",
    REC_ERROR, "link", "A host that the phone needs does not answer ARP",
    "Is that host up, in the same VLAN, and does its port work? Is the address "
    "in the lease right?",
    arp_unanswered};
