/* SPDX-License-Identifier: Apache-2.0 */
#include "engine/pipeline.h"

#include "engine/app.h"
#include "http/http.h"
#include "net/tcp_note.h"
#include "sip/msg.h"
#include "tftp/tftp.h"
#include "tls/fingerprint.h"
#include "tls/keys.h"
#include "tls/tls.h"
#include "websocket/websocket.h"

#include <glib.h>

/* A flow is looked at this often before it is foreign: a capture may begin in
   the middle of a message, and keep-alives may come first. */
enum { TRIES = 8 };

/* A SYN flood is no list of phones: over so many, a SYN that was all there was
   of its flow is counted and makes no record. */
enum { LONE_SYNS_LISTED = 10000 };

/* How often those who wait hear that time has passed: they wait for seconds. */
static const rs_time TIME_STEP = 10 * RS_MSEC;

/* One call into the stages of a flow: the argument of their sinks. */
struct call {
	struct pipeline *p;
	struct flow *f;
};

/* ---- events up ---- */

static enum rs_carrier
carrier_of(const struct flow *f)
{
	return f->proto == NET_PROTO_UDP ? RS_OVER_UDP : RS_OVER_TCP;
}

/* What trackers may know of the flow, as it is now: each member, since to zero
   it first took half of the time. */
static void
flow_info(struct rs_flow_info *info, const struct flow *f)
{
	const struct app *app = f->app;
	info->serial = f->serial;
	memcpy(info->end, f->end, sizeof info->end);
	info->first_at = f->first_at;
	info->first = f->first;
	info->handshake = app->handshake;
	info->carrier = (uint8_t)carrier_of(f);
	info->source = RS_FROM_WIRE;
	info->from_start = app->from_start;
	info->ttl[RS_C2S] = f->ttl;
	info->ttl[RS_S2C] = f->ttl_back;
	info->pace = app->pace;
	info->tcp = NULL;
}

static void
count_keepalive(struct app *app, enum sip_keepalive kind)
{
	app->pace.pings += kind == SIP_KEEPALIVE_PING;
	app->pace.pongs += kind == SIP_KEEPALIVE_PONG;
}

/* Which side of the flow is a phone: the one that registers. */
static void
note_phone(struct flow *f, enum rs_dir dir, const struct sip_msg *m)
{
	if (f->phone == 0 && m->request && m->method == SIP_METHOD_REGISTER)
		f->phone = (uint8_t)(1 + dir);
}

/* What the flow itself learns from what is told of it. */
static void
note(struct flow *f, const struct rs_event *ev)
{
	if (ev->type == RS_EV_SIP_MESSAGE)
		note_phone(f, ev->dir, ev->u.sip_message);
	else if (ev->type == RS_EV_SIP_KEEPALIVE)
		count_keepalive(f->app, ev->u.sip_keepalive.kind);
}

/* The event of this flow.  It is copied last, since whoever wrote it has only
   just done so: to read it at once, in wider pieces, is to wait. */
static void
say_of(struct pipeline *p, const struct rs_flow_info *flow,
    const struct rs_event *ev)
{
	struct rs_event full = *ev;
	full.flow = flow;
	pipeline_say(p, &full);
}

/* The sink of sessions, and of dissectors without one. */
static void
emit_up(void *arg, const struct rs_event *ev)
{
	struct call *call = arg;
	note(call->f, ev);
	if (ev->type == RS_EV_DHCP) {
		link_stage_learn(&call->p->watch, ev);
		link_told_anew(&call->p->told);
	}
	struct rs_flow_info info;
	flow_info(&info, call->f);
	say_of(call->p, &info, ev);
}

/* With what its connection knows. */
static void
say_of_tls(struct pipeline *p, struct flow *f, const struct rs_event *ev)
{
	struct rs_flow_info info;
	struct rs_conn_brief brief;
	flow_info(&info, f);
	if (f->tcp) {
		brief = rs_conn_brief(tcp_conn_facts(f->tcp));
		info.tcp = &brief;
	}
	say_of(p, &info, ev);
}

/* The same for what came inside of something. */
static void
emit_up_inside(
    struct call *call, const struct rs_event *ev, enum rs_carrier carrier)
{
	note(call->f, ev);
	struct rs_flow_info inside;
	flow_info(&inside, call->f);
	inside.carrier = carrier;
	say_of(call->p, &inside, ev);
}

