/* SPDX-License-Identifier: Apache-2.0 */
#include "engine/tftp_follow.h"

#include "tftp/tftp.h"

/* Clients choose their ports, so these spread well enough; who makes them
   collide only hides transfers of its own making. */
static unsigned
set_of(const struct rs_endpoint *e)
{
	unsigned h = e->port;
	for (unsigned i = 0; i < sizeof e->addr.b; i++)
		h = h * 31 + e->addr.b[i];
	return (h ^ h >> 7) % TFTP_FOLLOW_SETS;
}

void
tftp_follow_expect(
    struct tftp_follow *t, const struct rs_endpoint *client, rs_time now)
{
	struct tftp_follow_slot *set = t->slot[set_of(client)], *s = set;
	for (unsigned i = 0; i < TFTP_FOLLOW_WAYS; i++) {
		if (rs_endpoint_eq(&set[i].client, client)) {
			s = &set[i];
			break;
		}
		if (set[i].until < s->until)
			s = &set[i];
	}
	*s = (struct tftp_follow_slot){*client, now + TFTP_FOLLOW_FOR};
	if (s->until > t->until)
		t->until = s->until;
}

bool
tftp_follow_due(
    const struct tftp_follow *t, const struct rs_endpoint *client, rs_time now)
{
	if (now > t->until)
		return false;
	const struct tftp_follow_slot *set = t->slot[set_of(client)];
	for (unsigned i = 0; i < TFTP_FOLLOW_WAYS; i++)
		if (set[i].until >= now &&
		    rs_endpoint_eq(&set[i].client, client))
			return true;
	return false;
}

void
tftp_follow_hear(struct tftp_follow *t, const struct net_packet *packet)
{
	if (tftp_dissector.probe(packet->payload, RS_OVER_UDP) == RS_YES)
		tftp_follow_expect(t, &packet->src, packet->at.first);
}

struct identity
tftp_follow_identify(const struct tftp_follow *t, struct flow *f,
    enum rs_dir *dir, const struct net_packet *packet)
{
	struct identity who = identify(packet->payload, RS_OVER_UDP,
	    f->end[0].port, f->end[1].port);
	if (who.verdict == RS_YES || f->packets[0] + f->packets[1] != 1 ||
	    !tftp_follow_due(t, &packet->dst, packet->at.first) ||
	    !tftp_answers(packet->payload))
		return who;
	flow_turn(f);
	*dir = RS_S2C;
	return (struct identity){RS_YES, &tftp_dissector};
}
