/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Messages in the making: text and binary appended to one buffer.
 *
 * No printf: it would cost more than the rest of a message together.
 */
#include "gen.h"

#include <assert.h>
#include <string.h>

void
blob_put(struct blob *b, const void *p, size_t n)
{
	assert(n <= sizeof b->bytes - b->n);
	memcpy(b->bytes + b->n, p, n);
	b->n += n;
}

void
blob_text(struct blob *b, const char *text)
{
	blob_put(b, text, strlen(text));
}

void
blob_number(struct blob *b, uint64_t value)
{
	char digits[20];
	size_t i = sizeof digits;

	do {
		digits[--i] = (char)('0' + value % 10);
		value /= 10;
	} while (value > 0);
	blob_put(b, digits + i, sizeof digits - i);
}

void
blob_hex(struct blob *b, uint64_t value, unsigned digits)
{
	static const char hex[] = "0123456789abcdef";
	char text[16];

	assert(digits <= sizeof text);
	for (unsigned i = digits; i > 0; value >>= 4)
		text[--i] = hex[value & 15];
	blob_put(b, text, digits);
}

void
blob_u8(struct blob *b, unsigned value)
{
	uint8_t byte = (uint8_t)value;

	blob_put(b, &byte, 1);
}

void
blob_u16(struct blob *b, unsigned value)
{
	blob_u8(b, value >> 8);
	blob_u8(b, value);
}

void
blob_noise(struct blob *b, struct gen *g, size_t n)
{
	blob_put(b, gen_noise(g, n), n);
}

size_t
blob_open(struct blob *b, unsigned width)
{
	for (unsigned i = 0; i < width; i++)
		blob_u8(b, 0);
	return b->n;
}

void
blob_shut(struct blob *b, size_t mark, unsigned width)
{
	size_t n = b->n - mark;

	for (unsigned i = 1; i <= width; i++, n >>= 8)
		b->bytes[mark - i] = (uint8_t)n;
}
