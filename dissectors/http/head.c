/* SPDX-License-Identifier: Apache-2.0 */
#include "http/head.h"

enum { METHOD_MOST = 16 };

/* RFC 9110 5.6.2 */
static bool
tchar(uint8_t c)
{
	return c > ' ' && c < 0x7f && !memchr("\"(),/:;<=>?@[\\]{}", c, 17);
}

/* The methods by which something is fetched, or left (RFC 9110 9, RFC 5789). */
static enum rs_verdict
begins_request(struct rs_span s)
{
	static const char *const methods[] = {"GET ", "HEAD ", "POST ", "PUT ",
	    "DELETE ", "OPTIONS ", "PATCH ", "CONNECT "};
	enum rs_verdict best = RS_NO;
	for (size_t i = 0; i < sizeof methods / sizeof *methods; i++) {
		enum rs_verdict v = rs_probe_text(s, rs_span_str(methods[i]));
		if (v == RS_YES)
			return v;
		if (v == RS_MAYBE)
			best = v;
	}
	return best;
}

static enum rs_verdict
begins_head(struct rs_span s)
{
	enum rs_verdict v = rs_probe_text(s, RS_LIT("HTTP/1."));
	return v == RS_NO ? begins_request(s) : v;
}

/* The line at `at`, without its end; *next is behind that.  False where the
   line has no end. */
static bool
line_at(struct rs_span s, size_t at, struct rs_span *line, size_t *next)
{
	*line = rs_span_from(s, at);
	size_t n = rs_span_find(*line, '\n');
	if (n == line->n)
		return false;
	*next = at + n + 1;
	*line = rs_span_part(*line, 0, n);
	if (line->n && line->p[line->n - 1] == '\r')
		line->n--;
	return true;
}

static bool
is_version(struct rs_span s)
{
	return s.n == 8 && rs_span_starts(s, RS_LIT("HTTP/1.")) &&
	       (s.p[7] == '0' || s.p[7] == '1');
}

/* RFC 9112 4 */
static bool
status_line(struct http_head *h, struct rs_span line)
{
	uint32_t status;
	struct rs_span digits = rs_span_part(line, 9, 3);
	if (!is_version(rs_span_part(line, 0, 8)) || line.n < 12 ||
	    line.p[8] != ' ' || !rs_span_u32(digits, &status) || status < 100 ||
	    (line.n > 12 && line.p[12] != ' '))
		return false;
	h->status = (uint16_t)status;
	if (line.n > 13)
		h->reason = rs_span_trim(rs_span_from(line, 13));
	return true;
}

/* RFC 9112 3: nothing but blanks parts it. */
static bool
request_line(struct http_head *h, struct rs_span line)
{
	size_t blank = rs_span_find(line, ' ');
	struct rs_span rest = rs_span_from(line, blank + 1);
	h->request = true;
	h->method = rs_span_part(line, 0, blank);
	h->target = rs_span_part(rest, 0, rs_span_find(rest, ' '));
	return h->method.n <= METHOD_MOST && h->target.n &&
	       h->target.n < rest.n &&
	       is_version(rs_span_from(rest, h->target.n + 1));
}

static bool
number(struct rs_span s, uint64_t *out)
{
	uint64_t v = 0;
	if (s.n == 0 || s.n > 18)
		return false;
	for (size_t i = 0; i < s.n; i++) {
		if (!rs_ascii_digit(s.p[i]))
			return false;
		v = v * 10 + (uint64_t)(s.p[i] - '0');
	}
	*out = v;
	return true;
}

static bool
ends_nocase(struct rs_span s, struct rs_span end)
{
	return s.n >= end.n &&
	       rs_span_eq_nocase(rs_span_from(s, s.n - end.n), end);
}

static void
header(struct http_head *h, struct rs_span name, struct rs_span value)
{
	const struct {
		struct rs_span name;
		struct rs_span *to;
	} texts[] = {
	    {RS_LIT("host"), &h->host},
	    {RS_LIT("user-agent"), &h->user_agent},
	    {RS_LIT("location"), &h->location},
	    {RS_LIT("date"), &h->date},
	};
	for (size_t i = 0; i < sizeof texts / sizeof *texts; i++)
		if (rs_span_eq_nocase(name, texts[i].name) &&
		    texts[i].to->p == NULL)
			*texts[i].to = value;
	if (rs_span_eq_nocase(name, RS_LIT("content-length")))
		h->has_length |= number(value, &h->length);
	else if (rs_span_eq_nocase(name, RS_LIT("transfer-encoding")))
		h->chunked = ends_nocase(value, RS_LIT("chunked"));
	else if (rs_span_eq_nocase(name, RS_LIT("www-authenticate")))
		h->challenge = true;
	else if (rs_span_eq_nocase(name, RS_LIT("authorization")))
		h->credentials = true;
}

static void
header_line(struct http_head *h, struct rs_span line)
{
	size_t name = 0;
	while (name < line.n && tchar(line.p[name]))
		name++;
	if (name && name < line.n && line.p[name] == ':')
		header(h, rs_span_part(line, 0, name),
		    rs_span_trim(rs_span_from(line, name + 1)));
}

enum rs_verdict
http_head_parse(struct http_head *h, struct rs_span s)
{
	struct rs_span all = rs_span_part(s, 0, HTTP_MAX_HEAD), line;
	enum rs_verdict v = begins_head(s);
	size_t at = 0;
	if (v != RS_YES)
		return v;
	*h = (struct http_head){0};
	while (line_at(all, at, &line, &h->size)) {
		bool first = at == 0;
		at = h->size;
		if (first && line.n && line.p[0] == 'H' &&
		    rs_span_starts(line, RS_LIT("HTTP/"))) {
			if (!status_line(h, line))
				return RS_NO;
		} else if (first) {
			if (!request_line(h, line))
				return RS_NO;
		} else if (line.n == 0) {
			return RS_YES;
		} else {
			header_line(h, line);
		}
	}
	return all.n < HTTP_MAX_HEAD ? RS_MAYBE : RS_NO;
}
