/* SPDX-License-Identifier: Apache-2.0 */
/*
 * One TCP connection, two halves.
 *
 * A half counts in positions: 64 bits whose low 32 are the sequence number, so
 * that nothing wraps.  `next` is the position of the byte to hand on next,
 * `acked` the highest that the receiver has acknowledged.  Bytes between them
 * were received by somebody and not (yet) seen here: if they stay away for a
 * while, they are missing.  They may still come, because captures on two taps
 * or of several queues mix the order of frames.
 *
 * Where the first byte was not seen (mid-stream, one-way) the half begins at a
 * guess: at the first acknowledgement of it, or at its first packet without
 * data.  The first packet with data corrects the guess, as long as nothing was
 * built on it.
 */
#include "net/tcp.h"

#include "net/reorder.h"
#include "net/tcp_note.h"

enum {
	HOLD_MAX = 256 << 10,     /* held bytes of a half */
	GIVE_UP_BYTES = 64 << 10, /* past an acknowledged hole */
	WILD = 1 << 28,           /* a jump that is no window's */
	WILD_RST = 1 << 20,       /* a reset's jump that is not believed */
	WILD_RUN = 3,             /* segments in a row that make it true */
	FAR_OFF = 1 << 24,        /* no registration has so many bytes */
	GUESS_OFF = 1 << 20,
};
#define GIVE_UP_AFTER RS_SEC
#define GIVE_UP_BLIND (5 * RS_SEC)
#define OUT_OF_ORDER (10 * RS_MSEC) /* at most, by a mirror port */

/* What each segment looks at comes first. */
struct half {
	uint64_t next; /* position of the next byte to hand on */
	uint64_t top;  /* end of the highest data seen */
	uint64_t acked;
	uint64_t fin; /* position of the FIN; 0: not seen */
	rs_time wait; /* since when a hole could be given up; RS_NEVER */
	rs_time last_byte_at;
	uint8_t wild_run;
	bool started;
	bool guessed;   /* nothing with a sequence number of its own yet */
	bool own_guess; /* ... but for packets without data */
	bool moved;     /* bytes were handed on or given up */
	bool closed, reset;
	bool wild_rst; /* see tcp_conn_flush() */
	struct reorder held;
	uint64_t base;      /* where it began */
	uint64_t wait_peer; /* where the receiver's own bytes ended at `wait` */
	uint32_t wait_bytes; /* that came since */
	uint32_t wild_next;  /* sequence number after the last wild segment */
	struct rs_stamp wild_rst_at;
	struct rs_stamp wait_at; /* the packet at `wait` */
};

struct tcp_conn {
	struct half half[2];
	struct rs_conn_facts facts;
	struct rs_account *pay;
	struct rs_pool *pool;
	bool ignored;
	bool busy; /* inside a callback, perhaps: nothing may be freed */
};

const size_t tcp_conn_size = sizeof(struct tcp_conn);

/* ---- positions */

static inline int32_t
distance(const struct half *s, uint32_t seq)
{
	return (int32_t)(seq - (uint32_t)s->next);
}

static inline uint64_t
position(const struct half *s, uint32_t seq)
{
	return s->next + (uint64_t)(int64_t)distance(s, seq);
}

static void
start(struct half *s, uint32_t seq, bool guessed)
{
	/* Far up: each SYN and each guess may go back by half a turn. */
	s->next = s->base = s->top = s->acked = ((uint64_t)1 << 62) + seq;
	s->started = true;
	s->guessed = guessed;
}

/* Begins elsewhere, before anything was built on where it began. */
static void
restart(struct half *s, uint64_t at)
{
	int64_t off = (int64_t)(at - s->next);
	if (off > GUESS_OFF || off < -GUESS_OFF)
		s->acked = at;
	s->next = s->base = at;
	if (s->top < at)
		s->top = at;
	if (s->acked < at)
		s->acked = at;
}

/* ---- what is handed on */

