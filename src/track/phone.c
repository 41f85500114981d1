/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The chain of one phone: which stage broke first.
 *
 * Records come in any order, so everything kept of a stage is "the latest" by
 * time: the latest success and the latest failure, the latest decided attempt
 * of each line.  That also bounds it: a phone is a fixed size, its lists are
 * short, and the table is charged to the account.
 *
 * A stage is failed when its latest word is a failure.  The phone stopped at
 * the first failed stage after which no later stage succeeded: who could not
 * connect by TCP and then registered by UDP did not stop there.
 */
#include "track/phone.h"

#include "base/pool.h"
#include "track/queue.h"
#include "track/standing.h"
#include "track/table.h"

#include <glib.h>
#include <stdlib.h>

enum { PHONE_COST = 1024, LINE_COST = 192 };
enum { MAX_LINES = 64, MAX_AGENTS = 8, MAX_EVIDENCE = 16, MAX_TEXT = 256 };

/* Those that are judged; link, DHCP, DNS and provisioning are not yet. */
enum stage { TCP, TLS, SIP, N_STAGES };

static const char *const stage_names[N_STAGES] = {"tcp", "tls", "sip"};

/* The latest record that said so. */
struct word {
	rs_time at; /* RS_NEVER: none did */
	struct rec_id id;
	const struct rec_type *type;
	struct rs_frame from, to;
};

struct line { /* one address of record */
	struct line *next;
	struct word decided;
	enum rec_outcome outcome;
	rs_time registered; /* first, with credentials, as that user */
	struct rs_frame registered_frame;
	struct rs_span user;
	struct told *told; /* NULL: never */
	size_t n;
	uint8_t aor[];
};

/* A 500 or 503 that named a time to wait. */
struct told {
	rs_time at, retried;
	struct rs_frame frame, retried_frame;
	int64_t seconds;
};

struct agent {
	struct agent *next;
	size_t n;
	uint8_t text[];
};

/* What each record touches comes first: among many phones, memory that is not
   at hand is what a record costs. */
struct phone {
	struct table_node node; /* by its address */
	struct rs_addr address;
	struct rec_id id;
	struct line *lines; /* sorted by their text, as agents */
	struct agent *agents;
	uint32_t n_lines, n_agents;
	int64_t attempts, failed;
	bool by_tcp, by_tls, by_udp, suffered;
	rs_time started, ended;
	rs_time registered_at; /* the latest attempt that succeeded */
	struct word good[N_STAGES], bad[N_STAGES];
	struct word under_tls; /* TLS that shows that TCP was up */
	struct word other;     /* the latest decided removal or query */
	enum rec_outcome other_outcome;
	struct standing *standing;
	struct phone *next;
};

struct phone_tracker {
	struct rs_hash_seed seed;
	struct rs_account *pay;
	struct table table;
	struct rs_pool pool; /* of phones, lines and agents */
	struct standings *standings;
	struct phone *all;
	size_t n;
	uint64_t refused;
};

struct phone_tracker *
phone_tracker_new(const struct rs_hash_seed *seed, struct rs_account *pay)
{
	struct phone_tracker *k = g_new0(struct phone_tracker, 1);
	k->seed = *seed;
	k->pay = pay;
	table_init(&k->table, NULL);
	rs_pool_init(&k->pool);
	k->standings = standings_new(seed, pay, &k->pool);
	return k;
}

static void
forget_all(struct phone_tracker *k)
{
	for (const struct phone *ph = k->all; ph; ph = ph->next)
		rs_account_refund(k->pay, PHONE_COST + ph->n_lines * LINE_COST);
	standings_forget(k->standings);
	rs_pool_clear(&k->pool);
	table_clear(&k->table);
	k->all = NULL;
	k->n = 0;
}

void
phone_tracker_free(struct phone_tracker *k)
{
	if (k == NULL)
		return;
	forget_all(k);
	standings_free(k->standings);
	g_free(k);
}

uint64_t
phone_tracker_refused(const struct phone_tracker *k)
{
	return k->refused;
}

