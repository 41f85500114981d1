/* SPDX-License-Identifier: Apache-2.0 */
#include "net/flow.h"
#include "packets.h"
#include "unit.h"

#include <stdlib.h>
#include <string.h>

static const struct rs_hash_seed seed = {1, 2};

struct log {
	unsigned n[RS_END_CAPTURE + 1];
	uint64_t serials[64];
	unsigned total;
};

static void
gone(void *arg, struct flow *f, enum rs_ending why)
{
	struct log *l = arg;
	l->n[why]++;
	if (l->total < 64)
		l->serials[l->total] = f->serial;
	l->total++;
}

static struct net_packet
packet(uint32_t from, uint32_t to, uint8_t proto, rs_time ts)
{
	uint8_t a[4] = {
	    10, (uint8_t)(from >> 16), (uint8_t)(from >> 8), (uint8_t)from};
	uint8_t b[4] = {
	    11, (uint8_t)(to >> 16), (uint8_t)(to >> 8), (uint8_t)to};
	return (struct net_packet){.ts = ts,
	    .at = rs_stamp_at(ts, (struct rs_frame){0, 1}),
	    .src = {rs_addr_v4(a), 5060},
	    .dst = {rs_addr_v4(b), 5061},
	    .proto = proto,
	    .payload_wire = 100,
	    .ttl = 64};
}

static struct net_packet
back(struct net_packet p)
{
	struct rs_endpoint e = p.src;
	p.src = p.dst;
	p.dst = e;
	return p;
}

static void
test_both_directions(void)
{
	struct rs_account pay;
	struct log l = {0};
	enum rs_dir dir;
	bool is_new;
	rs_account_init(&pay, 1 << 20);
	struct flow_table *t =
	    flow_table_new(&(struct flow_limits){0}, &seed, &pay, gone, &l);
	for (unsigned v6 = 0; v6 < 2; v6++) {
		struct net_packet p = packet(1, 2, NET_PROTO_UDP, RS_SEC);
		if (v6) {
			p.src.addr.family = p.dst.addr.family = 6;
			p.src.addr.b[15] = 1;
			p.dst.addr.b[15] = 2;
		}
		struct flow *f = flow_touch(t, &p, &dir, &is_new);
		CU_ASSERT(is_new);
		CU_ASSERT_EQUAL(dir, RS_C2S);
		struct net_packet q = back(p);
		CU_ASSERT_PTR_EQUAL(flow_touch(t, &q, &dir, &is_new), f);
		CU_ASSERT(!is_new);
		CU_ASSERT_EQUAL(dir, RS_S2C);
		CU_ASSERT_EQUAL(f->packets[RS_C2S], 1);
		CU_ASSERT_EQUAL(f->packets[RS_S2C], 1);
		CU_ASSERT_EQUAL(f->bytes, 200);
		CU_ASSERT_EQUAL(f->ttl, 64);
		CU_ASSERT(rs_endpoint_eq(&f->end[RS_C2S], &p.src));
		CU_ASSERT_PTR_EQUAL(
		    flow_find(t, &p.dst, &p.src, NET_PROTO_UDP, &dir), f);
		CU_ASSERT_EQUAL(dir, RS_S2C);
		CU_ASSERT_PTR_NULL(
		    flow_find(t, &p.src, &p.dst, NET_PROTO_TCP, NULL));
		/* Another port, either side: another flow. */
		p.src.port = 5062;
		CU_ASSERT_PTR_NULL(
		    flow_find(t, &p.src, &p.dst, NET_PROTO_UDP, NULL));
		p.src.port = p.dst.port;
		p.dst.port = 5060;
		CU_ASSERT_PTR_NULL(
		    flow_find(t, &p.src, &p.dst, NET_PROTO_UDP, NULL));
		flow_turn(f);
		CU_ASSERT_EQUAL(f->end[RS_C2S].port, 5061);
	}
	CU_ASSERT_EQUAL(flow_table_count(t), 2);
	flow_table_free(t);
	CU_ASSERT_EQUAL(l.n[RS_END_CAPTURE], 2);
	CU_ASSERT_EQUAL(pay.used, 0);
}

/* The same as a table that cannot be wrong: many flows, found again, with
   removals in between. */
