/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Several files as one capture, in the order of time.
 *
 * First each file is asked for its first frame, which says where in time it
 * belongs and so gives it its number.  Where there are many it is closed again,
 * and opened when that frame's turn comes: of files that follow each other,
 * as rotation makes them, one or two are open.  If more of them overlap than
 * may be open, the rest reads sparingly.
 *
 * Each file that is open holds one frame ready; the earliest goes next, that of
 * the lower file number first where times are equal.  A file's own order is
 * never changed: where it steps back in time, it does so here too.
 *
 * Between files that are over and one that begins later there may have been
 * anything: the frame that comes then says for how long nobody captured.  Up to
 * 32 s nothing falls due (RFC 3261, 64*T1), and a ring of files may well be
 * silent when it turns, for as long as it was within its files.
 */
#include "capture/savefile.h"

enum { MAX_OPEN = 24, NOBODY = -1 };

static const rs_time UNSEEN = 32 * RS_SEC;

struct member {
	struct cap_source *source; /* NULL: closed, or could not be opened */
	struct cap_info info;      /* what info() tells then */
	struct cap_frame frame;    /* ready; of one that is closed, its time */
	char *path, *problem;
	uint64_t size;
	struct cap_clock clock; /* of a log */
	uint32_t file;
	bool starts; /* has a first frame */
	bool begun;  /* which was given */
};

struct order {
	struct cap_source base;
	struct member *m;
	unsigned n, asked;
	unsigned *by_number; /* all members; NULL until all were asked */
	unsigned *heap;      /* those with a frame ready, earliest first */
	unsigned in_heap, open;
	unsigned running; /* begun and not over */
	rs_time last;     /* latest frame that was given */
	rs_time quiet;    /* longest time between two, some file running */
	bool many, follow;
	int turn; /* whose next frame is to be read; NOBODY */
};

static bool
before(const struct order *o, const struct cap_frame *f, uint32_t file,
    unsigned who)
{
	const struct member *m = &o->m[who];
	return f->ts != m->frame.ts ? f->ts < m->frame.ts : file < m->file;
}

static bool
earlier(const struct order *o, unsigned a, unsigned b)
{
	return before(o, &o->m[a].frame, o->m[a].file, b);
}

static void
push(struct order *o, unsigned who)
{
	unsigned i = o->in_heap++;
	for (; i && earlier(o, who, o->heap[(i - 1) / 2]); i = (i - 1) / 2)
		o->heap[i] = o->heap[(i - 1) / 2];
	o->heap[i] = who;
}

static unsigned
pop(struct order *o)
{
	unsigned top = o->heap[0], who = o->heap[--o->in_heap], i = 0, c;
	while ((c = 2 * i + 1) < o->in_heap) {
		if (c + 1 < o->in_heap &&
		    earlier(o, o->heap[c + 1], o->heap[c]))
			c++;
		if (!earlier(o, o->heap[c], who))
			break;
		o->heap[i] = o->heap[c];
		i = c;
	}
	o->heap[i] = who;
	return top;
}

static bool
open_member(struct order *o, struct member *m, bool sparing, GError **error)
{
	const struct cap_file_options how = {
	    .follow = o->follow, .sparing = sparing, .clock = &m->clock};
	GError *e = NULL;
	uint64_t done;
	m->source = cap_file_open(m->path, &how, &e);
	if (m->source) {
		o->open++;
		m->source->progress(m->source, &done, &m->size);
		return true;
	}
	g_free(m->problem);
	m->problem = g_strdup(e->message);
	m->info.problem = m->problem;
	g_propagate_error(error, e);
	return false;
}

/* Until its turn comes. */
static void
put_away(struct order *o, struct member *m)
{
	m->source->close(m->source);
	m->source = NULL;
	o->open--;
}

/* ---- who begins when ---- */

/* Asks the next member for its first frame.  What else there is goes up: of a
   file that is opened once more, its secrets for a second time then. */
static enum cap_result
ask(struct order *o, struct cap_frame *out, GError **error)
{
	struct member *m = &o->m[o->asked];
	if (m->source == NULL && !open_member(o, m, o->many, error)) {
		o->asked++;
		return CAP_ERROR;
	}
	bool again = o->many && savefile_again(m->source);
	enum cap_result r = m->source->next(m->source, &m->frame, error);
	if (r == CAP_IDLE || r == CAP_SECRETS) {
		out->bytes = m->frame.bytes;
		return r;
	}
	o->asked++;
	m->starts = r == CAP_FRAME;
	if (!m->starts)
		o->open--; /* it is over, and has closed its file by itself */
	else if (again)
		put_away(o, m);
	return r;
}

static int
by_first_frame(const void *a, const void *b, void *arg)
{
	const struct order *o = arg;
	unsigned i = *(const unsigned *)a, k = *(const unsigned *)b;
	const struct member *x = &o->m[i], *y = &o->m[k];
	if (x->starts != y->starts)
		return x->starts ? -1 : 1;
	if (x->starts && x->frame.ts != y->frame.ts)
		return x->frame.ts < y->frame.ts ? -1 : 1;
	return i < k ? -1 : i > k;
}

static void
number(struct order *o)
{
	o->by_number = g_new(unsigned, o->n);
	for (unsigned i = 0; i < o->n; i++)
		o->by_number[i] = i;
	g_qsort_with_data(
	    o->by_number, (int)o->n, sizeof *o->by_number, by_first_frame, o);
	for (uint32_t i = 0; i < o->n; i++) {
		struct member *m = &o->m[o->by_number[i]];
		m->file = i;
		m->frame.frame.file = i;
		if (m->starts)
			push(o, o->by_number[i]);
	}
}

