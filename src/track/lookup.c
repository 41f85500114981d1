/* SPDX-License-Identifier: Apache-2.0 */
#include "track/lookup_inner.h"

#include <glib.h>

/* MOST: open lookups, and hosts.  KEPT: of an answer that may not be the last
   one, the most that is remembered. */
enum { MOST = 4096, KEPT = 4096, LOOK_BACK = 64, MOST_FIT = 8 };

/* Resolvers ask again after one to five seconds (RFC 1536 1 and those that
   there are); with another id after more than that it is a new question. */
static const rs_time GAVE_UP = 6 * RS_SEC, SAME_ID = 32 * RS_SEC;
/* So long after the last query nothing more is expected, and so much of it has
   to be covered; but who repeats it for that long has had no answer. */
static const rs_time PATIENCE = 10 * RS_SEC, COVERED = 5 * RS_SEC;
/* For a query over TCP, or to another server, and for answers to repeats. */
static const rs_time LINGER = 5 * RS_SEC;

struct lookup_tracker *
lookup_tracker_new(struct names *names, struct related *related,
    const struct rs_hash_seed *seed, struct rs_account *pay,
    const struct rec_sink *out)
{
	struct lookup_tracker *k = g_new0(struct lookup_tracker, 1);
	k->seed = seed;
	k->pay = pay;
	k->out = out;
	k->names = names;
	k->related = related;
	k->now = k->drops_from = k->drops_to = RS_NEVER;
	rs_pool_init(&k->pool);
	rec_arena_init(&k->arena, NULL, NULL);
	table_init(&k->lookups, pay);
	recent_init(&k->hosts, sizeof(struct host), MOST, pay);
	queue_init(&k->asking);
	queue_init(&k->pending);
	queue_init(&k->over);
	queue_init(&k->unseen);
	return k;
}

/* ---- hosts ---- */

struct host *
lookup_host(const struct lookup_tracker *k, const struct rs_addr *a)
{
	struct host *h = recent_first(&k->hosts, table_addr_hash(k->seed, a));
	while (h && !rs_addr_eq(&h->addr, a))
		h = recent_next(h);
	return h;
}

/* NULL: no room. */
static struct host *
host_touch(struct lookup_tracker *k, const struct rs_addr *a)
{
	struct host *h = lookup_host(k, a);
	if (h == NULL &&
	    (h = recent_add(&k->hosts, table_addr_hash(k->seed, a))) != NULL)
		h->addr = *a;
	return h;
}

/* ---- open lookups ---- */

static struct queue *
queue_of(struct lookup_tracker *k, enum lookup_phase phase)
{
	switch (phase) {
	case LOOKUP_ASKING:
		return &k->asking;
	case LOOKUP_PENDING:
		return &k->pending;
	case LOOKUP_OVER:
		return &k->over;
	case LOOKUP_UNSEEN:
		return &k->unseen;
	}
	return NULL;
}

static void
forget_answer(struct lookup_tracker *k, struct lookup *l)
{
	if (l->kept) {
		rs_account_refund(k->pay, l->answer.n);
		g_free((void *)(uintptr_t)l->answer.p);
	}
	l->answer = (struct rs_span){0};
	l->kept = false;
}

static void
drop(struct lookup_tracker *k, struct lookup *l)
{
	queue_remove(queue_of(k, l->phase), &l->order);
	if (l->phase != LOOKUP_UNSEEN)
		table_remove(&k->lookups, &l->node);
	forget_answer(k, l);
	rs_account_refund(k->pay, sizeof *l);
	rs_pool_give(&k->pool, l, sizeof *l);
}

static void
enter(struct lookup_tracker *k, struct lookup *l, enum lookup_phase phase,
    rs_time due)
{
	queue_remove(queue_of(k, l->phase), &l->order);
	l->phase = phase;
	l->due = due;
	queue_push(queue_of(k, phase), &l->order);
}

/* Told, and kept for a while for what comes late. */
static void
over(struct lookup_tracker *k, struct lookup *l, rs_time now)
{
	l->ended = l->answered != RS_NEVER ? l->answered : now;
	lookup_tell(k, l);
	forget_answer(k, l);
	enter(k, l, LOOKUP_OVER, now + LINGER);
}

/* Its client asks no more. */
static void
gave_up(struct lookup_tracker *k, struct lookup *l, rs_time now)
{
	l->covered = !l->unclear && (now - l->last >= COVERED ||
					l->last - l->started >= PATIENCE);
	l->dropped = k->drops_to != RS_NEVER && k->drops_to > l->started &&
		     k->drops_from <= now;
	l->ended = now;
	if (l->icmp_frame.number || l->dropped || !l->covered || k->two_way) {
		lookup_tell(k, l);
		drop(k, l);
		return;
	}
	/* It may turn out yet that answers are seen here. */
	table_remove(&k->lookups, &l->node);
	enter(k, l, LOOKUP_UNSEEN, RS_NEVER);
}

