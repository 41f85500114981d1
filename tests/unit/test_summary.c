/* SPDX-License-Identifier: Apache-2.0 */
/* Sums, rates and percentiles. */
#include "track/summary.h"

#include "track/groups.h"
#include "track/load.h"
#include "unit.h"

#include <stdio.h>
#include <string.h>

static int64_t
count_of(const struct rec_list *l, const char *name)
{
	const struct rec_count *c = l->v;
	for (uint32_t i = 0; i < l->n; i++)
		if (rs_span_eq(c[i].name, rs_span_str(name)))
			return c[i].n;
	return 0;
}

static void
add(struct summary *s, enum rec_reg_kind kind, enum rec_outcome outcome,
    const int *statuses, size_t n)
{
	struct rec_registration r;
	struct rec_transaction t[4];
	rec_init(&rec_registration_type, &r);
	r.kind = kind;
	r.outcome = outcome;
	for (size_t i = 0; i < n; i++) {
		rec_init(&rec_transaction_type, &t[i]);
		if (statuses[i])
			t[i].status = statuses[i];
	}
	r.transactions = (struct rec_list){t, (uint32_t)n, (uint32_t)n};
	summary_add(s, &rec_registration_type, &r);
}

/* The shape of the classic sample: 9 attempts, 18 transactions. */
static void
test_rates(void)
{
	static const int refused[] = {401, 401}, wrong[] = {401, 403},
			 good[] = {401, 200};
	struct summary *s = summary_new();
	struct rec_summary out;
	struct rec_arena a;
	rec_arena_init(&a, NULL, NULL);
	summary_result(s, &out, &a);
	CU_ASSERT_EQUAL(out.ira, REC_ABSENT);
	CU_ASSERT_EQUAL(out.attempt_failure, REC_ABSENT);
	CU_ASSERT_EQUAL(out.rrd.count, 0);
	CU_ASSERT_EQUAL(out.rrd.p50, REC_ABSENT);
	CU_ASSERT_EQUAL(out.phones, REC_ABSENT);

	add(s, REC_INITIAL, REC_REJECTED, wrong, 2);
	for (int i = 0; i < 3; i++)
		add(s, REC_INITIAL, REC_AUTH_FAILED, refused, 2);
	add(s, REC_REMOVAL, REC_AUTH_FAILED, refused, 2);
	add(s, REC_INITIAL, REC_REGISTERED, good, 2);
	add(s, REC_INITIAL, REC_REGISTERED, good, 2);
	add(s, REC_REFRESH, REC_AUTH_FAILED, refused, 2);
	add(s, REC_REFRESH, REC_REGISTERED, good, 2);
	summary_result(s, &out, &a);
	CU_ASSERT_EQUAL(out.attempts, 9);
	CU_ASSERT_EQUAL(out.failed, 6);
	CU_ASSERT_EQUAL(out.register_transactions, 18);
	CU_ASSERT_EQUAL(out.ira, 56);
	CU_ASSERT_EQUAL(out.attempt_failure, 625);
	CU_ASSERT_EQUAL(count_of(&out.outcomes, "registered"), 3);
	CU_ASSERT_EQUAL(count_of(&out.outcomes, "auth_failed"), 5);
	CU_ASSERT_EQUAL(count_of(&out.kinds, "removal"), 1);
	CU_ASSERT_EQUAL(count_of(&out.failed_kinds, "refresh"), 1);
	CU_ASSERT_EQUAL(count_of(&out.responses, "401"), 14);

	/* Undecided ones and queries change counts, not rates. */
	static const int none[] = {0};
	add(s, REC_INITIAL, REC_CUT_OFF, none, 1);
	add(s, REC_QUERY, REC_QUERIED, good + 1, 1);
	summary_result(s, &out, &a);
	CU_ASSERT_EQUAL(out.attempts, 11);
	CU_ASSERT_EQUAL(out.decided, 10);
	CU_ASSERT_EQUAL(out.attempt_failure, 625);
	CU_ASSERT_EQUAL(out.ira, 50); /* 1 of 20 */
	/* A timeout is ineffective (RFC 6076 4.2). */
	add(s, REC_INITIAL, REC_TIMED_OUT, none, 1);
	summary_result(s, &out, &a);
	CU_ASSERT_EQUAL(out.ira, 95); /* 2 of 21 */
	rec_arena_clear(&a);
	summary_free(s);
}

