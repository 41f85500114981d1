/* SPDX-License-Identifier: Apache-2.0 */
/*
 * TCP connections, from bytes as operations: the first byte is the budget and
 * where sequence numbers begin, then each operation is a byte (what, which
 * side, bits) and its parameters.
 *
 * What each segment said is remembered under its frame's number, and the bytes
 * of a stream are a function of their sequence numbers, so that everything
 * handed on can be traced back.  Beyond no crash:
 *
 *  - data lies in the segment that its stamp names, at the place where the
 *    stream is: after what was handed on and what was told as a gap.  So no
 *    byte comes twice or out of turn, and data and gaps add up to offsets;
 *  - a side closes once at most, by a FIN only where it stands, and says
 *    nothing more after it;
 *  - nothing is said once the connection is ignored;
 *  - the facts count what was handed on;
 *  - the budget is kept, and is back at zero in the end.
 */
#include "net/tcp.h"

#include <stdlib.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

enum { MAX_FRAMES = 512, SMALL = 6000, LARGE = 8 << 20 };
/* The low three bits of an operation; bit 3 is the side. */
enum { NEXT, JUMP, LOSE, SYN, FIN, RST, TIME, OTHER };
/* The others, by the byte after it. */
enum { IGNORE, IGNORE_IN_DATA, FLUSH, REUSE, CUT, WILD, OPENED, ACK, OTHER_N };
enum {
	BIT_DIR = 8,
	BIT_NO_ACK = 16,
	BIT_DIFFERS = 32,
	BIT_LONG = 64,
	BIT_AGAIN = 128
};

static const rs_time steps[8] = {1, RS_MSEC, RS_SEC / 2, RS_SEC, 5 * RS_SEC,
    3600 * RS_SEC, -RS_MSEC, -10 * RS_SEC};

/* What a frame carried. */
struct said {
	uint32_t seq, end; /* end: what the snaplen took included */
	size_t n;
	uint8_t mask; /* its bytes differ from the stream's by this */
	uint8_t dir;
};

/* What was heard of one side of the connection. */
struct side {
	uint32_t at; /* sequence number of the next byte, where `placed` */
	bool placed, closed;
	uint64_t data, missing, gaps;
};

struct run {
	struct rs_account pay;
	struct tcp_conn *c;
	struct tcp_out out;
	struct side side[2];
	bool ignored, ignore_in_data;
	uint32_t cursor[2]; /* what each side sends next */
	int32_t ack_off[2];
	uint32_t cut; /* bytes that the next segment loses to the snaplen */
	rs_time ts;
	uint64_t frame;
	struct said said[MAX_FRAMES + 1];
	bool fin[MAX_FRAMES + 1];
	const uint8_t *p;
	size_t n;
};

static void
must(bool holds)
{
	if (!holds)
		abort();
}

static uint32_t
take(struct run *r, unsigned bytes)
{
	uint32_t v = 0;
	for (; bytes && r->n; bytes--, r->n--)
		v = v << 8 | *r->p++;
	return v;
}

/*
 * The bytes of a side's stream from this sequence number on, any 64 kB.  They
 * repeat after 64 kB, and are there twice over, so that a segment is copied
 * and compared at once: byte by byte is slow in a build for fuzzing.
 */
static const uint8_t *
content(unsigned dir, uint32_t seq)
{
	static uint8_t bytes[2][2 << 16];
	static bool made;
	for (uint32_t i = 0; !made && i < 2 << 16; i++) {
		uint32_t x = (i & 0xffff) * 0x9e3779b1u;
		bytes[RS_C2S][i] = (uint8_t)(x >> 24 ^ x >> 13);
		bytes[RS_S2C][i] = (uint8_t)(x >> 21 ^ x >> 9);
	}
	made = true;
	return &bytes[dir][seq & 0xffff];
}

static bool
is_content(const struct said *s, size_t offset, struct rs_span bytes)
{
	const uint8_t *p = content(s->dir, s->seq + (uint32_t)offset);
	if (s->mask == 0)
		return memcmp(p, bytes.p, bytes.n) == 0;
	for (size_t i = 0; i < bytes.n; i++)
		if (bytes.p[i] != (p[i] ^ s->mask))
			return false;
	return true;
}

