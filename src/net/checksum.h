/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The Internet checksum (RFC 1071) of UDP and TCP.
 *
 * It never decides whether a packet is read: a host that leaves checksums to
 * its network card shows packets with only the pseudo header summed up, and
 * those are not damaged.  That they are like this tells where the capture was
 * made.
 */
#ifndef NET_CHECKSUM_H
#define NET_CHECKSUM_H

#include "net/packet.h"

enum checksum {
	CHECKSUM_UNKNOWN, /* cut, put together of several, or none at all */
	CHECKSUM_GOOD,
	CHECKSUM_OFFLOADED, /* the sum of the pseudo header, or 0 in TCP */
	CHECKSUM_BAD,
};

/* Of a whole segment of proto (UDP or TCP, header and payload) between p's
   addresses. */
enum checksum checksum_of(
    const struct net_packet *p, uint8_t proto, struct rs_span segment);

#endif
