/* SPDX-License-Identifier: Apache-2.0 */
#include "report/failures.h"

#include "diag/rule.h"
#include "report/text_part.h"
#include "report/told.h"
#include "track/queue.h"
#include "track/spool.h"

enum { GROUPS = 10000 };

static gint
text_cmp(gconstpointer a, gconstpointer b, gpointer arg)
{
	(void)arg;
	return strcmp(a, b);
}

static struct sufferer *
sufferer_of(
    struct failures *f, const struct rs_addr *a, const struct rec_id *first)
{
	a = one_lead(f->one, a);
	uint64_t hash = table_addr_hash(&f->seed, a);
	struct table_node *n = table_first(&f->by_addr, hash);
	for (; n; n = table_next(n)) {
		struct sufferer *s = TRACK_OF(n, struct sufferer, node);
		if (rs_addr_eq(&s->addr, a))
			return s;
	}
	if (first == NULL)
		return NULL;
	struct sufferer *s = rec_arena_alloc(&f->kept, sizeof *s);
	s->addr = *a;
	s->first = *first;
	s->rank = RANK_UNDECIDED;
	s->groups = g_ptr_array_new();
	table_add(&f->by_addr, &s->node, hash);
	g_ptr_array_add(f->sufferers, s);
	return s;
}

static struct group *
group_find(const struct failures *f, struct rs_span key, uint64_t hash)
{
	struct table_node *n = table_first(&f->groups, hash);
	for (; n; n = table_next(n)) {
		struct group *g = TRACK_OF(n, struct group, node);
		if (rs_span_eq(g->key, key))
			return g;
	}
	return NULL;
}

/* Adds one to the group of f->key. */
static void
gather(struct failures *f, const struct rec_type *type, const void *rec,
    struct rs_span aor, bool undecided)
{
	const uint8_t *at = rec;
	struct rec_id id =
	    *(const struct rec_id *)(const void *)(at + type->id);
	const struct rec_endpoint *client = (const void *)(at + type->client);
	rs_time when = *(const rs_time *)(const void *)(at + type->time);
	struct rs_span key = rs_buf_view(&f->key);
	struct table_key k;
	table_key_init(&k, &f->seed);
	table_key_text(&k, key);
	uint64_t hash = table_key_hash(&k);
	struct group *g = group_find(f, key, hash);

	if (g || f->n_groups >= GROUPS) {
		if (g) {
			g->n++;
			g->last_at = when;
			if (f->found && !g->found) {
				g->first = id;
				g->at = when;
				g->found = true;
			}
		} else {
			f->over++;
		}
		return;
	}
	g = rec_arena_alloc(&f->kept, sizeof *g);
	*g = (struct group){.key = rec_arena_text(&f->kept, key),
	    .type = type,
	    .first = id,
	    .at = when,
	    .first_at = when,
	    .last_at = when,
	    .n = 1,
	    .found = f->found,
	    .undecided = undecided,
	    .later = RS_NEVER,
	    .place = rs_addr_place(&client->at.addr),
	    .aor = rec_arena_text(&f->kept, aor)};
	table_add(&f->groups, &g->node, hash);
	f->n_groups++;
	struct sufferer *s = sufferer_of(f, &client->at.addr, &id);
	g_ptr_array_add(s->groups, g);
	if (rec_id_cmp(&id, &s->first) < 0)
		s->first = id;
	if (!undecided)
		s->rank = RANK_FAILED;
}

static void
key_part(struct failures *f, const void *p, size_t n)
{
	uint8_t *to = rs_buf_reserve(&f->key, n);
	if (to == NULL || n == 0)
		return;
	memcpy(to, p, n);
	f->key.n += n;
}

/* All but the text at the end has its length by what it is of. */
static void
key_of(struct failures *f, const struct rec_type *type,
    const struct rec_endpoint *client, const struct rec_endpoint *server,
    int64_t how, int64_t why, struct rs_span text)
{
	const int64_t numbers[] = {type->name[0], client->at.addr.family,
	    rs_addr_place(&client->at.addr), how, why,
	    server ? server->at.addr.family : 0, server ? server->at.port : 0};
	f->key.n = 0;
	key_part(f, numbers, sizeof numbers);
	key_part(f, client->at.addr.b, sizeof client->at.addr.b);
	if (server)
		key_part(f, server->at.addr.b, sizeof server->at.addr.b);
	key_part(f, text.p, text.n);
}

static void
gather_registration(struct failures *f, const struct rec_registration *r)
{
	key_of(f, &rec_registration_type, &r->client, NULL,
	    r->outcome * 8 + (int64_t)r->kind, r->status, r->aor);
	gather(f, &rec_registration_type, r, r->aor,
	    !rec_outcome_failed(r->outcome));
}

