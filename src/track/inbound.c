/* SPDX-License-Identifier: Apache-2.0 */
#include "track/inbound.h"

#include "sip/msg.h"
#include "track/table.h"

#include <glib.h>

enum { SLOTS = 4096 };

/* Less between two captured requests may be one that a SPAN shows twice; a
   retransmission comes after T1 = 500 ms (RFC 3261 17.1.2.2). */
static const rs_time APART = 400 * RS_MSEC;

struct slot {
	struct rs_endpoint phone, server;
	bool used;
	struct inbound_silence silence;
};

struct inbound_tracker {
	const struct rs_hash_seed *seed;
	struct rs_account *pay;
	struct slot *slots; /* NULL: nobody has been asked yet */
};

struct inbound_tracker *
inbound_tracker_new(const struct rs_hash_seed *seed, struct rs_account *pay)
{
	struct inbound_tracker *k = g_new0(struct inbound_tracker, 1);
	k->seed = seed;
	k->pay = pay;
	return k;
}

void
inbound_tracker_free(struct inbound_tracker *k)
{
	if (k == NULL)
		return;
	if (k->slots)
		rs_account_refund(k->pay, SLOTS * sizeof *k->slots);
	g_free(k->slots);
	g_free(k);
}

static struct slot *
slot_of(const struct inbound_tracker *k, const struct rs_endpoint *phone,
    const struct rs_endpoint *server)
{
	struct table_key key;
	table_key_init(&key, k->seed);
	table_key_addr(&key, &phone->addr);
	table_key_addr(&key, &server->addr);
	table_key_pair(&key, phone->port, server->port);
	return &k->slots[table_key_hash(&key) % SLOTS];
}

static bool
is_of(const struct slot *s, const struct rs_endpoint *phone,
    const struct rs_endpoint *server)
{
	return s->used && rs_endpoint_eq(&s->phone, phone) &&
	       rs_endpoint_eq(&s->server, server);
}

/* The side that sends is there, be it to answer a request. */
static void
take_sign_of_life(
    struct inbound_tracker *k, const struct rs_event *ev, bool answer)
{
	const struct rs_endpoint *from = &ev->flow->end[ev->dir];
	const struct rs_endpoint *to = &ev->flow->end[rs_dir_other(ev->dir)];
	if (k->slots == NULL)
		return;
	struct slot *s = slot_of(k, from, to);
	if (!is_of(s, from, to))
		return;
	s->silence.since = RS_NEVER;
	if (answer) {
		s->silence.answered = ev->at.complete;
		s->silence.answered_frame = ev->at.from;
	}
}

static void
take_request(struct inbound_tracker *k, const struct rs_event *ev)
{
	const struct rs_endpoint *server = &ev->flow->end[ev->dir];
	const struct rs_endpoint *phone = &ev->flow->end[rs_dir_other(ev->dir)];
	if (k->slots == NULL) {
		k->slots = g_new0(struct slot, SLOTS);
		rs_account_force(k->pay, SLOTS * sizeof *k->slots);
	}
	struct slot *s = slot_of(k, phone, server);
	struct inbound_silence *n = &s->silence;
	bool invite = ev->u.sip_message->method == SIP_METHOD_INVITE;
	if (!is_of(s, phone, server))
		*s = (struct slot){*phone, *server, true,
		    {.answered = RS_NEVER, .since = RS_NEVER}};
	if (n->since == RS_NEVER) {
		*n = (struct inbound_silence){.answered = n->answered,
		    .answered_frame = n->answered_frame,
		    .invite = invite,
		    .since = ev->at.complete,
		    .frame = ev->at.from,
		    .again = RS_NEVER,
		    .icmp_at = RS_NEVER};
		return;
	}
	n->invite |= invite;
	if (n->again == RS_NEVER && ev->at.complete - n->since >= APART) {
		n->again = ev->at.complete;
		n->again_frame = ev->at.from;
	}
}

/* An error that quotes what the server sent. */
static void
take_icmp(struct inbound_tracker *k, const struct rs_event *ev)
{
	const struct rs_endpoint *server = &ev->flow->end[ev->dir];
	const struct rs_endpoint *phone = &ev->flow->end[rs_dir_other(ev->dir)];
	if (k->slots == NULL)
		return;
	struct slot *s = slot_of(k, phone, server);
	struct inbound_silence *n = &s->silence;
	if (!is_of(s, phone, server) || n->since == RS_NEVER ||
	    n->icmp_at != RS_NEVER ||
	    rs_span_starts(ev->u.icmp.quoted, RS_LIT("SIP/2.0 ")))
		return;
	n->icmp_at = ev->at.complete;
	n->icmp_frame = ev->at.from;
	n->icmp_type = ev->u.icmp.type;
	n->icmp_code = ev->u.icmp.code;
}

void
inbound_tracker_event(struct inbound_tracker *k, const struct rs_event *ev)
{
	if (ev->flow == NULL || ev->flow->carrier != RS_OVER_UDP)
		return;
	if (ev->type == RS_EV_ICMP) {
		take_icmp(k, ev);
		return;
	}
	if (ev->type == RS_EV_SIP_KEEPALIVE)
		take_sign_of_life(k, ev, false);
	if (ev->type != RS_EV_SIP_MESSAGE)
		return;
	const struct sip_msg *m = ev->u.sip_message;
	bool other = m->method != SIP_METHOD_REGISTER;
	take_sign_of_life(k, ev, !m->request && other);
	if (m->request && other && m->method != SIP_METHOD_ACK)
		take_request(k, ev);
}

bool
inbound_tracker_find(const struct inbound_tracker *k,
    const struct rs_endpoint *phone, const struct rs_endpoint *server,
    struct inbound_silence *to)
{
	if (k == NULL || k->slots == NULL)
		return false;
	const struct slot *s = slot_of(k, phone, server);
	if (!is_of(s, phone, server) || s->silence.since == RS_NEVER)
		return false;
	*to = s->silence;
	return true;
}
