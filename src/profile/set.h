/* SPDX-License-Identifier: Apache-2.0 */
/* Reading profiles: for main, which hands the set to all others. */
#ifndef PROFILE_SET_H
#define PROFILE_SET_H

#include "profile/profile.h"

#include <glib.h>

struct profile_set {
	GPtrArray *all; /* struct profile, by name */
	const struct profile *forced;
};

struct profile_set *profile_set_new(void);
void profile_set_free(struct profile_set *s);
/*
 * Reads every *.profile of the folder; one of a name that is known takes its
 * place.  A folder that is not there is empty.  False and error: a file that
 * cannot be read, or is no profile.
 */
bool profile_set_folder(
    struct profile_set *s, const char *folder, GError **error);
/* The same of one file; it is returned, or NULL and error. */
const struct profile *profile_set_file(
    struct profile_set *s, const char *path, GError **error);
/* This one is the service of all registrations: a name, or a file (that has a
   slash, or ends in .profile). */
bool profile_set_force(struct profile_set *s, const char *name, GError **error);

#endif
