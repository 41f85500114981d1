/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Chains in a ring, as in LZ77: each packet has a number, each bucket knows the
 * number of its latest, each entry how far the one before it in its bucket is.
 * What is further away than the ring is long is the end of a chain, so nothing
 * is ever unlinked.  Numbers wrap: a head that seems late again leads to
 * entries of other buckets, which have other prints, and back from there.
 */
#include "net/copies.h"

#include "net/wire.h"

#include <assert.h>
#include <stdlib.h>

/* Apart at most, by what tells a copy from a repeat. */
static const rs_time WITH_ID = 50 * RS_MSEC;
static const rs_time UDP_WITHOUT = 20 * RS_MSEC;
static const rs_time TCP_WITHOUT = RS_MSEC;

enum { MASK = COPIES_REMEMBERED - 1, BUCKETS = 4 * COPIES_REMEMBERED };

struct entry {
	uint64_t print;
	rs_time at;
	uint32_t network; /* of a fragment: net_packet.network */
	uint16_t before;  /* to the one before it in its bucket; 0: none */
	uint8_t ttl;
};

struct copies {
	struct rs_hash_seed seed;
	uint16_t number; /* of the latest; they wrap */
	uint16_t heads[BUCKETS];
	struct entry ring[COPIES_REMEMBERED];
};

_Static_assert((COPIES_REMEMBERED & MASK) == 0, "a power of two");

struct copies *
copies_new(const struct rs_hash_seed *seed)
{
	struct copies *c = calloc(1, sizeof *c);
	assert(c);
	c->seed = *seed;
	c->number = COPIES_REMEMBERED; /* so that no head is of this ring yet */
	return c;
}

void
copies_free(struct copies *c)
{
	free(c);
}

static enum copy
push(struct copies *c, uint64_t print, const struct net_packet *p,
    uint32_t network, rs_time within)
{
	uint16_t *head = &c->heads[print & (BUCKETS - 1)];
	uint16_t number = ++c->number, latest = (uint16_t)(number - *head);
	unsigned before;
	for (unsigned back = latest; back < COPIES_REMEMBERED; back += before) {
		const struct entry *e = &c->ring[(number - back) & MASK];
		before = e->before ? e->before : COPIES_REMEMBERED;
		/* Between networks packets are routed, and lose a hop. */
		if (e->print != print ||
		    (e->network && network && e->network != network &&
			e->ttl == p->ttl))
			continue;
		rs_time apart = p->ts - e->at;
		/* Those before it are further away yet. */
		if (apart > within || apart < -within)
			break;
		c->number--;
		return e->ttl == p->ttl ? COPY_SAME : COPY_ROUTED;
	}
	bool any = latest < COPIES_REMEMBERED;
	c->ring[number & MASK] = (struct entry){
	    print, p->ts, network, any ? (uint16_t)latest : 0, p->ttl};
	*head = number;
	return COPY_NONE;
}

/* The identification of IPv4; 0 where there is none. */
static uint16_t
identification(const struct net_packet *p)
{
	return p->ip.n >= 20 && p->ip.p[0] >> 4 == 4 ? wire_u16(p->ip.p + 4)
						     : 0;
}

enum copy
copies_push(struct copies *c, const struct net_packet *p, uint64_t flow,
    unsigned dir, struct rs_span header)
{
	enum { URGENT_AT = 18, SYN_OR_FIN = 0x03, FLAGS_AT = 13 };
	struct rs_hasher h;
	uint16_t id = identification(p);
	bool tcp = header.n >= 20;
	rs_time within = id ? WITH_ID : tcp ? TCP_WITHOUT : UDP_WITHOUT;
	/* Bare ACKs and RSTs are alike, one for each packet that they answer.
	 */
	if (tcp && id == 0 && p->payload_wire == 0 &&
	    (header.p[FLAGS_AT] & SYN_OR_FIN) == 0)
		return COPY_NONE;
	rs_hasher_init(&h, &c->seed);
	rs_hasher_pair(
	    &h, flow << 1 | dir, (uint64_t)id << 32 | p->payload_wire);
	if (tcp) { /* all between ports and checksum, and behind that */
		const uint8_t *t = header.p;
		rs_hasher_pair(&h,
		    (uint64_t)wire_u32(t + 4) << 32 | wire_u32(t + 8),
		    (uint64_t)wire_u32(t + 12) << 32 | wire_u16(t + URGENT_AT));
		rs_hasher_bytes(&h, rs_span_from(header, 20));
	}
	rs_hasher_bytes(&h, p->payload);
	return push(c, rs_hasher_end(&h), p, 0, within);
}

enum copy
copies_push_fragment(struct copies *c, const struct net_packet *p,
    const struct ip_fragment *frag)
{
	struct rs_hasher h;
	rs_hasher_init(&h, &c->seed);
	rs_hasher_pair(&h, (uint64_t)frag->id << 32 | p->payload_wire,
	    (uint64_t)frag->offset << 16 | (uint64_t)frag->more << 8 |
		frag->proto);
	rs_hasher_bytes(
	    &h, (struct rs_span){p->src.addr.b, RS_ADDR_BYTES});
	rs_hasher_bytes(
	    &h, (struct rs_span){p->dst.addr.b, RS_ADDR_BYTES});
	rs_hasher_bytes(&h, p->payload);
	return push(c, rs_hasher_end(&h), p, p->network, WITH_ID);
}
