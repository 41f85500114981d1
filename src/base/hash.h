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

#endif
