/* SPDX-License-Identifier: Apache-2.0 */
/* Scripts of words, as shake_kit.h has them, become events. */
#include "shake_kit.h"

#include "tls/hello.h"

#include <assert.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static void
copy(char *out, size_t n, struct rs_span s)
{
	snprintf(out, n, "%.*s", (int)s.n, s.p ? (const char *)s.p : "");
}

static void
on_record(void *arg, const struct rec_type *type, const void *rec)
{
	struct seen *s = arg;
	const struct rec_handshake *h = rec;
	assert(type == &rec_handshake_type);
	if (s->n < 8) {
		s->state[s->n] = h->state;
		s->by[s->n] = h->failed_by;
		s->reason[s->n] = h->reason;
		s->visibility[s->n] = h->visibility;
	}
	s->n++;
	s->last = *h;
	copy(s->history, sizeof s->history, h->history);
	copy(s->version, sizeof s->version, h->version);
	copy(s->group, sizeof s->group, h->group);
	copy(s->sni, sizeof s->sni, h->sni);
	copy(s->client_last, sizeof s->client_last, h->last_message_client);
	copy(s->server_last, sizeof s->server_last, h->last_message_server);
	s->flaw[0] = 0;
	if (h->flaws.n)
		copy(s->flaw, sizeof s->flaw, *(struct rs_span *)h->flaws.v);
	copy(s->first_bytes, sizeof s->first_bytes, h->first_bytes.text);
	s->empty_certificate = s->sealed_certificate = false;
	const struct rec_step *step = h->steps.v;
	for (uint32_t i = 0; i < h->steps.n; i++) {
		s->empty_certificate |= rs_span_eq(
		    step[i].what, RS_LIT("encrypted_empty_certificate"));
		s->sealed_certificate |= rs_span_eq(
		    step[i].what, RS_LIT("encrypted_certificate"));
	}
	s->n_alerts = h->alerts.n;
	s->n_certificates = h->certificates.n;
	s->n_steps = h->steps.n;
	s->n_frames = h->frames.n;
	if (h->alerts.n)
		s->alert = *(struct rec_alert *)h->alerts.v;
}

static const struct tls_certificate_facts *
read_certificate(void *arg, struct rs_span der)
{
	static const struct rs_span san[] = {
	    {(const uint8_t *)"DNS:sbc.example.net", 19}};
	static const struct tls_certificate_facts facts = {.san = san,
	    .n_san = 1,
	    .not_before = 5,
	    .not_after = 6,
	    .self_signed = true};
	(void)arg;
	(void)der;
	return &facts;
}

static const struct tls_certificate_reader reader = {.read = read_certificate};

void
play_start(struct play *p, size_t limit)
{
	memset(p, 0, sizeof *p);
	rs_account_init(&p->pay, limit);
	p->related = related_new(NULL, 0);
	p->sink = (struct rec_sink){on_record, &p->seen};
	p->k = handshake_tracker_new(p->related, &reader, &p->pay, &p->sink);
	p->now = 1000 * RS_SEC;
	p->frame = 3;
}

void
play_flow(struct play *p, uint64_t serial, bool from_start)
{
	static const uint8_t phone[] = {192, 0, 2, 17}, sbc[] = {192, 0, 2, 1};
	p->flow = (struct rs_flow_info){.serial = serial,
	    .end = {{rs_addr_v4(phone), 40000}, {rs_addr_v4(sbc), 8934}},
	    .first_at = p->now - 40 * RS_MSEC,
	    .first = {0, 1},
	    .carrier = RS_OVER_TCP,
	    .from_start = from_start};
	p->conn = (struct rs_conn_facts){.from_start = from_start};
	for (int i = 0; i < 2; i++)
		p->conn.half[i] = (struct rs_half_facts){.packets = 1,
		    .syns = 1,
		    .syn_at = p->now + (i - 2) * 15 * RS_MSEC,
		    .fin_at = RS_NEVER,
		    .rst_at = RS_NEVER};
	p->brief = rs_conn_brief(&p->conn);
	p->flow.tcp = &p->brief;
}

void
play_end(struct play *p)
{
	handshake_tracker_finish(p->k, p->now);
	handshake_tracker_free(p->k);
	related_free(p->related);
	assert(p->pay.used == 0);
}

