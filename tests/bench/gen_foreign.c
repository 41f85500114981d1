/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What else is on the wire where phones are: calls (RTP), downloads over
 * HTTP and over protocols that nobody knows, DNS, and QUIC.
 *
 * The number of each is fixed; one that ends begins again with other
 * addresses.  The numbers in foreign() make a third of the bytes calls,
 * nearly half transfers, a seventh QUIC and 3 % DNS; phones that register
 * add 5 %.
 */
#include "gen.h"

#include <stdlib.h>
#include <string.h>

struct talker {
	struct gen_end end[2];
	struct tcp_conn conn;
	uint32_t left;  /* packets, or segments of the server's */
	uint32_t count; /* sent */
	uint32_t tag;   /* SSRC, or connection id */
	bool http;
};

static const struct tcp_faults none;

static gen_fire call_begin, call_packet, fetch_begin, fetch_burst;
static gen_fire lookup, quic_begin, quic_burst;

static struct gen_end
inside(struct gen *g)
{
	struct gen_end end = {0xac100000 + gen_between(g, 1, 4000),
	    (uint16_t)gen_between(g, 32768, 60999)};

	return end;
}

static struct gen_end
outside(struct gen *g, uint16_t port)
{
	struct gen_end end = {0xc6330000 + gen_between(g, 256, 65000), port};

	return end;
}

static void
call_packet(struct gen *g, void *arg)
{
	struct talker *t = arg;
	/* RFC 3550 5.1; both sides of a call take turns every 10 ms */
	unsigned side = t->count & 1, sequence = t->count / 2;
	uint8_t p[172] = {0x80, 0};
	uint32_t clock = sequence * 160, source = t->tag ^ side;

	p[2] = (uint8_t)(sequence >> 8);
	p[3] = (uint8_t)sequence;
	for (unsigned i = 0; i < 4; i++) {
		p[4 + i] = (uint8_t)(clock >> (24 - 8 * i));
		p[8 + i] = (uint8_t)(source >> (24 - 8 * i));
	}
	memcpy(p + 12, gen_noise(g, 160), 160);
	udp_send(g, g->now, &t->end[side], &t->end[!side], p, sizeof p);
	t->count++;
	if (--t->left == 0)
		gen_plant(g, g->now + GEN_SEC, call_begin, t);
	else
		gen_plant(
		    g, g->now + 9900 + gen_between(g, 0, 200), call_packet, t);
}

static void
call_begin(struct gen *g, void *arg)
{
	struct talker *t = arg;

	t->end[0] = inside(g);
	t->end[1] = inside(g);
	t->end[0].port = (uint16_t)(16384 + 2 * gen_between(g, 0, 8000));
	t->end[1].port = (uint16_t)(16384 + 2 * gen_between(g, 0, 8000));
	t->left = gen_between(g, 500, 12000);
	t->count = 0;
	t->tag = (uint32_t)gen_random(g);
	call_packet(g, t);
}

/* A window of segments with an ACK for every two; then wait for it. */
static void
fetch_burst(struct gen *g, void *arg)
{
	struct talker *t = arg;
	struct tcp_conn *c = &t->conn;
	uint32_t n = gen_between(g, 2, 20);
	gen_time at = g->now;

	n = n < t->left ? n : t->left;
	t->left -= n;
	for (uint32_t i = 1; i <= n; i++) {
		tcp_segment(g, c, TCP_S2C, at, TCP_ACK, c->seq[TCP_S2C],
		    gen_noise(g, 1448), 1448);
		c->seq[TCP_S2C] += 1448;
		at += 12;
		if (i % 2 == 0 || i == n)
			tcp_ack(g, c, TCP_C2S, at);
	}
	at += c->rtt;
	if (t->left > 0) {
		gen_plant(g, at, fetch_burst, t);
		return;
	}
	at = tcp_shut(g, c, TCP_C2S, at);
	at += gen_between(g, 100, 4000) * GEN_MSEC;
	gen_plant(g, at, fetch_begin, t);
}

static void
put_http(struct blob *b, struct gen *g, bool answer, uint32_t segments)
{
	b->n = 0;
	if (answer) {
		blob_text(b, "HTTP/1.1 200 OK\r\nServer: nginx\r\n"
			     "Content-Type: application/octet-stream\r\n"
			     "Cache-Control: max-age=3600\r\nETag: \"");
		blob_hex(b, gen_random(g), 16);
		blob_text(b, "\"\r\nContent-Length: ");
		blob_number(b, (uint64_t)segments * 1448);
	} else {
		blob_text(b, "GET /files/");
		blob_hex(b, gen_random(g), 12);
		blob_text(b, ".bin HTTP/1.1\r\nHost: www.example.net\r\n"
			     "User-Agent: Mozilla/5.0 (X11; Linux x86_64)\r\n"
			     "Accept: */*\r\nAccept-Language: en\r\n"
			     "Connection: keep-alive");
	}
	blob_text(b, "\r\n\r\n");
}

