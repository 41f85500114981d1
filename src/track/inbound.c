/* SPDX-License-Identifier: Apache-2.0 */
#include "track/inbound.h"

#include "sip/msg.h"
#include "track/recent.h"

#include <glib.h>

enum { MOST = 4096 };

/* Less between two captured requests may be one that a SPAN shows twice; a
   retransmission comes after T1 = 500 ms (RFC 3261 17.1.2.2). */
static const rs_time APART = 400 * RS_MSEC;

struct asked {
	struct recent_node node; /* by the last request */
	struct rs_endpoint phone, server;
	struct inbound_silence silence; /* since RS_NEVER: it is over */
};

struct inbound_tracker {
	const struct rs_hash_seed *seed;
	struct recent asked;
};

struct inbound_tracker *
inbound_tracker_new(const struct rs_hash_seed *seed, struct rs_account *pay)
{
	struct inbound_tracker *k = g_new0(struct inbound_tracker, 1);
	k->seed = seed;
	recent_init(&k->asked, sizeof(struct asked), MOST, pay);
	return k;
}

void
inbound_tracker_free(struct inbound_tracker *k)
{
	if (k == NULL)
		return;
	recent_clear(&k->asked);
	g_free(k);
}

static uint64_t
hash_of(const struct inbound_tracker *k, const struct rs_endpoint *phone,
    const struct rs_endpoint *server)
{
	struct table_key key;
	table_key_init(&key, k->seed);
	table_key_addr(&key, &phone->addr);
	table_key_addr(&key, &server->addr);
	table_key_pair(&key, phone->port, server->port);
	return table_key_hash(&key);
}

static struct asked *
find(const struct inbound_tracker *k, const struct rs_endpoint *phone,
    const struct rs_endpoint *server)
{
	if (recent_empty(&k->asked))
		return NULL; /* as long as nobody was asked anything */
	struct asked *a = recent_first(&k->asked, hash_of(k, phone, server));
	while (a && (!rs_endpoint_eq(&a->phone, phone) ||
			!rs_endpoint_eq(&a->server, server)))
		a = recent_next(a);
	return a;
}

/* NULL: there is no room at all. */
static struct asked *
touch(struct inbound_tracker *k, const struct rs_endpoint *phone,
    const struct rs_endpoint *server)
{
	struct asked *a = find(k, phone, server);
	if (a) {
		recent_again(&k->asked, a);
		return a;
	}
	if ((a = recent_add(&k->asked, hash_of(k, phone, server))) == NULL)
		return NULL;
	a->phone = *phone;
	a->server = *server;
	a->silence.since = a->silence.answered = RS_NEVER;
	return a;
}

/* The side that sends is there, be it to answer a request. */
static void
take_sign_of_life(
    struct inbound_tracker *k, const struct rs_event *ev, bool answer)
{
	const struct rs_endpoint *from = &ev->flow->end[ev->dir];
	const struct rs_endpoint *to = &ev->flow->end[rs_dir_other(ev->dir)];
	struct asked *a = find(k, from, to);
	if (a == NULL)
		return;
	a->silence.since = RS_NEVER;
	if (answer) {
		a->silence.answered = ev->at.complete;
		a->silence.answered_frame = ev->at.from;
	}
}

static void
take_request(struct inbound_tracker *k, const struct rs_event *ev)
{
	const struct rs_endpoint *server = &ev->flow->end[ev->dir];
	const struct rs_endpoint *phone = &ev->flow->end[rs_dir_other(ev->dir)];
	struct asked *a = touch(k, phone, server);
	bool invite = ev->u.sip_message->method == SIP_METHOD_INVITE;
	if (a == NULL)
		return;
	struct inbound_silence *n = &a->silence;
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
	struct asked *a = find(k, phone, server);
	struct inbound_silence *n = a ? &a->silence : NULL;
	if (n == NULL || n->since == RS_NEVER || n->icmp_at != RS_NEVER ||
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
	if (rs_event_unreachable(ev)) {
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
	const struct asked *a = k ? find(k, phone, server) : NULL;
	if (a == NULL || a->silence.since == RS_NEVER)
		return false;
	*to = a->silence;
	return true;
}
