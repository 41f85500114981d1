/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Rules about bindings: what happened to them between registrations.
 *
 * All registrations may be fine where the phone is not: a binding that ran out
 * before it was refreshed, or that another phone took, leaves nothing but
 * attempts that succeeded.
 */
#include "diag/coverage_view.h"
#include "diag/finding.h"
#include "diag/rules.h"

#include <stdio.h>

/* Less may be the time that the answer took. */
static const int64_t worth_saying = RS_SEC;

static struct rs_span
text_of(const char *s, int n)
{
	return (struct rs_span){(const uint8_t *)s, (size_t)n};
}

/* ---- ran out ---- */

/* What would tell may be among what the capture lost. */
static bool
lost_packets(const struct diag_case *c)
{
	return coverage_view_dropped(c->coverage) ||
	       (c->binding->transport != REC_UDP && c->coverage &&
		   c->coverage->tcp_gaps > 0);
}

/* Or it passed between two files: nothing may have been captured there, as well
   as nothing sent.  Files are in order of their first packets, and one may go
   on beyond those that follow. */
static bool
between_files(const struct diag_case *c, rs_time from, rs_time to)
{
	const struct rec_coverage *g = c->coverage;
	const struct rec_file *f = g ? g->files.v : NULL;
	rs_time end = RS_NEVER;
	for (uint32_t i = 0; f && i < g->files.n; i++) {
		if (f[i].first == RS_NEVER || f[i].last == RS_NEVER)
			continue;
		if (end != RS_NEVER && f[i].first - end > RS_SEC && end < to &&
		    f[i].first > from)
			return true;
		end = end == RS_NEVER || f[i].last > end ? f[i].last : end;
	}
	return false;
}

/* Not where a CSeq says that there was a request in between; and the removal of
   what had run out by then is no late refresh. */
static bool
says_lapse(const struct diag_case *c, const struct rec_lapse *l)
{
	const struct rec_binding *b = c->binding;
	return l->length >= worth_saying && l->frame.number != 0 &&
	       (l->missed == REC_ABSENT || l->missed == 0) &&
	       (b->state != REC_REMOVED || l->to != b->ended) &&
	       !lost_packets(c);
}

static void
detail_lapse(
    struct finding *f, const struct rec_lapse *l, unsigned n, bool between)
{
	char asked[48] = "", after[FINDING_WORD], late[FINDING_WORD];
	char more[48] = "";
	if (l->asked != REC_ABSENT && l->asked != l->seconds)
		snprintf(asked, sizeof asked, " of the %lld s asked for",
		    (long long)l->asked);
	if (n > 1)
		snprintf(more, sizeof more, " It happened %u times.", n);
	finding_detail(f,
	    "The 200 granted %lld s%s, and the next one came %s after it: for "
	    "%s the phone could not be reached.%s%s%s",
	    (long long)l->seconds, asked,
	    finding_time(after, l->seconds * RS_SEC + l->length),
	    finding_time(late, l->length),
	    l->kind == REC_INITIAL
		? " It began anew, as after a restart or an outage."
	    : l->asked != REC_ABSENT && l->asked > l->seconds
		? " It does not seem to follow what is granted."
		: "",
	    more,
	    between ? " A part of that time is between two files: what was "
		      "sent then may not have been captured."
		    : "");
}

