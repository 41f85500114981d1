/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Growable bytes with a hard cap, charged to an account.
 *
 * For stream bytes that wait for the rest of their message, and for records on
 * their way to the spool.  A refused append leaves the buffer as it was.
 */
#ifndef BASE_BUF_H
#define BASE_BUF_H

#include "base/account.h"
#include "base/pool.h"
#include "base/span.h"

struct rs_buf {
	uint8_t *p;
	size_t n, size;
	size_t max;             /* never holds more than this */
	struct rs_account *pay; /* charged for `size`; NULL: nobody */
	struct rs_pool *pool;   /* where p is from; NULL: malloc */
};

/* An empty buffer; allocates nothing.  pay may be NULL and must outlive it, as
   must a pool, which whoever has one sets while the buffer is empty. */
void rs_buf_init(struct rs_buf *b, size_t max, struct rs_account *pay);
/* Frees what it holds; the buffer can be used again afterwards. */
void rs_buf_clear(struct rs_buf *b);
/* Room for n more bytes at b->p + b->n, or NULL when cap or budget say no. */
uint8_t *rs_buf_reserve(struct rs_buf *b, size_t n);
/* Appends a copy of s; false when cap or budget say no. */
bool rs_buf_add(struct rs_buf *b, struct rs_span s);
/* Drops the first n bytes (n <= b->n). */
void rs_buf_drop(struct rs_buf *b, size_t n);

static inline struct rs_span
rs_buf_view(const struct rs_buf *b)
{
	return (struct rs_span){b->p, b->n};
}

#endif
