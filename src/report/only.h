/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A report of one phone: which records are its.
 *
 * Whose an address was, and which addresses an AOR came from, is known at the
 * end.  So records are held back until then, and handed on once that is clear;
 * all of them, as phones are judged by what others got, and each that is
 * listed, counted or judged is asked for with only_has().
 */
#ifndef REPORT_ONLY_H
#define REPORT_ONLY_H

#include "base/hash.h"
#include "track/records.h"

#include <glib.h>

struct only;

/* Whether that is an address, a hardware address or an AOR. */
bool only_valid(const char *phone);
/* NULL and error: no spool.  `phone` is valid, and lent. */
struct only *only_new(
    const char *phone, const struct rs_hash_seed *seed, GError **error);
void only_free(struct only *o);
void only_hold(struct only *o, const struct rec_type *type, const void *rec);
/* Hands on all that was held, by type and id; nothing is held from here on. */
void only_release(struct only *o, const struct rec_sink *to);
bool only_held(const struct only *o); /* not released yet */
/* Records that there was no room for; of NULL none. */
uint64_t only_lost(const struct only *o);

/* Of what is no record of one phone, true.  All three: with o NULL, everybody
   is that phone. */
bool only_has(
    const struct only *o, const struct rec_type *type, const void *rec);
bool only_client(const struct only *o, const struct rs_addr *client);
/* Something of it was there. */
bool only_found(const struct only *o);

#endif