static bool
message(struct rs_event *ev, const char *w)
{
	static struct tls_client_hello ch;
	static struct tls_server_hello sh;
	static struct tls_certificate_list cl;
	static const uint8_t ske[] = {3, 0, 29, 0};
	static const uint8_t der[] = {0x30};
	static const uint8_t groups[] = {0x0a, 0x0a, 0, 29};
	static const struct {
		const char *word;
		uint8_t type;
	} types[] = {{"ch", TLS_HS_CLIENT_HELLO}, {"ch2", TLS_HS_CLIENT_HELLO},
	    {"ch0rtt", TLS_HS_CLIENT_HELLO}, {"sh12", TLS_HS_SERVER_HELLO},
	    {"sh13", TLS_HS_SERVER_HELLO}, {"sh13psk", TLS_HS_SERVER_HELLO},
	    {"hrr", TLS_HS_HELLO_RETRY_REQUEST}, {"cert", TLS_HS_CERTIFICATE},
	    {"cert0", TLS_HS_CERTIFICATE}, {"ske", TLS_HS_SERVER_KEY_EXCHANGE},
	    {"creq", TLS_HS_CERTIFICATE_REQUEST},
	    {"done", TLS_HS_SERVER_HELLO_DONE},
	    {"cke", TLS_HS_CLIENT_KEY_EXCHANGE}, {"hr", TLS_HS_HELLO_REQUEST},
	    {"nst", TLS_HS_NEW_SESSION_TICKET}, {"lost", TLS_HS_UNREADABLE}};
	struct tls_handshake_msg *m = &ev->u.tls_handshake;
	size_t i = 0;
	while (i < sizeof types / sizeof *types && strcmp(types[i].word, w))
		i++;
	if (i == sizeof types / sizeof *types)
		return false;
	ev->type = RS_EV_TLS_HANDSHAKE;
	*m = (struct tls_handshake_msg){.type = types[i].type, .size = 100};
	ch = (struct tls_client_hello){.legacy_version = TLS_12,
	    .sni = RS_LIT("sbc.example.net"),
	    .groups = {groups, 4},
	    .early_data = strcmp(w, "ch0rtt") == 0};
	sh = (struct tls_server_hello){.legacy_version = TLS_12,
	    .version = strcmp(w, "sh12") ? TLS_13 : TLS_12,
	    .cipher = strcmp(w, "sh12") ? 0x1301 : 0xc02f,
	    .psk = strcmp(w, "sh13psk") == 0};
	cl = (struct tls_certificate_list){.n = strcmp(w, "cert0") != 0,
	    .total = strcmp(w, "cert0") != 0,
	    .der = {{der, 1}}};
	if (m->type == TLS_HS_CLIENT_HELLO)
		m->u.client_hello = &ch;
	if (m->type == TLS_HS_SERVER_HELLO)
		m->u.server_hello = &sh;
	if (m->type == TLS_HS_CERTIFICATE)
		m->u.certificates = &cl;
	if (m->type == TLS_HS_SERVER_KEY_EXCHANGE)
		m->body = (struct rs_span){ske, sizeof ske};
	return true;
}

static void
half_close(struct play *p, struct rs_event *ev, enum rs_ending how)
{
	struct rs_half_facts *h = &p->conn.half[ev->dir];
	ev->type = RS_EV_FLOW_HALF_CLOSE;
	ev->u.half_close.how = how;
	*(how == RS_END_RST ? &h->rst_at : &h->fin_at) = p->now;
	*(how == RS_END_RST ? &h->rst : &h->fin) = ev->at.to;
}

