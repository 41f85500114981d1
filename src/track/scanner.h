/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Is it a scanner?  Somebody who looks for users and passwords is no phone, and
 * what it gets belongs in no rate.
 *
 * To call a phone that cannot register a scanner would hide what the report is
 * for.  So whoever registered once, or answered a challenge, is none.  The rest
 * is one by its name, if all its names are those of scanners, or by what it
 * did: a challenge left alone, SCANNER_USERS users that were turned away (401,
 * 403, 404, 407), and no more than SCANNER_TRIES attempts for each of them on
 * average.  Phones behind one address whose registrar is down, or has lost its
 * users, get no challenge; those whose answers get lost try again and again.
 */
#ifndef TRACK_SCANNER_H
#define TRACK_SCANNER_H

#include "base/span.h"

enum { SCANNER_USERS = 16, SCANNER_TRIES = 3 };

enum scanner_agent {
	SCANNER_AGENT_NONE,
	SCANNER_AGENT_PRODUCT, /* programs for people that scanners use, too */
	SCANNER_AGENT_TOOL,
};

struct scanner_facts {
	bool succeeded, answered; /* once */
	bool challenged;          /* and never came back */
	uint64_t users, attempts; /* those that are remembered, and theirs */
	uint64_t turned_away;     /* users of these */
	/* The least telling name of all it gave; NONE where it gave none. */
	enum scanner_agent agent;
};

/* The word for why, or NULL: it is none. */
const char *scanner_reason(const struct scanner_facts *f);
enum scanner_agent scanner_agent(struct rs_span user_agent);

#endif
