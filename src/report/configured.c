/* SPDX-License-Identifier: Apache-2.0 */
#include "report/configured.h"

enum { NAMES = 128, SERVERS = 8, ASKERS = 8 };

/* What a next hop is called, and by which addresses. */
struct hop {
	GHashTable *names;     /* char * -> GINT_TO_POINTER(it has a value) */
	GHashTable *addresses; /* char * */
};

/* Where REGISTERs went. */
struct server {
	struct rs_endpoint at;
	char *name; /* NULL: none */
	struct rs_addr client;
	bool by_phone; /* and not by a proxy on the way */
	bool ours;     /* the domain is the line's, too */
};

struct line {
	const struct rec_configured *rec;
	struct rec_configured *out;
	struct hop hop;
	bool looked_up;
	bool partial; /* what DNS gave for it was not seen in full */
	struct rs_addr askers[ASKERS]; /* that looked it up */
	unsigned n_askers;
	struct server servers[SERVERS]; /* different ones, the newest last */
	unsigned n;
	bool more; /* than that */
};

struct configured {
	GArray *lines; /* struct line */
	struct rec_list result;
	struct rec_arena arena;
};

/* ---- names ---- */

static char *
lower(struct rs_span s)
{
	if (s.n && s.p[s.n - 1] == '.')
		s.n--;
	return g_ascii_strdown((const char *)s.p, (gssize)s.n);
}

/* "proxy.example.net:5061", "[2001:db8::1]:5061" */
static struct rs_span
host_of(struct rs_span s)
{
	if (s.n && *s.p == '[') {
		s = rs_span_from(s, 1);
		return rs_span_part(s, 0, rs_span_find(s, ']'));
	}
	size_t colon = rs_span_find(s, ':');
	return rs_span_part(s, 0, colon);
}

/* The next hop of RFC 3261 8.1.2: an outbound proxy, or the registrar. */
static struct rs_span
hop_of(const struct rec_configured *r)
{
	bool outbound = r->outbound_proxy.n && r->use_outbound != RS_FALSE;
	return host_of(outbound ? r->outbound_proxy : r->proxy);
}

static void
add_name(struct hop *h, struct rs_span name, bool has_value)
{
	char *key = lower(name);
	bool has = g_hash_table_lookup(h->names, key) || has_value;
	if (g_hash_table_size(h->names) < NAMES ||
	    g_hash_table_contains(h->names, key))
		g_hash_table_insert(h->names, key, GINT_TO_POINTER(has));
	else
		g_free(key);
}

static bool
has_name(const struct hop *h, struct rs_span name)
{
	g_autofree char *key = lower(name);
	return name.n && g_hash_table_contains(h->names, key);
}

static void
add_address(struct hop *h, struct rs_span text)
{
	struct rs_addr a;
	char canonical[RS_ADDR_TEXT];
	if (!rs_addr_parse(&a, text) ||
	    g_hash_table_size(h->addresses) >= NAMES)
		return;
	rs_addr_format(&a, canonical);
	g_hash_table_add(h->addresses, g_strdup(canonical));
}

/* ---- what comes in ---- */

static void
add_line(struct configured *c, const struct rec_configured *r,
    struct rec_configured *out)
{
	struct line l = {.rec = r, .out = out};
	struct rs_span hop = hop_of(r);
	struct rs_addr a;
	if (r->user.n == 0 || hop.n == 0)
		return;
	l.hop.names =
	    g_hash_table_new_full(g_str_hash, g_str_equal, g_free, NULL);
	l.hop.addresses =
	    g_hash_table_new_full(g_str_hash, g_str_equal, g_free, NULL);
	bool literal = rs_addr_parse(&a, hop);
	add_name(&l.hop, hop, literal);
	if (literal)
		add_address(&l.hop, hop);
	g_array_append_val(c->lines, l);
}

