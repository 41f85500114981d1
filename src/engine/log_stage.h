/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Entries of logs become events, of flows that are made up for them.
 *
 * A flow is what a log says about one peer, under one of its own ports where
 * that is known.  Its messages go through the dissector of SIP, as datagrams
 * do, and to the same trackers; what they came in is a line.
 */
#ifndef ENGINE_LOG_STAGE_H
#define ENGINE_LOG_STAGE_H

#include "capture/capture.h"

struct log_join;
struct log_stage;
struct pipeline;

/* Of all logs together. */
struct log_counts {
	uint64_t messages, cut; /* cut: of which nobody can say what they are */
	uint64_t repeated;      /* that another log of the phone has too */
};

/* What it tells goes out through p; both must outlive it, join may be NULL. */
struct log_stage *log_stage_new(struct pipeline *p, struct log_join *join);
void log_stage_free(struct log_stage *g);
/* A frame with link type CAP_LINK_LOG and more. */
void log_stage_entry(struct log_stage *g, const struct cap_frame *f);
/* Time passes: tells what would otherwise wait for the next entry.  Before
   anybody else hears of the time. */
void log_stage_advance(struct log_stage *g, rs_time now);
/* Nothing more will come. */
void log_stage_finish(struct log_stage *g);
const struct log_counts *log_stage_counts(const struct log_stage *g);

#endif
