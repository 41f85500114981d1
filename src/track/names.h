/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The names of addresses, out of the answers that DNS gave.
 *
 * An address has the name that was asked for when it came, whatever aliases led
 * there, or the name it came along with (an additional record).  The latest
 * answer counts.  Bounded: the address that was heard of the longest ago goes.
 */
#ifndef TRACK_NAMES_H
#define TRACK_NAMES_H

#include "base/account.h"
#include "base/addr.h"
#include "base/hash.h"
#include "base/span.h"

struct names;

/* Both must outlive it. */
struct names *names_new(
    const struct rs_hash_seed *seed, struct rs_account *pay);
void names_free(struct names *n);
void names_learn(struct names *n, const struct rs_addr *a, struct rs_span name);
/* Its name, until names_learn() is called again; absent: it has none. */
struct rs_span names_find(const struct names *n, const struct rs_addr *a);
uint64_t names_evicted(const struct names *n);

#endif
