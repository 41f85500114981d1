/* SPDX-License-Identifier: Apache-2.0 */
#include "engine/log_fetch.h"

#include "engine/log_lease.h"
#include "engine/pipeline.h"
#include "http/http.h"
#include "log/fetch.h"
#include "log/pending.h"

#include <glib.h>

enum { TEXT = 8192 };

/* What comes later is not of the same fetch. */
static const rs_time PATIENCE = 120 * RS_SEC;

struct log_fetching {
	struct pipeline *p;
	uint64_t *serial;
	struct log_hosts hosts;
	/* A profile rule that was named, and not asked for yet. */
	struct log_kept rule;
	rs_time rule_at;
	/* The fetch that is under way. */
	bool open;
	bool sent;     /* a transfer of it was begun */
	bool headed;   /* its request was told */
	bool answered; /* with a status */
	/* Transfers of libcurl, and requests whose heads were told; and the
	   flow of the last one. */
	struct log_pending transfers, requests;
	uint64_t transfer, request;
	struct rs_stamp last;
	struct log_fetch about;
	struct log_kept host, target, reason; /* what `about` views */
	struct rs_flow_info info;
	void *http; /* the dissector's state */
	uint8_t text[TEXT];
};

struct log_fetching *
log_fetching_new(
    struct pipeline *p, uint64_t *serial, const struct log_hosts *hosts)
{
	struct log_fetching *x = g_new0(struct log_fetching, 1);
	x->p = p;
	x->serial = serial;
	x->hosts = *hosts;
	x->http = g_malloc0(MAX(http_dissector.state_size, 1));
	return x;
}

void
log_fetching_free(struct log_fetching *x)
{
	if (x)
		g_free(x->http);
	g_free(x);
}

/* ---- what is told ---- */

/* The server's address may have become known by now. */
static void
locate(struct log_fetching *x)
{
	struct rs_addr *to = &x->info.end[RS_S2C].addr;
	if (to->family || x->about.host.n == 0 ||
	    rs_addr_parse(to, x->about.host))
		return;
	const struct rs_addr *a = x->hosts.find(x->hosts.arg, x->about.host);
	if (a)
		*to = *a;
}

static void
tell(
    struct log_fetching *x, enum log_fetch_step step, const struct rs_stamp *at)
{
	locate(x);
	x->about.step = step;
	x->last = *at;
	struct rs_event ev = {.type = RS_EV_FETCH,
	    .dir = RS_C2S,
	    .at = *at,
	    .flow = &x->info,
	    .u.fetch = &x->about};
	pipeline_say(x->p, &ev);
}

static void
finish(struct log_fetching *x, const struct rs_stamp *at)
{
	if (x->open)
		tell(x, LOG_FETCH_ENDED, at);
	x->open = false;
}

void
log_fetching_phone(struct log_fetching *x, const struct rs_addr *phone,
    const struct rs_stamp *at)
{
	const struct log_fetch whose = {.step = LOG_FETCH_WHOSE};
	struct rs_event ev = {.type = RS_EV_FETCH,
	    .dir = RS_C2S,
	    .at = *at,
	    .flow = &x->info,
	    .u.fetch = &whose};
	x->info.end[RS_C2S].addr = *phone;
	pipeline_say(x->p, &ev);
}

/* Where to; nothing of a URL that nobody can read. */
static void
aim(struct log_fetching *x, const struct log_url *u)
{
	x->host = log_keep(u->host);
	x->target = log_keep(u->target);
	x->about.scheme = u->scheme;
	x->about.host = log_view(&x->host);
	x->about.target = log_view(&x->target);
	x->info.end[RS_S2C] = (struct rs_endpoint){.port = u->port};
	x->info.carrier = u->scheme == LOG_TFTP    ? RS_OVER_UDP
			  : u->scheme == LOG_HTTPS ? RS_OVER_TLS
						   : RS_OVER_TCP;
}

