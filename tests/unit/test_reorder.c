/* SPDX-License-Identifier: Apache-2.0 */
#include "net/reorder.h"
#include "packets.h"
#include "unit.h"

static struct rs_stamp
stamp(rs_time t)
{
	return rs_stamp_at(t, (struct rs_frame){0, (uint64_t)t});
}

static void
test_in_order_again(void)
{
	struct rs_account pay;
	struct reorder r;
	struct rs_span s;
	struct rs_stamp at = stamp(1);
	bool conflict = false;
	uint64_t first;
	rs_account_init(&pay, 100000);
	reorder_init(&r, 10000, &pay, NULL);
	CU_ASSERT(!reorder_first(&r, &first));
	CU_ASSERT(reorder_push(&r, 10, RS_LIT("klm"), &at, &conflict));
	at = stamp(2);
	CU_ASSERT(reorder_push(&r, 5, RS_LIT("fg"), &at, &conflict));
	CU_ASSERT(reorder_first(&r, &first));
	CU_ASSERT_EQUAL(first, 5);
	CU_ASSERT_EQUAL(r.bytes, 5);
	CU_ASSERT_EQUAL(r.segments, 2);
	/* Over both and the hole between: only what is new goes in. */
	at = stamp(3);
	CU_ASSERT(reorder_push(&r, 4, RS_LIT("efghijklmn"), &at, &conflict));
	CU_ASSERT(!conflict);
	CU_ASSERT_EQUAL(r.bytes, 10);
	CU_ASSERT_EQUAL(r.segments, 5);
	CU_ASSERT(reorder_at(&r, 6, &s, &at));
	CU_ASSERT(rs_span_eq(s, RS_LIT("g")));
	CU_ASSERT_EQUAL(at.first, 2);
	CU_ASSERT(reorder_at(&r, 7, &s, &at));
	CU_ASSERT(rs_span_eq(s, RS_LIT("hij")));
	CU_ASSERT_EQUAL(at.first, 3);
	reorder_drop(&r, 11);
	CU_ASSERT(!reorder_at(&r, 9, &s, &at));
	CU_ASSERT(reorder_at(&r, 11, &s, &at));
	CU_ASSERT(rs_span_eq(s, RS_LIT("lm")));
	CU_ASSERT(!reorder_differs(&r, 9, RS_LIT("jklmno")));
	CU_ASSERT(reorder_differs(&r, 9, RS_LIT("jkLmno")));
	CU_ASSERT(!reorder_differs(&r, 14, RS_LIT("XYZ")));
	CU_ASSERT(reorder_push(&r, 11, RS_LIT("LM"), &at, &conflict));
	CU_ASSERT(conflict);
	reorder_clear(&r);
	CU_ASSERT_EQUAL(pay.used, 0);
	CU_ASSERT_EQUAL(r.bytes, 0);
	CU_ASSERT_EQUAL(r.segments, 0);
}

static void
test_limits(void)
{
	static const uint8_t block[4096];
	struct rs_span b = {block, sizeof block};
	struct rs_account pay;
	struct reorder r;
	struct rs_stamp at = stamp(1);
	bool conflict = false;
	rs_account_init(&pay, 1 << 20);
	reorder_init(&r, 10000, &pay, NULL);
	CU_ASSERT(reorder_push(&r, 0, b, &at, &conflict));
	CU_ASSERT(reorder_push(&r, 10000, b, &at, &conflict));
	CU_ASSERT(!reorder_push(&r, 5000, b, &at, &conflict)); /* its own */
	reorder_drop(&r, 4096);
	CU_ASSERT(reorder_push(&r, 5000, b, &at, &conflict));
	reorder_clear(&r);
	/* Many small ones pay for themselves. */
	unsigned n = 0;
	while (n < 10000 &&
	       reorder_push(&r, n * 2, rs_span_part(b, 0, 1), &at, &conflict))
		n++;
	CU_ASSERT(n > 10 && n < 200);
	reorder_clear(&r);
	CU_ASSERT_EQUAL(pay.used, 0);
	rs_account_init(&pay, 5000);
	CU_ASSERT(reorder_push(&r, 0, b, &at, &conflict));
	CU_ASSERT(!reorder_push(&r, 10000, b, &at, &conflict)); /* the budget */
	reorder_clear(&r);
	CU_ASSERT_EQUAL(pay.used, 0);
}

/* Against an array of bytes, first writer wins. */
static void
test_against_an_array(void)
{
	enum { SPACE = 300 };
	uint64_t state = 5;
	for (unsigned round = 0; round < 500; round++) {
		struct rs_account pay;
		struct reorder r;
		int16_t model[SPACE];
		uint64_t dropped = 0;
		rs_account_init(&pay, 1 << 20);
		reorder_init(&r, 1 << 19, &pay, NULL);
		for (unsigned i = 0; i < SPACE; i++)
			model[i] = -1;
		for (unsigned i = 0; i < 40; i++) {
			uint64_t x = pkt_random(&state);
			uint8_t bytes[40];
			size_t n = 1 + x % 39;
			uint64_t at = dropped + (x >> 8) % 200;
			bool conflict = false, expect = false;
			if (at + n > SPACE)
				continue;
			for (size_t j = 0; j < n; j++) {
				bytes[j] = (uint8_t)((x >> 20) % 2);
				if (model[at + j] < 0)
					model[at + j] = bytes[j];
				else if (model[at + j] != bytes[j])
					expect = true;
			}
			struct rs_span s = {bytes, n};
			struct rs_stamp t = stamp(i + 1);
			CU_ASSERT_EQUAL(reorder_differs(&r, at, s), expect);
			CU_ASSERT(reorder_push(&r, at, s, &t, &conflict));
			CU_ASSERT_EQUAL(conflict, expect);
		}
		size_t held = 0;
		for (uint64_t o = 0; o < SPACE; o++) {
			struct rs_span s;
			struct rs_stamp t;
			bool is = reorder_at(&r, o, &s, &t);
			CU_ASSERT_EQUAL(is, model[o] >= 0);
			if (is)
				CU_ASSERT_EQUAL(s.p[0], model[o]);
			held += is;
		}
		CU_ASSERT_EQUAL(held, r.bytes);
		reorder_clear(&r);
		CU_ASSERT_EQUAL(pay.used, 0);
	}
}

UNIT_MAIN("reorder", UNIT(test_in_order_again), UNIT(test_limits),
    UNIT(test_against_an_array))
