/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Standings: see standing.h.
 *
 * Of a server's answers two to different addresses are kept in each four
 * seconds, for the last 64: enough to say, when a request has waited for 32,
 * that somebody else was answered meanwhile.  Nothing is kept of a phone before
 * it is refused, and of a silence only where another was answered in it.  An
 * answer to the phone itself within what was taken for a silence voids it,
 * whenever that becomes known: attempts close in another order than they run.
 */
#include "track/standing.h"

#include "track/queue.h"
#include "track/table.h"

#include <glib.h>

enum { SERVERS = 256, SLOTS = 16, OF_A_PHONE = 4, SILENCES = 4 };
enum { REFUSED = 2 }; /* one alone is no reason for a ban */

static const rs_time SLOT = 4 * RS_SEC;
static const rs_time WAITED = 32 * RS_SEC;   /* 64*T1 */
static const rs_time RECENT = 3600 * RS_SEC; /* a refusal that may count */

struct answer {
	rs_time at;
	struct rs_addr to;
	struct rs_frame frame;
};

struct slot {
	int64_t nth; /* since the epoch; 0: empty */
	struct answer first, other;
};

struct server {
	struct table_node node;
	struct rs_endpoint at;
	struct slot slots[SLOTS];
};

struct standing {
	struct standing *next;
	struct rs_endpoint server;
	int64_t refused;
	rs_time refused_at, answered;
	struct rs_frame refused_frame, answered_frame;
	struct rec_silence now;         /* since RS_NEVER: it is not silent */
	struct rec_silence *before;     /* SILENCES of them, when one ended */
	unsigned n_before, n_standings; /* of the phone, in the first one */
};

struct standings {
	struct rs_hash_seed seed;
	struct rs_account *pay;
	struct rs_pool *pool;
	struct table table;
	struct server *servers[SERVERS], *last;
	unsigned n;
	size_t held; /* charged */
	struct rec_silence blank;
};

struct standings *
standings_new(const struct rs_hash_seed *seed, struct rs_account *pay,
    struct rs_pool *pool)
{
	struct standings *k = g_new0(struct standings, 1);
	k->seed = *seed;
	k->pay = pay;
	k->pool = pool;
	table_init(&k->table, NULL);
	rec_init(&rec_silence_type, &k->blank);
	return k;
}

void
standings_forget(struct standings *k)
{
	for (unsigned i = 0; i < k->n; i++) {
		table_remove(&k->table, &k->servers[i]->node);
		g_free(k->servers[i]);
	}
	k->n = 0;
	k->last = NULL;
	rs_account_refund(k->pay, k->held);
	k->held = 0;
}

void
standings_free(struct standings *k)
{
	if (k == NULL)
		return;
	standings_forget(k);
	table_clear(&k->table);
	g_free(k);
}

static bool
charge(struct standings *k, size_t n)
{
	if (!rs_account_charge(k->pay, n))
		return false;
	k->held += n;
	return true;
}

/* ---- servers ---- */

static bool
same(const struct rs_endpoint *a, const struct rs_endpoint *b)
{
	return a->port == b->port && rs_addr_eq(&a->addr, &b->addr);
}

static struct server *
server_touch(struct standings *k, const struct rs_endpoint *at, bool create)
{
	struct table_key key;
	if (k->last && same(&k->last->at, at))
		return k->last;
	table_key_init(&key, &k->seed);
	table_key_addr(&key, &at->addr);
	table_key_number(&key, at->port);
	uint64_t hash = table_key_hash(&key);
	for (struct table_node *n = table_first(&k->table, hash); n;
	     n = table_next(n)) {
		struct server *v = TRACK_OF(n, struct server, node);
		if (same(&v->at, at))
			return k->last = v;
	}
	if (!create || k->n >= SERVERS || !charge(k, sizeof(struct server)))
		return NULL;
	struct server *v = g_new0(struct server, 1);
	v->at = *at;
	table_add(&k->table, &v->node, hash);
	k->servers[k->n++] = v;
	return k->last = v;
}

static void
server_answered(
    struct server *v, const struct rs_addr *to, rs_time at, struct rs_frame f)
{
	int64_t nth = at / SLOT;
	struct slot *s = &v->slots[(uint64_t)nth % SLOTS];
	if (nth <= 0 || s->nth > nth)
		return;
	if (s->nth < nth)
		*s = (struct slot){.nth = nth, .first = {at, *to, f}};
	else if (s->other.frame.number == 0 && !rs_addr_eq(&s->first.to, to))
		s->other = (struct answer){at, *to, f};
}

/* The first answer to another than that phone in the time from..to. */
static const struct answer *
answer_to_another(const struct server *v, const struct rs_addr *phone,
    rs_time from, rs_time to)
{
	const struct answer *best = NULL;
	for (unsigned i = 0; i < 2 * SLOTS; i++) {
		const struct slot *s = &v->slots[i / 2];
		const struct answer *a = i % 2 ? &s->other : &s->first;
		if (a->frame.number && a->at > from && a->at < to &&
		    !rs_addr_eq(&a->to, phone) &&
		    (best == NULL || a->at < best->at))
			best = a;
	}
	return best;
}

/* ---- phones ---- */

static struct standing *
standing_touch(struct standings *k, struct standing **of,
    const struct rs_endpoint *server, bool create)
{
	for (struct standing *s = *of; s; s = s->next)
		if (same(&s->server, server))
			return s;
	if (!create || (*of && (*of)->n_standings >= OF_A_PHONE))
		return NULL;
	struct standing *s;
	if (!charge(k, sizeof *s))
		return NULL;
	s = rs_pool_zeroed(k->pool, sizeof *s);
	s->server = *server;
	s->refused_at = s->answered = RS_NEVER;
	s->now = k->blank;
	s->n_standings = *of ? (*of)->n_standings + 1 : 1;
	s->next = *of;
	return *of = s;
}

