/* SPDX-License-Identifier: Apache-2.0 */
/* Where the report goes, and what it looks like there. */
#ifndef OUTPUT_H
#define OUTPUT_H

#include "options.h"

struct output {
	const char *path; /* lent; NULL: standard output */
	FILE *to;
};

/* False and error (REGSCAN_ERROR_WRITE). */
bool output_open(struct output *o, const char *path, GError **error);
/* Is there something in its file, which is to make way? */
bool output_overwrites(const struct output *o);
/* Is its file the one of that path, or of standard input ("-")? */
bool output_is(const struct output *o, const char *path);
/* It makes way. */
bool output_begin(struct output *o, GError **error);
/*
 * Goes on in a new file of the same name: who rotates logs has renamed the old
 * one.  Where that cannot be had, the old one goes on: false and error.  What
 * was written so far must have been flushed.
 */
bool output_reopen(struct output *o, GError **error);
/* False and error, also of what could not be written before. */
bool output_close(struct output *o, GError **error);

unsigned output_columns(FILE *out, unsigned otherwise);
bool output_colour(const struct options *o, FILE *out);

#endif
