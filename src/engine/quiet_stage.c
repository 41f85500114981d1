/* SPDX-License-Identifier: Apache-2.0 */
#include "engine/quiet_stage.h"

#include "dhcp/dhcp.h"
#include "link/link.h"

#include <string.h>

/* Late is what comes after so long: longer than a rule waits, as DHCP takes
   its time.  Others are looked at every AGAIN, until there were some. */
static const rs_time WHILE = 130 * RS_SEC, AGAIN = RS_SEC / 10;

/* Times may be hostile. */
static rs_time
after(rs_time t, rs_time time)
{
	return t > INT64_MAX - time ? INT64_MAX : t + time;
}

/* Of others; shifted by two: late. */
enum { SEEN_TCP = 1, SEEN_UDP = 2, SEEN_SOON = 3, SEEN_ALL = 15 };

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
opens(struct quiet_client *c, const uint8_t *gate)
{
	memcpy(c->gate, gate, sizeof c->gate);
	c->gated = true;
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
	*c = (struct quiet_client){.since = p->ts, .file = p->at.from.file};
	memcpy(c->mac, mac, sizeof c->mac);
	if (w->n == 1 || after(p->ts, WHILE) < w->end)
		w->end = after(p->ts, WHILE);
	w->due[0] = w->due[1] = p->ts;
	set_bits(w);
	say(p, c, LINK_QUIET_BOOTS, out);
}

/* RFC 2132 3.5: the first one; or none. */
static struct rs_addr
router_of(struct rs_span bytes)
{
	struct dhcp_msg m;
	if (!dhcp4_parse(&m, bytes) || m.option[DHCP_ROUTER].n < 4)
		return (struct rs_addr){0};
	return rs_addr_v4(m.option[DHCP_ROUTER].p);
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
		c->router = router_of(p->payload);
		set_bits(w);
	}
	if (c->told || !on_link(p) || memcmp(p->to, c->mac, 6) != 0)
		return;
	c->told = true;
	memcpy(c->teller, p->mac, sizeof c->teller);
	if (c->router.family && rs_addr_eq(&c->router, &p->src.addr))
		opens(c, p->mac);
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

/* Answers, or says that it cannot, or looks for neighbours: all but a question,
   and an error that quotes what the client sent. */
static bool
is_quiet_icmp(const struct net_packet *p, bool to_client)
{
	enum { ECHO = 8, ECHO6 = 128 };
	uint8_t type = p->payload.n ? p->payload.p[0] : 0;
	if (p->proto == NET_PROTO_ICMP6)
		return type != ECHO6 && !(to_client && type < ECHO6);
	/* RFC 792, RFC 1122 3.2.2. */
	bool error = (type >= 3 && type <= 5) || type == 11 || type == 12;
	return p->proto == NET_PROTO_ICMP && type != ECHO &&
	       !(to_client && error);
}

/* To a group of the link.  RFC 5771 5: 224.0.1.0/24 is no more than a name of
   some server, such as that of SIP.  What goes to a broadcast address looks for
   a server, too. */
static bool
to_group(const struct net_packet *p)
{
	const uint8_t *b = p->dst.addr.b;
	if (p->dst.addr.family == 6)
		return b[0] == 0xff;
	return b[0] >= 224 && b[0] < 240 &&
	       !(b[0] == 224 && b[1] == 0 && b[2] == 1);
}

/* What a filter of ports passes that is about phones alone tells nothing of
   others. */
static bool
tells_of_all(const struct net_packet *p)
{
	return has_ports(p) && !has_port(p, 5060, 5061) &&
	       !has_port(p, 67, 68) && !has_port(p, 546, 547) &&
	       !has_port(p, 53, 53);
}

/* Between two hosts, one frame on this link, where neither is that one. */
static bool
is_apart(const struct net_packet *p, const uint8_t *mac)
{
	return memcmp(p->mac, mac, 6) != 0 && memcmp(p->to, mac, 6) != 0;
}

/* Which packets of others this is one of, for that client. */
static bool
is_of(const struct net_packet *p, const struct quiet_client *c, unsigned which)
{
	if (which == QUIET_ANY)
		return true;
	if (!on_link(p) || is_group(p->to))
		return false;
	if (which == QUIET_APART)
		return c->told && is_apart(p, c->teller);
	return c->gated && !is_apart(p, c->gate) &&
	       !rs_addr_eq(&p->src.addr, &c->router) &&
	       !rs_addr_eq(&p->dst.addr, &c->router);
}

