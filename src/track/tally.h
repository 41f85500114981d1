/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What is counted of some attempts: of those of one server, say.
 *
 * Two tallies add up, and in any order to the same: all of it are sums but the
 * percentiles, and those are exact or a sketch by their number alone.
 */
#ifndef TRACK_TALLY_H
#define TRACK_TALLY_H

#include "track/quantile.h"

enum { TALLY_STATUSES = 600 }; /* 100 to 699 */

struct tally {
	int64_t attempts, decided, failed;
	int64_t rated, rated_failed; /* of kind initial and refresh */
	int64_t outcomes[REC_OUTCOME_N];
	int64_t rrd_ns, challenge_ns,
	    client_ns; /* sums, where there is an RRD */
	struct quantile rrd;
	int64_t responses[TALLY_STATUSES];
};

void tally_init(struct tally *t, size_t most_exact);
void tally_clear(struct tally *t);
void tally_add(struct tally *t, const struct rec_registration *r);
void tally_merge(struct tally *t, const struct tally *from);
/* All of it but what it is of; lists live in the arena. */
void tally_result(struct tally *t, struct rec_group *out, struct rec_arena *a);

/* Tenths of a percent; absent where there is nothing to divide by. */
int64_t tally_rate(int64_t part, int64_t of);
/* Counts by outcome and status, without those that are 0. */
void tally_outcomes(
    const struct tally *t, struct rec_list *out, struct rec_arena *a);
void tally_responses(
    const struct tally *t, struct rec_list *out, struct rec_arena *a);

#endif
