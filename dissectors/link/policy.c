/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Voice VLANs as switches announce them: LLDP (IEEE 802.1AB 8) with the network
 * policy of LLDP-MED (ANSI/TIA-1057 10.2.3), and CDP.
 *
 * Phones announce themselves too, with the policy that they follow: a sender
 * that says it is a telephone is told as one, though most bridge as well.
 */
#include "link/link.h"

#include "base/cursor.h"

enum {
	LLDP_CAPABILITIES = 7,
	LLDP_ORGANIZATION = 127,
	LLDP_TELEPHONE = 0x20,
	CDP_CAPABILITIES = 4,
	CDP_NATIVE_VLAN = 10,
	CDP_VOICE_VLAN = 14,
	CDP_PHONE = 0x80,
	VOICE = 1,
	LARGEST_VLAN = 4094,
};

/* U, T, X, VLAN, priority, DSCP: 1, 1, 1, 12, 3 and 6 bits. */
static void
network_policy(struct link_msg *m, struct rs_cur *c)
{
	uint8_t application = rs_cur_u8(c);
	uint32_t bits = rs_cur_u24(c);
	uint16_t vlan = (uint16_t)(bits >> 9 & 0x0fff);
	bool unknown = bits >> 23 & 1, tagged = bits >> 22 & 1;
	if (c->shrt || application != VOICE || unknown)
		return;
	m->untagged = !tagged;
	/* VLAN 0: priority alone, in the port's own VLAN. */
	m->voice_vlan = vlan <= LARGEST_VLAN ? vlan : (uint16_t)LINK_NO_VLAN;
}

static void
organization(struct link_msg *m, struct rs_span value)
{
	struct rs_cur c = rs_cur_init(value);
	uint32_t oui = rs_cur_u24(&c);
	uint8_t subtype = rs_cur_u8(&c);
	if (oui == 0x0012bb && subtype == 2) {
		network_policy(m, &c);
	} else if (oui == 0x0080c2 && subtype == 1) { /* IEEE 802.1Q D.2.1 */
		uint16_t vlan = rs_cur_u16(&c);
		if (!c.shrt && vlan <= LARGEST_VLAN)
			m->native_vlan = vlan;
	}
}

bool
link_lldp(struct link_msg *m, struct rs_span rest)
{
	struct rs_cur c = rs_cur_init(rest);
	m->kind = LINK_POLICY;
	m->protocol = LINK_LLDP;
	while (rs_cur_left(&c) >= 2) {
		uint16_t head = rs_cur_u16(&c);
		struct rs_span value = rs_cur_span(&c, head & 0x1ff);
		unsigned type = head >> 9;
		if (type == 0 || c.shrt)
			break;
		if (type == LLDP_CAPABILITIES && value.n >= 4)
			m->by_phone = value.p[3] & LLDP_TELEPHONE;
		else if (type == LLDP_ORGANIZATION)
			organization(m, value);
	}
	return !c.shrt;
}

bool
link_cdp(struct link_msg *m, struct rs_span rest)
{
	struct rs_cur c = rs_cur_init(rest);
	rs_cur_skip(&c, 4); /* version, time to live, checksum */
	m->kind = LINK_POLICY;
	m->protocol = LINK_CDP;
	while (!c.shrt && rs_cur_left(&c) >= 4) {
		uint16_t type = rs_cur_u16(&c);
		size_t n = rs_cur_u16(&c);
		struct rs_span v = rs_cur_span(&c, n < 4 ? SIZE_MAX : n - 4);
		if (c.shrt)
			break;
		uint16_t last =
		    v.n >= 2 ? (uint16_t)(v.p[v.n - 2] << 8 | v.p[v.n - 1])
			     : (uint16_t)LINK_NO_VLAN;
		if (type == CDP_CAPABILITIES && v.n == 4)
			m->by_phone = v.p[3] & CDP_PHONE;
		else if (type == CDP_NATIVE_VLAN && v.n == 2)
			m->native_vlan = last;
		else if (type == CDP_VOICE_VLAN && v.n == 3 &&
			 last <= LARGEST_VLAN)
			m->voice_vlan = last;
	}
	return !c.shrt;
}