static void
emit_up_ws(void *arg, const struct rs_event *ev)
{
	struct call *call = arg;
	const struct app *app = call->f->app;
	emit_up_inside(call, ev, ws_stage_carrier(app->ws));
}

static void
emit_up_tls(void *arg, const struct rs_event *ev)
{
	emit_up_inside(arg, ev, RS_OVER_TLS);
}

static void
emit_up_wss(void *arg, const struct rs_event *ev)
{
	emit_up_inside(arg, ev, RS_OVER_WSS);
}

/* The sink of a TLS connection itself: its first event is the name of its
   handshake, for whatever is inside. */
static void
emit_up_handshake(void *arg, const struct rs_event *ev)
{
	struct call *call = arg;
	struct app *app = call->f->app;
	if (app->handshake.number == 0)
		app->handshake = ev->at.from;
	say_of_tls(call->p, call->f, ev);
}

static struct tls_stage_out
tls_out(struct call *call)
{
	return (struct tls_stage_out){.self = {emit_up_handshake, call},
	    .plain = {emit_up_tls, call},
	    .ws = {emit_up_wss, call}};
}

static struct ws_stage_out
ws_out(struct call *call)
{
	return (struct ws_stage_out){
	    .self = {emit_up, call}, .above = {emit_up_ws, call}};
}

/* The sink of dissectors whose flow has a session. */
static void
emit_session(void *arg, const struct rs_event *ev)
{
	struct call *call = arg;
	struct app *app = call->f->app;
	const struct tls_stage_out tls = tls_out(call);
	const struct ws_stage_out ws = ws_out(call);
	if (app->tls)
		tls_stage_event(app->tls, ev, &tls);
	else
		ws_stage_event(app->ws, ev, &ws);
}

static void
tell(struct pipeline *p, struct flow *f, struct rs_event *ev)
{
	struct rs_flow_info info;
	flow_info(&info, f);
	ev->flow = &info;
	pipeline_say(p, ev);
}

static struct rs_sink
sink_of(struct call *call)
{
	const struct app *app = call->f->app;
	bool session = app->tls || app->ws;
	return (struct rs_sink){session ? emit_session : emit_up, call};
}

/* ---- flows ---- */

/* Zeroed.  The engine sees to it that the oldest makes room. */
static void *
take(struct pipeline *p, size_t n)
{
	rs_account_force(&p->budgets[BUDGET_APPS], n);
	return rs_pool_zeroed(&p->pool, n);
}

static void
give(struct pipeline *p, void *of, size_t n)
{
	rs_pool_give(&p->pool, of, n);
	rs_account_refund(&p->budgets[BUDGET_APPS], n);
}

static struct app *
app_of(struct pipeline *p, struct flow *f)
{
	if (f->app)
		return f->app;
	struct app *app = take(p, sizeof *app);
	app->from_start = f->proto == NET_PROTO_UDP;
	app->last = RS_NEVER;
	f->app = app;
	return app;
}

static struct opening *
opening_of(struct pipeline *p, struct flow *f)
{
	struct app *app = app_of(p, f);
	if (app->opening)
		return app->opening;
	app->opening = take(p, sizeof *app->opening);
	opening_init(app->opening, &p->budgets[BUDGET_STREAMS]);
	return app->opening;
}

static void
opening_free(struct pipeline *p, struct app *app)
{
	if (app->opening == NULL)
		return;
	opening_clear(app->opening);
	give(p, app->opening, sizeof *app->opening);
	app->opening = NULL;
}

static void
app_free(struct pipeline *p, struct flow *f)
{
	struct app *app = f->app;
	if (app == NULL)
		return;
	if (f->claim == FLOW_OURS)
		stream_clear(&app->stream);
	tls_stage_free(app->tls);
	ws_stage_free(app->ws);
	opening_free(p, app);
	give(p, app, sizeof *app);
	f->app = NULL;
}

/* Nobody wants this flow: only counted from now on. */
static void
disclaim(struct pipeline *p, struct flow *f)
{
	app_free(p, f);
	tcp_conn_free(f->tcp);
	f->tcp = NULL;
	f->lone_syn = false;
	f->claim = FLOW_FOREIGN;
}

