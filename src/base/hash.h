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
 * The same over several parts, which are not put together for it: numbers, and
 * bytes with their length before them, so that no two lists of parts of the
 * same kinds are told alike.
 */
struct rs_hasher {
	uint64_t v0, v1, v2, v3;
};

void rs_hasher_init(struct rs_hasher *h, const struct rs_hash_seed *seed);
void rs_hasher_number(struct rs_hasher *h, uint64_t v);
void rs_hasher_bytes(struct rs_hasher *h, struct rs_span bytes);
/* The hash of what went in; more may go in after. */
uint64_t rs_hasher_end(const struct rs_hasher *h);

#endif
