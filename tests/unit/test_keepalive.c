/* SPDX-License-Identifier: Apache-2.0 */
/* How the way between two endpoints was kept open, over their flows. */
#include "track/keepalive.h"

#include "unit.h"

static struct rs_endpoint
phone(unsigned i)
{
	struct rs_endpoint e = {.port = (uint16_t)(1024 + i % 50000)};
	CU_ASSERT(rs_addr_parse(&e.addr, RS_LIT("192.0.2.17")));
	return e;
}

static struct rs_endpoint
server(void)
{
	struct rs_endpoint e = {.port = 5060};
	CU_ASSERT(rs_addr_parse(&e.addr, RS_LIT("198.51.100.10")));
	return e;
}

static void
tell(struct keepalive_tracker *k, unsigned i, uint64_t serial, bool turned,
    struct rs_flow_pace pace)
{
	struct rs_flow_info f = {.serial = serial, .pace = pace};
	const struct rs_event ev = {.type = RS_EV_FLOW_END, .flow = &f};
	f.end[turned] = phone(i);
	f.end[!turned] = server();
	keepalive_tracker_event(k, &ev);
}

static bool
find(const struct keepalive_tracker *k, unsigned i, struct rs_flow_pace *to)
{
	const struct rs_endpoint a = phone(i), b = server();
	return keepalive_tracker_find(k, &a, &b, to);
}

/* Each event has what is known of its flow by then; flows add up, whichever
   side they began from. */
static void
test_sums(void)
{
	const struct rs_hash_seed seed = {1, 2};
	struct rs_account pay;
	struct rs_flow_pace p;
	rs_account_init(&pay, 1 << 20);
	struct keepalive_tracker *k = keepalive_tracker_new(&seed, &pay);
	CU_ASSERT(!find(k, 0, &p));
	tell(k, 0, 7, false, (struct rs_flow_pace){.silence = 9 * RS_SEC});
	CU_ASSERT(!find(k, 0, &p)); /* nothing to tell */
	tell(k, 0, 7, false, (struct rs_flow_pace){2, 1, 20 * RS_SEC, 5});
	tell(k, 0, 7, false, (struct rs_flow_pace){3, 2, 20 * RS_SEC, 5});
	tell(k, 0, 8, true, (struct rs_flow_pace){1, 0, 30 * RS_SEC, 6});
	CU_ASSERT(find(k, 0, &p));
	CU_ASSERT_EQUAL(p.pings, 4);
	CU_ASSERT_EQUAL(p.pongs, 2);
	CU_ASSERT_EQUAL(p.silence, 30 * RS_SEC);
	CU_ASSERT_EQUAL(p.silence_from, 6);
	CU_ASSERT(!find(k, 1, &p));
	CU_ASSERT(!keepalive_tracker_find(
	    NULL, &(struct rs_endpoint){0}, &(struct rs_endpoint){0}, &p));
	keepalive_tracker_free(k);
	CU_ASSERT_EQUAL(pay.used, 0);
}

/* The first flow was over when nothing came of it for long: how long it was, is
   known when the next one begins. */
static void
test_between_flows(void)
{
	const struct rs_hash_seed seed = {1, 2};
	struct rs_account pay;
	struct rs_flow_pace p;
	rs_account_init(&pay, 1 << 20);
	struct keepalive_tracker *k = keepalive_tracker_new(&seed, &pay);
	struct rs_flow_info f = {
	    .serial = 7, .end = {phone(0), server()}, .carrier = RS_OVER_UDP};
	struct rs_event ev = {.type = RS_EV_FLOW_OPEN, .flow = &f};
	f.first_at = ev.at.complete = 10 * RS_SEC;
	keepalive_tracker_event(k, &ev);
	CU_ASSERT(!find(k, 0, &p));
	ev.type = RS_EV_FLOW_END;
	ev.at.complete = 50 * RS_SEC;
	ev.u.flow_end.how = RS_END_IDLE;
	keepalive_tracker_event(k, &ev);
	CU_ASSERT(find(k, 0, &p));
	CU_ASSERT(!rs_flow_pace_tells(&p));
	ev.type = RS_EV_FLOW_OPEN;
	f.serial = 8;
	f.first_at = ev.at.complete = 1000 * RS_SEC;
	keepalive_tracker_event(k, &ev);
	CU_ASSERT(find(k, 0, &p));
	CU_ASSERT_EQUAL(p.silence, 950 * RS_SEC);
	CU_ASSERT_EQUAL(p.silence_from, 50 * RS_SEC);
	keepalive_tracker_free(k);
}

/* What is forgotten is the oldest, whatever the seed; and memory is bounded. */
static void
test_forgetting(void)
{
	static const struct rs_hash_seed seeds[] = {{1, 2}, {3, 4}, {5, 6}};
	enum { PHONES = 6000 };
	for (size_t s = 0; s < 3; s++) {
		struct rs_account pay;
		struct rs_flow_pace p;
		unsigned known = 0;
		bool from_one_on = true;
		rs_account_init(&pay, 16 << 20);
		struct keepalive_tracker *k =
		    keepalive_tracker_new(&seeds[s], &pay);
		for (unsigned i = 0; i < PHONES; i++)
			tell(k, i, i + 1, false,
			    (struct rs_flow_pace){.pings = 1});
		for (unsigned i = 0; i < PHONES; i++) {
			bool has = find(k, i, &p);
			from_one_on &= has || known == 0;
			known += has;
		}
		CU_ASSERT_EQUAL(known, 4096);
		CU_ASSERT(from_one_on);
		keepalive_tracker_free(k);
		CU_ASSERT_EQUAL(pay.used, 0);
	}
	struct rs_account little;
	rs_account_init(&little, 10000);
	struct keepalive_tracker *k = keepalive_tracker_new(seeds, &little);
	for (unsigned i = 0; i < 100; i++)
		tell(k, i, i + 1, false, (struct rs_flow_pace){.pings = 1});
	CU_ASSERT(find(k, 99, &(struct rs_flow_pace){0}));
	CU_ASSERT(!find(k, 0, &(struct rs_flow_pace){0}));
	keepalive_tracker_free(k);
	CU_ASSERT_EQUAL(little.used, 0);
}

UNIT_MAIN("keepalive", UNIT(test_sums), UNIT(test_between_flows),
    UNIT(test_forgetting))
