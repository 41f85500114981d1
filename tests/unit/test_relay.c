/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The way of events to another thread: what arrives is what was emitted, with
 * all that it points to, in its order, round the ring several times.
 */
#include "engine/event_copy.h"
#include "engine/relay.h"
#include "http/http.h"
#include "log/fetch.h"
#include "recorder.h"
#include "sip/sip.h"
#include "tftp/tftp.h"
#include "tls/certmsg.h"
#include "tls/hello.h"
#include "track/reading.h"
#include "unit.h"

#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

enum { BODY = 60000 };

/* To both sinks; what was pointed to is then overwritten. */
struct both {
	const struct rs_sink *to[2];
};

static void
emit_both(void *arg, const struct rs_event *ev)
{
	const struct both *b = arg;
	rs_emit(b->to[0], ev);
	rs_emit(b->to[1], ev);
}

struct with_flow {
	const struct rs_sink *to;
	const struct rs_flow_info *flow;
};

static void
emit_with_flow(void *arg, const struct rs_event *ev)
{
	const struct with_flow *f = arg;
	struct rs_event on = *ev;
	on.flow = f->flow;
	rs_emit(f->to, &on);
}

static void
datagram(const struct rs_sink *out, void *state, unsigned i, size_t body)
{
	static uint8_t bytes[BODY + 500];
	int n = snprintf((char *)bytes, 500,
	    "REGISTER sip:h%u.example SIP/2.0\r\n"
	    "Via: SIP/2.0/UDP 192.0.2.1;branch=z9hG4bK%u\r\n"
	    "From: <sip:a@example>;tag=%u\r\nTo: <sip:a@example>\r\n"
	    "Call-ID: %u\r\nCSeq: %u REGISTER\r\nContent-Length: %zu\r\n\r\n",
	    i, i, i, i, i, body);
	memset(bytes + n, 'a' + (int)(i % 26), body);
	struct rs_arrival at = {.end = (size_t)n + body,
	    .at = rs_stamp_at(i, (struct rs_frame){0, i})};
	const struct rs_where where = {&at, 1};
	sip_dissector.feed(state, RS_OVER_UDP, RS_C2S,
	    (struct rs_span){bytes, at.end}, &where, out);
	memset(bytes, '#', sizeof bytes);
}

static void
test_order(void)
{
	struct recorder direct, relayed;
	recorder_init(&direct);
	recorder_init(&relayed);
	direct.digest = relayed.digest = direct.stamps = relayed.stamps = true;
	void *state = calloc(1, sip_dissector.state_size);
	struct relay *r = relay_new(&relayed.sink, NULL);
	struct rs_sink in = relay_sink(r);
	struct both b = {{&direct.sink, &in}};
	const struct rs_sink out = {emit_both, &b};
	for (unsigned i = 1; i < 3000; i++) {
		datagram(&out, state, i, i % 50 ? i % 700 : i * 37 % BODY);
		if (i % 997 == 0)
			relay_flush(r);
	}
	relay_finish(r);
	CU_ASSERT_EQUAL(direct.events, 2999);
	CU_ASSERT_EQUAL(direct.events, relayed.events);
	CU_ASSERT_STRING_EQUAL(direct.text, relayed.text);
	relay_free(r);
	free(state);
	recorder_clear(&direct);
	recorder_clear(&relayed);
}

/* Holds the relay's thread until the emitter is done. */
struct held {
	pthread_mutex_t until;
	unsigned read, unread, wrong;
};

static void
take_held(void *arg, const struct rs_event *ev)
{
	const struct rs_hash_seed seed = {5, 6};
	struct held *h = arg;
	struct reading own;
	pthread_mutex_lock(&h->until);
	pthread_mutex_unlock(&h->until);
	if (ev->u.reading == NULL) {
		h->unread++;
		return;
	}
	h->read++;
	reading_take(&own, ev, &seed);
	h->wrong += own.transaction != ev->u.reading->transaction ||
		    own.attempt != ev->u.reading->attempt ||
		    own.hop != ev->u.reading->hop ||
		    ev->u.reading->n_contacts != 0 ||
		    !rs_span_eq(own.via.branch, ev->u.reading->via.branch) ||
		    own.via.branch.p != ev->u.reading->via.branch.p;
}

