/* SPDX-License-Identifier: Apache-2.0 */
/*
 * WebSocket framing.
 *
 * A head of HTTP and a frame are told apart by the first byte: 'G' and 'H' as
 * the first byte of a frame are an opcode that is reserved, and a close frame
 * that is not final (RFC 6455 5.2, 5.5).
 *
 * Which side masks (RFC 6455 5.1) is not enforced: of a connection picked up in
 * the middle the sides may be the wrong way round.
 *
 * After a gap, or bytes that are no frame, nobody knows where the next frame
 * begins: it is looked for by its content, a data frame that begins with the
 * text of a SIP start-line once unmasked.  That is sure (ten bytes of plaintext
 * and a header that fits), and what lies before it is told as skipped.  A gap
 * that lies inside of a frame that is too long to keep loses no step.
 *
 * Bytes of an anomaly: BAD_UPGRADE, BAD_FRAME 0 (SKIPPED tells); TRUNCATED what
 * was there, 0 before a gap; SKIPPED what it says.
 */
#include "websocket/websocket.h"
#include "base/cursor.h"
#include "event.h"
#include "websocket/upgrade.h"

enum {
	PROBE_PAYLOAD = 32, /* of a frame: what a start-line is told by */
	METHOD_MAX = 16,
	CONTROL_MAX = 125, /* RFC 6455 5.5 */
};

struct half {
	uint64_t skip;    /* bytes to come that are not looked at */
	uint64_t size;    /* of the payload they belong to; 0: a body of HTTP */
	uint64_t skipped; /* since resync began */
	size_t pending;   /* fed and not consumed */
	bool framed;      /* a frame was told: no HTTP any more */
	bool resync;
};

struct ws_state {
	struct half half[2];
	bool upgraded; /* the 101 was seen */
	bool extended; /* and names an extension */
};

/* One call's surroundings. */
struct call {
	struct ws_state *state;
	struct half *h;
	enum rs_dir dir;
	const struct rs_where *where;
	const struct rs_sink *out;
};

/* ------------------------------------------------------------------ headers */

struct header {
	uint8_t opcode;
	bool fin, compressed, masked;
	uint8_t mask[4];
	uint64_t size; /* of the payload */
	size_t n;      /* of the header; where it is not all there, how much is
			  wanted to go on */
};

static bool
first_byte_good(uint8_t b, bool may_be_compressed)
{
	uint8_t opcode = b & 0x0f;
	bool control = opcode >= WS_CLOSE;
	/* RFC 6455 5.2: reserved bits only as extensions say; RFC 7692 6: the
	   first of them, of the first frame of a message. */
	if (b & 0x30 ||
	    (b & 0x40 && (!may_be_compressed || control || opcode == 0)))
		return false;
	if (control) /* 5.5: never fragmented */
		return b & 0x80 && opcode <= WS_PONG;
	return opcode <= WS_BINARY;
}

/* The header that s begins with.  NO: no frame begins so. */
static enum rs_verdict
header_parse(struct header *h, struct rs_span s, bool may_be_compressed)
{
	struct rs_cur c = rs_cur_init(s);
	*h = (struct header){.n = 2};
	if (s.n && !first_byte_good(s.p[0], may_be_compressed))
		return RS_NO;
	uint8_t first = rs_cur_u8(&c), second = rs_cur_u8(&c);
	if (c.shrt)
		return RS_MAYBE;
	h->fin = first & 0x80;
	h->compressed = first & 0x40;
	h->opcode = first & 0x0f;
	h->masked = second & 0x80;
	h->size = second & 0x7f;
	if (h->opcode >= WS_CLOSE && h->size > CONTROL_MAX)
		return RS_NO;
	size_t wide = h->size == 126 ? 2 : h->size == 127 ? 8 : 0;
	h->n += wide + (h->masked ? 4 : 0);
	if (wide == 2) {
		h->size = rs_cur_u16(&c);
		if (!c.shrt && h->size < 126) /* 5.2: the shortest form */
			return RS_NO;
	} else if (wide == 8) {
		h->size = (uint64_t)rs_cur_u32(&c) << 32;
		h->size |= rs_cur_u32(&c);
		if (!c.shrt && (h->size < 65536 || h->size >> 63))
			return RS_NO;
	}
	struct rs_span mask = rs_cur_span(&c, h->masked ? 4 : 0);
	if (c.shrt)
		return RS_MAYBE;
	if (h->masked)
		memcpy(h->mask, mask.p, sizeof h->mask);
	return RS_YES;
}

/* ----------------------------------------------------------- SIP in a frame */

