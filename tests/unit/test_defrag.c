/* SPDX-License-Identifier: Apache-2.0 */
#include "net/defrag.h"
#include "net/udp.h"
#include "packets.h"
#include "unit.h"

#include <stdlib.h>
#include <string.h>

static const struct rs_hash_seed seed = {1, 2};
static struct pkt whole, k;
static uint64_t frame;

struct bench {
	struct rs_account pay;
	struct defrag *d;
	rs_time now;
	struct net_packet p;     /* the last one that was pushed */
	uint32_t network, label; /* of those that come */
	uint16_t vlan;
};

static void
set_up(struct bench *b)
{
	memset(b, 0, sizeof *b);
	rs_account_init(&b->pay, 16 << 20);
	b->d = defrag_new(&seed, &b->pay);
	frame = 0;
}

static void
tear_down(struct bench *b)
{
	defrag_free(b->d);
	CU_ASSERT_EQUAL(b->pay.used, 0);
}

/* A UDP datagram with n bytes of payload, to be cut into fragments. */
static struct rs_span
datagram(size_t n)
{
	static uint8_t bytes[65535];
	for (size_t i = 0; i < n; i++)
		bytes[i] = (uint8_t)(i * 7 + i / 256);
	pkt_payload(&whole, (struct rs_span){bytes, n});
	pkt_udp(&whole, 5060, 5061);
	return pkt_view(&whole);
}

/* Pushes bytes [at, at + n) of s; the last one where that is its end. */
static bool
push_bytes(struct bench *b, unsigned version, uint32_t id, uint32_t at,
    struct rs_span part, bool more)
{
	struct ip_fragment frag;
	pkt_payload(&k, part);
	if (version == 4) {
		pkt_ipv4_fragment(&k, "192.0.2.1", "198.51.100.2", 17,
		    (uint16_t)id, (uint16_t)at, more);
	} else {
		pkt_ipv6_fragment(&k, 17, id, (uint16_t)at, more);
		pkt_ipv6(&k, "2001:db8::1", "2001:db8::2");
	}
	b->now += RS_MSEC;
	b->p = (struct net_packet){.ts = b->now,
	    .network = b->network,
	    .label = b->label,
	    .vlan = b->vlan,
	    .at = rs_stamp_at(b->now, (struct rs_frame){0, ++frame}),
	    .ip = pkt_view(&k)};
	CU_ASSERT_EQUAL(ip_decode(&b->p, b->p.ip.n, &frag), NET_FLAW_NONE);
	CU_ASSERT(frag.is);
	return defrag_push(b->d, &b->p, &frag);
}

static bool
push(struct bench *b, unsigned version, uint32_t id, struct rs_span s,
    uint32_t at, size_t n)
{
	struct rs_span part = rs_span_part(s, at, n);
	return push_bytes(b, version, id, at, part, at + part.n < s.n);
}

static bool
is_datagram(struct bench *b, struct rs_span s)
{
	return b->p.fragmented && rs_span_eq(b->p.payload, s) &&
	       b->p.payload_wire == s.n && !b->p.cut &&
	       b->p.proto == NET_PROTO_UDP &&
	       udp_decode(&b->p) == NET_FLAW_NONE && b->p.src.port == 5060;
}

static struct bench b;

static void
test_orders(void)
{
	static const unsigned order[6][3] = {
	    {0, 1, 2}, {0, 2, 1}, {1, 0, 2}, {1, 2, 0}, {2, 0, 1}, {2, 1, 0}};
	struct rs_span s = datagram(60);
	for (unsigned v = 4; v <= 6; v += 2) {
		for (unsigned i = 0; i < 6; i++) {
			set_up(&b);
			CU_ASSERT(!push(&b, v, 9, s, order[i][0] * 24, 24));
			CU_ASSERT(!push(&b, v, 9, s, order[i][1] * 24, 24));
			CU_ASSERT(push(&b, v, 9, s, order[i][2] * 24, 24));
			CU_ASSERT_EQUAL(b.p.at.from.number, 1);
			CU_ASSERT_EQUAL(b.p.at.first, RS_MSEC);
			CU_ASSERT_EQUAL(b.p.at.to.number, 3);
			CU_ASSERT_EQUAL(b.p.at.complete, 3 * RS_MSEC);
			CU_ASSERT_EQUAL(b.p.ip.p[0] >> 4, v);
			CU_ASSERT_EQUAL(b.p.ttl, 64);
			CU_ASSERT(is_datagram(&b, s));
			CU_ASSERT_EQUAL(defrag_counts(b.d)->datagrams, 1);
			CU_ASSERT_EQUAL(defrag_counts(b.d)->fragments, 3);
			tear_down(&b);
		}
	}
}

