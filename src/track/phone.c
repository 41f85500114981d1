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
#include "base/fetch.h"
#include "sip/uri.h"
#include "track/phone_inner.h"
#include "track/queue.h"

#include <glib.h>
#include <stdlib.h>

enum { MAX_AGENTS = 8, MAX_TEXT = 256 };

static const int64_t MOST_WAIT = 1 << 30; /* s */
/* Clocks differ, and it is a number of whole seconds. */
static const rs_time WAIT_SLACK = RS_SEC / 2;

struct phone_tracker *
phone_tracker_new(const struct rs_hash_seed *seed, struct rs_account *pay)
{
	struct phone_tracker *k = g_new0(struct phone_tracker, 1);
	k->seed = *seed;
	k->pay = pay;
	table_init(&k->table, NULL);
	rs_pool_init(&k->pool);
	k->standings = standings_new(seed, pay, &k->pool);
	k->busy = busy_new(seed, pay, &k->pool);
	return k;
}

static void
forget_all(struct phone_tracker *k)
{
	rs_account_refund(
	    k->pay, k->n * PHONE_COST + k->n_lines * PHONE_LINE_COST);
	standings_forget(k->standings);
	busy_forget(k->busy);
	rs_pool_clear(&k->pool);
	table_clear(&k->table);
	k->all = k->near = NULL;
	k->n = k->n_lines = 0;
}

void
phone_tracker_free(struct phone_tracker *k)
{
	if (k == NULL)
		return;
	forget_all(k);
	g_free(k->scanners);
	standings_free(k->standings);
	busy_free(k->busy);
	g_free(k);
}

uint64_t
phone_tracker_refused(const struct phone_tracker *k)
{
	return k->refused;
}

void
phone_tracker_ahead(const struct phone_tracker *k, const struct rs_addr *client)
{
	table_ahead(&k->table, table_addr_hash(&k->seed, client));
}

void
phone_tracker_near(struct phone_tracker *k, const struct rs_addr *client)
{
	struct table_node *n =
	    table_first(&k->table, table_addr_hash(&k->seed, client));
	k->near = n ? TRACK_OF(n, struct phone, node) : NULL;
	rs_fetch(k->near, sizeof *k->near);
}

void
phone_tracker_here(const struct phone_tracker *k)
{
	const struct phone *ph = k->near;
	if (ph == NULL)
		return;
	rs_fetch(ph->lines, sizeof *ph->lines);
	rs_fetch(ph->agents, sizeof *ph->agents);
	for (int i = 0; i < PHONE_STAGES; i++)
		rs_fetch(ph->good[i], sizeof *ph->good[i]);
	rs_fetch(ph->under_tls, sizeof *ph->under_tls);
}

struct phone *
phone_touch(struct phone_tracker *k, const struct rs_addr *address)
{
	struct phone *ph = k->near;
	if (ph && rs_addr_eq(&ph->address, address))
		return ph->joined ? ph->joined : ph;
	uint64_t hash = table_addr_hash(&k->seed, address);
	for (struct table_node *n = table_first(&k->table, hash); n;
	     n = table_next(n)) {
		ph = TRACK_OF(n, struct phone, node);
		if (rs_addr_eq(&ph->address, address))
			return ph->joined ? ph->joined : ph;
	}
	if (!rs_account_charge(k->pay, PHONE_COST)) {
		k->refused++;
		return NULL;
	}
	ph = rs_pool_zeroed(&k->pool, sizeof *ph);
	ph->address = *address;
	ph->started = ph->ended = ph->registered_at = RS_NEVER;
	ph->face_registered = RS_NEVER;
	table_add(&k->table, &ph->node, hash);
	ph->next = k->all;
	k->all = ph;
	k->n++;
	return ph;
}

/* Keeps the later one; of two at the same time the one with the higher id, so
   that the order of coming does not matter.  True when w was taken. */
bool
phone_word_take(struct phone_word *have, const struct phone_word *w)
{
	if (w->at == RS_NEVER || w->at < have->at ||
	    (w->at == have->at && rec_id_cmp(&w->id, &have->id) <= 0))
		return false;
	*have = *w;
	return true;
}

bool
phone_word_keep(struct phone_tracker *k, struct phone_word **have,
    const struct phone_word *w)
{
	if (phone_word_at(w) == RS_NEVER)
		return false;
	if (*have)
		return phone_word_take(*have, w);
	*have = rs_pool_take(&k->pool, sizeof **have);
	**have = *w;
	return true;
}

