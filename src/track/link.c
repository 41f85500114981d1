/* SPDX-License-Identifier: Apache-2.0 */
#include "track/link.h"

#include "link/link.h"
#include "track/lease_record.h"
#include "track/queue.h"
#include "track/table.h"

#include <glib.h>

enum {
	MOST = 16384,
	MOST_PORTS = 64, /* of switches, and of 802.1X */
	MOST_FRAMES = 8,
	MOST_RECORDS = 256, /* of each kind */
	UNANSWERED = 3,     /* RFC 1122 2.3.2.1, RFC 4861 10: once a second */
};

/* Both hosts are there: what one says is answered by the other, rather than an
   address that moved. */
static const rs_time RIVAL = 60 * RS_SEC, PROBE = 2 * RS_SEC;
/* Who asks later than this has forgotten the answer, rather than had none:
   RFC 1122 2.3.2.1 has entries that time out after a minute. */
static const rs_time AGAIN = 10 * RS_SEC;
/* IEEE 802.1X 8: how long a supplicant may be waited for, and more. */
static const rs_time EAP_ALONE = 60 * RS_SEC;
/* What goes on for so long is told, though it still goes on. */
static const rs_time LONG = 120 * RS_SEC;

/* What is said of one address. */
struct talk {
	struct table_node node;
	struct queue_link order;
	struct rs_addr addr;
	uint16_t vlan; /* of IPv6: fe80::1 is a router's in each of them */
	/* who claims it: [0] now, [1] before */
	struct {
		uint8_t mac[6];
		uint16_t vlan;
		rs_time at;
		struct rs_frame frame;
	} claim[2];
	bool rival, router; /* it announced itself as a default router */
	/* a probe for it, not answered yet (RFC 5227, RFC 4862 5.4) */
	uint8_t probing[6];
	uint16_t probe_vlan;
	rs_time probed;
	struct rs_frame probe_frame;
	/* who asks for it in vain */
	struct rs_addr asker;
	uint8_t asker_mac[6];
	int64_t asked;
	rs_time first, last;
	struct rs_frame frames[MOST_FRAMES];
};

struct port {
	uint8_t mac[6]; /* of the switch; of the supplicant */
	struct link_msg said;
	rs_time first, last;
	struct rs_frame frames[MOST_FRAMES];
	int64_t count;
	uint8_t method;
};

struct link_tracker {
	const struct rs_hash_seed *seed;
	struct rs_account *pay;
	const struct rec_sink *out;
	struct table table;
	struct queue order;
	struct port policy[MOST_PORTS], eap[MOST_PORTS];
	unsigned n_policy, n_eap, conflicts, unanswered;
	uint8_t supplicant[6];      /* the last one that spoke */
	rs_time spoke, other_spoke; /* it, and the one before */
	uint64_t evicted;
};

struct link_tracker *
link_tracker_new(const struct rs_hash_seed *seed, struct rs_account *pay,
    const struct rec_sink *out)
{
	struct link_tracker *k = g_new0(struct link_tracker, 1);
	k->seed = seed;
	k->pay = pay;
	k->out = out;
	k->spoke = k->other_spoke = RS_NEVER;
	table_init(&k->table, pay);
	queue_init(&k->order);
	return k;
}

/* ---- records ---- */

static void
frames(struct rec_link *r, struct rec_arena *a, const struct rs_frame *v,
    int64_t n)
{
	if (n > MOST_FRAMES)
		n = MOST_FRAMES;
	for (int64_t i = 0; i < n; i++)
		*(struct rs_frame *)rec_list_add(&r->frames, a, sizeof *v) =
		    v[i];
	r->id.frame = v[0];
}

static struct rs_span
mac_text(struct rec_arena *a, const uint8_t *mac)
{
	return lease_mac(a, (struct rs_span){mac, 6});
}

/* Of ARP it is not told: there was nothing else. */
static struct rs_span
protocol_of(const struct talk *t)
{
	return t->addr.family == 6 ? RS_LIT("nd") : (struct rs_span){0};
}

