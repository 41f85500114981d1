/* SPDX-License-Identifier: Apache-2.0 */
#include "net/tcp.h"
#include "packets.h"
#include "unit.h"

#include <stdio.h>
#include <string.h>

/* What came out, as text: bytes, [gap n], <FIN>, <RST>. */
struct heard {
	char text[2][4096];
	size_t n[2];
	const uint8_t *last; /* where the last data pointed */
	struct rs_stamp at;
	rs_time from, to;
	struct tcp_conn *ignore_at_data;
};

static void
say(struct heard *o, enum rs_dir dir, const void *p, size_t n)
{
	if (o->n[dir] + n >= sizeof o->text[dir])
		n = sizeof o->text[dir] - 1 - o->n[dir];
	memcpy(o->text[dir] + o->n[dir], p, n);
	o->n[dir] += n;
	o->text[dir][o->n[dir]] = 0;
}

static void
on_data(
    void *arg, enum rs_dir dir, struct rs_span bytes, const struct rs_stamp *at)
{
	struct heard *o = arg;
	CU_ASSERT(bytes.n > 0);
	say(o, dir, bytes.p, bytes.n);
	o->last = bytes.p;
	o->at = *at;
	if (o->ignore_at_data)
		tcp_conn_ignore(o->ignore_at_data);
}

static void
on_gap(void *arg, enum rs_dir dir, uint64_t missing, rs_time from, rs_time to,
    const struct rs_stamp *at)
{
	struct heard *o = arg;
	char text[40];
	int n =
	    snprintf(text, sizeof text, "[%llu]", (unsigned long long)missing);
	say(o, dir, text, (size_t)n);
	CU_ASSERT(from <= to);
	o->from = from;
	o->to = to;
	o->at = *at;
}

static void
on_close(
    void *arg, enum rs_dir dir, enum rs_ending how, const struct rs_stamp *at)
{
	struct heard *o = arg;
	say(o, dir, how == RS_END_FIN ? "<FIN>" : "<RST>", 5);
	o->at = *at;
}

/* One connection under test; a frame's time in ms is its number unless told. */
struct bench {
	struct rs_account pay;
	struct tcp_conn *c;
	struct heard heard;
	struct tcp_out out;
	uint64_t frame;
	rs_time ms;
	uint32_t isn[2];
	uint8_t hops; /* that the next packets have lost, more than usual */
};

static void
set_up(struct bench *b, uint32_t c_isn, uint32_t s_isn)
{
	memset(b, 0, sizeof *b);
	rs_account_init(&b->pay, 8 << 20);
	b->c = tcp_conn_new(&b->pay, NULL);
	b->out = (struct tcp_out){on_data, on_gap, on_close, &b->heard};
	b->isn[RS_C2S] = c_isn;
	b->isn[RS_S2C] = s_isn;
}

static void
tear_down(struct bench *b)
{
	tcp_conn_free(b->c);
	CU_ASSERT_EQUAL(b->pay.used, 0);
}

/* seq and ack are relative: 0 is the SYN, 1 the first byte.  `wire` more bytes
   were on the wire than are given. */
static void
cut_segment(struct bench *b, enum rs_dir dir, uint8_t flags, uint32_t seq,
    uint32_t ack, const char *data, uint32_t wire)
{
	size_t n = strlen(data);
	rs_time ts = ++b->ms * RS_MSEC;
	struct net_packet p = {.ts = ts,
	    .at = rs_stamp_at(ts, (struct rs_frame){0, ++b->frame}),
	    .proto = NET_PROTO_TCP,
	    .ttl = (uint8_t)((dir == RS_C2S ? 64 : 57) - b->hops),
	    .cut = wire > 0,
	    .payload = {(const uint8_t *)data, n},
	    .payload_wire = (uint32_t)n + wire};
	struct tcp_hdr h = {.seq = b->isn[dir] + seq,
	    .ack = flags & TCP_ACK ? b->isn[!dir] + ack : 0,
	    .flags = flags};
	tcp_conn_segment(b->c, dir, &p, &h, &b->out);
}

static void
segment(struct bench *b, enum rs_dir dir, uint8_t flags, uint32_t seq,
    uint32_t ack, const char *data)
{
	cut_segment(b, dir, flags, seq, ack, data, 0);
}

static void
c2s(struct bench *b, uint32_t seq, uint32_t ack, const char *data)
{
	segment(b, RS_C2S, TCP_ACK, seq, ack, data);
}

static void
s2c(struct bench *b, uint32_t seq, uint32_t ack, const char *data)
{
	segment(b, RS_S2C, TCP_ACK, seq, ack, data);
}

static void
handshake(struct bench *b)
{
	segment(b, RS_C2S, TCP_SYN, 0, 0, "");
	segment(b, RS_S2C, TCP_SYN | TCP_ACK, 0, 1, "");
	segment(b, RS_C2S, TCP_ACK, 1, 1, "");
}

