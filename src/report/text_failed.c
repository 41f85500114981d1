/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What failed, phone by phone.
 *
 * A phone that retries for ever fails in the same way each time: attempts are
 * grouped by phone, AOR and outcome (handshakes and connections by server and
 * how they ended), the first of a group is shown in full, and of the rest their
 * number.  Phones that are failed now come first, then those that failed and
 * registered later, then what is undecided; in each the earliest first.
 *
 * Groups are few even in a long capture; they are bounded, and what is over
 * the bound is counted.  Trees, not hashes: nobody can make keys collide, and
 * the order never depends on a seed.
 */
#include "report/one.h"
#include "report/text_part.h"

#include <glib.h>

enum {
	GROUPS = 10000,
	IN_FULL = 20, /* phones */
	IN_SHORT = 100,
	GROUPS_IN_FULL = 4, /* of a phone */
	UNDECIDED = 20,
	INDENT = 2,
	AGENT = 16, /* less of a user agent tells nothing */
};

struct group {
	const struct rec_type *type;
	struct rec_id first;
	rs_time last_at;
	int64_t n;
	bool undecided;
	rs_time later; /* its line registered after all; else RS_NEVER */
	struct rs_frame later_frame;
	struct rs_span aor;  /* owned */
	struct rs_span said; /* the finding, in the spool's form; owned */
};

enum rank { RANK_FAILED, RANK_RECOVERED, RANK_UNDECIDED };
enum place { LEFT_OUT, SHOWN_IN_SHORT, SHOWN_IN_FULL };

struct sufferer {
	struct rs_addr addr;
	struct rec_id first;
	enum rank rank;
	enum place place;
	GPtrArray *groups;   /* of struct group, not owned */
	struct rec_id phone; /* its record; of frame 0: none */
};

struct failures {
	struct text *t;
	GTree *groups; /* by what they have in common: struct rs_span */
	GTree
	    *by_record; /* of what is shown: "registration 0-17" of the first */
	GTree *sufferers;  /* by address */
	int64_t over;      /* records that found no room */
	struct rs_buf key; /* of the record at hand */
	struct rec_arena keys, arena;
};

/* ---- gathering ---- */

static gint
text_cmp(gconstpointer a, gconstpointer b, gpointer arg)
{
	(void)arg;
	return strcmp(a, b);
}

static gint
span_cmp(gconstpointer a, gconstpointer b, gpointer arg)
{
	const struct rs_span *x = a, *y = b;
	(void)arg;
	int c = memcmp(x->p, y->p, x->n < y->n ? x->n : y->n);
	return c ? c : x->n < y->n ? -1 : x->n > y->n;
}

static gint
addr_cmp(gconstpointer a, gconstpointer b, gpointer arg)
{
	(void)arg;
	return rs_addr_cmp(a, b);
}

static struct rs_span
own(struct rs_span s)
{
	return (struct rs_span){g_memdup2(s.p, s.n), s.n};
}

static void
group_free(void *p)
{
	struct group *g = p;
	g_free((void *)(uintptr_t)g->aor.p);
	g_free((void *)(uintptr_t)g->said.p);
	g_free(g);
}

static void
sufferer_free(void *p)
{
	struct sufferer *s = p;
	g_ptr_array_free(s->groups, TRUE);
	g_free(s);
}

static struct sufferer *
sufferer_of(
    struct failures *f, const struct rs_addr *a, const struct rec_id *first)
{
	a = one_lead(f->t->in->one, a);
	struct sufferer *s = g_tree_lookup(f->sufferers, a);
	if (s == NULL && first) {
		s = g_new0(struct sufferer, 1);
		s->addr = *a;
		s->first = *first;
		s->rank = RANK_UNDECIDED;
		s->groups = g_ptr_array_new();
		g_tree_insert(f->sufferers, &s->addr, s);
	}
	return s;
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
	struct rs_span key = rs_buf_view(&f->key), *kept;
	struct group *g = g_tree_lookup(f->groups, &key);