static void
say_conflict(struct link_tracker *k, struct talk *t, const uint8_t *mac,
    const struct rs_frame *v, int64_t n, rs_time from, rs_time to, bool probe)
{
	struct rec_arena a;
	struct rec_link r;
	t->rival = true;
	if (k->conflicts++ >= MOST_RECORDS)
		return;
	rec_arena_init(&a, NULL, NULL);
	rec_init(&rec_link_type, &r);
	r.kind = REC_LINK_CONFLICT;
	r.started = from;
	r.ended = to;
	r.client.at.addr = t->addr;
	r.mac = mac_text(&a, mac);
	r.other_mac = mac_text(&a, t->claim[0].mac);
	r.probe = probe ? RS_TRUE : RS_UNKNOWN;
	r.protocol = protocol_of(t);
	frames(&r, &a, v, n);
	k->out->record(k->out->arg, &rec_link_type, &r);
	rec_arena_clear(&a);
}

static bool
is_unanswered(const struct talk *t)
{
	return t->asked >= UNANSWERED && t->last - t->first >= 2 * RS_SEC;
}

static void
say_unanswered(struct link_tracker *k, const struct talk *t)
{
	struct rec_arena a;
	struct rec_link r;
	if (!is_unanswered(t) || k->unanswered++ >= MOST_RECORDS)
		return;
	rec_arena_init(&a, NULL, NULL);
	rec_init(&rec_link_type, &r);
	r.kind = REC_LINK_UNANSWERED;
	r.started = t->first;
	r.ended = t->last;
	r.client.at.addr = t->asker;
	r.server.at.addr = t->addr;
	r.mac = mac_text(&a, t->asker_mac);
	r.count = t->asked;
	r.protocol = protocol_of(t);
	r.router = t->router ? RS_TRUE : RS_UNKNOWN;
	frames(&r, &a, t->frames, t->asked);
	k->out->record(k->out->arg, &rec_link_type, &r);
	rec_arena_clear(&a);
}

static void
say_port(
    const struct port *p, enum rec_link_kind kind, const struct rec_sink *out)
{
	struct rec_arena a;
	struct rec_link r;
	bool policy = kind == REC_LINK_VOICE_VLAN;
	rec_arena_init(&a, NULL, NULL);
	rec_init(&rec_link_type, &r);
	r.kind = kind;
	r.started = p->first;
	r.ended = p->last;
	r.mac = mac_text(&a, p->mac);
	r.count = p->count;
	if (policy) {
		r.protocol = p->said.protocol == LINK_CDP ? RS_LIT("cdp")
							  : RS_LIT("lldp");
		r.voice_vlan = p->said.voice_vlan;
		r.untagged = p->said.untagged ? RS_TRUE : RS_FALSE;
		if (p->said.native_vlan != LINK_NO_VLAN)
			r.native_vlan = p->said.native_vlan;
	} else if (p->method) {
		r.method = p->method;
	}
	frames(&r, &a, p->frames, p->count);
	out->record(out->arg, &rec_link_type, &r);
	rec_arena_clear(&a);
}

/* ---- ARP, neighbour discovery ---- */

static struct talk *
find(const struct link_tracker *k, const struct rs_addr *addr, uint16_t vlan,
    uint64_t *hash)
{
	*hash = table_addr_hash(k->seed, addr);
	if (k->order.n == 0)
		return NULL;
	struct table_node *n = table_first(&k->table, *hash);
	for (; n; n = table_next(n)) {
		struct talk *t = TRACK_OF(n, struct talk, node);
		if (rs_addr_eq(&t->addr, addr) && t->vlan == vlan)
			return t;
	}
	return NULL;
}

static void
drop(struct link_tracker *k, struct talk *t)
{
	queue_remove(&k->order, &t->order);
	table_remove(&k->table, &t->node);
	rs_account_refund(k->pay, sizeof *t);
	g_free(t);
}

