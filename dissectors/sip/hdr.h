/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Header names (RFC 3261 20, 7.3.3 for the compact forms, and the RFCs of the
 * registration extensions).  Names are case-insensitive.
 */
#ifndef SIP_HDR_H
#define SIP_HDR_H

#include "base/span.h"

enum sip_hdr {
	SIP_HDR_NONE,
	SIP_HDR_OTHER,
	SIP_HDR_ALLOW,
	SIP_HDR_AUTHENTICATION_INFO,
	SIP_HDR_AUTHORIZATION,
	SIP_HDR_CALL_ID,
	SIP_HDR_CONTACT,
	SIP_HDR_CONTENT_LENGTH,
	SIP_HDR_CONTENT_TYPE,
	SIP_HDR_CSEQ,
	SIP_HDR_DATE,
	SIP_HDR_EXPIRES,
	SIP_HDR_FLOW_TIMER, /* RFC 5626 */
	SIP_HDR_FROM,
	SIP_HDR_MAX_FORWARDS,
	SIP_HDR_MIN_EXPIRES,
	SIP_HDR_P_ASSOCIATED_URI, /* RFC 7315 */
	SIP_HDR_PATH,             /* RFC 3327 */
	SIP_HDR_PROXY_AUTHENTICATE,
	SIP_HDR_PROXY_AUTHORIZATION,
	SIP_HDR_REASON, /* RFC 3326 */
	SIP_HDR_RECORD_ROUTE,
	SIP_HDR_REQUIRE,
	SIP_HDR_RETRY_AFTER,
	SIP_HDR_ROUTE,
	SIP_HDR_SECURITY_CLIENT, /* RFC 3329 */
	SIP_HDR_SECURITY_SERVER,
	SIP_HDR_SECURITY_VERIFY,
	SIP_HDR_SERVER,
	SIP_HDR_SERVICE_ROUTE, /* RFC 3608 */
	SIP_HDR_SUPPORTED,
	SIP_HDR_TO,
	SIP_HDR_UNSUPPORTED,
	SIP_HDR_USER_AGENT,
	SIP_HDR_VIA,
	SIP_HDR_WARNING,
	SIP_HDR_WWW_AUTHENTICATE,
	SIP_HDR_N
};

/* The header of that full or compact name; SIP_HDR_OTHER for any other. */
enum sip_hdr sip_hdr_parse(struct rs_span name);
/* The full name in RFC spelling; "" for NONE and OTHER. */
const char *sip_hdr_name(enum sip_hdr id);

#endif
