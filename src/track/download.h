/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What clients fetch: TFTP transfers, HTTP requests, and, of HTTPS without
 * keys, connections to hosts that a profile names.
 *
 * Every request becomes a record (rec_download).  Whether its client is a phone
 * is told by a profile's patterns or a hardware address in the file's name, or,
 * later and by others, by what else the client does: `phone` is true or not
 * known.
 *
 * Secrets stay out: of a target only the path is kept, without query,
 * parameters and credentials.
 */
#ifndef TRACK_DOWNLOAD_H
#define TRACK_DOWNLOAD_H

#include "base/hash.h"
#include "event.h"
#include "profile/profile.h"
#include "track/records.h"

struct download_tracker;

/* profiles may be NULL; all must outlive it. */
struct download_tracker *download_tracker_new(
    const struct profile_set *profiles, const struct rs_hash_seed *seed,
    struct rs_account *pay, const struct rec_sink *out);
void download_tracker_free(struct download_tracker *k);
/* RS_EV_TFTP, RS_EV_HTTP, RS_EV_ICMP, RS_EV_FLOW_END, RS_EV_DROPS. */
void download_tracker_event(
    struct download_tracker *k, const struct rs_event *ev);
/* A handshake that has closed: a download, where its name is a host of a
   profile and nobody could look inside. */
void download_tracker_handshake(
    struct download_tracker *k, const struct rec_handshake *h);
void download_tracker_advance(struct download_tracker *k, rs_time now);
void download_tracker_finish(struct download_tracker *k, rs_time end);
uint64_t download_tracker_evicted(const struct download_tracker *k);

#endif
