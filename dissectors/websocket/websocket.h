/* SPDX-License-Identifier: Apache-2.0 */
/*
 * WebSocket framing (RFC 6455 5), and the HTTP upgrade before it, for SIP over
 * WebSocket (RFC 7118).
 *
 * Only frames: their payload is told as it is on the wire, masked, since this
 * cannot write; websocket/session unmasks it and joins fragments.  A frame of
 * up to WS_MAX_FRAME bytes is told whole, a longer one by its header.
 *
 * What is claimed: an upgrade, request or response, that names the subprotocol
 * "sip"; and, for a connection picked up in the middle, a frame that begins
 * with the text of a SIP start-line once unmasked.  Other HTTP, and WebSockets
 * for something else, are left alone.
 */
#ifndef WEBSOCKET_WEBSOCKET_H
#define WEBSOCKET_WEBSOCKET_H

#include "dissector.h"

enum ws_opcode { /* RFC 6455 5.2 */
	WS_CONTINUATION = 0,
	WS_TEXT = 1,
	WS_BINARY = 2,
	WS_CLOSE = 8,
	WS_PING = 9,
	WS_PONG = 10,
};

/* More than the longest SIP message that is kept (sip/sip.h). */
enum { WS_MAX_FRAME = 128 * 1024 };

extern const struct rs_dissector websocket_dissector;

#endif
