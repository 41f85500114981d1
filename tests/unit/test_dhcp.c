/* SPDX-License-Identifier: Apache-2.0 */
/* DHCP, NTP and frames without IP: what is read, and that cuts are told. */
#include "dhcp/dhcp.h"
#include "dhcp/values.h"
#include "event.h"
#include "guard.h"
#include "link/link.h"
#include "ntp/ntp.h"
#include "recorder.h"
#include "unit.h"

#define SPAN(s) ((struct rs_span){(const uint8_t *)("" s), sizeof(s) - 1})

#define DUID "\0\3\0\1\0\0\x5e\0\x53\x17"
#define SERVER "\0\3\0\1\0\0\x5e\0\x53\1"
#define ADDRESS "\x20\1\xd\xb8\0\1\0\0\0\0\0\0\0\0\0\x17"
#define IA                                                                     \
 "\0\3\0\x28\0\0\0\1\0\0\0\0\0\0\0\0\0\5\0\x18" ADDRESS "\0\0\xe\x10\0\0\xe\x10"
#define REPLY "\7\x12\x34\x56\0\1\0\xa" DUID "\0\2\0\xa" SERVER IA

/* A message of version 4: its fields are zero but for what is given. */
struct v4 {
	uint8_t b[1400];
	size_t n;
};

static void
v4_begin(struct v4 *v, uint8_t op, struct rs_span options)
{
	memset(v->b, 0, sizeof v->b);
	v->b[0] = op;
	v->b[1] = 1;
	v->b[2] = 6;
	memcpy(v->b + 4, "\x5e\0\x53\x17", 4);
	memcpy(v->b + 28, "\0\0\x5e\0\x53\x17", 6);
	memcpy(v->b + 236, "\x63\x82\x53\x63", 4);
	memcpy(v->b + 240, options.p, options.n);
	v->n = 240 + options.n;
}

static struct rs_span
view(const struct v4 *v)
{
	return (struct rs_span){v->b, v->n};
}

static void
test_v4(void)
{
	struct v4 v;
	struct dhcp_msg m;
	v4_begin(&v, 2,
	    SPAN("\x35\1\5\0\0\x36\4\xc0\0\2\1\x33\4\0\0\xe\x10\6\10"
		 "\xc6\x33\x64\1\xc6\x33\x64\2\x96\4\xc6\x33\x64\x45"
		 "\xff\x42\3abc"));
	memcpy(v.b + 16, "\xc0\0\2\x11", 4);
	memcpy(v.b + 108, "boot.cfg", 8);
	CU_ASSERT(dhcp4_parse(&m, view(&v)));
	CU_ASSERT_EQUAL(m.type, DHCP_ACK);
	CU_ASSERT_EQUAL(m.xid, 0x5e005317);
	CU_ASSERT(m.from_server && m.leased && m.flaws == 0);
	CU_ASSERT_EQUAL(m.lease, 3600);
	CU_ASSERT_EQUAL(m.offered.b[3], 17);
	CU_ASSERT_EQUAL(m.client.family, 0);
	CU_ASSERT_EQUAL(m.option[DHCP_DNS].n, 8);
	CU_ASSERT_EQUAL(m.option[DHCP_TFTP_ADDRESSES].n, 4);
	/* What stands behind the end is none. */
	CU_ASSERT_PTR_NULL(m.option[DHCP_TFTP_NAME].p);
	CU_ASSERT(rs_span_eq(m.file, RS_LIT("boot.cfg")));
	CU_ASSERT(rs_span_eq(m.mac, SPAN("\0\0\x5e\0\x53\x17")));
}

static void
test_types(void)
{
	static const struct {
		uint8_t code;
		enum dhcp_type type;
	} rows[] = {{1, DHCP_DISCOVER}, {2, DHCP_OFFER}, {3, DHCP_REQUEST},
	    {4, DHCP_DECLINE}, {5, DHCP_ACK}, {6, DHCP_NAK}, {7, DHCP_RELEASE},
	    {8, DHCP_INFORM}, {0, DHCP_NONE}, {9, DHCP_NONE}, {255, DHCP_NONE}};
	for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
		struct v4 v;
		struct dhcp_msg m;
		v4_begin(&v, 1, SPAN("\x35\1\1\xff"));
		v.b[242] = rows[i].code;
		CU_ASSERT_EQUAL(
		    dhcp4_parse(&m, view(&v)), rows[i].type != DHCP_NONE);
		CU_ASSERT_EQUAL(m.type, rows[i].type);
	}
}

