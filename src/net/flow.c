/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The flow table.
 *
 * Entries live in slabs and are named by their number, so that an index slot is
 * 8 bytes: 32 bits of the hash and the number.  The index is open addressing
 * with linear probing: a lookup that misses, which is what a flood does, costs
 * one cache line, and growing never touches an entry.
 *
 * The hash is keyed (rs_hasher): only its effect on one table can be seen from
 * outside.  The two sides are put in order first, so that both directions meet.
 *
 * Age lists are in the order of the time when a flow was queued.  A packet
 * moves its flow to the end only when a quarter of the idle time has gone by
 * since, because moving touches both neighbours: three cache misses.  So heads
 * are enough to look at, and a flow goes at most that quarter late; a packet
 * that comes after the idle time begins a new flow in any case.
 */
#include "net/flow.h"

#include "base/pages.h"
#include "base/pool.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>

enum list {
	LIST_FREE, /* never used: entry numbers begin at 1, and 0 is none */
	LIST_DOOMED,
	LIST_SYN,
	LIST_BRIEF,
	LIST_UDP,
	LIST_TCP,
	LIST_OURS_UDP,
	LIST_OURS_TCP,
	LIST_N,
};

enum {
	SLAB_BITS = 8,
	SLAB = 1 << SLAB_BITS,
	FIRST_SLOTS = 1024,
	SECOND_CHANCES = 16,
};

struct slot {
	uint32_t tag;
	uint32_t number; /* 0: empty */
};

struct age_list {
	uint32_t oldest, newest;
	rs_time idle;
	rs_time again; /* a quarter of it */
};

struct flow_table {
	struct slot *slots;
	uint32_t mask;
	uint32_t n_flows;
	struct rs_pool pool;
	struct flow **slabs; /* in the pool */
	uint32_t n_slabs, room_slabs;
	uint32_t unused; /* free list, through `newer` */
	uint32_t fresh;  /* first number that was never used */
	struct age_list age[LIST_N];
	rs_time due; /* before it no flow is idle: not later than any is */
	size_t max_flows;
	struct rs_hash_seed seed;
	struct rs_account *pay;
	size_t charged;
	uint64_t serial, evicted;
	void (*gone)(void *arg, struct flow *f, enum rs_ending why);
	void (*soon)(void *arg, const struct flow *f, bool next);
	void *arg;
};

static inline struct flow *
entry(const struct flow_table *t, uint32_t number)
{
	return &t->slabs[number >> SLAB_BITS][number & (SLAB - 1)];
}

/* ---- hash */

static inline uint64_t
word(const uint8_t *p)
{
	uint64_t w;
	memcpy(&w, p, sizeof w);
	return w;
}

static inline uint32_t
half_word(const uint8_t *p)
{
	uint32_t w;
	memcpy(&w, p, sizeof w);
	return w;
}

static __attribute__((noinline)) void
add_v6(struct rs_hasher *h, const struct rs_endpoint *a,
    const struct rs_endpoint *b, uint64_t kind)
{
	int order = memcmp(a->addr.b, b->addr.b, sizeof a->addr.b);
	bool turn = order > 0 || (order == 0 && a->port > b->port);
	const struct rs_endpoint *low = turn ? b : a, *high = turn ? a : b;
	rs_hasher_pair(h, word(low->addr.b), word(low->addr.b + 8));
	rs_hasher_pair(h, word(high->addr.b), word(high->addr.b + 8));
	rs_hasher_pair(h, kind, (uint64_t)low->port << 16 | high->port);
}

static inline uint32_t
key_hash(const struct flow_table *t, const struct rs_endpoint *a,
    const struct rs_endpoint *b, uint8_t proto)
{
	struct rs_hasher h;
	uint64_t kind = (uint64_t)proto << 48 | (uint64_t)a->addr.family << 56;
	rs_hasher_init(&h, &t->seed);
	if (a->addr.family == 4) {
		uint64_t x = (uint64_t)half_word(a->addr.b) << 16 | a->port;
		uint64_t y = (uint64_t)half_word(b->addr.b) << 16 | b->port;
		rs_hasher_pair(&h, x < y ? x : y, (x < y ? y : x) | kind);
	} else {
		add_v6(&h, a, b, kind);
	}
	return (uint32_t)rs_hasher_end(&h);
}

