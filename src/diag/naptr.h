/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What the NAPTR records of a domain say about a service that a phone asked
 * for, and that DNS does not have.
 *
 * The lowest order comes first, and of equal orders the lowest preference (RFC
 * 3403 4.1); a phone passes over services that it cannot speak (RFC 3263 4.1).
 * Two records of the same order and preference leave the choice to the phone.
 */
#ifndef DIAG_NAPTR_H
#define DIAG_NAPTR_H

#include "diag/finding.h"
#include "diag/way.h"

struct naptr_view {
	const struct rec_lookup *lookup; /* NULL: no such answer */
	const struct rec_answer *own;    /* that leads to the service; NULL */
	/* That leads to another one, which comes no later, and the phone never
	   asked for it; NULL: there is none. */
	const struct rec_answer *other;
};

/* l: a question for a service. */
struct naptr_view naptr_of(
    const struct diag_way *w, const struct rec_lookup *l);
/* Of an answer to NAPTR: it led the phone on, or may have. */
bool naptr_led_on(const struct diag_way *w, const struct rec_lookup *naptr);
/* The detail, where there is another one. */
void naptr_detail(
    struct finding *f, const struct naptr_view *v, const struct rec_lookup *l);

#endif