static uint64_t
hash_of(const struct phone_tracker *k, const struct rs_addr *address)
{
	struct table_key key;
	table_key_init(&key, &k->seed);
	table_key_addr(&key, address);
	return table_key_hash(&key);
}

void
phone_tracker_ahead(const struct phone_tracker *k, const struct rs_addr *client)
{
	table_ahead(&k->table, hash_of(k, client));
}

static struct phone *
phone_touch(struct phone_tracker *k, const struct rs_addr *address)
{
	uint64_t hash = hash_of(k, address);
	struct phone *ph;
	for (struct table_node *n = table_first(&k->table, hash); n;
	     n = table_next(n)) {
		ph = TRACK_OF(n, struct phone, node);
		if (rs_addr_eq(&ph->address, address))
			return ph;
	}
	if (!rs_account_charge(k->pay, PHONE_COST)) {
		k->refused++;
		return NULL;
	}
	ph = rs_pool_zeroed(&k->pool, sizeof *ph);
	ph->address = *address;
	ph->started = ph->ended = ph->registered_at = RS_NEVER;
	ph->other.at = ph->under_tls.at = RS_NEVER;
	for (int i = 0; i < N_STAGES; i++)
		ph->good[i].at = ph->bad[i].at = RS_NEVER;
	table_add(&k->table, &ph->node, hash);
	ph->next = k->all;
	k->all = ph;
	k->n++;
	return ph;
}

/* Keeps the later one; of two at the same time the one with the higher id, so
   that the order of coming does not matter.  True when w was taken. */
static bool
word_take(struct word *have, const struct word *w)
{
	if (w->at == RS_NEVER || w->at < have->at ||
	    (w->at == have->at && rec_id_cmp(&w->id, &have->id) <= 0))
		return false;
	*have = *w;
	return true;
}

static struct word
word_of(const struct rec_type *type, const struct rec_id *id, rs_time at,
    const struct rec_list *frames)
{
	struct word w = {at, *id, type, id->frame, id->frame};
	if (frames->n) {
		const struct rs_frame *v = frames->v;
		w.from = v[0];
		w.to = v[frames->n - 1];
	}
	return w;
}

static void
phone_span(
    struct phone *ph, const struct rec_id *id, rs_time started, rs_time ended)
{
	if (!rec_id_is(&ph->id) || rec_id_cmp(id, &ph->id) < 0)
		ph->id = *id;
	if (started != RS_NEVER &&
	    (ph->started == RS_NEVER || started < ph->started))
		ph->started = started;
	if (ended != RS_NEVER && ended > ph->ended)
		ph->ended = ended;
}

/* What is kept of a text: to its first NUL, and not all of a long one. */
static struct rs_span
clip(struct rs_span s)
{
	s.n = rs_span_find(s, 0);
	return rs_span_part(s, 0, MAX_TEXT);
}

static int
compare(const uint8_t *p, size_t n, struct rs_span s)
{
	int c = memcmp(p, s.p, n < s.n ? n : s.n);
	return c ? c : n < s.n ? -1 : n > s.n;
}

static void
add_agent(struct phone_tracker *k, struct phone *ph, struct rs_span agent)
{
	struct agent **at = &ph->agents;
	if (agent.n == 0)
		return;
	agent = clip(agent);
	for (; *at; at = &(*at)->next) {
		int c = compare((*at)->text, (*at)->n, agent);
		if (c == 0)
			return;
		if (c > 0)
			break;
	}
	struct agent *g = rs_pool_take(&k->pool, sizeof *g + agent.n);
	g->next = *at;
	g->n = agent.n;
	memcpy(g->text, agent.p, agent.n);
	*at = g;
	if (ph->n_agents++ < MAX_AGENTS)
		return;
	/* The greatest goes: what is kept does not depend on the order. */
	while ((*at)->next)
		at = &(*at)->next;
	rs_pool_give(&k->pool, *at, sizeof **at + (*at)->n);
	*at = NULL;
	ph->n_agents--;
}