static void
hand(struct tcp_conn *c, enum rs_dir dir, struct rs_span bytes,
    const struct rs_stamp *at, const struct tcp_out *out)
{
	struct half *s = &c->half[dir];
	s->next += bytes.n;
	s->last_byte_at = at->complete;
	s->wait = RS_NEVER;
	s->moved = true;
	c->facts.half[dir].bytes += bytes.n;
	out->data(out->arg, dir, bytes, at);
}

static void
skip_to(struct tcp_conn *c, enum rs_dir dir, uint64_t position,
    const struct rs_stamp *at, const struct tcp_out *out)
{
	struct half *s = &c->half[dir];
	uint64_t missing = position - s->next;
	rs_time from =
	    s->last_byte_at == RS_NEVER ? c->facts.first_at : s->last_byte_at;
	if (from > at->first)
		from = at->first;
	c->facts.half[dir].missing += missing;
	c->facts.half[dir].gaps++;
	s->next = position;
	s->wait = RS_NEVER;
	s->moved = true;
	s->guessed = false;
	out->gap(out->arg, dir, missing, from, at->first, at);
}

/* Hands on what is held from `next` on, though nothing past a FIN. */
static void
drain(struct tcp_conn *c, enum rs_dir dir, const struct tcp_out *out)
{
	struct half *s = &c->half[dir];
	struct rs_span bytes;
	struct rs_stamp at;
	reorder_drop(&s->held, s->next);
	while (s->held.head && !c->ignored && s->next != s->fin &&
	       reorder_at(&s->held, s->next, &bytes, &at)) {
		if (s->fin && bytes.n > s->fin - s->next)
			bytes.n = (size_t)(s->fin - s->next);
		hand(c, dir, bytes, &at, out);
		reorder_drop(&s->held, s->next);
	}
}

static __attribute__((noinline)) void
close_side(struct tcp_conn *c, enum rs_dir dir, const struct tcp_out *out)
{
	struct half *s = &c->half[dir];
	s->closed = true;
	reorder_clear(&s->held); /* what came early, of past the FIN */
	if (c->ignored)
		return;
	struct rs_stamp at =
	    rs_stamp_at(c->facts.half[dir].fin_at, c->facts.half[dir].fin);
	out->close(out->arg, dir, RS_END_FIN, &at);
}

static inline void
close_if_done(struct tcp_conn *c, enum rs_dir dir, const struct tcp_out *out)
{
	const struct half *s = &c->half[dir];
	if (s->fin && s->next >= s->fin && !s->closed)
		close_side(c, dir, out);
}

/* The end of what must have been there: acknowledged, the FIN not counted. */
static uint64_t
acked_end(const struct half *s)
{
	return s->fin && s->acked > s->fin ? s->fin : s->acked;
}

/*
 * Gives up the first hole: up to the first byte held, where that was
 * acknowledged or `all` is wanted, or up to what was acknowledged, or with
 * `all` to the FIN.  False when there is none.
 */
static bool
give_up(
    struct tcp_conn *c, enum rs_dir dir, bool all, const struct tcp_out *out)
{
	struct half *s = &c->half[dir];
	struct rs_span bytes;
	struct rs_stamp at = s->wait_at;
	uint64_t to = acked_end(s), first;
	if (reorder_first(&s->held, &first) && (all || first <= to)) {
		to = first;
		if (!reorder_at(&s->held, first, &bytes, &at))
			return false;
	} else if (all && s->fin) {
		/* What is before a FIN was sent, acknowledged or not. */
		const struct rs_half_facts *f = &c->facts.half[dir];
		to = s->fin;
		at = rs_stamp_at(f->fin_at, f->fin);
	}
	if (s->fin && to > s->fin)
		to = s->fin;
	if (c->ignored || s->closed || to <= s->next)
		return false;
	skip_to(c, dir, to, &at, out);
	drain(c, dir, out);
	close_if_done(c, dir, out);
	return true;
}

/* Everything that is held, and the gaps between. */
static void
release(struct tcp_conn *c, enum rs_dir dir, const struct tcp_out *out)
{
	while (give_up(c, dir, true, out))
		;
}

