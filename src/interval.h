/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Reports one after the other, each of what ended since the one before.
 *
 * Nothing is told twice, and a run for months needs no more memory and no more
 * room on the disk than one of an interval.  Counters of the coverage run on in
 * the engine: what a report says is by how much they grew.
 */
#ifndef INTERVAL_H
#define INTERVAL_H

#include "track/records.h"

struct interval {
	bool any;                   /* there was one before */
	struct rec_coverage before; /* at its end; in the arena */
	struct rec_arena arena;
};

void interval_init(struct interval *i);
void interval_clear(struct interval *i);
/* Takes off c what the coverage was at the end of the interval before, and
   keeps what it is now.  Lists of c are of the arena a. */
void interval_next(
    struct interval *i, struct rec_coverage *c, struct rec_arena *a);

#endif
