/* SPDX-License-Identifier: Apache-2.0 */
#include "guard.h"
#include "net/ip.h"
#include "net/link.h"
#include "net/tcphdr.h"
#include "packets.h"
#include "unit.h"

#include <string.h>

enum { NONE = 0, V4 = 4, V6 = 6 };

/* A bare ACK whose sender counted the padding of an Ethernet frame as its own:
   what PPPoE says is shorter, and is right. */
static void
test_pppoe_length(void)
{
	static const uint8_t frame[] = {0xbc, 0xd1, 0x77, 0x17, 0x75, 0x0d, 0,
	    0, 0, 0, 0, 0, 0x88, 0x64, 0x11, 0x00, 0x0f, 0x07, 0x00, 0x2a, 0x00,
	    0x21, 0x45, 0x00, 0x00, 0x2e, 0x1c, 0x46, 0x40, 0x00, 0xef, 0x06,
	    0x69, 0x7e, 192, 0, 2, 2, 192, 0, 2, 1, 0x01, 0xbb, 0x4f, 0xaa,
	    0xfc, 0x90, 0xb0, 0x07, 0xd7, 0xa8, 0x44, 0x99, 0x50, 0x10, 0x08,
	    0x62, 0x87, 0x27, 0, 0, 0, 0, 0, 0, 0, 0};
	struct net_packet p = {.ts = 0};
	struct ip_fragment frag;
	struct tcp_hdr h;
	const struct rs_span bytes = {frame, sizeof frame};
	CU_ASSERT_EQUAL(link_decode(&p, 1, bytes), NET_FLAW_NONE);
	size_t before = (size_t)(p.ip.p - frame);
	CU_ASSERT_EQUAL(before, 22);
	CU_ASSERT_EQUAL(ip_decode(&p, sizeof frame - before - p.trailer, &frag),
	    NET_FLAW_NONE);
	CU_ASSERT_EQUAL(tcphdr_decode(&p, &h), NET_FLAW_NONE);
	CU_ASSERT_EQUAL(p.payload.n, 0);
	CU_ASSERT_EQUAL(p.payload_wire, 0);
	CU_ASSERT(!p.cut);
}

static void
datagram(struct pkt *k, unsigned version)
{
	pkt_payload(k, RS_LIT("REGISTER sip:example.com SIP/2.0\r\n\r\n"));
	pkt_udp(k, 5060, 5061);
	if (version == V4)
		pkt_ipv4(k, "192.0.2.1", "198.51.100.2");
	else
		pkt_ipv6(k, "2001:db8::1", "2001:db8::2");
}

static void
eth(struct pkt *k)
{
	pkt_ethernet(k);
}
static void
sll(struct pkt *k)
{
	pkt_sll(k);
}
static void
sll2(struct pkt *k)
{
	pkt_sll2(k);
}
static void
raw(struct pkt *k)
{
	(void)k;
}

static void
vlan(struct pkt *k)
{
	pkt_vlan(k, 0x8100, 0x6007); /* priority bits are no VLAN */
	pkt_ethernet(k);
}

static void
qinq(struct pkt *k)
{
	pkt_vlan(k, 0x8100, 7);
	pkt_vlan(k, 0x88a8, 99);
	pkt_ethernet(k);
}

static void
old_qinq(struct pkt *k)
{
	pkt_vlan(k, 0x8100, 7);
	pkt_vlan(k, 0x9100, 99);
	pkt_ethernet(k);
}

static void
sll_vlan(struct pkt *k)
{
	pkt_vlan(k, 0x8100, 7);
	pkt_sll(k);
}

static void
too_many_tags(struct pkt *k)
{
	for (unsigned i = 0; i < 25; i++)
		pkt_vlan(k, 0x8100, 7);
	pkt_ethernet(k);
}

static void
snap(struct pkt *k)
{
	static const uint8_t llc[6] = {0xaa, 0xaa, 3, 0, 0, 0};
	uint8_t type[2] = {(uint8_t)(k->next >> 8), (uint8_t)k->next};
	pkt_prepend(k, (struct rs_span){type, 2});
	pkt_prepend(k, (struct rs_span){llc, 6});
	k->next = 60;
	pkt_ethernet(k);
}

