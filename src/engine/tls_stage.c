/* SPDX-License-Identifier: Apache-2.0 */
#include "engine/tls_stage.h"

#include "engine/held.h"
#include "engine/stream.h"
#include "tls/session.h"
#include "websocket/websocket.h"

/* Records of plaintext that are nobody's, before it is foreign. */
enum { TRIES = 8 };

/* What becomes of plaintext, once there is some. */
struct above {
	struct held held[2]; /* first bytes, while nobody knows them */
	struct stream stream;
	struct ws_stage *ws;
	bool known;
	uint8_t tries;
};

struct tls_stage {
	struct tls_session *session;
	struct rs_account *pay;
	struct rs_pool *pool;
	uint64_t *refused;
	struct ws_counts *counts;
	struct above *above; /* NULL: no plaintext */
	bool foreign;
};

/* One call into the stage: the argument of its sinks. */
struct call {
	struct tls_stage *s;
	const struct tls_stage_out *out;
};

struct tls_stage *
tls_stage_new(void *dissector, struct tls_fingerprinter *prints,
    struct tls_keys *keys, struct rs_account *pay, struct rs_pool *pool,
    uint64_t *refused, struct ws_counts *ws)
{
	struct tls_stage *s = rs_pool_zeroed(pool, sizeof *s);
	s->session = tls_session_new(pay, pool);
	tls_session_fingerprint(s->session, prints);
	s->pay = pay;
	s->pool = pool;
	s->refused = refused;
	s->counts = ws;
	if (keys)
		tls_session_decrypt(s->session, keys, pay, dissector);
	return s;
}

static void
above_free(struct tls_stage *s)
{
	struct above *a = s->above;
	if (a == NULL)
		return;
	for (int i = 0; i < 2; i++)
		held_clear(&a->held[i]);
	if (a->known)
		stream_clear(&a->stream);
	ws_stage_free(a->ws);
	rs_pool_give(s->pool, a, sizeof *a);
	s->above = NULL;
}

void
tls_stage_free(struct tls_stage *s)
{
	if (s == NULL)
		return;
	above_free(s);
	tls_session_free(s->session);
	rs_pool_give(s->pool, s, sizeof *s);
}

static struct above *
above_of(struct tls_stage *s)
{
	if (s->above)
		return s->above;
	s->above = rs_pool_zeroed(s->pool, sizeof *s->above);
	for (int i = 0; i < 2; i++)
		held_init(&s->above->held[i], s->pay);
	return s->above;
}

static struct ws_stage_out
ws_out(const struct call *c)
{
	return (struct ws_stage_out){
	    .self = c->out->plain, .above = c->out->ws};
}

/* The sink of the WebSocket dissector. */
static void
hear_frame(void *arg, const struct rs_event *ev)
{
	const struct call *c = arg;
	const struct ws_stage_out ws = ws_out(c);
	ws_stage_event(c->s->above->ws, ev, &ws);
}

static struct rs_sink
sink_above(struct call *c)
{
	return c->s->above->ws ? (struct rs_sink){hear_frame, c}
			       : c->out->plain;
}

static void
feed(struct call *c, enum rs_dir dir, struct rs_span bytes,
    const struct rs_stamp *at)
{
	const struct rs_sink out = sink_above(c);
	stream_data(&c->s->above->stream, dir, bytes, at, &out);
}

static void
feed_held(struct call *c, enum rs_dir dir)
{
	struct held *h = &c->s->above->held[dir];
	if (h->bytes.n)
		feed(c, dir, rs_buf_view(&h->bytes), &h->at);
	held_clear(h);
}

/* First bytes of plaintext: true when somebody knows them, with what was held
   before already fed. */
static bool
identified(struct call *c, enum rs_dir dir, struct rs_span bytes,
    const struct rs_stamp *at)
{
	struct tls_stage *s = c->s;
	struct above *a = s->above;
	struct held *held = &a->held[dir];
	struct rs_span all;
	struct identity who = held_identify(held, bytes, RS_OVER_TLS, 0, 0, &all);
	if (who.verdict == RS_YES) {
		stream_init(&a->stream, who.dissector, RS_OVER_TLS, s->pay,
		    s->pool, s->refused);
		a->known = true;
		if (who.dissector == &websocket_dissector)
			a->ws = ws_stage_new(
			    RS_OVER_TLS, s->pay, s->refused, s->counts);
		feed_held(c, rs_dir_other(dir));
		feed_held(c, dir);
		return true;
	}
	if (who.verdict == RS_MAYBE && held_add(held, bytes, at))
		return false;
	*s->refused += who.verdict == RS_MAYBE;
	held_clear(held);
	a->tries++;
	return false;
}

