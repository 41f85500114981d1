/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Borrowed bytes.
 *
 * A span never owns what it points to and is never freed: whoever keeps it
 * longer than the call it came with, copies it.  Text from the wire is a span,
 * not a C string: it may hold NUL, bad UTF-8 and anything else.
 *
 * Text helpers are ASCII only: the wire does not know about locales.
 */
#ifndef BASE_SPAN_H
#define BASE_SPAN_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

struct rs_span {
	const uint8_t *p; /* NULL: absent.  Not NULL with n == 0: empty. */
	size_t n;
};

/* A span over a string literal. */
#define RS_LIT(s) ((struct rs_span){(const uint8_t *)("" s), sizeof(s) - 1})

static inline struct rs_span
rs_span_str(const char *s)
{
	return (struct rs_span){(const uint8_t *)s, s ? strlen(s) : 0};
}

/* The part of s that starts at off and is n long, both clamped to s. */
static inline struct rs_span
rs_span_part(struct rs_span s, size_t off, size_t n)
{
	if (off > s.n)
		off = s.n;
	if (n > s.n - off)
		n = s.n - off;
	return (struct rs_span){s.p ? s.p + off : NULL, n};
}

/* s without its first off bytes. */
static inline struct rs_span
rs_span_from(struct rs_span s, size_t off)
{
	return rs_span_part(s, off, SIZE_MAX);
}

static inline bool
rs_span_eq(struct rs_span a, struct rs_span b)
{
	return a.n == b.n && (a.n == 0 || memcmp(a.p, b.p, a.n) == 0);
}

static inline uint8_t
rs_ascii_lower(uint8_t c)
{
	return c >= 'A' && c <= 'Z' ? (uint8_t)(c | 0x20) : c;
}

static inline bool
rs_ascii_digit(uint8_t c)
{
	return c >= '0' && c <= '9';
}

/* The value of a hexadecimal digit, or -1. */
static inline int
rs_ascii_hex(uint8_t c)
{
	if (rs_ascii_digit(c))
		return c - '0';
	c = rs_ascii_lower(c);
	return c >= 'a' && c <= 'f' ? c - 'a' + 10 : -1;
}

/* Equal but for ASCII case. */
static inline bool
rs_span_eq_nocase(struct rs_span a, struct rs_span b)
{
	if (a.n != b.n)
		return false;
	if (a.n == 0 || memcmp(a.p, b.p, b.n) == 0)
		return true; /* mostly, and nothing but words when b is known */
	for (size_t i = 0; i < a.n; i++)
		if (rs_ascii_lower(a.p[i]) != rs_ascii_lower(b.p[i]))
			return false;
	return true;
}

static inline bool
rs_span_starts(struct rs_span s, struct rs_span prefix)
{
	return s.n >= prefix.n && memcmp(s.p, prefix.p, prefix.n) == 0;
}

/* Where byte c first stands in s, or s.n. */
static inline size_t
rs_span_find(struct rs_span s, uint8_t c)
{
	const uint8_t *at = s.n ? memchr(s.p, c, s.n) : NULL;
	return at ? (size_t)(at - s.p) : s.n;
}

static inline bool
rs_ascii_blank(uint8_t c)
{
	return c <= ' ' && (c == ' ' || c == '\t' || c == '\r' || c == '\n');
}

/* s without blanks, tabs and line ends at either end. */
struct rs_span rs_span_trim_blanks(struct rs_span s);

/* The same; mostly there are none. */
static inline struct rs_span
rs_span_trim(struct rs_span s)
{
	if (s.n && s.p[0] > ' ' && s.p[s.n - 1] > ' ')
		return s;
	return rs_span_trim_blanks(s);
}

/*
 * Reads all of s as a decimal number.  False, and *out untouched, when s is
 * empty, holds anything but digits, or the number does not fit.
 */
static inline bool
rs_span_u32(struct rs_span s, uint32_t *out)
{
	uint64_t v = 0;
	if (s.n == 0)
		return false;
	for (size_t i = 0; i < s.n; i++) {
		if (!rs_ascii_digit(s.p[i]))
			return false;
		v = v * 10 + (uint64_t)(s.p[i] - '0');
		if (v > UINT32_MAX)
			return false;
	}
	*out = (uint32_t)v;
	return true;
}

/* The same part of a copy of `whole`; what is no part of it stays. */
static inline struct rs_span
rs_span_moved(struct rs_span s, struct rs_span whole, const uint8_t *copy)
{
	uintptr_t at = (uintptr_t)s.p - (uintptr_t)whole.p;
	return s.p && at <= whole.n ? (struct rs_span){copy + at, s.n} : s;
}

#endif
