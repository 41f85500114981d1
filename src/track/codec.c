/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The form of a record in the spool, both ways, from its table of fields.
 *
 * A struct is a bitmap of the fields that are present, then those, in order.
 * Numbers are zigzag varints (LEB128); times and frame numbers are differences
 * to the one before, which makes most of them one to four bytes.  A list of
 * structs has its size in front and no part in the differences after it, so
 * that it can be passed over.  Nothing names a field: the form is for this
 * program's own temporary file, not for keeping.
 *
 * The reader is total all the same: the file may be damaged, and records will
 * come from other machines one day.  A list never has more elements than bytes
 * are left, so that a damaged count cannot ask for memory without bound.
 */
#include "track/record.h"

enum {
	MAX_BITMAP = 16, /* no record type has more fields than that */
	SIZE_BYTES = sizeof(uint32_t), /* a record is far shorter */
};

struct enc {
	struct rs_buf *out;
	bool failed;
	uint64_t time, frame; /* the ones before */
};

struct dec {
	const uint8_t *p, *end;
	bool failed;
	bool brief; /* lists of structs are passed over */
	uint64_t time, frame;
	struct rec_arena *a;
};

/* ---- writing ---- */

/* Room for n bytes, or NULL and the error: what nearly every field asks. */
static inline uint8_t *
room(struct enc *e, size_t n)
{
	struct rs_buf *b = e->out;
	if (n <= b->size - b->n)
		return b->p + b->n;
	uint8_t *p = rs_buf_reserve(b, n);
	e->failed |= p == NULL;
	return p;
}

static inline void
put_varint(struct enc *e, uint64_t v)
{
	uint8_t *p = room(e, 10), *from = p;
	if (p == NULL)
		return;
	for (; v >= 0x80; v >>= 7)
		*p++ = (uint8_t)(v | 0x80);
	*p++ = (uint8_t)v;
	e->out->n += (size_t)(p - from);
}

static uint64_t
zigzag(uint64_t v)
{
	return v << 1 ^ (v >> 63 ? UINT64_MAX : 0);
}

static void
put_signed(struct enc *e, int64_t v)
{
	put_varint(e, zigzag((uint64_t)v));
}

static void
put_bytes(struct enc *e, const uint8_t *p, size_t n)
{
	uint8_t *to = room(e, n);
	if (to == NULL || n == 0)
		return;
	memcpy(to, p, n);
	e->out->n += n;
}

/* 0 is absent, else length + 1. */
static void
put_text(struct enc *e, struct rs_span s)
{
	put_varint(e, s.p ? (uint64_t)s.n + 1 : 0);
	if (s.p)
		put_bytes(e, s.p, s.n);
}

static void
put_frame(struct enc *e, struct rs_frame f)
{
	put_varint(e, f.file);
	put_varint(e, zigzag(f.number - e->frame));
	e->frame = f.number;
}

/* In the place of a family: with one more, the address has its turn behind
   it. */
enum { IN_TURN = 1 };

static void
put_endpoint(struct enc *e, const struct rec_endpoint *x)
{
	const struct rs_addr *a = &x->at.addr;
	uint8_t turn = rs_addr_turn(a);
	put_varint(e, a->family + (turn ? IN_TURN : 0u));
	put_varint(e, x->at.port);
	put_bytes(e, a->b, a->family == 6 ? 16 : a->family == 4 ? 4 : 0);
	if (turn)
		put_bytes(e, &turn, 1);
	put_text(e, x->name);
}

static bool put_struct(
    struct enc *e, const struct rec_type *type, const void *rec);

/* Their size, and then the structs. */
static void
put_structs(
    struct enc *e, const struct rec_type *type, const struct rec_list *l)
{
	const uint64_t time = e->time, frame = e->frame;
	const uint8_t none[SIZE_BYTES] = {0};
	size_t at = e->out->n;
	put_bytes(e, none, sizeof none);
	for (uint32_t i = 0; i < l->n; i++)
		put_struct(e, type, (const uint8_t *)l->v + i * type->size);
	e->time = time;
	e->frame = frame;
	if (e->failed)
		return;
	uint32_t size = (uint32_t)(e->out->n - at - sizeof none);
	memcpy(e->out->p + at, &size, sizeof size);
}

