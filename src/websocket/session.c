/* SPDX-License-Identifier: Apache-2.0 */
/*
 * WebSocket of one flow: from frames to messages.
 *
 * A message that lies unmasked in one frame is told as it is there; all others
 * pass through a buffer of their side.  Control frames may come between the
 * frames of a message (RFC 6455 5.4) and leave it alone.
 *
 * After a gap the first frame of a message may be missing: continuations are
 * then dropped until a message begins, and told once.
 */
#include "websocket/session.h"

#include "base/buf.h"
#include "websocket/websocket.h"

#include <stdlib.h>

struct side {
	struct rs_buf bytes; /* of the message under way, unmasked */
	struct rs_stamp at;  /* of all its frames so far */
	uint64_t size;       /* of its payload so far */
	uint8_t opcode;
	bool open;    /* a message is under way */
	bool refused; /* there was no room for it: counted */
	bool gapped;  /* the beginning of a message may have been missed */
	enum rs_anomaly lost; /* why the message under way will not be told */
};

struct websocket_session {
	uint64_t *refused;
	struct side side[2];
};

struct websocket_session *
websocket_session_new(struct rs_account *pay, uint64_t *refused)
{
	struct websocket_session *s = calloc(1, sizeof *s);
	if (s == NULL)
		abort();
	s->refused = refused;
	for (size_t i = 0; i < 2; i++) {
		rs_buf_init(
		    &s->side[i].bytes, WEBSOCKET_SESSION_MAX_MESSAGE, pay);
		s->side[i].gapped = true; /* it may begin anywhere */
	}
	return s;
}

void
websocket_session_free(struct websocket_session *s)
{
	if (s == NULL)
		return;
	rs_buf_clear(&s->side[0].bytes);
	rs_buf_clear(&s->side[1].bytes);
	free(s);
}

static void
anomaly(enum rs_dir dir, const struct rs_stamp *at, enum rs_anomaly kind,
    uint64_t bytes, const struct rs_sink *out)
{
	const struct rs_event ev = {
	    .type = RS_EV_ANOMALY,
	    .dir = dir,
	    .at = *at,
	    .u.anomaly = {.kind = kind, .bytes = bytes},
	};
	rs_emit(out, &ev);
}

static void
message(enum rs_dir dir, const struct rs_stamp *at, const struct ws_message *m,
    const struct rs_sink *out)
{
	const struct rs_event ev = {
	    .type = RS_EV_WS_MESSAGE,
	    .dir = dir,
	    .at = *at,
	    .u.ws_message = *m,
	};
	rs_emit(out, &ev);
}

static void
unmask(uint8_t *to, const struct ws_frame *f)
{
	for (size_t i = 0; i < f->body.n; i++)
		to[i] = f->body.p[i] ^ f->mask[i % 4]; /* RFC 6455 5.3 */
}

/* RFC 6455 5.5: at most 125 bytes, never in pieces. */
static void
control(const struct rs_event *ev, const struct rs_sink *out)
{
	const struct ws_frame *f = &ev->u.ws_frame;
	uint8_t clear[125];
	struct ws_message m = {.opcode = f->opcode};
	if (f->body.n > sizeof clear)
		return;
	unmask(clear, f);
	m.body = (struct rs_span){clear, f->body.n};
	if (f->opcode == WS_CLOSE && m.body.n >= 2) { /* 5.5.1 */
		m.code = (uint16_t)(clear[0] << 8 | clear[1]);
		m.body = rs_span_from(m.body, 2);
	}
	message(ev->dir, &ev->at, &m, out);
}

static void
forget(struct side *side)
{
	side->open = side->refused = false;
	side->lost = RS_ANOMALY_NONE;
	side->size = 0;
	rs_buf_clear(&side->bytes);
}