#define HEARD(b, c, s)                                                         \
 do {                                                                          \
  CU_ASSERT_STRING_EQUAL((b).heard.text[RS_C2S], c);                           \
  CU_ASSERT_STRING_EQUAL((b).heard.text[RS_S2C], s);                           \
 } while (0)

static struct bench b;

static void
test_in_order(void)
{
	static const char hello[] = "hello";
	for (unsigned wrap = 0; wrap < 2; wrap++) {
		set_up(&b, wrap ? 0xfffffffe : 1000, wrap ? 0xffffffff : 5);
		handshake(&b);
		size_t used = b.pay.used;
		c2s(&b, 1, 1, hello);
		CU_ASSERT_PTR_EQUAL(b.heard.last, hello); /* no copy */
		CU_ASSERT_EQUAL(b.heard.at.from.number, 4);
		s2c(&b, 1, 6, "world");
		c2s(&b, 6, 6, "!");
		CU_ASSERT_EQUAL(b.pay.highest, used);
		segment(&b, RS_C2S, TCP_ACK | TCP_FIN, 7, 6, "");
		CU_ASSERT(!tcp_conn_over(b.c));
		s2c(&b, 6, 8, "bye");
		segment(&b, RS_S2C, TCP_ACK | TCP_FIN, 9, 8, "");
		c2s(&b, 8, 10, "");
		HEARD(b, "hello!<FIN>", "worldbye<FIN>");
		CU_ASSERT(tcp_conn_over(b.c));
		tcp_conn_flush(b.c, &b.out);
		HEARD(b, "hello!<FIN>", "worldbye<FIN>");

		const struct rs_conn_facts *f = tcp_conn_facts(b.c);
		CU_ASSERT(f->from_start);
		CU_ASSERT_EQUAL(f->first_at, 1 * RS_MSEC);
		CU_ASSERT_EQUAL(f->established_at, 3 * RS_MSEC);
		CU_ASSERT_EQUAL(f->established.number, 3);
		CU_ASSERT_EQUAL(f->last.number, 10);
		const struct rs_half_facts *h = &f->half[RS_C2S];
		CU_ASSERT_EQUAL(h->packets, 6);
		CU_ASSERT_EQUAL(h->bytes, 6);
		CU_ASSERT_EQUAL(h->syns, 1);
		CU_ASSERT_EQUAL(h->ttl, 64);
		CU_ASSERT_EQUAL(h->fin.number, 7);
		CU_ASSERT_EQUAL(h->rst_at, RS_NEVER);
		CU_ASSERT_EQUAL(h->retransmissions, 0);
		h = &f->half[RS_S2C];
		CU_ASSERT_EQUAL(h->bytes, 8);
		CU_ASSERT_EQUAL(h->ttl, 57);
		CU_ASSERT_EQUAL(h->syn.number, 2);
		CU_ASSERT_EQUAL(h->missing, 0);
		tear_down(&b);
	}
}

/* A sequence of segments of the client after the handshake, and what is heard:
   after each with the server's acknowledgements, and after the flush. */
struct step {
	enum { SEND, ACK, FIN, RST, FORGED, WAIT, CUT } what;
	uint32_t at;
	const char *data;
};