static void
arp(struct pkt *k)
{
	k->next = 0x0806;
	pkt_ethernet(k);
}

static void
null2(struct pkt *k)
{
	pkt_null(k, 2, false);
}
static void
null2be(struct pkt *k)
{
	pkt_null(k, 2, true);
}
static void
null24(struct pkt *k)
{
	pkt_null(k, 24, false);
}
static void
null28be(struct pkt *k)
{
	pkt_null(k, 28, true);
}
static void
null30(struct pkt *k)
{
	pkt_null(k, 30, false);
}
static void
null10(struct pkt *k)
{
	pkt_null(k, 10, false);
}
static void
null7(struct pkt *k)
{
	pkt_null(k, 7, false);
}

static const struct {
	const char *name;
	int linktype;
	unsigned version;
	void (*wrap)(struct pkt *);
	enum net_flaw flaw;
	uint16_t vlan;
	bool mac;
} rows[] = {
    {"ethernet", 1, V4, eth, NET_FLAW_NONE, 0, true},
    {"ethernet, IPv6", 1, V6, eth, NET_FLAW_NONE, 0, true},
    {"802.1Q", 1, V4, vlan, NET_FLAW_NONE, 7, true},
    {"802.1ad", 1, V6, qinq, NET_FLAW_NONE, 7, true},
    {"0x9100", 1, V4, old_qinq, NET_FLAW_NONE, 7, true},
    {"25 tags", 1, V4, too_many_tags, NET_FLAW_TOO_DEEP, 7, true},
    {"LLC with SNAP", 1, V4, snap, NET_FLAW_NONE, 0, true},
    {"ARP", 1, V4, arp, NET_FLAW_ARP, 0, true},
    {"SLL", 113, V4, sll, NET_FLAW_NONE, 0, true},
    {"SLL, IPv6", 113, V6, sll, NET_FLAW_NONE, 0, true},
    {"SLL with a tag", 113, V4, sll_vlan, NET_FLAW_NONE, 7, true},
    {"SLL2", 276, V4, sll2, NET_FLAW_NONE, 0, true},
    {"SLL2, IPv6", 276, V6, sll2, NET_FLAW_NONE, 0, true},
    {"NULL", 0, V4, null2, NET_FLAW_NONE, 0, false},
    {"NULL, other order", 0, V4, null2be, NET_FLAW_NONE, 0, false},
    {"LOOP", 108, V4, null2be, NET_FLAW_NONE, 0, false},
    {"NULL, NetBSD", 0, V6, null24, NET_FLAW_NONE, 0, false},
    {"LOOP, FreeBSD", 108, V6, null28be, NET_FLAW_NONE, 0, false},
    {"NULL, macOS", 0, V6, null30, NET_FLAW_NONE, 0, false},
    {"NULL, Linux", 0, V6, null10, NET_FLAW_NONE, 0, false},
    {"NULL, OSI", 0, V6, null7, NET_FLAW_NOT_IP, 0, false},
    {"DLT_RAW", 12, V4, raw, NET_FLAW_NONE, 0, false},
    {"LINKTYPE_RAW", 101, V6, raw, NET_FLAW_NONE, 0, false},
    {"DLT_IPV4", 228, V4, raw, NET_FLAW_NONE, 0, false},
    {"DLT_IPV6", 229, V6, raw, NET_FLAW_NONE, 0, false},
    {"IPv6 as IPv4", 228, V6, raw, NET_FLAW_IP_MALFORMED, 0, false},
    {"USB", 189, V4, raw, NET_FLAW_LINKTYPE, 0, false},
};
enum { N_ROWS = sizeof rows / sizeof *rows };

static struct pkt k;

