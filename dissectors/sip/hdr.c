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

/* Of more bytes than a line is asked for at once: see sip_hdr_begins(). */
#define NOT_ONE "\n"

/* Length, first and last letter, as the RFCs write it, how a line begins. */
#define HEADERS(X)                                                             \
 X(ALLOW, 5, 'a', 'w', "Allow", "allow:")                                      \
 X(AUTHENTICATION_INFO, 19, 'a', 'o', "Authentication-Info", NOT_ONE)          \
 X(AUTHORIZATION, 13, 'a', 'n', "Authorization", "authorization:")             \
 X(CALL_ID, 7, 'c', 'd', "Call-ID", "call-id:")                                \
 X(CONTACT, 7, 'c', 't', "Contact", "contact:")                                \
 X(CONTENT_LENGTH, 14, 'c', 'h', "Content-Length", "content-length:")          \
 X(CONTENT_TYPE, 12, 'c', 'e', "Content-Type", "content-type:")                \
 X(CSEQ, 4, 'c', 'q', "CSeq", "cseq:")                                         \
 X(DATE, 4, 'd', 'e', "Date", "date:")                                         \
 X(EXPIRES, 7, 'e', 's', "Expires", "expires:")                                \
 X(FLOW_TIMER, 10, 'f', 'r', "Flow-Timer", "flow-timer:")                      \
 X(FROM, 4, 'f', 'm', "From", "from:")                                         \
 X(MAX_FORWARDS, 12, 'm', 's', "Max-Forwards", "max-forwards:")                \
 X(MIN_EXPIRES, 11, 'm', 's', "Min-Expires", "min-expires:")                   \
 X(P_ASSOCIATED_URI, 16, 'p', 'i', "P-Associated-URI", "p-associated-uri")     \
 X(PATH, 4, 'p', 'h', "Path", "path:")                                         \
 X(PROXY_AUTHENTICATE, 18, 'p', 'e', "Proxy-Authenticate", NOT_ONE)            \
 X(PROXY_AUTHORIZATION, 19, 'p', 'n', "Proxy-Authorization", NOT_ONE)          \
 X(REASON, 6, 'r', 'n', "Reason", "reason:")                                   \
 X(RECORD_ROUTE, 12, 'r', 'e', "Record-Route", "record-route:")                \
 X(REQUIRE, 7, 'r', 'e', "Require", "require:")                                \
 X(RETRY_AFTER, 11, 'r', 'r', "Retry-After", "retry-after:")                   \
 X(ROUTE, 5, 'r', 'e', "Route", "route:")                                      \
 X(SECURITY_CLIENT, 15, 's', 't', "Security-Client", "security-client:")       \
 X(SECURITY_SERVER, 15, 's', 'r', "Security-Server", "security-server:")       \
 X(SECURITY_VERIFY, 15, 's', 'y', "Security-Verify", "security-verify:")       \
 X(SERVER, 6, 's', 'r', "Server", "server:")                                   \
 X(SERVICE_ROUTE, 13, 's', 'e', "Service-Route", "service-route:")             \
 X(SUPPORTED, 9, 's', 'd', "Supported", "supported:")                          \
 X(TO, 2, 't', 'o', "To", "to:")                                               \
 X(UNSUPPORTED, 11, 'u', 'd', "Unsupported", "unsupported:")                   \
 X(USER_AGENT, 10, 'u', 't', "User-Agent", "user-agent:")                      \
 X(VIA, 3, 'v', 'a', "Via", "via:")                                            \
 X(WARNING, 7, 'w', 'g', "Warning", "warning:")                                \
 X(WWW_AUTHENTICATE, 16, 'w', 'e', "WWW-Authenticate", "www-authenticate")

#define NAME(id, n, first, last, name, line) [SIP_HDR_##id] = {n, name},
static const struct {
	uint8_t n;
	char name[23];
} names[SIP_HDR_N] = {HEADERS(NAME)};

#define SLOT(id, n, first, last, name, line)                                   \
 [SIP_HDR_SLOT(n, first, last)] = SIP_HDR_##id,
const uint8_t sip_hdr_slots[128] = {HEADERS(SLOT)};

#define LINE(id, n, first, last, name, line) [SIP_HDR_##id] = line,
const char sip_hdr_lines[SIP_HDR_N][16] = {
    [SIP_HDR_NONE] = NOT_ONE, [SIP_HDR_OTHER] = NOT_ONE, HEADERS(LINE)};

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
	    sip_hdr_slots[SIP_HDR_SLOT(name.n, name.p[0], name.p[name.n - 1])];
	struct rs_span full = {(const uint8_t *)names[id].name, names[id].n};
	/* Also where the slot is empty: SIP_HDR_NONE has no letters. */
	return rs_span_eq_nocase(name, full) ? (enum sip_hdr)id : SIP_HDR_OTHER;
}

const char *
sip_hdr_name(enum sip_hdr id)
{
	return id < SIP_HDR_N ? names[id].name : "";
}
