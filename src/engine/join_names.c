/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The offset of a log's clock by DNS alone: a phone that gets no further has
 * nothing else.
 *
 * Names are no Call-IDs.  All phones of a kind ask the same ones, in the same
 * order, again and again, and by the same timers; so what fits proves little,
 * and four things are asked of it:
 *
 *  - it is one client, the one whose address the log tells, if it does;
 *  - no other offset, of any client, comes near.  What one of both sides should
 *    have then, and does not have, counts against it;
 *  - questions are not only timers apart, that is a multiple of half a second:
 *    these are the same each time, and of each phone;
 *  - and of these more where the log does not tell the address, or where its
 *    clock would be none that was ever set.
 *
 * Beside messages that will do.  The log of another boot passes all of it, be
 * it yesterday's or the one of five minutes ago: what a program does on its
 * own, by timers of whatever length, comes again to the millisecond.  So may
 * that of a phone that was not captured.  Names alone are believed where the
 * log tells the client's address, where its clock is right but for seconds in a
 * zone that is known, as nobody starts twice within seconds, and where nothing
 * of it is left over.
 */
#include "engine/join_inner.h"

#include <stdlib.h>

enum {
	LEAST = 3,
	VOTES = 1 << 20,
	STEPS = 1 << 22,
	CANDIDATES = 64,
	SERVERS = 16
};
/* Questions that timers do not explain. */
enum { FREE = 3, FREE_NO_ADDRESS = 1, FREE_NO_CLOCK = 2 };

static const rs_time WINDOW = 20 * RS_MSEC;
static const rs_time APART = 200 * RS_MSEC; /* two offsets, and not one */
static const rs_time NEAR = 25 * RS_MSEC;
static const rs_time CLOSE = 4 * RS_MSEC; /* of what counts as proof */
static const rs_time AGAIN = 20 * RS_SEC; /* a question is repeated */
static const rs_time PROMPT = RS_SEC;     /* after what went before */
static const rs_time TIMER = 500 * RS_MSEC, FREED = 30 * RS_MSEC;

struct vote {
	rs_time d;
	uint32_t ask, client;
};

struct candidate {
	struct join_line line;
	struct rs_addr client;
	struct log_joined joined; /* but for by and why */
	uint32_t matched, conflicts, freed;
	int64_t score;
};

struct names {
	const struct log_join *j;
	unsigned log;
	uint32_t from, to;               /* its asks */
	GArray *votes;                   /* struct vote */
	uint64_t steps;                  /* to find them */
	bool full;                       /* not all of them are there */
	bool crowded;                    /* nor all candidates */
	struct rs_addr servers[SERVERS]; /* that the log names */
	unsigned n_servers;
	uint32_t *of, *n;  /* of each ask; of each vote */
	uint32_t *matched; /* of each ask, its query + 1 */
	bool *taken;       /* of each query */
	struct candidate all[CANDIDATES];
	unsigned n_all;
};

/* ---- votes ---- */

/* The log's own address, where it tells any. */
static bool
may_be(const struct names *s, const struct rs_addr *client)
{
	return s->j->dns->own[s->log].n == 0 ||
	       join_dns_is_own(s->j, s->log, client);
}

static void
vote(struct names *s, uint32_t i)
{
	const struct join_ask *a = join_ask(s->j, i);
	for (uint32_t k = join_dns_first(s->j, a->what, RS_NEVER);
	     k < s->j->dns->queries->len && !s->full; k++) {
		const struct join_query *q =
		    join_query(s->j, s->j->dns->by_what[k]);
		if (q->what != a->what)
			break;
		s->full |= s->steps++ >= STEPS;
		if (!rs_addr_eq(&q->server.addr, &a->server) ||
		    !join_dns_agrees(a, q))
			continue;
		struct vote v = {q->at.complete - a->at, i - s->from, q->who};
		s->full |= s->votes->len >= VOTES;
		g_array_append_val(s->votes, v);
	}
}

