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
	size_t n = name.n;
	if (n > 9)
		return NULL;
	/* "algorithm" is the one of nine letters. */
	if (n == 9 && rs_ascii_lower(name.p[8]) != 'm')
		return NULL;
	uint64_t word = sip_text_fold(sip_text_word(name.p, n < 8 ? n : 8));
	switch (n) {
	case 2:
		if (word == SIP_WORD('n', 'c'))
			return &a->nc;
		break;
	case 3:
		if (word == SIP_WORD('q', 'o', 'p'))
			return &a->qop;
		if (word == SIP_WORD('u', 'r', 'i'))
			return &a->uri;
		break;
	case 5:
		if (word == SIP_WORD('n', 'o', 'n', 'c', 'e'))
			return &a->nonce;
		if (word == SIP_WORD('r', 'e', 'a', 'l', 'm'))
			return &a->realm;
		if (word == SIP_WORD('s', 't', 'a', 'l', 'e'))
			return &a->stale;
		break;
	case 6:
		if (word == SIP_WORD('c', 'n', 'o', 'n', 'c', 'e'))
			return &a->cnonce;
		if (word == SIP_WORD('o', 'p', 'a', 'q', 'u', 'e'))
			return &a->opaque;
		break;
	case 8:
		if (word == SIP_WORD('r', 'e', 's', 'p', 'o', 'n', 's', 'e'))
			return &a->response;
		if (word == SIP_WORD('u', 's', 'e', 'r', 'n', 'a', 'm', 'e'))
			return &a->username;
		if (word == SIP_WORD('u', 's', 'e', 'r', 'h', 'a', 's', 'h'))
			return &a->userhash;
		break;
	case 9:
		if (word == SIP_WORD('a', 'l', 'g', 'o', 'r', 'i', 't', 'h'))
			return &a->algorithm;
		break;
	}
	return NULL;
}

bool
sip_auth_parse(struct sip_auth *a, struct rs_span value)
{
	const struct rs_span none = {NULL, 0};
	/* Each by itself: a block, or one from the other, takes longer. */
	a->scheme = SIP_AUTH_NONE;
	a->username = none;
	a->realm = none;
	a->uri = none;
	a->algorithm = none;
	a->qop = none;
	a->nc = none;
	a->cnonce = none;
	a->opaque = none;
	a->nonce = none;
	a->response = none;
	a->stale = none;
	a->userhash = none;
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
	struct sip_text_marks marks;
	struct sip_text_params params =
	    sip_text_params(rs_span_from(value, n), ',', &marks);
	struct sip_text_param p;
	while (sip_text_param(&params, &p)) {
		if (p.value.p == NULL || p.name.n == 0)
			continue;
		struct rs_span *to = member(a, p.name);
		if (to == NULL && sip_text_token_n(p.name) != p.name.n)
			break; /* "Digest realm": the next challenge */
		if (to && to->p == NULL)
			*to = p.value;
	}
	return true;
}