/* RFC 3396: options, then the file, then the name of the server. */
static void
test_parts(void)
{
	struct v4 v;
	struct dhcp_msg m, copy;
	uint8_t bytes[sizeof v.b];
	v4_begin(&v, 2, SPAN("\x35\1\5\x34\1\3\xa0\4http\x42\1x\xff"));
	memcpy(v.b + 108, "\xa0\4://a\xff", 7);
	memcpy(v.b + 44, "\x43\3cfg\xa0\2/b\xff", 10);
	CU_ASSERT(dhcp4_parse(&m, view(&v)));
	CU_ASSERT(rs_span_eq(m.option[DHCP_CONFIG_URL], RS_LIT("http://a/b")));
	CU_ASSERT(rs_span_eq(m.option[DHCP_BOOTFILE], RS_LIT("cfg")));
	CU_ASSERT_PTR_NULL(m.file.p);
	dhcp_msg_copy(&copy, bytes, &m);
	memset(&m, 0xaa, sizeof m);
	memset(&v, 0xaa, sizeof v);
	CU_ASSERT(
	    rs_span_eq(copy.option[DHCP_CONFIG_URL], RS_LIT("http://a/b")));
	CU_ASSERT(rs_span_eq(copy.option[DHCP_TFTP_NAME], RS_LIT("x")));
	CU_ASSERT(rs_span_eq(copy.mac, SPAN("\0\0\x5e\0\x53\x17")));
}

/* More parts than there is room for: what fits is kept, and it is told. */
static void
test_too_long(void)
{
	struct v4 v;
	struct dhcp_msg m;
	v4_begin(&v, 2, SPAN("\x35\1\5"));
	for (unsigned i = 0; i < 4; i++) {
		v.b[v.n++] = 160;
		v.b[v.n++] = 255;
		memset(v.b + v.n, 'a' + (int)i, 255);
		v.n += 255;
	}
	CU_ASSERT(dhcp4_parse(&m, view(&v)));
	CU_ASSERT_EQUAL(m.option[DHCP_CONFIG_URL].n, 4 * 255);
	CU_ASSERT_EQUAL(m.flaws, 0);
	v.b[v.n++] = 160;
	v.b[v.n++] = 5;
	v.n += 5;
	CU_ASSERT(dhcp4_parse(&m, view(&v)));
	CU_ASSERT_EQUAL(m.flaws, DHCP_TOO_LONG);
	CU_ASSERT_EQUAL(m.option[DHCP_CONFIG_URL].n, 4 * 255);
}

static void
test_v6(void)
{
	struct dhcp_msg m;
	CU_ASSERT(dhcp6_probe(SPAN(REPLY)));
	CU_ASSERT(dhcp6_parse(&m, SPAN(REPLY)));
	CU_ASSERT_EQUAL(m.type, DHCP_ACK);
	CU_ASSERT_EQUAL(m.xid, 0x123456);
	CU_ASSERT_EQUAL(m.lease, 3600);
	CU_ASSERT_EQUAL(m.offered.family, 6);
	CU_ASSERT_EQUAL(m.offered.b[15], 0x17);
	CU_ASSERT(rs_span_eq(m.mac, SPAN("\0\0\x5e\0\x53\x17")));
	CU_ASSERT(rs_span_eq(m.option[DHCP_SERVER_ID], SPAN(SERVER)));
	/* No address to be had: RFC 8415 18.3.2. */
	CU_ASSERT(dhcp6_parse(
	    &m, SPAN("\7\0\0\1\0\1\0\xa" DUID
		     "\0\3\0\x14\0\0\0\1\0\0\0\0\0\0\0\0\0\xd\0\4\0\2no")));
	CU_ASSERT_EQUAL(m.type, DHCP_NAK);
	CU_ASSERT_EQUAL(m.status, 2);
	CU_ASSERT(rs_span_eq(m.option[DHCP_MESSAGE], RS_LIT("no")));
	/* Neither random bytes nor what lacks its client. */
	CU_ASSERT(!dhcp6_probe(SPAN("\1\0\0\1\0\x8\0\2\0\0")));
	CU_ASSERT(!dhcp6_probe(SPAN("\1\0\0\1\0\1\0\xb" DUID)));
	CU_ASSERT(!dhcp6_parse(&m, SPAN("\xa\0\0\1\0\1\0\xa" DUID)));
}

