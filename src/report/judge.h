/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Asks the rules about cases, and keeps what they find: once for each cause.
 */
#ifndef REPORT_JUDGE_H
#define REPORT_JUDGE_H

#include "base/hash.h"
#include "diag/rule.h"
#include "report/told.h"
#include "track/spool.h"

enum { JUDGE_EVIDENCE = 16 }; /* pieces that a finding keeps */

struct judge;

/* What is found goes to that spool; findings of so many bytes are compared with
   each other before. */
struct judge *judge_new(
    struct spool *to, size_t most, const struct rs_hash_seed *seed);
void judge_free(struct judge *j);
void judge_case(struct judge *j, const struct diag_case *c);
/* The spool has all findings then. */
void judge_finish(struct judge *j);

/* What was found so far, without what later occurrences add; not after
   judge_finish().  Only what has none of these bits in its mark. */
void judge_each(struct judge *j, enum told_bit bits,
    void (*each)(void *arg, const struct rec_finding *f), void *arg);
/* How often anything was found so far; and how often an error. */
uint64_t judge_findings(const struct judge *j);
uint64_t judge_errors(const struct judge *j);

#endif
