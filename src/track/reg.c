/* SPDX-License-Identifier: Apache-2.0 */
/*
 * REGISTER attempts: what follows what.
 *
 * An attempt is found by its key: AOR, contact and client address, see
 * regscan-report(5).  Its state says who owes the next message:
 *
 *  state       owed by, until          a REGISTER of the same key is
 *  ----------  ----------------------  ---------------------------------------
 *  WAITING     server, 32 s after the  the same request by another way (equal
 *              first transmission      Call-ID and CSeq): goes on; with the
 *                                      first credentials of that Call-ID, the
 *                                      challenge was not captured: goes on;
 *                                      else the next attempt
 *  LOST        client, 32 s after the  a continuation: goes on
 *              connection closed
 *  CHALLENGED  client, challenge_wait  with credentials: goes on, else next
 *  REFUSED     client, 32 s            with credentials: goes on, else next
 *  TOO_BRIEF   client, challenge_wait  of that Call-ID, or with credentials for
 *                                      one of its nonces: goes on, else next
 *  MOVED       client, challenge_wait  of that Call-ID, or to another server:
 *                                      goes on, else next
 *  DONE        nobody; stays for 1 s   the next attempt
 *              to take in repeats, 5 s
 *              after one came
 *
 * Credentials answer a challenge when they are for a nonce of this attempt, or
 * of the same Call-ID.  A removal never continues a registration, nor the other
 * way round.
 *
 *  ended by    WAITING          LOST      CHALLENGED   REFUSED  423, 3xx
 *  ----------  ---------------  --------  -----------  -------  -----------
 *  time        timed_out,       conn_lost challenge_   auth_    rejected,
 *              unreachable                unanswered   failed   redirected
 *  next        the same if 32 s           the same     the same the same
 *              passed, else
 *              cut_off
 *  capture     cut_off,         conn_lost cut_off      auth_    cut_off
 *              unreachable                             failed
 *  eviction    cut_off          cut_off   cut_off      cut_off  cut_off
 *
 * Deadlines stand in one queue per delay; nothing is searched.
 *
 * Hops.  The same registration may pass twice: before and behind a NAT or a
 * proxy.  A transaction with the Call-ID, CSeq number and To user of one that
 * is open or has just ended, but from another client address, is a further leg
 * of that attempt, and never an attempt of its own.
 */
#include "track/reg_inner.h"

#include <glib.h>

static const rs_time LINGER = 1 * RS_SEC;
static const rs_time LINGER_MORE = 5 * RS_SEC; /* T2, RFC 3261 17.1.2.2 */
/* No client repeats a request so soon (T1 is 500 ms): the capture has it
   twice. */
static const rs_time TOO_SOON = 50 * RS_MSEC;
static const rs_time HOP_TIME = 32 * RS_SEC;

/* ---- life of an attempt ---- */

static void
set_timer(struct reg_attempt *a, struct queue *q, rs_time due)
{
	if (a->on)
		queue_remove(a->on, &a->timer);
	a->on = q;
	a->due = due;
	if (q)
		queue_push(q, &a->timer);
}

static void
set_flow(struct reg_tracker *k, struct reg_attempt *a, bool on)
{
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
	set_timer(a, NULL, RS_NEVER);
	set_flow(k, a, false);
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
	g_free(a);
}

/* The attempt's record goes out, and the attempt is gone. */
static void
close_attempt(struct reg_tracker *k, struct reg_attempt *a, enum reg_ending why)
{
	reg_record_decide(k, a, why);
	reg_record_emit(k, a);
	release(k, a);
}

/* It has its outcome: wait a little for repeats of its last messages. */
static void
settle(struct reg_tracker *k, struct reg_attempt *a, enum rec_outcome outcome)
{
	a->r.outcome = outcome;
	reg_record_decide(k, a, REG_BY_FINAL);
	reg_record_learn(k, a);
	set_flow(k, a, false);
	set_timer(a, &k->linger, a->last_at + LINGER);
	if (k->linger.n > REG_MAX_LINGERING)
		close_attempt(k,
		    TRACK_OF(
			queue_first(&k->linger), struct reg_attempt, timer),
		    REG_BY_FINAL);
}

