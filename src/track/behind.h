/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Phones behind one address: what a NAT, or a proxy, makes of several phones.
 *
 * Behind it the Contact still names the phone's own address, as a rule.  So a
 * registration of a second private host gets its client's address in a place of
 * its own (base/addr.h), which prints as the same, and is another phone to all
 * that know phones by their addresses.  At the end it is known which of these
 * are phones for sure:
 *   - they name different instances (RFC 5626 4.1), and one of them registered;
 *   - or they have other users of one domain, and both were there at a time:
 *     one came while the binding of the other was in force, or in between two
 *     attempts of it.
 * Where no two are, nothing proves that there is more than one phone, and all
 * are joined.  Where some are, those are that share a user, unless their
 * instances differ: a phone whose own address changed.
 *
 * Only private addresses count (RFC 1918, 6598, 3927, 4193): a phone may learn
 * public ones of its NAT, and use one for this line and another for that.  What
 * has no Contact of that kind is of whom its user is, before or after; where no
 * host ever has that user, it is of one place with all others like it, which
 * may be several phones.
 */
#ifndef TRACK_BEHIND_H
#define TRACK_BEHIND_H

#include "base/hash.h"
#include "track/records.h"

struct behind;

/* pay must outlive it. */
struct behind *behind_new(
    const struct rs_hash_seed *seed, struct rs_account *pay);
void behind_free(struct behind *b);
/* The record with its client in its place: itself where that is the first one,
   else a copy that lives until the next call.  Learns from registrations, and
   moves bindings with them; others stay as they are. */
const void *behind_of(
    struct behind *b, const struct rec_type *type, const void *rec);
/* All registrations are in.  Calls back for each place that is the same phone
   as another one, as far as can be told; lead may be the address itself. */
void behind_join(struct behind *b,
    void (*join)(
	void *arg, const struct rs_addr *lead, const struct rs_addr *member),
    void *arg);
/* After that: calls back, once or more, for each place that may be of several
   phones, as nothing tells their hosts. */
void behind_strays(const struct behind *b,
    void (*strays)(void *arg, const struct rs_addr *place), void *arg);
/* Likewise: the own address of a phone that is known to share its address
   with others; false: it is not. */
bool behind_host(
    const struct behind *b, const struct rs_addr *phone, struct rs_addr *host);

#endif
