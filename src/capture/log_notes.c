/* SPDX-License-Identifier: Apache-2.0 */
#include "capture/log_notes.h"

#include "log/url.h"

#include <glib.h>
#include <string.h>

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
	static const char *const schemes[] = {
	    [LOG_TFTP] = "tftp", [LOG_HTTP] = "http", [LOG_HTTPS] = "https"};
	struct log_url u;
	if (log_url_parse(url, &u) && u.where.n < LOG_NOTE_TEXT - 8)
		g_snprintf(to, LOG_NOTE_TEXT, "%s://%.*s", schemes[u.scheme],
		    (int)u.where.n, (const char *)u.where.p);
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

/* A profile rule was named, and what it names is asked for next. */
static bool
announced(const struct cap_log_notes *n)
{
	return n->open && n->now.announced && n->now.unresolved[0] == 0 &&
	       n->now.transfer < 0 && n->now.status == 0;
}

void
log_notes_take(struct cap_log_notes *n, const struct log_fact *f, uint64_t line,
    rs_time at)
{
	switch (f->kind) {
	case LOG_URL:
	case LOG_PROFILE:
		if (f->kind == LOG_PROFILE || !announced(n))
			shut(n);
		begin(n, line, at);
		keep_origin(n->now.from, f->value);
		n->now.announced = f->kind == LOG_PROFILE;
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
		keep(n->now.reason, log_reason(f->value));
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
	case LOG_SENDING: /* how it ends is told */
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