static void
linger_more(struct reg_tracker *k, struct reg_attempt *a)
{
	if (a->state == REG_DONE)
		set_timer(a, &k->linger_more, a->last_at + LINGER_MORE);
}

/* Makes room: those that only linger lose nothing by it. */
static bool
evict(struct reg_tracker *k)
{
	struct queue_link *l = queue_first(&k->linger);
	if (l == NULL)
		l = queue_first(&k->linger_more);
	if (l) {
		close_attempt(
		    k, TRACK_OF(l, struct reg_attempt, timer), REG_BY_FINAL);
		return true;
	}
	l = queue_first(&k->order);
	if (l == NULL)
		return false;
	k->evicted++;
	close_attempt(
	    k, TRACK_OF(l, struct reg_attempt, order), REG_BY_EVICTION);
	return true;
}

static struct reg_attempt *
reserve(struct reg_tracker *k)
{
	while (k->pay->used > k->pay->limit && evict(k))
		continue;
	struct queue_link *l = queue_first(&k->spare);
	while (l == NULL &&
	       !rs_account_charge(k->pay, sizeof(struct reg_attempt))) {
		if (!evict(k))
			return NULL;
		l = queue_first(&k->spare);
	}
	struct reg_attempt *a;
	struct rec_arena arena;
	if (l) {
		queue_remove(&k->spare, l);
		a = TRACK_OF(l, struct reg_attempt, order);
		rec_arena_reset(&a->arena);
		arena = a->arena;
	} else {
		a = g_new(struct reg_attempt, 1);
		rec_arena_init(&arena, k->pay);
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
	for (uint32_t i = 0; i < REG_STARTS; i++)
		if (rs_frame_eq(k->starts[i].frame, ev->at.from))
			return ++k->starts[i].n;
	uint32_t i = k->next_start++ % REG_STARTS;
	k->starts[i].frame = ev->at.from;
	k->starts[i].n = 0;
	return 0;
}

static struct reg_attempt *
begin(struct reg_tracker *k, const struct reg_request *q)
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
	table_add(&k->attempts, &a->by_key, q->key);
	a->keyed = true;
	return a;
}

/* ---- transactions of an attempt ---- */

static void
set_hop(struct reg_tracker *k, struct reg_txn *x, uint64_t hop)
{
	if (x->hopping)
		table_remove(&k->hops, &x->hop);
	x->hopping = hop != 0;
	if (hop)
		table_add(&k->hops, &x->hop, hop);
}

/* A new one at the end; over the limit the last one is written over. */
static struct reg_txn *
add_txn(struct reg_tracker *k, struct reg_attempt *a, struct txn *t)
{
	struct reg_txn *x;
	struct rec_list challenges = {0};
	if (a->n_txns < REG_MAX_TXNS) {
		x = rec_arena_alloc(&a->arena, sizeof *x);
		a->n_txns++;
		if (a->last) {
			x->next = a->last->next;
			a->last->next = x;
		} else {
			x->next = a->txns;
			a->txns = x;
		}
		a->last = x;
	} else {
		reg_flaw(a, REG_FLAW_TOO_MANY_TRANSACTIONS);
		x = a->last;
		if (x->t)
			txn_hang(x->t, NULL);
		challenges = x->rec.challenges;
		challenges.n = 0;
	}
	x->attempt = a;
	x->rec = k->blank_transaction;
	x->rec.challenges = challenges;
	x->t = t;
	txn_hang(t, x);
	return x;
}

static struct reg_leg *
touch_leg(struct reg_attempt *a, const struct reg_request *q)
{
	struct reg_leg **at = &a->legs;
	for (; *at; at = &(*at)->next)
		if (rs_addr_eq(&(*at)->rec.client.at.addr, &q->client.addr) &&
		    rs_addr_eq(&(*at)->rec.server.at.addr, &q->server.addr))
			return *at;
	if (a->n_legs == REG_MAX_LEGS)
		return NULL;
	a->n_legs++;
	struct reg_leg *g = rec_arena_alloc(&a->arena, sizeof *g);
	g->rec.client.at = q->client;
	g->rec.server.at = q->server;
	g->rec.transport = reg_message_transport(q->ev->flow->carrier);
	*at = g;
	return g;
}

