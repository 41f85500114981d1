/* SPDX-License-Identifier: Apache-2.0 */
/* Connections that concern registration, and what does. */
#include "sip/msg.h"
#include "tls/hello.h"
#include "track/conn.h"
#include "unit.h"

#include <stdio.h>

enum { LIMIT = 1 << 20 };

static struct rs_addr
address(uint8_t last)
{
	const uint8_t b[] = {192, 0, 2, last};
	return rs_addr_v4(b);
}

/* ---- conn_state ---- */

/* What a side did, as letters: S its SYN or SYN-ACK, d data, F FIN, R RST, a an
   ACK or anything else.  Digits before F and R are their second. */
static struct rs_half_facts
half(const char *did)
{
	struct rs_half_facts h = {
	    .syn_at = RS_NEVER, .fin_at = RS_NEVER, .rst_at = RS_NEVER};
	rs_time at = 0;
	for (; *did; did++) {
		if (*did >= '0' && *did <= '9') {
			at = (*did - '0') * RS_SEC;
			continue;
		}
		h.packets++;
		h.last_at = at;
		if (*did == 'S' && h.syns++ == 0)
			h.syn_at = at;
		if (*did == 'd')
			h.bytes += 10;
		if (*did == 'F')
			h.fin_at = at;
		if (*did == 'R')
			h.rst_at = at;
	}
	return h;
}

static void
test_states(void)
{
	static const struct {
		const char *client, *server, *state;
	} rows[] = {
	    {"S", "", "S0"},
	    {"SSS", "", "S0"},
	    {"Sad", "Sd", "S1"},
	    {"Sad5F", "Sd6F", "SF"},
	    {"Sad5F7R", "Sd6F", "SF"}, /* a reset after the close is common */
	    {"S", "R", "REJ"},
	    {"Sad5F", "Sd", "S2"},
	    {"Sad", "Sd5F", "S3"},
	    {"Sad5R", "Sd", "RSTO"},
	    {"Sad", "Sd5R", "RSTR"},
	    {"Sad6R", "Sd5R", "RSTR"},
	    {"Sad5F", "Sd6R", "RSTR"},
	    {"S1R", "", "RSTOS0"},
	    {"S1F", "", "SH"},
	    {"", "S1R", "RSTRH"},
	    {"", "S1F", "SHR"},
	    {"ad5F", "d6F", "OTH"},
	    {"Sad", "", "OTH"}, /* data: the SYN-ACK was there, not captured */
	    {"Sa", "ad", "OTH"},
	};
	for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
		const struct rs_conn_facts f = {
		    .half = {half(rows[i].client), half(rows[i].server)},
		    .established_at = RS_NEVER,
		    .icmp_at = RS_NEVER};
		unit_row(rows[i].state);
		CU_ASSERT_STRING_EQUAL(conn_state(&f), rows[i].state);
	}
}

/* ---- the tracker ---- */

struct got {
	unsigned n;
	struct rec_connection c;
	char state[8], how[8], icmp[8];
	unsigned frames;
	char differs[64];
};

static void
text(char *out, size_t n, struct rs_span s)
{
	snprintf(out, n, "%.*s", (int)s.n, s.p ? (const char *)s.p : "");
}

static void
on_record(void *arg, const struct rec_type *type, const void *rec)
{
	struct got *g = arg;
	CU_ASSERT_PTR_EQUAL(type, &rec_connection_type);
	g->n++;
	g->c = *(const struct rec_connection *)rec;
	text(g->state, sizeof g->state, g->c.conn_state);
	text(g->how, sizeof g->how, g->c.closed_how);
	text(g->icmp, sizeof g->icmp, g->c.icmp);
	g->frames = g->c.frames.n;
	g->differs[0] = 0;
	const struct rs_span *v = g->c.reset_differs.v;
	for (uint32_t i = 0; i < g->c.reset_differs.n; i++) {
		size_t n = strlen(g->differs);
		snprintf(g->differs + n, sizeof g->differs - n, "%s%.*s",
		    i ? " " : "", (int)v[i].n, (const char *)v[i].p);
	}
}