static void
test_against_an_array(void)
{
	enum { KEYS = 6000 };
	static uint64_t serial[KEYS];
	struct rs_account pay;
	struct log l = {0};
	uint64_t state = 7;
	memset(serial, 0, sizeof serial);
	rs_account_init(&pay, 64 << 20);
	struct flow_table *t =
	    flow_table_new(&(struct flow_limits){0}, &seed, &pay, gone, &l);
	uint64_t live = 0;
	for (unsigned i = 0; i < 100000; i++) {
		uint64_t r = pkt_random(&state);
		uint32_t key = (uint32_t)(r % KEYS);
		struct net_packet p =
		    packet(key, key / 3, r & 1 << 20 ? 6 : 17, RS_SEC);
		p.proto = key & 1 ? NET_PROTO_TCP : NET_PROTO_UDP;
		if (r & 1 << 21)
			p = back(p);
		enum rs_dir dir;
		bool is_new;
		if ((r >> 32) % 4 == 0) {
			struct flow *f =
			    flow_find(t, &p.src, &p.dst, p.proto, &dir);
			CU_ASSERT_EQUAL(f ? f->serial : 0, serial[key]);
			if (f) {
				flow_remove(t, f, RS_END_REUSED);
				serial[key] = 0;
				live--;
			}
			continue;
		}
		struct flow *f = flow_touch(t, &p, &dir, &is_new);
		CU_ASSERT_EQUAL(is_new, serial[key] == 0);
		if (is_new) {
			serial[key] = f->serial;
			live++;
		}
		CU_ASSERT_EQUAL(f->serial, serial[key]);
	}
	CU_ASSERT_EQUAL(flow_table_count(t), live);
	CU_ASSERT_EQUAL(flow_table_evicted(t), 0);
	flow_table_free(t);
	CU_ASSERT_EQUAL(l.n[RS_END_CAPTURE], live);
	CU_ASSERT_EQUAL(pay.used, 0);
}

static void
test_idle(void)
{
	struct rs_account pay;
	struct log l = {0};
	enum rs_dir dir;
	bool is_new;
	rs_account_init(&pay, 1 << 20);
	struct flow_table *t =
	    flow_table_new(&(struct flow_limits){.idle_udp = 100 * RS_SEC,
			       .idle_tcp = 1000 * RS_SEC,
			       .idle_syn = 10 * RS_SEC,
			       .idle_doomed = 5 * RS_SEC},
		&seed, &pay, gone, &l);
	struct net_packet udp = packet(1, 2, NET_PROTO_UDP, 0);
	struct net_packet syn = packet(3, 4, NET_PROTO_TCP, 0);
	struct net_packet tcp = packet(5, 6, NET_PROTO_TCP, 0);
	struct net_packet over = packet(7, 8, NET_PROTO_TCP, 0);
	flow_touch(t, &udp, &dir, &is_new);
	flow_touch(t, &syn, &dir, &is_new);
	flow_touch(t, &tcp, &dir, &is_new);
	flow_touch(t, &over, &dir, &is_new);
	tcp = back(tcp);
	flow_touch(t, &tcp, &dir, &is_new);
	over = back(over);
	flow_doom(t, flow_touch(t, &over, &dir, &is_new));

	flow_table_advance(t, 5 * RS_SEC);
	CU_ASSERT_EQUAL(l.total, 0);
	flow_table_advance(t, 6 * RS_SEC);
	CU_ASSERT_EQUAL(l.n[RS_END_FIN], 1);
	flow_table_advance(t, 11 * RS_SEC);
	CU_ASSERT_EQUAL(l.n[RS_END_IDLE], 1);
	CU_ASSERT_EQUAL(l.serials[1], 2); /* the SYN */

	/* Kept alive by a packet now and then, and not for long after. */
	for (rs_time s = 20; s <= 500; s += 20) {
		udp.ts = s * RS_SEC;
		flow_touch(t, &udp, &dir, &is_new);
		CU_ASSERT(!is_new);
		flow_table_advance(t, udp.ts);
	}
	flow_table_advance(t, 600 * RS_SEC);
	CU_ASSERT_EQUAL(l.n[RS_END_IDLE], 1);
	flow_table_advance(t, 626 * RS_SEC); /* a quarter late at most */
	CU_ASSERT_EQUAL(l.n[RS_END_IDLE], 2);
	CU_ASSERT_EQUAL(flow_table_count(t), 1);

	/* Late as advance() may be, a packet tells. */
	tcp.ts = 1001 * RS_SEC;
	flow_touch(t, &tcp, &dir, &is_new);
	CU_ASSERT(is_new);
	CU_ASSERT_EQUAL(l.n[RS_END_IDLE], 3);
	flow_table_free(t);
	CU_ASSERT_EQUAL(pay.used, 0);
}