static struct line *
line_touch(struct phone_tracker *k, struct phone *ph, struct rs_span aor)
{
	struct line **at = &ph->lines;
	aor = aor.p ? clip(aor) : RS_LIT("");
	for (; *at; at = &(*at)->next) {
		int c = compare((*at)->aor, (*at)->n, aor);
		if (c == 0)
			return *at;
		if (c > 0)
			break;
	}
	if (ph->n_lines >= MAX_LINES || !rs_account_charge(k->pay, LINE_COST))
		return NULL;
	struct line *l = rs_pool_take(&k->pool, sizeof *l + aor.n);
	*l = (struct line){.next = *at, .n = aor.n};
	l->decided.at = l->registered = RS_NEVER;
	memcpy(l->aor, aor.p, aor.n);
	*at = l;
	ph->n_lines++;
	return l;
}

static void
add_transport(struct phone *ph, enum rec_transport t)
{
	ph->by_udp |= t == REC_UDP;
	ph->by_tcp |= t == REC_TCP || t == REC_WS;
	ph->by_tls |= t == REC_TLS || t == REC_WSS;
}

/* The first success of the line with credentials: its password is right. */
static void
line_registered(
    struct phone_tracker *k, struct line *l, const struct rec_registration *r)
{
	const struct rec_transaction *t = r->transactions.v;
	if (r->outcome != REC_REGISTERED || r->transactions.n == 0 ||
	    r->auth_user.n == 0)
		return;
	t += r->transactions.n - 1;
	if (t->credentials != RS_TRUE || t->response_time == RS_NEVER ||
	    (l->registered != RS_NEVER && l->registered <= t->response_time))
		return;
	l->registered = t->response_time;
	l->registered_frame = t->response_frame;
	struct rs_span user = clip(r->auth_user);
	if (l->user.p && rs_span_eq(l->user, user))
		return;
	uint8_t *p = rs_pool_take(&k->pool, user.n);
	memcpy(p, user.p, user.n);
	l->user = (struct rs_span){p, user.n};
}

/* Told to wait, and did not (RFC 3261 21.5.4). */
static void
line_told(
    struct phone_tracker *k, struct line *l, const struct rec_registration *r)
{
	const struct rec_transaction *t = r->transactions.v;
	struct told *d = l->told;
	if (r->transactions.n == 0)
		return;
	if (d && d->retried == RS_NEVER && t->request_time > d->at &&
	    t->request_time < d->at + d->seconds * RS_SEC) {
		d->retried = t->request_time;
		d->retried_frame = t->request_frame;
	}
	t += r->transactions.n - 1;
	if (t->retry_after == REC_ABSENT || t->retry_after > 1 << 20 ||
	    (t->status != 500 && t->status != 503) ||
	    (d && (d->retried != RS_NEVER || t->response_time < d->at)))
		return; /* the first that was not followed is kept */
	if (d == NULL)
		d = l->told = rs_pool_zeroed(&k->pool, sizeof *d);
	d->at = t->response_time;
	d->frame = t->response_frame;
	d->seconds = t->retry_after;
	d->retried = RS_NEVER;
}

static void
add_registration(
    struct phone_tracker *k, struct phone *ph, const struct rec_registration *r)
{
	struct word w = word_of(&rec_registration_type, &r->id,
	    r->ended != RS_NEVER ? r->ended : r->started, &r->frames);
	bool counts = r->kind == REC_INITIAL || r->kind == REC_REFRESH;
	bool bad = rec_outcome_failed(r->outcome);
	bool decided =
	    r->outcome != REC_CUT_OFF && r->outcome != REC_OUTCOME_NONE;
	ph->suffered |= bad;
	phone_span(ph, &r->id, r->started, r->ended);
	add_agent(k, ph, r->user_agent);
	add_transport(ph, r->transport);
	struct line *l = line_touch(k, ph, r->aor);
	standing_registration(k->standings, &ph->standing, &ph->address, r);
	if (l && counts) {
		line_registered(k, l, r);
		line_told(k, l, r);
	}
	if (decided && !counts) {
		if (word_take(&ph->other, &w))
			ph->other_outcome = r->outcome;
	} else if (decided && l && word_take(&l->decided, &w)) {
		l->outcome = r->outcome;
	}
	if (counts) {
		ph->attempts++;
		ph->failed += bad;
	}
	if (decided && !bad) {
		word_take(&ph->good[SIP], &w);
		if (w.at > ph->registered_at)
			ph->registered_at = w.at;
	} else if (bad && counts) {
		word_take(&ph->bad[SIP], &w);
	}
}

