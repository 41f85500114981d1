/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What the files of the phone tracker share: phone.c takes records in,
 * phone_join.c makes one of several, phone_record.c makes a record of what came
 * together.
 */
#ifndef TRACK_PHONE_INNER_H
#define TRACK_PHONE_INNER_H

#include "base/pool.h"
#include "track/busy.h"
#include "track/phone.h"
#include "track/standing.h"
#include "track/table.h"

#include <assert.h>

enum { PHONE_COST = 1024 };

/* Those of the tracker; the report joins those before them (report/chain.h). */
enum phone_stage { PHONE_TCP, PHONE_TLS, PHONE_SIP, PHONE_STAGES };

/* The latest record that said so. */
struct phone_word {
	rs_time at; /* RS_NEVER: none did */
	struct rec_id id;
	const struct rec_type *type;
	struct rs_frame from, to;
};

/* A Retry-After that was given: to whom, and until when (RFC 3261 20.33). */
struct phone_wait {
	rs_time given, until; /* RS_NEVER: none */
	struct rs_endpoint server;
	struct rs_frame frame; /* that said so */
};

/* No host is known; the one the packets come from. */
enum { PHONE_HOST_NONE, PHONE_HOST_OWN, PHONE_HOST_OTHER };

/* One address of record: of each of the hosts behind an address, its own, since
   what one of them gets says nothing of another. */
struct phone_line {
	struct phone_line *next;
	struct phone_word decided;
	uint64_t contact_host; /* of that attempt: a keyed hash, or: */
	uint64_t instance;     /* likewise (RFC 5626 4.1); 0: none was told */
	rs_time registered;    /* first, with credentials, as that user */
	struct rs_frame registered_frame;
	struct rs_span user, realm;
	struct phone_wait *wait; /* NULL: never */
	struct phone_told *told; /* likewise */
	enum rec_outcome outcome;
	bool turned_away; /* once, without credentials */
	uint8_t place;    /* of its host (base/addr.h) */
	uint16_t n;
	uint8_t aor[];
};

/* A 500 or 503 that named a time to wait. */
struct phone_told {
	rs_time at, retried;
	struct rs_frame frame, retried_frame;
	int64_t seconds;
};

struct phone_agent {
	struct phone_agent *next;
	size_t n;
	uint8_t text[];
};

/* What each record touches comes first: among many phones, memory that is not
   at hand is what a record costs. */
struct phone {
	struct table_node node; /* by its address */
	struct rs_addr address;
	struct rec_id id;
	struct phone_line *lines; /* sorted by their text, as agents */
	struct phone_agent *agents;
	uint32_t n_lines, n_agents;
	int64_t attempts, failed;
	bool by_tcp, by_tls, by_udp, by_ip4, suffered;
	bool several; /* phones, perhaps */
	/* what tells a scanner */
	bool succeeded, answered, challenged;
	uint64_t line_attempts;  /* of the lines that are kept */
	int64_t obeyed, ignored; /* Retry-After */
	rs_time started, ended;
	rs_time registered_at;   /* the latest attempt that succeeded */
	rs_time face_registered; /* likewise of all behind the address */
	/* NULL: none did.  Most phones have one or two of these. */
	struct phone_word *good[PHONE_STAGES], *bad[PHONE_STAGES];
	struct phone_word *under_tls; /* TLS that shows that TCP was up */
	struct phone_word *other;     /* the latest decided removal or query */
	enum rec_outcome other_outcome;
	struct standing *standing;
	struct phone *next;
	struct phone *joined; /* NULL, or the phone that it is a part of */
};

static_assert(sizeof(struct phone) <= PHONE_COST, "paid for");

struct phone_tracker {
	struct rs_hash_seed seed;
	struct rs_account *pay;
	struct table table;
	struct rs_pool pool; /* of phones, lines and agents */
	struct standings *standings;
	struct busy *busy;
	struct phone *all;
	struct phone *near; /* perhaps asked for next; NULL: none is */
	size_t n, n_lines; /* that are paid for */
	uint64_t refused;
	struct rs_addr *scanners; /* sorted; once they were looked for */
	size_t n_scanners;
};

/* ---- phone.c ---- */

/* Keeps the later one; true when w was taken. */
bool phone_word_take(struct phone_word *have, const struct phone_word *w);
/* Likewise, of two that may be NULL. */
bool phone_word_keep(struct phone_tracker *k, struct phone_word **have,
    const struct phone_word *w);
/* RS_NEVER: none did. */
static inline rs_time
phone_word_at(const struct phone_word *w)
{
	return w ? w->at : RS_NEVER;
}
void phone_agent_add(
    struct phone_tracker *k, struct phone *ph, struct rs_span agent);
/* The one of that address, made if need be; joined: what it is joined to.
   NULL: no room. */
struct phone *phone_touch(
    struct phone_tracker *k, const struct rs_addr *address);
/* Likewise, but NULL: there is none. */
const struct phone *phone_at(
    const struct phone_tracker *k, const struct rs_addr *client);
enum { PHONE_LINE_COST = 256, PHONE_MAX_LINES = 64 };

/* ---- phone_record.c ---- */

/* Its record; text and lists are the phone's own or in the arena. */
void phone_record_fill(const struct phone_tracker *k, const struct phone *ph,
    struct rec_phone *to, struct rec_arena *a);
/* As in its record. */
enum rec_outcome phone_record_outcome(const struct phone *ph);
/* Registered, as in its record, and stopped nowhere. */
bool phone_record_well(const struct phone *ph);
/* Perhaps it is several phones that share the address. */
bool phone_record_shared(const struct phone *ph);
/* Why it is a scanner; NULL: it is none, as far as can be seen. */
const char *phone_record_scanner(const struct phone *ph);

#endif
