/* SPDX-License-Identifier: Apache-2.0 */
#include "track/lease.h"

#include "dhcp/dhcp.h"
#include "link/link.h"
#include "track/lease_record.h"
#include "track/neighbour.h"
#include "track/queue.h"
#include "track/table.h"

#include <glib.h>

enum { MOST = 8192, MOST_FRAMES = 64, MOST_OFFERS = 8, LOOK_BACK = 64 };

/* How long after its last message an exchange may go on; how long a bound
   client may still decline (RFC 2131 2.2, RFC 5227 2.1); and how long it may
   take to go for its configuration. */
static const rs_time IDLE = 130 * RS_SEC, SETTLED = 15 * RS_SEC,
		     USED = 300 * RS_SEC;
/* A server may look for a second or two whether the address is free (RFC 2131
   3.1), and relays take time: less silence than this is not told. */
static const rs_time PATIENCE = 10 * RS_SEC;
/* What comes sooner is the same message on another hop, or to another server.
 */
static const rs_time APART = 300 * RS_MSEC;

enum wait { WAIT_IDLE, WAIT_SETTLED, WAIT_USED, WAIT_N };

struct exchange {
	struct table_node by_client, by_address;
	struct queue_link order;
	enum wait wait;
	rs_time since; /* when it joined that queue */
	struct rec_arena arena;
	struct rec_lease rec;
	struct rs_addr granted; /* family 0: in no table */
	uint32_t xid;
	uint8_t version;
	uint64_t flow;       /* of the client's last message, or its relay's, */
	enum rs_dir dir;     /* and which way it went */
	enum dhcp_type last; /* of the client */
	rs_time last_at, first_discover, first_request;
	bool requested;    /* since the last DISCOVER */
	unsigned requests; /* those that are no copies */
	bool settled;      /* there will be nothing but repeats */
};

struct lease_tracker {
	const struct rs_hash_seed *seed;
	struct rs_account *pay;
	const struct neighbour_tracker *near;
	const struct rec_sink *out;
	struct table clients, addresses;
	struct queue open[WAIT_N];
	size_t n;
	rs_time now;
	uint64_t evicted;
};

struct lease_tracker *
lease_tracker_new(const struct rs_hash_seed *seed, struct rs_account *pay,
    const struct neighbour_tracker *near, const struct rec_sink *out)
{
	struct lease_tracker *k = g_new0(struct lease_tracker, 1);
	k->seed = seed;
	k->pay = pay;
	k->near = near;
	k->out = out;
	k->now = RS_NEVER;
	table_init(&k->clients, pay);
	table_init(&k->addresses, pay);
	for (unsigned i = 0; i < WAIT_N; i++)
		queue_init(&k->open[i]);
	return k;
}

/* ---- exchanges ---- */

static uint64_t
client_hash(const struct lease_tracker *k, const struct dhcp_msg *m)
{
	struct rs_span id = m->option[DHCP_CLIENT_ID];
	struct table_key key;
	table_key_init(&key, k->seed);
	table_key_number(&key, m->version);
	table_key_text(&key, m->version == 4 && m->mac.n ? m->mac : id);
	return table_key_hash(&key);
}

static struct exchange *
find(const struct lease_tracker *k, uint64_t hash)
{
	struct table_node *n = table_first(&k->clients, hash);
	return n ? TRACK_OF(n, struct exchange, by_client) : NULL;
}

static void
wait_in(struct lease_tracker *k, struct exchange *x, enum wait w, rs_time at)
{
	if (x->order.next)
		queue_remove(&k->open[x->wait], &x->order);
	x->wait = w;
	x->since = at > k->now ? at : k->now;
	queue_push(&k->open[w], &x->order);
}

static void
drop(struct lease_tracker *k, struct exchange *x)
{
	queue_remove(&k->open[x->wait], &x->order);
	table_remove(&k->clients, &x->by_client);
	if (x->granted.family)
		table_remove(&k->addresses, &x->by_address);
	rec_arena_clear(&x->arena);
	rs_account_refund(k->pay, sizeof *x);
	g_free(x);
	k->n--;
}

/* What it stopped at, seen until `end`. */
static enum rec_lease_state
verdict(const struct exchange *x, rs_time end)
{
	const struct rec_lease *r = &x->rec;
	bool refused = r->refusals != REC_ABSENT;
	if (r->state != REC_LEASE_NONE)
		return r->state;
	rs_time since = x->requested ? x->first_request : x->first_discover;
	if (since == RS_NEVER || end - since < PATIENCE)
		return refused ? REC_LEASE_REFUSED : REC_LEASE_CUT_OFF;
	if (refused)
		return REC_LEASE_REFUSED;
	/* Who does not ask again may have had an answer that is not here. */
	if (x->requested)
		return x->requests > 1 ? REC_NO_ACK : REC_LEASE_CUT_OFF;
	return r->offers.n ? REC_NOT_TAKEN : REC_NO_OFFER;
}

