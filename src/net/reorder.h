/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The reorder buffer (ngtcp2's rob): knows offsets, not TCP.
 *
 * Holds segments that came before their turn, each with its stamp, and gives
 * them back in order, each byte once.  Where segments overlap the first arrival
 * wins; bytes that differ are counted as conflicts.
 */
#ifndef NET_REORDER_H
#define NET_REORDER_H

#include "base/account.h"
#include "base/pool.h"
#include "base/span.h"
#include "base/stamp.h"

struct reorder_segment;

struct reorder {
	struct reorder_segment *head, *tail; /* by offset */
	size_t bytes;                        /* held */
	size_t max; /* most it may hold, what it costs to hold included */
	unsigned segments;
	struct rs_account *pay;
	struct rs_pool *pool; /* of the segments; NULL: malloc */
};

/* pay and pool must outlive it; pool may be NULL. */
void reorder_init(struct reorder *r, size_t max, struct rs_account *pay,
    struct rs_pool *pool);
void reorder_clear(struct reorder *r);
/* Copies in [offset, offset + data.n).  False when there is no room, though a
   part of it may be held then; sets *conflict where held bytes differ. */
bool reorder_push(struct reorder *r, uint64_t offset, struct rs_span data,
    const struct rs_stamp *at, bool *conflict);
/* True when bytes held in that range are not these. */
bool reorder_differs(
    const struct reorder *r, uint64_t offset, struct rs_span data);
/* The segment that starts at or before `offset` and reaches past it, cut to
   start there; false when the next byte is not held. */
bool reorder_at(const struct reorder *r, uint64_t offset, struct rs_span *data,
    struct rs_stamp *at);
/* The first offset held; false when nothing is. */
bool reorder_first(const struct reorder *r, uint64_t *offset);
/* Forgets everything before offset. */
void reorder_drop(struct reorder *r, uint64_t offset);

#endif
