/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Framing of HTTP/1.x.
 *
 * How long the body of a response is depends on its request (RFC 9112 6.3:
 * none after HEAD, all that follows after CONNECT), so the methods of requests
 * without their response stand in a short row, which both directions share.
 *
 * After a gap inside a body of known length nothing is lost but bytes; after
 * any other, what comes is looked at line by line for a head.
 */
#include "http/http.h"
#include "event.h"

enum {
	AHEAD = 16,      /* requests that may wait for their responses */
	LINE_MOST = 1024 /* of a chunk's size, and of a trailer */
};

enum stage {
	STAGE_HEAD,
	STAGE_LENGTH,     /* a body of known length */
	STAGE_CLOSE,      /* a body that ends with the connection */
	STAGE_CHUNK_SIZE, /* RFC 9112 7.1 */
	STAGE_CHUNK,
	STAGE_CHUNK_END,
	STAGE_TRAILER,
	STAGE_RESYNC, /* bytes are missing: until a head begins */
};

struct half {
	uint8_t stage; /* enum stage */
	bool lacks;    /* some of this message is missing */
	bool mid;      /* of STAGE_RESYNC: not at the beginning of a line */
	uint64_t left; /* bytes of the body, or chunk, to come */
	uint64_t body; /* bytes of it that came */
};

struct http_state {
	struct half half[2];
	uint16_t bodiless; /* a bit a request in the row: HEAD */
	uint8_t waiting;   /* requests in the row */
};

struct call {
	struct http_state *s;
	struct half *h;
	enum rs_dir dir;
	struct rs_span data;
	const struct rs_where *where;
	const struct rs_sink *out;
};

static const struct rs_progress GIVEN_UP = {.how = RS_GIVEN_UP};

static struct rs_progress
took(size_t n)
{
	return (struct rs_progress){.how = RS_PARSED, .consumed = n};
}

static struct rs_progress
more(const struct call *c)
{
	return (struct rs_progress){.how = RS_MORE, .need = c->data.n + 1};
}

static void
tell(enum rs_dir dir, const struct rs_stamp *at, const struct http_msg *m,
    const struct rs_sink *out)
{
	const struct rs_event ev = {
	    .type = RS_EV_HTTP, .dir = dir, .at = *at, .u.http = m};
	rs_emit(out, &ev);
}

static void
end(struct half *h, enum rs_dir dir, bool whole, const struct rs_stamp *at,
    const struct rs_sink *out)
{
	const struct http_msg m = {
	    .part = HTTP_END,
	    .body = h->body,
	    .whole = whole,
	    .lacks = h->lacks,
	};
	tell(dir, at, &m, out);
	*h = (struct half){.stage = STAGE_HEAD};
}

static void
end_at(const struct call *c, size_t offset, size_t n)
{
	const struct rs_stamp at = rs_where_stamp(c->where, offset, n);
	end(c->h, c->dir, true, &at, c->out);
}

/* ---- the row of requests ---- */

static void
row_add(struct http_state *s, bool bodiless)
{
	if (s->waiting >= AHEAD)
		return; /* nobody sends so many ahead */
	if (bodiless)
		s->bodiless |= (uint16_t)(1u << s->waiting);
	s->waiting++;
}

/* Takes the oldest: true where its response has no body. */
static bool
row_take(struct http_state *s)
{
	bool bodiless = s->waiting && (s->bodiless & 1);
	s->bodiless >>= 1;
	if (s->waiting)
		s->waiting--;
	return bodiless;
}

/* ---- heads ---- */

/* RFC 9112 6.3, in its order.  False: what follows is no HTTP. */
static bool
begin_body(struct call *c, const struct http_head *h)
{
	struct half *half = c->h;
	bool bodiless = false;
	if (h->request) {
		row_add(c->s, rs_span_eq(h->method, RS_LIT("HEAD")));
	} else if (h->status >= 200 || h->status == 101) {
		bodiless =
		    row_take(c->s) || h->status == 204 || h->status == 304;
	} else {
		/* 1xx: the response is still to come */
		*half = (struct half){.stage = STAGE_HEAD};
		return true;
	}
	*half = (struct half){.stage = STAGE_LENGTH, .left = h->length};
	if (bodiless || (h->request && !h->has_length))
		half->left = 0;
	else if (!h->has_length && !h->chunked)
		half->stage = STAGE_CLOSE;
	if (h->chunked && !bodiless)
		half->stage = STAGE_CHUNK_SIZE;
	return h->status != 101 &&
	       !(h->request && rs_span_eq(h->method, RS_LIT("CONNECT")));
}

static struct rs_progress
malformed(const struct call *c, size_t n, bool mid)
{
	const struct rs_event ev = {
	    .type = RS_EV_ANOMALY,
	    .dir = c->dir,
	    .at = rs_where_stamp(c->where, 0, n),
	    .u.anomaly = {.kind = RS_ANOMALY_HTTP_MALFORMED, .bytes = n},
	};
	rs_emit(c->out, &ev);
	*c->h = (struct half){.stage = STAGE_RESYNC, .mid = mid};
	return (struct rs_progress){.how = RS_MALFORMED, .consumed = n};
}

