/* SPDX-License-Identifier: Apache-2.0 */
#include "websocket/upgrade.h"

static bool
tchar(uint8_t c)
{
	return c > ' ' && c < 0x7f && c != ':' && c != ',' && c != ';';
}

static enum rs_verdict
begins_either(struct rs_span s)
{
	enum rs_verdict v = rs_probe_text(s, RS_LIT("GET "));
	return v == RS_NO ? rs_probe_text(s, RS_LIT("HTTP/1.1 ")) : v;
}

/* Where the head ends, after its empty line; 0 where there is none in s. */
static size_t
head_size(struct rs_span s)
{
	size_t at = 0;
	for (;;) {
		at += rs_span_find(rs_span_from(s, at), '\n') + 1;
		if (at >= s.n)
			return 0;
		if (s.p[at] == '\n')
			return at + 1;
		if (s.p[at] == '\r' && at + 1 < s.n && s.p[at + 1] == '\n')
			return at + 2;
	}
}

/* The next element of a comma-separated list (RFC 9110 5.6.1), trimmed. */
static bool
next_element(struct rs_span *list, struct rs_span *out)
{
	while (list->n) {
		size_t n = rs_span_find(*list, ',');
		*out = rs_span_trim(rs_span_part(*list, 0, n));
		*list = rs_span_from(*list, n + 1);
		if (out->n)
			return true;
	}
	return false;
}

static bool
list_has(struct rs_span list, struct rs_span word)
{
	struct rs_span e;
	while (next_element(&list, &e))
		if (rs_span_eq_nocase(e, word))
			return true;
	return false;
}

static bool
list_has_any(struct rs_span list)
{
	struct rs_span e;
	return next_element(&list, &e);
}

static void
header(struct ws_upgrade *u, struct rs_span name, struct rs_span value)
{
	if (rs_span_eq_nocase(name, RS_LIT("upgrade")))
		u->websocket |= list_has(value, RS_LIT("websocket"));
	/* RFC 6455 11.3.4: may be there several times in a request */
	else if (rs_span_eq_nocase(name, RS_LIT("sec-websocket-protocol")))
		u->sip |= list_has(value, RS_LIT("sip"));
	else if (rs_span_eq_nocase(name, RS_LIT("sec-websocket-extensions")))
		u->extended |= list_has_any(value);
	else if (rs_span_eq_nocase(name, RS_LIT("content-length")))
		u->has_length = rs_span_u32(value, &u->length);
	else if (rs_span_eq_nocase(name, RS_LIT("host")))
		u->host = value;
}

/* "GET target HTTP/1.1" or "HTTP/1.1 101 reason" */
static bool
start_line(struct ws_upgrade *u, struct rs_span line)
{
	uint32_t status;
	size_t blank = rs_span_find(line, ' ');
	struct rs_span rest = rs_span_from(line, blank + 1);
	u->request = blank == 3; /* "GET"; else it is "HTTP/1.1" */
	if (!u->request) {
		/* RFC 9112 4: three digits */
		struct rs_span digits = rs_span_part(rest, 0, 3);
		if (digits.n != 3 || !rs_span_u32(digits, &status) ||
		    status < 100 || (rest.n > 3 && rest.p[3] != ' '))
			return false;
		u->status = (uint16_t)status;
		return true;
	}
	u->target = rs_span_part(rest, 0, rs_span_find(rest, ' '));
	return u->target.n &&
	       rs_span_eq(rs_span_from(rest, u->target.n), RS_LIT(" HTTP/1.1"));
}

enum rs_verdict
ws_upgrade_parse(struct ws_upgrade *u, struct rs_span s)
{
	enum rs_verdict v = begins_either(s);
	if (v != RS_YES)
		return v;
	struct rs_span all = rs_span_part(s, 0, WS_MAX_HEAD);
	size_t size = head_size(all), at = 0;
	if (size == 0)
		return all.n < WS_MAX_HEAD ? RS_MAYBE : RS_NO;
	*u = (struct ws_upgrade){.size = size};
	while (at < size) {
		struct rs_span line = rs_span_part(all, at, size - at);
		line.n = rs_span_find(line, '\n');
		bool first = at == 0;
		at += line.n + 1;
		if (line.n && line.p[line.n - 1] == '\r')
			line.n--;
		if (first && !start_line(u, line))
			return RS_NO;
		size_t name = 0;
		while (name < line.n && tchar(line.p[name]))
			name++;
		if (!first && name && name < line.n && line.p[name] == ':')
			header(u, rs_span_part(line, 0, name),
			    rs_span_trim(rs_span_from(line, name + 1)));
	}
	return RS_YES;
}

enum rs_verdict
ws_upgrade_probe(struct rs_span s)
{
	struct ws_upgrade u;
	/* A response other than 101 leaves with its status. */
	if (s.n && s.p[0] == 'H' &&
	    rs_probe_text(s, RS_LIT("HTTP/1.1 101")) == RS_NO)
		return RS_NO;
	enum rs_verdict v = ws_upgrade_parse(&u, s);
	if (v != RS_YES)
		return v;
	/* RFC 7118 4.1, 4.2: both sides name the subprotocol. */
	return u.websocket && u.sip ? RS_YES : RS_NO;
}
