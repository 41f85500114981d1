/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Who is no longer answered while others are.  A row is a few closed attempts,
 * as words "CLIENT WHAT START", in seconds:
 *   no  401, and 401 to credentials    ok  registered    -   timed out
 *   no- refused in a loop, and then no answer to the last request
 *   syn SYNs for 31 s
 *   un  a challenge, and then no answer to credentials
 */
#include "track/standing.h"

#include "unit.h"

#include <stdio.h>

static const struct rs_hash_seed seed = {1, 2};

struct words {
	int client;
	const char *what;
	int at;
	int server; /* 0: as always */
};

static void
exchange(struct rec_registration *r, struct rec_arena *a, rs_time at,
    bool credentials, int status, int server)
{
	const uint8_t b[] = {198, 51, 100, (uint8_t)(10 + server)};
	struct rec_transaction *t =
	    rec_list_add(&r->transactions, a, sizeof *t);
	rec_init(&rec_transaction_type, t);
	t->request_time = at;
	t->request_frame.number = (uint64_t)(at / RS_SEC) * 10 + 1;
	t->credentials = credentials ? RS_TRUE : RS_FALSE;
	t->server.at = (struct rs_endpoint){rs_addr_v4(b), 5060};
	if (status == 0)
		return;
	t->status = status;
	t->response_time = at + RS_MSEC;
	t->response_frame.number = t->request_frame.number + 1;
}

static void
take(struct standings *k, struct standing **of, const struct words *w)
{
	const uint8_t b[] = {192, 0, 2, (uint8_t)w->client};
	const struct rs_addr phone = rs_addr_v4(b);
	const rs_time at = w->at * RS_SEC;
	struct rec_registration r;
	if (w->what[0] == 's') {
		const uint8_t server[] = {198, 51, 100, 10};
		struct rec_connection c;
		rec_init(&rec_connection_type, &c);
		c.conn_state = RS_LIT("S0");
		c.syns = 6;
		c.started = at;
		c.ended = at + 31 * RS_SEC;
		c.syn_frame.number = (uint64_t)w->at * 10 + 1;
		c.server.at = (struct rs_endpoint){rs_addr_v4(server), 5060};
		standing_connection(k, &of[w->client], &phone, &c);
		return;
	}
	struct rec_arena a;
	rec_arena_init(&a, NULL, NULL);
	rec_init(&rec_registration_type, &r);
	r.started = r.ended = at;
	bool silent = w->what[strlen(w->what) - 1] == '-' || w->what[0] == 'u';
	r.outcome = w->what[0] == 'o' ? REC_REGISTERED
		    : silent          ? REC_TIMED_OUT
				      : REC_AUTH_FAILED;
	if (w->what[0] == 'n' || w->what[0] == 'u')
		exchange(&r, &a, at, false, 401, w->server);
	if (w->what[0] == 'n') {
		exchange(&r, &a, at, true, 401, w->server);
		if (silent)
			exchange(&r, &a, at, true, 401, w->server);
	}
	if (w->what[0] == 'o')
		exchange(&r, &a, at, true, 200, w->server);
	if (silent) {
		exchange(&r, &a, at + (w->what[0] == '-' ? 0 : RS_SEC),
		    w->what[0] != '-', 0, w->server);
		r.ended = at + 32 * RS_SEC;
	}
	standing_registration(k, &of[w->client], &phone, &r);
	rec_arena_clear(&a);
}

