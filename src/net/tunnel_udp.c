/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Tunnels over UDP: VXLAN (RFC 7348) and VXLAN-GPE, GENEVE (RFC 8926), GTP-U
 * (3GPP TS 29.281), L2TP (RFC 2661, RFC 3931), TZSP, HP's encapsulated remote
 * mirroring, MPLS (RFC 7510), GRE (RFC 8086).
 *
 * Each row has a port and an opener that says whether the header may be one of
 * its kind: version and reserved bits, lengths, and at last what the header
 * says to follow, which must begin like that.
 */
#include "net/layer.h"
#include "net/tunnel.h"
#include "net/wire.h"

#define HASH(port) (((port) ^ (port) >> 8) & 0xff)

const uint8_t tunnel_ports[256] = {
    [HASH(1701)] = 1,
    [HASH(2152)] = 1,
    [HASH(4500)] = 1,
    [HASH(4754)] = 1,
    [HASH(4789)] = 1,
    [HASH(4790)] = 1,
    [HASH(6081)] = 1,
    [HASH(6635)] = 1,
    [HASH(7932)] = 1,
    [HASH(8472)] = 1,
    [HASH(9060)] = 1, /* HEP */
    [HASH(37008)] = 1,
};

/* False: it is not one.  *wire is the length on the wire of l->rest. */
typedef bool opener(struct net_packet *p, struct layer *l, size_t wire);

static bool
becomes(struct layer *l, enum layer_kind kind, int type)
{
	l->kind = kind;
	l->type = type;
	return true;
}

/* RFC 7348 5; with the group policy extension's bits (draft-smith). */
static bool
vxlan(struct net_packet *p, struct layer *l, size_t wire)
{
	(void)wire;
	const uint8_t *h = l->rest.p;
	if (l->rest.n < 8 || (h[0] & 0x7f) != 0x08 || (h[1] & ~0x48) != 0 ||
	    h[7] != 0 || (h[0] == 0x08 && (h[2] | h[3]) != 0))
		return false;
	layer_note(p, NET_ENCAP_VXLAN);
	p->network = wire_u32(h + 4) >> 8;
	return layer_skip(l, 8) && becomes(l, LAYER_ETHERNET, 0);
}

/* draft-ietf-nvo3-vxlan-gpe 3: the P bit, and what is next. */
static bool
vxlan_gpe(struct net_packet *p, struct layer *l, size_t wire)
{
	enum { VERSION = 0xf0, INSTANCE = 8, NEXT = 4, OAM = 1 };
	const uint8_t *h = l->rest.p;
	if (l->rest.n < 8 || h[0] & VERSION || h[0] & OAM || h[1] | h[2] ||
	    h[7] != 0)
		return false;
	if (!(h[0] & NEXT))
		return h[0] & INSTANCE && vxlan(p, l, wire);
	layer_note(p, NET_ENCAP_VXLAN);
	if (h[0] & INSTANCE)
		p->network = wire_u32(h + 4) >> 8;
	unsigned next = h[3];
	(void)layer_skip(l, 8);
	switch (next) {
	case 1:
		return becomes(l, LAYER_IP, 4);
	case 2:
		return becomes(l, LAYER_IP, 6);
	case 3:
		return becomes(l, LAYER_ETHERNET, 0);
	case 4:
		return becomes(l, LAYER_NSH, 0);
	case 5:
		return becomes(l, LAYER_MPLS, 0);
	default:
		return false;
	}
}

/* RFC 8926 3.4 */
static bool
geneve(struct net_packet *p, struct layer *l, size_t wire)
{
	(void)wire;
	const uint8_t *h = l->rest.p;
	if (l->rest.n < 8 || h[0] >> 6 != 0 || h[1] & 0x3f || h[7] != 0)
		return false;
	unsigned type = wire_u16(h + 2);
	size_t n = 8 + (size_t)(h[0] & 0x3f) * 4;
	if (type != 0x6558 && type != 0x0800 && type != 0x86dd)
		return false;
	layer_note(p, NET_ENCAP_GENEVE);
	p->network = wire_u32(h + 4) >> 8;
	return layer_skip(l, n) && becomes(l, LAYER_ETHERTYPE, (int)type);
}

