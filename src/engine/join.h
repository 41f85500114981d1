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
 *
 * A phone that fails early has no messages.  But it asks name servers in clear,
 * and its log says what and when: of these the same offset is had, a little
 * less surely (join_names.c), and a question that both have is told once.
 */
#ifndef ENGINE_JOIN_H
#define ENGINE_JOIN_H

#include "capture/capture.h"
#include "event.h"

struct log_join;

/* Of n files of logs, by their index.  seed: of its hash tables, 0 for a random
   one. */
struct log_join *log_join_new(unsigned n, uint64_t seed);
void log_join_free(struct log_join *j);

/* ---- first ---- */

/* That file is a part of the log that begins in `log`; they come in order. */
void log_join_part(struct log_join *j, unsigned file, unsigned log);

/* An entry of that file: its time may be off by anything. */
void log_join_entry(
    struct log_join *j, unsigned file, const struct cap_frame *f);
/* Hears the events of the captures (engine_options.events). */
struct rs_sink log_join_sink(struct log_join *j);

/* Lines of that log are missing: what it does not have it need not lack. */
void log_join_hole(struct log_join *j, unsigned file);
/* What it and its files tell of its clock makes its times those of UTC, with so
   much added; RS_NEVER: its zone is not known. */
void log_join_clock(struct log_join *j, unsigned file, rs_time due);
/* Its clock was set by so much: its times are those of the clock before. */
void log_join_stepped(struct log_join *j, unsigned file, rs_time by);
/* The captures are of that time; broken: something of it is in none. */
void log_join_span(
    struct log_join *j, rs_time first, rs_time last, bool broken);

/* What gave the offset; of several none contradicts another. */
enum { JOIN_BY_CALL_ID = 1, JOIN_BY_TLS = 2, JOIN_BY_NAMES = 4 };
/* Why there is none. */
enum join_why {
	JOIN_NO_MATCH,        /* nothing that both have */
	JOIN_TOO_FEW,         /* too little */
	JOIN_TOO_MANY,        /* too much: not all was compared */
	JOIN_SEVERAL_OFFSETS, /* that fit nearly as well */
	JOIN_SEVERAL_CLIENTS, /* the same of different hosts */
	JOIN_OTHER_ADDRESS,   /* it fits to addresses that it does not tell */
	JOIN_DIFFERS,         /* names and messages, each to another */
	JOIN_UNPROVEN,        /* it may be of another run that fits as well */
};

/* What is known of a log's clock: its times + shift are those of the captures.
 */
struct log_joined {
	bool solved;
	unsigned by;        /* JOIN_BY_... */
	enum join_why why;  /* not solved */
	rs_time first, end; /* of the log, by its clock; RS_NEVER */
	rs_time stepped;    /* its clock was set by so much within it */
	bool holes;         /* lines of it are missing */
	rs_time due;        /* shift by what is told of it; RS_NEVER */
	rs_time shift, uncertainty;
	/* Its rate, where that can be told: by so much it runs faster than the
	   captures' clock, parts of one. */
	bool drifts;
	double drift, drift_uncertainty;
	rs_time lead;      /* so much may a line be later than its packet */
	uint32_t messages; /* of the log */
	uint32_t attributed, in_clear;
	uint32_t ambiguous; /* that several records may have carried */
	/* Questions that it sent to name servers, and those of them that the
	   captures have, too. */
	uint32_t lookups, lookups_captured;
	struct rs_addr client; /* whose log it is; family 0: not known */
};
void log_join_solve(struct log_join *j);
/* "several_clients" */
const char *log_join_word(enum join_why why);
const struct log_joined *log_join_result(
    const struct log_join *j, unsigned file);

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
/* True: the line that tells of that packet of DNS, too. */
bool log_join_line(
    const struct log_join *j, const struct rs_event *ev, struct rs_stamp *line);

/* What the captures have of a question that was forwarded. */
struct join_lookup {
	const struct rs_addr *client; /* whose log it is; NULL: not known */
	bool captured, answered;      /* the question is there; its answer */
	struct rs_endpoint from, to;  /* as it was sent, with that id */
	uint16_t id;
	rs_time sent;
};
/* Of the line that `entry` begins with. */
struct join_lookup log_join_lookup(
    struct log_join *j, struct rs_frame line, struct rs_span entry);

/* It is known that this log is not joined. */
bool log_join_apart(const struct log_join *j, uint32_t file);
/* Was that address granted in the captures, about when that log tells it? */
bool log_join_lease(const struct log_join *j, uint32_t file,
    const struct rs_addr *leased, rs_time at);

/* Of the message in that line; id as log_join_id has it. */
struct join_fate log_join_fate(
    const struct log_join *j, struct rs_frame line, uint64_t id);
/* What a message is known by: a hash that nobody can choose; 0: nothing. */
uint64_t log_join_id(const struct log_join *j, struct rs_span text);

#endif
