/* SPDX-License-Identifier: Apache-2.0 */
/* What will be needed soon, asked for ahead. */
#ifndef BASE_FETCH_H
#define BASE_FETCH_H

#include <stddef.h>

/*
 * The n bytes from p on come into the cache while something else is done.  p is
 * not looked at, and may be NULL.  Always inline: a call of a function
 * that only fetches has no effect that a compiler knows, and may be left out.
 */
static inline __attribute__((always_inline)) void
rs_fetch(const void *p, size_t n)
{
	for (size_t at = 0; p && at < n; at += 64)
		__builtin_prefetch((const char *)p + at);
}

#endif
