/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The spool: closed records on disk, read back in the order of their ids.
 *
 * Two unlinked temporary files.  One holds records as rec_write() makes them,
 * in the order of closing, in extents of which each is of one type: who reads
 * what failed need not read what did not.  The other holds index
 * entries {id, where, how long} in sorted runs, by type: entries gather in
 * memory, are sorted when there are RUN of them, and are written out.  When
 * FAN runs of one level have come together they are merged into one of the
 * next (O'Neil et al., "The log-structured merge-tree", 1996), so that no
 * reader ever merges more than FAN runs a level and memory does not depend on
 * how many records there are.
 *
 * Trackers close in nearly the order of ids, so a reader's few windows on the
 * first file are hit nearly always.  Those looked up one by one are asked for
 * in nearly that order too: each run keeps the block where it was asked last.
 *
 * A disk that is full loses records, counted, and never stops the analysis.
 */
#include "track/spool.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <unistd.h>

enum {
	EXTENT = 64 * 1024,
	LARGEST = 16 * 1024 * 1024, /* of one record */
	RUN = 2048,                 /* entries sorted at a time: 64 kB */
	FAN = 16,                   /* runs merged at a time */
	LEVELS = 8,                 /* 2048 * 16^8 records */
	CHUNK = 128,                /* entries read at a time from a run */
	BLOCK = 32, /* entries read to find one: CHUNK has several */
	WINDOW = 16 * 1024,
	NARROW = 4 * 1024, /* where records are looked up one by one */
	WINDOWS = 16,
	TYPES = 16,
};

struct entry {
	struct rec_id id;
	uint64_t at;
	uint32_t n, mark;
};

struct run {
	uint64_t at, n; /* bytes into the index file; entries */
	struct rec_id low, high;
	GArray *firsts;      /* struct rec_id: the first one of each block */
	struct entry *block; /* looked at last; owned, NULL: none yet */
	uint64_t block_at;   /* which one that is */
};

struct shelf { /* all records of a type */
	const struct rec_type *type;
	struct rs_buf pending; /* the newest extent */
	size_t written;        /* of that, in the file already */
	uint64_t at, end;      /* its place there */
	struct entry *tail;    /* RUN of room; not yet written */
	size_t n_tail;
	bool sorted;
	struct run runs[LEVELS][FAN];
	unsigned n_runs[LEVELS];
};

struct file {
	int fd;
	uint64_t size; /* written */
};

struct window {
	uint8_t *p;
	uint64_t at, used; /* when it was last, as they count */
	size_t n, size;
};

struct windows {
	struct window v[WINDOWS];
	size_t size; /* of each */
	uint64_t uses;
};

struct spool {
	struct file data, index; /* of data, extents that are begun as well */
	bool full;
	uint64_t lost;
	struct shelf *shelves[TYPES];
	struct windows found; /* around those looked up */
	void (*amend)(void *arg, const struct rec_type *type, void *rec);
	void *amend_arg;
	bool (*otherwise)(void *arg, const struct rec_type *type,
	    const struct rec_id *id, void *rec, struct rec_arena *a);
	void *otherwise_arg;
};

/* A place in a run, of which a few entries are in memory. */
struct cursor {
	uint64_t at, left; /* still in the file */
	const struct entry *v;
	size_t n, i;
	struct entry *chunk; /* owned; NULL where v is the tail */
};

struct merge {
	struct spool *s;
	struct cursor *c;
	unsigned n;
	/* Those that it does not want are passed over; NULL: it wants all. */
	bool (*wants)(const void *arg, uint32_t mark);
	const void *arg;
	uint64_t passed;
};

struct spool_reader {
	struct spool *s;
	const struct rec_type *type;
	struct merge m;
	struct windows windows;
	struct rec_arena arena;
	bool brief;
	struct rs_span bytes; /* of the record that was read last */
	void *rec;
};

/* ---- files ---- */

static bool
file_open(struct file *f, GError **error)
{
	char *path = NULL;
	f->fd = g_file_open_tmp("regscan-XXXXXX", &path, error);
	if (f->fd < 0)
		return false;
	unlink(path);
	g_free(path);
	(void)fcntl(f->fd, F_SETFD, FD_CLOEXEC);
	return true;
}

static bool
file_write(const struct file *f, const void *bytes, size_t n, uint64_t at)
{
	const uint8_t *p = bytes;
	for (size_t done = 0; done < n;) {
		ssize_t k =
		    pwrite(f->fd, p + done, n - done, (off_t)(at + done));
		if (k < 0 && errno == EINTR)
			continue;
		if (k <= 0)
			return false;
		done += (size_t)k;
	}
	return true;
}

static bool
file_append(struct file *f, const void *bytes, size_t n)
{
	if (!file_write(f, bytes, n, f->size))
		return false;
	f->size += n;
	return true;
}

/* How many of the n bytes at `at` could be read. */
static size_t
file_read(const struct file *f, void *bytes, size_t n, uint64_t at)
{
	size_t done = 0;
	while (done < n) {
		ssize_t k = pread(f->fd, (uint8_t *)bytes + done, n - done,
		    (off_t)(at + done));
		if (k < 0 && errno == EINTR)
			continue;
		if (k <= 0)
			break;
		done += (size_t)k;
	}
	return done;
}

/* The n bytes at `at`, out of one of the windows; fewer where they could not be
   read.  Good until the next call. */
static struct rs_span
windows_view(struct windows *w, const struct file *f, uint64_t at, uint64_t n)
{
	struct window *v = &w->v[0];
	bool follows = false;
	for (unsigned i = 0; i < WINDOWS; i++) {
		struct window *x = &w->v[i];
		if (at >= x->at && at - x->at <= x->n &&
		    n <= x->n - (at - x->at)) {
			x->used = ++w->uses;
			return (struct rs_span){x->p + (at - x->at), n};
		}
		follows |= at >= x->at && at - x->at <= x->n;
		if (x->used < v->used)
			v = x;
	}
	v->used = ++w->uses;
	/* From where one begins: records are near each other, in any order.
	   Where one ends there is nothing before it to be read again. */
	size_t before = follows ? 0 : (size_t)(at % w->size);
	size_t want = before + n > w->size ? before + (size_t)n : w->size;
	if (v->size < want) {
		g_free(v->p);
		v->p = g_malloc(want);
		v->size = want;
	}
	v->at = at - before;
	v->n = file_read(f, v->p, want, v->at);
	size_t have = v->n < before ? 0 : v->n - before;
	return (struct rs_span){v->p + before, have < n ? have : (size_t)n};
}

static void
windows_clear(struct windows *w)
{
	for (unsigned i = 0; i < WINDOWS; i++)
		g_free(w->v[i].p);
}

/* The first n bytes of its extent. */
static bool
flush(struct spool *s, struct shelf *h, size_t n)
{
	if (n > h->written && !s->full) {
		s->full = !file_write(&s->data, h->pending.p + h->written,
		    n - h->written, h->at + h->written);
		h->written = n;
	}
	return !s->full;
}

/* The record from `from` on found no room: the next extent begins with it. */
static bool
next_extent(struct spool *s, struct shelf *h, size_t from)
{
	size_t n = h->pending.n - from;
	bool ok = flush(s, h, from);
	memmove(h->pending.p, h->pending.p + from, n);
	h->pending.n = n;
	h->written = 0;
	h->at = s->data.size;
	h->end = s->data.size += n > EXTENT ? n : EXTENT;
	return ok;
}

/* ---- the index ---- */

static int
entry_cmp(const void *a, const void *b)
{
	const struct entry *x = a, *y = b;
	int c = rec_id_cmp(&x->id, &y->id);
	return c ? c : x->at < y->at ? -1 : x->at > y->at;
}

static void
tail_sort(struct shelf *h)
{
	if (!h->sorted)
		qsort(h->tail, h->n_tail, sizeof *h->tail, entry_cmp);
	h->sorted = true;
}

static struct rec_id
record_id(const struct rec_type *type, const void *rec)
{
	if (type->id == SIZE_MAX)
		return (struct rec_id){0};
	return *(const struct rec_id *)((const uint8_t *)rec + type->id);
}

static bool
cursor_read(const struct spool *s, struct cursor *c)
{
	if (c->left == 0 || c->chunk == NULL)
		return false;
	size_t n = c->left < CHUNK ? (size_t)c->left : CHUNK;
	size_t got =
	    file_read(&s->index, c->chunk, n * sizeof *c->chunk, c->at);
	c->v = c->chunk;
	c->n = got / sizeof *c->chunk;
	c->i = 0;
	c->at += n * sizeof *c->chunk;
	c->left -= n;
	return c->n != 0;
}

/* False: there is none left that is wanted. */
static bool
cursor_fill(struct merge *m, struct cursor *c)
{
	do {
		while (c->i < c->n && m->wants &&
		       !m->wants(m->arg, c->v[c->i].mark)) {
			c->i++;
			m->passed++;
		}
	} while (c->i == c->n && cursor_read(m->s, c));
	return c->i < c->n;
}

static struct cursor
cursor_on_run(const struct run *r)
{
	return (struct cursor){
	    .at = r->at, .left = r->n, .chunk = g_new(struct entry, CHUNK)};
}

static void
merge_free(struct merge *m)
{
	for (unsigned i = 0; i < m->n; i++)
		g_free(m->c[i].chunk);
	g_free(m->c);
}

/* The lowest entry that is left.  Few runs: no heap. */
static bool
merge_next(struct merge *m, struct entry *out)
{
	struct cursor *low = NULL;
	for (unsigned i = 0; i < m->n; i++) {
		struct cursor *c = &m->c[i];
		if (!cursor_fill(m, c))
			continue;
		if (low == NULL || entry_cmp(&c->v[c->i], &low->v[low->i]) < 0)
			low = c;
	}
	if (low == NULL)
		return false;
	*out = low->v[low->i++];
	return true;
}

static void shelf_push(
    struct spool *s, struct shelf *h, unsigned level, const struct run *r);

static GArray *
firsts_new(void)
{
	return g_array_new(FALSE, FALSE, sizeof(struct rec_id));
}

static void
run_clear(const struct run *r)
{
	g_array_free(r->firsts, TRUE);
	g_free(r->block);
}

/* Puts the FAN runs of a level into one of the next. */
static void
shelf_merge(struct spool *s, struct shelf *h, unsigned level)
{
	struct merge m = {.s = s, .c = g_new(struct cursor, FAN), .n = FAN};
	struct run out = {.at = s->index.size, .firsts = firsts_new()};
	struct entry *batch = g_new(struct entry, CHUNK);
	size_t n = 0;
	bool more = true;

	for (unsigned i = 0; i < FAN; i++)
		m.c[i] = cursor_on_run(&h->runs[level][i]);
	while (more) {
		more = merge_next(&m, &batch[n]);
		if (more) {
			if (out.n++ == 0)
				out.low = batch[n].id;
			if (n % BLOCK == 0)
				g_array_append_val(out.firsts, batch[n].id);
			out.high = batch[n++].id;
		}
		if (n == CHUNK || !more) {
			if (!file_append(&s->index, batch, n * sizeof *batch)) {
				s->full = true;
				s->lost += n;
				out.n -= n;
				break;
			}
			n = 0;
		}
	}
	merge_free(&m);
	g_free(batch);
	for (unsigned i = 0; i < FAN; i++)
		run_clear(&h->runs[level][i]);
	h->n_runs[level] = 0;
	shelf_push(s, h, level + 1, &out);
}

static void
shelf_push(
    struct spool *s, struct shelf *h, unsigned level, const struct run *r)
{
	if (level == LEVELS) { /* 10^13 records: not in this world */
		s->lost += r->n;
		run_clear(r);
		return;
	}
	h->runs[level][h->n_runs[level]++] = *r;
	if (h->n_runs[level] == FAN)
		shelf_merge(s, h, level);
}

static void
shelf_spill(struct spool *s, struct shelf *h)
{
	tail_sort(h);
	struct run r = {.at = s->index.size,
	    .n = h->n_tail,
	    .firsts = firsts_new(),
	    .low = h->tail[0].id,
	    .high = h->tail[h->n_tail - 1].id};
	if (!file_append(&s->index, h->tail, h->n_tail * sizeof *h->tail)) {
		s->full = true;
		s->lost += h->n_tail;
		h->n_tail = 0;
		run_clear(&r);
		return;
	}
	for (size_t i = 0; i < h->n_tail; i += BLOCK)
		g_array_append_val(r.firsts, h->tail[i].id);
	h->n_tail = 0;
	shelf_push(s, h, 0, &r);
}

static struct shelf *
shelf_find(struct spool *s, const struct rec_type *type, bool make)
{
	for (unsigned i = 0; i < TYPES; i++) {
		struct shelf *h = s->shelves[i];
		if (h && h->type == type)
			return h;
		if (h == NULL && !make)
			return NULL;
		if (h == NULL) {
			h = s->shelves[i] = g_new0(struct shelf, 1);
			h->type = type;
			rs_buf_init(&h->pending, LARGEST, NULL);
			h->tail = g_new(struct entry, RUN);
			h->sorted = true;
			return h;
		}
	}
	return NULL;
}

static void
shelf_free(struct shelf *h)
{
	for (unsigned i = 0; i < LEVELS; i++)
		for (unsigned j = 0; j < h->n_runs[i]; j++)
			run_clear(&h->runs[i][j]);
	rs_buf_clear(&h->pending);
	g_free(h->tail);
	g_free(h);
}

/* ---- the spool ---- */

struct spool *
spool_new(GError **error)
{
	struct spool *s = g_new0(struct spool, 1);
	s->data.fd = s->index.fd = -1;
	s->found.size = NARROW;
	if (file_open(&s->data, error) && file_open(&s->index, error))
		return s;
	spool_free(s);
	return NULL;
}

void
spool_free(struct spool *s)
{
	if (s == NULL)
		return;
	for (unsigned i = 0; i < TYPES && s->shelves[i]; i++)
		shelf_free(s->shelves[i]);
	windows_clear(&s->found);
	if (s->data.fd >= 0)
		close(s->data.fd);
	if (s->index.fd >= 0)
		close(s->index.fd);
	g_free(s);
}

/* For the record from *from on, which may move. */
static bool
has_place(struct spool *s, struct shelf *h, size_t *from)
{
	if (h->pending.n <= h->end - h->at)
		return true;
	size_t before = *from;
	*from = 0;
	return next_extent(s, h, before);
}

/* What was written at the end of the shelf's pending bytes, from `from` on. */
static bool
enter(struct spool *s, struct shelf *h, struct rec_id id, size_t from,
    uint32_t mark)
{
	if (!has_place(s, h, &from)) {
		s->lost++;
		return false;
	}
	struct entry e = {
	    id, h->at + from, (uint32_t)(h->pending.n - from), mark};
	if (h->n_tail && entry_cmp(&e, &h->tail[h->n_tail - 1]) < 0)
		h->sorted = false;
	h->tail[h->n_tail++] = e;
	if (h->n_tail == RUN) {
		shelf_spill(s, h);
		h->sorted = true;
	}
	return true;
}

bool
spool_add_marked(struct spool *s, const struct rec_type *type, const void *rec,
    uint32_t mark)
{
	struct shelf *h = shelf_find(s, type, true);
	size_t from = h ? h->pending.n : 0;
	if (h && !s->full && rec_write(type, rec, &h->pending))
		return enter(s, h, record_id(type, rec), from, mark);
	s->lost++;
	return false;
}

bool
spool_add(struct spool *s, const struct rec_type *type, const void *rec)
{
	return spool_add_marked(s, type, rec, 0);
}

bool
spool_add_written(struct spool *s, const struct rec_type *type,
    const struct rec_id *id, uint32_t mark, struct rs_span bytes)
{
	struct shelf *h = shelf_find(s, type, true);
	size_t from = h ? h->pending.n : 0;
	if (h && !s->full && rs_buf_add(&h->pending, bytes))
		return enter(s, h, *id, from, mark);
	s->lost++;
	return false;
}

void
spool_amend(struct spool *s,
    void (*amend)(void *arg, const struct rec_type *type, void *rec), void *arg)
{
	s->amend = amend;
	s->amend_arg = arg;
}

void
spool_otherwise(struct spool *s,
    bool (*find)(void *arg, const struct rec_type *type,
	const struct rec_id *id, void *rec, struct rec_arena *a),
    void *arg)
{
	s->otherwise = find;
	s->otherwise_arg = arg;
}

uint64_t
spool_lost(const struct spool *s)
{
	return s->lost;
}

/* ---- reading ---- */

struct spool_reader *
spool_read(struct spool *s, const struct rec_type *type)
{
	struct spool_reader *r = g_new0(struct spool_reader, 1);
	struct shelf *h = shelf_find(s, type, false);
	unsigned n = 1;

	if (h) /* what it could not write is found lost below */
		(void)flush(s, h, h->pending.n);
	r->s = s;
	r->windows.size = WINDOW;
	r->type = type;
	r->rec = g_malloc(type->size);
	rec_arena_init(&r->arena, NULL, NULL);
	for (unsigned i = 0; h && i < LEVELS; i++)
		n += h->n_runs[i];
	r->m = (struct merge){.s = s, .c = g_new0(struct cursor, n)};
	if (h == NULL)
		return r;
	for (unsigned i = 0; i < LEVELS; i++)
		for (unsigned j = 0; j < h->n_runs[i]; j++)
			r->m.c[r->m.n++] = cursor_on_run(&h->runs[i][j]);
	tail_sort(h);
	r->m.c[r->m.n++] = (struct cursor){.v = h->tail, .n = h->n_tail};
	return r;
}

struct spool_reader *
spool_read_brief(struct spool *s, const struct rec_type *type)
{
	struct spool_reader *r = spool_read(s, type);
	r->brief = true;
	return r;
}

void
spool_pick(struct spool_reader *r,
    bool (*wants)(const void *arg, uint32_t mark), const void *arg)
{
	r->m.wants = wants;
	r->m.arg = arg;
}

uint64_t
spool_passed(const struct spool_reader *r)
{
	return r->m.passed;
}

static const void *
decode(struct spool_reader *r, bool brief)
{
	rec_arena_reset(&r->arena);
	if (!(brief ? rec_read_brief : rec_read)(
		r->type, r->rec, r->bytes, &r->arena))
		return NULL;
	if (r->s->amend)
		r->s->amend(r->s->amend_arg, r->type, r->rec);
	return r->rec;
}

const void *
spool_next(struct spool_reader *r)
{
	struct entry e;
	while (merge_next(&r->m, &e)) {
		r->bytes = windows_view(&r->windows, &r->s->data, e.at, e.n);
		if (decode(r, r->brief))
			return r->rec;
		r->s->lost++;
	}
	return NULL;
}

const void *
spool_whole(struct spool_reader *r)
{
	return decode(r, false);
}

void
spool_reader_free(struct spool_reader *r)
{
	if (r == NULL)
		return;
	merge_free(&r->m);
	windows_clear(&r->windows);
	rec_arena_clear(&r->arena);
	g_free(r->rec);
	g_free(r);
}

/* ---- one by its id ---- */

static bool
search(
    const struct entry *v, size_t n, const struct rec_id *id, struct entry *out)
{
	for (size_t lo = 0, hi = n; lo < hi;) {
		size_t mid = lo + (hi - lo) / 2;
		int c = rec_id_cmp(id, &v[mid].id);
		if (c == 0) {
			*out = v[mid];
			return true;
		}
		if (c < 0)
			hi = mid;
		else
			lo = mid + 1;
	}
	return false;
}

/* How many entries block `at` of the run has; it is then r->block. */
static size_t
run_block(const struct spool *s, struct run *r, uint64_t at)
{
	uint64_t n = r->n - at * BLOCK;
	size_t size = (n < BLOCK ? (size_t)n : BLOCK) * sizeof *r->block;
	if (r->block && r->block_at == at)
		return size / sizeof *r->block;
	if (r->block == NULL)
		r->block = g_new(struct entry, BLOCK);
	size_t got = file_read(
	    &s->index, r->block, size, r->at + at * BLOCK * sizeof *r->block);
	r->block_at = got == size ? at : UINT64_MAX;
	return got / sizeof *r->block;
}

static bool
run_find(const struct spool *s, struct run *r, const struct rec_id *id,
    struct entry *out)
{
	guint lo = 0, hi = r->firsts->len;
	if (rec_id_cmp(id, &r->low) < 0 || rec_id_cmp(id, &r->high) > 0)
		return false;
	while (hi - lo > 1) {
		guint mid = lo + (hi - lo) / 2;
		if (rec_id_cmp(
			id, &g_array_index(r->firsts, struct rec_id, mid)) < 0)
			hi = mid;
		else
			lo = mid;
	}
	size_t n = run_block(s, r, lo);
	return search(r->block, n, id, out);
}

static bool
shelf_find_entry(const struct spool *s, struct shelf *h,
    const struct rec_id *id, struct entry *out)
{
	tail_sort(h);
	if (search(h->tail, h->n_tail, id, out))
		return true;
	for (unsigned i = 0; i < LEVELS; i++)
		for (unsigned j = 0; j < h->n_runs[i]; j++)
			if (run_find(s, &h->runs[i][j], id, out))
				return true;
	return false;
}

static bool
find(struct spool *s, const struct rec_type *type, const struct rec_id *id,
    void *rec, struct rec_arena *a)
{
	struct shelf *h = shelf_find(s, type, false);
	struct entry e;
	if (h == NULL || !shelf_find_entry(s, h, id, &e))
		return false;
	(void)flush(s, h, h->pending.n);
	struct rs_span bytes = windows_view(&s->found, &s->data, e.at, e.n);
	return bytes.n == e.n &&
	       rec_read(type, rec, rec_arena_text(a, bytes), a);
}

bool
spool_find(struct spool *s, const struct rec_type *type,
    const struct rec_id *id, void *rec, struct rec_arena *a)
{
	if (!find(s, type, id, rec, a) &&
	    (s->otherwise == NULL ||
		!s->otherwise(s->otherwise_arg, type, id, rec, a)))
		return false;
	if (s->amend)
		s->amend(s->amend_arg, type, rec);
	return true;
}
