/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Errors of the stages before TCP, told with the phone that they stopped, and
 * before what came of them: findings, and what DNS refused, an error that none
 * tells of.
 */
#include "report/one.h"
#include "report/text_part.h"
#include "report/told.h"

#include <glib.h>

enum { MOST = 1000, INDENT = 2 };

struct cause {
	struct rec_finding x;
	int stage;
	bool told;
};

struct text_causes {
	GPtrArray *all; /* of struct cause, by stage and then by time */
	struct rec_arena arena;
	const struct one *one;
};

static gint
by_stage(gconstpointer a, gconstpointer b)
{
	const struct cause *const *x = a, *const *y = b;
	int c = (*x)->stage - (*y)->stage;
	if (c)
		return c;
	if ((*x)->x.at != (*y)->x.at) /* ids are by file first */
		return (*x)->x.at < (*y)->x.at ? -1 : 1;
	return rec_id_cmp(&(*x)->x.id, &(*y)->x.id);
}

/* A copy that outlives the reader of the spool. */
static struct cause *
keep(struct text_causes *c, const struct rec_finding *x, int stage)
{
	struct cause *to = rec_arena_alloc(&c->arena, sizeof *to);
	struct rs_buf buf;
	bool ok;
	to->stage = stage;
	to->told = false;
	rs_buf_init(&buf, 1 << 20, NULL);
	ok = rec_write(&rec_finding_type, x, &buf) &&
	     rec_read(&rec_finding_type, &to->x,
		 rec_arena_text(&c->arena, rs_buf_view(&buf)), &c->arena);
	rs_buf_clear(&buf);
	return ok ? to : NULL;
}

struct text_causes *
text_causes_new(const struct text *t)
{
	struct text_causes *c = g_new0(struct text_causes, 1);
	struct spool_reader *r =
	    spool_read_brief(t->in->spool, &rec_finding_type);
	const enum told_bit skipped = TOLD_NO_CAUSE;
	const struct rec_finding *x;
	c->one = t->in->one;
	c->all = g_ptr_array_new();
	rec_arena_init(&c->arena, NULL, NULL);
	spool_pick(r, told_wants, &skipped);
	while ((x = spool_next(r)) != NULL && c->all->len < MOST) {
		int stage = told_stage(x);
		struct cause *kept;
		if (stage < 0 || x->severity != REC_ERROR || told_of_attempt(x))
			continue;
		kept = spool_whole(r) ? keep(c, x, stage) : NULL;
		if (kept)
			g_ptr_array_add(c->all, kept);
	}
	spool_reader_free(r);
	g_ptr_array_sort(c->all, by_stage);
	return c;
}

void
text_causes_free(struct text_causes *c)
{
	g_ptr_array_free(c->all, TRUE);
	rec_arena_clear(&c->arena);
	g_free(c);
}

static bool
is_of(const struct one *one, const struct rec_finding *x,
    const struct rec_phone *p)
{
	return (p->client.at.addr.family &&
		   rs_addr_eq(
		       one_lead(one, &x->phone.at.addr), &p->client.at.addr)) ||
	       (p->mac.n && rs_span_eq(x->mac, p->mac));
}

bool
text_causes_of(struct text_causes *c, const struct rec_phone *p, size_t i,
    const struct rec_finding **x)
{
	for (guint k = 0; k < c->all->len; k++) {
		struct cause *cause = g_ptr_array_index(c->all, k);
		if (!is_of(c->one, &cause->x, p) || i-- > 0)
			continue;
		cause->told = true;
		*x = &cause->x;
		return true;
	}
	return false;
}

bool
text_causes_told(const struct text_causes *c, const struct rec_finding *x)
{
	for (guint k = 0; k < c->all->len; k++) {
		const struct cause *cause = g_ptr_array_index(c->all, k);
		if (cause->told && rec_id_cmp(&cause->x.id, &x->id) == 0 &&
		    rs_span_eq(cause->x.code, x->code))
			return true;
	}
	return false;
}

/* "203.0.113.53 answers REFUSED for SRV _sip._udp.example.com (#1, #2)."  Of
   several servers the answer that stands is one's, and the first query may have
   gone to another. */
static void
say_refused(struct text *t, const struct rec_lookup *l)
{
	g_autoptr(GString) s = g_string_new("DNS: ");
	bool several = l->servers.n > 1;
	char addr[RS_ADDR_TEXT];
	rs_addr_format(&l->server.at.addr, addr);
	if (!several)
		g_string_append_printf(s, "%s answers %.*s for ", addr,
		    (int)l->rcode.n, (const char *)l->rcode.p);
	g_string_append_printf(s, "%.*s %.*s%s (", (int)l->type.n,
	    (const char *)l->type.p, (int)l->name.n, (const char *)l->name.p,
	    several ? " was asked of several servers" : "");
	text_frame_name(t, s, l->id.frame);
	if (several)
		g_string_append_printf(s, "), and %s answers %.*s (", addr,
		    (int)l->rcode.n, (const char *)l->rcode.p);
	else
		g_string_append(s, ", ");
	text_frame_name(t, s, l->answer_frame);
	g_string_append(s, several ? "); nothing else led to a server."
				   : "), and nothing else led to a server.");
	page_to(&t->page, INDENT);
	page_flow(&t->page, INDENT, rs_span_str(s->str));
	page_end(&t->page);
}

bool
text_refused(struct text *t, const struct rec_phone *p)
{
	struct spool_reader *r = spool_read(t->in->spool, t->in->refused);
	const struct rec_lookup *l;
	bool any = false;
	while ((l = spool_next(r)) != NULL) {
		if (!rs_addr_eq(one_lead(t->in->one, &l->client.at.addr),
			&p->client.at.addr))
			continue;
		say_refused(t, l);
		any = true;
	}
	spool_reader_free(r);
	return any;
}