/* ---- index */

static inline bool
is_between(const struct flow *f, const struct rs_endpoint *a,
    const struct rs_endpoint *b)
{
	return rs_endpoint_eq(&f->end[0], a) && rs_endpoint_eq(&f->end[1], b);
}

static inline struct flow *
lookup(const struct flow_table *t, uint32_t tag, const struct rs_endpoint *src,
    const struct rs_endpoint *dst, uint8_t proto, enum rs_dir *dir)
{
	for (uint32_t i = tag & t->mask; t->slots[i].number;
	     i = (i + 1) & t->mask) {
		if (t->slots[i].tag != tag)
			continue;
		struct flow *f = entry(t, t->slots[i].number);
		if (f->proto != proto)
			continue;
		if (is_between(f, src, dst)) {
			*dir = RS_C2S;
			return f;
		}
		if (is_between(f, dst, src)) {
			*dir = RS_S2C;
			return f;
		}
	}
	return NULL;
}

/*
 * The packet is from another segment than `first`, which has its endpoints: is
 * there a flow that has that segment too?  Else one whose side was not seen so
 * far: rather one whose other side has that segment, and then the one that
 * waits for the longest time.  Else it strays.
 */
static __attribute__((noinline)) struct flow *
lookup_segment(const struct flow_table *t, struct flow *first,
    const struct net_packet *p, enum rs_dir *dir)
{
	uint32_t segment = net_packet_segment(p), tag = first->tag;
	struct flow *open = NULL;
	bool even = false;
	for (uint32_t i = tag & t->mask; t->slots[i].number;
	     i = (i + 1) & t->mask) {
		struct flow *f = entry(t, t->slots[i].number);
		if (t->slots[i].tag != tag || f->proto != p->proto)
			continue;
		bool same = is_between(f, &p->src, &p->dst);
		if (!same && !is_between(f, &p->dst, &p->src))
			continue;
		enum rs_dir d = same ? RS_C2S : RS_S2C;
		if (f->packets[d] && f->segment[d] == segment) {
			*dir = d;
			return f;
		}
		bool fits = f->segment[!d] == segment;
		if (f->packets[d] == 0 &&
		    (open == NULL || fits > even ||
			(fits == even && f->first_at < open->first_at))) {
			open = f;
			even = fits;
			*dir = d;
		}
	}
	if (open == NULL)
		return first;
	open->segment[*dir] = segment;
	return open;
}

static void
index_add(struct slot *slots, uint32_t mask, uint32_t tag, uint32_t number)
{
	uint32_t i = tag & mask;
	while (slots[i].number)
		i = (i + 1) & mask;
	slots[i] = (struct slot){tag, number};
}

/* Closes the hole, so that no marks of the dead are needed (Knuth 6.4 R). */
static void
index_remove(struct flow_table *t, uint32_t tag, uint32_t number)
{
	uint32_t i = tag & t->mask;
	while (t->slots[i].number != number)
		i = (i + 1) & t->mask;
	for (uint32_t j = (i + 1) & t->mask; t->slots[j].number;
	     j = (j + 1) & t->mask) {
		/* May j's entry stand at i?  Not if its home is after i. */
		uint32_t home = t->slots[j].tag & t->mask;
		if (((j - home) & t->mask) < ((j - i) & t->mask))
			continue;
		t->slots[i] = t->slots[j];
		i = j;
	}
	t->slots[i] = (struct slot){0, 0};
}

static bool
pay_for(struct flow_table *t, size_t n)
{
	if (!rs_account_charge(t->pay, n))
		return false;
	t->charged += n;
	return true;
}

static void
pay_back(struct flow_table *t, size_t n)
{
	rs_account_refund(t->pay, n);
	t->charged -= n;
}

/* Five eighths full is the most: a miss then looks at four slots. */
static bool
index_full(const struct flow_table *t)
{
	uint64_t slots = (uint64_t)t->mask + 1;
	return (uint64_t)t->n_flows + 1 > slots / 8 * 5;
}