/* True when q is a further hop of a transaction that is already told of. */
static bool
take_hop(struct reg_tracker *k, struct txn *t, const struct reg_request *q)
{
	struct table_node *n = q->hop ? table_first(&k->hops, q->hop) : NULL;
	for (; n; n = table_next(n)) {
		struct reg_txn *of = TRACK_OF(n, struct reg_txn, hop);
		struct reg_attempt *a = of->attempt;
		rs_time behind = q->ev->at.first - of->rec.request_time;
		if (behind > HOP_TIME || behind < -HOP_TIME ||
		    rs_addr_eq(&a->r.client.at.addr, &q->client.addr))
			continue;
		struct reg_leg *g = touch_leg(a, q);
		if (g == NULL)
			return true; /* told of, as far as there is room */
		if (g->rec.frames.n == 0)
			g->rec.delay = behind;
		struct reg_txn *x = rec_arena_alloc(&a->arena, sizeof *x);
		x->attempt = a;
		x->leg = g;
		x->t = t;
		txn_hang(t, x);
		x->next = a->txns; /* before those of the attempt itself */
		a->txns = x;
		reg_message_frames(a, &g->rec.frames, q->ev);
		return true;
	}
	return false;
}

/* ---- requests ---- */

static bool
same_request(const struct reg_attempt *a, const struct reg_request *q)
{
	return a->call_id == q->call_id_hash && a->last &&
	       a->last->rec.cseq == (int64_t)q->msg->cseq;
}

/* True when q goes on with the open attempt a: the table above. */
static bool
goes_on(const struct reg_tracker *k, const struct reg_attempt *a,
    const struct reg_request *q)
{
	bool removal = q->kind == REC_REMOVAL;
	if (removal != (a->r.kind == REC_REMOVAL))
		return false;
	bool same_call = a->call_id == q->call_id_hash;
	switch (a->state) {
	case REG_WAITING:
		return same_request(a, q) ||
		       (same_call && q->credentials &&
			   a->last->rec.credentials == RS_FALSE &&
			   q->msg->cseq > a->last->rec.cseq);
	case REG_LOST:
		return true;
	case REG_CHALLENGED:
	case REG_REFUSED:
		return q->credentials
			   ? same_call || reg_request_answers(q, k, a)
			   : same_request(a, q);
	case REG_TOO_BRIEF:
		return same_call ||
		       (q->credentials && reg_request_answers(q, k, a));
	case REG_MOVED:
		return same_call ||
		       !rs_endpoint_eq(&a->r.server.at, &q->server);
	case REG_DONE:
		break;
	}
	return false;
}

static void
await_final(struct reg_tracker *k, struct reg_attempt *a, rs_time from)
{
	a->state = REG_WAITING;
	a->waiting_from = from;
	a->icmp_at = RS_NEVER;
	a->flaws &= ~(UINT32_C(1) << REG_FLAW_GAP);
	set_timer(a, &k->answer, from + k->limits.timer_f);
}

static void
take_request(struct reg_tracker *k, struct txn *t, const struct rs_event *ev)
{
	struct reg_request q;
	reg_request_read(&q, k, ev);
	if (take_hop(k, t, &q))
		return;

	struct table_node *n = table_first(&k->attempts, q.key);
	struct reg_attempt *a =
	    n ? TRACK_OF(n, struct reg_attempt, by_key) : NULL;
	if (a && !goes_on(k, a, &q)) {
		close_attempt(k, a, REG_BY_NEXT);
		a = NULL;
	}
	bool again = a && same_request(a, &q);
	if (a && a->state == REG_WAITING && !again)
		reg_flaw(a, REG_FLAW_CHALLENGE_NOT_CAPTURED);
	if (a == NULL)
		a = begin(k, &q);
	if (a == NULL)
		return;
	if (!again || a->state == REG_LOST)
		for (struct reg_txn *x = a->txns; x; x = x->next)
			x->waiting = false; /* given up by its client */
	struct reg_txn *x = add_txn(k, a, t);
	x->waiting = true;
	x->last_sent = ev->at.complete;
	set_hop(k, x, q.hop);
	reg_message_request(k, a, x, &q);
	a->last_at = ev->at.complete;
	await_final(k, a, ev->at.first);
	set_flow(k, a, true);
}

