/* SPDX-License-Identifier: Apache-2.0 */
#include "net/copies.h"
#include "packets.h"
#include "unit.h"

#include <string.h>

static const struct rs_hash_seed seed = {1, 2};
static struct pkt k;
static struct copies *c;

/* Alike at both ends: lines of one phone that register at once. */
#define REQUEST(branch)                                                        \
 "REGISTER sip:example.com SIP/2.0\r\nVia: SIP/2.0/UDP 192.0.2.17:5060;"       \
 "branch=z9hG4bK" branch "\r\nFrom: <sip:4025@example.com>\r\n"                \
 "Contact: <sip:4025@192.0.2.17:5060>\r\nContent-Length: 0\r\n\r\n"

/* A packet as the engine has it: TTL and identification as asked for. */
static enum copy
push(bool six, bool tcp, uint8_t flags, const char *payload, uint16_t id,
    uint8_t ttl, uint32_t ack, rs_time ts)
{
	static uint8_t b[2048];
	struct net_packet p;
	struct tcp_hdr h;
	pkt_payload(&k, rs_span_str(payload));
	if (tcp)
		pkt_tcp(&k, 40000, 5061, 1, ack, flags);
	else
		pkt_udp(&k, 5060, 5060);
	if (six)
		pkt_ipv6(&k, "2001:db8::1", "2001:db8::2");
	else
		pkt_ipv4(&k, "192.0.2.1", "198.51.100.2");
	struct rs_span f = pkt_view(&k);
	memcpy(b, f.p, f.n);
	if (!six) {
		b[4] = (uint8_t)(id >> 8);
		b[5] = (uint8_t)id;
	}
	b[six ? 7 : 8] = ttl;
	/* A checksum that the network card made, or did not. */
	if (tcp)
		b[(six ? 40 : 20) + 16] = (uint8_t)ts;
	f.p = b;
	CU_ASSERT_EQUAL(pkt_read(&p, &h, 101, f, f.n, ts, 1), NET_FLAW_NONE);
	size_t n = tcp ? 20 : 0;
	return copies_push(c, &p, 7, 0, (struct rs_span){p.payload.p - n, n});
}

static void
test_copies(void)
{
	static const struct {
		const char *name;
		bool six, tcp;
		uint8_t flags;
		const char *first, *second;
		uint16_t id, second_id;
		uint8_t ttl;
		uint32_t ack;
		rs_time after;
		enum copy copy;
	} rows[] = {
	    {"mirrored", false, false, 0, "REGISTER", "REGISTER", 5, 5, 64, 0,
		20 * RS_USEC, COPY_SAME},
	    {"routed", false, false, 0, "REGISTER", "REGISTER", 5, 5, 63, 0,
		20 * RS_MSEC, COPY_ROUTED},
	    {"time steps back", false, false, 0, "REGISTER", "REGISTER", 5, 5,
		64, 0, -20 * RS_USEC, COPY_SAME},
	    {"too late", false, false, 0, "REGISTER", "REGISTER", 5, 5, 64, 0,
		51 * RS_MSEC, COPY_NONE},
	    {"another identification", false, false, 0, "REGISTER", "REGISTER",
		5, 6, 64, 0, 20 * RS_USEC, COPY_NONE},
	    {"other bytes", false, false, 0, "REGISTER", "REGISTEr", 5, 5, 64,
		0, 20 * RS_USEC, COPY_NONE},
	    {"two requests at once", false, false, 0, REQUEST("a"),
		REQUEST("b"), 0, 0, 64, 0, 20 * RS_USEC, COPY_NONE},
	    {"the same identification in all packets, as some stacks have it",
		false, false, 0, REQUEST("a"), REQUEST("b"), 1, 1, 64, 0,
		20 * RS_USEC, COPY_NONE},
	    {"without identification", false, false, 0, "REGISTER", "REGISTER",
		0, 0, 64, 0, 19 * RS_MSEC, COPY_SAME},
	    {"without, later", false, false, 0, "REGISTER", "REGISTER", 0, 0,
		64, 0, 21 * RS_MSEC, COPY_NONE},
	    {"IPv6", true, false, 0, "REGISTER", "REGISTER", 0, 0, 64, 0,
		20 * RS_USEC, COPY_SAME},
	    {"TCP", false, true, TCP_ACK, "data", "data", 5, 5, 64, 0, 7,
		COPY_SAME},
	    {"TCP, repeated", false, true, TCP_ACK, "data", "data", 5, 6, 64, 0,
		7, COPY_NONE},
	    {"TCP, another ack", false, true, TCP_ACK, "data", "data", 5, 5, 64,
		9, 7, COPY_NONE},
	    {"TCP over IPv6", true, true, TCP_ACK, "data", "data", 0, 0, 64, 0,
		RS_MSEC, COPY_SAME},
	    {"TCP over IPv6, a round trip later", true, true, TCP_ACK, "data",
		"data", 0, 0, 64, 0, 2 * RS_MSEC, COPY_NONE},
	    {"bare ACKs", true, true, TCP_ACK, "", "", 0, 0, 64, 0, 7,
		COPY_NONE},
	    {"RSTs", false, true, TCP_RST, "", "", 0, 0, 64, 0, 7, COPY_NONE},
	    {"SYN", true, true, TCP_SYN, "", "", 0, 0, 64, 0, 7, COPY_SAME},
	    {"ACKs with identification", false, true, TCP_ACK, "", "", 5, 5, 64,
		0, 7, COPY_SAME},
	};
	for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
		unit_row(rows[i].name);
		c = copies_new(&seed);
		CU_ASSERT_EQUAL(push(rows[i].six, rows[i].tcp, rows[i].flags,
				    rows[i].first, rows[i].id, 64, 0, RS_SEC),
		    COPY_NONE);
		CU_ASSERT_EQUAL(
		    push(rows[i].six, rows[i].tcp, rows[i].flags,
			rows[i].second, rows[i].second_id, rows[i].ttl,
			rows[i].ack, RS_SEC + rows[i].after),
		    rows[i].copy);
		copies_free(c);
	}
	copies_free(NULL);
}