static bool
evict(struct lookup_tracker *k)
{
	static const enum lookup_phase order[] = {
	    LOOKUP_OVER, LOOKUP_UNSEEN, LOOKUP_PENDING, LOOKUP_ASKING};
	for (size_t i = 0; i < G_N_ELEMENTS(order); i++) {
		struct queue_link *q = queue_first(queue_of(k, order[i]));
		if (q == NULL)
			continue;
		struct lookup *l = TRACK_OF(q, struct lookup, order);
		if (l->phase != LOOKUP_OVER) {
			l->evicted = true;
			if (l->ended == RS_NEVER)
				l->ended = k->now;
			lookup_tell(k, l);
			k->counts.evicted++;
		}
		drop(k, l);
		return true;
	}
	return false;
}

static uint64_t
lookup_hash(const struct lookup_tracker *k, const struct rs_addr *client,
    const struct dns_msg *m)
{
	struct table_key key;
	table_key_init(&key, k->seed);
	table_key_addr(&key, client);
	table_key_number(&key, m->type);
	table_key_text(&key, dns_name_span(&m->name));
	return table_key_hash(&key);
}

static bool
is_apart(const struct rs_event *ev)
{
	return ev->flow->source == RS_FROM_LOG_APART;
}

static struct lookup *
find(const struct lookup_tracker *k, const struct rs_addr *client,
    const struct dns_msg *m, bool apart)
{
	struct table_node *n =
	    table_first(&k->lookups, lookup_hash(k, client, m));
	for (; n; n = table_next(n)) {
		struct lookup *l = TRACK_OF(n, struct lookup, node);
		if (l->apart == apart && l->type == m->type &&
		    rs_addr_eq(&l->client, client) &&
		    rs_span_eq(
			dns_name_span(&l->name), dns_name_span(&m->name)))
			return l;
	}
	return NULL;
}

static size_t
open_lookups(const struct lookup_tracker *k)
{
	return k->asking.n + k->pending.n + k->over.n + k->unseen.n;
}

/* Where the capture's time steps back, the clock stands until it has caught up.
 */
static rs_time
waits_from(const struct lookup *l, const struct rs_event *ev)
{
	return ev->now > l->last ? ev->now : l->last;
}

/* NULL: no room at all. */
static struct lookup *
begin(struct lookup_tracker *k, const struct rs_addr *client,
    const struct rs_event *ev)
{
	const struct dns_msg *m = ev->u.dns_message;
	if (open_lookups(k) >= MOST)
		evict(k);
	while (!rs_account_charge(k->pay, sizeof(struct lookup)))
		if (!evict(k))
			return NULL;
	struct lookup *l = rs_pool_take(&k->pool, sizeof *l);
	memset(l, 0, offsetof(struct lookup, name));
	l->phase = LOOKUP_ASKING;
	l->client = *client;
	l->name.n = m->name.n;
	memcpy(l->name.text, m->name.text, m->name.n);
	l->type = m->type;
	l->apart = is_apart(ev);
	l->started = l->last = ev->at.first;
	l->ended = l->answered = RS_NEVER;
	l->due = waits_from(l, ev) + PATIENCE;
	table_add(&k->lookups, &l->node, lookup_hash(k, client, m));
	queue_push(&k->asking, &l->order);
	return l;
}

/* The last place is for the last frame. */
static void
add_frame(struct lookup *l, struct rs_frame f)
{
	if (l->n_frames == LOOKUP_FRAMES)
		l->n_frames--;
	l->frames[l->n_frames++] = f;
	l->logged |= rs_frame_is_line(f);
}

/* The packet, and the line of a log that tells of it. */
static void
add_frames(struct lookup *l, const struct rs_event *ev, struct rs_frame f)
{
	const struct rs_where parts = rs_event_parts(ev);
	add_frame(l, f);
	for (size_t i = 1; i < parts.n; i++) {
		l->logged = true;
		if (l->n_frames + 1 < LOOKUP_FRAMES)
			add_frame(l, parts.v[i].at.from);
	}
}

static bool
knows_id(const struct lookup *l, const struct query *q)
{
	for (unsigned i = 0; i < l->n_queries; i++)
		if (l->queries[i].id == q->id)
			return true;
	return false;
}

/* Does this query belong to what is open? */
static bool
goes_on(const struct lookup *l, const struct query *q, rs_time at)
{
	if (l->phase == LOOKUP_OVER)
		return false;
	if (l->phase == LOOKUP_PENDING)
		return true;
	return at - l->last <= (knows_id(l, q) ? SAME_ID : GAVE_UP);
}