static void
fetch_begin(struct gen *g, void *arg)
{
	struct talker *t = arg;
	struct blob b;
	gen_time at = g->now;

	t->end[0] = inside(g);
	t->end[1] = outside(g, t->http ? 80 : 9419);
	tcp_init(&t->conn, g, &t->end[0], &t->end[1], &none);
	t->left = gen_between(g, 4, 1 << gen_between(g, 4, 9));
	at = tcp_open(g, &t->conn, at);
	if (t->http) {
		put_http(&b, g, false, 0);
	} else {
		b.n = 0;
		blob_u16(&b, 0x0501); /* no protocol's first bytes */
		blob_noise(&b, g, 200);
	}
	at = tcp_send(g, &t->conn, TCP_C2S, at, b.bytes, b.n) + t->conn.rtt;
	if (t->http) {
		put_http(&b, g, true, t->left);
		at = tcp_send(g, &t->conn, TCP_S2C, at, b.bytes, b.n);
	}
	gen_plant(g, at, fetch_burst, t);
}

static void
lookup(struct gen *g, void *arg)
{
	struct gen_end client = inside(g), server = {0xac10fff5, 53};
	unsigned id = gen_between(g, 0, 65535);
	size_t n;
	struct blob b;

	b.n = 0;
	blob_u16(&b, id);
	blob_u16(&b, 0x0100);
	blob_u16(&b, 1);
	for (int i = 0; i < 3; i++)
		blob_u16(&b, 0);
	blob_u8(&b, 12);
	blob_hex(&b, gen_random(g), 12);
	blob_put(&b, "\7example\3net", 13); /* the root's zero with it */
	blob_u16(&b, 1);
	blob_u16(&b, 1);
	n = b.n;
	udp_send(g, g->now, &client, &server, b.bytes, n);
	b.bytes[2] = 0x81;
	b.bytes[3] = 0x80;
	b.bytes[7] = 1;
	blob_u16(&b, 0xc00c);
	blob_u16(&b, 1);
	blob_u16(&b, 1);
	blob_u16(&b, 0);
	blob_u16(&b, 300);
	blob_u16(&b, 4);
	blob_u16(&b, 0xc633);
	blob_u16(&b, gen_between(g, 256, 65000));
	udp_send(g, g->now + gen_between(g, 500, 30000), &server, &client,
	    b.bytes, b.n);
	gen_plant(g, g->now + gen_between(g, 1, 400) * 100, lookup, arg);
}

static void
quic_send(struct gen *g, struct talker *t, unsigned side, gen_time at, size_t n,
    bool longer)
{
	uint8_t p[1350];

	memcpy(p, gen_noise(g, n), n);
	p[0] = (uint8_t)(longer ? 0xc0 | (p[0] & 0x0f) : 0x40 | (p[0] & 0x3f));
	if (longer) /* RFC 9000 17.2: version and connection ids */
		memcpy(p + 1, "\0\0\0\1\010", 5);
	udp_send(g, at, &t->end[side], &t->end[!side], p, n);
}

static void
quic_burst(struct gen *g, void *arg)
{
	struct talker *t = arg;
	uint32_t n = gen_between(g, 2, 16);
	gen_time at = g->now;

	for (uint32_t i = 0; i < n && t->left > 0; i++, t->left--) {
		quic_send(g, t, 1, at, gen_between(g, 1200, 1350), false);
		at += 15;
		if (i % 4 == 3)
			quic_send(g, t, 0, at, gen_between(g, 30, 45), false);
	}
	at += gen_between(g, 5, 40) * GEN_MSEC;
	if (t->left > 0)
		gen_plant(g, at, quic_burst, t);
	else
		gen_plant(g, at + gen_between(g, 100, 3000) * GEN_MSEC,
		    quic_begin, t);
}

static void
quic_begin(struct gen *g, void *arg)
{
	struct talker *t = arg;

	t->end[0] = inside(g);
	t->end[1] = outside(g, 443);
	t->left = gen_between(g, 10, 400);
	quic_send(g, t, 0, g->now, 1200, true);
	quic_send(g, t, 1, g->now + 20 * GEN_MSEC, 1200, true);
	gen_plant(g, g->now + 21 * GEN_MSEC, quic_burst, t);
}

static void
plant_all(struct gen *g, uint32_t n, gen_fire *begin, bool http)
{
	for (uint32_t i = 0; i < n; i++) {
		struct talker *t = calloc(1, sizeof *t);

		if (t == NULL)
			abort();
		t->http = http;
		gen_plant(g, gen_between(g, 1, 2000) * GEN_MSEC, begin, t);
	}
}

void
foreign(struct gen *g)
{
	static const struct gen_town town = {700, 75 * GEN_SEC};

	plant_all(g, 43, call_begin, false);
	plant_all(g, 11, fetch_begin, true);
	plant_all(g, 11, fetch_begin, false);
	plant_all(g, 3, quic_begin, false);
	plant_all(g, 8, lookup, false);
	phones_udp(g, &town);
	phones_tcp(g, &town);
	phones_tls(g, &town);
}
