/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Memory for entries that come and go by the hundred thousand.
 *
 * Blocks are cut from slabs; what is given back goes on the list of its size
 * and is the first to be taken again, as it is most likely still in the cache.
 * No block has a header, none is ever merged with its neighbour, and in the end
 * the slabs go as a whole: an allocator that does these things touches memory
 * far away each time.  Who takes a block charges it to his account.
 */
#ifndef TRACK_POOL_H
#define TRACK_POOL_H

#include <stddef.h>

enum { POOL_STEP = 16, POOL_LARGEST = 1024 };

struct pool_free;
struct pool_large;
struct pool_slab;

struct pool {
	struct pool_slab *slabs;
	unsigned char *at; /* of the newest slab: what is not cut yet */
	size_t left;
	struct pool_free *free[POOL_LARGEST / POOL_STEP + 1];
	struct pool_large *large;
};

void pool_init(struct pool *p);
/* All blocks are gone with it. */
void pool_clear(struct pool *p);
/* n bytes, not zeroed, aligned for anything. */
void *pool_take(struct pool *p, size_t n);
/* n: as it was taken. */
void pool_give(struct pool *p, void *block, size_t n);

#endif
