/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Joining logs with captures of the same time: what a log has in clear, and a
 * capture only in TLS records.
 *
 * Everything is read twice.  First the messages of the logs and the records of
 * the captures are collected, as times, directions and lengths: of AEAD a
 * record tells the length of its plaintext exactly.  That gives the offset of
 * each log's clock, where only one fits, and for each message the records that
 * carried it, where only those can have.  Then the engine reads again, and
 * tells messages on the connection that carried them, with its frames and their
 * line.  What is ambiguous is left alone.
 */
#ifndef ENGINE_JOIN_H
#define ENGINE_JOIN_H

#include "capture/capture.h"
#include "event.h"

struct log_join;

/* Of n logs, by their index. */
struct log_join *log_join_new(unsigned n);
void log_join_free(struct log_join *j);

/* ---- first ---- */

/* An entry of a log: its time may be off by anything. */
void log_join_entry(
    struct log_join *j, unsigned log, const struct cap_frame *f);
/* Hears the events of the captures (engine_options.events). */
struct rs_sink log_join_sink(struct log_join *j);

/* Lines of that log are missing: what it does not have it need not lack. */
void log_join_hole(struct log_join *j, unsigned log);

/* What is known of a log's clock: its times + shift are those of the captures.
 */
struct log_joined {
	bool solved;
	rs_time end; /* of the log, by its clock; RS_NEVER */
	bool holes;  /* lines of it are missing */
	rs_time shift, uncertainty;
	/* Its rate, where that can be told: by so much it runs faster than the
	   captures' clock, parts of one. */
	bool drifts;
	double drift, drift_uncertainty;
	rs_time lead;      /* so much may a line be later than its packet */
	uint32_t messages; /* of the log */
	uint32_t attributed, in_clear;
	uint32_t ambiguous; /* that several records may have carried */
};
void log_join_solve(struct log_join *j);
const struct log_joined *log_join_result(
    const struct log_join *j, unsigned log);

/* ---- then, by the engine ---- */

enum { JOIN_RECORDS = 4 };

/* What became of a message of a log. */
struct join_fate {
	bool known;    /* something is */
	bool in_clear; /* the capture tells it itself */
	bool lost;     /* sent, and never on the wire that carried the others */
	/* The connection, as it is now; NULL: not known. */
	const struct rs_flow_info *flow;
	unsigned n; /* records that carried it */
	struct rs_stamp at[JOIN_RECORDS];
};

/* Hears the events of the captures on their way.  True: ev is a record of a
   server's message that the log should have, and does not; *flow is that of the
   event that tells it. */
bool log_join_hear(
    struct log_join *j, const struct rs_event *ev, struct rs_flow_info *flow);
/* Of the message in that line; id as log_join_id has it. */
struct join_fate log_join_fate(
    const struct log_join *j, struct rs_frame line, uint64_t id);
/* What a message is known by. */
uint64_t log_join_id(struct rs_span text);

#endif
