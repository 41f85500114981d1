/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Header names.
 *
 * A message has a dozen of them and most are not what we look for, so a name
 * costs one look into a table by its length, first and last letter (no two
 * known names collide) and at most one comparison.  A name that is added and
 * collides is a compiler warning (an element initialised twice).
 */
#include "sip/hdr.h"
#include "sip/hdr_inner.h"
#include "sip/text.h"

const struct sip_hdr_full sip_hdr_full[SIP_HDR_N] = {
    [SIP_HDR_NONE] = {0, ""},
    [SIP_HDR_OTHER] = {0, ""},
    [SIP_HDR_ALLOW] = {5, "Allow"},
    [SIP_HDR_AUTHENTICATION_INFO] = {19, "Authentication-Info"},
    [SIP_HDR_AUTHORIZATION] = {13, "Authorization"},
    [SIP_HDR_CALL_ID] = {7, "Call-ID"},
    [SIP_HDR_CONTACT] = {7, "Contact"},
    [SIP_HDR_CONTENT_LENGTH] = {14, "Content-Length"},
    [SIP_HDR_CONTENT_TYPE] = {12, "Content-Type"},
    [SIP_HDR_CSEQ] = {4, "CSeq"},
    [SIP_HDR_DATE] = {4, "Date"},
    [SIP_HDR_EXPIRES] = {7, "Expires"},
    [SIP_HDR_FLOW_TIMER] = {10, "Flow-Timer"},
    [SIP_HDR_FROM] = {4, "From"},
    [SIP_HDR_MAX_FORWARDS] = {12, "Max-Forwards"},
    [SIP_HDR_MIN_EXPIRES] = {11, "Min-Expires"},
    [SIP_HDR_P_ASSOCIATED_URI] = {16, "P-Associated-URI"},
    [SIP_HDR_PATH] = {4, "Path"},
    [SIP_HDR_PROXY_AUTHENTICATE] = {18, "Proxy-Authenticate"},
    [SIP_HDR_PROXY_AUTHORIZATION] = {19, "Proxy-Authorization"},
    [SIP_HDR_REASON] = {6, "Reason"},
    [SIP_HDR_RECORD_ROUTE] = {12, "Record-Route"},
    [SIP_HDR_REQUIRE] = {7, "Require"},
    [SIP_HDR_RETRY_AFTER] = {11, "Retry-After"},
    [SIP_HDR_ROUTE] = {5, "Route"},
    [SIP_HDR_SECURITY_CLIENT] = {15, "Security-Client"},
    [SIP_HDR_SECURITY_SERVER] = {15, "Security-Server"},
    [SIP_HDR_SECURITY_VERIFY] = {15, "Security-Verify"},
    [SIP_HDR_SERVER] = {6, "Server"},
    [SIP_HDR_SERVICE_ROUTE] = {13, "Service-Route"},
    [SIP_HDR_SUPPORTED] = {9, "Supported"},
    [SIP_HDR_TO] = {2, "To"},
    [SIP_HDR_UNSUPPORTED] = {11, "Unsupported"},
    [SIP_HDR_USER_AGENT] = {10, "User-Agent"},
    [SIP_HDR_VIA] = {3, "Via"},
    [SIP_HDR_WARNING] = {7, "Warning"},
    [SIP_HDR_WWW_AUTHENTICATE] = {16, "WWW-Authenticate"},
};

