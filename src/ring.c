/* SPDX-License-Identifier: Apache-2.0 */
#include "ring.h"

#include <stdlib.h>
#include <string.h>

enum { ALIGN = 16 };

struct ring {
	uint8_t *p;
	size_t size;
	rs_time age;
	size_t from, used; /* where the oldest is, and bytes up to the end */
};

struct ring *
ring_new(size_t bytes, rs_time age)
{
	struct ring *r = g_new0(struct ring, 1);
	r->size = bytes & ~(size_t)(ALIGN - 1);
	r->age = age;
	r->p = g_malloc(r->size);
	return r;
}

void
ring_free(struct ring *r)
{
	if (r == NULL)
		return;
	g_free(r->p);
	g_free(r);
}

static struct ring_packet *
at(const struct ring *r, size_t place)
{
	return (void *)(r->p + place);
}

static void
drop_oldest(struct ring *r)
{
	size_t n = at(r, r->from)->size;
	r->from = (r->from + n) % r->size;
	r->used -= n;
}

/* n bytes in one piece, behind the newest. */
static struct ring_packet *
room(struct ring *r, size_t n)
{
	size_t place = (r->from + r->used) % r->size;
	size_t rest = r->size - place;
	size_t needed = rest < n ? rest + n : n;
	while (r->used && r->used + needed > r->size)
		drop_oldest(r);
	if (rest >= n)
		return at(r, place);
	/* A rest that is too short for a packet holds a filler, if only its
	   size: packets and rests are multiples of ALIGN. */
	at(r, place)->size = rest;
	if (rest >= sizeof(struct ring_packet))
		at(r, place)->frame.bytes.p = NULL;
	r->used += rest;
	return at(r, 0);
}

void
ring_push(
    struct ring *r, const struct cap_frame *f, const struct engine_look *look)
{
	size_t n = (sizeof(struct ring_packet) + f->bytes.n + ALIGN - 1) &
		   ~(size_t)(ALIGN - 1);
	if (n > r->size / 2)
		return;
	while (r->age && r->used) {
		const struct ring_packet *oldest = ring_next(r, NULL);
		if (oldest == NULL || oldest->frame.ts >= f->ts - r->age)
			break;
		drop_oldest(r);
	}
	struct ring_packet *p = room(r, n);
	p->size = n;
	p->frame = *f;
	p->look = *look;
	p->frame.bytes.p = (uint8_t *)(p + 1);
	if (f->bytes.n)
		memcpy(p + 1, f->bytes.p, f->bytes.n);
	r->used += n;
}

static bool
is_filler(const struct ring *r, const struct ring_packet *p)
{
	size_t rest = r->size - (size_t)((const uint8_t *)p - r->p);
	return rest < sizeof *p || p->frame.bytes.p == NULL;
}

const struct ring_packet *
ring_next(const struct ring *r, const struct ring_packet *p)
{
	size_t end = r->from + r->used; /* not taken round */
	size_t place = r->from;
	if (p) {
		place = (size_t)((const uint8_t *)p - r->p);
		if (place < r->from)
			place += r->size;
		place += p->size;
	}
	while (place < end && is_filler(r, at(r, place % r->size)))
		place += at(r, place % r->size)->size;
	return place < end ? at(r, place % r->size) : NULL;
}