static bool
index_grow(struct flow_table *t)
{
	size_t old = ((size_t)t->mask + 1) * sizeof *t->slots;
	if (t->mask >= UINT32_MAX / 2 || !pay_for(t, old * 2))
		return false;
	struct slot *bigger = rs_pages_new(old * 2);
	if (!bigger) {
		pay_back(t, old * 2);
		return false;
	}
	uint32_t mask = t->mask * 2 + 1;
	for (size_t i = 0; i <= t->mask; i++)
		if (t->slots[i].number)
			index_add(
			    bigger, mask, t->slots[i].tag, t->slots[i].number);
	rs_pages_free(t->slots, old);
	pay_back(t, old);
	t->slots = bigger;
	t->mask = mask;
	return true;
}

/* ---- age lists */

static void
list_append(struct flow_table *t, struct flow *f, enum list l, rs_time now)
{
	struct age_list *a = &t->age[l];
	struct flow *newest = a->newest ? entry(t, a->newest) : NULL;
	/* Captures step back; the order of the list must not. */
	f->queued = newest && newest->queued > now ? newest->queued : now;
	f->list = (uint8_t)l;
	f->newer = 0;
	f->older = a->newest;
	if (newest) {
		newest->newer = f->self;
	} else {
		a->oldest = f->self;
		if (f->queued + a->idle < t->due)
			t->due = f->queued + a->idle;
	}
	a->newest = f->self;
}

static void
list_unlink(struct flow_table *t, struct flow *f)
{
	struct age_list *a = &t->age[f->list];
	if (f->newer)
		entry(t, f->newer)->older = f->older;
	else
		a->newest = f->older;
	if (f->older)
		entry(t, f->older)->newer = f->newer;
	else
		a->oldest = f->newer;
}

/* Which list it belongs to, by what it is now. */
static enum list
list_of(const struct flow *f)
{
	bool ours = f->claim == FLOW_OURS && !f->common;
	if (f->doomed)
		return LIST_DOOMED;
	if (f->brief)
		return LIST_BRIEF;
	if (f->proto != NET_PROTO_TCP)
		return ours ? LIST_OURS_UDP : LIST_UDP;
	if (!f->packets[RS_C2S] || !f->packets[RS_S2C])
		return ours ? LIST_OURS_TCP : LIST_SYN;
	return ours ? LIST_OURS_TCP : LIST_TCP;
}

void
flow_requeue(struct flow_table *t, struct flow *f)
{
	enum list l = list_of(f);
	if (l == (enum list)f->list && t->age[l].newest == f->self) {
		f->queued = f->last_at > f->queued ? f->last_at : f->queued;
		return;
	}
	list_unlink(t, f);
	list_append(t, f, l, f->last_at);
}

/* ---- entries */

static bool
add_slab(struct flow_table *t)
{
	if (t->n_slabs == t->room_slabs) {
		uint32_t room = t->room_slabs ? t->room_slabs * 2 : 16;
		size_t more = (room - t->room_slabs) * sizeof *t->slabs;
		if (!pay_for(t, more))
			return false;
		struct flow **v = realloc(t->slabs, room * sizeof *v);
		if (!v) {
			pay_back(t, more);
			return false;
		}
		t->slabs = v;
		t->room_slabs = room;
	}
	if (!pay_for(t, SLAB * sizeof(struct flow)))
		return false;
	t->slabs[t->n_slabs++] =
	    rs_pool_keep(&t->pool, SLAB * sizeof(struct flow));
	return true;
}

/* A free entry's number; 0 when the oldest has to make room. */
static uint32_t
take_entry(struct flow_table *t)
{
	if (t->max_flows && t->n_flows >= t->max_flows)
		return 0;
	if (index_full(t) && !index_grow(t))
		return 0;
	uint32_t number = t->unused;
	if (number) {
		t->unused = entry(t, number)->newer;
		return number;
	}
	if (t->fresh == UINT32_MAX ||
	    (t->fresh >> SLAB_BITS == t->n_slabs && !add_slab(t)))
		return 0;
	return t->fresh++;
}

