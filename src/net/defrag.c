/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Fragments waiting for the rest of their datagram.
 *
 * A waiting datagram is a reorder buffer under the key of RFC 791 (source,
 * destination, protocol, identification) or RFC 8200 4.5 (without protocol),
 * and of its network, as far as tags tell: customers may have equal addresses.
 * There are few of them, hung in 64 buckets by a keyed hash and in one list by
 * age.  The datagram that is complete is copied once into a buffer with a plain
 * IP header before it, which is what everything above expects; its time and
 * frames are those of all its fragments.
 *
 * Fragments that say different things about where the datagram ends spoil it
 * (RFC 8200 4.5), as do overlapping ones of IPv6 (RFC 5722).  An exact repeat
 * is no overlap: captures show packets twice.  A spoilt datagram stays until
 * its time is over, and a finished one for a moment, so that what trails in
 * does not begin it again.
 */
#include "net/defrag.h"

#include "net/reorder.h"

#include <assert.h>
#include <stdlib.h>

enum {
	BUCKETS = 64,
	MAX_WAITING = 256,
	MAX_DATAGRAM = 65535,
	HEADER_ROOM = 40,
	MAX_COST = 4 << 20,
	SEGMENT_COST = 72,
};
#define WAIT_TIME (30 * RS_SEC)
#define REPEAT_TIME (100 * RS_MSEC)

struct key {
	struct rs_addr src, dst;
	uint32_t id;
	uint8_t proto; /* IPv4 only */
	/* As in net_packet; 0: none, or captured where there was none. */
	uint32_t network, label;
	uint16_t vlan;
};

struct waiting {
	struct key key;
	struct reorder held;
	uint32_t total; /* bytes in all, once the last one came; 0: not yet */
	uint32_t highest;
	bool spoilt;
	bool done; /* given out: what comes now repeats it */
	rs_time done_at;
	size_t cost;   /* its part of defrag.cost */
	uint8_t proto; /* of the first fragment */
	uint8_t ttl;
	struct rs_stamp at;
	rs_time begun;
	unsigned bucket;
	struct waiting *chain, *newer, *older;
};

struct defrag {
	struct rs_hash_seed seed;
	struct rs_account *pay;
	struct waiting *buckets[BUCKETS];
	struct waiting *oldest, *newest;
	unsigned n_waiting;
	size_t cost;  /* bytes that wait, with what they cost to hold */
	uint8_t *out; /* HEADER_ROOM, then the datagram; made when needed */
	struct defrag_counts counts;
};

struct defrag *
defrag_new(const struct rs_hash_seed *seed, struct rs_account *pay)
{
	struct defrag *d = calloc(1, sizeof *d);
	assert(d);
	d->seed = *seed;
	d->pay = pay;
	return d;
}

static void
recount(struct defrag *d, struct waiting *w)
{
	size_t cost = w->held.bytes + w->held.segments * SEGMENT_COST;
	d->cost = d->cost - w->cost + cost;
	w->cost = cost;
}

/* Holds nothing from now on, and takes nothing. */
static void
empty(struct defrag *d, struct waiting *w)
{
	reorder_clear(&w->held);
	recount(d, w);
}

static void
spoil(struct defrag *d, struct waiting *w)
{
	w->spoilt = true;
	empty(d, w);
}

static void
forget(struct defrag *d, struct waiting *w)
{
	struct waiting **link = &d->buckets[w->bucket];
	while (*link != w)
		link = &(*link)->chain;
	*link = w->chain;
	if (w->older)
		w->older->newer = w->newer;
	else
		d->oldest = w->newer;
	if (w->newer)
		w->newer->older = w->older;
	else
		d->newest = w->older;
	d->n_waiting--;
	empty(d, w);
	rs_account_refund(d->pay, sizeof *w);
	free(w);
}

void
defrag_free(struct defrag *d)
{
	if (!d)
		return;
	while (d->oldest)
		forget(d, d->oldest);
	if (d->out)
		rs_account_refund(d->pay, HEADER_ROOM + MAX_DATAGRAM);
	free(d->out);
	free(d);
}

static bool
agree(uint32_t a, uint32_t b)
{
	return a == b || a == 0 || b == 0;
}

/* Fragments of one datagram may be captured with tags here and without there.
 */
static bool
same_network(const struct key *a, const struct key *b)
{
	return agree(a->network, b->network) && agree(a->label, b->label) &&
	       agree(a->vlan, b->vlan);
}

