/* SPDX-License-Identifier: Apache-2.0 */
#include "net/checksum.h"

/* RFC 1071 2: the sum is the same in any width and byte order, if its bytes are
   exchanged at the end.  Halves of words are added, so that nothing carries out
   of 64 bits. */
static uint64_t
sum_bytes(uint64_t sum, const uint8_t *p, size_t n)
{
	uint64_t word;
	for (; n >= sizeof word; p += sizeof word, n -= sizeof word) {
		memcpy(&word, p, sizeof word);
		sum += (word & UINT32_MAX) + (word >> 32);
	}
	if (n) {
		word = 0;
		memcpy(&word, p, n);
		sum += (word & UINT32_MAX) + (word >> 32);
	}
	return sum;
}

/* In the machine's byte order, as the bytes were added. */
static uint16_t
fold(uint64_t sum)
{
	while (sum >> 16)
		sum = (sum & 0xffff) + (sum >> 16);
	return (uint16_t)sum;
}

static uint16_t
machine_u16(size_t v)
{
	const uint8_t b[2] = {(uint8_t)(v >> 8), (uint8_t)v};
	uint16_t w;
	memcpy(&w, b, sizeof w);
	return w;
}

enum checksum
checksum_of(const struct net_packet *p, uint8_t proto, struct rs_span segment)
{
	size_t at = proto == NET_PROTO_TCP ? 16 : 6;
	size_t n = p->src.addr.family == 4 ? 4 : 16;
	if (segment.n < at + 2)
		return CHECKSUM_UNKNOWN;
	uint16_t stored;
	memcpy(&stored, segment.p + at, sizeof stored);
	/* RFC 768: none was made. */
	if (stored == 0 && proto == NET_PROTO_UDP)
		return CHECKSUM_UNKNOWN;
	uint64_t pseudo = (uint64_t)machine_u16(proto) +
			  machine_u16(segment.n & 0xffff) +
			  machine_u16(segment.n >> 16);
	pseudo = sum_bytes(pseudo, p->src.addr.b, n);
	pseudo = sum_bytes(pseudo, p->dst.addr.b, n);
	if (fold(sum_bytes(pseudo, segment.p, segment.n)) == 0xffff)
		return CHECKSUM_GOOD;
	if (stored == fold(pseudo) || stored == 0)
		return CHECKSUM_OFFLOADED;
	return CHECKSUM_BAD;
}
