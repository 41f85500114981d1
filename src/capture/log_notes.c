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

static void
aim(struct cap_resync *r, struct rs_span url)
{
	struct log_url u;
	keep_origin(r->from, url);
	if (log_url_parse(url, &u))
		keep(r->path,
		    rs_span_part(u.target, 0, rs_span_find(u.target, '?')));
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
	if (n->now.succeeded != RS_UNKNOWN && n->open) {
		if (n->now.sent)
			log_pending_over(&n->transfers);
		if (n->requests.whose)
			log_pending_over(&n->requests);
	}
	n->transfers.whose = n->requests.whose = false;
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

/* What it asks for is said once more. */
static bool
repeats(const struct cap_log_notes *n, const struct log_fact *f)
{
	struct cap_resync again = {0};
	aim(&again, f->value);
	return n->open && f->kind == LOG_URL && !n->now.sent &&
	       n->now.transfer < 0 && n->now.status == 0 && again.from[0] &&
	       again.path[0] && strcmp(again.from, n->now.from) == 0 &&
	       strcmp(again.path, n->now.path) == 0;
}

/* ---- transfers ---- */

/* Is it the one that the attempt in hand waits for? */
static void
sends(struct cap_log_notes *n, const struct log_fact *f, rs_time at)
{
	char from[LOG_NOTE_TEXT] = "";
	keep_origin(from, f->value);
	bool mine = n->open && !n->now.sent && n->now.from[0] &&
		    strcmp(from, n->now.from) == 0;
	n->now.sent |= mine;
	log_pend(&n->transfers, f, at, mine);
}

/* "GET /phone.cfg?serial=1 HTTP/1.1" */
static void
requests(struct cap_log_notes *n, const struct log_fact *f, rs_time at)
{
	struct rs_span path =
	    rs_span_from(f->value, rs_span_find(f->value, ' ') + 1);
	path.n = rs_span_find(path, ' ');
	path.n = rs_span_find(path, '?');
	bool mine = n->open && n->now.path[0] &&
		    rs_span_eq(path, rs_span_str(n->now.path));
	log_pend(&n->requests, f, at, mine);
}

static void
transferred(struct cap_log_notes *n, const struct log_fact *f)
{
	bool mine =
	    n->open && n->now.sent && log_pending_ends(&n->transfers, f);
	/* After a name that was not resolved it says the same, cut or not. */
	bool unresolved = f->result == 6 && n->open && n->now.unresolved[0];
	log_pending_end(&n->transfers, f);
	if (mine)
		n->requests = (struct log_pending){0};
	if (unresolved || (mine && f->result && f->whole))
		n->now.transfer = (int)f->result;
}

static void
answers(struct cap_log_notes *n, const struct log_fact *f)
{
	bool alone =
	    n->transfers.n < 2 && !n->transfers.mixed && !n->requests.mixed;
	if (n->open && alone && n->now.transfer < 0 &&
	    (log_pending_ends(&n->requests, f) ||
		(n->now.sent && log_pending_ends(&n->transfers, f))))
		n->now.status = status_of(f->value);
	log_pending_end(&n->requests, f);
}

void
log_notes_take(struct cap_log_notes *n, const struct log_fact *f, uint64_t line,
    rs_time at)
{
	switch (f->kind) {
	case LOG_URL:
	case LOG_PROFILE:
		if (repeats(n, f) && !announced(n))
			break;
		if (f->kind == LOG_PROFILE || !announced(n))
			shut(n);
		begin(n, line, at);
		aim(&n->now, f->value);
		n->now.announced = f->kind == LOG_PROFILE;
		break;
	case LOG_UNRESOLVED:
		begin(n, line, at);
		keep(n->now.unresolved, host_part(f->name));
		break;
	case LOG_TRANSFER:
		transferred(n, f);
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
		answers(n, f);
		break;
	case LOG_TLS_LEAST:
		if (f->value.n < sizeof n->tls_least) {
			memcpy(n->tls_least, f->value.p, f->value.n);
			n->tls_least[f->value.n] = 0;
		}
		break;
	case LOG_SENDING:
		sends(n, f, at);
		break;
	case LOG_HTTP_REQUEST:
		requests(n, f, at);
		break;
	case LOG_DHCP:
	case LOG_DNS_FORWARD:
	case LOG_DNS_QUERY:
	case LOG_DNS_REPLY:
	case LOG_DNS_CACHED:
	case LOG_SRV_LIST:
	case LOG_SRV_TARGET:
	case LOG_FACT_NONE:
		break;
	}
}

void
log_notes_finish(struct cap_log_notes *n)
{
	shut(n);
}
