/* SPDX-License-Identifier: Apache-2.0 */
/* Free lists over slabs, one list for each multiple of 16 bytes. */
#include "base/pool.h"

#include "base/pages.h"

#include <assert.h>
#include <stdalign.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

/* A sanitizer sees what becomes of a block only if malloc made it. */
#ifdef __SANITIZE_ADDRESS__
# define LARGEST 0
#elif defined __has_feature
# if __has_feature(address_sanitizer)
#  define LARGEST 0
# endif
#endif
#ifndef LARGEST
# define LARGEST RS_POOL_LARGEST
#endif

enum { FIRST_SLAB = 64 * 1024, LAST_SLAB = 8 * RS_LARGE_PAGE, LINE = 64 };
_Static_assert(RS_POOL_KEPT < FIRST_SLAB - 2 * LINE, "fits in the first one");

struct rs_pool_free {
	struct rs_pool_free *next;
};

/* A block too large for the lists, which is malloc's. */
struct rs_pool_large {
	struct rs_pool_large *prev, *next;
	alignas(max_align_t) unsigned char data[];
};

struct rs_pool_slab {
	struct rs_pool_slab *older;
	size_t size; /* of it all */
	alignas(max_align_t) unsigned char data[];
};

void
rs_pool_init(struct rs_pool *p)
{
	*p = (struct rs_pool){0};
}

void
rs_pool_clear(struct rs_pool *p)
{
	for (struct rs_pool_slab *s = p->slabs, *older; s; s = older) {
		older = s->older;
		rs_pages_free(s, s->size);
	}
	for (struct rs_pool_large *l = p->large, *next; l; l = next) {
		next = l->next;
		free(l);
	}
	rs_pool_init(p);
}

/* A small one for small captures, then twice as large each; what is not used
   yet of a large one takes no memory.  It begins with a line of the cache, so
   that a block of 64 bytes among others of them is in one, and not in two. */
static void
add_slab(struct rs_pool *p)
{
	size_t n = p->slabs ? 2 * p->slabs->size : FIRST_SLAB;
	if (n > LAST_SLAB)
		n = LAST_SLAB;
	struct rs_pool_slab *s = rs_pages_raw(n);
	if (s == NULL)
		abort();
	s->older = p->slabs;
	s->size = n;
	p->slabs = s;
	size_t skip = -(uintptr_t)s->data % LINE;
	p->at = s->data + skip;
	p->left = n - sizeof *s - skip;
}

static void *
cut(struct rs_pool *p, size_t n)
{
	if (p->left < n)
		add_slab(p);
	void *block = p->at;
	p->at += n;
	p->left -= n;
	return block;
}

void *
rs_pool_keep(struct rs_pool *p, size_t n)
{
	assert(n <= RS_POOL_KEPT);
	return memset(
	    cut(p, (n + RS_POOL_STEP - 1) / RS_POOL_STEP * RS_POOL_STEP), 0, n);
}

static void *
take_large(struct rs_pool *p, size_t n)
{
	struct rs_pool_large *l = malloc(sizeof *l + n);
	if (l == NULL)
		abort();
	l->prev = NULL;
	l->next = p->large;
	if (l->next)
		l->next->prev = l;
	p->large = l;
	return l->data;
}

static void
give_large(struct rs_pool *p, void *block)
{
	struct rs_pool_large *l =
	    (struct rs_pool_large *)(void *)((unsigned char *)block -
					     offsetof(
						 struct rs_pool_large, data));
	if (l->next)
		l->next->prev = l->prev;
	if (l->prev)
		l->prev->next = l->next;
	else
		p->large = l->next;
	free(l);
}

static void *
take_malloc(size_t n)
{
	void *block = malloc(n);
	if (block == NULL)
		abort();
	return block;
}

void *
rs_pool_take(struct rs_pool *p, size_t n)
{
	if (p == NULL)
		return take_malloc(n);
	if (n > LARGEST)
		return take_large(p, n);
	size_t i = (n + RS_POOL_STEP - 1) / RS_POOL_STEP;
	struct rs_pool_free *f = p->free[i];
	if (f == NULL)
		return cut(p, i * RS_POOL_STEP);
	p->free[i] = f->next;
	return f;
}

void *
rs_pool_zeroed(struct rs_pool *p, size_t n)
{
	return memset(rs_pool_take(p, n), 0, n);
}

void
rs_pool_give(struct rs_pool *p, void *block, size_t n)
{
	if (p == NULL) {
		free(block);
		return;
	}
	if (n > LARGEST) {
		give_large(p, block);
		return;
	}
	size_t i = (n + RS_POOL_STEP - 1) / RS_POOL_STEP;
	struct rs_pool_free *f = block;
	f->next = p->free[i];
	p->free[i] = f;
}
