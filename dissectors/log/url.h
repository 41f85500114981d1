/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A URL in a log, which the phone has put together and need not have escaped as
 * it should (RFC 3986), and which may be cut at its end.
 */
#ifndef LOG_URL_H
#define LOG_URL_H

#include "base/span.h"

enum log_scheme {
	LOG_SCHEME_NONE, /* not told */
	LOG_TFTP,
	LOG_HTTP,
	LOG_HTTPS,
};

struct log_url {
	enum log_scheme scheme;
	struct rs_span host;   /* a name or an address, without brackets */
	struct rs_span where;  /* the same with its port, as written */
	uint16_t port;         /* that of the scheme where it has none */
	struct rs_span target; /* from the '/' on; perhaps empty */
};

/* A name of hosts, with a '.' in it, and nothing else: what has none may be the
   name of a user, of a URL that somebody took apart wrongly. */
bool log_url_is_name(struct rs_span s);
/* False: of another scheme, or nobody can say for sure what of it is a host and
   not a user or a password. */
bool log_url_parse(struct rs_span text, struct log_url *u);

#endif
