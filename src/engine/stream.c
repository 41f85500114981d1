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
	for (int i = 0; i < 2; i++) {
		rs_buf_init(&s->half[i].pending, STREAM_MAX_PENDING, pay);
		s->half[i].pending.pool = pool;
	}
}

/* Nothing waits: the memory is for whoever is next. */
static void
let_go(struct stream *s, struct stream_half *h)
{
	rs_buf_clear(&h->pending);
	if (h->arrivals)
		rs_pool_give(
		    s->pool, h->arrivals, h->room * sizeof *h->arrivals);
	h->arrivals = NULL;
	h->n_arrivals = h->room = 0;
}

void
stream_clear(struct stream *s)
{
	for (int i = 0; i < 2; i++)
		let_go(s, &s->half[i]);
	if (s->state)
		rs_pool_give(s->pool, s->state, s->dissector->state_size);
	s->state = NULL;
}

/* Forgets the first n pending bytes. */
static void
drop(struct stream *s, struct stream_half *h, size_t n)
{
	if (n == h->pending.n) {
		let_go(s, h);
		return;
	}
	if (n == 0)
		return;
	size_t gone = 0;
	while (gone < h->n_arrivals && h->arrivals[gone].end <= n)
		gone++;
	h->n_arrivals -= gone;
	for (size_t i = 0; i < h->n_arrivals; i++) {
		h->arrivals[i] = h->arrivals[i + gone];
		h->arrivals[i].end -= n;
	}
	rs_buf_drop(&h->pending, n);
}

static void
more_arrivals(struct stream *s, struct stream_half *h)
{
	size_t room = h->room ? h->room * 2 : 4;
	struct rs_arrival *v = rs_pool_take(s->pool, room * sizeof *v);
	if (h->room) {
		memcpy(v, h->arrivals, h->n_arrivals * sizeof *v);
		rs_pool_give(s->pool, h->arrivals, h->room * sizeof *v);
	}
	h->arrivals = v;
	h->room = room;
}

/* Keeps bytes for later; false when there is no room for them. */
static bool
keep(struct stream *s, struct stream_half *h, struct rs_span bytes,
    const struct rs_stamp *at)
{
	if (!rs_buf_add(&h->pending, bytes))
		return false;
	if (h->n_arrivals == STREAM_MAX_ARRIVALS) {
		/* A message in thousands of crumbs: the last stamp stands for
		   the rest of them. */
		struct rs_arrival *last = &h->arrivals[h->n_arrivals - 1];
		last->end = h->pending.n;
		last->at.complete = MAX(last->at.complete, at->complete);
		last->at.to = at->to;
		return true;
	}
	if (h->n_arrivals == h->room)
		more_arrivals(s, h);
	h->arrivals[h->n_arrivals++] =
	    (struct rs_arrival){.end = h->pending.n, .at = *at};
	return true;
}

static void
lose(struct stream *s, enum rs_dir dir, size_t bytes, const struct rs_stamp *at,
    const struct rs_sink *out)
{
	struct stream_half *h = &s->half[dir];
	(*s->refused)++;
	bytes += h->pending.n;
	let_go(s, h);
	h->need = 0;
	s->dissector->gap(s->state, dir, bytes, at, out);
}

/*
 * Feeds data until it is used up or more is wanted; how much was taken.  where
 * is adjusted on the way: its entries count from what is fed.
 */
static size_t
feed(struct stream *s, enum rs_dir dir, struct rs_span data,
    struct rs_arrival *arrivals, size_t n, const struct rs_sink *out)
{
	struct stream_half *h = &s->half[dir];
	size_t taken = 0, base = 0;
	h->need = 0;
	while (taken < data.n && !h->given_up) {
		struct rs_where where = {arrivals, n};
		struct rs_progress p = s->dissector->feed(s->state, s->over,
		    dir, rs_span_from(data, taken), &where, out);
		if (p.how == RS_MORE) {
			h->need = p.need;
			break;
		}
		if (p.how == RS_GIVEN_UP) {
			h->given_up = true;
			break;
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
	return h->given_up ? data.n : taken;
}

void
stream_data(struct stream *s, enum rs_dir dir, struct rs_span bytes,
    const struct rs_stamp *at, const struct rs_sink *out)
{
	struct stream_half *h = &s->half[dir];
	if (h->given_up || bytes.n == 0)
		return;
	if (h->pending.n == 0) {
		struct rs_arrival one = {.end = bytes.n, .at = *at};
		bytes = rs_span_from(bytes, feed(s, dir, bytes, &one, 1, out));
		if (bytes.n && !keep(s, h, bytes, at))
			lose(s, dir, bytes.n, at, out);
		return;
	}
	if (!keep(s, h, bytes, at)) {
		lose(s, dir, bytes.n, at, out);
		return;
	}
	if (h->pending.n < h->need)
		return;
	/* feed() moves the ends of the entries; work on a copy of them. */
	struct rs_arrival few[16], *copy = few;
	if (h->n_arrivals > G_N_ELEMENTS(few))
		copy = g_new(struct rs_arrival, h->n_arrivals);
	memcpy(copy, h->arrivals, h->n_arrivals * sizeof *copy);
	size_t taken =
	    feed(s, dir, rs_buf_view(&h->pending), copy, h->n_arrivals, out);
	if (copy != few)
		g_free(copy);
	drop(s, h, taken);
}

void
stream_datagram(struct stream *s, enum rs_dir dir, struct rs_span bytes,
    const struct rs_stamp *at, const struct rs_sink *out)
{
	struct rs_arrival one = {.end = bytes.n, .at = *at};
	s->half[dir].given_up = false;
	feed(s, dir, bytes, &one, 1, out);
}

void
stream_gap(struct stream *s, enum rs_dir dir, uint64_t missing,
    const struct rs_stamp *at, const struct rs_sink *out)
{
	struct stream_half *h = &s->half[dir];
	missing += h->pending.n;
	let_go(s, h);
	h->need = 0;
	if (!h->given_up)
		s->dissector->gap(s->state, dir, missing, at, out);
}

void
stream_close(struct stream *s, enum rs_dir dir, const struct rs_stamp *at,
    const struct rs_sink *out)
{
	struct stream_half *h = &s->half[dir];
	if (!h->given_up)
		s->dissector->close(
		    s->state, dir, rs_buf_view(&h->pending), at, out);
	let_go(s, h);
	h->given_up = true;
}
