/* SPDX-License-Identifier: Apache-2.0 */
/*
 * TLS records (RFC 8446 5.1, RFC 5246 6.2.1, RFC 6101 5.2.1): five bytes of
 * header, then what they say.
 *
 * Application data is opaque without keys, and there is a lot of it: such a
 * record is stepped over as its bytes come and told, without its body, when
 * the last one is there.  So the stream layer never keeps any of it, and the
 * same bytes give the same events however they are cut.  Whoever can decrypt
 * asks for bodies with tls_want_bodies().
 *
 * A gap inside such a record does no harm where it ends inside it.  After any
 * other, the next record is looked for where a segment begins, since senders
 * write whole records.
 */
#include "tls/tls.h"

#include "event.h"

enum {
	SSLV2_HEADER = 2,       /* high bit and 15 bits of length */
	SSLV2_CLIENT_FIXED = 9, /* type, version, three lengths */
	SSLV2_SERVER_FIXED = 11,
	SSLV2_CLIENT_HELLO = 1,
	SSLV2_SERVER_HELLO = 4,
	SMALLEST_TAG = 8, /* no cipher suite authenticates with less */
};

/* Header of a record. */
struct header {
	uint8_t type;
	uint16_t version;
	size_t size; /* of what follows it */
};

struct half {
	bool started; /* a record or an SSLv2 hello was seen */
	bool resync;  /* looking for the next record */
	bool gapped;  /* was found again after a gap: may be wrong */
	bool dead;    /* given up */
	bool cut;     /* of the record under way: a gap is in it */
	uint16_t version;
	uint64_t skipped; /* bytes passed over while looking */
	struct header under_way;
	size_t rest; /* of it still to come; 0: none under way */
	struct rs_stamp at;
};

struct tls_state {
	struct half half[2];
	bool bodies;    /* application data is told whole */
	bool midstream; /* the first record seen was application data */
	bool sslv2;     /* a hello of the old form was seen */
	bool only_v2;   /* and answered in kind */
};

void
tls_want_bodies(void *state, bool want)
{
	struct tls_state *s = state;
	s->bodies = want;
}

static struct header
header_read(struct rs_span s)
{
	return (struct header){.type = s.p[0],
	    .version = (uint16_t)(s.p[1] << 8 | s.p[2]),
	    .size = (size_t)s.p[3] << 8 | s.p[4]};
}

/* What every record satisfies.  Its version is not compared with the
   connection's: RFC 8446 5.1 has it ignored. */
static bool
header_plausible(const struct header *h)
{
	if (h->type < TLS_CHANGE_CIPHER_SPEC || h->type > TLS_HEARTBEAT ||
	    h->version < 0x0300 || h->version > 0x0304 ||
	    h->size > TLS_MAX_RECORD)
		return false;
	/* RFC 5246 6.2.1: only application data may be empty. */
	return h->size > 0 || h->type == TLS_APPLICATION_DATA;
}

/* Whether the bytes there are can begin a record. */
static bool
prefix_plausible(struct rs_span s)
{
	if (s.n > 0 &&
	    (s.p[0] < TLS_CHANGE_CIPHER_SPEC || s.p[0] > TLS_HEARTBEAT))
		return false;
	if (s.n > 1 && s.p[1] != 3)
		return false;
	if (s.n > 2 && s.p[2] > 4)
		return false;
	return s.n < 4 || s.p[3] <= TLS_MAX_RECORD >> 8;
}

static uint16_t
u16_at(struct rs_span s, size_t i)
{
	return (uint16_t)(s.p[i] << 8 | s.p[i + 1]);
}

static size_t
sslv2_size(struct rs_span s)
{
	return SSLV2_HEADER + ((size_t)(s.p[0] & 0x7f) << 8 | s.p[1]);
}

/*
 * RFC 5246 E.2: a ClientHello in the form of SSL 2.0, by its fixed part, in
 * which three lengths must add up.
 */
static enum rs_verdict
sslv2_client(struct rs_span s)
{
	if (s.n > 0 && !(s.p[0] & 0x80))
		return RS_NO;
	if (s.n > 2 && s.p[2] != SSLV2_CLIENT_HELLO)
		return RS_NO;
	if (s.n > 3 && s.p[3] != 0 && s.p[3] != 3)
		return RS_NO;
	if (s.n < SSLV2_HEADER + SSLV2_CLIENT_FIXED)
		return RS_MAYBE;
	size_t ciphers = u16_at(s, 5), id = u16_at(s, 7), chall = u16_at(s, 9);
	if ((s.p[3] == 0 && s.p[4] != 2) || ciphers == 0 || ciphers % 3 != 0 ||
	    (id != 0 && id != 16) || chall < 16 || chall > 32)
		return RS_NO;
	return sslv2_size(s) ==
		       SSLV2_HEADER + SSLV2_CLIENT_FIXED + ciphers + id + chall
		   ? RS_YES
		   : RS_NO;
}

