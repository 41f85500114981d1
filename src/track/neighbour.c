/* SPDX-License-Identifier: Apache-2.0 */
#include "track/neighbour.h"

#include "base/pool.h"
#include "dhcp/dhcp.h"
#include "link/link.h"
#include "track/lease_record.h"
#include "track/queue.h"
#include "track/table.h"

#include <glib.h>

enum {
	MOST = 65536,
	/* Of one family, by traffic, that turn up within NEW: a phone has one,
	   and another one after a move; a router passes on what it likes. */
	MOST_ADDRESSES = 3,
};

/* Addresses for privacy follow one another for weeks, each after half a day at
   least (RFC 8981 3.5: TEMP_PREFERRED_LIFETIME less MAX_DESYNC_FACTOR). */
static const rs_time NEW = 43200 * RS_SEC;

/* Of a host that says nothing of its address for so long. */
static const rs_time GONE = 60 * RS_SEC;
/* What nobody said anything of for so long is not told any more, though it may
   be taken up again: longer than leases, and addresses for privacy, last. */
static const rs_time STALE = 8 * 86400 * RS_SEC;

struct card {
	struct table_node node;
	struct queue_link order; /* by the last sign */
	uint8_t mac[6];
	uint16_t vlan;
	bool vlan_known, forwards;
	/* IPv4, IPv6: by traffic, since then; once they are a router's they
	   stay so. */
	uint8_t addresses[2];
	rs_time since[2];
};

struct epoch {
	struct table_node node;
	struct queue_link order;
	struct rs_addr addr;
	uint8_t mac[6];
	rs_time first, last;
	struct rs_frame frame;
	enum rec_learned learned;
	uint16_t vlan;
	bool vlan_known, released;
	/* IPv6.  The DHCP client that has it: a hash of its DUID, 0: none
	   known; the one that renews it; and until when. */
	uint64_t client, renews;
	rs_time leased;
	bool by_duid; /* mac is what the DUID holds, and it may lie */
};

struct neighbour_tracker {
	const struct rs_hash_seed *seed;
	struct rs_account *pay;
	const struct rec_sink *out;
	struct table cards, epochs;
	struct queue card_order, epoch_order;
	struct rs_pool pool;
	uint64_t evicted;
	struct rec_host blank;
};

struct neighbour_tracker *
neighbour_tracker_new(const struct rs_hash_seed *seed, struct rs_account *pay,
    const struct rec_sink *out)
{
	struct neighbour_tracker *k = g_new0(struct neighbour_tracker, 1);
	k->seed = seed;
	k->pay = pay;
	k->out = out;
	table_init(&k->cards, pay);
	table_init(&k->epochs, pay);
	queue_init(&k->card_order);
	queue_init(&k->epoch_order);
	rs_pool_init(&k->pool);
	rec_init(&rec_host_type, &k->blank);
	return k;
}

void
neighbour_tracker_free(struct neighbour_tracker *k)
{
	if (k == NULL)
		return;
	rs_account_refund(k->pay, k->card_order.n * sizeof(struct card) +
				      k->epoch_order.n * sizeof(struct epoch));
	table_clear(&k->cards);
	table_clear(&k->epochs);
	rs_pool_clear(&k->pool);
	g_free(k);
}

/* ---- hardware addresses ---- */

static uint64_t
mac_hash(const struct neighbour_tracker *k, const uint8_t *mac)
{
	struct table_key key;
	table_key_init(&key, k->seed);
	table_key_text(&key, (struct rs_span){mac, 6});
	return table_key_hash(&key);
}

static struct card *
find_card(const struct neighbour_tracker *k, const uint8_t *mac)
{
	if (k->card_order.n == 0)
		return NULL;
	struct table_node *n = table_first(&k->cards, mac_hash(k, mac));
	for (; n; n = table_next(n)) {
		struct card *c = TRACK_OF(n, struct card, node);
		if (memcmp(c->mac, mac, 6) == 0)
			return c;
	}
	return NULL;
}

static bool
evict_card(struct neighbour_tracker *k)
{
	struct queue_link *l = queue_first(&k->card_order);
	if (l == NULL)
		return false;
	struct card *c = TRACK_OF(l, struct card, order);
	queue_remove(&k->card_order, l);
	table_remove(&k->cards, &c->node);
	rs_account_refund(k->pay, sizeof *c);
	rs_pool_give(&k->pool, c, sizeof *c);
	k->evicted++;
	return true;
}

