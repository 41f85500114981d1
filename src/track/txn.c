/* SPDX-License-Identifier: Apache-2.0 */
/*
 * REGISTER transactions: who answers what.
 *
 * The key is the client's address, Call-ID, CSeq number, top Via branch and
 * sent-by.  RFC 3261 17.1.3 asks for the last two only; the others are equal
 * in a request and its responses, and keep apart what broken clients do with
 * branches they use again.  Without the magic cookie the From tag joins them
 * (RFC 3261 17.2.3, for RFC 2543).  The address is the client's because
 * behind a NAT captured on both sides the same bytes pass twice, and each
 * copy has its own responses; the port, the server and the connection are not
 * in the key, because a client may repeat the same request elsewhere.
 *
 * A transaction keeps no text: 56 bytes each.  One that waits is forgotten
 * 64 s after its last transmission (twice timer F: a final that comes later is
 * nobody's any more), one that is complete 32 s after its final (timer J), or
 * sooner where more than MAX_COMPLETE of them are younger.
 */
#include "track/txn.h"

#include "base/pool.h"
#include "sip/msg.h"
#include "track/queue.h"
#include "track/reading.h"
#include "track/table.h"

#include <glib.h>

enum { MAX_COMPLETE = 200000, UNMATCHED = 16 };
static const rs_time WAIT_FOR_FINAL = 64 * RS_SEC;
static const rs_time WAIT_FOR_REPEATS = 32 * RS_SEC;
static const rs_time CROSSED = 1 * RS_SEC;

struct txn {
	struct table_node node;
	struct queue_link link;
	rs_time due;
	void *user;
	bool complete;
	bool crossed; /* its final stands before it */
};

/* A final without a request, as yet. */
struct unmatched {
	uint64_t hash;
	rs_time at;
};

struct txn_tracker {
	const struct rs_hash_seed *seed;
	struct rs_account *pay;
	const struct txn_out *out;
	struct table table;
	struct queue waiting, complete;
	struct rs_pool pool;
	uint64_t orphans, evicted;
	struct unmatched unmatched[UNMATCHED]; /* the last of them */
	unsigned next_unmatched;
	rs_time now, last_unmatched;
};

struct txn_tracker *
txn_tracker_new(const struct rs_hash_seed *seed, struct rs_account *pay,
    const struct txn_out *out)
{
	struct txn_tracker *k = g_new0(struct txn_tracker, 1);
	k->seed = seed;
	k->pay = pay;
	k->out = out;
	k->now = k->last_unmatched = RS_NEVER;
	table_init(&k->table, pay);
	queue_init(&k->waiting);
	queue_init(&k->complete);
	rs_pool_init(&k->pool);
	return k;
}

static void
release(struct txn_tracker *k, struct txn *t)
{
	rs_account_refund(k->pay, sizeof *t);
	rs_pool_give(&k->pool, t, sizeof *t);
}

/* Forgets t; whoever hung something on it hears of it. */
static void
forget(struct txn_tracker *k, struct txn *t, enum txn_what why)
{
	queue_remove(t->complete ? &k->complete : &k->waiting, &t->link);
	table_remove(&k->table, &t->node);
	if (t->user)
		k->out->happened(k->out->arg, t, why, NULL);
	release(k, t);
}

void
txn_tracker_free(struct txn_tracker *k)
{
	if (k == NULL)
		return;
	rs_account_refund(
	    k->pay, (k->waiting.n + k->complete.n) * sizeof(struct txn));
	rs_pool_clear(&k->pool);
	table_clear(&k->table);
	g_free(k);
}

/* Room for one more; the oldest complete one goes first, then the oldest. */
static struct txn *
reserve(struct txn_tracker *k)
{
	if (!rs_account_charge(k->pay, sizeof(struct txn))) {
		struct queue_link *old = queue_first(&k->complete);
		if (old == NULL) {
			old = queue_first(&k->waiting);
			k->evicted++;
		}
		if (old == NULL)
			return NULL;
		forget(k, TRACK_OF(old, struct txn, link), TXN_EVICTED);
		rs_account_force(k->pay, sizeof(struct txn));
	}
	struct txn *t = rs_pool_take(&k->pool, sizeof *t);
	*t = (struct txn){0};
	return t;
}

static struct txn *
find(const struct txn_tracker *k, uint64_t hash)
{
	struct table_node *n = table_first(&k->table, hash);
	return n ? TRACK_OF(n, struct txn, node) : NULL;
}

/* Waits for so long from its message on, or from now, where the capture's time
   stepped back. */
static void
await(struct txn_tracker *k, struct txn *t, const struct rs_event *ev,
    rs_time wait)
{
	t->due = (ev->at.complete > k->now ? ev->at.complete : k->now) + wait;
	queue_push(t->complete ? &k->complete : &k->waiting, &t->link);
}

