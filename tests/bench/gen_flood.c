/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Floods: SYNs from addresses that do not exist, and UDP flows of one packet.
 * Each packet is a flow that an analyzer has not seen and will not see again.
 */
#include "gen.h"

static const struct tcp_faults none;

static void
flood_packet(struct gen *g, void *arg)
{
	static const uint16_t ports[] = {80, 443, 5060, 5061, 8934};
	uint64_t x = gen_random(g);
	struct gen_end from, to;

	from.ip = 0x0b000000 + (uint32_t)(x % 0xc0000000);
	from.port = (uint16_t)(1024 + (x >> 40) % 64000);
	to.ip = 0xc6336400 + (uint32_t)(x >> 33 & 15);
	if ((x >> 63) != 0) {
		struct tcp_conn c;

		to.port = ports[(x >> 56) % 5];
		tcp_init(&c, g, &from, &to, &none);
		tcp_segment(
		    g, &c, TCP_C2S, g->now, TCP_SYN, c.seq[TCP_C2S], NULL, 0);
	} else {
		size_t n = 12 + (x >> 56) % 90;

		to.port = (uint16_t)(1 + gen_between(g, 0, 65533));
		udp_send(g, g->now, &from, &to, gen_noise(g, n), n);
	}
	gen_plant(g, g->now + 1 + (gen_time)(x >> 48 & 15), flood_packet, arg);
}

void
flood(struct gen *g)
{
	gen_plant(g, 1, flood_packet, NULL);
}
