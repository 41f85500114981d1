/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What a phone's problem report has besides its log: the configuration
 * (cfg.xml, <flat-profile>) and the state (status.xml, <flat-status>) of a
 *Cisco MPP or SPA phone, as elements whose names are known.
 *
 *	<Outbound_Proxy_1_ ua="na">proxy.example.net</Outbound_Proxy_1_>
 *	<Registration_State>Registered</Registration_State>
 *
 * Only what stands in the table of problem.c is ever kept.  Passwords, serial
 * numbers, keys and paths, which may hold either, do not.
 */
#ifndef CAPTURE_PROBLEM_H
#define CAPTURE_PROBLEM_H

#include "base/facts.h"
#include "base/span.h"

#include <glib.h>

enum { PROBLEM_TEXT = 96, PROBLEM_LINES = 16 };

/* A line of the phone, to register one user; "": not told. */
struct cap_problem_line {
	char user[PROBLEM_TEXT], proxy[PROBLEM_TEXT], outbound[PROBLEM_TEXT];
	char transport[8]; /* "udp", "tcp", "tls", "auto" */
	int64_t expires;   /* seconds; -1 */
	enum rs_fact use_srv, use_outbound, registers;
	int64_t proxy_line; /* of the file, where its next hop stands; 0 */
	char state[24];     /* "Registered", as the phone has it */
};

struct cap_problem {
	char *paths[2]; /* of configuration and state; NULL: not there */
	char model[PROBLEM_TEXT], firmware[PROBLEM_TEXT], mac[18];
	char clock[24]; /* as written, local time */
	char zone[16], ntp[PROBLEM_TEXT];
	char profile[PROBLEM_TEXT]; /* scheme and host of the profile rule */
	char tls_least[12];         /* "TLS 1.1" */
	enum rs_fact resync_on_reset;
	int64_t resync_every; /* seconds; -1 */
	struct cap_problem_line lines[PROBLEM_LINES];
	char *broken; /* what is wrong with one of them; NULL */
};

/* Do files that begin with that tell something?  16 KiB are enough. */
bool cap_problem_probe(struct rs_span head);
void cap_problem_init(struct cap_problem *p);
void cap_problem_clear(struct cap_problem *p);
/* Adds what a document tells; false and *line where it is no XML from there on,
   or of no sensible size.  What was read before stays. */
bool cap_problem_parse(struct cap_problem *p, struct rs_span text, int *line);
/*
 * Reads those files, of which two in one folder or archive belong together if
 * their names say the same but for "cfg" and "status", to an array of struct
 * cap_problem, owned by the caller.  One that cannot be opened tells so in
 * `broken`.
 */
GPtrArray *cap_problems_read(const GPtrArray *paths);
/* The year and, where it can be told from the day, the month of a clock;
   month 0: not known.  False: neither. */
bool cap_problem_date(const struct cap_problem *p, int *year, int *month);

#endif