static void
gather_handshake(struct failures *f, const struct rec_handshake *h)
{
	const struct rec_alert *a = h->alerts.v;
	key_of(f, &rec_handshake_type, &h->client, &h->server,
	    h->state * 64 + h->reason * 8 + (int64_t)h->failed_by,
	    h->alerts.n ? a[h->alerts.n - 1].number : -1, (struct rs_span){0});
	gather(f, &rec_handshake_type, h, (struct rs_span){0}, false);
}

static void
gather_connection(struct failures *f, const struct rec_connection *c)
{
	key_of(f, &rec_connection_type, &c->client, &c->server, 0, 0,
	    c->conn_state);
	gather(f, &rec_connection_type, c, (struct rs_span){0}, false);
}

void
failures_add(struct failures *f, const struct rec_type *type, const void *rec,
    bool found)
{
	f->found = found;
	if (type == &rec_registration_type)
		gather_registration(f, rec);
	else if (type == &rec_handshake_type)
		gather_handshake(f, rec);
	else
		gather_connection(f, rec);
}

/* Which groups were of lines that registered later. */
static void
recover(struct sufferer *s, const struct rec_phone *p)
{
	const struct rec_line *l = p->lines.v;
	for (guint i = 0; i < s->groups->len; i++) {
		struct group *g = g_ptr_array_index(s->groups, i);
		for (uint32_t k = 0; g->aor.n && k < p->lines.n; k++)
			if (rs_span_eq(l[k].aor, g->aor) &&
			    l[k].place == g->place &&
			    l[k].outcome >= REC_REGISTERED &&
			    l[k].outcome <= REC_QUERIED &&
			    l[k].decided > g->last_at) {
				g->later = l[k].decided;
				g->later_frame = l[k].frame;
			}
	}
}

/* It was stopped before any attempt that could tell. */
static bool
stopped_early(const struct rec_phone *p)
{
	return p->stopped_at.p && !rs_span_eq(p->stopped_at, RS_LIT("tcp")) &&
	       !rs_span_eq(p->stopped_at, RS_LIT("tls")) &&
	       !rs_span_eq(p->stopped_at, RS_LIT("sip"));
}

/* The stage that it passed after what it had failed in; NULL: none. */
static const struct rec_stage *
passed(const struct rec_phone *p, const char *stage, const struct group *g)
{
	const struct rec_stage *s = p->chain.v;
	for (uint32_t i = 0; i < p->chain.n; i++) {
		const struct rs_frame *f = s[i].frames.v;
		if (rs_span_eq(s[i].stage, rs_span_str(stage)) &&
		    s[i].state == REC_STAGE_OK && s[i].frames.n &&
		    rs_frame_cmp(*f, g->first.frame) > 0)
			return &s[i];
	}
	return NULL;
}

/* Nobody knows whether it registered, but its connection or handshake failed
   only on its way: a stage is "ok" by its latest word. */
static void
pass_on(struct sufferer *s, const struct rec_phone *p)
{
	for (guint i = 0; i < s->groups->len; i++) {
		struct group *g = g_ptr_array_index(s->groups, i);
		const struct rec_stage *tls = passed(p, "tls", g),
				       *tcp = passed(p, "tcp", g);
		const struct rs_frame *f = tls ? tls->frames.v : NULL;
		if (g->type == &rec_registration_type)
			continue;
		if (tcp)
			g->connected = *(const struct rs_frame *)tcp->frames.v;
		if (tls)
			g->tls_done = f[tls->frames.n - 1];
	}
}

/* What is known of a phone that suffers. */
void
failures_phone(struct failures *f, const struct rec_phone *p)
{
	const struct rs_addr at = text_place_of(p);
	bool early = stopped_early(p);
	bool room = f->sufferers->len < GROUPS;
	struct sufferer *s = sufferer_of(f, &at, early && room ? &p->id : NULL);
	if (s && early)
		s->rank = RANK_FAILED;
	if (s == NULL || rec_id_is(&s->phone))
		return;
	s->phone = p->id;
	recover(s, p);
	if (s->rank == RANK_UNDECIDED && p->outcome == REC_REGISTERED)
		s->rank = RANK_REGISTERED;
	if (s->rank != RANK_FAILED || rec_phone_failed(p))
		return;
	s->rank =
	    rec_outcome_succeeded(p->outcome) ? RANK_RECOVERED : RANK_PASSED;
	if (s->rank == RANK_PASSED)
		pass_on(s, p);
}

void
failures_others(struct failures *f, const struct phone_tracker *phones)
{
	struct rec_phone p;
	for (guint i = 0; i < f->sufferers->len; i++) {
		const struct sufferer *s = g_ptr_array_index(f->sufferers, i);
		if (!rec_id_is(&s->phone) &&
		    phone_tracker_find(phones, &s->addr, &p, &f->arena))
			failures_phone(f, &p);
		rec_arena_reset(&f->arena);
	}
}

