/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Runs a transcript through the registration tracker and tells the records in
 * one line each, for tests to compare:
 *
 *	0-1 alice registered initial 200 rrd=60.000 auth=10.000 ch=20.000
 *	    ca=30.000 end=0.060 exp=3600/120 txns=401,200 [1 2 3 4] -flaw
 *
 * Parts that are absent are left out; txns has the final of each transaction,
 * "-" for none, "*N" for N retransmissions.
 */
#ifndef TELL_H
#define TELL_H

#include "track/reg.h"
#include "transcript.h"

struct tell {
	struct rs_account pay;
	struct rs_hash_seed seed;
	struct reg_limits limits;
	const struct rec_sink *also; /* hears each record too; may be NULL */
	char text[65536];
	size_t n;
	struct rs_buf bytes; /* of all records, as written to the spool */
	struct reg_counts counts;
	struct rec_arena arena; /* of counts */
	rs_time end;
};

/* memory: the budget; 0: plenty. */
void tell_init(struct tell *t, size_t memory);
/* The text is good until tell_clear(). */
const char *tell_run(struct tell *t, const char *transcript);
/* False when the budget is not back at zero. */
bool tell_clear(struct tell *t);

#endif
