/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Lookups: questions and their answers, put together.
 *
 * A lookup is what one client asks of one name and type: the first query, its
 * repeats, those to other servers, and the one over TCP after a truncated
 * answer (RFC 1035 4.2.1, 7766 5), up to an answer or until the client lets it
 * be.  A new query with another id after GAVE_UP seconds is a new lookup.
 *
 * That nothing was answered is said only where the capture went on for five
 * seconds after the last query, or shows ten seconds of queries, lost nothing, and showed packets on their way back, to anybody.
 * Otherwise the lookup is cut_off, with the flaw one_way, drops or evicted.
 */
#ifndef TRACK_LOOKUP_H
#define TRACK_LOOKUP_H

#include "base/account.h"
#include "base/hash.h"
#include "event.h"
#include "track/names.h"
#include "track/records.h"
#include "track/related.h"

struct lookup_tracker;

struct lookup_counts {
	uint64_t queries, responses; /* messages */
	uint64_t evicted;            /* lookups */
};

/* All must outlive it.  names and related learn from each answer at once;
   out gets rec_lookup records. */
struct lookup_tracker *lookup_tracker_new(struct names *names,
    struct related *related, const struct rs_hash_seed *seed,
    struct rs_account *pay, const struct rec_sink *out);
void lookup_tracker_free(struct lookup_tracker *k);
/* DNS_MESSAGE, ICMP and DROPS; of other events it takes only who is heard. */
void lookup_tracker_event(struct lookup_tracker *k, const struct rs_event *ev);
void lookup_tracker_advance(struct lookup_tracker *k, rs_time now);
void lookup_tracker_finish(struct lookup_tracker *k, rs_time end);
struct lookup_counts lookup_tracker_counts(const struct lookup_tracker *k);

#endif
