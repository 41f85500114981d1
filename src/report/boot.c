/* SPDX-License-Identifier: Apache-2.0 */
#include "report/boot.h"

/* Whose case it is, and when. */
static const struct rs_addr *
client_of(const struct diag_case *c, rs_time *at)
{
	if (c->link) {
		*at = c->link->ended;
		return &c->link->client.at.addr;
	}
	if (c->lease) {
		*at = c->lease->ended;
		return &c->lease->client.at.addr;
	}
	if (c->handshake) {
		*at = c->handshake->started;
		return &c->handshake->client.at.addr;
	}
	return NULL;
}

void
boot_case(struct diag_case *c, struct boot_room *room, struct host_index *hosts,
    struct spool *spool, struct rec_arena *arena)
{
	rs_time at;
	struct rec_id id;
	const struct rs_addr *client = client_of(c, &at);
	if (client == NULL)
		return;
	if (c->link && client->family && host_lease(hosts, client, at, &id) &&
	    spool_find(spool, &rec_lease_type, &id, &room->lease, arena))
		c->lease = &room->lease;
	/* A link-local address has no lease, but its host may. */
	if (c->link && c->lease == NULL && client->family == 6 &&
	    host_lease_of_mac(hosts, c->link->mac, at, &id) &&
	    spool_find(spool, &rec_lease_type, &id, &room->lease, arena))
		c->lease = &room->lease;
	if (c->lease && c->link == NULL &&
	    host_quiet(hosts, c->lease->mac, &room->quiet))
		c->quiet = &room->quiet;
	if (c->lease)
		c->served_later =
		    host_served_after(hosts, c->lease->mac, c->lease->started);
	if (host_policy(hosts, &id) &&
	    spool_find(spool, &rec_link_type, &id, &room->policy, arena))
		c->policy = &room->policy;
	if (client->family && host_clock(hosts, client, at, &id) &&
	    spool_find(spool, &rec_clock_type, &id, &room->clock, arena))
		c->clock = &room->clock;
	if (host_capture_offset(hosts, &room->offset))
		c->capture_offset = &room->offset;
}

bool
boot_type(const struct rec_type *type)
{
	return type == &rec_lease_type || type == &rec_host_type ||
	       type == &rec_link_type || type == &rec_clock_type ||
	       type == &rec_quiet_type;
}

bool
boot_phone(struct host_index *hosts, const struct phone_tracker *phones,
    struct rs_span mac, struct rec_phone *to, struct rec_arena *arena)
{
	enum { MOST = 8 };
	struct rs_addr addr;
	struct host_view view;
	for (size_t i = 0; i < MOST && host_of_mac(hosts, mac, i, &addr, &view);
	     i++)
		if (phone_tracker_find(phones, &addr, to, arena))
			return true;
	return false;
}
