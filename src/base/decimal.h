/* SPDX-License-Identifier: Apache-2.0 */
#ifndef BASE_DECIMAL_H
#define BASE_DECIMAL_H

#include <stddef.h>
#include <stdint.h>

enum { RS_DECIMAL_TEXT = 20 }; /* without a NUL, which is not written */

/* The digits of a number; how many.  printf() takes ten times as long, and each
   record has numbers and addresses in its text. */
static inline size_t
rs_decimal(char *out, uint64_t v)
{
	char digits[RS_DECIMAL_TEXT];
	size_t n = 0, at = 0;
	do
		digits[n++] = (char)('0' + v % 10);
	while ((v /= 10) != 0);
	while (n)
		out[at++] = digits[--n];
	return at;
}

#endif