static void
test_ineffective(void)
{
	static const struct {
		int status;
		int64_t ira;
	} rows[] = {{200, 0}, {302, 0}, {400, 1000}, {401, 0}, {402, 0},
	    {403, 1000}, {407, 0}, {423, 1000}, {500, 1000}, {603, 1000}};
	for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
		struct summary *s = summary_new();
		struct rec_summary out;
		struct rec_arena a;
		rec_arena_init(&a, NULL, NULL);
		add(s, REC_INITIAL, REC_REJECTED, &rows[i].status, 1);
		summary_result(s, &out, &a);
		CU_ASSERT_EQUAL(out.ira, rows[i].ira);
		rec_arena_clear(&a);
		summary_free(s);
	}
}

/* What is only inferred is counted by itself. */
static void
test_inferred(void)
{
	struct summary *s = summary_new();
	struct rec_summary out;
	struct rec_arena a;
	struct rec_registration r;
	rec_arena_init(&a, NULL, NULL);
	rec_init(&rec_registration_type, &r);
	r.kind = REC_INITIAL;
	r.visibility = REC_INFERRED_VISIBILITY;
	r.outcome = REC_AUTH_FAILED;
	r.transport = REC_TLS;
	summary_add(s, &rec_registration_type, &r);
	r.outcome = REC_REGISTERED;
	summary_add(s, &rec_registration_type, &r);
	r.visibility = REC_DECRYPTED;
	summary_add(s, &rec_registration_type, &r);
	summary_result(s, &out, &a);
	CU_ASSERT_EQUAL(count_of(&out.inferred, "registered"), 1);
	CU_ASSERT_EQUAL(count_of(&out.inferred, "auth_failed"), 1);
	CU_ASSERT_EQUAL(out.inferred.n, 2);
	CU_ASSERT_EQUAL(out.attempts, 1);
	CU_ASSERT_EQUAL(out.decided, 1);
	CU_ASSERT_EQUAL(out.failed, 0);
	CU_ASSERT_EQUAL(count_of(&out.kinds, "initial"), 1);
	CU_ASSERT_EQUAL(count_of(&out.outcomes, "auth_failed"), 0);
	CU_ASSERT_EQUAL(out.attempt_failure, 0);
	rec_arena_clear(&a);
	summary_free(s);
}

static void
test_other_records(void)
{
	struct summary *s = summary_new();
	struct rec_summary out;
	struct rec_arena a;
	struct rec_handshake h;
	struct rec_alert alerts[2];
	struct rec_connection c;
	struct rec_binding b;
	rec_arena_init(&a, NULL, NULL);
	rec_init(&rec_handshake_type, &h);
	rec_init(&rec_alert_type, &alerts[0]);
	rec_init(&rec_alert_type, &alerts[1]);
	alerts[0].name = RS_LIT("unknown_ca");
	h.state = REC_FAILED;
	h.alerts = (struct rec_list){alerts, 2, 2}; /* one has no name */
	summary_add(s, &rec_handshake_type, &h);
	rec_init(&rec_connection_type, &c);
	static const char *const states[] = {"SF", "S0", "SF", "RSTO"};
	for (size_t i = 0; i < 4; i++) {
		c.conn_state = rs_span_str(states[i]);
		summary_add(s, &rec_connection_type, &c);
	}
	rec_init(&rec_binding_type, &b);
	b.state = REC_HELD;
	for (int64_t i = 0; i < 3; i++) { /* the first never lapsed */
		b.lapsed = i * 252 * RS_MSEC;
		b.next_expiry = (9 - i) * RS_SEC;
		summary_add(s, &rec_binding_type, &b);
	}
	summary_result(s, &out, &a);
	CU_ASSERT_EQUAL(out.bindings_lapsed, 2);
	CU_ASSERT_EQUAL(out.lapse_min, 252 * RS_MSEC);
	CU_ASSERT_EQUAL(out.lapse_max, 504 * RS_MSEC);
	CU_ASSERT_EQUAL(out.next_expiry, 7 * RS_SEC);
	CU_ASSERT_EQUAL(count_of(&out.handshakes, "failed"), 1);
	CU_ASSERT_EQUAL(out.alerts.n, 1);
	CU_ASSERT_EQUAL(count_of(&out.bindings, "held"), 3);
	CU_ASSERT_EQUAL_FATAL(out.connections.n, 3);
	const struct rec_count *v = out.connections.v;
	CU_ASSERT(rs_span_eq(v[0].name, RS_LIT("RSTO"))); /* by name */
	CU_ASSERT(rs_span_eq(v[1].name, RS_LIT("S0")));
	CU_ASSERT_EQUAL(v[2].n, 2);
	rec_arena_clear(&a);
	summary_free(s);
}

