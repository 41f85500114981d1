/* SPDX-License-Identifier: Apache-2.0 */
#include "engine/opening.h"

#include "tls/tls.h"

#include <string.h>

void
opening_init(struct opening *o, struct rs_account *pay)
{
	*o = (struct opening){0};
	for (int i = 0; i < 2; i++)
		held_init(&o->held[i], pay);
}

void
opening_clear(struct opening *o)
{
	for (int i = 0; i < 2; i++)
		held_clear(&o->held[i]);
}

bool
opening_waits(const struct opening *o)
{
	return o->held[RS_C2S].bytes.n || o->held[RS_S2C].bytes.n;
}

bool
opening_tells(struct rs_span probed)
{
	return probed.n >= sizeof((struct opening *)0)->not_tls_head;
}

void
opening_not_tls(
    struct opening *o, struct rs_span bytes, const struct rs_stamp *at)
{
	if (o->not_tls.n || bytes.n == 0)
		return;
	struct rs_span head = rs_span_part(bytes, 0, sizeof o->not_tls_head);
	memcpy(o->not_tls_head, head.p, head.n);
	o->not_tls = (struct rs_span){o->not_tls_head, head.n};
	o->not_tls_at = *at;
}

bool
opening_not_told(const struct opening *o)
{
	return o->not_tls.n && !o->told;
}

bool
opening_answered_in_tls(struct opening *o, struct rs_span bytes)
{
	if (!opening_not_told(o))
		return false;
	o->told = true;
	return tls_dissector.probe(bytes, RS_OVER_TCP) == RS_YES;
}