/* The answer in kind: type, session hit, certificate type, version 2. */
static enum rs_verdict
sslv2_server(struct rs_span s)
{
	if (s.n > 0 && !(s.p[0] & 0x80))
		return RS_NO;
	if (s.n > 2 && s.p[2] != SSLV2_SERVER_HELLO)
		return RS_NO;
	if (s.n < SSLV2_HEADER + SSLV2_SERVER_FIXED)
		return RS_MAYBE;
	size_t cert = u16_at(s, 7), ciphers = u16_at(s, 9), id = u16_at(s, 11);
	return u16_at(s, 5) == 2 && sslv2_size(s) == SSLV2_HEADER +
							 SSLV2_SERVER_FIXED +
							 cert + ciphers + id
		   ? RS_YES
		   : RS_NO;
}

/*
 * The bytes after the header of a first record, where it must begin with what
 * is known.  Types of handshake messages: RFC 8446 B.3, RFC 5246 A.4.
 */
static enum rs_verdict
probe_body(const struct header *h, struct rs_span body)
{
	static const uint32_t types = 1u << 0 | 1u << 1 | 1u << 2 | 1u << 4 |
				      1u << 11 | 1u << 12 | 1u << 13 |
				      1u << 14 | 1u << 15 | 1u << 16 |
				      1u << 20 | 1u << 21 | 1u << 22;
	switch (h->type) {
	case TLS_APPLICATION_DATA:
		/* mid-stream; no SSL 3.0 and no 1.3 in this field any more */
		return h->size && h->version >= 0x0301 && h->version <= 0x0303
			   ? RS_YES
			   : RS_NO;
	case TLS_CHANGE_CIPHER_SPEC:
		if (h->size != 1)
			return RS_NO;
		if (body.n == 0)
			return RS_MAYBE;
		return body.p[0] == 1 ? RS_YES : RS_NO;
	case TLS_ALERT:
		if (h->size != 2)
			return h->size > SMALLEST_TAG ? RS_YES : RS_NO;
		if (body.n == 0)
			return RS_MAYBE;
		return body.p[0] == 1 || body.p[0] == 2 ? RS_YES : RS_NO;
	case TLS_HANDSHAKE:
		if (h->size < 4)
			return RS_NO;
		if (body.n == 0)
			return RS_MAYBE;
		return body.p[0] < 32 && types >> body.p[0] & 1 ? RS_YES
								: RS_NO;
	default: /* heartbeat: type, length, 16 bytes at least of padding */
		return h->size >= 19 ? RS_YES : RS_NO;
	}
}

static enum rs_verdict
tls_probe(struct rs_span head, enum rs_carrier over)
{
	if (!(over & RS_OVER_TCP))
		return RS_NO;
	if (head.n > 0 && head.p[0] & 0x80)
		return sslv2_client(head);
	if (!prefix_plausible(head))
		return RS_NO;
	if (head.n < TLS_RECORD_HEADER)
		return RS_MAYBE;
	struct header h = header_read(head);
	if (!header_plausible(&h) || h.size == 0)
		return RS_NO;
	return probe_body(&h, rs_span_from(head, TLS_RECORD_HEADER));
}

static void
anomaly(const struct rs_sink *out, enum rs_dir dir, const struct rs_stamp *at,
    enum rs_anomaly kind, uint64_t bytes)
{
	struct rs_event ev = {
	    .type = RS_EV_ANOMALY,
	    .dir = dir,
	    .at = *at,
	    .u.anomaly = {.kind = kind, .bytes = bytes},
	};
	rs_emit(out, &ev);
}

/* With the bytes themselves: they tell what it is instead. */
static void
not_tls(const struct rs_sink *out, enum rs_dir dir, const struct rs_stamp *at,
    struct rs_span data)
{
	struct rs_event ev = {
	    .type = RS_EV_ANOMALY,
	    .dir = dir,
	    .at = *at,
	    .u.anomaly = {RS_ANOMALY_TLS_NOT_TLS, data.n, data},
	};
	rs_emit(out, &ev);
}

static struct rs_progress
parsed(size_t n)
{
	return (struct rs_progress){.how = RS_PARSED, .consumed = n};
}

static struct rs_progress
more(size_t need)
{
	return (struct rs_progress){.how = RS_MORE, .need = need};
}

static struct rs_progress
given_up(struct half *h)
{
	h->dead = true;
	return (struct rs_progress){.how = RS_GIVEN_UP};
}

