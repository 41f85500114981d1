/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What the reports before this one have learnt, for a run that writes several:
 * the lease that a phone still has, what it looked up and fetched on its way,
 * its TLS handshake, that it is registered, and who had its address before.
 *
 * Only what went well is kept, as that is what later steps stand on and what is
 * not done again; who failed fails again, or was told of.  It counts as long as
 * it lasts: a lease for its term, a registration until it expires.
 *
 * Records are those of their clients.  There is a room for all of them; clients
 * that were heard of the longest ago make place, those that never registered
 * first.  Trees compare and the table's hash is keyed: nobody can choose keys
 * to collide.
 */
#ifndef REPORT_PAST_H
#define REPORT_PAST_H

#include "report/turns.h"

struct past;

/* room: bytes that it may use. */
struct past *past_new(size_t room);
void past_free(struct past *p);
/* A record as it closed, of which the report that goes on tells; its client in
   no turn (report/turns.h).  What no chain leans on is left. */
void past_add(struct past *p, const struct rec_type *type, const void *rec);
/* One that is known, though it is still open: a report to come tells of it. */
void past_open(struct past *p, const struct rec_type *type, const void *rec);
/* The report is written: what came so far is of a report before. */
void past_next(struct past *p);
/* Hosts of reports before that have their address no more, those of an address
   in the order of time. */
void past_hosts(struct past *p, const struct rec_sink *to);
/* What a report does not know by itself, as it was told before or is still
   open: leases but those that were over by then, clocks, voice VLANs. */
void past_each(struct past *p, rs_time since, const struct rec_sink *to);
/* Likewise all of one type and client, which is in its turn, as the records
   then are; the latest first.  i is 0, 1 ...; false: there are no more.  rec
   lives in the arena. */
bool past_of(struct past *p, struct turns *turns, const struct rs_addr *client,
    const struct rec_type *type, size_t i, void *rec, struct rec_arena *a);
/* One by its id; as spool_find(). */
bool past_find(struct past *p, const struct rec_type *type,
    const struct rec_id *id, void *rec, struct rec_arena *a);
/* A report before this one told of it. */
bool past_told(
    struct past *p, const struct rec_type *type, const struct rec_id *id);

/* What a client did about its registration, by the reports before, since it has
   its address; RS_NEVER: nothing. */
struct past_phone {
	rs_time tried;             /* the latest attempt */
	rs_time registered, until; /* the latest one with success; its grant */
};

/* False: it is not known to have tried. */
bool past_phone(
    struct past *p, const struct rs_addr *client, struct past_phone *to);
/* Each client that tried to register. */
void past_phones(struct past *p,
    void (*each)(
	void *arg, const struct rs_addr *client, const struct past_phone *did),
    void *arg);
/* Clients that made place for others. */
uint64_t past_evicted(const struct past *p);

#endif