/* The ring is of that size, whatever is in it and whatever the seed. */
static void
test_ring(void)
{
	for (uint64_t s = 0; s < 4; s++) {
		const struct rs_hash_seed other = {s, ~s};
		for (unsigned between = COPIES_REMEMBERED - 3;
		     between < COPIES_REMEMBERED + 2; between++) {
			c = copies_new(&other);
			(void)push(false, false, 0, "first", 1, 64, 0, RS_SEC);
			for (unsigned i = 0; i < between; i++)
				CU_ASSERT_EQUAL(
				    push(false, false, 0, "x",
					(uint16_t)(i + 2), 64, 0, RS_SEC),
				    COPY_NONE);
			CU_ASSERT_EQUAL(
			    push(false, false, 0, "first", 1, 64, 0, RS_SEC),
			    between < COPIES_REMEMBERED - 1 ? COPY_SAME
							    : COPY_NONE);
			copies_free(c);
		}
	}
}

static void
test_fragments(void)
{
	struct net_packet p = {.ts = RS_SEC, .ttl = 64};
	struct ip_fragment frag = {
	    .is = true, .id = 9, .offset = 1480, .proto = 17};
	p.payload = RS_LIT("the rest");
	p.payload_wire = 8;
	c = copies_new(&seed);
	CU_ASSERT_EQUAL(copies_push_fragment(c, &p, &frag), COPY_NONE);
	p.ts += RS_MSEC;
	CU_ASSERT_EQUAL(copies_push_fragment(c, &p, &frag), COPY_SAME);
	frag.offset = 0;
	CU_ASSERT_EQUAL(copies_push_fragment(c, &p, &frag), COPY_NONE);
	frag.offset = 1480;
	p.src.addr.b[3] = 1;
	CU_ASSERT_EQUAL(copies_push_fragment(c, &p, &frag), COPY_NONE);
	/* Another customer's, then what a router made of the first, then the
	   same before it went into a tunnel. */
	p.network = 100;
	CU_ASSERT_EQUAL(copies_push_fragment(c, &p, &frag), COPY_SAME);
	frag.id = 10;
	CU_ASSERT_EQUAL(copies_push_fragment(c, &p, &frag), COPY_NONE);
	p.network = 200;
	CU_ASSERT_EQUAL(copies_push_fragment(c, &p, &frag), COPY_NONE);
	CU_ASSERT_EQUAL(copies_push_fragment(c, &p, &frag), COPY_SAME);
	p.network = 100;
	CU_ASSERT_EQUAL(copies_push_fragment(c, &p, &frag), COPY_SAME);
	p.network = 300;
	p.ttl--;
	CU_ASSERT_EQUAL(copies_push_fragment(c, &p, &frag), COPY_ROUTED);
	p.network = 0;
	CU_ASSERT_EQUAL(copies_push_fragment(c, &p, &frag), COPY_ROUTED);
	copies_free(c);
}

UNIT_MAIN("copies", UNIT(test_copies), UNIT(test_ring), UNIT(test_fragments))
