/* SPDX-License-Identifier: Apache-2.0 */
#include "recorder.h"
#include "event.h"
#include "dhcp/dhcp.h"
#include "link/link.h"
#include "http/http.h"
#include "log/fetch.h"
#include "sip/msg.h"
#include "tftp/tftp.h"
#include "websocket/upgrade.h"

#include <inttypes.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>

static void add(struct recorder *r, const char *format, ...)
    __attribute__((format(printf, 2, 3)));

static void add_v(struct recorder *r, const char *format, va_list ap)
    __attribute__((format(printf, 2, 0)));

static void
add_v(struct recorder *r, const char *format, va_list ap)
{
	va_list again;
	va_copy(again, ap);
	int n = vsnprintf(NULL, 0, format, again);
	va_end(again);
	if (n < 0)
		abort();
	if (r->n + (size_t)n + 1 > r->size) {
		r->size = (r->n + (size_t)n + 1) * 2;
		r->text = realloc(r->text, r->size);
		if (r->text == NULL)
			abort();
	}
	vsnprintf(r->text + r->n, r->size - r->n, format, ap);
	r->n += (size_t)n;
}

static void
add(struct recorder *r, const char *format, ...)
{
	va_list ap;
	va_start(ap, format);
	add_v(r, format, ap);
	va_end(ap);
}

void
recorder_note(struct recorder *r, const char *format, ...)
{
	va_list ap;
	va_start(ap, format);
	add_v(r, format, ap);
	va_end(ap);
	add(r, "\n");
}

static void
add_text(struct recorder *r, struct rs_span s)
{
	for (size_t i = 0; i < s.n; i++)
		if (s.p[i] > ' ' && s.p[i] < 0x7f)
			add(r, "%c", s.p[i]);
		else if (s.p[i] == ' ')
			add(r, " ");
		else
			add(r, "\\x%02x", s.p[i]);
}

static uint64_t
fnv(uint64_t h, struct rs_span s)
{
	h = (h ^ s.n) * UINT64_C(1099511628211);
	for (size_t i = 0; i < s.n; i++)
		h = (h ^ s.p[i]) * UINT64_C(1099511628211);
	return h;
}

static void
add_flaws(struct recorder *r, uint32_t flaws)
{
	static const char *const names[] = {"lf-only", "too-many", "bad-header",
	    "no-length", "bad-length", "body-cut", "body-extra", "headers-cut",
	    "no-call-id", "no-cseq", "no-via", "no-to", "no-from", "repeated",
	    "cseq-method", "folded", "bad-version", "start-line",
	    "bad-expires"};
	const char *before = " flaws=";
	for (size_t i = 0; i < sizeof names / sizeof *names; i++) {
		if (flaws >> i & 1) {
			add(r, "%s%s", before, names[i]);
			before = ",";
		}
	}
	if (flaws >> (sizeof names / sizeof *names))
		add(r, "%sunnamed", before);
}

static void
add_sip(struct recorder *r, const struct sip_msg *m)
{
	add(r, " SIP ");
	if (m->request) {
		add_text(r, m->method_name);
		add(r, " ");
		add_text(r, m->uri);
	} else {
		add(r, "%u ", m->status);
		add_text(r, m->reason);
	}
	if (!(m->flaws & SIP_FLAW_NO_CSEQ)) {
		add(r, " cseq=%" PRIu32, m->cseq);
		if (!m->request) {
			add(r, " ");
			add_text(r, m->cseq_method);
		}
	}
	add(r, " headers=%zu body=%zu", m->n_headers, m->body.n);
	add_flaws(r, m->flaws);
	if (!r->digest)
		return;
	uint64_t h = fnv(UINT64_C(14695981039346656037), m->body);
	for (size_t i = 0; i < m->n_headers; i++) {
		h = (h ^ (uint64_t)m->headers[i].id) * 31;
		h = fnv(h, sip_msg_name(m, i));
		h = fnv(h, sip_msg_value(m, i));
	}
	add(r, " size=%zu method=%d hash=%016" PRIx64, m->size, (int)m->method,
	    h);
}

