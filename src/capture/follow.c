/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Files that grow, as one capture.
 *
 * Each file that is open holds one frame ready, if there is one; the earliest
 * goes next.  Those without are dry, and asked again when nobody has a frame,
 * and before a file gives its first: what was written to the file before, when
 * rotation was at it, comes before that.  What a writer holds back for longer
 * comes late, and is no order of ours.
 *
 * Of many files that are there at the beginning each is opened once for the
 * time of its first frame, and again when its turn comes, as order.c has it.
 * Later as many are open as may be, since each may grow; a file that nobody can
 * write to any more, as it has no name, is left when it is dry, and so is the
 * oldest where there are too many.
 */
#include "capture/follow_inner.h"

#include <poll.h>
#include <string.h>

enum {
	MAX_OPEN = 24,
	LOOK_IDLE = 5,      /* rounds without a frame: a second */
	LOOK_FRAMES = 8192, /* where there is no such round */
	KEPT = 1024,        /* files whose comments and names are kept */
};

/* ---- who is next ---- */

static bool
earlier(const struct member *a, const struct member *b)
{
	if (a->frame.ts != b->frame.ts)
		return a->frame.ts < b->frame.ts;
	/* One that has given frames has a number, and goes on. */
	return (unsigned)a->number != (unsigned)b->number
		   ? (unsigned)a->number < (unsigned)b->number
		   : strcmp(a->path, b->path) < 0;
}

static void
push(struct follow *o, struct member *m)
{
	g_ptr_array_add(o->heap, m);
	gpointer *h = o->heap->pdata;
	guint i = o->heap->len - 1;
	for (; i && earlier(m, h[(i - 1) / 2]); i = (i - 1) / 2)
		h[i] = h[(i - 1) / 2];
	h[i] = m;
	m->ready = true;
}

static struct member *
pop(struct follow *o)
{
	gpointer *h = o->heap->pdata;
	struct member *top = h[0], *last = h[o->heap->len - 1];
	g_ptr_array_set_size(o->heap, (gint)o->heap->len - 1);
	guint n = o->heap->len, i = 0, c;
	while ((c = 2 * i + 1) < n) {
		if (c + 1 < n && earlier(h[c + 1], h[c]))
			c++;
		if (!earlier(h[c], last))
			break;
		h[i] = h[c];
		i = c;
	}
	if (n)
		h[i] = last;
	top->ready = false;
	return top;
}

/* ---- opening and leaving ---- */

/* Its descriptor is closed; of later ones no more is kept than numbers. */
static void
leave(struct follow *o, struct member *m)
{
	savefile_leave(m->source);
	m->state = MEMBER_OVER;
	m->left = true;
	o->open--;
	if (o->left++ < KEPT)
		return;
	m->info = *m->source->info(m->source, 0);
	m->info.name = m->path;
	m->info.problem = NULL;
	m->info.n_comments = m->info.n_names = 0;
	m->info.notes = NULL;
	m->source->close(m->source);
	m->source = NULL;
}

/* Has it no name any more? */
static bool
deleted(const struct member *m)
{
	struct stat st;
	return savefile_stat(m->source, &st) && st.st_nlink == 0;
}

/* Room for one more: the oldest that is dry. */
static void
make_room(struct follow *o)
{
	for (guint i = 0; i < o->numbered->len && o->open >= MAX_OPEN; i++) {
		struct member *m = o->numbered->pdata[i];
		if (m->state == MEMBER_OPEN && !m->ready && m != o->turn)
			leave(o, m);
	}
}

/* CAP_IDLE: it was deleted before its turn came, as the oldest of a ring is. */
static enum cap_result
open_member(struct follow *o, struct member *m, GError **error)
{
	GError *e = NULL;
	make_room(o);
	const struct cap_file_options how = {
	    .follow = true, .sparing = o->open >= MAX_OPEN};
	m->source = cap_file_open(m->path, &how, &e);
	if (m->source) {
		m->state = MEMBER_OPEN;
		o->open++;
		return CAP_FRAME;
	}
	m->state = MEMBER_OVER;
	m->left = !g_file_test(m->path, G_FILE_TEST_EXISTS);
	if (m->left) {
		g_error_free(e);
		return CAP_IDLE;
	}
	g_propagate_error(error, e);
	return CAP_ERROR;
}