/* The group that is shown of the i-th record of a finding, or NULL. */
static struct group *
group_of(const struct failures *f, const struct rec_finding *x, uint32_t i)
{
	const struct rs_span *of = x->records.v;
	char key[64];
	if (of[i].n >= sizeof key) /* no name of a record is as long */
		return NULL;
	memcpy(key, of[i].p, of[i].n);
	key[of[i].n] = '\0';
	return g_tree_lookup(f->by_record, key);
}

static bool
is_shown(const struct failures *f, const struct rec_finding *x)
{
	for (uint32_t i = 0; i < x->records.n; i++)
		if (group_of(f, x, i))
			return true;
	return false;
}

/* What was found about the groups that are shown; the first counts. */
static void
gather_finding(struct failures *f, const struct rec_finding *x)
{
	for (uint32_t i = 0; i < x->records.n; i++) {
		struct group *g = group_of(f, x, i);
		struct rs_buf buf;
		rs_buf_init(&buf, 1 << 20, NULL);
		if (g && g->said.p == NULL &&
		    rec_write(&rec_finding_type, x, &buf))
			g->said = rec_arena_text(&f->kept, rs_buf_view(&buf));
		rs_buf_clear(&buf);
	}
}

/* As text_place_of() has it of phones. */
static struct rs_addr
place_of(const struct rec_finding *x)
{
	const struct rec_phone p = {.client = x->phone, .mac = x->mac};
	return text_place_of(&p);
}

static bool
is_by(const struct rec_finding *x, size_t rule)
{
	return rs_span_eq(x->code, rs_span_str(diag_rules[rule]->code));
}

/* Its place in diag_rules, or FAILURES_CODES.  Often that of the last one. */
static size_t
rule_of(struct failures *f, const struct rec_finding *x)
{
	if (is_by(x, f->rule))
		return f->rule;
	for (size_t i = 0; i < diag_n_rules && i < FAILURES_CODES; i++)
		if (is_by(x, i))
			return f->rule = i;
	return FAILURES_CODES;
}

/* An error counts once for a phone that failed and is not well yet. */
static void
blame(struct failures *f, const struct rec_finding *x)
{
	const struct rs_addr at = place_of(x);
	struct sufferer *s = sufferer_of(f, &at, NULL);
	if (s == NULL || s->rank != RANK_FAILED || x->severity != REC_ERROR)
		return;
	size_t i = rule_of(f, x);
	const uint64_t bit = UINT64_C(1) << i % 64;
	if (i == FAILURES_CODES || s->blamed[i / 64] & bit)
		return;
	s->blamed[i / 64] |= bit;
	f->blamed[i]++;
}

void
failures_findings(struct failures *f, struct spool *spool)
{
	struct spool_reader *r = spool_read_brief(spool, &rec_finding_type);
	const enum told_bit skipped = TOLD_NO_FAILURE;
	const struct rec_finding *x;
	spool_pick(r, told_wants, &skipped);
	while ((x = spool_next(r)) != NULL) {
		blame(f, x);
		if (is_shown(f, x) && spool_whole(r))
			gather_finding(f, x);
	}
	spool_reader_free(r);
}

struct failures *
failures_new(const struct one *one, const struct rs_hash_seed *seed)
{
	struct failures *f = g_new0(struct failures, 1);
	f->one = one;
	f->seed = *seed;
	table_init(&f->groups, NULL);
	table_init(&f->by_addr, NULL);
	f->sufferers = g_ptr_array_new();
	f->by_record = g_tree_new_full(text_cmp, NULL, g_free, NULL);
	rs_buf_init(&f->key, 1 << 20, NULL);
	rec_arena_init(&f->kept, NULL, NULL);
	rec_arena_init(&f->arena, NULL, NULL);
	return f;
}

void
failures_show(struct failures *f, struct sufferer *s, enum place place)
{
	s->place = place;
	for (guint i = 0; i < s->groups->len; i++) {
		struct group *g = g_ptr_array_index(s->groups, i);
		char name[REC_NAME_TEXT];
		rec_name_format(g->type, &g->first, name);
		g_tree_insert(f->by_record, g_strdup(name), g);
	}
}

void
failures_free(struct failures *f)
{
	if (f == NULL)
		return;
	for (guint i = 0; i < f->sufferers->len; i++) {
		struct sufferer *s = g_ptr_array_index(f->sufferers, i);
		g_ptr_array_free(s->groups, TRUE);
	}
	g_ptr_array_free(f->sufferers, TRUE);
	g_tree_destroy(f->by_record);
	table_clear(&f->groups);
	table_clear(&f->by_addr);
	rs_buf_clear(&f->key);
	rec_arena_clear(&f->kept);
	rec_arena_clear(&f->arena);
	g_free(f);
}
