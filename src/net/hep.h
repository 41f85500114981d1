/* SPDX-License-Identifier: Apache-2.0 */
/*
 * HEP version 3, the Homer encapsulation protocol: a SIP server or an agent
 * sends on each message that it saw, with the addresses, ports and time of
 * what carried it, in chunks {vendor, type, length, value}.
 *
 * It becomes a datagram of the inner flow.  Of TCP and TLS there is the message
 * but neither segments nor handshake, so such a flow is made of messages.
 */
#ifndef NET_HEP_H
#define NET_HEP_H

#include "net/packet.h"

enum { HEP_PORT = 9060 };

/* Begins with the magic of version 3. */
bool hep_probe(struct rs_span payload);

/*
 * p->payload is a HEP packet; p becomes what is in it.  On NET_FLAW_NONE
 * endpoints, proto (UDP or TCP) and payload are set; p->ip is empty, as there
 * is none, and ttl 0.  p->ts and its stamp are the agent's where its clock is
 * near enough to ours.
 */
enum net_flaw hep_enter(struct net_packet *p);

#endif
