/* SPDX-License-Identifier: Apache-2.0 */
/*
 * How the phones that failed differ from those that registered: a few lines for
 * all phones that differ in the same.  Differences are no causes, and are not
 * called so.
 */
#include "report/text_part.h"
#include "report/told.h"

#include <glib.h>

enum { GROUPS = 16, NAMED = 4, INDENT = 2, MOST_TEXT = 60 };

struct group {
	GString *said;
	GString *phones; /* the first of them */
	int64_t n, peers;
};

static void
add_span(GString *to, struct rs_span s)
{
	g_string_append_len(
	    to, (const char *)s.p, (gssize)(s.n < MOST_TEXT ? s.n : MOST_TEXT));
	if (s.n > MOST_TEXT)
		g_string_append(to, "...");
}

/* "firmware A/1 (48 of 50 have A/2); vlan 1 (all 50 have 120)" */
static GString *
say(const struct rec_phone *p, int64_t *peers)
{
	const struct rec_differs *d = p->differs.v;
	GString *to = g_string_new(NULL);
	*peers = 0;
	for (uint32_t i = 0; i < p->differs.n; i++) {
		char what[PAGE_TEXT];
		g_autofree char *name =
		    g_strndup((const char *)d[i].what.p, d[i].what.n);
		g_string_append_printf(
		    to, "%s%s ", i ? "; " : "", text_words(what, name));
		add_span(to, d[i].value);
		if (d[i].sharing == d[i].peers)
			g_string_append_printf(
			    to, " (all %" G_GINT64_FORMAT ": ", d[i].peers);
		else
			g_string_append_printf(to,
			    " (%" G_GINT64_FORMAT " of %" G_GINT64_FORMAT ": ",
			    d[i].sharing, d[i].peers);
		add_span(to, d[i].others);
		g_string_append_c(to, ')');
		*peers = MAX(*peers, d[i].peers);
	}
	return to;
}

static void
add_phone(struct group *g, const struct rec_phone *p)
{
	char addr[RS_ADDR_TEXT];
	if (g->n++ >= NAMED)
		return;
	if (g->n > 1)
		g_string_append(g->phones, ", ");
	if (p->client.at.addr.family) {
		rs_addr_format(&p->client.at.addr, addr);
		g_string_append(g->phones, addr);
	} else {
		add_span(g->phones, p->mac);
	}
}

static void
print(struct text *t, const struct group *g)
{
	struct page *p = &t->page;
	char n[PAGE_TEXT];
	page_styled(p, PAGE_BOLD, g->phones->str);
	if (g->n > NAMED)
		page_printf(p, " and %s more", page_number(n, g->n - NAMED));
	page_printf(p, " %s from the %s phones that registered:",
	    g->n > 1 ? "differ" : "differs", page_number(n, g->peers));
	page_end(p);
	page_to(p, INDENT);
	page_flow(p, INDENT, rs_span_str(g->said->str));
	page_end(p);
	page_end(p);
}

/* The group of what is said, or a new one; NULL: there are enough. */
static struct group *
group_of(struct group all[GROUPS], size_t *n, GString *said, int64_t peers)
{
	for (size_t i = 0; i < *n; i++)
		if (g_string_equal(all[i].said, said))
			return &all[i];
	if (*n == GROUPS)
		return NULL;
	all[*n] = (struct group){g_string_new_len(said->str, (gssize)said->len),
	    g_string_new(NULL), 0, peers};
	return &all[(*n)++];
}

void
text_odd(struct text *t)
{
	struct group all[GROUPS];
	struct spool_reader *r = spool_read(t->in->spool, &rec_phone_type);
	const enum told_bit skipped = TOLD_NOT_ODD;
	const struct rec_phone *p;
	size_t n = 0;
	spool_pick(r, told_wants, &skipped);
	while ((p = spool_next(r)) != NULL) {
		int64_t peers;
		if (p->differs.n == 0)
			continue;
		GString *said = say(p, &peers);
		struct group *g = group_of(all, &n, said, peers);
		if (g)
			add_phone(g, p);
		g_string_free(said, TRUE);
	}
	spool_reader_free(r);
	for (size_t i = 0; i < n; i++) {
		print(t, &all[i]);
		g_string_free(all[i].said, TRUE);
		g_string_free(all[i].phones, TRUE);
	}
}
