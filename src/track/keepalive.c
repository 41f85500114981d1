/* SPDX-License-Identifier: Apache-2.0 */
#include "track/keepalive.h"

#include "track/recent.h"

#include <glib.h>

enum { MOST = 4096 };

/* All flows between two endpoints. */
struct way {
	struct recent_node node;         /* by what was heard last */
	struct rs_endpoint end[2];       /* the lower first */
	uint64_t serial;                 /* of the flow that `now` is of */
	rs_time last;                    /* its latest packet that was told */
	struct rs_flow_pace now, before; /* before: of flows that are over */
};

struct keepalive_tracker {
	const struct rs_hash_seed *seed;
	struct recent ways;
};

struct keepalive_tracker *
keepalive_tracker_new(const struct rs_hash_seed *seed, struct rs_account *pay)
{
	struct keepalive_tracker *k = g_new0(struct keepalive_tracker, 1);
	k->seed = seed;
	recent_init(&k->ways, sizeof(struct way), MOST, pay);
	return k;
}

void
keepalive_tracker_free(struct keepalive_tracker *k)
{
	if (k == NULL)
		return;
	recent_clear(&k->ways);
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

/* Which of the two is the client, is not known of each flow: the hash of both,
   in an order of their own. */
static uint64_t
sort_ends(const struct keepalive_tracker *k, const struct rs_endpoint *a,
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
	return table_key_hash(&key);
}

static struct way *
find(const struct keepalive_tracker *k, const struct rs_endpoint end[2],
    uint64_t hash)
{
	struct way *w = recent_first(&k->ways, hash);
	while (w && (!rs_endpoint_eq(&w->end[0], &end[0]) ||
			!rs_endpoint_eq(&w->end[1], &end[1])))
		w = recent_next(w);
	return w;
}

/* Another flow of this way: over UDP nothing was sent since the one before, of
   which the end, too, was told by its last packet. */
static void
next_flow(struct way *w, const struct rs_flow_info *f)
{
	const struct rs_flow_pace between = {
	    .silence = f->first_at - w->last, .silence_from = w->last};
	w->before = together(w->before, &w->now);
	if (f->carrier == RS_OVER_UDP && f->first_at > w->last)
		w->before = together(w->before, &between);
	w->last = f->first_at;
}

void
keepalive_tracker_event(struct keepalive_tracker *k, const struct rs_event *ev)
{
	const struct rs_flow_info *f = ev->flow;
	bool idle =
	    ev->type == RS_EV_FLOW_END && ev->u.flow_end.how == RS_END_IDLE;
	bool tells = idle || (f && rs_flow_pace_tells(&f->pace));
	struct rs_endpoint end[2];
	if (f == NULL ||
	    (!tells && (ev->type != RS_EV_FLOW_OPEN || recent_empty(&k->ways))))
		return;
	uint64_t hash = sort_ends(k, &f->end[0], &f->end[1], end);
	struct way *w = find(k, end, hash);
	if (w == NULL && !tells)
		return;
	if (w) {
		recent_again(&k->ways, w);
		if (w->serial != f->serial)
			next_flow(w, f);
	} else if ((w = recent_add(&k->ways, hash)) != NULL) {
		memcpy(w->end, end, sizeof end);
		w->last = ev->at.complete;
	} else {
		return;
	}
	w->serial = f->serial;
	w->now = f->pace;
	if (ev->at.complete > w->last)
		w->last = ev->at.complete;
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
	if (k == NULL)
		return false;
	uint64_t hash = sort_ends(k, phone, server, end);
	const struct way *w = find(k, end, hash);
	if (w == NULL)
		return false;
	*to = together(w->before, &w->now);
	return true;
}
