/* SPDX-License-Identifier: Apache-2.0 */
/*
 * How phones stand with servers: refused, and then no longer answered at all.
 *
 * A server that drops the requests of one address goes on answering others; one
 * that is down answers nobody.  So for each server there is a short memory of
 * whom it answered when, and for each phone that was refused what came after.
 */
#ifndef TRACK_STANDING_H
#define TRACK_STANDING_H

#include "base/hash.h"
#include "base/pool.h"
#include "track/records.h"

struct standings; /* of all servers */
struct standing;  /* of one phone, with each server that refused it */

/* The pool is where those of phones come from; they go with it. */
struct standings *standings_new(const struct rs_hash_seed *seed,
    struct rs_account *pay, struct rs_pool *pool);
/* All servers; phones forget theirs with the pool. */
void standings_forget(struct standings *k);
void standings_free(struct standings *k);
/* A closed registration of that phone; *of begins as NULL. */
void standing_registration(struct standings *k, struct standing **of,
    const struct rs_addr *phone, const struct rec_registration *r);
/* A connection of that phone that was closed or given up. */
void standing_connection(struct standings *k, struct standing **of,
    const struct rs_addr *phone, const struct rec_connection *c);
/* Both are of one phone: *of has all, `more` is not to be used any more. */
void standing_join(struct standing **of, struct standing *more);
/* Appends struct rec_silence to the list. */
void standing_view(
    const struct standing *s, struct rec_list *l, struct rec_arena *a);

#endif
