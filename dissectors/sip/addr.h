/* SPDX-License-Identifier: Apache-2.0 */
/* name-addr and addr-spec (RFC 3261 20.10): To, From, one Contact. */
#ifndef SIP_ADDR_H
#define SIP_ADDR_H

#include "sip/uri.h"

struct sip_addr {
	struct rs_span display; /* without quotes */
	struct rs_span uri_text;
	struct sip_uri uri; /* zeroed when uri_text is no URI */
	bool uri_ok;
	struct rs_span params; /* header parameters, after the first ';' */
};

/* False when nothing like an address is there. */
bool sip_addr_parse(struct sip_addr *a, struct rs_span value);
/* The tag parameter, absent where there is none. */
struct rs_span sip_addr_tag(const struct sip_addr *a);

#endif
