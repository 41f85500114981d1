/* SPDX-License-Identifier: Apache-2.0 */
#include "json_check.h"

#include <string.h>

struct in {
	const unsigned char *p, *end;
	unsigned depth;
};

static bool value(struct in *in);

static void
blanks(struct in *in)
{
	while (in->p < in->end && *in->p && strchr(" \t\r\n", *in->p))
		in->p++;
}

static bool
is(struct in *in, char c)
{
	if (in->p >= in->end || *in->p != (unsigned char)c)
		return false;
	in->p++;
	return true;
}

static bool
digits(struct in *in)
{
	const unsigned char *from = in->p;
	while (in->p < in->end && *in->p >= '0' && *in->p <= '9')
		in->p++;
	return in->p > from;
}

static bool
number(struct in *in)
{
	(void)is(in, '-');
	const unsigned char *from = in->p;
	if (!digits(in) || (*from == '0' && in->p - from > 1))
		return false;
	return !is(in, '.') || digits(in);
}

/* The bytes after the first of a multi-byte character. */
static bool
tail(struct in *in, unsigned char b)
{
	unsigned n = b >> 5 == 6 ? 1 : b >> 4 == 14 ? 2 : b >> 3 == 30 ? 3 : 0;
	if (n == 0)
		return false;
	for (; n; n--)
		if (in->p >= in->end || *in->p++ >> 6 != 2)
			return false;
	return true;
}

static bool
escape(struct in *in)
{
	if (in->p >= in->end)
		return false;
	unsigned char c = *in->p++;
	if (c != 'u')
		return c && strchr("\"\\/bfnrt", c);
	for (int i = 0; i < 4; i++) {
		if (in->p >= in->end || *in->p == 0 ||
		    !strchr("0123456789abcdefABCDEF", *in->p))
			return false;
		in->p++;
	}
	return true;
}

static bool
string(struct in *in)
{
	if (!is(in, '"'))
		return false;
	while (in->p < in->end) {
		unsigned char c = *in->p++;
		if (c == '"')
			return true;
		if (c < 0x20 || c == 0x7f)
			return false;
		if (c == '\\' ? !escape(in) : c >= 0x80 && !tail(in, c))
			return false;
	}
	return false;
}

static bool
members(struct in *in, bool object)
{
	char shut = object ? '}' : ']';
	blanks(in);
	if (is(in, shut))
		return true;
	do {
		blanks(in);
		if (object) {
			if (!string(in))
				return false;
			blanks(in);
			if (!is(in, ':'))
				return false;
		}
		if (!value(in))
			return false;
		blanks(in);
	} while (is(in, ','));
	return is(in, shut);
}

static bool
word(struct in *in, const char *w)
{
	size_t n = strlen(w);
	if ((size_t)(in->end - in->p) < n || memcmp(in->p, w, n) != 0)
		return false;
	in->p += n;
	return true;
}

static bool
value(struct in *in)
{
	bool ok;
	blanks(in);
	if (in->p >= in->end || ++in->depth > 64)
		return false;
	switch (*in->p) {
	case '{':
	case '[':
		ok = members(in, *in->p++ == '{');
		break;
	case '"':
		ok = string(in);
		break;
	case 't':
		ok = word(in, "true");
		break;
	case 'f':
		ok = word(in, "false");
		break;
	default:
		ok = number(in);
	}
	in->depth--;
	return ok;
}

bool
json_valid(const char *p, size_t n)
{
	struct in in = {
	    (const unsigned char *)p, (const unsigned char *)p + n, 0};
	if (!value(&in))
		return false;
	blanks(&in);
	return in.p == in.end;
}
