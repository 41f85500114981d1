/* SPDX-License-Identifier: Apache-2.0 */
#include "guard.h"
#include "net/ip.h"
#include "net/udp.h"
#include "packets.h"
#include "unit.h"

#include <string.h>

static struct pkt k;

static struct rs_span
udp4(void)
{
	pkt_payload(&k, RS_LIT("0123456789"));
	pkt_udp(&k, 5060, 5061);
	pkt_ipv4(&k, "192.0.2.1", "198.51.100.2");
	return pkt_view(&k);
}

static void
test_ipv4(void)
{
	struct net_packet p;
	struct rs_span f = udp4();
	CU_ASSERT_EQUAL(pkt_read(&p, NULL, 101, f, f.n, 5, 3), NET_FLAW_NONE);
	char text[RS_ENDPOINT_TEXT];
	rs_endpoint_format(&p.src, text);
	CU_ASSERT_STRING_EQUAL(text, "192.0.2.1:5060");
	rs_endpoint_format(&p.dst, text);
	CU_ASSERT_STRING_EQUAL(text, "198.51.100.2:5061");
	CU_ASSERT(rs_span_eq(p.payload, RS_LIT("0123456789")));
	CU_ASSERT_EQUAL(p.payload_wire, 10);
	CU_ASSERT_EQUAL(p.ttl, 64);
	CU_ASSERT_EQUAL(p.proto, NET_PROTO_UDP);
	CU_ASSERT(!p.cut);
}

/* Lengths that lie, or that offload leaves, and link padding. */
static void
test_ipv4_lengths(void)
{
	static const struct {
		const char *name;
		uint8_t ihl_version;
		uint16_t total;
		size_t padding, wire_more;
		enum net_flaw flaw;
		size_t payload;
		uint32_t wire;
	} rows[] = {
	    {"as made", 0x45, 38, 0, 0, NET_FLAW_NONE, 10, 10},
	    {"padded", 0x45, 38, 8, 0, NET_FLAW_NONE, 10, 10},
	    {"offload", 0x45, 0, 0, 0, NET_FLAW_NONE, 10, 10},
	    {"offload, cut", 0x45, 0, 0, 100, NET_FLAW_NONE, 10, 10},
	    {"says more than there was", 0x45, 60, 0, 0, NET_FLAW_NONE, 10, 10},
	    {"says less than its header", 0x45, 19, 0, 0, NET_FLAW_IP_MALFORMED,
		0, 0},
	    {"no room for UDP", 0x45, 27, 0, 0, NET_FLAW_TRANSPORT_MALFORMED, 0,
		0},
	    {"header of 16", 0x44, 38, 0, 0, NET_FLAW_IP_MALFORMED, 0, 0},
	    {"header past the end", 0x4f, 38, 0, 0, NET_FLAW_IP_MALFORMED, 0,
		0},
	    {"header cut", 0x4f, 90, 0, 52, NET_FLAW_IP_SHORT, 0, 0},
	    {"version 5", 0x55, 38, 0, 0, NET_FLAW_IP_MALFORMED, 0, 0},
	};
	for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
		struct net_packet p;
		uint8_t b[128] = {0};
		unit_row(rows[i].name);
		struct rs_span f = udp4();
		memcpy(b, f.p, f.n);
		b[0] = rows[i].ihl_version;
		b[2] = 0;
		b[3] = (uint8_t)rows[i].total;
		f = (struct rs_span){b, f.n + rows[i].padding};
		CU_ASSERT_EQUAL(
		    pkt_read(&p, NULL, 101, f, f.n + rows[i].wire_more, 0, 1),
		    rows[i].flaw);
		if (rows[i].flaw)
			continue;
		CU_ASSERT_EQUAL(p.payload.n, rows[i].payload);
		CU_ASSERT_EQUAL(p.payload_wire, rows[i].wire);
	}
}

