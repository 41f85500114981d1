/* SPDX-License-Identifier: Apache-2.0 */
#include "progress.h"

#include <string.h>

void
progress_draw(struct progress *b, struct cap_source *source)
{
	gint64 now = g_get_monotonic_time();
	if (!b->wanted || now - b->started < G_USEC_PER_SEC ||
	    now - b->drawn < G_USEC_PER_SEC / 8)
		return;
	uint64_t done, total;
	source->progress(source, &done, &total);
	b->drawn = now;
	b->shown = true;
	char cells[31];
	memset(cells, ' ', sizeof cells);
	cells[30] = 0;
	if (total == 0) {
		fprintf(stderr, "\r%" G_GUINT64_FORMAT " MB ", done >> 20);
		return;
	}
	unsigned percent = (unsigned)(done * 100 / total);
	memset(cells, '#', (size_t)percent * 30 / 100);
	fprintf(stderr,
	    "\r[%s] %3u %%  %" G_GUINT64_FORMAT " of %" G_GUINT64_FORMAT " MB ",
	    cells, percent, done >> 20, total >> 20);
}

void
progress_clear(struct progress *b)
{
	if (b->shown)
		fprintf(stderr, "\r\033[K");
	b->shown = false;
}