struct bench {
	struct rs_account pay;
	struct related *related;
	struct conn_tracker *k;
	struct rec_sink sink;
	struct got got;
	struct rs_flow_info flow;
	struct rs_conn_facts f;
};

static void
bench_start(struct bench *b, uint16_t client_port, uint16_t server_port)
{
	memset(b, 0, sizeof *b);
	rs_account_init(&b->pay, LIMIT);
	b->related = related_new((const uint16_t[]){7000}, 1);
	b->sink = (struct rec_sink){on_record, &b->got};
	b->k = conn_tracker_new(b->related, &b->pay, &b->sink);
	b->flow = (struct rs_flow_info){.serial = 1,
	    .end = {{address(17), client_port}, {address(1), server_port}},
	    .first_at = RS_SEC,
	    .first = {0, 3},
	    .carrier = RS_OVER_TCP,
	    .from_start = true};
	b->f = (struct rs_conn_facts){.half = {half("Sad7F"), half("Sd8F")},
	    .first = {0, 3},
	    .from_start = true,
	    .established_at = 45 * RS_MSEC,
	    .established = {0, 5},
	    .icmp_at = RS_NEVER};
	b->f.half[0].syn = (struct rs_frame){0, 3};
	b->f.half[1].syn = (struct rs_frame){0, 4};
	b->f.half[1].syn_at = 30 * RS_MSEC;
	b->f.half[0].fin = (struct rs_frame){0, 9};
	b->f.half[1].fin = (struct rs_frame){0, 10};
}

static void
bench_tell(struct bench *b, enum rs_event_type type, enum rs_dir dir)
{
	static const struct tls_client_hello hello = {
	    .sni = {(const uint8_t *)"sip.example.com", 15}};
	static const struct sip_msg answer = {
	    .method = SIP_METHOD_REGISTER, .status = 401};
	struct rs_event ev = {.type = type, .dir = dir, .flow = &b->flow};
	if (type == RS_EV_FLOW_END) {
		ev.u.flow_end.how = RS_END_FIN;
		ev.u.flow_end.conn = &b->f;
	} else if (type == RS_EV_TLS_HANDSHAKE) {
		ev.u.tls_handshake.type = TLS_HS_CLIENT_HELLO;
		ev.u.tls_handshake.u.client_hello = &hello;
	} else if (type == RS_EV_SIP_MESSAGE)
		ev.u.sip_message = &answer;
	conn_tracker_event(b->k, &ev);
}

static void
bench_end(struct bench *b)
{
	conn_tracker_free(b->k);
	related_free(b->related);
	CU_ASSERT_EQUAL(b->pay.used, 0);
}

/* The server resets: what it has otherwise than its other packets. */
static void
test_reset_look(void)
{
	static const struct {
		const char *name, *differs;
		uint8_t ttl;
		bool timestamps;
		uint16_t id, window;
	} rows[] = {
	    /* the last packet: 61, timestamps, 51, 500 */
	    {"the same", "", 61, true, 52, 500},
	    {"as of a socket that is gone", "timestamps", 61, false, 0, 0},
	    {"half of the window", "", 61, true, 52, 250},
	    {"twice the window", "", 61, true, 52, 1001},
	    {"a window of its own", "window", 61, true, 52, 1002},
	    {"a small one", "ttl window", 63, true, 52, 200},
	    {"all of it", "ttl timestamps ip_id window", 63, false, 9, 8192},
	};
	for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
		struct bench b;
		unit_row(rows[i].name);
		bench_start(&b, 40000, 5061);
		b.f.half[1] = half("Sd8R");
		struct rs_half_facts *h = &b.f.half[1];
		h->rst = (struct rs_frame){0, 10};
		h->ttl = h->last_ttl = 61;
		h->last_timestamps = true;
		h->old_ip_id = 50;
		h->last_ip_id = 51;
		h->last_window = 500;
		h->rst_ttl = rows[i].ttl;
		h->rst_timestamps = rows[i].timestamps;
		h->rst_ip_id = rows[i].id;
		h->rst_window = rows[i].window;
		bench_tell(&b, RS_EV_FLOW_END, RS_C2S);
		CU_ASSERT_STRING_EQUAL(b.got.differs, rows[i].differs);
		bench_end(&b);
	}
}

