/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The chain of one phone, from records: which stage broke first.
 *
 * A phone is a client address, until several turn out to be one phone's:
 * phone_tracker_join().  The table is bounded; phones over the limit
 * are counted.  Stages that this capture does not show are "not seen", never
 * "ok".  Those before TCP are joined by the report (report/chain.h).
 */
#ifndef TRACK_PHONE_H
#define TRACK_PHONE_H

#include "base/hash.h"
#include "track/records.h"

struct phone_tracker;

struct phone_tracker *phone_tracker_new(
    const struct rs_hash_seed *seed, struct rs_account *pay);
void phone_tracker_free(struct phone_tracker *k);
/* A record of this client comes soon: among many phones, it is memory far away
   that costs. */
void phone_tracker_ahead(
    const struct phone_tracker *k, const struct rs_addr *client);
/* The same, sooner, where phone_tracker_ahead() was called before; and now, of
   the client that phone_tracker_near() was called for last. */
void phone_tracker_near(struct phone_tracker *k, const struct rs_addr *client);
void phone_tracker_here(const struct phone_tracker *k);
/* A registration, handshake or connection that concerns registration. */
void phone_tracker_add(
    struct phone_tracker *k, const struct rec_type *type, const void *rec);
/* Of a connection that was added: nothing answered its SYNs for long enough,
   which is known at the end. */
void phone_tracker_unanswered(
    struct phone_tracker *k, const struct rec_connection *c);
/* A phone that did not come to SIP, as this record of another kind tells;
   suffered: it was stopped. */
void phone_tracker_stopped(struct phone_tracker *k,
    const struct rs_addr *client, const struct rec_id *id, rs_time at,
    bool suffered);
/* One record more in a stage, and its frames; by its name as text, or not. */
void rec_stage_add(struct rec_stage *s, const struct rec_type *type,
    const struct rec_id *id, struct rs_frame from, struct rs_frame to,
    struct rec_arena *a);
void rec_stage_name(struct rec_stage *s, struct rs_span record,
    struct rs_frame from, struct rs_frame to, struct rec_arena *a);
/* From now on `member` is another address of the phone at `lead`, which there
   is: what both did becomes one. */
void phone_tracker_join(struct phone_tracker *k, const struct rs_addr *lead,
    const struct rs_addr *member);
/* Perhaps it is several phones, whatever its Contacts name. */
void phone_tracker_several(
    struct phone_tracker *k, const struct rs_addr *client);
/* Both registered users, or tried to, and none is the same. */
bool phone_tracker_strangers(const struct phone_tracker *k,
    const struct rs_addr *a, const struct rs_addr *b);
/* The first record of that phone; false: there is none. */
bool phone_tracker_first(const struct phone_tracker *k,
    const struct rs_addr *client, struct rec_id *first);
/* There is such a phone. */
bool phone_tracker_knows(
    const struct phone_tracker *k, const struct rs_addr *client);
/* It registered, once at least, or another one behind its address. */
bool phone_tracker_registered(
    const struct phone_tracker *k, const struct rs_addr *client);
/* That phone's record by now says that it is registered, and stopped nowhere.
 */
bool phone_tracker_well(
    const struct phone_tracker *k, const struct rs_addr *client);
/* What is known of that phone by now; text of it lives as the tracker does. */
bool phone_tracker_find(const struct phone_tracker *k,
    const struct rs_addr *client, struct rec_phone *to, struct rec_arena *a);
/* Phones that did not fail, by their last word. */
struct phone_counts {
	int64_t registered, unregistered, undecided, scanners;
	/* Of all: addresses that may be several phones', and lines of these. */
	int64_t shared, shared_lines;
};

void phone_counts_add(struct phone_counts *c, enum rec_outcome outcome);
void phone_counts_shared(struct phone_counts *c, uint32_t lines);

/* Closes one rec_phone per phone, in the order of their ids; with `untroubled`,
   phones that had no trouble at all have none, and are counted there. */
void phone_tracker_finish(struct phone_tracker *k, const struct rec_sink *out,
    struct phone_counts *untroubled);
/* All records are in: finds who is a scanner (scanner.h). */
void phone_tracker_find_scanners(struct phone_tracker *k);
/* Whether it was a scanner; known once they have been found. */
bool phone_tracker_scanner(
    const struct phone_tracker *k, const struct rs_addr *client);
uint64_t phone_tracker_refused(const struct phone_tracker *k);

#endif