static void
test_nearest_rank(void)
{
	struct quantile q;
	struct rec_times t;
	quantile_init(&q, 1000);
	for (int64_t i = 10; i >= 1; i--)
		quantile_add(&q, i * 10);
	quantile_result(&q, &t);
	CU_ASSERT_EQUAL(t.count, 10);
	CU_ASSERT_EQUAL(t.min, 10);
	CU_ASSERT_EQUAL(t.max, 100);
	CU_ASSERT_EQUAL(t.mean, 55);
	CU_ASSERT_EQUAL(t.p50, 50);
	CU_ASSERT_EQUAL(t.p90, 90);
	CU_ASSERT_EQUAL(t.p95, 100);
	CU_ASSERT_EQUAL(t.p99, 100);
	quantile_clear(&q);
	quantile_add(&q, -5);
	quantile_add(&q, 7 * RS_SEC + 1);
	quantile_result(&q, &t);
	CU_ASSERT_EQUAL(t.min, 0);
	CU_ASSERT_EQUAL(t.p50, 0);
	CU_ASSERT_EQUAL(t.p99, 7 * RS_SEC + 1);
	CU_ASSERT_EQUAL(t.mean, (7 * RS_SEC + 1) / 2);
	quantile_clear(&q);
	/* On both sides of what 32 bits hold. */
	for (int64_t i = 10; i >= 1; i--)
		quantile_add(&q, i * RS_SEC * 6 / 10);
	quantile_add(&q, UINT32_MAX);
	quantile_add(&q, INT64_C(1) << 32);
	quantile_result(&q, &t);
	CU_ASSERT_EQUAL(t.p50, 36 * RS_SEC / 10);
	CU_ASSERT_EQUAL(t.p90, 54 * RS_SEC / 10);
	CU_ASSERT_EQUAL(t.p99, 6 * RS_SEC);
	quantile_clear(&q);
	quantile_add(&q, INT64_C(1) << 32);
	quantile_add(&q, UINT32_MAX);
	quantile_result(&q, &t);
	CU_ASSERT_EQUAL(t.p50, UINT32_MAX);
	CU_ASSERT_EQUAL(t.p90, INT64_C(1) << 32);
	quantile_clear(&q);
}

static int
by_value(const void *a, const void *b)
{
	const int64_t *x = a, *y = b;
	return *x < *y ? -1 : *x > *y;
}

/* As sorting all of them has it: alike, apart, and over all powers of two. */
static void
test_exact(void)
{
	enum { MOST = 1000 };
	static const int widths[] = {0, 1, 7, 12, 40, 63};
	uint64_t x = 1;
	for (size_t w = 0; w < sizeof widths / sizeof *widths; w++) {
		for (uint64_t n = 1; n <= MOST; n += 37) {
			struct quantile q;
			struct rec_times t;
			int64_t v[MOST];
			quantile_init(&q, MOST);
			for (uint64_t i = 0; i < n; i++) {
				x = x * 6364136223846793005u +
				    1442695040888963407u;
				v[i] = widths[w] ? (int64_t)(x >> 1 >>
							     (63 - widths[w]) >>
							     i % 3)
						 : 0;
				quantile_add(&q, v[i]);
			}
			qsort(v, n, sizeof *v, by_value);
			quantile_result(&q, &t);
			CU_ASSERT_EQUAL(t.p50, v[(n * 50 + 99) / 100 - 1]);
			CU_ASSERT_EQUAL(t.p90, v[(n * 90 + 99) / 100 - 1]);
			CU_ASSERT_EQUAL(t.p95, v[(n * 95 + 99) / 100 - 1]);
			CU_ASSERT_EQUAL(t.p99, v[(n * 99 + 99) / 100 - 1]);
			quantile_clear(&q);
		}
	}
}

/* The sketch keeps within half a percent of the exact values, from a
   microsecond to an hour. */