static void
add_handshake(struct phone *ph, const struct rec_handshake *h)
{
	struct word w = word_of(&rec_handshake_type, &h->id,
	    h->ended != RS_NEVER ? h->ended : h->started, &h->frames);
	ph->suffered |= h->state != REC_COMPLETED;
	phone_span(ph, &h->id, h->started, h->ended);
	ph->by_tls = true;
	if (h->tcp_rtt != REC_ABSENT || h->version.p)
		word_take(&ph->under_tls, &w);
	if (h->state == REC_COMPLETED)
		word_take(&ph->good[TLS], &w);
	else if (h->state == REC_FAILED || h->state == REC_ABANDONED)
		word_take(&ph->bad[TLS], &w);
}

/* Did TCP come up?  Unknown where the capture does not show it. */
static enum rs_fact
connected(const struct rec_connection *c)
{
	static const char *const up[] = {
	    "S1", "SF", "S2", "S3", "RSTO", "RSTR"};
	static const char *const down[] = {"S0", "REJ"};
	for (size_t i = 0; i < G_N_ELEMENTS(up); i++)
		if (rs_span_eq(c->conn_state, rs_span_str(up[i])))
			return RS_TRUE;
	for (size_t i = 0; i < G_N_ELEMENTS(down); i++)
		if (rs_span_eq(c->conn_state, rs_span_str(down[i])))
			return RS_FALSE;
	return RS_UNKNOWN;
}

static void
add_connection(
    struct phone_tracker *k, struct phone *ph, const struct rec_connection *c)
{
	enum rs_fact up = connected(c);
	struct word w =
	    word_of(&rec_connection_type, &c->id, c->started, &c->frames);
	ph->suffered |= up != RS_TRUE;
	phone_span(ph, &c->id, c->started, c->ended);
	standing_connection(k->standings, &ph->standing, &ph->address, c);
	ph->by_tcp |= c->transport == REC_TCP;
	ph->by_tls |= c->transport == REC_TLS;
	if (up == RS_TRUE)
		word_take(&ph->good[TCP], &w);
	/* One SYN at the end of a capture is no failure yet. */
	else if (up == RS_FALSE &&
		 (c->syns > 1 || c->icmp.n ||
		     !rs_span_eq(c->conn_state, RS_LIT("S0"))))
		word_take(&ph->bad[TCP], &w);
}

void
phone_tracker_add(
    struct phone_tracker *k, const struct rec_type *type, const void *rec)
{
	const struct rec_endpoint *client = NULL;
	if (type == &rec_registration_type)
		client = &((const struct rec_registration *)rec)->client;
	else if (type == &rec_handshake_type)
		client = &((const struct rec_handshake *)rec)->client;
	else if (type == &rec_connection_type)
		client = &((const struct rec_connection *)rec)->client;
	if (client == NULL || client->at.addr.family == 0)
		return;
	struct phone *ph = phone_touch(k, &client->at.addr);
	if (ph == NULL)
		return;
	if (type == &rec_registration_type)
		add_registration(k, ph, rec);
	else if (type == &rec_handshake_type)
		add_handshake(ph, rec);
	else
		add_connection(k, ph, rec);
}

/* ---- at the end ---- */

/* The latest decided attempt of the phone; of its failed lines, if any is. */
static const struct line *
last_line(const struct phone *ph)
{
	const struct line *best = NULL;
	for (const struct line *l = ph->lines; l; l = l->next) {
		if (l->decided.at == RS_NEVER)
			continue;
		bool bad = rec_outcome_failed(l->outcome);
		bool best_bad = best && rec_outcome_failed(best->outcome);
		if (best == NULL || bad > best_bad ||
		    (bad == best_bad && l->decided.at > best->decided.at))
			best = l;
	}
	return best;
}

