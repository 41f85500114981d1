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

#include <glib.h>
#include <stdio.h>

enum report_format { REPORT_TEXT, REPORT_JSON, REPORT_NDJSON };

struct report_options {
	enum report_format format;
	FILE *out;    /* not closed by the report */
	bool all_tls; /* list handshakes that do not concern registration */
	bool all_lookups; /* list look-ups of others than phones */
	bool live;    /* text: a line per attempt as it closes */
	bool colour;
	unsigned columns;    /* of the terminal; 0: 100 */
	size_t memory_limit; /* of the program, bytes; 0: 256 MiB */
	const char *version;
};

struct report;

/* related must outlive it; options are copied.  NULL and error: no spool. */
struct report *report_new(
    const struct report_options *o, struct related *related, GError **error);
void report_free(struct report *r);
/* Where the engine's records go. */
struct rec_sink report_sink(struct report *r);
/* False and error when output failed. */
bool report_finish(
    struct report *r, const struct rec_coverage *c, GError **error);
/* 0, 1 or 4 of regscan(1) EXIT STATUS; after report_finish(). */
int report_status(const struct report *r);

#endif
