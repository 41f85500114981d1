/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Output of reports: buffered, with an error that sticks, and numbers and
 * times made from integers (printf("%f") costs 0.3 us each).
 *
 * After the first error (ENOSPC, EPIPE) nothing more is written; out_finish()
 * tells.  The FILE is the caller's.
 */
#ifndef REPORT_OUT_H
#define REPORT_OUT_H

#include "base/span.h"
#include "base/stamp.h"

#include <stdio.h>

enum { OUT_SIZE = 64 * 1024, OUT_TIME_TEXT = 40, OUT_NUMBER_TEXT = 32 };

struct out {
	FILE *to;
	int error; /* errno of the first failure */
	size_t n;
	char buf[OUT_SIZE];
};

void out_init(struct out *o, FILE *to);
void out_bytes_slow(struct out *o, const void *p, size_t n);
/* Hands on what is buffered; false when anything failed so far. */
bool out_flush(struct out *o);

static inline void
out_bytes(struct out *o, const void *p, size_t n)
{
	if (n > OUT_SIZE - o->n) {
		out_bytes_slow(o, p, n);
		return;
	}
	memcpy(o->buf + o->n, p, n);
	o->n += n;
}

static inline void
out_str(struct out *o, const char *s)
{
	out_bytes(o, s, strlen(s));
}

static inline void
out_char(struct out *o, char c)
{
	if (o->n == OUT_SIZE)
		(void)out_flush(o);
	o->buf[o->n++] = c;
}

/* Text forms with their NUL; they return the length. */
size_t format_number(char out[OUT_NUMBER_TEXT], int64_t v);
/* scaled / 10^digits without trailing zeros: 97.123, 0.5, 12 */
size_t format_decimal(
    char out[OUT_NUMBER_TEXT], int64_t scaled, unsigned digits);
/* RFC 3339, UTC, with that many digits of a second (0, 3, 6 or 9). */
size_t format_time(char out[OUT_TIME_TEXT], rs_time t, unsigned digits);

/*
 * The code point that s (not empty) begins with, and in *used how many bytes
 * it takes.  What is not UTF-8 (RFC 3629) gives UTF8_BAD and one byte.
 */
#define UTF8_BAD UINT32_MAX
uint32_t utf8_next(struct rs_span s, size_t *used);
/* Not to be shown raw: C0, DEL, C1, line separators, direction overrides. */
bool utf8_is_control(uint32_t c);

#endif
