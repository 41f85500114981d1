/* SPDX-License-Identifier: Apache-2.0 */
#include "inputs.h"

#include "capture/log_notes.h"
#include "engine/join.h"
#include "net/link.h"

#include <math.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

enum { SKIPPED = 16 }; /* that are named */

static struct rs_span
text(struct rec_arena *a, const char *s)
{
	return rec_arena_text(a, rs_span_str(s));
}

static void
add_link_types(
    struct rec_file *f, struct rec_arena *a, const struct cap_info *i)
{
	for (unsigned k = 0; k < i->n_linktypes; k++) {
		struct rs_span *t = rec_list_add(&f->link_types, a, sizeof *t);
		g_autofree char *number =
		    g_strdup_printf("link type %d", i->linktypes[k]);
		const char *name = link_name(i->linktypes[k]);
		*t = text(a, name ? name : number);
	}
}

static void
add_comments(struct rec_file *f, struct rec_arena *a, const struct cap_info *i)
{
	for (unsigned k = 0; k < i->n_comments; k++) {
		struct rec_comment *c =
		    rec_list_add(&f->comments, a, sizeof *c);
		c->frame = i->comments[k].frame ? (int64_t)i->comments[k].frame
						: REC_ABSENT;
		c->text = text(a, i->comments[k].text);
	}
}

static void
add_resync(struct rec_log *l, struct rec_arena *a, const struct cap_resync *s)
{
	struct rec_resync *r = rec_list_add(&l->resyncs, a, sizeof *r);
	rec_init(&rec_resync_type, r);
	r->line = (int64_t)s->line;
	r->at = s->at;
	r->from = text(a, s->from[0] ? s->from : NULL);
	r->succeeded = s->succeeded;
	r->reason = text(a, s->reason[0] ? s->reason : NULL);
	r->unresolved = text(a, s->unresolved[0] ? s->unresolved : NULL);
	if (s->status)
		r->status = s->status;
	if (s->transfer > 0) {
		r->transfer = s->transfer;
		r->transfer_error = text(a, log_transfer_word(s->transfer));
	}
}

static void
add_notes(struct rec_log *l, struct rec_arena *a, const struct cap_log_notes *n)
{
	l->tls_least = text(a, n->tls_least[0] ? n->tls_least : NULL);
	for (unsigned k = 0; k < n->n; k++)
		add_resync(l, a, &n->resyncs[k]);
	if (n->more)
		l->resyncs_not_listed = (int64_t)n->more;
}

static void
add_sources(struct rec_log *l, struct rec_arena *a, unsigned by)
{
	static const struct {
		unsigned by;
		const char *word;
	} rows[] = {{JOIN_BY_CALL_ID, "call_id"}, {JOIN_BY_TLS, "tls"},
	    {JOIN_BY_NAMES, "names"}};
	for (size_t i = 0; i < sizeof rows / sizeof *rows; i++)
		if (by & rows[i].by) {
			struct rs_span *s =
			    rec_list_add(&l->joined_by, a, sizeof *s);
			*s = text(a, rows[i].word);
		}
}

static void
add_log(struct rec_log *l, struct rec_arena *a, const struct cap_info *i)
{
	const struct cap_clock *c = &i->clock;
	l->lines = (int64_t)i->lines;
	l->lines_unknown = (int64_t)i->unknown;
	l->lines_missing = (int64_t)i->missing;
	l->entries_without_time = (int64_t)i->timeless;
	if (i->clock_steps)
		l->clock_steps = (int64_t)i->clock_steps;
	if (c->year)
		l->year = c->year;
	l->year_from = text(a, c->year_from);
	l->zone = c->zone / (60 * RS_SEC);
	l->zone_from = text(a, c->zone_from);
	if (i->notes)
		add_notes(l, a, i->notes);
	if (!c->joining)
		return;
	l->joined = c->shift_from ? RS_TRUE : RS_FALSE;
	if (c->shift_from) {
		l->shift = c->shift;
		l->uncertainty = c->uncertainty;
		l->attributed = c->attributed;
		l->in_clear = c->in_clear;
		l->ambiguous = c->ambiguous;
	}
	if (c->shift_from && c->drifts) {
		l->drift = llround(c->drift * 1e7);
		l->drift_uncertainty = llround(c->drift_uncertainty * 1e7);
	}
	l->messages = c->messages;
	l->not_joined = text(a, c->not_joined);
	add_sources(l, a, c->shift_from ? c->joined_by : 0);
	if (c->lookups) {
		l->lookups = c->lookups;
		l->lookups_captured = c->lookups_captured;
	}
}

static void
add_file(struct rec_coverage *c, struct rec_arena *a, const struct cap_info *i)
{
	struct rec_file *f = rec_list_add(&c->files, a, sizeof *f);
	rec_init(&rec_file_type, f);
	f->path = text(a, i->name);
	f->format = text(a, i->format);
	f->compression = text(a, i->compression);
	f->problem = text(a, i->problem);
	add_link_types(f, a, i);
	add_comments(f, a, i);
	if (i->is_log)
		add_log(&f->log, a, i);
	if (i->n_names)
		f->names = i->n_names;
	f->packets = (int64_t)i->packets;
	f->bytes = (int64_t)i->bytes;
	f->first = i->first;
	f->last = i->last;
	f->cut_short = i->cut_short ? RS_TRUE : RS_FALSE;
	f->outages = i->outages ? (int64_t)i->outages : REC_ABSENT;
	f->away = i->outages ? i->away : REC_ABSENT;
	if (i->has_drops) {
		c->drops_kernel =
		    MAX(c->drops_kernel, 0) + (int64_t)i->drops_kernel;
		c->drops_interface =
		    MAX(c->drops_interface, 0) + (int64_t)i->drops_interface;
	}
}

void
inputs_coverage(struct cap_source *source, const struct cap_list *list,
    struct rec_coverage *c, struct rec_arena *a)
{
	const struct cap_info *i;
	for (unsigned k = 0; (i = source->info(source, k)); k++)
		add_file(c, a, i);
	if (list->skipped == NULL || list->skipped->len == 0)
		return;
	c->files_skipped = list->skipped->len;
	for (unsigned k = 0; k < list->skipped->len && k < SKIPPED; k++) {
		struct rs_span *s = rec_list_add(&c->skipped, a, sizeof *s);
		*s = text(a, g_ptr_array_index(list->skipped, k));
	}
}

void
inputs_names(struct cap_source *source, struct report *report)
{
	const struct cap_info *i;
	for (unsigned k = 0; (i = source->info(source, k)); k++)
		for (unsigned n = 0; n < i->n_names; n++)
			report_name(report, &i->names[n].addr,
			    rs_span_str(i->names[n].text));
}

bool
inputs_piped(char *const *files)
{
	struct stat st;
	return files && files[0] && strcmp(files[0], "-") == 0 && !files[1] &&
	       fstat(STDIN_FILENO, &st) == 0 && !S_ISREG(st.st_mode);
}
