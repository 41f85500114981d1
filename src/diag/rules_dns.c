/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Rules about what a phone asked of DNS: no answer, no such service, the wrong
 * service.
 *
 * NXDOMAIN on the way to a name that does resolve is how RFC 3263 works, and no
 * fault: so each rule looks at everything that the phone asked of a domain, and
 * at what came of it.
 */
#include "diag/coverage_view.h"
#include "diag/naptr.h"
#include "diag/rules.h"
#include "diag/way_view.h"

#include <stdio.h>

enum { MOST_SHOWN = 6, TYPES = 8 };

/* A phone that does not go on within this time does not. */
static const rs_time WATCH = 5 * RS_SEC;

/* ---- no answer ---- */

/* Who asks again got no answer, wherever it was captured, and so did a log that
   has none; of one query the answer may only have passed the capture by, unless
   its phone stopped there. */
static bool
unanswered(const struct rec_lookup *l, bool stopped)
{
	return l->state == REC_LOOKUP_UNREACHABLE ||
	       (l->state == REC_NO_ANSWER &&
		   (l->queries > 1 || l->visibility == REC_LOG || stopped));
}

/* The same question was answered another time, so it is no matter of what was
   asked: packets are lost now and then. */
static bool
answered_else(const struct diag_way *w, const struct rec_lookup *l)
{
	for (uint32_t i = 0; i < w->n_lookups; i++) {
		const struct rec_lookup *o = &w->lookups[i];
		if (way_same_question(o, l) && o->state >= REC_ANSWERED &&
		    o->state <= REC_LOOKUP_FAILED)
			return true;
	}
	return false;
}

/* Is it such a look-up, of this server? */
static bool
silent_at(const struct diag_way *w, const struct rec_lookup *l,
    const struct rec_lookup *first, bool stopped)
{
	return unanswered(l, stopped) && way_concerns(w, l) &&
	       rs_addr_eq(&l->server.at.addr, &first->server.at.addr) &&
	       !answered_else(w, l);
}

/* What was seen of a server that leaves questions unanswered. */
struct silence {
	unsigned lookups, late, refused;
	int64_t queries, waited; /* waited: ns, the longest in a challenge */
	bool heard, icmp, repeated, stopped;
	bool plain_asked, plain_answered; /* of other types than SRV, NAPTR */
	struct rs_span types[TYPES];
	unsigned n_types;
};

/* Of no type that some home routers drop. */
static bool
is_plain(const struct rec_lookup *l)
{
	return !rs_span_eq(l->type, RS_LIT("SRV")) &&
	       !rs_span_eq(l->type, RS_LIT("NAPTR"));
}

static void
add_type(struct silence *s, struct rs_span type)
{
	for (unsigned i = 0; i < s->n_types; i++)
		if (rs_span_eq(s->types[i], type))
			return;
	if (s->n_types < TYPES)
		s->types[s->n_types++] = type;
}

/* Challenges whose answer came only when the look-up had been given up. */
static void
count_waits(
    struct silence *s, const struct diag_way *w, const struct rec_lookup *first)
{
	for (uint32_t i = 0; i < w->n_waits; i++) {
		const struct rec_lookup *l =
		    way_waited_for(w, w->waits[i].from, w->waits[i].to);
		if (l == NULL || !silent_at(w, l, first, s->stopped))
			continue;
		s->late++;
		s->refused += w->waits[i].refused;
		if (w->waits[i].to - w->waits[i].from > s->waited)
			s->waited = w->waits[i].to - w->waits[i].from;
	}
}

static struct silence
silence_of(
    const struct diag_way *w, const struct rec_lookup *first, bool stopped)
{
	struct silence s = {.stopped = stopped};
	for (uint32_t i = 0; i < w->n_lookups; i++) {
		const struct rec_lookup *l = &w->lookups[i];
		bool answers = way_server_answers(l, &first->server.at.addr);
		s.heard |= answers;
		s.plain_answered |= answers && is_plain(l);
		if (!silent_at(w, l, first, stopped))
			continue;
		s.plain_asked |= is_plain(l);
		s.lookups++;
		s.queries += l->queries;
		s.repeated |= l->queries > 1;
		s.icmp |= l->state == REC_LOOKUP_UNREACHABLE;
		s.heard |= l->server_heard == RS_TRUE;
		add_type(&s, l->type);
	}
	count_waits(&s, w, first);
	return s;
}