/* TS 29.281 5.2: extension headers count in fours, and end with the type of
   the next. */
static bool
gtp_extensions(struct layer *l, uint8_t next)
{
	for (unsigned i = 0; next != 0; i++) {
		if (l->rest.n < 4 || i == 8)
			return false;
		size_t n = (size_t)l->rest.p[0] * 4;
		if (n == 0 || l->rest.n < n)
			return false;
		next = l->rest.p[n - 1];
		(void)layer_skip(l, n);
	}
	return true;
}

/* TS 29.281 5.1: version 1, GTP rather than GTP', and only what carries a
   packet (G-PDU). */
static bool
gtp_u(struct net_packet *p, struct layer *l, size_t wire)
{
	enum { HAS_EXTENSION = 4, HAS_MORE = 7, G_PDU = 255 };
	const uint8_t *h = l->rest.p;
	if (l->rest.n < 8 || (h[0] & 0xf8) != 0x30 || h[1] != G_PDU ||
	    wire_u16(h + 2) + (size_t)8 != wire)
		return false;
	uint8_t flags = h[0], next = 0;
	if (flags & HAS_MORE && l->rest.n < 12)
		return false;
	if (flags & HAS_EXTENSION)
		next = h[11];
	(void)layer_skip(l, flags & HAS_MORE ? 12 : 8);
	if (!gtp_extensions(l, next) || l->rest.n < 1)
		return false;
	layer_note(p, NET_ENCAP_GTP_U);
	unsigned first = l->rest.p[0] >> 4;
	/* 5G carries Ethernet as well, and nothing says so (TS 29.281 4.2.1).
	 */
	if (layer_like_ethernet(l->rest))
		return becomes(l, LAYER_ETHERNET, 0);
	return (first == 4 || first == 6) && becomes(l, LAYER_IP, (int)first);
}

/* RFC 2661 3.1 */
static bool
l2tp_v2(struct net_packet *p, struct layer *l, size_t wire)
{
	enum { LENGTH = 0x4000, SEQUENCE = 0x0800, OFFSET = 0x0200 };
	unsigned flags = wire_u16(l->rest.p);
	size_t n = 2;
	if (flags & LENGTH) {
		if (l->rest.n < 4 || wire_u16(l->rest.p + 2) > wire)
			return false;
		n += 2;
	}
	n += 4;
	n += flags & SEQUENCE ? 4 : 0;
	if (flags & OFFSET) {
		if (l->rest.n < n + 2)
			return false;
		n += 2 + (size_t)wire_u16(l->rest.p + n);
	}
	layer_note(p, NET_ENCAP_L2TP);
	return layer_skip(l, n) && becomes(l, LAYER_PPP, 0);
}

static bool
l2tp(struct net_packet *p, struct layer *l, size_t wire)
{
	enum { CONTROL = 0x8000, V2_RESERVED = 0x34f0, V3_RESERVED = 0x7ff0 };
	if (l->rest.n < 8)
		return false;
	unsigned flags = wire_u16(l->rest.p);
	if (flags & CONTROL)
		return false;
	if ((flags & 15) == 2)
		return (flags & V2_RESERVED) == 0 && l2tp_v2(p, l, wire);
	/* RFC 3931 4.1.2.1 */
	if ((flags & 15) != 3 || flags & V3_RESERVED ||
	    wire_u16(l->rest.p + 2) != 0 || wire_u32(l->rest.p + 4) == 0)
		return false;
	(void)layer_skip(l, 8);
	return tunnel_l2tp_data(p, l) == NET_FLAW_NONE;
}

/* TaZmen Sniffer Protocol: version, type, protocol, then tags up to one that
   says that it is the last. */
