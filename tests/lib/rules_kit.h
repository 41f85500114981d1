/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What tests of rules share: a case is judged, and what was said of it last is
 * kept.  Included once by each test program.
 */
#ifndef RULES_KIT_H
#define RULES_KIT_H

#include "diag/rule.h"
#include "unit.h"

#include <stdio.h>

static char said[512], said_more[512], filter[256], detail[600];
static char title[128], advice[256], evidence[256];
static enum rec_certainty certainty;
static enum rec_severity severity;
static unsigned n_evidence;

static void
on_finding(void *arg, const struct rec_finding *f)
{
	(void)arg;
	size_t n = strlen(said);
	snprintf(said + n, sizeof said - n, "%s%.*s", n ? "," : "",
	    (int)f->code.n, (const char *)f->code.p);
	said_more[0] = 0;
	const struct rs_span *a = f->alternatives.v;
	for (uint32_t i = 0; i < f->alternatives.n; i++) {
		n = strlen(said_more);
		snprintf(said_more + n, sizeof said_more - n, "%s%.*s",
		    n ? "," : "", (int)a[i].n, (const char *)a[i].p);
	}
	snprintf(filter, sizeof filter, "%.*s", (int)f->filter.n,
	    f->filter.p ? (const char *)f->filter.p : "");
	snprintf(detail, sizeof detail, "%.*s", (int)f->detail.n,
	    f->detail.p ? (const char *)f->detail.p : "");
	snprintf(title, sizeof title, "%.*s", (int)f->title.n,
	    (const char *)f->title.p);
	snprintf(advice, sizeof advice, "%.*s", (int)f->advice.n,
	    (const char *)f->advice.p);
	certainty = f->certainty;
	severity = f->severity;
	n_evidence = f->evidence.n;
	evidence[0] = 0;
	const struct rec_evidence *e = f->evidence.v;
	for (uint32_t i = 0; i < f->evidence.n; i++) {
		n = strlen(evidence);
		snprintf(evidence + n, sizeof evidence - n, "%s%u %.*s",
		    n ? " " : "", (unsigned)e[i].frame.number, (int)e[i].what.n,
		    (const char *)e[i].what.p);
	}
	/* What every finding must have. */
	CU_ASSERT(f->certainty != REC_LIKELY || f->alternatives.n > 0);
	CU_ASSERT(rec_id_is(&f->id));
	CU_ASSERT(f->records.n > 0);
	CU_ASSERT(f->evidence.n > 0);
	CU_ASSERT(f->filter.n > 0);
	CU_ASSERT(f->title.n > 0 && f->detail.n > 0 && f->advice.n > 0);
	CU_ASSERT_NOT_EQUAL(f->certainty, REC_CERTAINTY_NONE);
}

static inline void
judge(const struct diag_case *c)
{
	struct rec_arena a;
	said[0] = said_more[0] = filter[0] = detail[0] = 0;
	rec_arena_init(&a, NULL, NULL);
	const struct diag_out out = {&a, on_finding, NULL};
	diag_judge(c, &out);
	rec_arena_clear(&a);
}

/* For tests/checks/findings.sh, which asks whether each rule has a row. */
static inline void
tell_fired(const char *codes)
{
	while (*codes) {
		size_t n = strcspn(codes, ",");
		printf("# fires %.*s\n", (int)n, codes);
		codes += n + (codes[n] == ',');
	}
}

static inline void
expect(const char *name, const char *codes)
{
	unit_row(name);
	CU_ASSERT_STRING_EQUAL(said, codes);
	if (strcmp(said, codes) != 0)
		fprintf(stderr, "# %s: %s, not %s\n", name, said, codes);
	else
		tell_fired(codes);
}

#endif
