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
	struct rs_span known = {NULL, 0}, *to = NULL;
	switch ((unsigned)name.n << 8 | rs_ascii_lower(name.p[0])) {
	case 2 << 8 | 'n':
		known = RS_LIT("nc"), to = &a->nc;
		break;
	case 3 << 8 | 'q':
		known = RS_LIT("qop"), to = &a->qop;
		break;
	case 3 << 8 | 'u':
		known = RS_LIT("uri"), to = &a->uri;
		break;
	case 5 << 8 | 'n':
		known = RS_LIT("nonce"), to = &a->nonce;
		break;
	case 5 << 8 | 'r':
		known = RS_LIT("realm"), to = &a->realm;
		break;
	case 5 << 8 | 's':
		known = RS_LIT("stale"), to = &a->stale;
		break;
	case 6 << 8 | 'c':
		known = RS_LIT("cnonce"), to = &a->cnonce;
		break;
	case 6 << 8 | 'o':
		known = RS_LIT("opaque"), to = &a->opaque;
		break;
	case 8 << 8 | 'r':
		known = RS_LIT("response"), to = &a->response;
		break;
	case 8 << 8 | 'u':
		known = RS_LIT("username"), to = &a->username;
		break;
	case 9 << 8 | 'a':
		known = RS_LIT("algorithm"), to = &a->algorithm;
		break;
	}
	return to && rs_span_eq_nocase(name, known) ? to : NULL;
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
	/* The credentials of Basic are a password and nothing else. */
	if (a->scheme == SIP_AUTH_BASIC)
		return true;
	struct rs_span list = rs_span_from(value, n), name;
	while (sip_text_param(&list, ',', &name, &value)) {
		if (value.p == NULL || name.n == 0)
			continue;
		struct rs_span *to = member(a, name);
		if (to == NULL && sip_text_token_n(name) != name.n)
			break; /* "Digest realm": the next challenge */
		if (to && to->p == NULL)
			*to = value;
	}
	return true;
}
