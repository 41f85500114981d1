/* SPDX-License-Identifier: Apache-2.0 */
#include "track/quiet.h"

#include "dhcp/dhcp.h"
#include "link/link.h"
#include "track/lease_record.h"

#include <glib.h>

enum { MOST = 128 /* as the pipeline watches */, MOST_ASKED = 4 };

struct sign {
	rs_time at; /* RS_NEVER: none */
	struct rs_frame frame;
};

struct client {
	uint8_t mac[6];
	struct rs_addr addr, router; /* the first one */
	/* That it asks for in a DISCOVER: it had it before. */
	struct rs_addr had;
	struct sign granted;
	/* Of where this is captured: a frame that stays on its link, one
	   between it and its router, and DHCP to it alone. */
	struct sign link, router_sign, told;
	struct rs_addr teller;
	struct sign other, routed, apart; /* packets of others, soon and late */
	struct rs_addr asked[MOST_ASKED]; /* no answer was seen yet */
	unsigned n_asked;
	bool asked_more, called; /* called: others ask for it, likewise */
	struct rs_addr caller;   /* if it is one alone */
	bool global6;            /* it has another way: IPv6 */
};

struct quiet_tracker {
	const struct rec_sink *out;
	struct client v[MOST]; /* the oldest first */
	unsigned n;
};

struct quiet_tracker *
quiet_tracker_new(const struct rec_sink *out)
{
	struct quiet_tracker *k = g_new0(struct quiet_tracker, 1);
	k->out = out;
	return k;
}

void
quiet_tracker_free(struct quiet_tracker *k)
{
	g_free(k);
}

/* ---- clients ---- */

static struct client *
find(struct quiet_tracker *k, const uint8_t *mac)
{
	for (unsigned i = 0; i < k->n; i++)
		if (memcmp(k->v[i].mac, mac, 6) == 0)
			return &k->v[i];
	return NULL;
}

static void
drop(struct quiet_tracker *k, const struct client *c)
{
	size_t i = (size_t)(c - k->v);
	k->n--;
	memmove(&k->v[i], &k->v[i + 1], (k->n - i) * sizeof *c);
}

static void
begin(struct client *c, const uint8_t *mac)
{
	*c = (struct client){0};
	memcpy(c->mac, mac, 6);
	c->granted.at = c->link.at = c->router_sign.at = c->told.at = RS_NEVER;
	c->other.at = c->routed.at = c->apart.at = RS_NEVER;
}

/* It starts; who has no answer yet goes on. */
static void
boots(struct quiet_tracker *k, const uint8_t *mac)
{
	struct client *c = find(k, mac);
	if (c && c->granted.at == RS_NEVER)
		return;
	if (c)
		drop(k, c);
	else if (k->n == MOST)
		drop(k, k->v);
	begin(&k->v[k->n++], mac);
}

static void
note(struct sign *s, const struct rs_event *ev)
{
	if (s->at == RS_NEVER)
		*s = (struct sign){ev->at.complete, ev->at.from};
}

static bool
is_router(const struct client *c, const struct rs_addr *a)
{
	return a->family && rs_addr_eq(&c->router, a);
}

/* ---- what is told of it ---- */

static void
take_quiet(struct quiet_tracker *k, const struct rs_event *ev)
{
	const struct link_msg *m = ev->u.link;
	struct client *c = find(k, m->from);
	if (m->quiet == LINK_QUIET_BOOTS)
		boots(k, m->from);
	if (c == NULL)
		return;
	switch (m->quiet) {
	case LINK_QUIET_TOLD:
		note(&c->told, ev);
		c->teller = m->sender;
		break;
	case LINK_QUIET_OVER:
		drop(k, c);
		break;
	case LINK_QUIET_OTHER:
		note(&c->other, ev);
		break;
	case LINK_QUIET_APART:
		note(&c->apart, ev);
		break;
	case LINK_QUIET_ROUTED:
		note(&c->routed, ev);
		break;
	case LINK_QUIET_BOOTS:
	case LINK_QUIET_NONE:
		break;
	}
}

static bool
says_vlan(struct rs_span s)
{
	for (size_t i = 0; i + 4 <= s.n; i++)
		if (rs_span_eq_nocase(rs_span_part(s, i, 4), RS_LIT("vlan")))
			return true;
	return false;
}

