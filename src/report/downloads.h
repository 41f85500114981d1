/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Downloads on their way into the report: which are those of phones.
 *
 * What a profile does not know may be a phone's all the same, if its client
 * also speaks SIP; that is known at the end.
 */
#ifndef REPORT_DOWNLOADS_H
#define REPORT_DOWNLOADS_H

#include "report/fetches.h"
#include "track/phone.h"
#include "track/spool.h"

struct downloads {
	struct spool *spool;
	struct phone_tracker *phones;
	struct fetches *fetches;
	/* Told in another report: that client tried to register. */
	bool (*before)(void *arg, const struct rs_addr *client);
	void *arg;
	/* Whoever hears of those that are listed, at once or at the end. */
	struct rec_sink listed;
};

void downloads_take(struct downloads *d, const struct rec_download *rec);
/* All records are in: lists what is found out to be a phone's, and returns how
   many are not. */
int64_t downloads_finish(struct downloads *d);
/* *to is the record as it is listed; false where it is not.  The arena is
   reset. */
bool downloads_listed(const struct downloads *d, const struct rec_download *rec,
    struct rec_download *to, struct rec_arena *a);

#endif
