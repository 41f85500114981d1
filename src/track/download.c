/* SPDX-License-Identifier: Apache-2.0 */
/*
 * HTTP requests, handshakes of HTTPS, and what all downloads share.
 *
 * Responses come in the order of their requests (RFC 9112 9.3.2): the oldest
 * open one of the flow is the one that is answered.
 */
#include "track/download_inner.h"

#include "base/date.h"
#include "http/http.h"

#include <glib.h>
#include <stdio.h>

/* As long as an answer over TCP may take before its absence is told, and
   clients are patient for. */
static const rs_time NO_ANSWER = 32 * RS_SEC, GAVE_UP = 5 * RS_SEC;
static const rs_time TFTP_IDLE = 30 * RS_SEC;

struct download_tracker *
download_tracker_new(const struct profile_set *profiles,
    const struct rs_hash_seed *seed, struct rs_account *pay,
    const struct rec_sink *out)
{
	struct download_tracker *k = g_new0(struct download_tracker, 1);
	k->profiles = profiles;
	k->seed = seed;
	k->pay = pay;
	k->out = out;
	k->now = k->drops_to = RS_NEVER;
	rs_pool_init(&k->pool);
	table_init(&k->transfers, NULL);
	table_init(&k->requests, NULL);
	queue_init(&k->transfers_order);
	queue_init(&k->requests_order);
	queue_init(&k->told_order);
	queue_init(&k->nobodys);
	return k;
}

/* ---- one fetch ---- */

void
fetch_free(struct download_tracker *k, struct fetch *f)
{
	rec_arena_clear(&f->arena);
	rs_account_refund(k->pay, sizeof *f);
	rs_pool_give(&k->pool, f, sizeof *f);
}

static struct fetch *
oldest(const struct queue *q)
{
	struct queue_link *l = queue_first(q);
	return l ? TRACK_OF(l, struct fetch, order) : NULL;
}

static void
end(struct download_tracker *k, struct fetch *f, enum rec_download_state state)
{
	f->rec.state = state;
	queue_remove(&k->requests_order, &f->order);
	table_remove(&k->requests, &f->node);
	fetch_close(k, f);
}

void
download_tracker_free(struct download_tracker *k)
{
	if (k == NULL)
		return;
	struct queue *const queues[] = {&k->transfers_order, &k->requests_order,
	    &k->told_order, &k->nobodys};
	for (size_t i = 0; i < G_N_ELEMENTS(queues); i++)
		for (struct fetch *f; (f = oldest(queues[i])) != NULL;) {
			queue_remove(queues[i], &f->order);
			fetch_free(k, f);
		}
	table_clear(&k->transfers);
	table_clear(&k->requests);
	rs_pool_clear(&k->pool);
	g_free(k);
}

static bool
evict(struct download_tracker *k)
{
	struct fetch *t = oldest(&k->transfers_order);
	struct fetch *r = oldest(&k->requests_order);
	if (k->told_order.n + k->nobodys.n) { /* they only wait */
		download_log_all(k);
		return true;
	}
	if (t == NULL && r == NULL)
		return false;
	k->evicted++;
	if (r && (t == NULL || r->last <= t->last))
		end(k, r, REC_DOWNLOAD_CUT_OFF);
	else
		download_tftp_over(k, t, RS_END_EVICTED);
	return true;
}

struct fetch *
fetch_new(struct download_tracker *k, const struct rs_event *ev)
{
	if (k->transfers_order.n + k->requests_order.n + k->told_order.n +
		k->nobodys.n >=
	    DOWNLOADS_MOST)
		evict(k);
	while (!rs_account_charge(k->pay, sizeof(struct fetch)))
		if (!evict(k)) {
			k->evicted++;
			return NULL;
		}
	struct fetch *f = rs_pool_zeroed(&k->pool, sizeof *f);
	rec_arena_init(&f->arena, k->pay, &k->pool);
	rec_init(&rec_download_type, &f->rec);
	f->rec.id.frame = ev->at.from;
	f->rec.started = f->from = ev->at.first;
	f->asked = f->last = ev->at.complete;
	fetch_frame(f, ev->at.from);
	return f;
}

void
fetch_frame(struct fetch *f, struct rs_frame frame)
{
	struct rec_list *l = &f->rec.frames;
	const struct rs_frame *v = l->v;
	if (frame.number == 0 || (l->n && rs_frame_eq(v[l->n - 1], frame)))
		return;
	if (l->n < DOWNLOAD_FRAMES)
		*(struct rs_frame *)rec_list_add(l, &f->arena, sizeof *v) =
		    frame;
}

void
fetch_answered(struct fetch *f, const struct rs_stamp *at)
{
	f->answered = true;
	f->rec.delay = at->complete - f->from;
	f->rec.answer_frame = at->from;
	fetch_frame(f, at->from);
}

