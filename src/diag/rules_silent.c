/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A phone that has its address, and does nothing with it.
 *
 * At most places nothing is all that is seen of any phone, so this asks for a
 * sign that its packets would be here (track/quiet.h), and that the capture is
 * no choice of some ports: it has ARP, and TCP and UDP of others that is
 * neither DHCP nor DNS nor SIP, both soon after the lease and after the time
 * that a phone may take to start.
 *
 * Only of a client that began with a DISCOVER.  Who asks for the address that
 * it had may have lost its link for a moment, and be registered all the time.
 */
#include "diag/boot_view.h"
#include "diag/coverage_view.h"
#include "diag/finding.h"
#include "diag/rules.h"

/* Phones go on within seconds, or within a minute or so where they load a
   second program first. */
static const rs_time START = 120 * RS_SEC;

static const struct {
	const char *detail, *evidence;
} signs[] = {
    [REC_SHOWN_LINK] = {"LLDP or 802.1X of the phone itself is here, that "
			"switches by 802.1Q keep to the link",
	"sent by the phone, to its own link"},
    [REC_SHOWN_ROUTER] = {"what passes between the phone and its router is "
			  "captured",
	"between the phone and its router"},
    [REC_SHOWN_APART] = {"DHCP to the phone alone is here, and so is what "
			 "others say to each other",
	"DHCP to the phone alone"},
};

static bool
has_arp(const struct rec_coverage *v)
{
	const struct rec_count *n = v ? v->undecoded.v : NULL;
	for (uint32_t i = 0; n && i < v->undecoded.n; i++)
		if (rs_span_eq(n[i].name, RS_LIT("arp")))
			return n[i].n > 0;
	return false;
}

/* Switches and sensors ask for options 125 and 150, too. */
static bool
is_phone(const struct rec_lease *l)
{
	return boot_view_asked(l, "120") || boot_view_asked(l, "159") ||
	       boot_view_asked(l, "160") ||
	       (boot_view_asked(l, "66") && boot_view_asked(l, "150"));
}

/* It would have been seen here. */
static bool
watched(const struct rec_quiet *q, const struct rec_coverage *v)
{
	return q->shown != REC_SHOWN_NONE && q->asked == 0 &&
	       q->called != RS_TRUE && has_arp(v) &&
	       !coverage_view_dropped(v) && q->other != RS_NEVER &&
	       q->other - q->started >= START &&
	       coverage_view_goes_on(v, q->started, START);
}

static void
silent(const struct diag_rule *rule, const struct diag_case *c,
    const struct diag_out *out)
{
	const struct rec_lease *l = boot_view_lease(c);
	const struct rec_quiet *q = c->quiet;
	char looked[FINDING_WORD], after[FINDING_WORD];
	struct finding f;
	if (l == NULL || q == NULL || l->protocol != REC_DHCPV4 ||
	    l->kind != REC_LEASE_DISCOVER || l->state != REC_BOUND)
		return;
	/* Of the last start alone; and with a phone there is more to be said.
	 */
	if (q->started < l->started || q->started > l->ended || c->phone ||
	    !boot_view_lost_phone(c) || !is_phone(l) ||
	    !watched(q, c->coverage) ||
	    (q->shown != REC_SHOWN_LINK && boot_view_other_vlan(c)))
		return;
	finding_begin(&f, rule, c, out, REC_LIKELY);
	finding_alternative(&f, "capture.incomplete");
	/* A phone may hear of its VLAN when it has a lease of another one. */
	finding_alternative(&f, "link.voice-vlan");
	finding_detail(&f,
	    "%.*s was given %.*s, and exchanged no packets with anybody, but "
	    "for DHCP, ARP, ICMP and what goes to everybody, in the %s that the capture goes on. They would "
	    "be seen: %s. %s after the lease there still are packets of "
	    "others.",
	    FINDING_TEXT(l->mac), FINDING_TEXT(l->terms.address),
	    finding_time(looked, c->coverage->last - q->started),
	    signs[q->shown].detail, finding_time(after, q->other - q->started));
	finding_evidence(&f, l->answer_frame, q->started, RS_LIT("DHCP ACK"));
	finding_evidence(&f, q->shown_frame, q->shown_at,
	    rs_span_str(signs[q->shown].evidence));
	finding_evidence(
	    &f, q->other_frame, q->other, RS_LIT("packet of another host"));
	finding_say(&f);
}

/* The first step that was due, as all others follow from it. */
const struct diag_rule diag_phone_silent = {"phone.silent", REC_ERROR, "dns",
    "The phone has an address, and does nothing with it",
    "What does the phone show, and what does its log say after DHCP? Has it an "
    "account, or a server for its configuration? Does it wait for somebody, "
    "does it start again and again, is the address that it shows this one?",
    silent};