static void
close_exchange(struct lease_tracker *k, struct exchange *x, rs_time end)
{
	x->rec.state = verdict(x, end);
	k->out->record(k->out->arg, &rec_lease_type, &x->rec);
	drop(k, x);
}

/* The oldest goes, as it stands. */
static bool
evict(struct lease_tracker *k)
{
	for (unsigned i = WAIT_N; i-- > 0;) {
		struct queue_link *l = queue_first(&k->open[i]);
		if (l == NULL)
			continue;
		k->evicted += i == WAIT_IDLE;
		close_exchange(k, TRACK_OF(l, struct exchange, order), k->now);
		return true;
	}
	return false;
}

static struct exchange *
open_exchange(struct lease_tracker *k, const struct rs_event *ev, uint64_t hash)
{
	const struct dhcp_msg *m = ev->u.dhcp;
	if (k->n >= MOST)
		evict(k);
	while (!rs_account_charge(k->pay, sizeof(struct exchange)))
		if (!evict(k))
			return NULL;
	struct exchange *x = g_new0(struct exchange, 1);
	rec_arena_init(&x->arena, k->pay, NULL);
	rec_init(&rec_lease_type, &x->rec);
	x->version = m->version;
	x->xid = m->xid;
	x->first_discover = x->first_request = x->last_at = RS_NEVER;
	x->rec.id.frame = ev->at.from;
	x->rec.started = ev->at.first;
	x->rec.protocol = m->version == 6 ? REC_DHCPV6 : REC_DHCPV4;
	x->rec.retransmissions = 0;
	table_add(&k->clients, &x->by_client, hash);
	k->n++;
	wait_in(k, x, WAIT_IDLE, ev->at.complete);
	return x;
}

static void
note(struct exchange *x, const struct rs_event *ev)
{
	struct rec_list *l = &x->rec.frames;
	x->rec.ended = ev->at.complete;
	if (rs_frame_is_line(ev->at.from))
		x->rec.visibility = REC_LOG;
	if (l->n < MOST_FRAMES)
		*(struct rs_frame *)rec_list_add(
		    l, &x->arena, sizeof(struct rs_frame)) = ev->at.from;
	if (ev->u.dhcp->relay.family)
		x->rec.relay.at.addr = ev->u.dhcp->relay;
}

/* ---- what clients say ---- */

static enum rec_lease_kind
kind_of(const struct dhcp_msg *m)
{
	enum { RENEW = 5, REBIND = 6 };
	switch (m->type) {
	case DHCP_DISCOVER:
		return REC_LEASE_DISCOVER;
	case DHCP_INFORM:
		return REC_LEASE_INFORM;
	case DHCP_RELEASE:
		return REC_LEASE_RELEASE;
	case DHCP_DECLINE:
		return REC_LEASE_DECLINE;
	case DHCP_REQUEST:
		/* RFC 2131 4.3.2: it has an address, and says so. */
		return m->version == 6 ? m->code == RENEW || m->code == REBIND
					     ? REC_LEASE_RENEW
					     : REC_LEASE_REQUEST
		       : m->client.family ? REC_LEASE_RENEW
					  : REC_LEASE_REQUEST;
	case DHCP_NONE:
	case DHCP_OFFER:
	case DHCP_ACK:
	case DHCP_NAK:
	case DHCP_TYPE_N:
		break;
	}
	return REC_LEASE_KIND_NONE;
}

/*
 * Whether it belongs to what the client has been about so far.  Clients may
 * renew with the transaction id of their first exchange (udhcpc): once there
 * was an answer, only a copy of the same message goes on.
 */
static bool
goes_on(const struct exchange *x, const struct rs_event *ev)
{
	const struct dhcp_msg *m = ev->u.dhcp;
	bool copy = x->last == m->type && x->xid == m->xid &&
		    ev->at.complete - x->last_at < APART;
	switch (m->type) {
	case DHCP_DISCOVER:
	case DHCP_REQUEST:
		return x->settled ? copy : x->rec.kind != REC_LEASE_INFORM;
	case DHCP_INFORM:
		return x->settled ? copy : x->rec.kind == REC_LEASE_INFORM;
	case DHCP_DECLINE:
		return copy || x->rec.state == REC_BOUND;
	case DHCP_RELEASE:
		return copy;
	case DHCP_NONE:
	case DHCP_OFFER:
	case DHCP_ACK:
	case DHCP_NAK:
	case DHCP_TYPE_N:
		break;
	}
	return false;
}

