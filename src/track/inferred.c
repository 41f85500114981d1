/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Connections that cannot be read: who hears what, and how long they are kept.
 *
 * A connection has one entry from its ClientHello to its end, if it concerns
 * registration as far as that is known by then; all entries take at most a
 * quarter of the account.  A gap, early data, a renegotiation or loss
 * in the capture make it odd: it is not judged.  SIP heard in it means that
 * somebody has the keys: nothing is left to guess.
 */
#include "track/inferred.h"
#include "track/inferred_state.h"

#include "base/pool.h"
#include "tls/hello.h"
#include "track/queue.h"
#include "track/table.h"

#include <glib.h>

enum { KEEPALIVE = 4, ANY_KEEPALIVE = 15, FIRST_ROOM = 8 };

struct entry {
	struct table_node by_flow; /* its hash is the serial of the flow */
	struct queue_link order;
	struct rs_endpoint client, server;
	struct rs_frame opened; /* the connection's first */
	struct rs_frame hello;
	enum rs_dir from; /* of the client */
	uint64_t drops;   /* of the tracker, when it began */
	bool heard;       /* it was decrypted */
	struct inferred_connection c;
};

/* Of an entry, with all the messages that it may come to keep. */
enum { ENTRY_COST = 2080 };

struct inferred_tracker {
	const struct related *related;
	struct rs_account *pay;
	const struct rec_sink *out;
	struct rs_pool pool;
	struct table entries;
	struct queue order;
	uint64_t drops; /* that the capture told of */
	struct inferred_counts counts;
	struct inferred_story story; /* of the one that is judged */
};

struct inferred_tracker *
inferred_tracker_new(const struct related *related, struct rs_account *pay,
    const struct rec_sink *out)
{
	struct inferred_tracker *k = g_new0(struct inferred_tracker, 1);
	k->related = related;
	k->pay = pay;
	k->out = out;
	rs_pool_init(&k->pool);
	table_init(&k->entries, NULL);
	queue_init(&k->order);
	return k;
}

static void
drop(struct inferred_tracker *k, struct entry *e)
{
	table_remove(&k->entries, &e->by_flow);
	queue_remove(&k->order, &e->order);
	rs_account_refund(k->pay, ENTRY_COST);
	if (e->c.room)
		rs_pool_give(&k->pool, e->c.messages,
		    e->c.room * sizeof *e->c.messages);
	rs_pool_give(&k->pool, e, sizeof *e);
}

void
inferred_tracker_free(struct inferred_tracker *k)
{
	if (k == NULL)
		return;
	while (queue_first(&k->order))
		drop(k, TRACK_OF(queue_first(&k->order), struct entry, order));
	table_clear(&k->entries);
	rs_pool_clear(&k->pool);
	g_free(k);
}

/* Serials are ours: their low bits are as good as any. */
static struct entry *
entry_find(const struct inferred_tracker *k, const struct rs_event *ev)
{
	return (struct entry *)(void *)table_first(
	    &k->entries, ev->flow->serial); /* its first member */
}

/* ---- what is kept ---- */

static void
client_hello(struct inferred_tracker *k, const struct rs_event *ev,
    const struct tls_client_hello *h)
{
	const struct rs_flow_info *f = ev->flow;
	enum rs_dir to = rs_dir_other(ev->dir);
	struct entry *e = entry_find(k, ev);
	if (e) {
		/* a second one answers a HelloRetryRequest, or renegotiates */
		e->c.odd |= e->c.started;
		return;
	}
	if (!related_server(k->related, &f->end[to], h->sni) &&
	    !related_offers(h->alpn))
		return;
	if ((k->order.n + 1) * ENTRY_COST > k->pay->limit / 4 ||
	    !rs_account_charge(k->pay, ENTRY_COST)) {
		k->counts.refused++;
		return;
	}
	e = rs_pool_zeroed(&k->pool, sizeof *e);
	e->client = f->end[ev->dir];
	e->server = f->end[to];
	e->opened = f->first;
	e->hello = ev->at.from;
	e->from = ev->dir;
	e->drops = k->drops;
	e->c.odd = h->early_data;
	table_add(&k->entries, &e->by_flow, f->serial);
	queue_push(&k->order, &e->order);
}

static void
hear_handshake(struct inferred_tracker *k, const struct rs_event *ev)
{
	const struct tls_handshake_msg *m = &ev->u.tls_handshake;
	if (!m->encrypted && m->type == TLS_HS_CLIENT_HELLO &&
	    m->u.client_hello) {
		client_hello(k, ev, m->u.client_hello);
		return;
	}
	struct entry *e = entry_find(k, ev);
	if (e == NULL)
		return;
	if (m->encrypted) {
		/* TLS 1.2: Finished, and later a handshake under keys */
		e->c.odd |= e->c.n > 0;
		e->c.started |= ev->dir == e->from;
	} else if (m->type == TLS_HS_SERVER_HELLO && m->u.server_hello) {
		inferred_cipher_init(&e->c.cipher, m->u.server_hello->version,
		    m->u.server_hello->cipher);
	} else if (m->type == TLS_HS_UNREADABLE) {
		e->c.odd = true;
	}
}

/* Most connections say little; all pay for the most that is kept. */
static void
more_room(struct inferred_tracker *k, struct inferred_connection *c)
{
	struct inferred_message *before = c->messages;
	size_t size = c->room * sizeof *before;
	c->room = c->room ? MIN(2 * c->room, INFERRED_MESSAGES) : FIRST_ROOM;
	c->messages = rs_pool_take(&k->pool, c->room * sizeof *before);
	if (size == 0)
		return;
	memcpy(c->messages, before, size);
	rs_pool_give(&k->pool, before, size);
}