static void
add_query(struct lookup *l, const struct query *q)
{
	if (l->n_queries == LOOKUP_QUERIES) {
		memmove(l->queries, l->queries + 1,
		    sizeof l->queries - sizeof *l->queries);
		l->n_queries--;
	}
	l->queries[l->n_queries++] = *q;
	l->total++;
}

static void
hear_query(struct lookup_tracker *k, const struct dns_msg *m,
    const struct query *q, const struct rs_event *ev)
{
	rs_time at = ev->at.first;
	struct lookup *l = find(k, &q->client.addr, m, is_apart(ev));
	if (l && !goes_on(l, q, at)) {
		if (l->phase == LOOKUP_OVER)
			drop(k, l);
		else
			gave_up(k, l, at);
		l = NULL;
	}
	if (l == NULL)
		l = begin(k, &q->client.addr, ev);
	if (l == NULL)
		return;
	add_query(l, q);
	add_frames(l, ev, ev->at.from);
	if (at > l->last)
		l->last = at;
	enter(k, l, l->phase, waits_from(l, ev) + PATIENCE);
}

/* The query that this answers, or NULL. */
static const struct query *
asked(const struct lookup *l, const struct query *q)
{
	for (unsigned i = l->n_queries; i-- > 0;) {
		const struct query *x = &l->queries[i];
		if (x->id == q->id && x->carrier == q->carrier &&
		    rs_endpoint_eq(&x->client, &q->client) &&
		    rs_endpoint_eq(&x->server, &q->server))
			return x;
	}
	return NULL;
}

/* REFUSED and SERVFAIL do not show that a server answers questions. */
static bool
is_answer(const struct dns_msg *m)
{
	return m->rcode == DNS_NOERROR || m->rcode == DNS_NXDOMAIN;
}

/* Some servers refuse with a header and no question (QDCOUNT 0): the id and
   both ends then tell what was asked.  NULL: none is told an error by it.
   Where it may be for one of several, or is no error, it is not known whether
   they were answered. */
static struct lookup *
find_unnamed(struct lookup_tracker *k, const struct dns_msg *m,
    const struct query *q, bool apart)
{
	static const enum lookup_phase phases[] = {
	    LOOKUP_ASKING, LOOKUP_PENDING, LOOKUP_OVER};
	struct lookup *fit[MOST_FIT];
	size_t n = 0;
	for (size_t i = 0; i < G_N_ELEMENTS(phases); i++) {
		const struct queue *all = queue_of(k, phases[i]);
		struct queue_link *at = queue_last(all);
		for (int j = 0; at && at != &all->ends && j < LOOK_BACK; j++) {
			struct lookup *l = TRACK_OF(at, struct lookup, order);
			at = at->prev;
			if (l->apart == apart && asked(l, q) && n < MOST_FIT)
				fit[n++] = l;
		}
	}
	if (n == 1 && !is_answer(m))
		return fit[0];
	for (size_t i = 0; i < n; i++)
		fit[i]->unclear = true;
	return NULL;
}

/* It may not be the last word: somebody else may be asked, or the same over
   TCP. */
static bool
may_go_on(const struct dns_msg *m, enum rec_lookup_state state)
{
	return m->truncated || state == REC_REFUSED ||
	       state == REC_LOOKUP_FAILED;
}

static void
keep_answer(struct lookup_tracker *k, struct lookup *l)
{
	struct rs_span bytes = rs_span_part(l->answer, 0, KEPT);
	rs_account_force(k->pay, bytes.n);
	l->answer.p = g_memdup2(bytes.p, bytes.n);
	l->answer.n = bytes.n;
	l->kept = true;
}

static void
hear_response(struct lookup_tracker *k, const struct dns_msg *m,
    const struct query *q, const struct rs_event *ev)
{
	struct host *server = host_touch(k, &q->server.addr);
	bool named = m->name.n != 0;
	struct lookup *l = named ? find(k, &q->client.addr, m, is_apart(ev))
				 : find_unnamed(k, m, q, is_apart(ev));
	/* An answer of another id, port or server answers no open question
	   (RFC 5452 9.1). */
	bool taken = l == NULL || asked(l, q);
	if (server && named && taken && is_answer(m))
		server->answered = true;
	k->two_way = true;
	if (l && l->phase == LOOKUP_OVER)
		return; /* to a repeat */
	if (!taken)
		return; /* nobody takes it */
	if (l == NULL && named)
		l = begin(k, &q->client.addr, ev);
	if (l == NULL)
		return;
	add_frames(l, ev, ev->at.to);
	l->answered = ev->at.complete;
	l->answer_frame = ev->at.to;
	l->answered_query = *q;
	l->truncated |= m->truncated;
	forget_answer(k, l);
	l->answer = m->bytes;
	lookup_learn(k, l, m);
	if (!may_go_on(m, lookup_answer_state(m, l->type))) {
		over(k, l, ev->now);
		return;
	}
	keep_answer(k, l);
	enter(k, l, LOOKUP_PENDING, ev->now + LINGER);
}

