/* SPDX-License-Identifier: Apache-2.0 */
#include "net/tunnel.h"

#include "net/layer.h"
#include "net/wire.h"

/* ---- GRE ---- */

enum {
	GRE_CHECKSUM = 0x8000,
	GRE_ROUTING = 0x4000,
	GRE_KEY = 0x2000,
	GRE_SEQUENCE = 0x1000,
	GRE_ACK = 0x0080, /* version 1 only, RFC 2637 4.1 */
	GRE_VERSION = 0x0007,
	MAX_ROUTES = 8,
};

/*
 * ERSPAN (draft-foschiano-erspan).  Type I is GRE without a sequence number and
 * has no header at all; II has one of 8 bytes, III one of 12, and 8 more where
 * the last bit says so.
 */
static enum net_flaw
erspan(struct net_packet *p, struct layer *l, unsigned type, bool sequence)
{
	enum { FRAME_TYPE = 0x7c00, MORE = 1 };
	layer_note(p, NET_ENCAP_ERSPAN);
	l->kind = LAYER_ETHERNET;
	if (type == 0x88be && !sequence)
		return NET_FLAW_NONE;
	if (l->rest.n < 8)
		return NET_FLAW_LINK_SHORT;
	unsigned version = l->rest.p[0] >> 4;
	if (version == 1)
		return layer_skip(l, 8) ? NET_FLAW_NONE : NET_FLAW_LINK_SHORT;
	if (version != 2)
		return NET_FLAW_GRE;
	if (l->rest.n < 12)
		return NET_FLAW_LINK_SHORT;
	unsigned word = wire_u16(l->rest.p + 10);
	if ((word & FRAME_TYPE) >> 10 == 2)
		*l = (struct layer){LAYER_IP, 0, l->rest};
	else if (word & FRAME_TYPE)
		return NET_FLAW_GRE;
	return layer_skip(l, word & MORE ? 20 : 12) ? NET_FLAW_NONE
						    : NET_FLAW_LINK_SHORT;
}

/* RFC 1701: source routes, each with its length, up to an empty one. */
static bool
skip_routes(struct layer *l)
{
	for (unsigned i = 0; i < MAX_ROUTES; i++) {
		if (l->rest.n < 4)
			return false;
		size_t n = l->rest.p[3];
		if (!layer_skip(l, 4 + n))
			return false;
		if (n == 0)
			return true;
	}
	return false;
}

static enum net_flaw
gre_payload(
    struct net_packet *p, struct layer *l, unsigned type, unsigned flags)
{
	bool sequence = flags & GRE_SEQUENCE;
	if (type == 0x88be || type == 0x22eb)
		return erspan(p, l, type, sequence);
	layer_note(p, NET_ENCAP_GRE);
	/* Keep-alives have 0 for a type. */
	if (type == 0)
		return NET_FLAW_CONTROL;
	if (type < 0x0600)
		return NET_FLAW_GRE;
	/* WCCP version 2 puts four bytes before the packet; an IP header does
	   not begin like these. */
	if (type == 0x883e) {
		if (l->rest.n < 1)
			return NET_FLAW_LINK_SHORT;
		if (l->rest.p[0] >> 4 != 4 && !layer_skip(l, 4))
			return NET_FLAW_LINK_SHORT;
		*l = (struct layer){LAYER_IP, 4, l->rest};
		return NET_FLAW_NONE;
	}
	*l = (struct layer){LAYER_ETHERTYPE, (int)type, l->rest};
	return NET_FLAW_NONE;
}

enum net_flaw
tunnel_gre(struct net_packet *p, struct layer *l)
{
	if (l->rest.n < 4)
		return NET_FLAW_LINK_SHORT;
	unsigned flags = wire_u16(l->rest.p), type = wire_u16(l->rest.p + 2);
	unsigned version = flags & GRE_VERSION;
	if (version > 1)
		return NET_FLAW_GRE;
	size_t n = 4;
	n += flags & (GRE_CHECKSUM | GRE_ROUTING) ? 4 : 0;
	n += flags & GRE_KEY ? 4 : 0;
	n += flags & GRE_SEQUENCE ? 4 : 0;
	n += version == 1 && flags & GRE_ACK ? 4 : 0;
	/* RFC 2890 2.1; in version 1 it is a length and the call. */
	size_t key = 4 + (flags & (GRE_CHECKSUM | GRE_ROUTING) ? 4u : 0u);
	if (flags & GRE_KEY && version == 0 && l->rest.n >= key + 4)
		p->network = wire_u32(l->rest.p + key);
	if (!layer_skip(l, n))
		return NET_FLAW_LINK_SHORT;
	if (flags & GRE_ROUTING && version == 0 && !skip_routes(l))
		return NET_FLAW_LINK_SHORT;
	/* RFC 2637 4.1: an acknowledgement without data. */
	if (version == 1 && !(flags & GRE_SEQUENCE))
		return NET_FLAW_CONTROL;
	return gre_payload(p, l, type, flags);
}

