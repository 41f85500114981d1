/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Which records carried which messages, once the clocks agree.
 *
 * A message may go with the records that fit by direction, length and time; of
 * those who want the same ones, all get theirs in order, or nobody does.
 */
#include "engine/join_inner.h"

enum { MAY_BE = 16, NOBODY = 0, STEPS = 1 << 26 };

static const rs_time NEAR = 200 * RS_MSEC, NEAR_REDACTED = 40 * RS_MSEC;

/* Where a message may have gone. */
struct wish {
	uint32_t message, n;
	bool more; /* than there is room for */
	struct {
		uint32_t wire, n; /* records from there on */
	} may[MAY_BE];
};

struct place {
	struct log_join *j;
	unsigned log;
	struct join_line line;
	GArray *wishes;   /* struct wish */
	uint32_t *claims; /* on each of wire: wishes that may have it */
	bool *carries;    /* by flow: messages of this log */
	uint64_t steps;   /* to find what was lost */
};

/* How many records from w on carry m together; 0: they do not. */
static uint32_t
run_of(const struct log_join *j, const struct join_message *m, uint32_t w)
{
	const struct join_wire *first = join_wire(j, w);
	int32_t low = 0, high = 0;
	if (first->id || !m->exact)
		return first->taken == NOBODY && join_fits(m, first);
	for (uint32_t n = 0; n < JOIN_RECORDS && w + n < j->wire->len; n++) {
		const struct join_wire *r = join_wire(j, w + n);
		if (r->flow != first->flow || r->up != m->up || r->id ||
		    r->taken != NOBODY)
			return 0;
		low += r->low;
		high += r->high;
		if (low > m->length)
			return 0;
		if (m->length <= high)
			return n + 1;
	}
	return 0;
}

/* Names alone know whose log it is. */
static bool
may_be(const struct place *p, const struct join_wire *w)
{
	const struct log_joined *l = &p->j->joined[p->log];
	return l->by != JOIN_BY_NAMES ||
	       rs_addr_eq(&l->client, &join_flow(p->j, w->flow)->client);
}

static void
wish(struct place *p, uint32_t message, bool exact, bool known_flows)
{
	const struct join_message *m = join_message(p->j, message);
	rs_time at = join_time(&p->line, m->at);
	rs_time near = exact ? NEAR : NEAR_REDACTED;
	struct wish w = {.message = message};
	uint32_t seen = 0;
	for (uint32_t i = join_first_at(p->j, at - near); i < p->j->wire->len;
	     i++) {
		uint32_t k = p->j->order[i];
		const struct join_wire *r = join_wire(p->j, k);
		w.more |= seen == JOIN_AT_ONCE && r->at.complete <= at + near;
		if (r->at.complete > at + near || seen++ == JOIN_AT_ONCE)
			break;
		uint32_t n = run_of(p->j, m, k);
		if (n == 0 || !may_be(p, r) ||
		    (known_flows && !p->carries[r->flow]))
			continue;
		w.more |= w.n == MAY_BE;
		if (w.more)
			break;
		w.may[w.n].wire = k;
		w.may[w.n++].n = n;
		p->claims[k]++;
	}
	if (w.n || w.more)
		g_array_append_val(p->wishes, w);
}

static void
give(struct place *p, const struct wish *w, uint32_t which)
{
	struct join_message *m = join_message(p->j, w->message);
	const struct join_wire *first = join_wire(p->j, w->may[which].wire);
	m->ambiguous = false;
	m->in_clear = first->id != 0;
	m->flow = first->flow + 1;
	m->wire = w->may[which].wire;
	m->n = w->may[which].n;
	p->carries[first->flow] = true;
	for (uint32_t i = 0; i < m->n; i++)
		join_wire(p->j, m->wire + i)->taken = w->message + 1;
}

/* Has it this record among those that it may have? */
static bool
wants(const struct wish *w, uint32_t wire)
{
	for (uint32_t i = 0; i < w->n; i++)
		if (w->may[i].wire == wire)
			return true;
	return false;
}

static bool
together(const struct wish *a, const struct wish *b)
{
	for (uint32_t i = 0; i < a->n; i++)
		if (wants(b, a->may[i].wire))
			return true;
	return false;
}

