/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The engine as a whole, on packets made in memory: which records come out.
 * What single layers do is tested with them; here is what holds them together:
 * lone SYNs, ports used again, claims by first bytes, ICMP, links of other
 * kinds, and that engines do not know of each other.
 */
#include "engine/engine.h"
#include "engine/label.h"
#include "packets.h"
#include "unit.h"

#include <glib.h>
#include <string.h>

#define PHONE "192.0.2.17"
#define SBC "198.51.100.10"

struct bench {
	struct engine *e;
	struct related *related;
	struct rec_sink sink;
	GString *says;
	rs_time now;
	uint64_t number;
};

static void
hear(void *arg, const struct rec_type *type, const void *rec)
{
	struct bench *b = arg;
	if (type == &rec_registration_type) {
		const struct rec_registration *r = rec;
		g_string_append_printf(b->says, "reg %u %s%s %d; ",
		    (unsigned)r->id.frame.number,
		    r->transport == REC_WS ? "ws " : "",
		    rec_outcome_name(r->outcome), (int)MAX(r->status, 0));
	} else if (type == &rec_connection_type) {
		const struct rec_connection *c = rec;
		g_string_append_printf(b->says, "conn %u %.*s %d%s%.*s; ",
		    (unsigned)c->id.frame.number, (int)c->conn_state.n,
		    (const char *)c->conn_state.p, (int)c->syns,
		    c->icmp.n ? " icmp " : "", (int)c->icmp.n,
		    (const char *)c->icmp.p);
	} else if (type == &rec_handshake_type) {
		const struct rec_handshake *h = rec;
		const char *by = rec_side_name(h->failed_by);
		g_string_append_printf(b->says, "tls %u %s %s; ",
		    (unsigned)h->id.frame.number,
		    rec_handshake_state_name(h->state), by ? by : "-");
	}
}

static void
begin(struct bench *b)
{
	*b = (struct bench){.now = 1700000000 * RS_SEC};
	b->says = g_string_new(NULL);
	b->related = related_new(NULL, 0);
	b->sink = (struct rec_sink){hear, b};
	const struct engine_options o = {.related = b->related, .seed = 7};
	b->e = engine_new(&o, &b->sink);
}

/* What was said so far, once the capture is over. */
static void
expect(struct bench *b, const char *want)
{
	engine_finish(b->e);
	CU_ASSERT_STRING_EQUAL(b->says->str, want);
	if (strcmp(b->says->str, want) != 0)
		printf("# says: %s\n", b->says->str);
	engine_free(b->e);
	related_free(b->related);
	g_string_free(b->says, TRUE);
}

static void
frame(struct bench *b, const struct pkt *k, int linktype)
{
	struct rs_span bytes = pkt_view(k);
	b->now += 10 * RS_MSEC;
	const struct cap_frame f = {
	    .bytes = bytes,
	    .wire_len = (uint32_t)bytes.n,
	    .ts = b->now,
	    .frame = {0, ++b->number},
	    .linktype = linktype,
	};
	engine_packet(b->e, &f);
}

static void
segment_bytes(struct bench *b, bool phone, uint16_t port, uint32_t seq,
    uint32_t ack, uint8_t flags, struct rs_span bytes)
{
	struct pkt k;
	pkt_payload(&k, bytes);
	pkt_tcp(
	    &k, phone ? 40000 : port, phone ? port : 40000, seq, ack, flags);
	pkt_ipv4(&k, phone ? PHONE : SBC, phone ? SBC : PHONE);
	pkt_ethernet(&k);
	frame(b, &k, 1);
}

static void
segment(struct bench *b, bool phone, uint16_t port, uint32_t seq, uint32_t ack,
    uint8_t flags, const char *text)
{
	segment_bytes(b, phone, port, seq, ack, flags, rs_span_str(text));
}

static const char REGISTER[] =
    "REGISTER sip:example.com SIP/2.0\r\n"
    "Via: SIP/2.0/TCP " PHONE ";branch=z9hG4bK1\r\n"
    "From: <sip:4025@example.com>;tag=a\r\n"
    "To: <sip:4025@example.com>\r\nCall-ID: 1\r\nCSeq: 1 REGISTER\r\n"
    "Contact: <sip:4025@" PHONE ">\r\nContent-Length: 0\r\n\r\n";
