/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Encapsulations byte by byte.  A row is the headers that stand before the
 * inner packet, outermost first, in hexadecimal; what they are over (a link
 * type, a protocol over IP, a port of UDP) and what follows them (an Ethernet
 * frame, an IP packet).
 */
#include "guard.h"
#include "net/layer.h"
#include "net/link.h"
#include "net/tunnel.h"
#include "packets.h"
#include "unit.h"

#include <string.h>

enum { FRAME = 1, PACKET = 2 };
enum { LINK = 0, IP = 256, UDP = 65536 }; /* added to a number */

static const struct row {
	const char *name;
	unsigned over;
	const char *hex;
	int inner; /* FRAME or PACKET */
	unsigned encap;
	enum net_flaw flaw;
} rows[] = {
    {"Ethernet in MPLS", LINK + 219, "00064140", FRAME, NET_ENCAP_MPLS, 0},
    {"two labels", LINK + 219, "0006404000064140", PACKET, NET_ENCAP_MPLS, 0},
    {"control word", LINK + 219, "0006414000000001", FRAME, NET_ENCAP_MPLS, 0},
    {"channel of a pseudowire", LINK + 219, "0006414010000021", FRAME, 0,
	NET_FLAW_CONTROL},
    {"PPP", LINK + 9, "ff030021", PACKET, NET_ENCAP_PPP, 0},
    {"PPP, short", LINK + 9, "21", PACKET, NET_ENCAP_PPP, 0},
    {"PPP, LCP", LINK + 9, "ff03c021", PACKET, 0, NET_FLAW_CONTROL},
    {"PPP, MPPE", LINK + 9, "ff0300fd", PACKET, 0, NET_FLAW_PPP_COMPRESSED},
    {"PPP multilink, whole", LINK + 9, "ff03003dc000000121", PACKET,
	NET_ENCAP_PPP, 0},
    {"PPP multilink, a part", LINK + 9, "ff03003d8000000121", PACKET, 0,
	NET_FLAW_NOT_IP},
    {"PPPoE", LINK + 51, "1100000100400021", PACKET, NET_ENCAP_PPPOE, 0},
    {"PPPoE discovery", LINK + 51, "11090000003e0021", PACKET, 0,
	NET_FLAW_CONTROL},
    {"HDLC", LINK + 104, "0f000800", PACKET, 0, 0},
    {"HDLC keep-alive", LINK + 104, "8f008035", PACKET, 0, NET_FLAW_CONTROL},
    {"802.11", LINK + 105,
	"0801000002005e00530102005e005302ffffffffffff1000"
	"aaaa030000000800",
	PACKET, NET_ENCAP_WLAN, 0},
    {"802.11 with QoS, four addresses", LINK + 105,
	"8803000002005e00530102005e005302ffffffffffff1000000000000000"
	"0000aaaa030000000800",
	PACKET, NET_ENCAP_WLAN, 0},
    {"802.11 without data", LINK + 105,
	"4801000002005e00530102005e005302ffffffffffff1000", PACKET, 0,
	NET_FLAW_CONTROL},
    {"802.11 beacon", LINK + 105,
	"8000000002005e00530102005e005302ffffffffffff1000", PACKET, 0,
	NET_FLAW_CONTROL},
    {"802.11, protected", LINK + 105,
	"0841000002005e00530102005e005302ffffffffffff1000", PACKET, 0,
	NET_FLAW_WLAN_PROTECTED},
    {"802.11, a fragment", LINK + 105,
	"0801000002005e00530102005e005302ffffffffffff1100", PACKET, 0,
	NET_FLAW_WLAN_PARTS},
    {"radiotap, bad checksum", LINK + 127,
	"000009000200000040"
	"0801000002005e00530102005e005302ffffffffffff1000"
	"aaaa030000000800",
	PACKET, 0, NET_FLAW_WLAN_DAMAGED},
    {"radiotap, extended, with a time", LINK + 127,
	"0000190003000080000000000000000000000000000000000008"
	"01000002005e00530102005e005302ffffffffffff1000"
	"aaaa030000000800",
	PACKET, NET_ENCAP_WLAN, 0},
    {"PPI", LINK + 192, "0000080001000000", FRAME, 0, 0},
    {"PPI, on and on", LINK + 192, "00000800c0000000", PACKET, 0,
	NET_FLAW_NOT_IP},
    {"GRE", IP + 47, "00000800", PACKET, NET_ENCAP_GRE, 0},
    {"GRE with all fields", IP + 47, "b0000800000000000000000100000002", PACKET,
	NET_ENCAP_GRE, 0},
    {"GRE, keep-alive", IP + 47, "00000000", PACKET, 0, NET_FLAW_CONTROL},
    {"GRE, unknown", IP + 47, "00009999", PACKET, 0, NET_FLAW_GRE},
    {"GRE, version 2", IP + 47, "00020800", PACKET, 0, NET_FLAW_GRE},
    {"GRE, PPTP's ack", IP + 47, "2081880b0000000100000001", PACKET, 0,
	NET_FLAW_CONTROL},
    {"ERSPAN I", IP + 47, "000088be", FRAME, NET_ENCAP_ERSPAN, 0},
    {"ERSPAN II", IP + 47, "100088be000000011064000700000001", FRAME,
	NET_ENCAP_ERSPAN, 0},
    {"ERSPAN III", IP + 47, "100022eb00000001206400070000000100010000", FRAME,
	NET_ENCAP_ERSPAN, 0},
    {"ERSPAN III of IP", IP + 47, "100022eb00000001206400070000000100010800",
	PACKET, NET_ENCAP_ERSPAN, 0},
    {"ERSPAN IV", IP + 47, "100022eb000000013064000700000001", FRAME, 0,
	NET_FLAW_GRE},
    {"IP in IP", IP + 4, "", PACKET, NET_ENCAP_IP_IN_IP, 0},
    {"EtherIP", IP + 97, "3000", FRAME, NET_ENCAP_ETHERIP, 0},
    {"L2TPv3", IP + 115, "00000005", FRAME, NET_ENCAP_L2TP, 0},
    {"L2TPv3, cookie and sublayer", IP + 115,
	"00000005636f6f6b6965212140000001", FRAME, NET_ENCAP_L2TP, 0},
    {"L2TPv3 control", IP + 115, "00000000c8030014", FRAME, 0,
	NET_FLAW_CONTROL},
    {"MPLS over IP", IP + 137, "00064140", PACKET, NET_ENCAP_MPLS, 0},
    {"VXLAN", UDP + 4789, "0800000000000700", FRAME, NET_ENCAP_VXLAN, 0},
    {"VXLAN-GPE of IP", UDP + 4790, "0c00000100000700", PACKET, NET_ENCAP_VXLAN,
	0},
    {"VXLAN-GPE, NSH", UDP + 4790, "0c0000040000070000020203000001ff", FRAME,
	NET_ENCAP_NSH, 0},
    {"GENEVE", UDP + 6081, "0000655800000700", FRAME, NET_ENCAP_GENEVE, 0},
    {"GENEVE, options", UDP + 6081, "02000800000007000000010100000000", PACKET,
	NET_ENCAP_GENEVE, 0},
    {"GTP-U", UDP + 2152, "30ff003e00000063", PACKET, NET_ENCAP_GTP_U, 0},
    {"GTP-U, extended", UDP + 2152,
	"34ff004600000063000000850100"
	"0100",
	PACKET, NET_ENCAP_GTP_U, 0},
    {"L2TP", UDP + 1701, "000200030004ff030021", PACKET, NET_ENCAP_L2TP, 0},
    {"TZSP", UDP + 37008,
	"0100000129020005"
	"0001",
	FRAME, NET_ENCAP_TZSP, 0},
    {"HP-ERM", UDP + 7932, "000000000000000000000700", FRAME, NET_ENCAP_HP_ERM,
	0},
};
enum { N_ROWS = sizeof rows / sizeof *rows };

