/* SPDX-License-Identifier: Apache-2.0 */
#include "engine/vantage.h"
#include "net/checksum.h"
#include "unit.h"

#include <string.h>

static char why[VANTAGE_TEXT];

static struct rs_conn_facts
shake(rs_time there, rs_time here)
{
	struct rs_conn_facts f = {.from_start = true};
	f.half[0].syns = f.half[1].syns = 1;
	f.half[0].syn_at = RS_SEC;
	f.half[1].syn_at = RS_SEC + there;
	f.established_at = RS_SEC + there + here;
	return f;
}

static void
test_verdicts(void)
{
	static const struct {
		const char *name;
		uint8_t phone, registrar; /* TTLs */
		int there, here;          /* ms of a handshake; 0: none */
		enum vantage_place place;
	} rows[] = {
	    {"nothing", 0, 0, 0, 0, VANTAGE_UNKNOWN},
	    {"no answer", 64, 0, 0, 0, VANTAGE_UNKNOWN},
	    {"at the phone", 64, 61, 0, 0, VANTAGE_PHONE},
	    {"at a phone that begins with 128", 128, 250, 0, 0, VANTAGE_PHONE},
	    {"at the registrar", 60, 64, 0, 0, VANTAGE_REGISTRAR},
	    {"between", 63, 61, 0, 0, VANTAGE_MIDDLE},
	    {"on one link", 64, 64, 0, 0, VANTAGE_UNKNOWN},
	    {"a TTL of its own", 30, 64, 0, 0, VANTAGE_UNKNOWN},
	    {"SYN-ACK late", 0, 0, 50, 1, VANTAGE_PHONE},
	    {"ACK late", 0, 0, 1, 50, VANTAGE_REGISTRAR},
	    {"both", 0, 0, 20, 30, VANTAGE_MIDDLE},
	    {"both at once", 0, 0, 1, 0, VANTAGE_UNKNOWN},
	    {"on one link, by handshake", 64, 64, 50, 1, VANTAGE_PHONE},
	    {"contradiction", 64, 61, 1, 50, VANTAGE_UNKNOWN},
	    {"contradiction too", 61, 64, 50, 1, VANTAGE_UNKNOWN},
	    {"agreement", 64, 61, 50, 1, VANTAGE_PHONE},
	};
	for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
		struct vantage v = {0};
		unit_row(rows[i].name);
		vantage_ttl(&v, rows[i].phone, rows[i].registrar);
		if (rows[i].there) {
			struct rs_conn_facts f = shake(
			    rows[i].there * RS_MSEC, rows[i].here * RS_MSEC);
			vantage_handshake(&v, &f);
		}
		CU_ASSERT_EQUAL(vantage_judge(&v, why), rows[i].place);
		CU_ASSERT(strlen(why) > 10);
	}
}

/* Nine in ten flows must agree. */
static void
test_votes(void)
{
	struct vantage v = {0};
	for (unsigned i = 0; i < 9; i++)
		vantage_ttl(&v, 64, 61);
	vantage_ttl(&v, 61, 64);
	CU_ASSERT_EQUAL(vantage_judge(&v, why), VANTAGE_PHONE);
	vantage_ttl(&v, 61, 64);
	CU_ASSERT_EQUAL(vantage_judge(&v, why), VANTAGE_UNKNOWN);
	CU_ASSERT(strstr(why, "not the same") != NULL);
	for (enum vantage_place p = 0; p < VANTAGE_N; p++)
		CU_ASSERT(strlen(vantage_name(p)) >= 5);
}

static void
test_repeated_syn(void)
{
	struct vantage v = {0};
	struct rs_conn_facts f = shake(50 * RS_MSEC, RS_MSEC);
	f.half[0].syns = 2;
	vantage_handshake(&v, &f);
	f = shake(50 * RS_MSEC, RS_MSEC);
	f.established_at = RS_NEVER;
	vantage_handshake(&v, &f);
	CU_ASSERT_EQUAL(vantage_judge(&v, why), VANTAGE_UNKNOWN);
}

/* A UDP datagram between 192.0.2.1 and 198.51.100.2, "hello", as made by hand:
   pseudo header c000 0201 c633 6402 0011 000d. */
static void
test_checksums(void)
{
	static const struct {
		const char *name;
		uint16_t sum;
		enum checksum is;
	} rows[] = {
	    {"none", 0, CHECKSUM_UNKNOWN},
	    {"the pseudo header's", 0xec55, CHECKSUM_OFFLOADED},
	    {"wrong", 0x1234, CHECKSUM_BAD},
	    {"right", 0xa842, CHECKSUM_GOOD},
	};
	uint8_t s[] = {
	    0x13, 0xc4, 0x13, 0xc4, 0, 13, 0, 0, 'h', 'e', 'l', 'l', 'o'};
	struct net_packet p = {0};
	p.src.addr = rs_addr_v4((const uint8_t *)"\xc0\0\2\1");
	p.dst.addr = rs_addr_v4((const uint8_t *)"\xc6\x33\x64\2");
	for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
		unit_row(rows[i].name);
		s[6] = (uint8_t)(rows[i].sum >> 8);
		s[7] = (uint8_t)rows[i].sum;
		CU_ASSERT_EQUAL(checksum_of(&p, NET_PROTO_UDP,
				    (struct rs_span){s, sizeof s}),
		    rows[i].is);
	}
	CU_ASSERT_EQUAL(checksum_of(&p, NET_PROTO_UDP, (struct rs_span){s, 7}),
	    CHECKSUM_UNKNOWN);
}

UNIT_MAIN("vantage", UNIT(test_verdicts), UNIT(test_votes),
    UNIT(test_repeated_syn), UNIT(test_checksums))
