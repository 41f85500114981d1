/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What an enemy of the analyzer would send (make load): each packet makes it
 * keep something that nothing will ever come for.
 */
#include "gen.h"

#include <stdlib.h>

static const struct tcp_faults none;

/* Another address each time, none of them twice in 2^30. */
static struct gen_end
stranger(struct gen *g)
{
	uint64_t x = gen_mix(g->packets + g->n_heap);

	return (struct gen_end){
	    .ip = 0x0b000000 + (uint32_t)(g->packets % 0x40000000),
	    .port = (uint16_t)(1024 + x % 64000),
	};
}

static const struct gen_end sip_server = {0xc6336405, 5060};

/* ---- flows ---- */

static void
syn(struct gen *g, void *arg)
{
	const struct gen_end from = stranger(g);
	struct tcp_conn c;

	tcp_init(&c, g, &from, &sip_server, &none);
	tcp_segment(g, &c, TCP_C2S, g->now, TCP_SYN, c.seq[TCP_C2S], NULL, 0);
	gen_plant(g, g->now + 5, syn, arg);
}

void
load_syns(struct gen *g)
{
	gen_plant(g, 1, syn, NULL);
}

/* Source and destination vary together, so that their exclusive or does not:
   all flows are one to whoever hashes like that. */
static void
datagram(struct gen *g, void *arg)
{
	const struct gen_end from = stranger(g);
	const struct gen_end to = {from.ip ^ 0x40000000, from.port ^ 1};

	udp_send(g, g->now, &from, &to, gen_noise(g, 20), 20);
	gen_plant(g, g->now + 5, datagram, arg);
}

void
load_datagrams(struct gen *g)
{
	gen_plant(g, 1, datagram, NULL);
}

/* ---- requests ---- */

/* "Bb" and "CA" are the same to a hash that multiplies by 33 and adds. */
static void
put_colliding(struct blob *b, uint64_t value)
{
	for (unsigned bit = 0; bit < 32; bit++)
		blob_text(b, value >> bit & 1 ? "Bb" : "CA");
}

/* From Via to the end; what the names are made of collides. */
static void
put_headers(struct blob *b, uint64_t name)
{
	blob_text(b, "Via: SIP/2.0/UDP 192.0.2.1;branch=z9hG4bK");
	put_colliding(b, name);
	blob_text(b, "\r\nFrom: <sip:");
	put_colliding(b, name);
	blob_text(b, "@example.com>;tag=a\r\nTo: <sip:");
	put_colliding(b, name);
	blob_text(b, "@example.com>\r\nCall-ID: ");
	put_colliding(b, name);
	blob_text(b,
	    "\r\nCSeq: 1 REGISTER\r\n"
	    "Contact: <sip:a@192.0.2.1>\r\nContent-Length: 0\r\n\r\n");
}

/* Another user at another address. */
static struct gen_end
ask(struct gen *g, uint64_t name)
{
	const struct gen_end from = stranger(g);
	struct blob b = {0};

	blob_text(&b, "REGISTER sip:example.com SIP/2.0\r\n");
	put_headers(&b, name);
	udp_send(g, g->now, &from, &sip_server, b.bytes, b.n);
	return from;
}

static void
unanswered(struct gen *g, void *arg)
{
	(void)ask(g, g->packets);
	gen_plant(g, g->now + 20, unanswered, arg);
}

void
load_requests(struct gen *g)
{
	gen_plant(g, 1, unanswered, NULL);
}

/* Of each there is something to be said at the end. */
static void
refused(struct gen *g, void *arg)
{
	const uint64_t name = g->packets;
	const struct gen_end from = ask(g, name);
	struct blob b = {0};

	blob_text(&b, "SIP/2.0 403 Forbidden\r\n");
	put_headers(&b, name);
	udp_send(g, g->now + 5, &sip_server, &from, b.bytes, b.n);
	gen_plant(g, g->now + 20, refused, arg);
}

void
load_refusals(struct gen *g)
{
	gen_plant(g, 1, refused, NULL);
}

/* ---- segments and fragments ---- */

/* One byte each, backwards: the first, which would free them, never comes. */
static void
tiny(struct gen *g, void *arg)
{
	struct tcp_conn *c = arg;
	uint32_t seq = c->seq[TCP_C2S] + 60000 - (uint32_t)(g->packets % 59000);

	tcp_segment(g, c, TCP_C2S, g->now, TCP_ACK, seq, "R", 1);
	gen_plant(g, g->now + 5, tiny, arg);
}

void
load_tiny_segments(struct gen *g)
{
	const struct gen_end from = {0xc0000211, 40000};

	struct tcp_conn *c = malloc(sizeof *c);

	if (c == NULL)
		abort();
	tcp_init(c, g, &from, &sip_server, &none);
	gen_plant(g, tcp_open(g, c, 1), tiny, c);
}

/* The second of two fragments, of datagrams whose first never comes. */
static void
fragment(struct gen *g, void *arg)
{
	const struct gen_end from = stranger(g);

	ip_fragment(g, g->now, from.ip, sip_server.ip, 17, 1480,
	    gen_noise(g, 200), 200);
	gen_plant(g, g->now + 5, fragment, arg);
}

void
load_fragments(struct gen *g)
{
	gen_plant(g, 1, fragment, NULL);
}
