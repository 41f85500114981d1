/* SPDX-License-Identifier: Apache-2.0 */
#include "guard.h"
#include "net/hep.h"
#include "unit.h"

#include <string.h>

static uint8_t b[2048];
static size_t n;

static void
chunk(unsigned vendor, unsigned type, const char *value, size_t size)
{
	const uint8_t head[] = {(uint8_t)(vendor >> 8), (uint8_t)vendor,
	    (uint8_t)(type >> 8), (uint8_t)type, (uint8_t)((6 + size) >> 8),
	    (uint8_t)(6 + size)};
	memcpy(b + n, head, 6);
	memcpy(b + n + 6, value, size);
	n += 6 + size;
	b[4] = (uint8_t)(n >> 8);
	b[5] = (uint8_t)n;
}

#define CHUNK(type, value) chunk(0, type, value, sizeof(value) - 1)

static void
begin(void)
{
	memcpy(b, "HEP3\0\6", 6);
	n = 6;
}

/* 2 s and 5 us after the epoch. */
static void
message(void)
{
	begin();
	CHUNK(1, "\2");
	CHUNK(7, "\x13\xc4");
	CHUNK(2, "\x11");
	CHUNK(3, "\xc0\0\2\1");
	CHUNK(4, "\xc6\x33\x64\2");
	CHUNK(8, "\x13\xc5");
	CHUNK(9, "\0\0\0\2");
	CHUNK(10, "\0\0\0\5");
	CHUNK(11, "\1");
	CHUNK(15, "REGISTER sip:example.com SIP/2.0\r\n\r\n");
}

static enum net_flaw
enter(struct net_packet *p, struct rs_span s, size_t wire, rs_time ts)
{
	*p = (struct net_packet){.ts = ts,
	    .at = rs_stamp_at(ts, (struct rs_frame){0, 7}),
	    .payload = s,
	    .payload_wire = (uint32_t)wire,
	    .ttl = 64};
	return hep_enter(p);
}

static struct rs_span
all(void)
{
	return (struct rs_span){b, n};
}

static void
test_message(void)
{
	struct net_packet p;
	char text[RS_ENDPOINT_TEXT];
	message();
	CU_ASSERT(hep_probe(all()));
	CU_ASSERT_EQUAL(enter(&p, all(), n, 3 * RS_SEC), NET_FLAW_NONE);
	rs_endpoint_format(&p.src, text);
	CU_ASSERT_STRING_EQUAL(text, "192.0.2.1:5060");
	rs_endpoint_format(&p.dst, text);
	CU_ASSERT_STRING_EQUAL(text, "198.51.100.2:5061");
	CU_ASSERT_EQUAL(p.proto, NET_PROTO_UDP);
	CU_ASSERT_EQUAL(p.payload.n, 36);
	CU_ASSERT_EQUAL(p.payload_wire, 36);
	CU_ASSERT_EQUAL(p.ttl, 0);
	CU_ASSERT_EQUAL(p.ip.n, 0);
	CU_ASSERT_EQUAL(p.encaps, 1u << NET_ENCAP_HEP);
	/* The agent's clock, and the frame that it came in. */
	CU_ASSERT_EQUAL(p.ts, 2 * RS_SEC + 5 * RS_USEC);
	CU_ASSERT_EQUAL(p.at.first, p.ts);
	CU_ASSERT_EQUAL(p.at.from.number, 7);
	/* One that is far off is not believed. */
	CU_ASSERT_EQUAL(enter(&p, all(), n, 13 * RS_SEC), NET_FLAW_NONE);
	CU_ASSERT_EQUAL(p.ts, 13 * RS_SEC);
}

static void
test_variants(void)
{
	struct net_packet p;
	message();
	CHUNK(2, "\6");
	chunk(0x1234, 15, "of a vendor", 11);
	CHUNK(7, "\1"); /* of a wrong size */
	CU_ASSERT_EQUAL(enter(&p, all(), n, 0), NET_FLAW_NONE);
	CU_ASSERT_EQUAL(p.proto, NET_PROTO_TCP);
	CU_ASSERT_EQUAL(p.src.port, 5060);
	CU_ASSERT_EQUAL(p.payload.n, 36);

	begin();
	CHUNK(5, "\x20\1\x0d\xb8\0\0\0\0\0\0\0\0\0\0\0\1");
	CHUNK(6, "\x20\1\x0d\xb8\0\0\0\0\0\0\0\0\0\0\0\2");
	CHUNK(15, "\r\n");
	CU_ASSERT_EQUAL(enter(&p, all(), n, 0), NET_FLAW_NONE);
	CU_ASSERT_EQUAL(p.src.addr.family, 6);
	CU_ASSERT_EQUAL(p.dst.addr.b[15], 2);
	CU_ASSERT_EQUAL(p.ts, 0);
}

static void
test_what_is_none(void)
{
	struct net_packet p;
	CU_ASSERT(!hep_probe(RS_LIT("HEP2\0\6")));
	CU_ASSERT(!hep_probe(RS_LIT("HEP3")));
	CU_ASSERT_EQUAL(enter(&p, RS_LIT("HEP2\0\6"), 6, 0), NET_FLAW_HEP);
	begin();
	CU_ASSERT_EQUAL(enter(&p, all(), n, 0), NET_FLAW_HEP);
	CHUNK(3, "\xc0\0\2\1");
	CHUNK(6, "\x20\1\x0d\xb8\0\0\0\0\0\0\0\0\0\0\0\2");
	CHUNK(15, "x");
	CU_ASSERT_EQUAL(enter(&p, all(), n, 0), NET_FLAW_HEP);
	begin();
	CHUNK(16, "\x1f\x8b");
	CU_ASSERT_EQUAL(enter(&p, all(), n, 0), NET_FLAW_HEP_COMPRESSED);
	/* Lengths that lie. */
	message();
	b[11] = 5;
	CU_ASSERT_EQUAL(enter(&p, all(), n, 0), NET_FLAW_HEP);
	b[11] = 0;
	b[10] = 0xff;
	CU_ASSERT_EQUAL(enter(&p, all(), n, 0), NET_FLAW_HEP);
	begin();
	for (unsigned i = 0; i < 65; i++)
		CHUNK(11, "\1");
	CU_ASSERT_EQUAL(enter(&p, all(), n, 0), NET_FLAW_TOO_DEEP);
}

/* Cut by the snaplen, at every byte: short, and nothing is read past it. */
static void
test_truncated_anywhere(void)
{
	struct guard g;
	guard_init(&g, 4096);
	message();
	for (size_t i = 0; i < n; i++) {
		struct net_packet p;
		struct rs_span cut = guard_put(&g, (struct rs_span){b, i});
		enum net_flaw flaw = enter(&p, cut, n, 0);
		CU_ASSERT(flaw == NET_FLAW_LINK_SHORT || flaw == NET_FLAW_HEP);
		enter(&p, cut, i, 0);
	}
	guard_clear(&g);
}

UNIT_MAIN("hep", UNIT(test_message), UNIT(test_variants),
    UNIT(test_what_is_none), UNIT(test_truncated_anywhere))
