/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Clocks on the wire against the time of the capture: NTP, the Date of SIP and
 * HTTP messages, gmt_unix_time of TLS.
 *
 * A clock that is wrong makes good certificates fail; whose is wrong, a phone's
 * or that of the machine that captured, is told by more than one of them.
 * Clients may send anything for a time (RFC 8633 4.1; RFC 5246 7.4.1.2): what a
 * client says of its clock counts as `client_steady` only where it was off by
 * the same at least twice, over two seconds or more.
 */
#ifndef TRACK_CLOCK_H
#define TRACK_CLOCK_H

#include "base/hash.h"
#include "event.h"
#include "track/records.h"

struct clock_tracker;

/* All must outlive it. */
struct clock_tracker *clock_tracker_new(const struct rs_hash_seed *seed,
    struct rs_account *pay, const struct rec_sink *out);
void clock_tracker_free(struct clock_tracker *k);
/* RS_EV_CLOCK, RS_EV_SIP_MESSAGE with a Date, RS_EV_TLS_HANDSHAKE. */
void clock_tracker_event(struct clock_tracker *k, const struct rs_event *ev);
/* What is known by now; nothing is closed. */
void clock_tracker_tell(
    const struct clock_tracker *k, const struct rec_sink *out);
void clock_tracker_finish(struct clock_tracker *k);
uint64_t clock_tracker_evicted(const struct clock_tracker *k);

#endif
