/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Is what a phone is configured for what it does?
 *
 * Of each line in phones' problem reports: was its next hop looked up, and did
 * its REGISTERs go there?  A server is the next hop if it has its name, or an
 * address that DNS gave for that or for what its SRV and CNAME records name.
 * That it is none is only said where all of these names have addresses: who
 * did not see what the phone was told does not know where it should go; and of
 * REGISTERs for the line's own domain, as others may have the same user.
 */
#ifndef REPORT_CONFIGURED_H
#define REPORT_CONFIGURED_H

#include "track/records.h"

#include <glib.h>

struct configured;

/* problems is lent; NULL where there is none. */
struct configured *configured_new(const struct rec_list *problems);
void configured_free(struct configured *c);
/* c may be NULL. */
void configured_lookup(struct configured *c, const struct rec_lookup *l);
void configured_registration(
    struct configured *c, const struct rec_registration *g);
/* The same problem reports with what was seen; good as long as c. */
struct rec_list configured_result(struct configured *c);

#endif
