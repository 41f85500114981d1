/* SPDX-License-Identifier: Apache-2.0 */
#include "engine/event_copy.h"

#include "dhcp/dhcp.h"
#include "dns/msg.h"
#include "http/http.h"
#include "link/link.h"
#include "log/fetch.h"
#include "sip/msg.h"
#include "tftp/tftp.h"
#include "tls/certmsg.h"
#include "tls/hello.h"
#include "websocket/upgrade.h"

#include <string.h>

/* Pieces of the block, one after the other. */
struct room {
	uint8_t *at;
};

static size_t
rounded(size_t n)
{
	return (n + EVENT_COPY_ALIGN - 1) & ~(size_t)(EVENT_COPY_ALIGN - 1);
}

static void *
piece(struct room *r, size_t n)
{
	void *p = r->at;
	r->at += rounded(n);
	return p;
}

static void *
keep(struct room *r, const void *v, size_t n)
{
	return n ? memcpy(piece(r, n), v, n) : NULL;
}

static struct rs_span
keep_span(struct room *r, struct rs_span s)
{
	return (struct rs_span){keep(r, s.p, s.n), s.n};
}

/* ---- TLS ---- */

static size_t
parsed_size(const struct tls_handshake_msg *m)
{
	switch (m->type) {
	case TLS_HS_CLIENT_HELLO:
		return sizeof(struct tls_client_hello);
	case TLS_HS_SERVER_HELLO:
	case TLS_HS_HELLO_RETRY_REQUEST:
		return sizeof(struct tls_server_hello);
	case TLS_HS_CERTIFICATE:
		return sizeof(struct tls_certificate_list);
	case TLS_HS_CERTIFICATE_REQUEST:
		return sizeof(struct tls_certificate_request);
	}
	return 0;
}

/* The message's body, and its copy. */
struct bodies {
	struct rs_span from;
	const uint8_t *to;
};

/* Spans are taken from what was copied: to read back what was only just
   written, in other pieces, is to wait for it. */
static void
move(struct rs_span *to, const struct rs_span *s, const struct bodies *b)
{
	*to = rs_span_moved(*s, b->from, b->to);
}

static const struct tls_client_hello *
keep_client_hello(
    struct room *r, const struct tls_client_hello *h, const struct bodies *b)
{
	struct tls_client_hello *copy = keep(r, h, sizeof *h);
	move(&copy->random, &h->random, b);
	move(&copy->session_id, &h->session_id, b);
	move(&copy->ciphers, &h->ciphers, b);
	move(&copy->extensions, &h->extensions, b);
	move(&copy->sni, &h->sni, b);
	move(&copy->alpn, &h->alpn, b);
	move(&copy->versions, &h->versions, b);
	move(&copy->groups, &h->groups, b);
	move(&copy->signatures, &h->signatures, b);
	move(&copy->key_shares, &h->key_shares, b);
	return copy;
}

static const struct tls_server_hello *
keep_server_hello(
    struct room *r, const struct tls_server_hello *h, const struct bodies *b)
{
	struct tls_server_hello *copy = keep(r, h, sizeof *h);
	move(&copy->random, &h->random, b);
	move(&copy->session_id, &h->session_id, b);
	move(&copy->extensions, &h->extensions, b);
	move(&copy->alpn, &h->alpn, b);
	return copy;
}

static const struct tls_certificate_list *
keep_certificates(struct room *r, const struct tls_certificate_list *l,
    const struct bodies *b)
{
	struct tls_certificate_list *copy = keep(r, l, sizeof *l);
	for (size_t i = 0; i < l->n; i++)
		move(&copy->der[i], &l->der[i], b);
	return copy;
}

static const struct tls_certificate_request *
keep_request(struct room *r, const struct tls_certificate_request *q,
    const struct bodies *b)
{
	struct tls_certificate_request *copy = keep(r, q, sizeof *q);
	move(&copy->types, &q->types, b);
	move(&copy->signatures, &q->signatures, b);
	move(&copy->authorities, &q->authorities, b);
	return copy;
}

static void
keep_handshake(struct room *r, struct tls_handshake_msg *m)
{
	const struct rs_span copy = keep_span(r, m->body);
	const struct bodies b = {m->body, copy.p};
	m->body = copy;
	if (m->u.client_hello == NULL) /* whichever it is */
		return;
	switch (m->type) {
	case TLS_HS_CLIENT_HELLO:
		m->u.client_hello = keep_client_hello(r, m->u.client_hello, &b);
		break;
	case TLS_HS_SERVER_HELLO:
	case TLS_HS_HELLO_RETRY_REQUEST:
		m->u.server_hello = keep_server_hello(r, m->u.server_hello, &b);
		break;
	case TLS_HS_CERTIFICATE:
		m->u.certificates = keep_certificates(r, m->u.certificates, &b);
		break;
	case TLS_HS_CERTIFICATE_REQUEST:
		m->u.certificate_request =
		    keep_request(r, m->u.certificate_request, &b);
		break;
	}
}