static void
add_repeat(struct reg_attempt *a, struct reg_txn *x, const struct rs_event *ev)
{
	struct rec_list *l = &x->rec.request_frames;
	x->rec.retransmissions++;
	if (l->n < REG_MAX_FRAMES)
		*(struct rs_frame *)rec_list_add(
		    l, &a->arena, sizeof(struct rs_frame)) = ev->at.from;
}

/* The same request once more: sent again, captured twice, or carried over to
   a new connection. */
static void
take_request_again(
    struct reg_tracker *k, struct reg_txn *x, const struct rs_event *ev)
{
	struct reg_attempt *a = x->attempt;
	if (x->leg) {
		reg_message_frames(a, &x->leg->rec.frames, ev);
		return;
	}
	bool elsewhere = ev->flow->serial != a->flow && x == a->last;
	reg_message_frames(a, &a->r.frames, ev);
	if (!elsewhere && ev->at.complete - x->last_sent < TOO_SOON)
		reg_flaw(a, REG_FLAW_DUPLICATE_FRAMES);
	else
		add_repeat(a, x, ev);
	x->last_sent = ev->at.complete;
	if (ev->at.complete > a->last_at && a->state != REG_DONE)
		a->last_at = ev->at.complete;
	if (elsewhere && a->state != REG_DONE) {
		a->flow = ev->flow->serial;
		a->r.client.at = x->rec.client.at = ev->flow->end[ev->dir];
		a->r.server.at = x->rec.server.at =
		    ev->flow->end[rs_dir_other(ev->dir)];
		if (ev->flow->carrier != RS_OVER_UDP)
			a->r.connection.frame = ev->flow->first.from;
		set_flow(k, a, true);
		/* A new connection: its answer is due from now. */
		if (a->state == REG_LOST)
			await_final(k, a, ev->at.first);
	}
	linger_more(k, a);
}

/* ---- responses ---- */

static void
take_provisional(struct reg_txn *x, const struct rs_event *ev)
{
	struct reg_attempt *a = x->attempt;
	if (x->leg) {
		reg_message_frames(a, &x->leg->rec.frames, ev);
		return;
	}
	x->rec.provisional = ev->u.sip_message->status;
	x->rec.provisional_frame = ev->at.to;
	reg_message_frames(a, &a->r.frames, ev);
	if (a->state != REG_DONE)
		a->last_at = ev->at.complete;
}

/* A later transmission of the same request still awaits its final. */
static bool
later_one_waits(const struct reg_txn *x)
{
	while ((x = x->next) != NULL)
		if (x->waiting)
			return true;
	return false;
}

static void
follow(struct reg_tracker *k, struct reg_attempt *a, enum reg_state state,
    rs_time wait)
{
	a->state = state;
	a->flaws &= ~(UINT32_C(1) << REG_FLAW_GAP);
	set_timer(a, wait == k->limits.timer_f ? &k->answer : &k->follow,
	    a->last_at + wait);
}

/* What a final means for the attempt as a whole. */
static void
apply_final(struct reg_tracker *k, struct reg_attempt *a, struct reg_txn *x,
    const struct sip_msg *m)
{
	unsigned s = m->status;
	if (s < 300)
		settle(k, a, reg_message_granted(k, a, m));
	else if (later_one_waits(x))
		return;
	else if ((s == 401 || s == 407) && x->rec.credentials == RS_TRUE)
		follow(k, a, REG_REFUSED, k->limits.timer_f);
	else if (s == 401 || s == 407)
		follow(k, a, REG_CHALLENGED, k->limits.challenge_wait);
	else if (s == 423)
		follow(k, a, REG_TOO_BRIEF, k->limits.challenge_wait);
	else if (s < 400)
		follow(k, a, REG_MOVED, k->limits.challenge_wait);
	else
		settle(k, a, REC_REJECTED);
}