static void
test_any_cut_any_order(void)
{
	uint64_t state = 17;
	for (unsigned round = 0; round < 600; round++) {
		struct rs_span s = datagram(1 + pkt_random(&state) % 900);
		uint32_t at[128];
		size_t len[128];
		unsigned n = 0, v = round & 1 ? 6 : 4;
		for (uint32_t o = 0; o < s.n; n++) {
			at[n] = o;
			len[n] = 8 * (1 + pkt_random(&state) % 10);
			o += (uint32_t)len[n];
		}
		if (n == 1)
			continue;
		for (unsigned i = n - 1; i > 0; i--) {
			unsigned j = (unsigned)pkt_random(&state) % (i + 1);
			uint32_t a = at[i];
			size_t l = len[i];
			at[i] = at[j], len[i] = len[j];
			at[j] = a, len[j] = l;
		}
		set_up(&b);
		unsigned done = 0;
		for (unsigned i = 0; i < n; i++) {
			/* Each one twice; the repeat says nothing new. */
			bool last = push(&b, v, 7, s, at[i], len[i]);
			CU_ASSERT_EQUAL(last, i == n - 1);
			if (last)
				CU_ASSERT(is_datagram(&b, s));
			done += last;
			done += push(&b, v, 7, s, at[i], len[i]);
		}
		CU_ASSERT_EQUAL(done, 1);
		CU_ASSERT_EQUAL(defrag_counts(b.d)->overlaps, 0);
		defrag_advance(b.d, b.now + 60 * RS_SEC);
		CU_ASSERT_EQUAL(defrag_counts(b.d)->timed_out, 0);
		tear_down(&b);
	}
}

static void
test_largest(void)
{
	/* More than an IPv4 header can say, with the header. */
	struct rs_span s = datagram(65527);
	for (unsigned v = 4; v <= 6; v += 2) {
		bool done = false;
		set_up(&b);
		for (uint32_t o = 0; o < s.n; o += 8)
			done = push(&b, v, 1, s, o, 8);
		CU_ASSERT(done && is_datagram(&b, s));
		tear_down(&b);
	}
	/* And what goes past 65535. */
	set_up(&b);
	CU_ASSERT(!push_bytes(&b, 4, 1, 65528, rs_span_part(s, 0, 16), false));
	CU_ASSERT(!push(&b, 4, 1, s, 0, 65528 - 8 * 8));
	tear_down(&b);
}

static void
test_overlaps(void)
{
	struct rs_span s = datagram(60), other = RS_LIT("XXXXXXXXXXXXXXXX");
	/* IPv4: the first byte wins. */
	set_up(&b);
	CU_ASSERT(!push(&b, 4, 9, s, 0, 24));
	CU_ASSERT(!push_bytes(&b, 4, 9, 16, other, true));
	CU_ASSERT(push(&b, 4, 9, s, 24, 100));
	CU_ASSERT_EQUAL(b.p.payload.n, s.n);
	CU_ASSERT(memcmp(b.p.payload.p, s.p, 24) == 0);
	CU_ASSERT(memcmp(b.p.payload.p + 24, other.p, 8) == 0);
	CU_ASSERT(memcmp(b.p.payload.p + 32, s.p + 32, s.n - 32) == 0);
	CU_ASSERT_EQUAL(defrag_counts(b.d)->overlaps, 2);
	tear_down(&b);
	/* IPv6: it is dropped, and what trails does not begin it again. */
	set_up(&b);
	CU_ASSERT(!push(&b, 6, 9, s, 0, 24));
	CU_ASSERT(!push_bytes(&b, 6, 9, 16, other, true));
	CU_ASSERT(!push(&b, 6, 9, s, 24, 100));
	CU_ASSERT(!push(&b, 6, 9, s, 0, 24));
	CU_ASSERT(!push(&b, 6, 9, s, 24, 100));
	CU_ASSERT_EQUAL(defrag_counts(b.d)->overlaps, 1);
	tear_down(&b);
}