/*
 * What is in an acknowledged hole would be here by now, if the capture only had
 * it out of order: its sender has gone on with what the receiver said since it
 * acknowledged the hole, or the receiver now answers what came behind it.
 */
static bool
overdue(const struct tcp_conn *c, enum rs_dir dir, enum rs_dir by,
    const struct net_packet *p)
{
	const struct half *s = &c->half[dir];
	if (by == dir)
		return c->half[rs_dir_other(dir)].acked > s->wait_peer;
	uint64_t first;
	struct rs_span bytes;
	struct rs_stamp at;
	return p->payload_wire && reorder_first(&s->held, &first) &&
	       first < s->acked && reorder_at(&s->held, first, &bytes, &at) &&
	       p->ts - at.complete >= OUT_OF_ORDER;
}

/* There may be a hole: see settle(). */
static __attribute__((noinline)) void
settle_hole(struct tcp_conn *c, enum rs_dir dir, enum rs_dir by,
    const struct net_packet *p, const struct tcp_out *out)
{
	struct half *s = &c->half[dir];
	const struct half *o = &c->half[rs_dir_other(dir)];
	bool acked = acked_end(s) > s->next;
	bool blind =
	    s->held.head && c->facts.half[rs_dir_other(dir)].packets == 0;
	if (!acked && !blind) {
		s->wait = RS_NEVER;
		return;
	}
	if (s->wait == RS_NEVER) {
		s->wait = p->ts;
		s->wait_at = p->at;
		s->wait_bytes = 0;
		s->wait_peer = o->top > o->acked ? o->top : o->acked;
	}
	rs_time after = acked ? GIVE_UP_AFTER : GIVE_UP_BLIND;
	if (p->ts - s->wait >= after || s->wait_bytes >= GIVE_UP_BYTES ||
	    (acked && overdue(c, dir, by, p)))
		give_up(c, dir, blind, out);
}

/* Is a hole to be given up at the time of this packet, which is of `by`? */
static inline void
settle(struct tcp_conn *c, enum rs_dir dir, enum rs_dir by,
    const struct net_packet *p, const struct tcp_out *out)
{
	struct half *s = &c->half[dir];
	if (!s->started || s->closed || c->ignored)
		return;
	if (s->held.head || acked_end(s) > s->next)
		settle_hole(c, dir, by, p, out);
	else
		s->wait = RS_NEVER;
}

/* ---- segments */

/* A segment has other bytes than an earlier one for the same place. */
static void
note_conflict(struct rs_half_facts *h, const struct rs_stamp *at)
{
	if (h->conflicts++ == 0)
		h->conflict = at->from;
}

/* A segment that comes before its turn. */
static void
hold(struct tcp_conn *c, enum rs_dir dir, uint64_t pos, struct rs_span bytes,
    const struct rs_stamp *at, const struct tcp_out *out)
{
	struct half *s = &c->half[dir];
	bool conflict = false;
	size_t before = s->held.bytes;
	while (!reorder_push(&s->held, pos, bytes, at, &conflict)) {
		/* Full: the first hole is given up for it. */
		uint64_t first;
		if (reorder_first(&s->held, &first) && first < pos)
			give_up(c, dir, true, out);
		else
			skip_to(c, dir, pos, at, out);
		if (c->ignored)
			return;
		if (s->next >= pos) {
			if (s->next < pos + bytes.n && !c->ignored)
				hand(c, dir,
				    rs_span_from(
					bytes, (size_t)(s->next - pos)),
				    at, out);
			drain(c, dir, out);
			return;
		}
	}
	if (s->held.bytes == before)
		c->facts.half[dir].retransmissions++;
	else if (pos < s->top)
		c->facts.half[dir].out_of_order++;
	if (conflict)
		note_conflict(&c->facts.half[dir], at);
}

