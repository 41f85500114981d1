/* SPDX-License-Identifier: Apache-2.0 */
/* What other reports of the run tell, where it is needed in this one. */
#include "report/report_inner.h"

#include "report/past.h"

/* The index knows it; it is not listed, counted or judged again. */
static void
recall(void *arg, const struct rec_type *type, const void *rec)
{
	struct report *r = arg;
	rec = turns_of(r->turns, type, rec);
	host_index_add(r->hosts, type, rec);
	odd_add(r->odd, type, rec);
}

/* Whose binding is in force does not stand at DNS. */
static void
recall_phone(
    void *arg, const struct rs_addr *client, const struct past_phone *did)
{
	struct report *r = arg;
	const struct rs_addr last = turns_last(r->turns, client);
	if (did->until != RS_NEVER && did->until >= r->amended.first)
		asked_registered(r->asked, &last);
	else
		asked_mark(r->asked, &last);
}

/* The latest comes last. */
static void
recall_lookups(void *arg, const struct rs_addr *client, struct rec_list *l,
    struct rec_arena *a)
{
	struct report *r = arg;
	struct rec_lookup x, *v;
	size_t n;
	const struct rs_addr *all = one_of(r->one, client, &n);
	for (size_t i = 0; i < n; i++)
		for (size_t k = 0; past_of(r->o.past, r->turns, &all[i],
			 &rec_lookup_type, k, &x, a);
		     k++) {
			(void)rec_list_add(l, a, sizeof x);
			v = l->v;
			uint32_t at = l->n - 1;
			for (; at > 0 && v[at - 1].started > x.started; at--)
				v[at] = v[at - 1];
			v[at] = x;
		}
}

static bool
find(void *arg, const struct rec_type *type, const struct rec_id *id, void *rec,
    struct rec_arena *a)
{
	return past_find(arg, type, id, rec, a);
}

void
report_recall(struct report *r)
{
	const struct rec_sink to = {recall, r};
	if (r->o.past == NULL)
		return;
	past_each(r->o.past, r->amended.first, &to);
	past_phones(r->o.past, recall_phone, r);
	asked_before(r->asked, recall_lookups, r);
	spool_otherwise(r->spool, find, r->o.past);
}

bool
report_recall_phone(const struct report *r, const struct rs_addr *client,
    struct past_phone *did)
{
	if (r->o.past == NULL || client->family == 0)
		return false;
	const struct rs_addr last = turns_last(r->turns, client);
	return rs_addr_eq(&last, client) && past_phone(r->o.past, client, did);
}

static void
recall_case(struct diag_case *c, const struct past_phone *did, rs_time at)
{
	c->tried_later |= did->tried > at;
	c->registered_later |= did->registered > at;
	c->registered_then |= did->registered <= at && did->until >= at;
}

void
report_recall_case(const struct report *r, struct diag_case *c,
    const struct rs_addr *client, struct rs_span mac, rs_time at)
{
	enum { MOST = 8 };
	struct past_phone did;
	struct rs_addr addr;
	struct host_view view;
	if (r->o.past == NULL || at == RS_NEVER)
		return;
	if (report_recall_phone(r, client, &did))
		recall_case(c, &did, at);
	for (size_t i = 0;
	     mac.n && i < MOST && host_of_mac(r->hosts, mac, i, &addr, &view);
	     i++)
		if (report_recall_phone(r, &addr, &did))
			recall_case(c, &did, at);
}