static const char *
keepalive_name(enum sip_keepalive k)
{
	switch (k) {
	case SIP_KEEPALIVE_NONE:
		break;
	case SIP_KEEPALIVE_PING:
		return "ping";
	case SIP_KEEPALIVE_PONG:
		return "pong";
	case SIP_KEEPALIVE_BLANKS:
		return "blanks";
	}
	return "none";
}

static const char *
anomaly_name(enum rs_anomaly a)
{
	switch (a) {
	case RS_ANOMALY_SIP_MALFORMED:
		return "sip-malformed";
	case RS_ANOMALY_SIP_TRUNCATED:
		return "sip-truncated";
	case RS_ANOMALY_SIP_SKIPPED:
		return "sip-skipped";
	case RS_ANOMALY_SIP_TOO_LONG:
		return "sip-too-long";
	case RS_ANOMALY_SIP_TRAILING:
		return "sip-trailing";
	case RS_ANOMALY_TLS_NOT_TLS:
		return "tls-not-tls";
	case RS_ANOMALY_TLS_BAD_RECORD:
		return "tls-bad-record";
	case RS_ANOMALY_TLS_BAD_HANDSHAKE:
		return "tls-bad-handshake";
	case RS_ANOMALY_TLS_TOO_LONG:
		return "tls-too-long";
	case RS_ANOMALY_TLS_TRUNCATED:
		return "tls-truncated";
	case RS_ANOMALY_TLS_SSLV2:
		return "tls-sslv2";
	case RS_ANOMALY_WS_BAD_UPGRADE:
		return "ws-bad-upgrade";
	case RS_ANOMALY_WS_BAD_FRAME:
		return "ws-bad-frame";
	case RS_ANOMALY_WS_SKIPPED:
		return "ws-skipped";
	case RS_ANOMALY_WS_TRUNCATED:
		return "ws-truncated";
	case RS_ANOMALY_WS_TOO_LONG:
		return "ws-too-long";
	case RS_ANOMALY_WS_COMPRESSED:
		return "ws-compressed";
	case RS_ANOMALY_DNS_MALFORMED:
		return "dns-malformed";
	case RS_ANOMALY_DHCP_MALFORMED:
		return "dhcp-malformed";
	case RS_ANOMALY_TFTP_MALFORMED:
		return "tftp-malformed";
	case RS_ANOMALY_HTTP_MALFORMED:
		return "http-malformed";
	case RS_ANOMALY_NONE:
	case RS_ANOMALY_N:
		break;
	}
	return "none";
}

static void
add_tls_record(struct recorder *r, const struct tls_record *t)
{
	add(r, " TLS_RECORD type=%u version=%04x size=%zu%s", t->type,
	    t->version, t->body.n, t->cut ? " cut" : "");
	if (r->digest)
		add(r, " hash=%016" PRIx64, fnv(0, t->body));
}

static void
add_tls_handshake(struct recorder *r, const struct tls_handshake_msg *t)
{
	add(r, " TLS_HANDSHAKE type=%u size=%zu%s", t->type, t->size,
	    t->encrypted ? " encrypted" : "");
	if (r->digest)
		add(r, " hash=%016" PRIx64, fnv(0, t->body));
}

static void
add_ws_upgrade(struct recorder *r, const struct ws_upgrade *u)
{
	add(r, " WS_UPGRADE ");
	if (u->request)
		add_text(r, u->target);
	else
		add(r, "%u", u->status);
	add(r, "%s%s%s size=%zu", u->websocket ? " websocket" : "",
	    u->sip ? " sip" : "", u->extended ? " extended" : "", u->size);
}

