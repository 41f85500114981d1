/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What happened to each TCP connection that concerns registration.
 *
 * Everything is in the facts that FLOW_END brings; what was heard before (SIP,
 * a related ClientHello) is a mark of a few bytes per connection, dropped with
 * it.  A connection that carried nothing of ours costs nothing here until its
 * end.
 */
#include "track/conn.h"

#include "base/pool.h"
#include "sip/msg.h"
#include "tls/hello.h"
#include "track/keepalive.h"
#include "track/table.h"

#include <glib.h>
#include <stdio.h>

/* Of a mark, what it takes in the table included. */
enum { MAX_FRAMES = 16, MARK_COST = 96 };

struct mark {
	struct table_node by_flow; /* its hash is the serial of the flow */
	bool sip, tls, related;
	bool registers;        /* a REGISTER or an answer to one was on it: */
	enum rs_dir registrar; /* this side answers */
};

struct conn_tracker {
	const struct related *related;
	struct rs_account *pay;
	const struct rec_sink *out;
	struct rs_pool pool;
	struct table marks; /* struct mark by flow */
	size_t n_marks;
	struct rec_arena arena;
	struct rec_connection blank; /* all absent: cheaper than rec_init() */
};

struct conn_tracker *
conn_tracker_new(const struct related *related, struct rs_account *pay,
    const struct rec_sink *out)
{
	struct conn_tracker *k = g_new0(struct conn_tracker, 1);
	k->related = related;
	k->pay = pay;
	k->out = out;
	rs_pool_init(&k->pool);
	table_init(&k->marks, NULL);
	rec_arena_init(&k->arena, pay, &k->pool);
	rec_init(&rec_connection_type, &k->blank);
	return k;
}

void
conn_tracker_free(struct conn_tracker *k)
{
	if (k == NULL)
		return;
	rs_account_refund(k->pay, k->n_marks * MARK_COST);
	table_clear(&k->marks);
	rec_arena_clear(&k->arena);
	rs_pool_clear(&k->pool);
	g_free(k);
}

/* Serials are ours: their low bits are as good as any. */
static struct mark *
mark_find(const struct conn_tracker *k, uint64_t serial)
{
	/* its first member */
	return (struct mark *)(void *)table_first(&k->marks, serial);
}

void
conn_tracker_ahead(const struct conn_tracker *k, const struct rs_event *ev)
{
	if (ev->type == RS_EV_SIP_MESSAGE || ev->type == RS_EV_FLOW_END ||
	    ev->type == RS_EV_TLS_HANDSHAKE)
		table_ahead(&k->marks, ev->flow->serial);
}

/* NULL when there is no room: the mark only adds what the ports do not say. */
static struct mark *
mark_touch(struct conn_tracker *k, uint64_t serial)
{
	struct mark *m = mark_find(k, serial);
	if (m || !rs_account_charge(k->pay, MARK_COST))
		return m;
	m = rs_pool_zeroed(&k->pool, sizeof *m);
	table_add(&k->marks, &m->by_flow, serial);
	k->n_marks++;
	return m;
}

static void
mark_drop(struct conn_tracker *k, struct mark *m)
{
	table_remove(&k->marks, &m->by_flow);
	k->n_marks--;
	rs_account_refund(k->pay, MARK_COST);
	rs_pool_give(&k->pool, m, sizeof *m);
}

/*
 * The side that serves.  Where the opening was not seen, the flow's direction
 * is a guess from its first packet; who registers knows better, and a known
 * port is the better guess.
 */
static enum rs_dir
server_side(const struct conn_tracker *k, const struct rs_flow_info *flow,
    const struct mark *m)
{
	if (flow->from_start)
		return RS_S2C;
	if (m && m->registers)
		return m->registrar;
	bool swapped = related_sip_port(k->related, flow->end[RS_C2S].port) &&
		       !related_sip_port(k->related, flow->end[RS_S2C].port);
	return swapped ? RS_C2S : RS_S2C;
}

static void
hear_sip(struct conn_tracker *k, const struct rs_event *ev)
{
	struct mark *m = mark_touch(k, ev->flow->serial);
	if (m == NULL)
		return;
	m->sip = true;
	if (ev->type != RS_EV_SIP_MESSAGE || m->registers ||
	    ev->u.sip_message->method != SIP_METHOD_REGISTER)
		return;
	m->registers = true;
	m->registrar =
	    ev->u.sip_message->request ? rs_dir_other(ev->dir) : ev->dir;
}