struct configured *
configured_new(const struct rec_list *problems)
{
	if (problems == NULL || problems->n == 0)
		return NULL;
	struct configured *c = g_new0(struct configured, 1);
	const struct rec_problem *p = problems->v;
	c->lines = g_array_new(FALSE, FALSE, sizeof(struct line));
	rec_arena_init(&c->arena, NULL, NULL);
	for (uint32_t i = 0; i < problems->n; i++) {
		struct rec_problem *to =
		    rec_list_add(&c->result, &c->arena, sizeof *to);
		const struct rec_configured *line = p[i].lines.v;
		*to = p[i];
		to->lines = (struct rec_list){0};
		for (uint32_t k = 0; k < p[i].lines.n; k++)
			*(struct rec_configured *)rec_list_add(
			    &to->lines, &c->arena, sizeof *line) = line[k];
		struct rec_configured *out = to->lines.v;
		for (uint32_t k = 0; k < p[i].lines.n; k++)
			add_line(c, &line[k], &out[k]);
	}
	return c;
}

void
configured_free(struct configured *c)
{
	if (c == NULL)
		return;
	for (unsigned i = 0; i < c->lines->len; i++) {
		struct line *l = &g_array_index(c->lines, struct line, i);
		g_hash_table_destroy(l->hop.names);
		g_hash_table_destroy(l->hop.addresses);
		for (unsigned k = 0; k < l->n; k++)
			g_free(l->servers[k].name);
	}
	g_array_free(c->lines, TRUE);
	rec_arena_clear(&c->arena);
	g_free(c);
}

/* "_sips._tcp.proxy.example.net" is asked for proxy.example.net. */
static struct rs_span
bare(struct rs_span name)
{
	while (name.n && *name.p == '_')
		name = rs_span_from(name, rs_span_find(name, '.') + 1);
	return name;
}

static bool
asked_by(const struct line *l, const struct rs_addr *a)
{
	for (unsigned i = 0; i < l->n_askers; i++)
		if (rs_addr_eq(&l->askers[i], a))
			return true;
	return false;
}

static void
add_asker(struct line *l, const struct rs_addr *a)
{
	if (a->family && l->n_askers < ASKERS && !asked_by(l, a))
		l->askers[l->n_askers++] = *a;
}

static void
line_lookup(struct line *l, const struct rec_lookup *look)
{
	const struct rec_answer *a = look->answers.v;
	struct rs_span asked = bare(look->name);
	if (!has_name(&l->hop, asked) && !has_name(&l->hop, look->name))
		return;
	if (rs_span_eq_nocase(asked, hop_of(l->rec))) {
		l->looked_up = true;
		add_asker(l, &look->client.at.addr);
	}
	/* What the hop's own name is asked for a service says more of it. */
	if (look->answers.n && asked.n < look->name.n)
		add_name(&l->hop, asked, true);
	add_name(&l->hop, look->name, look->answers.n > 0);
	l->partial |= look->truncated == RS_TRUE;
	/* An alias may stand behind what it is of. */
	for (int round = 0; round < 2; round++)
		for (uint32_t i = 0; i < look->answers.n; i++) {
			bool known = has_name(&l->hop, a[i].name);
			if (!known)
				continue;
			l->partial |= a[i].target.n + a[i].address.n == 0;
			if (a[i].target.n)
				add_name(&l->hop, a[i].target, false);
			if (a[i].target.n || a[i].address.n)
				add_name(&l->hop, a[i].name, true);
			if (a[i].address.n)
				add_address(&l->hop, a[i].address);
		}
}

void
configured_lookup(struct configured *c, const struct rec_lookup *look)
{
	for (unsigned i = 0; c && i < c->lines->len; i++)
		line_lookup(&g_array_index(c->lines, struct line, i), look);
}

/* "sip:2025@example.net": 2025 */
static struct rs_span
user_of(struct rs_span aor)
{
	aor = rs_span_from(aor, rs_span_find(aor, ':') + 1);
	return rs_span_part(aor, 0, rs_span_find(aor, '@'));
}

/* Others have a user of that name, too, and theirs is of another domain: a
   phone registers its user at its proxy (RFC 3261 10.2). */
