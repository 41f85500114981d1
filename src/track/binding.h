/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Bindings: AOR + contact, from grant to grant (RFC 3261 10.3).
 *
 * Reads closed registrations, keeps one small entry per binding, and closes a
 * rec_binding when the binding is removed, or at the end; what a report in
 * between tells of is not told again.
 */
#ifndef TRACK_BINDING_H
#define TRACK_BINDING_H

#include "base/account.h"
#include "base/hash.h"
#include "track/inbound.h"
#include "track/keepalive.h"
#include "track/records.h"

struct binding_tracker;

struct binding_tracker *binding_tracker_new(const struct rs_hash_seed *seed,
    struct rs_account *pay, const struct rec_sink *out);
/* Who knows what phones did not answer; must outlive it. */
void binding_tracker_listen(
    struct binding_tracker *k, const struct inbound_tracker *inbound);
void binding_tracker_free(struct binding_tracker *k);
/* Who knows how the way to phones was kept open; must outlive it. */
void binding_tracker_keepalives(
    struct binding_tracker *k, const struct keepalive_tracker *keepalives);
void binding_tracker_registration(
    struct binding_tracker *k, const struct rec_registration *r);
/* It comes soon, as the second one from now at the latest: what it needs of
   memory is fetched. */
void binding_tracker_ahead(
    struct binding_tracker *k, const struct rec_registration *r);
/* Nobody captured for a while: what was refreshed then is not known. */
void binding_tracker_unseen(struct binding_tracker *k);
/* Between two reports: each that is held, and of others what no report tells of
   yet; lapses are told once. */
void binding_tracker_tell(
    struct binding_tracker *k, rs_time now, const struct rec_sink *out);
void binding_tracker_finish(struct binding_tracker *k, rs_time end);
uint64_t binding_tracker_evicted(const struct binding_tracker *k);

#endif
