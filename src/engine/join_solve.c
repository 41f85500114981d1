/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The offset of a log's clock.
 *
 * Each pair of a message and a record that can have carried it votes for the
 * difference of their times.  The right offset gets a vote of nearly every
 * message within a few milliseconds; a wrong one gets those of chance.  Only an
 * offset that has clearly more than any other is taken: registrations that
 * repeat every minute, all of one length, fit at every minute.
 *
 * An equal Call-ID decides, and where there is one nothing else votes; records
 * of TLS come next, if they are of that run (join_proof.c), and questions to
 * name servers after them.  Names that contradict records leave nothing to
 * believe.
 */
#include "engine/join_inner.h"

#include <math.h>
#include <stdlib.h>

enum { VOTES = 1 << 22, STEPS = 1 << 26, LEAST = 2, LEAST_REDACTED = 4 };

static const rs_time WINDOW = 20 * RS_MSEC;
static const rs_time APART = 200 * RS_MSEC; /* two offsets, and not one */
static const rs_time NEAR = 25 * RS_MSEC;
static const rs_time LONG = 60 * RS_SEC;   /* drift is not seen in less */
static const rs_time SAME = 100 * RS_MSEC; /* of two sources */
/* It is told where its uncertainty is as small as this, or it is far more. */
static const double SURE = 10e-6;

struct vote {
	rs_time d;
	uint32_t message;
};

static int
by_difference(const void *a, const void *b)
{
	const struct vote *x = a, *y = b;
	if (x->d != y->d)
		return x->d < y->d ? -1 : 1;
	return x->message < y->message ? -1 : x->message > y->message;
}

int
join_by_time(const void *a, const void *b, void *arg)
{
	const struct log_join *j = arg;
	rs_time x = join_wire(j, *(const uint32_t *)a)->at.complete;
	rs_time y = join_wire(j, *(const uint32_t *)b)->at.complete;
	if (x != y)
		return x < y ? -1 : 1;
	return *(const uint32_t *)a < *(const uint32_t *)b ? -1 : 1;
}

static int
by_length(const void *a, const void *b, void *arg)
{
	const struct log_join *j = arg;
	const struct join_wire *x = join_wire(j, *(const uint32_t *)a);
	const struct join_wire *y = join_wire(j, *(const uint32_t *)b);
	if (x->up != y->up)
		return x->up ? -1 : 1;
	return x->low < y->low ? -1 : x->low > y->low;
}

uint32_t
join_first_at(const struct log_join *j, rs_time t)
{
	uint32_t from = 0, to = j->wire->len;
	while (from < to) {
		uint32_t middle = from + (to - from) / 2;
		if (join_wire(j, j->order[middle])->at.complete < t)
			from = middle + 1;
		else
			to = middle;
	}
	return from;
}

/* The first by length of that direction that has `low` or more. */
static uint32_t
first_of(const struct log_join *j, bool up, int32_t low)
{
	uint32_t from = 0, to = j->n_by_length;
	while (from < to) {
		uint32_t middle = from + (to - from) / 2;
		const struct join_wire *w = join_wire(j, j->by_length[middle]);
		if (w->up == up ? w->low < low : w->up)
			from = middle + 1;
		else
			to = middle;
	}
	return from;
}

static void
add_vote(const struct log_join *j, uint32_t i, uint32_t wire, GArray *votes)
{
	struct vote v = {
	    join_wire(j, wire)->at.complete - join_message(j, i)->at, i};
	if (votes->len < VOTES)
		g_array_append_val(votes, v);
}

static void
vote_by_id(const struct log_join *j, uint32_t i, GArray *votes)
{
	const struct join_message *m = join_message(j, i);
	gconstpointer id = GSIZE_TO_POINTER(m->id);
	uint32_t w =
	    m->id ? GPOINTER_TO_UINT(g_hash_table_lookup(j->by_id, id)) : 0;
	for (; w && votes->len < VOTES; w = join_wire(j, w - 1)->same)
		if (join_wire(j, w - 1)->up == m->up)
			add_vote(j, i, w - 1, votes);
}

static void
vote(const struct log_join *j, uint32_t i, GArray *votes, uint64_t *steps)
{
	const struct join_message *m = join_message(j, i);
	int32_t about = m->exact ? JOIN_PADDING : JOIN_REDACTED + JOIN_PADDING;
	for (uint32_t k = first_of(j, m->up, m->length - about);
	     k < j->n_by_length && votes->len < VOTES && *steps < STEPS;
	     k++, ++*steps) {
		const struct join_wire *w = join_wire(j, j->by_length[k]);
		if (w->up != m->up || w->low > m->length + about)
			break;
		if (join_fits(m, w))
			add_vote(j, i, j->by_length[k], votes);
	}
}

