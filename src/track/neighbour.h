/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Who has which address: hardware addresses and IP addresses, joined by what
 * hosts say of themselves (ARP, neighbour discovery), what they are granted
 * (DHCP), and by packets of flows that no router has passed on.
 *
 * Behind a router one hardware address has many others: such packets have lost
 * a hop of their TTL, and join nothing; nor does a hardware address that has
 * more addresses at a time than a host has.  An address that moves to another
 * hardware address makes two records, its epochs.
 */
#ifndef TRACK_NEIGHBOUR_H
#define TRACK_NEIGHBOUR_H

#include "base/hash.h"
#include "event.h"
#include "track/records.h"

struct neighbour_tracker;

/* All must outlive it. */
struct neighbour_tracker *neighbour_tracker_new(const struct rs_hash_seed *seed,
    struct rs_account *pay, const struct rec_sink *out);
void neighbour_tracker_free(struct neighbour_tracker *k);
/* RS_EV_LINK and RS_EV_DHCP. */
void neighbour_tracker_event(
    struct neighbour_tracker *k, const struct rs_event *ev);
/* One rec_host per address that a host has by now, or had until a week ago;
   nothing is closed. */
void neighbour_tracker_tell(
    const struct neighbour_tracker *k, rs_time now, const struct rec_sink *out);
/* Closes one rec_host per epoch of an address. */
void neighbour_tracker_finish(struct neighbour_tracker *k);
/* The tag of the last frame of that hardware address (six bytes; 0: none);
   false where none was seen.  k may be NULL. */
bool neighbour_vlan(
    const struct neighbour_tracker *k, struct rs_span mac, uint16_t *vlan);
uint64_t neighbour_tracker_evicted(const struct neighbour_tracker *k);

#endif