static void
test_sketch(void)
{
	struct quantile exact, sketch;
	struct rec_times e, s;
	quantile_init(&exact, SUMMARY_EXACT);
	quantile_init(&sketch, 10);
	uint64_t x = 1;
	for (int i = 0; i < 50000; i++) {
		x = x * 6364136223846793005u + 1442695040888963407u;
		int64_t v = (int64_t)(x >> 32) << (x >> 28 & 7) >> 2;
		quantile_add(&exact, v);
		quantile_add(&sketch, v);
	}
	quantile_result(&exact, &e);
	quantile_result(&sketch, &s);
	CU_ASSERT_PTR_NOT_NULL(sketch.buckets);
	CU_ASSERT_EQUAL(e.count, s.count);
	CU_ASSERT_EQUAL(e.min, s.min);
	CU_ASSERT_EQUAL(e.max, s.max);
	CU_ASSERT_EQUAL(e.mean, s.mean);
	const int64_t pairs[][2] = {
	    {e.p50, s.p50}, {e.p90, s.p90}, {e.p95, s.p95}, {e.p99, s.p99}};
	for (size_t i = 0; i < 4; i++) {
		int64_t off = pairs[i][0] - pairs[i][1];
		CU_ASSERT((off < 0 ? -off : off) <= pairs[i][0] / 200);
		CU_ASSERT(pairs[i][0] > 0);
	}
	quantile_clear(&exact);
	quantile_add(&sketch, INT64_MAX); /* stays in the table */
	quantile_clear(&sketch);
}

/* Of two halves put together comes what one would have of the whole, whether
   exact, a sketch, or exact and a sketch. */
static void
test_merge(void)
{
	static const struct {
		int left, right;
	} rows[] = {{0, 0}, {0, 5}, {5, 0}, {40, 60}, {40, 61}, {101, 0},
	    {0, 101}, {30, 500}, {500, 30}, {500, 700}};
	for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
		struct quantile left, right, whole;
		struct rec_times a, b;
		quantile_init(&left, 100);
		quantile_init(&right, 100);
		quantile_init(&whole, 100);
		for (int k = 0; k < rows[i].left + rows[i].right; k++) {
			int64_t v = (k * 7919 % 1000 + 1) * RS_SEC / 7;
			quantile_add(k < rows[i].left ? &left : &right, v);
			quantile_add(&whole, v);
		}
		quantile_merge(&left, &right);
		CU_ASSERT_EQUAL(left.buckets == NULL, whole.buckets == NULL);
		quantile_result(&left, &a);
		quantile_result(&whole, &b);
		CU_ASSERT(memcmp(&a, &b, sizeof a) == 0);
		quantile_clear(&left);
		quantile_clear(&right);
		quantile_clear(&whole);
	}
}

/* ---- groups ---- */

struct attempt {
	int server, agent; /* 0: none */
	enum rec_transport transport;
	enum rec_outcome outcome;
	int64_t rrd, challenge, client; /* ms; 0: none */
};

static void
attempt(struct summary *s, const struct attempt *x)
{
	struct rec_registration r;
	struct rec_transaction t[2];
	char agent[32];
	rec_init(&rec_registration_type, &r);
	rec_init(&rec_transaction_type, &t[0]);
	rec_init(&rec_transaction_type, &t[1]);
	r.kind = REC_INITIAL;
	r.outcome = x->outcome;
	r.transport = x->transport;
	r.server.at.addr.family = 4;
	r.server.at.addr.b[2] = (uint8_t)(x->server >> 8);
	r.server.at.addr.b[3] = (uint8_t)x->server;
	r.server.at.port = 5060;
	/* not each attempt knows it */
	r.server.name = x->rrd & 1 ? RS_LIT("b.example") : RS_LIT("a.example");
	if (x->outcome != REC_REGISTERED)
		r.server.name = (struct rs_span){0};
	if (x->agent) {
		snprintf(agent, sizeof agent, "Phone/%d", x->agent);
		r.user_agent = rs_span_str(agent);
	}
	if (x->rrd)
		r.rrd = x->rrd * RS_MSEC;
	if (x->challenge)
		r.challenge = x->challenge * RS_MSEC;
	if (x->client)
		r.client_auth = x->client * RS_MSEC;
	t[0].status = 401;
	t[1].status = x->outcome == REC_REGISTERED ? 200 : 403;
	r.transactions = (struct rec_list){t, 2, 2};
	summary_add(s, &rec_registration_type, &r);
}

static const struct rec_group *
group_of(const struct rec_list *l, uint32_t i)
{
	return (const struct rec_group *)l->v + i;
}

