/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The stages of a phone's chain before TCP: link, dhcp, dns, provisioning.
 *
 * The phone tracker knows phones by what they did over SIP, TLS and TCP.  Here
 * the rest is joined to them at the end, when all findings are made: a stage
 * failed where an error of that stage was found about the phone, by its address
 * or its hardware address, and is ok where a record of the phone shows it.
 * Phones that never came to SIP have no other record than this.
 */
#ifndef REPORT_CHAIN_H
#define REPORT_CHAIN_H

#include "diag/way.h"
#include "report/downloads.h"
#include "report/judge.h"
#include "report/one.h"
#include "report/past.h"
#include "report/turns.h"
#include "track/host.h"
#include "track/phone.h"
#include "track/related.h"

struct chain;

/* What it asks, all of it lent. */
struct chain_sources {
	struct judge *judge;
	struct phone_tracker *phones;
	struct host_index *hosts;
	const struct one *one;
	struct spool *spool;
	const struct rec_type *refused; /* its shelf: see refused_lookup */
	struct fetches *fetches;
	/* Of the other reports of the run; NULL: there are none. */
	struct past *past;
	struct turns *turns;
	const struct related *related;
	rs_time since; /* this one's begin */
	const struct diag_way *(*way)(void *arg, const struct rs_addr *client);
	void *arg;
};

/* After all rules were asked but those about phones: makes phones known to the
   tracker that it has no record of. */
struct chain *chain_new(const struct chain_sources *from);
void chain_free(struct chain *c);
/* Errors of these stages, and what DNS refused. */
size_t chain_errors(const struct chain *c);
/* Completes the record; what it adds lives in the arena. */
void chain_complete(struct chain *c, struct rec_phone *p, struct rec_arena *a);
/* chain_past.c: what other reports know of the steps that led to what this one
   knows of; the stages in their order, those of it complete. */
void chain_earlier(const struct chain_sources *from, const struct rec_phone *p,
    struct rec_stage *v, uint32_t n, struct rec_arena *a);
/* Those that have no address, as they got no lease, in the order of ids; not
   completed yet, as the tracker's are not. */
void chain_finish(struct chain *c, const struct rec_sink *out);

#endif