static const struct {
	const char *name;
	struct step steps[10];
	const char *before, *after;
	unsigned retransmissions, out_of_order, conflicts, gaps;
	uint64_t bytes, missing;
} rows[] = {
    {"swapped", {{SEND, 4, "def"}, {SEND, 1, "abc"}}, "abcdef", "abcdef", 0, 1,
	0, 0, 6, 0},
    {"late, after its acknowledgement",
	{{SEND, 4, "def"}, {ACK, 7, ""}, {SEND, 7, "g"}, {ACK, 8, ""},
	    {SEND, 1, "abc"}},
	"abcdefg", "abcdefg", 0, 1, 0, 0, 7, 0},
    {"every one twice",
	{{SEND, 1, "abc"}, {SEND, 1, "abc"}, {SEND, 4, "def"}, {SEND, 4, "def"},
	    {FIN, 7, ""}, {FIN, 7, ""}},
	"abcdef<FIN>", "abcdef<FIN>", 2, 0, 0, 0, 6, 0},
    {"early one twice", {{SEND, 4, "def"}, {SEND, 4, "def"}, {SEND, 1, "abc"}},
	"abcdef", "abcdef", 1, 1, 0, 0, 6, 0},
    {"overlap after", {{SEND, 1, "abcd"}, {SEND, 3, "cdef"}}, "abcdef",
	"abcdef", 0, 0, 0, 0, 6, 0},
    {"overlap with held",
	{{SEND, 4, "def"}, {SEND, 1, "abcdef"}, {SEND, 7, "g"}}, "abcdefg",
	"abcdefg", 0, 1, 0, 0, 7, 0},
    {"first arrival wins", {{SEND, 4, "DEF"}, {SEND, 1, "abcdefg"}}, "abcDEFg",
	"abcDEFg", 0, 1, 1, 0, 7, 0},
    {"held ones differ", {{SEND, 4, "DEF"}, {SEND, 4, "def"}, {SEND, 1, "abc"}},
	"abcDEF", "abcDEF", 1, 1, 1, 0, 6, 0},
    {"hole that nobody acknowledged",
	{{SEND, 1, "abc"}, {SEND, 7, "ghi"}, {WAIT, 900, ""}, {SEND, 10, "j"}},
	"abc", "abc[3]ghij", 0, 0, 0, 1, 7, 3},
    {"hole acknowledged, at once",
	{{SEND, 1, "abc"}, {SEND, 7, "ghi"}, {ACK, 10, ""}, {WAIT, 900, ""},
	    {SEND, 10, "j"}},
	"abc", "abc[3]ghij", 0, 0, 0, 1, 7, 3},
    {"hole acknowledged, a second ago",
	{{SEND, 1, "abc"}, {SEND, 7, "ghi"}, {ACK, 10, ""}, {WAIT, 1000, ""},
	    {SEND, 10, "j"}},
	"abc[3]ghij", "abc[3]ghij", 0, 0, 0, 1, 7, 3},
    {"the other side's packet tells the time",
	{{SEND, 7, "ghi"}, {ACK, 10, ""}, {WAIT, 1000, ""}, {ACK, 10, ""}},
	"[6]ghi", "[6]ghi", 0, 0, 0, 1, 3, 6},
    {"late after it was given up",
	{{SEND, 4, "def"}, {ACK, 7, ""}, {WAIT, 1000, ""}, {ACK, 7, ""},
	    {SEND, 1, "abc"}},
	"[3]def", "[3]def", 1, 0, 0, 1, 3, 3},
    {"acknowledged, never seen",
	{{SEND, 1, "abc"}, {ACK, 104, ""}, {WAIT, 1000, ""}, {ACK, 104, ""}},
	"abc[100]", "abc[100]", 0, 0, 0, 1, 3, 100},
    {"acknowledged, seen in time",
	{{ACK, 7, ""}, {SEND, 1, "abc"}, {WAIT, 900, ""}, {SEND, 4, "def"}},
	"abcdef", "abcdef", 0, 0, 0, 0, 6, 0},
    {"slow, but it comes",
	{{ACK, 10, ""}, {WAIT, 900, ""}, {SEND, 1, "abc"}, {WAIT, 900, ""},
	    {SEND, 4, "def"}, {SEND, 7, "ghi"}},
	"abcdefghi", "abcdefghi", 0, 0, 0, 0, 9, 0},
    {"FIN before the data", {{FIN, 4, ""}, {SEND, 1, "abc"}}, "abc<FIN>",
	"abc<FIN>", 0, 0, 0, 0, 3, 0},
    {"FIN behind a hole", {{SEND, 1, "abc"}, {FIN, 7, "ghi"}}, "abc",
	"abc[3]ghi<FIN>", 0, 0, 0, 1, 6, 3},
    {"FIN behind a hole, acknowledged",
	{{SEND, 1, "abc"}, {FIN, 7, ""}, {ACK, 8, ""}, {WAIT, 1000, ""},
	    {ACK, 8, ""}},
	"abc[3]<FIN>", "abc[3]<FIN>", 0, 0, 0, 1, 3, 3},
    {"data after FIN", {{FIN, 1, "abc"}, {SEND, 5, "xyz"}}, "abc<FIN>",
	"abc<FIN>", 0, 0, 0, 0, 3, 0},
    {"early data past a FIN",
	{{SEND, 1, "abc"}, {SEND, 20, "xyz"}, {SEND, 30, "!"}, {FIN, 10, ""}},
	"abc", "abc[6]<FIN>", 0, 0, 0, 1, 3, 6},
    {"early data across a FIN",
	{{SEND, 1, "abc"}, {SEND, 6, "fghijk"}, {FIN, 8, ""}}, "abc",
	"abc[2]fg<FIN>", 0, 0, 0, 1, 5, 2},
    {"RST", {{SEND, 1, "abc"}, {RST, 4, ""}, {SEND, 4, "def"}}, "abc<RST>",
	"abc<RST>", 0, 0, 0, 0, 3, 0},
    {"RST behind a hole", {{SEND, 1, "abc"}, {SEND, 7, "ghi"}, {RST, 10, ""}},
	"abc[3]ghi<RST>", "abc[3]ghi<RST>", 0, 0, 0, 1, 6, 3},
    {"RST beyond what was seen", {{SEND, 1, "abc"}, {RST, 10, ""}},
	"abc[6]<RST>", "abc[6]<RST>", 0, 0, 0, 1, 3, 6},
    {"RST behind a hole, and beyond",
	{{SEND, 1, "abc"}, {SEND, 7, "ghi"}, {RST, 12, ""}},
	"abc[3]ghi[2]<RST>", "abc[3]ghi[2]<RST>", 0, 0, 0, 2, 6, 5},
    {"RST behind a FIN behind a hole",
	{{SEND, 1, "abc"}, {FIN, 8, ""}, {RST, 9, ""}}, "abc[4]<FIN>",
	"abc[4]<FIN>", 0, 0, 0, 1, 3, 4},
    {"FIN behind a hole that nobody acknowledges",
	{{SEND, 1, "abc"}, {FIN, 8, ""}}, "abc", "abc[4]<FIN>", 0, 0, 0, 1, 3,
	4},
    {"RST behind a FIN that was not seen", {{SEND, 1, "abc"}, {RST, 5, ""}},
	"abc<RST>", "abc<RST>", 0, 0, 0, 0, 3, 0},
    {"RST of somebody else, beyond what was seen",
	{{SEND, 1, "abc"}, {FORGED, 10, ""}}, "abc<RST>", "abc<RST>", 0, 0, 0,
	0, 3, 0},
    {"wild RST, the last", {{SEND, 1, "abc"}, {RST, 0x30000000, ""}}, "abc",
	"abc<RST>", 0, 0, 0, 0, 3, 0},
    {"wild RST, and it goes on",
	{{SEND, 1, "abc"}, {RST, 0x30000000, ""}, {SEND, 4, "def"}}, "abcdef",
	"abcdef", 0, 0, 0, 0, 6, 0},
    {"RST after FIN", {{FIN, 1, "abc"}, {RST, 5, ""}}, "abc<FIN>", "abc<FIN>",
	0, 0, 0, 0, 3, 0},
    {"keep-alive probes",
	{{SEND, 1, "abc"}, {SEND, 3, "?"}, {SEND, 3, ""}, {SEND, 3, "?"},
	    {SEND, 4, "def"}},
	"abcdef", "abcdef", 0, 0, 0, 0, 6, 0},
    {"zero-window probe",
	{{SEND, 1, "abc"}, {SEND, 4, "d"}, {ACK, 4, ""}, {SEND, 4, "d"},
	    {SEND, 4, "def"}},
	"abcdef", "abcdef", 0, 0, 0, 0, 6, 0},
    {"cut by the snaplen", {{CUT, 1, "abc"}, {SEND, 104, "def"}}, "abc[100]def",
	"abc[100]def", 0, 0, 0, 1, 6, 100},
    {"cut by the snaplen, early", {{CUT, 4, "def"}, {SEND, 1, "abc"}}, "abcdef",
	"abcdef", 0, 1, 0, 0, 6, 0},
    {"one wild segment",
	{{SEND, 1, "abc"}, {SEND, 0x50000000, "xyz"}, {SEND, 4, "def"}},
	"abcdef", "abcdef", 0, 0, 0, 0, 6, 0},
    {"three in a row are true",
	{{SEND, 1, "abc"}, {SEND, 1000000004, "x"}, {SEND, 1000000005, "y"},
	    {SEND, 1000000006, "z"}, {SEND, 1000000007, "!"}},
	"abc[1000000002]z!", "abc[1000000002]z!", 0, 0, 0, 1, 5, 1000000002},
    {"three in a row, where what is held ends",
	{{SEND, 1, "abc"}, {SEND, 0x10000003, "opq"}, {SEND, 0x10000004, "q"},
	    {SEND, 0x10000005, "r"}, {SEND, 0x10000006, "s"}},
	"abc[268435455]opqs", "abc[268435455]opqs", 0, 0, 0, 1, 7, 268435455},
};

