/* SPDX-License-Identifier: Apache-2.0 */
/*
 * SIP, SIPS and TEL URIs (RFC 3261 19.1, RFC 3966), and parameters.
 *
 * Nothing is unescaped but to compare: what comes out are parts of what went
 * in.
 */
#include "sip/uri.h"
#include "sip/text.h"

/* ALPHA *( ALPHA / DIGIT / "+" / "-" / "." ) ":", or 0 */
static size_t
scheme_length(struct rs_span s)
{
	if (rs_span_starts(s, RS_LIT("sip:")))
		return 3;
	for (size_t i = 0; i < s.n; i++) {
		uint8_t c = s.p[i], l = rs_ascii_lower(c);
		if (c == ':')
			return i;
		if (l >= 'a' && l <= 'z')
			continue;
		if (i == 0 ||
		    !(rs_ascii_digit(c) || c == '+' || c == '-' || c == '.'))
			return 0;
	}
	return 0;
}

/* Splits off ";params" and "?headers" (RFC 3261 19.1.1: in that order). */
static void
split_tail(struct sip_uri *u, struct rs_span tail)
{
	size_t q = rs_span_find(tail, '?');
	if (q < tail.n)
		u->headers = rs_span_from(tail, q + 1);
	tail.n = q;
	if (tail.n && tail.p[0] == ';')
		u->params = rs_span_from(tail, 1);
}

/* s from i on, which is past the colon of the scheme. */
static bool
parse_sip(struct sip_uri *u, struct rs_span s, size_t i)
{
	/* An "@" can stand nowhere else unescaped (RFC 3261 25.1). */
	size_t user = sip_text_stop(s, i, SIP_TEXT_USER), at = user;
	if (user < s.n && s.p[user] == ':') /* of a password, or of a port */
		at += rs_span_find(rs_span_from(s, user), '@');
	if (at < s.n) {
		u->user = rs_span_part(s, i, user - i);
		i = at + 1;
	}
	size_t end = sip_text_host(s, i);
	u->host = rs_span_part(s, i, end - i);
	if (end < s.n && s.p[end] == ':') {
		end++;
		uint64_t port = sip_text_number(s, &end, UINT16_MAX);
		u->port = port <= UINT16_MAX ? (uint16_t)port : 0;
	}
	while (end < s.n && s.p[end] != ';' && s.p[end] != '?') {
		/* What should not be there; RFC 5118 4.2: IPv6 without "[]",
		   of which this host would be the first digits. */
		if (s.p[end++] == ':')
			return false;
	}
	if (end < s.n)
		split_tail(u, rs_span_from(s, end));
	return u->host.n != 0;
}

bool
sip_uri_parse(struct sip_uri *u, struct rs_span text)
{
	const struct rs_span none = {NULL, 0};
	/* Each by itself: a block, or one from the other, takes longer. */
	u->scheme = none;
	u->user = none;
	u->host = none;
	u->params = none;
	u->headers = none;
	u->port = 0;
	text = rs_span_trim(text);
	size_t n = scheme_length(text);
	if (n == 0)
		return false;
	u->scheme = rs_span_part(text, 0, n);
	if (rs_span_eq_nocase(u->scheme, RS_LIT("sip")) ||
	    rs_span_eq_nocase(u->scheme, RS_LIT("sips")))
		return parse_sip(u, text, n + 1);
	struct rs_span rest = rs_span_from(text, n + 1);
	if (rs_span_eq_nocase(u->scheme, RS_LIT("tel"))) {
		size_t end = rs_span_find(rest, ';');
		u->user = rs_span_part(rest, 0, end);
		split_tail(u, rs_span_from(rest, end));
	}
	return true;
}

/* The character at i, which moves past it. */
static uint8_t
unescaped(struct rs_span s, size_t *i)
{
	uint8_t c = s.p[(*i)++];
	if (c != '%' || s.n - *i < 2)
		return c;
	int high = rs_ascii_hex(s.p[*i]), low = rs_ascii_hex(s.p[*i + 1]);
	if (high < 0 || low < 0)
		return c;
	*i += 2;
	return (uint8_t)(high << 4 | low);
}

bool
sip_user_eq(struct rs_span a, struct rs_span b)
{
	size_t i = 0, j = 0;
	while (i < a.n && j < b.n)
		if (unescaped(a, &i) != unescaped(b, &j))
			return false;
	return i == a.n && j == b.n;
}

struct rs_span
sip_param(struct rs_span params, struct rs_span name)
{
	struct sip_text_marks marks;
	struct sip_text_params list = sip_text_params(params, ';', &marks);
	struct sip_text_param p;
	while (sip_text_param(&list, &p))
		if (rs_span_eq_nocase(p.name, name))
			return sip_text_value(&p);
	return (struct rs_span){NULL, 0};
}