/* What vendors mean by that is not known, if it is no text: options 43 and 125,
   where some name a VLAN, too. */
static bool
is_binary(struct rs_span s)
{
	for (size_t i = 0; i < s.n; i++)
		if (s.p[i] < ' ' || s.p[i] > '~')
			return true;
	return false;
}

/* A VLAN for phones, as a number (option 132, where vendors agree), in a text
   or maybe elsewhere: what the client does there need not be captured. */
static bool
sends_elsewhere(const struct dhcp_msg *m)
{
	enum { VENDOR = 43, VENDOR_TOO = 125, VLAN = 132 };
	struct rs_cur c = rs_cur_init(rs_span_from(m->bytes, DHCP4_OPTIONS));
	struct rs_span value;
	uint8_t code;
	while (dhcp4_option(&c, &code, &value)) {
		bool vendor = code == VENDOR || code == VENDOR_TOO;
		if (code == VLAN || says_vlan(value) ||
		    (vendor && is_binary(value)))
			return true;
	}
	return c.shrt; /* an option that is cut may be any */
}

/* RFC 2131 4.3.1: a server grants what the client had, if it can. */
static void
take_discover(struct client *c, struct rs_span requested)
{
	if (requested.n == 4)
		c->had = rs_addr_v4(requested.p);
}

static void
take_dhcp(struct quiet_tracker *k, const struct rs_event *ev)
{
	const struct dhcp_msg *m = ev->u.dhcp;
	struct client *c =
	    k->n && m->version == 4 && m->mac.n == 6 ? find(k, m->mac.p) : NULL;
	struct rs_span s = m->option[DHCP_ROUTER];
	if (c == NULL)
		return;
	/* It leaves, or has to begin anew. */
	if (m->type == DHCP_RELEASE || m->type == DHCP_DECLINE ||
	    (m->type == DHCP_ACK && sends_elsewhere(m))) {
		drop(k, c);
		return;
	}
	if (m->type == DHCP_DISCOVER)
		take_discover(c, m->option[DHCP_REQUESTED]);
	if (m->type != DHCP_ACK || m->offered.family == 0 ||
	    c->granted.at != RS_NEVER)
		return;
	/* As of one who asks for the address that it has. */
	if (rs_addr_eq(&c->had, &m->offered)) {
		drop(k, c);
		return;
	}
	note(&c->granted, ev);
	c->addr = m->offered;
	if (s.n >= 4)
		c->router = rs_addr_v4(s.p);
}

/* ---- ARP, neighbour discovery ---- */

static void
asks(struct client *c, const struct rs_addr *target)
{
	for (unsigned i = 0; i < c->n_asked; i++)
		if (rs_addr_eq(&c->asked[i], target))
			return;
	if (c->n_asked < MOST_ASKED)
		c->asked[c->n_asked++] = *target;
	else
		c->asked_more = true;
}

/* A switch has just learned where it is: an answer to it alone is seen on its
   way only. */
static void
hears(struct client *c, const struct rs_event *ev)
{
	const struct rs_addr *from = &ev->u.link->sender;
	for (unsigned i = 0; i < c->n_asked; i++)
		if (rs_addr_eq(&c->asked[i], from)) {
			c->asked[i] = c->asked[--c->n_asked];
			if (is_router(c, from))
				note(&c->router_sign, ev);
			return;
		}
}

/* An address of its own beyond the link: that it looks for, or speaks as. */
static bool
is_global6(const struct rs_addr *a)
{
	static const uint8_t none[16];
	return a->family == 6 && a->b[0] != 0xff &&
	       !(a->b[0] == 0xfe && (a->b[1] & 0xc0) == 0x80) &&
	       memcmp(a->b, none, sizeof none) != 0;
}

static void
take_own(struct client *c, const struct rs_event *ev)
{
	const struct link_msg *m = ev->u.link;
	if (is_global6(&m->sender) || is_global6(&m->target))
		c->global6 = true;
	if (!m->reply) {
		if (m->sender.family && m->target.family &&
		    !rs_addr_eq(&m->sender, &m->target))
			asks(c, &m->target);
		return;
	}
	if (m->to[0] & 1)
		return;
	if (c->caller.family && rs_addr_eq(&c->caller, &m->target))
		c->called = false;
	if (is_router(c, &m->target))
		note(&c->router_sign, ev);
}

