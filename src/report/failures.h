/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What failed, gathered for the text report while it is judged.
 *
 * A phone that retries for ever fails in the same way each time: attempts are
 * grouped by phone, AOR and outcome, handshakes and connections by server and
 * how they ended.
 *
 * Groups are few even in a long capture; they are bounded, and what is over
 * the bound is counted.  Nothing is told in the order of a hash.
 */
#ifndef REPORT_FAILURES_H
#define REPORT_FAILURES_H

#include "report/one.h"
#include "track/phone.h"
#include "track/records.h"
#include "track/table.h"

#include <glib.h>

struct spool;
struct text;

enum { FAILURES_CODES = 128 }; /* more than there are rules */

struct group {
	struct table_node node; /* by key */
	struct rs_span key;     /* what its records have in common */
	const struct rec_type *type;
	struct rec_id first; /* that has a finding, if one has: it is shown */
	rs_time at, first_at, last_at; /* of that one, and of all */
	int64_t n;
	bool found; /* that one has a finding */
	bool undecided;
	rs_time later; /* its line registered after all; else RS_NEVER */
	struct rs_frame later_frame;
	/* What its phone, undecided, passed after it; of number 0: not seen. */
	struct rs_frame connected, tls_done;
	struct rs_span aor;
	unsigned place; /* of its host (base/addr.h) */
	struct rs_span said; /* the finding, in the spool's form */
};

/* As the phone is counted.  PASSED: undecided, as what failed did not stop it;
   REGISTERED: nothing failed, and some attempt is undecided. */
enum rank {
	RANK_FAILED,
	RANK_RECOVERED,
	RANK_PASSED,
	RANK_UNDECIDED,
	RANK_REGISTERED
};
enum place { LEFT_OUT, SHOWN_IN_SHORT, SHOWN_IN_FULL };

struct sufferer {
	struct table_node node; /* by addr */
	struct rs_addr addr;
	struct rec_id first;
	enum rank rank;
	enum place place;
	GPtrArray *groups;   /* of struct group, not owned */
	struct rec_id phone; /* its record; of frame 0: none */
	uint64_t blamed[FAILURES_CODES / 64]; /* by place in diag_rules */
};

struct failures {
	const struct one *one; /* which addresses are one phone's */
	struct text *t;        /* that tells of them; NULL before */
	struct rs_hash_seed seed;
	struct table groups, by_addr;
	guint n_groups;
	GPtrArray *sufferers; /* as they came */
	/* Of what is shown: "registration 0-17" of the first. */
	GTree *by_record;
	int64_t over; /* records that found no room */
	/* Of how many phones that failed it is a cause, by place in diag_rules;
	   once the findings have been asked. */
	int64_t blamed[FAILURES_CODES];
	size_t rule;       /* that was blamed last */
	struct rs_buf key; /* of the record at hand */
	bool found;        /* of that, too */
	struct rec_arena kept, arena; /* groups and all of theirs; scratch */
};

/* one must outlive it. */
struct failures *failures_new(
    const struct one *one, const struct rs_hash_seed *seed);
void failures_free(struct failures *f);
/* An attempt, handshake or connection that failed or is undecided, and is to be
   told of: each type in the order of ids, one after the other; found: there is
   a finding about it. */
void failures_add(struct failures *f, const struct rec_type *type,
    const void *rec, bool found);
/* Then, each phone, and those that are left: they have no record, as nothing
   failed. */
void failures_phone(struct failures *f, const struct rec_phone *p);
void failures_others(struct failures *f, const struct phone_tracker *phones);
/* It will be: findings are kept for what is shown only. */
void failures_show(struct failures *f, struct sufferer *s, enum place place);
/* What was found about groups that are shown, and about all phones. */
void failures_findings(struct failures *f, struct spool *spool);

#endif