static void
detail_silence(
    struct finding *f, const struct silence *s, const struct rec_lookup *first)
{
	char types[64] = "", after[160] = "", t[FINDING_WORD];
	size_t n = 0;
	for (unsigned i = 0; i < s->n_types && n < sizeof types; i++)
		n += (size_t)snprintf(types + n, sizeof types - n, "%s%.*s",
		    i ? ", " : "", FINDING_TEXT(s->types[i]));
	if (s->late == 1)
		snprintf(after, sizeof after,
		    " The phone waits for it before it answers a challenge: "
		    "1 was answered %s late%s.",
		    finding_time(t, s->waited),
		    s->refused ? ", and that answer was refused" : "");
	else if (s->late)
		snprintf(after, sizeof after,
		    " The phone waits for it before it answers a challenge: "
		    "%u were answered up to %s late, and %u of those answers "
		    "%s refused.",
		    s->late, finding_time(t, s->waited), s->refused,
		    s->refused == 1 ? "was" : "were");
	finding_detail(f,
	    "%u look-up%s of type %s (%lld quer%s), %sfor %.*s, got %s%s.%s",
	    s->lookups, s->lookups == 1 ? "" : "s", types,
	    (long long)s->queries, s->queries == 1 ? "y" : "ies",
	    s->lookups == 1 ? "" : "such as ", FINDING_TEXT(first->name),
	    s->icmp ? "ICMP errors" : "no answer",
	    s->heard ? ", while the same server answers other questions" : "",
	    after);
}

static void
say_silence(const struct diag_rule *rule, const struct diag_way *w,
    const struct diag_out *out, const struct rec_lookup *first, bool stopped)
{
	struct silence s = silence_of(w, first, stopped);
	struct finding f;
	unsigned shown = 0;
	bool sure = s.heard && s.repeated;
	way_begin(
	    &f, rule, w, out, sure || s.icmp ? REC_CERTAIN : REC_LIKELY, first);
	if (!sure && !s.icmp)
		finding_alternative(&f, "capture.incomplete");
	if (s.plain_asked || !s.plain_answered)
		f.rec.advice = RS_LIT(
		    "Ask the same of that server from the phone's network "
		    "(dig TYPE NAME @SERVER). If it does not answer there "
		    "either, give the phone another resolver, or the "
		    "registrar's address and port.");
	detail_silence(&f, &s, first);
	for (uint32_t i = 0; i < w->n_lookups && shown < MOST_SHOWN; i++) {
		const struct rec_lookup *l = &w->lookups[i];
		if (!silent_at(w, l, first, stopped))
			continue;
		way_evidence(&f, l);
		if (shown++)
			finding_record(&f, &rec_lookup_type, &l->id);
	}
	finding_say(&f);
}

static void
dns_no_answer(const struct diag_rule *rule, const struct diag_case *c,
    const struct diag_out *out)
{
	const struct diag_way *w = way_of(c);
	bool stopped = w && way_stopped(w);
	for (uint32_t i = 0; w && i < w->n_lookups; i++) {
		const struct rec_lookup *l = &w->lookups[i];
		bool said = !silent_at(w, l, l, stopped);
		for (uint32_t j = 0; j < i && !said; j++)
			said = silent_at(w, &w->lookups[j], l, stopped);
		if (!said)
			say_silence(rule, w, out, l, stopped);
	}
}

/* ---- no such service ---- */

static bool
missing(const struct rec_lookup *l)
{
	return l->state == REC_NXDOMAIN || l->state == REC_NODATA;
}

/* Something else that the phone asked of the domain gave it a server: a service
   of another kind or name, or an address that answered. */
static bool
went_on(const struct diag_way *w, struct rs_span domain)
{
	for (uint32_t i = 0; i < w->n_lookups; i++) {
		const struct rec_lookup *l = &w->lookups[i];
		if (l->state != REC_ANSWERED ||
		    !rs_span_eq(way_domain(l), domain))
			continue;
		if (way_is_service(l) || naptr_led_on(w, l))
			return true;
		if (way_reached(w, l))
			return true;
	}
	return false;
}

