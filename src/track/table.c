/* SPDX-License-Identifier: Apache-2.0 */
/* Hash table with linear probing; doubles when three slots of four are taken,
   and what is taken out leaves no mark: those after it move up. */
#include "track/table.h"

#include <glib.h>

enum { SMALLEST = 64 };

void
table_init(struct table *t, struct rs_account *pay)
{
	*t = (struct table){.size = SMALLEST, .pay = pay};
	t->slots = g_new0(struct table_slot, t->size);
	if (pay)
		rs_account_force(pay, t->size * sizeof *t->slots);
}

void
table_clear(struct table *t)
{
	if (t->slots && t->pay)
		rs_account_refund(t->pay, t->size * sizeof *t->slots);
	g_free(t->slots);
	t->slots = NULL;
	t->n = 0;
}

static void
grow(struct table *t)
{
	struct table old = *t;
	t->size = old.size * 2;
	t->slots = g_new0(struct table_slot, t->size);
	if (t->pay)
		rs_account_force(t->pay, old.size * sizeof *t->slots);
	for (size_t i = 0; i < old.size; i++)
		if (old.slots[i].first)
			*table_slot(t, old.slots[i].hash) = old.slots[i];
	g_free(old.slots);
}

void
table_add(struct table *t, struct table_node *node, uint64_t hash)
{
	if (t->n >= t->size / 4 * 3)
		grow(t);
	struct table_slot *s = table_slot(t, hash);
	if (s->first == NULL)
		t->n++;
	node->hash = s->hash = hash;
	node->next = s->first;
	s->first = node;
}

/* Frees slot i; each one after it that would not be found any more moves. */
static void
close_up(struct table *t, size_t i)
{
	size_t mask = t->size - 1;
	for (size_t j = (i + 1) & mask; t->slots[j].first; j = (j + 1) & mask) {
		if (((j - t->slots[j].hash) & mask) < ((j - i) & mask))
			continue;
		t->slots[i] = t->slots[j];
		i = j;
	}
	t->slots[i].first = NULL;
	t->n--;
}

void
table_remove(struct table *t, struct table_node *node)
{
	struct table_slot *s = table_slot(t, node->hash);
	struct table_node **at = &s->first;
	while (*at != node)
		at = &(*at)->next;
	*at = node->next;
	node->next = NULL;
	if (s->first == NULL)
		close_up(t, (size_t)(s - t->slots));
}
