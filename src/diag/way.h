/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The way of one client to its server: what it asked of DNS, where it then
 * went, and which challenges it answered late.
 *
 * It is put together from records by the report, and read by the rules about
 * DNS, by those about a nonce that was too old and about names in certificates.
 */
#ifndef DIAG_WAY_H
#define DIAG_WAY_H

#include "track/records.h"

/* All that a client tried at one server, by one kind of record. */
struct diag_try {
	const struct rec_type *type; /* registration, handshake or connection */
	struct rec_id id;            /* of the first one */
	struct rs_endpoint server;
	rs_time first, last;
	struct rs_frame frame;
	int64_t times, failed; /* failed: was refused, or not answered */
	int64_t answered;      /* by the server, whatever it said */
};

/* The time that a client took to answer a challenge. */
struct diag_wait {
	rs_time from, to;
	struct rs_frame frame; /* of the request with credentials */
	bool refused;          /* by its final response */
	struct rec_id id;      /* of its registration */
};

struct diag_way {
	struct rs_addr client;
	bool phone;      /* it registers, or tries to */
	bool registered; /* once at least, wherever */
	bool elsewhere;  /* it went to servers that are not among tries */
	const struct rec_lookup *lookups; /* those that are kept, by time */
	uint32_t n_lookups;
	/* answered before, as other reports of the run tell; by time */
	const struct rec_lookup *before;
	uint32_t n_before;
	const struct diag_try *tries; /* by first frame */
	uint32_t n_tries;
	const struct diag_wait *waits; /* of two seconds or more, by time */
	uint32_t n_waits;
	/* of the addresses that it was told those that anybody tried: a phone
	   may have an address of each family */
	const struct rs_addr *tried_by_any;
	uint32_t n_tried_by_any;
	/* of other clients, about the same names: some of them */
	const struct rec_lookup *others;
	uint32_t n_others;
};

/* The name behind the two labels of a service, or the name itself. */
struct rs_span way_domain(const struct rec_lookup *l);
/* An SRV question for SIP. */
bool way_is_service(const struct rec_lookup *l);
/* The name that the client asked for when it was told this address; absent: it
   asked for none. */
struct rs_span way_host_name(const struct diag_way *w, const struct rs_addr *a);
/* This address is among the answers. */
bool way_gives(const struct rec_lookup *l, const struct rs_addr *a);
/* NULL: nothing kept the client from going on.  Else the look-up that did: what
   it asked led nowhere, and it went nowhere, and never registered. */
const struct rec_lookup *way_stopped(const struct diag_way *w);
/* Of a way that stopped: the first look-up about SIP that a server answered with
   an error, REFUSED or SERVFAIL and the like; NULL: none. */
const struct rec_lookup *way_refused(const struct diag_way *w);

#endif