static const char OK[] = "SIP/2.0 200 OK\r\n"
			 "Via: SIP/2.0/TCP " PHONE ";branch=z9hG4bK1\r\n"
			 "From: <sip:4025@example.com>;tag=a\r\n"
			 "To: <sip:4025@example.com>;tag=b\r\nCall-ID: 1\r\n"
			 "CSeq: 1 REGISTER\r\n"
			 "Contact: <sip:4025@" PHONE ">;expires=120\r\n"
			 "Content-Length: 0\r\n\r\n";

enum { SYN = TCP_SYN, ACK = TCP_ACK, RST = TCP_RST, FIN = TCP_FIN };

/* SYN, SYN-ACK, ACK from sequence numbers 100 and 500. */
static void
open_tcp(struct bench *b, uint16_t port)
{
	segment(b, true, port, 100, 0, SYN, "");
	segment(b, false, port, 500, 101, SYN | ACK, "");
	segment(b, true, port, 101, 501, ACK, "");
}

static void
test_lone_syns(void)
{
	struct bench b;
	begin(&b);
	segment(&b, true, 8934, 100, 0, SYN, "");
	expect(&b, "conn 1 S0 1; ");

	begin(&b); /* sent again */
	segment(&b, true, 8934, 100, 0, SYN, "");
	segment(&b, true, 8934, 100, 0, SYN, "");
	expect(&b, "conn 1 S0 2; ");

	begin(&b); /* another sequence number: another connection */
	segment(&b, true, 8934, 100, 0, SYN, "");
	segment(&b, true, 8934, 900000, 0, SYN, "");
	expect(&b, "conn 1 S0 1; conn 2 S0 1; ");

	begin(&b);
	segment(&b, true, 8934, 100, 0, SYN, "");
	segment(&b, false, 8934, 0, 101, RST | ACK, "");
	expect(&b, "conn 1 REJ 1; ");

	begin(&b); /* to a port that says nothing about SIP */
	segment(&b, true, 443, 100, 0, SYN, "");
	expect(&b, "");
}

static void
test_icmp_on_a_lone_syn(void)
{
	struct bench b;
	struct pkt syn, k;
	/* The first that says unreachable tells; others are told till then. */
	static const uint8_t errors[][2] = {{4, 0}, {11, 0}, {3, 10}, {3, 1}};
	static const char *const told[] = {"conn 1 S0 1; ",
	    "conn 1 S0 1 icmp 4/0; ", "conn 1 S0 1 icmp 4/0; ",
	    "conn 1 S0 1 icmp 3/10; ", "conn 1 S0 1 icmp 3/10; "};
	for (size_t n = 0; n < sizeof told / sizeof *told; n++) {
		begin(&b);
		pkt_payload(&syn, RS_LIT(""));
		pkt_tcp(&syn, 40000, 8934, 100, 0, SYN);
		pkt_ipv4(&syn, PHONE, SBC);
		k = syn;
		pkt_ethernet(&k);
		frame(&b, &k, 1);
		for (size_t i = 0; i < n; i++) {
			k = syn;
			pkt_icmp(&k, errors[i][0], errors[i][1]);
			pkt_ipv4(&k, "203.0.113.1", PHONE);
			pkt_ethernet(&k);
			frame(&b, &k, 1);
		}
		expect(&b, told[n]);
	}
}

static void
test_register_over_tcp(void)
{
	struct bench b;
	begin(&b);
	open_tcp(&b, 5071); /* first bytes tell, not the port */
	segment(&b, true, 5071, 101, 501, ACK, REGISTER);
	segment(&b, false, 5071, 501, 101 + sizeof REGISTER - 1, ACK, OK);
	expect(&b, "conn 1 S1 1; reg 4 registered 200; ");

	begin(&b); /* cut in its first word */
	open_tcp(&b, 5071);
	segment(&b, true, 5071, 101, 501, ACK, "REG");
	segment(&b, true, 5071, 104, 501, ACK, REGISTER + 3);
	segment(&b, false, 5071, 501, 101 + sizeof REGISTER - 1, ACK, OK);
	expect(&b, "conn 1 S1 1; reg 4 registered 200; ");

	begin(&b); /* closed before an answer */
	open_tcp(&b, 5060);
	segment(&b, true, 5060, 101, 501, ACK, REGISTER);
	segment(&b, false, 5060, 501, 101 + sizeof REGISTER - 1, RST | ACK, "");
	expect(&b, "conn 1 RSTR 1; reg 4 connection_lost 0; ");
}