/*
 * Wishes from..to want some of the same.  In order of time the first of them
 * gets the first, if there is one for each; it must be among those that it may
 * have.
 */
static bool
all_wanted(const struct place *p, const struct wish *v, uint32_t count,
    uint32_t all[MAY_BE])
{
	uint32_t n = 0, claims[MAY_BE] = {0};
	for (uint32_t i = 0; i < count; i++)
		if (v[i].more)
			return false;
	for (uint32_t i = 0; i < count; i++)
		for (uint32_t k = 0; k < v[i].n; k++) {
			uint32_t wire = v[i].may[k].wire, at = 0;
			while (at < n && all[at] != wire)
				at++;
			if (at == MAY_BE)
				return false;
			if (at == n)
				all[n++] = wire;
			claims[at]++;
		}
	for (uint32_t i = 0; i < n; i++)
		if (claims[i] != p->claims[all[i]])
			return false; /* others want it too */
	g_qsort_with_data(all, (int)n, sizeof *all, join_by_time, p->j);
	return n == count;
}

static void
share(struct place *p, uint32_t from, uint32_t to)
{
	struct wish *v = (struct wish *)(void *)p->wishes->data + from;
	uint32_t all[MAY_BE], count = to - from;
	bool fits = all_wanted(p, v, count, all);
	for (uint32_t i = 0; i < count && fits; i++)
		fits = wants(&v[i], all[i]);
	for (uint32_t i = 0; i < count; i++) {
		join_message(p->j, v[i].message)->ambiguous = !fits;
		for (uint32_t k = 0; fits && k < v[i].n; k++)
			if (v[i].may[k].wire == all[i])
				give(p, &v[i], k);
	}
}

/* Those that follow each other and want the same stand together; of more than
   MAY_BE none gets anything, so the last ones will do. */
static void
grant(struct place *p)
{
	struct wish *v = (struct wish *)(void *)p->wishes->data;
	uint32_t n = p->wishes->len;
	for (uint32_t from = 0, to; from < n; from = to) {
		for (to = from + 1; to < n; to++) {
			bool any = false;
			uint32_t i = to - from > MAY_BE ? to - MAY_BE : from;
			for (; i < to && !any; i++)
				any = together(&v[i], &v[to]);
			if (!any)
				break;
		}
		share(p, from, to);
	}
}

static int
by_message_time(const void *a, const void *b, void *arg)
{
	const struct log_join *j = arg;
	const struct wish *x = a, *y = b;
	const struct join_message *m = join_message(j, x->message);
	const struct join_message *o = join_message(j, y->message);
	if (m->up != o->up)
		return m->up ? -1 : 1;
	if (m->exact && m->length != o->length)
		return m->length < o->length ? -1 : 1;
	if (m->at != o->at)
		return m->at < o->at ? -1 : 1;
	return x->message < y->message ? -1 : 1;
}

static void
place_all(struct place *p, bool exact)
{
	bool any = false;
	g_array_set_size(p->wishes, 0);
	memset(p->claims, 0, p->j->wire->len * sizeof *p->claims);
	for (uint32_t i = 0; i < p->j->messages->len; i++)
		any |= join_message(p->j, i)->log == p->log &&
		       join_message(p->j, i)->flow;
	for (uint32_t i = 0; i < p->j->messages->len; i++) {
		const struct join_message *m = join_message(p->j, i);
		if (m->log == p->log && m->n == 0 && m->exact == exact)
			wish(p, i, exact, any && !exact);
	}
	g_array_sort_with_data(p->wishes, by_message_time, p->j);
	grant(p);
}

/* ---- what was not found ---- */

/* Between two messages that went with one connection, nothing of it is free
   and nothing of it is missing: one that stands between was never on it. */
static void
judge_between(struct place *p, uint32_t before, uint32_t i, uint32_t after)
{
	struct join_message *m = join_message(p->j, i);
	const struct join_message *a = join_message(p->j, before);
	const struct join_message *b = join_message(p->j, after);
	const struct join_flow *f = join_flow(p->j, a->flow - 1);
	rs_time from = join_wire(p->j, a->wire)->at.complete;
	rs_time to = join_wire(p->j, b->wire)->at.complete;
	bool free = false;
	if (a->flow != b->flow || a->in_clear || b->in_clear)
		return;
	m->flow = a->flow;
	if (!m->up || !m->exact || m->ambiguous)
		return;
	for (uint32_t k = join_first_at(p->j, from);
	     k < p->j->wire->len && !free; k++) {
		const struct join_wire *w = join_wire(p->j, p->j->order[k]);
		if (w->at.complete > to)
			break;
		free |= p->steps++ >= STEPS;
		free |= w->flow == a->flow - 1 && w->up == m->up &&
			w->taken == NOBODY;
	}
	m->lost = !free && (f->damaged == RS_NEVER || f->damaged > to);
}