/* A segment with the next byte, alone or with what is held. */
static void
pass(struct tcp_conn *c, enum rs_dir dir, uint64_t pos, uint64_t wire_end,
    const struct net_packet *p, const struct tcp_out *out)
{
	struct half *s = &c->half[dir];
	uint64_t end = pos + p->payload.n, first;
	if (s->held.head && reorder_differs(&s->held, pos, p->payload))
		note_conflict(&c->facts.half[dir], &p->at);
	while (s->next < end && !c->ignored) {
		uint64_t to = end;
		if (reorder_first(&s->held, &first) && first < to)
			to = first;
		if (to > s->next)
			hand(c, dir,
			    rs_span_part(p->payload, (size_t)(s->next - pos),
				(size_t)(to - s->next)),
			    &p->at, out);
		drain(c, dir, out);
	}
	/* What the snaplen took will not come. */
	if (s->next < wire_end && !c->ignored) {
		uint64_t to = wire_end;
		if (reorder_first(&s->held, &first) && first < to)
			to = first;
		skip_to(c, dir, to, &p->at, out);
		drain(c, dir, out);
	}
}

/* A guess about where the half begins, and its first bytes. */
static void
correct_guess(struct half *s, uint64_t pos)
{
	int64_t off = (int64_t)(pos - s->next);
	/* It began before; or its packets without data were keep-alive probes,
	   one byte back; or the guess was nonsense. */
	if (!s->moved &&
	    (off < 0 || off > GUESS_OFF || (s->own_guess && off == 1)))
		restart(s, pos);
	s->guessed = false;
}

/*
 * A sequence number out of any window: of another connection, or noise.  When
 * it goes on like that, it is the connection that moved (or the capture lost
 * more than we can count).  True when the segment may be used.
 */
static bool
tame(struct tcp_conn *c, enum rs_dir dir, uint32_t seq,
    const struct net_packet *p, const struct tcp_out *out)
{
	struct half *s = &c->half[dir];
	int32_t off = distance(s, seq);
	if ((off < WILD && off > -WILD) || (s->guessed && !s->moved)) {
		s->wild_run = 0;
		return true;
	}
	bool goes_on = s->wild_run && seq - s->wild_next < GUESS_OFF;
	s->wild_run = goes_on ? (uint8_t)(s->wild_run + 1) : 1;
	s->wild_next = seq + p->payload_wire;
	if (s->wild_run < WILD_RUN || s->fin)
		return false;
	s->wild_run = 0;
	if (c->ignored) {
		s->next += seq - (uint32_t)s->next;
		return true;
	}
	/* What is held may reach there. */
	release(c, dir, out);
	off = distance(s, seq);
	if (off < WILD && off > -WILD)
		return true;
	if (!s->closed && !c->ignored)
		skip_to(
		    c, dir, s->next + (seq - (uint32_t)s->next), &p->at, out);
	s->acked = s->next;
	return true;
}

static void
on_data(struct tcp_conn *c, enum rs_dir dir, uint32_t seq,
    const struct net_packet *p, const struct tcp_out *out)
{
	struct half *s = &c->half[dir];
	struct rs_half_facts *facts = &c->facts.half[dir];
	uint64_t pos = position(s, seq);
	uint64_t end = pos + p->payload_wire;
	/* RFC 9293 3.8.4: a keep-alive probe repeats the byte before. */
	if (p->payload_wire == 1 && pos + 1 == s->next)
		return;
	if (s->guessed)
		correct_guess(s, pos);
	if (end <= s->next) {
		facts->retransmissions++;
		tcp_note_repeat(&c->facts.idle, dir, p->ts);
		return;
	}
	/* Nothing comes after a FIN or a reset, whoever sends it. */
	if (s->closed || (s->fin && end > s->fin))
		return;
	if (c->ignored) {
		facts->bytes += end - (pos > s->next ? pos : s->next);
		s->next = end;
		return;
	}
	if (s->wait != RS_NEVER)
		s->wait_bytes += p->payload_wire;
	if (pos <= s->next) {
		facts->out_of_order += s->top > s->next;
		pass(c, dir, pos, end, p, out);
	} else if (p->payload.n) {
		hold(c, dir, pos, p->payload, &p->at, out);
	}
	if (end > s->top)
		s->top = end;
}

