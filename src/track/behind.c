/* SPDX-License-Identifier: Apache-2.0 */
#include "track/behind.h"

#include "sip/uri.h"
#include "track/queue.h"
#include "track/table.h"

#include <glib.h>

enum {
	MOST = 127, /* hosts of an address, the first one not counted */
	USERS = 8,  /* of a host; who has more may have any */
};

/* One private address behind another one. */
struct own {
	struct rs_addr addr;
	rs_time first, last; /* attempts begin */
	rs_time until;       /* its last grant; RS_NEVER: it has none */
	uint64_t instance;   /* 0: none known */
	uint64_t users[USERS];
	uint8_t n_users;
	bool more;    /* users than are kept */
	bool mixed;   /* several instances */
	uint8_t lead; /* the first one that is the same phone */
};

struct face {
	struct table_node node;
	struct rs_addr addr; /* as on the wire */
	struct own *v;
	size_t n, room;
	bool several; /* for sure */
	struct face *next;
};

struct behind {
	struct rs_hash_seed seed;
	struct rs_account *pay;
	struct table faces;
	struct face *all;
	void *copy;
	size_t size;
};

struct behind *
behind_new(const struct rs_hash_seed *seed, struct rs_account *pay)
{
	struct behind *b = g_new0(struct behind, 1);
	b->seed = *seed;
	b->pay = pay;
	table_init(&b->faces, pay);
	return b;
}

void
behind_free(struct behind *b)
{
	struct face *f, *next;
	if (b == NULL)
		return;
	for (f = b->all; f; f = next) {
		next = f->next;
		rs_account_refund(b->pay, sizeof *f + f->room * sizeof *f->v);
		g_free(f->v);
		g_free(f);
	}
	table_clear(&b->faces);
	g_free(b->copy);
	g_free(b);
}

/* ---- which host ---- */

static bool
is_private(const struct rs_addr *a)
{
	const uint8_t *b = a->b;
	if (a->family == 6)
		return (b[0] & 0xfe) == 0xfc ||
		       (b[0] == 0xfe && (b[1] & 0xc0) == 0x80);
	return a->family == 4 &&
	       (b[0] == 10 || (b[0] == 172 && (b[1] & 0xf0) == 16) ||
		   (b[0] == 192 && b[1] == 168) ||
		   (b[0] == 100 && (b[1] & 0xc0) == 64) ||
		   (b[0] == 169 && b[1] == 254));
}

/* Of a Contact; false: it tells none that is behind the client. */
static bool
own_address(
    struct rs_addr *a, struct rs_span contact, const struct rs_addr *client)
{
	struct sip_uri u;
	return contact.n && sip_uri_parse(&u, contact) &&
	       rs_addr_parse(a, u.host) && is_private(a) &&
	       !rs_addr_eq(a, client);
}

static struct face *
find(const struct behind *b, const struct rs_addr *addr)
{
	struct table_node *n =
	    b->all ? table_first(&b->faces, table_addr_hash(&b->seed, addr))
		   : NULL;
	for (; n; n = table_next(n)) {
		struct face *f = TRACK_OF(n, struct face, node);
		if (rs_addr_eq(&f->addr, addr))
			return f;
	}
	return NULL;
}

static struct face *
touch(struct behind *b, const struct rs_addr *addr)
{
	struct face *f = find(b, addr);
	if (f || !rs_account_charge(b->pay, sizeof *f))
		return f;
	f = g_new0(struct face, 1);
	f->addr = *addr;
	f->next = b->all;
	b->all = f;
	table_add(&b->faces, &f->node, table_addr_hash(&b->seed, addr));
	return f;
}

static struct own *
add_own(struct behind *b, struct face *f, const struct rs_addr *addr)
{
	if (f->n > MOST)
		return NULL;
	if (f->n == f->room) {
		size_t more = f->room ? f->room : 1;
		if (!rs_account_charge(b->pay, more * sizeof *f->v))
			return NULL;
		f->room += more;
		f->v = g_renew(struct own, f->v, f->room);
	}
	struct own *o = &f->v[f->n++];
	*o = (struct own){.addr = *addr,
	    .first = RS_NEVER,
	    .last = RS_NEVER,
	    .until = RS_NEVER,
	    .lead = (uint8_t)(f->n - 1)};
	return o;
}

static struct own *
own_of(const struct face *f, const struct rs_addr *addr)
{
	for (size_t i = 0; f && i < f->n; i++)
		if (rs_addr_eq(&f->v[i].addr, addr))
			return &f->v[i];
	return NULL;
}

static bool
has_user(const struct own *o, uint64_t user)
{
	for (unsigned i = 0; i < o->n_users; i++)
		if (o->users[i] == user)
			return true;
	return false;
}

/* Who registered that user last. */
static const struct own *
own_of_user(const struct face *f, uint64_t user)
{
	const struct own *best = NULL;
	for (size_t i = 0; f && i < f->n; i++)
		if (has_user(&f->v[i], user) &&
		    (best == NULL || f->v[i].last > best->last))
			best = &f->v[i];
	return best;
}

/* ---- what it did ---- */

static uint64_t
hash_of(const struct behind *b, struct rs_span s)
{
	return rs_hash(&b->seed, s) | 1;
}

