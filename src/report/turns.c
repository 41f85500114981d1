/* SPDX-License-Identifier: Apache-2.0 */
#include "report/turns.h"

#include <glib.h>

/* Of addresses; and of times that one of them changed hands. */
enum { MOST = 65536, MOST_TURNS = RS_ADDR_TURNS - 1 };

struct address {
	struct rs_addr addr;
	GArray *ends; /* rs_time, in order: of each turn but the last */
};

struct turns {
	GTree *addresses; /* they compare: nobody can make keys collide */
	void *copy;
	size_t room;
};

static gint
by_addr(gconstpointer a, gconstpointer b, gpointer arg)
{
	(void)arg;
	return rs_addr_cmp(a, b);
}

static void
address_free(void *p)
{
	struct address *x = p;
	g_array_unref(x->ends);
	g_free(x);
}

struct turns *
turns_new(void)
{
	struct turns *t = g_new0(struct turns, 1);
	t->addresses = g_tree_new_full(by_addr, NULL, NULL, address_free);
	return t;
}

void
turns_free(struct turns *t)
{
	if (t == NULL)
		return;
	g_tree_unref(t->addresses);
	g_free(t->copy);
	g_free(t);
}

static const struct address *
find(const struct turns *t, const struct rs_addr *a)
{
	const struct rs_addr plain = rs_addr_in_turn(*a, 0);
	return g_tree_lookup(t->addresses, &plain);
}

/* Such records come in the order of time, for one address. */
static void
learn(struct turns *t, const struct rec_host *h)
{
	const struct rs_addr plain = rs_addr_in_turn(h->client.at.addr, 0);
	if (h->until == RS_NEVER || plain.family == 0)
		return;
	struct address *x = g_tree_lookup(t->addresses, &plain);
	if (x == NULL) {
		if (g_tree_nnodes(t->addresses) >= MOST)
			return;
		x = g_new0(struct address, 1);
		x->addr = plain;
		x->ends = g_array_new(FALSE, FALSE, sizeof(rs_time));
		g_tree_insert(t->addresses, &x->addr, x);
	}
	rs_time *v = (void *)x->ends->data;
	if (x->ends->len < MOST_TURNS &&
	    (v == NULL || v[x->ends->len - 1] < h->until))
		g_array_append_val(x->ends, h->until);
}

/* An exchange of DHCP is about the address that it ends with. */
static rs_time
time_of(const struct rec_type *type, const void *rec)
{
	rs_time at;
	if (type == &rec_lease_type)
		return ((const struct rec_lease *)rec)->ended;
	memcpy(&at, (const uint8_t *)rec + type->time, sizeof at);
	return at;
}

static const void *
moved(
    struct turns *t, const struct rec_type *type, const void *rec, uint8_t turn)
{
	if (t->room < type->size) {
		t->copy = g_realloc(t->copy, type->size);
		t->room = type->size;
	}
	memcpy(t->copy, rec, type->size);
	struct rec_endpoint *client =
	    (void *)((uint8_t *)t->copy + type->client);
	client->at.addr = rs_addr_in_turn(client->at.addr, turn);
	return t->copy;
}

const void *
turns_of(struct turns *t, const struct rec_type *type, const void *rec)
{
	const struct address *x = NULL;
	uint8_t turn = 0;
	if (type->client != SIZE_MAX && type->time != SIZE_MAX &&
	    g_tree_nnodes(t->addresses)) {
		const struct rec_endpoint *client =
		    (const void *)((const uint8_t *)rec + type->client);
		x = find(t, &client->at.addr);
	}
	const rs_time *ends = x ? (const void *)x->ends->data : NULL;
	rs_time at = x ? time_of(type, rec) : RS_NEVER;
	while (x && turn < x->ends->len && at >= ends[turn])
		turn++;
	if (turn)
		rec = moved(t, type, rec, turn);
	if (type == &rec_host_type)
		learn(t, rec);
	return rec;
}

unsigned
turns_known(const struct turns *t, const struct rs_addr *a)
{
	const struct address *x = find(t, a);
	return x ? x->ends->len + 1 : 1;
}

struct rs_addr
turns_last(const struct turns *t, const struct rs_addr *a)
{
	return rs_addr_in_turn(*a, (uint8_t)(turns_known(t, a) - 1));
}