bool
fetch_waited(const struct download_tracker *k, const struct fetch *f,
    rs_time until, rs_time least)
{
	bool drops = k->drops_to != RS_NEVER && k->drops_to > f->asked;
	return !drops && !f->lacks && until - f->asked >= least;
}

/* Whose it is: hosts say more than what phones call themselves. */
static void
tell_profile(const struct profile_set *s, struct rec_download *d)
{
	const struct profile *p = profile_of_host(s, d->server.name);
	if (p == NULL)
		p = profile_of_request(s, d->user_agent, d->path);
	if (p)
		d->profile = rs_span_str(p->name);
	if (p || d->mac.p)
		d->phone = RS_TRUE;
	if (d->path.p && profile_optional(s, d->path))
		d->optional = RS_TRUE;
}

void
fetch_close(struct download_tracker *k, struct fetch *f)
{
	struct rec_download *d = &f->rec;
	d->ended = f->last;
	if (f->answered)
		d->duration = f->last - d->started;
	d->mac = download_mac(&f->arena, d->path);
	tell_profile(k->profiles, d);
	if (f->told) {
		d->path = download_told_path(&f->arena, d->path);
		d->user_agent = download_unnumbered(&f->arena, d->user_agent);
	}
	k->out->record(k->out->arg, &rec_download_type, d);
	fetch_free(k, f);
}

/* ---- HTTP ---- */

/* The oldest of the flow that waits for its head, or, with open, for its end;
   NULL: none. */
static struct fetch *
first_of(const struct download_tracker *k, uint64_t serial, bool open)
{
	struct fetch *first = NULL;
	for (struct table_node *n = table_first(&k->requests, serial); n;
	     n = table_next(n)) {
		struct fetch *f = TRACK_OF(n, struct fetch, node);
		if (f->serial == serial && (open || !f->answered) &&
		    (first == NULL || f->asked < first->asked ||
			(f->asked == first->asked &&
			    rec_id_cmp(&f->rec.id, &first->rec.id) < 0)))
			first = f;
	}
	return first;
}

/* A name of its own for each of those that one frame holds; false where there
   are too many that wait already. */
static bool
number(const struct download_tracker *k, struct fetch *f)
{
	unsigned waiting = 0;
	for (struct table_node *n = table_first(&k->requests, f->serial); n;
	     n = table_next(n)) {
		const struct fetch *o = TRACK_OF(n, struct fetch, node);
		if (o->serial != f->serial)
			continue;
		waiting++;
		if (rs_frame_eq(o->rec.id.frame, f->rec.id.frame) &&
		    o->rec.id.nth >= f->rec.id.nth)
			f->rec.id.nth = o->rec.id.nth + 1;
	}
	return waiting < DOWNLOADS_AHEAD;
}

/* What a request says of itself. */
static void
tell_head(struct fetch *f, const struct http_head *h)
{
	struct rec_download *d = &f->rec;
	struct rs_addr address;
	if (!rs_span_eq(h->method, RS_LIT("GET")))
		d->method = download_words(&f->arena, h->method);
	d->path = download_path(&f->arena, h->target);
	if (h->host.n)
		d->host = download_words(&f->arena, download_host(h->host));
	if (d->host.n && !rs_addr_parse(&address, d->host))
		d->server.name = d->host;
	d->user_agent = download_words(&f->arena, h->user_agent);
	d->credentials = h->credentials ? RS_TRUE : RS_FALSE;
}

/* Of a log: what it asks for was told already. */
static bool
told_before(struct download_tracker *k, const struct rs_event *ev,
    const struct http_head *h)
{
	struct fetch *f = download_log_of(k, ev->flow->serial);
	if (f == NULL || f->headed)
		return false;
	f->headed = true;
	f->from = ev->at.first;
	f->asked = f->last = ev->at.complete;
	tell_head(f, h);
	fetch_frame(f, ev->at.from);
	return true;
}

static void
request(struct download_tracker *k, const struct rs_event *ev,
    const struct http_head *h)
{
	if (ev->flow->source == RS_FROM_LOG && told_before(k, ev, h))
		return;
	struct fetch *f = fetch_new(k, ev);
	if (f == NULL)
		return;
	f->serial = ev->flow->serial;
	if (!number(k, f)) {
		k->evicted++;
		fetch_free(k, f);
		return;
	}
	struct rec_download *d = &f->rec;
	bool tls = ev->flow->carrier == RS_OVER_TLS;
	d->client.at = ev->flow->end[ev->dir];
	d->server.at = ev->flow->end[rs_dir_other(ev->dir)];
	d->protocol = tls ? REC_HTTPS : REC_HTTP;
	if (tls)
		d->handshake.frame = ev->flow->handshake;
	tell_head(f, h);
	download_captured(k, d, d->path, f->serial);
	table_add(&k->requests, &f->node, f->serial);
	queue_push(&k->requests_order, &f->order);
}

