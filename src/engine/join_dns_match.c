/* SPDX-License-Identifier: Apache-2.0 */
/* Which question of a log is which of the captures, once all are there. */
#include "engine/join_dns.h"

#include "dns/msg.h"

#include <stdlib.h>

enum { AT_ONCE = 4096 }; /* questions for the same that are looked through */

static int
by_what(const void *a, const void *b, void *arg)
{
	const struct log_join *j = arg;
	const struct join_query *x = join_query(j, *(const uint32_t *)a);
	const struct join_query *y = join_query(j, *(const uint32_t *)b);
	if (x->what != y->what)
		return x->what < y->what ? -1 : 1;
	if (x->at.complete != y->at.complete)
		return x->at.complete < y->at.complete ? -1 : 1;
	return *(const uint32_t *)a < *(const uint32_t *)b ? -1 : 1;
}

static void
number_clients(struct log_join *j)
{
	struct join_dns *d = j->dns;
	GHashTable *known = g_hash_table_new(g_direct_hash, g_direct_equal);
	for (uint32_t i = 0; i < d->queries->len; i++) {
		struct join_query *q = join_query(j, i);
		gpointer key = join_dns_key(join_dns_hash(d, &q->client.addr));
		uint32_t k = join_dns_find(known, key);
		if (k == 0 || !rs_addr_eq(&g_array_index(d->clients,
					      struct rs_addr, k - 1),
				  &q->client.addr)) {
			g_array_append_val(d->clients, q->client.addr);
			k = d->clients->len;
			g_hash_table_insert(known, key, GUINT_TO_POINTER(k));
		}
		q->who = k - 1;
	}
	g_hash_table_destroy(known);
}

void
join_dns_sort(struct log_join *j)
{
	struct join_dns *d = j->dns;
	uint32_t n = d->queries->len;
	number_clients(j);
	d->by_what = g_new(uint32_t, MAX(n, 1));
	for (uint32_t i = 0; i < n; i++)
		d->by_what[i] = i;
	g_qsort_with_data(d->by_what, (int)n, sizeof *d->by_what, by_what, j);
}

uint32_t
join_dns_first(const struct log_join *j, uint64_t what, rs_time t)
{
	uint32_t from = 0, to = j->dns->queries->len;
	while (from < to) {
		uint32_t middle = from + (to - from) / 2;
		const struct join_query *q =
		    join_query(j, j->dns->by_what[middle]);
		if (q->what < what ||
		    (q->what == what && t != RS_NEVER && q->at.complete < t))
			from = middle + 1;
		else
			to = middle;
	}
	return from;
}

/* Addresses that differ are of another question: a name with many has others
   each time. */
bool
join_dns_agrees(const struct join_ask *a, const struct join_query *q)
{
	const struct join_told *x = &a->told, *y = &q->told;
	if (!x->any || !y->any)
		return true;
	if ((x->rcode == DNS_NXDOMAIN) != (y->rcode == DNS_NXDOMAIN))
		return false;
	for (unsigned i = 0; i < x->n; i++) {
		bool there = y->more;
		for (unsigned k = 0; k < y->n; k++)
			there |= x->addr[i] == y->addr[k];
		if (!there)
			return false;
	}
	return true;
}

/* Whose messages of that log were captured; NULL: nobody's, or several. */
static const struct rs_addr *
sender(const struct log_join *j, unsigned log)
{
	const struct rs_addr *one = NULL;
	for (uint32_t i = 0; i < j->messages->len; i++) {
		const struct join_message *m = join_message(j, i);
		if (m->log != log || m->n == 0 || m->flow == 0)
			continue;
		const struct rs_addr *a = &join_flow(j, m->flow - 1)->client;
		if (one && !rs_addr_eq(one, a))
			return NULL;
		one = a;
	}
	return one;
}

bool
join_dns_is_own(const struct log_join *j, unsigned log, const struct rs_addr *a)
{
	const struct join_own *own = &j->dns->own[log];
	for (unsigned i = 0; i < own->n; i++)
		if (rs_addr_eq(&own->addr[i], a))
			return true;
	return false;
}

/* client NULL: the phone, which may have an address of each family. */
static bool
is_from(const struct log_join *j, const struct join_ask *a,
    const struct join_query *q, const struct rs_addr *client)
{
	if (client)
		return rs_addr_eq(&q->client.addr, client);
	return join_dns_is_own(j, a->log, &q->client.addr) ||
	       rs_addr_eq(&j->joined[a->log].client, &q->client.addr);
}

uint32_t
join_dns_nearest(const struct log_join *j, const struct join_ask *a,
    const struct rs_addr *client, rs_time due, rs_time near, const bool *taken)
{
	rs_time off = near + 1;
	uint32_t best = 0, seen = 0;
	for (uint32_t k = join_dns_first(j, a->what, due - near);
	     k < j->dns->queries->len; k++) {
		uint32_t i = j->dns->by_what[k];
		const struct join_query *q = join_query(j, i);
		rs_time e = llabs(q->at.complete - due);
		if (q->what != a->what || q->at.complete > due + near)
			break;
		if (seen++ == AT_ONCE)
			return 0;
		if (e >= off || taken[i] || !is_from(j, a, q, client) ||
		    !rs_addr_eq(&q->server.addr, &a->server) ||
		    !join_dns_agrees(a, q))
			continue;
		off = e;
		best = i + 1;
	}
	return best;
}

void
join_dns_place(struct log_join *j, unsigned log, const struct join_line *l)
{
	struct log_joined *out = &j->joined[log];
	const struct rs_addr *one = sender(j, log);
	bool *taken = g_new0(bool, MAX(j->dns->queries->len, 1));
	if (out->client.family == 0 && one)
		out->client = *one;
	for (uint32_t i = 0; i < j->dns->asks->len; i++) {
		struct join_ask *a = join_ask(j, i);
		if (a->log != log)
			continue;
		a->query = join_dns_nearest(
		    j, a, NULL, join_time(l, a->at), JOIN_NEAR, taken);
		if (a->query == 0)
			continue;
		taken[a->query - 1] = true;
		out->lookups_captured++;
		/* Of two logs of one phone one tells. */
		if (join_query(j, a->query - 1)->ask == 0)
			join_query(j, a->query - 1)->ask = i + 1;
	}
	g_free(taken);
}