static void
test_record(void)
{
	struct bench b;
	bench_start(&b, 40000, 5061);
	bench_tell(&b, RS_EV_TLS_HANDSHAKE, RS_C2S);
	bench_tell(&b, RS_EV_FLOW_END, RS_C2S);
	CU_ASSERT_EQUAL(b.got.n, 1);
	CU_ASSERT_STRING_EQUAL(b.got.state, "SF");
	CU_ASSERT_STRING_EQUAL(b.got.how, "fin");
	CU_ASSERT_EQUAL(b.got.c.closed_by, REC_CLIENT);
	CU_ASSERT_EQUAL(b.got.c.close_frame.number, 9);
	CU_ASSERT_EQUAL(b.got.c.transport, REC_TLS);
	CU_ASSERT_EQUAL(b.got.c.rtt_server, 30 * RS_MSEC);
	CU_ASSERT_EQUAL(b.got.c.rtt_client, 15 * RS_MSEC);
	CU_ASSERT_EQUAL(b.got.c.id.frame.number, 3);
	CU_ASSERT_EQUAL(b.got.c.bytes_client, 10);
	CU_ASSERT_EQUAL(b.got.frames, 5); /* 3 4 5 9 10 */
	bench_end(&b);
	/* Of SYNs alone the last is known, too. */
	bench_start(&b, 40000, 5061);
	b.f.half[0] = half("S");
	b.f.half[0].syn = (struct rs_frame){0, 3};
	b.f.half[0].last = (struct rs_frame){0, 16};
	b.f.half[0].syns = 6;
	b.f.half[0].packets = 6;
	b.f.half[1] = half("");
	b.f.established = (struct rs_frame){0};
	b.f.established_at = RS_NEVER;
	bench_tell(&b, RS_EV_FLOW_END, RS_C2S);
	CU_ASSERT_STRING_EQUAL(b.got.state, "S0");
	CU_ASSERT_EQUAL(b.got.frames, 2); /* 3 16 */
	bench_end(&b);
	/* Which of two SYNs was answered nobody knows. */
	bench_start(&b, 40000, 5060);
	b.f.half[0].syns = 2;
	bench_tell(&b, RS_EV_FLOW_END, RS_C2S);
	CU_ASSERT_EQUAL(b.got.c.rtt_server, REC_ABSENT);
	CU_ASSERT_EQUAL(b.got.c.transport, REC_TCP);
	bench_end(&b);
}

static void
test_which(void)
{
	static const struct {
		const char *name;
		uint16_t port;
		enum rs_event_type heard;
		unsigned records;
	} rows[] = {
	    {"sip port", 5060, RS_EV_NONE, 1},
	    {"tls port", 5061, RS_EV_NONE, 1},
	    {"phone's tls port", 8934, RS_EV_NONE, 1},
	    {"added port", 7000, RS_EV_NONE, 1},
	    {"any other", 443, RS_EV_NONE, 0},
	    {"SIP on any other", 443, RS_EV_SIP_MESSAGE, 1},
	    {"TLS on any other", 443, RS_EV_TLS_HANDSHAKE, 0},
	};
	for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
		struct bench b;
		unit_row(rows[i].name);
		bench_start(&b, 40000, rows[i].port);
		bench_tell(&b, rows[i].heard, RS_C2S);
		bench_tell(&b, RS_EV_FLOW_END, RS_C2S);
		CU_ASSERT_EQUAL(b.got.n, rows[i].records);
		bench_end(&b);
	}
}