static void
take_final(struct reg_tracker *k, struct reg_txn *x, const struct rs_event *ev)
{
	struct reg_attempt *a = x->attempt;
	if (x->leg) {
		reg_message_frames(a, &x->leg->rec.frames, ev);
		return;
	}
	const struct sip_msg *m = ev->u.sip_message;
	reg_message_frames(a, &a->r.frames, ev);
	x->last_answered = ev->at.complete;
	bool awaited = x->waiting;
	x->waiting = false;
	if (a->state == REG_DONE || (!awaited && m->status >= 300)) {
		/* Late: it is told, but changes nothing. */
		x->rec.status = m->status;
		x->rec.response_frame = ev->at.to;
		x->rec.response_time = ev->at.complete;
		x->rec.delay = ev->at.complete - x->rec.request_time;
		return;
	}
	a->last_at = ev->at.complete;
	reg_message_final(k, a, x, ev);
	apply_final(k, a, x, m);
}

static void
take_final_again(
    struct reg_tracker *k, struct reg_txn *x, const struct rs_event *ev)
{
	struct reg_attempt *a = x->attempt;
	if (x->leg) {
		reg_message_frames(a, &x->leg->rec.frames, ev);
		return;
	}
	const struct sip_msg *m = ev->u.sip_message;
	reg_message_frames(a, &a->r.frames, ev);
	bool twice = ev->at.complete - x->last_answered < TOO_SOON &&
		     ev->at.complete - x->last_sent >= 0 &&
		     x->last_sent < x->last_answered;
	if (twice)
		reg_flaw(a, REG_FLAW_DUPLICATE_FRAMES);
	else
		x->rec.response_repeats++;
	if (x->rec.status != m->status)
		reg_flaw(a, REG_FLAW_SECOND_FINAL);
	x->last_answered = ev->at.complete;
	bool pending = a->state == REG_CHALLENGED || a->state == REG_REFUSED;
	if (!twice && x == a->final && pending && x->rec.status == m->status) {
		/* The request was repeated after its 401, and challenged
		   anew: the client has all its time again. */
		a->last_at = ev->at.complete;
		reg_message_challenges(k, a, x, ev);
		apply_final(k, a, x, m);
	}
	linger_more(k, a);
}

static void
take_forgotten(struct reg_tracker *k, struct reg_txn *x, bool evicted)
{
	x->t = NULL;
	if (evicted && x->waiting && x->leg == NULL &&
	    x->attempt->state == REG_WAITING) {
		k->evicted++;
		close_attempt(k, x->attempt, REG_BY_EVICTION);
	}
}

static void
happened(
    void *arg, struct txn *t, enum txn_what what, const struct rs_event *ev)
{
	struct reg_tracker *k = arg;
	struct reg_txn *x = txn_hung(t);
	if (x == NULL && what != TXN_REQUEST)
		return; /* of an attempt that is closed */
	switch (what) {
	case TXN_REQUEST:
		take_request(k, t, ev);
		break;
	case TXN_REQUEST_AGAIN:
		take_request_again(k, x, ev);
		break;
	case TXN_PROVISIONAL:
		take_provisional(x, ev);
		break;
	case TXN_FINAL:
		take_final(k, x, ev);
		break;
	case TXN_FINAL_AGAIN:
		take_final_again(k, x, ev);
		break;
	case TXN_FORGOTTEN:
	case TXN_EVICTED:
		take_forgotten(k, x, what == TXN_EVICTED);
		break;
	}
}

/* ---- what happens to flows and to the capture ---- */

static struct table_node *
first_on(const struct reg_tracker *k, const struct rs_event *ev)
{
	return ev->flow ? table_first(&k->flows, ev->flow->serial) : NULL;
}

/* The connection is gone, or (only_by_server) whatever side of it this is
   counts if it is the server's. */
static void
take_loss(struct reg_tracker *k, const struct rs_event *ev, bool only_by_server)
{
	struct table_node *next;
	for (struct table_node *n = first_on(k, ev); n; n = next) {
		next = table_next(n);
		struct reg_attempt *a =
		    TRACK_OF(n, struct reg_attempt, by_flow);
		if (a->state != REG_WAITING)
			continue;
		if (only_by_server &&
		    !rs_endpoint_eq(&ev->flow->end[ev->dir], &a->r.server.at))
			continue;
		a->state = REG_LOST;
		a->lost_at = ev->at.complete;
		a->last_at = a->lost_at;
		reg_message_frames(a, &a->r.frames, ev);
		set_timer(a, &k->answer, a->lost_at + k->limits.timer_f);
	}
}

