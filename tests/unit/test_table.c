/* SPDX-License-Identifier: Apache-2.0 */
#include "track/recent.h"

#include "unit.h"

#include <stdlib.h>

enum { ENTRIES = 6000 };

struct entry {
	struct table_node node;
	uint64_t hash;
	bool in;
};

static bool
finds(const struct table *t, const struct entry *e)
{
	struct table_node *n = table_first(t, e->hash);
	while (n && n != &e->node)
		n = table_next(n);
	return n != NULL;
}

/* All that are in are found, and no other. */
static bool
right(const struct table *t, const struct entry *v)
{
	for (size_t i = 0; i < ENTRIES; i++)
		if (finds(t, &v[i]) != v[i].in)
			return false;
	return true;
}

static void
turn(struct table *t, struct entry *e)
{
	if (e->in)
		table_remove(t, &e->node);
	else
		table_add(t, &e->node, e->hash);
	e->in = !e->in;
}

static uint64_t
next(uint64_t *x)
{
	*x ^= *x << 13;
	*x ^= *x >> 7;
	*x ^= *x << 17;
	return *x;
}

/* Entries come and go; what their hashes have in common is given. */
static void
come_and_go(uint64_t mask, uint64_t base, size_t each)
{
	struct entry *v = calloc(ENTRIES, sizeof *v);
	struct rs_account pay;
	struct table t;
	uint64_t x = 88172645463325252u;
	rs_account_init(&pay, SIZE_MAX);
	table_init(&t, &pay);
	for (size_t i = 0; i < ENTRIES; i++)
		v[i].hash = each ? base + i / each : base | (next(&x) & mask);
	for (size_t round = 0; round < 40; round++) {
		for (size_t i = 0; i < ENTRIES / 2; i++)
			turn(&t, &v[next(&x) % ENTRIES]);
		CU_ASSERT_TRUE(right(&t, v));
	}
	for (size_t i = 0; i < ENTRIES; i++)
		if (v[i].in)
			turn(&t, &v[i]);
	CU_ASSERT_EQUAL(t.n, 0);
	CU_ASSERT_TRUE(right(&t, v));
	table_clear(&t);
	CU_ASSERT_EQUAL(pay.used, 0);
	free(v);
}

static void
test_any(void)
{
	come_and_go(UINT64_MAX, 0, 0);
}

/* Few places, and many want the same: across the end of the slots, too. */
static void
test_crowded(void)
{
	come_and_go(0x3ff, 0, 0);
	come_and_go(UINT64_C(0xff) << 32 | 3, 0xfffe, 0);
}

static void
test_equal(void)
{
	come_and_go(0, 7, 0);
	come_and_go(0, 7, 3);
}

/* Numbers that follow one another make one run, also across the end. */
static void
test_run(void)
{
	come_and_go(0, 0, 1);
	come_and_go(0, UINT64_MAX - 100, 1);
}

/* ---- what was heard of lately ---- */

enum { MOST = 300 };

struct heard {
	struct recent_node node;
	uint64_t nth;
};

/* Each is to be the oldest: they go in order. */
static void
goes(void *arg, void *entry)
{
	uint64_t *next = arg;
	CU_ASSERT_EQUAL(((struct heard *)entry)->nth, *next);
	++*next;
}

/* Half of them share a hash with another. */
static void
hear(struct recent *r, uint64_t nth)
{
	struct heard *h = recent_add(r, nth / 2);
	CU_ASSERT_PTR_NOT_NULL_FATAL(h);
	CU_ASSERT_EQUAL(h->nth, 0);
	h->nth = nth;
}

static struct heard *
heard(const struct recent *r, uint64_t nth)
{
	struct heard *h = recent_first(r, nth / 2);
	while (h && h->nth != nth)
		h = recent_next(h);
	return h;
}

static void
test_recent(void)
{
	struct rs_account pay;
	struct recent r;
	uint64_t next = 1;
	rs_account_init(&pay, SIZE_MAX);
	recent_init(&r, sizeof(struct heard), MOST, &pay);
	r.last = goes;
	r.arg = &next;
	CU_ASSERT(recent_empty(&r) && recent_oldest(&r) == NULL);
	for (uint64_t i = 1; i <= 2 * MOST; i++)
		hear(&r, i);
	CU_ASSERT_EQUAL(r.evicted, MOST);
	CU_ASSERT_EQUAL(next, MOST + 1);
	CU_ASSERT_PTR_NULL(heard(&r, MOST));
	CU_ASSERT_PTR_NOT_NULL(heard(&r, MOST + 1));
	/* Heard of again it stays, and the next one goes. */
	recent_again(&r, recent_oldest(&r));
	next++;
	hear(&r, 2 * MOST + 1);
	CU_ASSERT_PTR_NOT_NULL(heard(&r, MOST + 1));
	CU_ASSERT_PTR_NULL(heard(&r, MOST + 2));
	/* What is dropped is not told of. */
	recent_drop(&r, heard(&r, MOST + 1));
	CU_ASSERT_EQUAL(r.evicted, MOST + 1);
	hear(&r, 2 * MOST + 2);
	CU_ASSERT_EQUAL(r.evicted, MOST + 1);
	recent_clear(&r);
	CU_ASSERT_EQUAL(pay.used, 0);
}

/* Room for two entries, and then for none. */
static void
test_recent_account(void)
{
	struct rs_account pay;
	struct recent r;
	rs_account_init(&pay, SIZE_MAX);
	recent_init(&r, sizeof(struct heard), MOST, &pay);
	pay.limit = pay.used + 2 * sizeof(struct heard);
	for (uint64_t i = 1; i <= 5; i++)
		hear(&r, i);
	CU_ASSERT_EQUAL(r.evicted, 3);
	CU_ASSERT_PTR_NULL(heard(&r, 3));
	CU_ASSERT_PTR_NOT_NULL(heard(&r, 4));
	pay.limit = 0;
	CU_ASSERT_PTR_NULL(recent_add(&r, 6));
	CU_ASSERT(recent_empty(&r));
	recent_clear(&r);
	CU_ASSERT_EQUAL(pay.used, 0);
}

UNIT_MAIN("table", UNIT(test_any), UNIT(test_crowded), UNIT(test_equal),
    UNIT(test_run), UNIT(test_recent), UNIT(test_recent_account))