static void
test_udp_lengths(void)
{
	static const struct {
		const char *name;
		uint16_t len;
		enum net_flaw flaw;
		size_t payload;
	} rows[] = {
	    {"as made", 18, NET_FLAW_NONE, 10},
	    {"shorter", 12, NET_FLAW_NONE, 4},
	    {"empty", 8, NET_FLAW_NONE, 0},
	    {"zero", 0, NET_FLAW_NONE, 10},
	    {"longer", 99, NET_FLAW_NONE, 10},
	    {"less than a header", 7, NET_FLAW_TRANSPORT_MALFORMED, 0},
	};
	for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
		struct net_packet p;
		uint8_t b[128];
		unit_row(rows[i].name);
		struct rs_span f = udp4();
		memcpy(b, f.p, f.n);
		b[24] = 0;
		b[25] = (uint8_t)rows[i].len;
		f.p = b;
		CU_ASSERT_EQUAL(
		    pkt_read(&p, NULL, 101, f, f.n, 0, 1), rows[i].flaw);
		if (rows[i].flaw == NET_FLAW_NONE)
			CU_ASSERT_EQUAL(p.payload.n, rows[i].payload);
	}
}

/* Snaplen: what is missing is told apart from what is wrong. */
static void
test_cut_is_not_malformed(void)
{
	struct net_packet p;
	struct rs_span f = udp4();
	CU_ASSERT_EQUAL(
	    pkt_read(&p, NULL, 101, rs_span_part(f, 0, 32), f.n, 0, 1),
	    NET_FLAW_NONE);
	CU_ASSERT(p.cut);
	CU_ASSERT_EQUAL(p.payload.n, 4);
	CU_ASSERT_EQUAL(p.payload_wire, 10);

	pkt_payload(&k, RS_LIT("0123456789"));
	pkt_tcp_options(&k, 1, 2, 3, 4, TCP_ACK,
	    RS_LIT("\x01\x01\x08\x0a\0\0\0\1\0\0\0\2"));
	pkt_ipv6(&k, "2001:db8::1", "2001:db8::2");
	f = pkt_view(&k);
	struct tcp_hdr h;
	CU_ASSERT_EQUAL(
	    pkt_read(&p, &h, 101, rs_span_part(f, 0, 62), f.n, 0, 1),
	    NET_FLAW_NONE);
	CU_ASSERT(p.cut);
	CU_ASSERT_EQUAL(p.payload.n, 0);
	CU_ASSERT_EQUAL(p.payload_wire, 10);
}

static void
test_tcp_header(void)
{
	static const struct {
		const char *name;
		const char *options;
		size_t n;
		uint16_t mss;
		bool timestamps;
	} rows[] = {
	    {"none", "", 0, 0, false},
	    {"usual", "\x01\x01\x08\x0a\0\0\0\1\0\0\0\2", 12, 0, true},
	    {"SYN", "\x02\x04\x05\xb4\x04\x02\x08\x0a\0\0\0\1\0\0\0\2", 16,
		1460, true},
	    {"end of list", "\x02\x04\x05\xb4\0\x08\x0a\0", 8, 1460, false},
	    {"length 0", "\x03\0\x02\x04\x05\xb4\0\0", 8, 0, false},
	    {"length 1", "\x03\x01\x02\x04", 4, 0, false},
	    {"past the end", "\x01\x01\x02\x04", 4, 0, false},
	    {"wrong length", "\x02\x03\x05\x01", 4, 0, false},
	};
	for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
		struct net_packet p;
		struct tcp_hdr h;
		unit_row(rows[i].name);
		pkt_payload(&k, RS_LIT("hello"));
		pkt_tcp_options(&k, 40000, 5061, 0xfffffffe, 0x80000001,
		    TCP_SYN | TCP_ACK,
		    (struct rs_span){
			(const uint8_t *)rows[i].options, rows[i].n});
		pkt_ipv4(&k, "192.0.2.1", "198.51.100.2");
		struct rs_span f = pkt_view(&k);
		CU_ASSERT_EQUAL(
		    pkt_read(&p, &h, 12, f, f.n, 0, 1), NET_FLAW_NONE);
		CU_ASSERT_EQUAL(h.seq, 0xfffffffe);
		CU_ASSERT_EQUAL(h.ack, 0x80000001);
		CU_ASSERT_EQUAL(h.flags, TCP_SYN | TCP_ACK);
		CU_ASSERT_EQUAL(h.window, 65535);
		CU_ASSERT_EQUAL(h.mss, rows[i].mss);
		CU_ASSERT_EQUAL(h.timestamps, rows[i].timestamps);
		CU_ASSERT(rs_span_eq(p.payload, RS_LIT("hello")));
		CU_ASSERT_EQUAL(p.src.port, 40000);
	}
}

