/* SPDX-License-Identifier: Apache-2.0 */
/* What a phone says of itself: in its log besides messages, and in the files of
   its problem report.  Parts of the coverage; tables in records_log.c. */
#ifndef TRACK_RECORDS_LOG_H
#define TRACK_RECORDS_LOG_H

#include "track/record.h"

/* One time that it went for its configuration, in its own words. */
struct rec_resync {
	int64_t line;            /* the first line of it */
	rs_time at;
	struct rs_span from;     /* "tftp://192.0.2.20"; absent: not told */
	enum rs_fact succeeded;  /* absent: it does not say */
	struct rs_span reason;   /* why not */
	struct rs_span unresolved; /* a name that it could not look up */
	int64_t status;          /* of HTTP, the last */
	int64_t transfer;        /* result of libcurl */
	struct rs_span transfer_error; /* "tls", "resolve", ... */
};

/* A line of a phone: one user, as it is configured. */
struct rec_configured {
	int64_t number;
	struct rs_span user, proxy, outbound_proxy;
	struct rs_span transport;       /* "udp", "tcp", "tls", "auto" */
	int64_t expires;                /* seconds */
	enum rs_fact use_srv, use_outbound, registers;
	int64_t config_line;            /* where its next hop stands */
	struct rs_span state;           /* as the phone has it */
	/* Of the REGISTERs that were seen of that user. */
	enum rs_fact looked_up;         /* true, or absent */
	enum rs_fact tried;             /* they went to that next hop */
	struct rec_endpoint went_to;    /* the last, where they did not */
};

struct rec_problem {
	struct rec_list paths;          /* text: of the files read */
	struct rs_span model, firmware, mac;
	struct rs_span clock, zone;     /* as the phone writes them */
	struct rs_span ntp_server;
	struct rs_span profile_server;
	struct rs_span tls_least;
	enum rs_fact resync_on_reset;
	int64_t resync_every;           /* seconds */
	struct rec_list lines;          /* struct rec_configured */
	struct rs_span broken;          /* what could not be read */
};

extern const struct rec_type rec_resync_type, rec_configured_type,
    rec_problem_type;

#endif