static void
claim(struct pipeline *p, struct flow *f, enum rs_dir dir,
    const struct rs_dissector *d, const struct rs_stamp *at)
{
	struct app *app = app_of(p, f);
	stream_init(&app->stream, d, carrier_of(f), &p->budgets[BUDGET_STREAMS],
	    &p->pool, &p->counts.streams_refused);
	if (d == &tls_dissector)
		app->tls = tls_stage_new(app->stream.state, p->prints,
		    p->keys && tls_keys_any(p->keys) ? p->keys : NULL,
		    &p->budgets[BUDGET_STREAMS], &p->pool,
		    &p->counts.streams_refused, &p->counts.ws);
	if (app->tls && (related_tls_port(p->related, f->end[RS_S2C].port) ||
			    related_tls_port(p->related, f->end[RS_C2S].port)))
		tls_stage_follow(app->tls);
	if (d == &websocket_dissector)
		app->ws =
		    ws_stage_new(carrier_of(f), &p->budgets[BUDGET_STREAMS],
			&p->counts.streams_refused, &p->counts.ws);
	f->claim = FLOW_OURS;
	f->common = d == &http_dissector; /* most of it is the web's */
	f->brief = d->brief && f->proto == NET_PROTO_UDP;
	if (f->brief)
		return; /* its messages tell all that there is */
	if (f->tcp)
		app->from_start = tcp_conn_facts(f->tcp)->from_start;
	struct rs_event open = {.type = RS_EV_FLOW_OPEN, .dir = dir, .at = *at};
	tell(p, f, &open);
}

/* It may be ours yet: its first bytes are too few, or did not come so far. */
static bool
undecided(const struct flow *f)
{
	const struct app *app = f->app;
	return (f->tcp && tcp_conn_waits(f->tcp)) ||
	       (app && app->opening && opening_waits(app->opening));
}

static void
label(struct pipeline *p, struct flow *f, const struct net_packet *packet)
{
	/* Of a message from a HEP agent there is no packet. */
	if (f->label || f->looks >= CLASSIFY_LOOKS || packet->ip.n == 0 ||
	    undecided(f))
		return;
	if (f->looks == 0 && !classify_wants(p->labels.classify, f->serial)) {
		f->looks = CLASSIFY_LOOKS;
		p->counts.unlabelled++;
		return;
	}
	labels_look(&p->labels, f, packet);
}

/* A packet of a flow of ours, at t. */
static void
keep_pace(struct app *app, rs_time t)
{
	struct rs_flow_pace *pace = &app->pace;
	if (app->last != RS_NEVER && t - app->last > pace->silence) {
		pace->silence = t - app->last;
		pace->silence_from = app->last;
	}
	if (t > app->last)
		app->last = t;
}

/* ---- UDP ---- */

void
pipeline_datagram(struct pipeline *p, struct flow *f, enum rs_dir dir,
    const struct net_packet *packet)
{
	struct call call = {p, f};
	if (f->claim == FLOW_NEW) {
		struct identity who =
		    tftp_follow_identify(&p->tftp, f, &dir, packet);
		if (who.verdict == RS_YES) {
			claim(p, f, dir, who.dissector, &packet->at);
		} else {
			label(p, f, packet);
			/* Keep-alives may come for hours before a REGISTER. */
			if (f->packets[0] + f->packets[1] > TRIES &&
			    !app_sip_port(p, f))
				disclaim(p, f);
			return;
		}
	}
	if (f->claim == FLOW_OURS) {
		struct app *app = f->app;
		struct rs_sink out = sink_of(&call);
		pipeline_source(p, &app->source[dir], packet);
		keep_pace(app, packet->at.first);
		if (dir == RS_S2C && f->ttl_back == 0)
			f->ttl_back = packet->ttl;
		if (app->stream.dissector == &tftp_dissector)
			tftp_follow_hear(&p->tftp, packet);
		stream_datagram(
		    &app->stream, dir, packet->payload, &packet->at, &out);
	}
}

/* ---- TCP ---- */

/* A TLS port whose client spoke something else, and whose server answers in
   TLS: that is a handshake which failed, and its client's doing. */
static void
look_for_tls_answer(
    struct pipeline *p, struct flow *f, enum rs_dir dir, struct rs_span bytes)
{
	struct opening *o = ((struct app *)f->app)->opening;
	if (o == NULL || dir != RS_S2C || !opening_answered_in_tls(o, bytes))
		return;
	struct rs_event ev = {
	    .type = RS_EV_NOT_TLS,
	    .dir = RS_C2S,
	    .at = o->not_tls_at,
	    .u.not_tls.head = o->not_tls,
	};
	say_of_tls(p, f, &ev);
}