static struct card *
touch_card(struct neighbour_tracker *k, const uint8_t *mac)
{
	struct card *c = find_card(k, mac);
	if (c) {
		queue_remove(&k->card_order, &c->order);
		queue_push(&k->card_order, &c->order);
		return c;
	}
	if (k->card_order.n >= MOST)
		evict_card(k);
	while (!rs_account_charge(k->pay, sizeof *c))
		if (!evict_card(k))
			return NULL;
	c = rs_pool_zeroed(&k->pool, sizeof *c);
	memcpy(c->mac, mac, 6);
	table_add(&k->cards, &c->node, mac_hash(k, mac));
	queue_push(&k->card_order, &c->order);
	return c;
}

bool
neighbour_vlan(
    const struct neighbour_tracker *k, struct rs_span mac, uint16_t *vlan)
{
	const struct card *c = k && mac.n == 6 ? find_card(k, mac.p) : NULL;
	if (c == NULL || !c->vlan_known)
		return false;
	*vlan = c->vlan;
	return true;
}

static void
count_address(struct card *c, unsigned v6, rs_time now)
{
	uint8_t *n = &c->addresses[v6];
	if (*n > MOST_ADDRESSES)
		return;
	if (*n && now - c->since[v6] >= NEW)
		*n = 0;
	if ((*n)++ == 0)
		c->since[v6] = now;
}

static bool
is_router(const struct card *c, const struct epoch *e)
{
	return c && c->addresses[e->addr.family == 6] > MOST_ADDRESSES;
}

/* ---- epochs of addresses ---- */

static struct epoch *
find_epoch(const struct neighbour_tracker *k, const struct rs_addr *a)
{
	if (k->epoch_order.n == 0)
		return NULL;
	struct table_node *n =
	    table_first(&k->epochs, table_addr_hash(k->seed, a));
	for (; n; n = table_next(n)) {
		struct epoch *e = TRACK_OF(n, struct epoch, node);
		if (rs_addr_eq(&e->addr, a))
			return e;
	}
	return NULL;
}

/* until: when it went to another host for good, or RS_NEVER.  The arena is
   scratch. */
static void
tell(const struct neighbour_tracker *k, const struct epoch *e, rs_time until,
    const struct rec_sink *out, struct rec_arena *a)
{
	struct rec_host r = k->blank;
	const struct card *c = find_card(k, e->mac);
	r.id.frame = e->frame;
	r.started = e->first;
	r.ended = e->last;
	r.client.at.addr = e->addr;
	r.mac = lease_mac(a, (struct rs_span){e->mac, 6});
	r.learned = e->learned;
	if (e->vlan_known)
		r.vlan = e->vlan;
	if (e->learned == REC_BY_TRAFFIC && is_router(c, e))
		r.router = RS_TRUE;
	if (c && c->forwards)
		r.forwards = RS_TRUE;
	r.until = until;
	out->record(out->arg, &rec_host_type, &r);
	rec_arena_reset(a);
}

static void
close_epoch(struct neighbour_tracker *k, struct epoch *e, rs_time until)
{
	struct rec_arena a;
	rec_arena_init(&a, NULL, NULL);
	tell(k, e, until, k->out, &a);
	rec_arena_clear(&a);
	queue_remove(&k->epoch_order, &e->order);
	table_remove(&k->epochs, &e->node);
	rs_account_refund(k->pay, sizeof *e);
	rs_pool_give(&k->pool, e, sizeof *e);
}

static bool
evict_epoch(struct neighbour_tracker *k)
{
	struct queue_link *l = queue_first(&k->epoch_order);
	if (l == NULL)
		return false;
	close_epoch(k, TRACK_OF(l, struct epoch, order), RS_NEVER);
	k->evicted++;
	return true;
}

static struct epoch *
open_epoch(struct neighbour_tracker *k, const struct rs_addr *addr,
    const uint8_t *mac, const struct rs_event *ev)
{
	struct epoch *e;
	if (k->epoch_order.n >= MOST)
		evict_epoch(k);
	while (!rs_account_charge(k->pay, sizeof *e))
		if (!evict_epoch(k))
			return NULL;
	e = rs_pool_zeroed(&k->pool, sizeof *e);
	e->addr = *addr;
	memcpy(e->mac, mac, 6);
	e->first = ev->at.complete;
	e->frame = ev->at.from;
	e->leased = RS_NEVER;
	table_add(&k->epochs, &e->node, table_addr_hash(k->seed, addr));
	queue_push(&k->epoch_order, &e->order);
	return e;
}

