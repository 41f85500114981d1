/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Challenges and credentials (RFC 3261 25.1, RFC 7616 3.3 and 3.4).
 *
 * The parameters stand in any order, quoted or not: senders differ, and what
 * the RFC quotes some do not.  What is quoted is given raw, escapes included.
 */
#include "sip/auth.h"
#include "sip/text.h"

static enum sip_auth_scheme
scheme_parse(struct rs_span s)
{
	if (s.n == 0)
		return SIP_AUTH_NONE;
	if (rs_span_eq_nocase(s, RS_LIT("Digest")))
		return SIP_AUTH_DIGEST;
	if (rs_span_eq_nocase(s, RS_LIT("Basic")))
		return SIP_AUTH_BASIC;
	if (rs_span_eq_nocase(s, RS_LIT("Bearer")))
		return SIP_AUTH_BEARER;
	return SIP_AUTH_OTHER;
}

/* Where the value of that parameter goes, or NULL. */
static struct rs_span *
member(struct sip_auth *a, struct rs_span name)
{
	const struct {
		struct rs_span name;
		struct rs_span *to;
	} known[] = {
	    {RS_LIT("username"), &a->username},
	    {RS_LIT("realm"), &a->realm},
	    {RS_LIT("uri"), &a->uri},
	    {RS_LIT("algorithm"), &a->algorithm},
	    {RS_LIT("qop"), &a->qop},
	    {RS_LIT("nc"), &a->nc},
	    {RS_LIT("cnonce"), &a->cnonce},
	    {RS_LIT("opaque"), &a->opaque},
	    {RS_LIT("nonce"), &a->nonce},
	    {RS_LIT("response"), &a->response},
	    {RS_LIT("stale"), &a->stale},
	};
	for (size_t i = 0; i < sizeof known / sizeof *known; i++)
		if (rs_span_eq_nocase(name, known[i].name))
			return known[i].to;
	return NULL;
}

/* Where the comma that ends this parameter stands. */
static size_t
find_comma(struct rs_span s)
{
	for (size_t i = 0; i < s.n; i++) {
		if (s.p[i] == ',')
			return i;
		if (s.p[i] == '"')
			i = sip_text_quoted(s, i) - 1;
	}
	return s.n;
}

bool
sip_auth_parse(struct sip_auth *a, struct rs_span value)
{
	memset(a, 0, sizeof *a);
	value = rs_span_trim(value);
	if (value.p == NULL)
		return false;
	size_t n = sip_text_token_n(value);
	a->scheme = scheme_parse(rs_span_part(value, 0, n));
	if (a->scheme == SIP_AUTH_NONE)
		return false;
	if (n < value.n && !rs_ascii_blank(value.p[n])) {
		a->scheme = SIP_AUTH_NONE;
		return false;
	}
	value = rs_span_from(value, n);
	/* The credentials of Basic are a password and nothing else. */
	while (value.n && a->scheme != SIP_AUTH_BASIC) {
		n = find_comma(value);
		struct rs_span one = rs_span_trim(rs_span_part(value, 0, n));
		value = rs_span_from(value, n + 1);
		size_t eq = rs_span_find(one, '=');
		struct rs_span name = rs_span_trim(rs_span_part(one, 0, eq));
		if (eq == one.n || name.n == 0)
			continue;
		if (sip_text_token_n(name) != name.n)
			break; /* "Digest realm": the next challenge */
		struct rs_span *to = member(a, name);
		if (to && to->p == NULL)
			*to = sip_text_unquote(
			    rs_span_trim(rs_span_from(one, eq + 1)));
	}
	return true;
}