static void
note_not_tls(struct pipeline *p, struct flow *f, enum rs_dir dir,
    struct rs_span bytes, const struct rs_stamp *at)
{
	if (dir == RS_C2S && related_tls_port(p->related, f->end[RS_S2C].port))
		opening_not_tls(opening_of(p, f), bytes, at);
}

static void
feed(struct call *call, enum rs_dir dir, struct rs_span bytes,
    const struct rs_stamp *at)
{
	struct app *app = call->f->app;
	struct rs_sink out = sink_of(call);
	stream_data(&app->stream, dir, bytes, at, &out);
	if (app->tls && tls_stage_opaque(app->tls) && call->f->tcp)
		tcp_conn_ignore(call->f->tcp);
}

/* What a side said before anybody claimed the flow. */
static void
feed_held(struct call *call, enum rs_dir dir)
{
	struct held *held = &opening_of(call->p, call->f)->held[dir];
	if (held->bytes.n)
		feed(call, dir, rs_buf_view(&held->bytes), &held->at);
	held_clear(held);
}

/* First bytes of a side that nobody has claimed: true when it is claimed now,
   with what was held before already fed. */
static bool
identified(struct call *call, enum rs_dir dir, struct rs_span bytes,
    const struct rs_stamp *at)
{
	struct flow *f = call->f;
	struct opening *o = opening_of(call->p, f);
	struct held *held = &o->held[dir];
	struct rs_span probed;
	struct identity who = held_identify(
	    held, bytes, RS_OVER_TCP, f->end[0].port, f->end[1].port, &probed);
	/* The head of a request is no TLS before it is all there. */
	if (who.verdict != RS_NO && who.dissector != &tls_dissector &&
	    (who.verdict == RS_YES || opening_tells(probed)))
		note_not_tls(call->p, f, dir, probed, at);
	if (who.verdict == RS_YES) {
		claim(call->p, f, dir, who.dissector,
		    held->bytes.n ? &held->at : at);
		feed_held(call, rs_dir_other(dir));
		feed_held(call, dir);
		if (!opening_not_told(o))
			opening_free(call->p, f->app);
		return true;
	}
	if (who.verdict == RS_MAYBE && held_add(held, bytes, at))
		return false;
	call->p->counts.streams_refused += who.verdict == RS_MAYBE;
	note_not_tls(call->p, f, dir, probed, at);
	held_clear(held);
	o->tries++;
	return false;
}

static void
on_data(
    void *arg, enum rs_dir dir, struct rs_span bytes, const struct rs_stamp *at)
{
	struct call *call = arg;
	struct flow *f = call->f;
	if (f->claim == FLOW_NEW && !identified(call, dir, bytes, at)) {
		look_for_tls_answer(call->p, f, dir, bytes);
		return;
	}
	look_for_tls_answer(call->p, f, dir, bytes);
	feed(call, dir, bytes, at);
}

static void
on_gap(void *arg, enum rs_dir dir, uint64_t missing, rs_time from, rs_time to,
    const struct rs_stamp *at)
{
	struct call *call = arg;
	struct flow *f = call->f;
	struct app *app = f->app;
	if (app && app->opening)
		held_clear(&app->opening->held[dir]);
	if (f->claim != FLOW_OURS)
		return;
	struct rs_sink out = sink_of(call);
	stream_gap(&app->stream, dir, missing, at, &out);
	if (app->tls) {
		const struct tls_stage_out tls = tls_out(call);
		tls_stage_gap(app->tls, dir, at, &tls);
	}
	if (app->ws) {
		const struct ws_stage_out ws = ws_out(call);
		ws_stage_gap(app->ws, dir, at, &ws);
	}
	struct rs_event ev = {
	    .type = RS_EV_GAP,
	    .dir = dir,
	    .at = *at,
	    .u.gap = {.missing = missing, .from = from, .to = to},
	};
	tell(call->p, f, &ev);
}

static void
on_close(
    void *arg, enum rs_dir dir, enum rs_ending how, const struct rs_stamp *at)
{
	struct call *call = arg;
	struct flow *f = call->f;
	if (f->claim != FLOW_OURS)
		return;
	struct app *app = f->app;
	struct rs_sink out = sink_of(call);
	stream_close(&app->stream, dir, at, &out);
	if (app->tls) {
		const struct tls_stage_out tls = tls_out(call);
		tls_stage_close(app->tls, dir, at, &tls);
	}
	if (app->ws) {
		const struct ws_stage_out ws = ws_out(call);
		ws_stage_close(app->ws, dir, at, &ws);
	}
	struct rs_event ev = {
	    .type = RS_EV_FLOW_HALF_CLOSE,
	    .dir = dir,
	    .at = *at,
	    .u.half_close.how = how,
	};
	tell(call->p, f, &ev);
}

