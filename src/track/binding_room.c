/* SPDX-License-Identifier: Apache-2.0 */
/* What the parts of the binding tracker ask for: room, and the frame of a 2xx.
 */
#include "track/binding_inner.h"

void *
binding_room(struct binding_tracker *k, size_t n)
{
	rs_account_force(k->pay, n);
	k->held += n;
	return rs_pool_zeroed(&k->pool, n);
}

void
binding_give(struct binding_tracker *k, void *p, size_t n)
{
	rs_account_refund(k->pay, n);
	k->held -= n;
	rs_pool_give(&k->pool, p, n);
}

struct rs_frame
binding_frame(const struct rec_registration *r)
{
	const struct rec_transaction *t = r->transactions.v;
	for (uint32_t i = r->transactions.n; i-- > 0;)
		if (t[i].status >= 200 && t[i].status < 300)
			return t[i].response_frame;
	return r->id.frame;
}
