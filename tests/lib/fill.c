/* SPDX-License-Identifier: Apache-2.0 */
#include "fill.h"

#include <stdio.h>

enum { ELEMENTS = 3 };

static struct rs_span
text(struct rec_arena *a, uint64_t *seed)
{
	char s[32];
	int n =
	    snprintf(s, sizeof s, "text-%llu", (unsigned long long)(*seed)++);
	return rec_arena_text(a, (struct rs_span){(uint8_t *)s, (size_t)n});
}

static struct rs_frame
frame(uint64_t *seed)
{
	(*seed)++;
	return (struct rs_frame){*seed % 3, *seed * 977 % 100003 + 1};
}

static int64_t
number(uint64_t *seed)
{
	(*seed)++;
	int64_t v = (int64_t)(*seed * UINT64_C(0x9e3779b97f4a7c15));
	return *seed % 3 ? v >> (*seed % 60) : -(int64_t)*seed;
}

static void
endpoint(struct rec_endpoint *x, struct rec_arena *a, uint64_t *seed)
{
	(*seed)++;
	x->at.addr.family = *seed % 2 ? 4 : 6;
	for (int i = 0; i < (*seed % 2 ? 4 : 16); i++)
		x->at.addr.b[i] = (uint8_t)(*seed * 7 + (uint64_t)i);
	x->at.port = (uint16_t)(*seed * 131);
	x->name = text(a, seed);
}

static size_t
element(const struct rec_field *f)
{
	return f->kind == REC_LIST ? ((const struct rec_type *)f->more)->size
	       : f->kind == REC_FRAMES ? sizeof(struct rs_frame)
	       : f->kind == REC_COUNTS ? sizeof(struct rec_count)
				       : sizeof(struct rs_span);
}

static void
fill_list(const struct rec_field *f, struct rec_list *l, struct rec_arena *a,
    uint64_t *seed)
{
	for (int i = 0; i < ELEMENTS; i++) {
		void *p = rec_list_add(l, a, element(f));
		if (f->kind == REC_LIST) {
			fill_record(f->more, p, a, seed);
		} else if (f->kind == REC_FRAMES) {
			*(struct rs_frame *)p = frame(seed);
		} else if (f->kind == REC_TEXTS) {
			*(struct rs_span *)p = text(a, seed);
		} else {
			((struct rec_count *)p)->name = text(a, seed);
			((struct rec_count *)p)->n = number(seed);
		}
	}
}

void
fill_record(
    const struct rec_type *type, void *rec, struct rec_arena *a, uint64_t *seed)
{
	rec_init(type, rec);
	for (size_t i = 0; i < type->n_fields; i++) {
		const struct rec_field *f = &type->fields[i];
		void *p = (uint8_t *)rec + f->offset;
		switch (f->kind) {
		case REC_TEXT:
			*(struct rs_span *)p = text(a, seed);
			break;
		case REC_NUMBER:
		case REC_MS:
		case REC_PERCENT:
		case REC_TIME:
			*(int64_t *)p = number(seed);
			break;
		case REC_ENUM:
			*(unsigned *)p =
			    1 +
			    (unsigned)((*seed)++ %
				       (((const struct rec_names *)f->more)->n -
					   1));
			break;
		case REC_TRUTH:
			*(unsigned *)p = 1 + (unsigned)((*seed)++ % 2);
			break;
		case REC_FRAME:
			*(struct rs_frame *)p = frame(seed);
			break;
		case REC_ID:
			((struct rec_id *)p)->frame = frame(seed);
			((struct rec_id *)p)->nth = (uint32_t)(*seed % 3);
			break;
		case REC_ENDPOINT:
			endpoint(p, a, seed);
			break;
		case REC_STRUCT:
			fill_record(f->more, p, a, seed);
			break;
		case REC_LIST:
		case REC_TEXTS:
		case REC_FRAMES:
		case REC_COUNTS:
			fill_list(f, p, a, seed);
			break;
		}
	}
}

static bool
text_equal(const struct rs_span *a, const struct rs_span *b)
{
	return !a->p == !b->p && rs_span_eq(*a, *b);
}

static bool
list_equal(const struct rec_field *f, const struct rec_list *a,
    const struct rec_list *b)
{
	size_t size = element(f);
	if (a->n != b->n)
		return false;
	for (uint32_t i = 0; i < a->n; i++) {
		const void *p = (uint8_t *)a->v + i * size;
		const void *q = (uint8_t *)b->v + i * size;
		bool same = f->kind == REC_LIST ? fill_equal(f->more, p, q)
			    : f->kind == REC_FRAMES
				? rs_frame_eq(*(const struct rs_frame *)p,
				      *(const struct rs_frame *)q)
				: text_equal(p, q);
		if (f->kind == REC_COUNTS)
			same = same && ((const struct rec_count *)p)->n ==
					   ((const struct rec_count *)q)->n;
		if (!same)
			return false;
	}
	return true;
}

static bool
field_equal(const struct rec_field *f, const void *p, const void *q)
{
	switch (f->kind) {
	case REC_TEXT:
		return text_equal(p, q);
	case REC_NUMBER:
	case REC_MS:
	case REC_PERCENT:
	case REC_TIME:
		return *(const int64_t *)p == *(const int64_t *)q;
	case REC_ENUM:
	case REC_TRUTH:
		return *(const unsigned *)p == *(const unsigned *)q;
	case REC_FRAME:
		return rs_frame_eq(
		    *(const struct rs_frame *)p, *(const struct rs_frame *)q);
	case REC_ID:
		return rec_id_cmp(p, q) == 0;
	case REC_ENDPOINT: {
		const struct rec_endpoint *x = p, *y = q;
		return rs_endpoint_eq(&x->at, &y->at) &&
		       text_equal(&x->name, &y->name);
	}
	case REC_STRUCT:
		return fill_equal(f->more, p, q);
	case REC_LIST:
	case REC_TEXTS:
	case REC_FRAMES:
	case REC_COUNTS:
		return list_equal(f, p, q);
	}
	return false;
}

bool
fill_equal(const struct rec_type *type, const void *a, const void *b)
{
	for (size_t i = 0; i < type->n_fields; i++) {
		const struct rec_field *f = &type->fields[i];
		if (!field_equal(f, (const uint8_t *)a + f->offset,
			(const uint8_t *)b + f->offset))
			return false;
	}
	return true;
}