static void
on_fin(struct tcp_conn *c, enum rs_dir dir, uint32_t end_seq,
    const struct net_packet *p)
{
	struct half *s = &c->half[dir];
	struct rs_half_facts *facts = &c->facts.half[dir];
	if (facts->fin_at == RS_NEVER) {
		facts->fin_at = p->ts;
		facts->fin = p->at.to;
	}
	uint64_t end = position(s, end_seq);
	if (!s->fin && end >= s->next)
		s->fin = end;
}

/* The receiver says which bytes it lacks; the first block may tell of a repeat
   instead (RFC 2883 4), which then lies before them. */
static void
on_sack(struct half *s, struct rs_half_facts *facts, const struct net_packet *p,
    const struct tcp_hdr *h)
{
	uint32_t hole = h->sack_left - h->ack;
	if (hole == 0 || hole > WILD || position(s, h->ack) < s->acked)
		return;
	if (facts->hole_acks++ == 0) {
		facts->hole_at = p->ts;
		facts->hole_frame = p->at.from;
	}
	facts->hole = hole;
}

/* The receiver of half s has all before `ack`. */
static void
on_ack(struct tcp_conn *c, enum rs_dir sender, const struct net_packet *p,
    const struct tcp_hdr *h)
{
	struct half *s = &c->half[sender];
	struct rs_half_facts *facts = &c->facts.half[sender];
	if (!s->started) {
		start(s, h->ack, true);
		return;
	}
	uint64_t pos = position(s, h->ack);
	if (pos > s->acked && distance(s, h->ack) < WILD * 4) {
		s->acked = pos;
		facts->hole = facts->hole_acks = 0;
	}
	if (h->sack)
		on_sack(s, facts, p, h);
}

static void
on_syn(struct tcp_conn *c, enum rs_dir dir, const struct net_packet *p,
    const struct tcp_hdr *h)
{
	struct half *s = &c->half[dir];
	struct rs_half_facts *facts = &c->facts.half[dir];
	facts->syns++;
	if (facts->mss == 0)
		facts->mss = h->mss;
	if (facts->syn_at == RS_NEVER) {
		facts->syn_at = p->ts;
		facts->syn = p->at.from;
	}
	if (!(h->flags & TCP_ACK))
		c->facts.from_start = true;
	if (!s->started)
		start(s, h->seq + 1, false);
	else if (s->guessed || (!s->moved && !s->held.head))
		restart(s, position(s, h->seq + 1));
	s->guessed = false;
}

/*
 * A reset stands where its sender's bytes end (RFC 9293 3.10.7.1), so that what
 * is between was sent, and is not in the capture.  One byte may be a FIN's.
 * Where the reset looks unlike its sender's packets it may be anybody's, and
 * its number a guess.
 */
static void
miss_before_reset(struct tcp_conn *c, enum rs_dir dir, uint64_t end,
    const struct rs_stamp *at, const struct tcp_out *out)
{
	const struct half *s = &c->half[dir];
	const struct rs_half_facts *facts = &c->facts.half[dir];
	bool own = facts->rst_ttl == facts->last_ttl;
	if (own && !s->fin && !s->guessed && !c->ignored && end > s->next + 1)
		skip_to(c, dir, end, at, out);
}

/* end: its position; 0: not to be believed. */
static void
reset(struct tcp_conn *c, enum rs_dir dir, uint64_t end,
    const struct rs_stamp *at, const struct tcp_out *out)
{
	struct half *s = &c->half[dir];
	struct rs_half_facts *facts = &c->facts.half[dir];
	if (facts->rst_at == RS_NEVER) {
		facts->rst_at = at->first;
		facts->rst = at->from;
	}
	s->reset = true;
	if (s->closed)
		return;
	if (s->started)
		release(c, dir, out);
	if (s->closed) /* the FIN stood behind a hole */
		return;
	if (s->started)
		miss_before_reset(c, dir, end, at, out);
	s->closed = true;
	if (!c->ignored)
		out->close(out->arg, dir, RS_END_RST, at);
}

