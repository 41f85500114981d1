/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Look-ups wait in the spool's form, and become records again for the client
 * that is looked at.  Trees compare, and the table's hash is keyed: nobody can
 * choose keys to collide.
 */
#include "report/asked.h"

#include "track/queue.h"
#include "track/table.h"

#include <string.h>

enum {
	CLIENTS = 8192,
	LOOKUPS = 512,
	TRIES = 64,
	WAITS = 256,
	OTHERS = 64,
	NAMES = 4096,
	NOTED = 8192,
	ALL_TRIES = 1 << 16, /* of all clients */
	ALL_WAITS = 1 << 16,
};

/* Answers to a challenge that took less are of no interest. */
static const rs_time WAIT = 2 * RS_SEC;

struct client {
	struct table_node node; /* by address */
	struct rs_addr addr;
	GArray *lookups; /* struct rs_span */
	GArray *tries, *waits;
	bool phone, unsure;    /* unsure: asked when it was not known for one */
	bool registered;       /* before */
	bool elsewhere;        /* it tried something that is not kept */
	struct client *joined; /* NULL, or the one that has all of its */
	bool cut;              /* there were more tries than are kept */
};

/* Answers to the same question, whoever asked. */
struct shared {
	struct table_node node;
	struct rs_span type, domain;
	struct rec_list answers; /* struct rs_span: OTHERS at most */
};

struct asked {
	const struct related *related;
	const struct phone_tracker *phones;
	struct rs_addr server; /* the last of these */
	struct rs_hash_seed seed;
	struct table clients;
	GPtrArray *order;  /* of them, as they came */
	GTree *servers;    /* struct rs_addr, that anybody tried */
	GTree *registrars; /* those where anybody tried to register */
	size_t tries, waits;
	struct table names; /* struct shared, by type and domain */
	size_t n_names;
	size_t room;
	struct rec_arena kept, arena; /* all that is kept; scratch */
	struct rs_buf buf;
	struct diag_way way;
	bool made; /* way is of way.client, and nothing came since */
	void (*before)(void *arg, const struct rs_addr *client,
	    struct rec_list *l, struct rec_arena *arena); /* or NULL */
	void *before_arg;
};

static int
by_address(const void *a, const void *b, void *arg)
{
	(void)arg;
	return rs_addr_cmp(a, b);
}

static void
client_free(void *p)
{
	struct client *c = p;
	if (c->lookups) {
		g_array_unref(c->lookups);
		g_array_unref(c->tries);
		g_array_unref(c->waits);
	}
	g_free(c);
}

struct asked *
asked_new(const struct related *related, const struct phone_tracker *phones,
    const struct rs_hash_seed *seed, size_t room)
{
	struct asked *a = g_new0(struct asked, 1);
	a->related = related;
	a->phones = phones;
	a->seed = *seed;
	table_init(&a->clients, NULL);
	a->order = g_ptr_array_new_with_free_func(client_free);
	a->servers = g_tree_new_full(by_address, NULL, g_free, NULL);
	a->registrars = g_tree_new_full(by_address, NULL, g_free, NULL);
	table_init(&a->names, NULL);
	rec_arena_init(&a->kept, NULL, NULL);
	a->room = room;
	rec_arena_init(&a->arena, NULL, NULL);
	rs_buf_init(&a->buf, 1 << 16, NULL);
	return a;
}

void
asked_free(struct asked *a)
{
	if (a == NULL)
		return;
	table_clear(&a->clients);
	table_clear(&a->names);
	rec_arena_clear(&a->kept);
	g_tree_unref(a->servers);
	g_tree_unref(a->registrars);
	g_ptr_array_unref(a->order);
	rec_arena_clear(&a->arena);
	rs_buf_clear(&a->buf);
	g_free(a);
}

/* ---- as records close ---- */