static void
hear_message(struct lookup_tracker *k, const struct rs_event *ev)
{
	const struct dns_msg *m = ev->u.dns_message;
	const struct rs_flow_info *f = ev->flow;
	enum rs_dir from =
	    m->response ? rs_dir_other(ev->dir) : ev->dir; /* who asks */
	const struct query q = {f->end[from], f->end[rs_dir_other(from)],
	    f->serial, m->id, f->carrier};
	k->counts.queries += !m->response;
	k->counts.responses += m->response;
	if (m->opcode != 0 || (m->name.n == 0 && !m->response))
		return;
	if (m->response)
		hear_response(k, m, &q, ev);
	else
		hear_query(k, m, &q, ev);
}

/* ---- what else happens ---- */

/* An error that quotes a query: whoever asked it on that flow. */
static void
hear_icmp(struct lookup_tracker *k, const struct rs_event *ev)
{
	struct queue_link *q = queue_last(&k->asking);
	for (int i = 0; q && q != &k->asking.ends && i < LOOK_BACK; i++) {
		struct lookup *l = TRACK_OF(q, struct lookup, order);
		q = q->prev;
		if (l->n_queries == 0 ||
		    l->queries[l->n_queries - 1].flow != ev->flow->serial)
			continue;
		if (l->icmp_frame.number == 0)
			add_frame(l, ev->at.from);
		l->icmp_from = ev->u.icmp.sender;
		l->icmp_type = ev->u.icmp.type;
		l->icmp_code = ev->u.icmp.code;
		l->icmp_frame = ev->at.from;
		return;
	}
}

void
lookup_tracker_event(struct lookup_tracker *k, const struct rs_event *ev)
{
	if (ev->type == RS_EV_DROPS) {
		if (ev->u.drops.packets == 0)
			return; /* between files: the one
				   interval would be of years */
		k->drops_from = k->drops_to == RS_NEVER
				    ? ev->u.drops.from
				    : MIN(k->drops_from, ev->u.drops.from);
		k->drops_to = MAX(k->drops_to, ev->u.drops.to);
		return;
	}
	if (ev->flow == NULL)
		return;
	if (ev->type == RS_EV_DNS_MESSAGE)
		hear_message(k, ev);
	else if (rs_event_unreachable(ev))
		hear_icmp(k, ev);
	else if (ev->dir == RS_S2C)
		k->two_way = true;
}

/* The first that is due by now, or NULL. */
static struct lookup *
due(struct queue *q, rs_time now)
{
	struct queue_link *l = queue_first(q);
	if (l == NULL || TRACK_OF(l, struct lookup, order)->due > now)
		return NULL;
	return TRACK_OF(l, struct lookup, order);
}

void
lookup_tracker_advance(struct lookup_tracker *k, rs_time now)
{
	struct lookup *l;
	k->now = now;
	while ((l = due(&k->over, now)) != NULL)
		drop(k, l);
	while ((l = due(&k->pending, now)) != NULL)
		over(k, l, l->due);
	while ((l = due(&k->asking, now)) != NULL)
		gave_up(k, l, l->due);
}

void
lookup_tracker_finish(struct lookup_tracker *k, rs_time end)
{
	struct queue_link *q;
	lookup_tracker_advance(k, end);
	while ((q = queue_first(&k->pending)) != NULL)
		over(k, TRACK_OF(q, struct lookup, order), end);
	while ((q = queue_first(&k->asking)) != NULL)
		gave_up(k, TRACK_OF(q, struct lookup, order), end);
	while ((q = queue_first(&k->unseen)) != NULL) {
		struct lookup *l = TRACK_OF(q, struct lookup, order);
		lookup_tell(k, l);
		drop(k, l);
	}
}

void
lookup_tracker_free(struct lookup_tracker *k)
{
	struct queue_link *q;
	if (k == NULL)
		return;
	for (int p = LOOKUP_ASKING; p <= LOOKUP_UNSEEN; p++)
		while ((q = queue_first(queue_of(k, (enum lookup_phase)p))) !=
		       NULL)
			drop(k, TRACK_OF(q, struct lookup, order));
	recent_clear(&k->hosts);
	table_clear(&k->lookups);
	rs_pool_clear(&k->pool);
	rec_arena_clear(&k->arena);
	g_free(k);
}

struct lookup_counts
lookup_tracker_counts(const struct lookup_tracker *k)
{
	return k->counts;
}
