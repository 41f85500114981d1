/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Via (RFC 3261 20.42): "SIP / 2.0 / UDP host : port ; branch=...", blanks
 * and folded lines allowed at every place shown.
 */
#include "sip/via.h"
#include "sip/text.h"

/* The text before the next "/", trimmed; *s goes on after it. */
static struct rs_span
take_part(struct rs_span *s)
{
	size_t n = rs_span_find(*s, '/');
	struct rs_span part = rs_span_trim(rs_span_part(*s, 0, n));
	*s = rs_span_trim(rs_span_from(*s, n + 1));
	return part;
}

/* Where the value of that parameter goes, or NULL. */
static struct rs_span *
member(struct sip_via *v, struct rs_span name)
{
	if (name.n < 5 || name.n > 8)
		return NULL;
	uint64_t word = sip_text_fold(sip_text_word(name.p, name.n));
	if (word == SIP_WORD('b', 'r', 'a', 'n', 'c', 'h') && name.n == 6)
		return &v->branch;
	if (word == SIP_WORD('r', 'p', 'o', 'r', 't') && name.n == 5)
		return &v->rport;
	if (word == SIP_WORD('r', 'e', 'c', 'e', 'i', 'v', 'e', 'd') &&
	    name.n == 8)
		return &v->received;
	return NULL;
}

static void
take_params(struct sip_via *v, struct rs_span list)
{
	struct sip_text_marks marks;
	struct sip_text_params params = sip_text_params(list, ';', &marks);
	struct sip_text_param p;
	while (sip_text_param(&params, &p)) {
		struct rs_span *to = member(v, p.name);
		if (to && to->p == NULL)
			*to = sip_text_value(&p);
	}
}

/* ":port" or nothing, and where the parameters begin. */
static size_t
take_port(struct sip_via *v, struct rs_span s)
{
	size_t i = s.n && s.p[0] == ':';
	uint64_t port = i ? sip_text_number(s, &i, UINT16_MAX) : 0;
	if (i == s.n || s.p[i] == ';') {
		v->port = port <= UINT16_MAX ? (uint16_t)port : 0;
		return i;
	}
	i = sip_text_find(s, ';');
	if (s.p[0] == ':')
		v->port =
		    sip_text_port(rs_span_trim(rs_span_part(s, 1, i - 1)));
	return i;
}

bool
sip_via_parse(struct sip_via *v, struct rs_span value)
{
	const struct rs_span none = {NULL, 0};
	/* Each by itself: a block, or one from the other, takes longer. */
	v->transport = none;
	v->host = none;
	v->branch = none;
	v->received = none;
	v->rport = none;
	v->port = 0;
	v->cookie = false;
	if (value.p == NULL)
		return false;
	value = rs_span_part(value, 0, sip_text_find(value, ','));
	if (rs_span_starts(value, RS_LIT("SIP/2.0/"))) {
		value = rs_span_trim(rs_span_from(value, 8));
	} else {
		struct rs_span name = take_part(&value);
		if (!rs_span_eq_nocase(name, RS_LIT("SIP")))
			return false;
		(void)take_part(&value); /* the version */
	}
	size_t n = sip_text_token_n(value);
	v->transport = rs_span_part(value, 0, n);
	n += n < value.n && value.p[n] == ' ';
	value = rs_span_trim(rs_span_from(value, n));
	n = sip_text_host(value, 0);
	v->host = rs_span_part(value, 0, n);
	value = rs_span_trim(rs_span_from(value, n));
	n = take_port(v, value);
	take_params(v, rs_span_from(value, n + 1));
	/* RFC 4475 3.2.1: a cookie alone identifies nothing. */
	v->cookie =
	    v->branch.n > 7 &&
	    rs_span_eq_nocase(rs_span_part(v->branch, 0, 7), RS_LIT("z9hG4bK"));
	return v->transport.n != 0 && v->host.n != 0;
}