static void
keep(struct inferred_tracker *k, struct inferred_connection *c,
    const struct rs_event *ev, struct inferred_size size, bool client)
{
	if (client)
		c->bye = false; /* what looked like a close_notify was none */
	if (c->n == INFERRED_MESSAGES) {
		c->full = true;
		return;
	}
	if (c->n == c->room)
		more_room(k, c);
	c->messages[c->n++] =
	    (struct inferred_message){ev->at.complete, ev->at.to, size, client};
}

static void
goodbye(struct inferred_connection *c, rs_time at)
{
	if (!c->bye)
		c->bye_at = at;
	c->bye = true;
}

/* Two bytes may be a CRLF, or in TLS 1.3 an alert. */
static void
hear_short(struct inferred_connection *c, struct inferred_size size,
    bool client, rs_time at)
{
	if (client && (c->cipher.range || size.low == KEEPALIVE))
		c->pings++;
	else if (client && c->cipher.finished && !c->closed)
		goodbye(c, at);
}

static void
hear_data(struct inferred_tracker *k, const struct rs_event *ev)
{
	struct entry *e = entry_find(k, ev);
	if (e && ev->u.tls_data.seal == TLS_SEAL_OPENED)
		e->heard = true; /* whatever was inside */
	if (e == NULL || e->heard || !e->c.cipher.known)
		return;
	struct inferred_connection *c = &e->c;
	struct inferred_size size =
	    inferred_size(&c->cipher, ev->u.tls_data.size);
	bool client = ev->dir == e->from;
	if (ev->u.tls_data.type != 23 || size.high < 0) {
		c->odd = true;
	} else if (!c->started) {
		/* TLS 1.3: certificates, and then RFC 8446 4.4.4 */
		c->started = client && size.low == c->cipher.finished;
	} else if (size.high <= (c->cipher.range ? ANY_KEEPALIVE : KEEPALIVE)) {
		hear_short(c, size, client, ev->at.complete);
	} else {
		keep(k, c, ev, size, client);
	}
}

/* Whoever says goodbye first, by an alert or a close. */
static void
hear_goodbye(struct inferred_tracker *k, const struct rs_event *ev)
{
	struct entry *e = entry_find(k, ev);
	if (e == NULL || e->c.closed)
		return;
	e->c.closed = true;
	if (ev->dir == e->from)
		goodbye(&e->c, ev->at.complete);
}

/* ---- what is told ---- */

static void
tell(struct inferred_tracker *k, const struct entry *e)
{
	const struct inferred_story *s = &k->story;
	struct rs_span reasons[INFERRED_REASONS];
	struct rec_registration r;
	rec_init(&rec_registration_type, &r);
	for (uint32_t i = 0; i < s->n_reasons; i++)
		reasons[i] = rs_span_str(s->reasons[i]);
	r.id.frame = s->frames[0];
	r.started = s->started;
	r.ended = s->ended;
	r.client.at = e->client;
	r.server.at = e->server;
	r.transport = REC_TLS;
	r.visibility = REC_INFERRED_VISIBILITY;
	r.kind = REC_INITIAL;
	r.outcome = s->outcome;
	r.frames = (struct rec_list){
	    .v = k->story.frames, .n = s->n_frames, .size = s->n_frames};
	r.inferred_from = (struct rec_list){
	    .v = reasons, .n = s->n_reasons, .size = s->n_reasons};
	r.handshake.frame = e->hello;
	r.connection.frame = e->opened;
	k->out->record(k->out->arg, &rec_registration_type, &r);
}

static void
close_entry(struct inferred_tracker *k, struct entry *e)
{
	e->c.odd |= e->drops != k->drops;
	if (!e->heard && e->c.n) {
		inferred_judge(&e->c, &k->story);
		if (k->story.outcome == REC_OUTCOME_NONE)
			k->counts.abstained++;
		else
			tell(k, e);
	}
	drop(k, e);
}

void
inferred_tracker_finish(struct inferred_tracker *k)
{
	while (queue_first(&k->order))
		close_entry(
		    k, TRACK_OF(queue_first(&k->order), struct entry, order));
}

void
inferred_tracker_event(struct inferred_tracker *k, const struct rs_event *ev)
{
	struct entry *e;
	if (ev->type == RS_EV_DROPS && ev->u.drops.packets)
		k->drops++;
	if (ev->flow == NULL)
		return;
	switch (ev->type) {
	case RS_EV_TLS_HANDSHAKE:
		hear_handshake(k, ev);
		break;
	case RS_EV_TLS_DATA:
		hear_data(k, ev);
		break;
	case RS_EV_TLS_ALERT:
	case RS_EV_FLOW_HALF_CLOSE:
		hear_goodbye(k, ev);
		break;
	case RS_EV_GAP:
	case RS_EV_SIP_MESSAGE:
	case RS_EV_FLOW_END:
		if ((e = entry_find(k, ev)) == NULL)
			break;
		e->c.odd |= ev->type == RS_EV_GAP;
		e->heard |= ev->type == RS_EV_SIP_MESSAGE;
		if (ev->type == RS_EV_FLOW_END)
			close_entry(k, e);
		break;
	case RS_EV_NONE:
	case RS_EV_SIP_KEEPALIVE:
	case RS_EV_TLS_RECORD:
	case RS_EV_TLS_CCS:
	case RS_EV_NOT_TLS:
	case RS_EV_WS_UPGRADE:
	case RS_EV_WS_FRAME:
	case RS_EV_WS_MESSAGE:
	case RS_EV_FLOW_OPEN:
	case RS_EV_ICMP:
	case RS_EV_DROPS:
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

struct inferred_counts
inferred_tracker_counts(const struct inferred_tracker *k)
{
	return k->counts;
}