static bool
key_eq(const struct key *a, const struct key *b)
{
	return a->id == b->id && a->proto == b->proto &&
	       rs_addr_eq(&a->src, &b->src) && rs_addr_eq(&a->dst, &b->dst);
}

static unsigned
key_bucket(const struct defrag *d, const struct key *k)
{
	uint8_t b[16 + 16 + 4 + 1];
	memcpy(b, k->src.b, 16);
	memcpy(b + 16, k->dst.b, 16);
	memcpy(b + 32, &k->id, 4);
	b[36] = k->proto;
	return (unsigned)(rs_hash(&d->seed, (struct rs_span){b, sizeof b}) %
			  BUCKETS);
}

/* The oldest, but for `but`. */
static void
evict(struct defrag *d, const struct waiting *but)
{
	struct waiting *w = d->oldest == but ? d->oldest->newer : d->oldest;
	if (!w->spoilt && !w->done)
		d->counts.evicted++;
	forget(d, w);
}

static bool
lacks(const struct waiting *w, uint32_t offset)
{
	struct rs_span s;
	struct rs_stamp at;
	return !w->done && !w->spoilt && !reorder_at(&w->held, offset, &s, &at);
}

/* The datagram of a fragment: that of its network.  Where there is none, tags
   may change within a datagram (a label of its flow, RFC 6391, two ways of the
   same length): one of another network that lacks just this, if it is the only
   one. */
static struct waiting *
find(const struct defrag *d, const struct key *k, uint32_t offset)
{
	struct waiting *other = NULL;
	unsigned others = 0;
	for (struct waiting *w = d->buckets[key_bucket(d, k)]; w;
	     w = w->chain) {
		if (!key_eq(&w->key, k))
			continue;
		if (same_network(&w->key, k))
			return w;
		if (lacks(w, offset) && others++ == 0)
			other = w;
	}
	return others == 1 ? other : NULL;
}

static struct waiting *
touch(struct defrag *d, const struct key *k, const struct net_packet *p,
    uint32_t offset)
{
	unsigned bucket = key_bucket(d, k);
	struct waiting *known = find(d, k, offset);
	if (known && (!known->done || p->ts - known->done_at < REPEAT_TIME))
		return known;
	if (known)
		forget(d, known); /* its number is used again */
	if (d->n_waiting == MAX_WAITING)
		evict(d, NULL);
	while (!rs_account_charge(d->pay, sizeof(struct waiting))) {
		if (!d->oldest)
			return NULL;
		evict(d, NULL);
	}
	struct waiting *w = calloc(1, sizeof *w);
	if (!w) {
		rs_account_refund(d->pay, sizeof *w);
		return NULL;
	}
	w->key = *k;
	w->at = p->at;
	w->begun = p->ts;
	w->ttl = p->ttl;
	w->bucket = bucket;
	/* 64 kB in the smallest fragments cost that much to hold. */
	reorder_init(&w->held, (size_t)MAX_DATAGRAM * 12, d->pay, NULL);
	w->chain = d->buckets[bucket];
	d->buckets[bucket] = w;
	w->older = d->newest;
	if (d->newest)
		d->newest->newer = w;
	else
		d->oldest = w;
	d->newest = w;
	d->n_waiting++;
	return w;
}

/*
 * Takes the fragment's bytes in.  False when the datagram is spoilt, or has no
 * room any more.
 */
static bool
take_in(struct defrag *d, struct waiting *w, const struct net_packet *p,
    const struct ip_fragment *frag)
{
	uint32_t end = frag->offset + (uint32_t)p->payload.n;
	bool conflict = false;
	if (end > MAX_DATAGRAM || (frag->more && p->payload.n % 8) ||
	    (w->total &&
		(end > w->total || (!frag->more && end != w->total))) ||
	    (!frag->more && end < w->highest)) {
		spoil(d, w);
		return false;
	}
	size_t before = w->held.bytes;
	while (!reorder_push(
	    &w->held, frag->offset, p->payload, &p->at, &conflict)) {
		if (d->oldest == w && d->newest == w) {
			spoil(d, w);
			return false;
		}
		evict(d, w);
	}
	recount(d, w);
	size_t fresh = w->held.bytes - before;
	if (conflict && d->counts.conflicts++ == 0)
		d->counts.conflict = p->at.from;
	if (fresh < p->payload.n && (fresh > 0 || conflict)) {
		d->counts.overlaps++;
		if (p->src.addr.family == 6) {
			spoil(d, w);
			return false;
		}
	}
	if (!frag->more)
		w->total = end;
	if (end > w->highest)
		w->highest = end;
	if (frag->offset == 0) {
		w->proto = frag->proto;
		w->ttl = p->ttl;
	}
	if (fresh > 0 && p->at.complete >= w->at.complete) {
		w->at.complete = p->at.complete;
		w->at.to = p->at.to;
	}
	return true;
}

