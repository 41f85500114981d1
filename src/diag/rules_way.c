/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Rules about where a phone went, against where DNS had sent it: which of
 * several targets it chose (RFC 2782, RFC 3263 4.3), which address family, and
 * whether it went there at all.
 */
#include "diag/coverage_view.h"
#include "diag/rules.h"
#include "diag/way_view.h"

#include <stdio.h>

/* Timer F (RFC 3261 17.1.2.2): after so much a client is to try the next one.
 */
static const rs_time TIMER_F = 32 * RS_SEC;

/* The case shows what came after this for long enough, and lost nothing. */
static bool
watched(const struct diag_case *c, rs_time from)
{
	return coverage_view_goes_on(c->coverage, from, TIMER_F) &&
	       !coverage_view_dropped(c->coverage);
}

static bool
is_type(const struct rec_lookup *l, const char *type)
{
	return rs_span_eq(l->type, rs_span_str(type));
}

/* ---- targets of SRV records ---- */

/* This host has this address, as far as any answer to the client says; also by
   an alias. */
static bool
host_has(const struct diag_way *w, struct rs_span host, const struct rs_addr *a)
{
	for (uint32_t i = 0; i < w->n_lookups; i++) {
		const struct rec_lookup *l = &w->lookups[i];
		const struct rec_answer *v = l->answers.v;
		if (l->state == REC_ANSWERED && rs_span_eq(l->name, host) &&
		    way_gives(l, a))
			return true;
		for (uint32_t j = 0; j < l->answers.n; j++) {
			struct rs_addr x;
			if (v[j].address.p && rs_span_eq(v[j].name, host) &&
			    rs_addr_parse(&x, v[j].address) &&
			    rs_addr_eq(&x, a))
				return true;
		}
	}
	return false;
}

/* It is an SRV record, and not the one that says that there is no such service
   (RFC 2782: the root as its target). */
static bool
names_host(const struct rec_answer *x)
{
	return x->port != REC_ABSENT && !rs_span_eq(x->target, RS_LIT("."));
}

/* The target of this SRV record at whose address the server is; NULL: none. */
static const struct rec_answer *
target_at(const struct diag_way *w, const struct rec_lookup *srv,
    const struct rs_addr *a)
{
	const struct rec_answer *v = srv->answers.v;
	for (uint32_t i = 0; i < srv->answers.n; i++)
		if (names_host(&v[i]) && host_has(w, v[i].target, a))
			return &v[i];
	return NULL;
}

/* The best host of the answer but `used`, which may be NULL; NULL: none. */
static const struct rec_answer *
other_target(const struct rec_lookup *srv, const struct rec_answer *used)
{
	const struct rec_answer *v = srv->answers.v, *best = NULL;
	for (uint32_t i = 0; i < srv->answers.n; i++)
		if (names_host(&v[i]) &&
		    (used == NULL ||
			!rs_span_eq(v[i].target, used->target)) &&
		    (best == NULL || v[i].priority < best->priority))
			best = &v[i];
	return best;
}

/* It was over before that was asked, by its place in the file too: time may
   have been set back. */
static bool
is_earlier(const struct diag_try *t, const struct rec_lookup *l)
{
	const struct rs_frame a = t->frame, b = l->id.frame;
	return t->last < l->started &&
	       (a.file != b.file || a.number < b.number);
}

/* Where it went after this answer, and nowhere else: the target; NULL where it
   went to several, or got anything there. */
static const struct rec_answer *
only_target(const struct diag_way *w, const struct rec_lookup *srv,
    const struct diag_try **first)
{
	const struct rec_answer *used = NULL;
	for (uint32_t i = 0; i < w->n_tries; i++) {
		const struct diag_try *t = &w->tries[i];
		const struct rec_answer *x = target_at(w, srv, &t->server.addr);
		if (is_earlier(t, srv))
			continue;
		if (x == NULL || !way_silent(t) ||
		    (used && !rs_span_eq(used->target, x->target)))
			return NULL;
		if (used == NULL)
			*first = t;
		used = x;
	}
	return used;
}

static void
dns_no_failover(const struct diag_rule *rule, const struct diag_case *c,
    const struct diag_out *out)
{
	const struct diag_way *w = way_of(c);
	for (uint32_t i = 0; w && i < w->n_lookups; i++) {
		const struct rec_lookup *l = &w->lookups[i];
		const struct diag_try *first = NULL;
		if (!way_is_service(l) || l->state != REC_ANSWERED)
			continue;
		const struct rec_answer *used = only_target(w, l, &first);
		const struct rec_answer *next =
		    used ? other_target(l, used) : NULL;
		if (next == NULL || !watched(c, first->first))
			continue;
		struct finding f;
		way_begin(&f, rule, w, out, REC_LIKELY, l);
		finding_alternative(&f, "tcp.no-answer");
		f.rec.server.at = first->server;
		f.rec.server.name = used->target;
		finding_detail(&f,
		    "%.*s names several hosts. The phone went to %.*s "
		    "(priority %lld) alone, got no answer, and did not try "
		    "%.*s (priority %lld).",
		    FINDING_TEXT(l->name), FINDING_TEXT(used->target),
		    (long long)used->priority, FINDING_TEXT(next->target),
		    (long long)next->priority);
		way_evidence(&f, l);
		for (uint32_t j = 0; j < w->n_tries; j++)
			if (w->tries[j].last >= l->started)
				way_try_evidence(&f, &w->tries[j]);
		finding_say(&f);
		return;
	}
}