static int
by_client(const void *a, const void *b)
{
	const struct vote *x = a, *y = b;
	if (x->client != y->client)
		return x->client < y->client ? -1 : 1;
	if (x->d != y->d)
		return x->d < y->d ? -1 : 1;
	return x->ask < y->ask ? -1 : x->ask > y->ask;
}

/* For each vote: of how many asks there is one in the window that it begins. */
static void
count(struct names *s)
{
	const struct vote *v = (const struct vote *)(void *)s->votes->data;
	uint32_t end = 0, distinct = 0;
	for (uint32_t i = 0; i < s->votes->len; i++) {
		for (; end < s->votes->len && v[end].client == v[i].client &&
		       v[end].d - v[i].d <= WINDOW;
		     end++)
			distinct += s->of[v[end].ask]++ == 0;
		s->n[i] = distinct;
		distinct -= --s->of[v[i].ask] == 0;
	}
}

/* ---- candidates ---- */

static const struct rs_addr *
client_at(const struct names *s, uint32_t who)
{
	return &g_array_index(s->j->dns->clients, struct rs_addr, who);
}

/* Those about that one are no others. */
static void
strike(struct names *s, uint32_t at)
{
	const struct vote *v = (const struct vote *)(void *)s->votes->data;
	for (uint32_t i = 0; i < s->votes->len; i++)
		if (v[i].client == v[at].client &&
		    llabs(v[i].d - v[at].d) <= APART)
			s->n[i] = 0;
}

/* Windows with at least half as many as the best one; the best first. */
static void
choose(struct names *s)
{
	const struct vote *v = (const struct vote *)(void *)s->votes->data;
	uint32_t best = 0;
	for (;;) {
		uint32_t most = 0, at = 0;
		for (uint32_t i = 0; i < s->votes->len; i++)
			if (s->n[i] > most) {
				most = s->n[i];
				at = i;
			}
		best = MAX(best, most);
		if (best < LEAST || most * 2 < best)
			return;
		if (s->n_all == CANDIDATES) {
			s->crowded = true;
			return;
		}
		s->all[s->n_all++] = (struct candidate){
		    .line = {.shift = v[at].d + WINDOW / 2,
			.middle = join_ask(s->j, s->from)->at},
		    .client = *client_at(s, v[at].client),
		};
		strike(s, at);
	}
}

/* ---- each of them ---- */

/* What fits at that line, as pairs of times; matched and taken say of what. */
static GArray *
match(struct names *s, struct candidate *c)
{
	GArray *pairs = g_array_new(FALSE, FALSE, sizeof(struct join_pair));
	memset(s->taken, 0, s->j->dns->queries->len * sizeof *s->taken);
	c->matched = 0;
	for (uint32_t i = s->from; i < s->to; i++) {
		const struct join_ask *a = join_ask(s->j, i);
		uint32_t k = join_dns_nearest(s->j, a, &c->client,
		    join_time(&c->line, a->at), NEAR, s->taken);
		s->matched[i - s->from] = k;
		if (k == 0)
			continue;
		const struct join_query *q = join_query(s->j, k - 1);
		struct join_pair p = {
		    a->at, q->at.complete - a->at, true, false, 0};
		s->taken[k - 1] = true;
		c->matched++;
		g_array_append_val(pairs, p);
		if (a->replied == RS_NEVER || !q->answered ||
		    llabs(q->answer.complete -
			  join_time(&c->line, a->replied)) > NEAR)
			continue;
		p = (struct join_pair){a->replied,
		    q->answer.complete - a->replied, false, false, 0};
		g_array_append_val(pairs, p);
	}
	return pairs;
}

static bool
within(rs_time t, rs_time from, rs_time to)
{
	return from != RS_NEVER && to != RS_NEVER && t > from + NEAR &&
	       t < to - NEAR;
}