static void
note_unmatched(struct txn_tracker *k, uint64_t hash, const struct rs_event *ev)
{
	k->unmatched[k->next_unmatched++ % UNMATCHED] =
	    (struct unmatched){hash, ev->at.complete};
	k->last_unmatched = ev->at.complete;
	k->orphans++;
}

/* Two queues of a network card, or the ports of a tap, may put an answer before
   its request. */
static bool
has_crossed(struct txn_tracker *k, uint64_t hash, const struct rs_event *ev)
{
	rs_time since = ev->at.first - CROSSED;
	if (k->last_unmatched < since)
		return false;
	for (unsigned i = 0; i < UNMATCHED; i++) {
		struct unmatched *u = &k->unmatched[i];
		if (u->hash != hash || u->at < since)
			continue;
		u->hash = 0;
		k->orphans--;
		return true;
	}
	return false;
}

static void
request(struct txn_tracker *k, uint64_t hash, const struct rs_event *ev)
{
	struct txn *t = find(k, hash);
	enum txn_what what = t ? TXN_REQUEST_AGAIN : TXN_REQUEST;
	if (t == NULL) {
		t = reserve(k);
		if (t == NULL) {
			k->evicted++;
			return;
		}
		table_add(&k->table, &t->node, hash);
		t->crossed = has_crossed(k, hash, ev);
	} else {
		queue_remove(
		    t->complete ? &k->complete : &k->waiting, &t->link);
	}
	await(k, t, ev, t->complete ? WAIT_FOR_REPEATS : WAIT_FOR_FINAL);
	k->out->happened(k->out->arg, t, what, ev);
}

static void
response(struct txn_tracker *k, uint64_t hash, const struct rs_event *ev)
{
	struct txn *t = find(k, hash);
	if (t == NULL) {
		if (ev->u.sip_message->status < 200) {
			k->orphans++;
			return;
		}
		note_unmatched(k, hash, ev);
		k->out->happened(k->out->arg, NULL, TXN_UNMATCHED, ev);
		return;
	}
	if (ev->u.sip_message->status < 200) {
		k->out->happened(k->out->arg, t, TXN_PROVISIONAL, ev);
		return;
	}
	enum txn_what what = t->complete ? TXN_FINAL_AGAIN : TXN_FINAL;
	queue_remove(t->complete ? &k->complete : &k->waiting, &t->link);
	t->complete = true;
	await(k, t, ev, WAIT_FOR_REPEATS);
	k->out->happened(k->out->arg, t, what, ev);
	if (k->complete.n > MAX_COMPLETE)
		forget(k, TRACK_OF(queue_first(&k->complete), struct txn, link),
		    TXN_FORGOTTEN);
}

void
txn_tracker_ahead(const struct txn_tracker *k, uint64_t transaction)
{
	table_ahead(&k->table, transaction);
}

void
txn_tracker_event(struct txn_tracker *k, const struct rs_event *ev)
{
	if (ev->u.sip_message->request)
		request(k, ev->u.reading->transaction, ev);
	else
		response(k, ev->u.reading->transaction, ev);
}

static void
expire(struct txn_tracker *k, struct queue *q, rs_time now)
{
	struct queue_link *l;
	while ((l = queue_first(q)) != NULL) {
		struct txn *t = TRACK_OF(l, struct txn, link);
		if (t->due > now)
			break;
		/* The next ones were told of half a minute ago: one is here by
		   now, and tells where its slot and the one after it are. */
		struct queue_link *next = queue_next(q, l);
		if (next) {
			table_ahead(&k->table,
			    TRACK_OF(next, struct txn, link)->node.hash);
			__builtin_prefetch(next->next);
		}
		forget(k, t, TXN_FORGOTTEN);
	}
}

void
txn_tracker_advance(struct txn_tracker *k, rs_time now)
{
	k->now = now;
	expire(k, &k->waiting, now);
	expire(k, &k->complete, now);
}

uint64_t
txn_tracker_orphans(const struct txn_tracker *k)
{
	return k->orphans;
}

uint64_t
txn_tracker_evicted(const struct txn_tracker *k)
{
	return k->evicted;
}

void
txn_tracker_adopt(struct txn_tracker *k)
{
	k->unmatched[(k->next_unmatched - 1) % UNMATCHED] =
	    (struct unmatched){0, RS_NEVER};
	k->orphans--;
}

bool
txn_crossed(const struct txn *t)
{
	return t->crossed;
}

void
txn_hang(struct txn *t, void *user)
{
	t->user = user;
}

void *
txn_hung(const struct txn *t)
{
	return t->user;
}
