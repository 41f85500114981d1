/* SPDX-License-Identifier: Apache-2.0 */
/*
 * IPv4, UDP and TCP in Ethernet frames, with checksums that hold.
 *
 * TCP here is what a capture shows of it, not an implementation: each side
 * sends what it is told to, and the faults asked for (segments that come
 * early, segments that come twice) are arranged by choosing the times.  A
 * segment sent twice was lost behind the capture point, so the answer waits
 * for the second one.
 */
#include "gen.h"

#include <string.h>

#define ETHER 14
#define IP 20
#define UDP 8
#define TCP 20
#define WHOLE 0x4000 /* do not fragment */
#define MSS 1448     /* 1500 less IP, TCP and the timestamp option */

static void
put16(uint8_t *p, unsigned value)
{
	p[0] = (uint8_t)(value >> 8);
	p[1] = (uint8_t)value;
}

static void
put32(uint8_t *p, uint32_t value)
{
	put16(p, value >> 16);
	put16(p + 2, value & 0xffff);
}

/* RFC 1071: the order of bytes does not matter as long as it is the same. */
static uint64_t
sum_words(const uint8_t *p, size_t n, uint64_t sum)
{
	for (; n >= 4; p += 4, n -= 4) {
		uint32_t word;

		memcpy(&word, p, 4);
		sum += word;
	}
	if (n > 0) {
		uint32_t word = 0;

		memcpy(&word, p, n);
		sum += word;
	}
	return sum;
}

static uint16_t
sum_fold(uint64_t sum)
{
	sum = (sum & 0xffffffff) + (sum >> 32);
	sum = (sum & 0xffffffff) + (sum >> 32);
	sum = (sum & 0xffff) + (sum >> 16);
	sum = (sum & 0xffff) + (sum >> 16);
	return (uint16_t)~sum;
}

static uint8_t *
put_link_ip(struct gen *g, uint8_t *p, uint32_t from, uint32_t to,
    unsigned protocol, unsigned fragment, size_t n)
{
	uint16_t sum;

	put16(p, 0x0200); /* locally administered */
	put32(p + 2, to);
	put16(p + 6, 0x0200);
	put32(p + 8, from);
	put16(p + 12, 0x0800);
	p += ETHER;
	p[0] = 0x45;
	p[1] = 0;
	put16(p + 2, (unsigned)(IP + n));
	put16(p + 4, g->ip_id++);
	put16(p + 6, fragment);
	p[8] = 64;
	p[9] = (uint8_t)protocol;
	put16(p + 10, 0);
	put32(p + 12, from);
	put32(p + 16, to);
	sum = sum_fold(sum_words(p, IP, 0));
	memcpy(p + 10, &sum, 2);
	return p + IP;
}

/* Of the transport's n bytes at p, with the pseudo-header before them. */
static void
put_checksum(uint8_t *p, size_t n, unsigned protocol, size_t at)
{
	uint8_t pseudo[4] = {0, (uint8_t)protocol};
	uint64_t sum;
	uint16_t folded;

	put16(pseudo + 2, (unsigned)n);
	put16(p + at, 0);
	sum = sum_words(p - 8, n + 8, sum_words(pseudo, 4, 0));
	folded = sum_fold(sum);
	if (folded == 0 && protocol == 17)
		folded = 0xffff; /* RFC 768: zero would mean none */
	memcpy(p + at, &folded, 2);
}

void
udp_send(struct gen *g, gen_time at, const struct gen_end *from,
    const struct gen_end *to, const void *payload, size_t n)
{
	uint8_t *p = gen_reserve(g, at, ETHER + IP + UDP + n);

	p = put_link_ip(g, p, from->ip, to->ip, 17, WHOLE, UDP + n);
	put16(p, from->port);
	put16(p + 2, to->port);
	put16(p + 4, (unsigned)(UDP + n));
	memcpy(p + UDP, payload, n);
	put_checksum(p, UDP + n, 17, 6);
}

void
ip_fragment(struct gen *g, gen_time at, uint32_t from, uint32_t to,
    unsigned protocol, unsigned offset, const void *payload, size_t n)
{
	uint8_t *p = gen_reserve(g, at, ETHER + IP + n);

	p = put_link_ip(g, p, from, to, protocol, offset / 8, n);
	memcpy(p, payload, n);
}

void
tcp_init(struct tcp_conn *c, struct gen *g, const struct gen_end *client,
    const struct gen_end *server, const struct tcp_faults *faults)
{
	c->end[TCP_C2S] = *client;
	c->end[TCP_S2C] = *server;
	c->seq[TCP_C2S] = (uint32_t)gen_random(g);
	c->seq[TCP_S2C] = (uint32_t)gen_random(g);
	c->clock[TCP_C2S] = 0;
	c->clock[TCP_S2C] = 0;
	c->rtt = gen_between(g, 1500, 40000);
	c->faults = faults;
}

static size_t
put_options(uint8_t *p, bool syn, uint32_t clock, uint32_t echo)
{
	uint8_t *start = p;

	if (syn) {
		static const uint8_t begin[] = {2, 4, 0x05, 0xb4, 4, 2};

		memcpy(p, begin, sizeof begin); /* MSS 1460, SACK permitted */
		p += sizeof begin;
	} else {
		*p++ = 1;
		*p++ = 1;
	}
	p[0] = 8; /* RFC 7323 3.2 */
	p[1] = 10;
	put32(p + 2, clock);
	put32(p + 6, echo);
	p += 10;
	if (syn) {
		static const uint8_t scale[] = {1, 3, 3, 7};

		memcpy(p, scale, sizeof scale);
		p += sizeof scale;
	}
	return (size_t)(p - start);
}