static void
take_hole(struct reg_tracker *k, const struct rs_event *ev)
{
	for (struct table_node *n = first_on(k, ev); n; n = table_next(n))
		reg_flaw(
		    TRACK_OF(n, struct reg_attempt, by_flow), REG_FLAW_GAP);
}

static void
take_flow_end(struct reg_tracker *k, const struct rs_event *ev)
{
	switch (ev->u.flow_end.how) {
	case RS_END_FIN:
	case RS_END_RST:
	case RS_END_REUSED:
		if (ev->flow && ev->flow->carrier != RS_OVER_UDP)
			take_loss(k, ev, false);
		break;
	case RS_END_EVICTED:
		/* Over UDP the flow begins anew with its next packet. */
		if (ev->flow && ev->flow->carrier != RS_OVER_UDP)
			take_hole(k, ev);
		break;
	case RS_END_NONE:
	case RS_END_IDLE:
	case RS_END_CAPTURE:
		break;
	}
}

static bool
contains(struct rs_span s, struct rs_span part)
{
	for (size_t i = 0; part.n && s.n >= part.n; i++) {
		struct rs_span rest = rs_span_from(s, i);
		size_t at = rs_span_find(rest, part.p[0]);
		i += at;
		if (s.n - i < part.n)
			break;
		if (memcmp(s.p + i, part.p, part.n) == 0)
			return true;
	}
	return false;
}

/* An ICMP error quotes what a client sent.  Where the quotation shows which
   request it was, others on the flow are left. */
static void
take_icmp(struct reg_tracker *k, const struct rs_event *ev)
{
	struct rs_span quoted = ev->u.icmp.quoted;
	bool tells = contains(quoted, RS_LIT("branch="));
	for (struct table_node *n = first_on(k, ev); n; n = table_next(n)) {
		struct reg_attempt *a =
		    TRACK_OF(n, struct reg_attempt, by_flow);
		if (a->state != REG_WAITING ||
		    !rs_endpoint_eq(&ev->flow->end[ev->dir], &a->r.client.at))
			continue;
		if (tells && !contains(quoted, a->last->rec.branch))
			continue;
		a->icmp_at = ev->at.complete;
		reg_message_frames(a, &a->r.frames, ev);
	}
}

/* Drops are kept as intervals, and asked when an attempt is judged; the oldest
   two become one when there are many. */
static void
take_drops(struct reg_tracker *k, const struct rs_event *ev)
{
	struct reg_drop d = {ev->u.drops.from, ev->u.drops.to};
	if (ev->u.drops.packets == 0)
		return;
	if (k->n_drops == REG_DROPS) {
		k->drops[1].from = k->drops[0].from;
		memmove(
		    k->drops, k->drops + 1, (REG_DROPS - 1) * sizeof *k->drops);
		k->n_drops--;
	}
	k->drops[k->n_drops++] = d;
}

static void
take_message(struct reg_tracker *k, const struct rs_event *ev)
{
	const struct sip_msg *m = ev->u.sip_message;
	if (m->method != SIP_METHOD_REGISTER)
		return;
	if (!m->request && m->status < 700)
		k->by_status[m->status]++;
	txn_tracker_event(k->txns, ev);
}

void
reg_tracker_event(struct reg_tracker *k, const struct rs_event *ev)
{
	/* What was due before this event comes before it. */
	reg_tracker_advance(k, ev->at.complete);
	switch (ev->type) {
	case RS_EV_SIP_MESSAGE:
		take_message(k, ev);
		break;
	case RS_EV_FLOW_HALF_CLOSE:
		take_loss(k, ev, ev->u.half_close.how != RS_END_RST);
		break;
	case RS_EV_FLOW_END:
		take_flow_end(k, ev);
		break;
	case RS_EV_GAP:
		take_hole(k, ev);
		break;
	case RS_EV_ICMP:
		take_icmp(k, ev);
		break;
	case RS_EV_DROPS:
		take_drops(k, ev);
		break;
	case RS_EV_NONE:
	case RS_EV_SIP_KEEPALIVE:
	case RS_EV_TLS_RECORD:
	case RS_EV_TLS_HANDSHAKE:
	case RS_EV_TLS_ALERT:
	case RS_EV_TLS_CCS:
	case RS_EV_TLS_DATA:
	case RS_EV_NOT_TLS:
	case RS_EV_FLOW_OPEN:
	case RS_EV_ANOMALY:
	case RS_EV_N:
		break;
	}
}