static struct pkt k;

static size_t
unhex(const char *hex, uint8_t *out)
{
	size_t n = 0;
	for (; hex[0] && hex[1]; hex += 2) {
		unsigned v = 0;
		for (int i = 0; i < 2; i++)
			v = v * 16 + (unsigned)(hex[i] <= '9'
						    ? hex[i] - '0'
						    : hex[i] - 'a' + 10);
		out[n++] = (uint8_t)v;
	}
	return n;
}

/* The inner packet has 34 bytes of payload, and so 62 from its IP header on:
   what GTP-U says above, and PPPoE with the two bytes of PPP. */
static int
wrap(const struct row *r)
{
	uint8_t header[128];
	size_t n = unhex(r->hex, header);
	pkt_payload(&k, RS_LIT("REGISTER sip:example.com SIP/2.0\r\n"));
	pkt_udp(&k, 5060, 5061);
	pkt_ipv4(&k, "192.0.2.1", "198.51.100.2");
	if (r->inner == FRAME)
		pkt_ethernet(&k);
	pkt_prepend(&k, (struct rs_span){header, n});
	if (r->over < IP)
		return (int)r->over;
	if (r->over >= UDP)
		pkt_udp(&k, 49152, (uint16_t)(r->over - UDP));
	else
		k.next = (uint16_t)(r->over - IP);
	pkt_ipv4(&k, "203.0.113.1", "203.0.113.2");
	pkt_ethernet(&k);
	return 1;
}