static void
on_rst(struct tcp_conn *c, enum rs_dir dir, const struct net_packet *p,
    const struct tcp_hdr *h, const struct tcp_out *out)
{
	struct half *s = &c->half[dir];
	const struct half *o = &c->half[rs_dir_other(dir)];
	uint64_t end = 0;
	if (h->flags & TCP_ACK && o->started && (uint32_t)o->base != h->ack)
		c->facts.half[dir].rst_late = true;
	if (s->started) {
		int32_t off = distance(s, h->seq);
		if (off > WILD_RST || off < -WILD_RST) {
			if (!s->wild_rst)
				s->wild_rst_at = p->at;
			s->wild_rst = true;
			return;
		}
		end = position(s, h->seq);
	}
	reset(c, dir, end, &p->at, out);
}

static void
note_packet(struct tcp_conn *c, enum rs_dir dir, const struct net_packet *p,
    const struct tcp_hdr *h)
{
	struct rs_conn_facts *f = &c->facts;
	struct rs_half_facts *half = &f->half[dir];
	if (f->first_at == RS_NEVER) {
		f->first_at = p->ts;
		f->first = p->at.from;
	}
	if (half->packets++ == 0)
		half->ttl = p->ttl;
	else
		tcp_note_idle(f, dir, p, h);
	tcp_note_look(half, p, h);
	half->last_at = f->last_at = p->ts;
	half->last = f->last = p->at.to;
	if (f->established_at == RS_NEVER && dir == RS_C2S && half->syns &&
	    (h->flags & (TCP_ACK | TCP_SYN | TCP_RST)) == TCP_ACK) {
		f->established_at = p->ts;
		f->established = p->at.from;
	}
}

/* The first packet of a half that has no SYN. */
static void
pick_up(struct half *s, uint32_t seq, const struct net_packet *p)
{
	/* One byte of a connection under way is a keep-alive probe's. */
	bool probe = p->payload_wire == 1;
	start(s, seq + probe, p->payload_wire == 0);
	s->own_guess = p->payload_wire == 0;
}

void
tcp_conn_expect(const struct tcp_conn *c, enum rs_dir dir)
{
	const struct half *s = &c->half[dir], *o = &c->half[rs_dir_other(dir)];
	const struct rs_half_facts *facts = &c->facts.half[dir];
	__builtin_prefetch(&s->next, 1);
	__builtin_prefetch(&s->held, 1);
	__builtin_prefetch(&o->next, 1);
	__builtin_prefetch(&o->held, 1);
	__builtin_prefetch(&facts->packets, 1);
	__builtin_prefetch(&facts->syn_at, 1);
	__builtin_prefetch(&c->facts.last_at, 1);
}

void
tcp_conn_segment(struct tcp_conn *c, enum rs_dir dir,
    const struct net_packet *p, const struct tcp_hdr *h,
    const struct tcp_out *out)
{
	struct half *s = &c->half[dir];
	enum rs_dir other = rs_dir_other(dir);
	note_packet(c, dir, p, h);
	c->busy = true;
	if (h->flags & TCP_RST) {
		on_rst(c, dir, p, h, out);
	} else {
		uint32_t seq = h->seq;
		s->wild_rst = false;
		if (h->flags & TCP_ACK)
			on_ack(c, other, p, h);
		settle(c, other, dir, p, out);
		if (h->flags & TCP_SYN) {
			on_syn(c, dir, p, h);
			seq++;
		} else if (!s->started) {
			pick_up(s, seq, p);
		}
		bool good = p->payload_wire == 0 && !(h->flags & TCP_FIN);
		if (!good && tame(c, dir, seq, p, out)) {
			if (h->flags & TCP_FIN)
				on_fin(c, dir, seq + p->payload_wire, p);
			if (p->payload_wire)
				on_data(c, dir, seq, p, out);
		}
		close_if_done(c, dir, out);
		settle(c, dir, dir, p, out);
	}
	c->busy = false;
	if (c->ignored) {
		reorder_clear(&c->half[RS_C2S].held);
		reorder_clear(&c->half[RS_S2C].held);
	}
}

/* ---- the rest */

