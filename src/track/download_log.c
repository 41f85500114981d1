/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Fetches that a phone's log tells of.
 *
 * Their requests and responses, where the log has them, come as HTTP and are
 * heard as such; what is told besides comes in words (log/fetch.h).  What was
 * captured in clear as well is told by the capture, and not twice.
 */
#include "track/download_inner.h"

#include "log/fetch.h"

struct fetch *
download_log_of(const struct download_tracker *k, uint64_t serial)
{
	for (struct table_node *n = table_first(&k->requests, serial); n;
	     n = table_next(n)) {
		struct fetch *f = TRACK_OF(n, struct fetch, node);
		if (f->serial == serial && f->told)
			return f;
	}
	return NULL;
}

enum rec_download_state
download_log_state(const struct fetch *f)
{
	enum rec_download_state s = f->rec.status == REC_ABSENT
					? REC_DOWNLOAD_CUT_OFF
					: download_state_of(f->rec.status);
	if (f->good == RS_TRUE)
		return REC_DOWNLOADED;
	if (f->good == RS_FALSE &&
	    (s == REC_DOWNLOADED || s == REC_DOWNLOAD_CUT_OFF))
		return REC_DOWNLOAD_FAILED;
	return s;
}

/* ---- what was captured, too ---- */

/* Names are the same in any case, and paths of TFTP have a '/' or none. */
static uint64_t
hash_of(const struct download_tracker *k, struct rs_span s, bool name)
{
	uint8_t text[DOWNLOAD_TEXT];
	size_t n = 0;
	if (!name && s.n && s.p[0] == '/')
		s = rs_span_from(s, 1);
	for (; n < s.n && n < sizeof text; n++)
		text[n] = name ? rs_ascii_lower(s.p[n]) : s.p[n];
	return n ? rs_hash(k->seed, (struct rs_span){text, n}) | 1 : 0;
}

void
download_captured(struct download_tracker *k, const struct rec_download *d,
    struct rs_span path, uint64_t serial)
{
	k->captured[k->n_captured++ % CAPTURED] = (struct captured){
	    .client = d->client.at.addr,
	    .server = d->server.at.addr,
	    .what = hash_of(k, path, false),
	    .host = hash_of(k, d->host, true),
	    .at = d->started,
	    .broke = rec_download_broke(d->state),
	    .serial = serial,
	    .status = d->status,
	};
}

void
download_captured_status(
    struct download_tracker *k, uint64_t serial, int64_t status)
{
	unsigned n = k->n_captured < CAPTURED ? k->n_captured : CAPTURED;
	for (unsigned i = k->n_captured - n; i != k->n_captured; i++) {
		struct captured *c = &k->captured[i % CAPTURED];
		if (c->serial != serial || c->status != REC_ABSENT)
			continue;
		c->status = status;
		return;
	}
}

/* One says what the other excludes. */
static bool
differs(const struct captured *c, const struct fetch *f)
{
	const int64_t status = f->rec.status;
	if (f->unconnected || f->rec.resolved == RS_FALSE)
		return true;
	if (c->status == REC_ABSENT)
		return false;
	if (status != REC_ABSENT)
		return status != c->status;
	return (f->good == RS_TRUE && c->status >= 400) ||
	       (f->good == RS_FALSE && c->status < 300);
}

static bool
same_server(const struct captured *c, uint64_t host, const struct rs_addr *a)
{
	return (host && c->host == host) ||
	       (a->family && rs_addr_eq(&c->server, a));
}

/* What is inside of HTTPS is told by the log alone; but if the handshake broke,
   it was for this that the fetch did. */
static bool
captured_too(struct download_tracker *k, const struct fetch *f)
{
	const struct rec_download *d = &f->rec;
	uint64_t host = hash_of(k, d->host, true);
	for (unsigned i = 0; i < CAPTURED && i < k->n_captured; i++) {
		struct captured *c = &k->captured[i];
		if (!c->told && !differs(c, f) &&
		    rs_addr_eq(&c->client, &d->client.at.addr) &&
		    c->at >= d->started - DOWNLOAD_LOG_WAITS &&
		    c->at <= f->last + DOWNLOAD_LOG_WAITS &&
		    same_server(c, host, &d->server.at.addr) &&
		    ((c->what && c->what == f->what) ||
			(c->broke && rec_download_broke(d->state)))) {
			c->told = true;
			return true;
		}
	}
	return false;
}

void
download_log_over(struct download_tracker *k, rs_time before)
{
	struct queue_link *l;
	while ((l = queue_first(&k->told_order)) != NULL) {
		struct fetch *f = TRACK_OF(l, struct fetch, order);
		if (f->last > before)
			break;
		queue_remove(&k->told_order, &f->order);
		if (captured_too(k, f))
			fetch_free(k, f);
		else
			fetch_close(k, f);
	}
}

