/* SPDX-License-Identifier: Apache-2.0 */
/*
 * IP headers.  Three lengths matter and are kept apart: what the header says
 * the datagram has, what was on the wire, and what was captured.  A header that
 * the snaplen cut is short; one that does not fit in its own datagram is
 * malformed.
 */
#include "net/ip.h"

#include "net/wire.h"

enum {
	EXT_HOPOPTS = 0,
	EXT_ROUTING = 43,
	EXT_FRAGMENT = 44,
	EXT_AUTH = 51,
	EXT_DESTINATION = 60,
	EXT_MOBILITY = 135,
	EXT_HIP = 139,
	EXT_SHIM6 = 140,
};

/* What is left of the datagram: captured bytes, and bytes on the wire. */
struct rest {
	const uint8_t *p;
	size_t n;
	size_t wire;
};

static enum net_flaw
shortage(const struct rest *r, size_t wanted)
{
	return r->wire < wanted ? NET_FLAW_IP_MALFORMED : NET_FLAW_IP_SHORT;
}

static void
take(struct rest *r, size_t n)
{
	r->p += n;
	r->n -= n;
	r->wire -= n;
}

/* In place: these two are written for every packet. */
static inline void
set_addr(struct rs_addr *a, const uint8_t *bytes, uint8_t family)
{
	if (family == 4) {
		memset(a->b + 4, 0, sizeof a->b - 4);
		memcpy(a->b, bytes, 4);
	} else {
		memcpy(a->b, bytes, RS_ADDR_BYTES);
		a->b[RS_ADDR_BYTES] = 0;
	}
	a->family = family;
}

static enum net_flaw
done(struct net_packet *p, const struct rest *r, uint8_t proto)
{
	p->proto = proto;
	p->payload = (struct rs_span){r->p, r->n};
	p->payload_wire = (uint32_t)r->wire;
	p->cut = r->n < r->wire;
	return NET_FLAW_NONE;
}

/*
 * Extension headers from `next` on (RFC 8200 4; IPv4 has the authentication
 * header only).  Stops at the transport, or at a real fragment.
 */
static enum net_flaw
extensions(struct net_packet *p, struct rest *r, uint8_t next, bool v6,
    struct ip_fragment *frag)
{
	for (unsigned i = 0; i < IP_MAX_HEADERS; i++) {
		size_t len;
		if (next == EXT_AUTH)
			len = 0; /* RFC 4302 2.2: in words, less two */
		else if (v6 && next == EXT_FRAGMENT)
			len = 8;
		else if (v6 &&
			 (next == EXT_HOPOPTS || next == EXT_ROUTING ||
			     next == EXT_DESTINATION || next == EXT_MOBILITY ||
			     next == EXT_HIP || next == EXT_SHIM6))
			len = 1; /* in eights, less one */
		else
			return done(p, r, next);
		if (r->n < 8)
			return shortage(r, 8);
		if (len == 0)
			len = ((size_t)r->p[1] + 2) * 4;
		else if (len == 1)
			len = ((size_t)r->p[1] + 1) * 8;
		if (r->n < len)
			return shortage(r, len);
		uint8_t was = next;
		next = r->p[0];
		if (was == EXT_FRAGMENT) {
			uint16_t field = wire_u16(r->p + 2);
			frag->offset = field & 0xfff8;
			frag->more = field & 1;
			frag->id = wire_u32(r->p + 4);
			frag->proto = next;
			/* RFC 6946: a fragment that is all of its datagram is
			   none. */
			frag->is = frag->more || frag->offset > 0;
		}
		take(r, len);
		if (frag->is)
			return done(p, r, next);
	}
	return NET_FLAW_TOO_DEEP;
}

static enum net_flaw
ipv4(struct net_packet *p, size_t wire_len, struct ip_fragment *frag)
{
	const uint8_t *h = p->ip.p;
	struct rest r = {h, p->ip.n, wire_len};
	if (r.n < 20)
		return shortage(&r, 20);
	size_t ihl = (size_t)(h[0] & 0x0f) * 4;
	size_t total = wire_u16(h + 2);
	/* Offloaded segmentation leaves 0 in captures of the sender itself. */
	if (total == 0)
		total = wire_len;
	if (p->bounded && total > wire_len)
		total = wire_len;
	if (ihl < 20 || total < ihl)
		return NET_FLAW_IP_MALFORMED;
	r.wire = total;
	if (r.n > total)
		r.n = total; /* the rest is the link's padding */
	if (r.n < ihl)
		return shortage(&r, ihl);
	p->ip.n = r.n;
	set_addr(&p->src.addr, h + 12, 4);
	set_addr(&p->dst.addr, h + 16, 4);
	p->ttl = h[8];
	take(&r, ihl);

	uint16_t field = wire_u16(h + 6);
	if (field & 0x3fff) { /* more fragments, or an offset */
		*frag = (struct ip_fragment){.is = true,
		    .more = field & 0x2000,
		    .id = wire_u16(h + 4),
		    .offset = (uint16_t)((field & 0x1fff) * 8),
		    .proto = h[9]};
		return done(p, &r, h[9]);
	}
	if (h[9] != EXT_AUTH)
		return done(p, &r, h[9]);
	return extensions(p, &r, h[9], false, frag);
}

static enum net_flaw
ipv6(struct net_packet *p, size_t wire_len, struct ip_fragment *frag)
{
	const uint8_t *h = p->ip.p;
	struct rest r = {h, p->ip.n, wire_len};
	if (r.n < 40)
		return shortage(&r, 40);
	size_t total = wire_u16(h + 4) + (size_t)40;
	/* A jumbogram (RFC 2675), or offloaded segmentation. */
	if (total == 40)
		total = wire_len;
	r.wire = total;
	if (r.n > total)
		r.n = total;
	p->ip.n = r.n;
	set_addr(&p->src.addr, h + 8, 6);
	set_addr(&p->dst.addr, h + 24, 6);
	p->ttl = h[7];
	take(&r, 40);
	if (h[6] == NET_PROTO_UDP || h[6] == NET_PROTO_TCP)
		return done(p, &r, h[6]);
	return extensions(p, &r, h[6], true, frag);
}

enum net_flaw
ip_decode(struct net_packet *p, size_t wire_len, struct ip_fragment *frag)
{
	frag->is = false;
	p->src.port = p->dst.port = 0;
	p->fragmented = false;
	if (wire_len < p->ip.n)
		wire_len = p->ip.n;
	if (wire_len > UINT32_MAX)
		wire_len = UINT32_MAX;
	if (p->ip.n == 0)
		return wire_len ? NET_FLAW_IP_SHORT : NET_FLAW_IP_MALFORMED;
	switch (p->ip.p[0] >> 4) {
	case 4:
		return ipv4(p, wire_len, frag);
	case 6:
		return ipv6(p, wire_len, frag);
	default:
		return NET_FLAW_IP_MALFORMED;
	}
}
