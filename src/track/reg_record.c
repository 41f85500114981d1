/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Closes attempts: outcome, times, and the record.
 *
 * Two kinds of outcome (DESIGN: "no answer" needs evidence).  What was seen -
 * a final, credentials refused, a connection lost, an ICMP error - stands when
 * the capture ends, with the flaw followup_not_covered where the client could
 * still have gone on.  What was not seen - no answer, challenge unanswered,
 * 423, 494 or 3xx not followed - is said only when the capture covers the time,
 * without a gap on that flow, without drops and without messages that the
 * capture cut short; else the attempt is cut off.
 */
#include "track/reg_inner.h"

#include <stdlib.h>

static const char *const flaw_names[REG_FLAW_N] = {
    [REG_FLAW_SUPERSEDED] = "superseded",
    [REG_FLAW_EVICTED] = "evicted",
    [REG_FLAW_GAP] = "gap",
    [REG_FLAW_DROPS] = "drops",
    [REG_FLAW_DUPLICATE_FRAMES] = "duplicate_frames",
    [REG_FLAW_NO_CONTACT_IN_200] = "no_contact_in_200",
    [REG_FLAW_CONTACT_AMBIGUOUS] = "contact_ambiguous",
    [REG_FLAW_CONTACT_STILL_LISTED] = "contact_still_listed",
    [REG_FLAW_CHALLENGE_NOT_CAPTURED] = "challenge_not_captured",
    [REG_FLAW_FOLLOWUP_NOT_COVERED] = "followup_not_covered",
    [REG_FLAW_SECOND_FINAL] = "second_final",
    [REG_FLAW_TOO_MANY_TRANSACTIONS] = "too_many_transactions",
    [REG_FLAW_TOO_MANY_FRAMES] = "too_many_frames",
    [REG_FLAW_TOO_MANY_CONTACTS] = "too_many_contacts",
    [REG_FLAW_TEXT_CUT] = "text_cut",
    [REG_FLAW_MESSAGE_CUT] = "message_cut",
    [REG_FLAW_NO_CALL_ID] = "no_call_id",
    [REG_FLAW_NO_CSEQ] = "no_cseq",
    [REG_FLAW_NO_VIA] = "no_via",
    [REG_FLAW_NO_TO] = "no_to",
    [REG_FLAW_NO_FROM] = "no_from",
    [REG_FLAW_BAD_EXPIRES] = "bad_expires",
    [REG_FLAW_REPEATED_HEADER] = "repeated_header",
    [REG_FLAW_RESPONSE_REFUSED] = "response_refused",
    [REG_FLAW_VIA_CHANGED] = "via_changed",
    [REG_FLAW_NOT_ON_WIRE] = "not_on_wire",
    [REG_FLAW_NOT_LOGGED] = "not_logged",
    [REG_FLAW_ANSWER_FIRST] = "answer_first",
};

/* ---- outcome ---- */

/* True when, since then, a message of the client's was cut short. */
static bool
has_cut(const struct reg_tracker *k, const struct reg_attempt *a, rs_time from)
{
	const struct rs_addr *client = &a->r.client.at.addr;
	uint32_t n = k->n_cuts < REG_CUTS ? k->n_cuts : REG_CUTS;
	if (k->n_cuts > REG_CUTS && k->cut_forgotten >= from)
		return true;
	for (uint32_t i = 0; i < n; i++) {
		const struct reg_cut *c = &k->cuts[i];
		if (c->at >= from && (rs_addr_eq(&c->end[0], client) ||
					 rs_addr_eq(&c->end[1], client)))
			return true;
	}
	return false;
}

/* True when part of the time from..to is not in the capture.  A hole ends with
   the packet after it: of what that packet began nothing is missing. */
