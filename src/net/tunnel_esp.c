/* SPDX-License-Identifier: Apache-2.0 */
/*
 * ESP that only authenticates (RFC 4303 with RFC 2410).
 *
 * IMS phones protect SIP so (3GPP TS 33.203), and their registrations are in
 * the clear.  The trailer stands before an ICV of one of a few sizes; a guess
 * is right where the padding counts 1, 2, 3, ... (RFC 4303 2.4), the next
 * header is one that is read here, its lengths fill what is left, and its
 * checksum is good.  For random bytes that is one in many millions.
 */
#include "net/checksum.h"
#include "net/layer.h"
#include "net/tunnel.h"
#include "net/wire.h"

enum { HEADER = 8, TRAILER = 2 };

/* RFC 2404, 4868, 4543 and none at all: what follows the trailer, and what
   stands before the payload. */
static const struct {
	uint8_t icv, iv;
} sizes[] = {{12, 0}, {16, 0}, {24, 0}, {32, 0}, {16, 8}, {0, 0}};

static bool
fits(const struct net_packet *p, uint8_t next, struct rs_span s)
{
	switch (next) {
	case NET_PROTO_UDP:
		return s.n >= 8 && wire_u16(s.p + 4) == s.n &&
		       (checksum_of(p, next, s) == CHECKSUM_GOOD);
	case NET_PROTO_TCP:
		return s.n >= 20 && s.p[12] >> 4 >= 5 &&
		       (size_t)(s.p[12] >> 4) * 4 <= s.n &&
		       checksum_of(p, next, s) == CHECKSUM_GOOD;
	case 4:
		return s.n >= 20 && s.p[0] >> 4 == 4 && (s.p[0] & 15) >= 5 &&
		       wire_u16(s.p + 2) == s.n;
	case 41:
		return s.n >= 40 && s.p[0] >> 4 == 6 &&
		       wire_u16(s.p + 4) + (size_t)40 == s.n;
	default:
		return false;
	}
}

/* The payload, where the ESP packet s (from its SPI on) reads so. */
static bool
reads(const struct net_packet *p, struct rs_span s, size_t icv, size_t iv,
    struct rs_span *inner, uint8_t *next)
{
	if (s.n < HEADER + iv + TRAILER + icv)
		return false;
	const uint8_t *trailer = s.p + s.n - icv - TRAILER;
	size_t pad = trailer[0];
	size_t room = s.n - HEADER - iv - TRAILER - icv;
	if (pad > room)
		return false;
	for (size_t i = 0; i < pad; i++)
		if (trailer[-1 - (ptrdiff_t)i] != pad - i)
			return false;
	*next = trailer[1];
	*inner = rs_span_part(s, HEADER + iv, room - pad);
	return fits(p, *next, *inner);
}

static bool
enter(struct net_packet *p, struct rs_span s)
{
	struct rs_span inner;
	uint8_t next;
	if (p->depth == NET_MAX_TUNNELS || p->cut)
		return false;
	for (size_t i = 0; i < sizeof sizes / sizeof *sizes; i++) {
		if (!reads(p, s, sizes[i].icv, sizes[i].iv, &inner, &next))
			continue;
		p->depth++;
		layer_note(p, NET_ENCAP_ESP_NULL);
		p->proto = next;
		p->payload = inner;
		p->payload_wire = (uint32_t)inner.n;
		p->src.port = p->dst.port = 0;
		return true;
	}
	return false;
}

bool
tunnel_esp_null(struct net_packet *p)
{
	return p->proto == 50 && enter(p, p->payload);
}

bool
tunnel_esp_udp(struct net_packet *p)
{
	enum { PORT = 4500 };
	if (p->src.port != PORT && p->dst.port != PORT)
		return false;
	/* RFC 3948 2.2: four bytes of 0 are IKE's. */
	return p->payload.n >= 4 && wire_u32(p->payload.p) != 0 &&
	       enter(p, p->payload);
}
