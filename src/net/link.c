/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Link layers.  What each has to say is where the IP header begins; the
 * source's hardware address and the VLAN come along, because they tell phones
 * behind one address apart.
 *
 * Tags are read with any of the three type numbers that are in use (802.1Q
 * 0x8100, 802.1ad 0x88a8, the older 0x9100) and in any order.
 */
#include "net/link.h"

#include "net/layer.h"
#include "net/wire.h"

enum {
	TYPE_IPV4 = 0x0800,
	TYPE_VLAN = 0x8100,
	TYPE_IPV6 = 0x86dd,
	TYPE_SVLAN = 0x88a8,
	TYPE_QINQ = 0x9100,
	TYPE_LENGTHS = 0x0600, /* below: a length, IEEE 802.3 3.2.6 */
};

/* What comes down as DLT_... in one file and as LINKTYPE_... in the next. */
enum {
	LINK_NULL = 0,
	LINK_ETHERNET = 1,
	LINK_PPP = 9,
	LINK_RAW_DLT = 12,
	LINK_RAW_OPENBSD = 14,
	LINK_PPP_SERIAL = 50,
	LINK_PPPOE = 51,
	LINK_RAW = 101,
	LINK_C_HDLC = 104,
	LINK_WLAN = 105,
	LINK_LOOP = 108,
	LINK_SLL = 113,
	LINK_PRISM = 119,
	LINK_RADIOTAP = 127,
	LINK_AVS = 163,
	LINK_PPI = 192,
	LINK_PPP_DIR = 204,
	LINK_MPLS = 219,
	LINK_IPV4 = 228,
	LINK_IPV6 = 229,
	LINK_SLL2 = 276,
	LINK_HEP = 0x10000, /* capture.h: datagrams of HEP agents */
};

static enum net_flaw
begin_ip(struct net_packet *p, struct rs_span rest, int version)
{
	/* A header that names one version before another is not believed. */
	if (rest.n > 0 && version != 0 && rest.p[0] >> 4 != version)
		return NET_FLAW_IP_MALFORMED;
	p->ip = rest;
	return NET_FLAW_NONE;
}

/* IEEE 802.2 with SNAP and an EtherType (RFC 1042). */
static bool
is_snap(struct rs_span rest)
{
	return rest.n >= 8 && rest.p[0] == 0xaa && rest.p[1] == 0xaa &&
	       rest.p[2] == 3 && (rest.p[3] | rest.p[4] | rest.p[5]) == 0;
}

/* What kind of frame it is that carries no IP, as far as we can see.  Of IEEE
   802.2 (lengths) spanning tree, CDP and the like are what is met. */
static enum net_flaw
not_ip(struct net_packet *p, int type, struct rs_span rest)
{
	p->other = rest;
	p->other_type = (unsigned)type;
	if (type < TYPE_LENGTHS)
		return rest.n < 8 ? NET_FLAW_LINK_SHORT : NET_FLAW_CONTROL;
	switch (type) {
	case 0x0806:
	case 0x8035: /* RARP */
		return NET_FLAW_ARP;
	case 0x8808: /* pause */
	case 0x8809: /* LACP and other slow protocols */
	case 0x8863: /* RFC 2516: discovery */
	case 0x888e: /* 802.1X */
	case 0x88cc: /* LLDP */
	case 0x88e1: /* HomePlug */
	case 0x88f5: /* MVRP */
	case 0x8902: /* CFM */
	case 0x9000: /* loopback test */
		return NET_FLAW_CONTROL;
	default:
		return NET_FLAW_NOT_IP;
	}
}

/*
 * IEEE 802.1AE 9.3: TCI, short length, packet number, and the channel where a
 * bit says so.  With neither E nor C the frame is protected against changes
 * only, and its content is as it was.
 */
