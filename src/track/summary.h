/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Sums over closed records: outcomes, times, rates (RFC 6076).
 *
 * Times are exact (nearest rank) up to SUMMARY_EXACT values; beyond that they
 * are kept in a DDSketch (Masson, Rim, Lee: "DDSketch", VLDB 2019) whose
 * relative error is at most 1/256 (0.4 %), in bounded memory (quantile.h); for
 * one server or user agent from GROUPS_EXACT values on (groups.h).
 */
#ifndef TRACK_SUMMARY_H
#define TRACK_SUMMARY_H

#include "track/records.h"

enum {
	SUMMARY_EXACT = 100000,
	SUMMARY_FEW = 10, /* fewer attempts make no load and no shares */
};

struct summary;

struct summary *summary_new(void);
void summary_free(struct summary *s);
/* Any record; types that do not count are left. */
void summary_add(
    struct summary *s, const struct rec_type *type, const void *rec);
/* Lists live in the arena.  What the phones tell, and the mean load, which
   takes the length of the capture, is left to the caller. */
void summary_result(
    struct summary *s, struct rec_summary *out, struct rec_arena *a);

#endif
