/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What the readers of header values share: quoted strings, angle brackets,
 * lists, host and port (RFC 3261 25.1).  Only for dissectors/sip.
 */
#ifndef SIP_TEXT_H
#define SIP_TEXT_H

#include "base/span.h"

/* RFC 3261 25.1: token */
static inline bool
sip_text_token(uint8_t c)
{
	/* One bit a character, from 32 up; two words hold 32 to 95 and on. */
	static const uint32_t set[8] = {
	    0, 0x03ff6ca2, 0x87fffffe, 0x47ffffff, 0, 0, 0, 0};
	return set[c >> 5] >> (c & 31) & 1;
}

/* How many of the first bytes of s are a token. */
static inline size_t
sip_text_token_n(struct rs_span s)
{
	size_t i = 0;
	while (i < s.n && sip_text_token(s.p[i]))
		i++;
	return i;
}

/* Past the quoted string that begins at s.p[i]; s.n where it does not end. */
static inline size_t
sip_text_quoted(struct rs_span s, size_t i)
{
	struct rs_span rest = rs_span_from(s, i + 1);
	size_t n = rs_span_find(rest, '"');
	/* Hardly anybody escapes anything. */
	if (n < rest.n && rs_span_find(rs_span_part(rest, 0, n), '\\') == n)
		return i + n + 2;
	for (i++; i < s.n; i++) {
		if (s.p[i] == '\\')
			i++;
		else if (s.p[i] == '"')
			return i + 1;
	}
	return s.n;
}

/* Past what is in angle brackets from s.p[i] on; s.n where it does not end. */
static inline size_t
sip_text_angle(struct rs_span s, size_t i)
{
	size_t n = rs_span_find(rs_span_from(s, i), '>');
	return i + n < s.n ? i + n + 1 : s.n;
}

/* Where c first stands outside of quotes and angle brackets, or s.n. */
static inline size_t
sip_text_find(struct rs_span s, uint8_t c)
{
	if (rs_span_find(s, c) == s.n)
		return s.n;
	for (size_t i = 0; i < s.n;) {
		if (s.p[i] == c)
			return i;
		if (s.p[i] == '"')
			i = sip_text_quoted(s, i);
		else if (s.p[i] == '<')
			i = sip_text_angle(s, i);
		else
			i++;
	}
	return s.n;
}

/* Without the quotes around it; what is escaped stays so. */
static inline struct rs_span
sip_text_unquote(struct rs_span s)
{
	if (s.n == 0 || s.p[0] != '"')
		return s;
	size_t end = sip_text_quoted(s, 0);
	bool closed = end > 1 && s.p[end - 1] == '"';
	return rs_span_part(s, 1, closed ? end - 2 : end - 1);
}

/*
 * Takes one parameter, "name" or "name = value", and the `sep` after it off
 * *list; false at its end.  *value is absent where there is no "=".  Quotes
 * hide a separator, and angle brackets a semicolon: "+sip.instance=<...>".
 */
static inline bool
sip_text_param(struct rs_span *list, uint8_t sep, struct rs_span *name,
    struct rs_span *value)
{
	static const uint8_t stops[256] = {
	    ['"'] = 1, ['<'] = 1, ['='] = 1, [';'] = 1, [','] = 1};
	struct rs_span s = *list, quoted = {NULL, 0};
	size_t i = 0, eq = SIZE_MAX;
	if (s.n == 0)
		return false;
	for (;;) {
		while (i < s.n && !stops[s.p[i]])
			i++;
		if (i == s.n || s.p[i] == sep)
			break;
		uint8_t c = s.p[i];
		size_t from = i++;
		if (c == '"')
			i = sip_text_quoted(s, from);
		else if (c == '<' && sep == ';')
			i = sip_text_angle(s, from);
		else if (c != '=')
			continue;
		if (c == '=' && eq == SIZE_MAX) {
			eq = from;
		} else if (eq == SIZE_MAX) {
			struct rs_span part = rs_span_part(s, from, i - from);
			size_t at = rs_span_find(part, '=');
			eq = at < part.n ? from + at : SIZE_MAX;
		} else if (c == '"' && from == eq + 1 && i < s.n) {
			quoted = rs_span_part(s, from + 1, i - from - 2);
		}
	}
	*list = rs_span_from(s, i + 1);
	bool has_value = eq < i;
	*name = rs_span_trim((struct rs_span){s.p, has_value ? eq : i});
	*value = quoted;
	if (has_value && quoted.p == NULL)
		*value = sip_text_unquote(
		    rs_span_trim((struct rs_span){s.p + eq + 1, i - eq - 1}));
	return true;
}

/* The length of the host that s begins with; IPv6 with its brackets. */
static inline size_t
sip_text_host(struct rs_span s)
{
	size_t i = 0;
	if (s.n && s.p[0] == '[') {
		i = rs_span_find(s, ']');
		return i < s.n ? i + 1 : 0;
	}
	static const uint8_t ends[256] = {[':'] = 1,
	    [';'] = 1,
	    ['?'] = 1,
	    [','] = 1,
	    ['>'] = 1,
	    [' '] = 1,
	    ['\t'] = 1,
	    ['\r'] = 1,
	    ['\n'] = 1};
	while (i < s.n && !ends[s.p[i]])
		i++;
	return i;
}

/* A port, or 0 where it is none. */
static inline uint16_t
sip_text_port(struct rs_span s)
{
	uint32_t v;
	return rs_span_u32(s, &v) && v <= UINT16_MAX ? (uint16_t)v : 0;
}

#endif
