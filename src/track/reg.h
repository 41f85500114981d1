/* SPDX-License-Identifier: Apache-2.0 */
/*
 * REGISTER attempts: everything one phone does to get one answer for one
 * binding.  The rules are those of regscan-report(5), registrations; they are
 * written there in full and not repeated here.
 *
 * The tracker hears SIP messages, flow ends, gaps, ICMP errors and drops, owns
 * the transaction tracker below it, and closes rec_registration records.  The
 * binding tracker hears of each closed attempt from the pipeline, as a record.
 */
#ifndef TRACK_REG_H
#define TRACK_REG_H

#include "base/account.h"
#include "base/hash.h"
#include "event.h"
#include "sip/digest.h"
#include "track/records.h"

struct reg_limits {
	rs_time challenge_wait; /* open after 401/407/423/3xx; 120 s */
	rs_time timer_f;        /* 64*T1 = 32 s, RFC 3261 17.1.2.2 */
};

struct reg_counts {
	struct rec_list
	    responses;    /* by status, to REGISTER: struct rec_count */
	uint64_t orphans; /* responses that fit no request of the capture */
	uint64_t evicted; /* attempts closed for want of room */
};

struct reg_tracker;

/* All must outlive it.  out gets rec_registration records. */
struct reg_tracker *reg_tracker_new(const struct reg_limits *limits,
    const struct rs_hash_seed *seed, struct rs_account *pay,
    const struct rec_sink *out);
/* From now on credentials are checked; d is copied. */
void reg_tracker_verify(
    struct reg_tracker *k, const struct sip_digest_verifier *d);
/* From now on `soon`, which is copied, hears of registrations that will be
   closed soon, so that what they need of memory can be fetched. */
void reg_tracker_announce(struct reg_tracker *k, const struct rec_sink *soon);
void reg_tracker_free(struct reg_tracker *k);
void reg_tracker_event(struct reg_tracker *k, const struct rs_event *ev);
/* That message comes soon: fetches what it will need, as far as it was read
   (reading.h). */
void reg_tracker_ahead(const struct reg_tracker *k, const struct rs_event *ev);
/* Fires what is due up to now. */
void reg_tracker_advance(struct reg_tracker *k, rs_time now);
/* The capture ends: the rest is cut off, not failed, unless time was up. */
void reg_tracker_finish(struct reg_tracker *k, rs_time end);
void reg_tracker_counts(
    struct reg_tracker *k, struct reg_counts *c, struct rec_arena *a);

#endif