/* An answer to somebody else says nothing of where this one's goes. */
static void
is_called(struct client *c, const struct rs_addr *by)
{
	if (!c->called)
		c->caller = *by;
	else if (!rs_addr_eq(&c->caller, by))
		c->caller = (struct rs_addr){0};
	c->called = true;
}

static void
take_neighbour(struct quiet_tracker *k, const struct rs_event *ev)
{
	const struct link_msg *m = ev->u.link;
	struct client *c = find(k, m->sender_mac);
	if (c) {
		take_own(c, ev);
		return;
	}
	if (m->reply && (c = find(k, m->to)) != NULL) {
		hears(c, ev);
		return;
	}
	for (unsigned i = 0; i < k->n && !m->reply; i++)
		if (k->v[i].granted.at != RS_NEVER &&
		    rs_addr_eq(&k->v[i].addr, &m->target))
			is_called(&k->v[i], &m->sender);
}

static void
take_link(struct quiet_tracker *k, const struct rs_event *ev)
{
	const struct link_msg *m = ev->u.link;
	struct client *c;
	switch (m->kind) {
	case LINK_QUIET:
		take_quiet(k, ev);
		break;
	case LINK_ARP:
	case LINK_ND:
		if (k->n)
			take_neighbour(k, ev);
		break;
	case LINK_POLICY:
	case LINK_EAP:
		c = link_stays(m->to) ? find(k, m->from) : NULL;
		if (c)
			note(&c->link, ev);
		break;
	case LINK_SOURCE:
	case LINK_CONTACT:
	case LINK_NONE:
		break;
	}
}

void
quiet_tracker_event(struct quiet_tracker *k, const struct rs_event *ev)
{
	if (ev->type == RS_EV_LINK)
		take_link(k, ev);
	else if (ev->type == RS_EV_DHCP)
		take_dhcp(k, ev);
	else if (ev->type == RS_EV_DROPS)
		k->n = 0;
}

/* ---- records ---- */

/* Of one file: what is captured in another one may be another place. */
static bool
shows(struct rec_quiet *r, enum rec_shown how, const struct sign *by,
    const struct sign *other)
{
	uint32_t file = r->id.frame.file;
	if (by->at == RS_NEVER || other->at == RS_NEVER ||
	    by->frame.file != file || other->frame.file != file)
		return false;
	r->shown = how;
	r->shown_at = by->at;
	r->shown_frame = by->frame;
	r->other = other->at;
	r->other_frame = other->frame;
	return true;
}

static void
show(struct rec_quiet *r, const struct client *c)
{
	if (shows(r, REC_SHOWN_LINK, &c->link, &c->other) || c->global6 ||
	    shows(r, REC_SHOWN_ROUTER, &c->router_sign, &c->routed))
		return;
	if (is_router(c, &c->teller))
		shows(r, REC_SHOWN_ROUTER, &c->told, &c->routed);
	else
		shows(r, REC_SHOWN_APART, &c->told, &c->apart);
}

static void
say(const struct client *c, const struct rec_sink *out)
{
	struct rec_arena a;
	struct rec_quiet r;
	rec_arena_init(&a, NULL, NULL);
	rec_init(&rec_quiet_type, &r);
	r.id.frame = c->granted.frame;
	r.started = c->granted.at;
	r.client.at.addr = c->addr;
	r.mac = lease_mac(&a, (struct rs_span){c->mac, 6});
	r.asked = c->n_asked + c->asked_more;
	r.called = c->called ? RS_TRUE : RS_UNKNOWN;
	show(&r, c);
	out->record(out->arg, &rec_quiet_type, &r);
	rec_arena_clear(&a);
}

void
quiet_tracker_tell(const struct quiet_tracker *k, const struct rec_sink *out)
{
	for (unsigned i = 0; i < k->n; i++)
		if (k->v[i].granted.at != RS_NEVER)
			say(&k->v[i], out);
}

void
quiet_tracker_finish(struct quiet_tracker *k)
{
	quiet_tracker_tell(k, k->out);
	k->n = 0;
}
