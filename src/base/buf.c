/* SPDX-License-Identifier: Apache-2.0 */
#include "base/buf.h"

#include <assert.h>

enum { SMALLEST = 256 };

void
rs_buf_init(struct rs_buf *b, size_t max, struct rs_account *pay)
{
	*b = (struct rs_buf){.max = max, .pay = pay};
}

void
rs_buf_clear(struct rs_buf *b)
{
	if (b->p == NULL)
		return;
	rs_pool_give(b->pool, b->p, b->size);
	if (b->pay)
		rs_account_refund(b->pay, b->size);
	b->p = NULL;
	b->n = b->size = 0;
}

/* Never fails: sizes are clamped before they get here. */
static void
grow(struct rs_buf *b, size_t size)
{
	uint8_t *p = rs_pool_take(b->pool, size);
	if (b->n)
		memcpy(p, b->p, b->n);
	if (b->p)
		rs_pool_give(b->pool, b->p, b->size);
	b->p = p;
	b->size = size;
}

uint8_t *
rs_buf_reserve(struct rs_buf *b, size_t n)
{
	if (n > b->max - b->n)
		return NULL;
	if (n <= b->size - b->n)
		return b->p + b->n;

	size_t size = b->size ? b->size : SMALLEST;
	while (size - b->n < n)
		size *= 2;
	if (size > b->max)
		size = b->max;
	if (b->pay && !rs_account_charge(b->pay, size - b->size))
		return NULL;
	grow(b, size);
	return b->p + b->n;
}

bool
rs_buf_add(struct rs_buf *b, struct rs_span s)
{
	if (s.n == 0)
		return true;
	uint8_t *to = rs_buf_reserve(b, s.n);
	if (to == NULL)
		return false;
	memcpy(to, s.p, s.n);
	b->n += s.n;
	return true;
}

void
rs_buf_drop(struct rs_buf *b, size_t n)
{
	assert(n <= b->n);
	b->n -= n;
	if (b->n)
		memmove(b->p, b->p + n, b->n);
}