static bool
is_server(const struct names *s, const struct rs_addr *a)
{
	for (unsigned i = 0; i < s->n_servers; i++)
		if (rs_addr_eq(&s->servers[i], a))
			return true;
	return false;
}

/* What one side has, and the other should have and does not. */
static uint32_t
conflicts(const struct names *s, const struct candidate *c)
{
	const struct join_dns *d = s->j->dns;
	const struct log_joined *l = &s->j->joined[s->log];
	uint32_t n = 0;
	for (uint32_t i = s->from; i < s->to; i++)
		n += s->matched[i - s->from] == 0 &&
		     within(join_time(&c->line, join_ask(s->j, i)->at),
			 d->first, d->last);
	for (uint32_t i = 0; i < d->queries->len; i++) {
		const struct join_query *q = join_query(s->j, i);
		n += !s->taken[i] && q->common &&
		     rs_addr_eq(&q->client.addr, &c->client) &&
		     within(q->at.complete - c->line.shift, l->first, l->end) &&
		     is_server(s, &q->server.addr);
	}
	return n;
}

static int
by_time(const void *a, const void *b)
{
	const rs_time *x = a, *y = b;
	return *x < *y ? -1 : *x > *y;
}

/* How far a question is from where the line has it. */
static rs_time
off_line(const struct names *s, const struct candidate *c, uint32_t i)
{
	const struct join_ask *a = join_ask(s->j, i);
	const struct join_query *q =
	    join_query(s->j, s->matched[i - s->from] - 1);
	return q->at.complete - join_time(&c->line, a->at);
}

/* The median of that: questions are early on the line, and answers late, by the
   way from the phone to the capture. */
static rs_time
usual(const struct names *s, const struct candidate *c)
{
	GArray *all = g_array_new(FALSE, FALSE, sizeof(rs_time));
	rs_time median = 0;
	for (uint32_t i = s->from; i < s->to; i++) {
		if (s->matched[i - s->from] == 0)
			continue;
		rs_time off = off_line(s, c, i);
		g_array_append_val(all, off);
	}
	g_array_sort(all, by_time);
	if (all->len)
		median = g_array_index(all, rs_time, all->len / 2);
	g_array_free(all, TRUE);
	return median;
}

/* When the log tells of questions and answers, sorted. */
static GArray *
told_at(const struct names *s)
{
	GArray *all = g_array_new(FALSE, FALSE, sizeof(rs_time));
	for (uint32_t i = s->from; i < s->to; i++) {
		const struct join_ask *a = join_ask(s->j, i);
		g_array_append_val(all, a->at);
		if (a->replied != RS_NEVER)
			g_array_append_val(all, a->replied);
	}
	g_array_sort(all, by_time);
	return all;
}

/* Is that only the next step of what went before? */
static bool
prompted(const GArray *told, rs_time at)
{
	const rs_time *v = (const rs_time *)(void *)told->data;
	uint32_t from = 0, to = told->len;
	while (from < to) {
		uint32_t middle = from + (to - from) / 2;
		if (v[middle] < at)
			from = middle + 1;
		else
			to = middle;
	}
	return from > 0 && at - v[from - 1] < PROMPT;
}

/* The most questions of which no two are only timers apart. */
static uint32_t
freed(const struct names *s, const struct candidate *c)
{
	GArray *phases = g_array_new(FALSE, FALSE, sizeof(rs_time));
	GArray *told = told_at(s);
	rs_time median = usual(s, c);
	uint32_t n = 0;
	for (uint32_t i = s->from; i < s->to; i++) {
		if (s->matched[i - s->from] == 0 ||
		    llabs(off_line(s, c, i) - median) > CLOSE)
			continue;
		rs_time at = join_ask(s->j, i)->at;
		if (prompted(told, at))
			continue;
		rs_time phase = (at % TIMER + TIMER) % TIMER;
		g_array_append_val(phases, phase);
	}
	g_array_sort(phases, by_time);
	const rs_time *v = (const rs_time *)(void *)phases->data;
	for (uint32_t i = 0, last = 0; i < phases->len; i++)
		if (n == 0 ||
		    (v[i] - v[last] > FREED && v[0] + TIMER - v[i] > FREED)) {
			last = i;
			n++;
		}
	g_array_free(phases, TRUE);
	g_array_free(told, TRUE);
	return n;
}

