/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Clients that ask DHCP for an address, until they use it: which of them says
 * nothing at all is told by every packet, of whatever flow, so that this looks
 * at all of them while there is such a client.  Most speak within a second, and
 * are forgotten then.
 *
 * DHCP is no speech, nor what goes to a multicast group of the link, nor ICMP
 * but pings of its own and errors about what it sent.  The client is known by
 * its hardware address, and by the address that it was granted where it is
 * captured a second time behind a router.
 *
 * Whom nothing shows to be seen here after WHILE, or of others nothing was seen
 * by then, is given up.
 */
#ifndef ENGINE_QUIET_STAGE_H
#define ENGINE_QUIET_STAGE_H

#include "event.h"
#include "net/packet.h"

enum { QUIET_CLIENTS = 128, QUIET_BITS = 4096 };

/* Packets of others: of any, through the router of the client's lease, and
   between two hosts neither of which is who sent DHCP to it. */
enum quiet_others { QUIET_ANY, QUIET_ROUTED, QUIET_APART, QUIET_OTHERS };

struct quiet_client {
	uint8_t mac[6];
	uint8_t teller[6], gate[6];  /* who sent DHCP to it alone; its router */
	struct rs_addr addr, router; /* that it was offered; or none */
	uint32_t file;               /* where it asked: others count there */
	rs_time since;               /* it asked for the last time */
	bool told, gated;            /* teller, gate are known */
	bool linked;                 /* it sent what stays on its link */
	uint8_t seen[QUIET_OTHERS];  /* bits: TCP, UDP, soon and late */
};

/* All zero: none. */
struct quiet_watch {
	struct quiet_client v[QUIET_CLIENTS];
	unsigned n;
	/* Some client has such an address: bits by its last ones. */
	uint64_t bits[QUIET_BITS / 64];
	rs_time due[2]; /* when TCP and UDP of others is looked at again */
	rs_time end;    /* when a client without a sign is given up */
};

/* A datagram between the ports of DHCP; p as udp_decode() left it. */
void quiet_stage_boot(struct quiet_watch *w, const struct net_packet *p,
    const struct rs_sink *out);
/* RS_EV_LINK of ARP and LLDP: which router it has, that its link is here. */
void quiet_stage_link(struct quiet_watch *w, const struct rs_event *ev);
/* Any packet, as ip_decode() left it; asked only where w->n is not 0. */
void quiet_stage_packet(struct quiet_watch *w, const struct net_packet *p,
    const struct rs_sink *out);

#endif
