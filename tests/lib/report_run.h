/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A report over made-up records, in memory.
 */
#ifndef TESTS_REPORT_RUN_H
#define TESTS_REPORT_RUN_H

#include "report/report.h"

#include <glib.h>

#define RUN_T0 INT64_C(1693838841456262000) /* 2023-09-04 14:47:21 UTC */

struct run {
	char *text;
	size_t n;
	FILE *f;
	struct related *related;
	struct report *r;
	struct rec_sink sink;
	struct rec_coverage coverage;
	int status;
};

void run_begin(struct run *u, enum report_format format, unsigned columns);
/* Where it goes to is not the options'. */
void run_begin_with(struct run *u, struct report_options o);
void run_finish(struct run *u);
void run_end(struct run *u);
void run_attempt_of(struct run *u, uint64_t n, unsigned phone, unsigned line,
    enum rec_reg_kind kind, enum rec_outcome outcome);
void run_attempt(
    struct run *u, uint64_t n, unsigned phone, enum rec_outcome outcome);
void run_handshake(
    struct run *u, uint64_t n, uint16_t port, enum rec_handshake_state state);
void run_check_lines(const struct run *u, unsigned columns);
char *run_flat(const struct run *u);
void run_check_says(const struct run *u, const char *says);
void run_check_silent(const struct run *u, const char *says);

#endif
