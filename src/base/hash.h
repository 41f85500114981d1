/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A keyed 64-bit hash of bytes: SipHash-1-3 (Aumasson and Bernstein, 2012).
 *
 * Every table whose keys come from the wire uses it with the engine's random
 * seed, so that nobody can prepare keys that collide.  No report may depend on
 * the seed: nothing is ever written in the order of a hash table.
 */
#ifndef BASE_HASH_H
#define BASE_HASH_H

#include "base/span.h"

struct rs_hash_seed {
	uint64_t k0, k1;
};

uint64_t rs_hash(const struct rs_hash_seed *seed, struct rs_span bytes);

/*
 * A key in the making: several parts that are not put together for it, numbers,
 * and bytes with their length before them, so that no two lists of parts of the
 * same kinds are told alike.  Every message is hashed several times, so this
 * one multiplies (64 x 64 to 128 bits, halves folded, as in Wang Yi's wyhash)
 * instead of SipHash's rounds; both factors hold what only the engine knows.
 * Its values are never shown and differ from run to run: whoever makes a
 * capture has nothing to learn them by.
 */
struct rs_hasher {
	uint64_t v, a, b;
};

/* Both halves of the product, folded. */
static inline uint64_t
rs_hash_fold(uint64_t x, uint64_t y)
{
#ifdef __SIZEOF_INT128__
	__extension__ typedef unsigned __int128 u128;
	u128 p = (u128)x * y;
	return (uint64_t)p ^ (uint64_t)(p >> 64);
#else
	uint64_t xl = (uint32_t)x, xh = x >> 32, yl = (uint32_t)y, yh = y >> 32;
	uint64_t m = xh * yl + (xl * yl >> 32), n = xl * yh + (uint32_t)m;
	return x * y ^ (xh * yh + (m >> 32) + (n >> 32));
#endif
}

static inline void
rs_hasher_init(struct rs_hasher *h, const struct rs_hash_seed *seed)
{
	h->v = seed->k0 ^ 0x736f6d6570736575u;
	h->a = seed->k1 ^ 0x646f72616e646f6du;
	h->b = seed->k0 ^ 0x6c7967656e657261u;
}

/* Two numbers at once. */
static inline void
rs_hasher_pair(struct rs_hasher *h, uint64_t x, uint64_t y)
{
	h->v = rs_hash_fold(x ^ h->a, y ^ h->v) + h->b;
}

static inline void
rs_hasher_number(struct rs_hasher *h, uint64_t x)
{
	rs_hasher_pair(h, x, 0);
}

void rs_hasher_bytes(struct rs_hasher *h, struct rs_span bytes);

/* The hash of what went in; more may go in after. */
static inline uint64_t
rs_hasher_end(const struct rs_hasher *h)
{
	uint64_t x = rs_hash_fold(h->v ^ h->b, h->a);
	return x ^ x >> 32;
}

#endif