#define SLOT SIP_HDR_SLOT
const uint8_t sip_hdr_slots[128] = {
    [SLOT(5, 'a', 'w')] = SIP_HDR_ALLOW,
    [SLOT(19, 'a', 'o')] = SIP_HDR_AUTHENTICATION_INFO,
    [SLOT(13, 'a', 'n')] = SIP_HDR_AUTHORIZATION,
    [SLOT(7, 'c', 'd')] = SIP_HDR_CALL_ID,
    [SLOT(7, 'c', 't')] = SIP_HDR_CONTACT,
    [SLOT(14, 'c', 'h')] = SIP_HDR_CONTENT_LENGTH,
    [SLOT(12, 'c', 'e')] = SIP_HDR_CONTENT_TYPE,
    [SLOT(4, 'c', 'q')] = SIP_HDR_CSEQ,
    [SLOT(4, 'd', 'e')] = SIP_HDR_DATE,
    [SLOT(7, 'e', 's')] = SIP_HDR_EXPIRES,
    [SLOT(10, 'f', 'r')] = SIP_HDR_FLOW_TIMER,
    [SLOT(4, 'f', 'm')] = SIP_HDR_FROM,
    [SLOT(12, 'm', 's')] = SIP_HDR_MAX_FORWARDS,
    [SLOT(11, 'm', 's')] = SIP_HDR_MIN_EXPIRES,
    [SLOT(16, 'p', 'i')] = SIP_HDR_P_ASSOCIATED_URI,
    [SLOT(4, 'p', 'h')] = SIP_HDR_PATH,
    [SLOT(18, 'p', 'e')] = SIP_HDR_PROXY_AUTHENTICATE,
    [SLOT(19, 'p', 'n')] = SIP_HDR_PROXY_AUTHORIZATION,
    [SLOT(6, 'r', 'n')] = SIP_HDR_REASON,
    [SLOT(12, 'r', 'e')] = SIP_HDR_RECORD_ROUTE,
    [SLOT(7, 'r', 'e')] = SIP_HDR_REQUIRE,
    [SLOT(11, 'r', 'r')] = SIP_HDR_RETRY_AFTER,
    [SLOT(5, 'r', 'e')] = SIP_HDR_ROUTE,
    [SLOT(15, 's', 't')] = SIP_HDR_SECURITY_CLIENT,
    [SLOT(15, 's', 'r')] = SIP_HDR_SECURITY_SERVER,
    [SLOT(15, 's', 'y')] = SIP_HDR_SECURITY_VERIFY,
    [SLOT(6, 's', 'r')] = SIP_HDR_SERVER,
    [SLOT(13, 's', 'e')] = SIP_HDR_SERVICE_ROUTE,
    [SLOT(9, 's', 'd')] = SIP_HDR_SUPPORTED,
    [SLOT(2, 't', 'o')] = SIP_HDR_TO,
    [SLOT(11, 'u', 'd')] = SIP_HDR_UNSUPPORTED,
    [SLOT(10, 'u', 't')] = SIP_HDR_USER_AGENT,
    [SLOT(3, 'v', 'a')] = SIP_HDR_VIA,
    [SLOT(7, 'w', 'g')] = SIP_HDR_WARNING,
    [SLOT(16, 'w', 'e')] = SIP_HDR_WWW_AUTHENTICATE,
};

enum sip_hdr
sip_hdr_compact(uint8_t letter)
{
	switch (letter | 0x20) {
	case 'c':
		return SIP_HDR_CONTENT_TYPE;
	case 'f':
		return SIP_HDR_FROM;
	case 'i':
		return SIP_HDR_CALL_ID;
	case 'k':
		return SIP_HDR_SUPPORTED;
	case 'l':
		return SIP_HDR_CONTENT_LENGTH;
	case 'm':
		return SIP_HDR_CONTACT;
	case 't':
		return SIP_HDR_TO;
	case 'v':
		return SIP_HDR_VIA;
	}
	return SIP_HDR_OTHER;
}

enum sip_hdr
sip_hdr_parse(struct rs_span name)
{
	if (name.n <= 1)
		return name.n ? sip_hdr_compact(name.p[0]) : SIP_HDR_NONE;
	unsigned id =
	    sip_hdr_slots[SLOT(name.n, name.p[0], name.p[name.n - 1])];
	const struct sip_hdr_full *f = &sip_hdr_full[id];
	struct rs_span full = {(const uint8_t *)f->name, f->n};
	/* Also where the slot is empty: SIP_HDR_NONE has no letters. */
	return rs_span_eq_nocase(name, full) ? (enum sip_hdr)id : SIP_HDR_OTHER;
}

const char *
sip_hdr_name(enum sip_hdr id)
{
	return id < SIP_HDR_N ? sip_hdr_full[id].name : "";
}
