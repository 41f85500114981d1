/* SPDX-License-Identifier: Apache-2.0 */
/*
 * HTTP/1.x over TCP or out of TLS: heads are told, bodies are skipped where
 * they lie and never copied, and where each ends is told (RFC 9112 6).
 */
#ifndef HTTP_HTTP_H
#define HTTP_HTTP_H

#include "http/head.h"

enum http_part {
	HTTP_HEAD_PART, /* a head: of a request or a response */
	HTTP_END,       /* a message has ended */
};

struct http_msg {
	enum http_part part;
	const struct http_head *head; /* HTTP_HEAD_PART; else NULL */
	uint64_t body; /* HTTP_END: bytes that it had, as far as they came */
	bool whole;    /* HTTP_END: where it was to end; else it broke off */
	bool lacks;    /* HTTP_END: some of it was not captured */
};

extern const struct rs_dissector http_dissector;

#endif