/* *ids: there are equal Call-IDs, and nothing else votes. */
static GArray *
votes_of(const struct log_join *j, unsigned log, bool exact, bool *ids)
{
	GArray *votes = g_array_new(FALSE, FALSE, sizeof(struct vote));
	uint64_t steps = 0;
	for (uint32_t i = 0; i < j->messages->len; i++)
		if (join_message(j, i)->log == log)
			vote_by_id(j, i, votes);
	*ids = votes->len > 0;
	for (uint32_t i = 0; i < j->messages->len && !*ids; i++)
		if (join_message(j, i)->log == log &&
		    (join_message(j, i)->exact || !exact))
			vote(j, i, votes, &steps);
	g_array_sort(votes, by_difference);
	return votes;
}

/* The window with votes of most messages: where it begins, and how many; and
   the most of any that is clearly another. */
struct poll {
	rs_time from;
	uint32_t best, second;
};

static struct poll
count_votes(const GArray *votes, uint32_t n_messages)
{
	struct poll p = {0};
	const struct vote *v = (const struct vote *)(void *)votes->data;
	uint32_t *of = g_new0(uint32_t, n_messages),
		 *n = g_new0(uint32_t, votes->len);
	uint32_t end = 0, distinct = 0;
	for (uint32_t i = 0; i < votes->len; i++) {
		for (; end < votes->len && v[end].d - v[i].d <= WINDOW; end++)
			distinct += of[v[end].message]++ == 0;
		n[i] = distinct;
		if (distinct > p.best) {
			p.best = distinct;
			p.from = v[i].d;
		}
		distinct -= --of[v[i].message] == 0;
	}
	for (uint32_t i = 0; i < votes->len; i++)
		if (v[i].d < p.from - APART || v[i].d > p.from + APART)
			p.second = MAX(p.second, n[i]);
	g_free(of);
	g_free(n);
	return p;
}

/* ---- the line through them ---- */

static int
by_d(const void *a, const void *b)
{
	const struct join_pair *x = a, *y = b;
	return x->d < y->d ? -1 : x->d > y->d;
}

/* For each message the record that is nearest to where l expects it. */
static GArray *
pairs_of(const struct log_join *j, unsigned log, const struct join_line *l)
{
	GArray *pairs = g_array_new(FALSE, FALSE, sizeof(struct join_pair));
	for (uint32_t i = 0; i < j->messages->len; i++) {
		const struct join_message *m = join_message(j, i);
		struct join_pair best = {m->at, 0, m->up, false, 0};
		rs_time off = NEAR + 1, due = join_time(l, m->at);
		uint32_t n = 0;
		if (m->log != log)
			continue;
		for (uint32_t k = join_first_at(j, due - NEAR);
		     k < j->wire->len; k++) {
			const struct join_wire *w = join_wire(j, j->order[k]);
			rs_time e = llabs(w->at.complete - due);
			if (w->at.complete > due + NEAR)
				break;
			if (n++ == JOIN_AT_ONCE) {
				off = NEAR + 1;
				break;
			}
			if (e >= off || !join_fits(m, w))
				continue;
			off = e;
			best.d = w->at.complete - m->at;
			best.id = w->id != 0;
			best.flow = w->flow;
		}
		if (off <= NEAR)
			g_array_append_val(pairs, best);
	}
	return pairs;
}

static void
fit_drift(struct join_line *l, const GArray *pairs)
{
	const struct join_pair *p =
	    (const struct join_pair *)(void *)pairs->data;
	double n = pairs->len, t = 0, d = 0, tt = 0, td = 0;
	if (pairs->len < 6 || p[pairs->len - 1].at - p[0].at < LONG)
		return;
	for (uint32_t i = 0; i < pairs->len; i++) {
		double x = (double)(p[i].at - l->middle);
		double y = (double)(p[i].d - l->shift);
		t += x;
		d += y;
		tt += x * x;
		td += x * y;
	}
	double denominator = n * tt - t * t;
	double drift = denominator > 0 ? (n * td - t * d) / denominator : 0;
	l->drift = fabs(drift) < 5e-4 ? drift : 0;
}

/* What is left of the differences once drift is taken out, of one direction:
   their median; false: there are none. */
