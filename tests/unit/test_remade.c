/* SPDX-License-Identifier: Apache-2.0 */
/* Packets made again of messages: of both versions of IP, whole and right. */
#include "net/checksum.h"
#include "packets.h"
#include "remade.h"
#include "unit.h"

#include <string.h>

static struct engine_look
look_of(bool six, bool tcp, struct rs_span message)
{
	struct engine_look l = {.proto = tcp ? NET_PROTO_TCP : NET_PROTO_UDP,
	    .message = message,
	    .message_at = 7 * RS_SEC};
	rs_addr_parse(
	    &l.src.addr, rs_span_str(six ? "2001:db8:1::17" : "192.0.2.17"));
	rs_addr_parse(
	    &l.dst.addr, rs_span_str(six ? "2001:db8:2::10" : "198.51.100.10"));
	l.src.port = 40000;
	l.dst.port = 5060;
	return l;
}

static void
test_both(void)
{
	static uint8_t bytes[REMADE];
	const struct cap_frame f = {
	    .ts = 9 * RS_SEC, .frame = {0, 3}, .linktype = CAP_LINK_HEP};
	for (unsigned i = 0; i < 8; i++) {
		bool six = i & 1, tcp = i & 2;
		/* of odd and even length */
		struct rs_span message =
		    i & 4 ? RS_LIT("REGISTER sip:a") : RS_LIT("OPTIONS sip:b");
		struct engine_look l = look_of(six, tcp, message);
		struct cap_frame made;
		struct net_packet p;
		unit_row(six ? "IPv6" : "IPv4");
		CU_ASSERT_FATAL(remade_packet(&made, bytes, &f, &l));
		CU_ASSERT_EQUAL(made.ts, 7 * RS_SEC);
		CU_ASSERT_EQUAL(made.frame.number, 3);
		CU_ASSERT_EQUAL(made.wire_len, made.bytes.n);
		CU_ASSERT_EQUAL(pkt_read(&p, NULL, made.linktype, made.bytes,
				    made.wire_len, made.ts, 1),
		    NET_FLAW_NONE);
		CU_ASSERT_EQUAL(p.proto, NET_PROTO_UDP);
		CU_ASSERT(rs_endpoint_eq(&p.src, &l.src));
		CU_ASSERT(rs_endpoint_eq(&p.dst, &l.dst));
		CU_ASSERT(rs_span_eq(p.payload, message));
		struct rs_span datagram = {p.payload.p - 8, p.payload.n + 8};
		CU_ASSERT_EQUAL(
		    checksum_of(&p, NET_PROTO_UDP, datagram), CHECKSUM_GOOD);
		CU_ASSERT_EQUAL(
		    strstr(remade_how(&l), "over TCP") != NULL, tcp);
	}
}

static void
test_none(void)
{
	static uint8_t bytes[REMADE], text[70000];
	const struct cap_frame f = {.linktype = 1};
	struct cap_frame made;
	struct engine_look l = look_of(false, false, (struct rs_span){0});
	CU_ASSERT(!remade_packet(&made, bytes, &f, &l));
	CU_ASSERT_STRING_EQUAL(remade_how(&l), "");
	l.message = (struct rs_span){text, UINT16_MAX - 28};
	CU_ASSERT(remade_packet(&made, bytes, &f, &l));
	CU_ASSERT_EQUAL(made.bytes.n, UINT16_MAX);
	l.message.n++;
	CU_ASSERT(!remade_packet(&made, bytes, &f, &l));
}

UNIT_MAIN("remade", UNIT(test_both), UNIT(test_none))
