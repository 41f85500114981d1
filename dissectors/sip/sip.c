/* SPDX-License-Identifier: Apache-2.0 */
/*
 * SIP framing.
 *
 * Strict when it decides whether a flow is SIP, lenient afterwards.
 *
 * Stream (TCP, TLS): idle bytes, then a message as long as its Content-Length
 * says (RFC 3261 18.3).  What is no start-line where one is due is skipped up
 * to the next message after an empty line; so is what follows a gap, but that a
 * message right after the gap is believed too.  All that is said
 * depends on the bytes alone, not on how they were cut into calls, with one
 * exception: CRLF CRLF is a ping only if both came in one frame.  To wait for
 * the second would hold back a pong until the next bytes, half a minute later.
 *
 * Datagram (UDP, a WebSocket message: RFC 7118 5): all of it is one message,
 * whatever is missing.
 *
 * Bytes of an anomaly: MALFORMED of the datagram, 0 on a stream (SKIPPED
 * tells); TRUNCATED what was there of the message, 0 before a gap; TOO_LONG the
 * whole message as far as its length is known; SKIPPED and TRAILING what they
 * say.
 */
#include "sip/sip.h"
#include "event.h"
#include "sip/msg.h"
#include "sip/text.h"

enum {
	PROBE_MAX = 64,         /* dissector.h: never MAYBE after that */
	LINE_MAX_RESYNC = 2048, /* no longer start-line is believed in junk */
	LENGTH_MAX = 16 * 1048576, /* no longer body is believed */
};

struct half {
	uint64_t skip;    /* bytes to come of a body that is not kept */
	uint64_t size;    /* of the message it belongs to */
	uint64_t skipped; /* since resync began */
	size_t pending;   /* fed and not consumed */
	size_t scanned;   /* no line end, then no empty line, begins before */
	size_t total;     /* of the message, once its headers are there */
	bool started;     /* its start-line is there */
	bool resync;
	bool candidate; /* resync: a message may begin here */
	uint8_t eol;    /* resync: 1 after LF, 2 after LF CR, else 0 */
};

struct sip_state {
	struct half half[2];
};

/* One call's surroundings. */
struct call {
	struct half *h;
	enum rs_dir dir;
	const struct rs_where *where;
	const struct rs_sink *out;
};

/* Bytes that stand between messages to keep a path open. */
static bool
idle(uint8_t c)
{
	return c == '\r' || c == '\n' || c == ' ' || c == '\t' || c == '\0';
}

static size_t
idle_n(struct rs_span s)
{
	size_t n = 0;
	while (n < s.n && idle(s.p[n]))
		n++;
	return n;
}

/* ------------------------------------------------------------- first bytes */

/* Does s begin with the scheme of an absolute URI and its colon? */
static enum rs_verdict
probe_scheme(struct rs_span s, bool *sip)
{
	size_t i = 0;
	for (; i < s.n && s.p[i] != ':'; i++) {
		uint8_t c = s.p[i], l = rs_ascii_lower(c);
		bool alpha = l >= 'a' && l <= 'z';
		if (!alpha && (i == 0 || !(rs_ascii_digit(c) || c == '+' ||
					     c == '-' || c == '.')))
			return RS_NO;
	}
	if (i == s.n)
		return RS_MAYBE;
	struct rs_span scheme = rs_span_part(s, 0, i);
	*sip = rs_span_eq_nocase(scheme, RS_LIT("sip")) ||
	       rs_span_eq_nocase(scheme, RS_LIT("sips")) ||
	       rs_span_eq_nocase(scheme, RS_LIT("tel"));
	return i ? RS_YES : RS_NO;
}

static bool
ends_in_version(struct rs_span line)
{
	static const char end[] = " SIP/2.0";
	size_t n = sizeof end - 1;
	if (line.n && line.p[line.n - 1] == '\r')
		line.n--;
	return line.n >= n && memcmp(line.p + line.n - n, end, n) == 0;
}