/* ---- address families ---- */

/* An IPv4 address of the same name that this AAAA answer is for; NULL. */
static const struct rec_lookup *
v4_of(const struct diag_way *w, const struct rec_lookup *six)
{
	for (uint32_t i = 0; i < w->n_lookups; i++)
		if (is_type(&w->lookups[i], "A") &&
		    w->lookups[i].state == REC_ANSWERED &&
		    rs_span_eq(w->lookups[i].name, six->name) &&
		    way_first_address(&w->lookups[i]).p)
			return &w->lookups[i];
	return NULL;
}

/* A phone of two families has two addresses here, and what it sends over IPv4
   is another client's: so nobody at all may have gone there. */
static void
dns_ipv6_unreachable(const struct diag_rule *rule, const struct diag_case *c,
    const struct diag_out *out)
{
	const struct diag_way *w = way_of(c);
	for (uint32_t i = 0; w && i < w->n_tries; i++) {
		const struct diag_try *t = &w->tries[i];
		if (t->server.addr.family != 6 || !way_silent(t) ||
		    !watched(c, t->first))
			continue;
		for (uint32_t j = 0; j < w->n_lookups; j++) {
			const struct rec_lookup *l = &w->lookups[j];
			const struct rec_lookup *four;
			struct finding f;
			if (!is_type(l, "AAAA") ||
			    !way_gives(l, &t->server.addr) ||
			    (four = v4_of(w, l)) == NULL ||
			    way_tried_by_any(w, four))
				continue;
			way_begin(&f, rule, w, out, REC_LIKELY, l);
			finding_alternative(&f, "tcp.no-answer");
			f.rec.server.at = t->server;
			f.rec.server.name = l->name;
			finding_detail(&f,
			    "The phone went to the IPv6 address of %.*s, got "
			    "no answer, and did not try its IPv4 address "
			    "%.*s.",
			    FINDING_TEXT(l->name),
			    FINDING_TEXT(way_first_address(four)));
			way_evidence(&f, l);
			way_evidence(&f, four);
			way_try_evidence(&f, t);
			finding_say(&f);
			return;
		}
	}
}

/* ---- answers that differ ---- */

/* RFC 1918, 1122, 3927 and 4193: not of the network at large. */
static bool
is_private(const struct rs_addr *a)
{
	const uint8_t *b = a->b;
	if (a->family == 6)
		return (b[0] & 0xfe) == 0xfc || (b[0] == 0xfe && b[1] >= 0x80);
	return b[0] == 10 || b[0] == 127 || b[0] == 0 ||
	       (b[0] == 172 && (b[1] & 0xf0) == 16) ||
	       (b[0] == 192 && b[1] == 168) || (b[0] == 169 && b[1] == 254);
}

/* Of one network, as far as numbers tell: two bytes of IPv4, four of IPv6. */
static bool
near(const struct rs_addr *a, const struct rs_addr *b)
{
	return a->family == b->family &&
	       memcmp(a->b, b->b, a->family == 6 ? 4 : 2) == 0;
}

/* Some address in this answer is near that one. */
static bool
gives_near(const struct rec_lookup *l, const struct rs_addr *a)
{
	const struct rec_answer *v = l->answers.v;
	struct rs_addr x;
	for (uint32_t i = 0; i < l->answers.n; i++)
		if (v[i].address.p && rs_addr_parse(&x, v[i].address) &&
		    near(&x, a))
			return true;
	return false;
}

/* Clients, each counted once, that were told something else; 0 where any was
   told the same, or they do not agree. */
static unsigned
disagreeing(const struct diag_way *w, const struct rec_lookup *l,
    const struct rs_addr *own, const struct rec_lookup **one)
{
	unsigned n = 0;
	struct rs_addr first = {0};
	for (uint32_t i = 0; i < w->n_others; i++) {
		const struct rec_lookup *o = &w->others[i];
		bool again = false;
		if (!way_same_question(o, l) || !way_first_address(o).p)
			continue;
		if (gives_near(o, own))
			return 0;
		if (n == 0 && !rs_addr_parse(&first, way_first_address(o)))
			return 0;
		if (!gives_near(o, &first))
			return 0;
		for (uint32_t j = 0; j < i && !again; j++)
			again = way_same_question(&w->others[j], l) &&
				rs_addr_eq(&w->others[j].client.at.addr,
				    &o->client.at.addr);
		if (n == 0)
			*one = o;
		n += !again;
	}
	return n;
}