/* Not all was answered: what is missing may be there all the same. */
static bool
undecided(const struct diag_way *w, struct rs_span domain)
{
	for (uint32_t i = 0; i < w->n_lookups; i++) {
		const struct rec_lookup *l = &w->lookups[i];
		if (rs_span_eq(way_domain(l), domain) &&
		    l->state != REC_ANSWERED && !missing(l))
			return true;
	}
	return false;
}

/* The first such question about this domain. */
static bool
first_of_domain(const struct diag_way *w, uint32_t i)
{
	for (uint32_t j = 0; j < i; j++)
		if (way_is_service(&w->lookups[j]) && missing(&w->lookups[j]) &&
		    rs_span_eq(
			way_domain(&w->lookups[j]), way_domain(&w->lookups[i])))
			return false;
	return true;
}

/* An address of the bare name, which the phone then tried; NULL. */
static const struct rec_lookup *
bare(const struct diag_way *w, struct rs_span domain)
{
	for (uint32_t i = 0; i < w->n_lookups; i++)
		if (w->lookups[i].state == REC_ANSWERED &&
		    rs_span_eq(w->lookups[i].name, domain) &&
		    way_first_address(&w->lookups[i]).p)
			return &w->lookups[i];
	return NULL;
}

/* The service that others found, and this phone never asked for; NULL. */
static const struct rec_lookup *
other_service(const struct diag_way *w, struct rs_span domain)
{
	for (uint32_t i = 0; i < w->n_others; i++)
		if (way_is_service(&w->others[i]) &&
		    rs_span_eq(way_domain(&w->others[i]), domain))
			return &w->others[i];
	return NULL;
}

static bool
asked_bare(const struct diag_way *w, struct rs_span domain)
{
	for (uint32_t i = 0; i < w->n_lookups; i++)
		if (rs_span_eq(w->lookups[i].name, domain) &&
		    !rs_span_eq(w->lookups[i].type, RS_LIT("NAPTR")))
			return true;
	return false;
}

/* The capture goes on for long enough for the phone to go on. */
static bool
watched(const struct diag_case *c, const struct rec_lookup *l)
{
	return coverage_view_goes_on(c->coverage, l->ended, WATCH);
}

static void
services_evidence(
    struct finding *f, const struct diag_way *w, struct rs_span domain)
{
	unsigned shown = 0;
	for (uint32_t i = 0; i < w->n_lookups && shown < MOST_SHOWN; i++) {
		const struct rec_lookup *l = &w->lookups[i];
		if (!rs_span_eq(way_domain(l), domain))
			continue;
		way_evidence(f, l);
		if (shown++)
			finding_record(f, &rec_lookup_type, &l->id);
	}
}

static void
say_missing(const struct diag_rule *rule, const struct diag_case *c,
    const struct diag_out *out, const struct rec_lookup *l,
    const struct naptr_view *naptr)
{
	const struct diag_way *w = way_of(c);
	struct rs_span domain = way_domain(l);
	const struct rec_lookup *a = bare(w, domain);
	bool tried = a && way_tried(w, a);
	struct finding f;
	/* That it did not go there, or that there is no address, is what was
	   not seen. */
	bool unseen = !tried && (a || coverage_view_cut(c->coverage));
	way_begin(
	    &f, rule, w, out, tried || unseen ? REC_LIKELY : REC_CERTAIN, l);
	if (unseen)
		finding_alternative(&f, "capture.incomplete");
	if (tried) {
		finding_alternative(&f, "tcp.no-answer");
		finding_alternative(&f, "sip.no-answer");
	}
	finding_detail(&f, "DNS has no %.*s (%s)%s%s.", FINDING_TEXT(l->name),
	    l->state == REC_NXDOMAIN ? "NXDOMAIN" : "no such record",
	    naptr->own ? ", to which a NAPTR record leads" : "",
	    tried
		? "; the phone then went to the address of the bare name, and "
		  "nothing there let it register"
	    : a ? "; the bare name has an address, and the phone did not go "
		  "there"
	    : asked_bare(w, domain) ? ", nor an address of the bare name"
	    : naptr->lookup
		? "; the phone asked for no address of this domain"
		: ", and the phone asked for nothing else of this domain");
	services_evidence(&f, w, domain);
	finding_say(&f);
}