static void
mark(struct quiet_client *c, const struct net_packet *p, unsigned bit,
    const struct rs_sink *out)
{
	static const enum link_quiet words[] = {[QUIET_ANY] = LINK_QUIET_OTHER,
	    [QUIET_ROUTED] = LINK_QUIET_ROUTED,
	    [QUIET_APART] = LINK_QUIET_APART};
	for (unsigned i = 0; i < QUIET_OTHERS; i++) {
		if ((c->seen[i] & bit) || !is_of(p, c, i))
			continue;
		c->seen[i] |= (uint8_t)bit;
		if (c->seen[i] == SEEN_ALL)
			say(p, c, words[i], out);
	}
}

static void
others(struct quiet_watch *w, const struct net_packet *p,
    const struct rs_sink *out)
{
	bool udp = p->proto == NET_PROTO_UDP;
	rs_time due = INT64_MAX;
	if (p->ts < w->due[udp] || !tells_of_all(p))
		return;
	for (unsigned i = 0; i < w->n; i++) {
		struct quiet_client *c = &w->v[i];
		bool late = p->ts >= after(c->since, WHILE);
		unsigned bit = (udp ? SEEN_UDP : SEEN_TCP) << (late ? 2 : 0);
		if (p->at.from.file == c->file)
			mark(c, p, bit, out);
		rs_time next = late ? INT64_MAX : after(c->since, WHILE);
		for (unsigned k = 0; k < QUIET_OTHERS; k++)
			if (!(c->seen[k] & bit))
				next = after(p->ts, AGAIN);
		due = next < due ? next : due;
	}
	w->due[udp] = due;
}

/* It may still be shown to be silent: it would be seen here, and others were.
 */
static bool
is_worth(const struct quiet_client *c)
{
	return (c->linked && (c->seen[QUIET_ANY] & SEEN_SOON) == SEEN_SOON) ||
	       (c->gated && (c->seen[QUIET_ROUTED] & SEEN_SOON) == SEEN_SOON) ||
	       (c->told && (c->seen[QUIET_APART] & SEEN_SOON) == SEEN_SOON);
}

static void
give_up(struct quiet_watch *w, const struct net_packet *p,
    const struct rs_sink *out)
{
	rs_time end = INT64_MAX;
	for (unsigned i = w->n; i-- > 0;) {
		rs_time late = after(w->v[i].since, WHILE);
		if (p->ts < late)
			end = late < end ? late : end;
		else if (!is_worth(&w->v[i]))
			drop(w, &w->v[i], p, out);
	}
	w->end = end;
}

/* ---- ARP, LLDP, 802.1X ---- */

void
quiet_stage_link(struct quiet_watch *w, const struct rs_event *ev)
{
	const struct link_msg *m = ev->u.link;
	struct quiet_client *from = by_mac(w, m->from), *to = by_mac(w, m->to);
	if (from && from->file == ev->at.from.file &&
	    (m->kind == LINK_POLICY || m->kind == LINK_EAP) &&
	    link_stays(m->to))
		from->linked = true;
	if (m->kind != LINK_ARP || !m->reply || is_group(m->to))
		return;
	if (from && from->router.family &&
	    rs_addr_eq(&from->router, &m->target))
		opens(from, m->to);
	if (to && to->router.family && rs_addr_eq(&to->router, &m->sender))
		opens(to, m->from);
}

/* ---- all packets ---- */

void
quiet_stage_packet(struct quiet_watch *w, const struct net_packet *p,
    const struct rs_sink *out)
{
	if (p->ts >= w->end)
		give_up(w, p, out);
	struct quiet_client *from = p->has_mac ? by_mac(w, p->mac) : NULL;
	if (from == NULL)
		from = by_addr(w, &p->src.addr);
	struct quiet_client *to = p->to ? by_mac(w, p->to) : NULL;
	if (to == NULL)
		to = by_addr(w, &p->dst.addr);
	if (from == NULL && to == NULL) {
		if (has_ports(p))
			others(w, p, out);
		return;
	}
	if (is_dhcp(p) || is_quiet_icmp(p, to != NULL) || to_group(p))
		return;
	/* The last one moves to the place of the one that goes. */
	if (to && to != from && to > from)
		drop(w, to, p, out);
	if (from)
		drop(w, from, p, out);
	if (to && to != from && to < from)
		drop(w, to, p, out);
}