enum rec_download_state
download_state_of(int64_t status)
{
	if (status < 300 || status == 304)
		return REC_DOWNLOADED;
	if (status < 400)
		return REC_MOVED;
	if (status == 404 || status == 410)
		return REC_NOT_FOUND;
	return status < 500 ? REC_DENIED : REC_DOWNLOAD_FAILED;
}

static void
response(struct download_tracker *k, const struct rs_event *ev,
    const struct http_head *h)
{
	struct fetch *f = first_of(k, ev->flow->serial, false);
	if (f == NULL) /* a log may not have what came between */
		f = download_log_of(k, ev->flow->serial);
	if (f == NULL || h->status < 200)
		return;
	struct rec_download *d = &f->rec;
	fetch_answered(f, &ev->at);
	f->last = ev->at.complete;
	d->status = h->status;
	if (h->has_length)
		d->size = (int64_t)h->length;
	if (f->told) /* the server's own words may be about who asked */
		return;
	download_captured_status(k, f->serial, d->status);
	d->reason = download_words(&f->arena, h->reason);
	if (h->location.p)
		d->location = download_url(&f->arena, h->location);
	if (h->status == 401)
		d->challenge = h->challenge ? RS_TRUE : RS_FALSE;
	if (h->date.p)
		d->server_date = rs_date_parse(h->date);
	queue_remove(&k->requests_order, &f->order);
	queue_push(&k->requests_order, &f->order);
}

/* The response to the oldest has ended. */
static void
response_end(struct download_tracker *k, const struct rs_event *ev)
{
	const struct http_msg *m = ev->u.http;
	struct fetch *f = first_of(k, ev->flow->serial, true);
	if (f == NULL || !f->answered || f->told)
		return; /* how much came a log does not say */
	enum rec_download_state state = download_state_of(f->rec.status);
	f->last = ev->at.complete;
	f->rec.bytes = (int64_t)m->body;
	fetch_frame(f, ev->at.to);
	if (state == REC_DOWNLOADED && !m->whole)
		state = m->lacks ? REC_DOWNLOAD_CUT_OFF : REC_DOWNLOAD_FAILED;
	if (state == REC_DOWNLOAD_FAILED && !m->whole)
		f->rec.reason = RS_LIT("the connection closed too early");
	end(k, f, state);
}

static void
hear_http(struct download_tracker *k, const struct rs_event *ev)
{
	const struct http_msg *m = ev->u.http;
	if (m->head == NULL) {
		if (ev->dir == RS_S2C)
			response_end(k, ev);
	} else if (m->head->request && ev->dir == RS_C2S) {
		request(k, ev, m->head);
	} else if (!m->head->request && ev->dir == RS_S2C) {
		response(k, ev, m->head);
	}
}

/* ---- the end of a connection ---- */

static bool
closed_by(const struct rs_conn_facts *c, enum rs_dir dir)
{
	const struct rs_half_facts *h = &c->half[dir];
	const struct rs_half_facts *o = &c->half[rs_dir_other(dir)];
	rs_time mine = h->fin_at != RS_NEVER ? h->fin_at : h->rst_at;
	rs_time theirs = o->fin_at != RS_NEVER ? o->fin_at : o->rst_at;
	return mine != RS_NEVER && (theirs == RS_NEVER || mine <= theirs);
}

static enum rec_download_state
state_at_end(const struct download_tracker *k, struct fetch *f,
    const struct rs_event *ev)
{
	const struct rs_conn_facts *c = ev->u.flow_end.conn;
	bool gaps = c == NULL || c->half[RS_S2C].gaps;
	f->lacks |= gaps;
	if (f->answered && download_state_of(f->rec.status) != REC_DOWNLOADED)
		return download_state_of(f->rec.status);
	if (gaps || ev->u.flow_end.how == RS_END_EVICTED)
		return REC_DOWNLOAD_CUT_OFF;
	if (closed_by(c, RS_S2C)) {
		f->rec.reason =
		    c->half[RS_S2C].rst_at != RS_NEVER
			? RS_LIT("the server reset the connection")
			: RS_LIT("the server closed the connection");
		fetch_frame(f, c->half[RS_S2C].rst_at != RS_NEVER
				   ? c->half[RS_S2C].rst
				   : c->half[RS_S2C].fin);
		return REC_DOWNLOAD_FAILED;
	}
	if (closed_by(c, RS_C2S))
		return !f->answered && fetch_waited(k, f, c->last_at, GAVE_UP)
			   ? REC_DOWNLOAD_NO_ANSWER
			   : REC_CANCELLED;
	if (fetch_waited(k, f, k->now, NO_ANSWER))
		return f->answered ? REC_DOWNLOAD_FAILED
				   : REC_DOWNLOAD_NO_ANSWER;
	return REC_DOWNLOAD_CUT_OFF;
}

