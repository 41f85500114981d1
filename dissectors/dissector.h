/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The contract between whoever has bytes and whoever understands them.
 *
 * A dissector is a pure function of bytes: it does not allocate, print, read a
 * clock or call upward.  It is a constant struct in an explicit table
 * (engine/identify.c).  What it learns it says in events (event.h), through
 * the sink it is lent for the call.
 *
 *  - probe() looks at the first bytes of a flow and says NO, MAYBE (more bytes
 *    could still make it YES; never after `head` bytes) or YES.  YES never
 *    turns into NO with more bytes.
 *  - feed() sees all bytes not yet consumed, handles at most one message, and
 *    returns.  The stream layer (engine/stream.c) loops.
 *      RS_PARSED    `consumed` > 0 bytes are done with.
 *      RS_MORE      consumes nothing; `need` is how many bytes it wants to see
 *                   in all, more than it was given (one more, where it cannot
 *                   tell).  It is not called again before.  On a datagram,
 *                   which has no more, RS_MORE means cut short: the dissector
 *                   is told by `over` and reports it itself.
 *      RS_MALFORMED consumes at least one byte, has said so by an anomaly
 *                   event, and is called again with what follows.
 *      RS_GIVEN_UP  nothing that follows in this direction can be understood.
 *  - gap() tells that `missing` bytes are not in the capture; what was fed and
 *    not consumed is lost too.  Afterwards the dissector resynchronises by its
 *    own rule and reports what it skipped.
 *  - close() tells that no more will come in this direction; `left` is what was
 *    fed and never consumed.
 *  - Where all carriers have datagrams, there is neither gap() nor close().
 *
 * State, where a dissector needs any, is `state_size` zeroed bytes that the
 * flow lends it.  Both directions share them.
 */
#ifndef DISSECTOR_H
#define DISSECTOR_H

#include "base/addr.h"
#include "base/span.h"
#include "base/stamp.h"

/* The side that sent: the client is the one that opened the flow, or, where
   that was not seen, the one that sent its first packet in the capture. */
enum rs_dir { RS_C2S, RS_S2C };

static inline enum rs_dir
rs_dir_other(enum rs_dir d)
{
	return d == RS_C2S ? RS_S2C : RS_C2S;
}

enum rs_carrier {
	RS_OVER_UDP = 1 << 0,
	RS_OVER_TCP = 1 << 1,
	RS_OVER_TLS = 1 << 2, /* plaintext out of TLS */
	RS_OVER_WS = 1 << 3,  /* payload of WebSocket messages */
	RS_OVER_WSS = 1 << 4,
};

enum rs_verdict { RS_NO, RS_MAYBE, RS_YES };

/* Of a probe for what begins with a text. */
static inline enum rs_verdict
rs_probe_text(struct rs_span head, struct rs_span text)
{
	size_t n = head.n < text.n ? head.n : text.n;
	if (n && memcmp(head.p, text.p, n) != 0)
		return RS_NO;
	return n == text.n ? RS_YES : RS_MAYBE;
}

enum rs_parse { RS_PARSED, RS_MORE, RS_MALFORMED, RS_GIVEN_UP };

struct rs_progress {
	enum rs_parse how;
	size_t consumed;
	size_t need; /* with RS_MORE */
};

/*
 * Where bytes of a stream came from: one entry per contributing segment, in
 * order.  An entry's bytes end (exclusive) at `end`, counted from the first
 * byte that was fed, and begin where the one before it ends.
 */
struct rs_arrival {
	size_t end;
	struct rs_stamp at;
};

struct rs_where {
	const struct rs_arrival *v;
	size_t n;
};

/* The stamp of the n bytes (at least one is looked at) from offset. */
static inline struct rs_stamp
rs_where_stamp(const struct rs_where *w, size_t offset, size_t n)
{
	size_t i = 0;
	while (i + 1 < w->n && w->v[i].end <= offset)
		i++;
	const struct rs_stamp *from = &w->v[i].at, *to = from;
	while (i + 1 < w->n && w->v[i].end < offset + n) {
		const struct rs_stamp *t = &w->v[++i].at;
		/* Of segments captured at the same time the later frame. */
		if (t->complete > to->complete ||
		    (t->complete == to->complete &&
			rs_frame_cmp(t->to, to->to) > 0))
			to = t;
	}
	return (struct rs_stamp){
	    from->first, to->complete, from->from, to->to};
}

/* What n bytes (at least one) from offset have of it. */
static inline struct rs_where
rs_where_part(const struct rs_where *w, size_t offset, size_t n)
{
	size_t from = 0, to;
	while (from + 1 < w->n && w->v[from].end <= offset)
		from++;
	for (to = from; to + 1 < w->n && w->v[to].end < offset + n;)
		to++;
	return (struct rs_where){w->v + from, w->n ? to - from + 1 : 0};
}

struct rs_event;

/* Events, and all they point to, die when emit() returns. */
struct rs_sink {
	void (*emit)(void *arg, const struct rs_event *ev);
	void *arg;
};

static inline void
rs_emit(const struct rs_sink *out, const struct rs_event *ev)
{
	out->emit(out->arg, ev);
}

/* How much of a stream a probe may want to see where it does not say more. */
enum { RS_PROBE_HEAD = 64 };

struct rs_dissector {
	const char *name;
	unsigned carriers; /* mask of enum rs_carrier */
	size_t head; /* its probe wants to see as much; 0: RS_PROBE_HEAD */
	size_t state_size; /* 0: stateless */
	/* Its first bytes are weak: only flows to or from this port are asked.
	   0: those of any. */
	uint16_t port;
	/* Over UDP: a question and its answer, and seldom more on its flow. */
	bool brief;
	enum rs_verdict (*probe)(struct rs_span head, enum rs_carrier over);
	struct rs_progress (*feed)(void *state, enum rs_carrier over,
	    enum rs_dir dir, struct rs_span data, const struct rs_where *where,
	    const struct rs_sink *out);
	void (*gap)(void *state, enum rs_dir dir, uint64_t missing,
	    const struct rs_stamp *at, const struct rs_sink *out);
	void (*close)(void *state, enum rs_dir dir, struct rs_span left,
	    const struct rs_stamp *at, const struct rs_sink *out);
};

#endif