/* ---- provisioning ---- */

/* The texts of a head, in one list for all that walk them. */
static size_t
head_texts(struct http_head *h, struct rs_span *texts[8])
{
	struct rs_span *all[] = {&h->method, &h->target, &h->reason, &h->host,
	    &h->user_agent, &h->location, &h->date};
	memcpy(texts, all, sizeof all);
	return sizeof all / sizeof *all;
}

static size_t
head_size(const struct http_msg *m)
{
	if (m->head == NULL)
		return 0;
	struct http_head h = *m->head;
	struct rs_span *texts[8];
	size_t size = rounded(sizeof h), n = head_texts(&h, texts);
	while (n-- > 0)
		size += rounded(texts[n]->n);
	return size;
}

static void
keep_http(struct room *r, struct rs_event *ev)
{
	struct http_msg *m = keep(r, ev->u.http, sizeof *ev->u.http);
	ev->u.http = m;
	if (m->head == NULL)
		return;
	struct http_head *h = keep(r, m->head, sizeof *m->head);
	struct rs_span *texts[8];
	for (size_t n = head_texts(h, texts); n-- > 0;) {
		bool empty = texts[n]->p && texts[n]->n == 0;
		if (!empty) /* absent stays absent, and empty is no other */
			*texts[n] = keep_span(r, *texts[n]);
		else
			*texts[n] = RS_LIT("");
	}
	m->head = h;
}

static void
keep_tftp(struct room *r, struct rs_event *ev)
{
	struct tftp_msg *m = keep(r, ev->u.tftp, sizeof *ev->u.tftp);
	m->file = keep_span(r, m->file);
	m->text = keep_span(r, m->text);
	ev->u.tftp = m;
}

static void
keep_fetch(struct room *r, struct rs_event *ev)
{
	struct log_fetch *m = keep(r, ev->u.fetch, sizeof *ev->u.fetch);
	m->host = keep_span(r, m->host);
	m->target = keep_span(r, m->target);
	m->reason = keep_span(r, m->reason);
	ev->u.fetch = m;
}

/* ---- any event ---- */

/* Of what hangs on the event besides flow and facts. */
static size_t
hanging(const struct rs_event *ev)
{
	switch (ev->type) {
	case RS_EV_SIP_MESSAGE: {
		const struct sip_msg *m = ev->u.sip_message;
		return rounded(sizeof *m) +
		       rounded(m->n_headers * sizeof *m->headers) +
		       rounded(m->bytes.n) +
		       rounded(ev->u.parts.n * sizeof *ev->u.parts.v);
	}
	case RS_EV_TLS_HANDSHAKE: {
		const struct tls_handshake_msg *m = &ev->u.tls_handshake;
		return rounded(m->body.n) + rounded(parsed_size(m));
	}
	case RS_EV_WS_UPGRADE: {
		const struct ws_upgrade *u = ev->u.ws_upgrade;
		return rounded(sizeof *u) + rounded(u->target.n) +
		       rounded(u->host.n);
	}
	case RS_EV_TFTP:
		return rounded(sizeof *ev->u.tftp) +
		       rounded(ev->u.tftp->file.n) +
		       rounded(ev->u.tftp->text.n);
	case RS_EV_HTTP:
		return rounded(sizeof *ev->u.http) + head_size(ev->u.http);
	case RS_EV_FETCH:
		return rounded(sizeof *ev->u.fetch) +
		       rounded(ev->u.fetch->host.n) +
		       rounded(ev->u.fetch->target.n) +
		       rounded(ev->u.fetch->reason.n);
	case RS_EV_NOT_TLS:
		return rounded(ev->u.not_tls.head.n);
	case RS_EV_FLOW_END:
		return ev->u.flow_end.conn
			   ? rounded(sizeof *ev->u.flow_end.conn)
			   : 0;
	case RS_EV_ANOMALY:
		return rounded(ev->u.anomaly.head.n);
	case RS_EV_ICMP:
		return rounded(ev->u.icmp.quoted.n);
	case RS_EV_DNS_MESSAGE:
		return rounded(dns_msg_size(ev->u.dns_message)) +
		       rounded(ev->u.dns_message->bytes.n) +
		       rounded(ev->u.parts.n * sizeof *ev->u.parts.v);
	case RS_EV_DHCP:
		return rounded(sizeof *ev->u.dhcp) +
		       rounded(ev->u.dhcp->bytes.n);
	case RS_EV_LINK:
		return rounded(sizeof *ev->u.link);
	case RS_EV_TLS_RECORD: /* go to a session at once */
	case RS_EV_WS_FRAME:
	case RS_EV_WS_MESSAGE:
	case RS_EV_SIP_KEEPALIVE:
	case RS_EV_TLS_ALERT:
	case RS_EV_TLS_CCS:
	case RS_EV_TLS_DATA:
	case RS_EV_FLOW_OPEN:
	case RS_EV_GAP:
	case RS_EV_FLOW_HALF_CLOSE:
	case RS_EV_DROPS:
	case RS_EV_TIME:
	case RS_EV_CLOCK:
	case RS_EV_NONE:
	case RS_EV_N:
		break;
	}
	return 0;
}