static void
add_ws_frame(struct recorder *r, const struct ws_frame *f)
{
	add(r, " WS_FRAME opcode=%u size=%" PRIu64 "%s%s%s%s", f->opcode,
	    f->size, f->fin ? "" : " more", f->masked ? " masked" : "",
	    f->compressed ? " compressed" : "", f->body.p ? "" : " absent");
	if (r->digest)
		add(r, " hash=%016" PRIx64, fnv(0, f->body));
}

static void
add_dhcp(struct recorder *r, const struct dhcp_msg *m)
{
	uint64_t h = fnv(0, m->mac);
	add(r, " DHCP version=%u code=%u type=%d xid=%08x flaws=%u", m->version,
	    m->code, (int)m->type, (unsigned)m->xid, m->flaws);
	if (!r->digest)
		return;
	for (unsigned i = 0; i < DHCP_OPTION_N; i++)
		h = fnv(h, m->option[i]);
	h = fnv(fnv(h, m->sname), m->file);
	add(r, " hash=%016" PRIx64, h);
}

static void
add_tftp(struct recorder *r, const struct tftp_msg *m)
{
	add(r, " TFTP opcode=%u number=%u size=%zu blksize=%u", m->opcode,
	    m->number, m->size, m->blksize);
	if (m->has_tsize)
		add(r, " tsize=%u", m->tsize);
	add(r, " ");
	add_text(r, m->file);
	add_text(r, m->text);
}

static void
add_head(struct recorder *r, const struct http_head *h)
{
	const struct rs_span texts[] = {h->method, h->target, h->host,
	    h->user_agent, h->reason, h->location, h->date};
	if (!h->request)
		add(r, " %u", h->status);
	for (size_t i = 0; i < sizeof texts / sizeof *texts; i++) {
		add(r, " ");
		add_text(r, texts[i]);
	}
	add(r, " length=%" PRIu64 "%s%s%s%s", h->length,
	    h->has_length ? "" : "?", h->chunked ? " chunked" : "",
	    h->challenge ? " challenge" : "",
	    h->credentials ? " credentials" : "");
}

static void
add_http(struct recorder *r, const struct http_msg *m)
{
	add(r, " HTTP");
	if (m->head)
		add_head(r, m->head);
	else
		add(r, " end body=%" PRIu64 "%s%s", m->body,
		    m->whole ? "" : " cut", m->lacks ? " lacks" : "");
}