static bool
evict(struct link_tracker *k)
{
	struct queue_link *l = queue_first(&k->order);
	if (l == NULL)
		return false;
	say_unanswered(k, TRACK_OF(l, struct talk, order));
	drop(k, TRACK_OF(l, struct talk, order));
	k->evicted++;
	return true;
}

static struct talk *
touch(struct link_tracker *k, const struct rs_addr *addr, uint16_t vlan)
{
	uint64_t hash;
	vlan = addr->family == 6 ? vlan : 0;
	struct talk *t = find(k, addr, vlan, &hash);
	if (t) {
		queue_remove(&k->order, &t->order);
		queue_push(&k->order, &t->order);
		return t;
	}
	if (k->order.n >= MOST)
		evict(k);
	while (!rs_account_charge(k->pay, sizeof *t))
		if (!evict(k))
			return NULL;
	t = g_new0(struct talk, 1);
	t->addr = *addr;
	t->vlan = vlan;
	t->claim[0].at = t->claim[1].at = t->probed = RS_NEVER;
	table_add(&k->table, &t->node, hash);
	queue_push(&k->order, &t->order);
	return t;
}

/* Routers that share an address share a hardware address for it: VRRP (RFC 9568
   7.3), HSRP, GLBP. */
static bool
is_virtual(const uint8_t *mac)
{
	return memcmp(mac, "\0\0\x5e\0\1", 5) == 0 ||
	       memcmp(mac, "\0\0\x5e\0\2", 5) == 0 ||
	       memcmp(mac, "\0\0\x0c\x07\xac", 5) == 0 ||
	       memcmp(mac, "\0\0\x0c\x9f", 4) == 0 ||
	       memcmp(mac, "\0\x07\xb4", 3) == 0;
}

static bool
same(const uint8_t *a, const uint8_t *b)
{
	return memcmp(a, b, 6) == 0;
}

/* VLANs may have the same addresses, each its own. */
static bool
one_vlan(const struct talk *t, uint16_t vlan)
{
	return t->claim[0].vlan == vlan && t->claim[1].vlan == vlan;
}

/* It says that the address is its own. */
static void
take_claim(struct link_tracker *k, struct talk *t, const struct rs_event *ev)
{
	const struct link_msg *m = ev->u.link;
	rs_time now = ev->at.complete;
	bool other =
	    t->claim[0].at != RS_NEVER && !same(t->claim[0].mac, m->sender_mac);
	/* The one before comes back, and soon: both are there. */
	bool back = other && t->claim[1].at != RS_NEVER &&
		    same(t->claim[1].mac, m->sender_mac) &&
		    now >= t->claim[1].at && now - t->claim[1].at <= RIVAL;
	if (back && !t->rival && one_vlan(t, m->vlan) &&
	    !is_virtual(m->sender_mac) && !is_virtual(t->claim[0].mac)) {
		const struct rs_frame v[] = {
		    t->claim[1].frame, t->claim[0].frame, ev->at.from};
		say_conflict(
		    k, t, m->sender_mac, v, 3, t->claim[1].at, now, false);
	}
	if (other)
		t->claim[1] = t->claim[0];
	memcpy(t->claim[0].mac, m->sender_mac, 6);
	t->claim[0].vlan = m->vlan;
	t->claim[0].at = now;
	t->claim[0].frame = ev->at.from;
	if (t->probed == RS_NEVER || now < t->probed ||
	    now - t->probed > PROBE || t->probe_vlan != m->vlan ||
	    same(t->probing, m->sender_mac))
		return;
	/* RFC 5227 2.1.1: somebody has it already. */
	const struct rs_frame v[] = {t->probe_frame, ev->at.from};
	if (!t->rival)
		say_conflict(k, t, t->probing, v, 2, t->probed, now, true);
	t->probed = RS_NEVER;
}

