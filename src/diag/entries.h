/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What is to be said of each code, whatever the capture: `regscan explain` and
 * regscan-findings(7) are made from it.
 *
 * A code is that of a rule, or one that rules name as an alternative only.  A
 * rule has its title and advice itself, since a finding carries them, so that
 * the entry of one has neither.  Texts are sentences, without markup.
 */
#ifndef DIAG_ENTRIES_H
#define DIAG_ENTRIES_H

#include "diag/rule.h"

struct diag_entry {
	const char *code;
	const char *meaning; /* the cause, and how it comes about */
	const char *seen;    /* without which it is not said, or not named */
	const char *silent;  /* what looks like it; when it is held back */
	/* Only where no rule has the code. */
	const char *title;
	const char *advice; /* what to check next */
};

/* The entries, those of a layer side by side; NULL after the last one. */
const struct diag_entry *diag_entry_at(size_t i);
/* NULL: there is no such code. */
const struct diag_entry *diag_entry_find(const char *code);

/* The rule of this code; NULL: it is named as an alternative only. */
const struct diag_rule *diag_entry_rule(const struct diag_entry *e);
/* Those of the rule, or else of the entry. */
const char *diag_entry_title(const struct diag_entry *e);
const char *diag_entry_advice(const struct diag_entry *e);

#endif