/* Hosts behind one address ask as one. */
static struct client *
own(const struct asked *a, const struct rs_addr *addr)
{
	const struct rs_addr face = rs_addr_face(*addr);
	struct table_node *n =
	    a->order->len
		? table_first(&a->clients, table_addr_hash(&a->seed, &face))
		: NULL;
	for (; n; n = table_next(n)) {
		struct client *c = TRACK_OF(n, struct client, node);
		if (rs_addr_eq(&c->addr, &face))
			return c;
	}
	return NULL;
}

/* Or the one that it was joined to. */
static struct client *
find(const struct asked *a, const struct rs_addr *addr)
{
	struct client *c = own(a, addr);
	return c && c->joined ? c->joined : c;
}

static struct client *
touch(struct asked *a, const struct rs_addr *addr)
{
	struct client *c = find(a, addr);
	if (c || a->order->len >= CLIENTS)
		return c;
	c = g_new0(struct client, 1);
	c->addr = rs_addr_face(*addr);
	table_add(&a->clients, &c->node, table_addr_hash(&a->seed, &c->addr));
	g_ptr_array_add(a->order, c);
	return c;
}

/* Makes room for what it does.  Most of those that ask DNS do nothing else. */
static void
open_client(struct client *c)
{
	if (c->lookups)
		return;
	c->lookups = g_array_new(FALSE, FALSE, sizeof(struct rs_span));
	c->tries = g_array_new(FALSE, FALSE, sizeof(struct diag_try));
	c->waits = g_array_new(FALSE, FALSE, sizeof(struct diag_wait));
}

/* Absent: no more room. */
static struct rs_span
keep(struct asked *a, const struct rec_lookup *l)
{
	a->buf.n = 0;
	if (!rec_write(&rec_lookup_type, l, &a->buf) || a->buf.n > a->room)
		return (struct rs_span){0};
	a->room -= a->buf.n;
	return rec_arena_text(&a->kept, rs_buf_view(&a->buf));
}

static struct shared *
shared_find(const struct asked *a, const struct rec_lookup *l, uint64_t *hash)
{
	struct rs_span domain = way_domain(l);
	struct table_key key;
	table_key_init(&key, &a->seed);
	table_key_text(&key, l->type);
	table_key_text(&key, domain);
	*hash = table_key_hash(&key);
	for (struct table_node *n = table_first(&a->names, *hash); n;
	     n = table_next(n)) {
		struct shared *s = TRACK_OF(n, struct shared, node);
		if (rs_span_eq(s->type, l->type) &&
		    rs_span_eq(s->domain, domain))
			return s;
	}
	return NULL;
}

/* So that answers to others can be compared. */
static void
share(struct asked *a, const struct rec_lookup *l, struct rs_span bytes)
{
	uint64_t hash;
	struct shared *s = shared_find(a, l, &hash);
	if (s == NULL) {
		if (a->n_names >= NAMES)
			return;
		a->n_names++;
		s = rec_arena_alloc(&a->kept, sizeof *s);
		s->type = rec_arena_text(&a->kept, l->type);
		s->domain = rec_arena_text(&a->kept, way_domain(l));
		table_add(&a->names, &s->node, hash);
	}
	if (s->answers.n < OTHERS)
		*(struct rs_span *)rec_list_add(
		    &s->answers, &a->kept, sizeof bytes) = bytes;
}

/* Who writes a log is a phone. */
static bool
add_client(struct asked *a, const struct rec_lookup *l)
{
	struct client *c = touch(a, &l->client.at.addr);
	if (c == NULL)
		return false;
	c->phone |= way_is_service(l) || rs_frame_is_line(l->id.frame);
	c->unsure |= !c->phone;
	return c->phone;
}

/* It may have registered before it asked. */
static bool
is_phone(const struct asked *a, const struct client *c)
{
	return c->phone || phone_tracker_knows(a->phones, &c->addr);
}

bool
asked_turned(const struct asked *a)
{
	for (guint i = 0; i < a->order->len; i++) {
		const struct client *c = g_ptr_array_index(a->order, i);
		if (c->unsure && is_phone(a, c))
			return true;
	}
	return false;
}