/* A flow that nobody claimed, and then a phone on the same ports. */
static void
test_ports_used_again(void)
{
	struct bench b;
	begin(&b);
	open_tcp(&b, 5060);
	segment(&b, true, 5060, 101, 501, ACK, "GET / HTTP/1.1\r\n\r\n");
	segment(&b, true, 5060, 119, 501, FIN | ACK, "");
	segment(&b, false, 5060, 501, 120, FIN | ACK, "");
	segment(&b, true, 5060, 120, 502, ACK, "");
	b.now += 5 * RS_SEC;
	segment(&b, true, 5060, 70000, 0, SYN, "");
	segment(&b, false, 5060, 80000, 70001, SYN | ACK, "");
	segment(&b, true, 5060, 70001, 80001, ACK, REGISTER);
	segment(&b, false, 5060, 80001, 70001 + sizeof REGISTER - 1, ACK, OK);
	expect(&b, "conn 1 SF 1; conn 8 S1 1; reg 10 registered 200; ");
}

static void
tagged(struct bench *b, uint16_t vlan, bool phone, uint32_t seq, uint32_t ack,
    uint8_t flags, const char *text)
{
	struct pkt k;
	pkt_payload(&k, rs_span_str(text));
	pkt_tcp(&k, phone ? 40000 : 5060, phone ? 5060 : 40000, seq, ack, flags);
	pkt_ipv4(&k, phone ? PHONE : SBC, phone ? SBC : PHONE);
	pkt_vlan(&k, 0x8100, vlan);
	pkt_ethernet(&k);
	frame(b, &k, 1);
}

/* The tag of a side changes in the middle, and each side has its own. */
static void
test_tags_change(void)
{
	struct bench b;
	begin(&b);
	tagged(&b, 10, true, 100, 0, SYN, "");
	tagged(&b, 11, false, 500, 101, SYN | ACK, "");
	tagged(&b, 10, true, 101, 501, ACK, "");
	tagged(&b, 12, true, 101, 501, ACK, REGISTER);
	tagged(&b, 13, false, 501, 101 + (uint32_t)strlen(REGISTER), ACK, OK);
	expect(&b, "conn 1 S1 1; reg 4 registered 200; ");
}

/* The same addresses and ports on other tags, with numbers far off: another
   connection, and neither ends or disturbs the other. */
static void
test_tags_part(void)
{
	struct bench b;
	begin(&b);
	tagged(&b, 10, true, 100, 0, SYN, "");
	tagged(&b, 20, true, 0x50000000, 0, SYN, "");
	tagged(&b, 11, false, 500, 101, SYN | ACK, "");
	tagged(&b, 21, false, 0x70000000, 0x50000001, SYN | ACK, "");
	tagged(&b, 10, true, 101, 501, ACK, "");
	tagged(&b, 20, true, 0x50000001, 0x70000001, ACK, "");
	tagged(&b, 10, true, 101, 501, ACK, REGISTER);
	tagged(&b, 20, true, 0x50000001, 0x70000001, ACK, "\r\n\r\n");
	tagged(&b, 11, false, 501, 101 + (uint32_t)strlen(REGISTER), ACK, OK);
	expect(&b, "conn 1 S1 1; conn 2 S1 1; reg 7 registered 200; ");
}

/* The server's packets have no tags: another SYN on the same ports is the next
   connection, whatever tag it has, and the answers are its. */
static void
test_tags_of_one_side(void)
{
	struct bench b;
	const uint32_t end = 0x50000001 + (uint32_t)strlen(REGISTER);
	begin(&b);
	tagged(&b, 10, true, 100, 0, SYN, "");
	segment(&b, false, 5060, 500, 101, SYN | ACK, "");
	tagged(&b, 10, true, 101, 501, ACK, "");
	tagged(&b, 20, true, 0x50000000, 0, SYN, "");
	segment(&b, false, 5060, 0x70000000, 0x50000001, SYN | ACK, "");
	tagged(&b, 20, true, 0x50000001, 0x70000001, ACK, REGISTER);
	segment(&b, false, 5060, 0x70000001, end, ACK, OK);
	expect(&b, "conn 1 S1 1; conn 4 S1 1; reg 6 registered 200; ");
}

