/* SPDX-License-Identifier: Apache-2.0 */
#include "diag/way.h"

bool
way_is_service(const struct rec_lookup *l)
{
	return rs_span_eq(l->type, RS_LIT("SRV")) &&
	       (rs_span_starts(l->name, RS_LIT("_sip._")) ||
		   rs_span_starts(l->name, RS_LIT("_sips._")));
}

struct rs_span
way_domain(const struct rec_lookup *l)
{
	struct rs_span name = l->name;
	if (!way_is_service(l))
		return name;
	for (int i = 0; i < 2; i++)
		name = rs_span_from(name, rs_span_find(name, '.') + 1);
	return name;
}

bool
way_gives(const struct rec_lookup *l, const struct rs_addr *addr)
{
	const struct rec_answer *a = l->answers.v;
	struct rs_addr x;
	for (uint32_t i = 0; i < l->answers.n; i++)
		if (a[i].address.p && rs_addr_parse(&x, a[i].address) &&
		    rs_addr_eq(&x, addr))
			return true;
	return false;
}

static struct rs_span
host_name(const struct rec_lookup *v, uint32_t n, const struct rs_addr *a)
{
	for (uint32_t i = n; i-- > 0;)
		if (v[i].state == REC_ANSWERED &&
		    !rs_span_eq(v[i].type, RS_LIT("SRV")) &&
		    way_gives(&v[i], a))
			return v[i].name;
	return (struct rs_span){0};
}

struct rs_span
way_host_name(const struct diag_way *w, const struct rs_addr *a)
{
	struct rs_span name = host_name(w->lookups, w->n_lookups, a);
	return name.p ? name : host_name(w->before, w->n_before, a);
}

/* NXDOMAIN and NODATA are failures here: they led nowhere. */
static bool
led_nowhere(const struct rec_lookup *l)
{
	return l->state >= REC_NXDOMAIN && l->state <= REC_LOOKUP_UNREACHABLE;
}

/* By its question, or as the bare name of a service asked for before it. */
static bool
about_sip(const struct diag_way *w, uint32_t i)
{
	const struct rec_lookup *l = &w->lookups[i];
	bool sip = l->related == RS_TRUE;
	for (uint32_t j = 0; j < i && !sip; j++)
		sip = way_is_service(&w->lookups[j]) &&
		      rs_span_eq(l->name, way_domain(&w->lookups[j]));
	return sip;
}

const struct rec_lookup *
way_stopped(const struct diag_way *w)
{
	const struct rec_lookup *first = NULL;
	if (w->n_tries || w->registered || w->elsewhere)
		return NULL;
	for (uint32_t i = 0; i < w->n_lookups; i++) {
		const struct rec_lookup *l = &w->lookups[i];
		bool sip = about_sip(w, i);
		/* Of some it is not known what they led to. */
		if (sip && !led_nowhere(l) &&
		    !rs_span_eq(l->type, RS_LIT("NAPTR")))
			return NULL;
		if (sip && first == NULL && led_nowhere(l))
			first = l;
	}
	return first;
}

const struct rec_lookup *
way_refused(const struct diag_way *w)
{
	if (way_stopped(w) == NULL)
		return NULL;
	for (uint32_t i = 0; i < w->n_lookups; i++) {
		const struct rec_lookup *l = &w->lookups[i];
		if (about_sip(w, i) &&
		    (l->state == REC_REFUSED || l->state == REC_LOOKUP_FAILED))
			return l;
	}
	return NULL;
}