static bool
median(const struct join_line *l, const GArray *pairs, bool up, rs_time *out,
    rs_time *spread)
{
	GArray *left = g_array_new(FALSE, FALSE, sizeof(struct join_pair));
	for (uint32_t i = 0; i < pairs->len; i++) {
		struct join_pair p = g_array_index(pairs, struct join_pair, i);
		p.d -= (rs_time)(l->drift * (double)(p.at - l->middle));
		if (p.up == up)
			g_array_append_val(left, p);
	}
	g_array_sort(left, by_d);
	bool any = left->len > 0;
	if (any) {
		const struct join_pair *v =
		    (const struct join_pair *)(void *)left->data;
		*out = v[left->len / 2].d;
		*spread = v[left->len * 3 / 4].d - v[left->len / 4].d;
	}
	g_array_free(left, TRUE);
	return any;
}

/*
 * A message is logged before it is sent and after it is received: the truth
 * lies between what the two directions say.
 */
static void
refine(struct join_line *l, const GArray *pairs, struct log_joined *out)
{
	rs_time up, down, a = 0, b = 0;
	bool is_up = median(l, pairs, true, &up, &a);
	bool is_down = median(l, pairs, false, &down, &b);
	if (is_up && is_down) {
		l->shift = down + (up - down) / 2;
		out->uncertainty = llabs(up - down) / 2 + MAX(a, b) / 2;
	} else if (is_up || is_down) {
		l->shift = is_up ? up : down;
		out->uncertainty = MAX(a, b) + 5 * RS_MSEC;
	}
	out->shift = l->shift;
}

/* Sums over the messages of one direction, about their means: a message is
   logged before it is sent and after it came, which is no drift. */
struct moments {
	double n, t, d, tt, td, dd;
};

static struct moments
moments_of(const struct join_line *l, const GArray *pairs, bool up)
{
	const struct join_pair *p =
	    (const struct join_pair *)(void *)pairs->data;
	struct moments m = {0};
	for (uint32_t i = 0; i < pairs->len; i++) {
		if (p[i].up != up)
			continue;
		double t = (double)(p[i].at - l->middle);
		double d = (double)(p[i].d - l->shift);
		m.n++;
		m.t += t;
		m.d += d;
		m.tt += t * t;
		m.td += t * d;
		m.dd += d * d;
	}
	if (m.n > 0) {
		m.tt -= m.t * m.t / m.n;
		m.td -= m.t * m.d / m.n;
		m.dd -= m.d * m.d / m.n;
	}
	return m;
}

/* The slope of a line through both directions, each with a height of its own,
   and twice its standard error. */
static void
tell_drift(
    const struct join_line *l, const GArray *pairs, struct log_joined *out)
{
	const struct join_pair *p =
	    (const struct join_pair *)(void *)pairs->data;
	if (pairs->len < 6 || p[pairs->len - 1].at - p[0].at < LONG)
		return;
	struct moments a = moments_of(l, pairs, true),
		       b = moments_of(l, pairs, false);
	double tt = a.tt + b.tt, freedom = a.n + b.n - 3;
	if (tt <= 0 || freedom < 1)
		return;
	double slope = (a.td + b.td) / tt;
	double left = a.dd + b.dd - slope * (a.td + b.td);
	double error = 2 * sqrt(fmax(left, 0) / freedom / tt);
	if (error > SURE && fabs(slope) < 3 * error)
		return;
	out->drifts = true;
	out->drift = -slope; /* the faster, the less is to be added later */
	out->drift_uncertainty = error;
}

void
join_fit(
    struct join_line *l, const GArray *pairs, bool last, struct log_joined *out)
{
	fit_drift(l, pairs);
	refine(l, pairs, out);
	if (last)
		tell_drift(l, pairs, out);
}

static void
note_sources(const GArray *pairs, struct log_joined *out)
{
	for (uint32_t i = 0; i < pairs->len; i++)
		out->by |= g_array_index(pairs, struct join_pair, i).id
			       ? JOIN_BY_CALL_ID
			       : JOIN_BY_TLS;
}

static rs_time
first_message(const struct log_join *j, unsigned log)
{
	for (uint32_t i = 0; i < j->messages->len; i++)
		if (join_message(j, i)->log == log)
			return join_message(j, i)->at;
	return 0;
}

/* By messages. */
static void
solve(
    const struct log_join *j, unsigned log, bool exact, struct join_found *out)
{
	bool ids;
	*out = (struct join_found){0};
	GArray *votes = votes_of(j, log, exact, &ids);
	struct poll p = count_votes(votes, j->messages->len);
	g_array_free(votes, TRUE);
	uint32_t least = ids ? 1 : exact ? LEAST : LEAST_REDACTED;
	out->joined.why = p.best == 0      ? JOIN_NO_MATCH
			  : p.best < least ? JOIN_TOO_FEW
					   : JOIN_SEVERAL_OFFSETS;
	if (p.best < least || p.second * 10 > p.best * 7)
		return;
	out->found = true;
	out->line.shift = p.from + WINDOW / 2;
	out->line.middle = first_message(j, log);
	for (int round = 1; round <= JOIN_ROUNDS; round++) {
		bool last = round == JOIN_ROUNDS;
		GArray *pairs = pairs_of(j, log, &out->line);
		join_fit(&out->line, pairs, last, &out->joined);
		if (last)
			note_sources(pairs, &out->joined);
		if (last && !ids)
			out->found = join_proven(j, log, &out->line, pairs);
		g_array_free(pairs, TRUE);
	}
	if (!out->found)
		out->joined.why = JOIN_UNPROVEN;
}