void
asked_lookup(struct asked *a, const struct rec_lookup *l)
{
	struct client *c = find(a, &l->client.at.addr);
	if (c == NULL || !is_phone(a, c))
		return;
	open_client(c);
	if (c->lookups->len >= LOOKUPS)
		return;
	struct rs_span bytes = keep(a, l);
	if (bytes.p == NULL)
		return;
	a->made = false;
	g_array_append_val(c->lookups, bytes);
	if (l->state == REC_ANSWERED)
		share(a, l, bytes);
}

static void
add_try(struct asked *a, struct client *c, const struct diag_try *t)
{
	/* NULL while there is none, which no offset may be added to. */
	struct diag_try *v = (void *)c->tries->data;
	for (guint i = 0; i < c->tries->len; i++) {
		if (v[i].type != t->type ||
		    !rs_endpoint_eq(&v[i].server, &t->server))
			continue;
		if (rec_id_cmp(&t->id, &v[i].id) < 0) {
			v[i].id = t->id;
			v[i].frame = t->frame;
		}
		v[i].first = MIN(v[i].first, t->first);
		v[i].last = MAX(v[i].last, t->last);
		v[i].times += t->times;
		v[i].failed += t->failed;
		v[i].answered += t->answered;
		return;
	}
	if (c->tries->len == TRIES || a->tries == ALL_TRIES) {
		c->cut = true;
		return;
	}
	g_array_append_val(c->tries, *t);
	a->tries++;
}

static void
add_wait(struct asked *a, struct client *c, const struct diag_wait *w)
{
	if (c->waits->len == WAITS || a->waits == ALL_WAITS)
		return;
	g_array_append_val(c->waits, *w);
	a->waits++;
}

/* Each of its requests, as a name may be looked up before each. */
static void
add_registration(
    struct asked *a, struct client *c, const struct rec_registration *r)
{
	const struct rec_transaction *t = r->transactions.v;
	bool failed = rec_outcome_failed(r->outcome);
	for (uint32_t i = 0; i < r->transactions.n; i++) {
		struct diag_try x = {.type = &rec_registration_type,
		    .id = r->id,
		    .server = t[i].server.at,
		    .first = t[i].request_time,
		    .last = t[i].request_time,
		    .frame = t[i].request_frame,
		    .times = 1,
		    .failed = failed,
		    .answered = t[i].status != REC_ABSENT ||
				t[i].provisional != REC_ABSENT};
		if (x.server.addr.family == 0)
			x.server = r->server.at;
		add_try(a, c, &x);
		rs_time from = i ? t[i - 1].response_time : RS_NEVER;
		if (from == RS_NEVER || t[i].credentials != RS_TRUE ||
		    t[i].request_time - from < WAIT)
			continue;
		struct diag_wait w = {from, t[i].request_time,
		    t[i].request_frame, t[i].status >= 400, r->id};
		add_wait(a, c, &w);
	}
}

static void
add_handshake(struct asked *a, struct client *c, const struct rec_handshake *h)
{
	const struct rs_frame *f = h->frames.v;
	struct diag_try x = {.type = &rec_handshake_type,
	    .id = h->id,
	    .server = h->server.at,
	    .first = h->started,
	    .last = h->started,
	    .frame = h->frames.n ? f[0] : h->id.frame,
	    .times = 1,
	    .failed = h->state == REC_FAILED || h->state == REC_ABANDONED,
	    .answered = h->last_message_server.p != NULL};
	add_try(a, c, &x);
}

static void
add_connection(
    struct asked *a, struct client *c, const struct rec_connection *n)
{
	bool silent = rs_span_eq(n->conn_state, RS_LIT("S0"));
	bool refused = rs_span_eq(n->conn_state, RS_LIT("REJ"));
	struct diag_try x = {.type = &rec_connection_type,
	    .id = n->id,
	    .server = n->server.at,
	    .first = n->started,
	    .last = n->started,
	    .frame = n->syn_frame.number ? n->syn_frame : n->id.frame,
	    .times = 1,
	    .failed = silent || refused,
	    .answered = !silent};
	add_try(a, c, &x);
}