static void
test_groups(void)
{
	static const struct attempt attempts[] = {
	    {1, 1, REC_UDP, REC_REGISTERED, 40, 10, 5},
	    {1, 1, REC_UDP, REC_REGISTERED, 61, 10, 5},
	    {1, 2, REC_UDP, REC_REGISTERED, 100, 20, 70},
	    {2, 0, REC_TLS, REC_REJECTED, 0, 20, 1000}};
	struct summary *s = summary_new();
	struct rec_summary out;
	struct rec_arena a;
	rec_arena_init(&a, NULL, NULL);
	attempt(s, &attempts[0]);
	summary_result(s, &out, &a);
	CU_ASSERT_EQUAL(out.servers.n, 0); /* one repeats the sums of all */
	CU_ASSERT_EQUAL(out.user_agents.n, 0);
	CU_ASSERT_EQUAL(out.transports.n, 0);
	for (size_t i = 1; i < sizeof attempts / sizeof *attempts; i++)
		attempt(s, &attempts[i]);
	summary_result(s, &out, &a);
	CU_ASSERT_EQUAL(out.attempts, 4);
	CU_ASSERT_EQUAL(out.rrd.p50, 61 * RS_MSEC);
	CU_ASSERT_EQUAL_FATAL(out.servers.n, 2);
	const struct rec_group *g = group_of(&out.servers, 0);
	CU_ASSERT_EQUAL(g->server.at.addr.b[3], 1);
	CU_ASSERT(rs_span_eq(g->server.name, RS_LIT("a.example")));
	CU_ASSERT_EQUAL(g->user_agent.p, NULL);
	CU_ASSERT_EQUAL(g->attempts, 3);
	CU_ASSERT_EQUAL(g->failed, 0);
	CU_ASSERT_EQUAL(g->attempt_failure, 0);
	CU_ASSERT_EQUAL(g->rrd.max, 100 * RS_MSEC);
	CU_ASSERT_EQUAL(g->challenge_share, 199); /* 40 of 201 ms */
	CU_ASSERT_EQUAL(g->client_share, 398);
	CU_ASSERT_EQUAL(count_of(&g->responses, "401"), 3);
	CU_ASSERT_EQUAL(count_of(&g->responses, "403"), 0);
	g = group_of(&out.servers, 1);
	CU_ASSERT_EQUAL(g->attempt_failure, 1000);
	CU_ASSERT_EQUAL(g->server.name.p, NULL);
	CU_ASSERT_EQUAL(g->client_share, REC_ABSENT); /* no RRD */
	CU_ASSERT_EQUAL(count_of(&g->outcomes, "rejected"), 1);
	CU_ASSERT_EQUAL(g->others, RS_UNKNOWN);
	CU_ASSERT_EQUAL_FATAL(out.user_agents.n, 3);
	g = group_of(&out.user_agents, 0);
	CU_ASSERT(rs_span_eq(g->user_agent, RS_LIT("Phone/1")));
	CU_ASSERT_EQUAL(g->server.at.addr.family, 0);
	CU_ASSERT_EQUAL(group_of(&out.user_agents, 1)->user_agent.p, NULL);
	CU_ASSERT_EQUAL_FATAL(out.transports.n, 2);
	CU_ASSERT_EQUAL(group_of(&out.transports, 0)->transport, REC_UDP);
	CU_ASSERT_EQUAL(group_of(&out.transports, 1)->attempts, 1);
	rec_arena_clear(&a);
	summary_free(s);
}

/* Many servers and agents, over both limits, and times over that of exact ones:
   the order of attempts does not matter, and none is lost. */
