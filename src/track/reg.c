/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The registration tracker as its users see it: events and time in, records
 * out.  What happens to flows and to the capture as a whole is told to the
 * attempts here; what messages do to them is in reg_step.c, where the table of
 * states stands.
 */
#include "track/reg_inner.h"

#include <glib.h>
#include <stdio.h>

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
		reg_life_timer(a, &k->answer, k->now + k->limits.timer_f);
	}
}

static void
take_hole(struct reg_tracker *k, const struct rs_event *ev)
{
	for (struct table_node *n = first_on(k, ev); n; n = table_next(n)) {
		struct reg_attempt *a =
		    TRACK_OF(n, struct reg_attempt, by_flow);
		reg_flaw(a, REG_FLAW_GAP);
		if (ev->flow->source != RS_FROM_BOTH)
			continue;
		reg_flaw(a, REG_FLAW_NOT_LOGGED);
		reg_message_frames(a, &a->r.frames, ev);
	}
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

static void
note_icmp(struct reg_attempt *a, const struct rs_event *ev)
{
	char text[16];
	/* Of this request the first one tells, of those that end it. */
	if (a->icmp_at != RS_NEVER ||
	    (a->r.icmp.p && !rs_event_unreachable(ev)))
		return;
	snprintf(text, sizeof text, "%u/%u", ev->u.icmp.type, ev->u.icmp.code);
	a->r.icmp = rec_arena_text(&a->arena, rs_span_str(text));
	a->r.icmp_from.at.addr = ev->u.icmp.sender;
	a->r.icmp_frame = ev->at.from;
}

/*
 * An ICMP error quotes a response: the phone's side refuses it.  It may have
 * gone to another port than the request came from, so that it is found by what
 * it says, and not by its flow.
 */
static void
take_refused_response(struct reg_tracker *k, const struct rs_event *ev)
{
	struct sip_header headers[SIP_MAX_HEADERS];
	struct sip_msg m;
	size_t head;
	const struct rs_addr *client =
	    &ev->flow->end[rs_dir_other(ev->dir)].addr;
	if (!sip_msg_head_parse(&m, headers, ev->u.icmp.quoted, &head))
		return;
	uint64_t hop = reading_hop(k->seed, &m);
	for (struct table_node *n = hop ? table_first(&k->hops, hop) : NULL; n;
	     n = table_next(n)) {
		struct reg_attempt *a =
		    TRACK_OF(n, struct reg_txn, hop)->attempt;
		if (!rs_addr_eq(&a->r.client.at.addr, client))
			continue;
		if (!(a->flaws & UINT32_C(1) << REG_FLAW_RESPONSE_REFUSED)) {
			note_icmp(a, ev);
			a->r.refused_from.at = ev->flow->end[ev->dir];
			a->r.refused_to.at =
			    ev->flow->end[rs_dir_other(ev->dir)];
		}
		reg_flaw(a, REG_FLAW_RESPONSE_REFUSED);
		reg_message_frames(a, &a->r.frames, ev);
	}
}

/* An ICMP error quotes what a client sent.  Where the quotation shows which
   request it was, others on the flow are left. */
static void
take_icmp(struct reg_tracker *k, const struct rs_event *ev)
{
	struct rs_span quoted = ev->u.icmp.quoted;
	if (rs_span_starts(quoted, RS_LIT("SIP/2.0 "))) {
		if (rs_event_unreachable(ev))
			take_refused_response(k, ev);
		return;
	}
	bool tells = contains(quoted, RS_LIT("branch="));
	for (struct table_node *n = first_on(k, ev); n; n = table_next(n)) {
		struct reg_attempt *a =
		    TRACK_OF(n, struct reg_attempt, by_flow);
		if (a->state != REG_WAITING ||
		    !rs_endpoint_eq(&ev->flow->end[ev->dir], &a->r.client.at))
			continue;
		if (tells && !contains(quoted, a->last->rec->branch))
			continue;
		note_icmp(a, ev);
		if (rs_event_unreachable(ev))
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
	struct reg_drop *last = k->n_drops ? &k->drops[k->n_drops - 1] : NULL;
	if (last && d.from >= last->from && d.from <= last->to) {
		last->to = d.to > last->to ? d.to : last->to; /* it goes on */
		return;
	}
	if (k->n_drops == REG_DROPS) {
		k->drops[1].from = k->drops[0].from;
		memmove(
		    k->drops, k->drops + 1, (REG_DROPS - 1) * sizeof *k->drops);
		k->n_drops--;
	}
	k->drops[k->n_drops++] = d;
}

/* A message cut short by the capture may be the answer, or the next request,
   that some attempt between these addresses waits for. */
static void
take_cut(struct reg_tracker *k, const struct rs_event *ev)
{
	struct reg_cut *c = &k->cuts[k->n_cuts % REG_CUTS];
	if (k->n_cuts++ >= REG_CUTS && c->at > k->cut_forgotten)
		k->cut_forgotten = c->at;
	c->at = ev->at.complete;
	c->end[0] = ev->flow->end[0].addr;
	c->end[1] = ev->flow->end[1].addr;
}

static void
take_message(struct reg_tracker *k, const struct rs_event *ev)
{
	const struct sip_msg *m = ev->u.sip_message;
	if (m->flaws & SIP_FLAW_HEADERS_CUT)
		take_cut(k, ev);
	if (!reading_applies(ev))
		return;
	if (!m->request && m->status < 700)
		k->by_status[m->status]++;
	struct rs_event read = *ev;
	if (ev->u.reading == NULL) {
		reading_take(&k->reading, ev, k->seed);
		read.u.reading = &k->reading;
	}
	txn_tracker_event(k->txns, &read);
}

void
reg_tracker_ahead(const struct reg_tracker *k, const struct rs_event *ev)
{
	if (ev->type != RS_EV_SIP_MESSAGE || ev->u.reading == NULL)
		return;
	const struct reading *read = ev->u.reading;
	txn_tracker_ahead(k->txns, read->transaction);
	if (!ev->u.sip_message->request)
		return;
	table_ahead(&k->attempts, read->attempt);
	table_ahead(&k->known, read->attempt);
	table_ahead(&k->hops, read->hop);
	table_ahead(&k->flows, ev->flow->serial);
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
	case RS_EV_WS_UPGRADE:
	case RS_EV_WS_FRAME:
	case RS_EV_WS_MESSAGE:
	case RS_EV_FLOW_OPEN:
	case RS_EV_ANOMALY:
	case RS_EV_DNS_MESSAGE:
	case RS_EV_TFTP:
	case RS_EV_HTTP:
	case RS_EV_FETCH:
	case RS_EV_TIME:
	case RS_EV_DHCP:
	case RS_EV_LINK:
	case RS_EV_CLOCK:
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
		reg_life_ahead(k, q, l);
		reg_life_close(k, a, why);
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
		reg_life_close(
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
	k->heard = (struct txn_out){reg_step, k};
	k->txns = txn_tracker_new(seed, pay, &k->heard);
	table_init(&k->attempts, pay);
	table_init(&k->flows, pay);
	table_init(&k->hops, pay);
	table_init(&k->known, pay);
	queue_init(&k->order);
	queue_init(&k->spare);
	rs_pool_init(&k->pool);
	rs_pool_init(&k->known_pool);
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
	}
}

void
reg_tracker_verify(struct reg_tracker *k, const struct sip_digest_verifier *d)
{
	k->digest = *d;
}

void
reg_tracker_announce(struct reg_tracker *k, const struct rec_sink *soon)
{
	k->soon = *soon;
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
	rs_pool_clear(&k->pool);
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
