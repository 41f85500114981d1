/* SPDX-License-Identifier: Apache-2.0 */
/* The stream layer of the tests; the properties are in stream_check.c. */
#include "stream_driver.h"

#include <stdlib.h>

static struct rs_span
guarded(struct stream_driver *d, struct rs_span s)
{
	if (s.n > d->guard.room) {
		guard_clear(&d->guard);
		guard_init(&d->guard, 2 * s.n);
	}
	return guard_put(&d->guard, s);
}

void
stream_driver_init(struct stream_driver *d,
    const struct rs_dissector *dissector, enum rs_carrier over,
    const struct rs_sink *out)
{
	memset(d, 0, sizeof *d);
	d->dissector = dissector;
	d->over = over;
	d->out = out;
	d->state = calloc(1, dissector->state_size + 1);
	if (d->state == NULL)
		abort();
	guard_init(&d->guard, 4096);
}

void
stream_driver_clear(struct stream_driver *d)
{
	for (int i = 0; i < 2; i++) {
		free(d->half[i].p);
		free(d->half[i].v);
	}
	free(d->state);
	guard_clear(&d->guard);
	memset(d, 0, sizeof *d);
}

static void
consume(struct stream_half *h, size_t n)
{
	size_t drop = 0;
	while (drop < h->n_v && h->v[drop].end <= n)
		drop++;
	h->n_v -= drop;
	memmove(h->v, h->v + drop, h->n_v * sizeof *h->v);
	for (size_t i = 0; i < h->n_v; i++)
		h->v[i].end -= n;
	memmove(h->p, h->p + n, h->n - n);
	h->n -= n;
}

static void
append(struct stream_half *h, struct rs_span s, const struct rs_stamp *at)
{
	h->p = realloc(h->p, h->n + s.n);
	h->v = realloc(h->v, (h->n_v + 1) * sizeof *h->v);
	if (h->p == NULL || h->v == NULL)
		abort();
	memcpy(h->p + h->n, s.p, s.n);
	h->n += s.n;
	bool same = h->n_v && rs_frame_eq(h->v[h->n_v - 1].at.to, at->to);
	h->n_v += !same;
	h->v[h->n_v - 1] = (struct rs_arrival){h->n, *at};
}

/* Says what is wrong with an answer, or NULL. */
static const char *
contract(struct rs_progress p, size_t given)
{
	switch (p.how) {
	case RS_PARSED:
		return p.consumed == 0      ? "parsed nothing"
		       : p.consumed > given ? "consumed more than given"
					    : NULL;
	case RS_MORE:
		return p.consumed        ? "more, and consumed"
		       : p.need <= given ? "needs no more than it was given"
					 : NULL;
	case RS_MALFORMED:
		return p.consumed == 0      ? "malformed, nothing consumed"
		       : p.consumed > given ? "consumed more than given"
					    : NULL;
	case RS_GIVEN_UP:
		return NULL;
	}
	return "no such answer";
}

static bool
is_stream(enum rs_carrier over)
{
	return over & (RS_OVER_TCP | RS_OVER_TLS);
}

static void
run(struct stream_driver *d, enum rs_dir dir)
{
	struct stream_half *h = &d->half[dir];
	while (d->fault == NULL && !h->dead && h->n && h->n >= h->need) {
		struct rs_where where = {h->v, h->n_v};
		struct rs_span data = guarded(d, (struct rs_span){h->p, h->n});
		h->need = 0;
		d->feeds++;
		struct rs_progress p = d->dissector->feed(
		    d->state, d->over, dir, data, &where, d->out);
		d->fault = contract(p, h->n);
		if (d->fault)
			return;
		if (p.how == RS_MORE) {
			h->need = p.need;
			break;
		}
		if (p.how == RS_GIVEN_UP) {
			h->dead = true;
			break;
		}
		consume(h, p.consumed);
	}
	if (h->dead || !is_stream(d->over)) {
		consume(h, h->n); /* a datagram has no more to come */
		h->need = 0;
	}
}

void
stream_driver_push(struct stream_driver *d, enum rs_dir dir,
    struct rs_span bytes, const struct rs_stamp *at)
{
	if (bytes.n == 0 || d->fault || d->half[dir].dead)
		return;
	append(&d->half[dir], bytes, at);
	if (!d->hold)
		run(d, dir);
}

void
stream_driver_release(struct stream_driver *d, enum rs_dir dir)
{
	d->hold = false;
	run(d, dir);
}

void
stream_driver_gap(struct stream_driver *d, enum rs_dir dir, uint64_t missing,
    const struct rs_stamp *at)
{
	struct stream_half *h = &d->half[dir];
	if (d->fault || h->dead)
		return;
	h->n = h->n_v = h->need = 0; /* lost with what is missing */
	d->dissector->gap(d->state, dir, missing, at, d->out);
}

void
stream_driver_close(
    struct stream_driver *d, enum rs_dir dir, const struct rs_stamp *at)
{
	struct stream_half *h = &d->half[dir];
	if (d->fault)
		return;
	d->dissector->close(d->state, dir,
	    guarded(d, (struct rs_span){h->p, h->n}), at, d->out);
	h->n = h->n_v = h->need = 0;
}