static void
chain(unsigned headers)
{
	pkt_payload(&k, RS_LIT("0123456789"));
	pkt_udp(&k, 5060, 5061);
	for (unsigned i = 0; i < headers; i++)
		pkt_ipv6_extension(&k, 60, 8);
	pkt_ipv6(&k, "2001:db8::1", "2001:db8::2");
}

static void
test_ipv6_extensions(void)
{
	struct net_packet p;
	pkt_payload(&k, RS_LIT("0123456789"));
	pkt_udp(&k, 5060, 5061);
	pkt_ipv6_extension(&k, 51, 24);
	pkt_ipv6_extension(&k, 60, 16);
	pkt_ipv6_extension(&k, 43, 24);
	pkt_ipv6_extension(&k, 0, 8);
	pkt_ipv6(&k, "2001:db8::1", "2001:db8::2");
	struct rs_span f = pkt_view(&k);
	CU_ASSERT_EQUAL(pkt_read(&p, NULL, 229, f, f.n, 0, 1), NET_FLAW_NONE);
	CU_ASSERT_EQUAL(p.proto, NET_PROTO_UDP);
	CU_ASSERT_EQUAL(p.src.port, 5060);
	CU_ASSERT(rs_span_eq(p.payload, RS_LIT("0123456789")));

	chain(IP_MAX_HEADERS - 1);
	f = pkt_view(&k);
	CU_ASSERT_EQUAL(pkt_read(&p, NULL, 229, f, f.n, 0, 1), NET_FLAW_NONE);
	chain(IP_MAX_HEADERS);
	f = pkt_view(&k);
	CU_ASSERT_EQUAL(
	    pkt_read(&p, NULL, 229, f, f.n, 0, 1), NET_FLAW_TOO_DEEP);

	/* An extension header that does not fit in its datagram. */
	uint8_t b[256];
	chain(1);
	f = pkt_view(&k);
	memcpy(b, f.p, f.n);
	b[41] = 30;
	f.p = b;
	CU_ASSERT_EQUAL(
	    pkt_read(&p, NULL, 229, f, f.n, 0, 1), NET_FLAW_IP_MALFORMED);
	/* No next header. */
	b[41] = 0;
	b[40] = 59;
	CU_ASSERT_EQUAL(
	    pkt_read(&p, NULL, 229, f, f.n, 0, 1), NET_FLAW_CONTROL);
}

static void
test_fragments_are_told(void)
{
	struct net_packet p = {0};
	struct ip_fragment frag;
	pkt_payload(&k, RS_LIT("0123456789abcdef"));
	pkt_ipv4_fragment(
	    &k, "192.0.2.1", "198.51.100.2", 17, 0x1234, 1480, true);
	p.ip = pkt_view(&k);
	CU_ASSERT_EQUAL(ip_decode(&p, p.ip.n, &frag), NET_FLAW_NONE);
	CU_ASSERT(frag.is && frag.more);
	CU_ASSERT_EQUAL(frag.offset, 1480);
	CU_ASSERT_EQUAL(frag.id, 0x1234);
	CU_ASSERT_EQUAL(frag.proto, 17);
	CU_ASSERT_EQUAL(p.payload.n, 16);

	pkt_payload(&k, RS_LIT("0123456789abcdef"));
	pkt_ipv6_fragment(&k, 17, 0xdeadbeef, 1448, false);
	pkt_ipv6_extension(&k, 0, 8);
	pkt_ipv6(&k, "2001:db8::1", "2001:db8::2");
	p.ip = pkt_view(&k);
	CU_ASSERT_EQUAL(ip_decode(&p, p.ip.n, &frag), NET_FLAW_NONE);
	CU_ASSERT(frag.is && !frag.more);
	CU_ASSERT_EQUAL(frag.offset, 1448);
	CU_ASSERT_EQUAL(frag.id, 0xdeadbeef);
	CU_ASSERT_EQUAL(frag.proto, 17);
	CU_ASSERT_EQUAL(p.payload.n, 16);

	/* RFC 6946: an atomic fragment is a whole datagram. */
	pkt_payload(&k, RS_LIT("0123456789"));
	pkt_udp(&k, 5060, 5061);
	pkt_ipv6_fragment(&k, 17, 1, 0, false);
	pkt_ipv6(&k, "2001:db8::1", "2001:db8::2");
	struct rs_span f = pkt_view(&k);
	CU_ASSERT_EQUAL(pkt_read(&p, NULL, 229, f, f.n, 0, 1), NET_FLAW_NONE);
	CU_ASSERT(rs_span_eq(p.payload, RS_LIT("0123456789")));
}