static void
test_spoilt(void)
{
	struct rs_span s = datagram(60);
	static const struct {
		const char *name;
		uint32_t at;
		size_t n;
		bool more;
	} rows[] = {
	    {"not in eights", 24, 9, true},
	    {"past the end", 72, 8, true},
	    {"another end", 64, 8, false},
	};
	for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
		unit_row(rows[i].name);
		set_up(&b);
		CU_ASSERT(!push(&b, 4, 9, s, 48, 100)); /* ends at 68 */
		CU_ASSERT(!push_bytes(&b, 4, 9, rows[i].at,
		    rs_span_part(s, 0, rows[i].n), rows[i].more));
		CU_ASSERT(!push(&b, 4, 9, s, 0, 48));
		tear_down(&b);
	}
}

static void
test_keys(void)
{
	struct rs_span s = datagram(60);
	set_up(&b);
	CU_ASSERT(!push(&b, 4, 1, s, 0, 24));
	CU_ASSERT(!push(&b, 4, 2, s, 24, 100));
	CU_ASSERT(!push(&b, 6, 1, s, 24, 100));
	CU_ASSERT(push(&b, 4, 1, s, 24, 100));
	CU_ASSERT(push(&b, 6, 1, s, 0, 24));
	/* The same number for the next one, a little later. */
	b.now += RS_SEC;
	CU_ASSERT(!push(&b, 4, 1, s, 0, 24));
	CU_ASSERT(push(&b, 4, 1, s, 24, 100));
	CU_ASSERT_EQUAL(defrag_counts(b.d)->datagrams, 3);
	/* Not for what came half a minute ago. */
	b.now += 31 * RS_SEC;
	CU_ASSERT(!push(&b, 4, 2, s, 0, 24));
	CU_ASSERT_EQUAL(defrag_counts(b.d)->timed_out, 1);
	tear_down(&b);
}

static void
test_limits(void)
{
	struct rs_span s = datagram(1400);
	/* Number. */
	set_up(&b);
	for (uint32_t i = 0; i < 1000; i++)
		CU_ASSERT(!push(&b, 4, i, s, 0, 24));
	CU_ASSERT_EQUAL(defrag_counts(b.d)->evicted, 1000 - 256);
	CU_ASSERT(!push(&b, 4, 1, s, 24, 2000));
	CU_ASSERT(push(&b, 4, 999, s, 24, 2000));
	tear_down(&b);
	/* Bytes. */
	set_up(&b);
	s = datagram(60000);
	for (uint32_t i = 0; i < 200; i++)
		CU_ASSERT(!push(&b, 4, i, s, 0, 50000));
	CU_ASSERT(b.pay.highest < 5 << 20);
	CU_ASSERT(defrag_counts(b.d)->evicted > 100);
	CU_ASSERT(push(&b, 4, 199, s, 50000, 20000));
	tear_down(&b);
	/* Budget: whatever it is, nothing breaks. */
	s = datagram(1400);
	for (size_t limit = 0; limit < 80000; limit += 500) {
		set_up(&b);
		b.pay.limit = limit;
		for (uint32_t i = 0; i < 50; i++) {
			push(&b, 4, i, s, 0, 800);
			push(&b, 4, i, s, 800, 2000);
		}
		/* One datagram and the buffer it is given out in. */
		if (limit < 65000 || limit > 68000)
			CU_ASSERT_EQUAL(
			    defrag_counts(b.d)->datagrams > 0, limit > 68000);
		tear_down(&b);
	}
}

