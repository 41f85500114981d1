/* SPDX-License-Identifier: Apache-2.0 */
#include "engine/stream.h"

#include <glib.h>

void
stream_init(struct stream *s, const struct rs_dissector *d,
    enum rs_carrier over, struct rs_account *pay, struct rs_pool *pool,
    uint64_t *refused)
{
	*s = (struct stream){.dissector = d,
	    .over = over,
	    .pay = pay,
	    .pool = pool,
	    .refused = refused};
	if (d->state_size)
		s->state = rs_pool_zeroed(pool, d->state_size);
}

static struct stream_rest *
rest_of(struct stream *s, enum rs_dir dir)
{
	struct stream_rest *r = s->rest[dir];
	if (r || !rs_account_charge(s->pay, sizeof *r))
		return r;
	r = rs_pool_zeroed(s->pool, sizeof *r);
	rs_buf_init(&r->bytes, STREAM_MAX_PENDING, s->pay);
	r->bytes.pool = s->pool;
	s->rest[dir] = r;
	return r;
}

static size_t
waiting(const struct stream *s, enum rs_dir dir)
{
	return s->rest[dir] ? s->rest[dir]->bytes.n : 0;
}

/* Nothing waits: the memory is for whoever is next. */
static void
let_go(struct stream *s, enum rs_dir dir)
{
	struct stream_rest *r = s->rest[dir];
	if (r == NULL)
		return;
	rs_buf_clear(&r->bytes);
	if (r->arrivals)
		rs_pool_give(
		    s->pool, r->arrivals, r->room * sizeof *r->arrivals);
	rs_pool_give(s->pool, r, sizeof *r);
	rs_account_refund(s->pay, sizeof *r);
	s->rest[dir] = NULL;
}

void
stream_clear(struct stream *s)
{
	let_go(s, RS_C2S);
	let_go(s, RS_S2C);
	if (s->state)
		rs_pool_give(s->pool, s->state, s->dissector->state_size);
	s->state = NULL;
}

/* Forgets the first n of its bytes, but not all. */
static void
drop(struct stream_rest *r, size_t n)
{
	if (n == 0)
		return;
	size_t gone = 0;
	while (gone < r->n_arrivals && r->arrivals[gone].end <= n)
		gone++;
	r->n_arrivals -= gone;
	for (size_t i = 0; i < r->n_arrivals; i++) {
		r->arrivals[i] = r->arrivals[i + gone];
		r->arrivals[i].end -= n;
	}
	rs_buf_drop(&r->bytes, n);
}

static void
more_arrivals(struct stream *s, struct stream_rest *r)
{
	size_t room = r->room ? r->room * 2 : 4;
	struct rs_arrival *v = rs_pool_take(s->pool, room * sizeof *v);
	if (r->room) {
		memcpy(v, r->arrivals, r->n_arrivals * sizeof *v);
		rs_pool_give(s->pool, r->arrivals, r->room * sizeof *v);
	}
	r->arrivals = v;
	r->room = room;
}

/* Keeps bytes for later; false when there is no room for them. */
static bool
keep(struct stream *s, enum rs_dir dir, struct rs_span bytes,
    const struct rs_stamp *at)
{
	struct stream_rest *r = rest_of(s, dir);
	if (r == NULL || !rs_buf_add(&r->bytes, bytes))
		return false;
	if (r->n_arrivals == STREAM_MAX_ARRIVALS) {
		/* A message in thousands of crumbs: the last stamp stands for
		   the rest of them. */
		struct rs_arrival *last = &r->arrivals[r->n_arrivals - 1];
		last->end = r->bytes.n;
		last->at.complete = MAX(last->at.complete, at->complete);
		last->at.to = at->to;
		return true;
	}
	if (r->n_arrivals == r->room)
		more_arrivals(s, r);
	r->arrivals[r->n_arrivals++] =
	    (struct rs_arrival){.end = r->bytes.n, .at = *at};
	return true;
}

static void
lose(struct stream *s, enum rs_dir dir, size_t bytes, const struct rs_stamp *at,
    const struct rs_sink *out)
{
	(*s->refused)++;
	bytes += waiting(s, dir);
	let_go(s, dir);
	s->dissector->gap(s->state, dir, bytes, at, out);
}

