/* SPDX-License-Identifier: Apache-2.0 */
#include "track/names.h"

#include "base/pool.h"
#include "track/queue.h"
#include "track/table.h"

#include <glib.h>

enum { MOST = 16384 };

struct name {
	struct table_node node;
	struct queue_link order; /* by what was heard last */
	struct rs_addr addr;
	uint8_t n;
	uint8_t text[255];
};

struct names {
	const struct rs_hash_seed *seed;
	struct rs_account *pay;
	struct rs_pool pool;
	struct table table;
	struct queue order;
	uint64_t evicted;
};

struct names *
names_new(const struct rs_hash_seed *seed, struct rs_account *pay)
{
	struct names *n = g_new0(struct names, 1);
	n->seed = seed;
	n->pay = pay;
	rs_pool_init(&n->pool);
	table_init(&n->table, pay);
	queue_init(&n->order);
	return n;
}

void
names_free(struct names *n)
{
	if (n == NULL)
		return;
	rs_account_refund(n->pay, n->order.n * sizeof(struct name));
	table_clear(&n->table);
	rs_pool_clear(&n->pool);
	g_free(n);
}

static struct name *
find(const struct names *n, const struct rs_addr *a, uint64_t hash)
{
	struct table_node *t = n->order.n ? table_first(&n->table, hash) : NULL;
	for (; t; t = table_next(t)) {
		struct name *x = TRACK_OF(t, struct name, node);
		if (rs_addr_eq(&x->addr, a))
			return x;
	}
	return NULL;
}

static bool
evict(struct names *n)
{
	struct queue_link *l = queue_first(&n->order);
	if (l == NULL)
		return false;
	struct name *x = TRACK_OF(l, struct name, order);
	queue_remove(&n->order, l);
	table_remove(&n->table, &x->node);
	rs_account_refund(n->pay, sizeof *x);
	rs_pool_give(&n->pool, x, sizeof *x);
	n->evicted++;
	return true;
}

void
names_learn(struct names *n, const struct rs_addr *a, struct rs_span name)
{
	uint64_t hash = table_addr_hash(n->seed, a);
	struct name *x = find(n, a, hash);
	if (name.n == 0 || name.n > sizeof x->text)
		return;
	if (x == NULL) {
		if (n->order.n >= MOST)
			evict(n);
		while (!rs_account_charge(n->pay, sizeof *x))
			if (!evict(n))
				return;
		x = rs_pool_zeroed(&n->pool, sizeof *x);
		x->addr = *a;
		table_add(&n->table, &x->node, hash);
	} else {
		queue_remove(&n->order, &x->order);
	}
	queue_push(&n->order, &x->order);
	memcpy(x->text, name.p, name.n);
	x->n = (uint8_t)name.n;
}

struct rs_span
names_find(const struct names *n, const struct rs_addr *a)
{
	const struct name *x = find(n, a, table_addr_hash(n->seed, a));
	return x ? (struct rs_span){x->text, x->n} : (struct rs_span){0};
}

uint64_t
names_evicted(const struct names *n)
{
	return n->evicted;
}