static void
say_wrong(const struct diag_rule *rule, const struct diag_way *w,
    const struct diag_out *out, const struct rec_lookup *l,
    const struct rec_lookup *other)
{
	struct finding f;
	way_begin(&f, rule, w, out, REC_LIKELY, l);
	finding_alternative(&f, "dns.srv-missing");
	finding_detail(&f,
	    "The phone asks for %.*s, which DNS does not have; what there is, "
	    "as another phone was told, is %.*s.",
	    FINDING_TEXT(l->name), FINDING_TEXT(other->name));
	services_evidence(&f, w, way_domain(l));
	finding_evidence(&f, other->answer_frame,
	    rec_answered(other->started, other->delay),
	    RS_LIT("the answer to another phone"));
	finding_say(&f);
}

/* As the domain's own NAPTR records have it. */
static void
say_passed_over(const struct diag_rule *rule, const struct diag_way *w,
    const struct diag_out *out, const struct rec_lookup *l,
    const struct naptr_view *n)
{
	struct finding f;
	way_begin(&f, rule, w, out, REC_LIKELY, l);
	finding_alternative(&f, "dns.srv-missing");
	naptr_detail(&f, n, l);
	services_evidence(&f, w, way_domain(l));
	if (!rs_span_eq(n->lookup->name, way_domain(l)))
		way_evidence(&f, n->lookup);
	finding_say(&f);
}

/* Both rules: which of them is told by what others were answered, and by what
   leads to other services. */
static void
services(const struct diag_rule *rule, const struct diag_case *c,
    const struct diag_out *out, bool wrong)
{
	const struct diag_way *w = way_of(c);
	/* Who registers may ask for the domains of others, to call them. */
	if (w == NULL || w->registered)
		return;
	for (uint32_t i = 0; i < w->n_lookups; i++) {
		const struct rec_lookup *l = &w->lookups[i];
		if (!way_is_service(l) || !missing(l) || !first_of_domain(w, i))
			continue;
		struct rs_span domain = way_domain(l);
		if (went_on(w, domain) || undecided(w, domain) ||
		    !watched(c, l))
			continue;
		const struct rec_lookup *other = other_service(w, domain);
		const struct naptr_view naptr = naptr_of(w, l);
		if (!wrong && other == NULL && naptr.other == NULL)
			say_missing(rule, c, out, l, &naptr);
		else if (wrong && naptr.other)
			say_passed_over(rule, w, out, l, &naptr);
		else if (wrong && other)
			say_wrong(rule, w, out, l, other);
	}
}

static void
dns_srv_missing(const struct diag_rule *rule, const struct diag_case *c,
    const struct diag_out *out)
{
	services(rule, c, out, false);
}

static void
dns_wrong_service(const struct diag_rule *rule, const struct diag_case *c,
    const struct diag_out *out)
{
	services(rule, c, out, true);
}

const struct diag_rule diag_dns_no_answer = {"dns.no-answer", REC_ERROR, "dns",
    "DNS leaves the phone's questions unanswered",
    "Ask the same of that server from the phone's network (dig SRV NAME "
    "@SERVER). Some home routers drop SRV and NAPTR and answer the rest: give "
    "the phone another resolver, or the registrar's address and port.",
    dns_no_answer};

const struct diag_rule diag_dns_srv_missing = {"dns.srv-missing", REC_ERROR,
    "dns", "DNS knows no SIP service of the phone's domain",
    "Compare the domain in the phone's profile with the provider's, letter by "
    "letter, and ask another resolver for the same name.",
    dns_srv_missing};

const struct diag_rule diag_dns_wrong_service = {"dns.wrong-service", REC_ERROR,
    "dns", "The phone asks for another service than there is",
    "Set the transport in the phone's profile (UDP, TCP or TLS) to the one "
    "that the provider offers.",
    dns_wrong_service};
