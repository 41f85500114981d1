/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What phones of one address of record do to each other's bindings.
 *
 * A 2xx lists all bindings of its AOR (RFC 3261 10.3, step 8).  One that was
 * held and is not in the list has been displaced, unless the list has a contact
 * that may be it under another name, as an SBC gives.  The same device is no
 * rival of itself: same Call-ID, same address, or several flows of outbound
 * (RFC 5626), which have a reg-id.
 *
 * A removal is remembered for a short time, and of many only the latest: if
 * another contact of that phone and AOR comes right after it, that is a move,
 * and a binding knows how many moves in a row led to it.
 */
#include "track/binding_inner.h"

#include "sip/uri.h"

#include <glib.h>

enum { ASKED = 16 }; /* bindings of an AOR that are looked at */
enum { GONE = 256 };

static const rs_time AT_ONCE = 2 * RS_SEC;

struct gone {
	struct table_node by_aor;
	uint64_t place;
	rs_time at;
	struct rs_frame frame; /* 0: never used */
	struct rs_addr client;
	struct binding_moves moves;
};

/* The latest removals. */
struct binding_gone {
	struct table by_aor;
	unsigned next; /* the oldest of them */
	struct gone v[GONE];
};

/* ---- displacing ---- */

/* All that the registrar has is in the list. */
static bool
list_is_whole(const struct rec_registration *r)
{
	static const char *const not [] = {"no_contact_in_200",
	    "contact_ambiguous", "too_many_contacts", "message_cut",
	    "text_cut"};
	const struct rs_span *v = r->flaws.v;
	for (uint32_t i = 0; i < r->flaws.n; i++)
		for (size_t n = 0; n < G_N_ELEMENTS(not ); n++)
			if (rs_span_eq(v[i], rs_span_str(not [n])))
				return false;
	return true;
}

static bool
same_host(struct rs_span a, struct rs_span b)
{
	struct sip_uri x, y;
	return sip_uri_parse(&x, a) && sip_uri_parse(&y, b) &&
	       rs_span_eq_nocase(x.host, y.host) && x.port == y.port;
}

static bool
same_device(const struct binding *a, const struct binding *b)
{
	struct rs_span x = binding_text(a, BINDING_INSTANCE);
	struct rs_span y = binding_text(b, BINDING_INSTANCE);
	if (binding_text(a, BINDING_REG_ID).n ||
	    binding_text(b, BINDING_REG_ID).n || a->call == b->call)
		return true;
	if (x.n && y.n)
		return rs_span_eq_nocase(x, y); /* RFC 4122 3 */
	return rs_addr_eq(&a->client.addr, &b->client.addr) ||
	       same_host(binding_text(a, BINDING_CONTACT),
		   binding_text(b, BINDING_CONTACT));
}

enum is { IS_NOT, IS_PERHAPS, IS };

/* Is the listed contact o the binding b? */
static enum is
is_binding(const struct rec_contact *o, const struct binding *b)
{
	struct rs_span instance = binding_text(b, BINDING_INSTANCE);
	struct rs_span contact = binding_text(b, BINDING_CONTACT);
	struct sip_uri x, y;
	if (o->instance.n && instance.n)
		return rs_span_eq_nocase(o->instance, instance) ? IS : IS_NOT;
	if (!sip_uri_parse(&x, o->uri) || !sip_uri_parse(&y, contact))
		return rs_span_eq(o->uri, contact) ? IS : IS_PERHAPS;
	if (!sip_user_eq(x.user, y.user))
		return IS_NOT;
	return rs_span_eq_nocase(x.host, y.host) ? IS : IS_PERHAPS;
}

static bool
is_another(const struct binding_tracker *k, const struct rec_contact *o,
    const struct binding *than, uint64_t aor)
{
	unsigned asked = 0;
	for (struct table_node *n = table_first(&k->by_aor, aor);
	     n && asked < ASKED; n = table_next(n), asked++) {
		const struct binding *b = TRACK_OF(n, struct binding, by_aor);
		if (b != than && is_binding(o, b) == IS)
			return true;
	}
	return false;
}

static bool
may_be_listed(const struct binding_tracker *k, const struct binding *b,
    const struct rec_registration *r, uint64_t aor)
{
	const struct rec_contact *o = r->other_contacts.v;
	for (uint32_t i = 0; i < r->other_contacts.n; i++) {
		enum is is = is_binding(&o[i], b);
		if (is == IS ||
		    (is == IS_PERHAPS && !is_another(k, &o[i], b, aor)))
			return true;
	}
	return false;
}

