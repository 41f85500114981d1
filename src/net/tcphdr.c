/* SPDX-License-Identifier: Apache-2.0 */
/*
 * TCP headers.  The first 20 bytes must be there; options that the snaplen cut
 * off are not missed, because a connection can be followed without them.
 */
#include "net/tcphdr.h"

#include "net/wire.h"

/* RFC 9293 3.2.  What does not fit is ignored, as hosts do. */
static void
options(struct tcp_hdr *h, const uint8_t *p, size_t n)
{
	/* NOP NOP timestamps: what most segments have. */
	if (n >= 4 && wire_u32(p) == 0x0101080a) {
		h->timestamps = true;
		if (n <= 12)
			return;
		p += 12;
		n -= 12;
	}
	while (n > 0 && p[0] != 0) {
		if (p[0] == 1) {
			p++;
			n--;
			continue;
		}
		if (n < 2 || p[1] < 2 || p[1] > n)
			return;
		if (p[0] == 2 && p[1] == 4)
			h->mss = wire_u16(p + 2);
		else if (p[0] == 8 && p[1] == 10)
			h->timestamps = true;
		else if (p[0] == 5 && p[1] >= 10) {
			h->sack = true;
			h->sack_left = wire_u32(p + 2);
		}
		n -= p[1];
		p += p[1];
	}
}

enum net_flaw
tcphdr_decode(struct net_packet *p, struct tcp_hdr *h)
{
	const uint8_t *b = p->payload.p;
	if (p->payload.n < 20)
		return p->payload_wire < 20 ? NET_FLAW_TRANSPORT_MALFORMED
					    : NET_FLAW_TRANSPORT_SHORT;
	size_t len = (size_t)(b[12] >> 4) * 4;
	if (len < 20 || len > p->payload_wire)
		return NET_FLAW_TRANSPORT_MALFORMED;
	p->src.port = wire_u16(b);
	p->dst.port = wire_u16(b + 2);
	*h = (struct tcp_hdr){.seq = wire_u32(b + 4),
	    .ack = wire_u32(b + 8),
	    .flags = b[13],
	    .window = wire_u16(b + 14)};
	size_t have = len < p->payload.n ? len : p->payload.n;
	if (have > 20)
		options(h, b + 20, have - 20);
	p->payload.p = b + have;
	p->payload.n -= have;
	p->payload_wire -= (uint32_t)len;
	p->cut = p->payload.n < p->payload_wire;
	return NET_FLAW_NONE;
}
