/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Members and their values: a value is a text that stands once, with how many
 * of those that registered have it.  Of each matter a member keeps a few
 * values; where there were more, or no room, the matter is not told of at all.
 */
#include "base/fetch.h"
#include "report/odd_inner.h"

#include "track/queue.h"
#include "track/table.h"

#include <glib.h>

enum {
	MEMBERS = 8192,
	VALUES = 8192,
	EACH = 6, /* values of a member in one matter */
	ANSWERS = 16,
	MAC_TEXT = 18,
	FEW = 2,
};

struct value {
	struct table_node node;
	enum odd_what what;
	size_t subject;
	struct rs_span text;
	uint16_t place; /* among the values */
	uint32_t have;  /* of those that registered */
};

struct member {
	struct table_node node;
	struct rs_addr addr; /* or family 0, and */
	char mac[MAC_TEXT];
	bool registered;
	struct member *joined; /* NULL, or the one that has all of its */
	uint8_t n[ODD_WHATS];
	uint16_t v[ODD_ANSWER * EACH + ANSWERS]; /* matter by matter */
};
_Static_assert(ODD_ANSWER + 1 == ODD_WHATS, "has the rest of them");

struct odd {
	struct rs_hash_seed seed;
	struct table by_who, by_text;
	GPtrArray *members, *values;
	struct member *near; /* perhaps the next one, or NULL */
	struct rec_arena text;
	bool lost[ODD_WHATS];      /* there was more than is kept */
	uint32_t known[ODD_WHATS]; /* of how many that registered */
	uint32_t registered;
};

static const char *const words[] = {
    [ODD_FIRMWARE] = "firmware",
    [ODD_TRANSPORT] = "transport",
    [ODD_SERVER] = "server",
    [ODD_SERVER_NAME] = "server_name",
    [ODD_JA4] = "ja4",
    [ODD_ISSUER] = "certificate_issuer",
    [ODD_VLAN] = "vlan",
    [ODD_TTL] = "ttl",
    [ODD_MSS] = "mss",
    [ODD_DHCP_SERVER] = "dhcp_server",
    [ODD_DHCP_OPTIONS] = "dhcp_options",
    [ODD_ROUTER] = "router",
    [ODD_NAME_SERVERS] = "name_servers",
    [ODD_RESOLVER] = "resolver",
    [ODD_ANSWER] = "dns_answer",
};

struct odd *
odd_new(const struct rs_hash_seed *seed)
{
	struct odd *o = g_new0(struct odd, 1);
	o->seed = *seed;
	table_init(&o->by_who, NULL);
	table_init(&o->by_text, NULL);
	o->members = g_ptr_array_new_with_free_func(g_free);
	o->values = g_ptr_array_new_with_free_func(g_free);
	rec_arena_init(&o->text, NULL, NULL);
	return o;
}

void
odd_free(struct odd *o)
{
	if (o == NULL)
		return;
	table_clear(&o->by_who);
	table_clear(&o->by_text);
	g_ptr_array_unref(o->members);
	g_ptr_array_unref(o->values);
	rec_arena_clear(&o->text);
	g_free(o);
}

/* ---- who, and what ---- */

static struct member *
member_find(const struct odd *o, const struct odd_who *who, uint64_t *hash)
{
	static const struct rs_addr nobody;
	bool by_addr = who->client && who->client->family;
	const struct rs_addr *addr = by_addr ? who->client : &nobody;
	struct table_key key;
	if (by_addr && o->near && rs_addr_eq(&o->near->addr, addr))
		return o->near->joined ? o->near->joined : o->near;
	table_key_init(&key, &o->seed);
	table_key_addr(&key, addr);
	if (!by_addr)
		table_key_text(&key, who->mac);
	*hash = table_key_hash(&key);
	for (struct table_node *n = table_first(&o->by_who, *hash); n;
	     n = table_next(n)) {
		struct member *m = TRACK_OF(n, struct member, node);
		if (rs_addr_eq(&m->addr, addr) &&
		    (by_addr || rs_span_eq(who->mac, rs_span_str(m->mac))))
			return m->joined ? m->joined : m;
	}
	return NULL;
}

void
odd_ahead(const struct odd *o, const struct rs_addr *client)
{
	table_ahead(&o->by_who, table_addr_hash(&o->seed, client));
}

