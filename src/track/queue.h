/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Intrusive first-in-first-out queues.
 *
 * A tracker keeps one queue per constant delay, so that deadlines stand in the
 * order they fall due and nothing is ever searched: advance() looks at the
 * head.  A link that stands in no queue has a NULL next.
 */
#ifndef TRACK_QUEUE_H
#define TRACK_QUEUE_H

#include <stdbool.h>
#include <stddef.h>

#define TRACK_OF(link, type, member)                                           \
 ((type *)(void *)((char *)(link)-offsetof(type, member)))

struct queue_link {
	struct queue_link *prev, *next;
};

struct queue {
	struct queue_link ends; /* prev: last, next: first */
	size_t n;
};

static inline void
queue_init(struct queue *q)
{
	q->ends.prev = q->ends.next = &q->ends;
	q->n = 0;
}

static inline void
queue_push(struct queue *q, struct queue_link *l)
{
	l->prev = q->ends.prev;
	l->next = &q->ends;
	q->ends.prev->next = l;
	q->ends.prev = l;
	q->n++;
}

static inline void
queue_remove(struct queue *q, struct queue_link *l)
{
	l->prev->next = l->next;
	l->next->prev = l->prev;
	l->prev = l->next = NULL;
	q->n--;
}

/* The oldest, or NULL. */
static inline struct queue_link *
queue_first(const struct queue *q)
{
	return q->ends.next == &q->ends ? NULL : q->ends.next;
}

/* The youngest, or NULL. */
static inline struct queue_link *
queue_last(const struct queue *q)
{
	return q->ends.prev == &q->ends ? NULL : q->ends.prev;
}

/* The one after l, or NULL. */
static inline struct queue_link *
queue_next(const struct queue *q, const struct queue_link *l)
{
	return l->next == &q->ends ? NULL : l->next;
}

#endif
