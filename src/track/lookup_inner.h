/* SPDX-License-Identifier: Apache-2.0 */
/* An open lookup, for lookup.c, which follows it, and lookup_record.c, which
   makes the record. */
#ifndef TRACK_LOOKUP_INNER_H
#define TRACK_LOOKUP_INNER_H

#include "dns/msg.h"
#include "track/lookup.h"
#include "track/recent.h"

enum { LOOKUP_QUERIES = 6, LOOKUP_FRAMES = 24, LOOKUP_ANSWERS = 32 };

struct query {
	struct rs_endpoint client, server;
	uint64_t flow;
	uint16_t id;
	enum rs_carrier carrier;
};

enum lookup_phase {
	LOOKUP_ASKING,  /* no answer yet */
	LOOKUP_PENDING, /* one that may not be the last */
	LOOKUP_OVER,    /* told; kept for what comes late */
	LOOKUP_UNSEEN, /* no answer, and it is not known whether one was seen */
};

struct lookup {
	struct table_node node; /* by client, name and type */
	struct queue_link order;
	enum lookup_phase phase;
	struct rs_addr client;
	uint16_t type;
	rs_time started, last, ended, due;
	struct query queries[LOOKUP_QUERIES]; /* the last ones */
	unsigned n_queries, total;
	struct rs_frame frames[LOOKUP_FRAMES];
	unsigned n_frames;
	bool truncated;
	struct rs_span answer; /* that stands */
	bool kept;             /* it is a copy of ours */
	rs_time answered;
	struct rs_frame answer_frame;
	struct query answered_query;
	struct rs_addr icmp_from;
	uint8_t icmp_type, icmp_code;
	struct rs_frame icmp_frame;
	bool dropped; /* the capture lost packets meanwhile */
	bool evicted;
	bool unclear; /* an answer that lacks the question may be for this */
	bool logged;  /* a line tells of it */
	bool apart;   /* and packets may be of another time (event.h) */
	bool covered; /* it went on for long enough after the last query */
	struct dns_name name; /* last: few are long, and the rest is not cleared */
};

/* Who is asked. */
struct host {
	struct recent_node node; /* by its first answer */
	struct rs_addr addr;
	bool answered; /* it did, whatever the question, and with no error */
};

struct lookup_tracker {
	const struct rs_hash_seed *seed;
	struct rs_account *pay;
	const struct rec_sink *out;
	struct names *names;
	struct related *related;
	struct rs_pool pool;
	struct rec_arena arena;
	struct recent hosts;
	struct table lookups;
	struct queue asking, pending, over, unseen;
	rs_time now;
	rs_time drops_from, drops_to;
	bool two_way; /* something was sent back to somebody */
	struct lookup_counts counts;
};

struct host *lookup_host(
    const struct lookup_tracker *k, const struct rs_addr *a);
/* What an answer says, whether it is the last word or not. */
enum rec_lookup_state lookup_answer_state(
    const struct dns_msg *m, uint16_t type);
/* An address, an SRV record: to the names and to what concerns registration. */
void lookup_learn(
    struct lookup_tracker *k, const struct lookup *l, const struct dns_msg *m);
/* The record, to the tracker's sink. */
void lookup_tell(struct lookup_tracker *k, const struct lookup *l);

#endif