/* Whoever has less to do reads what a REGISTER says. */
static void
test_reading(void)
{
	struct held h = {.until = PTHREAD_MUTEX_INITIALIZER};
	const struct rs_hash_seed seed = {5, 6};
	const struct rs_sink to = {take_held, &h};
	struct rs_flow_info flow = {.serial = 1};
	void *state = calloc(1, sip_dissector.state_size);
	struct relay *r = relay_new(&to, &seed);
	struct rs_sink in = relay_sink(r);
	struct with_flow f = {&in, &flow};
	const struct rs_sink out = {emit_with_flow, &f};
	pthread_mutex_lock(&h.until);
	for (unsigned i = 0; i < 40; i++) /* as many as find room */
		datagram(&out, state, i, 40000);
	pthread_mutex_unlock(&h.until);
	relay_finish(r);
	CU_ASSERT_EQUAL(h.read + h.unread, 40);
	CU_ASSERT(h.read > 0);
	CU_ASSERT(h.unread > 0);
	CU_ASSERT_EQUAL(h.wrong, 0);
	relay_free(r);
	free(state);
}

struct announced {
	uint64_t at; /* frame of the last event that came */
	unsigned n, wrong;
};

/* One is yet to come before it. */
static void
note_soon(void *arg, const struct rs_event *ev)
{
	struct announced *a = arg;
	a->wrong += ev->at.from.number != a->at + 2;
	a->n++;
}

static void
take_announced(void *arg, const struct rs_event *ev)
{
	struct announced *a = arg;
	a->at = ev->at.from.number;
}

static void
test_announced(void)
{
	struct announced a = {0};
	const struct rs_sink to = {take_announced, &a}, soon = {note_soon, &a};
	void *state = calloc(1, sip_dissector.state_size);
	struct relay *r = relay_new(&to, NULL);
	struct rs_sink in = relay_sink(r);
	relay_announce(r, &soon);
	for (unsigned i = 1; i < 3000; i++)
		datagram(&in, state, i, i % 700);
	relay_finish(r);
	CU_ASSERT(a.n > 0);
	CU_ASSERT_EQUAL(a.wrong, 0);
	relay_free(r);
	free(state);
}

static void
test_nothing(void)
{
	struct recorder rec;
	recorder_init(&rec);
	struct relay *r = relay_new(&rec.sink, NULL);
	relay_flush(r);
	relay_free(r);
	CU_ASSERT_EQUAL(rec.events, 0);
	recorder_clear(&rec);
}

static void
test_handshake(void)
{
	uint8_t body[] = "0123456789abcdef";
	const struct rs_span whole = {body, 16};
	const struct tls_client_hello hello = {
	    .random = rs_span_part(whole, 2, 3),
	    .sni = rs_span_part(whole, 5, 4),
	    .key_shares = rs_span_part(whole, 16, 0),
	};
	const struct tls_certificate_list list = {
	    .der = {rs_span_part(whole, 0, 8), rs_span_part(whole, 8, 8)},
	    .n = 2,
	};
	struct rs_conn_facts conn = {.from_start = true};
	struct rs_conn_brief brief = {.bytes = {8, 9}};
	struct rs_flow_info flow = {.serial = 7, .tcp = &brief};
	struct rs_event ev = {.type = RS_EV_TLS_HANDSHAKE, .flow = &flow};
	ev.u.tls_handshake.type = TLS_HS_CLIENT_HELLO;
	ev.u.tls_handshake.body = whole;
	ev.u.tls_handshake.u.client_hello = &hello;
	size_t n = event_copy_size(&ev);
	struct rs_event *copy = event_copy(&ev, malloc(n));

	struct rs_event certs = ev;
	certs.u.tls_handshake.type = TLS_HS_CERTIFICATE;
	certs.u.tls_handshake.u.certificates = &list;
	struct rs_event *chain =
	    event_copy(&certs, malloc(event_copy_size(&certs)));
	struct rs_event end = {.type = RS_EV_FLOW_END, .flow = &flow};
	end.u.flow_end.conn = &conn;
	struct rs_event *over = event_copy(&end, malloc(event_copy_size(&end)));
	memset(body, '#', sizeof body);
	memset(&flow, 0, sizeof flow);
	memset(&brief, 0, sizeof brief);
	memset(&conn, 0, sizeof conn);

	const struct tls_client_hello *h = copy->u.tls_handshake.u.client_hello;
	CU_ASSERT_EQUAL(copy->flow->serial, 7);
	CU_ASSERT_EQUAL(copy->flow->tcp->bytes[1], 9);
	CU_ASSERT_TRUE(over->u.flow_end.conn->from_start);
	CU_ASSERT_TRUE(rs_span_eq(h->random, RS_LIT("234")));
	CU_ASSERT_TRUE(rs_span_eq(h->sni, RS_LIT("5678")));
	CU_ASSERT_PTR_NULL(h->alpn.p);
	CU_ASSERT_PTR_EQUAL(h->key_shares.p, copy->u.tls_handshake.body.p + 16);
	const struct tls_certificate_list *l =
	    chain->u.tls_handshake.u.certificates;
	CU_ASSERT_EQUAL(l->n, 2);
	CU_ASSERT_TRUE(rs_span_eq(l->der[1], RS_LIT("89abcdef")));
	free(copy);
	free(chain);
	free(over);
}

