/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Via (RFC 3261 20.42): "SIP / 2.0 / UDP host : port ; branch=...", blanks
 * and folded lines allowed at every place shown.
 */
#include "sip/via.h"
#include "sip/text.h"
#include "sip/uri.h"

/* The text before the next "/", trimmed; *s goes on after it. */
static struct rs_span
take_part(struct rs_span *s)
{
	size_t n = rs_span_find(*s, '/');
	struct rs_span part = rs_span_trim(rs_span_part(*s, 0, n));
	*s = rs_span_trim(rs_span_from(*s, n + 1));
	return part;
}

bool
sip_via_parse(struct sip_via *v, struct rs_span value)
{
	memset(v, 0, sizeof *v);
	if (value.p == NULL)
		return false;
	value = rs_span_part(value, 0, sip_text_find(value, ','));
	struct rs_span name = take_part(&value);
	if (!rs_span_eq_nocase(name, RS_LIT("SIP")))
		return false;
	(void)take_part(&value); /* the version */
	size_t n = sip_text_token_n(value);
	v->transport = rs_span_part(value, 0, n);
	value = rs_span_trim(rs_span_from(value, n));
	n = sip_text_host(value);
	v->host = rs_span_part(value, 0, n);
	value = rs_span_trim(rs_span_from(value, n));
	n = sip_text_find(value, ';');
	if (value.n && value.p[0] == ':')
		v->port =
		    sip_text_port(rs_span_trim(rs_span_part(value, 1, n - 1)));
	value = rs_span_from(value, n + 1);
	v->branch = sip_param(value, RS_LIT("branch"));
	v->received = sip_param(value, RS_LIT("received"));
	v->rport = sip_param(value, RS_LIT("rport"));
	v->cookie =
	    v->branch.n >= 7 &&
	    rs_span_eq_nocase(rs_span_part(v->branch, 0, 7), RS_LIT("z9hG4bK"));
	return v->transport.n != 0 && v->host.n != 0;
}
