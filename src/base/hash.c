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

void
rs_hasher_init(struct rs_hasher *h, const struct rs_hash_seed *seed)
{
	h->v0 = seed->k0 ^ 0x736f6d6570736575u;
	h->v1 = seed->k1 ^ 0x646f72616e646f6du;
	h->v2 = seed->k0 ^ 0x6c7967656e657261u;
	h->v3 = seed->k1 ^ 0x7465646279746573u;
}

void
rs_hasher_number(struct rs_hasher *h, uint64_t m)
{
	uint64_t v0 = h->v0, v1 = h->v1, v2 = h->v2, v3 = h->v3 ^ m;
	SIP_ROUND;
	*h = (struct rs_hasher){v0 ^ m, v1, v2, v3};
}

void
rs_hasher_bytes(struct rs_hasher *h, struct rs_span bytes)
{
	uint64_t v0 = h->v0, v1 = h->v1, v2 = h->v2, v3 = h->v3;
	const uint8_t *p = bytes.p;
	size_t left = bytes.n;
	uint64_t m = left;
	for (;;) {
		v3 ^= m;
		SIP_ROUND;
		v0 ^= m;
		if (left < 8)
			break;
		m = load64(p);
		p += 8;
		left -= 8;
	}
	if (left) {
		/* The last eight bytes, some of them again, or all there are */
		m = 0;
		if (bytes.n >= 8)
			m = load64(p + left - 8);
		else
			for (size_t i = 0; i < left; i++)
				m |= (uint64_t)p[i] << (8 * i);
		v3 ^= m;
		SIP_ROUND;
		v0 ^= m;
	}
	*h = (struct rs_hasher){v0, v1, v2, v3};
}

uint64_t
rs_hasher_end(const struct rs_hasher *h)
{
	uint64_t v0 = h->v0, v1 = h->v1, v2 = h->v2 ^ 0xff, v3 = h->v3;
	SIP_ROUND;
	SIP_ROUND;
	SIP_ROUND;
	return v0 ^ v1 ^ v2 ^ v3;
}