static void
note(struct behind *b, struct own *o, const struct rec_registration *r)
{
	const struct rec_contact *c = r->contacts.v;
	uint64_t user = hash_of(b, r->aor);
	uint64_t instance = c->instance.n ? hash_of(b, c->instance) : 0;
	if (o->first == RS_NEVER || r->started < o->first)
		o->first = r->started;
	if (r->started > o->last)
		o->last = r->started;
	if (r->outcome == REC_REGISTERED && r->ended != RS_NEVER &&
	    r->expires_granted != REC_ABSENT) {
		rs_time until = r->ended + r->expires_granted * RS_SEC;
		o->until = MAX(o->until, until);
	}
	o->mixed |= instance && o->instance && instance != o->instance;
	if (o->instance == 0)
		o->instance = instance;
	if (has_user(o, user))
		return;
	if (o->n_users < USERS)
		o->users[o->n_users++] = user;
	else
		o->more = true;
}

static const void *
moved(struct behind *b, const struct rec_type *type, const void *rec,
    size_t place)
{
	if (place == 0)
		return rec;
	if (b->size < type->size) {
		b->copy = g_realloc(b->copy, type->size);
		b->size = type->size;
	}
	memcpy(b->copy, rec, type->size);
	struct rec_endpoint *client =
	    (void *)((uint8_t *)b->copy + type->client);
	client->at.addr = rs_addr_behind(client->at.addr, (unsigned)place);
	return b->copy;
}

static const void *
registration(struct behind *b, const struct rec_registration *r)
{
	const struct rec_contact *c = r->contacts.v;
	const struct rs_addr *client = &r->client.at.addr;
	struct rs_addr addr;
	struct face *f;
	const struct own *o;
	if (r->contacts.n && own_address(&addr, c->uri, client)) {
		struct own *its;
		if ((f = touch(b, client)) == NULL ||
		    ((its = own_of(f, &addr)) == NULL &&
			(its = add_own(b, f, &addr)) == NULL))
			return r;
		note(b, its, r);
		o = its;
	} else if ((f = find(b, client)) == NULL ||
		   (o = own_of_user(f, hash_of(b, r->aor))) == NULL) {
		return r;
	}
	return moved(b, &rec_registration_type, r, (size_t)(o - f->v));
}

static const void *
binding(struct behind *b, const struct rec_binding *r)
{
	const struct rs_addr *client = &r->client.at.addr;
	const struct face *f = find(b, client);
	struct rs_addr addr;
	const struct own *o = NULL;
	if (f && own_address(&addr, r->contact, client))
		o = own_of(f, &addr);
	else if (f)
		o = own_of_user(f, hash_of(b, r->aor));
	return o ? moved(b, &rec_binding_type, r, (size_t)(o - f->v)) : r;
}

const void *
behind_of(struct behind *b, const struct rec_type *type, const void *rec)
{
	if (type == &rec_registration_type) {
		const struct rec_registration *r = rec;
		bool whose = r->client.at.addr.family &&
			     rs_addr_turn(&r->client.at.addr) == 0 &&
			     r->started != RS_NEVER &&
			     r->visibility != REC_INFERRED_VISIBILITY;
		return whose ? registration(b, r) : rec;
	}
	if (type == &rec_binding_type && b->all)
		return binding(b, rec);
	return rec;
}

/* ---- at the end ---- */

static bool
share_user(const struct own *x, const struct own *y)
{
	if (x->more || y->more)
		return true;
	for (unsigned i = 0; i < x->n_users; i++)
		if (has_user(y, x->users[i]))
			return true;
	return false;
}

/* y came after x, and x was there. */
static bool
came_while(const struct own *x, const struct own *y)
{
	return x->first < y->first &&
	       (x->last > y->first ||
		   (x->until != RS_NEVER && x->until > y->first));
}

static bool
are_two(const struct own *x, const struct own *y)
{
	bool told = x->instance && y->instance && !x->mixed && !y->mixed;
	if (x->until == RS_NEVER && y->until == RS_NEVER)
		return false; /* who tries users may name any host */
	if (told)
		return x->instance != y->instance;
	return x->addr.family == y->addr.family && !share_user(x, y) &&
	       (came_while(x, y) || came_while(y, x));
}

static void
decide(struct face *f)
{
	for (size_t i = 1; i < f->n && !f->several; i++)
		for (size_t k = 0; k < i && !f->several; k++)
			f->several = are_two(&f->v[k], &f->v[i]);
	for (size_t i = 1; i < f->n; i++) {
		struct own *o = &f->v[i];
		bool same = !f->several;
		size_t k = 0;
		for (; k < i && !same; k++)
			same = !are_two(&f->v[k], o) &&
			       (share_user(&f->v[k], o) ||
				   (o->instance &&
				       o->instance == f->v[k].instance));
		if (same)
			o->lead = f->v[k ? k - 1 : 0].lead;
	}
}

void
behind_join(struct behind *b,
    void (*join)(
	void *arg, const struct rs_addr *lead, const struct rs_addr *member),
    void *arg)
{
	for (struct face *f = b->all; f; f = f->next) {
		decide(f);
		for (size_t i = 1; i < f->n; i++) {
			const struct rs_addr lead =
			    rs_addr_behind(f->addr, f->v[i].lead);
			const struct rs_addr member =
			    rs_addr_behind(f->addr, (unsigned)i);
			if (f->v[i].lead != i)
				join(arg, &lead, &member);
		}
	}
}

bool
behind_host(
    const struct behind *b, const struct rs_addr *phone, struct rs_addr *host)
{
	const struct rs_addr plain = rs_addr_face(*phone);
	const struct face *f = find(b, &plain);
	size_t place = rs_addr_place(phone);
	if (f == NULL || !f->several || place >= f->n)
		return false;
	*host = f->v[place].addr;
	return true;
}