static bool
is_inner(const struct net_packet *p)
{
	return p->src.port == 5060 && p->dst.port == 5061 &&
	       p->src.addr.b[0] == 192 && p->dst.addr.b[0] == 198;
}

static void
test_rows(void)
{
	for (size_t i = 0; i < N_ROWS; i++) {
		struct net_packet p;
		unit_row(rows[i].name);
		int linktype = wrap(&rows[i]);
		struct rs_span f = pkt_view(&k);
		CU_ASSERT_EQUAL(
		    pkt_read(&p, NULL, linktype, f, f.n, 0, 1), rows[i].flaw);
		if (rows[i].flaw)
			continue;
		CU_ASSERT(is_inner(&p));
		CU_ASSERT_EQUAL(p.payload.n, 34);
		CU_ASSERT_PTR_EQUAL(p.payload.p + p.payload.n, f.p + f.n);
		CU_ASSERT(rows[i].encap == 0 || p.encaps >> rows[i].encap & 1);
		/* The hardware address is that of the inner frame, or none. */
		CU_ASSERT_EQUAL(p.has_mac,
		    rows[i].inner == FRAME || rows[i].encap == NET_ENCAP_WLAN);
	}
}

/* The label that tells a customer; of entropy labels (RFC 6790) the one before
   them. */
static void
test_labels(void)
{
	static const struct {
		const char *hex;
		uint32_t label;
	} labels[] = {{"00064140", 100}, {"0006404000065140", 101},
	    {"00065040000070400abcd140", 101},
	    {"00065040000070400abcd04000066140", 102}};
	for (size_t i = 0; i < sizeof labels / sizeof *labels; i++) {
		const struct row row = {
		    "", LINK + 219, labels[i].hex, PACKET, NET_ENCAP_MPLS, 0};
		struct net_packet p;
		unit_row(labels[i].hex);
		int linktype = wrap(&row);
		struct rs_span f = pkt_view(&k);
		CU_ASSERT_EQUAL(
		    pkt_read(&p, NULL, linktype, f, f.n, 0, 1), NET_FLAW_NONE);
		CU_ASSERT_EQUAL(p.label, labels[i].label);
	}
}

/* Cut anywhere: no over-read, never other addresses than the two pairs, and
   what was cut off is never called malformed. */
static void
test_truncated_anywhere(void)
{
	struct guard g;
	guard_init(&g, 4096);
	for (size_t i = 0; i < N_ROWS; i++) {
		unit_row(rows[i].name);
		int linktype = wrap(&rows[i]);
		struct rs_span f = pkt_view(&k);
		for (size_t n = 0; n < f.n; n++) {
			struct net_packet p;
			struct rs_span cut =
			    guard_put(&g, rs_span_part(f, 0, n));
			enum net_flaw flaw =
			    pkt_read(&p, NULL, linktype, cut, f.n, 0, 1);
			CU_ASSERT(flaw != NET_FLAW_IP_MALFORMED &&
				  flaw != NET_FLAW_TRANSPORT_MALFORMED);
			if (flaw == NET_FLAW_NONE && p.proto != 47) {
				CU_ASSERT(p.cut);
				CU_ASSERT(
				    p.payload.p + p.payload.n <= cut.p + cut.n);
			}
			/* A frame that was never longer. */
			pkt_read(&p, NULL, linktype, cut, n, 0, 1);
		}
	}
	guard_clear(&g);
}