static void
dns_answer_differs(const struct diag_rule *rule, const struct diag_case *c,
    const struct diag_out *out)
{
	const struct diag_way *w = way_of(c);
	for (uint32_t i = 0; w && i < w->n_lookups; i++) {
		const struct rec_lookup *l = &w->lookups[i], *other = NULL;
		struct rs_addr own;
		if (l->state != REC_ANSWERED ||
		    !rs_addr_parse(&own, way_first_address(l)) ||
		    !way_tried(w, l) || way_reached(w, l) ||
		    disagreeing(w, l, &own, &other) < 2)
			continue;
		struct finding f;
		way_begin(&f, rule, w, out, REC_LIKELY, l);
		finding_alternative(&f, "tcp.no-answer");
		finding_alternative(&f, "capture.incomplete");
		finding_detail(&f,
		    "For %.*s this phone is told %.*s%s, where it gets "
		    "nowhere; others are told %.*s.",
		    FINDING_TEXT(l->name), FINDING_TEXT(way_first_address(l)),
		    is_private(&own) ? ", a private address" : "",
		    FINDING_TEXT(way_first_address(other)));
		way_evidence(&f, l);
		for (uint32_t j = 0; j < w->n_tries; j++)
			if (way_gives(l, &w->tries[j].server.addr))
				way_try_evidence(&f, &w->tries[j]);
		finding_evidence(&f, other->answer_frame,
		    rec_answered(other->started, other->delay),
		    RS_LIT("the answer to another phone"));
		finding_say(&f);
		return;
	}
}

/* ---- past the proxy ---- */

/* The address of the domain itself, where an SRV record sends elsewhere. */
static const struct rec_lookup *
bare_try(const struct diag_way *w, const struct rec_lookup *srv,
    const struct diag_try *t)
{
	for (uint32_t i = 0; i < w->n_lookups; i++)
		if (rs_span_eq(w->lookups[i].name, way_domain(srv)) &&
		    way_gives(&w->lookups[i], &t->server.addr))
			return &w->lookups[i];
	return NULL;
}

/* It went to a host of the answer as well. */
static bool
used_target(const struct diag_way *w, const struct rec_lookup *srv)
{
	for (uint32_t i = 0; i < w->n_tries; i++)
		if (way_gives(srv, &w->tries[i].server.addr) ||
		    target_at(w, srv, &w->tries[i].server.addr))
			return true;
	return false;
}

static void
sip_proxy_bypassed(const struct diag_rule *rule, const struct diag_case *c,
    const struct diag_out *out)
{
	const struct diag_way *w = way_of(c);
	for (uint32_t i = 0; w && i < w->n_lookups; i++) {
		const struct rec_lookup *l = &w->lookups[i];
		if (!way_is_service(l) || l->state != REC_ANSWERED ||
		    used_target(w, l))
			continue;
		for (uint32_t j = 0; j < w->n_tries; j++) {
			const struct diag_try *t = &w->tries[j];
			const struct rec_lookup *a = bare_try(w, l, t);
			const struct rec_answer *to = other_target(l, NULL);
			struct finding f;
			if (a == NULL || !way_failed(t) || to == NULL)
				continue;
			way_begin(&f, rule, w, out, REC_LIKELY, l);
			finding_alternative(&f, t->answered
						    ? "sip.refused-by-policy"
						    : "sip.no-answer");
			f.rec.server.at = t->server;
			f.rec.server.name = a->name;
			finding_detail(&f,
			    "%.*s sends phones to %.*s; this one went to the "
			    "address of %.*s itself, and %s.",
			    FINDING_TEXT(l->name), FINDING_TEXT(to->target),
			    FINDING_TEXT(a->name),
			    t->answered ? "was refused there"
					: "got no answer there");
			way_evidence(&f, l);
			way_evidence(&f, a);
			way_try_evidence(&f, t);
			finding_say(&f);
			return;
		}
	}
}

const struct diag_rule diag_dns_no_failover = {"dns.no-failover", REC_ERROR,
    "dns", "The phone does not try the next server that DNS names",
    "Find out why that server is silent, and whether the phone's firmware "
    "does failover by SRV (RFC 3263 4.3) or has it switched off.",
    dns_no_failover};

const struct diag_rule diag_dns_ipv6_unreachable = {"dns.ipv6-unreachable",
    REC_ERROR, "dns", "The phone prefers IPv6, which leads nowhere here",
    "Test IPv6 from the phone's network. Until it works, set the phone to "
    "IPv4, or stop the router from announcing IPv6.",
    dns_ipv6_unreachable};

const struct diag_rule diag_dns_answer_differs = {"dns.answer-differs",
    REC_ERROR, "dns", "This phone is told another address than others",
    "Compare which DNS server each phone asks, and what it answers: an "
    "internal view, a filter or a captive portal may answer in its place.",
    dns_answer_differs};

const struct diag_rule diag_sip_proxy_bypassed = {"sip.proxy-bypassed",
    REC_ERROR, "sip", "The phone goes past the proxy that DNS names",
    "Set the outbound proxy in the phone's profile, or let it use SRV "
    "records.",
    sip_proxy_bypassed};