static void
test_extension_header_inside(void)
{
	/* The fragmentable part begins with destination options. */
	pkt_payload(&whole, RS_LIT("0123456789abcdefghijklmnopq"));
	pkt_udp(&whole, 5060, 5061);
	pkt_ipv6_extension(&whole, 60, 16);
	struct rs_span s = pkt_view(&whole);
	set_up(&b);
	for (uint32_t at = 0; at < s.n; at += 8) {
		struct ip_fragment frag;
		pkt_payload(&k, rs_span_part(s, at, 8));
		pkt_ipv6_fragment(&k, 60, 5, (uint16_t)at, at + 8 < s.n);
		pkt_ipv6_extension(&k, 0, 8);
		pkt_ipv6(&k, "2001:db8::1", "2001:db8::2");
		b.p = (struct net_packet){.ip = pkt_view(&k)};
		CU_ASSERT_EQUAL(
		    ip_decode(&b.p, b.p.ip.n, &frag), NET_FLAW_NONE);
		CU_ASSERT_EQUAL(defrag_push(b.d, &b.p, &frag), at + 8 >= s.n);
	}
	CU_ASSERT_EQUAL(b.p.proto, NET_PROTO_UDP);
	CU_ASSERT_EQUAL(udp_decode(&b.p), NET_FLAW_NONE);
	CU_ASSERT(
	    rs_span_eq(b.p.payload, RS_LIT("0123456789abcdefghijklmnopq")));
	tear_down(&b);
}

/* Two customers whose datagrams have the same addresses and number, their
   fragments in turns; and one whose fragments were captured at two places. */
static void
test_networks(void)
{
	static const struct {
		const char *name;
		struct {
			uint32_t network, label;
			uint16_t vlan;
		} of[2];
		bool apart;
	} rows[] = {
	    {"networks of tunnels", {{100, 0, 0}, {200, 0, 0}}, true},
	    {"a tunnel, and none", {{100, 0, 0}, {0, 0, 0}}, false},
	    {"VLANs", {{0, 0, 10}, {0, 0, 20}}, true},
	    {"labels", {{0, 17, 0}, {0, 18, 0}}, true},
	    {"a tag, and none", {{0, 0, 10}, {0, 0, 0}}, false},
	    {"a label, and none", {{0, 17, 0}, {0, 0, 0}}, false},
	};
	for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
		uint8_t bytes[2][64];
		unit_row(rows[i].name);
		set_up(&b);
		struct rs_span s = datagram(56);
		unsigned done = 0;
		for (unsigned n = 0; n < 4; n++) {
			unsigned who = n % 2;
			memcpy(bytes[who], s.p, s.n);
			bytes[who][30] = (uint8_t)who;
			b.network = rows[i].of[who].network;
			b.label = rows[i].of[who].label;
			b.vlan = rows[i].of[who].vlan;
			struct rs_span of = {bytes[who], s.n};
			if (!push(&b, 4, 7, of, n < 2 ? 0 : 32, 32))
				continue;
			done++;
			CU_ASSERT_EQUAL(b.p.payload.n, s.n);
			CU_ASSERT(!rows[i].apart ||
				  b.p.payload.p[30] == (uint8_t)who);
		}
		CU_ASSERT_EQUAL(done, rows[i].apart ? 2 : 1);
		CU_ASSERT_EQUAL(
		    defrag_counts(b.d)->conflicts, rows[i].apart ? 0 : 1);
		tear_down(&b);
	}
}

/* One datagram whose fragments have other tags. */
static void
test_tags_change(void)
{
	static const struct {
		const char *name;
		uint32_t network, label;
		uint16_t vlan;
	} rows[] = {{"VLAN", 0, 0, 20}, {"label", 0, 18, 0},
	    {"network of a tunnel", 200, 0, 0}};
	for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
		unit_row(rows[i].name);
		set_up(&b);
		struct rs_span s = datagram(56);
		b.network = 100;
		b.label = 17;
		b.vlan = 10;
		CU_ASSERT_FALSE(push(&b, 4, 7, s, 0, 32));
		b.network = rows[i].network;
		b.label = rows[i].label;
		b.vlan = rows[i].vlan;
		CU_ASSERT_TRUE(push(&b, 4, 7, s, 32, 32));
		CU_ASSERT_EQUAL(b.p.payload.n, s.n);
		tear_down(&b);
	}
}

UNIT_MAIN("defrag", UNIT(test_orders), UNIT(test_any_cut_any_order),
    UNIT(test_largest), UNIT(test_overlaps), UNIT(test_spoilt), UNIT(test_keys),
    UNIT(test_limits), UNIT(test_networks), UNIT(test_tags_change),
    UNIT(test_extension_header_inside))