/* Until its turn comes: where there are many at the beginning. */
static void
put_to_sleep(struct follow *o, struct member *m)
{
	m->source->close(m->source);
	m->source = NULL;
	m->state = MEMBER_ASLEEP;
	o->open--;
}

/* ---- reading ---- */

/* The member's next frame, which is then in the heap: CAP_FRAME.  CAP_IDLE: it
   has none.  Others are for whoever called us. */
static enum cap_result
pull(struct follow *o, struct member *m, struct cap_frame *out, GError **error)
{
	struct cap_frame f;
	enum cap_result r = m->source->next(m->source, &f, error);
	switch (r) {
	case CAP_FRAME:
		m->frame = f;
		push(o, m);
		break;
	case CAP_SECRETS:
		out->bytes = f.bytes;
		break;
	case CAP_END:
	case CAP_ERROR:
		m->state = MEMBER_OVER;
		o->open--;
		break;
	case CAP_IDLE:
		break;
	}
	return r;
}

/* One that has no frame ready.  CAP_IDLE: go on with another. */
static enum cap_result
ask(struct follow *o, struct member *m, struct cap_frame *out, GError **error)
{
	if (m->state == MEMBER_FOUND && open_member(o, m, error) == CAP_ERROR)
		return CAP_ERROR;
	if (m->state != MEMBER_OPEN || m->ready)
		return CAP_IDLE;
	if (follow_was_cut(m)) {
		leave(o, m);
		follow_again(o, m);
		return CAP_IDLE;
	}
	bool gone = deleted(m);
	enum cap_result r = pull(o, m, out, error);
	if (r == CAP_IDLE && gone)
		leave(o, m);
	else if (r == CAP_FRAME && o->open > MAX_OPEN && m->number == NOBODY &&
		 savefile_again(m->source))
		put_to_sleep(o, m);
	return r == CAP_SECRETS || r == CAP_ERROR ? r : CAP_IDLE;
}

/* All that have none.  CAP_END: all were asked. */
static enum cap_result
ask_all(struct follow *o, struct cap_frame *out, GError **error)
{
	while (o->asked < o->members->len) {
		struct member *m = o->members->pdata[o->asked];
		enum cap_result r = ask(o, m, out, error);
		if (r != CAP_SECRETS)
			o->asked++; /* else it may have a frame behind them */
		if (r != CAP_IDLE)
			return r;
	}
	return CAP_END;
}

/* Hands its frame on.  False: not yet, the others may have earlier ones. */
static bool
give(struct follow *o, struct member *m, struct cap_frame *out)
{
	if (m->number == NOBODY && !m->checked) {
		m->checked = true;
		push(o, m);
		o->asked = 0;
		return false;
	}
	if (m->number == NOBODY) {
		m->number = (int)o->numbered->len;
		g_ptr_array_add(o->numbered, m);
	}
	*out = m->frame;
	out->frame.file = MIN((unsigned)m->number, RS_FILES - 1);
	o->turn = m;
	o->idle = 0;
	if (++o->given % LOOK_FRAMES == 0)
		follow_look(o);
	return true;
}

static bool
any_missing(const struct follow *o)
{
	for (guint i = 0; i < o->paths->len; i++)
		if (o->missing[i])
			return true;
	return false;
}

/* May anything come, of one that is there or that comes? */
static bool
goes_on(const struct follow *o)
{
	for (guint i = 0; i < o->members->len; i++) {
		const struct member *m = o->members->pdata[i];
		if (m->state != MEMBER_OVER || m->left)
			return true;
	}
	return o->folders || any_missing(o);
}

static enum cap_result
nothing(struct follow *o)
{
	o->asked = 0;
	if (o->idle++ % LOOK_IDLE == 0) {
		guint n = o->members->len;
		follow_look(o);
		if (o->members->len > n || o->errors->len)
			return CAP_FRAME; /* perhaps */
	}
	return goes_on(o) ? CAP_IDLE : CAP_END;
}