static void
note(GTree *set, const struct rs_addr *addr)
{
	if (g_tree_nnodes(set) >= NOTED || g_tree_lookup(set, addr))
		return;
	struct rs_addr *kept = g_memdup2(addr, sizeof *addr);
	g_tree_insert(set, kept, kept);
}

bool
asked_add(
    struct asked *a, const struct rec_type *type, const void *rec, bool sure)
{
	a->made = false;
	if (type == &rec_lookup_type)
		return add_client(a, rec);
	const struct rec_endpoint *server =
	    (const void *)((const uint8_t *)rec + type->server);
	if (!rs_addr_eq(&a->server, &server->at.addr)) {
		a->server = server->at.addr;
		note(a->servers, &server->at.addr);
	}
	if (type == &rec_registration_type)
		note(a->registrars, &server->at.addr);
	const struct rec_endpoint *client =
	    (const void *)((const uint8_t *)rec + type->client);
	struct client *c = find(a, &client->at.addr);
	if (c == NULL)
		return false;
	c->phone |= sure;
	open_client(c);
	if (type == &rec_registration_type)
		add_registration(a, c, rec);
	else if (type == &rec_handshake_type)
		add_handshake(a, c, rec);
	else if (type == &rec_connection_type)
		add_connection(a, c, rec);
	return c->phone;
}

/* ---- at the end ---- */

static void
join(struct asked *a, struct client *to, struct client *from)
{
	open_client(to);
	open_client(from);
	const struct diag_try *v = (const void *)from->tries->data;
	const struct diag_wait *w = (const void *)from->waits->data;
	for (guint i = 0; i < from->tries->len; i++)
		add_try(a, to, &v[i]);
	for (guint i = 0; i < from->waits->len; i++)
		add_wait(a, to, &w[i]);
	to->phone |= from->phone;
	to->unsure |= from->unsure;
	to->registered |= from->registered;
	to->elsewhere |= from->elsewhere;
	to->cut |= from->cut;
	from->joined = to;
}

/* What one tries that has asked nothing is not kept: see asked_add(). */
void
asked_join(struct asked *a, const struct rs_addr *v, size_t n,
    const struct rs_addr *lead)
{
	bool any = false, elsewhere = false;
	for (size_t i = 0; i < n; i++) {
		bool asks = own(a, &v[i]) != NULL;
		any |= asks;
		elsewhere |= !asks && phone_tracker_knows(a->phones, &v[i]);
	}
	struct client *to = any ? touch(a, lead) : NULL;
	if (to == NULL || to->joined)
		return;
	a->made = false;
	to->phone |= elsewhere;
	to->elsewhere |= elsewhere;
	for (size_t i = 0; i < n; i++) {
		struct client *from = own(a, &v[i]);
		if (from && from != to && from->joined == NULL)
			join(a, to, from);
	}
}

void
asked_mark(struct asked *a, const struct rs_addr *client)
{
	struct client *c = find(a, client);
	if (c)
		c->phone = true;
}

void
asked_registered(struct asked *a, const struct rs_addr *client)
{
	struct client *c = find(a, client);
	if (c)
		c->phone = c->registered = true;
}

static bool
known_phone(const struct asked *a, const struct rs_addr *client)
{
	const struct client *c = find(a, client);
	return c && is_phone(a, c);
}

bool
asked_wants(const struct asked *a, const struct rec_lookup *l)
{
	return asked_related(a, l) == RS_TRUE;
}

/* ---- marks: a part of a hash of the client, and of the name ---- */

enum { PARTS = 1 << 16 };

struct asked_marks {
	const struct asked *a;
	uint64_t clients[PARTS / 64], names[PARTS / 64];
};

static uint32_t
client_part(const struct asked *a, const struct rs_addr *addr)
{
	const struct rs_addr face = rs_addr_face(*addr);
	return (uint32_t)table_addr_hash(&a->seed, &face) % PARTS;
}