static void
count_repeat(struct exchange *x, const struct rs_event *ev)
{
	const struct dhcp_msg *m = ev->u.dhcp;
	if (x->last == m->type && x->last_at != RS_NEVER &&
	    ev->at.complete - x->last_at >= APART)
		x->rec.retransmissions++;
	if (x->last != m->type || ev->at.complete - x->last_at >= APART) {
		x->last_at = ev->at.complete;
		x->requests += m->type == DHCP_REQUEST;
	}
	x->last = m->type;
}

static void
take_request(struct exchange *x, const struct rs_event *ev)
{
	bool anew = ev->u.dhcp->type == DHCP_DISCOVER;
	rs_time *first = anew ? &x->first_discover : &x->first_request;
	x->requested = !anew;
	if (*first == RS_NEVER)
		*first = ev->at.complete;
}

static void
take_end(struct lease_tracker *k, struct exchange *x, const struct rs_event *ev)
{
	bool release = ev->u.dhcp->type == DHCP_RELEASE;
	x->rec.state = release ? REC_RELEASED : REC_DECLINED;
	if (release || x->rec.terms.address.p == NULL)
		lease_terms(&x->rec.terms, ev->u.dhcp, &x->arena);
	if (x->rec.terms.address.p == NULL && x->rec.requested.p)
		x->rec.terms.address = x->rec.requested;
	x->settled = true;
	wait_in(k, x, WAIT_SETTLED, ev->at.complete);
}

static void
from_client(
    struct lease_tracker *k, struct exchange *x, const struct rs_event *ev)
{
	const struct dhcp_msg *m = ev->u.dhcp;
	uint16_t vlan;
	note(x, ev);
	count_repeat(x, ev);
	x->flow = ev->flow->serial;
	x->dir = ev->dir;
	x->xid = m->xid;
	if (x->rec.kind == REC_LEASE_KIND_NONE)
		x->rec.kind = kind_of(m);
	lease_client(&x->rec, m, &x->arena);
	if (m->client.family)
		x->rec.client.at.addr = m->client;
	if (m->mac.n == 6 && neighbour_vlan(k->near, m->mac, &vlan))
		x->rec.vlan = vlan;
	if (m->type == DHCP_RELEASE || m->type == DHCP_DECLINE) {
		take_end(k, x, ev);
		return;
	}
	if (x->settled)
		return; /* the same again, after its answer */
	take_request(x, ev);
	wait_in(k, x, WAIT_IDLE, ev->at.complete);
}

/* ---- what servers say ---- */

static const struct rs_endpoint *
sender(const struct rs_event *ev)
{
	return &ev->flow->end[ev->dir];
}

static bool
offered_before(const struct exchange *x, const struct rec_offer *o)
{
	const struct rec_offer *v = x->rec.offers.v;
	for (uint32_t i = 0; i < x->rec.offers.n; i++)
		if (rs_addr_eq(&v[i].server.at.addr, &o->server.at.addr) &&
		    rs_span_eq(v[i].server_duid, o->server_duid) &&
		    rs_span_eq(v[i].terms.address, o->terms.address))
			return true;
	return false;
}

static void
take_offer(struct exchange *x, const struct rs_event *ev)
{
	struct rec_offer o;
	if (x->rec.offers.n >= MOST_OFFERS)
		return;
	rec_init(&rec_offer_type, &o);
	o.at = ev->at.complete;
	o.frame = ev->at.from;
	lease_server(
	    &o.server, &o.server_duid, ev->u.dhcp, sender(ev), &x->arena);
	lease_terms(&o.terms, ev->u.dhcp, &x->arena);
	if (!offered_before(x, &o))
		*(struct rec_offer *)rec_list_add(
		    &x->rec.offers, &x->arena, sizeof o) = o;
}

static void
grant(struct lease_tracker *k, struct exchange *x, const struct dhcp_msg *m)
{
	struct rs_addr a =
	    m->offered.family ? m->offered : x->rec.client.at.addr;
	if (x->granted.family)
		table_remove(&k->addresses, &x->by_address);
	x->granted = a;
	x->rec.client.at.addr = a;
	if (a.family)
		table_add(&k->addresses, &x->by_address,
		    table_addr_hash(k->seed, &a));
}