static void
test_icmp_and_sides(void)
{
	struct bench b;
	bench_start(&b, 40000, 5061);
	b.f.half[0] = half("SS");
	b.f.half[1] = half("");
	b.f.established_at = RS_NEVER;
	b.f.icmp_at = RS_SEC;
	b.f.icmp = (struct rs_frame){0, 6};
	b.f.icmp_type = 3;
	b.f.icmp_code = 13;
	b.f.icmp_sender = address(99);
	bench_tell(&b, RS_EV_FLOW_END, RS_C2S);
	CU_ASSERT_STRING_EQUAL(b.got.state, "S0");
	CU_ASSERT_STRING_EQUAL(b.got.icmp, "3/13");
	CU_ASSERT_EQUAL(b.got.c.icmp_from.at.addr.b[3], 99);
	CU_ASSERT_EQUAL(b.got.c.icmp_frame.number, 6);
	bench_end(&b);
	/* Picked up in the middle, the server's packet first. */
	bench_start(&b, 5061, 40000);
	b.flow.from_start = b.f.from_start = false;
	b.f.half[0] = half("d5F");
	b.f.half[1] = half("d");
	bench_tell(&b, RS_EV_FLOW_END, RS_C2S);
	CU_ASSERT_EQUAL(b.got.c.server.at.port, 5061);
	CU_ASSERT_EQUAL(b.got.c.closed_by, REC_SERVER);
	CU_ASSERT_STRING_EQUAL(b.got.state, "OTH");
	CU_ASSERT_EQUAL(b.got.c.from_start, RS_FALSE);
	bench_end(&b);
	/* And on a port that says nothing: who answers a REGISTER serves. */
	bench_start(&b, 8080, 40000);
	b.flow.from_start = b.f.from_start = false;
	b.f.half[0] = half("d5F");
	b.f.half[1] = half("d");
	bench_tell(&b, RS_EV_SIP_MESSAGE, RS_C2S);
	bench_tell(&b, RS_EV_FLOW_END, RS_C2S);
	CU_ASSERT_EQUAL(b.got.c.server.at.port, 8080);
	CU_ASSERT_EQUAL(b.got.c.closed_by, REC_SERVER);
	bench_end(&b);
}

/* ---- related ---- */

static enum rs_fact
handshake_to(
    const struct related *r, uint8_t host, uint16_t port, const char *sni)
{
	struct rec_handshake h;
	rec_init(&rec_handshake_type, &h);
	h.server.at = (struct rs_endpoint){address(host), port};
	h.sni = rs_span_str(sni);
	return related_handshake(r, &h);
}

static void
test_related(void)
{
	struct related *r = related_new((const uint16_t[]){7000}, 1);
	struct rec_registration g;
	CU_ASSERT(related_tls_port(r, 5061) && related_tls_port(r, 8934));
	CU_ASSERT(related_tls_port(r, 7000) && !related_tls_port(r, 5060));
	CU_ASSERT(related_sip_port(r, 5060) && !related_sip_port(r, 443));
	CU_ASSERT_EQUAL(handshake_to(r, 1, 5061, NULL), RS_TRUE);
	CU_ASSERT_EQUAL(handshake_to(r, 1, 443, NULL), RS_UNKNOWN);
	CU_ASSERT_EQUAL(handshake_to(r, 1, 443, "EXAMPLE.com"), RS_UNKNOWN);
	rec_init(&rec_registration_type, &g);
	g.server.at = (struct rs_endpoint){address(1), 443};
	g.aor = RS_LIT("sips:2000@example.com:5061;transport=tls");
	related_registration(r, &g);
	related_registration(r, &g);
	CU_ASSERT_EQUAL(handshake_to(r, 1, 443, NULL), RS_TRUE);
	CU_ASSERT_EQUAL(handshake_to(r, 2, 443, NULL), RS_UNKNOWN);
	CU_ASSERT_EQUAL(handshake_to(r, 2, 443, "EXAMPLE.com"), RS_TRUE);
	CU_ASSERT_EQUAL(handshake_to(r, 2, 443, "www.example.com"), RS_UNKNOWN);
	struct rec_connection c;
	rec_init(&rec_connection_type, &c);
	c.server.at = (struct rs_endpoint){address(1), 443};
	CU_ASSERT_EQUAL(related_connection(r, &c), RS_TRUE);
	c.server.at.port = 444;
	CU_ASSERT_EQUAL(related_connection(r, &c), RS_UNKNOWN);
	related_free(r);
}

UNIT_MAIN("conn", UNIT(test_states), UNIT(test_record), UNIT(test_reset_look),
    UNIT(test_which), UNIT(test_icmp_and_sides), UNIT(test_related))
