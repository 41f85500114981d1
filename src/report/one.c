/* SPDX-License-Identifier: Apache-2.0 */
#include "report/one.h"

#include <glib.h>

enum {
	MOST = 32, /* addresses of one host: who has more is none */
	MOST_ANNOUNCED = 8,
};

/* RFC 8981 3.8: hosts take a new address of their own every day, so that they
   have many over the weeks, and few at a time. */
static const rs_time HALF_DAY = 43200 * RS_SEC;

/* One address of a hardware address, all its signs together. */
struct sign {
	struct rs_addr addr;
	rs_time from, to;
	enum rec_learned learned;
	bool own; /* it is the host's by what itself did */
};

struct run { /* of one hardware address */
	struct sign v[MOST];
	size_t n;
	bool forwards;
	one_strangers *strangers; /* NULL */
	void *arg;
};

struct phone {
	size_t first, n; /* of the addresses */
	struct rs_addr lead;
};

struct member {
	struct rs_addr addr;
	size_t phone;
};

struct one {
	GArray *addresses; /* struct rs_addr */
	GArray *phones;
	GArray *members; /* sorted by address */
	GTree *places;   /* of an address, to the one that it is */
};

/* ---- which are one ---- */

/* One that it has no more: they come in the order of time. */
static struct sign *
outdated(struct run *r, rs_time now)
{
	for (size_t i = 0; i < r->n; i++)
		if (r->v[i].addr.family == 6 && now - r->v[i].to > 2 * HALF_DAY)
			return &r->v[i];
	return NULL;
}

static void
add_sign(struct run *r, const struct rs_addr *addr, const struct host_view *h)
{
	for (size_t i = 0; i < r->n; i++) {
		struct sign *s = &r->v[i];
		if (!rs_addr_eq(&s->addr, addr))
			continue;
		s->from = MIN(s->from, h->from);
		s->to = MAX(s->to, h->to);
		s->learned = MIN(s->learned, h->learned);
		return;
	}
	struct sign *s = r->n < MOST ? &r->v[r->n++] : outdated(r, h->from);
	if (s)
		*s = (struct sign){*addr, h->from, h->to, h->learned, false};
	else
		r->forwards = true;
}

static bool
are_strangers(const struct run *r, const struct sign *a, const struct sign *b)
{
	return r->strangers && r->strangers(r->arg, &a->addr, &b->addr);
}

/* Another IPv4 address of it, at the same time or of another phone. */
static bool
has_rival(const struct run *r, const struct sign *s)
{
	for (size_t i = 0; i < r->n; i++) {
		const struct sign *o = &r->v[i];
		if (o != s && o->addr.family == 4 && s->addr.family == 4 &&
		    ((o->from <= s->to && s->from <= o->to) ||
			are_strangers(r, o, s)))
			return true;
	}
	return false;
}

static bool
has_stranger(const struct run *r, const struct sign *s)
{
	for (size_t i = 0; i < r->n; i++)
		if (&r->v[i] != s && are_strangers(r, &r->v[i], s))
			return true;
	return false;
}

static size_t
count(const struct run *r, uint8_t family)
{
	size_t n = 0;
	for (size_t i = 0; i < r->n; i++)
		n += r->v[i].addr.family == family;
	return n;
}

/* More addresses at a time than a host announces. */
static bool
is_proxy(const struct run *r)
{
	for (size_t i = 0; i < r->n; i++) {
		size_t n = 0;
		rs_time at = r->v[i].from;
		for (size_t k = 0; k < r->n; k++)
			n += r->v[k].addr.family == 6 &&
			     r->v[k].learned == REC_BY_ARP &&
			     r->v[k].from - HALF_DAY <= at &&
			     at <= r->v[k].to + HALF_DAY;
		if (n > MOST_ANNOUNCED)
			return true;
	}
	return false;
}

static void
find_own(struct run *r)
{
	bool alone = count(r, 4) <= 1;
	bool proxy = is_proxy(r);
	bool stray = false;
	for (size_t i = 0; i < r->n; i++) {
		struct sign *s = &r->v[i];
		bool v4 = s->addr.family == 4;
		s->own = s->learned == REC_BY_DHCP ||
			 (s->learned == REC_BY_ARP && !r->forwards &&
			     (v4 ? !has_rival(r, s) : !proxy));
		stray |= v4 && !s->own && !alone;
	}
	for (size_t i = 0; i < r->n; i++) {
		struct sign *s = &r->v[i];
		if (s->learned == REC_BY_TRAFFIC && !r->forwards && !stray)
			s->own = (s->addr.family == 6 || alone) &&
				 !has_stranger(r, s);
	}
}

