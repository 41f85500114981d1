/* SPDX-License-Identifier: Apache-2.0 */
/* What join.c collects and join_solve.c looks at.  Nobody else includes this.
 */
#ifndef ENGINE_JOIN_INNER_H
#define ENGINE_JOIN_INNER_H

#include "engine/join.h"
#include "track/inferred_state.h"

#include <glib.h>

/* Not more are kept: what comes later is not joined. */
enum { JOIN_MESSAGES = 1 << 17, JOIN_WIRE = 1 << 20, JOIN_FLOWS = 1 << 16 };
/* No SIP message is shorter; so much may be written over; CBC may pad so much.
 */
enum { JOIN_LEAST = 100, JOIN_REDACTED = 400, JOIN_PADDING = 16 };

/* A connection of a capture; its files have other numbers when they are read
   again. */
struct join_flow {
	rs_time first;
	uint64_t number; /* of its first frame */
	struct inferred_cipher cipher;
	rs_time from, to;        /* its records that cannot be read */
	rs_time damaged;         /* since then bytes are missing; RS_NEVER */
	struct rs_flow_info now; /* as it is heard of; serial 0: not yet */
};

/* A record that cannot be read, or a message that can. */
struct join_wire {
	struct rs_stamp at;
	uint32_t flow;
	int32_t low, high; /* length of its plaintext */
	bool up;           /* from the client */
	uint64_t id;       /* of a message in clear; 0 */
	uint32_t taken;    /* by that message, + 1 */
};

struct join_message {
	rs_time at; /* by the log's clock */
	uint64_t line, id;
	uint32_t log;
	int32_t length;
	bool up, exact; /* exact: nothing is redacted or missing */
	bool in_clear, ambiguous, lost;
	uint32_t wire, n; /* records that carried it; n 0: none */
	uint32_t flow;    /* + 1; 0: not known */
};

struct log_join {
	unsigned n_logs;
	struct log_joined *joined;
	GArray *messages, *wire, *flows;
	GHashTable *by_line;   /* hash of line and id -> index + 1 */
	GHashTable *by_serial; /* of the run -> index + 1 */
	GHashTable *by_first;  /* hash of a flow's first frame -> index + 1 */
	GHashTable *missed;    /* keys of records that a log should have */
	/* Of wire, once all is there: by time; by direction and length. */
	uint32_t *order, *by_length;
	void *text; /* LOG_ENTRY bytes */
};

/* How a log's times become those of the captures: + shift, and a little more
   the further from `middle`. */
struct join_line {
	rs_time shift, middle;
	double drift;
};

static inline rs_time
join_time(const struct join_line *l, rs_time at)
{
	return at + l->shift + (rs_time)(l->drift * (double)(at - l->middle));
}

/* Can w alone have carried m, by direction and length? */
static inline bool
join_fits(const struct join_message *m, const struct join_wire *w)
{
	if (m->up != w->up)
		return false;
	if (w->id || m->exact)
		return w->id ? w->id == m->id
			     : w->low <= m->length && m->length <= w->high;
	return w->low - JOIN_REDACTED <= m->length &&
	       m->length <= w->high + JOIN_REDACTED;
}

/* join_solve.c: of two of j->wire, by index; the first in j->order that is not
   before t. */
int join_by_time(const void *a, const void *b, void *j);
uint32_t join_first_at(const struct log_join *j, rs_time t);
/* join.c: the log should have had that record's message. */
void join_missed(struct log_join *j, uint32_t wire);
/* join_place.c: says which records carried which messages of a log. */
void join_place(struct log_join *j, unsigned log, const struct join_line *l);

static inline struct join_message *
join_message(const struct log_join *j, uint32_t i)
{
	return &g_array_index(j->messages, struct join_message, i);
}

static inline struct join_wire *
join_wire(const struct log_join *j, uint32_t i)
{
	return &g_array_index(j->wire, struct join_wire, i);
}

static inline struct join_flow *
join_flow(const struct log_join *j, uint32_t i)
{
	return &g_array_index(j->flows, struct join_flow, i);
}

#endif