static void
put_list(struct enc *e, const struct rec_field *f, const struct rec_list *l)
{
	put_varint(e, l->n);
	if (f->kind == REC_TEXTS) {
		for (uint32_t i = 0; i < l->n; i++)
			put_text(e, ((const struct rs_span *)l->v)[i]);
	} else if (f->kind == REC_FRAMES) {
		for (uint32_t i = 0; i < l->n; i++)
			put_frame(e, ((const struct rs_frame *)l->v)[i]);
	} else if (f->kind == REC_COUNTS) {
		const struct rec_count *c = l->v;
		for (uint32_t i = 0; i < l->n; i++) {
			put_text(e, c[i].name);
			put_signed(e, c[i].n);
		}
	} else {
		put_structs(e, f->more, l);
	}
}

/* Writes a field; false, and nothing written, when it is absent. */
static bool
put_field(struct enc *e, const struct rec_field *f, const void *p)
{
	switch (f->kind) {
	case REC_TEXT: {
		const struct rs_span *s = p;
		if (s->p == NULL)
			return false;
		put_varint(e, s->n);
		put_bytes(e, s->p, s->n);
		return true;
	}
	case REC_NUMBER:
	case REC_MS:
	case REC_PERCENT:
		if (*(const int64_t *)p == REC_ABSENT)
			return false;
		put_signed(e, *(const int64_t *)p);
		return true;
	case REC_TIME: {
		rs_time t = *(const rs_time *)p;
		if (t == RS_NEVER)
			return false;
		put_varint(e, zigzag((uint64_t)t - e->time));
		e->time = (uint64_t)t;
		return true;
	}
	case REC_ENUM:
	case REC_TRUTH:
		if (*(const unsigned *)p == 0)
			return false;
		put_varint(e, *(const unsigned *)p);
		return true;
	case REC_FRAME:
		if (((const struct rs_frame *)p)->number == 0)
			return false;
		put_frame(e, *(const struct rs_frame *)p);
		return true;
	case REC_ID:
		if (!rec_id_is(p))
			return false;
		put_frame(e, ((const struct rec_id *)p)->frame);
		put_varint(e, ((const struct rec_id *)p)->nth);
		return true;
	case REC_ENDPOINT: {
		const struct rec_endpoint *x = p;
		if (!x->at.addr.family && !x->at.port && !x->name.p)
			return false;
		put_endpoint(e, x);
		return true;
	}
	case REC_STRUCT: {
		size_t n = e->out->n;
		bool any = put_struct(e, f->more, p);
		if (!any)
			e->out->n = n;
		return any;
	}
	case REC_LIST:
	case REC_TEXTS:
	case REC_FRAMES:
	case REC_COUNTS:
		if (((const struct rec_list *)p)->n == 0)
			return false;
		put_list(e, f, p);
		return true;
	}
	return false;
}

/* False when nothing in it is present; its empty bitmap is written then. */
static bool
put_struct(struct enc *e, const struct rec_type *type, const void *rec)
{
	static const uint8_t none[MAX_BITMAP];
	uint8_t map[MAX_BITMAP] = {0};
	size_t n_map = (type->n_fields + 7) / 8, at = e->out->n;
	bool any = false;

	put_bytes(e, none, n_map);
	for (size_t i = 0; i < type->n_fields && !e->failed; i++) {
		const struct rec_field *f = &type->fields[i];
		if (put_field(e, f, (const uint8_t *)rec + f->offset)) {
			map[i / 8] |= (uint8_t)(1 << i % 8);
			any = true;
		}
	}
	if (!e->failed)
		memcpy(e->out->p + at, map, n_map);
	return any;
}

bool
rec_write(const struct rec_type *type, const void *rec, struct rs_buf *out)
{
	struct enc e = {.out = out};
	size_t n = out->n;
	put_struct(&e, type, rec);
	if (e.failed)
		out->n = n;
	return !e.failed;
}