static bool
link_only(const struct rs_addr *a)
{
	return a->family == 6 ? a->b[0] == 0xfe && (a->b[1] & 0xc0) == 0x80
			      : a->b[0] == 169 && a->b[1] == 254;
}

static void
close_run(struct one *x, struct run *r)
{
	struct phone p = {.first = x->addresses->len};
	find_own(r);
	for (size_t i = 0; i < r->n; i++)
		p.n += r->v[i].own;
	for (size_t i = 0; p.n >= 2 && i < r->n; i++) {
		const struct member m = {r->v[i].addr, x->phones->len};
		if (!r->v[i].own)
			continue;
		if (p.lead.family == 0 ||
		    (link_only(&p.lead) && !link_only(&m.addr)))
			p.lead = m.addr;
		g_array_append_val(x->addresses, m.addr);
		g_array_append_val(x->members, m);
	}
	if (p.n >= 2)
		g_array_append_val(x->phones, p);
	r->n = 0;
}

static gint
by_addr(gconstpointer a, gconstpointer b)
{
	const struct member *x = a, *y = b;
	return rs_addr_cmp(&x->addr, &y->addr);
}

static gint
addr_cmp(gconstpointer a, gconstpointer b, gpointer arg)
{
	(void)arg;
	return rs_addr_cmp(a, b);
}

struct one *
one_new(struct host_index *hosts, one_strangers *strangers, void *arg)
{
	struct one *x = g_new0(struct one, 1);
	struct run r = {.strangers = strangers, .arg = arg};
	x->places = g_tree_new_full(addr_cmp, NULL, g_free, g_free);
	struct host_view h;
	struct rs_addr addr;
	char mac[sizeof h.mac] = "";
	bool alone;
	x->addresses = g_array_new(FALSE, FALSE, sizeof(struct rs_addr));
	x->phones = g_array_new(FALSE, FALSE, sizeof(struct phone));
	x->members = g_array_new(FALSE, FALSE, sizeof(struct member));
	for (size_t i = 0; host_each(hosts, i, &addr, &h, &alone); i++) {
		if (strcmp(mac, h.mac) != 0) {
			close_run(x, &r);
			memcpy(mac, h.mac, sizeof mac);
			r.forwards = host_forwards(hosts, mac);
		}
		/* 0.0.0.0: it has none yet. */
		bool some = addr.family == 6 || addr.b[0] != 0;
		if (mac[0] && some && alone)
			add_sign(&r, &addr, &h);
	}
	close_run(x, &r);
	g_array_sort(x->members, by_addr);
	return x;
}

void
one_free(struct one *x)
{
	if (x == NULL)
		return;
	g_array_unref(x->addresses);
	g_array_unref(x->phones);
	g_array_unref(x->members);
	g_tree_unref(x->places);
	g_free(x);
}

/* ---- asking ---- */

size_t
one_phones(const struct one *x)
{
	return x->phones->len;
}

const struct rs_addr *
one_phone(const struct one *x, size_t i, size_t *n)
{
	const struct phone *p = &g_array_index(x->phones, struct phone, i);
	*n = p->n;
	return &g_array_index(x->addresses, struct rs_addr, p->first);
}

void
one_stand_for(
    struct one *x, const struct rs_addr *lead, const struct rs_addr *member)
{
	g_tree_replace(x->places, g_memdup2(member, sizeof *member),
	    g_memdup2(lead, sizeof *lead));
}

const struct rs_addr *
one_address(const struct one *x, const struct rs_addr *a)
{
	const struct rs_addr *lead =
	    x && rs_addr_place(a) ? g_tree_lookup(x->places, a) : NULL;
	return lead ? lead : a;
}

static struct phone *
find(const struct one *x, const struct rs_addr *a, size_t *i)
{
	const struct member key = {.addr = *a};
	const struct member *m = x && x->members->len
				     ? bsearch(&key, x->members->data,
					   x->members->len, sizeof key, by_addr)
				     : NULL;
	if (m == NULL)
		return NULL;
	*i = m->phone;
	return &g_array_index(x->phones, struct phone, m->phone);
}

const struct rs_addr *
one_of(const struct one *x, const struct rs_addr *a, size_t *n)
{
	size_t i;
	a = one_address(x, a);
	if (find(x, a, &i))
		return one_phone(x, i, n);
	*n = 1;
	return a;
}

const struct rs_addr *
one_lead(const struct one *x, const struct rs_addr *a)
{
	size_t i;
	a = one_address(x, a);
	const struct phone *p = find(x, a, &i);
	return p ? &p->lead : a;
}

void
one_lead_set(struct one *x, size_t i, const struct rs_addr *lead)
{
	g_array_index(x->phones, struct phone, i).lead = *lead;
}