/* ---- time ---- */

static void
expire(struct reg_tracker *k, struct queue *q, enum reg_ending why)
{
	struct queue_link *l;
	while ((l = queue_first(q)) != NULL) {
		struct reg_attempt *a = TRACK_OF(l, struct reg_attempt, timer);
		if (a->due > k->now)
			break;
		close_attempt(k, a, why);
	}
}

void
reg_tracker_advance(struct reg_tracker *k, rs_time now)
{
	if (now > k->now)
		k->now = now;
	expire(k, &k->linger, REG_BY_FINAL);
	expire(k, &k->linger_more, REG_BY_FINAL);
	expire(k, &k->answer, REG_BY_TIME);
	expire(k, &k->follow, REG_BY_TIME);
	txn_tracker_advance(k->txns, k->now);
}

void
reg_tracker_finish(struct reg_tracker *k, rs_time end)
{
	struct queue_link *l;
	reg_tracker_advance(k, end);
	while ((l = queue_first(&k->order)) != NULL)
		close_attempt(
		    k, TRACK_OF(l, struct reg_attempt, order), REG_BY_END);
}

/* ---- the tracker itself ---- */

struct reg_tracker *
reg_tracker_new(const struct reg_limits *limits,
    const struct rs_hash_seed *seed, struct rs_account *pay,
    const struct rec_sink *out)
{
	struct reg_tracker *k = g_new0(struct reg_tracker, 1);
	k->limits = *limits;
	k->seed = seed;
	k->pay = pay;
	k->out = out;
	k->now = RS_NEVER;
	k->heard = (struct txn_out){happened, k};
	k->txns = txn_tracker_new(seed, pay, &k->heard);
	table_init(&k->attempts, pay);
	table_init(&k->flows, pay);
	table_init(&k->hops, pay);
	table_init(&k->known, pay);
	queue_init(&k->order);
	queue_init(&k->spare);
	queue_init(&k->known_order);
	queue_init(&k->answer);
	queue_init(&k->follow);
	queue_init(&k->linger);
	queue_init(&k->linger_more);
	rec_init(&rec_registration_type, &k->blank);
	rec_init(&rec_transaction_type, &k->blank_transaction);
	rec_init(&rec_challenge_type, &k->blank_challenge);
	rec_init(&rec_contact_type, &k->blank_contact);
	return k;
}

static void
free_all(struct reg_tracker *k, struct queue *q)
{
	struct queue_link *l;
	while ((l = queue_first(q)) != NULL) {
		struct reg_attempt *a = TRACK_OF(l, struct reg_attempt, order);
		queue_remove(q, l);
		rec_arena_clear(&a->arena);
		rs_account_refund(k->pay, sizeof *a);
		g_free(a);
	}
}

void
reg_tracker_free(struct reg_tracker *k)
{
	if (k == NULL)
		return;
	txn_tracker_free(k->txns);
	free_all(k, &k->order);
	free_all(k, &k->spare);
	reg_record_forget_known(k);
	table_clear(&k->attempts);
	table_clear(&k->flows);
	table_clear(&k->hops);
	table_clear(&k->known);
	g_free(k);
}

void
reg_tracker_counts(
    struct reg_tracker *k, struct reg_counts *c, struct rec_arena *a)
{
	*c = (struct reg_counts){
	    .orphans = txn_tracker_orphans(k->txns),
	    .evicted = k->evicted,
	};
	for (unsigned s = 0; s < 700; s++) {
		if (k->by_status[s] == 0)
			continue;
		struct rec_count *n =
		    rec_list_add(&c->responses, a, sizeof(struct rec_count));
		uint8_t text[3] = {(uint8_t)('0' + s / 100),
		    (uint8_t)('0' + s / 10 % 10), (uint8_t)('0' + s % 10)};
		n->name = rec_arena_text(a, (struct rs_span){text, 3});
		n->n = (int64_t)k->by_status[s];
	}
}
