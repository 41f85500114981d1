/* SPDX-License-Identifier: Apache-2.0 */
/* Via (RFC 3261 20.42, 18.1.1, RFC 3581): the first value of a header. */
#ifndef SIP_VIA_H
#define SIP_VIA_H

#include "base/span.h"

struct sip_via {
	struct rs_span transport; /* UDP, TCP, TLS, WS, WSS, ... as written */
	struct rs_span host;
	uint16_t port; /* 0: none given */
	struct rs_span branch;
	struct rs_span received;
	struct rs_span rport; /* p not NULL and n 0: asked, not filled in */
	bool cookie;          /* branch is z9hG4bK and more: RFC 3261 17.1.3 */
};

bool sip_via_parse(struct sip_via *v, struct rs_span value);

#endif