static bool
tzsp(struct net_packet *p, struct layer *l, size_t wire)
{
	enum { PADDING, END, MAX_TAGS = 64 };
	(void)wire;
	if (l->rest.n < 5 || l->rest.p[0] != 1 || l->rest.p[1] > 1)
		return false;
	unsigned protocol = wire_u16(l->rest.p + 2);
	(void)layer_skip(l, 4);
	for (unsigned i = 0; i < MAX_TAGS; i++) {
		if (l->rest.n < 1)
			return false;
		uint8_t kind = l->rest.p[0];
		if (kind > END && l->rest.n < 2)
			return false;
		if (!layer_skip(l, kind > END ? (size_t)2 + l->rest.p[1] : 1))
			return false;
		if (kind != END)
			continue;
		layer_note(p, NET_ENCAP_TZSP);
		switch (protocol) {
		case 1:
			return becomes(l, LAYER_ETHERNET, 0);
		case 18:
			return becomes(l, LAYER_WLAN, 0);
		case 119: /* Prism, then AVS */
		case 127:
			return becomes(l, LAYER_LINKTYPE, 119);
		default:
			return false;
		}
	}
	return false;
}

/* Twelve bytes, of which only the VLAN and its priority are known. */
static bool
hp_erm(struct net_packet *p, struct layer *l, size_t wire)
{
	(void)wire;
	if (!layer_skip(l, 12) || !layer_like_ethernet(l->rest))
		return false;
	layer_note(p, NET_ENCAP_HP_ERM);
	return becomes(l, LAYER_ETHERNET, 0);
}

static bool
mpls(struct net_packet *p, struct layer *l, size_t wire)
{
	(void)p;
	(void)wire;
	return becomes(l, LAYER_MPLS, 0);
}

static bool
gre(struct net_packet *p, struct layer *l, size_t wire)
{
	(void)wire;
	return tunnel_gre(p, l) == NET_FLAW_NONE;
}

/* IANA's ports, and those of products (Linux's first VXLAN, HP, TZSP). */
static const struct {
	uint16_t port;
	opener *open;
} kinds[] = {
    {1701, l2tp},
    {2152, gtp_u},
    {4754, gre},
    {4789, vxlan},
    {4790, vxlan_gpe},
    {6081, geneve},
    {6635, mpls},
    {7932, hp_erm},
    {8472, vxlan},
    {37008, tzsp},
};

/* What may well be in a tunnel, though it is no IP. */
static bool
plausible(enum net_flaw flaw)
{
	return flaw == NET_FLAW_NONE || flaw == NET_FLAW_ARP ||
	       flaw == NET_FLAW_CONTROL || flaw == NET_FLAW_PPP_COMPRESSED ||
	       flaw == NET_FLAW_MACSEC || flaw == NET_FLAW_WLAN_PROTECTED ||
	       flaw == NET_FLAW_WLAN_PARTS;
}

/* An Ethernet frame may have been cut by the mirror; what has no more than an
   IP header to show must be as long as it says. */
static bool
like_ip(const struct net_packet *in, size_t wire)
{
	const uint8_t *h = in->ip.p;
	if (in->ip.n < 6)
		return false;
	bool six = h[0] >> 4 == 6;
	size_t least = six ? 40 : 20;
	size_t total = six ? wire_u16(h + 4) + least : wire_u16(h + 2);
	if (!six && (h[0] & 15) < 5)
		return false;
	return in->has_mac || (total >= least && total <= wire);
}

bool
tunnel_over_udp(struct net_packet *p, size_t *wire_len, enum net_flaw *flaw)
{
	for (size_t i = 0; i < sizeof kinds / sizeof *kinds; i++) {
		if (p->dst.port != kinds[i].port &&
		    p->src.port != kinds[i].port)
			continue;
		struct net_packet in = *p;
		struct layer l = {LAYER_IP, 0, p->payload};
		net_packet_bare(&in);
		if (!kinds[i].open(&in, &l, p->payload_wire))
			continue;
		*flaw = layer_walk(&in, l);
		if (!plausible(*flaw))
			continue;
		if (*flaw != NET_FLAW_NONE)
			return true;
		size_t wire = p->payload_wire -
			      (size_t)(in.ip.p - p->payload.p) - in.trailer;
		if (!like_ip(&in, wire))
			continue;
		if (p->depth == NET_MAX_TUNNELS) {
			*flaw = NET_FLAW_TOO_DEEP;
			return true;
		}
		in.depth++;
		*wire_len = wire;
		*p = in;
		return true;
	}
	return false;
}