/* Equal for names that differ by case, and for a few others. */
static uint32_t
name_part(const struct asked *a, struct rs_span name)
{
	struct rs_hasher h;
	rs_hasher_init(&h, &a->seed);
	rs_hasher_number(&h, name.n);
	for (size_t i = 0; i < name.n; i += 8) {
		uint64_t v = 0;
		memcpy(&v, name.p + i, MIN(name.n - i, sizeof v));
		rs_hasher_number(&h, v | 0x2020202020202020u);
	}
	return (uint32_t)rs_hasher_end(&h) % PARTS;
}

uint32_t
asked_lookup_mark(const struct asked *a, const struct rec_lookup *l)
{
	return client_part(a, &l->client.at.addr) << 16 | name_part(a, l->name);
}

static void
set_part(uint64_t *parts, uint32_t i)
{
	parts[i / 64] |= UINT64_C(1) << i % 64;
}

static bool
has_part(const uint64_t *parts, uint32_t i)
{
	return parts[i / 64] >> i % 64 & 1;
}

static void
set_name(void *arg, struct rs_span name)
{
	struct asked_marks *m = arg;
	set_part(m->names, name_part(m->a, name));
}

struct asked_marks *
asked_marks_new(const struct asked *a)
{
	struct asked_marks *m = g_new0(struct asked_marks, 1);
	m->a = a;
	for (guint i = 0; i < a->order->len; i++) {
		const struct client *c = g_ptr_array_index(a->order, i);
		if (is_phone(a, c->joined ? c->joined : c))
			set_part(m->clients, client_part(a, &c->addr));
	}
	related_each_name(a->related, set_name, m);
	return m;
}

void
asked_marks_free(struct asked_marks *m)
{
	g_free(m);
}

bool
asked_marks_want(const void *marks, uint32_t mark)
{
	const struct asked_marks *m = marks;
	return has_part(m->clients, mark >> 16) ||
	       has_part(m->names, mark % PARTS);
}

enum rs_fact
asked_related(const struct asked *a, const struct rec_lookup *l)
{
	bool is = l->related == RS_TRUE || known_phone(a, &l->client.at.addr) ||
		  related_name(a->related, l->name);
	return is ? RS_TRUE : RS_UNKNOWN;
}

static bool
read_back(struct asked *a, struct rs_span bytes, struct rec_lookup *to)
{
	if (!rec_read(&rec_lookup_type, to, bytes, &a->arena))
		return false;
	if (to->related != RS_TRUE && related_name(a->related, to->name))
		to->related = RS_TRUE;
	return true;
}

static int
lookup_cmp(const void *a, const void *b)
{
	const struct rec_lookup *x = a, *y = b;
	if (x->started != y->started) /* ids are by file first */
		return x->started < y->started ? -1 : 1;
	return rec_id_cmp(&x->id, &y->id);
}

static int
try_cmp(const void *a, const void *b)
{
	const struct diag_try *x = a, *y = b;
	if (x->first != y->first)
		return x->first < y->first ? -1 : 1;
	return rec_id_cmp(&x->id, &y->id);
}

static int
wait_cmp(const void *a, const void *b)
{
	const struct diag_wait *x = a, *y = b;
	return x->from < y->from ? -1 : x->from > y->from;
}

/* What others were told about the names that this client asked for. */
static void
make_others(struct asked *a)
{
	struct diag_way *w = &a->way;
	struct rec_list l = {0};
	for (uint32_t i = 0; i < w->n_lookups; i++) {
		const struct rec_lookup *own = &w->lookups[i];
		bool again = own->related != RS_TRUE || l.n >= OTHERS;
		for (uint32_t j = 0; j < i && !again; j++)
			again = rs_span_eq(way_domain(own),
				    way_domain(&w->lookups[j])) &&
				rs_span_eq(own->type, w->lookups[j].type);
		if (again)
			continue;
		uint64_t hash;
		const struct shared *s = shared_find(a, own, &hash);
		const struct rs_span *all = s ? s->answers.v : NULL;
		for (uint32_t k = 0; s && k < s->answers.n; k++) {
			struct rec_lookup x;
			if (read_back(a, all[k], &x) &&
			    !rs_addr_eq(&x.client.at.addr, &w->client))
				*(struct rec_lookup *)rec_list_add(
				    &l, &a->arena, sizeof x) = x;
		}
	}
	w->others = l.v;
	w->n_others = l.n;
}