	if (g || g_tree_nnodes(f->groups) >= GROUPS) {
		if (g) {
			g->n++;
			g->last_at = when;
		} else {
			f->over++;
		}
		return;
	}
	g = g_new0(struct group, 1);
	*g = (struct group){.type = type,
	    .first = id,
	    .last_at = when,
	    .n = 1,
	    .undecided = undecided,
	    .later = RS_NEVER,
	    .aor = own(aor)};
	kept = rec_arena_alloc(&f->keys, sizeof *kept);
	*kept = rec_arena_text(&f->keys, key);
	g_tree_insert(f->groups, kept, g);
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
	const int64_t numbers[] = {type->name[0], client->at.addr.family, how,
	    why, server ? server->at.addr.family : 0,
	    server ? server->at.port : 0};
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

static void
gather_all(struct failures *f)
{
	static const struct rec_type *const types[] = {
	    &rec_registration_type, &rec_handshake_type, &rec_connection_type};
	const struct text_input *in = f->t->in;
	for (size_t i = 0; i < sizeof types / sizeof *types; i++) {
		struct spool_reader *r = spool_read(in->spool, types[i]);
		const void *rec;
		while ((rec = spool_next(r)) != NULL) {
			if (!in->wanted(in->arg, types[i], rec))
				continue;
			if (i == 0)
				gather_registration(f, rec);
			else if (i == 1)
				gather_handshake(f, rec);
			else
				gather_connection(f, rec);
		}
		spool_reader_free(r);
	}
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

/* What is known of the phones that suffer. */
static void
gather_phones(struct failures *f)
{
	struct spool_reader *r = spool_read(f->t->in->spool, &rec_phone_type);
	const struct rec_phone *p;
	while ((p = spool_next(r)) != NULL) {
		const struct rs_addr at = text_place_of(p);
		bool room = g_tree_nnodes(f->sufferers) < GROUPS;
		struct sufferer *s = sufferer_of(
		    f, &at, stopped_early(p) && room ? &p->id : NULL);
		if (s && stopped_early(p))
			s->rank = RANK_FAILED;
		if (s == NULL || rec_id_is(&s->phone))
			continue;
		s->phone = p->id;
		recover(s, p);
		if (s->rank == RANK_FAILED && p->outcome >= REC_REGISTERED &&
		    p->outcome <= REC_QUERIED)
			s->rank = RANK_RECOVERED;
	}
	spool_reader_free(r);
}

/* What was found about that group, where it is shown. */
static void
gather_finding(struct group *g, const struct rec_finding *x)
{
	struct rs_buf buf;
	rs_buf_init(&buf, 1 << 20, NULL);
	if (g->said.p == NULL && rec_write(&rec_finding_type, x, &buf))
		g->said = own(rs_buf_view(&buf));
	rs_buf_clear(&buf);
}

static void
gather_findings(struct failures *f)
{
	struct spool_reader *r = spool_read(f->t->in->spool, &rec_finding_type);
	const struct rec_finding *x;
	while ((x = spool_next(r)) != NULL) {
		const struct rs_span *of = x->records.v;
		for (uint32_t i = 0; i < x->records.n; i++) {
			g_autofree char *key =
			    g_strndup((const char *)of[i].p, of[i].n);
			struct group *g = g_tree_lookup(f->by_record, key);
			if (g)
				gather_finding(g, x);
		}
	}
	spool_reader_free(r);
}

/* ---- one phone ---- */

static bool
phone_of(struct failures *f, const struct sufferer *s, struct rec_phone *to)
{
	return rec_id_is(&s->phone) &&
	       spool_find(
		   f->t->in->spool, &rec_phone_type, &s->phone, to, &f->arena);
}

static void
head(struct failures *f, const struct sufferer *s)
{
	static const char *const word[] = {
	    [RANK_FAILED] = "FAILED",
	    [RANK_RECOVERED] = "RECOVERED",
	    [RANK_UNDECIDED] = "UNDECIDED",
	};
	struct rec_phone p;
	char addr[RS_ADDR_TEXT] = "";
	if (s->addr.family)
		rs_addr_format(&s->addr, addr);
	else if (phone_of(f, s, &p))
		g_snprintf(addr, sizeof addr, "%.*s", (int)p.mac.n,
		    (const char *)p.mac.p);
	page_styled(&f->t->page, s->rank == RANK_FAILED ? PAGE_BAD : PAGE_WARN,
	    word[s->rank]);
	page_str(&f->t->page, "  ");
	page_styled(&f->t->page, PAGE_BOLD, addr);
	page_to(&f->t->page, f->t->page.at + 2);
}

/* The stages that are known, where that is more than what broke. */
static void
chain(struct failures *f, const struct rec_phone *p)
{
	struct page *page = &f->t->page;
	const struct rec_stage *s = p->chain.v;
	uint32_t known = 0;
	for (uint32_t i = 0; i < p->chain.n; i++)
		known += s[i].state == REC_STAGE_OK ||
			 s[i].state == REC_STAGE_FAILED;
	if (known < 2)
		return;
	for (uint32_t i = 0; i < p->chain.n; i++) {
		char text[PAGE_TEXT];
		if (s[i].state != REC_STAGE_OK &&
		    s[i].state != REC_STAGE_FAILED)
			continue;
		page_to(page, page->at ? page->at + 3 : INDENT);
		g_snprintf(text, sizeof text, "%.*s", (int)s[i].stage.n,
		    (const char *)s[i].stage.p);
		if (s[i].state == REC_STAGE_FAILED) {
			g_autofree char *u = g_ascii_strup(text, -1);
			page_styled(page, PAGE_BAD, u);
			page_styled(page, PAGE_BAD, " FAILED");
		} else {
			page_printf(page,
			    s[i].earlier == RS_TRUE ? "%s was ok" : "%s ok",
			    text);
		}
	}
	page_end(page);
}

union any_record {
	struct rec_registration registration;
	struct rec_handshake handshake;
	struct rec_connection connection;
};

static bool
load(struct failures *f, const struct group *g, union any_record *rec)
{
	return spool_find(f->t->in->spool, g->type, &g->first, rec, &f->arena);
}

static void
outcome(struct page *p, const struct group *g, const union any_record *rec)
{
	if (g->type == &rec_registration_type)
		text_outcome(p, &rec->registration);
	else if (g->type == &rec_handshake_type)
		text_handshake_outcome(p, &rec->handshake);
	else
		text_connection_outcome(p, &rec->connection);
}

/* "to sbc.example.net (192.0.2.10:8934) over tls", after the outcome. */
static void
towards(struct page *p, const struct group *g, const union any_record *rec)
{
	const struct rec_endpoint *x =
	    (const void *)((const uint8_t *)rec + g->type->server);
	struct rs_span name = x->name;
	const char *over = NULL;
	if (g->type == &rec_handshake_type && name.p == NULL)
		name = rec->handshake.sni;
	if (g->type == &rec_registration_type)
		over = rec_transport_name(rec->registration.transport);
	if (x->at.addr.family == 0)
		return;
	GString *s = g_string_new("to ");
	text_server(s, x, name);
	if (over)
		g_string_append_printf(s, " over %s", over);
	struct rs_span all = {(const uint8_t *)s->str, s->len};
	page_str(p, ",");
	page_to(p, p->at + 1);
	page_flow(p, 4, all);
	g_string_free(s, TRUE);
}

static void
more_like_this(struct text *t, const struct group *g)
{
	char n[PAGE_TEXT], at[PAGE_TEXT];
	if (g->n < 2)
		return;
	page_to(&t->page, 4);
	page_printf(&t->page, "and %s more like this, last at %s",
	    page_number(n, g->n - 1), text_clock(t, at, g->last_at));
	page_end(&t->page);
}

static void
registered_later(struct text *t, const struct group *g)
{
	char at[PAGE_TEXT];
	if (g->later == RS_NEVER)
		return;
	page_to(&t->page, 4);
	t->page.style = PAGE_GOOD;
	page_printf(
	    &t->page, "registered later, at %s", text_clock(t, at, g->later));
	t->page.style = PAGE_PLAIN;
	if (g->later_frame.number) {
		page_str(&t->page, " (");
		text_frame(t, g->later_frame);
		page_str(&t->page, ")");
	}
	page_end(&t->page);
}

static void
ladder(struct failures *f, const struct group *g, const union any_record *rec)
{
	const struct text_input *in = f->t->in;
	struct rec_connection c;
	if (g->type == &rec_registration_type) {
		const struct rec_registration *r = &rec->registration;
		bool known = in->connection &&
			     in->connection(in->arg, &r->connection, &c);
		text_ladder_registration(f->t, r, known ? &c : NULL);
	} else if (g->type == &rec_handshake_type) {
		text_ladder_handshake(f->t, &rec->handshake);
	} else {
		text_ladder_connection(f->t, &rec->connection);
	}
}

static void
group_in_full(
    struct failures *f, const struct group *g, bool name_aor, bool again)
{
	struct page *p = &f->t->page;
	union any_record rec;
	struct rec_finding x;
	bool said =
	    g->said.p && rec_read(&rec_finding_type, &x, g->said, &f->arena);
	if (!load(f, g, &rec))
		return; /* its disk was full: counted as lost */
	page_to(p, INDENT);
	p->style = PAGE_BOLD;
	outcome(p, g, &rec);
	p->style = PAGE_PLAIN;
	if (name_aor && g->aor.n) {
		page_str(p, ", ");
		page_span_most(p, g->aor, 40);
	}
	towards(p, g, &rec);
	page_end(p);
	if (said)
		text_verdict(f->t, &x, again);
	ladder(f, g, &rec);
	more_like_this(f->t, g);
	registered_later(f->t, g);
	if (said && !again)
		text_advice(f->t, &x);
	rec_arena_reset(&f->arena);
}

/* What it is about and how it ended, in the rest of a line. */
static void
group_in_short(struct failures *f, const struct group *g)
{
	struct page *p = &f->t->page;
	union any_record rec;
	struct rec_finding x;
	char n[PAGE_TEXT];
	bool loaded = load(f, g, &rec);
	if (g->aor.n) {
		page_span_most(p, g->aor, p->columns / 2 - 8);
		page_str(p, "  ");
	}
	if (loaded)
		outcome(p, g, &rec);
	if (g->n > 1)
		page_printf(p, ", %s times", page_number(n, g->n));
	if (g->later != RS_NEVER)
		page_item(p, 4, ", ", "registered later");
	if (g->said.p && rec_read(&rec_finding_type, &x, g->said, &f->arena)) {
		g_autofree char *code =
		    g_strndup((const char *)x.code.p, x.code.n);
		page_item(p, 4, "  ", code);
	}
	page_end(p);
	if (g->undecided && loaded)
		text_undecided(f->t, &rec.registration);
	rec_arena_reset(&f->arena);
}

static bool
several_aors(const struct sufferer *s)
{
	const struct group *first = NULL;
	for (guint i = 0; i < s->groups->len; i++) {
		const struct group *g = g_ptr_array_index(s->groups, i);
		if (g->aor.n == 0)
			continue;
		if (first && !rs_span_eq(first->aor, g->aor))
			return true;
		first = g;
	}
	return false;
}

static bool
said_above(const struct sufferer *s, guint i)
{
	const struct group *g = g_ptr_array_index(s->groups, i);
	for (guint k = 0; k < i && g->said.p; k++) {
		const struct group *x = g_ptr_array_index(s->groups, k);
		if (!x->undecided && rs_span_eq(x->said, g->said))
			return true;
	}
	return false;
}

static const struct group *
first_group(const struct sufferer *s)
{
	return s->groups->len ? g_ptr_array_index(s->groups, 0) : NULL;
}

/* What stopped it on its way comes before what came of that. */
static void
causes(struct failures *f, const struct rec_phone *p, bool more)
{
	const struct rec_finding *x;
	for (size_t i = 0; text_causes_of(f->t->causes, p, i, &x); i++) {
		if (i)
			page_end(&f->t->page);
		text_finding(f->t, x);
		if (more)
			page_end(&f->t->page);
	}
}

static void
phone_in_full(struct failures *f, const struct sufferer *s)
{
	struct page *p = &f->t->page;
	struct rec_phone phone;
	bool several = several_aors(s);
	bool known = phone_of(f, s, &phone);
	const struct group *g = first_group(s);
	head(f, s);
	if (!several && g && g->aor.n) {
		page_span(p, g->aor); /* told nowhere else */
		page_str(p, "  ");
	}
	if (known && phone.user_agents.n && p->at + AGENT <= p->columns) {
		p->style = PAGE_DIM;
		page_span(p, *(const struct rs_span *)phone.user_agents.v);
		p->style = PAGE_PLAIN;
	}
	page_end(p);
	if (known) {
		text_also(f->t, &phone);
		chain(f, &phone);
		causes(f, &phone, s->groups->len > 0);
	}
	rec_arena_reset(&f->arena);
	bool brief = false;
	for (guint i = 0, full = 0; i < s->groups->len; i++) {
		g = g_ptr_array_index(s->groups, i);
		if (!g->undecided && full < GROUPS_IN_FULL) {
			if (full++)
				page_end(p); /* a line between them */
			group_in_full(f, g, several, said_above(s, i));
		} else if (i < 3 * GROUPS_IN_FULL) {
			if (full && !brief)
				page_end(p);
			brief = true;
			page_to(p, INDENT);
			group_in_short(f, g);
		} else {
			page_to(p, INDENT);
			page_printf(p, "and %u more kinds", s->groups->len - i);
			page_end(p);
			break;
		}
	}
	page_end(p);
}

static void
phone_in_short(struct failures *f, const struct sufferer *s)
{
	const struct group *g = first_group(s);
	const struct rec_finding *x;
	struct rec_phone phone;
	head(f, s);
	if (g) {
		group_in_short(f, g);
		return;
	}
	if (phone_of(f, s, &phone) &&
	    text_causes_of(f->t->causes, &phone, 0, &x))
		page_span(&f->t->page, x->code);
	page_end(&f->t->page);
	rec_arena_reset(&f->arena);
}

/* ---- all of them ---- */

static gint
by_first(gconstpointer a, gconstpointer b)
{
	const struct group *const *x = a, *const *y = b;
	bool x_later = (*x)->later != RS_NEVER,
	     y_later = (*y)->later != RS_NEVER;
	if (x_later != y_later)
		return x_later ? 1 : -1; /* what still fails comes first */
	return rec_id_cmp(&(*x)->first, &(*y)->first);
}

static gint
by_rank(gconstpointer a, gconstpointer b)
{
	const struct sufferer *const *x = a, *const *y = b;
	if ((*x)->rank != (*y)->rank)
		return (int)(*x)->rank - (int)(*y)->rank;
	return rec_id_cmp(&(*x)->first, &(*y)->first);
}

static gboolean
collect(gpointer key, gpointer value, gpointer arg)
{
	struct sufferer *s = value;
	(void)key;
	g_ptr_array_sort(s->groups, by_first);
	g_ptr_array_add(arg, s);
	return FALSE;
}

static void
show(struct failures *f, struct sufferer *s, enum place place)
{
	s->place = place;
	for (guint i = 0; i < s->groups->len; i++) {
		struct group *g = g_ptr_array_index(s->groups, i);
		char id[REC_ID_TEXT];
		rec_id_format(&g->first, id);
		g_tree_insert(f->by_record,
		    g_strdup_printf("%s %s", g->type->name, id), g);
	}
}

/* Which of them there is room for; how many there is none for. */
static guint
choose(struct failures *f, const GPtrArray *all)
{
	guint full = 0, brief = 0, undecided = 0, left = 0;
	for (guint i = 0; i < all->len; i++) {
		struct sufferer *s = g_ptr_array_index(all, i);
		if (s->rank == RANK_UNDECIDED ? undecided++ < UNDECIDED
		    : full < IN_FULL          ? false
					      : brief++ < IN_SHORT)
			show(f, s, SHOWN_IN_SHORT);
		else if (s->rank != RANK_UNDECIDED && full++ < IN_FULL)
			show(f, s, SHOWN_IN_FULL);
		else
			left++;
	}
	return left;
}

static void
print_all(struct failures *f, const GPtrArray *all, guint left)
{
	struct page *p = &f->t->page;
	char n[PAGE_TEXT];
	bool brief = false;
	for (guint i = 0; i < all->len; i++) {
		const struct sufferer *s = g_ptr_array_index(all, i);
		brief |= s->place == SHOWN_IN_SHORT;
		if (s->place == SHOWN_IN_SHORT)
			phone_in_short(f, s);
		else if (s->place == SHOWN_IN_FULL)
			phone_in_full(f, s);
	}
	if (left) {
		page_printf(p, "and %s (--format json has them)",
		    text_many(n, left, "more phone"));
		page_end(p);
	}
	if (f->over) {
		page_printf(p, "not shown: %s, failed or undecided",
		    text_many(n, f->over, "more case"));
		page_end(p);
	}
	if (brief || left || f->over)
		page_end(p);
}

void
text_failures(struct text *t)
{
	struct failures f = {.t = t};
	GPtrArray *all = g_ptr_array_new();
	f.groups = g_tree_new_full(span_cmp, NULL, NULL, group_free);
	f.by_record = g_tree_new_full(text_cmp, NULL, g_free, NULL);
	f.sufferers = g_tree_new_full(addr_cmp, NULL, NULL, sufferer_free);
	rs_buf_init(&f.key, 1 << 20, NULL);
	rec_arena_init(&f.keys, NULL, NULL);
	rec_arena_init(&f.arena, NULL, NULL);
	gather_all(&f);
	gather_phones(&f);
	g_tree_foreach(f.sufferers, collect, all);
	g_ptr_array_sort(all, by_rank);
	guint left = choose(&f, all);
	gather_findings(&f);
	print_all(&f, all, left);
	g_ptr_array_free(all, TRUE);
	g_tree_destroy(f.sufferers);
	g_tree_destroy(f.by_record);
	g_tree_destroy(f.groups);
	rs_buf_clear(&f.key);
	rec_arena_clear(&f.keys);
	rec_arena_clear(&f.arena);
}
