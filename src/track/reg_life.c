/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The life of an attempt: memory, timers, tables, from its first REGISTER until
 * its record has gone out.
 *
 * An attempt that has its outcome stays for a moment (linger): the capture may
 * hold its last messages twice, behind a NAT or proxy the answer passes the
 * phone's side last, and what is repeated belongs into its record.
 */
#include "base/fetch.h"
#include "track/reg_inner.h"

#include <glib.h>

enum { AHEAD = 2304 }; /* of an arena: a registration with a challenge */

static const rs_time LINGER = 1 * RS_SEC;
static const rs_time LINGER_MORE = 5 * RS_SEC; /* T2, RFC 3261 17.1.2.2 */

/* ---- life of an attempt ---- */

void
reg_life_timer(struct reg_attempt *a, struct queue *q, rs_time due)
{
	if (a->on)
		queue_remove(a->on, &a->timer);
	a->on = q;
	a->due = due;
	if (q)
		queue_push(q, &a->timer);
}

void
reg_life_flow(struct reg_tracker *k, struct reg_attempt *a, bool on)
{
	if (on && a->flowing && a->by_flow.hash == a->flow)
		return;
	if (a->flowing)
		table_remove(&k->flows, &a->by_flow);
	a->flowing = on;
	if (on) /* serials are ours: their low bits are as good as any */
		table_add(&k->flows, &a->by_flow, a->flow);
}

static void
release(struct reg_tracker *k, struct reg_attempt *a)
{
	for (struct reg_txn *x = a->txns; x; x = x->next) {
		if (x->t)
			txn_hang(x->t, NULL);
		if (x->hopping)
			table_remove(&k->hops, &x->hop);
	}
	reg_life_timer(a, NULL, RS_NEVER);
	reg_life_flow(k, a, false);
	if (a->keyed)
		table_remove(&k->attempts, &a->by_key);
	a->keyed = false;
	queue_remove(&k->order, &a->order);
	if (k->spare.n < REG_MAX_SPARE &&
	    k->pay->used < k->pay->limit - k->pay->limit / 8) {
		queue_push(&k->spare, &a->order);
		return;
	}
	rec_arena_clear(&a->arena);
	rs_account_refund(k->pay, sizeof *a);
	rs_pool_give(&k->pool, a, sizeof *a);
}

/* The attempt's record goes out, and the attempt is gone. */
void
reg_life_close(
    struct reg_tracker *k, struct reg_attempt *a, enum reg_ending why)
{
	for (const struct reg_txn *x = a->txns; x; x = x->next)
		if (x->hopping) /* where release() will look for it */
			table_ahead(&k->hops, x->hop.hash);
	reg_record_decide(k, a, why);
	reg_record_emit(k, a);
	release(k, a);
}

/* What lingered has left the cache.  The third one from here is looked at as
   far as its struct goes; when it is the second one, that tells where its text
   is, and as the next one it is told of. */
void
reg_life_ahead(const struct reg_tracker *k, const struct queue *q,
    const struct queue_link *l)
{
	struct queue_link *next = queue_next(q, l);
	if (next == NULL)
		return;
	const struct reg_attempt *a = TRACK_OF(next, struct reg_attempt, timer);
	table_ahead(&k->attempts, a->by_key.hash);
	if (k->soon.record)
		k->soon.record(k->soon.arg, &rec_registration_type, &a->r);
	if ((next = queue_next(q, next)) == NULL)
		return;
	a = TRACK_OF(next, struct reg_attempt, timer);
	if (a->arena.blocks)
		rs_fetch(a->arena.blocks, AHEAD);
	if ((next = queue_next(q, next)))
		rs_fetch(TRACK_OF(next, struct reg_attempt, timer), sizeof *a);
}

/* It has its outcome: wait a little for repeats of its last messages. */
void
reg_life_settle(
    struct reg_tracker *k, struct reg_attempt *a, enum rec_outcome outcome)
{
	a->r.outcome = outcome;
	reg_record_decide(k, a, REG_BY_FINAL);
	reg_record_learn(k, a);
	reg_life_flow(k, a, false);
	reg_life_timer(a, &k->linger, k->now + LINGER);
	if (k->linger.n > REG_MAX_LINGERING) {
		struct queue_link *l = queue_first(&k->linger);
		reg_life_ahead(k, &k->linger, l);
		reg_life_close(
		    k, TRACK_OF(l, struct reg_attempt, timer), REG_BY_FINAL);
	}
}

void
reg_life_linger(struct reg_tracker *k, struct reg_attempt *a)
{
	if (a->state == REG_DONE)
		reg_life_timer(a, &k->linger_more, k->now + LINGER_MORE);
}

/* Makes room: those that only linger lose nothing by it. */
static bool
evict(struct reg_tracker *k)
{
	struct queue_link *l = queue_first(&k->linger);
	if (l == NULL)
		l = queue_first(&k->linger_more);
	if (l) {
		reg_life_close(
		    k, TRACK_OF(l, struct reg_attempt, timer), REG_BY_FINAL);
		return true;
	}
	l = queue_first(&k->order);
	if (l == NULL)
		return false;
	k->evicted++;
	reg_life_close(
	    k, TRACK_OF(l, struct reg_attempt, order), REG_BY_EVICTION);
	return true;
}

static struct reg_attempt *
reserve(struct reg_tracker *k)
{
	while (k->pay->used > k->pay->limit && evict(k))
		continue;
	struct queue_link *l = queue_last(&k->spare); /* still in the cache */
	while (l == NULL &&
	       !rs_account_charge(k->pay, sizeof(struct reg_attempt))) {
		if (!evict(k))
			return NULL;
		l = queue_last(&k->spare);
	}
	struct reg_attempt *a;
	struct rec_arena arena;
	if (l) {
		queue_remove(&k->spare, l);
		a = TRACK_OF(l, struct reg_attempt, order);
		rec_arena_reset(&a->arena);
		arena = a->arena;
	} else {
		a = rs_pool_take(&k->pool, sizeof *a);
		rec_arena_init(&arena, k->pay, &k->pool);
	}
	*a = (struct reg_attempt){
	    .arena = arena,
	    .r = k->blank,
	    .icmp_at = RS_NEVER,
	    .lost_at = RS_NEVER,
	};
	return a;
}

/* Which of the attempts that this frame begins; over UDP there is one. */
static uint32_t
nth_of(struct reg_tracker *k, const struct rs_event *ev)
{
	if (ev->flow->carrier == RS_OVER_UDP)
		return 0;
	uint32_t i = ev->at.from.number % REG_STARTS;
	if (rs_frame_eq(k->starts[i].frame, ev->at.from))
		return ++k->starts[i].n;
	k->starts[i].frame = ev->at.from;
	k->starts[i].n = 0;
	return 0;
}

struct reg_attempt *
reg_life_begin(struct reg_tracker *k, const struct reg_request *q)
{
	struct reg_attempt *a = reserve(k);
	if (a == NULL) {
		k->evicted++;
		return NULL;
	}
	a->r.id = (struct rec_id){q->ev->at.from, nth_of(k, q->ev)};
	a->r.started = q->ev->at.first;
	a->r.kind = reg_record_kind(k, q);
	queue_push(&k->order, &a->order);
	table_add(&k->attempts, &a->by_key, q->read->attempt);
	a->keyed = true;
	return a;
}
