/* SPDX-License-Identifier: Apache-2.0 */
#include "base/hash.h"

static inline uint64_t
rotl(uint64_t x, unsigned n)
{
	return x << n | x >> (64 - n);
}

static inline uint64_t
load64(const uint8_t *p)
{
	uint64_t v;
	memcpy(&v, p, sizeof v);
#if __BYTE_ORDER__ == __ORDER_BIG_ENDIAN__
	v = __builtin_bswap64(v);
#endif
	return v;
}

#define SIP_ROUND                                                              \
 do {                                                                          \
  v0 += v1;                                                                    \
  v1 = rotl(v1, 13) ^ v0;                                                      \
  v0 = rotl(v0, 32);                                                           \
  v2 += v3;                                                                    \
  v3 = rotl(v3, 16) ^ v2;                                                      \
  v0 += v3;                                                                    \
  v3 = rotl(v3, 21) ^ v0;                                                      \
  v2 += v1;                                                                    \
  v1 = rotl(v1, 17) ^ v2;                                                      \
  v2 = rotl(v2, 32);                                                           \
 } while (0)

uint64_t
rs_hash(const struct rs_hash_seed *seed, struct rs_span bytes)
{
	uint64_t v0 = seed->k0 ^ 0x736f6d6570736575u;
	uint64_t v1 = seed->k1 ^ 0x646f72616e646f6du;
	uint64_t v2 = seed->k0 ^ 0x6c7967656e657261u;
	uint64_t v3 = seed->k1 ^ 0x7465646279746573u;
	const uint8_t *p = bytes.p;
	size_t left = bytes.n;

	for (; left >= 8; p += 8, left -= 8) {
		uint64_t m = load64(p);
		v3 ^= m;
		SIP_ROUND;
		v0 ^= m;
	}

	uint64_t last = (uint64_t)bytes.n << 56;
	for (size_t i = 0; i < left; i++)
		last |= (uint64_t)p[i] << (8 * i);
	v3 ^= last;
	SIP_ROUND;
	v0 ^= last;

	v2 ^= 0xff;
	SIP_ROUND;
	SIP_ROUND;
	SIP_ROUND;
	return v0 ^ v1 ^ v2 ^ v3;
}

/* Up to eight bytes as a number; what is before them in memory is not read. */
static inline uint64_t
load_few(const uint8_t *p, size_t n)
{
	if (n >= 4) {
		uint32_t lo, hi;
		memcpy(&lo, p, sizeof lo);
		memcpy(&hi, p + n - 4, sizeof hi);
		return (uint64_t)hi << 32 | lo;
	}
	if (n == 0)
		return 0;
	return (uint64_t)p[0] << 16 | (uint64_t)p[n / 2] << 8 | p[n - 1];
}

/* Multiplications that do not wait for each other: 64 bytes a turn, but for the
   last ones. */
static size_t
add_many(struct rs_hasher *h, const uint8_t *p, size_t n)
{
	struct rs_hasher x = *h, y = *h, z = *h;
	size_t done = 0;
	x.v ^= h->b;
	y.v += h->a;
	z.v = ~(y.v ^ h->b);
	for (; n - done > 64; done += 64, p += 64) {
		rs_hasher_pair(h, load64(p), load64(p + 8));
		rs_hasher_pair(&x, load64(p + 16), load64(p + 24));
		rs_hasher_pair(&y, load64(p + 32), load64(p + 40));
		rs_hasher_pair(&z, load64(p + 48), load64(p + 56));
	}
	rs_hasher_pair(h, x.v, y.v);
	rs_hasher_pair(h, z.v, 2);
	return done;
}

void
rs_hasher_bytes(struct rs_hasher *h, struct rs_span bytes)
{
	const uint8_t *p = bytes.p;
	size_t left = bytes.n;
	/* With the length, as parts of other lengths may end alike. */
	h->v += bytes.n * 0x9e3779b97f4a7c15u;
	if (left > 128) {
		size_t done = add_many(h, p, left);
		p += done;
		left -= done;
	}
	for (; left > 16; p += 16, left -= 16)
		rs_hasher_pair(h, load64(p), load64(p + 8));
	/* The last sixteen bytes, some of them again, or all there are */
	if (bytes.n >= 16)
		rs_hasher_pair(h, load64(p + left - 16), load64(p + left - 8));
	else if (left > 8)
		rs_hasher_pair(h, load64(p), load64(p + left - 8));
	else
		rs_hasher_pair(h, load_few(p, left), 1);
}