static void
plaintext(struct call *c, enum rs_dir dir, struct rs_span bytes,
    const struct rs_stamp *at)
{
	struct tls_stage *s = c->s;
	struct above *a = above_of(s);
	if (a->known || identified(c, dir, bytes, at)) {
		feed(c, dir, bytes, at);
		return;
	}
	if (a->tries < TRIES)
		return;
	above_free(s);
	s->foreign = true;
	tls_session_stop(s->session);
}

/* Plaintext of this direction is missing: how much, nobody knows. */
static void
lost(struct call *c, enum rs_dir dir, const struct rs_stamp *at)
{
	const uint64_t any = UINT64_C(1) << 40;
	struct above *a = c->s->above;
	if (a == NULL)
		return;
	held_clear(&a->held[dir]);
	if (!a->known)
		return;
	const struct rs_sink out = sink_above(c);
	stream_gap(&a->stream, dir, any, at, &out);
	if (a->ws) {
		const struct ws_stage_out ws = ws_out(c);
		ws_stage_gap(a->ws, dir, at, &ws);
	}
}

/* A record that did not open, where others do: what was in it is as good as not
   captured, and nobody may say that it did not come. */
static void
stayed_shut(struct call *c, const struct rs_event *ev)
{
	const struct above *a = c->s->above;
	if (a == NULL || !a->known)
		return;
	lost(c, ev->dir, &ev->at);
	struct rs_event gap = {
	    .type = RS_EV_GAP,
	    .dir = ev->dir,
	    .at = ev->at,
	    .u.gap = {.missing = ev->u.tls_data.size,
		.from = ev->at.first,
		.to = ev->at.complete},
	};
	rs_emit(&c->out->plain, &gap);
}

/* The sink of the session. */
static void
hear(void *arg, const struct rs_event *ev)
{
	struct call *c = arg;
	if (ev->type != RS_EV_TLS_DATA ||
	    ev->u.tls_data.seal != TLS_SEAL_OPENED) {
		rs_emit(&c->out->self, ev);
		if (ev->type == RS_EV_TLS_DATA)
			stayed_shut(c, ev);
		return;
	}
	struct rs_event told = *ev;
	struct rs_span plain = ev->u.tls_data.plain;
	told.u.tls_data.plain = (struct rs_span){0};
	rs_emit(&c->out->self, &told);
	if (plain.n && !c->s->foreign)
		plaintext(c, ev->dir, plain, &ev->at);
}

void
tls_stage_event(struct tls_stage *s, const struct rs_event *ev,
    const struct tls_stage_out *out)
{
	struct call c = {s, out};
	const struct rs_sink sink = {hear, &c};
	tls_session_event(s->session, ev, &sink);
}

void
tls_stage_gap(struct tls_stage *s, enum rs_dir dir, const struct rs_stamp *at,
    const struct tls_stage_out *out)
{
	struct call c = {s, out};
	tls_session_gap(s->session, dir);
	lost(&c, dir, at);
}

void
tls_stage_close(struct tls_stage *s, enum rs_dir dir, const struct rs_stamp *at,
    const struct tls_stage_out *out)
{
	struct call c = {s, out};
	struct above *a = s->above;
	if (a == NULL || !a->known)
		return;
	const struct rs_sink sink = sink_above(&c);
	stream_close(&a->stream, dir, at, &sink);
	if (a->ws) {
		const struct ws_stage_out ws = ws_out(&c);
		ws_stage_close(a->ws, dir, at, &ws);
	}
}

void
tls_stage_follow(struct tls_stage *s)
{
	tls_session_follow(s->session);
}

bool
tls_stage_opaque(const struct tls_stage *s)
{
	return tls_session_opaque(s->session);
}