static void
judge(struct names *s, struct candidate *c)
{
	bool whole = !s->j->joined[s->log].holes && !s->j->dns->broken;
	for (int round = 1; round <= JOIN_ROUNDS; round++) {
		GArray *pairs = match(s, c);
		if (round < JOIN_ROUNDS || pairs->len)
			join_fit(
			    &c->line, pairs, round == JOIN_ROUNDS, &c->joined);
		g_array_free(pairs, TRUE);
	}
	c->conflicts = conflicts(s, c);
	c->freed = freed(s, c);
	c->score = (int64_t)c->matched - (whole ? c->conflicts : 0);
}

/* How many it takes: see above. */
static uint32_t
needed(const struct names *s, const struct candidate *c)
{
	/* A clock that was set is right but for its zone, and some seconds. */
	bool set =
	    join_clock_zoned(c->line.shift - s->j->joined[s->log].stepped);
	return FREE + (set ? 0 : FREE_NO_CLOCK) +
	       (s->j->dns->own[s->log].n ? 0 : FREE_NO_ADDRESS);
}

/* Two that have come to one line: of a clock that drifts. */
static bool
same(
    const struct names *s, const struct candidate *a, const struct candidate *b)
{
	rs_time first = join_ask(s->j, s->from)->at;
	rs_time last = join_ask(s->j, s->to - 1)->at;
	return rs_addr_eq(&a->client, &b->client) &&
	       llabs(join_time(&a->line, first) - join_time(&b->line, first)) <=
		   APART &&
	       llabs(join_time(&a->line, last) - join_time(&b->line, last)) <=
		   APART;
}

/* ---- names alone ---- */

/* Another question of that client for the same, in [from, to]; untaken: that
   none of the log's is. */
static bool
asks(const struct names *s, const struct candidate *c, const struct join_ask *a,
    rs_time from, rs_time to, bool untaken)
{
	for (uint32_t k = join_dns_first(s->j, a->what, from);
	     k < s->j->dns->queries->len; k++) {
		uint32_t i = s->j->dns->by_what[k];
		const struct join_query *q = join_query(s->j, i);
		if (q->what != a->what || q->at.complete > to)
			break;
		if (!(untaken && s->taken[i]) &&
		    rs_addr_eq(&q->client.addr, &c->client) &&
		    rs_addr_eq(&q->server.addr, &a->server))
			return true;
	}
	return false;
}

/* A question of the log that the capture should have; or that it has at another
   time, as if the clock had been set in between; or an answer that the client
   cannot have got, as it asked again. */
static bool
left_over(struct names *s, struct candidate *c)
{
	const struct join_dns *d = s->j->dns;
	g_array_free(match(s, c), TRUE);
	for (uint32_t i = s->from; i < s->to; i++) {
		const struct join_ask *a = join_ask(s->j, i);
		uint32_t k = s->matched[i - s->from];
		if (k == 0 &&
		    (within(join_time(&c->line, a->at), d->first, d->last) ||
			asks(s, c, a, d->first, d->last, true)))
			return true;
		if (k == 0 || a->replied == RS_NEVER)
			continue;
		const struct join_query *q = join_query(s->j, k - 1);
		if (!q->answered && asks(s, c, a, q->at.complete + 1,
					q->at.complete + AGAIN, false))
			return true;
	}
	return false;
}