static struct phone_word
word_of(const struct rec_type *type, const struct rec_id *id, rs_time at,
    const struct rec_list *frames)
{
	const struct rs_frame *v = frames->n ? frames->v : &id->frame;
	return (struct phone_word){
	    at, *id, type, v[0], v[frames->n ? frames->n - 1 : 0]};
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

void
phone_agent_add(struct phone_tracker *k, struct phone *ph, struct rs_span agent)
{
	struct phone_agent **at = &ph->agents;
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
	struct phone_agent *g = rs_pool_take(&k->pool, sizeof *g + agent.n);
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

static struct phone_line *
line_touch(struct phone_tracker *k, struct phone *ph, struct rs_span aor,
    unsigned place)
{
	struct phone_line **at = &ph->lines;
	aor = aor.p ? clip(aor) : RS_LIT("");
	for (; *at; at = &(*at)->next) {
		int c = compare((*at)->aor, (*at)->n, aor);
		if (c == 0)
			c = (int)(*at)->place - (int)place;
		if (c == 0)
			return *at;
		if (c > 0)
			break;
	}
	if (ph->n_lines >= PHONE_MAX_LINES ||
	    !rs_account_charge(k->pay, PHONE_LINE_COST))
		return NULL;
	struct phone_line *l = rs_pool_take(&k->pool, sizeof *l + aor.n);
	*l = (struct phone_line){
	    .next = *at, .place = (uint8_t)place, .n = (uint16_t)aor.n};
	l->decided.at = l->registered = RS_NEVER;
	memcpy(l->aor, aor.p, aor.n);
	*at = l;
	ph->n_lines++;
	k->n_lines++;
	return l;
}

static void
add_transport(struct phone *ph, enum rec_transport t)
{
	ph->by_udp |= t == REC_UDP;
	ph->by_tcp |= t == REC_TCP || t == REC_WS;
	ph->by_tls |= t == REC_TLS || t == REC_WSS;
}

/* Turned away: as a server does with whom it does not know. */
static bool
is_turned_away(int64_t status)
{
	return status == 401 || status == 403 || status == 404 || status == 407;
}

static void
add_scanning(
    struct phone *ph, struct phone_line *l, const struct rec_registration *r)
{
	const struct rec_transaction *t = r->transactions.v;
	bool answered = false, turned_away = false;
	for (uint32_t i = 0; i < r->transactions.n; i++) {
		answered |= t[i].credentials == RS_TRUE;
		turned_away |= is_turned_away(t[i].status);
	}
	ph->answered |= answered;
	ph->challenged |= r->outcome == REC_CHALLENGE_UNANSWERED;
	if (l == NULL)
		return;
	ph->line_attempts++;
	l->turned_away |= turned_away && !answered;
}

/* Of the first time there is proof. */
static void
note_ignored(struct phone_tracker *k, struct phone *ph, struct phone_line *l,
    const struct rec_registration *r)
{
	const struct rec_transaction *t = r->transactions.v;
	const struct phone_wait *w = l->wait;
	ph->ignored++;
	if (l->told)
		return;
	l->told = rs_pool_take(&k->pool, sizeof *l->told);
	*l->told = (struct phone_told){
	    .at = w->given,
	    .frame = w->frame,
	    .seconds = (w->until - w->given) / RS_SEC,
	    .retried = t->request_time,
	    .retried_frame = t->request_frame,
	};
}

/* Another server may be asked at once (RFC 3261 21.5.4), and what was sent
   before the answer came does not count. */
static void
add_wait(struct phone_tracker *k, struct phone *ph, struct phone_line *l,
    const struct rec_registration *r)
{
	const struct rec_transaction *t = r->transactions.v;
	struct phone_wait *w = l->wait;
	if (r->transactions.n == 0)
		return;
	if (w && w->until != RS_NEVER && r->started > w->given &&
	    rs_endpoint_eq(&t->server.at, &w->server)) {
		if (r->started >= w->until - WAIT_SLACK)
			ph->obeyed++;
		else
			note_ignored(k, ph, l, r);
		w->until = RS_NEVER;
	}
	t += r->transactions.n - 1;
	if (r->outcome != REC_REJECTED || t->retry_after == REC_ABSENT ||
	    t->retry_after <= 0 || t->response_time == RS_NEVER)
		return;
	int64_t s = t->retry_after < MOST_WAIT ? t->retry_after : MOST_WAIT;
	if (w == NULL)
		w = l->wait = rs_pool_take(&k->pool, sizeof *w);
	*w = (struct phone_wait){t->response_time,
	    t->response_time + s * RS_SEC, t->server.at, t->response_frame};
}

/* As a rule user and realm are parts of the address of record, which is kept.
 */
static struct rs_span
keep(struct phone_tracker *k, const struct phone_line *l, struct rs_span have,
    struct rs_span s)
{
	const struct rs_span aor = {l->aor, l->n};
	s = clip(s);
	if (s.n == 0 || rs_span_eq(have, s))
		return s.n ? have : s;
	struct rs_span user = rs_span_part(aor, sizeof "sip:" - 1, s.n);
	struct rs_span domain = rs_span_from(aor, rs_span_find(aor, '@') + 1);
	if (rs_span_eq(user, s))
		return user;
	if (rs_span_eq(domain, s))
		return domain;
	uint8_t *p = rs_pool_take(&k->pool, s.n);
	memcpy(p, s.p, s.n);
	return (struct rs_span){p, s.n};
}

/* The first success of the line with credentials: its password is right. */
static void
line_registered(struct phone_tracker *k, struct phone_line *l,
    const struct rec_registration *r)
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
	l->user = keep(k, l, l->user, r->auth_user);
	l->realm = keep(k, l, l->realm, r->realm);
}

/* Behind a NAT the Contact still tells which phone it was, as a rule. */
static uint64_t
contact_host(const struct phone_tracker *k, const struct rec_registration *r)
{
	const struct rec_contact *c = r->contacts.v;
	struct sip_uri u;
	struct rs_addr a;
	if (r->contacts.n == 0 || !sip_uri_parse(&u, c->uri) || u.host.n == 0)
		return PHONE_HOST_NONE;
	if (!rs_addr_parse(&a, u.host))
		return rs_hash(&k->seed, u.host) | PHONE_HOST_OTHER;
	const struct rs_addr face = rs_addr_face(r->client.at.addr);
	if (rs_addr_eq(&a, &face))
		return PHONE_HOST_OWN;
	return table_addr_hash(&k->seed, &a) | PHONE_HOST_OTHER;
}

/* What is of an address, whoever is behind it: a server that bans it knows no
   more, and who asks DNS may be any of these. */
static void
add_to_address(
    struct phone_tracker *k, struct phone *ph, const struct rec_registration *r)
{
	const struct rs_addr face = rs_addr_face(r->client.at.addr);
	if (rs_addr_place(&r->client.at.addr))
		ph = phone_touch(k, &face);
	if (ph == NULL)
		return;
	if (r->outcome == REC_REGISTERED && r->ended > ph->face_registered)
		ph->face_registered = r->ended;
	standing_registration(k->standings, &ph->standing, &ph->address, r);
}

/* What a phone in a place of its address registered over: who connects from
   there tells no Contact. */
static void
add_way(
    struct phone_tracker *k, struct phone *ph, const struct rec_registration *r)
{
	const struct rec_list none = {0};
	struct phone_word tls =
	    word_of(&rec_handshake_type, &r->handshake, r->started, &none);
	struct phone_word tcp =
	    word_of(&rec_connection_type, &r->connection, r->started, &none);
	if (rs_addr_place(&r->client.at.addr) == 0)
		return;
	if (rec_id_is(&r->handshake))
		phone_word_keep(k, &ph->good[PHONE_TLS], &tls);
	if (rec_id_is(&r->connection))
		phone_word_keep(k, &ph->good[PHONE_TCP], &tcp);
	else if (rec_id_is(&r->handshake))
		phone_word_keep(k, &ph->under_tls, &tls);
}

static void
add_registration(
    struct phone_tracker *k, struct phone *ph, const struct rec_registration *r)
{
	struct phone_word w = word_of(&rec_registration_type, &r->id,
	    r->ended != RS_NEVER ? r->ended : r->started, &r->frames);
	bool counts = r->kind == REC_INITIAL || r->kind == REC_REFRESH;
	bool bad = rec_outcome_failed(r->outcome);
	bool decided =
	    r->outcome != REC_CUT_OFF && r->outcome != REC_OUTCOME_NONE;
	ph->suffered |= bad;
	phone_span(ph, &r->id, r->started, r->ended);
	phone_agent_add(k, ph, r->user_agent);
	add_transport(ph, r->transport);
	add_way(k, ph, r);
	struct phone_line *l =
	    line_touch(k, ph, r->aor, rs_addr_place(&r->client.at.addr));
	add_scanning(ph, l, r);
	const struct rec_contact *c = r->contacts.v;
	if (l && r->contacts.n && c->instance.n)
		l->instance = rs_hash(&k->seed, c->instance) | 1;
	if (l)
		add_wait(k, ph, l, r);
	add_to_address(k, ph, r);
	busy_registration(k->busy, r);
	if (l && counts)
		line_registered(k, l, r);
	if (decided && !counts) {
		if (phone_word_keep(k, &ph->other, &w))
			ph->other_outcome = r->outcome;
	} else if (decided && l && phone_word_take(&l->decided, &w)) {
		l->outcome = r->outcome;
		l->contact_host = contact_host(k, r);
	}
	if (counts) {
		ph->attempts++;
		ph->failed += bad;
	}
	if (decided && !bad) {
		ph->succeeded = true;
		phone_word_keep(k, &ph->good[PHONE_SIP], &w);
		if (w.at > ph->registered_at)
			ph->registered_at = w.at;
	} else if (bad && counts) {
		phone_word_keep(k, &ph->bad[PHONE_SIP], &w);
	}
}

static void
add_handshake(
    struct phone_tracker *k, struct phone *ph, const struct rec_handshake *h)
{
	struct phone_word w = word_of(&rec_handshake_type, &h->id,
	    h->ended != RS_NEVER ? h->ended : h->started, &h->frames);
	ph->suffered |= h->state != REC_COMPLETED;
	phone_span(ph, &h->id, h->started, h->ended);
	ph->by_tls = true;
	if (h->tcp_rtt != REC_ABSENT || h->version.p)
		phone_word_keep(k, &ph->under_tls, &w);
	if (h->state == REC_COMPLETED)
		phone_word_keep(k, &ph->good[PHONE_TLS], &w);
	else if (h->state == REC_FAILED || h->state == REC_ABANDONED)
		phone_word_keep(k, &ph->bad[PHONE_TLS], &w);
}

/* Did TCP come up?  Unknown where the capture does not show it: of SYNs that
   nothing answers that is known later, phone_tracker_unanswered(). */
static enum rs_fact
connected(const struct rec_connection *c)
{
	static const char *const up[] = {
	    "S1", "SF", "S2", "S3", "RSTO", "RSTR"};
	for (size_t i = 0; i < G_N_ELEMENTS(up); i++)
		if (rs_span_eq(c->conn_state, rs_span_str(up[i])))
			return RS_TRUE;
	bool silent = rs_span_eq(c->conn_state, RS_LIT("S0"));
	return rs_span_eq(c->conn_state, RS_LIT("REJ")) ||
		       (silent && rec_connection_unreachable(c))
		   ? RS_FALSE
		   : RS_UNKNOWN;
}

static void
add_connection(
    struct phone_tracker *k, struct phone *ph, const struct rec_connection *c)
{
	enum rs_fact up = connected(c);
	struct phone_word w =
	    word_of(&rec_connection_type, &c->id, c->started, &c->frames);
	ph->suffered |= up != RS_TRUE;
	phone_span(ph, &c->id, c->started, c->ended);
	standing_connection(k->standings, &ph->standing, &ph->address, c);
	ph->by_tcp |= c->transport == REC_TCP;
	ph->by_tls |= c->transport == REC_TLS;
	if (up == RS_TRUE)
		phone_word_keep(k, &ph->good[PHONE_TCP], &w);
	else if (up == RS_FALSE)
		phone_word_keep(k, &ph->bad[PHONE_TCP], &w);
}

void
phone_tracker_unanswered(
    struct phone_tracker *k, const struct rec_connection *c)
{
	struct phone_word w =
	    word_of(&rec_connection_type, &c->id, c->started, &c->frames);
	struct phone *ph = phone_touch(k, &c->client.at.addr);
	if (ph)
		phone_word_keep(k, &ph->bad[PHONE_TCP], &w);
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
	ph->by_ip4 |= client->at.addr.family == 4;
	/* All at once, rather than each when its turn comes. */
	__builtin_prefetch(ph->good[PHONE_SIP]);
	__builtin_prefetch(ph->lines);
	__builtin_prefetch(ph->agents);
	if (type == &rec_registration_type)
		add_registration(k, ph, rec);
	else if (type == &rec_handshake_type)
		add_handshake(k, ph, rec);
	else
		add_connection(k, ph, rec);
}

void
phone_tracker_stopped(struct phone_tracker *k, const struct rs_addr *client,
    const struct rec_id *id, rs_time at, bool suffered)
{
	struct phone *ph = phone_touch(k, client);
	if (ph == NULL)
		return;
	phone_span(ph, id, at, at);
	ph->suffered |= suffered;
}

const struct phone *
phone_at(const struct phone_tracker *k, const struct rs_addr *client)
{
	for (struct table_node *n =
		 table_first(&k->table, table_addr_hash(&k->seed, client));
	     n; n = table_next(n)) {
		const struct phone *ph = TRACK_OF(n, struct phone, node);
		if (rs_addr_eq(&ph->address, client))
			return ph->joined ? ph->joined : ph;
	}
	return NULL;
}

bool
phone_tracker_find(const struct phone_tracker *k, const struct rs_addr *client,
    struct rec_phone *to, struct rec_arena *a)
{
	const struct phone *ph = phone_at(k, client);
	if (ph)
		phone_record_fill(k, ph, to, a);
	return ph != NULL;
}

bool
phone_tracker_knows(const struct phone_tracker *k, const struct rs_addr *client)
{
	return phone_at(k, client) != NULL;
}

bool
phone_tracker_registered(
    const struct phone_tracker *k, const struct rs_addr *client)
{
	const struct phone *ph = phone_at(k, client);
	return ph && (ph->registered_at != RS_NEVER ||
			 ph->face_registered != RS_NEVER);
}

bool
phone_tracker_well(const struct phone_tracker *k, const struct rs_addr *client)
{
	const struct phone *ph = phone_at(k, client);
	return ph && phone_record_well(ph);
}

static int
by_address(const void *a, const void *b)
{
	return rs_addr_cmp(a, b);
}

bool
phone_tracker_scanner(
    const struct phone_tracker *k, const struct rs_addr *client)
{
	return k->n_scanners && bsearch(client, k->scanners, k->n_scanners,
				    sizeof *k->scanners, by_address);
}

void
phone_tracker_find_scanners(struct phone_tracker *k)
{
	size_t size = 0;
	for (const struct phone *ph = k->all; ph; ph = ph->next) {
		if (phone_record_scanner(ph->joined ? ph->joined : ph) == NULL)
			continue;
		if (k->n_scanners == size) {
			size = size ? 2 * size : 16;
			k->scanners =
			    g_renew(struct rs_addr, k->scanners, size);
		}
		k->scanners[k->n_scanners++] = ph->address;
	}
	if (k->n_scanners)
		qsort(k->scanners, k->n_scanners, sizeof *k->scanners,
		    by_address);
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
phone_counts_shared(struct phone_counts *c, uint32_t lines)
{
	c->shared++;
	c->shared_lines += lines;
}

void
phone_counts_add(struct phone_counts *c, enum rec_outcome outcome)
{
	if (outcome == REC_REGISTERED)
		c->registered++;
	else if (outcome == REC_UNREGISTERED)
		c->unregistered++;
	else /* a query says nothing of its phone */
		c->undecided++;
}

static void
count_untroubled(struct phone_counts *c, const struct phone *ph)
{
	if (phone_record_scanner(ph)) {
		c->scanners++;
		return;
	}
	phone_counts_add(c, phone_record_outcome(ph));
	if (phone_record_shared(ph))
		phone_counts_shared(c, ph->n_lines);
}

void
phone_tracker_finish(struct phone_tracker *k, const struct rec_sink *out,
    struct phone_counts *untroubled)
{
	g_autofree const struct phone **all = g_new(const struct phone *, k->n);
	size_t n = 0;
	for (const struct phone *ph = k->all; ph; ph = ph->next) {
		if (ph->joined)
			continue;
		if (untroubled && !ph->suffered)
			count_untroubled(untroubled, ph);
		else
			all[n++] = ph;
	}
	if (n)
		qsort(all, n, sizeof *all, by_id);
	struct rec_arena a;
	rec_arena_init(&a, k->pay, NULL);
	for (size_t i = 0; i < n; i++) {
		struct rec_phone r;
		phone_record_fill(k, all[i], &r, &a);
		out->record(out->arg, &rec_phone_type, &r);
		rec_arena_reset(&a);
	}
	rec_arena_clear(&a);
}
