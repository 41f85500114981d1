/* SPDX-License-Identifier: Apache-2.0 */
#include "engine/tftp_follow.h"

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
