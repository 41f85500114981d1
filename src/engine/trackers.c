/* SPDX-License-Identifier: Apache-2.0 */
#include "engine/trackers.h"

#include "engine/budget.h"

#include <glib.h>

/* How often idle registrations are looked for: their timers are seconds. */
static const rs_time REG_STEP = 10 * RS_MSEC;

static void
count_sip(struct tracker_counts *c, const struct sip_msg *m)
{
	if (m->request) {
		c->sip_requests[m->method]++;
	} else if (m->status < G_N_ELEMENTS(c->sip_responses)) {
		c->sip_responses[m->status]++;
		if (m->method == SIP_METHOD_REGISTER)
			c->responses_to_register[m->status]++;
	}
}

/* Or else a log alone tells of it: there is no connection then, or nothing is
   missing of it. */
static bool
captured(const struct rs_event *ev)
{
	return ev->flow == NULL ||
	       (!rs_from_log(ev->flow->source) &&
		   (ev->type != RS_EV_GAP || ev->flow->source == RS_FROM_WIRE));
}

/* Who hears what. */
static void
deliver(struct trackers *t, const struct rs_event *ev)
{
	switch (ev->type) {
	case RS_EV_SIP_MESSAGE:
		count_sip(&t->counts, ev->u.sip_message);
		reg_tracker_event(t->reg, ev);
		keepalive_tracker_event(t->keepalive, ev);
		inbound_tracker_event(t->inbound, ev);
		clock_tracker_event(t->clock, ev);
		if (ev->flow->carrier != RS_OVER_UDP && captured(ev))
			conn_tracker_event(t->conn, ev);
		if (captured(ev) &&
		    ev->flow->carrier & (unsigned)(RS_OVER_TLS | RS_OVER_WSS))
			inferred_tracker_event(t->inferred, ev);
		break;
	case RS_EV_SIP_KEEPALIVE:
		t->counts.sip_keepalives++;
		keepalive_tracker_event(t->keepalive, ev);
		inbound_tracker_event(t->inbound, ev);
		break;
	case RS_EV_TLS_HANDSHAKE:
		handshake_tracker_event(t->handshake, ev);
		conn_tracker_event(t->conn, ev);
		inferred_tracker_event(t->inferred, ev);
		clock_tracker_event(t->clock, ev);
		break;
	case RS_EV_TLS_ALERT:
	case RS_EV_TLS_DATA:
		handshake_tracker_event(t->handshake, ev);
		inferred_tracker_event(t->inferred, ev);
		break;
	case RS_EV_TLS_CCS:
	case RS_EV_NOT_TLS:
		handshake_tracker_event(t->handshake, ev);
		break;
	case RS_EV_ANOMALY:
		t->counts.anomalies[ev->u.anomaly.kind]++;
		handshake_tracker_event(t->handshake, ev);
		break;
	case RS_EV_WS_UPGRADE:
		conn_tracker_event(t->conn, ev);
		break;
	case RS_EV_FLOW_OPEN:
	case RS_EV_GAP:
	case RS_EV_FLOW_HALF_CLOSE:
	case RS_EV_FLOW_END:
	case RS_EV_ICMP:
	case RS_EV_DROPS:
		reg_tracker_event(t->reg, ev);
		if (ev->type == RS_EV_DROPS && ev->u.drops.packets == 0) {
			reg_tracker_advance(t->reg, ev->u.drops.to);
			binding_tracker_unseen(t->binding);
		}
		if (captured(ev)) {
			handshake_tracker_event(t->handshake, ev);
			conn_tracker_event(t->conn, ev);
			inferred_tracker_event(t->inferred, ev);
		}
		if (ev->type == RS_EV_FLOW_OPEN || ev->type == RS_EV_FLOW_END)
			keepalive_tracker_event(t->keepalive, ev);
		inbound_tracker_event(t->inbound, ev);
		download_tracker_event(t->download, ev);
		quiet_tracker_event(t->quiet, ev);
		if (ev->type == RS_EV_ICMP) {
			lease_tracker_event(t->lease, ev);
			clock_tracker_event(t->clock, ev);
		}
		break;
	case RS_EV_TFTP:
	case RS_EV_HTTP:
	case RS_EV_FETCH:
		download_tracker_event(t->download, ev);
		break;
	case RS_EV_DHCP:
	case RS_EV_LINK:
		/* The lease asks its neighbours. */
		neighbour_tracker_event(t->neighbour, ev);
		link_tracker_event(t->link, ev);
		lease_tracker_event(t->lease, ev);
		quiet_tracker_event(t->quiet, ev);
		break;
	case RS_EV_CLOCK:
		clock_tracker_event(t->clock, ev);
		break;
	case RS_EV_DNS_MESSAGE: /* its own tracker hears all events */
	case RS_EV_TLS_RECORD:  /* the sessions', never here */
	case RS_EV_WS_FRAME:
	case RS_EV_WS_MESSAGE: /* counted by their stage */
	case RS_EV_TIME:
	case RS_EV_NONE:
	case RS_EV_N:
		break;
	}
}