static void
run(struct bench *t, const struct step *steps)
{
	for (unsigned i = 0; i < 10 && steps[i].data; i++) {
		const struct step *s = &steps[i];
		switch (s->what) {
		case SEND:
			c2s(t, s->at, 1, s->data);
			break;
		case CUT:
			cut_segment(t, RS_C2S, TCP_ACK, s->at, 1, s->data, 100);
			break;
		case ACK:
			s2c(t, 1, s->at, "");
			break;
		case FIN:
			segment(
			    t, RS_C2S, TCP_FIN | TCP_ACK, s->at, 1, s->data);
			break;
		case RST:
			segment(t, RS_C2S, TCP_RST, s->at, 0, "");
			break;
		case FORGED:
			t->hops = 3;
			segment(t, RS_C2S, TCP_RST, s->at, 0, "");
			t->hops = 0;
			break;
		case WAIT:
			t->ms += s->at;
			break;
		}
	}
}

static void
test_rows(void)
{
	for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
		for (unsigned wrap = 0; wrap < 2; wrap++) {
			unit_row(rows[i].name);
			set_up(&b, wrap ? 0xfffffffd : 1, 77);
			handshake(&b);
			run(&b, rows[i].steps);
			HEARD(b, rows[i].before, "");
			tcp_conn_flush(b.c, &b.out);
			HEARD(b, rows[i].after, "");
			const struct rs_half_facts *h =
			    &tcp_conn_facts(b.c)->half[RS_C2S];
			CU_ASSERT_EQUAL(
			    h->retransmissions, rows[i].retransmissions);
			CU_ASSERT_EQUAL(h->out_of_order, rows[i].out_of_order);
			CU_ASSERT_EQUAL(h->conflicts, rows[i].conflicts);
			CU_ASSERT_EQUAL(h->gaps, rows[i].gaps);
			CU_ASSERT_EQUAL(h->bytes, rows[i].bytes);
			CU_ASSERT_EQUAL(h->missing, rows[i].missing);
			tear_down(&b);
		}
	}
}