/* ---- frames ---- */

static enum cap_result
give(struct order *o, struct member *m, struct cap_frame *out)
{
	rs_time since = o->last == RS_NEVER ? 0 : out->ts - o->last;
	bool alone = o->running == 0;
	out->unseen = 0;
	if (!m->begun) {
		m->begun = true;
		o->running++;
	}
	if (!alone)
		o->quiet = MAX(o->quiet, since);
	else if (since > MAX(UNSEEN, o->quiet))
		out->unseen = since;
	o->last = MAX(o->last, out->ts);
	return CAP_FRAME;
}

/* The next frame of the member whose turn it is, if that is the earliest of
   all: CAP_FRAME.  CAP_END: look at the others. */
static enum cap_result
read_on(struct order *o, struct cap_frame *out, GError **error)
{
	unsigned who = (unsigned)o->turn;
	struct member *m = &o->m[who];
	enum cap_result r = m->source->next(m->source, out, error);
	if (r == CAP_FRAME) {
		out->frame.file = m->file;
		if (o->in_heap == 0 || before(o, out, m->file, o->heap[0]))
			return give(o, m, out);
		m->frame = *out;
		push(o, who);
		r = CAP_END;
	} else if (r == CAP_END) {
		o->open--;
		o->running -= m->begun;
	}
	if (r == CAP_END)
		o->turn = NOBODY;
	return r;
}

/* Asks whoever was not asked yet, and gives numbers when all were. */
static enum cap_result
begin(struct order *o, struct cap_frame *out, GError **error)
{
	while (o->asked < o->n) {
		enum cap_result r = ask(o, out, error);
		if (r != CAP_FRAME && r != CAP_END)
			return r;
	}
	number(o);
	return CAP_END;
}

static enum cap_result
next(struct cap_source *source, struct cap_frame *out, GError **error)
{
	struct order *o = (struct order *)source;
	for (;;) {
		enum cap_result r = CAP_END;
		if (o->turn != NOBODY)
			r = read_on(o, out, error);
		else if (o->by_number == NULL)
			r = begin(o, out, error);
		if (r != CAP_END)
			return r;
		if (o->in_heap == 0)
			return CAP_END;
		unsigned who = pop(o);
		struct member *m = &o->m[who];
		bool ready = m->source != NULL;
		if (!ready && !open_member(o, m, o->open >= MAX_OPEN, error))
			return CAP_ERROR;
		o->turn = (int)who;
		if (ready) {
			*out = m->frame;
			return give(o, m, out);
		}
	}
}

/* Of the file whose turn it is. */
static unsigned
more(struct cap_source *source, struct cap_frame *out, unsigned n,
    rs_time before)
{
	struct order *o = (struct order *)source;
	if (o->turn == NOBODY)
		return 0;
	struct member *m = &o->m[o->turn];
	if (o->in_heap)
		before = MIN(before, o->m[o->heap[0]].frame.ts);
	n = m->source->more(m->source, out, n, before);
	for (unsigned i = 0; i < n; i++) {
		out[i].frame.file = m->file;
		(void)give(o, m, &out[i]);
	}
	return n;
}

static const struct cap_info *
info(struct cap_source *source, unsigned i)
{
	struct order *o = (struct order *)source;
	if (i >= o->n)
		return NULL;
	struct member *m = &o->m[o->by_number ? o->by_number[i] : i];
	return m->source ? m->source->info(m->source, 0) : &m->info;
}

static void
wait(struct cap_source *source, int timeout_ms)
{
	struct order *o = (struct order *)source;
	unsigned who = o->turn != NOBODY ? (unsigned)o->turn : o->asked;
	if (who < o->n && o->m[who].source)
		o->m[who].source->wait(o->m[who].source, timeout_ms);
}

static void
progress(struct cap_source *source, uint64_t *done, uint64_t *total)
{
	struct order *o = (struct order *)source;
	*done = *total = 0;
	for (unsigned i = 0; i < o->n; i++) {
		struct cap_source *s = o->m[i].source;
		uint64_t d = 0, t = o->m[i].size;
		if (s)
			s->progress(s, &d, &t);
		*done += d;
		*total += t;
	}
}

static void
close_all(struct cap_source *source)
{
	struct order *o = (struct order *)source;
	for (unsigned i = 0; i < o->n; i++) {
		if (o->m[i].source)
			o->m[i].source->close(o->m[i].source);
		g_free(o->m[i].problem);
		g_free(o->m[i].path);
	}
	g_free(o->m);
	g_free(o->heap);
	g_free(o->by_number);
	g_free(o);
}

void
cap_files_clocks(struct cap_source *files, const struct cap_clock *clocks)
{
	struct order *o = (struct order *)files;
	for (unsigned i = 0; i < o->n; i++)
		o->m[i].clock = clocks[i];
}

struct cap_source *
cap_files_open(const char *const *paths, unsigned n, bool follow)
{
	struct order *o = g_new0(struct order, 1);
	o->base = (struct cap_source){
	    .next = next,
	    .more = more,
	    .wait = wait,
	    .info = info,
	    .progress = progress,
	    .close = close_all,
	};
	o->m = g_new0(struct member, n);
	o->heap = g_new0(unsigned, n);
	o->n = n;
	o->many = n > MAX_OPEN;
	o->follow = follow;
	o->turn = NOBODY;
	o->last = RS_NEVER;
	for (unsigned i = 0; i < n; i++) {
		struct member *m = &o->m[i];
		m->path = g_strdup(paths[i]);
		m->info = (struct cap_info){
		    .name = m->path,
		    .first = RS_NEVER,
		    .last = RS_NEVER,
		};
	}
	return &o->base;
}
