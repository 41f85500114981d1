/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What a log says besides entries: how the phone's attempts to get a
 * configuration ended, in its own words, and which TLS it speaks at least.
 */
#ifndef CAPTURE_LOG_NOTES_H
#define CAPTURE_LOG_NOTES_H

#include "base/facts.h"
#include "base/stamp.h"
#include "log/facts.h"
#include "log/pending.h"

enum { LOG_RESYNCS = 64, LOG_NOTE_TEXT = 96 };

struct cap_resync {
	uint64_t line;                  /* its first */
	rs_time at;                     /* RS_NEVER */
	char from[LOG_NOTE_TEXT];       /* scheme and host; "" */
	char unresolved[LOG_NOTE_TEXT]; /* a name; "" */
	char reason[LOG_NOTE_TEXT];     /* the phone's; "" */
	enum rs_fact succeeded;
	int transfer;             /* libcurl's result, not 0; -1: not told */
	int status;               /* of HTTP, the last; 0: none */
	bool announced;           /* by its profile rule, and no more */
	bool sent;                /* its transfer was begun */
	char path[LOG_NOTE_TEXT]; /* kept to know its request by; "" */
};

struct cap_log_notes {
	struct cap_resync resyncs[LOG_RESYNCS]; /* the first */
	unsigned n;
	uint64_t more;         /* than those */
	bool open;             /* the last has no result yet */
	struct cap_resync now; /* that one */
	/* Transfers of libcurl, requests of HTTP; of any files. */
	struct log_pending transfers, requests;
	char tls_least[8];
};

/* What of it is told in a line. */
void log_notes_take(struct cap_log_notes *n, const struct log_fact *f,
    uint64_t line, rs_time at);
/* The end of the log: what is open has no result. */
void log_notes_finish(struct cap_log_notes *n);

#endif