static void
hear_hello(struct conn_tracker *k, const struct rs_event *ev)
{
	const struct tls_client_hello *hello =
	    ev->u.tls_handshake.u.client_hello;
	if (ev->u.tls_handshake.type != TLS_HS_CLIENT_HELLO)
		return;
	const struct rs_endpoint *server =
	    &ev->flow->end[rs_dir_other(ev->dir)];
	struct rs_span sni = hello ? hello->sni : (struct rs_span){0};
	struct rs_span alpn = hello ? hello->alpn : (struct rs_span){0};
	if (!related_server(k->related, server, sni) && !related_offers(alpn))
		return;
	struct mark *m = mark_touch(k, ev->flow->serial);
	if (m)
		m->tls = m->related = true;
}

static bool
earlier(rs_time a, rs_time b)
{
	return a != RS_NEVER && (b == RS_NEVER || a < b);
}

/* A close is in order when both sides said FIN before anybody reset. */
static bool
reset_after_close(const struct rs_conn_facts *f, rs_time rst)
{
	return f->half[0].fin_at != RS_NEVER && f->half[1].fin_at != RS_NEVER &&
	       f->half[0].fin_at <= rst && f->half[1].fin_at <= rst;
}

static const char *
established_state(const struct rs_half_facts *o, const struct rs_half_facts *r,
    const struct rs_conn_facts *f)
{
	bool by_orig = earlier(o->rst_at, r->rst_at);
	rs_time rst = by_orig ? o->rst_at : r->rst_at;
	if (rst != RS_NEVER && !reset_after_close(f, rst))
		return by_orig ? "RSTO" : "RSTR";
	if (o->fin_at != RS_NEVER && r->fin_at != RS_NEVER)
		return "SF";
	if (o->fin_at != RS_NEVER)
		return "S2";
	return r->fin_at != RS_NEVER ? "S3" : "S1";
}

/* Zeek, base/protocols/conn: the letters and what they stand for. */
const char *
conn_state(const struct rs_conn_facts *f)
{
	const struct rs_half_facts *o = &f->half[RS_C2S], *r = &f->half[RS_S2C];
	if (o->syns && r->syns)
		return established_state(o, r, f);
	if (o->syns) {
		/* Data without a SYN-ACK: it was there and not captured. */
		if (o->bytes || r->bytes || f->established_at != RS_NEVER)
			return "OTH";
		if (r->rst_at != RS_NEVER)
			return r->rst_late ? "OTH" : "REJ";
		if (o->rst_at != RS_NEVER)
			return "RSTOS0";
		if (o->fin_at != RS_NEVER)
			return "SH";
		return r->packets ? "OTH" : "S0";
	}
	if (r->syns && o->packets == 0) {
		if (r->rst_at != RS_NEVER)
			return "RSTRH";
		if (r->fin_at != RS_NEVER)
			return "SHR";
	}
	return "OTH";
}

static const char *
open_how(enum rs_ending how)
{
	switch (how) {
	case RS_END_REUSED:
		return "reused";
	case RS_END_IDLE:
		return "idle";
	case RS_END_EVICTED:
		return "evicted";
	case RS_END_NONE:
	case RS_END_FIN:
	case RS_END_RST:
	case RS_END_CAPTURE:
		break;
	}
	return "open";
}

/* Who closed first, and how. */
static void
fill_close(struct rec_connection *c, const struct rs_conn_facts *f,
    enum rs_ending how, enum rs_dir server)
{
	rs_time at = RS_NEVER;
	c->closed_how = rs_span_str(open_how(how));
	for (int d = 0; d < 2; d++) {
		const struct rs_half_facts *h = &f->half[d];
		enum rec_side side = d == (int)server ? REC_SERVER : REC_CLIENT;
		if (earlier(h->fin_at, at)) {
			at = h->fin_at;
			c->closed_by = side;
			c->closed_how = RS_LIT("fin");
			c->close_frame = h->fin;
		}
		if (earlier(h->rst_at, at)) {
			at = h->rst_at;
			c->closed_by = side;
			c->closed_how = RS_LIT("rst");
			c->close_frame = h->rst;
		}
	}
}

/* Into its place among the n that are in order: few, and mostly the last. */
static void
put_in_order(struct rs_frame *v, size_t n, struct rs_frame f)
{
	for (; n > 0 && rs_frame_cmp(v[n - 1], f) > 0; n--)
		v[n] = v[n - 1];
	v[n] = f;
}

/* Where the client has sent nothing but SYNs, the last of them. */
static struct rs_frame
last_syn(const struct rs_half_facts *cl)
{
	return cl->syns > 1 && cl->packets == cl->syns ? cl->last
						       : (struct rs_frame){0};
}

