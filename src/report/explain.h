/* SPDX-License-Identifier: Apache-2.0 */
/* What `regscan explain` prints: entries of diag/entries.h, for people. */
#ifndef REPORT_EXPLAIN_H
#define REPORT_EXPLAIN_H

#include <glib.h>
#include <stdbool.h>
#include <stdio.h>

struct explain_options {
	FILE *out;
	unsigned columns;
	bool colour;
};

bool explain_knows(const char *code);
/* Up to three codes that may have been meant, "a, b"; NULL: none is near. */
char *explain_nearest(const char *code);

/* The entries of codes that are known; of none (NULL or empty) a list of all
   codes and their titles, each at the beginning of a line. */
bool explain_print(
    const struct explain_options *o, const char *const *codes, GError **error);

#endif
