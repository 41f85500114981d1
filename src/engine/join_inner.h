/* SPDX-License-Identifier: Apache-2.0 */
/* What join.c collects and join_solve.c looks at.  Nobody else includes this.
 */
#ifndef ENGINE_JOIN_INNER_H
#define ENGINE_JOIN_INNER_H

#include "base/hash.h"
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
	struct rs_addr client;
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
	uint32_t same;     /* the one before with that id, + 1; 0: none */
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

enum { JOIN_ADDRS = 8 };

/* What an answer says, as far as a log would tell it. */
struct join_told {
	bool any, more; /* more: addresses than there is room for */
	uint8_t rcode, n;
	uint64_t addr[JOIN_ADDRS]; /* hashed */
};

/* The addresses that a log says its phone has. */
struct join_own {
	struct rs_addr addr[4];
	unsigned n;
};

/* How a log's times become those of the captures: + shift, and a little more
   the further from `middle`. */
struct join_line {
	rs_time shift, middle;
	double drift;
};

/* A question that a log says was sent to a name server. */
struct join_ask {
	rs_time at, replied; /* by the log's clock; replied: RS_NEVER */
	uint64_t what;       /* name, by its number, and type */
	uint64_t line, reply_line;
	struct rs_addr server;
	uint32_t log;
	uint32_t part, reply_part;
	struct join_told told;
	uint32_t query; /* that it was, + 1 */
};

/* One that was captured, over UDP. */
struct join_query {
	struct rs_stamp at, answer;
	uint64_t what;
	struct rs_endpoint client, server;
	uint16_t id;
	bool answered;
	bool common; /* of a type that is understood in logs */
	struct join_told told;
	uint32_t ask; /* + 1 */
	uint32_t who; /* the client's place in join_dns.clients */
};

/* By a DHCPACK. */
struct join_granted {
	rs_time at;
	struct rs_addr to;
};

/* A question of a log, while it is read. */
struct join_recent {
	uint64_t name;
	uint16_t type;
	bool answered;
	uint32_t ask; /* + 1; 0: not forwarded so far */
};

enum { JOIN_RECENT = 32, JOIN_FIRST_LINES = 16 };
/* Not more are kept. */
enum { JOIN_ASKS = 1 << 16, JOIN_QUERIES = 1 << 16, JOIN_LEASES = 1 << 16,
	JOIN_NAMES = 1 << 17 };

struct join_dns {
	GArray *asks, *queries;
	GArray *clients;        /* struct rs_addr */
	GArray *leases;         /* struct join_granted */
	struct rs_hash_seed seed;
	GHashTable *numbers;    /* of names */
	GHashTable *names;      /* what logs ask */
	uint32_t *by_what;      /* of queries, once all are there: then by time */
	GHashTable *open;       /* hash of a query -> the last such, + 1 */
	GHashTable *line_logs;  /* hash of a line -> its log, + 1 */
	GHashTable *line_asks;  /* hash of a line -> its ask, + 1 */
	GHashTable *packets;    /* hash of a packet -> its query, + 1 */
	bool full;              /* there was more */
	rs_time first, last;    /* of the captures; RS_NEVER: not told */
	bool broken;
	struct join_own *own; /* of each log */
	/* Of the log that is being read. */
	uint32_t log; /* + 1 */
	unsigned n_lines;
	struct join_recent recent[JOIN_RECENT]; /* ring */
	unsigned n_recent;
	/* The last line of a reply: its name, and whose it was, + 1. */
	uint64_t reply_name;
	uint16_t reply_type;
	uint32_t reply_ask;
	/* A line that names an alias: what was asked for, and when it came. */
	uint64_t alias; /* 0: none */
	rs_time alias_at;
	uint64_t alias_line;
	uint32_t alias_part;
};

/* An offset that was found, or why there is none. */
struct join_found {
	bool found;
	bool alone; /* names: believed without messages; else why not */
	struct join_line line;
	struct log_joined joined; /* by, why, shift, uncertainty, drift */
	struct rs_addr client;    /* of names */
};

/* A file of a log. */
struct join_part {
	uint32_t log;
	uint32_t file; /* when it is read again, + 1; 0: not yet */
};