/* What there was no room to note may have been tried. */
static void
make_tried(struct asked *a)
{
	struct diag_way *w = &a->way;
	bool full = g_tree_nnodes(a->servers) >= NOTED;
	struct rec_list l = {0};
	struct rs_addr x;
	for (uint32_t i = 0; i < w->n_lookups; i++) {
		const struct rec_answer *v = w->lookups[i].answers.v;
		for (uint32_t j = 0; j < w->lookups[i].answers.n; j++)
			if (v[j].address.p && rs_addr_parse(&x, v[j].address) &&
			    (full || g_tree_lookup(a->servers, &x)))
				*(struct rs_addr *)rec_list_add(
				    &l, &a->arena, sizeof x) = x;
	}
	w->tried_by_any = l.v;
	w->n_tried_by_any = l.n;
}

void
asked_before(struct asked *a,
    void (*before)(void *arg, const struct rs_addr *client, struct rec_list *l,
	struct rec_arena *arena),
    void *arg)
{
	a->before = before;
	a->before_arg = arg;
}

static void
make_before(struct asked *a)
{
	struct rec_list l = {0};
	if (a->before)
		a->before(a->before_arg, &a->way.client, &l, &a->arena);
	a->way.before = l.v;
	a->way.n_before = l.n;
}

/* It asked nothing that this report has. */
static const struct diag_way *
way_before(struct asked *a, const struct rs_addr *client)
{
	rec_arena_reset(&a->arena);
	a->made = false;
	a->way = (struct diag_way){.client = *client};
	make_before(a);
	return a->way.n_before ? &a->way : NULL;
}

const struct diag_way *
asked_way(struct asked *a, const struct rs_addr *client)
{
	struct diag_way *w = &a->way;
	if (a->made && rs_addr_eq(client, &w->client))
		return w;
	struct client *c = find(a, client);
	if (c == NULL)
		return way_before(a, client);
	open_client(c);
	rec_arena_reset(&a->arena);
	struct rec_lookup *v =
	    rec_arena_alloc(&a->arena, c->lookups->len * sizeof *v);
	*w = (struct diag_way){
	    .client = c->addr, .phone = c->phone, .lookups = v};
	for (guint i = 0; i < c->lookups->len; i++)
		w->n_lookups +=
		    read_back(a, g_array_index(c->lookups, struct rs_span, i),
			&v[w->n_lookups]);
	qsort(v, w->n_lookups, sizeof *v, lookup_cmp);
	g_array_sort(c->tries, try_cmp);
	g_array_sort(c->waits, wait_cmp);
	w->tries = (const void *)c->tries->data;
	w->n_tries = c->tries->len;
	w->waits = (const void *)c->waits->data;
	w->n_waits = c->waits->len;
	w->registered =
	    c->registered || phone_tracker_registered(a->phones, &c->addr);
	w->elsewhere = c->elsewhere;
	make_before(a);
	make_others(a);
	make_tried(a);
	a->made = true;
	return w;
}

/* Where others register, unless it registers somewhere itself. */
static bool
is_server(const struct asked *a, const struct client *c)
{
	return g_tree_lookup(a->registrars, &c->addr) &&
	       !phone_tracker_knows(a->phones, &c->addr);
}

void
asked_each(struct asked *a,
    void (*each)(void *arg, const struct rs_addr *client), void *arg)
{
	for (guint i = 0; i < a->order->len; i++) {
		const struct client *c = g_ptr_array_index(a->order, i);
		if (c->phone && c->joined == NULL && !c->cut &&
		    !is_server(a, c))
			each(arg, &c->addr);
	}
}