static void
test_silences(void)
{
	static const struct {
		const char *name;
		struct words words[10];
		const char *expected; /* of client 1 */
	} rows[] = {
	    {"banned",
		{{1, "no", 10, 0}, {1, "no", 20, 0}, {2, "ok", 110, 0},
		    {1, "-", 100, 0}},
		"2 refused, last 202, 100-132 #1001 x1, 2 at 110 #1102\n"},
	    {"the other is refused: that is an answer",
		{{1, "no", 10, 0}, {1, "no", 20, 0}, {2, "no", 110, 0},
		    {1, "-", 100, 0}},
		"2 refused, last 202, 100-132 #1001 x1, 2 at 110 #1102\n"},
	    {"in one attempt", {{2, "ok", 15, 0}, {1, "no-", 10, 0}},
		"2 refused, last 102, 11-43 #111 x1, 2 at 15 #152\n"},
	    {"longer, and another is answered late",
		{{1, "no", 10, 0}, {1, "no", 20, 0}, {1, "-", 100, 0},
		    {2, "ok", 150, 0}, {1, "-", 140, 0}},
		"2 refused, last 202, 100-172 #1001 x2, 2 at 150 #1502\n"},
	    {"SYNs, twice",
		{{1, "no", 10, 0}, {1, "no", 20, 0}, {1, "syn", 100, 0},
		    {2, "ok", 150, 0}, {1, "syn", 140, 0}},
		"2 refused, last 202, 100-171 #1001 x2, 2 at 150 #1502\n"},
	    {"near miss: SYNs, not for long",
		{{1, "no", 10, 0}, {1, "no", 20, 0}, {2, "ok", 110, 0},
		    {1, "syn", 100, 0}},
		""},
	    {"lifted later",
		{{1, "no", 10, 0}, {1, "no", 20, 0}, {2, "ok", 110, 0},
		    {1, "-", 100, 0}, {1, "ok", 200, 0}},
		"2 refused, last 202, 100-132 #1001 x1, 2 at 110 #1102\n"},
	    {"near miss: silent for all",
		{{1, "no", 10, 0}, {1, "no", 20, 0}, {2, "ok", 90, 0},
		    {2, "-", 110, 0}, {1, "-", 100, 0}, {2, "ok", 140, 0}},
		""},
	    {"near miss: never refused", {{2, "ok", 110, 0}, {1, "-", 100, 0}},
		""},
	    {"near miss: refused once",
		{{1, "no", 10, 0}, {2, "ok", 110, 0}, {1, "-", 100, 0}}, ""},
	    {"near miss: refused long ago",
		{{1, "no", 10, 0}, {1, "no", 20, 0}, {2, "ok", 5010, 0},
		    {1, "-", 5000, 0}},
		""},
	    {"near miss: another server",
		{{1, "no", 10, 1}, {1, "no", 20, 1}, {2, "ok", 110, 0},
		    {1, "-", 100, 0}},
		""},
	    {"near miss: only the other server answers others",
		{{1, "no", 10, 1}, {1, "no", 20, 1}, {2, "ok", 110, 0},
		    {1, "-", 100, 1}},
		""},
	    {"near miss: answered meanwhile, which is known later",
		{{1, "no", 10, 0}, {1, "no", 20, 0}, {2, "ok", 110, 0},
		    {1, "-", 100, 0}, {1, "no", 120, 0}},
		""},
	    {"near miss: nobody but itself",
		{{1, "no", 10, 0}, {1, "no", 20, 0}, {1, "-", 100, 0}}, ""},
	    {"near miss: the challenge came, the answer to it got none",
		{{2, "ok", 110, 0}, {1, "un", 100, 0}}, ""},
	};
	for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
		struct rs_account pay;
		struct rs_pool pool;
		struct rec_arena a;
		struct rec_list l = {0};
		struct standing *of[3] = {0};
		char text[512] = "";
		rs_account_init(&pay, 1 << 20);
		rs_pool_init(&pool);
		rec_arena_init(&a, NULL, NULL);
		struct standings *k = standings_new(&seed, &pay, &pool);
		for (const struct words *w = rows[i].words; w->what; w++)
			take(k, of, w);
		standing_view(of[1], &l, &a);
		const struct rec_silence *s = l.v;
		for (uint32_t n = 0, at = 0; n < l.n; n++)
			at += (uint32_t)snprintf(text + at, sizeof text - at,
			    "%d refused, last %d, %d-%d #%d x%d, %d at %d "
			    "#%d\n",
			    (int)s[n].refused, (int)s[n].answered_frame.number,
			    (int)(s[n].since / RS_SEC),
			    (int)(s[n].until / RS_SEC), (int)s[n].frame.number,
			    (int)s[n].attempts, s[n].other_client.at.addr.b[3],
			    (int)(s[n].other / RS_SEC),
			    (int)s[n].other_frame.number);
		unit_row(rows[i].name);
		CU_ASSERT_STRING_EQUAL(text, rows[i].expected);
		if (strcmp(text, rows[i].expected) != 0)
			printf("# %s: %s", rows[i].name, text);
		standings_free(k);
		rec_arena_clear(&a);
		rs_pool_clear(&pool);
		CU_ASSERT_EQUAL(pay.used, 0);
	}
}

/* A flood of addresses and servers finds its bound. */
static void
test_bounds(void)
{
	struct rs_account pay;
	struct rs_pool pool;
	rs_account_init(&pay, 64 * 1024);
	rs_pool_init(&pool);
	struct standings *k = standings_new(&seed, &pay, &pool);
	for (unsigned i = 0; i < 2000; i++) {
		struct standing *of[3] = {0};
		take(k, of, &(struct words){1, "no", 10, (int)(i % 200)});
	}
	CU_ASSERT(pay.used <= 64 * 1024);
	standings_free(k);
	rs_pool_clear(&pool);
	CU_ASSERT_EQUAL(pay.used, 0);
}

UNIT_MAIN("standing", UNIT(test_silences), UNIT(test_bounds))
