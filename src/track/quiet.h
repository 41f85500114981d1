/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Clients that DHCP gave an address, and that have said nothing since: whether
 * it would be seen here if they did.
 *
 * At another port of the switch broadcasts are all that is seen of a client, so
 * that everybody is silent there.  But who wants to speak asks for a neighbour
 * first, by ARP, which everybody hears: with such a question, and no answer to
 * be seen here, it may well speak.  So may one for whom others ask, and whose
 * answer is not here.
 *
 * The pipeline tells of them (LINK_QUIET), and of all that speak no more than
 * that; a time that was not captured clears all of them.
 */
#ifndef TRACK_QUIET_H
#define TRACK_QUIET_H

#include "event.h"
#include "track/records.h"

struct quiet_tracker;

/* out must outlive it. */
struct quiet_tracker *quiet_tracker_new(const struct rec_sink *out);
void quiet_tracker_free(struct quiet_tracker *k);
/* RS_EV_LINK, RS_EV_DHCP and RS_EV_DROPS; others are left. */
void quiet_tracker_event(struct quiet_tracker *k, const struct rs_event *ev);
/* One rec_quiet for each that was granted an address; nothing is closed. */
void quiet_tracker_tell(
    const struct quiet_tracker *k, const struct rec_sink *out);
/* Likewise, and all are closed. */
void quiet_tracker_finish(struct quiet_tracker *k);

#endif
