/* SPDX-License-Identifier: Apache-2.0 */
#include "engine/quiet_stage.h"

#include "link/link.h"

#include <string.h>

/* Others are looked at after so long: longer than a rule waits, as DHCP takes
   its time.  Then every AGAIN, until there was one. */
static const rs_time WHILE = 130 * RS_SEC, AGAIN = RS_SEC / 10;

/* RFC 951 3, RFC 2131 2. */
enum {
	BOOT_REQUEST = 1,
	BOOT_REPLY = 2,
	AT_CIADDR = 12,
	AT_YIADDR = 16,
	AT_GIADDR = 24,
	AT_CHADDR = 28,
	BOOT_LEAST = 44,
};

static void
say(const struct net_packet *p, const struct quiet_client *c,
    enum link_quiet what, const struct rs_sink *out)
{
	struct link_msg m = {
	    .kind = LINK_QUIET, .quiet = what, .sender = p->src.addr};
	struct rs_event ev = {.type = RS_EV_LINK, .at = p->at, .u.link = &m};
	memcpy(m.from, c->mac, sizeof m.from);
	m.vlan = p->vlan;
	rs_emit(out, &ev);
}

/* ---- which client it is ---- */

static unsigned
bit_of(const uint8_t *last)
{
	return ((unsigned)last[-1] << 8 | last[0]) % QUIET_BITS;
}

static unsigned
bit_of_addr(const struct rs_addr *a)
{
	return bit_of(&a->b[a->family == 6 ? 15 : 3]);
}

static bool
has_bit(const struct quiet_watch *w, unsigned bit)
{
	return w->bits[bit / 64] >> bit % 64 & 1;
}

static void
set_bits(struct quiet_watch *w)
{
	memset(w->bits, 0, sizeof w->bits);
	for (unsigned i = 0; i < w->n; i++) {
		unsigned mac = bit_of(&w->v[i].mac[5]);
		w->bits[mac / 64] |= UINT64_C(1) << mac % 64;
		if (w->v[i].addr.family == 0)
			continue;
		unsigned addr = bit_of_addr(&w->v[i].addr);
		w->bits[addr / 64] |= UINT64_C(1) << addr % 64;
	}
}

static struct quiet_client *
by_mac(struct quiet_watch *w, const uint8_t *mac)
{
	for (unsigned i = 0; i < w->n && has_bit(w, bit_of(mac + 5)); i++)
		if (memcmp(w->v[i].mac, mac, 6) == 0)
			return &w->v[i];
	return NULL;
}

static struct quiet_client *
by_addr(struct quiet_watch *w, const struct rs_addr *a)
{
	for (unsigned i = 0; i < w->n && has_bit(w, bit_of_addr(a)); i++)
		if (rs_addr_eq(&w->v[i].addr, a))
			return &w->v[i];
	return NULL;
}

static void
drop(struct quiet_watch *w, struct quiet_client *c, const struct net_packet *p,
    const struct rs_sink *out)
{
	say(p, c, LINK_QUIET_OVER, out);
	*c = w->v[--w->n];
	set_bits(w);
}

/* ---- DHCP ---- */

/* Below a tunnel are its ends, not the hosts within. */
static bool
on_link(const struct net_packet *p)
{
	const uint32_t own = 1U << NET_ENCAP_VLAN;
	return p->has_mac && p->to && p->depth == 0 && (p->encaps & ~own) == 0;
}

static bool
is_group(const uint8_t *mac)
{
	return mac[0] & 1;
}

static void
boots(struct quiet_watch *w, const struct net_packet *p, const uint8_t *mac,
    const struct rs_sink *out)
{
	struct quiet_client *c = by_mac(w, mac);
	if (c == NULL && w->n == QUIET_CLIENTS) {
		struct quiet_client *oldest = w->v;
		for (unsigned i = 1; i < w->n; i++)
			if (w->v[i].since < oldest->since)
				oldest = &w->v[i];
		drop(w, oldest, p, out);
	}
	if (c == NULL)
		c = &w->v[w->n++];
	*c = (struct quiet_client){.since = p->ts};
	memcpy(c->mac, mac, sizeof c->mac);
	if (w->n == 1 || p->ts + WHILE < w->due)
		w->due = p->ts + WHILE;
	set_bits(w);
	say(p, c, LINK_QUIET_BOOTS, out);
}

/* A switch knows where the client is, as that has just spoken to everybody:
   what comes to it alone is seen on its way only. */
static void
tells(struct quiet_watch *w, const struct net_packet *p, struct quiet_client *c,
    const struct rs_sink *out)
{
	const uint8_t *b = p->payload.p;
	static const uint8_t none[4];
	if (memcmp(b + AT_YIADDR, none, 4) != 0) {
		c->addr = rs_addr_v4(b + AT_YIADDR);
		set_bits(w);
	}
	if (c->told || !on_link(p) || memcmp(p->to, c->mac, 6) != 0)
		return;
	c->told = true;
	memcpy(c->teller, p->mac, sizeof c->teller);
	say(p, c, LINK_QUIET_TOLD, out);
}