static void
begin(struct log_fetching *x, const struct log_url *u, bool resync,
    const struct rs_stamp *at)
{
	finish(x, &x->last);
	x->open = true;
	x->sent = x->headed = x->answered = false;
	x->about = (struct log_fetch){.resync = resync};
	x->info.serial = (*x->serial)++;
	x->info.first_at = at->first;
	x->info.first = at->from;
	x->info.source = RS_FROM_LOG;
	x->info.from_start = true;
	memset(x->http, 0, MAX(http_dissector.state_size, 1));
	aim(x, u);
	tell(x, LOG_FETCH_ASKED, at);
}

/* It failed; what was told first tells most. */
static void
failed(struct log_fetching *x, struct rs_span reason)
{
	x->about.succeeded = RS_FALSE;
	if (x->about.reason.n)
		return;
	x->reason = log_keep(reason);
	x->about.reason = log_view(&x->reason);
}

/* ---- which fetch a line is of ---- */

/* Does that line end what is pending, and is that of the fetch in hand? */
static bool
ends(const struct log_fetching *x, const struct log_pending *q, uint64_t serial,
    const struct log_fact *f)
{
	return x->open && serial == x->info.serial && log_pending_ends(q, f);
}

static bool
same(struct rs_span a, struct rs_span b)
{
	return a.n && rs_span_eq_nocase(a, b);
}

/* The rule that was named, if it leads to that host; host empty: wherever. */
static bool
by_rule(const struct log_fetching *x, struct rs_span host,
    const struct rs_stamp *at, struct log_url *u)
{
	return x->rule.n && at->complete - x->rule_at <= PATIENCE &&
	       log_url_parse(log_view(&x->rule), u) &&
	       (host.n == 0 || same(host, u->host));
}

/* A fetch from that host, as a rule has it or else by its name alone. */
static void
begin_to(struct log_fetching *x, struct rs_span host, const struct rs_stamp *at)
{
	struct log_url u;
	bool rule = by_rule(x, host, at, &u);
	if (!rule)
		u = (struct log_url){.host = host};
	x->rule.n = 0;
	begin(x, &u, rule, at);
}

/* A transfer of libcurl: all but TFTP, which it does not do here. */
static bool
by_curl(const struct log_fetching *x)
{
	return x->open && x->about.scheme != LOG_TFTP;
}

/* ---- lines ---- */

static void
asks(
    struct log_fetching *x, const struct log_fact *f, const struct rs_stamp *at)
{
	struct log_url u;
	bool known = log_url_parse(f->value, &u);
	x->rule.n = 0;
	/* Said once more. */
	if (known && x->open && x->about.resync && !x->sent &&
	    same(u.host, x->about.host) &&
	    rs_span_eq(u.target, x->about.target))
		return;
	begin(x, &u, true, at);
}

static void
sends(
    struct log_fetching *x, const struct log_fact *f, const struct rs_stamp *at)
{
	struct log_url u;
	if (!log_url_parse(f->value, &u)) { /* of anything */
		log_pend(&x->transfers, f, at->complete, false);
		return;
	}
	if (!by_curl(x) || x->sent || x->headed || !x->about.resync ||
	    !same(u.host, x->about.host)) {
		struct log_url rule;
		bool resync = by_rule(x, u.host, at, &rule);
		x->rule.n = 0;
		begin(x, &u, resync, at);
	}
	x->sent = true;
	x->last = *at;
	x->transfer = x->info.serial;
	log_pend(&x->transfers, f, at->complete, true);
}

static void
unresolved(
    struct log_fetching *x, const struct log_fact *f, const struct rs_stamp *at)
{
	if (!x->open || x->headed ||
	    (x->about.host.n && !same(f->name, x->about.host)))
		begin_to(x, f->name, at);
	if (x->about.host.n == 0) {
		x->host = log_keep(f->name);
		x->about.host = log_view(&x->host);
	}
	x->sent = true;
	x->about.unresolved = true;
	failed(x, RS_LIT("Couldn't resolve host"));
	tell(x, LOG_FETCH_TOLD, at);
}