static void
take_question(struct talk *t, const struct rs_event *ev)
{
	const struct link_msg *m = ev->u.link;
	if (m->sender.family == 0) {
		memcpy(t->probing, m->sender_mac, 6);
		t->probe_vlan = m->vlan;
		t->probed = ev->at.complete;
		t->probe_frame = ev->at.from;
		return;
	}
	if (t->asked < UNANSWERED && ev->at.complete - t->last > AGAIN)
		t->asked = 0;
	if (t->asked && !rs_addr_eq(&t->asker, &m->sender))
		return; /* one who asks in vain is enough */
	if (t->asked == 0) {
		t->asker = m->sender;
		memcpy(t->asker_mac, m->sender_mac, 6);
		t->first = ev->at.complete;
	}
	if (t->asked < MOST_FRAMES)
		t->frames[t->asked] = ev->at.from;
	t->last = ev->at.complete;
	t->asked++;
}

static void
take_neighbour(struct link_tracker *k, const struct rs_event *ev)
{
	const struct link_msg *m = ev->u.link;
	struct talk *t;
	bool gratuitous =
	    m->sender.family && rs_addr_eq(&m->sender, &m->target);
	if (m->sender_mac[0] & 1)
		return;
	if (m->sender.family && (t = touch(k, &m->sender, m->vlan))) {
		t->asked = 0;
		t->router |= m->is_default;
		/* RFC 4861 7.2.8: proxies, and hosts that share an address. */
		if (!m->shared)
			take_claim(k, t, ev);
	}
	if (!m->reply && !gratuitous && m->target.family &&
	    (t = touch(k, &m->target, m->vlan)))
		take_question(t, ev);
}

/* ---- switches ---- */

static void
add_frame(struct port *p, const struct rs_event *ev)
{
	if (p->count == 0)
		p->first = ev->at.complete;
	if (p->count < MOST_FRAMES)
		p->frames[p->count] = ev->at.from;
	p->last = ev->at.complete;
	p->count++;
}

static void
take_policy(struct link_tracker *k, const struct rs_event *ev)
{
	const struct link_msg *m = ev->u.link;
	unsigned i = 0;
	if (m->by_phone || m->voice_vlan == LINK_NO_VLAN)
		return;
	while (i < k->n_policy &&
	       (!same(k->policy[i].mac, m->from) ||
		   k->policy[i].said.protocol != m->protocol ||
		   k->policy[i].said.voice_vlan != m->voice_vlan))
		i++;
	if (i == MOST_PORTS)
		return;
	struct port *p = &k->policy[i];
	if (i == k->n_policy) {
		k->n_policy++;
		memcpy(p->mac, m->from, 6);
	}
	p->said = *m;
	add_frame(p, ev);
}

/* One that has nothing to be told of makes room. */
static struct port *
supplicant(struct link_tracker *k, const uint8_t *mac)
{
	unsigned i = 0;
	while (i < k->n_eap && !same(k->eap[i].mac, mac))
		i++;
	if (i == MOST_PORTS)
		for (i = 0; i < MOST_PORTS && k->eap[i].count; i++)
			;
	if (i == MOST_PORTS)
		return NULL;
	if (i == k->n_eap)
		k->n_eap++;
	if (!same(k->eap[i].mac, mac)) {
		k->eap[i] = (struct port){0};
		memcpy(k->eap[i].mac, mac, 6);
	}
	return &k->eap[i];
}

/* Switches may answer to the group of ports (IEEE 802.1X 11.1.1): then the last
   one that spoke is meant, where no other did lately.  NULL: not known. */
static const uint8_t *
addressee(const struct link_tracker *k, const struct link_msg *m, rs_time now)
{
	if (!(m->to[0] & 1))
		return m->to;
	bool alone =
	    k->other_spoke == RS_NEVER || now - k->other_spoke > EAP_ALONE;
	return k->spoke != RS_NEVER && alone ? k->supplicant : NULL;
}

static void
hear_supplicant(struct link_tracker *k, const uint8_t *mac, rs_time now)
{
	if (k->spoke != RS_NEVER && !same(k->supplicant, mac))
		k->other_spoke = k->spoke;
	memcpy(k->supplicant, mac, 6);
	k->spoke = now;
}