/* The connection of a handshake may have no record of its own. */
static const struct word *
good_word(const struct phone *ph, enum stage st)
{
	const struct word *good = &ph->good[st];
	return st == TCP && good->at == RS_NEVER ? &ph->under_tls : good;
}

static enum rec_stage_state
stage_state(const struct phone *ph, enum stage st, const struct line *last)
{
	const struct word *good = good_word(ph, st), *bad = &ph->bad[st];
	bool only_udp = ph->by_udp && !ph->by_tcp && !ph->by_tls;
	if (st == SIP && last)
		return rec_outcome_failed(last->outcome) ? REC_STAGE_FAILED
							 : REC_STAGE_OK;
	if (good->at != RS_NEVER && good->at >= bad->at)
		return REC_STAGE_OK;
	if (bad->at != RS_NEVER)
		return REC_STAGE_FAILED;
	if (st == TCP && only_udp)
		return REC_STAGE_NOT_APPLICABLE;
	if (st == TLS && !ph->by_tls && (ph->by_udp || ph->by_tcp) && ph->lines)
		return REC_STAGE_NOT_APPLICABLE;
	return REC_STAGE_NOT_SEEN;
}

static bool
later_success(const struct phone *ph, enum stage st)
{
	for (int later = st + 1; later < N_STAGES; later++)
		if (ph->good[later].at != RS_NEVER &&
		    ph->good[later].at >= ph->bad[st].at)
			return true;
	return false;
}

static void
add_word(struct rec_stage *s, const struct word *w, struct rec_arena *a)
{
	char id[REC_ID_TEXT];
	if (w->at == RS_NEVER || s->frames.n >= MAX_EVIDENCE)
		return;
	size_t n = strlen(w->type->name), of_id = rec_id_format(&w->id, id);
	uint8_t *text = rec_arena_alloc(a, n + 1 + of_id);
	memcpy(text, w->type->name, n);
	text[n] = ' ';
	memcpy(text + n + 1, id, of_id);
	*(struct rs_span *)rec_list_add(&s->records, a,
	    sizeof(struct rs_span)) = (struct rs_span){text, n + 1 + of_id};
	*(struct rs_frame *)rec_list_add(
	    &s->frames, a, sizeof(struct rs_frame)) = w->from;
	if (!rs_frame_eq(w->from, w->to))
		*(struct rs_frame *)rec_list_add(
		    &s->frames, a, sizeof(struct rs_frame)) = w->to;
}

static void
fill_stage(const struct phone *ph, enum stage st, const struct line *last,
    struct rec_stage *s, struct rec_arena *a)
{
	s->stage = rs_span_str(stage_names[st]);
	s->state = stage_state(ph, st, last);
	if (st == SIP && last && s->state != REC_STAGE_NONE)
		add_word(s, &last->decided, a);
	else if (s->state == REC_STAGE_OK)
		add_word(s, good_word(ph, st), a);
	else if (s->state == REC_STAGE_FAILED)
		add_word(s, &ph->bad[st], a);
}

/*
 * The outcome of the phone as a whole, which is one of registrations.  Where a
 * handshake or connection that failed, with no registration after it, is the
 * last word, there is none: stopped_at tells.
 */
static enum rec_outcome
phone_outcome(const struct phone *ph, const struct line *last)
{
	if (last && rec_outcome_failed(last->outcome))
		return last->outcome;
	for (int st = TLS; st >= (int)TCP; st--) {
		const struct word *bad = &ph->bad[st];
		if (bad->at == RS_NEVER || bad->at < ph->good[st].at ||
		    bad->at < ph->registered_at ||
		    later_success(ph, (enum stage)st))
			continue;
		return REC_OUTCOME_NONE;
	}
	/* A phone that was shut down took its binding away. */
	if (ph->other.at != RS_NEVER &&
	    !rec_outcome_failed(ph->other_outcome) &&
	    (last == NULL || (ph->other_outcome == REC_UNREGISTERED &&
				 ph->other.at > last->decided.at)))
		return ph->other_outcome;
	return last        ? last->outcome
	       : ph->lines ? REC_CUT_OFF
			   : REC_OUTCOME_NONE;
}

