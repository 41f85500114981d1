/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Clients that ask DHCP for an address, until they use it: which of them says
 * nothing at all is told by every packet, of whatever flow, so that this looks
 * at all of them while there is such a client.  Most speak within a second, and
 * are forgotten then.
 *
 * DHCP and ICMP are no speech, nor is what goes to everybody on the link.  The
 * client is known by its hardware address, and by the address that it was
 * granted where it is captured a second time behind a router.
 */
#ifndef ENGINE_QUIET_STAGE_H
#define ENGINE_QUIET_STAGE_H

#include "event.h"
#include "net/packet.h"

enum { QUIET_CLIENTS = 128, QUIET_BITS = 4096 };

struct quiet_client {
	uint8_t mac[6], teller[6]; /* teller: who sent DHCP to it alone */
	struct rs_addr addr;       /* that it was offered; or none */
	rs_time since;             /* it asked for the last time */
	bool told, other, apart;   /* said already */
};

/* All zero: none. */
struct quiet_watch {
	struct quiet_client v[QUIET_CLIENTS];
	unsigned n;
	/* Some client has such an address: bits by its last ones. */
	uint64_t bits[QUIET_BITS / 64];
	rs_time due; /* when others are looked at, for whoever waits for that */
};

/* A datagram between the ports of DHCP; p as udp_decode() left it. */
void quiet_stage_boot(struct quiet_watch *w, const struct net_packet *p,
    const struct rs_sink *out);
/* Any packet, as ip_decode() left it; asked only where w->n is not 0. */
void quiet_stage_packet(struct quiet_watch *w, const struct net_packet *p,
    const struct rs_sink *out);

#endif
