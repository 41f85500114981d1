/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What was heard of lately: entries in a table, and in the order in which they
 * were heard of.  There are only so many, and only what the account allows; the
 * one that was heard of the longest ago makes room for a new one.
 *
 * An entry begins with a struct recent_node.  Memory is that of a pool, which
 * goes with the table as a whole.
 */
#ifndef TRACK_RECENT_H
#define TRACK_RECENT_H

#include "base/pool.h"
#include "track/queue.h"
#include "track/table.h"

struct recent_node {
	struct table_node table;
	struct queue_link order;
};

struct recent {
	struct table table;
	struct queue order;
	struct rs_pool pool;
	struct rs_account *pay;
	size_t size; /* of an entry */
	size_t most;
	uint64_t evicted;
	/* An entry is about to be dropped to make room; NULL: nothing is to be
	   done then. */
	void (*last)(void *arg, void *entry);
	void *arg;
};

/* pay must outlive it.  last and arg are set by the caller, where needed. */
void recent_init(
    struct recent *r, size_t size, size_t most, struct rs_account *pay);
void recent_clear(struct recent *r);
/* A zeroed entry of that hash, the latest; NULL: there is no room at all. */
void *recent_add(struct recent *r, uint64_t hash);
/* It was heard of again. */
void recent_again(struct recent *r, void *entry);
void recent_drop(struct recent *r, void *entry);
/* The one that was heard of the longest ago; NULL: there is none. */
void *recent_oldest(const struct recent *r);
/* The one that was heard of after this one; NULL: there is none. */
void *recent_newer(const struct recent *r, const void *entry);

/* So that nothing needs to be hashed. */
static inline bool
recent_empty(const struct recent *r)
{
	return r->order.n == 0;
}

/* The entries of that hash, one after the other; NULL: there are no more.  The
   caller compares. */
static inline void *
recent_first(const struct recent *r, uint64_t hash)
{
	return table_first(&r->table, hash);
}

static inline void *
recent_next(const void *entry)
{
	return table_next(entry);
}

#endif
