/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Heads of HTTP/1.x messages (RFC 9112), as far as a download needs them.
 *
 * websocket/upgrade.h reads heads too, for what makes a connection a
 * WebSocket, and is asked first.
 */
#ifndef HTTP_HEAD_H
#define HTTP_HEAD_H

#include "dissector.h"

enum { HTTP_MAX_HEAD = 8192 };

/* Spans are into what was parsed, and absent where nothing was said. */
struct http_head {
	bool request;
	uint16_t status;       /* of a response */
	struct rs_span method; /* of a request */
	struct rs_span target; /* as it is: it may hold secrets */
	struct rs_span reason; /* of a response */
	struct rs_span host, user_agent, location, date;
	bool has_length;  /* Content-Length was there and a number */
	bool chunked;     /* the last transfer coding, RFC 9112 6.1 */
	bool challenge;   /* WWW-Authenticate was there */
	bool credentials; /* Authorization was there */
	uint64_t length;  /* bytes of the body */
	size_t size;      /* of the head, empty line and all */
};

/*
 * YES: the head is all there, and *h filled in.  MAYBE: it may go on.  NO: it
 * is none, or longer than HTTP_MAX_HEAD.
 */
enum rs_verdict http_head_parse(struct http_head *h, struct rs_span s);

#endif