static bool
has_hole(const struct reg_tracker *k, struct reg_attempt *a, rs_time from,
    rs_time to)
{
	for (uint32_t i = 0; i < k->n_drops; i++)
		if (k->drops[i].from <= to && k->drops[i].to > from)
			reg_flaw(a, REG_FLAW_DROPS);
	if (has_cut(k, a, from)) {
		reg_flaw(a, REG_FLAW_MESSAGE_CUT);
		return true;
	}
	/* Gaps were noted when they came: they are of this time. */
	return a->flaws &
	       (UINT32_C(1) << REG_FLAW_DROPS | UINT32_C(1) << REG_FLAW_GAP);
}

static bool
is_stale(const struct reg_attempt *a)
{
	const struct rec_list *l = &a->final->rec->challenges;
	const struct rec_challenge *c = l->v;
	for (uint32_t i = 0; i < l->n; i++)
		if (c[i].stale == RS_TRUE)
			return true;
	return false;
}

/* The client answers a challenge that is not in the capture, as nothing else of
   the server's is: that there is no answer is told of the capture only.  Nor
   does it lack one that stands before the request. */
static bool
answers_missed(const struct reg_attempt *a)
{
	if (a->flaws & (UINT32_C(1) << REG_FLAW_ANSWER_FIRST))
		return true;
	return a->final == NULL &&
	       a->flaws & (UINT32_C(1) << REG_FLAW_CHALLENGE_NOT_CAPTURED);
}

/* Waited in vain, or not for long enough. */
static enum rec_outcome
unanswered(struct reg_tracker *k, struct reg_attempt *a, enum reg_ending why)
{
	rs_time due = a->waiting_from + k->limits.timer_f;
	if (has_hole(k, a, a->waiting_from, due < k->now ? due : k->now) ||
	    answers_missed(a))
		return REC_CUT_OFF;
	if (a->icmp_at != RS_NEVER) {
		if (why == REG_BY_END && k->now < due)
			reg_flaw(a, REG_FLAW_FOLLOWUP_NOT_COVERED);
		a->r.ended = a->icmp_at;
		return REC_UNREACHABLE;
	}
	if (k->now < due) {
		if (why == REG_BY_NEXT)
			reg_flaw(a, REG_FLAW_SUPERSEDED);
		return REC_CUT_OFF;
	}
	a->r.ended = due;
	return REC_TIMED_OUT;
}

/* A step of the client's that did not come. */
static enum rec_outcome
unfollowed(struct reg_tracker *k, struct reg_attempt *a, enum reg_ending why,
    enum rec_outcome outcome)
{
	if (why == REG_BY_END && k->now < a->due)
		return REC_CUT_OFF;
	rs_time waited = k->now < a->due ? k->now : a->due;
	if (has_hole(k, a, a->last_at, waited))
		return REC_CUT_OFF;
	if (outcome == REC_CHALLENGE_UNANSWERED)
		a->r.ended = waited;
	return outcome;
}

/* A failure that was seen; whether the client went on may not be covered. */
static enum rec_outcome
seen(struct reg_tracker *k, struct reg_attempt *a, enum reg_ending why,
    enum rec_outcome outcome)
{
	if (why == REG_BY_END && k->now < a->due)
		reg_flaw(a, REG_FLAW_FOLLOWUP_NOT_COVERED);
	return outcome;
}