/* Does text, of which there may be more, begin as a SIP message does? */
static enum rs_verdict
start_line(struct rs_span text)
{
	struct rs_span version = RS_LIT("SIP/2.0 ");
	size_t n = text.n < version.n ? text.n : version.n;
	if (memcmp(text.p, version.p, n) == 0) {
		if (text.n <= version.n)
			return RS_MAYBE;
		return rs_ascii_digit(text.p[version.n]) ? RS_YES : RS_NO;
	}
	n = 0;
	while (n < text.n && text.p[n] >= 'A' && text.p[n] <= 'Z')
		n++;
	if (n > METHOD_MAX)
		return RS_NO;
	if (n == text.n)
		return RS_MAYBE;
	if (n < 3 || text.p[n] != ' ')
		return RS_NO;
	struct rs_span uri = rs_span_from(text, n + 1);
	struct rs_span sips = RS_LIT("sips:"), sip = RS_LIT("sip:");
	if (rs_span_starts(uri, sip) || rs_span_starts(uri, sips))
		return RS_YES;
	n = uri.n < sip.n ? uri.n : sip.n;
	if (memcmp(uri.p, sip.p, n) == 0)
		return RS_MAYBE;
	n = uri.n < sips.n ? uri.n : sips.n;
	return memcmp(uri.p, sips.p, n) == 0 ? RS_MAYBE : RS_NO;
}

/* Does s begin with a frame in which SIP begins?  Never MAYBE after 64 bytes.
 */
static enum rs_verdict
sip_frame(struct rs_span s)
{
	struct header h;
	uint8_t text[PROBE_PAYLOAD];
	uint8_t opcode = s.n ? s.p[0] & 0x0f : WS_TEXT;
	if (opcode != WS_TEXT && opcode != WS_BINARY)
		return RS_NO;
	enum rs_verdict v = header_parse(&h, s, false);
	if (v != RS_YES)
		return v;
	struct rs_span in = rs_span_part(s, h.n, sizeof text);
	if (in.n > h.size)
		in.n = (size_t)h.size;
	for (size_t i = 0; i < in.n; i++)
		text[i] = in.p[i] ^ h.mask[i % 4]; /* 5.3; zeros: not masked */
	v = start_line((struct rs_span){text, in.n});
	return v == RS_MAYBE && in.n == h.size ? RS_NO : v;
}

static enum rs_verdict
probe(struct rs_span head, enum rs_carrier over)
{
	(void)over;
	if (head.n && (head.p[0] == 'G' || head.p[0] == 'H'))
		return ws_upgrade_probe(head);
	return sip_frame(head);
}

/* ------------------------------------------------------------------- events */

static void
say(const struct rs_sink *out, enum rs_dir dir, const struct rs_stamp *at,
    enum rs_anomaly kind, uint64_t bytes)
{
	struct rs_event ev = {.type = RS_EV_ANOMALY, .dir = dir, .at = *at};
	ev.u.anomaly.kind = kind;
	ev.u.anomaly.bytes = bytes;
	rs_emit(out, &ev);
}

static void
say_here(const struct call *c, size_t n, enum rs_anomaly kind, uint64_t bytes)
{
	struct rs_stamp at = rs_where_stamp(c->where, 0, n);
	say(c->out, c->dir, &at, kind, bytes);
}

static struct rs_progress
done(size_t n)
{
	return (struct rs_progress){RS_PARSED, n, 0};
}

static struct rs_progress
more(const struct call *c, struct rs_span data, size_t need)
{
	c->h->pending = data.n;
	return (struct rs_progress){RS_MORE, 0, need};
}

static void
emit_frame(const struct call *c, const struct header *h, struct rs_span body)
{
	struct rs_event ev = {.type = RS_EV_WS_FRAME, .dir = c->dir};
	ev.at = rs_where_stamp(c->where, 0, h->n + body.n);
	ev.u.ws_frame = (struct ws_frame){
	    .opcode = h->opcode,
	    .fin = h->fin,
	    .compressed = h->compressed,
	    .masked = h->masked,
	    .size = h->size,
	    .body = body,
	};
	memcpy(ev.u.ws_frame.mask, h->mask, sizeof h->mask);
	rs_emit(c->out, &ev);
}

/* ------------------------------------------------------------------- resync */

static void
resync_begin(struct half *h)
{
	*h = (struct half){.framed = true, .resync = true};
}

static struct rs_progress
feed_resync(const struct call *c, struct rs_span data)
{
	struct half *h = c->h;
	size_t i = 0;
	enum rs_verdict v = RS_NO;
	while (i < data.n && (v = sip_frame(rs_span_from(data, i))) == RS_NO)
		i++;
	if (v == RS_MAYBE && i == 0)
		return more(c, data, data.n + 1);
	h->skipped += i;
	if (v != RS_YES)
		return done(i);
	if (h->skipped) {
		struct rs_stamp at = rs_where_stamp(c->where, i, 1);
		say(c->out, c->dir, &at, RS_ANOMALY_WS_SKIPPED, h->skipped);
	}
	*h = (struct half){.framed = true};
	return done(i);
}

/* ------------------------------------------------------------------- stream */

static struct rs_progress
bad_frame(const struct call *c)
{
	say_here(c, 1, RS_ANOMALY_WS_BAD_FRAME, 0);
	resync_begin(c->h);
	/* No frame begins here: the search begins with the next byte. */
	c->h->skipped = 1;
	return (struct rs_progress){RS_MALFORMED, 1, 0};
}

