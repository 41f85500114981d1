/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Two files are of one log where the one has the line that the other begins
 * with, by its number and its time to a microsecond; or where it ends with the
 * line before that, and the clock goes on.  What both have is told once, by the
 * one that begins first, and what is begun in one file may end in the next.
 */
#include "log_parts.h"

#include "capture/log_clock.h"

static const rs_time PAUSE = 3600 * RS_SEC; /* between two lines */

enum { MOST = 32 }; /* files that are compared: two marks of each */

struct parts {
	unsigned n;
	struct cap_log_look *looks;
	struct cap_clock *clocks;
	unsigned *order;
	unsigned *head; /* of each log: who has its last line so far */
};

static int
by_first(const void *a, const void *b, void *arg)
{
	const struct parts *p = arg;
	unsigned x = *(const unsigned *)a, y = *(const unsigned *)b;
	const struct cap_log_line *t = &p->looks[x].first_line;
	const struct cap_log_line *u = &p->looks[y].first_line;
	if ((t->number == 0) != (u->number == 0))
		return t->number == 0 ? 1 : -1;
	if (t->written != u->written)
		return t->written < u->written ? -1 : 1;
	return x < y ? -1 : x > y;
}

static bool
has_first(const struct parts *p, unsigned a, unsigned of)
{
	return p->looks[of].first_line.number &&
	       (p->looks[a].has >> (2 * of) & 1);
}

static bool
has_last(const struct parts *p, unsigned a, unsigned of)
{
	return p->looks[a].has >> (2 * of + 1) & 1;
}

/* Does b begin where a ends? */
static bool
is_next(const struct parts *p, unsigned a, unsigned b)
{
	const struct cap_log_line *x = &p->looks[a].last_line;
	const struct cap_log_line *y = &p->looks[b].first_line;
	return y->number && y->number == x->number + 1 &&
	       y->written >= x->written && y->written - x->written < PAUSE;
}

/* The file at that place in the order, beside those before it. */
static void
add(struct parts *p, unsigned at)
{
	unsigned i = p->order[at];
	struct cap_clock *c = &p->clocks[i];
	bool overlaps = false, inside = false;
	c->log = 0;
	c->stepped = p->looks[i].stepped;
	for (unsigned k = 0; k < at; k++) {
		unsigned o = p->order[k];
		if (!has_first(p, o, i))
			continue;
		c->log = p->clocks[o].log;
		overlaps = true;
		inside |= has_last(p, o, i);
	}
	for (unsigned k = 0; k < at && c->log == 0; k++) {
		unsigned o = p->order[k], log = p->clocks[o].log;
		if (p->head[log - 1] == o && is_next(p, o, i))
			c->log = log;
	}
	if (c->log == 0) {
		c->log = i + 1;
	} else if (inside) {
		c->goes_on = true;
		c->until = (struct cap_log_line){.number = UINT32_MAX};
		return;
	} else {
		unsigned before = p->head[c->log - 1];
		p->clocks[before].goes_on = true;
		p->clocks[before].overlaps = overlaps && has_last(p, i, before);
		if (p->clocks[before].overlaps)
			c->until = p->looks[before].last_line;
	}
	p->head[c->log - 1] = i;
}

/* Files of one log stand together. */
static void
gather(const struct parts *p)
{
	g_autofree unsigned *all = g_memdup2(p->order, p->n * sizeof *all);
	unsigned n = 0;
	for (unsigned at = 0; at < p->n; at++)
		for (unsigned k = at; k < p->n; k++)
			if (p->clocks[all[at]].log == all[at] + 1 &&
			    p->clocks[all[k]].log == all[at] + 1)
				p->order[n++] = all[k];
}

/* Twice: what they begin and end with, and then who has these lines, too. */
static void
look(struct parts *p, const char *const *paths, const bool *is_log)
{
	g_autofree struct cap_log_line *marks =
	    g_new0(struct cap_log_line, 2 * MOST);
	for (int again = 0; again < 2; again++) {
		const struct cap_clock c = {
		    .marks = marks, .n_marks = again ? 2 * p->n : 0};
		for (unsigned i = 0; i < p->n; i++)
			if (is_log[i])
				cap_log_look(paths[i], UINT64_MAX, &c,
				    &p->looks[i], NULL, NULL);
		for (unsigned i = 0; i < p->n; i++) {
			marks[2 * i] = p->looks[i].first_line;
			marks[2 * i + 1] = p->looks[i].last_line;
		}
	}
}

void
log_parts_find(const char *const *paths, const bool *is_log, unsigned n,
    struct cap_clock *clocks, unsigned *order)
{
	struct parts p = {.n = n, .clocks = clocks, .order = order};
	unsigned logs = 0;
	p.looks = g_new0(struct cap_log_look, n);
	p.head = g_new0(unsigned, n);
	for (unsigned i = 0; i < n; i++) {
		order[i] = i;
		logs += is_log[i];
	}
	if (logs > 1 && n <= MOST)
		look(&p, paths, is_log);
	g_qsort_with_data(order, (int)n, sizeof *order, by_first, &p);
	for (unsigned at = 0; at < n; at++)
		add(&p, at);
	gather(&p);
	g_free(p.looks);
	g_free(p.head);
}
