/* SPDX-License-Identifier: Apache-2.0 */
#include "diag/naptr.h"

static bool
is_naptr(const struct rec_lookup *l)
{
	return l->state == REC_ANSWERED && rs_span_eq(l->type, RS_LIT("NAPTR"));
}

/* It leads to an SRV record of SIP (RFC 3263 4.1). */
static bool
to_service(const struct rec_answer *a)
{
	return a->order != REC_ABSENT && a->preference != REC_ABSENT &&
	       (rs_span_starts(a->target, RS_LIT("_sip._")) ||
		   rs_span_starts(a->target, RS_LIT("_sips._")));
}

/* <0: a comes before b; 0: it is the client's to choose. */
static int
rank_cmp(const struct rec_answer *a, const struct rec_answer *b)
{
	if (a->order != b->order)
		return a->order < b->order ? -1 : 1;
	return a->preference < b->preference ? -1
					     : a->preference > b->preference;
}

/* The best answer that leads to that name; NULL. */
static const struct rec_answer *
leading_to(const struct rec_lookup *naptr, struct rs_span name)
{
	const struct rec_answer *v = naptr->answers.v, *best = NULL;
	for (uint32_t i = 0; i < naptr->answers.n; i++)
		if (to_service(&v[i]) && rs_span_eq(v[i].target, name) &&
		    (best == NULL || rank_cmp(&v[i], best) < 0))
			best = &v[i];
	return best;
}

/* How the phone asked for that service; NULL: it did not. */
static const struct rec_lookup *
asked(const struct diag_way *w, struct rs_span name)
{
	for (uint32_t i = 0; i < w->n_lookups; i++)
		if (way_is_service(&w->lookups[i]) &&
		    rs_span_eq(w->lookups[i].name, name))
			return &w->lookups[i];
	return NULL;
}

static const struct rec_answer *
not_asked(const struct diag_way *w, const struct rec_lookup *naptr,
    const struct rec_answer *own)
{
	const struct rec_answer *v = naptr->answers.v, *best = NULL;
	for (uint32_t i = 0; i < naptr->answers.n; i++) {
		if (!to_service(&v[i]) || asked(w, v[i].target) ||
		    (own && rank_cmp(&v[i], own) > 0))
			continue;
		if (best == NULL || rank_cmp(&v[i], best) < 0)
			best = &v[i];
	}
	return best;
}

struct naptr_view
naptr_of(const struct diag_way *w, const struct rec_lookup *l)
{
	struct naptr_view v = {0};
	for (uint32_t i = 0; i < w->n_lookups && v.lookup == NULL; i++) {
		const struct rec_lookup *n = &w->lookups[i];
		if (!is_naptr(n) || (!rs_span_eq(n->name, way_domain(l)) &&
					leading_to(n, l->name) == NULL))
			continue;
		v.lookup = n;
		v.own = leading_to(n, l->name);
		v.other = not_asked(w, n, v.own);
	}
	return v;
}

bool
naptr_led_on(const struct diag_way *w, const struct rec_lookup *naptr)
{
	const struct rec_answer *v = naptr->answers.v;
	bool known = false;
	if (!is_naptr(naptr))
		return false;
	for (uint32_t i = 0; i < naptr->answers.n; i++) {
		if (!to_service(&v[i]))
			continue;
		const struct rec_lookup *l = asked(w, v[i].target);
		known = true;
		if (l && l->state == REC_ANSWERED)
			return true;
	}
	/* Where else it leads is not looked at. */
	return !known;
}

void
naptr_detail(
    struct finding *f, const struct naptr_view *v, const struct rec_lookup *l)
{
	const struct rec_answer *own = v->own, *other = v->other;
	if (own == NULL)
		finding_detail(f,
		    "The phone asks for %.*s, which DNS does not have; the "
		    "NAPTR records of %.*s lead to %.*s, and the phone does "
		    "not ask for that.",
		    FINDING_TEXT(l->name), FINDING_TEXT(v->lookup->name),
		    FINDING_TEXT(other->target));
	else if (rank_cmp(other, own) == 0)
		finding_detail(f,
		    "Two NAPTR records of %.*s have order %lld and preference "
		    "%lld, which leaves the choice to the phone: it asks for "
		    "%.*s, which DNS does not have, and not for %.*s.",
		    FINDING_TEXT(v->lookup->name), (long long)own->order,
		    (long long)own->preference, FINDING_TEXT(l->name),
		    FINDING_TEXT(other->target));
	else
		finding_detail(f,
		    "The phone asks for %.*s, which DNS does not have, by a "
		    "NAPTR record of order %lld and preference %lld; the one "
		    "of %lld and %lld comes first (RFC 3403 4.1) and leads to "
		    "%.*s, and the phone does not ask for that.",
		    FINDING_TEXT(l->name), (long long)own->order,
		    (long long)own->preference, (long long)other->order,
		    (long long)other->preference, FINDING_TEXT(other->target));
}