/* A question and its answer go sooner than other flows, and before them where
   room is wanted. */
static void
test_brief(void)
{
	struct rs_account pay;
	struct log l = {0};
	enum rs_dir dir;
	bool is_new;
	rs_account_init(&pay, 1 << 20);
	struct flow_table *t = flow_table_new(
	    &(struct flow_limits){.max_flows = 3}, &seed, &pay, gone, &l);
	struct net_packet call = packet(1, 2, NET_PROTO_UDP, 0);
	struct net_packet ask = packet(3, 4, NET_PROTO_UDP, 0);
	flow_touch(t, &call, &dir, &is_new)->claim = FLOW_OURS;
	struct flow *f = flow_touch(t, &ask, &dir, &is_new);
	f->claim = FLOW_OURS;
	f->brief = true;
	flow_requeue(t, f);
	ask = back(ask);
	ask.ts = 9 * RS_SEC; /* an answer that is late */
	flow_touch(t, &ask, &dir, &is_new);
	CU_ASSERT_FALSE(is_new);
	flow_table_advance(t, 39 * RS_SEC);
	CU_ASSERT_EQUAL(l.total, 0);
	flow_table_advance(t, 40 * RS_SEC);
	CU_ASSERT_EQUAL(l.n[RS_END_IDLE], 1);
	CU_ASSERT_EQUAL(l.serials[0], 2);

	ask.ts = 41 * RS_SEC;
	f = flow_touch(t, &ask, &dir, &is_new);
	CU_ASSERT_TRUE(is_new);
	f->claim = FLOW_OURS;
	f->brief = true;
	flow_requeue(t, f);
	for (uint32_t i = 0; i < 2; i++) {
		call = packet(10 + i, 2, NET_PROTO_UDP, 42 * RS_SEC);
		flow_touch(t, &call, &dir, &is_new);
	}
	CU_ASSERT_EQUAL(l.n[RS_END_EVICTED], 1);
	CU_ASSERT_EQUAL(l.serials[1], 3);
	flow_table_free(t);
	CU_ASSERT_EQUAL(pay.used, 0);
}

struct announced {
	uint64_t due, next, gone;
	unsigned n;
};

static void
note_gone(void *arg, struct flow *f, enum rs_ending why)
{
	struct announced *a = arg;
	(void)why;
	if (a->due) /* the first one of a row is not announced */
		CU_ASSERT_EQUAL(a->due, f->serial);
	a->due = a->next;
	a->next = 0;
	a->gone = f->serial;
}

static void
note_soon(void *arg, const struct flow *f, bool next)
{
	struct announced *a = arg;
	CU_ASSERT_EQUAL(f->serial, a->gone + (next ? 2 : 3));
	if (next)
		a->next = f->serial;
	a->n++;
}

/* Before a flow goes it is told which go after it. */
static void
test_announced(void)
{
	struct rs_account pay;
	struct announced a = {0};
	enum rs_dir dir;
	bool is_new;
	rs_account_init(&pay, 1 << 20);
	struct flow_table *t = flow_table_new(
	    &(struct flow_limits){0}, &seed, &pay, note_gone, &a);
	flow_table_announce(t, note_soon);
	for (uint32_t i = 0; i < 5; i++) {
		struct net_packet p = packet(i, 9, NET_PROTO_UDP, 0);
		flow_touch(t, &p, &dir, &is_new);
	}
	flow_table_advance(t, 200 * RS_SEC);
	CU_ASSERT_EQUAL(a.gone, 5);
	CU_ASSERT_EQUAL(a.n, 4 + 3);
	flow_table_free(t);
	CU_ASSERT_EQUAL(pay.used, 0);
}