/* The first frame of a message. */
static void
begin(struct side *side, const struct rs_event *ev)
{
	const struct ws_frame *f = &ev->u.ws_frame;
	side->open = true;
	side->opcode = f->opcode;
	side->at = ev->at;
	if (f->compressed)
		side->lost = RS_ANOMALY_WS_COMPRESSED;
	/* A continuation of nothing: lost with a gap, or its sender's error. */
	if (f->opcode == WS_CONTINUATION)
		side->lost = side->gapped ? RS_ANOMALY_WS_TRUNCATED
					  : RS_ANOMALY_WS_BAD_FRAME;
	side->gapped = false;
}

static void
add(struct websocket_session *s, struct side *side, const struct ws_frame *f)
{
	struct rs_buf *b = &side->bytes;
	side->size += f->size;
	if (side->lost == RS_ANOMALY_NONE && f->size > b->max - b->n)
		side->lost = RS_ANOMALY_WS_TOO_LONG;
	if (side->lost != RS_ANOMALY_NONE || side->refused) {
		rs_buf_clear(b);
		return;
	}
	if (f->body.n == 0)
		return;
	uint8_t *to = rs_buf_reserve(b, f->body.n);
	if (to == NULL) {
		(*s->refused)++;
		side->refused = true;
		rs_buf_clear(b);
		return;
	}
	unmask(to, f);
	b->n += f->body.n;
}

static void
end(struct side *side, enum rs_dir dir, const struct rs_sink *out)
{
	if (side->lost != RS_ANOMALY_NONE)
		anomaly(dir, &side->at, side->lost, side->size, out);
	else if (!side->refused)
		message(dir, &side->at,
		    &(struct ws_message){.opcode = side->opcode,
			.body = rs_buf_view(&side->bytes)},
		    out);
	forget(side);
}

static void
data(struct websocket_session *s, const struct rs_event *ev,
    const struct rs_sink *out)
{
	struct side *side = &s->side[ev->dir];
	const struct ws_frame *f = &ev->u.ws_frame;
	bool first = f->opcode != WS_CONTINUATION;
	if (first && side->open) {
		/* RFC 6455 5.4: messages are not interleaved. */
		anomaly(ev->dir, &side->at, RS_ANOMALY_WS_TRUNCATED, side->size,
		    out);
		forget(side);
	}
	if (!side->open)
		begin(side, ev);
	/* Whole and in clear: no copy. */
	if (first && f->fin && !f->masked && f->body.p && !f->compressed) {
		message(ev->dir, &ev->at,
		    &(struct ws_message){.opcode = f->opcode, .body = f->body},
		    out);
		forget(side);
		return;
	}
	if (ev->at.complete > side->at.complete) {
		side->at.complete = ev->at.complete;
		side->at.to = ev->at.to;
	}
	add(s, side, f);
	if (f->fin)
		end(side, ev->dir, out);
}

/* What is under way will not be whole. */
static void
cut(struct side *side)
{
	forget(side);
	side->gapped = true;
}

void
websocket_session_event(struct websocket_session *s, const struct rs_event *ev,
    const struct rs_sink *out)
{
	if (ev->type == RS_EV_WS_FRAME) {
		if (ev->u.ws_frame.opcode >= WS_CLOSE)
			control(ev, out);
		else
			data(s, ev, out);
		return;
	}
	if (ev->type == RS_EV_WS_UPGRADE) /* so it begins here */
		s->side[0].gapped = s->side[1].gapped = false;
	if (ev->type == RS_EV_ANOMALY) /* the frames are not in step */
		cut(&s->side[ev->dir]);
	rs_emit(out, ev);
}

void
websocket_session_gap(struct websocket_session *s, enum rs_dir dir,
    const struct rs_stamp *at, const struct rs_sink *out)
{
	struct side *side = &s->side[dir];
	if (side->open)
		anomaly(dir, at, RS_ANOMALY_WS_TRUNCATED, side->size, out);
	cut(side);
}

void
websocket_session_close(struct websocket_session *s, enum rs_dir dir,
    const struct rs_stamp *at, const struct rs_sink *out)
{
	websocket_session_gap(s, dir, at, out);
}