static bool
refuses(const struct rec_transaction *t)
{
	if (t->status == 401 || t->status == 407)
		return t->credentials == RS_TRUE;
	return t->status == 403 || t->status == 404;
}

/* One that is too short says nothing. */
static bool
is_silence(const struct rec_silence *s)
{
	return s->other != RS_NEVER && s->until - s->since >= WAITED;
}

/* What went before is over, and kept if it was one. */
static void
end_silence(struct standings *k, struct standing *s)
{
	size_t room = SILENCES * sizeof *s->before;
	bool was = is_silence(&s->now);
	if (was && s->before == NULL && charge(k, room))
		s->before = rs_pool_zeroed(k->pool, room);
	if (was && s->before && s->n_before < SILENCES)
		s->before[s->n_before++] = s->now;
	s->now = k->blank;
}

static void
phone_answered(
    struct standings *k, struct standing *s, rs_time at, struct rs_frame frame)
{
	for (unsigned i = 0; i < s->n_before; i++)
		if (at >= s->before[i].since && at <= s->before[i].until)
			s->before[i] = s->before[--s->n_before];
	if (s->now.since != RS_NEVER && at >= s->now.since) {
		if (at <= s->now.until)
			s->now = k->blank;
		else
			end_silence(k, s);
	}
	if (at > s->answered) {
		s->answered = at;
		s->answered_frame = frame;
	}
}

/* A request of that time was given up at `until`. */
static void
phone_unanswered(struct standings *k, struct standing *s,
    const struct rs_addr *phone, rs_time at, struct rs_frame frame,
    rs_time until)
{
	struct rec_silence *n = &s->now;
	if (s->refused < REFUSED || s->answered >= at ||
	    at - s->refused_at > RECENT)
		return;
	if (n->since == RS_NEVER) {
		n->server.at = s->server;
		n->refused = s->refused;
		n->refused_frame = s->refused_frame;
		n->answered = s->answered;
		n->answered_frame = s->answered_frame;
		n->attempts = 0;
	}
	if (n->since == RS_NEVER || at < n->since) {
		n->since = at;
		n->frame = frame;
	}
	if (until > n->until)
		n->until = until;
	n->attempts++;
	const struct server *v = server_touch(k, &s->server, false);
	const struct answer *a =
	    v && n->other == RS_NEVER
		? answer_to_another(v, phone, n->since, n->until)
		: NULL;
	if (a) {
		n->other = a->at;
		n->other_frame = a->frame;
		n->other_client.at.addr = a->to;
	}
}

static void
transaction(struct standings *k, struct standing **of,
    const struct rs_addr *phone, const struct rec_registration *r,
    const struct rec_transaction *t, bool last)
{
	if (t->status > 0 && t->response_time != RS_NEVER) {
		struct server *v = server_touch(k, &t->server.at, true);
		bool refused = refuses(t);
		if (v)
			server_answered(
			    v, phone, t->response_time, t->response_frame);
		if (*of == NULL && !refused)
			return; /* as nearly all */
		struct standing *s =
		    standing_touch(k, of, &t->server.at, refused);
		if (s == NULL)
			return;
		phone_answered(k, s, t->response_time, t->response_frame);
		if (refused) {
			s->refused++;
			if (t->response_time > s->refused_at) {
				s->refused_at = t->response_time;
				s->refused_frame = t->response_frame;
			}
		}
	} else if (last && r->outcome == REC_TIMED_OUT && *of &&
		   t->provisional <= 0 && t->request_time != RS_NEVER) {
		struct standing *s =
		    standing_touch(k, of, &t->server.at, false);
		rs_time until = t->request_time + WAITED;
		if (s)
			phone_unanswered(k, s, phone, t->request_time,
			    t->request_frame,
			    r->ended > until ? r->ended : until);
	}
}

void
standing_registration(struct standings *k, struct standing **of,
    const struct rs_addr *phone, const struct rec_registration *r)
{
	const struct rec_transaction *t = r->transactions.v;
	uint32_t n = r->transactions.n, from = 0;
	if (!rec_outcome_failed(r->outcome) && n > 0)
		from = n - 1; /* the last word says all */
	for (uint32_t i = from; i < n; i++)
		transaction(k, of, phone, r, &t[i], i + 1 == n);
}

/* Who bans drops SYNs as well. */
void
standing_connection(struct standings *k, struct standing **of,
    const struct rs_addr *phone, const struct rec_connection *c)
{
	if (*of == NULL || c->syns < 2 || c->icmp.p || c->started == RS_NEVER ||
	    c->ended == RS_NEVER || !rs_span_eq(c->conn_state, RS_LIT("S0")))
		return;
	struct standing *s = standing_touch(k, of, &c->server.at, false);
	if (s)
		phone_unanswered(
		    k, s, phone, c->started, c->syn_frame, c->ended);
}

void
standing_join(struct standing **of, struct standing *more)
{
	unsigned n =
	    (*of ? (*of)->n_standings : 0) + (more ? more->n_standings : 0);
	struct standing **end = of;
	while (*end)
		end = &(*end)->next;
	*end = more;
	if (*of)
		(*of)->n_standings = n;
}

void
standing_view(const struct standing *s, struct rec_list *l, struct rec_arena *a)
{
	for (; s; s = s->next) {
		for (unsigned i = 0; i < s->n_before; i++)
			*(struct rec_silence *)rec_list_add(
			    l, a, sizeof s->now) = s->before[i];
		if (is_silence(&s->now))
			*(struct rec_silence *)rec_list_add(
			    l, a, sizeof s->now) = s->now;
	}
}
