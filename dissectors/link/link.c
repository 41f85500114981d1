/* SPDX-License-Identifier: Apache-2.0 */
/* ARP, RFC 826, and EAP over LANs, IEEE 802.1X. */
#include "link/link.h"

#include "base/cursor.h"

enum {
	TYPE_ARP = 0x0806,
	TYPE_EAPOL = 0x888e,
	TYPE_LLDP = 0x88cc,
	LENGTHS = 0x0600,
};

static struct rs_addr
address(struct rs_span four)
{
	static const uint8_t none[4];
	return four.n == 4 && memcmp(four.p, none, 4) ? rs_addr_v4(four.p)
						      : (struct rs_addr){0};
}

static bool
arp(struct link_msg *m, struct rs_span rest)
{
	struct rs_cur c = rs_cur_init(rest);
	uint16_t hardware = rs_cur_u16(&c), protocol = rs_cur_u16(&c);
	uint16_t sizes = rs_cur_u16(&c), op = rs_cur_u16(&c);
	struct rs_span mac = rs_cur_span(&c, 6);
	struct rs_span sender = rs_cur_span(&c, 4);
	rs_cur_skip(&c, 6);
	struct rs_span target = rs_cur_span(&c, 4);
	if (c.shrt || hardware != 1 || protocol != 0x0800 || sizes != 0x0604 ||
	    (op != 1 && op != 2))
		return false;
	m->kind = LINK_ARP;
	m->reply = op == 2;
	memcpy(m->sender_mac, mac.p, 6);
	m->sender = address(sender);
	m->target = address(target);
	return true;
}

static bool
eapol(struct link_msg *m, struct rs_span rest)
{
	enum { EAP_PACKET = 0, START = 1 };
	struct rs_cur c = rs_cur_init(rest);
	rs_cur_skip(&c, 1);
	uint8_t type = rs_cur_u8(&c);
	struct rs_cur body = rs_cur_block16(&c);
	if (c.shrt)
		return false;
	m->kind = LINK_EAP;
	if (type == START) {
		m->eap = LINK_EAP_START;
		return true;
	}
	uint8_t code = rs_cur_u8(&body);
	rs_cur_skip(&body, 3);
	if (type != EAP_PACKET || body.shrt || code < LINK_EAP_REQUEST ||
	    code > LINK_EAP_FAILURE)
		return false;
	m->eap = (enum link_eap)code;
	m->method = rs_cur_u8(&body);
	return true;
}

bool
link_parse(struct link_msg *m, unsigned type, struct rs_span rest)
{
	*m = (struct link_msg){
	    .voice_vlan = LINK_NO_VLAN, .native_vlan = LINK_NO_VLAN};
	if (type == TYPE_ARP)
		return arp(m, rest);
	if (type == TYPE_EAPOL)
		return eapol(m, rest);
	if (type == TYPE_LLDP)
		return link_lldp(m, rest);
	/* CDP: IEEE 802.2 with SNAP, the type 0x2000 of the maker's own. */
	rest = rs_span_part(rest, 0, type);
	if (type < LENGTHS &&
	    rs_span_starts(
		rest, (struct rs_span){
			  (const uint8_t *)"\xaa\xaa\x03\0\0\x0c\x20\0", 8}))
		return link_cdp(m, rs_span_from(rest, 8));
	return false;
}