static void
keep_hanging(struct room *r, struct rs_event *ev)
{
	if (ev->type == RS_EV_SIP_MESSAGE) {
		const struct sip_msg *m = ev->u.sip_message;
		struct sip_msg *copy = piece(r, sizeof *m);
		struct sip_header *headers =
		    piece(r, m->n_headers * sizeof *headers);
		sip_msg_copy(copy, headers, piece(r, m->bytes.n), m);
		ev->u.sip_message = copy;
		ev->u.parts.v = keep(
		    r, ev->u.parts.v, ev->u.parts.n * sizeof *ev->u.parts.v);
	} else if (ev->type == RS_EV_TLS_HANDSHAKE) {
		keep_handshake(r, &ev->u.tls_handshake);
	} else if (ev->type == RS_EV_WS_UPGRADE) {
		struct ws_upgrade *u =
		    keep(r, ev->u.ws_upgrade, sizeof *ev->u.ws_upgrade);
		u->target = keep_span(r, u->target);
		u->host = keep_span(r, u->host);
		ev->u.ws_upgrade = u;
	} else if (ev->type == RS_EV_NOT_TLS) {
		ev->u.not_tls.head = keep_span(r, ev->u.not_tls.head);
	} else if (ev->type == RS_EV_FLOW_END && ev->u.flow_end.conn) {
		ev->u.flow_end.conn =
		    keep(r, ev->u.flow_end.conn, sizeof *ev->u.flow_end.conn);
	} else if (ev->type == RS_EV_ANOMALY) {
		ev->u.anomaly.head = keep_span(r, ev->u.anomaly.head);
	} else if (ev->type == RS_EV_ICMP) {
		ev->u.icmp.quoted = keep_span(r, ev->u.icmp.quoted);
	} else if (ev->type == RS_EV_DNS_MESSAGE) {
		struct dns_msg *m = keep(
		    r, ev->u.dns_message, dns_msg_size(ev->u.dns_message));
		m->bytes = keep_span(r, m->bytes);
		ev->u.dns_message = m;
		ev->u.parts.v = keep(
		    r, ev->u.parts.v, ev->u.parts.n * sizeof *ev->u.parts.v);
	} else if (ev->type == RS_EV_DHCP) {
		const struct dhcp_msg *m = ev->u.dhcp;
		struct dhcp_msg *copy = piece(r, sizeof *m);
		dhcp_msg_copy(copy, piece(r, m->bytes.n), m);
		ev->u.dhcp = copy;
	} else if (ev->type == RS_EV_LINK) {
		ev->u.link = keep(r, ev->u.link, sizeof *ev->u.link);
	} else if (ev->type == RS_EV_TFTP) {
		keep_tftp(r, ev);
	} else if (ev->type == RS_EV_HTTP) {
		keep_http(r, ev);
	} else if (ev->type == RS_EV_FETCH) {
		keep_fetch(r, ev);
	}
}

size_t
event_copy_size(const struct rs_event *ev)
{
	size_t n = rounded(sizeof *ev) + hanging(ev);
	if (ev->flow)
		n += rounded(sizeof *ev->flow);
	if (ev->flow && ev->flow->tcp)
		n += rounded(sizeof *ev->flow->tcp);
	return n;
}

struct rs_event *
event_copy(const struct rs_event *ev, void *to)
{
	struct room r = {to};
	struct rs_event *copy = keep(&r, ev, sizeof *ev);
	if (ev->flow) {
		struct rs_flow_info *flow =
		    keep(&r, ev->flow, sizeof *ev->flow);
		if (flow->tcp)
			flow->tcp = keep(&r, flow->tcp, sizeof *flow->tcp);
		copy->flow = flow;
	}
	keep_hanging(&r, copy);
	return copy;
}
