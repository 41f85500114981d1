/* SPDX-License-Identifier: Apache-2.0 */
#include "net/checksum.h"

#include "net/wire.h"

static uint64_t
sum_bytes(uint64_t sum, const uint8_t *p, size_t n)
{
	size_t i = 0;
	for (; i + 4 <= n; i += 4)
		sum += wire_u32(p + i);
	for (; i + 2 <= n; i += 2)
		sum += wire_u16(p + i);
	if (i < n)
		sum += (uint64_t)p[i] << 8;
	return sum;
}

static uint16_t
fold(uint64_t sum)
{
	while (sum >> 16)
		sum = (sum & 0xffff) + (sum >> 16);
	return (uint16_t)sum;
}

enum checksum
checksum_of(const struct net_packet *p, uint8_t proto, struct rs_span segment)
{
	size_t at = proto == NET_PROTO_TCP ? 16 : 6;
	size_t n = p->src.addr.family == 4 ? 4 : 16;
	if (segment.n < at + 2)
		return CHECKSUM_UNKNOWN;
	uint16_t stored = wire_u16(segment.p + at);
	/* RFC 768: none was made. */
	if (stored == 0 && proto == NET_PROTO_UDP)
		return CHECKSUM_UNKNOWN;
	uint64_t pseudo = proto + (uint64_t)segment.n;
	pseudo = sum_bytes(pseudo, p->src.addr.b, n);
	pseudo = sum_bytes(pseudo, p->dst.addr.b, n);
	if (fold(sum_bytes(pseudo, segment.p, segment.n)) == 0xffff)
		return CHECKSUM_GOOD;
	if (stored == fold(pseudo) || stored == 0)
		return CHECKSUM_OFFLOADED;
	return CHECKSUM_BAD;
}
