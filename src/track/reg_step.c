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
 *  (for the realm that the credentials were for, else it is CHALLENGED)
 *  TOO_BRIEF   client, challenge_wait  of that Call-ID, or with credentials for
 *  (or an extension was refused)       one of its nonces: goes on, else next
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

/* No client repeats a request so soon (T1 is 500 ms): the capture has it
   twice. */
static const rs_time TOO_SOON = 50 * RS_MSEC;
static const rs_time HOP_TIME = 32 * RS_SEC;

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

/* Of the attempt's record, which has them in one piece: they may move. */
static struct rec_transaction *
add_rec(struct reg_attempt *a)
{
	struct rec_list *l = &a->r.transactions;
	struct rec_transaction *from = l->v;
	struct rec_transaction *t;
	if (from == NULL) { /* challenged, it has two */
		l->v = rec_arena_alloc(&a->arena, 2 * sizeof *t);
		l->size = 2;
	}
	t = rec_list_add(l, &a->arena, sizeof *t);
	for (struct reg_txn *x = a->txns; from && l->v != from && x;
	     x = x->next)
		if (x->leg == NULL)
			x->rec =
			    (struct rec_transaction *)l->v + (x->rec - from);
	return t;
}

/* A new one at the end; over the limit the last one is written over. */
static struct reg_txn *
add_txn(struct reg_tracker *k, struct reg_attempt *a, struct txn *t)
{
	struct reg_txn *x;
	struct rec_list challenges = {0};
	if (a->n_txns < REG_MAX_TXNS) {
		x = rec_arena_alloc(&a->arena, sizeof *x);
		x->rec = add_rec(a);
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
		challenges = x->rec->challenges;
		challenges.n = 0;
	}
	x->attempt = a;
	*x->rec = k->blank_transaction;
	x->rec->challenges = challenges;
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
	struct table_node *n =
	    q->read->hop ? table_first(&k->hops, q->read->hop) : NULL;
	for (; n; n = table_next(n)) {
		struct reg_txn *of = TRACK_OF(n, struct reg_txn, hop);
		struct reg_attempt *a = of->attempt;
		rs_time behind = q->ev->at.first - of->rec->request_time;
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
		x->rec = &k->blank_transaction;
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
	return a->call_id == q->read->call_id && a->last &&
	       a->last->rec->cseq == (int64_t)q->msg->cseq;
}

/* True when q goes on with the open attempt a: the table above. */
static bool
goes_on(const struct reg_attempt *a, const struct reg_request *q)
{
	bool removal = q->read->kind == REC_REMOVAL;
	if (removal != (a->r.kind == REC_REMOVAL))
		return false;
	bool same_call = a->call_id == q->read->call_id;
	switch (a->state) {
	case REG_WAITING:
		return same_request(a, q) ||
		       (same_call && q->credentials &&
			   a->last->rec->credentials == RS_FALSE &&
			   q->msg->cseq > a->last->rec->cseq);
	case REG_LOST:
		return true;
	case REG_CHALLENGED:
	case REG_REFUSED:
		return q->credentials ? same_call || reg_request_answers(q, a)
				      : same_request(a, q);
	case REG_TOO_BRIEF:
		return same_call ||
		       (q->credentials && reg_request_answers(q, a));
	case REG_MOVED:
		return same_call ||
		       !rs_endpoint_eq(&a->r.server.at, &q->server);
	case REG_DONE:
		break;
	}
	return false;
}

/* From `from` on, or from now: where the capture's time steps back, the clock
   stands until it has caught up, and nobody waits meanwhile. */
static void
await_final(struct reg_tracker *k, struct reg_attempt *a, rs_time from)
{
	if (k->now > a->last_at)
		from = k->now;
	a->state = REG_WAITING;
	a->waiting_from = from;
	a->icmp_at = RS_NEVER;
	a->flaws &= ~(UINT32_C(1) << REG_FLAW_GAP);
	reg_life_timer(a, &k->answer, from + k->limits.timer_f);
}

static void
take_request(struct reg_tracker *k, struct txn *t, const struct rs_event *ev)
{
	struct reg_request q;
	reg_request_read(&q, ev);
	reg_record_ahead(k, &q);
	if (take_hop(k, t, &q))
		return;

	struct table_node *n = table_first(&k->attempts, q.read->attempt);
	struct reg_attempt *a =
	    n ? TRACK_OF(n, struct reg_attempt, by_key) : NULL;
	if (a && !goes_on(a, &q)) {
		reg_life_close(k, a, REG_BY_NEXT);
		a = NULL;
	}
	bool again = a && same_request(a, &q);
	if (a && a->state == REG_WAITING && !again)
		reg_flaw(a, REG_FLAW_CHALLENGE_NOT_CAPTURED);
	if (a == NULL)
		a = reg_life_begin(k, &q);
	if (a == NULL)
		return;
	if (!again || a->state == REG_LOST)
		for (struct reg_txn *x = a->txns; x; x = x->next)
			x->waiting = false; /* given up by its client */
	struct reg_txn *x = add_txn(k, a, t);
	x->waiting = true;
	x->last_sent = ev->at.complete;
	if (txn_crossed(t)) { /* so that nothing is missing: miss_request() */
		reg_flaw(a, REG_FLAW_ANSWER_FIRST);
		a->flaws &= ~(UINT32_C(1) << REG_FLAW_DROPS);
	}
	set_hop(k, x, q.read->hop);
	reg_message_request(k, a, x, &q);
	a->last_at = ev->at.complete;
	await_final(k, a, ev->at.first);
	reg_life_flow(k, a, true);
}

static void
add_repeat(struct reg_attempt *a, struct reg_txn *x, const struct rs_event *ev)
{
	struct rec_list *l = &x->rec->request_frames;
	x->rec->retransmissions++;
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
		a->r.client.at = x->rec->client.at = ev->flow->end[ev->dir];
		a->r.server.at = x->rec->server.at =
		    ev->flow->end[rs_dir_other(ev->dir)];
		if (ev->flow->carrier != RS_OVER_UDP)
			a->r.connection.frame = ev->flow->first;
		a->r.handshake.frame = ev->flow->handshake;
		reg_life_flow(k, a, true);
		/* A new connection: its answer is due from now. */
		if (a->state == REG_LOST)
			await_final(k, a, ev->at.first);
	}
	reg_life_linger(k, a);
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
	x->rec->provisional = ev->u.sip_message->status;
	x->rec->provisional_frame = ev->at.to;
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
	reg_life_timer(a, wait == k->limits.timer_f ? &k->answer : &k->follow,
	    k->now + wait);
}