/* Where a stream begins is a guess of tcp.c: found from its first bytes. */
static void
place(struct side *side, const struct said *s, struct rs_span bytes)
{
	unsigned found = 0;
	for (size_t o = 0; o + bytes.n <= s->n; o++)
		if (is_content(s, o, bytes)) {
			side->at = s->seq + (uint32_t)o;
			found++;
		}
	must(found > 0);
	side->placed = found == 1;
}

static void
on_data(
    void *arg, enum rs_dir dir, struct rs_span bytes, const struct rs_stamp *at)
{
	struct run *r = arg;
	struct side *side = &r->side[dir];
	must(bytes.n > 0 && !side->closed && !r->ignored);
	must(at->from.number >= 1 && at->from.number <= r->frame);
	const struct said *s = &r->said[at->from.number];
	must(s->dir == dir && bytes.n <= s->n);
	if (!side->placed) {
		place(side, s, bytes);
	} else {
		uint32_t offset = side->at - s->seq;
		must(offset <= s->n && bytes.n <= s->n - offset);
		must(is_content(s, offset, bytes));
	}
	side->at += (uint32_t)bytes.n;
	side->data += bytes.n;
	if (r->ignore_in_data) {
		tcp_conn_ignore(r->c);
		r->ignored = true;
	}
}

static void
on_gap(void *arg, enum rs_dir dir, uint64_t missing, rs_time from, rs_time to,
    const struct rs_stamp *at)
{
	struct run *r = arg;
	struct side *side = &r->side[dir];
	must(missing > 0 && missing <= UINT32_MAX);
	must(!side->closed && !r->ignored && from <= to);
	must(at->from.number >= 1 && at->from.number <= r->frame);
	side->at += (uint32_t)missing;
	side->missing += missing;
	side->gaps++;
}

static void
on_close(
    void *arg, enum rs_dir dir, enum rs_ending how, const struct rs_stamp *at)
{
	struct run *r = arg;
	must(!r->side[dir].closed && !r->ignored);
	must(how == RS_END_FIN || how == RS_END_RST);
	must(at->from.number >= 1 && at->from.number <= r->frame);
	r->side[dir].closed = true;
	if (how == RS_END_RST || !r->side[dir].placed)
		return;
	bool found = false;
	for (uint64_t i = 1; i <= r->frame && !found; i++)
		found = r->fin[i] && r->said[i].dir == dir &&
			r->said[i].end == r->side[dir].at;
	must(found);
}

static void
check(struct run *r)
{
	const struct rs_conn_facts *f = tcp_conn_facts(r->c);
	must(r->pay.used <= r->pay.limit);
	for (int i = 0; i < 2 && !r->ignored; i++) {
		must(f->half[i].bytes == r->side[i].data);
		must(f->half[i].missing == r->side[i].missing);
		must(f->half[i].gaps == r->side[i].gaps);
	}
}

static void
begin(struct run *r)
{
	r->c = tcp_conn_new(&r->pay, NULL);
	must(r->c != NULL);
	memset(r->side, 0, sizeof r->side);
	r->ignored = r->ignore_in_data = false;
}

static void
end(struct run *r)
{
	tcp_conn_flush(r->c, &r->out);
	check(r);
	tcp_conn_free(r->c);
	must(r->pay.used == 0);
}

/* As engine.c does it, ports that are used again included. */
static void
segment(struct run *r, enum rs_dir dir, uint8_t flags, uint32_t seq, size_t n,
    uint8_t mask)
{
	size_t kept = n > r->cut ? n - r->cut : 0;
	uint8_t *copy = malloc(kept ? kept : 1);
	must(copy != NULL);
	uint32_t first = seq + (flags & TCP_SYN ? 1 : 0);
	memcpy(copy, content(dir, first), kept);
	for (size_t i = 0; i < kept && mask; i++)
		copy[i] ^= mask;
	const struct tcp_hdr h = {.seq = seq,
	    .ack = flags & TCP_ACK ? r->cursor[!dir] + (uint32_t)r->ack_off[dir]
				   : 0,
	    .flags = flags};
	if ((flags & (TCP_SYN | TCP_ACK)) == TCP_SYN &&
	    tcp_conn_is_new(r->c, dir, &h)) {
		end(r);
		begin(r);
	}
	r->frame++;
	r->said[r->frame] =
	    (struct said){first, first + (uint32_t)n, kept, mask, dir};
	r->fin[r->frame] = flags & TCP_FIN;
	const struct net_packet p = {.ts = r->ts,
	    .at = rs_stamp_at(r->ts, (struct rs_frame){0, r->frame}),
	    .proto = NET_PROTO_TCP,
	    .ttl = 64,
	    .cut = kept < n,
	    .payload = {copy, kept},
	    .payload_wire = (uint32_t)n};
	tcp_conn_segment(r->c, dir, &p, &h, &r->out);
	free(copy);
	r->cut = 0;
	check(r);
	(void)tcp_conn_over(r->c);
}

