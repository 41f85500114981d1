/* SPDX-License-Identifier: Apache-2.0 */
#include "track/keepalive.h"

#include "base/pool.h"
#include "track/queue.h"
#include "track/table.h"

#include <glib.h>

enum { MOST = 4096 };

/* All flows between two endpoints. */
struct way {
	struct table_node node;
	struct queue_link order;         /* by what was heard last */
	struct rs_endpoint end[2];       /* the lower first */
	uint64_t serial;                 /* of the flow that `now` is of */
	struct rs_flow_pace now, before; /* before: of flows that are over */
};

struct keepalive_tracker {
	const struct rs_hash_seed *seed;
	struct rs_account *pay;
	struct rs_pool pool;
	struct table table;
	struct queue order;
};

struct keepalive_tracker *
keepalive_tracker_new(const struct rs_hash_seed *seed, struct rs_account *pay)
{
	struct keepalive_tracker *k = g_new0(struct keepalive_tracker, 1);
	k->seed = seed;
	k->pay = pay;
	rs_pool_init(&k->pool);
	table_init(&k->table, pay);
	queue_init(&k->order);
	return k;
}

void
keepalive_tracker_free(struct keepalive_tracker *k)
{
	if (k == NULL)
		return;
	rs_account_refund(k->pay, k->order.n * sizeof(struct way));
	table_clear(&k->table);
	rs_pool_clear(&k->pool);
	g_free(k);
}

static struct rs_flow_pace
together(struct rs_flow_pace a, const struct rs_flow_pace *b)
{
	a.pings += b->pings;
	a.pongs += b->pongs;
	if (b->silence > a.silence) {
		a.silence = b->silence;
		a.silence_from = b->silence_from;
	}
	return a;
}

/* Which of the two is the client, is not known of each flow: the hash of both,
   in an order of their own. */
static uint64_t
sort_ends(const struct keepalive_tracker *k, const struct rs_endpoint *a,
    const struct rs_endpoint *b, struct rs_endpoint end[2])
{
	int c = rs_addr_cmp(&a->addr, &b->addr);
	bool turned = c > 0 || (c == 0 && a->port > b->port);
	struct table_key key;
	end[turned] = *a;
	end[!turned] = *b;
	table_key_init(&key, k->seed);
	table_key_addr(&key, &end[0].addr);
	table_key_addr(&key, &end[1].addr);
	table_key_pair(&key, end[0].port, end[1].port);
	return table_key_hash(&key);
}

static struct way *
find(const struct keepalive_tracker *k, const struct rs_endpoint end[2],
    uint64_t hash)
{
	struct table_node *n = k->order.n ? table_first(&k->table, hash) : NULL;
	for (; n; n = table_next(n)) {
		struct way *w = TRACK_OF(n, struct way, node);
		if (rs_endpoint_eq(&w->end[0], &end[0]) &&
		    rs_endpoint_eq(&w->end[1], &end[1]))
			return w;
	}
	return NULL;
}

/* The one that was heard of the longest ago goes. */
static bool
evict(struct keepalive_tracker *k)
{
	struct queue_link *l = queue_first(&k->order);
	if (l == NULL)
		return false;
	struct way *w = TRACK_OF(l, struct way, order);
	queue_remove(&k->order, l);
	table_remove(&k->table, &w->node);
	rs_account_refund(k->pay, sizeof *w);
	rs_pool_give(&k->pool, w, sizeof *w);
	return true;
}

/* NULL: there is no room at all. */
static struct way *
add(struct keepalive_tracker *k, const struct rs_endpoint end[2], uint64_t hash)
{
	if (k->order.n >= MOST)
		evict(k);
	while (!rs_account_charge(k->pay, sizeof(struct way)))
		if (!evict(k))
			return NULL;
	struct way *w = rs_pool_zeroed(&k->pool, sizeof *w);
	w->end[0] = end[0];
	w->end[1] = end[1];
	table_add(&k->table, &w->node, hash);
	queue_push(&k->order, &w->order);
	return w;
}

void
keepalive_tracker_event(struct keepalive_tracker *k, const struct rs_event *ev)
{
	const struct rs_flow_info *f = ev->flow;
	struct rs_endpoint end[2];
	if (f == NULL || !rs_flow_pace_tells(&f->pace))
		return;
	uint64_t hash = sort_ends(k, &f->end[0], &f->end[1], end);
	struct way *w = find(k, end, hash);
	if (w == NULL && (w = add(k, end, hash)) == NULL)
		return;
	queue_remove(&k->order, &w->order);
	queue_push(&k->order, &w->order);
	if (w->serial != f->serial)
		w->before = together(w->before, &w->now);
	w->serial = f->serial;
	w->now = f->pace;
}

void
keepalive_record(struct rec_keepalive *to, const struct rs_flow_pace *p)
{
	if (!rs_flow_pace_tells(p))
		return;
	to->pings = p->pings;
	to->pongs = p->pongs;
	if (p->silence < 10 * RS_SEC)
		return;
	to->silence = p->silence;
	to->silence_from = p->silence_from;
}

bool
keepalive_tracker_find(const struct keepalive_tracker *k,
    const struct rs_endpoint *phone, const struct rs_endpoint *server,
    struct rs_flow_pace *to)
{
	struct rs_endpoint end[2];
	if (k == NULL)
		return false;
	uint64_t hash = sort_ends(k, phone, server, end);
	const struct way *w = find(k, end, hash);
	if (w == NULL)
		return false;
	*to = together(w->before, &w->now);
	return true;
}
