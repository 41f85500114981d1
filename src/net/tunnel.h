/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Tunnels: IP packets that carry packets.
 *
 * Over IP the protocol number says what it is: IP in IP (RFC 2003), 6in4 (RFC
 * 4213), GRE (RFC 2784, 2890, 1701, 2637) with Ethernet, PPP, MPLS or ERSPAN in
 * it, EtherIP (RFC 3378), L2TPv3 (RFC 3931), MPLS (RFC 4023).  Over UDP a port
 * is no proof: the content must look like it as well, or it stays UDP.
 *
 * What is inside takes the place of what is outside: addresses, hops, hardware
 * address and VLAN are the inner packet's, since they are the phone's.  Nothing
 * is copied.
 */
#ifndef NET_TUNNEL_H
#define NET_TUNNEL_H

#include "net/packet.h"

/*
 * Steps into p, whose proto is neither UDP, TCP nor ICMP.  On NET_FLAW_NONE
 * p->ip begins at the inner IP header, and *wire_len is what ip_decode() wants.
 * Any other result is why there is none; p keeps its place then.
 */
enum net_flaw tunnel_over_ip(struct net_packet *p, size_t *wire_len);

/*
 * The same for p of UDP, after udp_decode().  False: it is no tunnel, and p is
 * as it was.  Else *flaw is as above.
 */
bool tunnel_over_udp(
    struct net_packet *p, size_t *wire_len, enum net_flaw *flaw);

/*
 * ESP without encryption (RFC 2410), as IMS phones use it: p becomes what is
 * inside, its proto and payload; an IP packet inside has proto 4 or 41.  False:
 * it cannot be told from encrypted ESP, and p is as it was.
 *
 * Nothing in ESP says that it is not encrypted, so trailer, padding, lengths
 * and checksum must all fit.
 */
bool tunnel_esp_null(struct net_packet *p);
/* The same for ESP over UDP (RFC 3948), after udp_decode(). */
bool tunnel_esp_udp(struct net_packet *p);

/* For tunnel_udp.c: GRE is carried by UDP as well (RFC 8086). */
struct layer;
enum net_flaw tunnel_gre(struct net_packet *p, struct layer *l);
/* Behind the session of L2TPv3 (RFC 3931 4.1): cookie and sublayer, whose
   sizes only its ends know. */
enum net_flaw tunnel_l2tp_data(struct net_packet *p, struct layer *l);

/* A port that tunnels use: a first look which is cheap and often wrong. */
extern const uint8_t tunnel_ports[256];
static inline bool
tunnel_port(const struct net_packet *p)
{
	return tunnel_ports[(p->dst.port ^ p->dst.port >> 8) & 0xff] |
	       tunnel_ports[(p->src.port ^ p->src.port >> 8) & 0xff];
}

#endif