void
odd_near(struct odd *o, const struct rs_addr *client)
{
	struct table_node *n =
	    table_first(&o->by_who, table_addr_hash(&o->seed, client));
	o->near = n ? TRACK_OF(n, struct member, node) : NULL;
	/* Few matters have several values. */
	rs_fetch(o->near, sizeof *o->near / 2);
}

static struct member *
member_touch(struct odd *o, const struct odd_who *who)
{
	uint64_t hash;
	struct member *m = member_find(o, who, &hash);
	if (m)
		return m;
	if (o->members->len >= MEMBERS)
		return NULL;
	m = g_new0(struct member, 1);
	if (who->client && who->client->family)
		m->addr = *who->client;
	else
		memcpy(m->mac, who->mac.p, who->mac.n);
	table_add(&o->by_who, &m->node, hash);
	g_ptr_array_add(o->members, m);
	return m;
}

static struct value *
value_at(const struct odd *o, uint16_t i)
{
	return g_ptr_array_index(o->values, i);
}

static bool
value_is(const struct value *v, enum odd_what what, struct rs_span text)
{
	return v->what == what && rs_span_eq(v->text, text);
}

/* Its place, or VALUES: there is no more room. */
static uint16_t
value_touch(
    struct odd *o, enum odd_what what, struct rs_span text, size_t subject)
{
	struct table_key key;
	table_key_init(&key, &o->seed);
	table_key_number(&key, what);
	table_key_text(&key, text);
	uint64_t hash = table_key_hash(&key);
	for (struct table_node *n = table_first(&o->by_text, hash); n;
	     n = table_next(n)) {
		struct value *v = TRACK_OF(n, struct value, node);
		if (value_is(v, what, text))
			return v->place;
	}
	if (o->values->len >= VALUES)
		return VALUES;
	struct value *v = g_new0(struct value, 1);
	v->what = what;
	v->subject = subject < text.n ? subject : text.n;
	v->text = rec_arena_text(&o->text, text);
	v->place = (uint16_t)o->values->len;
	table_add(&o->by_text, &v->node, hash);
	g_ptr_array_add(o->values, v);
	return v->place;
}

static unsigned
most_of(enum odd_what what)
{
	return what == ODD_ANSWER ? ANSWERS : EACH;
}

bool
odd_over(const struct odd *o, enum odd_what what)
{
	return o->lost[what] && o->members->len >= MEMBERS;
}

void
odd_value(struct odd *o, struct odd_who *who, enum odd_what what,
    struct rs_span value, size_t subject)
{
	unsigned most = most_of(what);
	bool by_addr = who->client && who->client->family;
	if (value.n == 0 || odd_over(o, what) ||
	    (!by_addr && (who->mac.n == 0 || who->mac.n >= MAC_TEXT)))
		return;
	value = rs_span_part(value, 0, ODD_TEXT);
	if (!who->found)
		who->member = member_touch(o, who);
	who->found = true;
	struct member *m = who->member;
	if (m == NULL) {
		o->lost[what] = true;
		return;
	}
	uint16_t *v = m->v + what * EACH;
	for (unsigned i = 0; i < m->n[what]; i++)
		if (value_is(value_at(o, v[i]), what, value))
			return;
	uint16_t at =
	    m->n[what] < most ? value_touch(o, what, value, subject) : VALUES;
	if (at == VALUES)
		o->lost[what] = true;
	else
		v[m->n[what]++] = at;
}

static void
join_values(struct odd *o, struct member *to, const struct member *from, int w)
{
	uint16_t *mine = to->v + w * EACH;
	for (unsigned i = 0; i < from->n[w]; i++) {
		uint16_t at = from->v[w * EACH + i];
		unsigned j = 0;
		while (j < to->n[w] && mine[j] != at)
			j++;
		if (j < to->n[w])
			continue;
		if (j < most_of((enum odd_what)w))
			mine[to->n[w]++] = at;
		else
			o->lost[w] = true;
	}
}

void
odd_join(
    struct odd *o, const struct rs_addr *lead, const struct rs_addr *member)
{
	const struct odd_who one = {.client = lead}, other = {.client = member};
	uint64_t hash;
	struct member *from = member_find(o, &other, &hash);
	struct member *to = from ? member_touch(o, &one) : NULL;
	if (to == NULL || to == from)
		return;
	for (int w = 0; w < ODD_WHATS; w++)
		join_values(o, to, from, w);
	from->joined = to;
}

