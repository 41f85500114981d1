/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Attempts per second, and the second with the most of them.
 *
 * Attempts close, and are counted, in any order, so that each second of the
 * capture has its number: in pages, of the seconds that had any.  Where that
 * would be too many pages, all seconds become twice as wide; how wide they are
 * in the end, and so the result, depends on when attempts began, and not on
 * their order.
 */
#ifndef TRACK_LOAD_H
#define TRACK_LOAD_H

#include "base/stamp.h"

#include <glib.h>
#include <stdbool.h>

enum {
	LOAD_PAGE = 256,   /* seconds (or of what width they are) */
	LOAD_PAGES = 4096, /* 12 days; 4 MiB */
};

struct load_page;

struct load {
	GHashTable *pages;      /* by number; NULL while there are none */
	struct load_page *last; /* that was counted in */
	unsigned shift;         /* a slot is 1 << shift seconds */
};

struct load_peak {
	int64_t attempts;
	rs_time at;      /* when that second begins */
	int64_t seconds; /* 1, unless the capture is very long */
};

/* Zeroed is empty. */
void load_clear(struct load *l);
void load_add(struct load *l, rs_time started);
/* The first of those with the most; false where there is nothing. */
bool load_peak(const struct load *l, struct load_peak *out);

#endif
