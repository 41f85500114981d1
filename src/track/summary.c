/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Sums over closed records.
 *
 * Denominators, because rates without them mean nothing:
 *  - ira: of all REGISTER transactions, those with a final 4xx other than
 *    401, 402 and 407, 5xx or 6xx, or a timeout (RFC 6076 4.2, literally).  A
 *    timeout is the last transaction of an attempt that timed out.
 *  - attempt_failure: of the decided attempts of kind initial and refresh,
 *    those that failed.  Removals and queries are counted in `kinds` and
 *    `failed_kinds` only; cut off is undecided.
 * A rate is absent when nothing is there to divide by.  phones_* are the
 * report's, which has the phones.
 *
 * Each attempt is counted in three tallies: of its server, of its user agent,
 * and of its transport; the sums of all are those of the transports.
 */
#include "track/summary.h"

#include "track/groups.h"
#include "track/load.h"

#include <glib.h>
#include <stdlib.h>

enum {
	KINDS = REC_QUERY + 1,
	STATES = REC_BINDING_UNKNOWN + 1,
	TRANSPORTS = REC_WSS + 1
};

struct summary {
	/* Of all transports together, those of all attempts. */
	struct tally transports[TRANSPORTS];
	struct groups servers, user_agents;
	struct load load;
	int64_t transactions, ineffective;
	int64_t kinds[KINDS], failed_kinds[KINDS];
	int64_t handshakes[REC_HANDSHAKE_STATE_N];
	int64_t bindings[STATES];
	int64_t inferred[REC_OUTCOME_N];
	int64_t lapsed, lapse_min, lapse_max;
	rs_time next_expiry;
	GHashTable *alerts, *connections; /* name to count; few names */
	int64_t downloads[REC_DOWNLOAD_STATE_N];
	struct quantile rrd_auth, challenge, client_auth;
};

struct summary *
summary_new(void)
{
	struct summary *s = g_new0(struct summary, 1);
	s->next_expiry = RS_NEVER;
	s->alerts =
	    g_hash_table_new_full(g_str_hash, g_str_equal, g_free, g_free);
	s->connections =
	    g_hash_table_new_full(g_str_hash, g_str_equal, g_free, g_free);
	for (int i = 0; i < TRANSPORTS; i++)
		tally_init(&s->transports[i], SUMMARY_EXACT);
	quantile_init(&s->rrd_auth, SUMMARY_EXACT);
	quantile_init(&s->challenge, SUMMARY_EXACT);
	quantile_init(&s->client_auth, SUMMARY_EXACT);
	return s;
}

void
summary_free(struct summary *s)
{
	if (s == NULL)
		return;
	g_hash_table_unref(s->alerts);
	g_hash_table_unref(s->connections);
	load_clear(&s->load);
	groups_clear(&s->servers);
	groups_clear(&s->user_agents);
	for (int i = 0; i < TRANSPORTS; i++)
		tally_clear(&s->transports[i]);
	quantile_clear(&s->rrd_auth);
	quantile_clear(&s->challenge);
	quantile_clear(&s->client_auth);
	g_free(s);
}

/* The names are ours (alerts, conn_state), not the wire's. */
static void
count_name(GHashTable *t, struct rs_span name)
{
	if (name.n == 0)
		return;
	char *key = g_strndup((const char *)name.p, name.n);
	int64_t *n = g_hash_table_lookup(t, key);
	if (n) {
		++*n;
		g_free(key);
		return;
	}
	n = g_new(int64_t, 1);
	*n = 1;
	g_hash_table_insert(t, key, n);
}

static void
add_time(struct quantile *q, int64_t v)
{
	if (v != REC_ABSENT)
		quantile_add(q, v);
}

/* RFC 6076 4.2 */
static bool
is_ineffective(int64_t status)
{
	return status >= 400 && status != 401 && status != 402 && status != 407;
}

static void
add_transactions(struct summary *s, const struct rec_registration *r)
{
	const struct rec_transaction *t = r->transactions.v;
	for (uint32_t i = 0; i < r->transactions.n; i++) {
		bool last = i + 1 == r->transactions.n;
		bool none = t[i].status == REC_ABSENT;
		s->transactions++;
		if (none ? last && r->outcome == REC_TIMED_OUT
			 : is_ineffective(t[i].status))
			s->ineffective++;
	}
}