void
download_log_all(struct download_tracker *k)
{
	struct queue_link *l;
	while ((l = queue_first(&k->nobodys)) != NULL) {
		queue_remove(&k->nobodys, l);
		queue_push(&k->told_order, l);
	}
	download_log_over(k, INT64_MAX);
}

/* ---- words ---- */

static enum rec_download_protocol
protocol_of(enum log_scheme s)
{
	switch (s) {
	case LOG_TFTP:
		return REC_TFTP;
	case LOG_HTTP:
		return REC_HTTP;
	case LOG_HTTPS:
		return REC_HTTPS;
	case LOG_SCHEME_NONE:
		break;
	}
	return REC_DOWNLOAD_PROTOCOL_NONE; /* one of the latter two */
}

static void
begin(struct download_tracker *k, const struct rs_event *ev)
{
	struct fetch *f = fetch_new(k, ev);
	if (f == NULL)
		return;
	f->told = true;
	f->serial = ev->flow->serial;
	f->rec.client.at = ev->flow->end[RS_C2S];
	f->rec.visibility = REC_LOG;
	f->rec.phone = RS_TRUE; /* the log is a phone's */
	table_add(&k->requests, &f->node, f->serial);
	queue_push(&k->requests_order, &f->order);
}

static void
aim(struct fetch *f, const struct rs_event *ev)
{
	const struct log_fetch *m = ev->u.fetch;
	struct rec_download *d = &f->rec;
	struct rs_addr address;
	d->server.at = ev->flow->end[RS_S2C];
	d->protocol = protocol_of(m->scheme);
	if (m->resync)
		d->resync = RS_TRUE;
	if (f->headed)
		return; /* its head said more */
	d->path = download_path(&f->arena, m->target);
	d->host = download_words(&f->arena, m->host);
	if (m->host.n && !rs_addr_parse(&address, m->host))
		d->server.name = d->host;
}

static void
take(struct fetch *f, const struct rs_event *ev)
{
	const struct log_fetch *m = ev->u.fetch;
	struct rec_download *d = &f->rec;
	bool fine = d->status == REC_ABSENT || d->status < 300;
	aim(f, ev);
	if (m->unresolved)
		d->resolved = RS_FALSE;
	f->unconnected |= m->unconnected;
	if (m->succeeded == RS_FALSE && fine)
		d->reason = download_words(&f->arena, m->reason);
	if (m->succeeded != RS_UNKNOWN && f->good != m->succeeded) {
		f->good = m->succeeded;
		if (d->status == REC_ABSENT)
			d->answer_frame = ev->at.from;
	}
	if (m->step == LOG_FETCH_TOLD || m->succeeded != RS_UNKNOWN)
		fetch_frame(f, ev->at.from);
	f->last = ev->at.complete;
}

/* Those of that log whose phone was not known. */
static void
whose(struct download_tracker *k, const struct rs_event *ev)
{
	struct queue *const queues[] = {&k->nobodys, &k->requests_order};
	struct queue_link *l, *next;
	for (size_t i = 0; i < sizeof queues / sizeof *queues; i++)
		for (l = queue_first(queues[i]); l; l = next) {
			struct fetch *f = TRACK_OF(l, struct fetch, order);
			next = queue_next(queues[i], l);
			if (!f->told || f->rec.client.at.addr.family ||
			    f->rec.id.frame.file != ev->at.from.file)
				continue;
			f->rec.client.at = ev->flow->end[RS_C2S];
			if (i > 0)
				continue;
			queue_remove(&k->nobodys, l);
			queue_push(&k->told_order, l);
		}
}

void
download_log(struct download_tracker *k, const struct rs_event *ev)
{
	if (ev->u.fetch->step == LOG_FETCH_WHOSE) {
		whose(k, ev);
		return;
	}
	if (ev->u.fetch->step == LOG_FETCH_ASKED)
		begin(k, ev);
	struct fetch *f = download_log_of(k, ev->flow->serial);
	if (f == NULL)
		return; /* no room */
	take(f, ev);
	if (ev->u.fetch->step != LOG_FETCH_ENDED)
		return;
	download_log_end(k, f);
	if (k->told_order.n)
		download_log_over(k, k->now - DOWNLOAD_LOG_WAITS);
}

void
download_log_end(struct download_tracker *k, struct fetch *f)
{
	struct rec_download *d = &f->rec;
	d->state = download_log_state(f);
	/* What was good needs none. */
	if (d->state == REC_DOWNLOADED)
		d->reason = (struct rs_span){0};
	f->what = hash_of(k, f->rec.path, false);
	queue_remove(&k->requests_order, &f->order);
	table_remove(&k->requests, &f->node);
	queue_push(f->rec.client.at.addr.family ? &k->told_order : &k->nobodys,
	    &f->order);
}
