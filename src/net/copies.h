/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The same packet twice: mirror ports copy what comes into a switch and what
 * leaves it, captures on all interfaces see a packet come and go.
 *
 * A copy has the addresses, the IP identification, the transport header and the
 * payload of a packet just before; its TTL, link header, tags and checksum may
 * differ.  A retransmission is no copy: it has another identification, or comes
 * later than any copy.  Where there is no identification (IPv6, and IPv4 with
 * 0, RFC 6864) time alone decides, and it is short: UDP repeats after 500 ms at
 * the earliest (RFC 3261 17.1.2.1), TCP may after a round trip.
 *
 * A ring of the last packets: what it does not remember is no copy.  What it
 * answers does not depend on the hash seed.
 */
#ifndef NET_COPIES_H
#define NET_COPIES_H

#include "base/hash.h"
#include "net/ip.h"

enum { COPIES_REMEMBERED = 2048 };

enum copy {
	COPY_NONE,
	COPY_SAME,   /* as it was */
	COPY_ROUTED, /* with another TTL: the other side of a router */
};

struct copies;

struct copies *copies_new(const struct rs_hash_seed *seed);
void copies_free(struct copies *c);
/*
 * Takes p of UDP or TCP after its header was decoded; flow and dir stand for
 * its endpoints.  header is that of TCP, empty for UDP.  COPY_NONE also where
 * it cannot be told.
 */
enum copy copies_push(struct copies *c, const struct net_packet *p,
    uint64_t flow, unsigned dir, struct rs_span header);
/* The same for a fragment that ip_decode() found. */
enum copy copies_push_fragment(struct copies *c, const struct net_packet *p,
    const struct ip_fragment *frag);

#endif