static void
add_to_groups(struct summary *s, const struct rec_registration *r)
{
	const struct rs_endpoint *to = &r->server.at;
	uint8_t key[sizeof to->addr.b + 3];
	unsigned transport = (unsigned)r->transport;
	memcpy(key, to->addr.b, sizeof to->addr.b);
	key[sizeof key - 3] = to->addr.family;
	key[sizeof key - 2] = (uint8_t)(to->port >> 8);
	key[sizeof key - 1] = (uint8_t)to->port;
	tally_add(&s->transports[transport < TRANSPORTS ? transport : 0], r);
	groups_add(
	    &s->servers, (struct rs_span){key, sizeof key}, &r->server, r);
	groups_add(&s->user_agents, r->user_agent, NULL, r);
}

static void
add_registration(struct summary *s, const struct rec_registration *r)
{
	if (r->visibility == REC_INFERRED_VISIBILITY) {
		if ((unsigned)r->outcome < REC_OUTCOME_N)
			s->inferred[r->outcome]++;
		return; /* in no rate */
	}
	if (r->kind > 0 && (int)r->kind < KINDS) {
		s->kinds[r->kind]++;
		s->failed_kinds[r->kind] += rec_outcome_failed(r->outcome);
	}
	add_to_groups(s, r);
	load_add(&s->load, r->started);
	add_transactions(s, r);
	add_time(&s->rrd_auth, r->rrd_auth);
	add_time(&s->challenge, r->challenge);
	add_time(&s->client_auth, r->client_auth);
}

static void
add_handshake(struct summary *s, const struct rec_handshake *h)
{
	const struct rec_alert *a = h->alerts.v;
	if (h->state > 0 && h->state < REC_HANDSHAKE_STATE_N)
		s->handshakes[h->state]++;
	for (uint32_t i = 0; i < h->alerts.n; i++)
		count_name(s->alerts, a[i].name);
}

static void
add_binding(struct summary *s, const struct rec_binding *b)
{
	if (b->state > 0 && (int)b->state < STATES)
		s->bindings[b->state]++;
	if (b->state == REC_HELD && b->next_expiry != RS_NEVER &&
	    (s->next_expiry == RS_NEVER || b->next_expiry < s->next_expiry))
		s->next_expiry = b->next_expiry;
	if (b->lapsed == REC_ABSENT || b->lapsed <= 0)
		return;
	if (s->lapsed == 0 || b->lapsed < s->lapse_min)
		s->lapse_min = b->lapsed;
	if (b->lapsed > s->lapse_max)
		s->lapse_max = b->lapsed;
	s->lapsed++;
}

void
summary_add(struct summary *s, const struct rec_type *type, const void *rec)
{
	if (type == &rec_registration_type) {
		add_registration(s, rec);
	} else if (type == &rec_handshake_type) {
		add_handshake(s, rec);
	} else if (type == &rec_connection_type) {
		const struct rec_connection *c = rec;
		count_name(s->connections, c->conn_state);
	} else if (type == &rec_binding_type) {
		add_binding(s, rec);
	} else if (type == &rec_download_type) {
		const struct rec_download *d = rec;
		s->downloads[d->state]++;
	}
}

/* ---- result ---- */

static void
put(struct rec_list *l, struct rec_arena *a, struct rs_span name, int64_t n)
{
	if (n == 0 || name.n == 0)
		return;
	struct rec_count *c = rec_list_add(l, a, sizeof *c);
	c->name = rec_arena_text(a, name);
	c->n = n;
}

static int
compare_names(const void *x, const void *y)
{
	const struct rec_count *a = x, *b = y;
	size_t n = a->name.n < b->name.n ? a->name.n : b->name.n;
	int c = memcmp(a->name.p, b->name.p, n);
	return c ? c : a->name.n < b->name.n ? -1 : a->name.n > b->name.n;
}

static void
put_names(struct rec_list *l, struct rec_arena *a, GHashTable *t)
{
	GHashTableIter it;
	gpointer key, value;
	g_hash_table_iter_init(&it, t);
	while (g_hash_table_iter_next(&it, &key, &value))
		put(l, a, rs_span_str(key), *(const int64_t *)value);
	if (l->n)
		qsort(l->v, l->n, sizeof(struct rec_count), compare_names);
}