/*
 * Feeds data until it is used up or more is wanted; how much was taken, and
 * how much is needed for the rest.  where is adjusted on the way: its entries
 * count from what is fed.
 */
static size_t
feed(struct stream *s, enum rs_dir dir, struct rs_span data,
    struct rs_arrival *arrivals, size_t n, const struct rs_sink *out,
    size_t *need)
{
	size_t taken = 0, base = 0;
	*need = 0;
	while (taken < data.n) {
		struct rs_where where = {arrivals, n};
		struct rs_progress p = s->dissector->feed(s->state, s->over,
		    dir, rs_span_from(data, taken), &where, out);
		if (p.how == RS_MORE) {
			*need = p.need;
			break;
		}
		if (p.how == RS_GIVEN_UP) {
			s->given_up[dir] = true;
			return data.n;
		}
		g_assert(p.consumed > 0 && p.consumed <= data.n - taken);
		taken += p.consumed;
		/* The entries now count from the new first byte. */
		while (n > 1 && arrivals[0].end <= taken - base) {
			arrivals++;
			n--;
		}
		for (size_t i = 0; i < n; i++)
			arrivals[i].end -= taken - base;
		base = taken;
	}
	return taken;
}

/* What came is all there is. */
static void
feed_new(struct stream *s, enum rs_dir dir, struct rs_span bytes,
    const struct rs_stamp *at, const struct rs_sink *out)
{
	struct rs_arrival one = {.end = bytes.n, .at = *at};
	size_t need;
	bytes = rs_span_from(bytes, feed(s, dir, bytes, &one, 1, out, &need));
	if (bytes.n == 0)
		return;
	if (keep(s, dir, bytes, at))
		s->rest[dir]->need = need;
	else
		lose(s, dir, bytes.n, at, out);
}

void
stream_data(struct stream *s, enum rs_dir dir, struct rs_span bytes,
    const struct rs_stamp *at, const struct rs_sink *out)
{
	struct stream_rest *r = s->rest[dir];
	if (s->given_up[dir] || bytes.n == 0)
		return;
	if (r == NULL) {
		feed_new(s, dir, bytes, at, out);
		return;
	}
	if (!keep(s, dir, bytes, at)) {
		lose(s, dir, bytes.n, at, out);
		return;
	}
	if (r->bytes.n < r->need)
		return;
	/* feed() moves the ends of the entries; work on a copy of them. */
	struct rs_arrival few[16], *copy = few;
	if (r->n_arrivals > G_N_ELEMENTS(few))
		copy = g_new(struct rs_arrival, r->n_arrivals);
	memcpy(copy, r->arrivals, r->n_arrivals * sizeof *copy);
	size_t taken = feed(
	    s, dir, rs_buf_view(&r->bytes), copy, r->n_arrivals, out, &r->need);
	if (copy != few)
		g_free(copy);
	if (taken == r->bytes.n)
		let_go(s, dir);
	else
		drop(r, taken);
}

void
stream_datagram(struct stream *s, enum rs_dir dir, struct rs_span bytes,
    const struct rs_stamp *at, const struct rs_sink *out)
{
	struct rs_arrival one = {.end = bytes.n, .at = *at};
	size_t need;
	s->given_up[dir] = false;
	feed(s, dir, bytes, &one, 1, out, &need);
}

void
stream_gap(struct stream *s, enum rs_dir dir, uint64_t missing,
    const struct rs_stamp *at, const struct rs_sink *out)
{
	missing += waiting(s, dir);
	let_go(s, dir);
	if (!s->given_up[dir])
		s->dissector->gap(s->state, dir, missing, at, out);
}

void
stream_close(struct stream *s, enum rs_dir dir, const struct rs_stamp *at,
    const struct rs_sink *out)
{
	struct rs_span left = {0};
	if (s->rest[dir])
		left = rs_buf_view(&s->rest[dir]->bytes);
	if (!s->given_up[dir])
		s->dissector->close(s->state, dir, left, at, out);
	let_go(s, dir);
	s->given_up[dir] = true;
}
