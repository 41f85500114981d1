/* SPDX-License-Identifier: Apache-2.0 */
/*
 * How many were told to come back later in the same second.  A row is answers
 * of one server, as words "USER STATUS AT", AT in tenths of a second.
 */
#include "track/busy.h"

#include "unit.h"

#include <stdio.h>

static const struct rs_hash_seed seed = {1, 2};
static const rs_time TENTH = 100 * RS_MSEC;

struct told {
	char user; /* 0: no more */
	int status;
	int64_t at;
	bool retry_after;
};

static struct rs_endpoint
server_at(uint16_t port)
{
	const uint8_t b[] = {198, 51, 100, 10};
	return (struct rs_endpoint){rs_addr_v4(b), port};
}

static void
take(struct busy *k, const struct told *t)
{
	struct rec_registration r;
	struct rec_transaction x;
	char aor[] = "sip:_@example.com";
	aor[4] = t->user;
	rec_init(&rec_registration_type, &r);
	rec_init(&rec_transaction_type, &x);
	x.status = t->status;
	x.response_time = t->at * TENTH;
	x.response_frame.number = (uint64_t)t->at;
	x.server.at = server_at(5060);
	if (t->retry_after)
		x.retry_after = 30;
	r.aor = rs_span_str(aor);
	r.outcome = t->status < 300 ? REC_REGISTERED : REC_REJECTED;
	r.transactions = (struct rec_list){&x, 1, 1};
	busy_registration(k, &r);
}

static const struct {
	const char *name;
	struct told told[4];
	int64_t n;      /* in the second that begins at 2 s */
	unsigned other; /* than user a */
} rows[] = {
    {"nobody", {{0}}, 0, 0},
    {"one", {{'a', 503, 20, true}}, 1, 0},
    {"two", {{'a', 503, 20, true}, {'b', 500, 21, true}}, 2, 21},
    {"the other one came first", {{'b', 503, 20, true}, {'a', 503, 21, true}},
	2, 20},
    {"one twice", {{'a', 503, 20, true}, {'a', 503, 25, true}}, 1, 0},
    {"in the next second", {{'a', 503, 29, true}, {'b', 503, 30, true}}, 1, 0},
    {"without a time", {{'a', 503, 20, true}, {'b', 503, 21, false}}, 1, 0},
    {"another refusal", {{'a', 503, 20, true}, {'b', 403, 21, true}}, 1, 0},
    {"accepted", {{'a', 503, 20, true}, {'b', 200, 21, false}}, 1, 0},
    {"out of order",
	{{'a', 503, 21, true}, {'c', 503, 41, true}, {'b', 503, 22, true}}, 2,
	22},
};

static void
test_seconds(void)
{
	struct rs_endpoint here = server_at(5060), there = server_at(5062);
	for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
		struct rs_account pay;
		struct rs_pool pool;
		struct rs_frame other = {0};
		rs_account_init(&pay, 1 << 20);
		rs_pool_init(&pool);
		struct busy *k = busy_new(&seed, &pay, &pool);
		unit_row(rows[i].name);
		for (const struct told *t = rows[i].told;
		     t < rows[i].told + 4 && t->user; t++)
			take(k, t);
		const struct rs_span a = RS_LIT("sip:a@example.com");
		CU_ASSERT_EQUAL(
		    busy_at(k, &here, 25 * TENTH, a, &other), rows[i].n);
		if (rows[i].n > 1)
			CU_ASSERT_EQUAL(other.number, rows[i].other);
		CU_ASSERT_EQUAL(busy_at(k, &there, 25 * TENTH, a, &other), 0);
		busy_free(k);
		rs_pool_clear(&pool);
		CU_ASSERT_EQUAL(pay.used, 0);
	}
}

/* Old seconds are forgotten, and memory that is not there is not used. */
static void
test_bound(void)
{
	struct rs_endpoint here = server_at(5060);
	const struct rs_span a = RS_LIT("sip:a@example.com");
	struct rs_account pay;
	struct rs_pool pool;
	struct rs_frame other;
	rs_account_init(&pay, 1 << 20);
	rs_pool_init(&pool);
	struct busy *k = busy_new(&seed, &pay, &pool);
	for (int64_t s = 1; s <= 2000; s++)
		take(k, &(struct told){'a', 503, s * 10, true});
	CU_ASSERT_EQUAL(busy_at(k, &here, RS_SEC, a, &other), 0);
	CU_ASSERT_EQUAL(busy_at(k, &here, 2000 * RS_SEC, a, &other), 1);
	CU_ASSERT(pay.highest <= 1 << 20);
	for (char c = '0'; c <= 'z'; c++)
		take(k, &(struct told){c, 503, 20000, true});
	CU_ASSERT_EQUAL(busy_at(k, &here, 2000 * RS_SEC, a, &other), BUSY_AORS);
	busy_free(k);
	rs_account_init(&pay, 1);
	k = busy_new(&seed, &pay, &pool);
	take(k, &(struct told){'a', 503, 20, true});
	CU_ASSERT_EQUAL(busy_at(k, &here, 2 * RS_SEC, a, &other), 0);
	busy_free(k);
	rs_pool_clear(&pool);
}

UNIT_MAIN("busy", UNIT(test_seconds), UNIT(test_bound))