static void
sip_binding_lapsed(const struct diag_rule *rule, const struct diag_case *c,
    const struct diag_out *out)
{
	const struct rec_binding *b = c->binding;
	const struct rec_lapse *v, *worst = NULL;
	unsigned n = 0;
	struct finding f;
	if (b == NULL)
		return;
	v = b->lapses.v;
	for (uint32_t i = 0; i < b->lapses.n; i++) {
		if (!says_lapse(c, &v[i]))
			continue;
		n++;
		if (worst == NULL || v[i].length > worst->length)
			worst = &v[i];
	}
	if (worst == NULL)
		return;
	/* Under another Call-ID, a refresh in between may not have been seen.
	 */
	bool between = between_files(c, worst->from, worst->to);
	bool whole = worst->missed != REC_ABSENT && !between;
	finding_begin(&f, rule, c, out, whole ? REC_CERTAIN : REC_LIKELY);
	if (!whole)
		finding_alternative(&f, "capture.incomplete");
	f.rec.at = worst->from;
	detail_lapse(&f, worst, n, between);
	for (uint32_t i = 0; i < b->lapses.n; i++) {
		char text[48];
		if (!says_lapse(c, &v[i]))
			continue;
		int len = snprintf(text, sizeof text, "200, for %lld s",
		    (long long)v[i].seconds);
		finding_evidence(&f, v[i].granted,
		    v[i].from - v[i].seconds * RS_SEC, text_of(text, len));
		finding_evidence(
		    &f, v[i].frame, v[i].to, RS_LIT("200, too late"));
	}
	finding_say(&f);
}

/* ---- fights ---- */

/* How often b lost its place to that one and took it back. */
static unsigned
turns(const struct rec_binding *b, const struct rec_id *by)
{
	const struct rec_displaced *d = b->displaced.v;
	unsigned n = 0;
	for (uint32_t i = 0; i < b->displaced.n; i++)
		n += rec_id_cmp(&d[i].by, by) == 0 && d[i].back != RS_NEVER;
	return n;
}

static void
sip_contact_fight(const struct diag_rule *rule, const struct diag_case *c,
    const struct diag_out *out)
{
	const struct rec_binding *b = c->binding;
	const struct rec_displaced *d, *other = NULL;
	struct finding f;
	if (b == NULL)
		return;
	d = b->displaced.v;
	/* Of two, the one that was there first says it. */
	for (uint32_t i = 0; i < b->displaced.n && other == NULL; i++)
		if (turns(b, &d[i].by) >= 2 && rec_id_cmp(&b->id, &d[i].by) < 0)
			other = &d[i];
	if (other == NULL)
		return;
	finding_begin(&f, rule, c, out, REC_LIKELY);
	finding_alternative(&f, "sip.too-many-contacts");
	finding_record(&f, &rec_binding_type, &other->by);
	char own[RS_ADDR_TEXT], his[RS_ADDR_TEXT];
	rs_addr_format(&b->client.at.addr, own);
	rs_addr_format(&other->client.at.addr, his);
	f.rec.at = other->at;
	finding_detail(&f,
	    "%.*s (%s) and %.*s (%s) take this address of record in turns, "
	    "%lld times seen: each 200 lists the one and no longer the other, "
	    "whose time was not over.",
	    FINDING_TEXT(b->contact), own, FINDING_TEXT(other->contact), his,
	    (long long)b->displaced_total);
	for (uint32_t i = 0; i < b->displaced.n; i++) {
		if (rec_id_cmp(&d[i].by, &other->by) != 0)
			continue;
		finding_evidence(&f, d[i].frame, d[i].at,
		    RS_LIT("200 that lists the other only"));
		finding_evidence(&f, d[i].back_frame, d[i].back,
		    RS_LIT("200 that lists this one only"));
	}
	finding_say(&f);
}

/* ---- loops ---- */

static void
sip_contact_loop(const struct diag_rule *rule, const struct diag_case *c,
    const struct diag_out *out)
{
	const struct rec_binding *b = c->binding;
	struct finding f;
	if (b == NULL || b->moves_total == REC_ABSENT || b->moves_total < 3)
		return;
	const struct rec_move *m = b->moves.v;
	finding_begin(&f, rule, c, out, REC_LIKELY);
	finding_alternative(&f, "sip.alg-rewrite");
	finding_alternative(&f, "nat.binding-lost");
	finding_detail(&f,
	    "At least %lld times in a row the phone removed its contact and at "
	    "once registered another one, and so it came to %.*s.",
	    (long long)b->moves_total, FINDING_TEXT(b->contact));
	for (uint32_t i = 0; i < b->moves.n; i++) {
		finding_evidence(&f, m[i].removed_frame, m[i].removed,
		    RS_LIT("200, removed"));
		finding_evidence(
		    &f, m[i].frame, m[i].at, RS_LIT("200 to another contact"));
	}
	finding_say(&f);
}

