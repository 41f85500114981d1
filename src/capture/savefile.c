/* SPDX-License-Identifier: Apache-2.0 */
#include "capture/savefile.h"

#include <string.h>

enum cap_result
savefile_damaged(struct savefile *s, GError **error, const char *what)
{
	s->over = true;
	g_free(s->problem);
	s->problem = g_strdup_printf("%s after frame %" G_GUINT64_FORMAT
				     " (byte %" G_GUINT64_FORMAT ")",
	    what, s->info.packets, cap_input_offset(s->in));
	s->info.problem = s->problem;
	g_set_error(error, REGSCAN_ERROR, REGSCAN_ERROR_READ,
	    "%s: %s; what came before is reported", s->path, s->problem);
	return CAP_ERROR;
}

enum cap_result
savefile_ended(struct savefile *s, GError **error)
{
	int failed = cap_input_failed(s->in);
	if (failed)
		return savefile_damaged(s, error, g_strerror(failed));
	if (cap_input_left(s->in) == 0) {
		s->over = true;
		return CAP_END;
	}
	s->info.cut_short = true;
	return savefile_damaged(s, error, "cut short");
}

void
savefile_linktype(struct savefile *s, int linktype)
{
	struct cap_info *i = &s->info;
	for (unsigned k = 0; k < i->n_linktypes; k++)
		if (i->linktypes[k] == linktype)
			return;
	if (i->n_linktypes < G_N_ELEMENTS(i->linktypes))
		i->linktypes[i->n_linktypes++] = linktype;
}

static enum cap_result
next(struct cap_source *source, struct cap_frame *out, GError **error)
{
	struct savefile *s = (struct savefile *)source;
	return s->over ? CAP_END : s->read(s, out, error);
}

static const struct cap_info *
info(struct cap_source *source, unsigned i)
{
	struct savefile *s = (struct savefile *)source;
	return i == 0 ? &s->info : NULL;
}

static void
progress(struct cap_source *source, uint64_t *done, uint64_t *total)
{
	struct savefile *s = (struct savefile *)source;
	*done = cap_input_offset(s->in);
	*total = cap_input_size(s->in);
}

static void
close_file(struct cap_source *source)
{
	struct savefile *s = (struct savefile *)source;
	if (s->clear)
		s->clear(s);
	cap_input_close(s->in);
	g_free(s->path);
	g_free(s->problem);
	g_free(s);
}

void
savefile_begin(
    struct savefile *s, struct cap_input *in, const char *path, uint32_t file)
{
	s->source = (struct cap_source){
	    .next = next,
	    .info = info,
	    .progress = progress,
	    .close = close_file,
	};
	s->in = in;
	s->file = file;
	s->path = g_strdup(path);
	s->info.name = s->path;
	s->info.first = s->info.last = RS_NEVER;
}