/* What a copy says when its source is overwritten. */
static void
check_copy(const struct rs_event *ev, char *source, size_t size)
{
	struct recorder before, after;
	size_t n = event_copy_size(ev);
	uint8_t *room = malloc(n + 16);
	recorder_init(&before);
	recorder_init(&after);
	memset(room, 0xee, n + 16);
	struct rs_event *copy = event_copy(ev, room);
	rs_emit(&before.sink, ev);
	memset(source, '#', size);
	rs_emit(&after.sink, copy);
	CU_ASSERT_STRING_EQUAL(before.text, after.text);
	for (size_t i = n; i < n + 16; i++)
		CU_ASSERT_EQUAL(room[i], 0xee);
	recorder_clear(&before);
	recorder_clear(&after);
	free(room);
}

static void
test_provisioning(void)
{
	char request[] = "GET /a HTTP/1.1\r\nHost: h\r\nUser-Agent: \r\n"
			 "Date: x\r\n\r\n";
	char response[] = "HTTP/1.1 302 Moved\r\nLocation: /b\r\n"
			  "Content-Length: 7\r\n\r\n";
	char rrq[] = "\0\1file\0octet\0blksize\0"
		     "1428";
	char error[] = "\0\5\0\1not found";
	struct http_head h;
	struct http_msg m = {.part = HTTP_HEAD_PART, .head = &h};
	struct tftp_msg t;
	struct rs_event ev = {.type = RS_EV_HTTP, .u.http = &m};
	CU_ASSERT_EQUAL(http_head_parse(&h, rs_span_str(request)), RS_YES);
	check_copy(&ev, request, sizeof request);
	CU_ASSERT_EQUAL(http_head_parse(&h, rs_span_str(response)), RS_YES);
	check_copy(&ev, response, sizeof response);
	m = (struct http_msg){.part = HTTP_END, .body = 7, .whole = true};
	check_copy(&ev, request, sizeof request);
	ev = (struct rs_event){.type = RS_EV_TFTP, .u.tftp = &t};
	CU_ASSERT(tftp_parse(&t, (struct rs_span){(uint8_t *)rrq, sizeof rrq}));
	check_copy(&ev, rrq, sizeof rrq);
	CU_ASSERT(
	    tftp_parse(&t, (struct rs_span){(uint8_t *)error, sizeof error}));
	check_copy(&ev, error, sizeof error);
	char words[] = "a.example/a?bwhy";
	const struct log_fetch f = {.step = LOG_FETCH_TOLD,
	    .scheme = LOG_HTTPS,
	    .host = {(uint8_t *)words, 9},
	    .target = {(uint8_t *)words + 9, 4},
	    .reason = {(uint8_t *)words + 13, 3}};
	ev = (struct rs_event){.type = RS_EV_FETCH, .u.fetch = &f};
	check_copy(&ev, words, sizeof words);
}

struct late {
	unsigned n;
	useconds_t each; /* microseconds that an event takes */
};

static void
take_late(void *arg, const struct rs_event *ev)
{
	struct late *l = arg;
	(void)ev;
	usleep(l->each);
	l->n++;
}

/* After it everything has arrived, however little there was, and more may
   come. */
static void
test_drain(void)
{
	struct late late = {.each = 100};
	const struct rs_sink to = {take_late, &late};
	struct relay *r = relay_new(&to, NULL);
	struct rs_sink out = relay_sink(r);
	void *state = calloc(1, sip_dissector.state_size);
	relay_drain(r);
	for (unsigned i = 1; i < 200; i++) {
		datagram(&out, state, i, i % 9 ? 1 : BODY);
		if (i % 3)
			continue;
		relay_drain(r);
		CU_ASSERT_EQUAL(late.n, i);
		late.n = i; /* at rest: nobody else touches it */
	}
	relay_free(r);
	free(state);
	CU_ASSERT_EQUAL(late.n, 199);
}

UNIT_MAIN("relay", UNIT(test_order), UNIT(test_reading), UNIT(test_announced),
    UNIT(test_nothing), UNIT(test_drain), UNIT(test_handshake),
    UNIT(test_provisioning))
