/* SPDX-License-Identifier: Apache-2.0 */
#include "track/tally.h"

void
tally_init(struct tally *t, size_t most_exact)
{
	*t = (struct tally){0};
	quantile_init(&t->rrd, most_exact);
}

void
tally_clear(struct tally *t)
{
	quantile_clear(&t->rrd);
}

static int64_t
not_less_than_0(int64_t v)
{
	return v < 0 ? 0 : v; /* absent */
}

static void
add_times(struct tally *t, const struct rec_registration *r)
{
	if (r->rrd == REC_ABSENT)
		return;
	quantile_add(&t->rrd, r->rrd);
	t->rrd_ns += not_less_than_0(r->rrd);
	t->challenge_ns += not_less_than_0(r->challenge);
	t->client_ns += not_less_than_0(r->client_auth);
}

void
tally_add(struct tally *t, const struct rec_registration *r)
{
	const struct rec_transaction *x = r->transactions.v;
	bool failed = rec_outcome_failed(r->outcome);
	bool decided = r->outcome != REC_CUT_OFF;
	t->attempts++;
	t->decided += decided;
	t->failed += failed;
	if (r->outcome > 0 && r->outcome < REC_OUTCOME_N)
		t->outcomes[r->outcome]++;
	if (r->kind == REC_INITIAL || r->kind == REC_REFRESH) {
		t->rated += decided;
		t->rated_failed += failed;
	}
	for (uint32_t i = 0; i < r->transactions.n; i++)
		if (x[i].status >= 100 && x[i].status < 100 + TALLY_STATUSES)
			t->responses[x[i].status - 100]++;
	add_times(t, r);
}

void
tally_merge(struct tally *t, const struct tally *from)
{
	t->attempts += from->attempts;
	t->decided += from->decided;
	t->failed += from->failed;
	t->rated += from->rated;
	t->rated_failed += from->rated_failed;
	for (int i = 0; i < REC_OUTCOME_N; i++)
		t->outcomes[i] += from->outcomes[i];
	for (int i = 0; i < TALLY_STATUSES; i++)
		t->responses[i] += from->responses[i];
	t->rrd_ns += from->rrd_ns;
	t->challenge_ns += from->challenge_ns;
	t->client_ns += from->client_ns;
	quantile_merge(&t->rrd, &from->rrd);
}

int64_t
tally_rate(int64_t part, int64_t of)
{
	return of ? (int64_t)(((__int128)1000 * part + of / 2) / of)
		  : REC_ABSENT;
}

static void
put(struct rec_list *l, struct rec_arena *a, struct rs_span name, int64_t n)
{
	if (n == 0)
		return;
	struct rec_count *c = rec_list_add(l, a, sizeof *c);
	c->name = rec_arena_text(a, name);
	c->n = n;
}

void
tally_outcomes(const struct tally *t, struct rec_list *out, struct rec_arena *a)
{
	for (int i = 1; i < REC_OUTCOME_N; i++)
		put(out, a, rs_span_str(rec_outcome_name(i)), t->outcomes[i]);
}

void
tally_responses(
    const struct tally *t, struct rec_list *out, struct rec_arena *a)
{
	for (unsigned i = 0; i < TALLY_STATUSES; i++) {
		uint8_t text[3] = {(uint8_t)('1' + i / 100),
		    (uint8_t)('0' + i / 10 % 10), (uint8_t)('0' + i % 10)};
		put(out, a, (struct rs_span){text, 3}, t->responses[i]);
	}
}

void
tally_result(struct tally *t, struct rec_group *out, struct rec_arena *a)
{
	out->attempts = t->attempts;
	out->decided = t->decided;
	out->failed = t->failed;
	out->attempt_failure = tally_rate(t->rated_failed, t->rated);
	out->challenge_share = tally_rate(t->challenge_ns, t->rrd_ns);
	out->client_share = tally_rate(t->client_ns, t->rrd_ns);
	tally_outcomes(t, &out->outcomes, a);
	tally_responses(t, &out->responses, a);
	quantile_result(&t->rrd, &out->rrd);
}