static void
test_link_types(void)
{
	for (size_t i = 0; i < N_ROWS; i++) {
		struct net_packet p;
		unit_row(rows[i].name);
		datagram(&k, rows[i].version);
		size_t inner = pkt_view(&k).n;
		rows[i].wrap(&k);
		struct rs_span f = pkt_view(&k);
		CU_ASSERT_EQUAL(
		    link_decode(&p, rows[i].linktype, f), rows[i].flaw);
		CU_ASSERT_EQUAL(p.vlan, rows[i].vlan);
		CU_ASSERT_EQUAL(p.has_mac, rows[i].mac);
		if (rows[i].mac)
			CU_ASSERT(memcmp(p.mac, "\0\0\x5e\0\x53\1", 6) == 0);
		if (rows[i].flaw)
			continue;
		CU_ASSERT_EQUAL(p.ip.n, inner);
		CU_ASSERT_PTR_EQUAL(p.ip.p + p.ip.n, f.p + f.n);
		CU_ASSERT_EQUAL(link_name(rows[i].linktype) != NULL, true);
	}
	CU_ASSERT_PTR_NULL(link_name(147));
}

/* Every length of every row, at the end of the readable memory: no over-read,
   and short is never called malformed. */
static void
test_truncated_anywhere(void)
{
	struct guard g;
	guard_init(&g, 4096);
	for (size_t i = 0; i < N_ROWS; i++) {
		unit_row(rows[i].name);
		datagram(&k, rows[i].version);
		rows[i].wrap(&k);
		struct rs_span f = pkt_view(&k);
		for (size_t n = 0; n <= f.n; n++) {
			struct rs_span cut =
			    guard_put(&g, rs_span_part(f, 0, n));
			struct net_packet p;
			enum net_flaw flaw = pkt_read(
			    &p, NULL, rows[i].linktype, cut, f.n, 0, 1);
			if (rows[i].wrap == snap && n < 22) {
				CU_ASSERT(flaw == NET_FLAW_LINK_SHORT ||
					  flaw == NET_FLAW_CONTROL);
			} else if (rows[i].flaw) {
				CU_ASSERT(flaw == rows[i].flaw ||
					  flaw == NET_FLAW_LINK_SHORT);
			} else if (n == f.n) {
				CU_ASSERT_EQUAL(flaw, NET_FLAW_NONE);
			} else {
				CU_ASSERT(flaw == NET_FLAW_LINK_SHORT ||
					  flaw == NET_FLAW_IP_SHORT ||
					  flaw == NET_FLAW_TRANSPORT_SHORT ||
					  (flaw == NET_FLAW_NONE && p.cut));
			}
		}
	}
	guard_clear(&g);
}

static void
test_flaw_names(void)
{
	for (enum net_flaw f = 0; f < NET_FLAW_N; f++)
		CU_ASSERT(strlen(net_flaw_name(f)) >= 3);
	CU_ASSERT_STRING_EQUAL(net_flaw_name(NET_FLAW_NOT_IP), "not_ip");
	CU_ASSERT_STRING_EQUAL(net_flaw_name(NET_FLAW_TOO_DEEP), "too_deep");
}

/* What carries no IP goes by its name: some of it is no loss. */
static void
test_other_types(void)
{
	static const struct {
		const char *name;
		uint16_t ethertype;
		enum net_flaw flaw;
	} types[] = {
	    {"ARP", 0x0806, NET_FLAW_ARP},
	    {"LLDP", 0x88cc, NET_FLAW_CONTROL},
	    {"spanning tree", 38, NET_FLAW_CONTROL},
	    {"PPPoE discovery", 0x8863, NET_FLAW_CONTROL},
	    {"PPPoE of another version", 0x8864, NET_FLAW_NOT_IP},
	    {"PROFINET", 0x8892, NET_FLAW_NOT_IP},
	};
	for (size_t i = 0; i < sizeof types / sizeof *types; i++) {
		uint8_t frame[60] = {0};
		struct net_packet p;
		unit_row(types[i].name);
		frame[12] = (uint8_t)(types[i].ethertype >> 8);
		frame[13] = (uint8_t)types[i].ethertype;
		frame[14] = 0x42;
		CU_ASSERT_EQUAL(
		    link_decode(&p, 1, (struct rs_span){frame, sizeof frame}),
		    types[i].flaw);
	}
	CU_ASSERT_EQUAL(net_flaw_of_proto(2), NET_FLAW_CONTROL);
	CU_ASSERT_EQUAL(net_flaw_of_proto(132), NET_FLAW_NOT_TRANSPORT);
}

UNIT_MAIN("link", UNIT(test_link_types), UNIT(test_truncated_anywhere),
    UNIT(test_flaw_names), UNIT(test_other_types), UNIT(test_pppoe_length))