/* TLS that begins with something else: whose doing it is. */
static void
test_not_tls(void)
{
	static const uint8_t alert[] = {21, 3, 1, 0, 2, 2, 70};
	struct bench b;
	begin(&b);
	open_tcp(&b, 8934);
	segment(&b, true, 8934, 101, 501, ACK, "GET / HTTP/1.1\r\n\r\n");
	segment_bytes(&b, false, 8934, 501, 119, ACK,
	    (struct rs_span){alert, sizeof alert});
	segment(&b, false, 8934, 508, 119, FIN | ACK, "");
	segment(&b, true, 8934, 119, 509, FIN | ACK, "");
	expect(&b, "tls 4 failed client; conn 1 SF 1; ");
}

static void
test_other_links(void)
{
	for (int link = 0; link < 4; link++) {
		static const int types[] = {113, 276, 101, 0};
		struct bench b;
		begin(&b);
		for (int i = 0; i < 2; i++) {
			struct pkt k;
			pkt_payload(&k, rs_span_str(i ? OK : REGISTER));
			pkt_udp(&k, i ? 5060 : 40000, i ? 40000 : 5060);
			pkt_ipv4(&k, i ? SBC : PHONE, i ? PHONE : SBC);
			if (link == 0)
				pkt_sll(&k);
			else if (link == 1)
				pkt_sll2(&k);
			else if (link == 3)
				pkt_null(&k, 2, false);
			frame(&b, &k, types[link]);
		}
		expect(&b, "reg 1 registered 200; ");
	}
}

/* ---- SIP over WebSocket ---- */

static const char UPGRADE[] =
    "GET /sip HTTP/1.1\r\nHost: sip.example.com\r\nConnection: Upgrade\r\n"
    "Upgrade: websocket\r\nSec-WebSocket-Protocol: sip\r\n\r\n";
static const char SWITCHING[] =
    "HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\n"
    "Sec-WebSocket-Protocol: sip\r\n\r\n";

/* Both sides of a connection, their sequence numbers kept. */
struct talk {
	struct bench b;
	uint16_t port;
	uint32_t seq[2]; /* the phone's, and the server's */
};

static void
talk_begin(struct talk *t, uint16_t port, bool from_start)
{
	begin(&t->b);
	t->port = port;
	t->seq[0] = 101;
	t->seq[1] = 501;
	if (from_start)
		open_tcp(&t->b, port);
}

static void
talk(struct talk *t, bool phone, struct rs_span bytes)
{
	segment_bytes(
	    &t->b, phone, t->port, t->seq[!phone], t->seq[phone], ACK, bytes);
	t->seq[!phone] += (uint32_t)bytes.n;
}

/* One frame in a segment of its own; phones mask. */
static void
talk_frame(struct talk *t, bool phone, uint8_t first, struct rs_span text)
{
	static const uint8_t mask[4] = {0x12, 0x34, 0x56, 0x78};
	uint8_t f[2048] = {first, (uint8_t)(phone ? 0xfe : 0x7e),
	    (uint8_t)(text.n >> 8), (uint8_t)text.n};
	size_t n = 4;
	if (text.n < 126) {
		f[1] = (uint8_t)((phone ? 0x80 : 0) | text.n);
		n = 2;
	}
	if (phone) {
		memcpy(f + n, mask, sizeof mask);
		n += sizeof mask;
	}
	for (size_t i = 0; i < text.n; i++)
		f[n++] = text.p[i] ^ (phone ? mask[i % 4] : 0);
	talk(t, phone, (struct rs_span){f, n});
}

