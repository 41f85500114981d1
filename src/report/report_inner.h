/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What the files of the report share: report.c takes records in and ends them,
 * report_join.c finds which addresses are one phone's, report_cases.c judges,
 * report_write.c writes.
 */
#ifndef REPORT_REPORT_INNER_H
#define REPORT_REPORT_INNER_H

#include "diag/profile_view.h"
#include "report/asked.h"
#include "report/boot.h"
#include "report/chain.h"
#include "report/configured.h"
#include "report/downloads.h"
#include "report/failures.h"
#include "report/json.h"
#include "report/judge.h"
#include "report/odd.h"
#include "report/one.h"
#include "report/only.h"
#include "report/report.h"
#include "report/told.h"
#include "report/turns.h"
#include "track/behind.h"
#include "track/host.h"
#include "track/names.h"
#include "track/phone.h"
#include "track/shown.h"
#include "track/spool.h"
#include "track/summary.h"

struct report {
	struct report_options o;
	struct related *related;
	struct out out;
	struct json_writer json;
	struct spool *spool;
	struct summary *summary;
	struct phone_tracker *phones;
	struct shown *shown;
	struct host_index *hosts;
	struct turns *turns;
	struct behind *behind;
	struct one *one; /* while report_finish() runs */
	struct rs_account phones_pay, names_pay;
	struct names *names; /* of the capture files; NULL: none */
	struct judge *judge;
	struct asked *asked;
	struct odd *odd;
	struct only *only; /* NULL: of all phones */
	struct downloads downloads;
	struct configured *configured; /* NULL: nothing is known */
	struct profile_view_last service;
	struct rs_addr soon; /* of whom a registration comes */
	struct chain *chain; /* while report_finish() runs */
	struct failures *failures; /* likewise, of the text; NULL: of others */
	/* The shelves of what is fine: the same types under other addresses. */
	struct rec_type fine_registration, fine_handshake, fine_connection;
	struct rec_type odd_registration; /* fine, and to be judged */
	struct rec_type strange_lookup;   /* of clients that may be no phones */
	struct rec_type refused_lookup;   /* where a client stopped, untold */
	int64_t strange_lookups;
	const struct rec_coverage *coverage; /* while report_finish() runs */
	struct rec_coverage amended;
	struct rec_summary result;
	struct rec_arena arena;
	uint64_t judged, failed; /* attempts; anything related */
	int64_t phones_failed;
	struct phone_counts phones_counts; /* the others */
	struct rs_hash_seed seed;
	int64_t retry_obeyed, retry_ignored;
	struct rec_scanners scanners;
	GHashTable *scanned; /* hashes of AORs */
};

/* One line of NDJSON; of other formats nothing. */
void report_event(
    struct report *r, const struct rec_type *type, const void *rec);
/* What is listed: what does not concern registration is not. */
bool report_shown(
    const struct report *r, const struct rec_type *type, const void *rec);
/* Of what is not fine, what the text report is to tell. */
bool report_wanted(
    const struct report *r, const struct rec_type *type, const void *rec);
/* From either shelf, into the report's arena. */
bool report_find(struct report *r, const struct rec_type *type,
    const struct rec_type *fine, const struct rec_id *id, void *rec);
/* The connection of a handshake that does not concern registration is not
   listed, and its id would name nothing. */
void report_drop_unlisted(struct report *r, struct rec_handshake *h);
enum rs_fact report_handshake_related(
    const struct report *r, const struct rec_handshake *h);
enum rs_fact report_connection_related(
    const struct report *r, const struct rec_connection *c);
/* A download has its id. */
bool report_handshake_provisions(
    const struct report *r, const struct rec_handshake *h);
bool report_connection_fine(const struct rec_connection *c);
bool report_by_scanner(
    const struct report *r, const struct rec_registration *g);
void report_registration_counted(
    struct report *r, const struct rec_registration *g);
/* report_ahead.c: a record of that client comes soon, which report_near() says
   again before it comes. */
void report_soon(const struct report *r, const struct rs_addr *client);
void report_near(struct report *r, const struct rs_addr *client);
/* report_lookups.c: a look-up that closed; and all of them, when it is known
   who is a phone. */
void report_take_lookup(struct report *r, const struct rec_lookup *l);
void report_ask_lookups(struct report *r);
/* report_past.c: before anything is asked about, what other reports know. */
void report_recall(struct report *r);
struct past_phone;
bool report_recall_phone(const struct report *r, const struct rs_addr *client,
    struct past_phone *did);
/* What they know of the client of a case that began at that time; by its
   address, family 0: none, and its hardware address, absent: unknown. */
void report_recall_case(const struct report *r, struct diag_case *c,
    const struct rs_addr *client, struct rs_span mac, rs_time at);
/* report_join.c: once all phones are known, and before they are asked about. */
void report_join_phones(struct report *r);
/* Where it is known to share its address: its own one. */
void report_tell_behind(struct report *r, struct rec_phone *p);
/* report_cases.c: all rules over all that is not fine. */
void report_judge_all(struct report *r);
/* report_names.c: from here on what is read back has the names that the capture
   files have, and the groups of the result too. */
void report_use_names(struct report *r);
/* report_write.c: the document. */
void report_write(struct report *r);

#endif
