/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Hash table with linear probing, its slots in the order of where they would
 * best be (Robin Hood): what is taken out leaves no mark, as those after it
 * move up until one is where it should be.  So keys that follow one another,
 * and make one long run, cost no more than others.  It grows when three slots
 * of four are taken.
 */
#include "track/table.h"

#include "base/pages.h"

#include <stdlib.h>

static struct table_slot *
new_slots(size_t size)
{
	struct table_slot *v = rs_pages_new(size * sizeof *v);
	if (v == NULL)
		abort(); /* as GLib does */
	return v;
}

void
table_init(struct table *t, struct rs_account *pay)
{
	*t = (struct table){
	    .size = TABLE_SMALLEST, .shift = 64 - TABLE_BITS, .pay = pay};
	t->slots = new_slots(t->size);
	if (pay)
		rs_account_force(pay, t->size * sizeof *t->slots);
}

void
table_clear(struct table *t)
{
	if (t->slots && t->pay)
		rs_account_refund(t->pay, t->size * sizeof *t->slots);
	rs_pages_free(t->slots, t->size * sizeof *t->slots);
	t->slots = NULL;
	t->n = 0;
}

/* The slot of that hash; where it has none yet, one that is now its own. */
static struct table_slot *
slot_touch(struct table *t, uint64_t hash)
{
	size_t mask = t->size - 1, i = table_home(t, hash);
	for (size_t far = 0; t->slots[i].first && table_distance(t, i) >= far;
	     far++) {
		if (t->slots[i].hash == hash)
			return &t->slots[i];
		i = (i + 1) & mask;
	}
	struct table_slot *mine = &t->slots[i];
	struct table_slot next = *mine;
	while (next.first) {
		i = (i + 1) & mask;
		struct table_slot pushed = t->slots[i];
		t->slots[i] = next;
		next = pushed;
	}
	*mine = (struct table_slot){.hash = hash};
	return mine;
}

static void
grow(struct table *t)
{
	struct table old = *t;
	t->size *= 2;
	t->shift--;
	t->slots = new_slots(t->size);
	if (t->pay)
		rs_account_force(
		    t->pay, (t->size - old.size) * sizeof *t->slots);
	for (size_t i = 0; i < old.size; i++)
		if (old.slots[i].first)
			*slot_touch(t, old.slots[i].hash) = old.slots[i];
	rs_pages_free(old.slots, old.size * sizeof *old.slots);
}

void
table_add(struct table *t, struct table_node *node, uint64_t hash)
{
	if (t->n >= t->size / 4 * 3)
		grow(t);
	struct table_slot *s = slot_touch(t, hash);
	t->n += s->first == NULL;
	node->hash = hash;
	node->next = s->first;
	s->first = node;
}

/* Frees slot i; those after it that would rather be there move up. */
static void
close_up(struct table *t, size_t i)
{
	size_t mask = t->size - 1, j = (i + 1) & mask;
	while (t->slots[j].first && table_distance(t, j) > 0) {
		t->slots[i] = t->slots[j];
		i = j;
		j = (j + 1) & mask;
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
