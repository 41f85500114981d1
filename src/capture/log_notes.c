/* SPDX-License-Identifier: Apache-2.0 */
#include "capture/log_notes.h"

#include <glib.h>
#include <string.h>

/* Results of libcurl, libcurl-errors(3). */
const char *
log_transfer_word(int result)
{
	static const struct {
		int result;
		const char *word;
	} rows[] = {{5, "resolve"}, {6, "resolve"}, {7, "connect"},
	    {22, "http"}, {28, "timeout"}, {35, "tls"}, {51, "tls"},
	    {53, "tls"}, {54, "tls"}, {58, "tls"}, {59, "tls"}, {60, "tls"},
	    {64, "tls"}, {66, "tls"}, {77, "tls"}, {80, "tls"}, {82, "tls"},
	    {83, "tls"}, {90, "tls"}, {91, "tls"}, {98, "tls"}};
	if (result == 0)
		return NULL;
	for (size_t i = 0; i < G_N_ELEMENTS(rows); i++)
		if (rows[i].result == result)
			return rows[i].word;
	return "other";
}

static void
keep(char to[LOG_NOTE_TEXT], struct rs_span s)
{
	if (s.n >= LOG_NOTE_TEXT)
		return;
	if (s.n)
		memcpy(to, s.p, s.n);
	to[s.n] = 0;
}

static struct rs_span
host_part(struct rs_span s)
{
	size_t n = 0;
	while (n < s.n && (g_ascii_isalnum(s.p[n]) || s.p[n] == '.' ||
			      s.p[n] == '-' || s.p[n] == '_' || s.p[n] == ':'))
		n++;
	return rs_span_part(s, 0, n);
}

/* Neither who asks nor the path: both may say what nobody else shall know. */
static void
keep_origin(char to[LOG_NOTE_TEXT], struct rs_span url)
{
	const char *at =
	    url.n ? g_strstr_len((const char *)url.p, (gssize)url.n, "://")
		  : NULL;
	if (at == NULL)
		return;
	size_t n = (size_t)(at - (const char *)url.p) + 3;
	struct rs_span rest = rs_span_from(url, n), host = rest;
	host.n = rs_span_find(rest, '/');
	/* A password may have a '/': what looks like a host is its half. */
	struct rs_span path = rs_span_from(rest, host.n);
	if (rs_span_find(path, '@') < path.n)
		return;
	while (memchr(host.p, '@', host.n))
		host = rs_span_from(host, rs_span_find(host, '@') + 1);
	host = host_part(host);
	for (size_t i = 0; i + 3 < n; i++)
		if (!g_ascii_isalpha(url.p[i]))
			return;
	if (host.n == 0 || n + host.n >= LOG_NOTE_TEXT)
		return;
	memcpy(to, url.p, n);
	memcpy(to + n, host.p, host.n);
	to[n + host.n] = 0;
}

/* Words, and numbers as short as a status: what is longer may be a number that
   knows the phone. */
static void
keep_reason(char to[LOG_NOTE_TEXT], struct rs_span s)
{
	size_t n = 0, word = 0, good = 0;
	unsigned digits = 0;
	for (; n < s.n; n++) {
		uint8_t c = s.p[n];
		bool digit = rs_ascii_digit(c);
		if (digit &&
		    (++digits > 3 || (n > word && !rs_ascii_digit(s.p[n - 1]))))
			break;
		if (!digit && g_ascii_isalpha(c) && digits)
			break;
		if (digit || g_ascii_isalpha(c))
			continue;
		if (c == 0 || !strchr(" ,.-()'", c))
			break;
		good = n;
		word = n + 1;
		digits = 0;
	}
	s = rs_span_part(s, 0, n == s.n ? n : good);
	while (s.n && strchr(" ,.-(", s.p[s.n - 1]))
		s.n--;
	keep(to, s);
}

/* "HTTP/1.1 404 Not Found" */
static int
status_of(struct rs_span line)
{
	uint32_t v;
	struct rs_span s = rs_span_from(line, rs_span_find(line, ' ') + 1);
	bool told = rs_span_u32(rs_span_part(s, 0, 3), &v) && v >= 100;
	return told ? (int)v : 0;
}

/* ---- attempts ---- */

static void
shut(struct cap_log_notes *n)
{
	if (n->open && n->n < LOG_RESYNCS)
		n->resyncs[n->n++] = n->now;
	else
		n->more += n->open;
	n->open = false;
}

static void
begin(struct cap_log_notes *n, uint64_t line, rs_time at)
{
	if (n->open)
		return;
	n->open = true;
	n->now = (struct cap_resync){.line = line, .at = at, .transfer = -1};
}

void
log_notes_take(struct cap_log_notes *n, const struct log_fact *f, uint64_t line,
    rs_time at)
{
	switch (f->kind) {
	case LOG_URL:
		shut(n);
		begin(n, line, at);
		keep_origin(n->now.from, f->value);
		break;
	case LOG_UNRESOLVED:
		begin(n, line, at);
		keep(n->now.unresolved, host_part(f->name));
		break;
	case LOG_TRANSFER:
		if (f->result == 0)
			break;
		begin(n, line, at);
		/* A cut "6" after a name that was not resolved is one. */
		if (f->whole || (f->result == 6 && n->now.unresolved[0]))
			n->now.transfer = (int)f->result;
		break;
	case LOG_RESYNCED:
		begin(n, line, at);
		if (n->now.from[0] == 0)
			keep_origin(n->now.from, f->value);
		n->now.succeeded = RS_TRUE;
		shut(n);
		break;
	case LOG_RESYNC_FAILED:
		begin(n, line, at);
		keep_reason(n->now.reason, f->value);
		n->now.succeeded = RS_FALSE;
		shut(n);
		break;
	case LOG_HTTP_STATUS:
		if (n->open)
			n->now.status = status_of(f->value);
		break;
	case LOG_TLS_LEAST:
		if (f->value.n < sizeof n->tls_least) {
			memcpy(n->tls_least, f->value.p, f->value.n);
			n->tls_least[f->value.n] = 0;
		}
		break;
	case LOG_DHCP:
	case LOG_DNS_FORWARD:
	case LOG_DNS_QUERY:
	case LOG_DNS_REPLY:
	case LOG_DNS_CACHED:
	case LOG_SRV_LIST:
	case LOG_SRV_TARGET:
	case LOG_HTTP_REQUEST:
	case LOG_FACT_NONE:
		break;
	}
}

void
log_notes_finish(struct cap_log_notes *n)
{
	shut(n);
}
