/* SPDX-License-Identifier: Apache-2.0 */
/* A progress bar on standard error, for people who wait more than a second. */
#ifndef PROGRESS_H
#define PROGRESS_H

#include "capture/capture.h"

struct progress {
	bool wanted, shown;
	gint64 started, drawn; /* monotonic microseconds */
};

/* Draws it eight times a second at most. */
void progress_draw(struct progress *b, struct cap_source *source);
/* Takes it away, where it was drawn. */
void progress_clear(struct progress *b);

#endif