static void
word_event(struct play *p, struct rs_event *ev, const char *w)
{
	unsigned level, number;
	if (message(ev, w)) {
	} else if (strcmp(w, "ccs") == 0) {
		ev->type = RS_EV_TLS_CCS;
	} else if (strcmp(w, "fin") == 0) {
		ev->type = RS_EV_TLS_HANDSHAKE;
		ev->u.tls_handshake =
		    (struct tls_handshake_msg){.encrypted = true, .size = 40};
	} else if (w[0] == 'd') {
		ev->type = RS_EV_TLS_DATA;
		ev->u.tls_data.type = 23;
		ev->u.tls_data.size = (size_t)atoi(w + 1);
	} else if (sscanf(w, "a%u/%u", &level, &number) == 2) {
		ev->type = RS_EV_TLS_ALERT;
		ev->u.tls_alert = (struct tls_alert){
		    .level = (uint8_t)level, .number = (uint8_t)number};
	} else if (strcmp(w, "ea") == 0) {
		ev->type = RS_EV_TLS_ALERT;
		ev->u.tls_alert = (struct tls_alert){.encrypted = true};
	} else if (strcmp(w, "FIN") == 0) {
		half_close(p, ev, RS_END_FIN);
	} else if (strcmp(w, "RST") == 0) {
		half_close(p, ev, RS_END_RST);
	} else if (strcmp(w, "gap") == 0) {
		ev->type = RS_EV_GAP;
		p->conn.half[ev->dir].gaps++;
	} else if (strcmp(w, "junk") == 0) {
		ev->type = RS_EV_ANOMALY;
		ev->u.anomaly.kind = RS_ANOMALY_TLS_NOT_TLS;
		ev->u.anomaly.head = RS_LIT("HTTP/1.1 400 Bad Request");
	} else if (strcmp(w, "clear") == 0) {
		ev->type = RS_EV_NOT_TLS;
		ev->u.not_tls.head = RS_LIT("REGISTER sip:a");
	} else if (strcmp(w, "bad") == 0) {
		ev->type = RS_EV_ANOMALY;
		ev->u.anomaly.kind = RS_ANOMALY_TLS_BAD_HANDSHAKE;
	} else if (strcmp(w, "sslv2") == 0) {
		ev->type = RS_EV_ANOMALY;
		ev->u.anomaly.kind = RS_ANOMALY_TLS_SSLV2;
	} else {
		fprintf(stderr, "# unknown word %s\n", w);
		abort();
	}
}

static void
play_word(struct play *p, const char *w)
{
	struct rs_event ev = {.flow = &p->flow};
	if (w[0] == '+') {
		p->now += atoi(w + 1) * RS_MSEC;
		handshake_tracker_advance(p->k, p->now);
		return;
	}
	if (w[0] == '>' || w[0] == '<') {
		p->now += 10 * RS_MSEC;
		ev.dir = w[0] == '>' ? RS_C2S : RS_S2C;
		ev.at = rs_stamp_at(p->now, (struct rs_frame){0, ++p->frame});
		word_event(p, &ev, w + 1);
	} else if (strcmp(w, "drop") == 0) {
		ev.type = RS_EV_DROPS;
		ev.flow = NULL;
		ev.u.drops.from = p->now;
		ev.u.drops.to = p->now + 10 * RS_MSEC;
		ev.u.drops.packets = 3;
	} else if (strncmp(w, "bytes", 5) == 0) {
		p->conn.half[RS_S2C].bytes = (uint64_t)atoi(w + 5);
		return;
	} else if (strcmp(w, "oneway") == 0) {
		p->conn.half[RS_S2C] = (struct rs_half_facts){
		    .syn_at = RS_NEVER, .fin_at = RS_NEVER, .rst_at = RS_NEVER};
		return;
	} else {
		ev.at = rs_stamp_at(p->now, (struct rs_frame){0, p->frame});
		ev.type = RS_EV_FLOW_END;
		ev.u.flow_end.conn = &p->conn;
		ev.u.flow_end.how = strcmp(w, "cap") == 0      ? RS_END_CAPTURE
				    : strcmp(w, "reused") == 0 ? RS_END_REUSED
				    : strcmp(w, "idle") == 0   ? RS_END_IDLE
							       : RS_END_FIN;
	}
	p->brief = rs_conn_brief(&p->conn);
	p->flow.tcp = &p->brief;
	handshake_tracker_event(p->k, &ev);
}

void
play_script(struct play *p, const char *script)
{
	char b[512];
	snprintf(b, sizeof b, "%s", script);
	for (char *save = NULL, *w = strtok_r(b, " ", &save); w;
	     w = strtok_r(NULL, " ", &save))
		play_word(p, w);
}
