/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What the client of a case fetched, for rules that ask what a phone did
 * besides: did it go to that server, did it get anything later?
 */
#ifndef DIAG_FETCH_VIEW_H
#define DIAG_FETCH_VIEW_H

#include "diag/rule.h"

/* One download of the client, with what rules ask of it. */
struct diag_fetch {
	struct rec_id id;
	rs_time at;
	struct rec_endpoint server;
	enum rec_download_protocol protocol;
	enum rec_download_state state;
	struct rs_frame frame; /* of the request */
	bool configures; /* rec_download_configures() */
};

/* In the order of their times; the oldest and the newest, where they are
   many. */
struct diag_fetches {
	const struct diag_fetch *v;
	size_t n;
};

/*
 * The first download from `from` until `to` (RS_NEVER: whenever) that went to
 * this server: an address, or a name (ASCII case ignored); or NULL.  address
 * may be NULL, and name absent: then the other one alone decides.
 */
const struct diag_fetch *fetch_view_to(const struct diag_case *c,
    const struct rs_addr *address, struct rs_span name, rs_time from,
    rs_time to);
/* The first one after that time that was good, or NULL. */
const struct diag_fetch *fetch_view_good_after(
    const struct diag_case *c, rs_time after);

#endif