static void
hear_end(struct download_tracker *k, const struct rs_event *ev)
{
	struct fetch *f;
	while ((f = first_of(k, ev->flow->serial, true)) != NULL)
		end(k, f, state_at_end(k, f, ev));
}

/* ---- HTTPS ---- */

/* What broke it: the last alert that ends a connection, or how it ended. */
static struct rs_span
why(const struct rec_handshake *h, struct rs_frame *frame)
{
	const struct rec_alert *v = h->alerts.v;
	for (uint32_t i = h->alerts.n; i-- > 0;)
		if (v[i].name.p && v[i].level != 1) {
			*frame = v[i].frame;
			return v[i].name;
		}
	const char *reason = rec_handshake_reason_name(h->reason);
	return reason ? rs_span_str(reason) : (struct rs_span){0};
}

static enum rec_download_state
state_of_handshake(const struct rec_handshake *h)
{
	switch (h->state) {
	case REC_COMPLETED:
		return REC_OPENED;
	case REC_FAILED:
		return REC_DOWNLOAD_FAILED;
	case REC_ABANDONED:
		return h->last_message_server.p ? REC_DOWNLOAD_FAILED
						: REC_DOWNLOAD_NO_ANSWER;
	case REC_HANDSHAKE_NONE:
	case REC_HANDSHAKE_CUT_OFF:
	case REC_MIDSTREAM:
	case REC_HANDSHAKE_STATE_N:
		break;
	}
	return REC_DOWNLOAD_CUT_OFF;
}

void
download_tracker_handshake(
    struct download_tracker *k, const struct rec_handshake *h)
{
	struct rec_download d;
	const struct profile *p = profile_of_host(k->profiles, h->sni);
	if (p == NULL || h->visibility == REC_DECRYPTED)
		return; /* its requests tell more */
	rec_init(&rec_download_type, &d);
	d.id = d.handshake = h->id;
	d.started = h->started;
	d.ended = h->ended;
	d.client = h->client;
	d.server = h->server;
	d.server.name = d.host = h->sni;
	d.protocol = REC_HTTPS;
	d.state = state_of_handshake(h);
	if (rec_download_broke(d.state))
		d.reason = why(h, &d.answer_frame);
	d.delay = h->hello;
	d.profile = rs_span_str(p->name);
	d.phone = RS_TRUE;
	d.frames = h->frames;
	download_captured(k, &d, (struct rs_span){0}, 0);
	k->out->record(k->out->arg, &rec_download_type, &d);
}

/* ---- events and time ---- */

void
download_tracker_event(struct download_tracker *k, const struct rs_event *ev)
{
	if (ev->now > k->now)
		k->now = ev->now;
	if (ev->type == RS_EV_TFTP)
		download_tftp(k, ev);
	else if (ev->type == RS_EV_HTTP)
		hear_http(k, ev);
	else if (ev->type == RS_EV_FETCH)
		download_log(k, ev);
	else if (rs_event_unreachable(ev) && ev->flow->carrier == RS_OVER_UDP)
		download_tftp_icmp(k, ev);
	else if (ev->type == RS_EV_FLOW_END && k->requests_order.n)
		hear_end(k, ev);
	else if (ev->type == RS_EV_DROPS && ev->u.drops.packets)
		k->drops_to = ev->u.drops.to;
}

void
download_tracker_advance(struct download_tracker *k, rs_time now)
{
	struct fetch *f;
	if (now > k->now)
		k->now = now;
	while ((f = oldest(&k->transfers_order)) != NULL &&
	       k->now - f->last >= TFTP_IDLE)
		download_tftp_over(k, f, RS_END_IDLE);
	if (k->told_order.n)
		download_log_over(k, k->now - DOWNLOAD_LOG_WAITS);
}

void
download_tracker_finish(struct download_tracker *k, rs_time stop)
{
	struct fetch *f;
	if (stop > k->now)
		k->now = stop;
	while ((f = oldest(&k->transfers_order)) != NULL)
		download_tftp_over(k, f, RS_END_CAPTURE);
	while ((f = oldest(&k->requests_order)) != NULL)
		if (f->told)
			download_log_end(k, f);
		else
			end(k, f, REC_DOWNLOAD_CUT_OFF);
	download_log_all(k);
}

uint64_t
download_tracker_evicted(const struct download_tracker *k)
{
	return k->evicted;
}
