/* SPDX-License-Identifier: Apache-2.0 */
#include "engine/ws_stage.h"

#include "engine/identify.h"
#include "engine/stream.h"
#include "websocket/session.h"
#include "websocket/upgrade.h"
#include "websocket/websocket.h"

#include <glib.h>

struct ws_stage {
	struct websocket_session *session;
	enum rs_carrier carrier;
	struct rs_account *pay;
	uint64_t *refused;
	struct ws_counts *counts;
	struct stream above; /* of its messages, once it is known */
	bool known;
};

/* One call into the session: the argument of its sink. */
struct call {
	struct ws_stage *s;
	const struct ws_stage_out *out;
};

struct ws_stage *
ws_stage_new(enum rs_carrier below, struct rs_account *pay, uint64_t *refused,
    struct ws_counts *counts)
{
	struct ws_stage *s = g_new0(struct ws_stage, 1);
	s->session = websocket_session_new(pay, refused);
	s->carrier = below == RS_OVER_TLS ? RS_OVER_WSS : RS_OVER_WS;
	s->pay = pay;
	s->refused = refused;
	s->counts = counts;
	counts->connections++;
	return s;
}

void
ws_stage_free(struct ws_stage *s)
{
	if (s == NULL)
		return;
	websocket_session_free(s->session);
	if (s->known)
		stream_clear(&s->above);
	g_free(s);
}

enum rs_carrier
ws_stage_carrier(const struct ws_stage *s)
{
	return s->carrier;
}

static void
message(const struct call *c, const struct rs_event *ev)
{
	struct ws_stage *s = c->s;
	struct rs_span body = ev->u.ws_message.body;
	if (!s->known) {
		struct identity who = identify(body, s->carrier, 0, 0);
		if (who.verdict != RS_YES)
			return;
		stream_init(
		    &s->above, who.dissector, s->carrier, s->pay, NULL, s->refused);
		s->known = true;
	}
	stream_datagram(&s->above, ev->dir, body, &ev->at, &c->out->above);
}

/* The sink of the session. */
static void
hear(void *arg, const struct rs_event *ev)
{
	const struct call *c = arg;
	struct ws_counts *n = c->s->counts;
	rs_emit(&c->out->self, ev);
	if (ev->type == RS_EV_WS_UPGRADE) {
		const struct ws_upgrade *u = ev->u.ws_upgrade;
		n->refused += !u->request && u->status >= 200;
	}
	if (ev->type != RS_EV_WS_MESSAGE)
		return;
	uint8_t opcode = ev->u.ws_message.opcode;
	n->pings += opcode == WS_PING;
	n->pongs += opcode == WS_PONG;
	n->messages += opcode < WS_CLOSE;
	if (opcode < WS_CLOSE)
		message(c, ev);
}

void
ws_stage_event(struct ws_stage *s, const struct rs_event *ev,
    const struct ws_stage_out *out)
{
	struct call c = {s, out};
	const struct rs_sink sink = {hear, &c};
	websocket_session_event(s->session, ev, &sink);
}

void
ws_stage_gap(struct ws_stage *s, enum rs_dir dir, const struct rs_stamp *at,
    const struct ws_stage_out *out)
{
	struct call c = {s, out};
	const struct rs_sink sink = {hear, &c};
	websocket_session_gap(s->session, dir, at, &sink);
}

void
ws_stage_close(struct ws_stage *s, enum rs_dir dir, const struct rs_stamp *at,
    const struct ws_stage_out *out)
{
	struct call c = {s, out};
	const struct rs_sink sink = {hear, &c};
	websocket_session_close(s->session, dir, at, &sink);
}
