/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The odd one out: what a phone that failed has otherwise than those of the
 * same capture that registered.
 *
 * It tells differences and no causes.  One is told only where what is known of
 * the phone is of no phone that registered, and at least two of these share
 * something else that it has not.  What is kept is bounded; of what there was
 * no room for nothing is told, rather than that nobody has it.
 */
#ifndef REPORT_ODD_H
#define REPORT_ODD_H

#include "base/hash.h"
#include "track/records.h"

struct odd;

struct odd *odd_new(const struct rs_hash_seed *seed);
void odd_free(struct odd *o);
/* A registration, handshake, connection, look-up, lease or host; others, and
   what is nobody's, are left.  Those that concern registration only. */
void odd_add(struct odd *o, const struct rec_type *type, const void *rec);
/* A record of this client comes soon. */
void odd_ahead(const struct odd *o, const struct rs_addr *client);
/* The same, sooner, where odd_ahead() was called before. */
void odd_near(struct odd *o, const struct rs_addr *client);
/* Both are addresses of one phone. */
void odd_join(
    struct odd *o, const struct rs_addr *lead, const struct rs_addr *member);
/*
 * All records are in: `registered` is asked of every address once.  Before
 * that, and with fewer than two that registered, nothing differs.
 */
void odd_compare(struct odd *o,
    bool (*registered)(void *arg, const struct rs_addr *client), void *arg);
/* Of a phone that failed, by its address, or where it has none by its hardware
   address: what differs, into l (struct rec_differs; its text is o's own). */
void odd_differs(const struct odd *o, const struct rs_addr *client,
    struct rs_span mac, struct rec_list *l, struct rec_arena *a);

#endif