/* self took its place back from b, which had displaced it. */
static void
say_back(struct binding *self, const struct binding *b,
    const struct rec_registration *r)
{
	uint32_t n =
	    self->n_fights < BINDING_FIGHTS ? self->n_fights : BINDING_FIGHTS;
	while (n-- > 0) {
		struct rec_displaced *d = &self->fights[n].rec;
		if (rec_id_cmp(&d->by, &b->id) != 0)
			continue;
		if (d->back == RS_NEVER) {
			d->back = r->ended;
			d->back_frame = binding_frame(r);
		}
		return;
	}
}

static void
displace(struct binding_tracker *k, struct binding *b, struct binding *self,
    const struct rec_registration *r)
{
	b->away = r->ended;
	if (b->fights == NULL)
		b->fights = binding_room(k, BINDING_FIGHTS * sizeof *b->fights);
	if (b->n_fights < BINDING_FIGHTS) {
		struct binding_fight *f = &b->fights[b->n_fights];
		struct rs_span contact = rs_span_part(
		    binding_text(self, BINDING_CONTACT), 0, BINDING_TEXT);
		rec_init(&rec_displaced_type, &f->rec);
		f->rec.at = r->ended;
		f->rec.frame = binding_frame(r);
		f->rec.by = self->id;
		f->rec.client.at = r->client.at;
		if (contact.n)
			memcpy(f->contact, contact.p, contact.n);
		f->rec.contact = (struct rs_span){f->contact, contact.n};
	}
	b->n_fights++;
	if (self->fights)
		say_back(self, b, r);
}

void
binding_displace(struct binding_tracker *k, struct binding *self,
    const struct rec_registration *r, uint64_t aor)
{
	unsigned asked = 0;
	struct table_node *n = table_first(&k->by_aor, aor);
	if (n == &self->by_aor && table_next(n) == NULL)
		return; /* alone, as nearly all are */
	if (!list_is_whole(r))
		return;
	for (; n && asked < ASKED; n = table_next(n), asked++) {
		struct binding *b = TRACK_OF(n, struct binding, by_aor);
		if (b == self || b->last.from >= r->ended ||
		    b->away != RS_NEVER || b->expiry == RS_NEVER ||
		    b->expiry < r->ended ||
		    !rs_addr_eq(&b->server.addr, &r->server.at.addr))
			continue;
		if (!same_device(b, self) && !may_be_listed(k, b, r, aor))
			displace(k, b, self, r);
	}
}

/* ---- moving ---- */

/* User, host and port: parameters may be new each time. */
static uint64_t
place_of(const struct binding_tracker *k, struct rs_span uri)
{
	struct sip_uri u;
	struct table_key key;
	if (!sip_uri_parse(&u, uri))
		return rs_hash(k->seed, uri);
	table_key_init(&key, k->seed);
	table_key_text(&key, u.user);
	table_key_text(&key, u.host);
	table_key_number(&key, u.port);
	return table_key_hash(&key);
}

void
binding_gone(struct binding_tracker *k, const struct binding *b,
    const struct rec_registration *r, const struct rec_contact *c, uint64_t aor)
{
	if (k->gone == NULL) {
		k->gone = g_new0(struct binding_gone, 1);
		table_init(&k->gone->by_aor, k->pay);
		rs_account_force(k->pay, sizeof *k->gone);
	}
	struct gone *g = &k->gone->v[k->gone->next++ % GONE];
	if (g->frame.number)
		table_remove(&k->gone->by_aor, &g->by_aor);
	*g = (struct gone){.place = place_of(k, c->uri),
	    .at = r->ended,
	    .frame = binding_frame(r),
	    .client = r->client.at.addr};
	if (b && b->moves)
		g->moves = *b->moves;
	if (g->frame.number)
		table_add(&k->gone->by_aor, &g->by_aor, aor);
}

void
binding_moved(struct binding_tracker *k, struct binding *b,
    const struct rec_registration *r, const struct rec_contact *c, uint64_t aor)
{
	if (k->gone == NULL)
		return;
	struct table_node *n = table_first(&k->gone->by_aor, aor);
	const struct gone *g = n ? TRACK_OF(n, struct gone, by_aor) : NULL;
	if (g == NULL || g->at > r->ended || r->started - g->at > AT_ONCE ||
	    !rs_addr_eq(&g->client, &r->client.at.addr) ||
	    g->place == place_of(k, c->uri))
		return;
	b->moves = binding_room(k, sizeof *b->moves);
	*b->moves = g->moves;
	struct rec_move *v = b->moves->last;
	memmove(v, v + 1, (BINDING_MOVES - 1) * sizeof *v);
	v[BINDING_MOVES - 1] =
	    (struct rec_move){g->at, r->ended, g->frame, binding_frame(r)};
	b->moves->n++;
}

void
binding_gone_free(struct binding_tracker *k)
{
	if (k->gone == NULL)
		return;
	table_clear(&k->gone->by_aor);
	rs_account_refund(k->pay, sizeof *k->gone);
	g_free(k->gone);
	k->gone = NULL;
}