/*
 * A flow that begins with a SYN has no connection until more comes: a flood is
 * millions of these, and a connection is several times the size of a flow.
 */
static bool
is_lone_syn(const struct flow *f, const struct net_packet *packet,
    const struct tcp_hdr *h)
{
	return f->packets[RS_C2S] == 1 && f->packets[RS_S2C] == 0 &&
	       (h->flags & (TCP_SYN | TCP_ACK | TCP_RST | TCP_FIN)) ==
		   TCP_SYN &&
	       packet->payload_wire == 0 && !packet->fragmented;
}

/* False when there is no room for it. */
static bool
make_conn(struct pipeline *p, struct flow *f)
{
	if (f->tcp)
		return true;
	f->tcp = tcp_conn_new(&p->budgets[BUDGET_FLOWS], &p->pool);
	if (f->tcp && f->lone_syn)
		tcp_conn_opened(
		    f->tcp, f->first_at, f->first, f->isn, f->ttl, f->mss);
	if (f->tcp)
		f->lone_syn = false;
	return f->tcp != NULL;
}

void
pipeline_segment(struct pipeline *p, struct flow *f, enum rs_dir dir,
    const struct net_packet *packet, const struct tcp_hdr *h)
{
	if (f->claim == FLOW_FOREIGN)
		return;
	if (is_lone_syn(f, packet, h)) {
		f->lone_syn = true;
		f->isn = h->seq;
		f->mss = h->mss;
		return;
	}
	if (!make_conn(p, f)) {
		p->counts.streams_refused++;
		disclaim(p, f);
		return;
	}
	struct call call = {p, f};
	const struct tcp_out out = {on_data, on_gap, on_close, &call};
	bool known = f->claim == FLOW_OURS;
	if (known) {
		pipeline_source(
		    p, &((struct app *)f->app)->source[dir], packet);
		keep_pace(f->app, packet->at.first);
	}
	tcp_conn_segment(f->tcp, dir, packet, h, &out);
	if (!known && f->claim == FLOW_OURS)
		pipeline_source(
		    p, &((struct app *)f->app)->source[dir], packet);
	if (f->claim == FLOW_NEW && packet->payload.n) {
		label(p, f, packet);
		const struct rs_conn_facts *facts = tcp_conn_facts(f->tcp);
		unsigned tries = facts->from_start ? 1 : TRIES;
		if (opening_of(p, f)->tries > tries && !app_sip_port(p, f))
			disclaim(p, f);
	}
}

/* ---- what is told about flows ---- */

void
pipeline_icmp(struct pipeline *p, struct flow *f, enum rs_dir dir,
    const struct net_packet *packet, const struct icmp_error *e)
{
	if (f->tcp || (f->lone_syn && make_conn(p, f))) {
		struct rs_conn_facts *facts = tcp_conn_facts(f->tcp);
		uint8_t family = packet->src.addr.family;
		/* The first one, but what says unreachable goes before. */
		if (facts->icmp.number == 0 ||
		    (rs_icmp_unreachable(family, e->type, e->code) &&
			!rs_icmp_unreachable(
			    family, facts->icmp_type, facts->icmp_code))) {
			facts->icmp_at = packet->at.first;
			facts->icmp = packet->at.from;
			facts->icmp_type = e->type;
			facts->icmp_code = e->code;
			facts->icmp_sender = packet->src.addr;
		}
	}
	if (f->claim != FLOW_OURS)
		return;
	struct rs_event ev = {
	    .type = RS_EV_ICMP,
	    .dir = dir,
	    .at = packet->at,
	    .u.icmp =
		{
		    .family = packet->src.addr.family,
		    .type = e->type,
		    .code = e->code,
		    .sender = packet->src.addr,
		    .quoted = e->quoted.payload,
		},
	};
	tell(p, f, &ev);
}

static enum rs_ending
ending(const struct rs_conn_facts *facts, enum rs_ending why)
{
	if (facts->half[0].rst.number || facts->half[1].rst.number)
		return RS_END_RST;
	if (facts->half[0].fin.number && facts->half[1].fin.number)
		return RS_END_FIN;
	return why;
}