/* ---- L2TPv3 ---- */

enum net_flaw
tunnel_l2tp_data(struct net_packet *p, struct layer *l)
{
	/* RFC 3931 4.1: a cookie of 0, 4 or 8 bytes, a sublayer of 0 or 4. */
	layer_note(p, NET_ENCAP_L2TP);
	for (size_t n = 0; n <= 12; n += 4) {
		struct rs_span s = rs_span_from(l->rest, n);
		if (layer_like_ethernet(s)) {
			*l = (struct layer){LAYER_ETHERNET, 0, s};
			return NET_FLAW_NONE;
		}
		if (s.n >= 5 && wire_u32(s.p) == 0xff030021 &&
		    s.p[4] >> 4 == 4) {
			*l = (struct layer){LAYER_PPP, 0, s};
			return NET_FLAW_NONE;
		}
	}
	return l->rest.n < 12 + 14 + 20 ? NET_FLAW_LINK_SHORT : NET_FLAW_L2TP;
}

static enum net_flaw
l2tp(struct net_packet *p, struct layer *l)
{
	if (l->rest.n < 4)
		return NET_FLAW_LINK_SHORT;
	/* RFC 3931 4.1.1.2: session 0 is the control connection. */
	if (wire_u32(l->rest.p) == 0)
		return NET_FLAW_CONTROL;
	(void)layer_skip(l, 4);
	return tunnel_l2tp_data(p, l);
}

/* ---- by protocol ---- */

/* RFC 3378 3: version 3, twelve bits of nothing, a frame. */
static enum net_flaw
etherip(struct net_packet *p, struct layer *l)
{
	if (l->rest.n < 2)
		return NET_FLAW_LINK_SHORT;
	if (l->rest.p[0] != 0x30)
		return NET_FLAW_NOT_TRANSPORT;
	layer_note(p, NET_ENCAP_ETHERIP);
	(void)layer_skip(l, 2);
	l->kind = LAYER_ETHERNET;
	return NET_FLAW_NONE;
}

static enum net_flaw
ip_in_ip(struct net_packet *p, struct layer *l, int version)
{
	layer_note(p, NET_ENCAP_IP_IN_IP);
	*l = (struct layer){LAYER_IP, version, l->rest};
	return l->rest.n ? NET_FLAW_NONE : NET_FLAW_IP_SHORT;
}

static enum net_flaw
open_by_proto(struct net_packet *p, struct layer *l)
{
	switch (p->proto) {
	case 4: /* RFC 2003 */
		return ip_in_ip(p, l, 4);
	case 41: /* RFC 4213, RFC 2473 */
		return ip_in_ip(p, l, 6);
	case 47:
		return tunnel_gre(p, l);
	case 50:
		return NET_FLAW_ESP;
	case 97:
		return etherip(p, l);
	case 115:
		return l2tp(p, l);
	case 137: /* RFC 4023 */
		l->kind = LAYER_MPLS;
		return NET_FLAW_NONE;
	default:
		return net_flaw_of_proto(p->proto);
	}
}

enum net_flaw
tunnel_over_ip(struct net_packet *p, size_t *wire_len)
{
	struct net_packet in = *p;
	struct layer l = {LAYER_IP, 0, p->payload};
	net_packet_bare(&in);
	enum net_flaw flaw = open_by_proto(&in, &l);
	if (flaw == NET_FLAW_NONE)
		flaw = layer_walk(&in, l);
	/* What GRE carries has a number, if not one that is known here. */
	if (flaw == NET_FLAW_NOT_IP && p->proto == 47)
		flaw = NET_FLAW_GRE;
	if (flaw != NET_FLAW_NONE)
		return flaw;
	if (p->depth == NET_MAX_TUNNELS)
		return NET_FLAW_TOO_DEEP;
	in.depth++;
	*wire_len =
	    p->payload_wire - (size_t)(in.ip.p - p->payload.p) - in.trailer;
	*p = in;
	return NET_FLAW_NONE;
}
