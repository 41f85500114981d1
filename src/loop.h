/* SPDX-License-Identifier: Apache-2.0 */
/*
 * One run: from an open source to the last report.
 *
 * Signals ask for what the loop does between two packets: SIGINT and SIGTERM to
 * end, SIGUSR1 for a report now, SIGHUP for a new output file.
 */
#ifndef LOOP_H
#define LOOP_H

#include "capture/filter.h"
#include "certificates.h"
#include "engine/engine.h"
#include "flight.h"
#include "interval.h"
#include "keyring.h"
#include "logs.h"
#include "notify.h"
#include "output.h"
#include "problems.h"
#include "profiles.h"
#include "progress.h"

#include <stdatomic.h>

struct run {
	const struct options *o;
	struct cap_list files;
	struct cap_source *source;
	struct cap_filter *filter; /* files; NULL: none */
	struct keyring keys;
	struct problems problems;
	struct logs logs;
	struct certificates certificates;
	struct profile_set *profiles;
	struct output out;
	struct notify notify;
	struct flight *flight; /* the recorder; NULL: none */
	bool live;
	/* its own */
	struct related *related;
	struct engine *engine;
	struct past *past;     /* NULL: one report it is */
	struct report *report; /* of this interval; NULL: there is none more */
	struct interval interval;
	struct progress bar;
	bool piped;  /* what is read is a pipe, which may have no end */
	bool broken; /* an input could not be read */
	int judged;  /* exit status of the reports so far */
	gint64 started, looked, reported; /* monotonic microseconds */
	rs_time wall; /* live: the clock when it was looked at; 0: not yet */
	rs_time drops_seen_at;
	uint64_t drops;
	uint64_t taken;                      /* frames that were looked at */
	atomic_uint_fast64_t closed, failed; /* registrations */
	atomic_bool unwritten; /* output failed: nobody is told any more */
};

enum { STATUS_USAGE = 2, STATUS_IO = 3 };

/* Handlers of signals, before inputs are opened.  reopens: SIGHUP is for the
   output, rather than the end. */
void loop_signals(bool reopens);
/* All of it, once source, output and rest are there; the exit status. */
int loop_run(struct run *r);
/* Does it run until it is told to end? */
bool loop_endless(const struct run *r);

#endif
