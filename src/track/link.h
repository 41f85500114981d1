/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What goes wrong below IP: addresses that two hosts claim, ARP and neighbour
 * solicitations that nobody answers, ports that 802.1X does not open; and the
 * voice VLAN that switches announce.
 */
#ifndef TRACK_LINK_H
#define TRACK_LINK_H

#include "base/hash.h"
#include "event.h"
#include "track/records.h"

struct link_tracker;

/* All must outlive it. */
struct link_tracker *link_tracker_new(const struct rs_hash_seed *seed,
    struct rs_account *pay, const struct rec_sink *out);
void link_tracker_free(struct link_tracker *k);
/* RS_EV_LINK; others are left. */
void link_tracker_event(struct link_tracker *k, const struct rs_event *ev);
/* What went wrong so far becomes a record, unless it is too early to tell; what
   switches announce goes to `open`, as it is told at the end. */
void link_tracker_tell(
    struct link_tracker *k, rs_time now, const struct rec_sink *open);
void link_tracker_finish(struct link_tracker *k);
uint64_t link_tracker_evicted(const struct link_tracker *k);

#endif