static void
test_websocket(void)
{
	struct rs_span get = rs_span_str(UPGRADE), reg = rs_span_str(REGISTER);
	struct talk t;
	for (size_t cut = 0; cut < get.n; cut++) { /* the request in two */
		talk_begin(&t, 8080, true);
		if (cut)
			talk(&t, true, rs_span_part(get, 0, cut));
		talk(&t, true, rs_span_from(get, cut));
		talk(&t, false, rs_span_str(SWITCHING));
		t.b.number = 100;
		talk_frame(&t, true, 0x01, rs_span_part(reg, 0, 50));
		talk_frame(&t, true, 0x89, RS_LIT("ping"));
		talk_frame(&t, true, 0x80, rs_span_from(reg, 50));
		talk_frame(&t, false, 0x81, rs_span_str(OK));
		expect(&t.b, "conn 1 S1 1; reg 101 ws registered 200; ");
	}

	talk_begin(&t, 8080, true); /* the request byte by byte */
	for (size_t i = 0; i < get.n; i++)
		talk(&t, true, rs_span_part(get, i, 1));
	talk(&t, false, rs_span_str(SWITCHING));
	t.b.number = 100;
	talk_frame(&t, true, 0x81, reg);
	talk_frame(&t, false, 0x81, rs_span_str(OK));
	expect(&t.b, "conn 1 S1 1; reg 101 ws registered 200; ");

	talk_begin(&t, 8080, true); /* nothing of the request but its answer */
	t.seq[0] += 100;
	talk(&t, false, rs_span_str(SWITCHING));
	t.b.now += 2 * RS_SEC; /* it will not come any more */
	talk(&t, false, RS_LIT("\x89\x00"));
	talk_frame(&t, true, 0x81, reg);
	talk_frame(&t, false, 0x81, rs_span_str(OK));
	expect(&t.b, "conn 1 S1 1; reg 6 ws registered 200; ");

	talk_begin(&t, 8080, false); /* picked up in the middle */
	talk_frame(&t, true, 0x89, RS_LIT("ping"));
	talk_frame(&t, false, 0x8a, RS_LIT("ping"));
	talk_frame(&t, true, 0x81, reg);
	talk_frame(&t, false, 0x81, rs_span_str(OK));
	expect(&t.b, "conn 1 OTH 0; reg 3 ws registered 200; ");

	talk_begin(&t, 8080, true); /* one direction: no verdict */
	talk(&t, true, get);
	talk_frame(&t, true, 0x81, reg);
	expect(&t.b, "conn 1 S1 1; reg 5 ws cut_off 0; ");
}

/* HTTP that stays HTTP, WebSockets for something else, and refusals. */
static void
test_other_http(void)
{
	struct talk t;
	talk_begin(&t, 8080, true);
	talk(&t, true, RS_LIT("GET / HTTP/1.1\r\nHost: a\r\n\r\n"));
	talk(&t, false, RS_LIT("HTTP/1.1 200 OK\r\n\r\n"));
	expect(&t.b, "");

	talk_begin(&t, 8080, true); /* a head of which the end is not seen */
	talk(&t, true, RS_LIT("GET / HTTP/1.1\r\nHost: a\r\n"));
	expect(&t.b, "");

	talk_begin(&t, 8080, true);
	talk(&t, true,
	    RS_LIT("GET / HTTP/1.1\r\nUpgrade: websocket\r\n"
		   "Sec-WebSocket-Protocol: chat\r\n\r\n"));
	talk(&t, false,
	    RS_LIT("HTTP/1.1 101 OK\r\nUpgrade: websocket\r\n"
		   "Sec-WebSocket-Protocol: chat\r\n\r\n"));
	talk_frame(&t, true, 0x81, RS_LIT("{\"hello\": 1}"));
	expect(&t.b, "");

	talk_begin(&t, 8080, true); /* it concerns registration all the same */
	talk(&t, true, rs_span_str(UPGRADE));
	talk(&t, false,
	    RS_LIT("HTTP/1.1 403 Forbidden\r\nContent-Length: 0\r\n\r\n"));
	expect(&t.b, "conn 1 S1 1; ");
}