static void
test_truncated_anywhere(void)
{
	struct guard g;
	guard_init(&g, 4096);
	for (unsigned kind = 0; kind < 4; kind++) {
		if (kind == 0) {
			udp4();
		} else if (kind == 1) {
			chain(5);
		} else {
			pkt_payload(&k, RS_LIT("0123456789"));
			pkt_tcp_options(&k, 1, 2, 3, 4, TCP_SYN,
			    RS_LIT("\x02\x04\x05\xb4\x04\x02\x08\x0a"
				   "\0\0\0\1\0\0\0\2"));
			if (kind == 3)
				pkt_ipv6_extension(&k, 51, 16);
			pkt_ipv6(&k, "2001:db8::1", "2001:db8::2");
		}
		struct rs_span f = pkt_view(&k);
		for (size_t n = 1; n <= f.n; n++) {
			struct net_packet p;
			struct rs_span cut =
			    guard_put(&g, rs_span_part(f, 0, n));
			enum net_flaw flaw =
			    pkt_read(&p, NULL, 101, cut, f.n, 0, 1);
			CU_ASSERT(flaw == NET_FLAW_IP_SHORT ||
				  flaw == NET_FLAW_TRANSPORT_SHORT ||
				  flaw == NET_FLAW_NONE);
			if (flaw == NET_FLAW_NONE) {
				CU_ASSERT_EQUAL(p.cut, n < f.n);
				CU_ASSERT_EQUAL(p.payload_wire, 10);
				CU_ASSERT(
				    p.payload.p + p.payload.n <= cut.p + cut.n);
			}
			/* A frame that was never longer is another matter. */
			pkt_read(&p, NULL, 101, cut, n, 0, 1);
		}
	}
	guard_clear(&g);
}

/* Noise in every byte: nothing over-read, spans stay inside. */
static void
test_damaged(void)
{
	struct guard g;
	uint64_t seed = 42;
	guard_init(&g, 4096);
	for (unsigned round = 0; round < 20000; round++) {
		chain(round % 5);
		if (round & 1)
			udp4();
		struct rs_span f = pkt_view(&k);
		uint64_t r = pkt_random(&seed);
		size_t n = 1 + (r >> 8) % f.n;
		struct rs_span cut = guard_put(&g, rs_span_part(f, 0, n));
		uint8_t *w = g.base + g.room - n;
		for (unsigned i = 0; i < 1 + r % 4; i++) {
			r = pkt_random(&seed);
			w[r % n] = (uint8_t)(r >> 32);
		}
		struct net_packet p;
		if (pkt_read(&p, NULL, 101, cut, f.n, 0, 1) == NET_FLAW_NONE) {
			CU_ASSERT(p.payload.p >= cut.p);
			CU_ASSERT(p.payload.p + p.payload.n <= cut.p + cut.n);
			CU_ASSERT(p.payload.n <= p.payload_wire);
		}
	}
	guard_clear(&g);
}

UNIT_MAIN("ip", UNIT(test_ipv4), UNIT(test_ipv4_lengths),
    UNIT(test_udp_lengths), UNIT(test_cut_is_not_malformed),
    UNIT(test_tcp_header), UNIT(test_ipv6_extensions),
    UNIT(test_fragments_are_told), UNIT(test_truncated_anywhere),
    UNIT(test_damaged))
