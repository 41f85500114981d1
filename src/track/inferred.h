/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Registrations inside TLS that nobody can read: what they look like.
 *
 * With an AEAD cipher the length of each plaintext is known (RFC 8446 5.2, RFC
 * 5288, 6655, 7905), with CBC a range of 16.  Lengths, order, sides and times
 * of a connection that concerns registration (related.h) are kept, up to a
 * bound, and judged when it ends: where one story fits, and others do not, that
 * is a rec_registration of visibility "inferred" that tells its reasons.  Where
 * two fit nothing is said, but counted.  What was decrypted is not guessed at.
 *
 * An inferred registration is nobody's verdict: it is in no rate and no exit
 * status, and teaches bindings and phones nothing.
 */
#ifndef TRACK_INFERRED_H
#define TRACK_INFERRED_H

#include "base/account.h"
#include "event.h"
#include "track/records.h"
#include "track/related.h"

struct inferred_counts {
	uint64_t abstained; /* connections with data, of which nothing is said */
	uint64_t refused;   /* not followed, for want of room */
};

struct inferred_tracker;

/* All must outlive it.  out gets rec_registration records. */
struct inferred_tracker *inferred_tracker_new(const struct related *related,
    struct rs_account *pay, const struct rec_sink *out);
void inferred_tracker_free(struct inferred_tracker *k);
/* TLS events, SIP_MESSAGE, GAP, FLOW_HALF_CLOSE, FLOW_END and DROPS. */
void inferred_tracker_event(
    struct inferred_tracker *k, const struct rs_event *ev);
/* The capture ends: judges what is open. */
void inferred_tracker_finish(struct inferred_tracker *k);
struct inferred_counts inferred_tracker_counts(
    const struct inferred_tracker *k);

#endif
