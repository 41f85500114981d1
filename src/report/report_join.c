/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What several addresses of one phone did becomes one phone's: its attempts,
 * look-ups, downloads, and what it is compared with others by.
 */
#include "report/report_inner.h"

/* Of those that did something the first one. */
static const struct rs_addr *
lead_of(const struct report *r, const struct rs_addr *v, size_t n)
{
	const struct rs_addr *lead = NULL;
	struct rec_id first = {{0, 0}, 0}, id;
	for (size_t i = 0; i < n; i++) {
		if (!phone_tracker_first(r->phones, &v[i], &id) ||
		    (lead && rec_id_cmp(&id, &first) >= 0))
			continue;
		lead = &v[i];
		first = id;
	}
	return lead;
}

static void
join(struct report *r, size_t phone)
{
	size_t n;
	const struct rs_addr *v = one_phone(r->one, phone, &n);
	const struct rs_addr *known = lead_of(r, v, n);
	if (known)
		one_lead_set(r->one, phone, known);
	const struct rs_addr *lead = one_lead(r->one, v);
	asked_join(r->asked, v, n, lead);
	for (size_t i = 0; i < n; i++) {
		if (rs_addr_eq(&v[i], lead))
			continue;
		if (known)
			phone_tracker_join(r->phones, lead, &v[i]);
		fetches_join(r->downloads.fetches, lead, &v[i]);
		odd_join(r->odd, lead, &v[i]);
	}
}

static bool
strangers(void *arg, const struct rs_addr *a, const struct rs_addr *b)
{
	const struct report *r = arg;
	return phone_tracker_strangers(r->phones, a, b);
}

/* Places of an address that are one phone's. */
static void
join_place(void *arg, const struct rs_addr *lead, const struct rs_addr *member)
{
	struct report *r = arg;
	one_stand_for(r->one, lead, member);
	lead = one_lead(r->one, member);
	phone_tracker_join(r->phones, lead, member);
	odd_join(r->odd, lead, member);
}

static void
several(void *arg, const struct rs_addr *place)
{
	const struct report *r = arg;
	phone_tracker_several(r->phones, place);
}

void
report_join_phones(struct report *r)
{
	r->one = one_new(r->hosts, strangers, r);
	for (size_t i = 0; i < one_phones(r->one); i++)
		join(r, i);
	behind_join(r->behind, join_place, r);
	behind_strays(r->behind, several, r);
}

void
report_tell_behind(struct report *r, struct rec_phone *p)
{
	struct rs_addr own;
	char text[RS_ADDR_TEXT];
	if (!behind_host(r->behind, &p->client.at.addr, &own))
		return;
	rs_addr_format(&own, text);
	p->behind = rec_arena_text(&r->arena, rs_span_str(text));
}