struct tcp_conn *
tcp_conn_new(struct rs_account *pay, struct rs_pool *pool)
{
	if (!rs_account_charge(pay, sizeof(struct tcp_conn)))
		return NULL;
	struct tcp_conn *c = rs_pool_zeroed(pool, sizeof *c);
	c->pay = pay;
	c->pool = pool;
	tcp_note_no_times(&c->facts);
	for (unsigned i = 0; i < 2; i++) {
		struct half *s = &c->half[i];
		s->wait = s->last_byte_at = RS_NEVER;
		reorder_init(&s->held, HOLD_MAX, pay, pool);
	}
	return c;
}

void
tcp_conn_free(struct tcp_conn *c)
{
	if (!c)
		return;
	reorder_clear(&c->half[RS_C2S].held);
	reorder_clear(&c->half[RS_S2C].held);
	rs_account_refund(c->pay, sizeof *c);
	rs_pool_give(c->pool, c, sizeof *c);
}

void
tcp_conn_opened(struct tcp_conn *c, rs_time at, struct rs_frame frame,
    uint32_t isn, uint8_t ttl, uint16_t mss)
{
	const struct net_packet p = {
	    .ts = at, .at = rs_stamp_at(at, frame), .ttl = ttl};
	const struct tcp_hdr h = {.seq = isn, .flags = TCP_SYN, .mss = mss};
	note_packet(c, RS_C2S, &p, &h);
	on_syn(c, RS_C2S, &p, &h);
}

void
tcp_conn_ignore(struct tcp_conn *c)
{
	c->ignored = true;
	if (c->busy)
		return;
	reorder_clear(&c->half[RS_C2S].held);
	reorder_clear(&c->half[RS_S2C].held);
}

void
tcp_conn_flush(struct tcp_conn *c, const struct tcp_out *out)
{
	c->busy = true;
	for (enum rs_dir dir = RS_C2S; dir <= RS_S2C; dir++) {
		struct half *s = &c->half[dir];
		if (s->started && !s->closed)
			release(c, dir, out);
		if (s->wild_rst)
			reset(c, dir, 0, &s->wild_rst_at, out);
	}
	c->busy = false;
	if (c->ignored)
		tcp_conn_ignore(c);
}

struct rs_conn_facts *
tcp_conn_facts(struct tcp_conn *c)
{
	for (int i = 0; i < 2; i++)
		c->facts.half[i].acked = c->half[i].acked >= c->half[i].top;
	return &c->facts;
}

bool
tcp_conn_is_new(
    const struct tcp_conn *c, enum rs_dir dir, const struct tcp_hdr *h)
{
	const struct half *s = &c->half[dir];
	if (!(h->flags & TCP_SYN) || h->flags & TCP_RST)
		return false;
	if (!s->started)
		/* Its first packet; though not after it was over. */
		return tcp_conn_over(c);
	/* Where this half began: repeated, or captured late. */
	uint64_t first = position(s, h->seq + 1);
	if (first == s->base)
		return false;
	if (tcp_conn_over(c))
		return true;
	/* Before anything was built on it: a guess a little too high, or a
	   second answer. */
	if (s->guessed && !s->own_guess && first < s->base &&
	    s->base - first < GUESS_OFF)
		return false;
	return !(h->flags & TCP_ACK) || s->moved;
}

bool
tcp_conn_elsewhere(
    const struct tcp_conn *c, enum rs_dir dir, const struct tcp_hdr *h)
{
	const struct half *s = &c->half[dir];
	if (tcp_conn_over(c) || !s->started || h->flags & TCP_RST)
		return false;
	if (h->flags & TCP_SYN)
		return tcp_conn_is_new(c, dir, h);
	int32_t off = distance(s, h->seq);
	return off > FAR_OFF || off < -FAR_OFF;
}

bool
tcp_conn_over(const struct tcp_conn *c)
{
	return c->half[RS_C2S].reset || c->half[RS_S2C].reset ||
	       (c->half[RS_C2S].closed && c->half[RS_S2C].closed);
}

bool
tcp_conn_waits(const struct tcp_conn *c)
{
	return c->half[RS_C2S].held.head || c->half[RS_S2C].held.head;
}
