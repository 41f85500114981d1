/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A list of segments by offset that never overlap: what a new one has in common
 * with those held is compared and left out, the rest goes in as one segment a
 * hole.  Segments mostly come in order even after a hole, so the end is looked
 * at first.  The cost of a segment counts against the limit, so that a buffer
 * full of one-byte segments is not long to walk.
 */
#include "net/reorder.h"

struct reorder_segment {
	struct reorder_segment *next;
	uint64_t offset;
	size_t n;
	struct rs_stamp at;
	uint8_t bytes[];
};

static inline uint64_t
end_of(const struct reorder_segment *s)
{
	return s->offset + s->n;
}

void
reorder_init(
    struct reorder *r, size_t max, struct rs_account *pay, struct rs_pool *pool)
{
	*r = (struct reorder){.max = max, .pay = pay, .pool = pool};
}

static void
drop_head(struct reorder *r)
{
	struct reorder_segment *s = r->head;
	r->head = s->next;
	if (!r->head)
		r->tail = NULL;
	r->bytes -= s->n;
	r->segments--;
	rs_account_refund(r->pay, sizeof *s + s->n);
	rs_pool_give(r->pool, s, sizeof *s + s->n);
}

void
reorder_clear(struct reorder *r)
{
	while (r->head)
		drop_head(r);
}

/* A copy of data in the list, between *link and what it points to. */
static bool
insert(struct reorder *r, struct reorder_segment **link, uint64_t offset,
    struct rs_span data, const struct rs_stamp *at)
{
	size_t size = sizeof(struct reorder_segment) + data.n;
	size_t held = r->bytes + r->segments * sizeof(struct reorder_segment);
	if (size > r->max || held > r->max - size ||
	    !rs_account_charge(r->pay, size))
		return false;
	struct reorder_segment *s = rs_pool_take(r->pool, size);
	s->next = *link;
	s->offset = offset;
	s->n = data.n;
	s->at = *at;
	memcpy(s->bytes, data.p, data.n);
	*link = s;
	if (!s->next)
		r->tail = s;
	r->bytes += data.n;
	r->segments++;
	return true;
}

bool
reorder_push(struct reorder *r, uint64_t offset, struct rs_span data,
    const struct rs_stamp *at, bool *conflict)
{
	struct reorder_segment **link = &r->head;
	if (r->tail && offset >= end_of(r->tail))
		link = &r->tail->next;
	while (data.n > 0) {
		struct reorder_segment *s = *link;
		if (s && end_of(s) <= offset) {
			link = &s->next;
			continue;
		}
		/* The part before s is new. */
		size_t n = data.n;
		if (s && s->offset < offset + n)
			n = s->offset > offset ? (size_t)(s->offset - offset)
					       : 0;
		if (n > 0) {
			if (!insert(
				r, link, offset, rs_span_part(data, 0, n), at))
				return false;
			link = &(*link)->next;
		} else {
			/* What s has of it came first. */
			size_t skip = (size_t)(offset - s->offset);
			n = s->n - skip < data.n ? s->n - skip : data.n;
			if (memcmp(s->bytes + skip, data.p, n) != 0)
				*conflict = true;
			link = &s->next;
		}
		offset += n;
		data = rs_span_from(data, n);
	}
	return true;
}

bool
reorder_differs(const struct reorder *r, uint64_t offset, struct rs_span data)
{
	for (struct reorder_segment *s = r->head;
	     s && s->offset < offset + data.n; s = s->next) {
		uint64_t from = s->offset > offset ? s->offset : offset;
		uint64_t to =
		    end_of(s) < offset + data.n ? end_of(s) : offset + data.n;
		if (from < to &&
		    memcmp(s->bytes + (from - s->offset),
			data.p + (from - offset), (size_t)(to - from)) != 0)
			return true;
	}
	return false;
}

bool
reorder_at(const struct reorder *r, uint64_t offset, struct rs_span *data,
    struct rs_stamp *at)
{
	struct reorder_segment *s = r->head;
	while (s && end_of(s) <= offset)
		s = s->next;
	if (!s || s->offset > offset)
		return false;
	size_t skip = (size_t)(offset - s->offset);
	*data = (struct rs_span){s->bytes + skip, s->n - skip};
	*at = s->at;
	return true;
}

bool
reorder_first(const struct reorder *r, uint64_t *offset)
{
	if (!r->head)
		return false;
	*offset = r->head->offset;
	return true;
}

void
reorder_drop(struct reorder *r, uint64_t offset)
{
	while (r->head && end_of(r->head) <= offset)
		drop_head(r);
}