static void
end_of_tcp(struct pipeline *p, struct flow *f, enum rs_ending why)
{
	struct call call = {p, f};
	const struct tcp_out out = {on_data, on_gap, on_close, &call};
	tcp_conn_flush(f->tcp, &out);
	struct rs_conn_facts *facts = tcp_conn_facts(f->tcp);
	facts->ending = ending(facts, why);
	for (int i = 0; i < 2; i++) {
		p->counts.gaps += facts->half[i].gaps;
		p->counts.missing += facts->half[i].missing;
	}
	if (f->claim != FLOW_OURS && !app_sip_port(p, f))
		return;
	app_of(p, f)->from_start = facts->from_start;
	struct rs_event ev = {
	    .type = RS_EV_FLOW_END,
	    .at = rs_stamp_at(facts->last_at, facts->last),
	    .u.flow_end = {.how = facts->ending, .conn = facts},
	};
	tell(p, f, &ev);
}

static void
end_of_lone_syn(struct pipeline *p, struct flow *f, enum rs_ending why)
{
	if (!app_sip_port(p, f))
		return;
	if (p->counts.lone_syns++ >= LONE_SYNS_LISTED)
		return;
	struct rs_conn_facts facts;
	tcp_note_lone_syn(&facts, f->first_at, f->first, f->ttl, f->mss);
	facts.ending = why;
	const struct rs_flow_info info = {
	    .serial = f->serial,
	    .end = {f->end[0], f->end[1]},
	    .first_at = f->first_at,
	    .first = f->first,
	    .carrier = RS_OVER_TCP,
	    .from_start = true,
	};
	struct rs_event ev = {
	    .type = RS_EV_FLOW_END,
	    .flow = &info,
	    .at = rs_stamp_at(info.first_at, info.first),
	    .u.flow_end = {.how = why, .conn = &facts},
	};
	pipeline_say(p, &ev);
}

/* Of one that went idle the next may tell how long it was silent; of others over
   UDP there is nothing to tell. */
static void
end_of_udp(struct pipeline *p, struct flow *f, enum rs_ending why)
{
	const struct app *app = f->app;
	if (f->claim != FLOW_OURS || f->brief ||
	    (why != RS_END_IDLE && !rs_flow_pace_tells(&app->pace)))
		return;
	struct rs_event ev = {
	    .type = RS_EV_FLOW_END,
	    .at = rs_stamp_at(app->last, f->first),
	    .u.flow_end = {.how = why},
	};
	tell(p, f, &ev);
}

void
pipeline_gone(struct pipeline *p, struct flow *f, enum rs_ending why)
{
	pipeline_count(p, f);
	if (f->tcp)
		end_of_tcp(p, f, why);
	else if (f->lone_syn)
		end_of_lone_syn(p, f, why);
	else
		end_of_udp(p, f, why);
	app_free(p, f);
	tcp_conn_free(f->tcp);
	f->tcp = NULL;
}

uint64_t
pipeline_syns_not_listed(const struct pipeline *p)
{
	uint64_t n = p->counts.lone_syns;
	return n > LONE_SYNS_LISTED ? n - LONE_SYNS_LISTED : 0;
}

void
pipeline_drops(struct pipeline *p, uint64_t packets, rs_time from, rs_time to)
{
	struct rs_event ev = {
	    .type = RS_EV_DROPS,
	    .u.drops = {.packets = packets, .from = from, .to = to},
	};
	pipeline_say(p, &ev);
}

/* ---- life ---- */

void
pipeline_init(struct pipeline *p, const struct related *related,
    struct tls_keys *keys, struct rs_account *budgets,
    const struct rs_sink *out, bool threads)
{
	*p = (struct pipeline){
	    .out = *out,
	    .keys = keys,
	    .related = related,
	    .budgets = budgets,
	    .prints = tls_fingerprinter_new(),
	    .now = RS_NEVER,
	    .due = RS_NEVER,
	};
	labels_init(&p->labels, threads);
	rs_pool_init(&p->pool);
}

void
pipeline_clear(struct pipeline *p)
{
	labels_clear(&p->labels);
	tls_fingerprinter_free(p->prints);
	rs_pool_clear(&p->pool);
}

void
pipeline_tell_time(struct pipeline *p)
{
	p->due = p->now + TIME_STEP;
	struct rs_event ev = {.type = RS_EV_TIME};
	pipeline_say(p, &ev);
}
