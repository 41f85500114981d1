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
	for (i++; i < s.n; i++) {
		if (s.p[i] == '\\')
			i++;
		else if (s.p[i] == '"')
			return i + 1;
	}
	return s.n;
}

/* Where c first stands outside of quotes and angle brackets, or s.n. */
static inline size_t
sip_text_find(struct rs_span s, uint8_t c)
{
	bool angle = false;
	/* Mostly nothing is quoted before it. */
	struct rs_span before = rs_span_part(s, 0, rs_span_find(s, c));
	if (rs_span_find(before, '"') == before.n &&
	    rs_span_find(before, '<') == before.n)
		return before.n;
	for (size_t i = 0; i < s.n; i++) {
		uint8_t x = s.p[i];
		if (x == c && !angle)
			return i;
		if (x == '"' && !angle) {
			i = sip_text_quoted(s, i) - 1;
			if (i + 1 == s.n)
				return s.n;
		} else if (x == '<') {
			angle = true;
		} else if (x == '>') {
			angle = false;
		}
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

/* The length of the host that s begins with; IPv6 with its brackets. */
static inline size_t
sip_text_host(struct rs_span s)
{
	size_t i = 0;
	if (s.n && s.p[0] == '[') {
		i = rs_span_find(s, ']');
		return i < s.n ? i + 1 : 0;
	}
	while (i < s.n && s.p[i] != ':' && s.p[i] != ';' && s.p[i] != '?' &&
	       s.p[i] != ',' && s.p[i] != '>' && !rs_ascii_blank(s.p[i]))
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