static void
test_time_steps_back(void)
{
	struct rs_account pay;
	struct log l = {0};
	enum rs_dir dir;
	bool is_new;
	rs_account_init(&pay, 1 << 20);
	struct flow_table *t =
	    flow_table_new(&(struct flow_limits){0}, &seed, &pay, gone, &l);
	struct net_packet p = packet(1, 2, NET_PROTO_UDP, 1000 * RS_SEC);
	flow_touch(t, &p, &dir, &is_new);
	struct net_packet q = packet(3, 4, NET_PROTO_UDP, 10 * RS_SEC);
	flow_touch(t, &q, &dir, &is_new);
	p.ts = 5 * RS_SEC;
	flow_touch(t, &p, &dir, &is_new);
	CU_ASSERT(!is_new);
	flow_table_advance(t, 1000 * RS_SEC);
	CU_ASSERT_EQUAL(l.total, 0);
	flow_table_advance(t, 1181 * RS_SEC);
	CU_ASSERT_EQUAL(l.n[RS_END_IDLE], 2);
	flow_table_free(t);
	CU_ASSERT_EQUAL(pay.used, 0);
}

static bool
never(const struct flow *f, enum rs_dir dir, const void *arg)
{
	(void)f, (void)dir, (void)arg;
	return false;
}

static bool
is_that(const struct flow *f, enum rs_dir dir, const void *arg)
{
	(void)dir;
	return f == arg;
}

/* Tags part nothing by themselves; what was parted is found by its segment. */
static void
test_segments(void)
{
	struct rs_account pay;
	struct log l = {0};
	enum rs_dir dir;
	bool is_new;
	rs_account_init(&pay, 1 << 20);
	struct flow_table *t =
	    flow_table_new(&(struct flow_limits){0}, &seed, &pay, gone, &l);
	struct net_packet a = packet(1, 2, NET_PROTO_UDP, RS_SEC), a2 = back(a);
	struct net_packet b = a, b2, c = a;
	a.vlan = 10, a2.vlan = 11, c.vlan = 12;
	struct flow *f = flow_touch(t, &a, &dir, &is_new);
	CU_ASSERT(is_new && !flow_strays(f, dir, &a));
	/* the other direction has another tag */
	CU_ASSERT_PTR_EQUAL(flow_touch(t, &a2, &dir, &is_new), f);
	CU_ASSERT(!is_new && dir == RS_S2C && !flow_strays(f, dir, &a2));
	/* one direction has another all of a sudden */
	b.network = 7;
	CU_ASSERT_PTR_EQUAL(flow_touch(t, &b, &dir, &is_new), f);
	CU_ASSERT(!is_new && dir == RS_C2S && flow_strays(f, dir, &b));
	CU_ASSERT_EQUAL(f->packets[RS_C2S], 2);
	struct flow *g = flow_part(t, f, &b, &dir, &is_new);
	CU_ASSERT(is_new && dir == RS_C2S);
	CU_ASSERT_EQUAL(f->packets[RS_C2S], 1);
	CU_ASSERT_EQUAL(f->bytes, 200);
	CU_ASSERT_EQUAL(g->packets[RS_C2S], 1);
	CU_ASSERT_EQUAL(flow_table_count(t), 2);
	/* each finds its own, and an answer the one that has none */
	CU_ASSERT_PTR_EQUAL(flow_touch(t, &a, &dir, &is_new), f);
	CU_ASSERT_PTR_EQUAL(flow_touch(t, &a2, &dir, &is_new), f);
	b2 = back(b);
	b2.network = 8;
	CU_ASSERT_PTR_EQUAL(flow_touch(t, &b2, &dir, &is_new), g);
	CU_ASSERT(dir == RS_S2C && !is_new);
	CU_ASSERT_PTR_EQUAL(flow_touch(t, &b, &dir, &is_new), g);
	CU_ASSERT_EQUAL(g->packets[RS_C2S], 2);
	/* errors that quote one of them: by either side's segment */
	struct {
		const struct net_packet *from;
		struct flow *want;
	} errors[] = {{&a, f}, {&a2, f}, {&b, g}, {&b2, g}, {&c, NULL}};
	for (size_t i = 0; i < sizeof errors / sizeof *errors; i++) {
		CU_ASSERT_PTR_EQUAL(
		    flow_find_quoted(t, &a.src, &a.dst, NET_PROTO_UDP,
			net_packet_segment(errors[i].from), never, NULL, &dir),
		    errors[i].want);
		CU_ASSERT(errors[i].want == NULL || dir == RS_C2S);
	}
	CU_ASSERT_PTR_EQUAL(flow_find_quoted(t, &a.dst, &a.src, NET_PROTO_UDP,
				net_packet_segment(&b), never, NULL, &dir),
	    g);
	CU_ASSERT_EQUAL(dir, RS_S2C);
	/* what is quoted tells more than where the error came from */
	CU_ASSERT_PTR_EQUAL(flow_find_quoted(t, &a.src, &a.dst, NET_PROTO_UDP,
				net_packet_segment(&b), is_that, f, &dir),
	    f);
	g->segment[RS_C2S] = f->segment[RS_C2S]; /* either may be it */
	CU_ASSERT_PTR_NULL(flow_find_quoted(t, &a.src, &a.dst, NET_PROTO_UDP,
	    net_packet_segment(&a), never, NULL, &dir));
	g->segment[RS_C2S] = net_packet_segment(&b);
	flow_remove(t, f, RS_END_REUSED);
	CU_ASSERT_PTR_EQUAL(flow_touch(t, &b2, &dir, &is_new), g);
	/* of one alone whatever the segment: routers have theirs */
	CU_ASSERT_PTR_EQUAL(flow_find_quoted(t, &a.src, &a.dst, NET_PROTO_UDP,
				net_packet_segment(&c), never, NULL, &dir),
	    g);
	CU_ASSERT_PTR_NULL(flow_find_quoted(t, &a.src, &a.dst, NET_PROTO_TCP,
	    net_packet_segment(&b), never, NULL, &dir));
	flow_table_free(t);
	CU_ASSERT_EQUAL(l.total, 2);
	CU_ASSERT_EQUAL(pay.used, 0);
}