struct log_join {
	unsigned n_logs;
	struct join_part *parts;
	uint32_t part; /* that is being read */
	struct join_dns *dns;
	struct log_joined *joined;
	GArray *messages, *wire, *flows;
	GHashTable *by_line;   /* hash of line and id -> index + 1 */
	GHashTable *by_serial; /* of the run -> index + 1 */
	GHashTable *by_first;  /* hash of a flow's first frame -> index + 1 */
	GHashTable *missed;    /* keys of records that a log should have */
	/* Of wire, once all is there: by time; of what cannot be read, by
	   direction and length; of the rest, id -> the last such, + 1. */
	uint32_t *order, *by_length, n_by_length;
	GHashTable *by_id;
	void *text; /* LOG_ENTRY bytes */
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

enum { JOIN_ROUNDS = 6 };
/* Of more records at once than that nothing can be told. */
enum { JOIN_AT_ONCE = 4096 };

/* The difference between the two times of the same thing; up: it was sent. */
struct join_pair {
	rs_time at, d;
	bool up, id;   /* id: by an equal Call-ID */
	uint32_t flow; /* of messages */
};

/* join_proof.c: messages without Call-IDs fit at that line, each at its time;
   are they those of the captures, and not of another run? */
bool join_proven(const struct log_join *j, unsigned log,
    const struct join_line *l, const GArray *pairs);
/* Would its clock be right, but for some seconds: in the zone that is told; in
   any zone, of times + off. */
bool join_clock_right(const struct log_joined *l, rs_time shift);
bool join_clock_zoned(rs_time off);

/* join_solve.c: takes l nearer to the line through all of them; at last, what
   is known then. */
void join_fit(struct join_line *l, const GArray *pairs, bool last,
    struct log_joined *out);

/* join_dns*.c: what both sides have of DNS. */
struct join_dns *join_dns_new(unsigned n_logs, uint64_t seed);
void join_dns_free(struct join_dns *d);
void join_dns_entry(
    struct log_join *j, unsigned file, const struct cap_frame *f);
void join_dns_own(
    struct log_join *j, unsigned log, const struct rs_addr *a);
void join_dns_event(struct log_join *j, const struct rs_event *ev);
void join_dhcp_event(struct log_join *j, const struct rs_event *ev);
void join_dns_sort(struct log_join *j);
/* The log tells of it as the phone's own. */
bool join_dns_is_own(
    const struct log_join *j, unsigned log, const struct rs_addr *a);
/* What that client asked, and nobody has taken, nearest to `due` and no further
   from it than `near`; + 1.  client NULL: the log's phone.  0: nothing, or so
   much at once that it tells nothing. */
uint32_t join_dns_nearest(const struct log_join *j, const struct join_ask *a,
    const struct rs_addr *client, rs_time due, rs_time near, const bool *taken);
/* Is what the log tells of an answer what the capture has of it? */
bool join_dns_agrees(const struct join_ask *a, const struct join_query *q);
/* Which questions of a log the captures have, once the clocks agree. */
void join_dns_place(
    struct log_join *j, unsigned log, const struct join_line *l);
/* The first in by_what of that name and type, and not before t. */
uint32_t join_dns_first(const struct log_join *j, uint64_t what, rs_time t);

/* join_names.c: the offset by DNS alone. */
void join_names(struct log_join *j, unsigned log, struct join_found *out);

/* join_solve.c: of two of j->wire, by index; the first in j->order that is not
   before t. */
int join_by_time(const void *a, const void *b, void *j);
uint32_t join_first_at(const struct log_join *j, rs_time t);
/* join.c: the log should have had that record's message. */
void join_missed(struct log_join *j, uint32_t wire);
/* join_place.c: says which records carried which messages of a log. */
void join_place(struct log_join *j, unsigned log, const struct join_line *l);

/* Of parts that captures and logs can choose. */
static inline gpointer
join_key(const struct log_join *j, uint64_t x, uint64_t y, uint64_t z)
{
	struct rs_hasher h;
	rs_hasher_init(&h, &j->dns->seed);
	rs_hasher_pair(&h, x, y);
	rs_hasher_number(&h, z);
	return GSIZE_TO_POINTER(rs_hasher_end(&h));
}

static inline struct join_ask *
join_ask(const struct log_join *j, uint32_t i)
{
	return &g_array_index(j->dns->asks, struct join_ask, i);
}

static inline struct join_query *
join_query(const struct log_join *j, uint32_t i)
{
	return &g_array_index(j->dns->queries, struct join_query, i);
}

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
