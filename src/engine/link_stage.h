/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What is below IP, as events: frames that carry none (ARP, LLDP, CDP, EAPOL),
 * neighbour discovery, which is ARP's work within IPv6,
 * the hardware address behind packets of flows of ours, and who speaks to a
 * server that DHCP named.
 */
#ifndef ENGINE_LINK_STAGE_H
#define ENGINE_LINK_STAGE_H

#include "event.h"
#include "net/packet.h"

/* Who sent the last packet of a side of a flow. */
struct link_source {
	uint8_t mac[6];
	uint16_t vlan;
	bool known;
};

/*
 * What was told of who sends from an address, the last of each place: each flow
 * begins with it, and thousands of flows a second have the same server.
 */
struct link_told {
	struct link_telling {
		struct rs_addr addr;
		uint8_t mac[6];
		uint16_t vlan;
		uint8_t ttl;
		rs_time at;
		uint32_t turn;
	} v[64];
	uint32_t turn; /* what was told in another one does not count */
};

/* Addresses that DHCP names to phones for their configuration. */
struct link_watch {
	struct rs_addr v[32];
	unsigned n;
};

/* A frame with no IP in it; p as link_decode() left it. */
void link_stage_frame(const struct net_packet *p, struct rs_span frame,
    const struct rs_sink *out);
/* A packet of ICMPv6: neighbour discovery, or left. */
void link_stage_neighbour(
    const struct net_packet *p, const struct rs_sink *out);
/* A packet of that side: tells where it is another sender than before, unless
   the same was told of its address within the last second. */
void link_stage_source(struct link_source *s, struct link_told *told,
    const struct net_packet *p, const struct rs_sink *out);
/* Something else was told of the link: sources are told anew after it. */
static inline void
link_told_anew(struct link_told *told)
{
	told->turn++;
}
/* Learns from DHCP; other events are left. */
void link_stage_learn(struct link_watch *w, const struct rs_event *ev);
/* The first packet of a flow; asked only where w->n is not 0. */
void link_stage_opened(const struct link_watch *w, const struct net_packet *p,
    const struct rs_sink *out);

#endif