/* Some server to go to is named in it. */
static bool
names_servers(const struct rec_terms *t)
{
	const struct rec_option *o = t->provisioning.v;
	for (uint32_t i = 0; i < t->provisioning.n; i++)
		if (o[i].addresses.n)
			return true;
	return false;
}

static void
take_ack(struct lease_tracker *k, struct exchange *x, const struct rs_event *ev)
{
	const struct dhcp_msg *m = ev->u.dhcp;
	struct rs_span duid;
	bool address = m->offered.family != 0;
	bool inform =
	    x->rec.kind == REC_LEASE_INFORM || (!address && m->version == 4);
	if (x->rec.state != REC_LEASE_NONE)
		return; /* a copy, or the answer to a RELEASE */
	lease_terms(&x->rec.terms, m, &x->arena);
	lease_server(&x->rec.server, &duid, m, sender(ev), &x->arena);
	x->rec.state = inform || !address ? REC_INFORMED : REC_BOUND;
	x->rec.answer_frame = ev->at.from;
	x->rec.boot_server = lease_text(&x->arena, m->sname);
	x->rec.boot_file = lease_text(&x->arena, m->file);
	if (x->rec.kind != REC_LEASE_KIND_NONE)
		x->rec.delay = ev->at.complete - x->rec.started;
	x->settled = true;
	grant(k, x, m);
	wait_in(k, x, names_servers(&x->rec.terms) ? WAIT_USED : WAIT_SETTLED,
	    ev->at.complete);
}

static void
take_nak(struct exchange *x, const struct rs_event *ev)
{
	const struct dhcp_msg *m = ev->u.dhcp;
	struct rs_span duid;
	if (x->rec.state != REC_LEASE_NONE)
		return;
	x->rec.refusals =
	    x->rec.refusals == REC_ABSENT ? 1 : x->rec.refusals + 1;
	x->rec.answer_frame = ev->at.from;
	x->rec.message = lease_text(&x->arena, m->option[DHCP_MESSAGE]);
	lease_server(&x->rec.server, &duid, m, sender(ev), &x->arena);
}

static void
from_server(
    struct lease_tracker *k, struct exchange *x, const struct rs_event *ev)
{
	const struct dhcp_msg *m = ev->u.dhcp;
	note(x, ev);
	if (x->rec.mac.p == NULL)
		x->rec.mac = lease_mac(&x->arena, m->mac);
	if (m->type == DHCP_OFFER)
		take_offer(x, ev);
	else if (m->type == DHCP_ACK)
		take_ack(k, x, ev);
	else if (m->type == DHCP_NAK)
		take_nak(x, ev);
	/* RFC 8415 18.2.1: rapid commit is a REPLY at once. */
}

/* ---- errors that quote what a client sent ---- */

/* Of the quoted message as much as tells whose it is: RFC 2131 2, RFC 8415 8.
 */
static bool
quotes(const struct exchange *x, struct rs_span s)
{
	enum { RELAY_FORW = 12 };
	if (x->version == 4)
		return s.n < 8 || x->xid == ((uint32_t)s.p[4] << 24 |
						(uint32_t)s.p[5] << 16 |
						(uint32_t)s.p[6] << 8 | s.p[7]);
	return s.n < 4 || s.p[0] == RELAY_FORW ||
	       x->xid ==
		   ((uint32_t)s.p[1] << 16 | (uint32_t)s.p[2] << 8 | s.p[3]);
}

/* Errors about what servers send are left: a client may hear all of DHCP before
   its system has the port. */
static void
take_icmp(struct lease_tracker *k, const struct rs_event *ev)
{
	struct queue *open = &k->open[WAIT_IDLE];
	struct queue_link *q = queue_last(open);
	char s[12];
	for (int i = 0; q && q != &open->ends && i < LOOK_BACK; i++) {
		struct exchange *x = TRACK_OF(q, struct exchange, order);
		q = q->prev;
		if (x->flow != ev->flow->serial || x->dir != ev->dir ||
		    !quotes(x, ev->u.icmp.quoted))
			continue;
		if (x->rec.icmp_frame.number == 0) {
			(void)g_snprintf(s, sizeof s, "%u/%u", ev->u.icmp.type,
			    ev->u.icmp.code);
			x->rec.icmp = lease_text(&x->arena, rs_span_str(s));
			x->rec.icmp_from.at.addr = ev->u.icmp.sender;
			x->rec.icmp_frame = ev->at.from;
		}
		return;
	}
}

/* ---- the configuration that it names ---- */

