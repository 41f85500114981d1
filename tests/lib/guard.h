/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Bytes that end where the readable memory ends: the next byte is in a page
 * without access, so that an over-read of one byte is a crash, with any
 * compiler.
 */
#ifndef GUARD_H
#define GUARD_H

#include "base/span.h"

struct guard {
	uint8_t *base;
	size_t room; /* readable bytes before the page without access */
};

/* Room for up to n bytes.  Aborts when there is none. */
void guard_init(struct guard *g, size_t n);
void guard_clear(struct guard *g);
/* A copy of s that ends at the guard page; the one before is overwritten. */
struct rs_span guard_put(struct guard *g, struct rs_span s);

#endif
