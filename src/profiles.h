/* SPDX-License-Identifier: Apache-2.0 */
/* Which profiles there are: the installed ones, the user's, the one forced. */
#ifndef PROFILES_H
#define PROFILES_H

#include "options.h"
#include "profile/set.h"

/*
 * All profiles; NULL and error (REGSCAN_ERROR_USAGE) where a file is none or
 * --profile names none.  With REGSCAN_PROFILES in the environment, those of
 * that folder and no others.
 */
struct profile_set *profiles_load(const struct options *o, GError **error);
/* What concerns registration: the ports of the options, and of profiles that
   are told by their port. */
struct related *profiles_related(
    const struct profile_set *s, const struct options *o);

#endif