static enum net_flaw
macsec(struct net_packet *p, struct layer *l)
{
	enum { VERSION = 0x80, HAS_CHANNEL = 0x20, ENCRYPTED = 0x0c };
	if (l->rest.n < 6)
		return NET_FLAW_LINK_SHORT;
	uint8_t tci = l->rest.p[0];
	if (tci & (VERSION | ENCRYPTED))
		return NET_FLAW_MACSEC;
	size_t n = tci & HAS_CHANNEL ? 14 : 6;
	if (l->rest.n < n + 2)
		return NET_FLAW_LINK_SHORT;
	l->type = wire_u16(l->rest.p + n);
	(void)layer_skip(l, n + 2);
	layer_note(p, NET_ENCAP_MACSEC);
	return NET_FLAW_NONE;
}

/* A tag of n bytes whose last two are the type of what follows. */
static enum net_flaw
tag(struct net_packet *p, struct layer *l, size_t n, enum net_encap e)
{
	if (l->rest.n < n)
		return NET_FLAW_LINK_SHORT;
	if (e == NET_ENCAP_VLAN)
		p->vlan = wire_u16(l->rest.p) & 0x0fff;
	l->type = wire_u16(l->rest.p + n - 2);
	(void)layer_skip(l, n);
	layer_note(p, e);
	return NET_FLAW_NONE;
}

/* IEEE 802.1ah 9.7: four bytes, then the customer's whole frame. */
static enum net_flaw
backbone(struct net_packet *p, struct layer *l)
{
	if (!layer_skip(l, 4))
		return NET_FLAW_LINK_SHORT;
	layer_note(p, NET_ENCAP_PBB);
	l->kind = LAYER_ETHERNET;
	return NET_FLAW_NONE;
}

/* l->rest is what follows the field that held l->type. */
static enum net_flaw
by_ethertype(struct net_packet *p, struct layer *l)
{
	switch (l->type) {
	case TYPE_IPV4:
		*l = (struct layer){LAYER_IP, 4, l->rest};
		return NET_FLAW_NONE;
	case TYPE_IPV6:
		*l = (struct layer){LAYER_IP, 6, l->rest};
		return NET_FLAW_NONE;
	case TYPE_VLAN:
	case TYPE_SVLAN:
	case TYPE_QINQ:
		return tag(p, l, 4, NET_ENCAP_VLAN);
	case 0x8926:
		return tag(p, l, 6, NET_ENCAP_VN_TAG);
	case 0x893f: /* IEEE 802.1BR 7.5 */
		return tag(p, l, 8, NET_ENCAP_E_TAG);
	case 0x88e7:
		return backbone(p, l);
	case 0x88e5:
		return macsec(p, l);
	case 0x8847:
	case 0x8848: /* RFC 5332 */
		l->kind = LAYER_MPLS;
		return NET_FLAW_NONE;
	case 0x894f:
		l->kind = LAYER_NSH;
		return NET_FLAW_NONE;
	case 0x8864: /* RFC 2516 */
		return layer_pppoe(p, l);
	case 0x880b: /* RFC 7637 and others: PPP by its EtherType */
		l->kind = LAYER_PPP;
		return NET_FLAW_NONE;
	case 0x6558: /* a frame within a tunnel's frame */
		l->kind = LAYER_ETHERNET;
		return NET_FLAW_NONE;
	default:
		if (l->type >= TYPE_LENGTHS || !is_snap(l->rest))
			return not_ip(p, l->type, l->rest);
		l->type = wire_u16(l->rest.p + 6);
		(void)layer_skip(l, 8);
		return l->type < TYPE_LENGTHS ? NET_FLAW_CONTROL
					      : NET_FLAW_NONE;
	}
}

static void
set_mac(struct net_packet *p, const uint8_t *six)
{
	memcpy(p->mac, six, sizeof p->mac);
	p->has_mac = true;
}

static enum net_flaw
ethernet(struct net_packet *p, struct layer *l)
{
	if (l->rest.n < 14)
		return NET_FLAW_LINK_SHORT;
	set_mac(p, l->rest.p + 6);
	p->to = l->rest.p;
	*l = (struct layer){LAYER_ETHERTYPE, wire_u16(l->rest.p + 12),
	    rs_span_from(l->rest, 14)};
	return NET_FLAW_NONE;
}