/* Noise in every header: spans stay inside. */
static void
test_damaged(void)
{
	struct guard g;
	uint64_t seed = 7;
	guard_init(&g, 4096);
	for (unsigned round = 0; round < 40000; round++) {
		const struct row *r = &rows[round % N_ROWS];
		int linktype = wrap(r);
		struct rs_span f = pkt_view(&k);
		uint64_t x = pkt_random(&seed);
		size_t n = x & 1 ? f.n : 1 + (x >> 8) % f.n;
		struct rs_span cut = guard_put(&g, rs_span_part(f, 0, n));
		uint8_t *w = g.base + g.room - n;
		for (unsigned i = 0; i < 1 + x % 3; i++) {
			x = pkt_random(&seed);
			w[x % n] = (uint8_t)(x >> 32);
		}
		struct net_packet p;
		if (pkt_read(&p, NULL, linktype, cut, f.n, 0, 1) ==
		    NET_FLAW_NONE) {
			CU_ASSERT(p.payload.p >= cut.p);
			CU_ASSERT(p.payload.p + p.payload.n <= cut.p + cut.n);
			CU_ASSERT(p.payload.n <= p.payload_wire);
		}
	}
	guard_clear(&g);
}

/* A port is no proof: what does not look like it is plain UDP. */
static void
test_port_is_no_proof(void)
{
	static const unsigned ports[] = {
	    1701, 2152, 4500, 4754, 4789, 4790, 6081, 6635, 7932, 8472, 37008};
	static const char *const contents[] = {
	    "REGISTER sip:example.com SIP/2.0\r\nVia: SIP/2.0/UDP a\r\n\r\n",
	    "SIP/2.0 200 OK\r\nVia: SIP/2.0/UDP 192.0.2.1:4789\r\n\r\n",
	    "\r\n\r\n", "INVITE sip:bob@example.com SIP/2.0\r\n", ""};
	for (size_t i = 0; i < sizeof ports / sizeof *ports; i++) {
		for (size_t c = 0; c < sizeof contents / sizeof *contents;
		     c++) {
			struct net_packet p;
			unit_row(contents[c]);
			pkt_payload(&k, rs_span_str(contents[c]));
			pkt_udp(&k, (uint16_t)ports[i], (uint16_t)ports[i]);
			pkt_ipv4(&k, "192.0.2.1", "198.51.100.2");
			struct rs_span f = pkt_view(&k);
			CU_ASSERT_EQUAL(pkt_read(&p, NULL, 101, f, f.n, 0, 1),
			    NET_FLAW_NONE);
			CU_ASSERT_EQUAL(p.src.port, ports[i]);
			CU_ASSERT_EQUAL(p.depth, 0);
			CU_ASSERT(tunnel_port(&p));
			CU_ASSERT(!tunnel_esp_udp(&p));
			CU_ASSERT_EQUAL(p.payload.n, strlen(contents[c]));
		}
	}
	struct net_packet p = {0};
	p.src.port = p.dst.port = 5060;
	CU_ASSERT(!tunnel_port(&p));
}

/* IP in IP in IP ...: the limit is kept, and costs nothing but the frame. */
static void
test_too_deep(void)
{
	for (unsigned depth = 0; depth < NET_MAX_TUNNELS + 3; depth++) {
		struct net_packet p;
		pkt_payload(&k, RS_LIT("x"));
		pkt_udp(&k, 5060, 5061);
		pkt_ipv4(&k, "192.0.2.1", "198.51.100.2");
		for (unsigned i = 0; i < depth; i++) {
			k.next = 4;
			pkt_ipv4(&k, "203.0.113.1", "203.0.113.2");
		}
		struct rs_span f = pkt_view(&k);
		enum net_flaw flaw = pkt_read(&p, NULL, 101, f, f.n, 0, 1);
		CU_ASSERT_EQUAL(flaw, depth <= NET_MAX_TUNNELS
					  ? NET_FLAW_NONE
					  : NET_FLAW_TOO_DEEP);
	}
}