static void
use(struct rec_lease *r, const struct rs_event *ev, struct rs_span server)
{
	struct rec_option *o = r->terms.provisioning.v;
	for (uint32_t i = 0; i < r->terms.provisioning.n; i++) {
		const struct rs_span *a = o[i].addresses.v;
		for (uint32_t j = 0; j < o[i].addresses.n; j++) {
			if (o[i].used != RS_NEVER || !rs_span_eq(a[j], server))
				continue;
			o[i].used = ev->at.complete;
			o[i].used_frame = ev->at.from;
			o[i].used_port = ev->u.link->server.port;
		}
	}
}

/* Who asks the same host for names or the time, or registers there, has not
   fetched anything yet. */
static bool
other_service(uint16_t port)
{
	return port == 53 || port == 123 || port == 5060 || port == 5061 ||
	       port == 8934;
}

static void
take_contact(struct lease_tracker *k, const struct rs_event *ev)
{
	const struct link_msg *m = ev->u.link;
	char s[RS_ADDR_TEXT];
	if (other_service(m->server.port))
		return;
	size_t n = rs_addr_format(&m->server.addr, s);
	struct table_node *node = table_first(
	    &k->addresses, table_addr_hash(k->seed, &m->client.addr));
	for (; node; node = table_next(node)) {
		struct exchange *x =
		    TRACK_OF(node, struct exchange, by_address);
		if (rs_addr_eq(&x->granted, &m->client.addr))
			use(&x->rec, ev,
			    (struct rs_span){(const uint8_t *)s, n});
	}
}

/* ---- life ---- */

void
lease_tracker_advance(struct lease_tracker *k, rs_time now)
{
	const rs_time after[WAIT_N] = {IDLE, SETTLED, USED};
	if (k->now == RS_NEVER || now > k->now)
		k->now = now;
	for (unsigned i = 0; i < WAIT_N; i++) {
		struct queue_link *l;
		while ((l = queue_first(&k->open[i]))) {
			struct exchange *x =
			    TRACK_OF(l, struct exchange, order);
			if (k->now - x->since < after[i])
				break;
			close_exchange(k, x, x->since + after[i]);
		}
	}
}

void
lease_tracker_event(struct lease_tracker *k, const struct rs_event *ev)
{
	lease_tracker_advance(k, ev->now);
	if (ev->type == RS_EV_LINK && ev->u.link->kind == LINK_CONTACT)
		take_contact(k, ev);
	if (rs_event_unreachable(ev) && ev->flow)
		take_icmp(k, ev);
	if (ev->type != RS_EV_DHCP || ev->flow == NULL)
		return;
	const struct dhcp_msg *m = ev->u.dhcp;
	uint64_t hash = client_hash(k, m);
	struct exchange *x = find(k, hash);
	bool goes = x && (m->from_server ? !x->settled || x->xid == m->xid
					 : goes_on(x, ev));
	if (x && !goes) {
		close_exchange(k, x, ev->at.complete);
		x = NULL;
	}
	if (x == NULL && (x = open_exchange(k, ev, hash)) == NULL)
		return;
	if (m->from_server)
		from_server(k, x, ev);
	else
		from_client(k, x, ev);
}

void
lease_tracker_tell(const struct lease_tracker *k, const struct rec_sink *out)
{
	for (unsigned i = 0; i < WAIT_N; i++)
		for (struct queue_link *l = queue_first(&k->open[i]); l;
		     l = queue_next(&k->open[i], l)) {
			const struct exchange *x =
			    TRACK_OF(l, struct exchange, order);
			if (x->rec.state == REC_BOUND ||
			    x->rec.state == REC_INFORMED)
				out->record(out->arg, &rec_lease_type, &x->rec);
		}
}

void
lease_tracker_finish(struct lease_tracker *k, rs_time end)
{
	for (unsigned i = 0; i < WAIT_N; i++) {
		struct queue_link *l;
		while ((l = queue_first(&k->open[i])))
			close_exchange(
			    k, TRACK_OF(l, struct exchange, order), end);
	}
}

void
lease_tracker_free(struct lease_tracker *k)
{
	if (k == NULL)
		return;
	for (unsigned i = 0; i < WAIT_N; i++) {
		struct queue_link *l;
		while ((l = queue_first(&k->open[i])))
			drop(k, TRACK_OF(l, struct exchange, order));
	}
	table_clear(&k->clients);
	table_clear(&k->addresses);
	g_free(k);
}

uint64_t
lease_tracker_evicted(const struct lease_tracker *k)
{
	return k->evicted;
}