/* By ARPHRD: of some the protocol field says nothing. */
static enum net_flaw
cooked_rest(struct layer *l, unsigned hardware, unsigned type, size_t n)
{
	struct rs_span rest = rs_span_from(l->rest, n);
	switch (hardware) {
	case 801: /* 802.11, then with a Prism header, then radiotap */
		*l = (struct layer){LAYER_LINKTYPE, LINK_WLAN, rest};
		break;
	case 802:
		*l = (struct layer){LAYER_LINKTYPE, LINK_PRISM, rest};
		break;
	case 803:
		*l = (struct layer){LAYER_LINKTYPE, LINK_RADIOTAP, rest};
		break;
	default:
		*l = (struct layer){LAYER_ETHERTYPE, (int)type, rest};
		break;
	}
	return NET_FLAW_NONE;
}

/* LINKTYPE_LINUX_SLL: type, ARPHRD, address length, address, protocol. */
static enum net_flaw
cooked(struct net_packet *p, struct layer *l)
{
	const uint8_t *h = l->rest.p;
	if (l->rest.n < 16)
		return NET_FLAW_LINK_SHORT;
	if (wire_u16(h + 2) == 1 && wire_u16(h + 4) == 6)
		set_mac(p, h + 6);
	return cooked_rest(l, wire_u16(h + 2), wire_u16(h + 14), 16);
}

/* LINKTYPE_LINUX_SLL2: protocol, 0, interface, ARPHRD, type, length, address.
 */
static enum net_flaw
cooked2(struct net_packet *p, struct layer *l)
{
	const uint8_t *h = l->rest.p;
	if (l->rest.n < 20)
		return NET_FLAW_LINK_SHORT;
	if (wire_u16(h + 8) == 1 && h[11] == 6)
		set_mac(p, h + 12);
	return cooked_rest(l, wire_u16(h + 8), wire_u16(h), 20);
}

/*
 * An address family of four bytes: in the byte order of the machine that made
 * the capture (NULL), or of the network (LOOP).  Every family that matters is
 * below 256, so either order can be told.  AF_INET6 is 24, 28 or 30 on the
 * BSDs, 10 on Linux.
 */
static enum net_flaw
null_loop(struct layer *l)
{
	if (l->rest.n < 4)
		return NET_FLAW_LINK_SHORT;
	uint32_t family = wire_u32(l->rest.p);
	if (family > 0xffff)
		family = __builtin_bswap32(family);
	(void)layer_skip(l, 4);
	l->kind = LAYER_IP;
	switch (family) {
	case 2:
		l->type = 4;
		return NET_FLAW_NONE;
	case 10:
	case 24:
	case 28:
	case 30:
		l->type = 6;
		return NET_FLAW_NONE;
	default:
		return NET_FLAW_NOT_IP;
	}
}

static enum net_flaw
raw(struct layer *l, int version)
{
	*l = (struct layer){LAYER_IP, version, l->rest};
	return l->rest.n ? NET_FLAW_NONE : NET_FLAW_LINK_SHORT;
}

static bool
is_hdlc(struct rs_span s)
{
	return s.n > 0 && (s.p[0] == 0x0f || s.p[0] == 0x8f);
}

