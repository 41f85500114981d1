/* SPDX-License-Identifier: Apache-2.0 */
/*
 * IPv4 and IPv6 fragments (RFC 791 3.2, RFC 8200 4.5, RFC 5722).
 *
 * First byte wins where IPv4 fragments overlap, and it is counted; a datagram
 * of overlapping IPv6 fragments is dropped, as RFC 5722 wants.  Waiting
 * datagrams are limited in number, bytes and time (30 s); the oldest goes
 * first.
 */
#ifndef NET_DEFRAG_H
#define NET_DEFRAG_H

#include "base/account.h"
#include "base/hash.h"
#include "net/ip.h"

struct defrag_counts {
	uint64_t fragments, datagrams, overlaps, timed_out, evicted;
	uint64_t conflicts; /* overlaps that held other bytes ... */
	struct rs_frame conflict; /* ... the first of them */
};

struct defrag;

struct defrag *defrag_new(
    const struct rs_hash_seed *seed, struct rs_account *pay);
void defrag_free(struct defrag *d);
/*
 * Takes a fragment that ip_decode() found.  True when it completes its
 * datagram: p is then that datagram (payload good until the next call, stamp
 * over all its frames, p->ip rebuilt with an IP header without fragmentation).
 */
bool defrag_push(
    struct defrag *d, struct net_packet *p, const struct ip_fragment *frag);
void defrag_advance(struct defrag *d, rs_time now);
const struct defrag_counts *defrag_counts(const struct defrag *d);

#endif
