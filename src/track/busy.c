/* SPDX-License-Identifier: Apache-2.0 */
#include "track/busy.h"

#include "track/queue.h"
#include "track/table.h"

#include <glib.h>

enum { MOST = 512 };

struct second {
	struct table_node node;
	struct queue_link order;
	struct rs_endpoint server;
	int64_t nth; /* since the epoch */
	unsigned n;
	uint64_t aors[BUSY_AORS];  /* hashed */
	struct rs_frame frames[2]; /* of the first two */
};

struct busy {
	struct rs_hash_seed seed;
	struct rs_account *pay;
	struct rs_pool *pool;
	struct table table;
	struct queue order;
};

struct busy *
busy_new(const struct rs_hash_seed *seed, struct rs_account *pay,
    struct rs_pool *pool)
{
	struct busy *k = g_new0(struct busy, 1);
	k->seed = *seed;
	k->pay = pay;
	k->pool = pool;
	table_init(&k->table, NULL);
	queue_init(&k->order);
	return k;
}

void
busy_forget(struct busy *k)
{
	rs_account_refund(k->pay, k->order.n * sizeof(struct second));
	table_clear(&k->table);
	table_init(&k->table, NULL);
	queue_init(&k->order);
}

void
busy_free(struct busy *k)
{
	if (k == NULL)
		return;
	busy_forget(k);
	table_clear(&k->table);
	g_free(k);
}

static uint64_t
hash_of(const struct busy *k, const struct rs_endpoint *server, int64_t nth)
{
	struct table_key key;
	table_key_init(&key, &k->seed);
	table_key_addr(&key, &server->addr);
	table_key_pair(&key, server->port, (uint64_t)nth);
	return table_key_hash(&key);
}

static struct second *
find(const struct busy *k, const struct rs_endpoint *server, int64_t nth)
{
	if (k->order.n == 0)
		return NULL;
	for (struct table_node *n =
		 table_first(&k->table, hash_of(k, server, nth));
	     n; n = table_next(n)) {
		struct second *s = TRACK_OF(n, struct second, node);
		if (s->nth == nth && rs_endpoint_eq(&s->server, server))
			return s;
	}
	return NULL;
}

static struct second *
add(struct busy *k, const struct rs_endpoint *server, int64_t nth)
{
	struct second *s;
	if (k->order.n >= MOST) {
		struct queue_link *l = queue_first(&k->order);
		s = TRACK_OF(l, struct second, order);
		queue_remove(&k->order, l);
		table_remove(&k->table, &s->node);
		memset(s, 0, sizeof *s);
	} else {
		if (!rs_account_charge(k->pay, sizeof *s))
			return NULL;
		s = rs_pool_zeroed(k->pool, sizeof *s);
	}
	s->server = *server;
	s->nth = nth;
	table_add(&k->table, &s->node, hash_of(k, server, nth));
	queue_push(&k->order, &s->order);
	return s;
}

void
busy_registration(struct busy *k, const struct rec_registration *r)
{
	const struct rec_transaction *t = r->transactions.v;
	if (r->outcome != REC_REJECTED || r->transactions.n == 0)
		return;
	t += r->transactions.n - 1;
	/* RFC 3261 21.5.1, 21.5.4 */
	if ((t->status != 500 && t->status != 503) ||
	    t->retry_after == REC_ABSENT || t->response_time == RS_NEVER)
		return;
	int64_t nth = t->response_time / RS_SEC;
	struct second *s = find(k, &t->server.at, nth);
	uint64_t aor = rs_hash(&k->seed, r->aor);
	if (s == NULL && (s = add(k, &t->server.at, nth)) == NULL)
		return;
	for (unsigned i = 0; i < s->n; i++)
		if (s->aors[i] == aor)
			return;
	if (s->n >= BUSY_AORS)
		return;
	if (s->n < 2)
		s->frames[s->n] = t->response_frame;
	s->aors[s->n++] = aor;
}

int64_t
busy_at(const struct busy *k, const struct rs_endpoint *server, rs_time at,
    struct rs_span aor, struct rs_frame *other)
{
	const struct second *s = find(k, server, at / RS_SEC);
	if (s == NULL)
		return 0;
	*other = s->frames[s->aors[0] == rs_hash(&k->seed, aor) ? 1 : 0];
	return s->n;
}