/* The stream cut at every byte, and at random places in random order with
   repeats and overlaps: the same bytes, no gap. */
static void
test_any_cut_any_order(void)
{
	static const char text[] =
	    "REGISTER sip:example.com SIP/2.0\r\nVia: SIP/2.0/TCP 192.0.2.1\r\n"
	    "CSeq: 1 REGISTER\r\nContent-Length: 0\r\n\r\n";
	enum { LEN = sizeof text - 1 };
	char want[LEN + 6];
	uint64_t state = 11;
	snprintf(want, sizeof want, "%s<FIN>", text);
	for (unsigned round = 0; round < LEN + 3000; round++) {
		uint32_t from[64], to[64];
		unsigned n = 0;
		set_up(&b, (uint32_t)pkt_random(&state), 9);
		if (round < LEN) {
			from[n] = 0, to[n++] = round;
			from[n] = round, to[n++] = LEN;
		} else {
			for (uint32_t at = 0; at < LEN && n < 40; n++) {
				uint64_t r = pkt_random(&state);
				from[n] =
				    at - (uint32_t)(r >> 32) % (at + 1) % 5;
				to[n] = at + 1 + (uint32_t)r % 20;
				to[n] = n == 39 || to[n] > LEN ? LEN : to[n];
				at = to[n];
			}
			for (unsigned i = 0; i < 10; i++, n++) {
				unsigned j = (unsigned)pkt_random(&state) % n;
				from[n] = from[j], to[n] = to[j];
			}
			for (unsigned i = n - 1; i > 0; i--) {
				unsigned j =
				    (unsigned)pkt_random(&state) % (i + 1);
				uint32_t f = from[i], t = to[i];
				from[i] = from[j], to[i] = to[j];
				from[j] = f, to[j] = t;
			}
		}
		handshake(&b);
		for (unsigned i = 0; i < n; i++) {
			char part[LEN + 1] = {0};
			memcpy(part, text + from[i], to[i] - from[i]);
			uint8_t flags = TCP_ACK;
			if (to[i] == LEN)
				flags |= TCP_FIN;
			segment(&b, RS_C2S, flags, from[i] + 1, 1, part);
		}
		HEARD(b, want, "");
		CU_ASSERT_EQUAL(tcp_conn_facts(b.c)->half[0].bytes, LEN);
		CU_ASSERT_EQUAL(tcp_conn_facts(b.c)->half[0].missing, 0);
		tear_down(&b);
	}
}

/* A gap of every length at every place is told exactly. */
static void
test_every_gap(void)
{
	static const char text[] = "0123456789abcdefghijklmnopqrstuvwxyz";
	enum { LEN = sizeof text - 1 };
	for (uint32_t at = 0; at < LEN; at++) {
		for (uint32_t n = 1; at + n < LEN; n++) {
			char want[80], before[40] = {0};
			memcpy(before, text, at);
			snprintf(want, sizeof want, "%s[%u]%s", before, n,
			    text + at + n);
			set_up(&b, 0xfffffff0, 9);
			handshake(&b);
			if (at)
				c2s(&b, 1, 1, before);
			c2s(&b, at + n + 1, 1, text + at + n);
			tcp_conn_flush(b.c, &b.out);
			HEARD(b, want, "");
			CU_ASSERT_EQUAL(
			    tcp_conn_facts(b.c)->half[0].missing, n);
			tear_down(&b);
		}
	}
}

static void
test_mid_stream(void)
{
	set_up(&b, 500, 900);
	c2s(&b, 100, 200, "abc");
	s2c(&b, 200, 103, "xyz");
	c2s(&b, 103, 203, "def");
	HEARD(b, "abcdef", "xyz");
	CU_ASSERT(!tcp_conn_facts(b.c)->from_start);
	CU_ASSERT_EQUAL(tcp_conn_facts(b.c)->established_at, RS_NEVER);
	tear_down(&b);

	/* Begins with a probe, with data or without. */
	for (unsigned data = 0; data < 2; data++) {
		set_up(&b, 500, 900);
		c2s(&b, 99, 200, data ? "?" : "");
		s2c(&b, 200, 100, "");
		c2s(&b, 100, 200, "abc");
		s2c(&b, 200, 103, "xyz");
		tcp_conn_flush(b.c, &b.out);
		HEARD(b, "abc", "xyz");
		tear_down(&b);
	}

	/* The acknowledgement came before what it acknowledges. */
	set_up(&b, 500, 900);
	c2s(&b, 100, 206, "");
	s2c(&b, 200, 100, "xyz");
	s2c(&b, 203, 100, "uvw");
	tcp_conn_flush(b.c, &b.out);
	HEARD(b, "", "xyzuvw");
	tear_down(&b);
}