/* ---- comparing ---- */

void
odd_compare(struct odd *o,
    bool (*registered)(void *arg, const struct rs_addr *client), void *arg)
{
	for (guint i = 0; i < o->members->len; i++) {
		struct member *m = g_ptr_array_index(o->members, i);
		m->registered = m->joined == NULL && m->addr.family &&
				registered(arg, &m->addr);
		if (!m->registered)
			continue;
		o->registered++;
		for (int w = 0; w < ODD_WHATS; w++) {
			o->known[w] += m->n[w] != 0;
			for (unsigned j = 0; j < m->n[w]; j++)
				value_at(o, m->v[w * EACH + j])->have++;
		}
	}
}

static bool
same_subject(const struct value *a, const struct value *b)
{
	return a->subject == b->subject &&
	       memcmp(a->text.p, b->text.p, a->subject) == 0;
}

static bool
has(const struct odd *o, const struct member *m, const struct value *v)
{
	for (unsigned i = 0; i < m->n[v->what]; i++)
		if (value_at(o, m->v[v->what * EACH + i]) == v)
			return true;
	return false;
}

static int
text_cmp(struct rs_span a, struct rs_span b)
{
	int c = memcmp(a.p, b.p, MIN(a.n, b.n));
	return c ? c : a.n < b.n ? -1 : a.n > b.n;
}

/* Of the way that packets take, too: it may change under a phone, and phones at
   several places have several. */
static bool
of_path(enum odd_what what)
{
	return what == ODD_TTL || what == ODD_MSS;
}

/* It has one value of the subject, and no other. */
static bool
steady(const struct odd *o, const struct member *m, const struct value *own)
{
	unsigned n = 0;
	for (unsigned i = 0; i < m->n[own->what]; i++)
		n += same_subject(value_at(o, m->v[own->what * EACH + i]), own);
	return n == 1;
}

/* What most of those that registered have, of the subject of `own`; NULL where
   the phone has it, too, or too few share it.  all: how many have any. */
static const struct value *
shared(const struct odd *o, const struct member *m, const struct value *own,
    uint32_t *all)
{
	const struct value *best = NULL;
	*all = 0;
	for (guint i = 0; i < o->values->len; i++) {
		const struct value *v = g_ptr_array_index(o->values, i);
		if (v->what != own->what || !same_subject(v, own))
			continue;
		*all += v->have;
		if (v->have < FEW)
			continue;
		if (best == NULL || v->have > best->have ||
		    (v->have == best->have &&
			text_cmp(v->text, best->text) < 0))
			best = v;
	}
	/* Several of one phone are counted as often. */
	*all = MIN(*all, o->known[own->what]);
	if (best == NULL || has(o, m, best))
		return NULL;
	return !of_path(own->what) ||
		       (best->have > *all / 2 && steady(o, m, own))
		   ? best
		   : NULL;
}

static struct rs_span
shown(const struct value *v, const struct value *own)
{
	return v == own ? v->text : rs_span_from(v->text, v->subject);
}

static void
tell(const struct odd *o, const struct member *m, enum odd_what what,
    struct rec_list *l, struct rec_arena *a)
{
	for (unsigned i = 0; i < m->n[what]; i++) {
		const struct value *own = value_at(o, m->v[what * EACH + i]);
		uint32_t all;
		const struct value *best =
		    own->have ? NULL : shared(o, m, own, &all);
		if (best == NULL)
			continue;
		struct rec_differs *d = rec_list_add(l, a, sizeof *d);
		*d = (struct rec_differs){.what = rs_span_str(words[what]),
		    .value = shown(own, own),
		    .others = shown(best, own),
		    .sharing = best->have,
		    .peers = all};
	}
}

void
odd_differs(const struct odd *o, const struct rs_addr *client,
    struct rs_span mac, struct rec_list *l, struct rec_arena *a)
{
	const struct odd_who who = {.client = client, .mac = mac};
	uint64_t hash;
	if (o->registered < FEW)
		return;
	const struct member *m = member_find(o, &who, &hash);
	if (m == NULL || m->registered)
		return;
	for (int w = 0; w < ODD_WHATS; w++)
		if (!o->lost[w])
			tell(o, m, (enum odd_what)w, l, a);
}