static void
add_string(struct rec_list *l, struct rs_span s, struct rec_arena *a)
{
	*(struct rs_span *)rec_list_add(l, a, sizeof s) = s;
}

static void
add_line(struct rec_phone *r, const struct line *l, struct rec_arena *a)
{
	struct rec_line *to = rec_list_add(&r->lines, a, sizeof *to);
	rec_init(&rec_line_type, to);
	to->aor = (struct rs_span){l->aor, l->n};
	add_string(&r->aors, to->aor, a);
	to->registered = l->registered;
	to->registered_frame = l->registered_frame;
	to->registered_as = l->user;
	if (l->told) {
		to->told = l->told->at;
		to->told_frame = l->told->frame;
		to->retry_after = l->told->seconds;
		to->retried = l->told->retried;
		to->retried_frame = l->told->retried_frame;
	}
	if (l->decided.at == RS_NEVER)
		return;
	to->outcome = l->outcome;
	to->decided = l->decided.at;
	to->frame = l->decided.to;
}

static void
phone_fill(const struct phone *ph, struct rec_phone *to, struct rec_arena *a)
{
	struct rec_phone r;
	rec_init(&rec_phone_type, &r);
	const struct line *last = last_line(ph);
	standing_view(ph->standing, &r.silenced, a);
	r.id = ph->id;
	r.started = ph->started;
	r.ended = ph->ended;
	r.client.at.addr = ph->address;
	r.attempts = ph->attempts;
	r.failed = ph->failed;
	r.suffered = ph->suffered;
	for (const struct agent *g = ph->agents; g; g = g->next)
		add_string(&r.user_agents, (struct rs_span){g->text, g->n}, a);
	for (const struct line *l = ph->lines; l; l = l->next)
		if (l->n)
			add_line(&r, l, a);
	for (int st = 0; st < N_STAGES; st++) {
		struct rec_stage *s = rec_list_add(&r.chain, a, sizeof *s);
		fill_stage(ph, (enum stage)st, last, s, a);
		if (s->state == REC_STAGE_FAILED && r.stopped_at.p == NULL &&
		    !later_success(ph, (enum stage)st))
			r.stopped_at = s->stage;
	}
	r.outcome = phone_outcome(ph, last);
	*to = r;
}

bool
phone_tracker_find(const struct phone_tracker *k, const struct rs_addr *client,
    struct rec_phone *to, struct rec_arena *a)
{
	for (struct table_node *n = table_first(&k->table, hash_of(k, client));
	     n; n = table_next(n)) {
		const struct phone *ph = TRACK_OF(n, struct phone, node);
		if (rs_addr_eq(&ph->address, client)) {
			phone_fill(ph, to, a);
			return true;
		}
	}
	return false;
}

static int
by_id(const void *a, const void *b)
{
	const struct phone *x = *(struct phone *const *)a;
	const struct phone *y = *(struct phone *const *)b;
	int c = rec_id_cmp(&x->id, &y->id);
	return c ? c : rs_addr_cmp(&x->address, &y->address);
}

void
phone_tracker_finish(struct phone_tracker *k, const struct rec_sink *out)
{
	g_autofree const struct phone **all = g_new(const struct phone *, k->n);
	size_t n = 0;
	for (const struct phone *ph = k->all; ph; ph = ph->next)
		all[n++] = ph;
	if (n)
		qsort(all, n, sizeof *all, by_id);
	struct rec_arena a;
	rec_arena_init(&a, k->pay, NULL);
	for (size_t i = 0; i < n; i++) {
		struct rec_phone r;
		phone_fill(all[i], &r, &a);
		out->record(out->arg, &rec_phone_type, &r);
		rec_arena_reset(&a);
	}
	rec_arena_clear(&a);
	forget_all(k);
	table_init(&k->table, NULL);
}
