/* SPDX-License-Identifier: Apache-2.0 */
/*
 * ICMP errors.  They quote the packet that they are about: its IP header and at
 * least 8 bytes more (RFC 792; RFC 4443 2.4 c: as much as fits).  That is
 * enough for both ports, whatever else was cut, so the quoted packet is read
 * leniently: its lengths tell what it had, not what was quoted.
 */
#include "net/icmp.h"

#include "net/ip.h"
#include "net/wire.h"

/* RFC 792: unreachable, source quench, time exceeded, parameter problem. */
static bool
is_error4(uint8_t type)
{
	return type == 3 || type == 4 || type == 11 || type == 12;
}

/* RFC 4443 2.1: errors are the types below 128; 0 is reserved. */
static bool
is_error6(uint8_t type)
{
	return type > 0 && type < 128;
}

bool
icmp_error_decode(const struct net_packet *p, struct icmp_error *e)
{
	const uint8_t *h = p->payload.p;
	if (p->payload.n < 8)
		return false;
	if (!(p->proto == NET_PROTO_ICMP && is_error4(h[0])) &&
	    !(p->proto == NET_PROTO_ICMP6 && is_error6(h[0])))
		return false;
	*e = (struct icmp_error){.type = h[0], .code = h[1]};
	struct net_packet *q = &e->quoted;
	struct ip_fragment frag;
	q->ts = p->ts;
	q->at = p->at;
	q->ip = rs_span_from(p->payload, 8);
	if (ip_decode(q, q->ip.n, &frag) != NET_FLAW_NONE)
		return false;
	/* Ports are in the first fragment only. */
	if (frag.is && frag.offset > 0)
		return false;
	if (q->proto != NET_PROTO_UDP && q->proto != NET_PROTO_TCP)
		return true;
	if (q->payload.n < 8)
		return false;
	q->src.port = wire_u16(q->payload.p);
	q->dst.port = wire_u16(q->payload.p + 2);
	size_t header = 8;
	if (q->proto == NET_PROTO_TCP) {
		e->seq = wire_u32(q->payload.p + 4);
		header = q->payload.n > 12 ? (size_t)(q->payload.p[12] >> 4) * 4
					   : 20;
	}
	q->payload = rs_span_from(q->payload, header);
	q->payload_wire =
	    q->payload_wire > header ? q->payload_wire - (uint32_t)header : 0;
	q->cut = q->payload.n < q->payload_wire;
	return true;
}
