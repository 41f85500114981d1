/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Intrusive hash table over 64-bit keyed hashes, and the keys they are made of.
 *
 * The node lives in the entry, so adding allocates nothing but now and then a
 * larger array of slots.  A slot holds the hash beside the pointer: among many
 * entries it is memory far away that costs, and what is not looked for is not
 * touched (linear probing; entries of one hash are a list in one slot).  Keys
 * are hashed once, by whoever knows them, with the engine's seed (base/hash.h):
 * among a million live entries two different keys fall on one 64-bit hash once
 * in some 30 million runs, so owners compare only what costs nothing.  Nothing
 * is ever listed in the table's order.
 */
#ifndef TRACK_TABLE_H
#define TRACK_TABLE_H

#include "base/account.h"
#include "base/addr.h"
#include "base/hash.h"

struct table_node {
	struct table_node *next; /* of the same hash */
	uint64_t hash;
};

struct table_slot {
	uint64_t hash;
	struct table_node *first; /* NULL: free */
};

enum { TABLE_BITS = 8, TABLE_SMALLEST = 1 << TABLE_BITS }; /* slots: a page */

struct table {
	struct table_slot *slots;
	size_t size, n; /* size: a power of two; n: slots that are not free */
	unsigned shift; /* 64 less the bits of an index */
	struct rs_account *pay;
};

/* pay may be NULL and must outlive it; it is charged for the slots. */
void table_init(struct table *t, struct rs_account *pay);
/* Frees the slots, not the entries. */
void table_clear(struct table *t);
void table_add(struct table *t, struct table_node *node, uint64_t hash);
void table_remove(struct table *t, struct table_node *node);

/* Where a hash would best be.  By Fibonacci: numbers that follow one another,
   as serials do, come to lie far apart, where several runs of them would grow
   into one another. */
static inline size_t
table_home(const struct table *t, uint64_t hash)
{
	return (size_t)(hash * UINT64_C(0x9e3779b97f4a7c15) >> t->shift);
}

/* How far slot i is from where it would best be. */
static inline size_t
table_distance(const struct table *t, size_t i)
{
	return (i - table_home(t, t->slots[i].hash)) & (t->size - 1);
}

/* The slot of that hash, or NULL: the first that is nearer to its home than
   this hash would be there says that it has none. */
static inline struct table_slot *
table_slot(const struct table *t, uint64_t hash)
{
	size_t i = table_home(t, hash);
	for (size_t far = 0; t->slots[i].first; far++) {
		if (t->slots[i].hash == hash)
			return &t->slots[i];
		if (table_distance(t, i) < far)
			break;
		i = (i + 1) & (t->size - 1);
	}
	return NULL;
}

/* It will be looked for soon. */
static inline void
table_ahead(const struct table *t, uint64_t hash)
{
	__builtin_prefetch(&t->slots[table_home(t, hash)]);
}

/* The newest of that hash, or NULL; the next one of the same hash, or NULL. */
static inline struct table_node *
table_first(const struct table *t, uint64_t hash)
{
	struct table_slot *s = table_slot(t, hash);
	return s ? s->first : NULL;
}

static inline struct table_node *
table_next(const struct table_node *node)
{
	return node->next;
}

/* A key in the making: its parts, one after the other. */
struct table_key {
	struct rs_hasher h;
};

static inline void
table_key_init(struct table_key *k, const struct rs_hash_seed *seed)
{
	rs_hasher_init(&k->h, seed);
}

static inline void
table_key_number(struct table_key *k, uint64_t v)
{
	rs_hasher_number(&k->h, v);
}

static inline void
table_key_pair(struct table_key *k, uint64_t v, uint64_t w)
{
	rs_hasher_pair(&k->h, v, w);
}

static inline void
table_key_text(struct table_key *k, struct rs_span s)
{
	rs_hasher_bytes(&k->h, s);
}

static inline void
table_key_addr(struct table_key *k, const struct rs_addr *a)
{
	uint64_t half[2];
	memcpy(half, a->b, sizeof half);
	if (a->family == 4) {
		rs_hasher_pair(
		    &k->h, half[0], 4 | (uint64_t)rs_addr_turn(a) << 8);
		return;
	}
	rs_hasher_pair(
	    &k->h, half[0], a->family | (uint64_t)rs_addr_turn(a) << 8);
	rs_hasher_number(&k->h, half[1]);
}

static inline uint64_t
table_key_hash(const struct table_key *k)
{
	return rs_hasher_end(&k->h);
}

/* Of an address alone. */
static inline uint64_t
table_addr_hash(const struct rs_hash_seed *seed, const struct rs_addr *a)
{
	struct table_key k;
	table_key_init(&k, seed);
	table_key_addr(&k, a);
	return table_key_hash(&k);
}

#endif
