/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What a log's times mean.  They have neither year nor zone; but messages of
 * servers tell the time as well (Date, RFC 3261 20.17; a tag with the
 * milliseconds since 1970, as BroadWorks writes it), and the name of a file may
 * have a date: "logcat-20230510-170152.log".
 */
#ifndef CAPTURE_LOG_CLOCK_H
#define CAPTURE_LOG_CLOCK_H

#include "capture/capture.h"

struct cap_log_look {
	rs_time first, last; /* as written, as if it were UTC in 1970 */
	bool holes;          /* lines are missing, by their numbers */
	bool zoned;          /* they are written with their zone */
	rs_time stepped;     /* the clock was set by so much in all; times
				here are those of before */
	rs_time set_later;   /* by so much of that after cap_clock.until */
	rs_time truth;       /* by a server, of what was written at ... */
	rs_time written;     /* RS_NEVER: no server told it */
	struct cap_log_line first_line, last_line;
	uint64_t has; /* of the marks that were asked for */
};

/* Does a regular file begin as a log does? */
bool cap_file_is_log(const char *path);
/* Reads a log, up to so many bytes of it; entry, if not NULL, gets its entries,
   with times as above.  Of c only what is said of logs in several files counts.
   What cannot be read is told by whoever reads it again. */
void cap_log_look(const char *path, uint64_t bytes, const struct cap_clock *c,
    struct cap_log_look *l, void (*entry)(void *arg, const struct cap_frame *f),
    void *arg);
/* The date in a name, as a year and a month; false: there is none. */
bool cap_log_name_date(const char *path, int *year, int *month);
/* Sets year and zone of c by that server; false: it told nothing that fits. */
bool cap_clock_by_server(struct cap_clock *c, const struct cap_log_look *l);
/* The same so that what was written at `written` is `truth`, and what is left
   is its shift. */
void cap_clock_by_truth(struct cap_clock *c, rs_time written, rs_time truth);
/* What is to be added to times of that log to have UTC, by what is told of its
   clock (c: year and zone) and in the year that is nearest to `about`;
   RS_NEVER: its zone is not known, or the year is another. */
rs_time cap_clock_due(
    const struct cap_clock *c, const struct cap_log_look *l, rs_time about);
/* The year and month (from 1) of a time, as UTC. */
void cap_clock_date(rs_time t, int *year, int *month);

#endif
