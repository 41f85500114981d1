/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What a registration needs of memory is fetched before it comes: among many
 * phones it is far away, and nobody waits for what was asked for in time.
 */
#include "report/report_inner.h"

void
report_ahead(struct report *r, const struct rec_type *type, const void *rec)
{
	const struct rec_registration *g = rec;
	if (type != &rec_registration_type)
		return;
	/* Of the one before, it is known by now where it is. */
	phone_tracker_near(r->phones, &r->soon);
	odd_near(r->odd, &r->soon);
	r->soon = g->client.at.addr;
	phone_tracker_ahead(r->phones, &r->soon);
	odd_ahead(r->odd, &r->soon);
}