void
quiet_stage_boot(struct quiet_watch *w, const struct net_packet *p,
    const struct rs_sink *out)
{
	static const uint8_t none[4];
	const uint8_t *b = p->payload.p;
	if (p->payload.n < BOOT_LEAST || b[1] != 1 || b[2] != 6)
		return;
	const uint8_t *mac = b + AT_CHADDR;
	if (b[0] == BOOT_REQUEST) {
		/* RFC 2131 4.3.2: who has an address says so. */
		if (on_link(p) && is_group(p->to) && !is_group(mac) &&
		    memcmp(p->mac, mac, 6) == 0 &&
		    memcmp(b + AT_CIADDR, none, 4) == 0 &&
		    memcmp(b + AT_GIADDR, none, 4) == 0)
			boots(w, p, mac, out);
	} else if (b[0] == BOOT_REPLY && w->n) {
		struct quiet_client *c = by_mac(w, mac);
		if (c)
			tells(w, p, c, out);
	}
}

/* ---- everybody else ---- */

static bool
has_ports(const struct net_packet *p)
{
	return (p->proto == NET_PROTO_UDP || p->proto == NET_PROTO_TCP) &&
	       p->payload.n >= 4;
}

static bool
has_port(const struct net_packet *p, unsigned a, unsigned b)
{
	const uint8_t *v = p->payload.p;
	unsigned from = (unsigned)v[0] << 8 | v[1];
	unsigned to = (unsigned)v[2] << 8 | v[3];
	return from == a || from == b || to == a || to == b;
}

static bool
is_dhcp(const struct net_packet *p)
{
	return p->proto == NET_PROTO_UDP && has_ports(p) &&
	       (has_port(p, 67, 68) || has_port(p, 546, 547));
}

/* Or says that it cannot, or looks for neighbours: all but a question. */
static bool
answers_icmp(const struct net_packet *p)
{
	enum { ECHO = 8, ECHO6 = 128 };
	uint8_t type = p->payload.n ? p->payload.p[0] : 0;
	return (p->proto == NET_PROTO_ICMP && type != ECHO) ||
	       (p->proto == NET_PROTO_ICMP6 && type != ECHO6);
}

/* To everybody on the link.  RFC 5771 5: 224.0.1.0/24 is no more than a name of
   some server, such as that of SIP. */
static bool
to_all(const struct net_packet *p)
{
	const uint8_t *b = p->dst.addr.b;
	if (p->dst.addr.family == 6)
		return b[0] == 0xff;
	if (b[0] == 224 && b[1] == 0 && b[2] == 1)
		return false;
	return b[0] >= 224 || (p->to && is_group(p->to));
}

/* What a filter of ports passes that is about DHCP and SIP alone tells nothing
   of others. */
static bool
tells_of_all(const struct net_packet *p)
{
	return has_ports(p) && !has_port(p, 5060, 5061) &&
	       !has_port(p, 67, 68) && !has_port(p, 546, 547);
}

static void
others(struct quiet_watch *w, const struct net_packet *p,
    const struct rs_sink *out)
{
	rs_time due = INT64_MAX;
	bool between = on_link(p) && !is_group(p->to);
	if (!tells_of_all(p))
		return;
	for (unsigned i = 0; i < w->n; i++) {
		struct quiet_client *c = &w->v[i];
		rs_time then = c->since + WHILE;
		if (p->ts >= then && !c->other) {
			c->other = true;
			say(p, c, LINK_QUIET_OTHER, out);
		}
		if (p->ts >= then && c->told && !c->apart && between &&
		    memcmp(p->mac, c->teller, 6) != 0 &&
		    memcmp(p->to, c->teller, 6) != 0) {
			c->apart = true;
			say(p, c, LINK_QUIET_APART, out);
		}
		if (c->other && (c->apart || !c->told))
			continue;
		then = p->ts >= then ? p->ts + AGAIN : then;
		due = then < due ? then : due;
	}
	w->due = due;
}

void
quiet_stage_packet(struct quiet_watch *w, const struct net_packet *p,
    const struct rs_sink *out)
{
	struct quiet_client *from = p->has_mac ? by_mac(w, p->mac) : NULL;
	if (from == NULL)
		from = by_addr(w, &p->src.addr);
	struct quiet_client *to = p->to ? by_mac(w, p->to) : NULL;
	if (to == NULL)
		to = by_addr(w, &p->dst.addr);
	if (from == NULL && to == NULL) {
		if (p->ts >= w->due)
			others(w, p, out);
		return;
	}
	if (is_dhcp(p) || answers_icmp(p) || to_all(p))
		return;
	/* The last one moves to the place of the one that goes. */
	if (to && to != from && to > from)
		drop(w, to, p, out);
	if (from)
		drop(w, from, p, out);
	if (to && to != from && to < from)
		drop(w, to, p, out);
}
