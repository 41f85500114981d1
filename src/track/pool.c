/* SPDX-License-Identifier: Apache-2.0 */
/* Free lists over slabs, one list for each multiple of 16 bytes. */
#include "track/pool.h"

#include <glib.h>
#include <stdalign.h>

enum { SLAB = 64 * 1024 - 64 };

struct pool_free {
	struct pool_free *next;
};

/* A block too large for the lists, which is malloc's. */
struct pool_large {
	struct pool_large *prev, *next;
	alignas(max_align_t) unsigned char data[];
};

struct pool_slab {
	struct pool_slab *older;
	alignas(max_align_t) unsigned char data[];
};

void
pool_init(struct pool *p)
{
	*p = (struct pool){0};
}

void
pool_clear(struct pool *p)
{
	for (struct pool_slab *s = p->slabs, *older; s; s = older) {
		older = s->older;
		g_free(s);
	}
	for (struct pool_large *l = p->large, *next; l; l = next) {
		next = l->next;
		g_free(l);
	}
	pool_init(p);
}

static void *
cut(struct pool *p, size_t n)
{
	if (p->left < n) {
		struct pool_slab *s = g_malloc(sizeof *s + SLAB);
		s->older = p->slabs;
		p->slabs = s;
		p->at = s->data;
		p->left = SLAB;
	}
	void *block = p->at;
	p->at += n;
	p->left -= n;
	return block;
}

static void *
take_large(struct pool *p, size_t n)
{
	struct pool_large *l = g_malloc(sizeof *l + n);
	l->prev = NULL;
	l->next = p->large;
	if (l->next)
		l->next->prev = l;
	p->large = l;
	return l->data;
}

static void
give_large(struct pool *p, void *block)
{
	struct pool_large *l =
	    (struct pool_large *)(void *)((unsigned char *)block -
					  offsetof(struct pool_large, data));
	if (l->next)
		l->next->prev = l->prev;
	if (l->prev)
		l->prev->next = l->next;
	else
		p->large = l->next;
	g_free(l);
}

void *
pool_take(struct pool *p, size_t n)
{
	if (n > POOL_LARGEST)
		return take_large(p, n);
	size_t i = (n + POOL_STEP - 1) / POOL_STEP;
	struct pool_free *f = p->free[i];
	if (f == NULL)
		return cut(p, i * POOL_STEP);
	p->free[i] = f->next;
	return f;
}

void
pool_give(struct pool *p, void *block, size_t n)
{
	if (n > POOL_LARGEST) {
		give_large(p, block);
		return;
	}
	size_t i = (n + POOL_STEP - 1) / POOL_STEP;
	struct pool_free *f = block;
	f->next = p->free[i];
	p->free[i] = f;
}