/* Tags are free for whoever sends: there are only so many parts. */
static void
test_segments_bounded(void)
{
	struct rs_account pay;
	struct log l = {0};
	enum rs_dir dir;
	bool is_new;
	rs_account_init(&pay, 1 << 20);
	struct flow_table *t =
	    flow_table_new(&(struct flow_limits){0}, &seed, &pay, gone, &l);
	struct net_packet p = packet(1, 2, NET_PROTO_UDP, RS_SEC);
	for (p.network = 1; p.network <= 2 * FLOW_PARTS; p.network++) {
		struct flow *f = flow_touch(t, &p, &dir, &is_new);
		if (is_new)
			continue;
		CU_ASSERT(flow_strays(f, dir, &p));
		bool room = flow_table_count(t) < FLOW_PARTS;
		uint64_t bytes = f->bytes;
		struct flow *g = flow_part(t, f, &p, &dir, &is_new);
		CU_ASSERT_EQUAL(is_new, room);
		CU_ASSERT_EQUAL(g != f, room);
		CU_ASSERT_EQUAL(f->bytes, room ? bytes - 100 : bytes);
		CU_ASSERT(!flow_strays(g, dir, &p));
	}
	CU_ASSERT_EQUAL(flow_table_count(t), FLOW_PARTS);
	flow_table_free(t);
	CU_ASSERT_EQUAL(l.total, FLOW_PARTS);
	CU_ASSERT_EQUAL(pay.used, 0);
}

/* Several wait for an answer: the one of the same segment gets it, or else the
   one that has waited for longest. */
static void
test_segments_waiting(void)
{
	static const struct {
		const char *name;
		uint16_t answer;
		unsigned whose;
	} rows[] = {{"symmetric, first", 10, 0}, {"symmetric, second", 20, 1},
	    {"of neither", 30, 0}};
	for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
		struct rs_account pay;
		struct log l = {0};
		enum rs_dir dir;
		bool is_new;
		unit_row(rows[i].name);
		rs_account_init(&pay, 1 << 20);
		struct flow_table *t = flow_table_new(
		    &(struct flow_limits){0}, &seed, &pay, gone, &l);
		struct net_packet p = packet(1, 2, NET_PROTO_TCP, RS_SEC);
		struct flow *f[2];
		p.vlan = 10;
		f[0] = flow_touch(t, &p, &dir, &is_new);
		p.vlan = 20;
		p.ts += RS_MSEC;
		flow_touch(t, &p, &dir, &is_new);
		f[1] = flow_part(t, f[0], &p, &dir, &is_new);
		p = back(p);
		p.vlan = rows[i].answer;
		CU_ASSERT_PTR_EQUAL(
		    flow_touch(t, &p, &dir, &is_new), f[rows[i].whose]);
		CU_ASSERT_EQUAL(dir, RS_S2C);
		flow_table_free(t);
	}
}