static enum rec_outcome
outcome_of(struct reg_tracker *k, struct reg_attempt *a, enum reg_ending why)
{
	if (why == REG_BY_EVICTION) {
		reg_flaw(a, REG_FLAW_EVICTED);
		return REC_CUT_OFF;
	}
	switch (a->state) {
	case REG_WAITING:
		return unanswered(k, a, why);
	case REG_LOST:
		if (has_hole(k, a, a->waiting_from, a->lost_at))
			return REC_CUT_OFF;
		a->r.ended = a->lost_at;
		return seen(k, a, why, REC_CONNECTION_LOST);
	case REG_CHALLENGED:
		/* The credentials may be in what was not captured. */
		if (a->flaws & (1U << REG_FLAW_MESSAGE_CUT))
			return REC_CUT_OFF;
		return unfollowed(k, a, why, REC_CHALLENGE_UNANSWERED);
	case REG_REFUSED:
		/* stale=true: the client is asked to try again by itself
		   (RFC 7616 3.3), so its next step is due. */
		if (is_stale(a))
			return unfollowed(k, a, why, REC_AUTH_FAILED);
		/* Credentials for the new nonce may be in it. */
		if (a->flaws & (UINT32_C(1) << REG_FLAW_GAP))
			return REC_CUT_OFF;
		return seen(k, a, why, REC_AUTH_FAILED);
	case REG_TOO_BRIEF:
		/* A refused extension need not be followed by another try; 494
		   begins each security agreement (RFC 3329 2.3). */
		if (a->final && a->final->rec->status != 423 &&
		    a->final->rec->status != 494)
			return seen(k, a, why, REC_REJECTED);
		return unfollowed(k, a, why, REC_REJECTED);
	case REG_MOVED:
		return unfollowed(k, a, why, REC_REDIRECTED);
	case REG_DONE:
		break;
	}
	return REC_REJECTED;
}

void
reg_record_decide(
    struct reg_tracker *k, struct reg_attempt *a, enum reg_ending why)
{
	a->r.ended = a->last_at;
	if (a->r.outcome == REC_OUTCOME_NONE)
		a->r.outcome = outcome_of(k, a, why);
	a->state = REG_DONE;
}

/* ---- record ---- */

/* RFC 6076 4.1, and its parts. */
static void
fill_times(struct rec_registration *r, const struct reg_attempt *a)
{
	const struct reg_txn *challenged = NULL;
	const struct rec_transaction *last = a->final->rec;
	if (r->outcome == REC_REGISTERED || r->outcome == REC_UNREGISTERED ||
	    r->outcome == REC_QUERIED) {
		r->rrd = reg_elapsed(r->started, last->response_time);
		r->rrd_auth = last->delay;
	}
	for (const struct reg_txn *x = a->txns; x; x = x->next) {
		if (x->leg)
			continue;
		if (challenged && x->rec->credentials == RS_TRUE) {
			r->client_auth =
			    reg_elapsed(challenged->rec->response_time,
				x->rec->request_time);
			break;
		}
		if (!challenged &&
		    (x->rec->status == 401 || x->rec->status == 407)) {
			challenged = x;
			r->challenge = x->rec->delay;
		}
	}
}

static void
fill_legs(struct reg_attempt *a)
{
	for (const struct reg_leg *g = a->legs; g; g = g->next)
		*(struct rec_leg *)rec_list_add(
		    &a->r.legs, &a->arena, sizeof g->rec) = g->rec;
}

static int
compare_frames(const void *a, const void *b)
{
	return rs_frame_cmp(
	    *(const struct rs_frame *)a, *(const struct rs_frame *)b);
}

/* In order, each once: over a stream the frames of one message may stand
   between those of others. */
static void
sort_frames(struct rec_list *l)
{
	struct rs_frame *v = l->v;
	uint32_t n = 0;
	if (l->n < 2)
		return;
	bool sorted = true;
	for (uint32_t i = 1; i < l->n && sorted; i++)
		sorted = rs_frame_cmp(v[i - 1], v[i]) < 0;
	if (sorted)
		return;
	qsort(v, l->n, sizeof *v, compare_frames);
	for (uint32_t i = 0; i < l->n; i++)
		if (n == 0 || !rs_frame_eq(v[n - 1], v[i]))
			v[n++] = v[i];
	l->n = n;
}

void
reg_record_emit(struct reg_tracker *k, struct reg_attempt *a)
{
	struct rec_registration *r = &a->r;
	fill_legs(a);
	if (a->final)
		fill_times(r, a);
	sort_frames(&r->frames);
	struct rec_leg *legs = r->legs.v;
	for (uint32_t i = 0; i < r->legs.n; i++)
		sort_frames(&legs[i].frames);
	for (unsigned i = 0; a->flaws >> i; i++)
		if (a->flaws >> i & 1)
			*(struct rs_span *)rec_list_add(
			    &r->flaws, &a->arena, sizeof(struct rs_span)) =
			    rs_span_str(flaw_names[i]);
	k->out->record(k->out->arg, &rec_registration_type, r);
}

