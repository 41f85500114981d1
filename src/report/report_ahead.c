/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What a registration needs of memory is fetched before it comes: among many
 * phones it is far away, and nobody waits for what was asked for in time.
 */
#include "report/report_inner.h"

void
report_soon(const struct report *r, const struct rs_addr *client)
{
	phone_tracker_ahead(r->phones, client);
	odd_ahead(r->odd, client);
}

void
report_near(struct report *r, const struct rs_addr *client)
{
	phone_tracker_near(r->phones, client);
	odd_near(r->odd, client);
}

void
report_ahead(struct report *r, const struct rec_type *type, const void *rec)
{
	const struct rec_registration *g = rec;
	if (type != &rec_registration_type)
		return;
	/* Of the one before, it is known by now where it is. */
	report_near(r, &r->soon);
	r->soon = g->client.at.addr;
	report_soon(r, &r->soon);
}