/* Why names alone do not do; JOIN_NO_MATCH: they do. */
static enum join_why
alone(struct names *s, struct candidate *c)
{
	if (s->j->dns->own[s->log].n == 0 ||
	    !join_clock_right(&s->j->joined[s->log], c->line.shift))
		return JOIN_UNPROVEN;
	return left_over(s, c) ? JOIN_TOO_FEW : JOIN_NO_MATCH;
}

static enum join_why
decide(struct names *s, struct join_found *out)
{
	struct candidate *best = NULL;
	for (unsigned i = 0; i < s->n_all; i++) {
		judge(s, &s->all[i]);
		if (best == NULL || s->all[i].score > best->score)
			best = &s->all[i];
	}
	if (best == NULL)
		return s->votes->len ? JOIN_TOO_FEW : JOIN_NO_MATCH;
	for (unsigned i = 0; i < s->n_all; i++) {
		const struct candidate *c = &s->all[i];
		if (c == best || c->score * 2 < best->score || same(s, c, best))
			continue;
		return rs_addr_eq(&c->client, &best->client)
			   ? JOIN_SEVERAL_OFFSETS
			   : JOIN_SEVERAL_CLIENTS;
	}
	if (s->crowded)
		return JOIN_SEVERAL_OFFSETS;
	if (best->matched < LEAST || best->matched < 2 * best->conflicts ||
	    best->freed < needed(s, best))
		return JOIN_TOO_FEW;
	out->found = true;
	out->line = best->line;
	out->joined = best->joined;
	out->joined.by = JOIN_BY_NAMES;
	out->client = best->client;
	enum join_why why = alone(s, best);
	out->alone = why == JOIN_NO_MATCH;
	return why;
}

/* ---- all of it ---- */

static void
solve(struct names *s, struct join_found *out)
{
	const struct join_dns *d = s->j->dns;
	uint32_t others = 0;
	for (uint32_t i = s->from; i < s->to && !s->full; i++) {
		const struct rs_addr *server = &join_ask(s->j, i)->server;
		if (!is_server(s, server) && s->n_servers < SERVERS)
			s->servers[s->n_servers++] = *server;
		vote(s, i);
	}
	/* What is left to do takes too long then, and proves nothing. */
	if (s->full) {
		out->joined.why = JOIN_TOO_MANY;
		return;
	}
	/* Those that cannot be it are told apart, and do not count. */
	for (uint32_t i = 0; i < s->votes->len;) {
		const struct vote *v = &g_array_index(s->votes, struct vote, i);
		if (may_be(s, client_at(s, v->client))) {
			i++;
			continue;
		}
		others++;
		g_array_remove_index_fast(s->votes, i);
	}
	g_array_sort(s->votes, by_client);
	s->of = g_new0(uint32_t, s->to - s->from);
	s->n = g_new0(uint32_t, MAX(s->votes->len, 1));
	s->matched = g_new0(uint32_t, s->to - s->from);
	s->taken = g_new0(bool, MAX(d->queries->len, 1));
	count(s);
	choose(s);
	out->joined.why = decide(s, out);
	if (s->votes->len == 0 && others)
		out->joined.why = JOIN_OTHER_ADDRESS;
	g_free(s->of);
	g_free(s->n);
	g_free(s->matched);
	g_free(s->taken);
}

void
join_names(struct log_join *j, unsigned log, struct join_found *out)
{
	struct names *s = g_new0(struct names, 1);
	const struct join_dns *d = j->dns;
	s->j = j;
	s->log = log;
	s->full = d->full;
	while (s->from < d->asks->len && join_ask(j, s->from)->log != log)
		s->from++;
	s->to = s->from;
	while (s->to < d->asks->len && join_ask(j, s->to)->log == log)
		s->to++;
	s->votes = g_array_new(FALSE, FALSE, sizeof(struct vote));
	if (s->to > s->from)
		solve(s, out);
	g_array_free(s->votes, TRUE);
	g_free(s);
}
