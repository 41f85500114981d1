/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Servers that tell phones to come back later (500 or 503 with Retry-After), by
 * the second: that many are told so at once shows a storm, and not the trouble
 * of one phone.
 *
 * The number of seconds that are remembered is bounded, the oldest to come is
 * forgotten first.
 */
#ifndef TRACK_BUSY_H
#define TRACK_BUSY_H

#include "base/account.h"
#include "base/hash.h"
#include "base/pool.h"
#include "track/records.h"

enum { BUSY_AORS = 64 }; /* of more than that, so many are told */

struct busy;

/* The pool is where seconds come from; they go with it. */
struct busy *busy_new(const struct rs_hash_seed *seed, struct rs_account *pay,
    struct rs_pool *pool);
void busy_forget(struct busy *k);
void busy_free(struct busy *k);
/* The last transaction of a closed registration, if it is such an answer. */
void busy_registration(struct busy *k, const struct rec_registration *r);
/* How many addresses of record that server told so in the second of `at`; of
   the first or second one, that which is not `aor`, the frame. */
int64_t busy_at(const struct busy *k, const struct rs_endpoint *server,
    rs_time at, struct rs_span aor, struct rs_frame *other);

#endif
