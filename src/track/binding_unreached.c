/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Bindings that a server could no longer reach, until the phone came back.
 *
 * The phone registered from a port; later requests of the server to that port
 * got no answer, and then the same phone (the same Call-ID) registered again,
 * from another port.  The same Call-ID tells it from one that was started anew,
 * which had reasons of its own to be silent; and that it had answered before,
 * or that it was an INVITE, from one that does not answer such requests at all.
 */
#include "track/binding_inner.h"

#include <stdio.h>

/* T2 (RFC 3261 17.1.2.2): a phone that is there has answered by then. */
static const rs_time LONG = 4 * RS_SEC;

struct binding_lost {
	int64_t n;
	struct rec_unreached first;
	char icmp[8];
};

void
binding_unreached(struct binding_tracker *k, struct binding *b,
    const struct rec_registration *r)
{
	struct inbound_silence s;
	if (b->granted_total == 0 || b->transport != REC_UDP ||
	    r->transport != REC_UDP || b->missed == REC_ABSENT ||
	    b->client.port == r->client.at.port ||
	    !rs_addr_eq(&b->client.addr, &r->client.at.addr) ||
	    !rs_endpoint_eq(&b->server, &r->server.at) ||
	    !inbound_tracker_find(k->inbound, &b->client, &b->server, &s))
		return;
	bool icmp = s.icmp_at != RS_NEVER && s.icmp_at < r->started;
	bool again = s.again != RS_NEVER && s.again < r->started;
	if (s.since <= b->last.from || r->started - s.since < LONG ||
	    !(icmp || (again && (s.invite || s.answered != RS_NEVER))))
		return;
	if (b->lost == NULL)
		b->lost = binding_room(k, sizeof *b->lost);
	if (b->lost->n++ > 0)
		return;
	struct rec_unreached *u = &b->lost->first;
	rec_init(&rec_unreached_type, u);
	u->granted = b->last.from;
	u->granted_frame = b->last.frame;
	u->port = b->client.port;
	u->answered = s.answered;
	u->answered_frame = s.answered_frame;
	u->since = s.since;
	u->frame = s.frame;
	if (again)
		u->again_frame = s.again_frame;
	u->back = r->started;
	u->back_frame = r->id.frame;
	u->back_port = r->client.at.port;
	if (!icmp)
		return;
	int n = snprintf(b->lost->icmp, sizeof b->lost->icmp, "%u/%u",
	    s.icmp_type, s.icmp_code);
	u->icmp = (struct rs_span){(const uint8_t *)b->lost->icmp, (size_t)n};
	u->icmp_frame = s.icmp_frame;
}

void
binding_unreached_emit(const struct binding *b, struct rec_binding *to)
{
	if (b->lost == NULL)
		return;
	to->unreached = (struct rec_list){&b->lost->first, 1, 1};
	to->unreached_total = b->lost->n;
}

size_t
binding_unreached_size(void)
{
	return sizeof(struct binding_lost);
}
