/* SPDX-License-Identifier: Apache-2.0 */
/*
 * IEEE 802.11 data frames, and what capture programs put before them: radiotap,
 * PPI, Prism, AVS.
 *
 * Only frames in the clear can be read.  Protected ones are named; fragments
 * and aggregates (A-MSDU) are not put together or taken apart, and named too.
 */
#include "net/layer.h"
#include "net/wire.h"

enum { LINK_WLAN = 105 };

/* IEEE 802.11-2020 9.2.4.1, in the order on the wire. */
enum {
	TYPE_DATA = 0x08,
	TYPE_MASK = 0x0c,
	SUB_NULL = 0x40, /* no data in it */
	SUB_QOS = 0x80,
	TO_DS = 0x01,
	FROM_DS = 0x02,
	MORE_FRAGMENTS = 0x04,
	PROTECTED = 0x40,
	ORDER = 0x80,
	AGGREGATE = 0x80, /* of the QoS field */
};

/* 802.11-2020 9.3.2.1, table 9-60: where the source's address is. */
static size_t
source_at(uint8_t flags)
{
	switch (flags & (TO_DS | FROM_DS)) {
	case FROM_DS:
		return 16;
	case TO_DS | FROM_DS:
		return 24;
	default:
		return 10;
	}
}

/* `padded`: the driver aligned the body to four bytes. */
static enum net_flaw
data_frame(struct net_packet *p, struct layer *l, bool padded)
{
	const uint8_t *h = l->rest.p;
	size_t n = 24;
	if (l->rest.n < 2)
		return NET_FLAW_LINK_SHORT;
	if (h[0] & 3)
		return NET_FLAW_NOT_IP; /* another version of the protocol */
	if ((h[0] & TYPE_MASK) != TYPE_DATA || h[0] & SUB_NULL)
		return NET_FLAW_CONTROL;
	uint8_t flags = h[1];
	if ((flags & (TO_DS | FROM_DS)) == (TO_DS | FROM_DS))
		n += 6;
	size_t qos = n;
	if (h[0] & SUB_QOS)
		n += flags & ORDER ? 6 : 2;
	if (l->rest.n < n)
		return NET_FLAW_LINK_SHORT;
	if (flags & PROTECTED)
		return NET_FLAW_WLAN_PROTECTED;
	/* The number of the fragment is the low half of byte 22. */
	if (flags & MORE_FRAGMENTS || h[22] & 0x0f ||
	    (h[0] & SUB_QOS && h[qos] & AGGREGATE))
		return NET_FLAW_WLAN_PARTS;
	memcpy(p->mac, h + source_at(flags), sizeof p->mac);
	p->has_mac = true;
	layer_note(p, NET_ENCAP_WLAN);
	if (!layer_skip(l, padded ? (n + 3) & ~(size_t)3 : n))
		return NET_FLAW_LINK_SHORT;
	/* IEEE 802.2 follows, as after a length. */
	l->kind = LAYER_ETHERTYPE;
	l->type = 0;
	return NET_FLAW_NONE;
}

enum net_flaw
layer_wlan(struct net_packet *p, struct layer *l)
{
	return data_frame(p, l, false);
}

static uint32_t
little32(const uint8_t *p)
{
	return __builtin_bswap32(wire_u32(p));
}

static size_t
little16(const uint8_t *p)
{
	return (size_t)p[1] << 8 | p[0];
}

/* radiotap.org: the first of the fields that are there may be a time of eight
   bytes, aligned; the second are the flags. */
static uint8_t
radiotap_flags(struct rs_span h)
{
	enum { HAS_TIME = 1, HAS_FLAGS = 2 };
	const uint32_t more = 1u << 31;
	uint32_t present = little32(h.p + 4);
	size_t at = 4;
	uint32_t word = present;
	while (word & more && at + 8 <= h.n) {
		at += 4;
		word = little32(h.p + at);
	}
	at += 4;
	if (present & HAS_TIME)
		at = ((at + 7) & ~(size_t)7) + 8;
	return present & HAS_FLAGS && at < h.n ? h.p[at] : 0;
}

enum net_flaw
layer_radiotap(struct net_packet *p, struct layer *l)
{
	enum { PADDED = 0x20, BAD_FCS = 0x40 };
	if (l->rest.n < 8)
		return NET_FLAW_LINK_SHORT;
	size_t n = little16(l->rest.p + 2);
	if (l->rest.p[0] != 0 || n < 8)
		return NET_FLAW_NOT_IP;
	if (l->rest.n < n)
		return NET_FLAW_LINK_SHORT;
	uint8_t flags = radiotap_flags(rs_span_part(l->rest, 0, n));
	(void)layer_skip(l, n);
	if (flags & BAD_FCS)
		return NET_FLAW_WLAN_DAMAGED;
	return data_frame(p, l, flags & PADDED);
}

enum net_flaw
layer_ppi(struct net_packet *p, struct layer *l)
{
	(void)p;
	if (l->rest.n < 8)
		return NET_FLAW_LINK_SHORT;
	size_t n = little16(l->rest.p + 2);
	uint32_t linktype = little32(l->rest.p + 4);
	if (l->rest.p[0] != 0 || n < 8 || linktype > UINT16_MAX)
		return NET_FLAW_NOT_IP;
	if (!layer_skip(l, n))
		return NET_FLAW_LINK_SHORT;
	l->kind = LAYER_LINKTYPE;
	l->type = (int)linktype;
	return NET_FLAW_NONE;
}

/* Of fixed size where its first number is that of a Prism header; an AVS
   header is met under the same link type. */
enum net_flaw
layer_prism(struct net_packet *p, struct layer *l)
{
	if (l->rest.n < 8)
		return NET_FLAW_LINK_SHORT;
	if (wire_u32(l->rest.p) >> 12 == 0x80211)
		return layer_avs(p, l);
	size_t n = wire_u32(l->rest.p + 4);
	if (n > 0xffff)
		n = little32(l->rest.p + 4);
	if (n < 24 || n > 0xffff)
		return NET_FLAW_NOT_IP;
	if (!layer_skip(l, n))
		return NET_FLAW_LINK_SHORT;
	l->kind = LAYER_LINKTYPE;
	l->type = LINK_WLAN;
	return NET_FLAW_NONE;
}

enum net_flaw
layer_avs(struct net_packet *p, struct layer *l)
{
	(void)p;
	if (l->rest.n < 8)
		return NET_FLAW_LINK_SHORT;
	size_t n = wire_u32(l->rest.p + 4);
	if (wire_u32(l->rest.p) >> 12 != 0x80211 || n < 8 || n > 0xffff)
		return NET_FLAW_NOT_IP;
	if (!layer_skip(l, n))
		return NET_FLAW_LINK_SHORT;
	l->kind = LAYER_LINKTYPE;
	l->type = LINK_WLAN;
	return NET_FLAW_NONE;
}
