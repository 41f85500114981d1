/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Memory for entries that come and go by the hundred thousand.
 *
 * Blocks are cut from slabs, small ones first and then ones of large pages;
 * what is given back goes on the list of its size and is the first to be taken
 * again, as it is most likely still in the cache.  No block has a header, none
 * is ever merged with its neighbour, and in the end the slabs go as a whole: an
 * allocator that does these things touches memory far away each time.  Who
 * takes a block charges it to his account.
 */
#ifndef BASE_POOL_H
#define BASE_POOL_H

#include <stddef.h>

enum { RS_POOL_STEP = 16, RS_POOL_LARGEST = 4096, RS_POOL_KEPT = 60000 };

struct rs_pool_free;
struct rs_pool_large;
struct rs_pool_slab;

struct rs_pool {
	struct rs_pool_slab *slabs;
	unsigned char *at; /* of the newest slab: what is not cut yet */
	size_t left;
	struct rs_pool_free *free[RS_POOL_LARGEST / RS_POOL_STEP + 1];
	struct rs_pool_large *large;
};

void rs_pool_init(struct rs_pool *p);
/* All blocks are gone with it. */
void rs_pool_clear(struct rs_pool *p);
/* n > 0 bytes, not zeroed, aligned to 16; never NULL (aborts, as GLib does).
   Where p is NULL, here and below, the block is malloc's. */
void *rs_pool_take(struct rs_pool *p, size_t n);
/* The same, zeroed. */
void *rs_pool_zeroed(struct rs_pool *p, size_t n);
/* n <= RS_POOL_KEPT bytes, zeroed, that stay until the pool is cleared. */
void *rs_pool_keep(struct rs_pool *p, size_t n);
/* n: as it was taken. */
void rs_pool_give(struct rs_pool *p, void *block, size_t n);

#endif
