/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The report for people.  See text.c.
 */
#ifndef REPORT_TEXT_H
#define REPORT_TEXT_H

#include "report/out.h"
#include "report/report.h"
#include "track/spool.h"

struct failures;
struct one;

struct text_input {
	const struct report_options *options;
	struct spool *spool; /* phones, findings, and what is not fine */
	const struct rec_coverage *coverage;
	const struct rec_summary *summary;
	struct failures *failures; /* what failed, or is undecided */
	/* A connection by its id, fine or not; lives as long as the report. */
	bool (*connection)(
	    void *arg, const struct rec_id *id, struct rec_connection *c);
	void *arg;
	bool nobody;           /* nothing of the phone that was asked for */
	const struct one *one; /* which addresses are one phone's */
	/* The shelf of look-ups that kept clients from going on, by an error
	   that no finding tells of. */
	const struct rec_type *refused;
};

void text_report(const struct text_input *in, struct out *out);
/* One line about an attempt that has just closed. */
void text_live(const struct report_options *o, const struct rec_registration *r,
    struct out *out);

#endif