static void
judge(struct place *p)
{
	const uint32_t none = UINT32_MAX;
	uint32_t before = none, after = 0, n = p->j->messages->len;
	for (uint32_t i = 0; i < n; i++) {
		const struct join_message *m = join_message(p->j, i);
		if (m->log != p->log)
			continue;
		if (m->n) {
			before = i;
			continue;
		}
		after = MAX(after, i + 1);
		while (after < n && (join_message(p->j, after)->log != p->log ||
					join_message(p->j, after)->n == 0))
			after++;
		if (before != none && after < n)
			judge_between(p, before, i, after);
	}
}

/* Records of the server after a message that the log has, up to the next one or
   to its end: the log does not have theirs. */
static void
judge_missed(struct place *p, uint32_t before, rs_time to)
{
	const struct join_message *a = join_message(p->j, before);
	const struct join_flow *f = join_flow(p->j, a->flow - 1);
	rs_time from = join_wire(p->j, a->wire)->at.complete;
	if (a->in_clear || (f->damaged != RS_NEVER && f->damaged <= to))
		return;
	for (uint32_t k = join_first_at(p->j, from); k < p->j->wire->len; k++) {
		const struct join_wire *w = join_wire(p->j, p->j->order[k]);
		if (w->at.complete > to)
			break;
		if (w->flow == a->flow - 1 && !w->up && w->taken == NOBODY)
			join_missed(p->j, p->j->order[k]);
	}
}

static void
judge_all_missed(struct place *p)
{
	const uint32_t none = UINT32_MAX;
	uint32_t before = none;
	if (p->j->joined[p->log].holes)
		return;
	for (uint32_t i = 0; i < p->j->messages->len; i++) {
		const struct join_message *m = join_message(p->j, i);
		if (m->log != p->log)
			continue;
		/* Of one whose records are not known it may be. */
		if (m->n == 0 && !m->up) {
			before = none;
			continue;
		}
		if (m->n == 0)
			continue;
		if (before != none &&
		    join_message(p->j, before)->flow == m->flow)
			judge_missed(
			    p, before, join_wire(p->j, m->wire)->at.complete);
		before = i;
	}
	/* What comes right before the log's end may not be written yet. */
	if (before != none && p->j->joined[p->log].end != RS_NEVER)
		judge_missed(p, before,
		    join_time(&p->line, p->j->joined[p->log].end) - NEAR);
}

static void
sum_up(struct place *p)
{
	struct log_joined *out = &p->j->joined[p->log];
	rs_time lead = 0;
	for (uint32_t i = 0; i < p->j->messages->len; i++) {
		const struct join_message *m = join_message(p->j, i);
		if (m->log != p->log)
			continue;
		out->in_clear += m->in_clear;
		out->attributed += m->n && !m->in_clear;
		out->ambiguous += m->ambiguous;
		if (m->n == 0)
			continue;
		rs_time later =
		    m->at + out->shift - join_wire(p->j, m->wire)->at.first;
		lead = MAX(lead, later);
	}
	out->lead = MIN(lead + RS_MSEC, NEAR);
}

void
join_place(struct log_join *j, unsigned log, const struct join_line *l)
{
	struct place p = {.j = j, .log = log, .line = *l};
	p.wishes = g_array_new(FALSE, FALSE, sizeof(struct wish));
	p.claims = g_new(uint32_t, MAX(j->wire->len, 1));
	p.carries = g_new0(bool, MAX(j->flows->len, 1));
	place_all(&p, true);
	place_all(&p, false);
	judge(&p);
	judge_all_missed(&p);
	sum_up(&p);
	g_array_free(p.wishes, TRUE);
	g_free(p.claims);
	g_free(p.carries);
}
