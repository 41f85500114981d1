/* SPDX-License-Identifier: Apache-2.0 */
#include "track/load.h"

struct load_page {
	int64_t number; /* and its key */
	uint32_t slots[LOAD_PAGE];
};

void
load_clear(struct load *l)
{
	if (l->pages)
		g_hash_table_unref(l->pages);
	*l = (struct load){0};
}

/* Rounds down, before 1970 as well. */
static int64_t
divide(int64_t v, int64_t by)
{
	return v / by - (v % by < 0);
}

static GHashTable *
pages_new(void)
{
	return g_hash_table_new_full(g_int64_hash, g_int64_equal, NULL, g_free);
}

static struct load_page *
page_touch(GHashTable *pages, int64_t number)
{
	struct load_page *p = g_hash_table_lookup(pages, &number);
	if (p == NULL) {
		p = g_new0(struct load_page, 1);
		p->number = number;
		g_hash_table_insert(pages, &p->number, p);
	}
	return p;
}

static void
count(struct load_page *p, int64_t slot, uint32_t n)
{
	uint32_t *to = &p->slots[slot - p->number * LOAD_PAGE];
	*to = n > UINT32_MAX - *to ? UINT32_MAX : *to + n;
}

static void
widen(struct load *l)
{
	GHashTable *to = pages_new();
	GHashTableIter it;
	gpointer value;
	g_hash_table_iter_init(&it, l->pages);
	while (g_hash_table_iter_next(&it, NULL, &value)) {
		const struct load_page *p = value;
		int64_t first = p->number * LOAD_PAGE;
		struct load_page *q = page_touch(to, divide(p->number, 2));
		for (int64_t i = 0; i < LOAD_PAGE; i++)
			count(q, divide(first + i, 2), p->slots[i]);
	}
	g_hash_table_unref(l->pages);
	l->pages = to;
	l->last = NULL;
	l->shift++;
}

void
load_add(struct load *l, rs_time started)
{
	if (started == RS_NEVER)
		return;
	if (l->pages == NULL)
		l->pages = pages_new();
	int64_t slot = divide(started, RS_SEC << l->shift);
	int64_t number = divide(slot, LOAD_PAGE);
	if (l->last == NULL || l->last->number != number)
		l->last = page_touch(l->pages, number);
	count(l->last, slot, 1);
	while (g_hash_table_size(l->pages) > LOAD_PAGES)
		widen(l);
}

bool
load_peak(const struct load *l, struct load_peak *out)
{
	GHashTableIter it;
	gpointer value;
	int64_t slot = 0;
	*out = (struct load_peak){.seconds = (int64_t)1 << l->shift};
	if (l->pages == NULL)
		return false;
	g_hash_table_iter_init(&it, l->pages);
	while (g_hash_table_iter_next(&it, NULL, &value)) {
		const struct load_page *p = value;
		for (int64_t i = 0; i < LOAD_PAGE; i++) {
			int64_t at = p->number * LOAD_PAGE + i;
			if (p->slots[i] < out->attempts || p->slots[i] == 0 ||
			    (p->slots[i] == out->attempts && at > slot))
				continue;
			out->attempts = p->slots[i];
			slot = at;
		}
	}
	if (__builtin_mul_overflow(slot, RS_SEC << l->shift, &out->at))
		out->at = RS_NEVER; /* begins before time does */
	return out->attempts > 0;
}
