/* SPDX-License-Identifier: Apache-2.0 */
/* SIP, SIPS and TEL URIs (RFC 3261 19.1, RFC 3966) as spans. */
#ifndef SIP_URI_H
#define SIP_URI_H

#include "base/span.h"

struct sip_uri {
	struct rs_span scheme; /* as written: sip, sips, tel, other */
	struct rs_span user; /* without password; absent where there is none */
	struct rs_span host; /* IPv6 with its brackets */
	uint16_t port;       /* 0: none given */
	struct rs_span params; /* after the first ';', without it */
	struct rs_span headers;
};

/* False when there is no scheme, or no host in a sip(s) URI. */
bool sip_uri_parse(struct sip_uri *u, struct rs_span text);

/* Equal users but for how they are escaped (RFC 3261 19.1.4): what is reserved,
   too, as whoever unescapes that means the same user. */
bool sip_user_eq(struct rs_span a, struct rs_span b);

/*
 * The value of parameter `name` (case-insensitive) in ";a=b;c;d=\"e\"" text
 * with or without the first ';': quotes stripped; an empty span (p not NULL)
 * for a parameter without value; absent (p NULL) where it does not stand.
 */
struct rs_span sip_param(struct rs_span params, struct rs_span name);

#endif
