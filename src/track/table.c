/* SPDX-License-Identifier: Apache-2.0 */
/* Chained hash table; doubles when there are as many entries as heads. */
#include "track/table.h"

#include <glib.h>

enum { SMALLEST = 64 };

void
table_init(struct table *t, struct rs_account *pay)
{
	*t = (struct table){.size = SMALLEST, .pay = pay};
	t->heads = g_new0(struct table_node *, t->size);
	if (pay)
		rs_account_force(pay, t->size * sizeof *t->heads);
}

void
table_clear(struct table *t)
{
	if (t->heads && t->pay)
		rs_account_refund(t->pay, t->size * sizeof *t->heads);
	g_free(t->heads);
	t->heads = NULL;
	t->n = 0;
}

static void
grow(struct table *t)
{
	size_t size = t->size * 2;
	struct table_node **heads = g_new0(struct table_node *, size);
	if (t->pay)
		rs_account_force(t->pay, (size - t->size) * sizeof *heads);
	for (size_t i = 0; i < t->size; i++) {
		for (struct table_node *n = t->heads[i], *next; n; n = next) {
			next = n->next;
			n->next = heads[n->hash & (size - 1)];
			heads[n->hash & (size - 1)] = n;
		}
	}
	g_free(t->heads);
	t->heads = heads;
	t->size = size;
}

void
table_add(struct table *t, struct table_node *node, uint64_t hash)
{
	if (t->n >= t->size)
		grow(t);
	struct table_node **head = &t->heads[hash & (t->size - 1)];
	node->hash = hash;
	node->next = *head;
	*head = node;
	t->n++;
}

void
table_remove(struct table *t, struct table_node *node)
{
	struct table_node **at = &t->heads[node->hash & (t->size - 1)];
	while (*at != node)
		at = &(*at)->next;
	*at = node->next;
	node->next = NULL;
	t->n--;
}
