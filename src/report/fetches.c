/* SPDX-License-Identifier: Apache-2.0 */
#include "report/fetches.h"

#include <glib.h>

struct client {
	struct rs_addr address;
	struct diag_fetch *v;
	char **names; /* of their servers; owned */
	size_t n, room;
	struct client *joined; /* NULL, or the one that has all of its */
};

struct fetches {
	GTree *clients; /* by address: nobody can choose them to collide */
	struct rs_account *pay;
	size_t paid, most;
};

static gint
by_address(gconstpointer a, gconstpointer b, gpointer arg)
{
	(void)arg;
	return rs_addr_cmp(a, b);
}

static void
client_free(gpointer data)
{
	struct client *c = data;
	for (size_t i = 0; i < c->n; i++)
		g_free(c->names[i]);
	g_free(c->names);
	g_free(c->v);
	g_free(c);
}

struct fetches *
fetches_new(struct rs_account *pay)
{
	struct fetches *f = g_new0(struct fetches, 1);
	f->clients = g_tree_new_full(by_address, NULL, NULL, client_free);
	f->pay = pay;
	f->most = pay->limit / 4;
	return f;
}

void
fetches_free(struct fetches *f)
{
	if (f == NULL)
		return;
	g_tree_destroy(f->clients);
	rs_account_refund(f->pay, f->paid);
	g_free(f);
}

static bool
pay_for(struct fetches *f, size_t n)
{
	if (f->paid + n > f->most || !rs_account_charge(f->pay, n))
		return false; /* rules then know less, and say less */
	f->paid += n;
	return true;
}

/* Room for one more. */
static bool
grow(struct fetches *f, struct client *c)
{
	const size_t each = sizeof *c->v + sizeof *c->names + 64;
	size_t room = c->room ? 2 * c->room : 4;
	if (c->n < c->room)
		return true;
	if (!pay_for(f, (room - c->room) * each))
		return false;
	c->v = g_renew(struct diag_fetch, c->v, room);
	c->names = g_renew(char *, c->names, room);
	c->room = room;
	return true;
}

static struct client *
client_touch(struct fetches *f, const struct rs_addr *address)
{
	struct client *c = g_tree_lookup(f->clients, address);
	if (c)
		return c->joined ? c->joined : c;
	if (!pay_for(f, sizeof *c))
		return NULL;
	c = g_new0(struct client, 1);
	c->address = *address;
	g_tree_insert(f->clients, &c->address, c);
	return c;
}

static bool
before(const struct diag_fetch *a, const struct diag_fetch *b)
{
	return a->at != b->at ? a->at < b->at : rec_id_cmp(&a->id, &b->id) < 0;
}

static void
take_out(struct client *c, size_t i)
{
	g_free(c->names[i]);
	c->n--;
	memmove(&c->v[i], &c->v[i + 1], (c->n - i) * sizeof *c->v);
	memmove(&c->names[i], &c->names[i + 1], (c->n - i) * sizeof *c->names);
}

static void
insert(struct fetches *f, struct client *c, struct diag_fetch one)
{
	const struct rs_span name = one.server.name;
	if (c->n == FETCHES_KEPT)
		take_out(c, FETCHES_KEPT / 2);
	if (!grow(f, c))
		return;
	size_t i = c->n;
	for (; i > 0 && before(&one, &c->v[i - 1]); i--) {
		c->v[i] = c->v[i - 1];
		c->names[i] = c->names[i - 1];
	}
	c->names[i] =
	    name.n ? g_strndup((const char *)name.p, MIN(name.n, 255)) : NULL;
	one.server.name =
	    c->names[i] ? rs_span_str(c->names[i]) : (struct rs_span){0};
	c->v[i] = one;
	c->n++;
}

void
fetches_add(struct fetches *f, const struct rec_download *d)
{
	struct client *c = client_touch(f, &d->client.at.addr);
	if (c)
		insert(f, c,
		    (struct diag_fetch){.id = d->id,
			.at = d->started,
			.server = d->server,
			.protocol = d->protocol,
			.state = d->state,
			.configures = rec_download_configures(d),
			.frame = d->id.frame});
}

void
fetches_join(
    struct fetches *f, const struct rs_addr *lead, const struct rs_addr *member)
{
	struct client *from = g_tree_lookup(f->clients, member);
	struct client *to = from ? client_touch(f, lead) : NULL;
	if (to == NULL || from->joined || to == from)
		return;
	for (size_t i = 0; i < from->n; i++)
		insert(f, to, from->v[i]);
	from->joined = to;
}

struct diag_fetches
fetches_of(struct fetches *f, const struct rs_addr *client)
{
	const struct client *c = g_tree_lookup(f->clients, client);
	c = c && c->joined ? c->joined : c;
	return c ? (struct diag_fetches){c->v, c->n}
		 : (struct diag_fetches){NULL, 0};
}