/* The request is to be sent again with another interval (RFC 3261 10.3), other
   extensions (8.1.3.5, RFC 5626 4.3), or the agreed security (RFC 3329 2.3). */
static bool
asks_for_another(unsigned status)
{
	return status == 423 || status == 420 || status == 421 ||
	       status == 439 || status == 494;
}

static bool
challenges_realm(const struct rec_list *challenges, struct rs_span realm)
{
	const struct rec_challenge *c = challenges->v;
	for (uint32_t i = 0; i < challenges->n; i++)
		if (rs_span_eq(c[i].realm, realm))
			return true;
	return false;
}

/* The challenge is to what the credentials were for, so that it refuses them:
   not that of the next hop, whose realm was not asked for before (RFC 3261
   22.3).  Where a challenge was answered that was not captured, what the
   credentials say themselves decides. */
static bool
refuses(const struct reg_attempt *a, const struct reg_txn *x)
{
	const struct rec_authorization *v = x->rec->authorizations.v;
	bool known = false;
	if (x->rec->challenges.n == 0)
		return true;
	for (const struct reg_txn *of = a->txns; of != x; of = of->next) {
		const struct rec_challenge *c = of->rec->challenges.v;
		for (uint32_t i = 0; i < of->rec->challenges.n; i++) {
			if (c[i].answered != RS_TRUE)
				continue;
			known = true;
			if (challenges_realm(&x->rec->challenges, c[i].realm))
				return true;
		}
	}
	for (uint32_t i = 0; i < x->rec->authorizations.n; i++)
		if (challenges_realm(&x->rec->challenges, v[i].realm))
			return true;
	return !known;
}