/* ---- out of reach ---- */

/* A phone that sends from one port and listens on another loses nothing. */
static void
nat_binding_lost(const struct diag_rule *rule, const struct diag_case *c,
    const struct diag_out *out)
{
	const struct rec_binding *b = c->binding;
	char quiet[FINDING_WORD], later[FINDING_WORD];
	struct finding f;
	if (b == NULL || b->unreached.n == 0)
		return;
	const struct rec_unreached *u = b->unreached.v;
	if (lost_packets(c))
		return;
	/* No router lies between it and the phone: what they had to pass was
	   passed. */
	bool passed = coverage_view_near_phone(c->coverage);
	finding_begin(&f, rule, c, out, passed ? REC_INFERRED : REC_LIKELY);
	finding_alternative(&f, "sip.wrong-response-port");
	if (u->icmp.n == 0 || between_files(c, u->granted, u->back))
		finding_alternative(&f, "capture.incomplete");
	f.rec.at = u->since;
	bool answered = u->answered != RS_NEVER;
	rs_time heard = answered ? u->answered : u->granted;
	finding_detail(&f,
	    "The server's requests to port %lld %s%.*s, the first of them %s "
	    "after the last %s; %s later the phone registered again, from port "
	    "%lld.%s",
	    (long long)u->port,
	    u->icmp.n ? "were refused by ICMP " : "got no answer",
	    (int)u->icmp.n, u->icmp.n ? (const char *)u->icmp.p : "",
	    finding_time(quiet, u->since - heard),
	    answered ? "that was answered" : "registration from there",
	    finding_time(later, u->back - u->since), (long long)u->back_port,
	    passed
		? " The capture is near the phone, so that they had passed a "
		  "NAT farther away: rather the phone did not listen there "
		  "any more."
		: "");
	finding_evidence(&f, u->granted_frame, u->granted,
	    RS_LIT("200, to the port that is lost"));
	finding_evidence(
	    &f, u->answered_frame, u->answered, RS_LIT("answer to the server"));
	finding_evidence(
	    &f, u->frame, u->since, RS_LIT("request of the server, no answer"));
	finding_evidence(&f, u->again_frame, RS_NEVER, RS_LIT("again"));
	finding_evidence(
	    &f, u->icmp_frame, RS_NEVER, RS_LIT("ICMP unreachable"));
	finding_evidence(
	    &f, u->back_frame, u->back, RS_LIT("REGISTER from another port"));
	finding_say(&f);
}

#define BINDING_RULE(name, code, title, advice, check)                         \
 const struct diag_rule name = {code, REC_WARNING, "sip", title, advice, check}

BINDING_RULE(diag_sip_binding_lapsed, "sip.binding-lapsed",
    "The binding ran out before the phone refreshed it",
    "Was the phone cut off meanwhile? If not, it has to go by the time that "
    "the 200 grants to its contact; compare that with its own interval.",
    sip_binding_lapsed);
BINDING_RULE(diag_sip_contact_fight, "sip.contact-fight",
    "Two phones take one address of record from each other",
    "Is the same account in both? Give each its own, or let the registrar "
    "keep several contacts. If it keeps them and lists only one, all is well.",
    sip_contact_fight);
BINDING_RULE(diag_sip_contact_loop, "sip.contact-loop",
    "The phone replaces its contact again and again",
    "Does the phone take the address that it sees in the 200 (received, rport) "
    "for its contact, behind a NAT that gives another each time?",
    sip_contact_loop);
BINDING_RULE(diag_nat_binding_lost, "nat.binding-lost",
    "A NAT has forgotten the phone's port",
    "Let the phone send keep-alives more often than the NAT's mappings for UDP "
    "live; 30 seconds are a common lifetime.",
    nat_binding_lost);