/* Relays within relays: so many and no more. */
static void
test_relays(void)
{
	uint8_t a[1024], b[1024];
	size_t n = sizeof REPLY - 1;
	struct dhcp_msg m;
	memcpy(a, REPLY, n);
	for (unsigned i = 1; i <= DHCP_RELAYS + 1; i++) {
		memset(b, 0, 34);
		b[0] = 13;
		b[17] = (uint8_t)i;
		b[34] = 0;
		b[35] = 9;
		b[36] = (uint8_t)(n >> 8);
		b[37] = (uint8_t)n;
		memcpy(b + 38, a, n);
		n += 38;
		memcpy(a, b, n);
		CU_ASSERT_EQUAL(
		    dhcp6_parse(&m, (struct rs_span){a, n}), i <= DHCP_RELAYS);
		if (i > DHCP_RELAYS) {
			CU_ASSERT(m.flaws & DHCP_TOO_DEEP);
			continue;
		}
		CU_ASSERT_EQUAL(m.hops, i);
		CU_ASSERT_EQUAL(m.relay.b[15], 1); /* the innermost */
	}
}

static void
feed(struct recorder *r, struct rs_span s)
{
	const struct rs_arrival at = {
	    s.n, rs_stamp_at(RS_SEC, (struct rs_frame){0, 1})};
	const struct rs_where where = {&at, 1};
	if (s.n)
		(void)dhcp_dissector.feed(
		    NULL, RS_OVER_UDP, RS_C2S, s, &where, &r->sink);
}

/* Cut at every byte, before a page that cannot be read: a cut is told, unless
   nothing was lost but the end. */
static void
test_cut(void)
{
	struct v4 v;
	struct guard g;
	struct recorder r;
	v4_begin(&v, 2, SPAN("\x35\1\5\x36\4\xc0\0\2\1\xa0\3a.b\xa0\3c.d\xff"));
	const struct rs_span whole[] = {view(&v), SPAN(REPLY)};
	guard_init(&g, sizeof v.b);
	recorder_init(&r);
	for (size_t w = 0; w < 2; w++)
		for (size_t n = 0; n < whole[w].n; n++) {
			recorder_reset(&r);
			feed(&r, guard_put(&g, rs_span_part(whole[w], 0, n)));
			bool between = w == 0 && (n == 243 || n == 249 ||
						     n == 254 || n == 259);
			between |= w == 1 && (n == 18 || n == 32);
			CU_ASSERT_EQUAL(n > 0 && !between,
			    strstr(r.text, "ANOMALY dhcp-malformed") != NULL);
		}
	recorder_clear(&r);
	guard_clear(&g);
}

static void
test_values(void)
{
	struct rs_addr v[4];
	static const struct {
		const char *url, *host;
	} rows[] = {{"198.51.100.69", "198.51.100.69"},
	    {"prov.example.net", "prov.example.net"},
	    {"tftp://198.51.100.69/cfg", "198.51.100.69"},
	    {"https://u:p@prov.example.net:8443/a@b", "prov.example.net"},
	    {"http://[2001:db8::1]:80/", "[2001:db8::1]"}, {"", ""}};
	for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
		unit_row(rows[i].url);
		CU_ASSERT(rs_span_eq(dhcp_value_host(rs_span_str(rows[i].url)),
		    rs_span_str(rows[i].host)));
	}
	CU_ASSERT_EQUAL(dhcp_value_servers(SPAN("\xc6\x33\x64\x45\xc6\x33\x64"
						"\x46"),
			    v, 4),
	    2);
	CU_ASSERT_EQUAL(v[1].b[3], 0x46);
	/* As some servers send option 150; and four bytes that could be text.
	 */
	CU_ASSERT_EQUAL(dhcp_value_servers(RS_LIT("198.51.100.69"), v, 4), 1);
	CU_ASSERT_EQUAL(v[0].b[3], 69);
	CU_ASSERT_EQUAL(dhcp_value_servers(RS_LIT("10.0"), v, 4), 1);
	CU_ASSERT_EQUAL(v[0].b[0], '1');
	CU_ASSERT_EQUAL(dhcp_value_servers(RS_LIT("prov.example"), v, 4), 0);
	CU_ASSERT_EQUAL(dhcp_value_servers(SPAN("\1\2\3"), v, 4), 0);
}

