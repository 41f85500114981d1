/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What a phone's log tells of one fetch, line by line, besides messages of HTTP
 * that it has: these are told as HTTP, on the same flow.
 */
#ifndef LOG_FETCH_H
#define LOG_FETCH_H

#include "base/facts.h"
#include "log/url.h"

enum log_fetch_step {
	LOG_FETCH_ASKED, /* it begins */
	LOG_FETCH_TOLD,
	LOG_FETCH_ENDED, /* nothing more will be told */
	LOG_FETCH_WHOSE, /* the phone of that log has the flow's address: of
			    what was told before, too */
};

/* All that is known of it so far. */
struct log_fetch {
	enum log_fetch_step step;
	enum log_scheme scheme;
	struct rs_span host, target; /* log/url.h; perhaps empty */
	bool resync;                 /* for the phone's configuration */
	bool unresolved;             /* the host's name */
	bool unconnected;            /* it did not come as far as the host */
	enum rs_fact succeeded;
	struct rs_span reason; /* why not: words, or a number of libcurl */
};

#endif