/* The first header of a frame, or the first behind a PPI header. */
static enum net_flaw
by_linktype(struct net_packet *p, struct layer *l)
{
	switch (l->type) {
	case LINK_ETHERNET:
		return ethernet(p, l);
	case LINK_SLL:
		return cooked(p, l);
	case LINK_SLL2:
		return cooked2(p, l);
	case LINK_NULL:
	case LINK_LOOP:
		return null_loop(l);
	case LINK_RAW_DLT:
	case LINK_RAW_OPENBSD:
	case LINK_RAW:
		return raw(l, 0);
	case LINK_IPV4:
		return raw(l, 4);
	case LINK_IPV6:
		return raw(l, 6);
	case LINK_PPP:
	case LINK_PPP_SERIAL: /* tcpdump.org: either kind of framing */
		return is_hdlc(l->rest) ? layer_hdlc(p, l) : layer_ppp(p, l);
	case LINK_PPP_DIR: /* a byte for the direction */
		return layer_skip(l, 1) ? layer_ppp(p, l) : NET_FLAW_LINK_SHORT;
	case LINK_PPPOE:
		return layer_pppoe(p, l);
	case LINK_C_HDLC:
		return layer_hdlc(p, l);
	case LINK_MPLS:
		return layer_mpls(p, l);
	case LINK_WLAN:
		return layer_wlan(p, l);
	case LINK_RADIOTAP:
		return layer_radiotap(p, l);
	case LINK_PPI:
		return layer_ppi(p, l);
	case LINK_PRISM:
		return layer_prism(p, l);
	case LINK_AVS:
		return layer_avs(p, l);
	default:
		return NET_FLAW_LINKTYPE;
	}
}

static enum net_flaw
step(struct net_packet *p, struct layer *l)
{
	switch (l->kind) {
	case LAYER_LINKTYPE:
		return by_linktype(p, l);
	case LAYER_ETHERNET:
		return ethernet(p, l);
	case LAYER_ETHERTYPE:
		return by_ethertype(p, l);
	case LAYER_MPLS:
		return layer_mpls(p, l);
	case LAYER_NSH:
		return layer_nsh(p, l);
	case LAYER_PPP:
		return layer_ppp(p, l);
	case LAYER_WLAN:
		return layer_wlan(p, l);
	case LAYER_IP:
		break;
	}
	return NET_FLAW_NONE;
}

enum net_flaw
layer_walk(struct net_packet *p, struct layer l)
{
	for (unsigned i = 0; i < LAYER_MAX; i++) {
		if (l.kind == LAYER_IP)
			return begin_ip(p, l.rest, l.type);
		enum net_flaw flaw = step(p, &l);
		if (flaw != NET_FLAW_NONE)
			return flaw;
	}
	return NET_FLAW_TOO_DEEP;
}

enum net_flaw
link_decode(struct net_packet *p, int linktype, struct rs_span frame)
{
	net_packet_bare(p);
	p->depth = 0;
	p->encaps = 0;
	p->network = 0;
	/* What nearly all frames are. */
	if (linktype == LINK_ETHERNET && frame.n >= 14 &&
	    wire_u16(frame.p + 12) == TYPE_IPV4) {
		set_mac(p, frame.p + 6);
		p->to = frame.p;
		return begin_ip(p, rs_span_from(frame, 14), 4);
	}
	p->other = (struct rs_span){0};
	return layer_walk(p, (struct layer){LAYER_LINKTYPE, linktype, frame});
}

const char *
link_name(int linktype)
{
	switch (linktype) {
	case LINK_ETHERNET:
		return "Ethernet";
	case LINK_SLL:
		return "Linux cooked v1";
	case LINK_SLL2:
		return "Linux cooked v2";
	case LINK_NULL:
		return "BSD loopback";
	case LINK_LOOP:
		return "OpenBSD loopback";
	case LINK_RAW_DLT:
	case LINK_RAW_OPENBSD:
	case LINK_RAW:
		return "raw IP";
	case LINK_IPV4:
		return "raw IPv4";
	case LINK_IPV6:
		return "raw IPv6";
	case LINK_HEP:
		return "HEP";
	case LINK_PPP:
	case LINK_PPP_SERIAL:
	case LINK_PPP_DIR:
		return "PPP";
	case LINK_PPPOE:
		return "PPPoE";
	case LINK_C_HDLC:
		return "Cisco HDLC";
	case LINK_MPLS:
		return "MPLS";
	case LINK_WLAN:
		return "802.11";
	case LINK_RADIOTAP:
		return "802.11 with radiotap";
	case LINK_PPI:
		return "PPI";
	case LINK_PRISM:
		return "802.11 with Prism";
	case LINK_AVS:
		return "802.11 with AVS";
	default:
		return NULL;
	}
}
