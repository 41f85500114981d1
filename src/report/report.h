/* SPDX-License-Identifier: Apache-2.0 */
/*
 * From records to a report: takes what the engine closes, keeps it in the
 * spool (ndjson writes it at once), and at the end sums up, judges and writes.
 *
 * The order at the end: coverage, summary, phones, registrations, bindings,
 * handshakes, connections, lookups, leases, downloads, findings (JSON); the
 * text report is a page of its own over the same records.
 */
#ifndef REPORT_REPORT_H
#define REPORT_REPORT_H

#include "track/records.h"
#include "track/related.h"

struct profile_set;

#include <glib.h>
#include <stdio.h>

enum report_format { REPORT_TEXT, REPORT_JSON, REPORT_NDJSON };

struct report_options {
	enum report_format format;
	FILE *out;    /* not closed by the report */
	bool all_tls; /* list handshakes that do not concern registration */
	bool all_lookups; /* list look-ups of others than phones */
	bool live;    /* text: a line per attempt as it closes */
	bool prompt;  /* ndjson: each record is written as it closes */
	bool colour;
	unsigned columns;    /* of the terminal; 0: 100 */
	size_t memory_limit; /* of the program, bytes; 0: 256 MiB */
	const char *version;
	const struct profile_set *profiles; /* lent, or NULL */
	const char *phone; /* lent; the report is of that one; NULL: of all */
	/* struct rec_problem, lent until the report is written; NULL: none */
	const struct rec_list *problems;
	/* Lent, or NULL: what the reports of this run learn from each other.
	 */
	struct past *past;
};

struct report;
struct past;

/* related must outlive it; options are copied.  NULL and error: no spool. */
struct report *report_new(
    const struct report_options *o, struct related *related, GError **error);
void report_free(struct report *r);
/* Where the engine's records go. */
struct rec_sink report_sink(struct report *r);
/* One comes soon: what it will need of memory is fetched. */
void report_ahead(
    struct report *r, const struct rec_type *type, const void *rec);
/* What is known of hosts and clients while the capture goes on (engine_tell()):
   just before report_finish(), where another report follows. */
void report_known(
    struct report *r, const struct rec_type *type, const void *rec);
/*
 * What the rules find now about one closed record that is not fine, with what
 * it leans on as far as that is known by now.  For the thread that the sink is
 * called on, or when that is at rest.
 */
void report_ask(struct report *r, const struct rec_type *type, const void *rec,
    const struct rec_coverage *c,
    void (*found)(void *arg, const struct rec_finding *f), void *arg);
/*
 * A name that a capture file has for an address, before report_finish(): where
 * neither DNS nor TLS named a server, it is written with that, and marked.
 * Judging knows nothing of it.  The first name counts; many are forgotten.
 */
void report_name(
    struct report *r, const struct rs_addr *a, struct rs_span name);
/* Some of it could not be written; asked as report_ask() is. */
bool report_broken(const struct report *r);
/* False and error when output failed. */
bool report_finish(
    struct report *r, const struct rec_coverage *c, GError **error);
/* Whether that is an address, a hardware address or an AOR. */
bool report_phone_valid(const char *phone);
/* There was nothing of the one that was asked for; after report_finish(). */
bool report_phone_unknown(const struct report *r);
/* 0, 1 or 4 of regscan(1) EXIT STATUS; after report_finish(). */
int report_status(const struct report *r);

#endif