/* ---- refresh or not ---- */

static struct reg_known *
find_known(const struct reg_tracker *k, uint64_t key)
{
	struct table_node *n = table_first(&k->known, key);
	return n ? TRACK_OF(n, struct reg_known, node) : NULL;
}

void
reg_record_ahead(const struct reg_tracker *k, const struct reg_request *q)
{
	__builtin_prefetch(find_known(k, q->read->attempt));
}

enum rec_reg_kind
reg_record_kind(const struct reg_tracker *k, const struct reg_request *q)
{
	if (q->read->kind != REC_REG_KIND_NONE)
		return q->read->kind;
	const struct reg_known *w = find_known(k, q->read->attempt);
	if (w == NULL)
		return REC_INITIAL;
	if (k->removed_all) {
		const struct reg_known *all =
		    find_known(k, q->read->attempt_at_all);
		if (all && all->granted >= w->granted)
			return REC_INITIAL;
	}
	if (q->ev->at.first <= w->until)
		return REC_REFRESH;
	return q->read->call_id == w->call_id && q->msg->cseq > w->cseq
		   ? REC_REFRESH
		   : REC_INITIAL;
}

static void
drop_known(struct reg_tracker *k, struct reg_known *w)
{
	queue_remove(&k->known_order, &w->link);
	table_remove(&k->known, &w->node);
	rs_account_refund(k->pay, sizeof *w);
	rs_pool_give(&k->known_pool, w, sizeof *w);
}

void
reg_record_forget_known(struct reg_tracker *k)
{
	rs_account_refund(k->pay, k->known_order.n * sizeof(struct reg_known));
	rs_pool_clear(&k->known_pool);
	table_clear(&k->known);
}

static struct reg_known *
touch_known(struct reg_tracker *k, uint64_t key)
{
	struct reg_known *w = find_known(k, key);
	if (w) {
		queue_remove(&k->known_order, &w->link);
		queue_push(&k->known_order, &w->link);
		return w;
	}
	struct queue_link *oldest = queue_first(&k->known_order);
	/* All together may take a quarter of the account. */
	if (oldest && k->known_order.n * sizeof *w >= k->pay->limit / 4)
		drop_known(k, TRACK_OF(oldest, struct reg_known, link));
	while (!rs_account_charge(k->pay, sizeof *w)) {
		oldest = queue_first(&k->known_order);
		if (oldest == NULL)
			return NULL;
		drop_known(k, TRACK_OF(oldest, struct reg_known, link));
	}
	w = rs_pool_take(&k->known_pool, sizeof *w);
	table_add(&k->known, &w->node, key);
	queue_push(&k->known_order, &w->link);
	return w;
}

void
reg_record_learn(struct reg_tracker *k, const struct reg_attempt *a)
{
	const struct rec_registration *r = &a->r;
	const struct rec_contact *c = r->contacts.v;
	bool all = r->contacts.n && rs_span_eq(c->uri, RS_LIT("*"));
	struct reg_known *w;
	if (r->outcome == REC_UNREGISTERED && !all) {
		w = find_known(k, a->by_key.hash);
		if (w)
			drop_known(k, w);
		return;
	}
	if (r->outcome != REC_REGISTERED && r->outcome != REC_UNREGISTERED)
		return;
	w = touch_known(k, a->by_key.hash);
	if (w == NULL)
		return;
	/* RFC 3261 10.2.1.1: an hour where nobody says how long. */
	int64_t seconds = r->expires_granted != REC_ABSENT ? r->expires_granted
			  : r->expires_requested != REC_ABSENT
			      ? r->expires_requested
			      : 3600;
	w->granted = a->final->rec->response_time;
	w->until = w->granted + seconds * RS_SEC;
	w->call_id = a->call_id;
	w->cseq = (uint32_t)a->final->rec->cseq;
	k->removed_all |= all;
}
