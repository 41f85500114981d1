/* SPDX-License-Identifier: Apache-2.0 */
#include "report/out.h"

#include <errno.h>

void
out_init(struct out *o, FILE *to)
{
	o->to = to;
	o->error = 0;
	o->n = 0;
}

bool
out_flush(struct out *o)
{
	if (o->n && !o->error) {
		errno = 0;
		if (fwrite(o->buf, 1, o->n, o->to) != o->n ||
		    fflush(o->to) != 0)
			o->error = errno ? errno : EIO;
	}
	o->n = 0;
	return o->error == 0;
}

void
out_bytes_slow(struct out *o, const void *p, size_t n)
{
	const char *from = p;
	while (n) {
		if (o->n == OUT_SIZE)
			(void)out_flush(o);
		size_t part = OUT_SIZE - o->n < n ? OUT_SIZE - o->n : n;
		memcpy(o->buf + o->n, from, part);
		o->n += part;
		from += part;
		n -= part;
	}
}

/* ---- numbers ---- */

/* At least `least` digits of v; returns how many. */
static size_t
digits(char *out, uint64_t v, unsigned least)
{
	char back[24];
	unsigned n = 0;
	do
		back[n++] = (char)('0' + v % 10);
	while ((v /= 10) != 0 || n < least);
	for (unsigned i = 0; i < n; i++)
		out[i] = back[n - 1 - i];
	return n;
}

static uint64_t
magnitude(int64_t v)
{
	return v < 0 ? -(uint64_t)v : (uint64_t)v;
}

size_t
format_number(char out[OUT_NUMBER_TEXT], int64_t v)
{
	size_t n = 0;
	if (v < 0)
		out[n++] = '-';
	n += digits(out + n, magnitude(v), 1);
	out[n] = 0;
	return n;
}

size_t
format_decimal(char out[OUT_NUMBER_TEXT], int64_t scaled, unsigned places)
{
	uint64_t v = magnitude(scaled), one = 1;
	size_t n = 0;
	for (unsigned i = 0; i < places; i++)
		one *= 10;
	if (scaled < 0)
		out[n++] = '-';
	n += digits(out + n, v / one, 1);
	if (v % one) {
		out[n++] = '.';
		n += digits(out + n, v % one, places);
		while (out[n - 1] == '0')
			n--;
	}
	out[n] = 0;
	return n;
}

/*
 * The civil date of a day since 1970, in the proleptic Gregorian calendar
 * (Hinnant, "chrono-compatible low-level date algorithms").
 */
static void
civil(int64_t day, int64_t *y, unsigned *m, unsigned *d)
{
	day += 719468;
	int64_t era = (day >= 0 ? day : day - 146096) / 146097;
	uint64_t doe = (uint64_t)(day - era * 146097);
	uint64_t yoe = (doe - doe / 1460 + doe / 36524 - doe / 146096) / 365;
	uint64_t doy = doe - (365 * yoe + yoe / 4 - yoe / 100);
	uint64_t mp = (5 * doy + 2) / 153;
	*d = (unsigned)(doy - (153 * mp + 2) / 5 + 1);
	*m = (unsigned)(mp < 10 ? mp + 3 : mp - 9);
	*y = (int64_t)yoe + era * 400 + (*m <= 2);
}

size_t
format_time(char out[OUT_TIME_TEXT], rs_time t, unsigned places)
{
	int64_t sec = t / RS_SEC, ns = t % RS_SEC, y;
	unsigned m, d;
	size_t n = 0;
	if (ns < 0) {
		ns += RS_SEC;
		sec--;
	}
	int64_t day = sec / 86400, s = sec % 86400;
	if (s < 0) {
		s += 86400;
		day--;
	}
	civil(day, &y, &m, &d);
	const uint64_t parts[] = {
	    m, d, (uint64_t)s / 3600, (uint64_t)s / 60 % 60, (uint64_t)s % 60};
	n = digits(out, (uint64_t)y, 4);
	for (unsigned i = 0; i < 5; i++) {
		out[n++] = "--T::"[i];
		n += digits(out + n, parts[i], 2);
	}
	if (places) {
		uint64_t v = (uint64_t)ns;
		for (unsigned i = places; i < 9; i++)
			v /= 10;
		out[n++] = '.';
		n += digits(out + n, v, places);
	}
	out[n++] = 'Z';
	out[n] = 0;
	return n;
}

/* ---- UTF-8 ---- */

uint32_t
utf8_next(struct rs_span s, size_t *used)
{
	static const uint32_t least[] = {0, 0, 0x80, 0x800, 0x10000};
	uint8_t b = s.p[0];
	size_t n = b < 0x80         ? 1
		   : b >> 5 == 0x06 ? 2
		   : b >> 4 == 0x0e ? 3
		   : b >> 3 == 0x1e ? 4
				    : 0;
	*used = 1;
	if (n == 1)
		return b;
	if (n == 0 || n > s.n)
		return UTF8_BAD;
	uint32_t c = b & (0x7fu >> n);
	for (size_t i = 1; i < n; i++) {
		if (s.p[i] >> 6 != 2)
			return UTF8_BAD;
		c = c << 6 | (s.p[i] & 0x3f);
	}
	if (c < least[n] || c > 0x10ffff || (c >= 0xd800 && c < 0xe000))
		return UTF8_BAD;
	*used = n;
	return c;
}

bool
utf8_is_control(uint32_t c)
{
	return c < 0x20 || (c >= 0x7f && c < 0xa0) || c == 0x200e ||
	       c == 0x200f || (c >= 0x2028 && c <= 0x202e) ||
	       (c >= 0x2066 && c <= 0x2069) || c == 0xfeff;
}
