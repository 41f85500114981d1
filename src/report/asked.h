/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Who asked DNS what, and went where: an index over records, by client.
 *
 * Only clients that ask are followed, and only as many as there is room for;
 * of each, so many look-ups, servers and waits.  Who tried more servers than
 * that is not judged, as it may have gone where it seems not to have gone.
 */
#ifndef REPORT_ASKED_H
#define REPORT_ASKED_H

#include "diag/way.h"
#include "track/phone.h"
#include "track/related.h"

#include <glib.h>

struct asked;

/* Both must outlive it.  room: bytes of look-ups that it may keep. */
struct asked *asked_new(const struct related *related,
    const struct phone_tracker *phones, const struct rs_hash_seed *seed,
    size_t room);
void asked_free(struct asked *a);
/* Lookups, registrations, handshakes and connections, as they close.  sure: it
   concerns registration, so that its client is a phone.  True: it is one. */
bool asked_add(
    struct asked *a, const struct rec_type *type, const void *rec, bool sure);
/* At the end, before the next: those n addresses are one phone's, and `lead` is
   one of them.  Before phone_tracker_join(). */
void asked_join(struct asked *a, const struct rs_addr *v, size_t n,
    const struct rs_addr *lead);
/* At the end, when it is known who is a phone: is a look-up, whose answers may
   be missing, one to look at again? */
bool asked_wants(const struct asked *a, const struct rec_lookup *l);
/* The same by a mark alone: where that does not want a look-up, neither does
   asked_wants(), but not the other way round. */
uint32_t asked_lookup_mark(const struct asked *a, const struct rec_lookup *l);
struct asked_marks;
struct asked_marks *asked_marks_new(const struct asked *a);
void asked_marks_free(struct asked_marks *m);
bool asked_marks_want(const void *marks, uint32_t mark);
/* Then: each look-up once more; those of others are left. */
void asked_lookup(struct asked *a, const struct rec_lookup *l);
/* Some client is a phone by now, and asked before that was known. */
bool asked_turned(const struct asked *a);
/* This client has to do with registration, as is known now. */
void asked_mark(struct asked *a, const struct rs_addr *client);
/* Likewise, and it is registered, as a report before this one told. */
void asked_registered(struct asked *a, const struct rs_addr *client);
/* True where it is a phone's, or leads to where phones go. */
enum rs_fact asked_related(const struct asked *a, const struct rec_lookup *l);
/* Who knows what a client was answered before, as struct rec_lookup by time, in
   the arena. */
void asked_before(struct asked *a,
    void (*before)(void *arg, const struct rs_addr *client, struct rec_list *l,
	struct rec_arena *arena),
    void *arg);
/* The way of a client, good until the next call; NULL: it asked nothing. */
const struct diag_way *asked_way(struct asked *a, const struct rs_addr *client);
/* Calls back with the address of each phone that asked, by its first look-up;
   but not of those that tried too many servers, nor of registrars, which ask
   DNS for the domains of others. */
void asked_each(struct asked *a,
    void (*each)(void *arg, const struct rs_addr *client), void *arg);

#endif
