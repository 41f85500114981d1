/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The HTTP/1.1 request and response that turn a connection into a WebSocket
 * (RFC 6455 4.1, 4.2.2), as far as SIP over it needs them (RFC 7118 4).
 *
 * Lenient about line ends and blanks, and about what a server must refuse: it
 * is the server that decides, and what it decided is in its status.
 */
#ifndef WEBSOCKET_UPGRADE_H
#define WEBSOCKET_UPGRADE_H

#include "dissector.h"

enum { WS_MAX_HEAD = 8192 };

/* Spans are into what was parsed. */
struct ws_upgrade {
	bool request;
	uint16_t status; /* of a response */
	bool websocket;  /* Upgrade: websocket */
	bool sip;        /* "sip" is among the subprotocols, RFC 7118 4.1 */
	bool extended;   /* any extension: reserved bits may be set */
	bool has_length; /* Content-Length was there and a number */
	uint32_t length;
	struct rs_span target; /* of a request */
	struct rs_span host;
	size_t size; /* of the head, empty line and all */
};

/*
 * YES: the head is all there, and *u filled in.  MAYBE: it may go on.  NO: it
 * is neither a GET nor a response of HTTP/1.1, or longer than WS_MAX_HEAD.
 */
enum rs_verdict ws_upgrade_parse(struct ws_upgrade *u, struct rs_span s);
/* Are these the first bytes of a connection that becomes a WebSocket for SIP?
 */
enum rs_verdict ws_upgrade_probe(struct rs_span s);

#endif