/*
 * Foreign bytes leave at the first byte or at the first blank.  A start-line is
 * believed when it is there to its end, however long the method (PROTOS).  One
 * that goes on after PROBE_MAX bytes must be decided there; a known method
 * with a SIP URI is enough then.
 *
 * MAYBE for a datagram, which has no more bytes, means: this one is not told as
 * SIP, but ask again with the next one of the flow (keep-alives come first on
 * many flows).
 */
static enum rs_verdict
probe(struct rs_span head, enum rs_carrier over)
{
	(void)over;
	enum rs_verdict unfinished = head.n < PROBE_MAX ? RS_MAYBE : RS_NO;
	size_t skip = idle_n(rs_span_part(head, 0, PROBE_MAX));
	struct rs_span s = rs_span_from(head, skip);
	if (s.n == 0)
		return unfinished;
	size_t n = sip_text_token_n(s);
	if (n == 0)
		return RS_NO;
	if (n == s.n)
		return unfinished;
	if (s.p[n] == '/') { /* "SIP/2.0 " */
		struct rs_span version = RS_LIT("SIP/2.0 ");
		size_t m = s.n < version.n ? s.n : version.n;
		if (n != 3 || memcmp(s.p, version.p, m) != 0)
			return RS_NO;
		return m == version.n ? RS_YES : unfinished;
	}
	if (s.p[n] != ' ')
		return RS_NO;
	bool sip = false;
	enum rs_verdict v = probe_scheme(rs_span_from(s, n + 1), &sip);
	if (v != RS_YES)
		return v == RS_NO ? RS_NO : unfinished;
	size_t lf = rs_span_find(s, '\n');
	if (skip + lf >= PROBE_MAX && sip &&
	    sip_method_parse(rs_span_part(s, 0, n)) != SIP_METHOD_OTHER)
		return RS_YES;
	if (lf == s.n)
		return unfinished;
	return ends_in_version(rs_span_part(s, 0, lf)) ? RS_YES : RS_NO;
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
say_at(const struct call *c, size_t offset, size_t n, enum rs_anomaly kind,
    uint64_t bytes)
{
	struct rs_stamp at = rs_where_stamp(c->where, offset, n);
	say(c->out, c->dir, &at, kind, bytes);
}

static void
emit_message(
    const struct call *c, const struct sip_msg *m, size_t offset, size_t n)
{
	struct rs_event ev = {.type = RS_EV_SIP_MESSAGE, .dir = c->dir};
	ev.at = rs_where_stamp(c->where, offset, n);
	if (c->where->n > 1)
		ev.u.parts = rs_where_part(c->where, offset, n);
	ev.u.sip_message = m;
	rs_emit(c->out, &ev);
}

static void
emit_keepalive(const struct call *c, enum sip_keepalive kind, size_t n)
{
	struct rs_event ev = {.type = RS_EV_SIP_KEEPALIVE, .dir = c->dir};
	ev.at = rs_where_stamp(c->where, 0, n);
	ev.u.sip_keepalive.kind = kind;
	rs_emit(c->out, &ev);
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

/* ----------------------------------------------------------------- datagram */

static struct rs_progress
feed_datagram(const struct call *c, struct rs_span data)
{
	struct sip_header headers[SIP_MAX_HEADERS];
	struct sip_msg m;
	size_t start = idle_n(data), head;
	if (start == data.n) {
		bool crlf = rs_span_eq(data, RS_LIT("\r\n"));
		bool two = rs_span_eq(data, RS_LIT("\r\n\r\n"));
		if (data.n)
			emit_keepalive(c,
			    two    ? SIP_KEEPALIVE_PING
			    : crlf ? SIP_KEEPALIVE_PONG
				   : SIP_KEEPALIVE_BLANKS,
			    data.n);
		return done(data.n);
	}
	struct rs_span s = rs_span_from(data, start);
	if (!sip_msg_head_parse(&m, headers, s, &head)) {
		say_at(c, 0, data.n, RS_ANOMALY_SIP_MALFORMED, data.n);
		return (struct rs_progress){RS_MALFORMED, data.n, 0};
	}
	sip_msg_set_body(&m, s, head ? head : s.n);
	size_t extra = 0;
	if (m.flaws & SIP_FLAW_BODY_EXTRA) {
		/* RFC 3261 18.3: what is more than that is discarded. */
		extra = m.body.n - m.content_length;
		m.body.n = m.content_length;
		m.size -= extra;
	}
	emit_message(c, &m, 0, data.n);
	if (extra)
		say_at(
		    c, data.n - extra, extra, RS_ANOMALY_SIP_TRAILING, extra);
	return done(data.n);
}

/* ------------------------------------------------------------------- resync */

/* Is there an empty line in s, whose first LF stands at or after from? */
static bool
has_empty_line(struct rs_span s, size_t from)
{
	for (;;) {
		from += rs_span_find(rs_span_from(s, from), '\n') + 1;
		if (from >= s.n)
			return false;
		if (s.p[from] == '\n' || (s.p[from] == '\r' && from + 1 < s.n &&
					     s.p[from + 1] == '\n'))
			return true;
	}
}

/* Could s, which has no line end, become a start-line? */
static bool
plausible(struct rs_span s)
{
	s = rs_span_part(s, 0, PROBE_MAX);
	size_t n = sip_text_token_n(s);
	if (n < s.n && s.p[n] == '/')
		return rs_span_eq_nocase(rs_span_part(s, 0, n), RS_LIT("SIP"));
	return n && (n == s.n || s.p[n] == ' ' || s.p[n] == '\t');
}

/*
 * Does s begin with a message?  Strict, for s comes out of a mess: a method may
 * lack its first letters, and a body may hold a start-line (message/sipfrag,
 * RFC 3420), but neither has the headers of a message around it.
 */
static enum rs_verdict
message_at(struct rs_span s)
{
	const uint32_t damage = SIP_FLAW_START_LINE | SIP_FLAW_BAD_VERSION |
				SIP_FLAW_BAD_HEADER | SIP_FLAW_NO_CALL_ID |
				SIP_FLAW_NO_CSEQ | SIP_FLAW_NO_VIA |
				SIP_FLAW_CSEQ_METHOD;
	struct sip_header headers[SIP_MAX_HEADERS];
	struct sip_msg m;
	size_t head;
	struct rs_span line = rs_span_part(s, 0, LINE_MAX_RESYNC);
	if (rs_span_find(line, '\n') == line.n)
		return line.n < LINE_MAX_RESYNC && plausible(s) ? RS_MAYBE
								: RS_NO;
	s = rs_span_part(s, 0, SIP_MAX_HEAD);
	if (!sip_msg_head_parse(&m, headers, s, &head))
		return RS_NO;
	if (head == 0)
		return s.n < SIP_MAX_HEAD ? RS_MAYBE : RS_NO;
	return m.flaws & damage ? RS_NO : RS_YES;
}

/* The same for all of data, which is looked at again and again as it grows. */
static enum rs_verdict
message_here(struct half *h, struct rs_span data)
{
	if (h->scanned && data.n < SIP_MAX_HEAD &&
	    !has_empty_line(data, h->scanned)) {
		h->scanned = data.n - 2;
		return RS_MAYBE;
	}
	enum rs_verdict v = message_at(data);
	struct rs_span line = rs_span_part(data, 0, LINE_MAX_RESYNC);
	bool more = v == RS_MAYBE && rs_span_find(line, '\n') < line.n;
	h->scanned = more ? data.n - 2 : 0;
	return v;
}

/* Goes to where a start-line may stand: after the next empty line. */
static size_t
next_candidate(struct half *h, struct rs_span data, size_t i)
{
	while (i < data.n) {
		if (h->eol == 0)
			i += rs_span_find(rs_span_from(data, i), '\n');
		if (i == data.n)
			break;
		uint8_t c = data.p[i++];
		h->candidate = c == '\n' && h->eol != 0;
		h->eol = c == '\n' ? 1 : c == '\r' && h->eol == 1 ? 2 : 0;
		if (h->candidate)
			break;
	}
	return i;
}

static struct rs_progress
feed_resync(const struct call *c, struct rs_span data)
{
	struct half *h = c->h;
	size_t i = 0;
	while (i < data.n) {
		if (h->candidate) {
			enum rs_verdict v =
			    i ? message_at(rs_span_from(data, i))
			      : message_here(h, data);
			if (v == RS_MAYBE && i == 0)
				return more(c, data, data.n + 1);
			if (v == RS_MAYBE)
				break;
			if (v == RS_YES) {
				uint64_t n = h->skipped + i;
				if (n)
					say_at(
					    c, i, 1, RS_ANOMALY_SIP_SKIPPED, n);
				memset(h, 0, sizeof *h);
				return done(i);
			}
			h->candidate = false;
		}
		i = next_candidate(h, data, i);
	}
	h->skipped += i;
	return done(i);
}

/* ------------------------------------------------------------------- stream */

static void
resync_begin(struct half *h, bool candidate)
{
	memset(h, 0, sizeof *h);
	h->resync = true;
	h->candidate = candidate;
}

static struct rs_progress
malformed(const struct call *c, struct rs_span data)
{
	say_at(c, 0, 1, RS_ANOMALY_SIP_MALFORMED, 0);
	resync_begin(c->h, false);
	struct rs_progress p = feed_resync(c, data);
	p.how = RS_MALFORMED;
	return p;
}

static struct rs_progress
feed_idle(const struct call *c, struct rs_span data)
{
	if (data.p[0] != '\r') {
		size_t n = 1;
		while (n < data.n && data.p[n] != '\r' && idle(data.p[n]))
			n++;
		emit_keepalive(c, SIP_KEEPALIVE_BLANKS, n);
		return done(n);
	}
	if (data.n == 1)
		return more(c, data, 2);
	if (data.p[1] != '\n') {
		emit_keepalive(c, SIP_KEEPALIVE_BLANKS, 1);
		return done(1);
	}
	struct rs_stamp one = rs_where_stamp(c->where, 0, 2);
	struct rs_stamp two = rs_where_stamp(c->where, 0, 4);
	bool ping = rs_span_starts(data, RS_LIT("\r\n\r\n")) &&
		    rs_frame_eq(one.to, two.to);
	emit_keepalive(
	    c, ping ? SIP_KEEPALIVE_PING : SIP_KEEPALIVE_PONG, ping ? 4 : 2);
	return done(ping ? 4 : 2);
}

/* The headers did not end within SIP_MAX_HEAD: told as far as they go. */
static struct rs_progress
deliver_head_only(const struct call *c, struct sip_msg *m, struct rs_span view)
{
	sip_msg_set_body(m, view, view.n);
	emit_message(c, m, 0, view.n);
	say_at(c, 0, view.n, RS_ANOMALY_SIP_TOO_LONG, view.n);
	resync_begin(c->h, false);
	(void)next_candidate(c->h, view, view.n - 2);
	c->h->candidate = false;
	return done(view.n);
}

static struct rs_progress
deliver(
    const struct call *c, struct sip_msg *m, struct rs_span data, size_t head)
{
	struct half *h = c->h;
	if (m->has_content_length && m->content_length > LENGTH_MAX) {
		m->has_content_length = false;
		m->flaws |= SIP_FLAW_BAD_CONTENT_LENGTH;
	}
	/* RFC 3261 18.3: it must be there; without, no body can be told. */
	if (m->first[SIP_HDR_CONTENT_LENGTH] == 0 && !m->has_content_length &&
	    !(m->flaws & SIP_FLAW_BAD_CONTENT_LENGTH))
		m->flaws |= SIP_FLAW_NO_CONTENT_LENGTH;
	size_t length = m->has_content_length ? m->content_length : 0;
	size_t total = head + length;
	if (total > SIP_MAX_MESSAGE) {
		sip_msg_set_body(m, rs_span_part(data, 0, head), head);
		m->size = total;
		emit_message(c, m, 0, head);
		say_at(c, 0, head, RS_ANOMALY_SIP_TOO_LONG, total);
		memset(h, 0, sizeof *h);
		h->skip = length;
		h->size = total;
		return done(head);
	}
	if (data.n < total) {
		h->total = total;
		return more(c, data, total);
	}
	sip_msg_set_body(m, rs_span_part(data, 0, total), head);
	emit_message(c, m, 0, total);
	memset(h, 0, sizeof *h);
	return done(total);
}

static struct rs_progress
feed_message(const struct call *c, struct rs_span data)
{
	struct sip_header headers[SIP_MAX_HEADERS];
	struct sip_msg m;
	struct half *h = c->h;
	struct rs_span view = rs_span_part(data, 0, SIP_MAX_HEAD);
	bool full = view.n == SIP_MAX_HEAD;
	size_t head;
	if (!h->started) {
		struct rs_span new = rs_span_from(view, h->scanned);
		if (rs_span_find(new, '\n') == new.n) {
			if (full || !plausible(view))
				return malformed(c, data);
			h->scanned = view.n;
			return more(c, data, data.n + 1);
		}
	} else if (!h->total && !full && !has_empty_line(view, h->scanned)) {
		h->scanned = view.n - 2;
		return more(c, data, data.n + 1);
	}
	if (!sip_msg_head_parse(&m, headers, view, &head))
		return malformed(c, data);
	h->started = true;
	if (head)
		return deliver(c, &m, data, head);
	if (full)
		return deliver_head_only(c, &m, view);
	h->scanned = view.n - 2; /* a start-line is longer */
	return more(c, data, data.n + 1);
}

static struct rs_progress
feed_stream(const struct call *c, struct rs_span data)
{
	struct half *h = c->h;
	h->pending = 0;
	if (data.n == 0)
		return more(c, data, 1);
	if (h->skip) {
		size_t n = h->skip < data.n ? (size_t)h->skip : data.n;
		h->skip -= n;
		return done(n);
	}
	if (h->resync) {
		struct rs_progress p = feed_resync(c, data);
		if (p.how == RS_MORE || p.consumed)
			return p;
	}
	return idle(data.p[0]) ? feed_idle(c, data) : feed_message(c, data);
}

static struct rs_progress
feed(void *state, enum rs_carrier over, enum rs_dir dir, struct rs_span data,
    const struct rs_where *where, const struct rs_sink *out)
{
	struct sip_state *st = state;
	struct call c = {&st->half[dir], dir, where, out};
	if (over & (RS_OVER_TCP | RS_OVER_TLS))
		return feed_stream(&c, data);
	return feed_datagram(&c, data);
}

static void
gap(void *state, enum rs_dir dir, uint64_t missing, const struct rs_stamp *at,
    const struct rs_sink *out)
{
	struct sip_state *st = state;
	struct half *h = &st->half[dir];
	if (h->skip >= missing && h->skip) {
		h->skip -= missing;
		return;
	}
	if (h->skip)
		say(out, dir, at, RS_ANOMALY_SIP_TRUNCATED, h->size - h->skip);
	uint64_t skipped = h->resync ? h->skipped + h->pending : 0;
	/* How much had come is the stream layer's to know: it does not feed
	   again before as much is there as was asked for. */
	if (h->pending && !h->resync)
		say(out, dir, at, RS_ANOMALY_SIP_TRUNCATED, 0);
	resync_begin(h, true);
	h->skipped = skipped;
}

static void
close_half(void *state, enum rs_dir dir, struct rs_span left,
    const struct rs_stamp *at, const struct rs_sink *out)
{
	struct sip_state *st = state;
	struct half *h = &st->half[dir];
	uint64_t skipped = h->resync ? h->skipped + left.n : 0;
	if (skipped)
		say(out, dir, at, RS_ANOMALY_SIP_SKIPPED, skipped);
	else if (h->skip)
		say(out, dir, at, RS_ANOMALY_SIP_TRUNCATED, h->size - h->skip);
	else if (left.n && !idle(left.p[0]))
		say(out, dir, at, RS_ANOMALY_SIP_TRUNCATED, left.n);
	memset(h, 0, sizeof *h);
}

const struct rs_dissector sip_dissector = {
    .name = "sip",
    .carriers =
	RS_OVER_UDP | RS_OVER_TCP | RS_OVER_TLS | RS_OVER_WS | RS_OVER_WSS,
    .state_size = sizeof(struct sip_state),
    .probe = probe,
    .feed = feed,
    .gap = gap,
    .close = close_half,
};