/* What a final means for the attempt as a whole. */
static void
apply_final(struct reg_tracker *k, struct reg_attempt *a, struct reg_txn *x,
    const struct rs_event *ev)
{
	unsigned s = ev->u.sip_message->status;
	if (s < 300)
		reg_life_settle(k, a, reg_message_granted(k, a, ev));
	else if (later_one_waits(x))
		return;
	else if ((s == 401 || s == 407) && x->rec->credentials == RS_TRUE &&
		 refuses(a, x))
		follow(k, a, REG_REFUSED, k->limits.timer_f);
	else if (s == 401 || s == 407)
		follow(k, a, REG_CHALLENGED, k->limits.challenge_wait);
	else if (asks_for_another(s))
		follow(k, a, REG_TOO_BRIEF, k->limits.challenge_wait);
	else if (s < 400)
		follow(k, a, REG_MOVED, k->limits.challenge_wait);
	else
		reg_life_settle(k, a, REC_REJECTED);
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
		x->rec->status = m->status;
		x->rec->response_frame = ev->at.to;
		x->rec->response_time = ev->at.complete;
		x->rec->delay =
		    reg_elapsed(x->rec->request_time, ev->at.complete);
		return;
	}
	a->last_at = ev->at.complete;
	reg_message_final(k, a, x, ev);
	apply_final(k, a, x, ev);
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
		x->rec->response_repeats++;
	if (x->rec->status != m->status)
		reg_flaw(a, REG_FLAW_SECOND_FINAL);
	x->last_answered = ev->at.complete;
	bool pending = a->state == REG_CHALLENGED || a->state == REG_REFUSED;
	if (!twice && x == a->final && pending && x->rec->status == m->status) {
		/* The request was repeated after its 401, and challenged
		   anew: the client has all its time again. */
		a->last_at = ev->at.complete;
		reg_message_challenges(k, a, x, ev);
		apply_final(k, a, x, ev);
	}
	reg_life_linger(k, a);
}

static void
take_forgotten(struct reg_tracker *k, struct reg_txn *x, bool evicted)
{
	x->t = NULL;
	if (evicted && x->waiting && x->leg == NULL &&
	    x->attempt->state == REG_WAITING) {
		k->evicted++;
		reg_life_close(k, x->attempt, REG_BY_EVICTION);
	}
}

/* A final of what came after a request that was challenged: that the client
   went on was not captured, but it did. */
static void
miss_request(struct reg_tracker *k, const struct rs_event *ev,
    const struct rs_addr *client)
{
	struct sip_msg before = *ev->u.sip_message;
	before.cseq--;
	uint64_t hop = reading_hop(k->seed, &before);
	for (struct table_node *n = hop ? table_first(&k->hops, hop) : NULL; n;
	     n = table_next(n)) {
		struct reg_txn *x = TRACK_OF(n, struct reg_txn, hop);
		struct reg_attempt *a = x->attempt;
		if (x == a->final && a->state == REG_CHALLENGED &&
		    rs_addr_eq(&a->r.client.at.addr, client))
			reg_flaw(a, REG_FLAW_DROPS);
	}
}

/* A response whose top Via is not that of the request: what is between has
   written another one, and did not put it back (RFC 3261 16.7, 18.1.2). */
static void
take_unmatched(struct reg_tracker *k, const struct rs_event *ev)
{
	uint64_t hop = reading_hop(k->seed, ev->u.sip_message);
	const struct rs_addr *client =
	    &ev->flow->end[rs_dir_other(ev->dir)].addr;
	for (struct table_node *n = hop ? table_first(&k->hops, hop) : NULL; n;
	     n = table_next(n)) {
		struct reg_txn *x = TRACK_OF(n, struct reg_txn, hop);
		struct reg_attempt *a = x->attempt;
		if (!x->waiting || x->t == NULL || a->state != REG_WAITING ||
		    !rs_addr_eq(&a->r.client.at.addr, client))
			continue;
		reg_flaw(a, REG_FLAW_VIA_CHANGED);
		txn_tracker_adopt(k->txns);
		take_final(k, x, ev);
		return;
	}
	miss_request(k, ev, client);
}

void
reg_step(
    void *arg, struct txn *t, enum txn_what what, const struct rs_event *ev)
{
	struct reg_tracker *k = arg;
	if (what == TXN_UNMATCHED) {
		take_unmatched(k, ev);
		return;
	}
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
	case TXN_UNMATCHED:
		break;
	case TXN_FORGOTTEN:
	case TXN_EVICTED:
		take_forgotten(k, x, what == TXN_EVICTED);
		break;
	}
}
