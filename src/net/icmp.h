/* SPDX-License-Identifier: Apache-2.0 */
/*
 * ICMP and ICMPv6 errors (RFC 792, RFC 4443) and the packet that they quote.
 */
#ifndef NET_ICMP_H
#define NET_ICMP_H

#include "net/packet.h"

struct icmp_error {
	uint8_t type, code;
	uint32_t seq; /* of TCP: the quoted sequence number */
	struct net_packet
	    quoted; /* endpoints, proto, payload as far as quoted */
};

/* False when p is no ICMP error, or quotes nothing that can be read. */
bool icmp_error_decode(const struct net_packet *p, struct icmp_error *e);

#endif
