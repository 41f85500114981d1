/* SPDX-License-Identifier: Apache-2.0 */
#include "track/behind.h"

#include "sip/uri.h"
#include "track/queue.h"
#include "track/table.h"

#include <glib.h>

enum {
	MOST = RS_ADDR_PLACES - 1, /* of an address; all others are the next */
	USERS = 8,                 /* of a host; who has more may have any */
};

/* One private address behind another one; or, without a family, one user whose
   is not known, or all for whom there was no place. */
struct own {
	struct rs_addr addr;
	rs_time first, last; /* attempts begin */
	rs_time until;       /* its last grant; RS_NEVER: it has none */
	uint64_t instance;   /* 0: none known */
	uint64_t domain;     /* of its users; 0: none yet */
	uint64_t *users;     /* room for a power of two */
	uint8_t n_users;
	bool more;    /* users than are kept */
	bool mixed;   /* several instances */
	bool domains; /* several */
	uint8_t lead; /* the first one that is the same phone */
};

struct face {
	struct table_node node;
	struct rs_addr addr; /* as on the wire */
	struct own *v;
	size_t n, room;
	bool several; /* for sure */
	bool lost;    /* no memory for one, which is taken for the first */
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

/* For so many users. */
static size_t
room(size_t n)
{
	size_t to = n ? 1 : 0;
	while (to < n)
		to *= 2;
	return to;
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
		for (size_t i = 0; i < f->n; i++) {
			rs_account_refund(
			    b->pay, room(f->v[i].n_users) * sizeof(uint64_t));
			g_free(f->v[i].users);
		}
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

enum told { TOLD_NONE, TOLD_CLIENT, TOLD_OWN };

/* What a Contact tells: nothing, the client's address, or one behind it. */
static enum told
own_address(
    struct rs_addr *a, struct rs_span contact, const struct rs_addr *client)
{
	struct sip_uri u;
	if (contact.n == 0 || !sip_uri_parse(&u, contact) ||
	    !rs_addr_parse(a, u.host) || !is_private(a))
		return TOLD_NONE;
	return rs_addr_eq(a, client) ? TOLD_CLIENT : TOLD_OWN;
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

/* NULL: no memory for it, and it is taken for the first one. */
static struct own *
add_own(struct behind *b, struct face *f, const struct rs_addr *addr)
{
	static const struct rs_addr nowhere;
	if (f->n > MOST)
		return &f->v[MOST];
	if (f->n == f->room) {
		size_t more = f->room ? f->room : 1;
		if (!rs_account_charge(b->pay, more * sizeof *f->v)) {
			f->lost = true;
			return NULL;
		}
		f->room += more;
		f->v = g_renew(struct own, f->v, f->room);
	}
	struct own *o = &f->v[f->n++];
	const bool others = f->n > MOST;
	*o = (struct own){.addr = others ? nowhere : *addr,
	    .first = RS_NEVER,
	    .last = RS_NEVER,
	    .until = RS_NEVER,
	    .more = others,
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

/* One user whose host is not known, and no others. */
static bool
is_stray(const struct own *o)
{
	return o->addr.family == 0 && o->n_users == 1 && !o->more;
}

/* Who registered that user last. */
static struct own *
own_of_user(const struct face *f, uint64_t user)
{
	struct own *best = NULL;
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
note_user(struct behind *b, struct own *o, uint64_t user)
{
	const size_t n = o->n_users, size = room(n);
	if (has_user(o, user))
		return;
	if (n == USERS ||
	    (n == size && !rs_account_charge(b->pay,
			      (room(n + 1) - size) * sizeof *o->users))) {
		o->more = true;
		return;
	}
	if (n == size)
		o->users = g_renew(uint64_t, o->users, room(n + 1));
	o->users[o->n_users++] = user;
}

static void
note_domain(const struct behind *b, struct own *o, struct rs_span aor)
{
	struct sip_uri u;
	uint64_t domain =
	    hash_of(b, sip_uri_parse(&u, aor) ? u.host : (struct rs_span){0});
	o->domains |= o->domain && domain != o->domain;
	if (o->domain == 0)
		o->domain = domain;
}

static uint64_t
instance_of(const struct behind *b, const struct rec_registration *r)
{
	const struct rec_contact *c = r->contacts.v;
	return r->contacts.n && c->instance.n ? hash_of(b, c->instance) : 0;
}

static void
note(struct behind *b, struct own *o, const struct rec_registration *r)
{
	uint64_t instance = instance_of(b, r);
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
	note_domain(b, o, r->aor);
	note_user(b, o, hash_of(b, r->aor));
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

/* Who is at that host; a user whose host was not known has it now. */
static struct own *
at_host(const struct behind *b, struct face *f, const struct rs_addr *addr,
    const struct rec_registration *r)
{
	struct own *o = own_of(f, addr);
	if (o)
		return o;
	const uint64_t instance = instance_of(b, r);
	o = own_of_user(f, hash_of(b, r->aor));
	if (o == NULL || !is_stray(o) ||
	    (instance && o->instance && instance != o->instance))
		return NULL;
	o->addr = *addr;
	return o;
}

static const void *
registration(struct behind *b, const struct rec_registration *r)
{
	static const struct rs_addr nowhere;
	const struct rec_contact *c = r->contacts.v;
	const struct rs_addr *client = &r->client.at.addr;
	struct rs_addr addr;
	enum told told =
	    r->contacts.n ? own_address(&addr, c->uri, client) : TOLD_NONE;
	bool tells = told == TOLD_OWN;
	struct face *f = find(b, client);
	/* That is who it is: a phone that nobody is behind. */
	if (f == NULL && told == TOLD_CLIENT)
		return r;
	if (f == NULL && (f = touch(b, client)) == NULL)
		return r;
	struct own *o = tells ? at_host(b, f, &addr, r)
			      : own_of_user(f, hash_of(b, r->aor));
	if (o == NULL) {
		o = add_own(b, f, tells ? &addr : &nowhere);
		tells = true;
	}
	if (o == NULL)
		return r;
	if (tells)
		note(b, o, r);
	return moved(b, &rec_registration_type, r, (size_t)(o - f->v));
}

static const void *
binding(struct behind *b, const struct rec_binding *r)
{
	const struct rs_addr *client = &r->client.at.addr;
	const struct face *f = find(b, client);
	struct rs_addr addr;
	const struct own *o = NULL;
	if (f && own_address(&addr, r->contact, client) == TOLD_OWN)
		o = own_of(f, &addr);
	if (f && o == NULL)
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
	/* Who reaches another domain by another network, a VPN, is one. */
	return x->addr.family && x->addr.family == y->addr.family &&
	       x->domain == y->domain && !x->domains && !y->domains &&
	       !share_user(x, y) && (came_while(x, y) || came_while(y, x));
}

static void
unite(struct face *f, size_t i, size_t k)
{
	const uint8_t a = f->v[i].lead, b = f->v[k].lead;
	for (size_t n = 0; n < f->n; n++)
		if (f->v[n].lead == MAX(a, b))
			f->v[n].lead = MIN(a, b);
}

/* The first host before `end` that is the same phone; end: none is. */
static size_t
same_host(const struct face *f, const struct own *o, size_t end)
{
	size_t k = 0;
	for (; k < end; k++) {
		const struct own *x = &f->v[k];
		if (x != o && x->addr.family && !are_two(x, o) &&
		    (share_user(x, o) ||
			(o->instance && o->instance == x->instance)))
			break;
	}
	return k;
}

static void
decide(struct face *f)
{
	size_t k, stray = f->n;
	for (size_t i = 1; i < f->n && !f->several; i++)
		for (k = 0; k < i && !f->several; k++)
			f->several = are_two(&f->v[k], &f->v[i]);
	for (size_t i = 1; i < f->n && !f->several; i++)
		f->v[i].lead = 0;
	for (size_t i = 0; i < f->n && f->several; i++)
		if (f->v[i].addr.family && (k = same_host(f, &f->v[i], i)) < i)
			unite(f, i, k);
	for (size_t i = 0; i < f->n && f->several; i++) {
		const struct own *o = &f->v[i];
		if (o->addr.family)
			continue;
		k = is_stray(o) ? same_host(f, o, f->n) : f->n;
		if (k == f->n)
			k = stray = MIN(stray, i);
		unite(f, i, k);
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

/* A host of the phone that has the lead; NULL: none is known. */
static const struct own *
known_host(const struct face *f, size_t lead)
{
	for (size_t i = lead; i < f->n; i++)
		if (f->v[i].lead == lead && f->v[i].addr.family)
			return &f->v[i];
	return NULL;
}

void
behind_strays(const struct behind *b,
    void (*strays)(void *arg, const struct rs_addr *place), void *arg)
{
	for (const struct face *f = b->all; f; f = f->next)
		for (size_t i = 0; f->several && i < f->n; i++) {
			const struct own *o = &f->v[i];
			const struct rs_addr place =
			    rs_addr_behind(f->addr, o->lead);
			if ((o->lead != i || o->n_users > 1) &&
			    known_host(f, o->lead) == NULL)
				strays(arg, &place);
		}
}

bool
behind_host(
    const struct behind *b, const struct rs_addr *phone, struct rs_addr *host)
{
	const struct rs_addr plain = rs_addr_face(*phone);
	const struct face *f = find(b, &plain);
	size_t place = rs_addr_place(phone);
	if (f == NULL || !f->several || (place == 0 && f->lost))
		return false;
	const struct own *o = known_host(f, place);
	if (o)
		*host = o->addr;
	return o != NULL;
}
