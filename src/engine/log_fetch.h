/* SPDX-License-Identifier: Apache-2.0 */
/*
 * How a phone went for a file, as its log tells it: a profile rule, a request
 * for a resync, a transfer, messages of HTTP, why it failed.  These lines are
 * put together here, each fetch on a flow of its own (log/fetch.h).
 *
 * Lines do not say whose they are: they are of the fetch that is under way, if
 * they name the same host or none.
 */
#ifndef ENGINE_LOG_FETCH_H
#define ENGINE_LOG_FETCH_H

#include "base/stamp.h"
#include "log/facts.h"

struct log_fetching;
struct pipeline;

/* Whoever knows which address a name has; NULL: not known. */
struct log_hosts {
	const struct rs_addr *(*find)(const void *arg, struct rs_span name);
	const void *arg;
};

/* serial: counts flows; all must outlive it. */
struct log_fetching *log_fetching_new(
    struct pipeline *p, uint64_t *serial, const struct log_hosts *hosts);
void log_fetching_free(struct log_fetching *x);
/* That line tells the phone's address, which was not known before. */
void log_fetching_phone(struct log_fetching *x, const struct rs_addr *phone,
    const struct rs_stamp *at);
/* A fact of that line, of the phone with that address; any kind may come. */
void log_fetching_take(struct log_fetching *x, const struct log_fact *f,
    const struct rs_stamp *at, const struct rs_addr *phone);

#endif
