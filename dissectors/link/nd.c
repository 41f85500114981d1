/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Neighbour discovery of IPv6, RFC 4861: what ARP says of IPv4.  Routers and
 * neighbours are asked for and announced in messages of ICMPv6; a solicitation
 * from no address asks whether the address is free (RFC 4862 5.4).
 */
#include "link/link.h"

#include "base/cursor.h"

enum {
	ROUTER_SOLICITATION = 133,
	ROUTER_ADVERTISEMENT = 134,
	NEIGHBOUR_SOLICITATION = 135,
	NEIGHBOUR_ADVERTISEMENT = 136,
	SOURCE_LINK_ADDRESS = 1,
	TARGET_LINK_ADDRESS = 2,
	ROUTER = 0x80,
	OVERRIDE = 0x20,
};

/* RFC 4861 4.6: to the end, and one of no length spoils the message. */
static bool
options(struct link_msg *m, struct rs_cur *c, uint8_t wanted)
{
	while (rs_cur_left(c) >= 2) {
		uint8_t type = rs_cur_u8(c);
		size_t n = (size_t)rs_cur_u8(c) * 8;
		struct rs_span value = rs_cur_span(c, n ? n - 2 : SIZE_MAX);
		if (c->shrt)
			return false;
		if (type == wanted && value.n == 6)
			memcpy(m->sender_mac, value.p, 6);
	}
	return true;
}

static struct rs_addr
address(struct rs_span sixteen)
{
	static const uint8_t none[16];
	return sixteen.n == 16 && memcmp(sixteen.p, none, 16)
		   ? rs_addr_v6(sixteen.p)
		   : (struct rs_addr){0};
}

/* RFC 4861 4.2: of its fields only the lifetime, 0 where it is no default
   router. */
static bool
router(struct link_msg *m, struct rs_cur *c)
{
	rs_cur_skip(c, 2);
	m->router = true;
	m->is_default = rs_cur_u16(c) != 0;
	rs_cur_skip(c, 8);
	return m->sender.family != 0 && options(m, c, SOURCE_LINK_ADDRESS);
}

static bool
solicitation(struct link_msg *m, struct rs_cur *c)
{
	rs_cur_skip(c, 4);
	m->target = address(rs_cur_span(c, 16));
	return m->target.family != 0 && m->target.b[0] != 0xff &&
	       options(m, c, SOURCE_LINK_ADDRESS);
}

/* RFC 4861 4.4: it speaks of its target, from whatever address. */
static bool
advertisement(struct link_msg *m, struct rs_cur *c)
{
	uint8_t flags = rs_cur_u8(c);
	rs_cur_skip(c, 3);
	m->sender = address(rs_cur_span(c, 16));
	m->reply = true;
	m->router = flags & ROUTER;
	m->shared = !(flags & OVERRIDE);
	return m->sender.family != 0 && m->sender.b[0] != 0xff &&
	       options(m, c, TARGET_LINK_ADDRESS);
}

bool
link_nd(struct link_msg *m, const struct rs_addr *source, struct rs_span icmp)
{
	struct rs_cur c = rs_cur_init(icmp);
	*m = (struct link_msg){.kind = LINK_ND,
	    .voice_vlan = LINK_NO_VLAN,
	    .native_vlan = LINK_NO_VLAN,
	    .sender = address((struct rs_span){source->b, 16})};
	uint8_t type = rs_cur_u8(&c), code = rs_cur_u8(&c);
	rs_cur_skip(&c, 2);
	bool read = false;
	if (source->family != 6 || code != 0)
		return false;
	if (type == ROUTER_ADVERTISEMENT)
		read = router(m, &c);
	else if (type == NEIGHBOUR_SOLICITATION)
		read = solicitation(m, &c);
	else if (type == NEIGHBOUR_ADVERTISEMENT)
		read = advertisement(m, &c);
	else if (type == ROUTER_SOLICITATION && m->sender.family) {
		rs_cur_skip(&c, 4);
		read = options(m, &c, SOURCE_LINK_ADDRESS);
	}
	return read && !c.shrt;
}
