/* SPDX-License-Identifier: Apache-2.0 */
/*
 * PPP (RFC 1661) and what it comes in: PPPoE (RFC 2516), HDLC-like framing
 * (RFC 1662), Cisco HDLC.
 */
#include "net/layer.h"
#include "net/wire.h"

enum net_flaw
layer_pppoe(struct net_packet *p, struct layer *l)
{
	if (l->rest.n < 6)
		return NET_FLAW_LINK_SHORT;
	const uint8_t *h = l->rest.p;
	if (h[0] != 0x11) /* RFC 2516 4: version and type */
		return NET_FLAW_NOT_IP;
	if (h[1] != 0) /* discovery has codes, a session has none */
		return NET_FLAW_CONTROL;
	size_t length = wire_u16(h + 4);
	layer_note(p, NET_ENCAP_PPPOE);
	(void)layer_skip(l, 6);
	/* Some senders count the padding that follows into the IP length. */
	p->bounded = true;
	if (l->rest.n > length) {
		p->trailer += (uint32_t)(l->rest.n - length);
		l->rest.n = length;
	}
	l->kind = LAYER_PPP;
	return NET_FLAW_NONE;
}

/* Which side of RFC 1661 2 the number is on. */
static enum net_flaw
by_protocol(struct layer *l, unsigned protocol)
{
	switch (protocol) {
	case 0x0021:
		*l = (struct layer){LAYER_IP, 4, l->rest};
		return NET_FLAW_NONE;
	case 0x0057:
		*l = (struct layer){LAYER_IP, 6, l->rest};
		return NET_FLAW_NONE;
	case 0x0281:
	case 0x0283: /* RFC 3032 4.3 */
		l->kind = LAYER_MPLS;
		return NET_FLAW_NONE;
	case 0x002d: /* Van Jacobson, compressed and not */
	case 0x002f:
	case 0x0053: /* RFC 1968: encrypted */
	case 0x0055:
	case 0x00fb:
	case 0x00fd: /* RFC 1962; MPPE too */
		return NET_FLAW_PPP_COMPRESSED;
	default:
		/* 0x8... and above: control protocols */
		return protocol >= 0x8000 ? NET_FLAW_CONTROL : NET_FLAW_NOT_IP;
	}
}

/* RFC 1990 3: a packet in one piece has both the first and the last bit. */
static enum net_flaw
multilink(struct layer *l)
{
	if (l->rest.n < 4)
		return NET_FLAW_LINK_SHORT;
	if ((l->rest.p[0] & 0xc0) != 0xc0)
		return NET_FLAW_NOT_IP;
	(void)layer_skip(l, 4);
	l->kind = LAYER_PPP;
	return NET_FLAW_NONE;
}

enum net_flaw
layer_ppp(struct net_packet *p, struct layer *l)
{
	layer_note(p, NET_ENCAP_PPP);
	/* RFC 1662 3.1: address and control, which are often left out. */
	if (l->rest.n >= 2 && l->rest.p[0] == 0xff && l->rest.p[1] == 0x03)
		(void)layer_skip(l, 2);
	if (l->rest.n < 1)
		return NET_FLAW_LINK_SHORT;
	/* RFC 1661 6.5: an odd first byte is a number of one byte. */
	unsigned protocol = l->rest.p[0];
	size_t n = 1;
	if ((protocol & 1) == 0) {
		if (l->rest.n < 2)
			return NET_FLAW_LINK_SHORT;
		protocol = wire_u16(l->rest.p);
		n = 2;
	}
	(void)layer_skip(l, n);
	return protocol == 0x003d ? multilink(l) : by_protocol(l, protocol);
}

/* RFC 1547 4.3.1: address (unicast, multicast), control 0, EtherType. */
enum net_flaw
layer_hdlc(struct net_packet *p, struct layer *l)
{
	if (l->rest.n < 4)
		return NET_FLAW_LINK_SHORT;
	const uint8_t *h = l->rest.p;
	(void)p;
	if (h[0] != 0x0f && h[0] != 0x8f)
		return NET_FLAW_NOT_IP;
	*l = (struct layer){
	    LAYER_ETHERTYPE, wire_u16(h + 2), rs_span_from(l->rest, 4)};
	/* Its own keep-alives */
	return l->type == 0x8035 ? NET_FLAW_CONTROL : NET_FLAW_NONE;
}
