/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Challenges and credentials (RFC 3261 22, RFC 7616, RFC 8760, RFC 8898).
 *
 * Secrets: `nonce` and `response` are given for comparison by trackers and may
 * never be kept in a record or written out.
 */
#ifndef SIP_AUTH_H
#define SIP_AUTH_H

#include "base/span.h"

enum sip_auth_scheme {
	SIP_AUTH_NONE,
	SIP_AUTH_DIGEST,
	SIP_AUTH_BASIC,
	SIP_AUTH_BEARER,
	SIP_AUTH_OTHER,
};

struct sip_auth {
	enum sip_auth_scheme scheme;
	struct rs_span username; /* credentials only */
	struct rs_span realm;
	struct rs_span uri;
	struct rs_span algorithm; /* absent: MD5 by RFC 7616 3.3 */
	struct rs_span qop;
	struct rs_span nc, cnonce, opaque;
	struct rs_span nonce, response; /* never to be kept or shown */
	struct rs_span stale;
	struct rs_span userhash; /* "true": username is one (RFC 7616 3.4.4) */
};

/* One challenge or one set of credentials: the value of one header. */
bool sip_auth_parse(struct sip_auth *a, struct rs_span value);

#endif