const char *
log_join_word(enum join_why why)
{
	switch (why) {
	case JOIN_NO_MATCH:
		return "no_match";
	case JOIN_TOO_FEW:
		return "too_few";
	case JOIN_TOO_MANY:
		return "too_many";
	case JOIN_SEVERAL_OFFSETS:
		return "several_offsets";
	case JOIN_SEVERAL_CLIENTS:
		return "several_clients";
	case JOIN_OTHER_ADDRESS:
		return "other_address";
	case JOIN_DIFFERS:
		return "sources_differ";
	case JOIN_UNPROVEN:
		return "unproven";
	}
	return NULL;
}

/* At the same moment, by both. */
static bool
same(const struct join_found *a, const struct join_found *b)
{
	rs_time at = b->line.middle;
	rs_time off = llabs(join_time(&a->line, at) - join_time(&b->line, at));
	return off <= SAME;
}

/* What is known of the log's clock, by what is better. */
static void
decide(const struct join_found *m, const struct join_found *n,
    struct join_found *out)
{
	*out = m->found ? *m : *n;
	if (!m->found)
		out->found = n->found && n->alone;
	if (m->found && n->found && same(m, n)) {
		out->joined.by |= n->joined.by;
		out->client = n->client;
	} else if (m->found && n->found && !(m->joined.by & JOIN_BY_CALL_ID)) {
		out->found = false;
		out->joined.why = JOIN_DIFFERS;
	} else if (!m->found && !n->found && n->joined.why <= JOIN_TOO_FEW &&
		   m->joined.why) {
		out->joined.why = m->joined.why;
	}
}

static void
join(struct log_join *j, unsigned log)
{
	struct log_joined *to = &j->joined[log];
	struct join_found m = {0}, n = {0}, best;
	solve(j, log, true, &m);
	if (!m.found)
		solve(j, log, false, &m);
	join_names(j, log, &n);
	decide(&m, &n, &best);
	to->why = best.joined.why;
	if (!best.found)
		return;
	to->solved = true;
	to->by = best.joined.by;
	to->shift = best.joined.shift;
	to->uncertainty = best.joined.uncertainty;
	to->drifts = best.joined.drifts;
	to->drift = best.joined.drift;
	to->drift_uncertainty = best.joined.drift_uncertainty;
	to->client = best.client;
	join_place(j, log, &best.line);
	join_dns_place(j, log, &best.line);
}

static int
by_flow(const void *a, const void *b)
{
	const struct join_wire *x = a, *y = b;
	if (x->flow != y->flow)
		return x->flow < y->flow ? -1 : 1;
	if (x->up != y->up)
		return x->up ? -1 : 1;
	if (x->at.complete != y->at.complete)
		return x->at.complete < y->at.complete ? -1 : 1;
	return rs_frame_cmp(x->at.from, y->at.from);
}

void
log_join_solve(struct log_join *j)
{
	uint32_t n = j->wire->len;
	g_array_sort(j->wire, by_flow);
	j->order = g_new(uint32_t, MAX(n, 1));
	j->by_length = g_new(uint32_t, MAX(n, 1));
	j->by_id = g_hash_table_new(g_direct_hash, g_direct_equal);
	for (uint32_t i = 0; i < n; i++) {
		struct join_wire *w = join_wire(j, i);
		gpointer id = GSIZE_TO_POINTER(w->id);
		j->order[i] = i;
		if (w->id == 0) {
			j->by_length[j->n_by_length++] = i;
			continue;
		}
		w->same = GPOINTER_TO_UINT(g_hash_table_lookup(j->by_id, id));
		g_hash_table_insert(j->by_id, id, GUINT_TO_POINTER(i + 1));
	}
	g_qsort_with_data(j->order, (int)n, sizeof *j->order, join_by_time, j);
	g_qsort_with_data(j->by_length, (int)j->n_by_length,
	    sizeof *j->by_length, by_length, j);
	join_dns_sort(j);
	for (unsigned log = 0; log < j->n_logs; log++)
		join(j, log);
}
