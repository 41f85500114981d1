/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Headers that say where a packet is to go and little of what it is: MPLS label
 * stacks (RFC 3032), pseudowires (RFC 4385, RFC 4448), service headers (NSH,
 * RFC 8300).
 */
#include "net/layer.h"
#include "net/wire.h"

enum { MAX_LABELS = 16, ENTROPY_FOLLOWS = 7 /* RFC 6790 3 */ };

bool
layer_like_ethernet(struct rs_span s)
{
	if (s.n < 14)
		return false;
	unsigned type = wire_u16(s.p + 12);
	s = rs_span_from(s, 14);
	for (unsigned tags = 0; tags < 3; tags++) {
		if (type != 0x8100 && type != 0x88a8 && type != 0x9100)
			break;
		if (s.n < 4)
			return false;
		type = wire_u16(s.p + 2);
		s = rs_span_from(s, 4);
	}
	if (s.n < 20)
		return false;
	if (type == 0x0800)
		return s.p[0] >> 4 == 4 && (s.p[0] & 15) >= 5;
	if (type == 0x86dd)
		return s.p[0] >> 4 == 6;
	/* Hardware Ethernet, protocol IPv4, lengths of both. */
	return type == 0x0806 && wire_u32(s.p) == 0x00010800 &&
	       wire_u16(s.p + 4) == 0x0604;
}

/*
 * Nothing says what is under the last label (RFC 3032 2.2).  An IP header
 * shows its version; a control word begins with 0 (RFC 4385 3); an Ethernet
 * frame without one begins with whatever address its receiver has.
 */
static enum net_flaw
under_labels(struct layer *l)
{
	struct rs_span s = l->rest;
	if (s.n < 1)
		return NET_FLAW_LINK_SHORT;
	unsigned first = s.p[0] >> 4;
	if (layer_like_ethernet(s)) {
		l->kind = LAYER_ETHERNET;
		return NET_FLAW_NONE;
	}
	if (first == 4 || first == 6) {
		*l = (struct layer){LAYER_IP, (int)first, s};
		return NET_FLAW_NONE;
	}
	if (first == 1) /* RFC 4385 5: the channel of the pseudowire itself */
		return NET_FLAW_CONTROL;
	if (first == 0 && s.n < 4)
		return NET_FLAW_LINK_SHORT;
	if (first == 0)
		(void)layer_skip(l, 4);
	l->kind = LAYER_ETHERNET;
	return NET_FLAW_NONE;
}

enum net_flaw
layer_mpls(struct net_packet *p, struct layer *l)
{
	bool entropy = false; /* which says nothing of the network */
	layer_note(p, NET_ENCAP_MPLS);
	for (unsigned labels = 0; labels < MAX_LABELS; labels++) {
		if (l->rest.n < 4)
			return NET_FLAW_LINK_SHORT;
		bool last = l->rest.p[2] & 1;
		uint32_t label = wire_u32(l->rest.p) >> 12;
		if (!entropy && label != ENTROPY_FOLLOWS)
			p->label = label;
		entropy = label == ENTROPY_FOLLOWS;
		(void)layer_skip(l, 4);
		if (last)
			return under_labels(l);
	}
	return NET_FLAW_TOO_DEEP;
}

/* RFC 8300 2.2: lengths are in words and count the first. */
enum net_flaw
layer_nsh(struct net_packet *p, struct layer *l)
{
	if (l->rest.n < 8)
		return NET_FLAW_LINK_SHORT;
	size_t n = (size_t)(wire_u16(l->rest.p) & 0x3f) * 4;
	unsigned next = l->rest.p[3];
	if (l->rest.p[0] >> 6 != 0 || n < 8)
		return NET_FLAW_NOT_IP;
	if (l->rest.p[0] & 0x20)
		return NET_FLAW_CONTROL;
	if (!layer_skip(l, n))
		return NET_FLAW_LINK_SHORT;
	layer_note(p, NET_ENCAP_NSH);
	switch (next) {
	case 1:
		*l = (struct layer){LAYER_IP, 4, l->rest};
		return NET_FLAW_NONE;
	case 2:
		*l = (struct layer){LAYER_IP, 6, l->rest};
		return NET_FLAW_NONE;
	case 3:
		l->kind = LAYER_ETHERNET;
		return NET_FLAW_NONE;
	case 4:
		l->kind = LAYER_NSH;
		return NET_FLAW_NONE;
	case 5:
		l->kind = LAYER_MPLS;
		return NET_FLAW_NONE;
	default:
		return NET_FLAW_NOT_IP;
	}
}