static struct rs_progress
feed_head(struct call *c)
{
	struct http_head h;
	/* RFC 9112 2.2: empty lines before it are skipped. */
	if (c->data.p[0] == '\r' || c->data.p[0] == '\n')
		return took(1);
	enum rs_verdict v = http_head_parse(&h, c->data);
	if (v == RS_MAYBE)
		return more(c);
	if (v == RS_NO)
		return malformed(c, 1, true);
	const struct rs_stamp at = rs_where_stamp(c->where, 0, h.size);
	const struct http_msg m = {.part = HTTP_HEAD_PART, .head = &h};
	tell(c->dir, &at, &m, c->out);
	bool goes_on = begin_body(c, &h);
	if (c->h->stage == STAGE_LENGTH && c->h->left == 0)
		end_at(c, h.size - 1, 1);
	/* What was switched to is not for us. */
	if (!goes_on)
		c->h->stage = STAGE_CLOSE;
	if (h.status == 101)
		c->s->half[rs_dir_other(c->dir)].stage = STAGE_CLOSE;
	return took(h.size);
}

/* Bytes go by until a line begins a head. */
static struct rs_progress
feed_resync(struct call *c)
{
	struct http_head h;
	enum rs_verdict v = c->h->mid ? RS_NO : http_head_parse(&h, c->data);
	if (v == RS_YES) {
		c->h->stage = STAGE_HEAD;
		return feed_head(c);
	}
	if (v == RS_MAYBE)
		return more(c);
	size_t n = rs_span_find(c->data, '\n');
	c->h->mid = n == c->data.n;
	return took(c->h->mid ? n : n + 1);
}

/* ---- bodies ---- */

static struct rs_progress
feed_length(struct call *c)
{
	struct half *h = c->h;
	size_t n = h->left < c->data.n ? (size_t)h->left : c->data.n;
	h->left -= n;
	h->body += n;
	if (h->left)
		return took(n);
	if (h->stage == STAGE_CHUNK)
		h->stage = STAGE_CHUNK_END;
	else
		end_at(c, n - 1, 1);
	return took(n);
}

/* "1a4;name=value": false where it is none. */
static bool
chunk_size(struct rs_span line, uint64_t *out)
{
	uint64_t v = 0;
	size_t i = 0;
	for (; i < line.n && rs_ascii_hex(line.p[i]) >= 0; i++) {
		if (v >> 56)
			return false;
		v = v << 4 | (uint64_t)rs_ascii_hex(line.p[i]);
	}
	*out = v;
	return i > 0;
}

/* The lines between chunks. */
static struct rs_progress
feed_line(struct call *c)
{
	struct half *h = c->h;
	size_t n = rs_span_find(rs_span_part(c->data, 0, LINE_MOST), '\n');
	if (n == LINE_MOST)
		return malformed(c, n, true);
	if (n == c->data.n)
		return more(c);
	struct rs_span line = rs_span_trim(rs_span_part(c->data, 0, n));
	if (h->stage == STAGE_CHUNK_END) {
		if (line.n)
			return malformed(c, n + 1, false);
		h->stage = STAGE_CHUNK_SIZE;
	} else if (h->stage == STAGE_TRAILER) {
		if (line.n == 0)
			end_at(c, n, 1);
	} else if (!chunk_size(line, &h->left)) {
		return malformed(c, n + 1, false);
	} else {
		h->stage = h->left ? STAGE_CHUNK : STAGE_TRAILER;
	}
	return took(n + 1);
}

/* ---- the contract ---- */

static enum rs_verdict
probe(struct rs_span head, enum rs_carrier over)
{
	struct http_head h;
	(void)over;
	return http_head_parse(&h, head);
}

static struct rs_progress
feed(void *state, enum rs_carrier over, enum rs_dir dir, struct rs_span data,
    const struct rs_where *where, const struct rs_sink *out)
{
	struct http_state *s = state;
	struct call c = {s, &s->half[dir], dir, data, where, out};
	(void)over;
	switch ((enum stage)c.h->stage) {
	case STAGE_HEAD:
		return feed_head(&c);
	case STAGE_RESYNC:
		return feed_resync(&c);
	case STAGE_LENGTH:
	case STAGE_CHUNK:
		return feed_length(&c);
	case STAGE_CLOSE:
		c.h->body += data.n;
		return took(data.n);
	case STAGE_CHUNK_SIZE:
	case STAGE_CHUNK_END:
	case STAGE_TRAILER:
		return feed_line(&c);
	}
	return GIVEN_UP;
}

static void
gap(void *state, enum rs_dir dir, uint64_t missing, const struct rs_stamp *at,
    const struct rs_sink *out)
{
	struct http_state *s = state;
	struct half *h = &s->half[dir];
	h->lacks = true;
	if (h->stage == STAGE_CLOSE)
		return;
	if ((h->stage == STAGE_LENGTH || h->stage == STAGE_CHUNK) &&
	    missing < h->left) {
		h->left -= missing;
		return;
	}
	if (h->stage != STAGE_HEAD && h->stage != STAGE_RESYNC)
		end(h, dir, false, at, out);
	/* Which responses are still to come is not known any more. */
	s->waiting = 0;
	s->bodiless = 0;
	*h = (struct half){.stage = STAGE_RESYNC};
}

static void
shut(void *state, enum rs_dir dir, struct rs_span left,
    const struct rs_stamp *at, const struct rs_sink *out)
{
	struct http_state *s = state;
	struct half *h = &s->half[dir];
	(void)left;
	if (h->stage != STAGE_HEAD && h->stage != STAGE_RESYNC)
		end(h, dir, h->stage == STAGE_CLOSE, at, out);
}

const struct rs_dissector http_dissector = {
    .name = "http",
    .carriers = RS_OVER_TCP | RS_OVER_TLS,
    .head = HTTP_MAX_HEAD,
    .state_size = sizeof(struct http_state),
    .probe = probe,
    .feed = feed,
    .gap = gap,
    .close = shut,
};
