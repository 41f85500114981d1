/* SPDX-License-Identifier: Apache-2.0 */
#include "interval.h"

#include "base/buf.h"

#include <assert.h>
#include <string.h>

void
interval_init(struct interval *i)
{
	*i = (struct interval){0};
	rec_arena_init(&i->arena, NULL, NULL);
	rec_init(&rec_coverage_type, &i->before);
}

void
interval_clear(struct interval *i)
{
	rec_arena_clear(&i->arena);
}

/* ---- differences, by the tables of records ---- */

static void
less_number(int64_t *n, int64_t before)
{
	if (*n != REC_ABSENT && before != REC_ABSENT)
		*n -= before;
}

static int64_t
count_of(const struct rec_list *l, struct rs_span name)
{
	const struct rec_count *c = l->v;
	for (uint32_t i = 0; i < l->n; i++)
		if (rs_span_eq(c[i].name, name))
			return c[i].n;
	return 0;
}

/* What did not grow is left out, as what was never counted is. */
static void
less_counts(struct rec_list *l, const struct rec_list *before)
{
	struct rec_count *c = l->v;
	uint32_t kept = 0;
	for (uint32_t i = 0; i < l->n; i++) {
		c[i].n -= count_of(before, c[i].name);
		if (c[i].n)
			c[kept++] = c[i];
	}
	l->n = kept;
}

/* Numbers and counts that are directly in the record. */
static void
less_fields(const struct rec_type *type, void *rec, const void *before)
{
	for (size_t i = 0; i < type->n_fields; i++) {
		const struct rec_field *f = &type->fields[i];
		void *p = (uint8_t *)rec + f->offset;
		const void *q = (const uint8_t *)before + f->offset;
		if (f->kind == REC_NUMBER || f->kind == REC_MS)
			less_number(p, *(const int64_t *)q);
		else if (f->kind == REC_COUNTS)
			less_counts(p, q);
	}
}

/* Files and interfaces keep their places. */
static void
less_files(struct rec_list *l, const struct rec_list *before)
{
	struct rec_file *f = l->v;
	const struct rec_file *b = before->v;
	for (uint32_t i = 0; i < l->n && i < before->n; i++) {
		less_fields(&rec_file_type, &f[i], &b[i]);
		if (f[i].packets == 0)
			f[i].first = f[i].last = RS_NEVER;
		else if (b[i].last != RS_NEVER)
			f[i].first = b[i].last;
		/* One of before may go on. */
		if (f[i].outages == 0 && f[i].away == 0)
			f[i].outages = f[i].away = REC_ABSENT;
	}
}

static void
less_labels(struct rec_list *l, const struct rec_list *before)
{
	struct rec_label *x = l->v;
	const struct rec_label *b = before->v;
	uint32_t kept = 0;
	for (uint32_t i = 0; i < l->n; i++) {
		for (uint32_t k = 0; k < before->n; k++)
			if (rs_span_eq(x[i].name, b[k].name))
				less_fields(&rec_label_type, &x[i], &b[k]);
		if (x[i].packets)
			x[kept++] = x[i];
	}
	l->n = kept;
}

/* A copy that needs nothing of the original. */
static bool
copy(struct rec_coverage *to, const struct rec_coverage *c, struct rec_arena *a)
{
	struct rs_buf buf;
	rs_buf_init(&buf, 16 << 20, NULL);
	bool ok = rec_write(&rec_coverage_type, c, &buf);
	if (ok) {
		struct rs_span kept =
		    rec_arena_text(a, (struct rs_span){buf.p, buf.n});
		ok = rec_read(&rec_coverage_type, to, kept, a);
	}
	rs_buf_clear(&buf);
	return ok;
}

void
interval_next(struct interval *i, struct rec_coverage *c, struct rec_arena *a)
{
	struct rec_coverage now;
	const struct rec_coverage *b = &i->before;
	bool copied = copy(&now, c, a);
	assert(copied); /* some kilobytes */
	if (i->any) {
		int64_t limit = c->memory_limit;
		less_fields(&rec_coverage_type, c, b);
		less_files(&c->files, &b->files);
		less_labels(&c->other_traffic, &b->other_traffic);
		c->memory_limit = limit;
		if (b->last != RS_NEVER)
			c->first = b->last;
	}
	i->any = true;
	rec_arena_reset(&i->arena);
	copied = copy(&i->before, &now, &i->arena);
	assert(copied);
}
