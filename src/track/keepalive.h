/* SPDX-License-Identifier: Apache-2.0 */
/*
 * How the way between a phone and its server was kept open: keep-alives (RFC
 * 5626 3.5) and the longest silence, by the two endpoints.
 *
 * The pipeline counts both per flow and tells them with each event
 * (rs_flow_info); here they are kept past the end of the flow, for bindings.
 * Flows without either need no place, but for those that went idle: over UDP the
 * next one between the two tells how long nothing was sent.  Of more than there
 * is room for, the one that was heard of the longest ago is forgotten, and not
 * told.
 */
#ifndef TRACK_KEEPALIVE_H
#define TRACK_KEEPALIVE_H

#include "base/account.h"
#include "base/hash.h"
#include "event.h"
#include "track/records.h"

/* Into a record, as far as it tells. */
void keepalive_record(struct rec_keepalive *to, const struct rs_flow_pace *p);

struct keepalive_tracker;

/* seed and pay must outlive it. */
struct keepalive_tracker *keepalive_tracker_new(
    const struct rs_hash_seed *seed, struct rs_account *pay);
void keepalive_tracker_free(struct keepalive_tracker *k);
/* Any event of a flow. */
void keepalive_tracker_event(
    struct keepalive_tracker *k, const struct rs_event *ev);
/* Of all flows between the two; false where nothing is known.  k may be NULL.
 */
bool keepalive_tracker_find(const struct keepalive_tracker *k,
    const struct rs_endpoint *phone, const struct rs_endpoint *server,
    struct rs_flow_pace *to);

#endif
