/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Several files as one capture, in the order of time.
 *
 * Each file holds one frame ready; the earliest goes next, the lower file
 * number first where times are equal.  A file's own order is never changed:
 * where it steps back in time, it does so here too.
 */
#include "capture/capture.h"

struct member {
	struct cap_source
	    *source;            /* NULL: could not be opened, or never tried */
	struct cap_info failed; /* what info() tells then */
	struct cap_frame frame; /* ready, while `ready` */
	bool ready;
	char *problem;
};

struct order {
	struct cap_source base;
	struct member *m;
	unsigned n, opened;
	unsigned *heap; /* members that are ready, earliest first */
	unsigned in_heap;
	int last; /* whose next frame is to be made ready; -1 */
};

static bool
before(const struct order *o, unsigned a, unsigned b)
{
	rs_time ta = o->m[a].frame.ts, tb = o->m[b].frame.ts;
	return ta != tb ? ta < tb : a < b;
}

static void
push(struct order *o, unsigned who)
{
	unsigned i = o->in_heap++;
	for (; i && before(o, who, o->heap[(i - 1) / 2]); i = (i - 1) / 2)
		o->heap[i] = o->heap[(i - 1) / 2];
	o->heap[i] = who;
}

static unsigned
pop(struct order *o)
{
	unsigned top = o->heap[0], who = o->heap[--o->in_heap], i = 0, c;
	while ((c = 2 * i + 1) < o->in_heap) {
		if (c + 1 < o->in_heap && before(o, o->heap[c + 1], o->heap[c]))
			c++;
		if (!before(o, o->heap[c], who))
			break;
		o->heap[i] = o->heap[c];
		i = c;
	}
	o->heap[i] = who;
	return top;
}

/* Makes a member's next frame ready; CAP_ERROR goes up once.  Secrets go up as
   soon as they are read: they are for frames that follow. */
static enum cap_result
ready(struct order *o, unsigned who, GError **error)
{
	struct member *m = &o->m[who];
	enum cap_result r = m->source->next(m->source, &m->frame, error);
	if (r == CAP_FRAME)
		push(o, who);
	if (r == CAP_SECRETS)
		o->last = (int)who;
	return r;
}

static bool
goes_up(enum cap_result r)
{
	return r == CAP_ERROR || r == CAP_SECRETS;
}

static enum cap_result
open_next(struct order *o, GError **error)
{
	unsigned who = o->opened++;
	struct member *m = &o->m[who];
	GError *e = NULL;
	m->source = cap_file_open(m->failed.name, who, &e);
	if (m->source)
		return ready(o, who, error);
	m->problem = g_strdup(e->message);
	m->failed.problem = m->problem;
	g_propagate_error(error, e);
	return CAP_ERROR;
}

static enum cap_result
next(struct cap_source *source, struct cap_frame *out, GError **error)
{
	struct order *o = (struct order *)source;
	if (o->last >= 0) {
		unsigned who = (unsigned)o->last;
		/* The only one, or the last one left: nothing to compare. */
		if (o->in_heap == 0 && o->opened == o->n) {
			struct cap_source *s = o->m[who].source;
			enum cap_result r = s->next(s, out, error);
			if (r != CAP_FRAME && r != CAP_SECRETS)
				o->last = -1;
			return r;
		}
		o->last = -1;
		enum cap_result r = ready(o, who, error);
		out->bytes = o->m[who].frame.bytes;
		if (goes_up(r))
			return r;
	}
	while (o->opened < o->n) {
		enum cap_result r = open_next(o, error);
		out->bytes = o->m[o->opened - 1].frame.bytes;
		if (goes_up(r))
			return r;
	}
	if (o->in_heap == 0)
		return CAP_END;
	unsigned who = pop(o);
	*out = o->m[who].frame;
	o->last = (int)who;
	return CAP_FRAME;
}

static const struct cap_info *
info(struct cap_source *source, unsigned i)
{
	struct order *o = (struct order *)source;
	if (i >= o->n)
		return NULL;
	struct cap_source *s = o->m[i].source;
	return s ? s->info(s, 0) : &o->m[i].failed;
}

static void
progress(struct cap_source *source, uint64_t *done, uint64_t *total)
{
	struct order *o = (struct order *)source;
	*done = *total = 0;
	for (unsigned i = 0; i < o->n; i++) {
		struct cap_source *s = o->m[i].source;
		uint64_t d, t;
		if (s == NULL)
			continue;
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
	}
	g_free(o->m);
	g_free(o->heap);
	g_free(o);
}

struct cap_source *
cap_files_open(const char *const *paths, unsigned n)
{
	struct order *o = g_new0(struct order, 1);
	o->base = (struct cap_source){
	    .next = next,
	    .info = info,
	    .progress = progress,
	    .close = close_all,
	};
	o->m = g_new0(struct member, n);
	o->heap = g_new0(unsigned, n);
	o->n = n;
	o->last = -1;
	for (unsigned i = 0; i < n; i++)
		o->m[i].failed = (struct cap_info){
		    .name = paths[i],
		    .first = RS_NEVER,
		    .last = RS_NEVER,
		};
	return &o->base;
}
