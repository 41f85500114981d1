/* SPDX-License-Identifier: Apache-2.0 */
#include "net/hep.h"

#include "net/layer.h"
#include "net/wire.h"

/* Types of vendor 0. */
enum {
	PROTO = 2,
	SRC_IPV4 = 3,
	DST_IPV4 = 4,
	SRC_IPV6 = 5,
	DST_IPV6 = 6,
	SRC_PORT = 7,
	DST_PORT = 8,
	SECONDS = 9,
	MICROSECONDS = 10,
	PAYLOAD = 15,
	COMPRESSED = 16,
};
enum { MAX_CHUNKS = 64, HEADER = 6 };

/* A message waits this long on its way to us at most; what is further off is
   another clock, and the time of arrival is the better one. */
static const rs_time CLOCKS_DIFFER = 10 * RS_SEC;

struct hep {
	struct rs_endpoint src, dst;
	uint8_t proto;
	bool compressed;
	uint32_t seconds, micros;
	struct rs_span payload;
};

bool
hep_probe(struct rs_span s)
{
	return s.n >= HEADER && memcmp(s.p, "HEP3", 4) == 0;
}

/* A value of another size than its type has is left out. */
static void
take_number(struct hep *h, unsigned type, struct rs_span v)
{
	if (type == PROTO && v.n == 1)
		h->proto = v.p[0];
	if (type == SRC_PORT && v.n == 2)
		h->src.port = wire_u16(v.p);
	if (type == DST_PORT && v.n == 2)
		h->dst.port = wire_u16(v.p);
	if (type == SECONDS && v.n == 4)
		h->seconds = wire_u32(v.p);
	if (type == MICROSECONDS && v.n == 4)
		h->micros = wire_u32(v.p);
}

static void
take(struct hep *h, unsigned type, struct rs_span v)
{
	switch (type) {
	case SRC_IPV4:
	case DST_IPV4:
		if (v.n == 4)
			*(type == SRC_IPV4 ? &h->src : &h->dst) =
			    (struct rs_endpoint){rs_addr_v4(v.p),
				type == SRC_IPV4 ? h->src.port : h->dst.port};
		break;
	case SRC_IPV6:
	case DST_IPV6:
		if (v.n == 16)
			*(type == SRC_IPV6 ? &h->src : &h->dst) =
			    (struct rs_endpoint){rs_addr_v6(v.p),
				type == SRC_IPV6 ? h->src.port : h->dst.port};
		break;
	case PAYLOAD:
		h->payload = v;
		break;
	case COMPRESSED:
		h->compressed = true;
		break;
	default:
		take_number(h, type, v);
		break;
	}
}

/* The lengths of chunks include their own header. */
static enum net_flaw
chunks(struct hep *h, struct rs_span s, bool cut)
{
	for (unsigned i = 0; s.n > 0; i++) {
		if (i == MAX_CHUNKS)
			return NET_FLAW_TOO_DEEP;
		if (s.n < HEADER)
			return cut ? NET_FLAW_LINK_SHORT : NET_FLAW_HEP;
		size_t n = wire_u16(s.p + 4);
		if (n < HEADER)
			return NET_FLAW_HEP;
		if (n > s.n)
			return cut ? NET_FLAW_LINK_SHORT : NET_FLAW_HEP;
		if (wire_u16(s.p) == 0)
			take(h, wire_u16(s.p + 2),
			    rs_span_part(s, HEADER, n - HEADER));
		s = rs_span_from(s, n);
	}
	return NET_FLAW_NONE;
}

static void
set_time(struct net_packet *p, const struct hep *h)
{
	rs_time t = h->seconds * RS_SEC + h->micros * RS_USEC;
	if (h->seconds == 0 || h->micros >= 1000000 ||
	    t < p->ts - CLOCKS_DIFFER || t > p->ts + CLOCKS_DIFFER)
		return;
	p->ts = t;
	p->at = rs_stamp_at(t, p->at.from);
}

enum net_flaw
hep_enter(struct net_packet *p)
{
	struct hep h = {.proto = NET_PROTO_UDP};
	if (!hep_probe(p->payload))
		return NET_FLAW_HEP;
	struct rs_span s = p->payload;
	size_t total = wire_u16(s.p + 4);
	bool cut = s.n < total && s.n < p->payload_wire;
	enum net_flaw flaw =
	    chunks(&h, rs_span_from(rs_span_part(s, 0, total), HEADER), cut);
	if (flaw != NET_FLAW_NONE)
		return flaw;
	if (h.payload.n == 0 || h.src.addr.family == 0 ||
	    h.src.addr.family != h.dst.addr.family)
		return h.compressed ? NET_FLAW_HEP_COMPRESSED : NET_FLAW_HEP;
	p->src = h.src;
	p->dst = h.dst;
	/* Some write 22 (IDP) for TLS: a stream all the same. */
	p->proto = h.proto == NET_PROTO_UDP ? NET_PROTO_UDP : NET_PROTO_TCP;
	p->ttl = 0;
	net_packet_bare(p);
	p->network = 0;
	p->ip = (struct rs_span){s.p, 0};
	p->payload = h.payload;
	p->payload_wire = (uint32_t)h.payload.n;
	p->cut = false;
	p->fragmented = false;
	layer_note(p, NET_ENCAP_HEP);
	set_time(p, &h);
	return NET_FLAW_NONE;
}
