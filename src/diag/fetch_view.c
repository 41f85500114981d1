/* SPDX-License-Identifier: Apache-2.0 */
#include "diag/fetch_view.h"

static bool
went_to(const struct diag_fetch *f, const struct rs_addr *address,
    struct rs_span name)
{
	if (address && rs_addr_eq(&f->server.at.addr, address))
		return true;
	return name.n && rs_span_eq_nocase(f->server.name, name);
}

const struct diag_fetch *
fetch_view_to(const struct diag_case *c, const struct rs_addr *address,
    struct rs_span name, rs_time from, rs_time to)
{
	for (size_t i = 0; c->fetches && i < c->fetches->n; i++) {
		const struct diag_fetch *f = &c->fetches->v[i];
		if ((from == RS_NEVER || f->at >= from) &&
		    (to == RS_NEVER || f->at <= to) &&
		    went_to(f, address, name))
			return f;
	}
	return NULL;
}

const struct diag_fetch *
fetch_view_good_after(const struct diag_case *c, rs_time after)
{
	for (size_t i = 0; c->fetches && i < c->fetches->n; i++)
		if (c->fetches->v[i].at > after &&
		    rec_download_good(c->fetches->v[i].state))
			return &c->fetches->v[i];
	return NULL;
}
