/* SPDX-License-Identifier: Apache-2.0 */
#include "net/udp.h"

#include "net/wire.h"

enum net_flaw
udp_decode(struct net_packet *p)
{
	const uint8_t *h = p->payload.p;
	if (p->payload.n < 8)
		return p->payload_wire < 8 ? NET_FLAW_TRANSPORT_MALFORMED
					   : NET_FLAW_TRANSPORT_SHORT;
	uint32_t len = wire_u16(h + 4);
	p->src.port = wire_u16(h);
	p->dst.port = wire_u16(h + 2);
	if (len == 0 || len > p->payload_wire)
		len = p->payload_wire; /* RFC 2675 4, and offload */
	else if (len < 8)
		return NET_FLAW_TRANSPORT_MALFORMED;
	p->payload_wire = len - 8;
	p->payload.p = h + 8;
	p->payload.n -= 8;
	if (p->payload.n > p->payload_wire)
		p->payload.n = p->payload_wire;
	p->cut = p->payload.n < p->payload_wire;
	return NET_FLAW_NONE;
}
