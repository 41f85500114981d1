/* SPDX-License-Identifier: Apache-2.0 */
/* Reading a line from left to right; what does not fit is not taken. */
#ifndef LOG_SCAN_H
#define LOG_SCAN_H

#include "base/span.h"

struct scan {
	struct rs_span s; /* what is left */
};

static inline bool
scan_byte(struct scan *s, uint8_t c)
{
	if (s->s.n == 0 || *s->s.p != c)
		return false;
	s->s = rs_span_from(s->s, 1);
	return true;
}

/* One blank or more. */
static inline bool
scan_blanks(struct scan *s)
{
	size_t n = 0;
	while (n < s->s.n && (s->s.p[n] == ' ' || s->s.p[n] == '\t'))
		n++;
	s->s = rs_span_from(s->s, n);
	return n > 0;
}

/* A number of at most `digits` digits, 9 at most. */
static inline bool
scan_number(struct scan *s, size_t digits, uint32_t *v)
{
	size_t n = 0;
	uint32_t sum = 0;
	while (n < s->s.n && n < digits && rs_ascii_digit(s->s.p[n]))
		sum = sum * 10 + (uint32_t)(s->s.p[n++] - '0');
	if (n == 0)
		return false;
	*v = sum;
	s->s = rs_span_from(s->s, n);
	return true;
}

static inline bool
scan_word(struct scan *s, struct rs_span word)
{
	if (!rs_span_starts(s->s, word))
		return false;
	s->s = rs_span_from(s->s, word.n);
	return true;
}

/* Up to c, which is taken too; false, and nothing taken, where there is none.
 */
static inline bool
scan_until(struct scan *s, uint8_t c, struct rs_span *to)
{
	size_t n = rs_span_find(s->s, c);
	if (n == s->s.n)
		return false;
	*to = rs_span_part(s->s, 0, n);
	s->s = rs_span_from(s->s, n + 1);
	return true;
}

/* Where `part`, of at least two bytes, first stands in s; s.n: nowhere. */
static inline size_t
scan_find(struct rs_span s, struct rs_span part)
{
	for (size_t at = 0; at + part.n <= s.n; at++) {
		at += rs_span_find(
		    rs_span_part(s, at, s.n - at - part.n + 1), part.p[0]);
		if (at + part.n <= s.n && memcmp(s.p + at, part.p, part.n) == 0)
			return at;
	}
	return s.n;
}

#endif