/* A hole is given up at once when what is in it cannot come late any more. */
static void
test_overdue(void)
{
	/* Its sender goes on with what the receiver answered to it. */
	set_up(&b, 500, 900);
	handshake(&b);
	s2c(&b, 1, 6, "xyz");
	c2s(&b, 6, 1, "fg");
	HEARD(b, "", "xyz");
	c2s(&b, 8, 4, "h");
	HEARD(b, "[5]fgh", "xyz");
	s2c(&b, 4, 9, "uvw");
	c2s(&b, 1, 1, "abcde");
	HEARD(b, "[5]fgh", "xyzuvw");
	tear_down(&b);

	/* The receiver answers what came behind it: told before the answer; or
	   so soon that it may be out of order; or acknowledges only. */
	for (unsigned i = 0; i < 3; i++) {
		set_up(&b, 500, 900);
		handshake(&b);
		c2s(&b, 4, 1, "def");
		b.ms += i == 1 ? 8 : 9;
		s2c(&b, 1, 7, i == 2 ? "" : "xyz");
		HEARD(b, i == 0 ? "[3]def" : "", i == 2 ? "" : "xyz");
		c2s(&b, 1, 1, "abc");
		HEARD(b, i == 0 ? "[3]def" : "abcdef", i == 2 ? "" : "xyz");
		tear_down(&b);
	}
}

/* The client's packets only: what it acknowledges is a gap, in its time. */
static void
test_one_way(void)
{
	set_up(&b, 500, 900);
	segment(&b, RS_C2S, TCP_SYN, 0, 0, "");
	c2s(&b, 1, 1, "");
	c2s(&b, 1, 1, "hello");
	c2s(&b, 6, 1001, "");
	c2s(&b, 6, 1501, "more");
	HEARD(b, "hellomore", "");
	b.ms += 1000;
	c2s(&b, 10, 1501, "now");
	HEARD(b, "hellomorenow", "[1500]");
	CU_ASSERT_EQUAL(b.heard.at.from.number, 6);
	CU_ASSERT_EQUAL(b.heard.to, 4 * RS_MSEC);
	c2s(&b, 13, 1601, "");
	tcp_conn_flush(b.c, &b.out);
	HEARD(b, "hellomorenow", "[1500][100]");
	const struct rs_conn_facts *f = tcp_conn_facts(b.c);
	CU_ASSERT_EQUAL(f->half[RS_S2C].packets, 0);
	CU_ASSERT_EQUAL(f->half[RS_S2C].missing, 1600);
	CU_ASSERT_EQUAL(f->half[RS_S2C].gaps, 2);
	CU_ASSERT_EQUAL(f->established.number, 2);
	tear_down(&b);

	/* The sender's only: nobody acknowledges its holes. */
	set_up(&b, 500, 900);
	s2c(&b, 1, 1, "abc");
	s2c(&b, 7, 1, "ghi");
	b.ms += 4000;
	s2c(&b, 10, 1, "j");
	HEARD(b, "", "abc");
	b.ms += 1000;
	s2c(&b, 11, 1, "k");
	HEARD(b, "", "abc[3]ghijk");
	tear_down(&b);
}