static struct rs_progress
feed_frame(const struct call *c, struct rs_span data)
{
	struct ws_state *st = c->state;
	struct header h;
	/* Without the 101 nobody knows what was agreed. */
	enum rs_verdict v =
	    header_parse(&h, data, st->extended || !st->upgraded);
	if (v == RS_NO)
		return bad_frame(c);
	if (v == RS_MAYBE)
		return more(c, data, data.n < h.n ? h.n : data.n + 1);
	c->h->framed = true;
	if (h.size > WS_MAX_FRAME) {
		emit_frame(c, &h, (struct rs_span){0});
		c->h->skip = c->h->size = h.size;
		return done(h.n);
	}
	size_t total = h.n + (size_t)h.size;
	if (data.n < total)
		return more(c, data, total);
	emit_frame(c, &h, rs_span_part(data, h.n, (size_t)h.size));
	return done(total);
}

/* A refusal may be followed by another try (RFC 6455 4.1: 401, redirects); its
   body is stepped over where its length is told. */
static struct rs_progress
after_response(const struct call *c, const struct ws_upgrade *u)
{
	if (u->status == 101) {
		c->state->upgraded = true;
		c->state->extended = u->extended;
	} else if (u->has_length) {
		c->h->skip = u->length;
	} else if (u->status >= 200 && u->status != 204 && u->status != 304) {
		return (struct rs_progress){RS_GIVEN_UP, 0, 0};
	}
	return done(u->size);
}

static struct rs_progress
feed_head(const struct call *c, struct rs_span data)
{
	struct ws_upgrade u;
	enum rs_verdict v = ws_upgrade_parse(&u, data);
	if (v == RS_MAYBE)
		return more(c, data, data.n + 1);
	if (v == RS_NO) {
		say_here(c, 1, RS_ANOMALY_WS_BAD_UPGRADE, 0);
		return (struct rs_progress){RS_GIVEN_UP, 0, 0};
	}
	struct rs_event ev = {.type = RS_EV_WS_UPGRADE, .dir = c->dir};
	ev.at = rs_where_stamp(c->where, 0, u.size);
	ev.u.ws_upgrade = &u;
	rs_emit(c->out, &ev);
	return u.request ? done(u.size) : after_response(c, &u);
}

static struct rs_progress
feed(void *state, enum rs_carrier over, enum rs_dir dir, struct rs_span data,
    const struct rs_where *where, const struct rs_sink *out)
{
	(void)over;
	struct ws_state *st = state;
	struct call c = {st, &st->half[dir], dir, where, out};
	struct half *h = c.h;
	h->pending = 0;
	if (data.n == 0)
		return more(&c, data, 1);
	if (h->skip) {
		size_t n = h->skip < data.n ? (size_t)h->skip : data.n;
		h->skip -= n;
		return done(n);
	}
	if (h->resync) {
		struct rs_progress p = feed_resync(&c, data);
		if (p.how == RS_MORE || p.consumed)
			return p;
	}
	if (!h->framed && (data.p[0] == 'G' || data.p[0] == 'H'))
		return feed_head(&c, data);
	return feed_frame(&c, data);
}

static void
gap(void *state, enum rs_dir dir, uint64_t missing, const struct rs_stamp *at,
    const struct rs_sink *out)
{
	struct ws_state *st = state;
	struct half *h = &st->half[dir];
	if (h->skip >= missing && h->skip) {
		h->skip -= missing;
		return;
	}
	if (h->skip && h->size)
		say(out, dir, at, RS_ANOMALY_WS_TRUNCATED, h->size - h->skip);
	/* How much had come is the stream layer's to know. */
	if (h->pending && !h->resync)
		say(out, dir, at, RS_ANOMALY_WS_TRUNCATED, 0);
	uint64_t skipped = h->resync ? h->skipped + h->pending : 0;
	resync_begin(h);
	h->skipped = skipped;
}

static void
close_half(void *state, enum rs_dir dir, struct rs_span left,
    const struct rs_stamp *at, const struct rs_sink *out)
{
	struct ws_state *st = state;
	struct half *h = &st->half[dir];
	uint64_t skipped = h->resync ? h->skipped + left.n : 0;
	if (skipped)
		say(out, dir, at, RS_ANOMALY_WS_SKIPPED, skipped);
	else if (h->skip && h->size)
		say(out, dir, at, RS_ANOMALY_WS_TRUNCATED, h->size - h->skip);
	else if (left.n)
		say(out, dir, at, RS_ANOMALY_WS_TRUNCATED, left.n);
	memset(h, 0, sizeof *h);
}

const struct rs_dissector websocket_dissector = {
    .name = "websocket",
    .carriers = RS_OVER_TCP | RS_OVER_TLS,
    .head = WS_MAX_HEAD,
    .state_size = sizeof(struct ws_state),
    .probe = probe,
    .feed = feed,
    .gap = gap,
    .close = close_half,
};