/* The member that gave the last frame reads on.  CAP_END: go on. */
static enum cap_result
read_on(struct follow *o, struct cap_frame *out, GError **error)
{
	struct member *m = o->turn;
	enum cap_result r = pull(o, m, out, error);
	if (r != CAP_SECRETS)
		o->turn = NULL;
	if (r == CAP_IDLE && o->open > MAX_OPEN)
		leave(o, m);
	return r == CAP_SECRETS || r == CAP_ERROR ? r : CAP_END;
}

/* The earliest frame that is there.  CAP_END: go on. */
static enum cap_result
earliest(struct follow *o, struct cap_frame *out, GError **error)
{
	struct member *m = pop(o);
	if (m->state != MEMBER_ASLEEP)
		return give(o, m, out) ? CAP_FRAME : CAP_END;
	enum cap_result r = open_member(o, m, error);
	if (r == CAP_FRAME)
		o->turn = m;
	return r == CAP_ERROR ? r : CAP_END;
}

static enum cap_result
next(struct cap_source *source, struct cap_frame *out, GError **error)
{
	struct follow *o = (struct follow *)source;
	for (;;) {
		enum cap_result r;
		if (o->errors->len) {
			g_propagate_error(
			    error, g_ptr_array_steal_index(o->errors, 0));
			return CAP_ERROR;
		}
		if (o->turn)
			r = read_on(o, out, error);
		else if (o->asked < o->members->len)
			r = ask_all(o, out, error);
		else if (o->heap->len)
			r = earliest(o, out, error);
		else if ((r = nothing(o)) != CAP_FRAME)
			return r;
		else
			r = CAP_END;
		if (r != CAP_END)
			return r;
	}
}

/* ---- the rest of a source ---- */

static const struct cap_info *
info_of(const struct member *m)
{
	return m->source ? m->source->info(m->source, 0) : &m->info;
}

/* Those that gave no frame come last. */
static const struct cap_info *
info(struct cap_source *source, unsigned i)
{
	struct follow *o = (struct follow *)source;
	if (i < o->numbered->len)
		return info_of(o->numbered->pdata[i]);
	i -= o->numbered->len;
	for (guint k = 0; k < o->members->len; k++) {
		const struct member *m = o->members->pdata[k];
		if (m->number == NOBODY && m->state != MEMBER_STRANGER &&
		    i-- == 0)
			return info_of(m);
	}
	return NULL;
}

static void
wait(struct cap_source *source, int timeout_ms)
{
	(void)source;
	(void)poll(NULL, 0, timeout_ms);
}

/* It has no end. */
static void
progress(struct cap_source *source, uint64_t *done, uint64_t *total)
{
	(void)source;
	*done = *total = 0;
}

static bool
missing(struct cap_source *source)
{
	return any_missing((const struct follow *)source);
}

static void
free_member(gpointer p)
{
	struct member *m = p;
	if (m->source)
		m->source->close(m->source);
	g_free(m->path);
	g_free(m);
}

static void
free_error(gpointer p)
{
	g_error_free(p);
}

static void
close_all(struct cap_source *source)
{
	struct follow *o = (struct follow *)source;
	g_ptr_array_free(o->errors, TRUE);
	g_ptr_array_free(o->heap, TRUE);
	g_ptr_array_free(o->numbered, TRUE);
	g_hash_table_unref(o->by_path);
	g_hash_table_unref(o->by_inode);
	g_ptr_array_free(o->members, TRUE);
	g_ptr_array_free(o->paths, TRUE);
	g_free(o->missing);
	g_free(o);
}

struct cap_source *
cap_follow_open(const char *const *paths, unsigned n)
{
	struct follow *o = g_new0(struct follow, 1);
	o->base = (struct cap_source){
	    .next = next,
	    .wait = wait,
	    .info = info,
	    .progress = progress,
	    .missing = missing,
	    .close = close_all,
	};
	o->paths = g_ptr_array_new_with_free_func(g_free);
	for (unsigned i = 0; i < n; i++)
		g_ptr_array_add(o->paths, g_strdup(paths[i]));
	o->missing = g_new0(bool, n + 1);
	o->members = g_ptr_array_new_with_free_func(free_member);
	o->numbered = g_ptr_array_new();
	o->heap = g_ptr_array_new();
	o->errors = g_ptr_array_new_with_free_func(free_error);
	follow_tables(o);
	follow_look(o);
	return &o->base;
}