static void
test_openings(void)
{
	/* SYN with data, SYN twice, SYN-ACK twice. */
	set_up(&b, 500, 900);
	segment(&b, RS_C2S, TCP_SYN, 0, 0, "hello");
	segment(&b, RS_C2S, TCP_SYN, 0, 0, "hello");
	segment(&b, RS_S2C, TCP_SYN | TCP_ACK, 0, 6, "");
	segment(&b, RS_S2C, TCP_SYN | TCP_ACK, 0, 6, "");
	c2s(&b, 6, 1, "!");
	HEARD(b, "hello!", "");
	CU_ASSERT_EQUAL(tcp_conn_facts(b.c)->half[RS_C2S].syns, 2);
	CU_ASSERT_EQUAL(tcp_conn_facts(b.c)->half[RS_S2C].syns, 2);
	CU_ASSERT_EQUAL(tcp_conn_facts(b.c)->half[RS_C2S].syn.number, 1);
	tear_down(&b);

	/* Both at once. */
	set_up(&b, 500, 900);
	segment(&b, RS_C2S, TCP_SYN, 0, 0, "");
	segment(&b, RS_S2C, TCP_SYN, 0, 0, "");
	segment(&b, RS_C2S, TCP_SYN | TCP_ACK, 0, 1, "");
	segment(&b, RS_S2C, TCP_SYN | TCP_ACK, 0, 1, "");
	c2s(&b, 1, 1, "abc");
	s2c(&b, 1, 4, "xyz");
	HEARD(b, "abc", "xyz");
	CU_ASSERT(tcp_conn_facts(b.c)->established_at != RS_NEVER);
	tear_down(&b);

	/* The SYN-ACK captured after what follows it. */
	set_up(&b, 500, 900);
	segment(&b, RS_C2S, TCP_SYN, 0, 0, "");
	c2s(&b, 1, 1, "abc");
	s2c(&b, 4, 4, "d");
	segment(&b, RS_S2C, TCP_SYN | TCP_ACK, 0, 1, "");
	s2c(&b, 1, 4, "xyz");
	HEARD(b, "abc", "xyzd");
	tear_down(&b);

	/* Refused. */
	set_up(&b, 500, 0);
	segment(&b, RS_C2S, TCP_SYN, 0, 0, "");
	segment(&b, RS_S2C, TCP_RST | TCP_ACK, 0, 1, "");
	HEARD(b, "", "<RST>");
	CU_ASSERT(tcp_conn_over(b.c));
	CU_ASSERT_EQUAL(tcp_conn_facts(b.c)->half[RS_S2C].rst.number, 2);
	CU_ASSERT_EQUAL(tcp_conn_facts(b.c)->established_at, RS_NEVER);
	tear_down(&b);

	/* A SYN that the owner only remembered. */
	set_up(&b, 500, 900);
	tcp_conn_opened(b.c, 7, (struct rs_frame){0, 3}, 500, 99, 1400);
	segment(&b, RS_S2C, TCP_SYN | TCP_ACK, 0, 1, "");
	c2s(&b, 4, 1, "def");
	c2s(&b, 1, 1, "abc");
	HEARD(b, "abcdef", "");
	const struct rs_conn_facts *f = tcp_conn_facts(b.c);
	CU_ASSERT(f->from_start);
	CU_ASSERT_EQUAL(f->first_at, 7);
	CU_ASSERT_EQUAL(f->half[RS_C2S].syn.number, 3);
	CU_ASSERT_EQUAL(f->half[RS_C2S].ttl, 99);
	CU_ASSERT_EQUAL(f->half[RS_C2S].mss, 1400);
	CU_ASSERT_EQUAL(f->half[RS_C2S].packets, 3);
	tear_down(&b);
}

static void
test_reuse(void)
{
	enum { SYNACK = TCP_SYN | TCP_ACK };
	static const struct {
		const char *name;
		enum { OPEN, MIDWAY, CLOSED, GUESS } state;
		enum rs_dir dir;
		uint8_t flags;
		uint32_t seq;
		bool is_new;
	} cases[] = {
	    {"the same SYN", OPEN, RS_C2S, TCP_SYN, 0, false},
	    {"another ISN", OPEN, RS_C2S, TCP_SYN, 70000, true},
	    {"the same SYN-ACK", OPEN, RS_S2C, SYNACK, 0, false},
	    {"another SYN-ACK, nothing sent yet", OPEN, RS_S2C, SYNACK, 99,
		false},
	    {"no SYN", OPEN, RS_C2S, TCP_ACK, 70000, false},
	    {"RST with SYN", OPEN, RS_C2S, TCP_SYN | TCP_RST, 9, false},
	    {"mid-stream, then SYN", MIDWAY, RS_C2S, TCP_SYN, 70000, true},
	    {"mid-stream, late SYN", MIDWAY, RS_C2S, TCP_SYN, 0, false},
	    {"mid-stream, SYN of the server", MIDWAY, RS_S2C, TCP_SYN, 9, true},
	    {"over, same SYN", CLOSED, RS_C2S, TCP_SYN, 0, false},
	    {"over, another SYN", CLOSED, RS_C2S, TCP_SYN, 70000, true},
	    {"over, SYN of the server", CLOSED, RS_S2C, TCP_SYN, 5, true},
	    {"acknowledged before it was seen", GUESS, RS_S2C, SYNACK, 0,
		false},
	};
	for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
		unit_row(cases[i].name);
		set_up(&b, 0xfffffff0, 900);
		if (cases[i].state == MIDWAY) {
			c2s(&b, 1, 1, "abc");
			s2c(&b, 1, 4, "xyz");
		} else if (cases[i].state == GUESS) {
			c2s(&b, 1, 50, "abc");
		} else {
			handshake(&b);
		}
		if (cases[i].state == CLOSED) {
			segment(&b, RS_C2S, TCP_FIN | TCP_ACK, 1, 1, "");
			segment(&b, RS_S2C, TCP_FIN | TCP_ACK, 1, 2, "");
			c2s(&b, 2, 2, "");
		}
		struct tcp_hdr h = {.seq = b.isn[cases[i].dir] + cases[i].seq,
		    .flags = cases[i].flags};
		CU_ASSERT_EQUAL(
		    tcp_conn_is_new(b.c, cases[i].dir, &h), cases[i].is_new);
		tear_down(&b);
	}
}