/* Whoever was let in was not refused. */
static void
forgive_all(struct link_tracker *k)
{
	for (unsigned i = 0; i < k->n_eap; i++)
		k->eap[i].count = 0;
}

static void
take_eap(struct link_tracker *k, const struct rs_event *ev)
{
	enum { IDENTITY = 1, NAK = 3 };
	const struct link_msg *m = ev->u.link;
	bool by_phone = m->eap == LINK_EAP_RESPONSE || m->eap == LINK_EAP_START;
	rs_time now = ev->at.complete;
	const uint8_t *mac = by_phone ? m->from : addressee(k, m, now);
	struct port *p = mac ? supplicant(k, mac) : NULL;
	if (by_phone)
		hear_supplicant(k, m->from, now);
	if (mac == NULL && m->eap == LINK_EAP_SUCCESS)
		forgive_all(k);
	if (p == NULL)
		return;
	if (m->eap == LINK_EAP_REQUEST && m->method > NAK)
		p->method = m->method;
	else if (m->eap == LINK_EAP_SUCCESS)
		p->count = 0;
	else if (m->eap == LINK_EAP_FAILURE)
		add_frame(p, ev);
}

void
link_tracker_event(struct link_tracker *k, const struct rs_event *ev)
{
	if (ev->type != RS_EV_LINK)
		return;
	switch (ev->u.link->kind) {
	case LINK_ARP:
	case LINK_ND:
		take_neighbour(k, ev);
		break;
	case LINK_POLICY:
		take_policy(k, ev);
		break;
	case LINK_EAP:
		take_eap(k, ev);
		break;
	case LINK_SOURCE:
	case LINK_CONTACT:
	case LINK_QUIET:
	case LINK_NONE:
		break;
	}
}

/*
 * An answer that comes late, or a supplicant that is let in after all, would
 * make it untrue: what went wrong just now waits for the next time.  Whoever
 * goes on asking, or being refused, is counted anew from here.
 */
void
link_tracker_tell(
    struct link_tracker *k, rs_time now, const struct rec_sink *open)
{
	for (struct queue_link *l = queue_first(&k->order); l;
	     l = queue_next(&k->order, l)) {
		struct talk *t = TRACK_OF(l, struct talk, order);
		if (!is_unanswered(t) ||
		    (now - t->last < AGAIN && now - t->first < LONG))
			continue;
		say_unanswered(k, t);
		t->asked = 0;
	}
	for (unsigned i = 0; i < k->n_eap; i++) {
		struct port *p = &k->eap[i];
		if (p->count == 0 ||
		    (now - p->last < EAP_ALONE && now - p->first < LONG))
			continue;
		say_port(p, REC_LINK_EAP_FAILED, k->out);
		p->count = 0;
	}
	for (unsigned i = 0; i < k->n_policy; i++)
		say_port(&k->policy[i], REC_LINK_VOICE_VLAN, open);
	k->conflicts = k->unanswered = 0;
}

void
link_tracker_finish(struct link_tracker *k)
{
	struct queue_link *l;
	while ((l = queue_first(&k->order))) {
		struct talk *t = TRACK_OF(l, struct talk, order);
		say_unanswered(k, t);
		drop(k, t);
	}
	for (unsigned i = 0; i < k->n_policy; i++)
		say_port(&k->policy[i], REC_LINK_VOICE_VLAN, k->out);
	for (unsigned i = 0; i < k->n_eap; i++)
		if (k->eap[i].count)
			say_port(&k->eap[i], REC_LINK_EAP_FAILED, k->out);
	k->n_policy = k->n_eap = 0;
}

void
link_tracker_free(struct link_tracker *k)
{
	struct queue_link *l;
	if (k == NULL)
		return;
	while ((l = queue_first(&k->order)))
		drop(k, TRACK_OF(l, struct talk, order));
	table_clear(&k->table);
	g_free(k);
}

uint64_t
link_tracker_evicted(const struct link_tracker *k)
{
	return k->evicted;
}
