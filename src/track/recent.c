/* SPDX-License-Identifier: Apache-2.0 */
#include "track/recent.h"

/* An entry is its table_node, which is its first byte. */
_Static_assert(offsetof(struct recent_node, table) == 0, "the entry itself");

void
recent_init(struct recent *r, size_t size, size_t most, struct rs_account *pay)
{
	*r = (struct recent){.pay = pay, .size = size, .most = most};
	table_init(&r->table, pay);
	queue_init(&r->order);
	rs_pool_init(&r->pool);
}

void
recent_clear(struct recent *r)
{
	rs_account_refund(r->pay, r->order.n * r->size);
	table_clear(&r->table);
	rs_pool_clear(&r->pool);
}

void *
recent_oldest(const struct recent *r)
{
	struct queue_link *l = queue_first(&r->order);
	return l ? TRACK_OF(l, struct recent_node, order) : NULL;
}

void *
recent_newer(const struct recent *r, const void *entry)
{
	const struct recent_node *n = entry;
	struct queue_link *l = queue_next(&r->order, &n->order);
	return l ? TRACK_OF(l, struct recent_node, order) : NULL;
}

void
recent_drop(struct recent *r, void *entry)
{
	struct recent_node *n = entry;
	queue_remove(&r->order, &n->order);
	table_remove(&r->table, &n->table);
	rs_account_refund(r->pay, r->size);
	rs_pool_give(&r->pool, n, r->size);
}

static bool
evict(struct recent *r)
{
	void *oldest = recent_oldest(r);
	if (oldest == NULL)
		return false;
	/* Of the next one, what was here long ago will be needed soon. */
	struct recent_node *next = recent_newer(r, oldest);
	if (next) {
		table_ahead(&r->table, next->table.hash);
		__builtin_prefetch(next->order.next);
	}
	if (r->last)
		r->last(r->arg, oldest);
	recent_drop(r, oldest);
	r->evicted++;
	return true;
}

void *
recent_add(struct recent *r, uint64_t hash)
{
	if (r->order.n >= r->most)
		evict(r);
	while (!rs_account_charge(r->pay, r->size))
		if (!evict(r))
			return NULL;
	struct recent_node *n = rs_pool_zeroed(&r->pool, r->size);
	table_add(&r->table, &n->table, hash);
	queue_push(&r->order, &n->order);
	return n;
}

void
recent_again(struct recent *r, void *entry)
{
	struct recent_node *n = entry;
	queue_remove(&r->order, &n->order);
	queue_push(&r->order, &n->order);
}