static bool
is_ours(const struct line *l, const struct rec_registration *g)
{
	size_t at = rs_span_find(g->aor, '@');
	struct rs_span host = host_of(rs_span_from(g->aor, at + 1));
	return l->rec->proxy.n == 0 ||
	       rs_span_eq_nocase(host, host_of(l->rec->proxy));
}

/* Its contact has the address that it came from. */
static bool
by_phone(const struct rec_registration *g)
{
	const struct rec_contact *c = g->contacts.v;
	char text[RS_ADDR_TEXT];
	rs_addr_format(&g->client.at.addr, text);
	return g->contacts.n && g->client.at.addr.family &&
	       g_strstr_len(
		   (const char *)c[0].uri.p, (gssize)c[0].uri.n, text) != NULL;
}

static void
line_server(struct line *l, const struct rec_endpoint *to,
    const struct rec_registration *g)
{
	const struct rs_addr client = rs_addr_face(g->client.at.addr);
	for (unsigned i = 0; i < l->n; i++)
		if (rs_endpoint_eq(&l->servers[i].at, &to->at) &&
		    rs_addr_eq(&l->servers[i].client, &client))
			return;
	if (l->n == SERVERS) {
		l->more = true;
		return;
	}
	l->servers[l->n++] =
	    (struct server){to->at, to->name.n ? lower(to->name) : NULL, client,
		by_phone(g), is_ours(l, g)};
}

static void
line_registration(struct line *l, const struct rec_registration *g)
{
	const struct rec_leg *leg = g->legs.v;
	if (!rs_span_eq(user_of(g->aor), l->rec->user))
		return;
	for (uint32_t i = 0; i < g->legs.n; i++)
		line_server(l, &leg[i].server, g);
	line_server(l, &g->server, g);
}

void
configured_registration(struct configured *c, const struct rec_registration *g)
{
	for (unsigned i = 0; c && i < c->lines->len; i++)
		line_registration(&g_array_index(c->lines, struct line, i), g);
}

/* ---- what is said ---- */

static bool
is_hop(const struct hop *h, const struct server *s)
{
	char text[RS_ADDR_TEXT];
	rs_addr_format(&s->at.addr, text);
	return (s->at.addr.family &&
		   g_hash_table_contains(h->addresses, text)) ||
	       (s->name && g_hash_table_contains(h->names, s->name));
}

/* Every name that may lead there has an address, or other names. */
static bool
all_known(const struct hop *h)
{
	GHashTableIter it;
	gpointer name, has;
	if (g_hash_table_size(h->addresses) == 0 ||
	    g_hash_table_size(h->addresses) >= NAMES ||
	    g_hash_table_size(h->names) >= NAMES)
		return false;
	g_hash_table_iter_init(&it, h->names);
	while (g_hash_table_iter_next(&it, &name, &has))
		if (has == NULL)
			return false;
	return true;
}

static void
judge(struct configured *c, struct line *l)
{
	struct rec_configured *out = l->out;
	bool known = all_known(&l->hop) && !l->partial && !l->more && l->n;
	if (l->looked_up)
		out->looked_up = RS_TRUE;
	for (unsigned i = 0; i < l->n; i++) {
		if (is_hop(&l->hop, &l->servers[i])) {
			out->tried = RS_TRUE;
			return;
		}
		const struct server *s = &l->servers[i];
		known = known && s->at.addr.family && s->ours &&
			(s->by_phone || asked_by(l, &s->client));
	}
	if (!known)
		return;
	const struct server *last = &l->servers[l->n - 1];
	out->tried = RS_FALSE;
	out->went_to.at = last->at;
	if (last->name)
		out->went_to.name =
		    rec_arena_text(&c->arena, rs_span_str(last->name));
}

struct rec_list
configured_result(struct configured *c)
{
	for (unsigned i = 0; i < c->lines->len; i++)
		judge(c, &g_array_index(c->lines, struct line, i));
	return c->result;
}