/* ---- reading ---- */

static size_t
left(const struct dec *d)
{
	return (size_t)(d->end - d->p);
}

static uint64_t
long_varint(struct dec *d)
{
	uint64_t v = 0;
	for (unsigned shift = 0; d->p < d->end && shift < 64; shift += 7) {
		uint8_t b = *d->p++;
		if (shift == 63 && b > 1)
			break; /* does not fit */
		v |= (uint64_t)(b & 0x7f) << shift;
		if (b < 0x80)
			return v;
	}
	d->failed = true;
	return 0;
}

/* Most are a byte. */
static inline uint64_t
get_varint(struct dec *d)
{
	return d->p < d->end && *d->p < 0x80 ? *d->p++ : long_varint(d);
}

static uint64_t
get_zigzag(struct dec *d)
{
	uint64_t v = get_varint(d);
	return v >> 1 ^ (v & 1 ? UINT64_MAX : 0);
}

static int64_t
get_signed(struct dec *d)
{
	return (int64_t)get_zigzag(d);
}

static const uint8_t *
get_bytes(struct dec *d, uint64_t n)
{
	const uint8_t *p = d->p;
	if (d->failed || n > left(d)) {
		d->failed = true;
		return NULL;
	}
	d->p += n;
	return p;
}

static struct rs_span
get_text(struct dec *d)
{
	uint64_t n = get_varint(d);
	if (n == 0 || d->failed)
		return (struct rs_span){0};
	const uint8_t *p = get_bytes(d, n - 1);
	return (struct rs_span){p, p ? (size_t)n - 1 : 0};
}

/* A varint that must not be over max. */
static uint64_t
get_limited(struct dec *d, uint64_t max)
{
	uint64_t v = get_varint(d);
	if (v <= max)
		return v;
	d->failed = true;
	return 0;
}

static struct rs_frame
get_frame(struct dec *d)
{
	uint32_t file = (uint32_t)get_limited(d, UINT32_MAX);
	d->frame += get_zigzag(d);
	return (struct rs_frame){file, d->frame};
}

static void
get_endpoint(struct dec *d, struct rec_endpoint *x)
{
	uint64_t family = get_limited(d, 6 + IN_TURN);
	size_t turn = family & IN_TURN;
	family -= turn;
	size_t n = family == 6 ? 16 : family == 4 ? 4 : 0;
	x->at.port = (uint16_t)get_limited(d, UINT16_MAX);
	const uint8_t *p = get_bytes(d, n + turn);
	if (p == NULL || (n == 0 && (family || turn))) {
		d->failed = true;
		return;
	}
	memcpy(x->at.addr.b, p, n);
	if (turn)
		x->at.addr.b[RS_ADDR_BYTES] = p[n];
	x->at.addr.family = (uint8_t)family;
	x->name = get_text(d);
}

static void get_struct(struct dec *d, const struct rec_type *type, void *rec);

static size_t
element_size(const struct rec_field *f)
{
	return f->kind == REC_TEXTS    ? sizeof(struct rs_span)
	       : f->kind == REC_FRAMES ? sizeof(struct rs_frame)
	       : f->kind == REC_COUNTS
		   ? sizeof(struct rec_count)
		   : ((const struct rec_type *)f->more)->size;
}

/* The end of the structs that begin after their size; NULL: there is none. */
static const uint8_t *
structs_end(struct dec *d)
{
	uint32_t size;
	const uint8_t *p = get_bytes(d, sizeof size);
	if (p == NULL)
		return NULL;
	memcpy(&size, p, sizeof size);
	d->failed |= size > left(d);
	return d->failed ? NULL : d->p + size;
}

static void
get_structs(struct dec *d, const struct rec_type *type, struct rec_list *l,
    const uint8_t *end)
{
	const uint64_t time = d->time, frame = d->frame;
	for (uint32_t i = 0; i < l->n && !d->failed; i++)
		get_struct(d, type, (uint8_t *)l->v + i * type->size);
	d->failed |= d->p != end;
	d->time = time;
	d->frame = frame;
}

