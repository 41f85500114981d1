/* SPDX-License-Identifier: Apache-2.0 */
/* What each client fetched, kept for the rules until the report is written. */
#ifndef REPORT_FETCHES_H
#define REPORT_FETCHES_H

#include "base/account.h"
#include "diag/fetch_view.h"

enum {
	FETCHES_KEPT = 32, /* of a client: the oldest half, and the newest */
};

struct fetches;

/* pay must outlive it: of its room at most a quarter is used. */
struct fetches *fetches_new(struct rs_account *pay);
void fetches_free(struct fetches *f);
void fetches_add(struct fetches *f, const struct rec_download *d);
/* Both are of one client; asked about either, all of it is told. */
void fetches_join(struct fetches *f, const struct rs_addr *lead,
    const struct rs_addr *member);
/* Those of the client, in the order of their times; lent until the next
   fetches_add(). */
struct diag_fetches fetches_of(struct fetches *f, const struct rs_addr *client);

#endif