/*
 * When the address went to another host for good; RS_NEVER: it may be the same
 * one, or both have it.  Who renews (RFC 2131 4.3.2) had it before, and others
 * may have answered or sent for it.  Who asks by ARP speaks for itself, which
 * who answers need not; a host that is there defends its address (RFC
 * 5227 2.4).  Of neighbour discovery nothing is concluded: proxies answer, and
 * hosts take turns.
 */
static rs_time
given_away(
    const struct epoch *e, const struct card *c, const struct rs_event *ev)
{
	rs_time now = ev->at.complete;
	bool link = ev->type == RS_EV_LINK && !(c && c->forwards);
	const struct link_msg *m = link ? ev->u.link : NULL;
	bool renewed = ev->type == RS_EV_DHCP && ev->u.dhcp->client.family != 0;
	if (e->learned == REC_BY_TRAFFIC || e->addr.family == 6)
		return RS_NEVER;
	if (ev->type == RS_EV_DHCP)
		return renewed && e->learned != REC_BY_DHCP ? RS_NEVER : now;
	return m && m->kind == LINK_ARP && !m->reply &&
		       (e->released || now - e->last >= GONE)
		   ? now
		   : RS_NEVER;
}

static void
touch_epoch(struct neighbour_tracker *k, struct epoch *e, const struct card *c,
    rs_time now)
{
	e->last = now;
	e->released = false;
	if (c && c->vlan_known) {
		e->vlan = c->vlan;
		e->vlan_known = true;
	}
	queue_remove(&k->epoch_order, &e->order);
	queue_push(&k->epoch_order, &e->order);
}

/* A sign that this hardware address has that address now. */
static void
join(struct neighbour_tracker *k, const struct rs_addr *addr,
    const uint8_t *mac, enum rec_learned how, const struct rs_event *ev)
{
	struct epoch *e = find_epoch(k, addr);
	struct card *c = touch_card(k, mac);
	bool other = e && memcmp(e->mac, mac, 6) != 0;
	/* What a router forwards does not take an address from its host. */
	if (other && how == REC_BY_TRAFFIC && e->learned != REC_BY_TRAFFIC)
		return;
	/* A DUID may name another interface of the host (RFC 8415 11): what it
	   says itself is better. */
	if (other && e->by_duid && how == REC_BY_ARP) {
		memcpy(e->mac, mac, 6);
		e->learned = how;
		other = false;
	}
	if (e && !other && how != REC_BY_DHCP)
		e->by_duid = false;
	if (other) {
		close_epoch(k, e, given_away(e, c, ev));
		e = NULL;
	}
	if (e == NULL) {
		if ((e = open_epoch(k, addr, mac, ev)) == NULL)
			return;
		if (c && how == REC_BY_TRAFFIC)
			count_address(c, addr->family == 6, ev->at.complete);
		e->learned = how;
	}
	if (how < e->learned)
		e->learned = how;
	touch_epoch(k, e, c, ev->at.complete);
}

/* ---- events ---- */

/* No interface's own: a group's, or zeros, as the loopback interface has. */
static bool
is_nobody(const uint8_t *mac)
{
	static const uint8_t none[6];
	return mac[0] & 1 || memcmp(mac, none, sizeof none) == 0;
}

static void
note_forwards(struct neighbour_tracker *k, const uint8_t *mac)
{
	struct card *c = touch_card(k, mac);
	if (c)
		c->forwards = true;
}

/*
 * A neighbour advertisement that does not override may be a proxy's (RFC 4861
 * 7.2.8).  Who asks whether an address is free will have it, if nobody has it.
 */
static void
take_nd(struct neighbour_tracker *k, const struct rs_event *ev)
{
	const struct link_msg *m = ev->u.link;
	if (is_nobody(m->sender_mac))
		return;
	if (m->router)
		note_forwards(k, m->sender_mac);
	if (m->sender.family && !m->shared)
		join(k, &m->sender, m->sender_mac, REC_BY_ARP, ev);
	if (m->sender.family || m->target.family == 0)
		return;
	struct epoch *e = find_epoch(k, &m->target);
	if (e == NULL || e->by_duid || memcmp(e->mac, m->sender_mac, 6) == 0)
		join(k, &m->target, m->sender_mac, REC_BY_ARP, ev);
}

