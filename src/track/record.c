/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What all records share: their memory, their identity, their absent values.
 * The form they have in the spool is codec.c's.
 *
 * The arena is a chain of blocks, newest first.  Blocks double in size, so
 * that a small record costs one small block and a large one few; a reset keeps
 * the newest, which is the largest unless one odd request was larger.
 */
#include "track/record.h"

#include "base/decimal.h"

#include <assert.h>
#include <stdalign.h>

enum {
	FIRST_BLOCK = 2048 - 16, /* what malloc makes 2 kB of */
	FIRST_OF_POOL = 2560,    /* a registration with a challenge */
	LARGEST_BLOCK = 64 * 1024,
	ALIGN = alignof(max_align_t),
};

struct rec_block {
	struct rec_block *older;
	size_t size, used; /* of data */
	alignas(max_align_t) uint8_t data[];
};

void
rec_arena_init(
    struct rec_arena *a, struct rs_account *pay, struct rs_pool *pool)
{
	*a = (struct rec_arena){.pay = pay, .pool = pool};
}

static void
block_free(struct rec_arena *a, struct rec_block *b)
{
	size_t n = sizeof *b + b->size;
	a->held -= n;
	if (a->pay)
		rs_account_refund(a->pay, n);
	rs_pool_give(a->pool, b, n);
}

static struct rec_block *
block_add(struct rec_arena *a, size_t need)
{
	size_t n = a->pool ? FIRST_OF_POOL : FIRST_BLOCK;
	if (a->blocks) {
		size_t before = sizeof *a->blocks + a->blocks->size;
		n = 2 * before;
		if (a->pool && n > RS_POOL_LARGEST && before < RS_POOL_LARGEST)
			n = RS_POOL_LARGEST;
		if (n > LARGEST_BLOCK)
			n = LARGEST_BLOCK;
	}
	if (n < sizeof(struct rec_block) + need)
		n = sizeof(struct rec_block) + need;
	struct rec_block *b = rs_pool_take(a->pool, n);
	b->older = a->blocks;
	b->size = n - sizeof *b;
	b->used = 0;
	a->blocks = b;
	a->held += n;
	if (a->pay)
		rs_account_force(a->pay, n);
	return b;
}

/* Not zeroed. */
static inline void *
take(struct rec_arena *a, size_t n)
{
	assert(n < SIZE_MAX / 4);
	n = (n + ALIGN - 1) & ~(size_t)(ALIGN - 1);
	struct rec_block *b = a->blocks;
	if (b == NULL || n > b->size - b->used)
		b = block_add(a, n);
	void *p = b->data + b->used;
	b->used += n;
	return p;
}

void *
rec_arena_alloc(struct rec_arena *a, size_t n)
{
	return memset(take(a, n), 0, n);
}

struct rs_span
rec_arena_text(struct rec_arena *a, struct rs_span s)
{
	if (s.p == NULL)
		return s;
	uint8_t *p = take(a, s.n ? s.n : 1);
	if (s.n)
		memcpy(p, s.p, s.n);
	return (struct rs_span){p, s.n};
}

void
rec_arena_reset(struct rec_arena *a)
{
	struct rec_block *keep = a->blocks;
	if (keep == NULL)
		return;
	for (struct rec_block *b = keep->older, *older; b; b = older) {
		older = b->older;
		block_free(a, b);
	}
	keep->older = NULL;
	keep->used = 0;
	if (sizeof *keep + keep->size > LARGEST_BLOCK)
		rec_arena_clear(a);
}

void
rec_arena_clear(struct rec_arena *a)
{
	for (struct rec_block *b = a->blocks, *older; b; b = older) {
		older = b->older;
		block_free(a, b);
	}
	a->blocks = NULL;
}

void *
rec_list_add(struct rec_list *l, struct rec_arena *a, size_t size)
{
	if (l->n == l->size) {
		uint32_t room = l->size ? 2 * l->size : size > 64 ? 1 : 4;
		assert(room > l->size);
		void *v = take(a, room * size);
		if (l->n)
			memcpy(v, l->v, l->n * size);
		l->v = v;
		l->size = room;
	}
	return memset((uint8_t *)l->v + l->n++ * size, 0, size);
}

void
rec_init(const struct rec_type *type, void *rec)
{
	memset(rec, 0, type->size);
	for (size_t i = 0; i < type->n_fields; i++) {
		const struct rec_field *f = &type->fields[i];
		void *p = (uint8_t *)rec + f->offset;
		switch (f->kind) {
		case REC_NUMBER:
		case REC_MS:
		case REC_PERCENT:
			*(int64_t *)p = REC_ABSENT;
			break;
		case REC_TIME:
			*(rs_time *)p = RS_NEVER;
			break;
		case REC_STRUCT:
			rec_init(f->more, p);
			break;
		case REC_TEXT:
		case REC_ENUM:
		case REC_TRUTH:
		case REC_FRAME:
		case REC_ID:
		case REC_ENDPOINT:
		case REC_LIST:
		case REC_TEXTS:
		case REC_FRAMES:
		case REC_COUNTS:
			break; /* absent is zero */
		}
	}
}

size_t
rec_id_format(const struct rec_id *id, char out[REC_ID_TEXT])
{
	size_t n = rs_decimal(out, id->frame.file);
	out[n++] = '-';
	n += rs_decimal(out + n, rs_frame_number(id->frame));
	if (id->nth) {
		out[n++] = '-';
		n += rs_decimal(out + n, id->nth);
	}
	out[n] = '\0';
	return n;
}

size_t
rec_name_format(const struct rec_type *type, const struct rec_id *id,
    char out[REC_NAME_TEXT])
{
	size_t n = strlen(type->name);
	assert(n < REC_NAME_TEXT - REC_ID_TEXT);
	memcpy(out, type->name, n);
	out[n++] = ' ';
	return n + rec_id_format(id, out + n);
}

int
rec_id_cmp(const struct rec_id *a, const struct rec_id *b)
{
	int c = rs_frame_cmp(a->frame, b->frame);
	if (c)
		return c;
	return a->nth < b->nth ? -1 : a->nth > b->nth;
}