/* Compressed messages are counted, and none is made up. */
static void
test_websocket_compressed(void)
{
	struct talk t;
	struct rec_coverage c;
	struct rec_arena a;
	talk_begin(&t, 8080, true);
	talk(&t, true, rs_span_str(UPGRADE));
	talk(&t, false,
	    RS_LIT("HTTP/1.1 101 OK\r\nUpgrade: websocket\r\n"
		   "Sec-WebSocket-Protocol: sip\r\n"
		   "Sec-WebSocket-Extensions: permessage-deflate\r\n\r\n"));
	talk_frame(&t, true, 0xc1, RS_LIT("not readable"));
	talk_frame(&t, false, 0xc1, RS_LIT("not readable"));
	talk_frame(&t, true, 0x89, RS_LIT(""));
	talk_frame(&t, false, 0x8a, RS_LIT(""));
	rec_arena_init(&a, NULL, NULL);
	rec_init(&rec_coverage_type, &c);
	engine_coverage(t.b.e, &c, &a);
	CU_ASSERT_EQUAL(c.websocket_connections, 1);
	CU_ASSERT_EQUAL(c.websocket_refused, 0);
	CU_ASSERT_EQUAL(c.websocket_messages, 0);
	CU_ASSERT_EQUAL(c.websocket_pings, 1);
	CU_ASSERT_EQUAL(c.websocket_pongs, 1);
	CU_ASSERT_EQUAL_FATAL(c.anomalies.n, 1);
	const struct rec_count *n = c.anomalies.v;
	CU_ASSERT(rs_span_eq(n->name, RS_LIT("websocket_compressed")));
	CU_ASSERT_EQUAL(n->n, 2);
	rec_arena_clear(&a);
	expect(&t.b, "conn 1 S1 1; ");
}

/* Two engines turn by turn: neither hears of the other's phone. */
static void
test_side_by_side(void)
{
	struct bench a, b;
	begin(&a);
	begin(&b);
	open_tcp(&a, 5060);
	open_tcp(&b, 5060);
	segment(&a, true, 5060, 101, 501, ACK, REGISTER);
	segment(&b, false, 5060, 501, 101, ACK, OK);
	segment(&a, false, 5060, 501, 101 + sizeof REGISTER - 1, ACK, OK);
	expect(&b, "conn 1 S1 1; ");
	expect(&a, "conn 1 S1 1; reg 4 registered 200; ");
}

/* Packets that waited until nDPI was ready give the labels that they would have
   given at once; of a flow that is known by then no more are shown to it. */
static void
test_labels(void)
{
	enum { FLOWS = 300, LOOKS = CLASSIFY_LOOKS };
	static const char *const says[] = {
	    "GET / HTTP/1.1\r\nHost: example.com\r\n\r\n", "?", "SSH-2.0-x\r\n",
	    "\x12\x34\1\0\0\1\0\0\0\0\0\0\1a\0\0\1\0\1"};
	static struct flow f[2][FLOWS];
	static struct pkt k;
	for (int threads = 0; threads < 2; threads++) {
		struct labels l;
		labels_init(&l, threads);
		for (unsigned i = 0; i < FLOWS * LOOKS; i++) {
			struct flow *of = &f[threads][i % FLOWS];
			pkt_payload(&k, rs_span_str(says[(i / 2) % 4]));
			if (i % 2)
				pkt_tcp(&k, 40000, 80, 1, 1, 0x18);
			else
				pkt_udp(&k, 40000, 53);
			pkt_ipv4(&k, PHONE, SBC);
			struct net_packet p = {.ip = pkt_view(&k), .ts = i};
			if (of->label == 0)
				labels_look(&l, of, &p);
		}
		labels_settle(&l);
		CU_ASSERT_PTR_NULL(l.waiting);
		labels_clear(&l);
	}
	for (unsigned i = 0; i < FLOWS; i++)
		CU_ASSERT_EQUAL(f[0][i].label, f[1][i].label);
	if (classify_present()) /* the test is of something */
		CU_ASSERT_NOT_EQUAL(f[0][1].label, 0);
}

UNIT_MAIN("engine", UNIT(test_lone_syns), UNIT(test_icmp_on_a_lone_syn),
    UNIT(test_register_over_tcp), UNIT(test_ports_used_again),
    UNIT(test_tags_change), UNIT(test_tags_part), UNIT(test_tags_of_one_side),
    UNIT(test_not_tls), UNIT(test_other_links), UNIT(test_websocket),
    UNIT(test_other_http), UNIT(test_websocket_compressed),
    UNIT(test_side_by_side), UNIT(test_labels))
