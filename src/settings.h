/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The configuration file, regscan.conf(5): the values of options, under their
 * long names, in a group [regscan].
 *
 * It is turned into a command line of its own, which is parsed before the real
 * one and into the same places, so that each option is checked and explained
 * once.  The real one wins: also where an option may be repeated.
 */
#ifndef SETTINGS_H
#define SETTINGS_H

#include <glib.h>
#include <stdbool.h>

struct settings {
	const GOptionEntry *entries; /* lent */
	/* What the file gave where the entries point to memory that must be
	   freed, by place among the entries; owned. */
	void **given;
	char *path;      /* of the file */
	unsigned *lines; /* of it, that gave the entry its value; 0: none */
};

/*
 * Looks for --config and --no-config in the command line, reads the file, sets
 * the entries, and puts aside those that are pointers.  A default file that is
 * not there is none.  False and error; settings_end() and
 * settings_clear() are due in any case.
 */
bool settings_begin(struct settings *s, const GOptionEntry *entries, int argc,
    char **argv, GError **error);
/* What the file says of this option does not count. */
void settings_forget(struct settings *s, const char *name);
/* After the command line: pointers that it did not set are the file's. */
void settings_end(struct settings *s);
/* Says of an error about an option that its value is the file's, if it is. */
void settings_blame(const struct settings *s, GError *error);
void settings_clear(struct settings *s);

#endif