/* Oldest first, by number and by budget; what is ours goes last. */
static void
test_eviction(void)
{
	for (unsigned by_budget = 0; by_budget < 2; by_budget++) {
		struct rs_account pay;
		struct log l = {0};
		enum rs_dir dir;
		bool is_new;
		unit_row(by_budget ? "budget" : "number");
		rs_account_init(&pay, by_budget ? 50000 : 1 << 20);
		struct flow_table *t = flow_table_new(
		    &(struct flow_limits){.max_flows = by_budget ? 0 : 8},
		    &seed, &pay, gone, &l);
		struct net_packet p = packet(0, 1, NET_PROTO_UDP, 0);
		struct flow *ours = flow_touch(t, &p, &dir, &is_new);
		ours->claim = FLOW_OURS;
		unsigned most = by_budget ? 255 : 8;
		for (uint32_t i = 1; i < 1000; i++) {
			struct net_packet q =
			    packet(i, 1, NET_PROTO_TCP, i * RS_MSEC);
			struct flow *f = flow_touch(t, &q, &dir, &is_new);
			CU_ASSERT_PTR_NOT_NULL_FATAL(f);
			CU_ASSERT(is_new);
		}
		CU_ASSERT_EQUAL(flow_table_count(t), most);
		CU_ASSERT_EQUAL(flow_table_evicted(t), 1000 - most);
		CU_ASSERT_EQUAL(l.n[RS_END_EVICTED], 1000 - most);
		for (unsigned i = 0; i < 64; i++)
			CU_ASSERT_EQUAL(l.serials[i], i + 2);
		CU_ASSERT_PTR_EQUAL(
		    flow_find(t, &p.src, &p.dst, NET_PROTO_UDP, NULL), ours);
		/* One that is over goes before any other, and is no loss. */
		struct net_packet q = packet(999, 1, NET_PROTO_TCP, RS_SEC);
		flow_doom(t, flow_touch(t, &q, &dir, &is_new));
		q = packet(2000, 1, NET_PROTO_TCP, RS_SEC);
		flow_touch(t, &q, &dir, &is_new);
		CU_ASSERT_EQUAL(l.n[RS_END_FIN], 1);
		CU_ASSERT_EQUAL(flow_table_evicted(t), 1000 - most);
		flow_table_free(t);
		CU_ASSERT_EQUAL(pay.used, 0);
		CU_ASSERT(pay.highest <= pay.limit);
	}
}

/* A flow seen again is younger than one that was not. */
static void
test_eviction_spares_the_busy(void)
{
	struct rs_account pay;
	struct log l = {0};
	enum rs_dir dir;
	bool is_new;
	rs_account_init(&pay, 1 << 20);
	struct flow_table *t = flow_table_new(
	    &(struct flow_limits){.max_flows = 4}, &seed, &pay, gone, &l);
	for (uint32_t i = 0; i < 4; i++) {
		struct net_packet p = packet(i, 1, NET_PROTO_UDP, i);
		flow_touch(t, &p, &dir, &is_new);
	}
	struct net_packet p = packet(0, 1, NET_PROTO_UDP, 10);
	flow_touch(t, &p, &dir, &is_new);
	p = packet(4, 1, NET_PROTO_UDP, 11);
	flow_touch(t, &p, &dir, &is_new);
	CU_ASSERT_EQUAL(l.total, 1);
	CU_ASSERT_EQUAL(l.serials[0], 2);
	flow_table_free(t);
}

/* No budget at all: still never NULL. */
static void
test_without_budget(void)
{
	struct rs_account pay;
	struct log l = {0};
	rs_account_init(&pay, 0);
	struct flow_table *t =
	    flow_table_new(&(struct flow_limits){0}, &seed, &pay, gone, &l);
	for (uint32_t i = 0; i < 1000; i++) {
		enum rs_dir dir;
		bool is_new;
		struct net_packet p = packet(i, 1, NET_PROTO_UDP, i);
		CU_ASSERT_PTR_NOT_NULL(flow_touch(t, &p, &dir, &is_new));
	}
	CU_ASSERT(flow_table_evicted(t) > 0);
	flow_table_free(t);
	CU_ASSERT_EQUAL(l.total, 1000);
	CU_ASSERT_EQUAL(pay.used, 0);
}

UNIT_MAIN("flow", UNIT(test_segments), UNIT(test_segments_waiting),
    UNIT(test_segments_bounded), UNIT(test_both_directions),
    UNIT(test_against_an_array), UNIT(test_idle), UNIT(test_brief),
    UNIT(test_announced), UNIT(test_time_steps_back), UNIT(test_eviction),
    UNIT(test_eviction_spares_the_busy), UNIT(test_without_budget))