static void
record(struct half *h, enum rs_dir dir, const struct header *head,
    struct rs_span body, const struct rs_stamp *at, const struct rs_sink *out)
{
	struct rs_event ev = {
	    .type = RS_EV_TLS_RECORD,
	    .dir = dir,
	    .at = *at,
	    .u.tls_record = {.type = head->type,
		.version = head->version,
		.size = head->size,
		.body = body,
		.cut = h->cut},
	};
	h->cut = false;
	rs_emit(out, &ev);
}

/* The record under way is over, or as much of it as will ever come. */
static void
under_way_end(struct half *h, enum rs_dir dir, const struct rs_sink *out)
{
	h->rest = 0;
	record(h, dir, &h->under_way, (struct rs_span){0}, &h->at, out);
}

/* More of an opaque record. */
static struct rs_progress
under_way_more(struct half *h, enum rs_dir dir, struct rs_span data,
    const struct rs_where *where, const struct rs_sink *out)
{
	size_t n = data.n < h->rest ? data.n : h->rest;
	struct rs_stamp at = rs_where_stamp(where, 0, n);
	if (at.complete > h->at.complete) {
		h->at.complete = at.complete;
		h->at.to = at.to;
	}
	h->rest -= n;
	if (h->rest == 0)
		under_way_end(h, dir, out);
	return parsed(n);
}

/* One whole record, or the first bytes of an opaque one. */
static struct rs_progress
record_feed(struct tls_state *s, enum rs_dir dir, struct rs_span data,
    const struct rs_where *where, const struct rs_sink *out)
{
	struct half *h = &s->half[dir];
	struct header head = header_read(data);
	size_t whole = TLS_RECORD_HEADER + head.size;
	bool opaque = head.type == TLS_APPLICATION_DATA && !s->bodies;
	if (data.n < whole && !opaque)
		return more(whole);

	if (!s->half[0].started && !s->half[1].started)
		s->midstream = head.type == TLS_APPLICATION_DATA;
	h->started = true;
	h->version = head.version;
	size_t n = data.n < whole ? data.n : whole;
	struct rs_stamp at = rs_where_stamp(where, 0, n);
	if (n == whole) {
		struct rs_span body = {0};
		if (!opaque)
			body = rs_span_part(data, TLS_RECORD_HEADER, head.size);
		record(h, dir, &head, body, &at, out);
		return parsed(n);
	}
	h->under_way = head;
	h->rest = whole - n;
	h->at = at;
	return parsed(n);
}

/*
 * Whether a record begins here, for somebody who has lost the thread: stricter
 * than header_plausible, and the record that follows must agree where its
 * header is there.
 */
static bool
record_begins(const struct tls_state *s, struct rs_span data)
{
	struct header head = header_read(data);
	if (!header_plausible(&head) || head.size == 0)
		return false;
	uint16_t a = s->half[0].version, b = s->half[1].version;
	if ((a || b) && head.version != a && head.version != b)
		return false;
	if ((head.type == TLS_HANDSHAKE && head.size < 4) ||
	    (head.type == TLS_ALERT && head.size != 2 &&
		head.size <= SMALLEST_TAG) ||
	    (head.type == TLS_CHANGE_CIPHER_SPEC && head.size != 1 &&
		head.size <= SMALLEST_TAG))
		return false;
	return prefix_plausible(
	    rs_span_from(data, TLS_RECORD_HEADER + head.size));
}

/* Where the segment that holds the byte at off ends. */
static size_t
segment_end(const struct rs_where *where, size_t off)
{
	for (size_t i = 0; i < where->n; i++)
		if (where->v[i].end > off)
			return where->v[i].end;
	return SIZE_MAX;
}

static void
resync_done(struct half *h, enum rs_dir dir, const struct rs_stamp *at,
    const struct rs_sink *out)
{
	if (h->skipped)
		anomaly(out, dir, at, RS_ANOMALY_TLS_BAD_RECORD, h->skipped);
	h->skipped = 0;
	h->resync = false;
	h->gapped = true;
}

/*
 * After a gap: passes over bytes until a segment begins with a record.  What
 * was passed over is told once, when the next record is found or at the end.
 */
static struct rs_progress
resync_feed(struct tls_state *s, enum rs_dir dir, struct rs_span data,
    const struct rs_where *where, const struct rs_sink *out)
{
	struct half *h = &s->half[dir];
	for (size_t off = 0; off < data.n; off = segment_end(where, off)) {
		struct rs_span here = rs_span_from(data, off);
		if (here.n < TLS_RECORD_HEADER) {
			if (!prefix_plausible(here))
				continue;
		} else if (!record_begins(s, here)) {
			continue;
		}
		h->skipped += off;
		if (off > 0)
			return parsed(off); /* and again, from there */
		if (here.n < TLS_RECORD_HEADER)
			return more(TLS_RECORD_HEADER);
		struct rs_stamp at = rs_where_stamp(where, 0, 1);
		resync_done(h, dir, &at, out);
		return record_feed(s, dir, data, where, out);
	}
	h->skipped += data.n;
	return parsed(data.n);
}

