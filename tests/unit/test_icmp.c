/* SPDX-License-Identifier: Apache-2.0 */
#include "guard.h"
#include "net/icmp.h"
#include "packets.h"
#include "unit.h"

static struct pkt k;

/* What host 198.51.100.2 answers to a packet of 192.0.2.1. */
static void
answer(unsigned version, uint8_t proto, size_t quoted, uint8_t type)
{
	static struct pkt inner;
	pkt_payload(&inner, RS_LIT("REGISTER sip:example.com SIP/2.0\r\n"));
	if (proto == NET_PROTO_UDP)
		pkt_udp(&inner, 5060, 5061);
	else
		pkt_tcp(&inner, 5060, 5061, 1, 0, TCP_SYN);
	if (version == 4)
		pkt_ipv4(&inner, "192.0.2.1", "198.51.100.2");
	else
		pkt_ipv6(&inner, "2001:db8::1", "2001:db8::2");
	pkt_payload(&k, rs_span_part(pkt_view(&inner), 0, quoted));
	if (version == 4) {
		pkt_icmp(&k, type, 3);
		pkt_ipv4(&k, "198.51.100.2", "192.0.2.1");
	} else {
		pkt_icmp6(&k, type, 4);
		pkt_ipv6(&k, "2001:db8::2", "2001:db8::1");
	}
}

static void
test_errors(void)
{
	static const struct {
		const char *name;
		unsigned version;
		uint8_t proto, type;
		size_t quoted;
		bool ok;
		size_t payload;
	} rows[] = {
	    {"port unreachable", 4, 17, 3, 1000, true, 34},
	    {"28 bytes are enough", 4, 17, 3, 28, true, 0},
	    {"27 are not", 4, 17, 3, 27, false, 0},
	    {"TCP with 8 bytes", 4, 6, 11, 28, true, 0},
	    {"TCP, all of it", 4, 6, 3, 1000, true, 34},
	    {"echo reply", 4, 17, 0, 1000, false, 0},
	    {"echo", 4, 17, 8, 1000, false, 0},
	    {"redirect", 4, 17, 5, 1000, false, 0},
	    {"nothing quoted", 4, 17, 3, 0, false, 0},
	    {"v6 unreachable", 6, 17, 1, 1000, true, 34},
	    {"v6 48 bytes", 6, 17, 1, 48, true, 0},
	    {"v6 too big", 6, 6, 2, 1000, true, 34},
	    {"v6 echo", 6, 17, 128, 1000, false, 0},
	    {"v6 neighbour", 6, 17, 135, 1000, false, 0},
	};
	for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
		struct net_packet p;
		struct icmp_error e;
		unit_row(rows[i].name);
		answer(rows[i].version, rows[i].proto, rows[i].quoted,
		    rows[i].type);
		struct rs_span f = pkt_view(&k);
		CU_ASSERT_EQUAL(
		    pkt_read(&p, NULL, 101, f, f.n, 7, 9), NET_FLAW_NONE);
		CU_ASSERT_EQUAL(icmp_error_decode(&p, &e), rows[i].ok);
		if (!rows[i].ok)
			continue;
		CU_ASSERT_EQUAL(e.type, rows[i].type);
		CU_ASSERT_EQUAL(e.code, rows[i].version == 4 ? 3 : 4);
		CU_ASSERT_EQUAL(e.quoted.proto, rows[i].proto);
		CU_ASSERT_EQUAL(e.quoted.src.port, 5060);
		CU_ASSERT_EQUAL(e.quoted.dst.port, 5061);
		CU_ASSERT(rs_addr_eq(&e.quoted.src.addr, &p.dst.addr));
		CU_ASSERT_EQUAL(e.quoted.payload.n, rows[i].payload);
		CU_ASSERT_EQUAL(e.quoted.cut, rows[i].payload == 0);
	}
}

static void
test_quoted_fragments(void)
{
	static struct pkt inner;
	for (unsigned first = 0; first < 2; first++) {
		struct net_packet p;
		struct icmp_error e;
		pkt_payload(&inner, RS_LIT("0123456789abcdef"));
		if (first)
			pkt_udp(&inner, 5060, 5061);
		pkt_ipv4_fragment(&inner, "192.0.2.1", "198.51.100.2", 17, 1,
		    first ? 0 : 800, true);
		pkt_payload(&k, pkt_view(&inner));
		pkt_icmp(&k, 11, 1);
		pkt_ipv4(&k, "198.51.100.2", "192.0.2.1");
		struct rs_span f = pkt_view(&k);
		CU_ASSERT_EQUAL(
		    pkt_read(&p, NULL, 101, f, f.n, 7, 9), NET_FLAW_NONE);
		/* Ports are in the first one only. */
		CU_ASSERT_EQUAL(icmp_error_decode(&p, &e), first == 1);
	}
}

static void
test_truncated_anywhere(void)
{
	struct guard g;
	guard_init(&g, 4096);
	for (unsigned i = 0; i < 4; i++) {
		answer(i & 1 ? 6 : 4, i & 2 ? 6 : 17, 1000, i & 1 ? 1 : 3);
		struct rs_span f = pkt_view(&k);
		size_t seen = 0;
		for (size_t n = 0; n <= f.n; n++) {
			struct net_packet p;
			struct icmp_error e;
			if (pkt_read(&p, NULL, 101,
				guard_put(&g, rs_span_part(f, 0, n)), f.n, 0,
				1) == NET_FLAW_NONE)
				seen += icmp_error_decode(&p, &e);
		}
		/* Readable from the quoted ports on, and all the way. */
		CU_ASSERT_EQUAL(
		    seen, f.n - (i & 1 ? 40 + 8 + 48 : 20 + 8 + 28) + 1);
	}
	guard_clear(&g);
}

UNIT_MAIN("icmp", UNIT(test_errors), UNIT(test_quoted_fragments),
    UNIT(test_truncated_anywhere))