static void
get_list(struct dec *d, const struct rec_field *f, struct rec_list *l)
{
	size_t size = element_size(f);
	uint64_t n = get_limited(d, left(d)); /* at least a byte each */
	const uint8_t *end = f->kind == REC_LIST ? structs_end(d) : NULL;
	if (end && d->brief)
		d->p = end;
	if (d->failed || n == 0 || n > UINT32_MAX || (end && d->brief))
		return;
	l->v = rec_arena_alloc(d->a, (size_t)n * size);
	l->n = l->size = (uint32_t)n;
	if (end)
		get_structs(d, f->more, l, end);
	for (uint32_t i = 0; !end && i < l->n && !d->failed; i++) {
		void *p = (uint8_t *)l->v + i * size;
		if (f->kind == REC_TEXTS) {
			*(struct rs_span *)p = get_text(d);
		} else if (f->kind == REC_FRAMES) {
			*(struct rs_frame *)p = get_frame(d);
		} else {
			((struct rec_count *)p)->name = get_text(d);
			((struct rec_count *)p)->n = get_signed(d);
		}
	}
}

static void
get_field(struct dec *d, const struct rec_field *f, void *p)
{
	switch (f->kind) {
	case REC_TEXT: {
		uint64_t n = get_varint(d);
		const uint8_t *text = get_bytes(d, n);
		if (text)
			*(struct rs_span *)p =
			    (struct rs_span){text, (size_t)n};
		break;
	}
	case REC_NUMBER:
	case REC_MS:
	case REC_PERCENT:
		*(int64_t *)p = get_signed(d);
		break;
	case REC_TIME:
		d->time += get_zigzag(d);
		*(rs_time *)p = (rs_time)d->time;
		break;
	case REC_ENUM:
		*(unsigned *)p = (unsigned)get_limited(
		    d, ((const struct rec_names *)f->more)->n - 1);
		break;
	case REC_TRUTH:
		*(unsigned *)p = (unsigned)get_limited(d, RS_TRUE);
		break;
	case REC_FRAME:
		*(struct rs_frame *)p = get_frame(d);
		break;
	case REC_ID:
		((struct rec_id *)p)->frame = get_frame(d);
		((struct rec_id *)p)->nth =
		    (uint32_t)get_limited(d, UINT32_MAX);
		break;
	case REC_ENDPOINT:
		get_endpoint(d, p);
		break;
	case REC_STRUCT:
		get_struct(d, f->more, p);
		break;
	case REC_LIST:
	case REC_TEXTS:
	case REC_FRAMES:
	case REC_COUNTS:
		get_list(d, f, p);
		break;
	}
}

static void
get_struct(struct dec *d, const struct rec_type *type, void *rec)
{
	rec_init(type, rec);
	const uint8_t *map = get_bytes(d, (type->n_fields + 7) / 8);
	if (map && type->n_fields % 8 &&
	    map[type->n_fields / 8] >> type->n_fields % 8)
		d->failed = true;
	/* From bit to bit: most fields of most records are absent. */
	for (size_t i = 0; i < type->n_fields && !d->failed; i += 8)
		for (unsigned b = map[i / 8]; b && !d->failed; b &= b - 1) {
			const struct rec_field *f =
			    &type->fields[i + (unsigned)__builtin_ctz(b)];
			get_field(d, f, (uint8_t *)rec + f->offset);
		}
}

static bool
read_record(const struct rec_type *type, void *rec, struct rs_span bytes,
    bool brief, struct rec_arena *a)
{
	static const uint8_t nothing;
	struct dec d = {
	    .a = a, .p = bytes.p ? bytes.p : &nothing, .brief = brief};
	d.end = d.p + bytes.n;
	get_struct(&d, type, rec);
	return !d.failed && d.p == d.end;
}

bool
rec_read(const struct rec_type *type, void *rec, struct rs_span bytes,
    struct rec_arena *a)
{
	return read_record(type, rec, bytes, false, a);
}

bool
rec_read_brief(const struct rec_type *type, void *rec, struct rs_span bytes,
    struct rec_arena *a)
{
	return read_record(type, rec, bytes, true, a);
}