/* RFC 1700, RFC 4861: what hosts begin with, and no router has lessened. */
static bool
first_hop(uint8_t ttl)
{
	return ttl == 64 || ttl == 128 || ttl == 255;
}

/* Fewer than these is what stays on the link begins with: multicast. */
static bool
lessened(uint8_t ttl)
{
	return ttl > 32 && !first_hop(ttl);
}

/* RFC 4291 2.5.6: routers do not forward it. */
static bool
link_only(const struct rs_addr *a)
{
	return a->family == 6 && a->b[0] == 0xfe && (a->b[1] & 0xc0) == 0x80;
}

static void
note_vlan(struct neighbour_tracker *k, const uint8_t *mac, uint16_t vlan)
{
	struct card *c = touch_card(k, mac);
	if (c == NULL)
		return;
	c->vlan = vlan;
	c->vlan_known = true;
}

static void
take_link(struct neighbour_tracker *k, const struct rs_event *ev)
{
	const struct link_msg *m = ev->u.link;
	if (is_nobody(m->from) ||
	    (m->kind != LINK_ARP && m->kind != LINK_SOURCE &&
		m->kind != LINK_ND))
		return;
	note_vlan(k, m->from, m->vlan);
	if (m->kind == LINK_ND)
		take_nd(k, ev);
	if (m->sender.family == 0)
		return;
	if (m->kind == LINK_ARP && !is_nobody(m->sender_mac))
		join(k, &m->sender, m->sender_mac, REC_BY_ARP, ev);
	else if (m->kind == LINK_SOURCE &&
		 (first_hop(m->ttl) || link_only(&m->sender)))
		join(k, &m->sender, m->from, REC_BY_TRAFFIC, ev);
	else if (m->kind == LINK_SOURCE && lessened(m->ttl))
		note_forwards(k, m->from);
}

/* ---- DHCP of IPv6 ---- */

static uint64_t
client_of(const struct neighbour_tracker *k, const struct dhcp_msg *m)
{
	struct table_key key;
	if (m->option[DHCP_CLIENT_ID].n == 0)
		return 0;
	table_key_init(&key, k->seed);
	table_key_text(&key, m->option[DHCP_CLIENT_ID]);
	return table_key_hash(&key) | 1;
}

/* The hardware address of who is answered, where it is on this link and spoke
   just now; NULL: not known. */
static const uint8_t *
answered(const struct neighbour_tracker *k, const struct rs_event *ev)
{
	if (ev->flow == NULL || ev->u.dhcp->hops)
		return NULL;
	const struct rs_addr *to = &ev->flow->end[rs_dir_other(ev->dir)].addr;
	const struct epoch *e = link_only(to) ? find_epoch(k, to) : NULL;
	const struct card *c = e ? find_card(k, e->mac) : NULL;
	return e && e->learned != REC_BY_DHCP && !(c && c->forwards) &&
		       ev->at.complete - e->last < GONE
		   ? e->mac
		   : NULL;
}

/*
 * Whether it is another host's from here on.  One host may have several DUIDs,
 * one after the other, and a DUID may name any hardware address of its: so both
 * have to differ.  Where one of these is known by its DUID only, who had the
 * address before must have it no more (RFC 8415 18.3).
 */
static bool
leased_anew(const struct epoch *e, uint64_t client, bool seen, rs_time now)
{
	bool over = e->released || (e->leased != RS_NEVER && now >= e->leased);
	return e->client != 0 && e->client != client && e->renews != client &&
	       ((seen && !e->by_duid) || over);
}

/* The epoch that the address is granted in: the one that goes on, or another.
   Of one host's several hardware addresses, that of its frames is better than
   that of its DUID. */
static struct epoch *
granted_in(struct neighbour_tracker *k, const uint8_t *mac, bool seen,
    uint64_t client, const struct rs_event *ev)
{
	const struct rs_addr *addr = &ev->u.dhcp->offered;
	struct epoch *e = find_epoch(k, addr);
	rs_time now = ev->at.complete;
	if (e && memcmp(e->mac, mac, 6) == 0)
		return e;
	bool anew = e && leased_anew(e, client, seen, now);
	if (e && !anew && !seen && !e->by_duid)
		return e;
	if (e && !anew && seen && e->by_duid && e->client == client) {
		memcpy(e->mac, mac, 6);
		return e;
	}
	if (e)
		close_epoch(k, e, anew ? now : RS_NEVER);
	if ((e = open_epoch(k, addr, mac, ev)) == NULL)
		return NULL;
	e->by_duid = !seen;
	e->learned = seen ? REC_BY_ARP : REC_BY_DHCP;
	return e;
}