/* Nobody has touched these for long: each line of theirs is far away. */
static void
announce(const struct flow_table *t, const struct flow *f)
{
	const struct flow *next = f->newer ? entry(t, f->newer) : NULL;
	if (next == NULL || t->soon == NULL)
		return;
	t->soon(t->arg, next, true);
	__builtin_prefetch(&t->slots[next->tag & t->mask], 1);
	if ((next = next->newer ? entry(t, next->newer) : NULL) == NULL)
		return;
	t->soon(t->arg, next, false);
	if (next->newer == 0)
		return;
	next = entry(t, next->newer);
	__builtin_prefetch(next);
	__builtin_prefetch(&next->tcp);
	__builtin_prefetch(&next->newer);
}

static void
let_go(struct flow_table *t, struct flow *f, enum rs_ending why)
{
	t->gone(t->arg, f, why);
	index_remove(t, f->tag, f->self);
	list_unlink(t, f);
	f->newer = t->unused;
	t->unused = f->self;
	t->n_flows--;
}

static struct flow *
head(const struct flow_table *t, enum list l)
{
	return t->age[l].oldest ? entry(t, t->age[l].oldest) : NULL;
}

/* The head of the list that was queued first, among lists from..to. */
static struct flow *
oldest_of(const struct flow_table *t, enum list from, enum list to)
{
	struct flow *best = NULL;
	for (enum list l = from; l <= to; l++) {
		struct flow *f = head(t, l);
		if (f && (!best || f->queued < best->queued ||
			     (f->queued == best->queued &&
				 f->serial < best->serial)))
			best = f;
	}
	return best;
}

/* The oldest, and of those among lists from..to if there is one. */
static void
evict(struct flow_table *t, enum list from, enum list to)
{
	struct flow *f = oldest_of(t, LIST_DOOMED, LIST_DOOMED);
	if (f) {
		/* It is over: nothing is lost by it. */
		let_go(t, f, RS_END_FIN);
		return;
	}
	for (unsigned i = 0;; i++) {
		f = oldest_of(t, from, to);
		if (!f)
			f = oldest_of(t, LIST_SYN, LIST_OURS_TCP);
		assert(f);
		/* Seen again since it was queued, or ours by now. */
		if (i == SECOND_CHANCES ||
		    (f->last_at <= f->queued &&
			list_of(f) == (enum list)f->list))
			break;
		flow_requeue(t, f);
	}
	t->evicted++;
	uint32_t next = f->newer;
	let_go(t, f, RS_END_EVICTED);
	/* The next one's slot is far away in memory: fetch it meanwhile. */
	if (next)
		__builtin_prefetch(&t->slots[entry(t, next)->tag & t->mask], 1);
}

/* ---- outside */

struct flow_table *
flow_table_new(const struct flow_limits *limits,
    const struct rs_hash_seed *seed, struct rs_account *pay,
    void (*gone)(void *arg, struct flow *f, enum rs_ending why), void *arg)
{
	struct flow_table *t = calloc(1, sizeof *t);
	assert(t);
	*t = (struct flow_table){.mask = FIRST_SLOTS - 1,
	    .fresh = 1,
	    .due = INT64_MAX,
	    .max_flows = limits->max_flows,
	    .seed = *seed,
	    .pay = pay,
	    .gone = gone,
	    .arg = arg};
	rs_time udp = limits->idle_udp ? limits->idle_udp : 180 * RS_SEC;
	rs_time tcp = limits->idle_tcp ? limits->idle_tcp : 3600 * RS_SEC;
	t->age[LIST_DOOMED].idle =
	    limits->idle_doomed ? limits->idle_doomed : 30 * RS_SEC;
	t->age[LIST_BRIEF].idle =
	    limits->idle_brief ? limits->idle_brief : 30 * RS_SEC;
	t->age[LIST_SYN].idle =
	    limits->idle_syn ? limits->idle_syn : 180 * RS_SEC;
	t->age[LIST_UDP].idle = t->age[LIST_OURS_UDP].idle = udp;
	t->age[LIST_TCP].idle = t->age[LIST_OURS_TCP].idle = tcp;
	for (enum list l = LIST_DOOMED; l < LIST_N; l++)
		t->age[l].again = t->age[l].idle / 4;

	/* Room for the first flows is taken whatever the budget says, because
	   flow_touch() never fails. */
	t->slots = rs_pages_new(FIRST_SLOTS * sizeof *t->slots);
	t->room_slabs = 16;
	t->slabs = malloc(t->room_slabs * sizeof *t->slabs);
	assert(t->slots && t->slabs);
	t->slabs[0] = rs_pool_keep(&t->pool, SLAB * sizeof **t->slabs);
	t->n_slabs = 1;
	size_t first = FIRST_SLOTS * sizeof *t->slots +
		       t->room_slabs * sizeof *t->slabs +
		       SLAB * sizeof **t->slabs;
	pay_for(t, first);
	return t;
}

