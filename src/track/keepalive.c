/* SPDX-License-Identifier: Apache-2.0 */
#include "track/keepalive.h"

#include "track/table.h"

#include <glib.h>

enum { SLOTS = 4096 };

struct slot {
	struct rs_endpoint end[2]; /* the lower first */
	uint64_t serial;           /* of the flow that `now` is of; 0: free */
	struct rs_flow_pace now, before; /* before: of flows that are over */
};

struct keepalive_tracker {
	const struct rs_hash_seed *seed;
	struct rs_account *pay;
	struct slot *slots; /* NULL: nothing was seen yet */
};

struct keepalive_tracker *
keepalive_tracker_new(const struct rs_hash_seed *seed, struct rs_account *pay)
{
	struct keepalive_tracker *k = g_new0(struct keepalive_tracker, 1);
	k->seed = seed;
	k->pay = pay;
	return k;
}

void
keepalive_tracker_free(struct keepalive_tracker *k)
{
	if (k == NULL)
		return;
	if (k->slots)
		rs_account_refund(k->pay, SLOTS * sizeof *k->slots);
	g_free(k->slots);
	g_free(k);
}

static struct rs_flow_pace
together(struct rs_flow_pace a, const struct rs_flow_pace *b)
{
	a.pings += b->pings;
	a.pongs += b->pongs;
	if (b->silence > a.silence) {
		a.silence = b->silence;
		a.silence_from = b->silence_from;
	}
	return a;
}

/* Which of the two is the client, is not known of each flow. */
static struct slot *
slot_of(const struct keepalive_tracker *k, const struct rs_endpoint *a,
    const struct rs_endpoint *b, struct rs_endpoint end[2])
{
	int c = rs_addr_cmp(&a->addr, &b->addr);
	bool turned = c > 0 || (c == 0 && a->port > b->port);
	struct table_key key;
	end[turned] = *a;
	end[!turned] = *b;
	table_key_init(&key, k->seed);
	table_key_addr(&key, &end[0].addr);
	table_key_addr(&key, &end[1].addr);
	table_key_pair(&key, end[0].port, end[1].port);
	return &k->slots[table_key_hash(&key) % SLOTS];
}

static bool
is_of(const struct slot *s, const struct rs_endpoint end[2])
{
	return s->serial && rs_endpoint_eq(&s->end[0], &end[0]) &&
	       rs_endpoint_eq(&s->end[1], &end[1]);
}

void
keepalive_tracker_event(struct keepalive_tracker *k, const struct rs_event *ev)
{
	const struct rs_flow_info *f = ev->flow;
	struct rs_endpoint end[2];
	if (f == NULL || !rs_flow_pace_tells(&f->pace))
		return;
	if (k->slots == NULL) {
		k->slots = g_new0(struct slot, SLOTS);
		rs_account_force(k->pay, SLOTS * sizeof *k->slots);
	}
	struct slot *s = slot_of(k, &f->end[0], &f->end[1], end);
	if (!is_of(s, end))
		*s = (struct slot){.end = {end[0], end[1]}};
	else if (s->serial != f->serial)
		s->before = together(s->before, &s->now);
	s->serial = f->serial;
	s->now = f->pace;
}

void
keepalive_record(struct rec_keepalive *to, const struct rs_flow_pace *p)
{
	if (!rs_flow_pace_tells(p))
		return;
	to->pings = p->pings;
	to->pongs = p->pongs;
	if (p->silence < 10 * RS_SEC)
		return;
	to->silence = p->silence;
	to->silence_from = p->silence_from;
}

bool
keepalive_tracker_find(const struct keepalive_tracker *k,
    const struct rs_endpoint *phone, const struct rs_endpoint *server,
    struct rs_flow_pace *to)
{
	struct rs_endpoint end[2];
	if (k == NULL || k->slots == NULL)
		return false;
	const struct slot *s = slot_of(k, phone, server, end);
	if (!is_of(s, end))
		return false;
	*to = together(s->before, &s->now);
	return true;
}