/* Each frame whole, then cut at every byte. */
static void
test_frames(void)
{
	static const struct {
		unsigned type;
		struct rs_span bytes;
		enum link_kind kind;
		unsigned value; /* voice VLAN, or EAP code */
	} rows[] = {
	    {0x0806,
		{(const uint8_t *)"\0\1\x8\0\6\4\0\1\0\0\x5e\0\x53\x17\xc0\0\2"
				  "\x11\0\0\0\0\0\0\xc0\0\2\1",
		    28},
		LINK_ARP, 0},
	    {0x88cc,
		{(const uint8_t *)"\xe\4\0\x14\0\4\xfe\x8\0\x12\xbb\2\1\x40\xf1"
				  "\x6e\0\0",
		    18},
		LINK_POLICY, 120},
	    {0x888e, {(const uint8_t *)"\2\0\0\4\4\1\0\4", 8}, LINK_EAP,
		LINK_EAP_FAILURE},
	    {31,
		{(const uint8_t *)"\xaa\xaa\3\0\0\xc\x20\0\2\xb4\0\0\0\4\0\x8\0"
				  "\0\0\x28\0\xe\0\7\1\0\x78\0\xa\0\6",
		    31},
		LINK_NONE, 0},
	    {27,
		{(const uint8_t *)"\xaa\xaa\3\0\0\xc\x20\0\2\xb4\0\0\0\4\0\x8\0"
				  "\0\0\x28\0\xe\0\7\1\0\x78",
		    27},
		LINK_POLICY, 120},
	    {0x0806, {(const uint8_t *)"\0\6\x8\0\6\4\0\1", 8}, LINK_NONE, 0},
	};
	struct guard g;
	struct link_msg m;
	guard_init(&g, 64);
	for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
		const struct rs_span s = rows[i].bytes;
		bool read = link_parse(&m, rows[i].type, guard_put(&g, s));
		CU_ASSERT_EQUAL(read, rows[i].kind != LINK_NONE);
		if (read) {
			CU_ASSERT_EQUAL(m.kind, rows[i].kind);
			CU_ASSERT(!m.by_phone && !m.untagged);
			CU_ASSERT_EQUAL(m.kind == LINK_POLICY ? m.voice_vlan
					: m.kind == LINK_EAP  ? (unsigned)m.eap
							      : 0,
			    rows[i].value);
		}
		for (size_t n = 0; n < s.n; n++)
			(void)link_parse(&m, rows[i].type,
			    guard_put(&g, rs_span_part(s, 0, n)));
	}
	guard_clear(&g);
	/* A phone that bridges is a phone all the same. */
	CU_ASSERT(link_parse(&m, 0x88cc, SPAN("\xe\4\0\x24\0\x24\0\0")));
	CU_ASSERT(m.by_phone && m.voice_vlan == LINK_NO_VLAN);
}

static void
test_ntp(void)
{
	uint8_t b[48] = {0x23};
	struct ntp_msg m;
	const struct rs_span s = {b, sizeof b};
	CU_ASSERT(ntp_parse(&m, s));
	CU_ASSERT(!m.answer && m.time == RS_NEVER);
	memcpy(b + 40, "\x83\xaa\x7e\x80\x80\0\0\0", 8); /* 1970, and a half */
	CU_ASSERT(ntp_parse(&m, s));
	CU_ASSERT_EQUAL(m.time, RS_SEC / 2);
	memcpy(b, "\x24\2\3\xe9", 4);
	CU_ASSERT(ntp_parse(&m, s) && m.answer && m.valid);
	b[0] = 0xe4; /* not synchronised */
	CU_ASSERT(ntp_parse(&m, s) && m.answer && !m.valid);
	b[0] = 0x24;
	b[3] = 0x20; /* a precision of 2^32 s */
	CU_ASSERT(!ntp_parse(&m, s));
	CU_ASSERT(!ntp_parse(&m, rs_span_part(s, 0, 47)));
}

UNIT_MAIN("dhcp", UNIT(test_v4), UNIT(test_types), UNIT(test_parts),
    UNIT(test_too_long), UNIT(test_v6), UNIT(test_relays), UNIT(test_cut),
    UNIT(test_values), UNIT(test_frames), UNIT(test_ntp))
