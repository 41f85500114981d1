/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What failed, phone by phone.
 *
 * Of a group (failures.h) the first attempt that has a finding, or the first
 * one, is shown in full, and of the rest their number.  Phones that are failed
 * now come first, then those that failed and registered later, then those that
 * went on, nobody knows to what, then what is undecided, at last of phones that
 * are registered; in each the earliest first.
 */
#include "diag/rule.h"
#include "report/failures.h"
#include "report/text_part.h"

#include <glib.h>

enum {
	IN_FULL = 20, /* phones */
	IN_SHORT = 100,
	GROUPS_IN_FULL = 4, /* of a phone */
	UNDECIDED = 20,
	INDENT = 2,
	AGENT = 16, /* less of a user agent tells nothing */
	SUMS = 15,  /* as text_sums.c has its lines */
};

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
	    [RANK_PASSED] = "UNDECIDED",
	    [RANK_UNDECIDED] = "UNDECIDED",
	    [RANK_REGISTERED] = "REGISTERED",
	};
	struct rec_phone p;
	char addr[RS_ADDR_TEXT] = "";
	bool known = phone_of(f, s, &p);
	if (s->addr.family)
		rs_addr_format(&s->addr, addr);
	else if (known)
		g_snprintf(addr, sizeof addr, "%.*s", (int)p.mac.n,
		    (const char *)p.mac.p);
	page_styled(&f->t->page, s->rank == RANK_FAILED ? PAGE_BAD : PAGE_WARN,
	    word[s->rank]);
	page_str(&f->t->page, "  ");
	page_styled(&f->t->page, PAGE_BOLD, addr);
	if (known && p.behind.n)
		page_printf(&f->t->page, " (behind it %.*s)", (int)p.behind.n,
		    (const char *)p.behind.p);
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
	bool earlier = g->at == g->last_at && g->at != g->first_at;
	page_printf(&t->page, "and %s more like this, %s at %s",
	    page_number(n, g->n - 1), earlier ? "first" : "last",
	    text_clock(t, at, earlier ? g->first_at : g->last_at));
	page_end(&t->page);
}

static void
in_brackets(struct text *t, struct rs_frame f)
{
	if (f.number == 0)
		return;
	page_str(&t->page, " (");
	text_frame(t, f);
	page_str(&t->page, ")");
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
	in_brackets(t, g->later_frame);
	page_end(&t->page);
}

/* "connected later, to sbc.example.net (192.0.2.10:5061) (#11)", and TLS. */
static void
went_on(struct text *t, const struct group *g)
{
	const struct rec_id id = {.frame = g->connected};
	struct rec_connection c;
	if (g->connected.number) { /* the SYN: it names its connection */
		page_to(&t->page, 4);
		page_styled(&t->page, PAGE_GOOD, "connected later");
		if (t->in->connection &&
		    t->in->connection(t->in->arg, &id, &c)) {
			g_autoptr(GString) s = g_string_new("to ");
			text_server(s, &c.server, c.server.name);
			page_str(&t->page, ",");
			page_to(&t->page, t->page.at + 1);
			page_flow(&t->page, 6, rs_span_str(s->str));
		}
		in_brackets(t, g->connected);
		page_end(&t->page);
	}
	if (g->tls_done.number) {
		page_to(&t->page, 4);
		page_styled(&t->page, PAGE_GOOD, "TLS completed later");
		in_brackets(t, g->tls_done);
		page_end(&t->page);
	}
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
	went_on(f->t, g);
	if (said && !again)
		text_advice(f->t, &x);
	if (!said && g->type == &rec_registration_type)
		text_next(f->t, &rec.registration);
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
	if (g->tls_done.number || g->connected.number)
		page_item(p, 4, ", ",
		    g->tls_done.number ? "TLS completed later"
				       : "connected later");
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
	/* Of several phones at one address it might be another one's. */
	bool its = known && phone.user_agents.n > 0 &&
		   (phone.user_agents.n == 1 || phone.shared != RS_TRUE);
	if (its && p->at + AGENT <= p->columns) {
		p->style = PAGE_DIM;
		page_span(p, *(const struct rs_span *)phone.user_agents.v);
		p->style = PAGE_PLAIN;
	}
	page_end(p);
	if (known) {
		text_also(f->t, &phone);
		chain(f, &phone);
		causes(f, &phone, s->groups->len > 0);
		if (text_refused(f->t, &phone) && s->groups->len)
			page_end(p);
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
	if (phone_of(f, s, &phone))
		page_span(&f->t->page,
		    text_causes_of(f->t->causes, &phone, 0, &x)
			? x->code
			: phone.stopped_at); /* no finding tells of it */
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
	int c = rec_id_cmp(&(*x)->first, &(*y)->first);
	return c ? c : rs_addr_cmp(&(*x)->addr, &(*y)->addr);
}

static void
show(struct failures *f, struct sufferer *s, enum place place)
{
	g_ptr_array_sort(s->groups, by_first);
	failures_show(f, s, place);
}

/* Which of them there is room for; how many there is none for. */
static guint
choose(struct failures *f, const GPtrArray *all)
{
	guint full = 0, brief = 0, undecided = 0, left = 0;
	for (guint i = 0; i < all->len; i++) {
		struct sufferer *s = g_ptr_array_index(all, i);
		if (s->rank >= RANK_UNDECIDED ? undecided++ < UNDECIDED
		    : full < IN_FULL          ? false
					      : brief++ < IN_SHORT)
			show(f, s, SHOWN_IN_SHORT);
		else if (s->rank < RANK_UNDECIDED && full++ < IN_FULL)
			show(f, s, SHOWN_IN_FULL);
		else
			left++;
	}
	return left;
}

/* By the number of phones, and then as rules are asked: the first stage. */
static int
most_phones(const struct failures *f)
{
	int most = -1;
	for (int i = 0; i < (int)diag_n_rules && i < FAILURES_CODES; i++)
		if (f->blamed[i] &&
		    (most < 0 || f->blamed[i] > f->blamed[most]))
			most = i;
	return most;
}

/* Where so many failed that they are not all shown in full. */
static void
print_blamed(struct failures *f)
{
	struct page *p = &f->t->page;
	char n[PAGE_TEXT];
	if (text_sum(f->t->in->summary->phones_failed) <= IN_FULL)
		return;
	g_autoptr(GString) s = g_string_new(NULL);
	for (int i; (i = most_phones(f)) >= 0; f->blamed[i] = 0)
		g_string_append_printf(s, "%s%s in %s", s->len ? ", " : "",
		    diag_rules[i]->code, text_many(n, f->blamed[i], "phone"));
	if (s->len == 0)
		return;
	page_str(p, "Causes");
	page_to(p, SUMS);
	page_flow(p, SUMS, (struct rs_span){(uint8_t *)s->str, s->len});
	page_end(p);
	page_end(p);
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
	struct failures *f = t->in->failures;
	GPtrArray *all = f->sufferers;
	f->t = t;
	g_ptr_array_sort(all, by_rank);
	guint left = choose(f, all);
	failures_findings(f, t->in->spool);
	print_blamed(f);
	print_all(f, all, left);
}