void
trackers_event(struct trackers *t, const struct rs_event *ev)
{
	if (t->events)
		rs_emit(t->events, ev);
	if (ev->now > t->now) {
		t->now = ev->now;
		handshake_tracker_advance(t->handshake, t->now);
		lookup_tracker_advance(t->lookup, t->now);
		download_tracker_advance(t->download, t->now);
	}
	/* It looks at its own clock before each event: this only lets go. */
	if (t->now >= t->reg_due) {
		t->reg_due = t->now + REG_STEP;
		reg_tracker_advance(t->reg, t->now);
		lease_tracker_advance(t->lease, t->now);
	}
	lookup_tracker_event(t->lookup, ev);
	deliver(t, ev);
}

void
trackers_ahead(const struct trackers *t, const struct rs_event *ev)
{
	if (ev->type == RS_EV_SIP_MESSAGE)
		reg_tracker_ahead(t->reg, ev);
	if (ev->flow && ev->flow->carrier != RS_OVER_UDP) {
		handshake_tracker_ahead(t->handshake, ev);
		conn_tracker_ahead(t->conn, ev);
	}
}

/* The record, whose server has a name from here on if DNS gave it one. */
static void
pass_named(
    const struct trackers *t, const struct rec_type *type, const void *rec)
{
	union {
		struct rec_registration registration;
		struct rec_handshake handshake;
		struct rec_connection connection;
		uint8_t bytes[1];
	} named;
	const struct rec_endpoint *server =
	    (const void *)((const uint8_t *)rec + type->server);
	struct rs_span name = server->name;
	if (name.p == NULL)
		name = names_find(t->names, &server->at.addr);
	if (name.p != server->name.p) {
		memcpy(&named, rec, type->size);
		rec = &named;
		((struct rec_endpoint *)(void *)(named.bytes + type->server))
		    ->name = name;
	}
	t->out->record(t->out->arg, type, rec);
}

/* What one tracker closes and others learn from. */
static void
tap(void *arg, const struct rec_type *type, const void *rec)
{
	struct trackers *t = arg;
	const struct rec_registration *r = rec;
	/* What is only inferred is nothing to go by. */
	if (type == &rec_registration_type &&
	    r->visibility != REC_INFERRED_VISIBILITY) {
		related_registration(t->related, rec);
		binding_tracker_registration(t->binding, rec);
	}
	if (type == &rec_handshake_type)
		download_tracker_handshake(t->download, rec);
	if (type == &rec_registration_type || type == &rec_handshake_type ||
	    type == &rec_connection_type)
		pass_named(t, type, rec);
	else
		t->out->record(t->out->arg, type, rec);
}

/* A registration will be closed soon. */
static void
soon(void *arg, const struct rec_type *type, const void *rec)
{
	struct trackers *t = arg;
	binding_tracker_ahead(t->binding, rec);
	if (t->soon.record)
		t->soon.record(t->soon.arg, type, rec);
}