static uint8_t *
header4(uint8_t *data, const struct waiting *w)
{
	uint8_t *h = data - 20;
	size_t total = w->total + (size_t)20;
	memset(h, 0, 20);
	h[0] = 0x45;
	/* What does not fit is 0, as offload has it. */
	if (total > MAX_DATAGRAM)
		total = 0;
	h[2] = (uint8_t)(total >> 8);
	h[3] = (uint8_t)total;
	h[4] = (uint8_t)(w->key.id >> 8);
	h[5] = (uint8_t)w->key.id;
	h[8] = w->ttl;
	h[9] = w->proto;
	memcpy(h + 12, w->key.src.b, 4);
	memcpy(h + 16, w->key.dst.b, 4);
	return h;
}

static uint8_t *
header6(uint8_t *data, const struct waiting *w)
{
	uint8_t *h = data - 40;
	memset(h, 0, 40);
	h[0] = 0x60;
	h[4] = (uint8_t)(w->total >> 8);
	h[5] = (uint8_t)w->total;
	h[6] = w->proto;
	h[7] = w->ttl;
	memcpy(h + 8, w->key.src.b, 16);
	memcpy(h + 24, w->key.dst.b, 16);
	return h;
}

/* Puts the whole datagram into p, decoded again: extension headers may stand
   in the fragmented part (RFC 8200 4.5). */
static bool
rebuild(struct defrag *d, const struct waiting *w, struct net_packet *p)
{
	if (!d->out) {
		while (!rs_account_charge(d->pay, HEADER_ROOM + MAX_DATAGRAM)) {
			if (d->oldest == d->newest)
				return false;
			evict(d, w);
		}
		d->out = malloc(HEADER_ROOM + MAX_DATAGRAM);
		if (!d->out) {
			rs_account_refund(d->pay, HEADER_ROOM + MAX_DATAGRAM);
			return false;
		}
	}
	uint8_t *data = d->out + HEADER_ROOM;
	struct rs_span s;
	struct rs_stamp at;
	for (uint64_t o = 0; o < w->total; o += s.n) {
		if (!reorder_at(&w->held, o, &s, &at))
			return false;
		memcpy(data + o, s.p, s.n);
	}
	p->ip.p = w->key.src.family == 4 ? header4(data, w) : header6(data, w);
	p->ip.n = (size_t)(data - p->ip.p) + w->total;
	p->at = w->at;
	struct ip_fragment none;
	if (ip_decode(p, p->ip.n, &none) != NET_FLAW_NONE || none.is)
		return false;
	p->fragmented = true;
	return true;
}

static bool
is_complete(const struct waiting *w)
{
	/* Segments never overlap and none goes past the end. */
	return w->total && w->held.bytes == w->total;
}

bool
defrag_push(
    struct defrag *d, struct net_packet *p, const struct ip_fragment *frag)
{
	struct key k = {.src = p->src.addr,
	    .dst = p->dst.addr,
	    .id = frag->id,
	    .proto = p->src.addr.family == 4 ? frag->proto : 0,
	    .network = p->network,
	    .label = p->label,
	    .vlan = p->vlan};
	d->counts.fragments++;
	defrag_advance(d, p->ts);
	/* What the snaplen cut is not there to be put together. */
	if (p->cut || p->payload.n == 0)
		return false;
	struct waiting *w = touch(d, &k, p, frag->offset);
	if (!w || w->spoilt || w->done || !take_in(d, w, p, frag))
		return false;
	while (d->cost > MAX_COST && d->oldest != d->newest)
		evict(d, w);
	if (!is_complete(w))
		return false;
	bool ok = rebuild(d, w, p);
	d->counts.datagrams += ok;
	w->done = true;
	w->done_at = p->ts;
	empty(d, w);
	return ok;
}

static __attribute__((noinline)) void
expire(struct defrag *d, rs_time now)
{
	while (d->oldest && now - d->oldest->begun > WAIT_TIME) {
		if (!d->oldest->spoilt && !d->oldest->done)
			d->counts.timed_out++;
		forget(d, d->oldest);
	}
}

void
defrag_advance(struct defrag *d, rs_time now)
{
	if (d->oldest)
		expire(d, now);
}

const struct defrag_counts *
defrag_counts(const struct defrag *d)
{
	return &d->counts;
}