/* The first bytes of a direction, or of a client's after its SSLv2 hello,
   where they are not a record. */
static struct rs_progress
sslv2_feed(struct tls_state *s, enum rs_dir dir, struct rs_span data,
    const struct rs_stamp *at, const struct rs_sink *out)
{
	struct half *h = &s->half[dir];
	bool answer = s->sslv2; /* the other side spoke first */
	enum rs_verdict v = answer ? sslv2_server(data) : sslv2_client(data);
	if (v == RS_MAYBE)
		return more(data.n + 1);
	if (v == RS_NO) {
		not_tls(out, dir, at, data);
		return given_up(h);
	}
	size_t whole = sslv2_size(data);
	if (data.n < whole)
		return more(whole);
	if (answer) { /* it stays SSL 2.0: no records will come */
		anomaly(out, dir, at, RS_ANOMALY_TLS_SSLV2, whole);
		s->only_v2 = true;
		return given_up(h);
	}
	/* RFC 5246 E.2: after a hello of the old form, records may follow. */
	anomaly(out, dir, at, RS_ANOMALY_TLS_SSLV2, whole);
	h->started = s->sslv2 = true;
	return parsed(whole);
}

static struct rs_progress
tls_feed(void *state, enum rs_carrier over, enum rs_dir dir,
    struct rs_span data, const struct rs_where *where,
    const struct rs_sink *out)
{
	(void)over;
	struct tls_state *s = state;
	struct half *h = &s->half[dir];
	if (h->dead || s->only_v2)
		return given_up(h);
	if (data.n == 0)
		return more(1);
	if (h->rest)
		return under_way_more(h, dir, data, where, out);
	if (h->resync)
		return resync_feed(s, dir, data, where, out);

	if (!h->started && data.p[0] & 0x80 && !s->midstream) {
		struct rs_stamp at = rs_where_stamp(where, 0, data.n);
		return sslv2_feed(s, dir, data, &at, out);
	}
	if (data.n < TLS_RECORD_HEADER)
		return more(TLS_RECORD_HEADER);
	struct header head = header_read(data);
	if (header_plausible(&head) && (h->started || head.size))
		return record_feed(s, dir, data, where, out);

	/* In the middle of a connection the first bytes may be the middle of a
	   record; after a gap we may have been wrong about where one begins. */
	if (h->gapped || (!h->started && s->midstream)) {
		h->resync = true;
		return resync_feed(s, dir, data, where, out);
	}
	struct rs_stamp at = rs_where_stamp(where, 0, data.n);
	if (h->started)
		anomaly(out, dir, &at, RS_ANOMALY_TLS_BAD_RECORD, data.n);
	else
		not_tls(out, dir, &at, data);
	return given_up(h);
}

static void
tls_gap(void *state, enum rs_dir dir, uint64_t missing,
    const struct rs_stamp *at, const struct rs_sink *out)
{
	(void)at;
	struct tls_state *s = state;
	struct half *h = &s->half[dir];
	if (h->dead || s->only_v2)
		return;
	if (h->rest) {
		h->cut = true;
		if (missing < h->rest) {
			h->rest -= (size_t)missing;
			return;
		}
		bool exact = missing == h->rest;
		under_way_end(h, dir, out);
		if (exact)
			return;
	}
	h->resync = true;
}

static void
tls_close(void *state, enum rs_dir dir, struct rs_span left,
    const struct rs_stamp *at, const struct rs_sink *out)
{
	struct tls_state *s = state;
	struct half *h = &s->half[dir];
	if (h->dead || s->only_v2)
		return;
	h->dead = true;
	if (h->rest) {
		uint64_t got = TLS_RECORD_HEADER + h->under_way.size - h->rest;
		h->cut = true;
		under_way_end(h, dir, out);
		anomaly(out, dir, at, RS_ANOMALY_TLS_TRUNCATED, got);
	} else if (h->resync) {
		h->skipped += left.n;
		if (h->skipped)
			anomaly(out, dir, at, RS_ANOMALY_TLS_BAD_RECORD,
			    h->skipped);
	} else if (left.n) {
		bool hopeful =
		    h->started || left.p[0] & 0x80 || prefix_plausible(left);
		if (hopeful)
			anomaly(out, dir, at, RS_ANOMALY_TLS_TRUNCATED, left.n);
		else
			not_tls(out, dir, at, left);
	}
}

const struct rs_dissector tls_dissector = {
    .name = "tls",
    .carriers = RS_OVER_TCP,
    .state_size = sizeof(struct tls_state),
    .probe = tls_probe,
    .feed = tls_feed,
    .gap = tls_gap,
    .close = tls_close,
};
