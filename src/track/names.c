/* SPDX-License-Identifier: Apache-2.0 */
#include "track/names.h"

#include "track/recent.h"

#include <glib.h>

enum { MOST = 16384 };

struct name {
	struct recent_node node; /* by what was heard last */
	struct rs_addr addr;
	uint8_t n;
	uint8_t text[255];
};

struct names {
	const struct rs_hash_seed *seed;
	struct recent recent;
};

struct names *
names_new(const struct rs_hash_seed *seed, struct rs_account *pay)
{
	struct names *n = g_new0(struct names, 1);
	n->seed = seed;
	recent_init(&n->recent, sizeof(struct name), MOST, pay);
	return n;
}

void
names_free(struct names *n)
{
	if (n == NULL)
		return;
	recent_clear(&n->recent);
	g_free(n);
}

static struct name *
find(const struct names *n, const struct rs_addr *a, uint64_t hash)
{
	struct name *x = recent_first(&n->recent, hash);
	while (x && !rs_addr_eq(&x->addr, a))
		x = recent_next(x);
	return x;
}

void
names_learn(struct names *n, const struct rs_addr *a, struct rs_span name)
{
	uint64_t hash = table_addr_hash(n->seed, a);
	struct name *x = find(n, a, hash);
	if (name.n == 0 || name.n > sizeof x->text)
		return;
	if (x)
		recent_again(&n->recent, x);
	else if ((x = recent_add(&n->recent, hash)) == NULL)
		return;
	x->addr = *a;
	memcpy(x->text, name.p, name.n);
	x->n = (uint8_t)name.n;
}

struct rs_span
names_find(const struct names *n, const struct rs_addr *a)
{
	const struct name *x = recent_empty(&n->recent)
				   ? NULL
				   : find(n, a, table_addr_hash(n->seed, a));
	return x ? (struct rs_span){x->text, x->n} : (struct rs_span){0};
}

uint64_t
names_evicted(const struct names *n)
{
	return n->recent.evicted;
}