static void
fill_frames(struct rec_connection *c, const struct rs_conn_facts *f,
    struct rec_arena *a)
{
	const struct rs_frame all[] = {f->first, last_syn(&f->half[RS_C2S]),
	    f->half[0].syn, f->half[1].syn, f->established, f->icmp,
	    f->half[0].fin, f->half[1].fin, f->half[0].rst, f->half[1].rst};
	struct rs_frame v[MAX_FRAMES];
	size_t n = 0;
	for (size_t i = 0; i < G_N_ELEMENTS(all); i++)
		if (all[i].number)
			put_in_order(v, n++, all[i]);
	for (size_t i = 0; i < n; i++)
		if (i == 0 || !rs_frame_eq(v[i], v[i - 1]))
			*(struct rs_frame *)rec_list_add(
			    &c->frames, a, sizeof *v) = v[i];
}

static int64_t
between(rs_time from, rs_time to)
{
	return from == RS_NEVER || to == RS_NEVER || to < from ? REC_ABSENT
							       : to - from;
}

static void
fill_times(struct rec_connection *c, const struct rs_half_facts *cl,
    const struct rs_half_facts *sv, const struct rs_conn_facts *f)
{
	c->started = f->first_at;
	c->ended = f->last_at;
	/* A repeated SYN makes it unknown which one was answered. */
	if (cl->syns == 1 && sv->syns == 1) {
		c->rtt_server = between(cl->syn_at, sv->syn_at);
		c->rtt_client = between(sv->syn_at, f->established_at);
	}
}

static void
fill_counts(struct rec_connection *c, const struct rs_half_facts *cl,
    const struct rs_half_facts *sv)
{
	c->syns = cl->syns;
	if (cl->ttl)
		c->ttl = cl->ttl;
	if (cl->mss)
		c->mss = cl->mss;
	c->bytes_client = (int64_t)cl->bytes;
	c->bytes_server = (int64_t)sv->bytes;
	c->retransmissions_client = cl->retransmissions;
	c->retransmissions_server = sv->retransmissions;
	c->gaps = (int64_t)cl->gaps + sv->gaps;
	c->missing_bytes = (int64_t)(cl->missing + sv->missing);
	c->syn_frame = cl->syn;
	c->syn_ack_frame = sv->syn;
	if (cl->conflicts || sv->conflicts) {
		c->differ = (int64_t)cl->conflicts + sv->conflicts;
		c->differ_frame =
		    cl->conflicts == 0 ||
			    (sv->conflicts &&
				rs_frame_cmp(sv->conflict, cl->conflict) < 0)
			? sv->conflict
			: cl->conflict;
	}
}

static void
fill_icmp(struct rec_connection *c, const struct rs_conn_facts *f,
    struct rec_arena *a)
{
	char text[16];
	if (f->icmp_at == RS_NEVER || f->icmp.number == 0)
		return;
	snprintf(text, sizeof text, "%u/%u", f->icmp_type, f->icmp_code);
	c->icmp = rec_arena_text(a, rs_span_str(text));
	c->icmp_frame = f->icmp;
	c->icmp_from.at.addr = f->icmp_sender;
}

/* How far the identification of one packet may be from that of the one before
   it, where a host counts (RFC 6864 lets it do otherwise). */
static bool
counts_on(uint16_t before, uint16_t after)
{
	uint16_t step = (uint16_t)(after - before);
	return step > 0 && step <= 1024;
}

/* Hosts reset with no window, or with one like that of their last packet. */
static bool
other_window(const struct rs_half_facts *h)
{
	uint16_t a = h->rst_window, b = h->last_window;
	return a && b && (a / 2 > b || b / 2 > a);
}

/*
 * Whether a reset looks like its sender's other packets.  Hosts send some
 * resets without timestamps and with identification 0, but none with another
 * TTL: that alone is no more than a hint, and whoever judges asks for two.
 */
static void
fill_reset(struct rec_connection *c, const struct rs_half_facts *h,
    struct rec_arena *a)
{
	bool counter = counts_on(h->old_ip_id, h->last_ip_id);
	bool fixed = h->old_ip_id == 0 && h->last_ip_id == 0;
	const struct {
		bool differs;
		const char *name;
	} all[] = {
	    {h->rst_ttl != h->last_ttl && h->ttl == h->last_ttl, "ttl"},
	    {h->last_timestamps && !h->rst_timestamps, "timestamps"},
	    {h->rst_ip_id &&
		    ((fixed && h->rst_ip_id != h->last_ip_id) ||
			(counter && !counts_on(h->last_ip_id, h->rst_ip_id))),
		"ip_id"},
	    {other_window(h), "window"},
	};
	if (h->rst_ttl == 0 || h->last_ttl == 0)
		return;
	for (size_t i = 0; i < G_N_ELEMENTS(all); i++)
		if (all[i].differs)
			*(struct rs_span *)rec_list_add(&c->reset_differs, a,
			    sizeof(struct rs_span)) = rs_span_str(all[i].name);
}