static void
transferred(
    struct log_fetching *x, const struct log_fact *f, const struct rs_stamp *at)
{
	char text[48] = "";
	bool mine = ends(x, &x->transfers, x->transfer, f);
	log_pending_end(&x->transfers, f);
	if (mine) /* no status comes after that */
		x->requests = (struct log_pending){0};
	if (!mine || f->result == 0) /* which says nothing of the status */
		return;
	if (f->whole) {
		g_snprintf(text, sizeof text, "%s, libcurl %u",
		    log_transfer_word((int)f->result), f->result);
		x->about.unresolved |= f->result == 6 && x->about.host.n;
		x->about.unconnected |= f->result >= 5 && f->result <= 7;
	}
	failed(x, rs_span_str(text));
	tell(x, LOG_FETCH_TOLD, at);
}

/* The phone's words end it, and all of it. */
static void
over(struct log_fetching *x, const struct rs_stamp *at)
{
	if (x->transfer == x->info.serial)
		log_pending_over(&x->transfers);
	if (x->request == x->info.serial)
		log_pending_over(&x->requests);
	finish(x, at);
}

/* "Successful resync" */
static void
resynced(
    struct log_fetching *x, const struct log_fact *f, const struct rs_stamp *at)
{
	struct log_url u = {0};
	bool known = log_url_parse(f->value, &u);
	bool mine =
	    x->open && x->about.resync &&
	    (!known || x->about.host.n == 0 || same(u.host, x->about.host));
	if (!mine && known)
		begin(x, &u, true, at);
	else if (!mine)
		begin_to(x, (struct rs_span){NULL, 0}, at);
	else if (known && x->about.host.n == 0)
		aim(x, &u);
	x->about.resync = true;
	x->about.succeeded = RS_TRUE;
	x->about.reason.n = 0; /* of a try before */
	over(x, at);
}

/* "Resync failed", which names nothing: it is of a fetch that is known to be a
   resync, or of the rule that was named; or it is said once more. */
static void
resync_failed(
    struct log_fetching *x, const struct log_fact *f, const struct rs_stamp *at)
{
	struct log_url u;
	if (!x->open || !x->about.resync) {
		if (!by_rule(x, (struct rs_span){NULL, 0}, at, &u))
			return;
		x->rule.n = 0;
		begin(x, &u, true, at);
	}
	failed(x, log_reason(f->value));
	over(x, at);
}

/* ---- messages of HTTP ---- */

static void
emit(void *arg, const struct rs_event *ev)
{
	struct log_fetching *x = arg;
	struct rs_event full = *ev;
	if (ev->type != RS_EV_HTTP)
		return;
	full.flow = &x->info;
	pipeline_say(x->p, &full);
}

static void
say(struct log_fetching *x, enum rs_dir dir, struct rs_span bytes,
    const struct rs_stamp *at)
{
	const struct rs_sink out = {emit, x};
	const struct rs_arrival one = {bytes.n, *at};
	const struct rs_where where = {&one, 1};
	locate(x);
	x->last = *at;
	while (bytes.n) {
		struct rs_progress p = http_dissector.feed(
		    x->http, x->info.carrier, dir, bytes, &where, &out);
		if (p.how != RS_PARSED || p.consumed == 0)
			break;
		bytes = rs_span_from(bytes, p.consumed);
	}
}

static struct rs_span
host_of(const struct http_head *h)
{
	struct rs_span s = h->host;
	struct rs_addr a;
	for (size_t at; (at = rs_span_find(s, '@')) < s.n;)
		s = rs_span_from(s, at + 1);
	s = rs_span_part(s, 0, rs_span_find(s, ':'));
	return log_url_is_name(s) || rs_addr_parse(&a, s)
		   ? s
		   : (struct rs_span){NULL, 0};
}