/* An ESP packet with its trailer: `icv` bytes after it. */
static void
esp(uint8_t proto, size_t icv, uint8_t pad, bool counts)
{
	uint8_t b[256] = {0, 0, 0x12, 0x34, 0, 0, 0, 1};
	struct rs_span inner = pkt_view(&k);
	size_t n = 8 + inner.n;
	memcpy(b + 8, inner.p, inner.n);
	for (uint8_t i = 1; i <= pad; i++)
		b[n++] = counts ? i : 0x77;
	b[n++] = pad;
	b[n++] = proto;
	memset(b + n, 0xee, icv);
	pkt_payload(&k, (struct rs_span){b, n + icv});
	k.next = 50;
}

static void
put_checksum(uint8_t *sum, uint32_t s, const uint8_t *p, size_t n)
{
	for (size_t i = 0; i < n; i++)
		s += i & 1 ? p[i] : (uint32_t)p[i] << 8;
	while (s >> 16)
		s = (s & 0xffff) + (s >> 16);
	sum[0] = (uint8_t)(~s >> 8);
	sum[1] = (uint8_t)~s;
}

static void
test_esp_null(void)
{
	static const struct {
		const char *name;
		size_t icv;
		uint8_t proto, pad;
		bool counts, good;
		enum net_flaw flaw;
	} cases[] = {
	    {"96 bits", 12, 17, 2, true, true, NET_FLAW_NONE},
	    {"128 bits", 16, 17, 0, true, true, NET_FLAW_NONE},
	    {"256 bits", 32, 17, 3, true, true, NET_FLAW_NONE},
	    {"padding that does not count", 12, 17, 2, false, true,
		NET_FLAW_ESP},
	    {"another protocol", 12, 6, 2, true, true, NET_FLAW_ESP},
	    {"bad checksum", 12, 17, 2, true, false, NET_FLAW_ESP},
	    {"another size", 13, 17, 2, true, true, NET_FLAW_ESP},
	};
	for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
		struct net_packet p;
		unit_row(cases[i].name);
		pkt_payload(&k, RS_LIT("REGISTER sip:example.com SIP/2.0\r\n"));
		pkt_udp(&k, 5060, 5061);
		/* Addresses, protocol and length, as below. */
		uint32_t pseudo = 17 + 42 + 0xc000 + 0x0201 + 0xc633 + 0x6402;
		uint8_t *h = k.b + k.at;
		put_checksum(h + 6, pseudo, h, 42);
		h[6] ^= cases[i].good ? 0 : 0x10;
		esp(cases[i].proto, cases[i].icv, cases[i].pad,
		    cases[i].counts);
		pkt_ipv4(&k, "192.0.2.1", "198.51.100.2");
		struct rs_span f = pkt_view(&k);
		CU_ASSERT_EQUAL(
		    pkt_read(&p, NULL, 101, f, f.n, 0, 1), cases[i].flaw);
		if (cases[i].flaw == NET_FLAW_NONE) {
			CU_ASSERT(is_inner(&p));
			CU_ASSERT_EQUAL(p.payload.n, 34);
		}
	}
}

static void
test_names(void)
{
	for (enum net_encap e = 0; e < NET_ENCAP_N; e++)
		CU_ASSERT(strlen(net_encap_name(e)) >= 2);
	CU_ASSERT_STRING_EQUAL(net_encap_name(NET_ENCAP_GTP_U), "gtp_u");
	CU_ASSERT_STRING_EQUAL(net_encap_name(NET_ENCAP_N), "none");
	CU_ASSERT(NET_ENCAP_N <= 32);
}

UNIT_MAIN("tunnel", UNIT(test_rows), UNIT(test_labels),
    UNIT(test_truncated_anywhere), UNIT(test_damaged),
    UNIT(test_port_is_no_proof), UNIT(test_too_deep), UNIT(test_esp_null),
    UNIT(test_names))