static void
take_grant(struct neighbour_tracker *k, const struct rs_event *ev)
{
	const struct dhcp_msg *m = ev->u.dhcp;
	const uint8_t *seen = answered(k, ev);
	uint64_t client = client_of(k, m);
	rs_time now = ev->at.complete;
	uint8_t mac[6];
	if (m->lease == 0 || (seen == NULL && m->mac.n != 6))
		return;
	memcpy(mac, seen ? seen : m->mac.p, 6); /* its epoch may go */
	struct epoch *e = granted_in(k, mac, seen != NULL, client, ev);
	if (e == NULL)
		return;
	if (seen)
		e->by_duid = false;
	/* Both say the same: it is no bridge's. */
	if (m->mac.n == 6 && memcmp(m->mac.p, e->mac, 6) == 0)
		e->learned = REC_BY_DHCP;
	e->client = client;
	e->renews = 0;
	e->leased = m->lease == UINT32_MAX ? RS_NEVER
					   : now + (rs_time)m->lease * RS_SEC;
	touch_epoch(k, e, touch_card(k, e->mac), now);
}

static void
take_dhcp6(struct neighbour_tracker *k, const struct rs_event *ev)
{
	enum { RENEW = 5, REBIND = 6 };
	const struct dhcp_msg *m = ev->u.dhcp;
	struct epoch *e = m->offered.family ? find_epoch(k, &m->offered) : NULL;
	if (m->type == DHCP_ACK && m->offered.family)
		take_grant(k, ev);
	if (e == NULL || m->from_server)
		return;
	uint64_t client = client_of(k, m);
	if (m->code == RENEW || m->code == REBIND)
		e->renews = client;
	else if (m->type == DHCP_RELEASE && e->client == client)
		e->released = true;
}

static void
take_dhcp(struct neighbour_tracker *k, const struct rs_event *ev)
{
	const struct dhcp_msg *m = ev->u.dhcp;
	if (m->version == 6)
		take_dhcp6(k, ev);
	if (m->mac.n != 6 || m->version == 6)
		return;
	struct epoch *e =
	    m->type == DHCP_RELEASE ? find_epoch(k, &m->client) : NULL;
	if (e && memcmp(e->mac, m->mac.p, 6) == 0)
		e->released = true;
	if (m->type != DHCP_ACK)
		return;
	if (m->offered.family)
		join(k, &m->offered, m->mac.p, REC_BY_DHCP, ev);
	else if (m->client.family)
		join(k, &m->client, m->mac.p, REC_BY_DHCP, ev);
}

void
neighbour_tracker_event(struct neighbour_tracker *k, const struct rs_event *ev)
{
	if (ev->type == RS_EV_LINK)
		take_link(k, ev);
	else if (ev->type == RS_EV_DHCP)
		take_dhcp(k, ev);
}

void
neighbour_tracker_tell(
    const struct neighbour_tracker *k, rs_time now, const struct rec_sink *out)
{
	struct rec_arena a;
	rec_arena_init(&a, NULL, NULL);
	for (struct queue_link *l = queue_first(&k->epoch_order); l;
	     l = queue_next(&k->epoch_order, l)) {
		const struct epoch *e = TRACK_OF(l, struct epoch, order);
		if (now - e->last < STALE)
			tell(k, e, RS_NEVER, out, &a);
	}
	rec_arena_clear(&a);
}

void
neighbour_tracker_finish(struct neighbour_tracker *k)
{
	struct queue_link *l = queue_first(&k->epoch_order), *next;
	struct rec_arena a;
	rec_arena_init(&a, NULL, NULL);
	for (; l; l = next) {
		next = queue_next(&k->epoch_order, l);
		if (next)
			table_ahead(&k->cards,
			    mac_hash(
				k, TRACK_OF(next, struct epoch, order)->mac));
		tell(k, TRACK_OF(l, struct epoch, order), RS_NEVER, k->out, &a);
	}
	rec_arena_clear(&a);
	/* All at once; their memory goes with the pool. */
	rs_account_refund(k->pay, k->epoch_order.n * sizeof(struct epoch));
	queue_init(&k->epoch_order);
	table_clear(&k->epochs);
	table_init(&k->epochs, k->pay);
}

uint64_t
neighbour_tracker_evicted(const struct neighbour_tracker *k)
{
	return k->evicted;
}
