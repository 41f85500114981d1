/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Tallies by a key of bytes: one for each server, or each user agent.
 *
 * So many are kept, those whose keys are least, and all others share one: a
 * key that once had to go is never less than those kept, so that what is kept
 * is complete and the same in whatever order attempts come.  Of those kept the
 * ones with the most attempts are listed.
 */
#ifndef TRACK_GROUPS_H
#define TRACK_GROUPS_H

#include "track/tally.h"

enum {
	GROUPS_KEPT = 256,
	GROUPS_LISTED = 64,
	GROUPS_EXACT = 1000, /* times of one; then a sketch (quantile.h) */
	GROUPS_TEXT = 256,   /* bytes of a key that count */
	GROUPS_RECENT = 64,
};

struct group;

struct groups {
	struct group *v[GROUPS_KEPT]; /* by key */
	size_t n;
	struct group *recent[GROUPS_RECENT]; /* where to look first */
	struct group *rest; /* of those not kept; NULL while there are none */
};

void groups_clear(struct groups *g);
/* server: what the group is of; NULL: its key is a user agent.  A server's name
   may be known of some attempts only; the least one is kept. */
void groups_add(struct groups *g, struct rs_span key,
    const struct rec_endpoint *server, const struct rec_registration *r);
/* Appends rec_groups: the most attempts first, what is not listed last. */
void groups_result(
    const struct groups *g, struct rec_list *out, struct rec_arena *a);

#endif