void
trackers_init(struct trackers *t, const struct engine_options *o,
    const struct rs_hash_seed *seed, struct rs_account *budgets,
    const struct rec_sink *out)
{
	*t = (struct trackers){
	    .out = out,
	    .events = o->events,
	    .related = o->related,
	    .certificates = tls_cert_cache_new(seed, &budgets[BUDGET_TLS]),
	    .now = RS_NEVER,
	    .reg_due = RS_NEVER,
	};
	const struct reg_limits limits = {
	    .challenge_wait =
		o->challenge_wait ? o->challenge_wait : 120 * RS_SEC,
	    .timer_f = 32 * RS_SEC,
	};
	t->taps = (struct rec_sink){tap, t};
	t->reader = tls_cert_cache_reader(t->certificates);
	t->chains =
	    tls_chain_cache_new(&t->reader, o->trust, &budgets[BUDGET_TLS]);
	t->reader = tls_chain_cache_reader(t->chains);
	t->reg =
	    reg_tracker_new(&limits, seed, &budgets[BUDGET_ATTEMPTS], &t->taps);
	reg_tracker_verify(t->reg, &o->digest);
	if (o->soon)
		t->soon = *o->soon;
	reg_tracker_announce(t->reg, &(struct rec_sink){soon, t});
	t->binding =
	    binding_tracker_new(seed, &budgets[BUDGET_BINDINGS], &t->taps);
	t->keepalive = keepalive_tracker_new(seed, &budgets[BUDGET_BINDINGS]);
	binding_tracker_keepalives(t->binding, t->keepalive);
	t->inbound = inbound_tracker_new(seed, &budgets[BUDGET_BINDINGS]);
	binding_tracker_listen(t->binding, t->inbound);
	t->handshake = handshake_tracker_new(
	    t->related, &t->reader, &budgets[BUDGET_TLS], &t->taps);
	t->conn = conn_tracker_new(t->related, &budgets[BUDGET_TLS], &t->taps);
	t->inferred =
	    inferred_tracker_new(t->related, &budgets[BUDGET_TLS], &t->taps);
	t->names = names_new(seed, &budgets[BUDGET_LOOKUPS]);
	t->lookup = lookup_tracker_new(
	    t->names, t->related, seed, &budgets[BUDGET_LOOKUPS], &t->taps);
	t->neighbour =
	    neighbour_tracker_new(seed, &budgets[BUDGET_BINDINGS], &t->taps);
	t->lease = lease_tracker_new(
	    seed, &budgets[BUDGET_BINDINGS], t->neighbour, &t->taps);
	t->link = link_tracker_new(seed, &budgets[BUDGET_BINDINGS], &t->taps);
	t->clock = clock_tracker_new(seed, &budgets[BUDGET_BINDINGS], &t->taps);
	t->download = download_tracker_new(
	    o->profiles, seed, &budgets[BUDGET_BINDINGS], &t->taps);
	t->quiet = quiet_tracker_new(&t->taps);
}

void
trackers_clear(struct trackers *t)
{
	quiet_tracker_free(t->quiet);
	lookup_tracker_free(t->lookup);
	names_free(t->names);
	clock_tracker_free(t->clock);
	link_tracker_free(t->link);
	lease_tracker_free(t->lease);
	neighbour_tracker_free(t->neighbour);
	inferred_tracker_free(t->inferred);
	download_tracker_free(t->download);
	conn_tracker_free(t->conn);
	handshake_tracker_free(t->handshake);
	binding_tracker_free(t->binding);
	keepalive_tracker_free(t->keepalive);
	inbound_tracker_free(t->inbound);
	reg_tracker_free(t->reg);
	tls_chain_cache_free(t->chains);
	tls_cert_cache_free(t->certificates);
}

void
trackers_tell(struct trackers *t, rs_time now, const struct rec_sink *open)
{
	lease_tracker_tell(t->lease, open);
	neighbour_tracker_tell(t->neighbour, now, open);
	clock_tracker_tell(t->clock, open);
	link_tracker_tell(t->link, now, open);
	binding_tracker_tell(t->binding, now, open);
	quiet_tracker_tell(t->quiet, open);
}

void
trackers_finish(struct trackers *t, rs_time end)
{
	lookup_tracker_finish(t->lookup, end);
	reg_tracker_finish(t->reg, end);
	handshake_tracker_finish(t->handshake, end);
	inferred_tracker_finish(t->inferred);
	binding_tracker_finish(t->binding, end);
	lease_tracker_finish(t->lease, end);
	neighbour_tracker_finish(t->neighbour);
	link_tracker_finish(t->link);
	clock_tracker_finish(t->clock);
	download_tracker_finish(t->download, end);
	quiet_tracker_finish(t->quiet);
}