static void
fill_hole(struct rec_connection *c, const struct rs_half_facts *sv)
{
	if (sv->hole_acks == 0)
		return;
	c->hole_bytes = sv->hole;
	c->hole = c->ended - sv->hole_at;
	c->hole_frame = sv->hole_frame;
}

static void
fill_idle(struct rec_connection *c, const struct rs_idle_facts *i)
{
	if (i->packet.number == 0)
		return;
	c->idle = i->to - i->from;
	c->idle_frame = i->packet;
	if (!i->data)
		return;
	c->idle_by = i->by == RS_C2S ? REC_CLIENT : REC_SERVER;
	c->idle_answered = i->answered ? RS_TRUE : RS_FALSE;
	c->idle_reset = i->reset ? RS_TRUE : RS_FALSE;
	c->idle_repeats = i->repeats;
	c->idle_waited = c->ended - i->to;
}

/* The facts with the roles exchanged, for whoever reads them by direction. */
static struct rs_conn_facts
turned(const struct rs_conn_facts *f)
{
	struct rs_conn_facts g = *f;
	g.half[RS_C2S] = f->half[RS_S2C];
	g.half[RS_S2C] = f->half[RS_C2S];
	g.idle.by = f->idle.by == RS_C2S ? RS_S2C : RS_C2S;
	return g;
}

static void
close_connection(
    struct conn_tracker *k, const struct rs_event *ev, const struct mark *m)
{
	const struct rs_conn_facts *f = ev->u.flow_end.conn;
	enum rs_dir server = server_side(k, ev->flow, m);
	struct rec_connection c = k->blank;
	c.server.at = ev->flow->end[server];
	c.client.at = ev->flow->end[rs_dir_other(server)];
	c.related = m && (m->sip || m->related) ? RS_TRUE : RS_UNKNOWN;
	c.related = related_connection(k->related, &c);
	if (c.related != RS_TRUE)
		return;
	struct rs_conn_facts other;
	if (server == RS_C2S) {
		other = turned(f);
		f = &other;
	}
	c.id.frame = ev->flow->first;
	c.transport = m && m->tls ? REC_TLS : REC_TCP;
	c.conn_state = rs_span_str(conn_state(f));
	c.from_start = f->from_start ? RS_TRUE : RS_FALSE;
	fill_times(&c, &f->half[RS_C2S], &f->half[RS_S2C], f);
	fill_counts(&c, &f->half[RS_C2S], &f->half[RS_S2C]);
	fill_close(&c, f, ev->u.flow_end.how, RS_S2C);
	fill_icmp(&c, f, &k->arena);
	fill_frames(&c, f, &k->arena);
	keepalive_record(&c.keepalive, &ev->flow->pace);
	fill_reset(&c,
	    &f->half[earlier(f->half[RS_C2S].rst_at, f->half[RS_S2C].rst_at)
			 ? RS_C2S
			 : RS_S2C],
	    &k->arena);
	if (f->half[RS_C2S].bytes && f->half[RS_S2C].packets &&
	    f->half[RS_C2S].gaps == 0)
		c.acked_client = f->half[RS_C2S].acked ? RS_TRUE : RS_FALSE;
	fill_hole(&c, &f->half[RS_S2C]);
	fill_idle(&c, &f->idle);
	k->out->record(k->out->arg, &rec_connection_type, &c);
	rec_arena_reset(&k->arena);
}

static void
hear_end(struct conn_tracker *k, const struct rs_event *ev)
{
	struct mark *m = mark_find(k, ev->flow->serial);
	if (ev->u.flow_end.conn)
		close_connection(k, ev, m);
	if (m)
		mark_drop(k, m);
}

void
conn_tracker_event(struct conn_tracker *k, const struct rs_event *ev)
{
	if (ev->flow == NULL || ev->flow->carrier == RS_OVER_UDP)
		return;
	switch (ev->type) {
	case RS_EV_WS_UPGRADE: /* for SIP, or it would not be ours */
	case RS_EV_SIP_MESSAGE:
		hear_sip(k, ev);
		break;
	case RS_EV_TLS_HANDSHAKE:
		hear_hello(k, ev);
		break;
	case RS_EV_FLOW_END:
		hear_end(k, ev);
		break;
	case RS_EV_NONE:
	case RS_EV_SIP_KEEPALIVE:
	case RS_EV_TLS_RECORD:
	case RS_EV_TLS_ALERT:
	case RS_EV_TLS_CCS:
	case RS_EV_TLS_DATA:
	case RS_EV_NOT_TLS:
	case RS_EV_WS_FRAME:
	case RS_EV_WS_MESSAGE:
	case RS_EV_FLOW_OPEN:
	case RS_EV_GAP:
	case RS_EV_FLOW_HALF_CLOSE:
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