static void
test_ignore(void)
{
	for (unsigned in_callback = 0; in_callback < 2; in_callback++) {
		set_up(&b, 500, 900);
		handshake(&b);
		c2s(&b, 4, 1, "def");
		c2s(&b, 10, 1, "jkl");
		if (in_callback)
			b.heard.ignore_at_data = b.c;
		else
			tcp_conn_ignore(b.c);
		c2s(&b, 1, 1, "abc");
		c2s(&b, 20, 1, "xyz");
		segment(&b, RS_C2S, TCP_FIN | TCP_ACK, 23, 1, "");
		segment(&b, RS_S2C, TCP_FIN | TCP_ACK, 1, 24, "");
		CU_ASSERT(tcp_conn_over(b.c));
		tcp_conn_flush(b.c, &b.out);
		HEARD(b, in_callback ? "abc" : "", "");
		CU_ASSERT_EQUAL(tcp_conn_facts(b.c)->half[0].bytes, 6);
		CU_ASSERT_EQUAL(tcp_conn_facts(b.c)->half[0].fin.number, 8);
		tear_down(&b);
	}
}

/* 64 kB past an acknowledged hole, in no time: it will not come. */
static void
test_much_after_a_hole(void)
{
	static char block[8193];
	memset(block, 'x', 8192);
	for (unsigned acked = 0; acked < 2; acked++) {
		set_up(&b, 500, 900);
		handshake(&b);
		c2s(&b, 101, 1, block);
		s2c(&b, 1, acked ? 8293 : 1, "");
		for (uint32_t i = 1; i < 12; i++)
			c2s(&b, 101 + i * 8192, 1, block);
		const struct rs_half_facts *h =
		    &tcp_conn_facts(b.c)->half[RS_C2S];
		CU_ASSERT_EQUAL(h->missing, acked ? 100 : 0);
		CU_ASSERT_EQUAL(h->bytes, acked ? 12 * 8192 : 0);
		tear_down(&b);
	}
}

/* More held than a half may hold, and no budget: gaps, but every byte that came
   is handed on, once and in order. */
static void
test_no_room(void)
{
	static char block[8001];
	memset(block, 'x', 8000);
	for (unsigned budget = 0; budget < 2; budget++) {
		set_up(&b, 500, 900);
		handshake(&b);
		if (budget)
			b.pay.limit = b.pay.used + 20000;
		for (uint32_t i = 0; i < 100; i++)
			c2s(&b, 101 + i * 8100, 1, block);
		tcp_conn_flush(b.c, &b.out);
		const struct rs_half_facts *h =
		    &tcp_conn_facts(b.c)->half[RS_C2S];
		CU_ASSERT_EQUAL(h->bytes, 800000);
		CU_ASSERT_EQUAL(h->missing, 10000);
		CU_ASSERT_EQUAL(h->gaps, 100);
		tear_down(&b);
	}
}

/* Anything at all: counts stay sane, nothing is lost of the account. */
static void
test_noise(void)
{
	uint64_t state = 3;
	for (unsigned round = 0; round < 2000; round++) {
		static const char text[] = "abcdefghijklmnopqrstuvwxyz";
		set_up(&b, 0xffffffc0, 0xffffffe0);
		for (unsigned i = 0; i < 60; i++) {
			uint64_t r = pkt_random(&state);
			char part[27] = {0};
			memcpy(part, text, r % 27);
			uint32_t seq = (uint32_t)(r >> 8) % 200;
			if ((r >> 16) % 16 == 0)
				seq = (uint32_t)(r >> 20);
			uint8_t flags =
			    (r >> 52) % 4 ? TCP_ACK : (uint8_t)(r >> 56);
			b.ms += (rs_time)((r >> 40) % 400);
			cut_segment(&b, r >> 63 ? RS_C2S : RS_S2C, flags, seq,
			    (uint32_t)(r >> 24) % 200, part,
			    (r >> 48) % 8 == 0);
			if ((r >> 44) % 512 == 0)
				tcp_conn_ignore(b.c);
		}
		tcp_conn_flush(b.c, &b.out);
		tear_down(&b);
	}
}

UNIT_MAIN("tcp", UNIT(test_in_order), UNIT(test_rows),
    UNIT(test_any_cut_any_order), UNIT(test_every_gap), UNIT(test_mid_stream),
    UNIT(test_overdue), UNIT(test_one_way), UNIT(test_openings),
    UNIT(test_reuse), UNIT(test_ignore), UNIT(test_much_after_a_hole),
    UNIT(test_no_room), UNIT(test_noise))
