/* SPDX-License-Identifier: Apache-2.0 */
#include "remade.h"

#include <string.h>

enum { LINK_RAW = 101, IPV4 = 20, IPV6 = 40, UDP = 8, TTL = 64 };
enum { PROTO_TCP = 6, PROTO_UDP = 17 };

static void
put16(uint8_t *p, size_t v)
{
	p[0] = (uint8_t)(v >> 8);
	p[1] = (uint8_t)v;
}

/* RFC 1071, from a sum on that there is. */
static uint16_t
checksum(uint32_t sum, const uint8_t *p, size_t n)
{
	for (size_t i = 0; i < n; i++)
		sum += (uint32_t)p[i] << (i & 1 ? 0 : 8);
	while (sum >> 16)
		sum = (sum & 0xffff) + (sum >> 16);
	return (uint16_t)~sum;
}

/* The message behind it, which is there, has n bytes. */
static void
put_headers(uint8_t *p, const struct engine_look *look, size_t n)
{
	bool six = look->src.addr.family == 6;
	size_t addr = six ? 16 : 4, ip = six ? IPV6 : IPV4;
	uint8_t *udp = p + ip;
	memset(p, 0, ip + UDP);
	p[0] = six ? 0x60 : 0x45;
	put16(p + (six ? 4 : 2), (six ? 0 : ip) + UDP + n);
	p[six ? 6 : 9] = PROTO_UDP;
	p[six ? 7 : 8] = TTL;
	memcpy(udp - 2 * addr, look->src.addr.b, addr);
	memcpy(udp - addr, look->dst.addr.b, addr);
	if (!six)
		put16(p + 10, checksum(0, p, ip));
	put16(udp, look->src.port);
	put16(udp + 2, look->dst.port);
	put16(udp + 4, UDP + n);
	/* RFC 768: over addresses, protocol and length too; 0 would be none. */
	uint16_t sum = checksum(
	    PROTO_UDP + UDP + (uint32_t)n, udp - 2 * addr, 2 * addr + UDP + n);
	put16(udp + 6, sum ? sum : 0xffff);
}

bool
remade_packet(struct cap_frame *out, uint8_t bytes[REMADE],
    const struct cap_frame *f, const struct engine_look *look)
{
	size_t headers = (look->src.addr.family == 6 ? IPV6 : IPV4) + UDP;
	size_t n = look->message.n;
	if (n == 0 || n > UINT16_MAX - headers)
		return false;
	memcpy(bytes + headers, look->message.p, n);
	put_headers(bytes, look, n);
	*out = *f;
	out->bytes = (struct rs_span){bytes, headers + n};
	out->wire_len = (uint32_t)out->bytes.n;
	out->ts = look->message_at;
	out->linktype = LINK_RAW;
	return true;
}

const char *
remade_how(const struct engine_look *look)
{
	return look->message.n == 0       ? ""
	       : look->proto == PROTO_TCP ? "; a message over TCP, in a packet "
					    "made again as if over UDP"
					  : "; in a packet made again";
}