static void
add_event(struct recorder *r, const struct rs_event *ev)
{
	switch (ev->type) {
	case RS_EV_SIP_MESSAGE:
		add_sip(r, ev->u.sip_message);
		break;
	case RS_EV_SIP_KEEPALIVE:
		add(r, " KEEPALIVE");
		if (!r->fold_idle)
			add(r, " %s", keepalive_name(ev->u.sip_keepalive.kind));
		break;
	case RS_EV_TLS_RECORD:
		add_tls_record(r, &ev->u.tls_record);
		break;
	case RS_EV_TLS_HANDSHAKE:
		add_tls_handshake(r, &ev->u.tls_handshake);
		break;
	case RS_EV_TLS_ALERT:
		add(r, " TLS_ALERT level=%u number=%u%s%s",
		    ev->u.tls_alert.level, ev->u.tls_alert.number,
		    ev->u.tls_alert.encrypted ? " encrypted" : "",
		    ev->u.tls_alert.inferred ? " inferred" : "");
		break;
	case RS_EV_TLS_CCS:
		add(r, " TLS_CCS");
		break;
	case RS_EV_TLS_DATA:
		add(r, " TLS_DATA type=%u size=%zu", ev->u.tls_data.type,
		    ev->u.tls_data.size);
		break;
	case RS_EV_NOT_TLS:
		add(r, " NOT_TLS ");
		add_text(r, ev->u.not_tls.head);
		break;
	case RS_EV_WS_UPGRADE:
		add_ws_upgrade(r, ev->u.ws_upgrade);
		break;
	case RS_EV_WS_FRAME:
		add_ws_frame(r, &ev->u.ws_frame);
		break;
	case RS_EV_WS_MESSAGE:
		add(r, " WS_MESSAGE opcode=%u code=%u ",
		    ev->u.ws_message.opcode, ev->u.ws_message.code);
		add_text(r, ev->u.ws_message.body);
		break;
	case RS_EV_FLOW_OPEN:
		add(r, " FLOW_OPEN");
		break;
	case RS_EV_GAP:
		add(r, " GAP %" PRIu64, ev->u.gap.missing);
		break;
	case RS_EV_FLOW_HALF_CLOSE:
		add(r, " FLOW_HALF_CLOSE how=%d", (int)ev->u.half_close.how);
		break;
	case RS_EV_FLOW_END:
		add(r, " FLOW_END how=%d", (int)ev->u.flow_end.how);
		break;
	case RS_EV_ICMP:
		add(r, " ICMP family=%u type=%u code=%u", ev->u.icmp.family,
		    ev->u.icmp.type, ev->u.icmp.code);
		break;
	case RS_EV_DROPS:
		add(r, " DROPS %" PRIu64, ev->u.drops.packets);
		break;
	case RS_EV_ANOMALY:
		add(r, " ANOMALY %s %" PRIu64, anomaly_name(ev->u.anomaly.kind),
		    ev->u.anomaly.bytes);
		break;
	case RS_EV_DHCP:
		add_dhcp(r, ev->u.dhcp);
		break;
	case RS_EV_LINK:
		add(r, " LINK %d", (int)ev->u.link->kind);
		break;
	case RS_EV_CLOCK:
		add(r, " CLOCK source=%d%s%s time=%" PRId64,
		    (int)ev->u.clock.source, ev->u.clock.answer ? " answer" : "",
		    ev->u.clock.valid ? " valid" : "", ev->u.clock.time);
		break;
	case RS_EV_TFTP:
		add_tftp(r, ev->u.tftp);
		break;
	case RS_EV_HTTP:
		add_http(r, ev->u.http);
		break;
	case RS_EV_FETCH:
		add(r, " FETCH step=%d scheme=%d", (int)ev->u.fetch->step,
		    (int)ev->u.fetch->scheme);
		add(r, " host=");
		add_text(r, ev->u.fetch->host);
		add(r, " target=");
		add_text(r, ev->u.fetch->target);
		add(r, " reason=");
		add_text(r, ev->u.fetch->reason);
		break;
	case RS_EV_NONE:
	case RS_EV_DNS_MESSAGE:
	case RS_EV_TIME:
	case RS_EV_N:
		add(r, " NONE");
		break;
	}
}

static void
record(void *arg, const struct rs_event *ev)
{
	struct recorder *r = arg;
	bool idle = ev->type == RS_EV_SIP_KEEPALIVE;
	if ((r->only[0] || r->only[1]) && !r->only[ev->dir])
		return;
	bool fold = idle && r->fold_idle;
	bool again = fold && r->was_idle;
	r->was_idle = idle;
	r->events++;
	if (again)
		return;
	add(r, "%s", ev->dir == RS_C2S ? "c2s" : "s2c");
	add_event(r, ev);
	if (r->stamps && !fold)
		add(r, " @%" PRId64 "-%" PRId64 " #%" PRIu64 "-%" PRIu64,
		    ev->at.first, ev->at.complete,
		    rs_frame_number(ev->at.from), rs_frame_number(ev->at.to));
	add(r, "\n");
}

void
recorder_init(struct recorder *r)
{
	memset(r, 0, sizeof *r);
	r->sink = (struct rs_sink){record, r};
	add(r, "%s", "");
}

void
recorder_clear(struct recorder *r)
{
	free(r->text);
	memset(r, 0, sizeof *r);
}

void
recorder_reset(struct recorder *r)
{
	r->n = 0;
	r->text[0] = '\0';
	r->was_idle = false;
	r->events = 0;
}