static void
test_groups_order(void)
{
	enum { N = 20000, SERVERS = 700, PRIME = 7919 };
	struct rs_buf first, again;
	struct rec_arena a;
	rs_buf_init(&first, 1 << 22, NULL);
	rs_buf_init(&again, 1 << 22, NULL);
	rec_arena_init(&a, NULL, NULL);
	for (int run = 0; run < 3; run++) {
		struct summary *s = summary_new();
		struct rec_summary out;
		for (int i = 0; i < N; i++) {
			int k = run == 0   ? i
				: run == 1 ? N - 1 - i
					   : (int)((int64_t)i * PRIME % N);
			/* half of them go to a few */
			int who = k & 1 ? 1 + k / 2 % 5 : 1 + k / 2 % SERVERS;
			struct attempt x = {who, who + 1000, REC_UDP,
			    k % 3 ? REC_REGISTERED : REC_REJECTED,
			    k % 3 ? 10 + k % 977 : 0, k % 7, k % 11};
			attempt(s, &x);
		}
		summary_result(s, &out, &a);
		CU_ASSERT_EQUAL_FATAL(out.servers.n, GROUPS_LISTED + 1);
		int64_t all = 0, timed = 0;
		for (uint32_t i = 0; i < out.servers.n; i++) {
			all += group_of(&out.servers, i)->attempts;
			timed += group_of(&out.servers, i)->rrd.count;
		}
		CU_ASSERT_EQUAL(all, N);
		CU_ASSERT_EQUAL(timed, out.rrd.count);
		CU_ASSERT(group_of(&out.servers, 0)->attempts > N / 10);
		CU_ASSERT(group_of(&out.servers, 0)->rrd.count > GROUPS_EXACT);
		CU_ASSERT_EQUAL(
		    group_of(&out.servers, GROUPS_LISTED)->others, RS_TRUE);
		CU_ASSERT_EQUAL(out.user_agents.n, GROUPS_LISTED + 1);
		struct rs_buf *to = run ? &again : &first;
		to->n = 0;
		CU_ASSERT(rec_write(&rec_summary_type, &out, to));
		CU_ASSERT(rs_span_eq(rs_buf_view(&first), rs_buf_view(to)));
		summary_free(s);
	}
	rs_buf_clear(&first);
	rs_buf_clear(&again);
	rec_arena_clear(&a);
}

/* ---- load ---- */

static void
test_peak(void)
{
	static const struct {
		rs_time at[5];
		int64_t n;
		rs_time peak;
	} peaks[] = {
	    {{1, 2 * RS_SEC, 2 * RS_SEC + 5, 3 * RS_SEC, RS_NEVER}, 2,
		2 * RS_SEC},
	    {{9 * RS_SEC, 9 * RS_SEC, 5 * RS_SEC, 5 * RS_SEC, 0}, 2,
		5 * RS_SEC}, /* the first */
	    {{-1, -RS_SEC, 0, RS_NEVER, RS_NEVER}, 2, -RS_SEC},
	    {{900 * RS_SEC, 0, 900 * RS_SEC + 1, 300 * RS_SEC, 0}, 2, 0},
	    {{INT64_MAX, INT64_MAX, 0, INT64_MIN + 1, 1000}, 2, 0},
	};
	for (size_t i = 0; i < sizeof peaks / sizeof *peaks; i++) {
		struct load l = {0};
		struct load_peak p;
		CU_ASSERT(!load_peak(&l, &p));
		for (size_t k = 0; k < 5; k++)
			load_add(&l, peaks[i].at[k]);
		CU_ASSERT(load_peak(&l, &p));
		CU_ASSERT_EQUAL(p.attempts, peaks[i].n);
		CU_ASSERT_EQUAL(p.at, peaks[i].peak);
		CU_ASSERT_EQUAL(p.seconds, 1);
		load_clear(&l);
	}
}

/* Over a year: memory is bounded, and the order does not matter. */
static void
test_peak_of_a_year(void)
{
	enum { N = 20000, PRIME = 7919, STEP = 1600 };
	struct load_peak p[2];
	for (int run = 0; run < 2; run++) {
		struct load l = {0};
		for (int i = 0; i < N; i++) {
			int64_t k = run ? (int64_t)i * PRIME % N : i;
			load_add(&l, (1000000000 + k * STEP) * RS_SEC);
			if (k == 7777)
				for (int m = 0; m < 1000; m++)
					load_add(&l,
					    (1000000000 + k * STEP) * RS_SEC);
			CU_ASSERT(g_hash_table_size(l.pages) <= LOAD_PAGES);
		}
		CU_ASSERT(load_peak(&l, &p[run]));
		load_clear(&l);
	}
	CU_ASSERT_EQUAL(p[0].seconds, 32);
	CU_ASSERT_EQUAL(p[0].attempts, 1001);
	CU_ASSERT_EQUAL(p[0].at / RS_SEC, (1000000000 + 7777 * STEP) / 32 * 32);
	CU_ASSERT(memcmp(&p[0], &p[1], sizeof p[0]) == 0);
}

UNIT_MAIN("summary", UNIT(test_rates), UNIT(test_ineffective),
    UNIT(test_inferred), UNIT(test_other_records), UNIT(test_nearest_rank),
    UNIT(test_exact), UNIT(test_sketch), UNIT(test_merge), UNIT(test_groups),
    UNIT(test_groups_order), UNIT(test_peak), UNIT(test_peak_of_a_year))
