/* SPDX-License-Identifier: Apache-2.0 */
#include "base/addr.h"

#include "base/decimal.h"

#include <arpa/inet.h>

struct rs_addr
rs_addr_v4(const uint8_t *four)
{
	struct rs_addr a = {.family = 4};
	memcpy(a.b, four, 4);
	return a;
}

struct rs_addr
rs_addr_v6(const uint8_t *sixteen)
{
	struct rs_addr a = {.family = 6};
	memcpy(a.b, sixteen, RS_ADDR_BYTES);
	return a;
}

/* As inet_pton() does: four numbers up to 255, without leading zeros.  s ends
   with a NUL and has room for "255.255.255.255" in any case.  How long a number
   is nobody can guess, the branch predictor neither: so none depends on it. */
static bool
parse_v4(uint32_t *a, const char *s, size_t length)
{
	const char *at = s;
	bool bad = false;
	*a = 0;
	for (int i = 0; i < 4; i++) {
		const uint8_t first = (uint8_t)(at[0] - '0'),
			      second = (uint8_t)(at[1] - '0'),
			      third = (uint8_t)(at[2] - '0');
		const unsigned two = second <= 9, three = two & (third <= 9);
		unsigned n = first;
		n += (9 * n + second) & -two;
		n += (9 * n + third) & -three;
		bad |= (first > 9) | (n > UINT8_MAX) | (two & (first == 0));
		*a = *a << 8 | (n & UINT8_MAX);
		at += 1 + two + three;
		bad |= *at++ != (i < 3 ? '.' : 0);
	}
	return !bad & (at == s + length + 1);
}

bool
rs_addr_parse(struct rs_addr *a, struct rs_span text)
{
	char s[RS_ADDR_TEXT] = {0};
	uint32_t v4;
	if (text.n >= 2 && text.p[0] == '[' && text.p[text.n - 1] == ']')
		text = rs_span_part(text, 1, text.n - 2);
	if (text.n == 0 || text.n >= sizeof s)
		return false;
	memcpy(s, text.p, text.n);
	*a = (struct rs_addr){0};
	if (parse_v4(&v4, s, text.n)) {
		for (int i = 0; i < 4; i++)
			a->b[i] = (uint8_t)(v4 >> (24 - 8 * i));
		a->family = 4;
		return true;
	}
	if (strlen(s) != text.n)
		return false;
	if (strchr(s, ':') && inet_pton(AF_INET6, s, a->b) == 1)
		a->family = 6;
	return a->family != 0;
}

/* As a number, which is less where the bytes are. */
static inline uint64_t
first_eight(const uint8_t *b)
{
	uint64_t v;
	memcpy(&v, b, sizeof v);
#if __BYTE_ORDER__ == __ORDER_LITTLE_ENDIAN__
	v = __builtin_bswap64(v);
#endif
	return v;
}

int
rs_addr_cmp(const struct rs_addr *a, const struct rs_addr *b)
{
	if (a->family != b->family)
		return a->family < b->family ? -1 : 1;
	/* IPv4, and nearly all of IPv6, needs no more. */
	uint64_t x = first_eight(a->b), y = first_eight(b->b);
	if (x != y)
		return x < y ? -1 : 1;
	return memcmp(a->b + 8, b->b + 8, sizeof a->b - 8);
}

int
rs_endpoint_cmp(const struct rs_endpoint *a, const struct rs_endpoint *b)
{
	int c = rs_addr_cmp(&a->addr, &b->addr);
	return c ? c : (int)a->port - (int)b->port;
}

static size_t
format_v4(const uint8_t *b, char *out)
{
	char *to = out;
	for (int i = 0; i < 4; i++) {
		if (i)
			*to++ = '.';
		to += rs_decimal(to, b[i]);
	}
	*to = 0;
	return (size_t)(to - out);
}

size_t
rs_addr_format(const struct rs_addr *a, char out[RS_ADDR_TEXT])
{
	if (a->family == 4)
		return format_v4(a->b, out);
	out[0] = 0;
	if (a->family)
		inet_ntop(AF_INET6, a->b, out, RS_ADDR_TEXT);
	return strlen(out);
}

size_t
rs_endpoint_format(const struct rs_endpoint *e, char out[RS_ENDPOINT_TEXT])
{
	char *to = out;
	if (e->addr.family == 6)
		*to++ = '[';
	to += rs_addr_format(&e->addr, to);
	if (e->addr.family == 6)
		*to++ = ']';
	*to++ = ':';
	to += rs_decimal(to, e->port);
	*to = 0;
	return (size_t)(to - out);
}
