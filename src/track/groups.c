/* SPDX-License-Identifier: Apache-2.0 */
#include "track/groups.h"

#include <glib.h>
#include <stdlib.h>

struct group {
	struct tally tally;
	struct rs_endpoint server;
	struct rs_span name; /* owned */
	size_t n;
	uint8_t key[];
};

static struct group *
group_new(struct rs_span key)
{
	struct group *x = g_malloc0(sizeof *x + key.n);
	tally_init(&x->tally, GROUPS_EXACT);
	x->n = key.n;
	if (key.n)
		memcpy(x->key, key.p, key.n);
	return x;
}

static void
group_free(struct group *x)
{
	if (x == NULL)
		return;
	tally_clear(&x->tally);
	g_free((void *)(uintptr_t)x->name.p);
	g_free(x);
}

void
groups_clear(struct groups *g)
{
	for (size_t i = 0; i < g->n; i++)
		group_free(g->v[i]);
	group_free(g->rest);
	*g = (struct groups){0};
}

static int
compare(struct rs_span a, struct rs_span b)
{
	size_t n = a.n < b.n ? a.n : b.n;
	int c = n ? memcmp(a.p, b.p, n) : 0;
	return c ? c : a.n < b.n ? -1 : a.n > b.n;
}

static struct rs_span
key_of(const struct group *x)
{
	return (struct rs_span){x->key, x->n};
}

static struct group *
rest_touch(struct groups *g)
{
	if (g->rest == NULL)
		g->rest = group_new((struct rs_span){0});
	return g->rest;
}

/* Where key is, or where it would go. */
static size_t
place(const struct groups *g, struct rs_span key)
{
	size_t from = 0, to = g->n;
	while (from < to) {
		size_t middle = (from + to) / 2;
		if (compare(key_of(g->v[middle]), key) < 0)
			from = middle + 1;
		else
			to = middle;
	}
	return from;
}

static struct group *
group_touch(struct groups *g, struct rs_span key)
{
	size_t i = place(g, key);
	if (i < g->n && compare(key_of(g->v[i]), key) == 0)
		return g->v[i];
	if (i == GROUPS_KEPT)
		return rest_touch(g);
	if (g->n == GROUPS_KEPT) {
		struct group *greatest = g->v[--g->n];
		tally_merge(&rest_touch(g)->tally, &greatest->tally);
		memset(g->recent, 0, sizeof g->recent);
		group_free(greatest);
	}
	memmove(&g->v[i + 1], &g->v[i], (g->n - i) * sizeof *g->v);
	g->n++;
	return g->v[i] = group_new(key);
}

/* A few bytes tell most keys apart; that others share a place costs time. */
static size_t
recent_place(struct rs_span key)
{
	if (key.n == 0)
		return 0;
	size_t at = key.n + key.p[key.n < 4 ? 0 : 3] + 3u * key.p[key.n / 2] +
		    5u * key.p[key.n - 1];
	return at % GROUPS_RECENT;
}

static void
take_name(struct group *x, struct rs_span name)
{
	name = rs_span_part(name, 0, GROUPS_TEXT);
	if (name.n == 0 || (x->name.p && compare(x->name, name) <= 0))
		return;
	g_free((void *)(uintptr_t)x->name.p);
	x->name = (struct rs_span){g_memdup2(name.p, name.n), name.n};
}

void
groups_add(struct groups *g, struct rs_span key,
    const struct rec_endpoint *server, const struct rec_registration *r)
{
	key = rs_span_part(key, 0, GROUPS_TEXT);
	struct group **recent = &g->recent[recent_place(key)];
	struct group *x = *recent;
	if (x == NULL || !rs_span_eq(key_of(x), key))
		x = group_touch(g, key);
	tally_add(&x->tally, r);
	if (x == g->rest)
		return;
	*recent = x;
	if (server) {
		x->server = server->at;
		take_name(x, server->name);
	}
}

/* ---- result ---- */

static int
by_attempts(const void *a, const void *b)
{
	const struct group *x = *(struct group *const *)a;
	const struct group *y = *(struct group *const *)b;
	if (x->tally.attempts != y->tally.attempts)
		return x->tally.attempts > y->tally.attempts ? -1 : 1;
	return compare(key_of(x), key_of(y));
}

static struct rec_group *
put(struct rec_list *out, struct tally *t, struct rec_arena *a)
{
	struct rec_group *to = rec_list_add(out, a, sizeof *to);
	rec_init(&rec_group_type, to);
	tally_result(t, to, a);
	return to;
}

void
groups_result(const struct groups *g, struct rec_list *out, struct rec_arena *a)
{
	struct group *v[GROUPS_KEPT];
	struct tally rest;
	if (g->n)
		memcpy(v, g->v, g->n * sizeof *v);
	qsort(v, g->n, sizeof *v, by_attempts);
	tally_init(&rest, GROUPS_EXACT);
	if (g->rest)
		tally_merge(&rest, &g->rest->tally);
	for (size_t i = 0; i < g->n; i++) {
		if (i >= GROUPS_LISTED) {
			tally_merge(&rest, &v[i]->tally);
			continue;
		}
		struct rec_group *to = put(out, &v[i]->tally, a);
		to->server.at = v[i]->server;
		to->server.name = rec_arena_text(a, v[i]->name);
		if (v[i]->server.addr.family == 0 && v[i]->n)
			to->user_agent = rec_arena_text(a, key_of(v[i]));
	}
	if (rest.attempts)
		put(out, &rest, a)->others = RS_TRUE;
	tally_clear(&rest);
}
