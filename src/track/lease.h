/* SPDX-License-Identifier: Apache-2.0 */
/*
 * DHCP exchanges: who asked, who offered what, and what came of it.
 *
 * A client (hardware address, or DUID) has one exchange at a time.  It goes on
 * over retransmissions, other transaction ids and refusals until the client is
 * bound, or has said nothing for 130 s: RFC 2131 4.1 waits 64 s and more.  A
 * renewal, an INFORM or a RELEASE is an exchange of its own.
 *
 * A lease that names servers for the configuration stays open for five minutes
 * more, to see whether the client goes there.
 */
#ifndef TRACK_LEASE_H
#define TRACK_LEASE_H

#include "base/hash.h"
#include "event.h"
#include "track/records.h"

struct lease_tracker;
struct neighbour_tracker;

/* All must outlive it; near (or NULL) hears each event first. */
struct lease_tracker *lease_tracker_new(const struct rs_hash_seed *seed,
    struct rs_account *pay, const struct neighbour_tracker *near,
    const struct rec_sink *out);
void lease_tracker_free(struct lease_tracker *k);
/* RS_EV_DHCP, and RS_EV_LINK of kind LINK_CONTACT. */
void lease_tracker_event(struct lease_tracker *k, const struct rs_event *ev);
void lease_tracker_advance(struct lease_tracker *k, rs_time now);
/* Of what is open, clients that were served; nothing is closed. */
void lease_tracker_tell(
    const struct lease_tracker *k, const struct rec_sink *out);
/* What is open becomes a record, "cut_off" where it was too early to tell. */
void lease_tracker_finish(struct lease_tracker *k, rs_time end);
uint64_t lease_tracker_evicted(const struct lease_tracker *k);

#endif
