/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Where the report tells of a finding or of a phone, as their marks in the
 * spool say: so that those that a part does not tell of stay unread.
 */
#ifndef REPORT_TOLD_H
#define REPORT_TOLD_H

#include "track/records.h"

/* Bits of marks.  They say what a record is not: one without a mark is read by
   all. */
enum told_bit {
	TOLD_NO_CAUSE = 1,     /* a finding: no error of a stage before TCP */
	TOLD_NOT_ALONE = 2,    /* a finding: with what failed, if at all */
	TOLD_NO_FAILURE = 4,   /* a finding: nothing that failed leads to it */
	TOLD_NOT_ODD = 8,      /* a phone: it differs from no others */
	TOLD_NOT_IN_PART = 16, /* a phone: its lines failed alike, or none */
};

uint32_t told_finding_mark(const struct rec_finding *x);
uint32_t told_phone_mark(const struct rec_phone *p);
/* For spool_pick(): none of these bits, of enum told_bit. */
bool told_wants(const void *bits, uint32_t mark);

/* Those before TCP, in their order. */
enum { TOLD_STAGES = 4 };
extern const char *const told_stages[TOLD_STAGES];
/* Which of them it is of, or -1. */
int told_stage(const struct rec_finding *x);
/* It leans on an attempt, a handshake or a connection, and is told with it. */
bool told_of_attempt(const struct rec_finding *x);
/* It may stand by itself, as no attempt that failed shows it. */
bool told_alone(const struct rec_finding *x);
/* How many of its lines failed, and how many are well. */
void told_lines(const struct rec_phone *p, int64_t *bad, int64_t *good);

#endif
