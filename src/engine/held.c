/* SPDX-License-Identifier: Apache-2.0 */
#include "engine/held.h"

void
held_init(struct held *h, struct rs_account *pay)
{
	rs_buf_init(&h->bytes, IDENTIFY_HEAD, pay);
}

void
held_clear(struct held *h)
{
	rs_buf_clear(&h->bytes);
}

struct identity
held_identify(struct held *h, struct rs_span bytes, enum rs_carrier over,
    uint16_t a, uint16_t b, struct rs_span *all)
{
	size_t before = h->bytes.n;
	*all = bytes;
	if (before) {
		/* no room: then by what there is */
		(void)rs_buf_add(
		    &h->bytes, rs_span_part(bytes, 0, IDENTIFY_HEAD - before));
		*all = rs_buf_view(&h->bytes);
		h->bytes.n = before;
	}
	return identify(*all, over, a, b);
}

bool
held_add(struct held *h, struct rs_span bytes, const struct rs_stamp *at)
{
	if (h->bytes.n == 0)
		h->at = *at;
	if (at->complete > h->at.complete) {
		h->at.complete = at->complete;
		h->at.to = at->to;
	}
	return rs_buf_add(&h->bytes, bytes);
}