void
flow_table_announce(struct flow_table *t,
    void (*soon)(void *arg, const struct flow *f, bool next))
{
	t->soon = soon;
}

void
flow_table_free(struct flow_table *t)
{
	if (!t)
		return;
	struct flow *f;
	while ((f = oldest_of(t, LIST_DOOMED, LIST_OURS_TCP))) {
		announce(t, f);
		/* The index is not kept up any more: it goes as a whole. */
		list_unlink(t, f);
		t->gone(t->arg, f, f->doomed ? RS_END_FIN : RS_END_CAPTURE);
	}
	rs_pool_clear(&t->pool);
	free(t->slabs);
	rs_pages_free(t->slots, ((size_t)t->mask + 1) * sizeof *t->slots);
	pay_back(t, t->charged);
	free(t);
}

static struct flow *
make(struct flow_table *t, const struct net_packet *p, uint32_t tag)
{
	uint32_t number;
	while ((number = take_entry(t)) == 0)
		evict(t, LIST_SYN, LIST_TCP);
	struct flow *f = entry(t, number);
	*f = (struct flow){.end = {p->src, p->dst},
	    .proto = p->proto,
	    .tag = tag,
	    .last_at = p->ts,
	    .first_at = p->ts,
	    .first = p->at.from,
	    .serial = ++t->serial,
	    .ttl = p->ttl,
	    .segment = {net_packet_segment(p)},
	    .self = number};
	t->n_flows++;
	index_add(t->slots, t->mask, tag, number);
	list_append(
	    t, f, p->proto == NET_PROTO_TCP ? LIST_SYN : LIST_UDP, p->ts);
	return f;
}

struct flow *
flow_touch(struct flow_table *t, const struct net_packet *p, enum rs_dir *dir,
    bool *is_new)
{
	uint32_t tag = key_hash(t, &p->src, &p->dst, p->proto);
	struct flow *f = lookup(t, tag, &p->src, &p->dst, p->proto, dir);
	if (f && flow_strays(f, *dir, p))
		f = lookup_segment(t, f, p, dir);
	if (f && p->ts - f->last_at > t->age[f->list].idle) {
		let_go(t, f, f->doomed ? RS_END_FIN : RS_END_IDLE);
		f = NULL;
	}
	*is_new = !f;
	if (!f) {
		f = make(t, p, tag);
		*dir = RS_C2S;
	}
	f->bytes += p->payload_wire;
	f->packets[*dir] += f->packets[*dir] != UINT32_MAX;
	if (p->ts > f->last_at)
		f->last_at = p->ts;
	/* A doomed flow stays where it is: what trails does not keep it. */
	if (f->list == LIST_DOOMED)
		return f;
	if (f->last_at - f->queued > t->age[f->list].again ||
	    (f->list == LIST_SYN && list_of(f) != LIST_SYN))
		flow_requeue(t, f);
	return f;
}

/* Whoever looks for a segment goes through all flows of these endpoints. */
static bool
parts_left(const struct flow_table *t, const struct flow *f)
{
	unsigned n = 0;
	for (uint32_t i = f->tag & t->mask; t->slots[i].number;
	     i = (i + 1) & t->mask)
		if (t->slots[i].tag == f->tag && ++n == FLOW_PARTS)
			return false;
	return true;
}

struct flow *
flow_part(struct flow_table *t, struct flow *f, const struct net_packet *p,
    enum rs_dir *dir, bool *is_new)
{
	if (!parts_left(t, f)) {
		f->segment[*dir] = net_packet_segment(p);
		return f;
	}
	f->packets[*dir]--;
	f->bytes -= p->payload_wire;
	f = make(t, p, f->tag);
	*dir = RS_C2S;
	*is_new = true;
	f->bytes = p->payload_wire;
	f->packets[RS_C2S] = 1;
	return f;
}