void
tcp_segment(struct gen *g, struct tcp_conn *c, enum tcp_dir dir, gen_time at,
    unsigned flags, uint32_t seq, const void *payload, size_t n)
{
	enum tcp_dir back = dir == TCP_C2S ? TCP_S2C : TCP_C2S;
	size_t head = TCP + ((flags & TCP_SYN) != 0 ? 20 : 12);
	uint8_t *p = gen_reserve(g, at, ETHER + IP + head + n);

	/* Each side's clock counts milliseconds from a start of its own. */
	c->clock[dir] = c->end[dir].ip * 2654435761u + (uint32_t)(at / 1000);
	p = put_link_ip(
	    g, p, c->end[dir].ip, c->end[back].ip, 6, WHOLE, head + n);
	put16(p, c->end[dir].port);
	put16(p + 2, c->end[back].port);
	put32(p + 4, seq);
	put32(p + 8, (flags & TCP_ACK) != 0 ? c->seq[back] : 0);
	p[12] = (uint8_t)(head / 4 << 4);
	p[13] = (uint8_t)flags;
	put16(p + 14, (flags & TCP_SYN) != 0 ? 64240 : 2004);
	put16(p + 18, 0);
	put_options(
	    p + TCP, (flags & TCP_SYN) != 0, c->clock[dir], c->clock[back]);
	if (n > 0)
		memcpy(p + head, payload, n);
	put_checksum(p, head + n, 6, 16);
}

void
tcp_ack(struct gen *g, struct tcp_conn *c, enum tcp_dir dir, gen_time at)
{
	tcp_segment(g, c, dir, at, TCP_ACK, c->seq[dir], NULL, 0);
}

gen_time
tcp_open(struct gen *g, struct tcp_conn *c, gen_time at)
{
	tcp_segment(g, c, TCP_C2S, at, TCP_SYN, c->seq[TCP_C2S]++, NULL, 0);
	at += c->rtt / 2;
	tcp_segment(
	    g, c, TCP_S2C, at, TCP_SYN | TCP_ACK, c->seq[TCP_S2C]++, NULL, 0);
	at += c->rtt / 2;
	tcp_ack(g, c, TCP_C2S, at);
	return at + 50;
}

gen_time
tcp_send(struct gen *g, struct tcp_conn *c, enum tcp_dir dir, gen_time at,
    const void *payload, size_t n)
{
	enum tcp_dir back = dir == TCP_C2S ? TCP_S2C : TCP_C2S;
	const struct tcp_faults *faults = c->faults;
	const uint8_t *p = payload;
	size_t cut = MSS;
	gen_time late = 0;

	if (n > 1 && n <= MSS && gen_chance(g, faults->split))
		cut = gen_between(g, 1, (uint32_t)n - 1);
	while (n > 0) {
		size_t size = n < cut ? n : cut;
		unsigned flags = TCP_ACK | (size == n ? TCP_PSH : 0);
		gen_time when = at;

		/* A swapped segment leaves after the next one. */
		if (size < n && gen_chance(g, faults->swap))
			when += 50;
		tcp_segment(g, c, dir, when, flags, c->seq[dir], p, size);
		if (gen_chance(g, faults->again)) {
			late = 200 * GEN_MSEC + c->rtt;
			tcp_segment(g, c, dir, when + late, flags, c->seq[dir],
			    p, size);
		}
		c->seq[dir] += (uint32_t)size;
		p += size;
		n -= size;
		at += 30;
		cut = MSS;
	}
	at += late + 40;
	/* Else the answer will carry it. */
	if (gen_chance(g, 50))
		tcp_ack(g, c, back, at + 20);
	return at + 60;
}

gen_time
tcp_shut(struct gen *g, struct tcp_conn *c, enum tcp_dir dir, gen_time at)
{
	enum tcp_dir back = dir == TCP_C2S ? TCP_S2C : TCP_C2S;

	tcp_segment(g, c, dir, at, TCP_FIN | TCP_ACK, c->seq[dir]++, NULL, 0);
	at += c->rtt / 2;
	tcp_segment(g, c, back, at, TCP_FIN | TCP_ACK, c->seq[back]++, NULL, 0);
	at += c->rtt / 2;
	tcp_ack(g, c, dir, at);
	return at;
}

void
tcp_reset(struct gen *g, struct tcp_conn *c, enum tcp_dir dir, gen_time at)
{
	tcp_segment(g, c, dir, at, TCP_RST | TCP_ACK, c->seq[dir], NULL, 0);
}

gen_time
tcp_refuse(struct gen *g, struct tcp_conn *c, gen_time at)
{
	tcp_segment(g, c, TCP_C2S, at, TCP_SYN, c->seq[TCP_C2S]++, NULL, 0);
	at += c->rtt;
	c->seq[TCP_S2C] = 0; /* RFC 9293 3.5.2 */
	tcp_reset(g, c, TCP_S2C, at);
	return at;
}

gen_time
tcp_lose(struct gen *g, struct tcp_conn *c, gen_time at)
{
	/* RFC 6298: one second, doubled each time */
	for (int i = 0; i < 4; i++) {
		tcp_segment(g, c, TCP_C2S, at + ((1 << i) - 1) * GEN_SEC,
		    TCP_SYN, c->seq[TCP_C2S], NULL, 0);
	}
	return at + 15 * GEN_SEC;
}
