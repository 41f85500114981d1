/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What an enemy of the analyzer would send before SIP (make load): questions,
 * leases, files and addresses that nobody ever answers for, each of a name or
 * a client of its own.
 */
#include "gen.h"

#include <string.h>

#define FRAME 60 /* the least of Ethernet */

/* Another one each time, of which a hash that only adds makes the same. */
static struct gen_end
client(struct gen *g, uint16_t port)
{
	uint64_t n = g->packets + g->n_heap;

	return (struct gen_end){
	    .ip = 0x0b000000 + (uint32_t)(n % 0x40000000),
	    .port = port ? port : (uint16_t)(1024 + gen_mix(n) % 64000),
	};
}

/* ---- DNS: SRV questions of a new domain each ---- */

static void
question(struct gen *g, void *arg)
{
	static const struct gen_end server = {0xc6336435, 53};
	const struct gen_end from = client(g, 0);
	struct blob b = {0};

	blob_u16(&b, (unsigned)(g->packets & 0xffff));
	blob_put(&b, "\1\0\0\1\0\0\0\0\0\0\5_sips\4_tcp\20", 24);
	blob_hex(&b, gen_mix(g->packets), 16);
	blob_put(&b, "\7example\3com\0\0\41\0\1", 17);
	udp_send(g, g->now, &from, &server, b.bytes, b.n);
	gen_plant(g, g->now + 20, question, arg);
}

void
load_questions(struct gen *g)
{
	gen_plant(g, 1, question, NULL);
}

/* ---- DHCP: a phone that was never seen asks for an address ---- */

static void
discover(struct gen *g, void *arg)
{
	static const struct gen_end from = {0, 68}, all = {0xffffffff, 67};
	uint64_t n = g->packets;
	uint8_t m[300] = {1, 1, 6, 0};

	for (unsigned i = 0; i < 4; i++)
		m[4 + i] = (uint8_t)(n >> 8 * i);
	m[28] = 2;
	for (unsigned i = 0; i < 5; i++)
		m[29 + i] = (uint8_t)(n >> 8 * i);
	memcpy(m + 236, "\x63\x82\x53\x63\x35\1\1\x37\5\1\3\6\x42\x96\xff", 15);
	udp_send(g, g->now, &from, &all, m, sizeof m);
	gen_plant(g, g->now + 50, discover, arg);
}

void
load_discovers(struct gen *g)
{
	gen_plant(g, 1, discover, NULL);
}

/* ---- TFTP: a file that nobody sends, to a client that was never seen ---- */

static void
read_request(struct gen *g, void *arg)
{
	static const struct gen_end server = {0xc6336445, 69};
	const struct gen_end from = client(g, 0);
	struct blob b = {0};

	blob_put(&b, "\0\1SEP", 5);
	blob_hex(&b, gen_mix(g->packets), 12);
	blob_put(&b, ".cnf.xml\0octet\0blksize\0001428", 28);
	blob_u8(&b, 0);
	udp_send(g, g->now, &from, &server, b.bytes, b.n);
	gen_plant(g, g->now + 20, read_request, arg);
}

void
load_read_requests(struct gen *g)
{
	gen_plant(g, 1, read_request, NULL);
}

/* ---- NTP: a clock that nobody tells ---- */

static void
ask_time(struct gen *g, void *arg)
{
	static const struct gen_end server = {0xc6336423, 123};
	const struct gen_end from = client(g, 123);
	uint8_t m[48] = {0x23};

	memcpy(m + 40, gen_noise(g, 8), 8);
	udp_send(g, g->now, &from, &server, m, sizeof m);
	gen_plant(g, g->now + 20, ask_time, arg);
}

void
load_clocks(struct gen *g)
{
	gen_plant(g, 1, ask_time, NULL);
}

/* ---- ARP and LLDP: a neighbour that was never seen ---- */

/* From a station of that number; room for what follows its type. */
static uint8_t *
station(struct gen *g, uint64_t n, unsigned type)
{
	uint8_t *p = gen_reserve(g, g->now, FRAME);

	memset(p, 0, FRAME);
	memset(p, 0xff, 6);
	p[6] = 2;
	for (unsigned i = 0; i < 5; i++)
		p[7 + i] = (uint8_t)(n >> 8 * i);
	p[12] = (uint8_t)(type >> 8);
	p[13] = (uint8_t)type;
	return p + 14;
}

/* Every second one claims an address that the one before it has. */
static void
who_has(struct gen *g, void *arg)
{
	uint64_t n = g->packets;
	uint8_t *p = station(g, n, 0x0806);

	memcpy(p, "\0\1\x08\0\6\4\0\1", 8);
	memcpy(p + 8, p - 8, 6);
	for (unsigned i = 0; i < 4; i++) {
		p[14 + i] = (uint8_t)((0x0b000000 + n / 2) >> 8 * (3 - i));
		p[24 + i] = (uint8_t)(gen_mix(n) >> 8 * i);
	}
	gen_plant(g, g->now + 20, who_has, arg);
}

void
load_neighbours(struct gen *g)
{
	gen_plant(g, 1, who_has, NULL);
}

/* A device of that name, with a voice VLAN (ANSI/TIA-1057 10.2.3.2). */
static void
announce(struct gen *g, void *arg)
{
	uint64_t n = g->packets;
	uint8_t *p = station(g, n, 0x88cc);

	memcpy(p - 14, "\x01\x80\xc2\0\0\x0e", 6);
	memcpy(p, "\x02\x07\x04", 3);
	memcpy(p + 3, p - 8, 6);
	memcpy(p + 9, "\x04\x03\x07pp\x06\x02\0\x78", 9);
	memcpy(p + 18, "\xfe\x08\0\x12\xbb\x02\x01\x40\xc9\x2e\0\0", 12);
	gen_plant(g, g->now + 20, announce, arg);
}

void
load_announcements(struct gen *g)
{
	gen_plant(g, 1, announce, NULL);
}