bool
flow_evict_ours(struct flow_table *t)
{
	if (t->n_flows == 0)
		return false;
	evict(t, LIST_OURS_UDP, LIST_OURS_TCP);
	return true;
}

struct flow *
flow_find(struct flow_table *t, const struct rs_endpoint *src,
    const struct rs_endpoint *dst, uint8_t proto, enum rs_dir *dir)
{
	enum rs_dir d;
	return lookup(
	    t, key_hash(t, src, dst, proto), src, dst, proto, dir ? dir : &d);
}

/* Has that side this segment? */
static bool
sends_from(const struct flow *f, enum rs_dir dir, uint32_t segment)
{
	return f->packets[dir] && f->segment[dir] == segment;
}

struct flow *
flow_find_quoted(struct flow_table *t, const struct rs_endpoint *src,
    const struct rs_endpoint *dst, uint8_t proto, uint32_t segment,
    bool (*may)(const struct flow *f, enum rs_dir dir, const void *arg),
    const void *arg, enum rs_dir *dir)
{
	uint32_t tag = key_hash(t, src, dst, proto);
	struct flow *only = NULL, *best = NULL;
	unsigned n = 0, most = 0;
	for (uint32_t i = tag & t->mask; t->slots[i].number;
	     i = (i + 1) & t->mask) {
		if (t->slots[i].tag != tag)
			continue;
		struct flow *f = entry(t, t->slots[i].number);
		bool same = is_between(f, src, dst);
		if (f->proto != proto || (!same && !is_between(f, dst, src)))
			continue;
		enum rs_dir d = same ? RS_C2S : RS_S2C;
		unsigned fits = 4u * may(f, d, arg) +
				2u * sends_from(f, rs_dir_other(d), segment) +
				sends_from(f, d, segment);
		if (n++ == 0 || fits > most) {
			*dir = d;
			most = fits;
			best = only = f;
		} else if (fits == most) {
			best = NULL; /* either may be it */
		}
	}
	return n == 1 ? only : most ? best : NULL;
}

void
flow_turn(struct flow *f)
{
	struct rs_endpoint e = f->end[0];
	f->end[0] = f->end[1];
	f->end[1] = e;
	f->ttl_back = f->ttl;
	f->ttl = 0;
	uint32_t n = f->packets[0];
	f->packets[0] = f->packets[1];
	f->packets[1] = n;
	uint32_t s = f->segment[0];
	f->segment[0] = f->segment[1];
	f->segment[1] = s;
}

void
flow_doom(struct flow_table *t, struct flow *f)
{
	if (f->doomed)
		return;
	f->doomed = true;
	flow_requeue(t, f);
}

void
flow_remove(struct flow_table *t, struct flow *f, enum rs_ending why)
{
	let_go(t, f, why);
}

static void
advance_list(struct flow_table *t, enum list l, rs_time now)
{
	rs_time idle = t->age[l].idle, due = INT64_MAX;
	struct flow *f;
	while ((f = head(t, l))) {
		if (now - f->queued <= idle) {
			due = f->queued + idle;
			break;
		}
		announce(t, f);
		if (l == LIST_DOOMED) {
			let_go(t, f, RS_END_FIN);
		} else if (list_of(f) != l) {
			flow_requeue(t, f);
		} else if (now - f->last_at > idle) {
			let_go(t, f, RS_END_IDLE);
		} else {
			due = f->last_at + idle;
			break;
		}
	}
	if (due < t->due)
		t->due = due;
}

void
flow_table_advance(struct flow_table *t, rs_time now)
{
	if (now <= t->due)
		return;
	t->due = INT64_MAX;
	for (enum list l = LIST_DOOMED; l < LIST_N; l++)
		advance_list(t, l, now);
}

bool
flow_table_bury(struct flow_table *t, rs_time now)
{
	if (now <= t->due)
		return false;
	advance_list(t, LIST_DOOMED, now);
	return true;
}

uint64_t
flow_table_evicted(const struct flow_table *t)
{
	return t->evicted;
}

uint64_t
flow_table_count(const struct flow_table *t)
{
	return t->n_flows;
}
