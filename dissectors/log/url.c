/* SPDX-License-Identifier: Apache-2.0 */
#include "log/url.h"

#include "base/addr.h"

static bool
scheme_of(struct rs_span *text, struct log_url *u)
{
	static const struct {
		const char *prefix;
		enum log_scheme scheme;
		uint16_t port;
	} rows[] = {{"tftp://", LOG_TFTP, 69}, {"http://", LOG_HTTP, 80},
	    {"https://", LOG_HTTPS, 443}};
	for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
		struct rs_span prefix = rs_span_str(rows[i].prefix);
		if (!rs_span_eq_nocase(
			rs_span_part(*text, 0, prefix.n), prefix))
			continue;
		*text = rs_span_from(*text, prefix.n);
		u->scheme = rows[i].scheme;
		u->port = rows[i].port;
		return true;
	}
	return false;
}

static bool
of_host(uint8_t c, bool brackets)
{
	uint8_t l = rs_ascii_lower(c);
	return rs_ascii_digit(c) || (l >= 'a' && l <= 'z') || c == '.' ||
	       c == '-' || c == '_' || (brackets && c == ':');
}

bool
log_url_is_name(struct rs_span s)
{
	for (size_t i = 0; i < s.n; i++)
		if (!of_host(s.p[i], false))
			return false;
	return rs_span_find(s, '.') < s.n;
}

/* "host:port" or "[::1]:port", and nothing else. */
static bool
where_of(struct rs_span who, struct log_url *u)
{
	bool brackets = who.n && who.p[0] == '[';
	struct rs_span rest = rs_span_from(who, brackets);
	uint32_t port;
	size_t n = 0;
	while (n < rest.n && of_host(rest.p[n], brackets))
		n++;
	u->where = who;
	u->host = rs_span_part(rest, 0, n);
	rest = rs_span_from(rest, n);
	if (brackets && (rest.n == 0 || rest.p[0] != ']'))
		return false;
	rest = rs_span_from(rest, brackets);
	if (n == 0 || rest.n == 0)
		return n > 0;
	/* "user:12/34@host": what looks like a port begins a password. */
	if (!brackets && rs_span_find(u->host, '.') == u->host.n)
		return false;
	if (rest.p[0] != ':' || !rs_span_u32(rs_span_from(rest, 1), &port) ||
	    port == 0 || port > UINT16_MAX)
		return false;
	u->port = (uint16_t)port;
	return true;
}

bool
log_url_parse(struct rs_span text, struct log_url *to)
{
	struct log_url u = {0};
	struct rs_addr address;
	*to = u;
	if (!scheme_of(&text, &u))
		return false;
	struct rs_span who = rs_span_part(text, 0, rs_span_find(text, '/'));
	u.target = rs_span_from(text, who.n);
	/* A password may have a '/': what looks like a host is its half. */
	if (rs_span_find(u.target, '@') < u.target.n)
		return false;
	for (size_t at; (at = rs_span_find(who, '@')) < who.n;)
		who = rs_span_from(who, at + 1);
	if (!where_of(who, &u))
		return false;
	/* Where it is cut, what is left may be a user. */
	if (u.target.n == 0 && !rs_addr_parse(&address, u.host))
		return false;
	*to = u;
	return true;
}