static void
other(struct run *r, enum rs_dir dir, uint8_t op)
{
	switch (take(r, 1) % OTHER_N) {
	case IGNORE:
		tcp_conn_ignore(r->c);
		r->ignored = true;
		break;
	case IGNORE_IN_DATA:
		r->ignore_in_data = true;
		break;
	case FLUSH: /* always the end of it */
	case REUSE:
		end(r);
		begin(r);
		break;
	case CUT:
		r->cut = take(r, 2);
		break;
	case WILD:
		r->cursor[dir] += take(r, 4);
		break;
	case OPENED:
		end(r);
		begin(r);
		r->cursor[RS_C2S] += op & BIT_AGAIN ? 0 : take(r, 4);
		r->said[++r->frame] = (struct said){.dir = RS_C2S};
		tcp_conn_opened(r->c, r->ts, (struct rs_frame){0, r->frame},
		    r->cursor[RS_C2S]++, 64, 1460);
		break;
	default:
		r->ack_off[dir] = (int16_t)take(r, 2);
		break;
	}
}

static void
operation(struct run *r)
{
	uint8_t op = (uint8_t)take(r, 1);
	enum rs_dir dir = op & BIT_DIR ? RS_S2C : RS_C2S;
	uint8_t ack = op & BIT_NO_ACK ? 0 : TCP_ACK;
	uint8_t mask = op & BIT_DIFFERS ? 0x55 : 0;
	uint32_t seq = r->cursor[dir];
	size_t n;
	switch (op & 7) {
	case NEXT:
		n = take(r, op & BIT_LONG ? 2 : 1);
		segment(r, dir, ack, seq, n, mask);
		r->cursor[dir] += op & BIT_AGAIN ? 0 : (uint32_t)n;
		break;
	case JUMP:
		seq += (uint32_t)(int16_t)take(r, 2);
		n = take(r, op & BIT_LONG ? 2 : 1);
		segment(r, dir, ack, seq, n, mask);
		if (op & BIT_AGAIN)
			r->cursor[dir] = seq + (uint32_t)n;
		break;
	case LOSE:
		r->cursor[dir] += take(r, op & BIT_LONG ? 3 : 1);
		break;
	case SYN:
		if (op & BIT_LONG)
			seq += take(r, 4);
		n = op & BIT_AGAIN ? take(r, 1) : 0;
		segment(r, dir, TCP_SYN | ack, seq, n, mask);
		r->cursor[dir] = seq + 1 + (uint32_t)n;
		break;
	case FIN:
		n = op & BIT_LONG ? take(r, 1) : 0;
		segment(r, dir, TCP_FIN | ack, seq, n, mask);
		r->cursor[dir] += (uint32_t)n + 1;
		break;
	case RST:
		if (op & BIT_LONG)
			seq += take(r, 4);
		segment(r, dir, TCP_RST | ack, seq, 0, 0);
		break;
	case TIME:
		r->ts += steps[op >> 4 & 7];
		break;
	default:
		other(r, dir, op);
		break;
	}
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static const uint32_t isns[4] = {
	    1000, UINT32_MAX - 20, 0x7ffffff0, UINT32_MAX};
	if (size == 0)
		return 0;
	struct run *r = calloc(1, sizeof *r);
	must(r != NULL);
	rs_account_init(&r->pay, data[0] & 1 ? SMALL : LARGE);
	r->cursor[RS_C2S] = isns[data[0] >> 1 & 3];
	r->cursor[RS_S2C] = isns[data[0] >> 3 & 3];
	r->out = (struct tcp_out){on_data, on_gap, on_close, r};
	r->ts = 1700000000 * RS_SEC;
	r->p = data + 1;
	r->n = size - 1;
	begin(r);
	while (r->n && r->frame < MAX_FRAMES)
		operation(r);
	end(r);
	free(r);
	return 0;
}