static void
put_counts(struct summary *s, struct rec_summary *out, struct rec_arena *a)
{
	for (int i = 1; i < KINDS; i++) {
		struct rs_span name = rs_span_str(rec_reg_kind_name(i));
		put(&out->kinds, a, name, s->kinds[i]);
		put(&out->failed_kinds, a, name, s->failed_kinds[i]);
	}
	for (int i = 1; i < REC_HANDSHAKE_STATE_N; i++)
		put(&out->handshakes, a,
		    rs_span_str(rec_handshake_state_name(i)), s->handshakes[i]);
	for (int i = 1; i < STATES; i++)
		put(&out->bindings, a, rs_span_str(rec_binding_state_name(i)),
		    s->bindings[i]);
	for (int i = 1; i < REC_OUTCOME_N; i++)
		put(&out->inferred, a, rs_span_str(rec_outcome_name(i)),
		    s->inferred[i]);
	for (int i = 1; i < REC_DOWNLOAD_STATE_N; i++)
		put(&out->downloads, a, rs_span_str(rec_download_state_name(i)),
		    s->downloads[i]);
	put_names(&out->alerts, a, s->alerts);
	put_names(&out->connections, a, s->connections);
}

static void
put_groups(struct summary *s, struct rec_summary *out, struct rec_arena *a)
{
	groups_result(&s->servers, &out->servers, a);
	groups_result(&s->user_agents, &out->user_agents, a);
	for (unsigned i = 0; i < TRANSPORTS; i++) {
		if (s->transports[i].attempts == 0)
			continue;
		struct rec_group *g =
		    rec_list_add(&out->transports, a, sizeof *g);
		rec_init(&rec_group_type, g);
		g->transport = (enum rec_transport)i;
		tally_result(&s->transports[i], g, a);
	}
	/* One alone would repeat the sums of all. */
	if (out->servers.n == 1)
		out->servers.n = 0;
	if (out->user_agents.n == 1)
		out->user_agents.n = 0;
	if (out->transports.n == 1)
		out->transports.n = 0;
}

static void
put_all(struct summary *s, struct rec_summary *out, struct rec_arena *a)
{
	struct tally all;
	tally_init(&all, SUMMARY_EXACT);
	for (int i = 0; i < TRANSPORTS; i++)
		tally_merge(&all, &s->transports[i]);
	out->attempts = all.attempts;
	out->decided = all.decided;
	out->failed = all.failed;
	out->attempt_failure = tally_rate(all.rated_failed, all.rated);
	if (all.rrd.n >= SUMMARY_FEW) {
		out->challenge_share = tally_rate(all.challenge_ns, all.rrd_ns);
		out->client_share = tally_rate(all.client_ns, all.rrd_ns);
	}
	tally_outcomes(&all, &out->outcomes, a);
	tally_responses(&all, &out->responses, a);
	quantile_result(&all.rrd, &out->rrd);
	tally_clear(&all);
}

static void
put_load(const struct summary *s, struct rec_summary *out)
{
	struct load_peak peak;
	if (out->attempts < SUMMARY_FEW || !load_peak(&s->load, &peak))
		return;
	out->load.peak_attempts = peak.attempts;
	out->load.peak_seconds = peak.seconds;
	out->load.peak_at = peak.at;
}

void
summary_result(struct summary *s, struct rec_summary *out, struct rec_arena *a)
{
	rec_init(&rec_summary_type, out);
	put_all(s, out, a);
	put_groups(s, out, a);
	put_load(s, out);
	out->register_transactions = s->transactions;
	out->ira = tally_rate(s->ineffective, s->transactions);
	out->bindings_lapsed = s->lapsed;
	if (s->lapsed) {
		out->lapse_min = s->lapse_min;
		out->lapse_max = s->lapse_max;
	}
	out->next_expiry = s->next_expiry;
	put_counts(s, out, a);
	quantile_result(&s->rrd_auth, &out->rrd_auth);
	quantile_result(&s->challenge, &out->challenge);
	quantile_result(&s->client_auth, &out->client_auth);
}
