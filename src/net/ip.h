/* SPDX-License-Identifier: Apache-2.0 */
/*
 * IPv4 (RFC 791) and IPv6 with extension headers (RFC 8200), down to the
 * transport's first byte.  Padding after the datagram is cut off; a total
 * length of 0 (offloaded segmentation) means "to the end of the frame".
 */
#ifndef NET_IP_H
#define NET_IP_H

#include "net/packet.h"

/* A fragment, as defrag wants it. */
struct ip_fragment {
	bool is; /* the packet is one */
	bool more;
	uint32_t id;
	uint16_t offset; /* bytes */
	uint8_t proto;   /* next header of the fragmentable part */
};

enum { IP_MAX_HEADERS = 16 }; /* nested headers, extension headers included */

/*
 * Reads p->ip.  On NET_FLAW_NONE the addresses, proto, ttl, payload and
 * payload_wire are set; with frag->is the payload is that fragment's part.
 * wire_len is the length on the wire of what p->ip begins.
 */
enum net_flaw ip_decode(
    struct net_packet *p, size_t wire_len, struct ip_fragment *frag);

#endif