/* Is it what the fetch that is under way asks? */
static bool
asked_for(const struct log_fetching *x, const struct http_head *h)
{
	struct rs_span path = x->about.target;
	path.n = rs_span_find(path, '?');
	return x->about.host.n == 0 || same(host_of(h), x->about.host) ||
	       (path.n > 1 && rs_span_starts(h->target, path));
}

static void
requests(
    struct log_fetching *x, const struct log_fact *f, const struct rs_stamp *at)
{
	struct log_text t = log_sip_text(f->value, x->text, sizeof x->text);
	const struct rs_span head = {x->text, t.n};
	struct http_head h;
	if (http_head_parse(&h, head) != RS_YES || !h.request)
		return;
	bool asked = by_curl(x) && asked_for(x, &h);
	if (asked && (x->headed || x->answered)) {
		/* Once more: with credentials, say. */
		bool sent = x->transfer == x->info.serial;
		struct log_kept host = x->host, target = x->target;
		const struct log_url u = {.scheme = x->about.scheme,
		    .host = log_view(&host),
		    .port = x->info.end[RS_S2C].port,
		    .target = log_view(&target)};
		begin(x, &u, x->about.resync, at);
		if (sent)
			x->transfer = x->info.serial;
	} else if (!asked) {
		begin_to(x, host_of(&h), at);
	}
	x->headed = x->sent = true;
	x->request = x->info.serial;
	log_pend(&x->requests, f, at->complete, true);
	say(x, RS_C2S, head, at);
}

/* Of the one request that waits, or of the one transfer whose request is not in
   the log; not of one that has failed. */
static bool
answers_it(const struct log_fetching *x, const struct log_fact *f)
{
	if (x->about.succeeded == RS_FALSE || x->transfers.mixed ||
	    x->transfers.n > 1 || x->requests.mixed)
		return false;
	return ends(x, &x->requests, x->request, f) ||
	       ends(x, &x->transfers, x->transfer, f);
}

/* The rest of the head, and the body, are in no log: it ends, and says nothing
   of its length (RFC 9112 7.1). */
static void
answers(
    struct log_fetching *x, const struct log_fact *f, const struct rs_stamp *at)
{
	static const char end[] = "\r\nTransfer-Encoding: chunked\r\n\r\n"
				  "0\r\n\r\n";
	struct http_head h;
	size_t n = f->value.n;
	if (!by_curl(x) || n + sizeof end > sizeof x->text || !answers_it(x, f))
		return;
	memcpy(x->text, f->value.p, n);
	memcpy(x->text + n, end, sizeof end - 1);
	const struct rs_span all = {x->text, n + sizeof end - 1};
	if (http_head_parse(&h, all) != RS_YES || h.status < 200)
		return;
	log_pending_end(&x->requests, f);
	x->answered = true;
	say(x, RS_S2C, all, at);
}

void
log_fetching_take(struct log_fetching *x, const struct log_fact *f,
    const struct rs_stamp *at, const struct rs_addr *phone)
{
	static void (*const take[])(struct log_fetching *,
	    const struct log_fact *, const struct rs_stamp *) = {
	    [LOG_URL] = asks,
	    [LOG_SENDING] = sends,
	    [LOG_UNRESOLVED] = unresolved,
	    [LOG_TRANSFER] = transferred,
	    [LOG_RESYNCED] = resynced,
	    [LOG_RESYNC_FAILED] = resync_failed,
	    [LOG_HTTP_REQUEST] = requests,
	    [LOG_HTTP_STATUS] = answers,
	};
	if (x->open && at->complete - x->last.complete > PATIENCE)
		finish(x, &x->last);
	x->info.end[RS_C2S].addr = *phone;
	if (f->kind == LOG_PROFILE) {
		x->rule = log_keep(f->value);
		if (f->value.n > LOG_KEPT)
			x->rule.n = 0; /* a part of it may mislead */
		x->rule_at = at->complete;
	} else if (f->kind < G_N_ELEMENTS(take) && take[f->kind]) {
		take[f->kind](x, f, at);
	}
}
