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

#include "net/wire.h"

enum {
	TYPE_IPV4 = 0x0800,
	TYPE_VLAN = 0x8100,
	TYPE_IPV6 = 0x86dd,
	TYPE_SVLAN = 0x88a8,
	TYPE_QINQ = 0x9100,
	TYPE_LENGTHS = 0x0600, /* below: a length, IEEE 802.3 3.2.6 */
	MAX_TAGS = 8,
};

/* What comes down as DLT_... in one file and as LINKTYPE_... in the next. */
enum {
	LINK_NULL = 0,
	LINK_ETHERNET = 1,
	LINK_RAW_DLT = 12,
	LINK_RAW_OPENBSD = 14,
	LINK_RAW = 101,
	LINK_LOOP = 108,
	LINK_SLL = 113,
	LINK_IPV4 = 228,
	LINK_IPV6 = 229,
	LINK_SLL2 = 276,
};

static enum net_flaw
begin_ip(struct net_packet *p, struct rs_span rest, unsigned version)
{
	/* A header that names one version before another is not believed. */
	if (rest.n > 0 && version != 0 && rest.p[0] >> 4 != version)
		return NET_FLAW_IP_MALFORMED;
	p->ip = rest;
	return NET_FLAW_NONE;
}

/* IEEE 802.2 with SNAP and an EtherType (RFC 1042). */
static bool
snap(struct rs_span rest, uint16_t *type)
{
	if (rest.n < 8 || rest.p[0] != 0xaa || rest.p[1] != 0xaa ||
	    rest.p[2] != 3 || rest.p[3] | rest.p[4] | rest.p[5])
		return false;
	*type = wire_u16(rest.p + 6);
	return true;
}

/* What kind of frame it is that carries no IP, as far as we can see.  Of IEEE
   802.2 (lengths) spanning tree, CDP and the like are what is met. */
static enum net_flaw
not_ip(uint16_t type, struct rs_span rest)
{
	if (type < TYPE_LENGTHS)
		return rest.n < 8 ? NET_FLAW_LINK_SHORT : NET_FLAW_CONTROL;
	switch (type) {
	case 0x0806:
	case 0x8035: /* RARP */
		return NET_FLAW_ARP;
	case 0x8808: /* pause */
	case 0x8809: /* LACP and other slow protocols */
	case 0x888e: /* 802.1X */
	case 0x88cc: /* LLDP */
	case 0x88e1: /* HomePlug */
	case 0x88f5: /* MVRP */
	case 0x8902: /* CFM */
	case 0x9000: /* loopback test */
		return NET_FLAW_CONTROL;
	case 0x8863:
	case 0x8864: /* RFC 2516 */
		return NET_FLAW_PPPOE;
	case 0x8847:
	case 0x8848: /* RFC 5332 */
		return NET_FLAW_MPLS;
	default:
		return NET_FLAW_NOT_IP;
	}
}

/* rest is what follows the field that held `type`. */
static enum net_flaw
by_ethertype(struct net_packet *p, uint16_t type, struct rs_span rest)
{
	for (unsigned tags = 0;; tags++) {
		if (type == TYPE_IPV4)
			return begin_ip(p, rest, 4);
		if (type == TYPE_IPV6)
			return begin_ip(p, rest, 6);
		if (type < TYPE_LENGTHS && snap(rest, &type)) {
			rest = rs_span_from(rest, 8);
			if (type == TYPE_IPV4 || type == TYPE_IPV6)
				continue;
			return not_ip(type, rest);
		}
		if (type != TYPE_VLAN && type != TYPE_SVLAN &&
		    type != TYPE_QINQ)
			return not_ip(type, rest);
		if (tags == MAX_TAGS)
			return NET_FLAW_TOO_DEEP;
		if (rest.n < 4)
			return NET_FLAW_LINK_SHORT;
		p->vlan = wire_u16(rest.p) & 0x0fff;
		type = wire_u16(rest.p + 2);
		rest.p += 4;
		rest.n -= 4;
	}
}

static void
set_mac(struct net_packet *p, const uint8_t *six)
{
	memcpy(p->mac, six, sizeof p->mac);
	p->has_mac = true;
}

static enum net_flaw
ethernet(struct net_packet *p, struct rs_span f)
{
	if (f.n < 14)
		return NET_FLAW_LINK_SHORT;
	set_mac(p, f.p + 6);
	return by_ethertype(
	    p, wire_u16(f.p + 12), (struct rs_span){f.p + 14, f.n - 14});
}

/* LINKTYPE_LINUX_SLL: type, ARPHRD, address length, address, protocol. */
static enum net_flaw
cooked(struct net_packet *p, struct rs_span f)
{
	if (f.n < 16)
		return NET_FLAW_LINK_SHORT;
	if (wire_u16(f.p + 2) == 1 && wire_u16(f.p + 4) == 6)
		set_mac(p, f.p + 6);
	return by_ethertype(p, wire_u16(f.p + 14), rs_span_from(f, 16));
}

/* LINKTYPE_LINUX_SLL2: protocol, 0, interface, ARPHRD, type, length, address.
 */
static enum net_flaw
cooked2(struct net_packet *p, struct rs_span f)
{
	if (f.n < 20)
		return NET_FLAW_LINK_SHORT;
	if (wire_u16(f.p + 8) == 1 && f.p[11] == 6)
		set_mac(p, f.p + 12);
	return by_ethertype(p, wire_u16(f.p), rs_span_from(f, 20));
}

/*
 * An address family of four bytes: in the byte order of the machine that made
 * the capture (NULL), or of the network (LOOP).  Every family that matters is
 * below 256, so either order can be told.  AF_INET6 is 24, 28 or 30 on the
 * BSDs, 10 on Linux.
 */
static enum net_flaw
null_loop(struct net_packet *p, struct rs_span f)
{
	if (f.n < 4)
		return NET_FLAW_LINK_SHORT;
	uint32_t family = wire_u32(f.p);
	if (family > 0xffff)
		family = __builtin_bswap32(family);
	switch (family) {
	case 2:
		return begin_ip(p, rs_span_from(f, 4), 4);
	case 10:
	case 24:
	case 28:
	case 30:
		return begin_ip(p, rs_span_from(f, 4), 6);
	default:
		return NET_FLAW_NOT_IP;
	}
}

static enum net_flaw
raw(struct net_packet *p, struct rs_span f, unsigned version)
{
	if (f.n == 0)
		return NET_FLAW_LINK_SHORT;
	return begin_ip(p, f, version);
}

enum net_flaw
link_decode(struct net_packet *p, int linktype, struct rs_span frame)
{
	p->has_mac = false;
	p->vlan = 0;
	switch (linktype) {
	case LINK_ETHERNET:
		return ethernet(p, frame);
	case LINK_SLL:
		return cooked(p, frame);
	case LINK_SLL2:
		return cooked2(p, frame);
	case LINK_NULL:
	case LINK_LOOP:
		return null_loop(p, frame);
	case LINK_RAW_DLT:
	case LINK_RAW_OPENBSD:
	case LINK_RAW:
		return raw(p, frame, 0);
	case LINK_IPV4:
		return raw(p, frame, 4);
	case LINK_IPV6:
		return raw(p, frame, 6);
	default:
		return NET_FLAW_LINKTYPE;
	}
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
	default:
		return NULL;
	}
}
