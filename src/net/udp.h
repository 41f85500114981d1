/* SPDX-License-Identifier: Apache-2.0 */
/* UDP headers (RFC 768). */
#ifndef NET_UDP_H
#define NET_UDP_H

#include "net/packet.h"

/* Sets ports, payload and payload_wire.  A length shorter than what is there
   cuts the payload; 0 (jumbo, offload) and longer ones do not. */
enum net_flaw udp_decode(struct net_packet *p);

#endif
