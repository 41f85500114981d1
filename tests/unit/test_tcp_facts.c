/* SPDX-License-Identifier: Apache-2.0 */
/* What a TCP connection shows of the way: resets, holes, silences. */
#include "net/tcp.h"
#include "unit.h"

#include <stdlib.h>
#include <string.h>

static struct rs_account pay;
static struct tcp_conn *conn;
static const struct tcp_out *out;
static uint64_t frame;
static uint8_t header[20];

static void
ignore_data(
    void *arg, enum rs_dir dir, struct rs_span bytes, const struct rs_stamp *at)
{
	(void)arg, (void)dir, (void)bytes, (void)at;
}

static void
ignore_gap(void *arg, enum rs_dir dir, uint64_t missing, rs_time from,
    rs_time to, const struct rs_stamp *at)
{
	(void)arg, (void)dir, (void)missing, (void)from, (void)to, (void)at;
}

static void
ignore_close(
    void *arg, enum rs_dir dir, enum rs_ending how, const struct rs_stamp *at)
{
	(void)arg, (void)dir, (void)how, (void)at;
}

static const struct tcp_out nobody = {
    ignore_data, ignore_gap, ignore_close, NULL};

struct look {
	uint8_t ttl;
	bool timestamps;
	uint16_t id;
};

static void
segment(rs_time at, enum rs_dir dir, struct tcp_hdr h, uint32_t size,
    struct look look)
{
	static const uint8_t data[2000];
	header[0] = 0x45;
	header[4] = (uint8_t)(look.id >> 8);
	header[5] = (uint8_t)look.id;
	h.timestamps = look.timestamps;
	if (h.window == 0)
		h.window = 1000;
	struct net_packet p = {.ts = at,
	    .at = rs_stamp_at(at, (struct rs_frame){0, ++frame}),
	    .ttl = look.ttl,
	    .ip = {header, sizeof header},
	    .payload = {data, size},
	    .payload_wire = size};
	tcp_conn_segment(conn, dir, &p, &h, out);
}

static const struct look usual = {64, true, 7};

/* Positions of both sides begin at 1. */
static void
open_conn(void)
{
	rs_account_init(&pay, 1 << 20);
	frame = 0;
	out = &nobody;
	conn = tcp_conn_new(&pay, NULL);
	segment(0, RS_C2S, (struct tcp_hdr){.flags = TCP_SYN}, 0, usual);
	segment(1, RS_S2C,
	    (struct tcp_hdr){
		.ack = 1, .flags = TCP_SYN | TCP_ACK, .window = 65160},
	    0, (struct look){61, true, 50});
	segment(2, RS_C2S,
	    (struct tcp_hdr){.seq = 1, .ack = 1, .flags = TCP_ACK}, 0, usual);
}

static const struct rs_conn_facts *
facts(void)
{
	return tcp_conn_facts(conn);
}

static void
data(rs_time at, enum rs_dir dir, uint32_t seq, uint32_t ack, uint32_t size)
{
	segment(at, dir,
	    (struct tcp_hdr){
		.seq = seq, .ack = ack, .flags = TCP_ACK, .window = 500},
	    size, dir == RS_C2S ? usual : (struct look){61, true, 51});
}

static void
test_reset(void)
{
	open_conn();
	data(3, RS_S2C, 1, 1, 0);
	segment(4, RS_S2C,
	    (struct tcp_hdr){
		.seq = 1, .ack = 1, .flags = TCP_RST | TCP_ACK, .window = 9000},
	    0, (struct look){63, false, 9});
	/* What comes later changes nothing. */
	segment(5, RS_S2C,
	    (struct tcp_hdr){.seq = 1, .ack = 1, .flags = TCP_RST | TCP_ACK}, 0,
	    (struct look){61, true, 52});
	const struct rs_half_facts *h = &facts()->half[RS_S2C];
	CU_ASSERT_EQUAL(h->ttl, 61);
	CU_ASSERT_EQUAL(h->last_ttl, 61);
	CU_ASSERT_EQUAL(h->rst_ttl, 63);
	CU_ASSERT(h->last_timestamps && !h->rst_timestamps);
	CU_ASSERT_EQUAL(h->old_ip_id, 50);
	CU_ASSERT_EQUAL(h->last_ip_id, 51);
	CU_ASSERT_EQUAL(h->rst_ip_id, 9);
	CU_ASSERT_EQUAL(h->rst_window, 9000);
	CU_ASSERT_EQUAL(h->last_window, 500);
	CU_ASSERT_EQUAL(facts()->half[RS_C2S].rst_ttl, 0);
	tcp_conn_free(conn);
}

/* A reset that acknowledges a SYN answers it; one that acknowledges more does
   not, and what came between was not captured. */
static void
test_late_reset(void)
{
	for (uint32_t ack = 1; ack < 3; ack++) {
		rs_account_init(&pay, 1 << 20);
		out = &nobody;
		conn = tcp_conn_new(&pay, NULL);
		segment(
		    0, RS_C2S, (struct tcp_hdr){.flags = TCP_SYN}, 0, usual);
		segment(1, RS_S2C,
		    (struct tcp_hdr){.ack = ack, .flags = TCP_RST | TCP_ACK}, 0,
		    usual);
		CU_ASSERT_EQUAL(facts()->half[RS_S2C].rst_late, ack != 1);
		tcp_conn_free(conn);
	}
}

static void
sack(rs_time at, uint32_t ack, uint32_t left)
{
	segment(at, RS_C2S,
	    (struct tcp_hdr){.seq = 1,
		.ack = ack,
		.flags = TCP_ACK,
		.sack = true,
		.sack_left = left},
	    0, usual);
}

static void
test_hole(void)
{
	const struct rs_half_facts *h;
	open_conn();
	h = &facts()->half[RS_S2C];
	data(3, RS_S2C, 1449, 1, 500);
	sack(4, 1, 1449);
	sack(5, 1, 1449);
	CU_ASSERT_EQUAL(h->hole, 1448);
	CU_ASSERT_EQUAL(h->hole_acks, 2);
	CU_ASSERT_EQUAL(h->hole_at, 4);
	CU_ASSERT_EQUAL(h->hole_frame.number, 5);
	/* A block of what was repeated lies before what is acknowledged. */
	sack(6, 1949, 1);
	CU_ASSERT_EQUAL(h->hole_acks, 0); /* filled */
	tcp_conn_free(conn);
}

static void
test_idle(void)
{
	const struct rs_idle_facts *i;
	open_conn();
	i = &facts()->idle;
	data(3, RS_C2S, 1, 1, 10);
	data(20 * RS_SEC, RS_S2C, 1, 11, 10);
	CU_ASSERT_EQUAL(i->packet.number, 0); /* 20 s are nothing */
	data(100 * RS_SEC, RS_C2S, 11, 11, 10);
	CU_ASSERT_EQUAL(i->to - i->from, 80 * RS_SEC);
	CU_ASSERT_EQUAL(i->packet.number, 6);
	CU_ASSERT(i->data && !i->answered && !i->reset);
	data(101 * RS_SEC, RS_C2S, 11, 11, 10);
	data(103 * RS_SEC, RS_C2S, 11, 11, 10);
	CU_ASSERT_EQUAL(i->repeats, 2);
	data(104 * RS_SEC, RS_S2C, 11, 21, 0);
	CU_ASSERT(i->answered);
	/* The next one counts anew. */
	data(200 * RS_SEC, RS_S2C, 11, 21, 10);
	CU_ASSERT(!i->answered && i->repeats == 0 && i->by == RS_S2C);
	segment(201 * RS_SEC, RS_C2S,
	    (struct tcp_hdr){.seq = 21, .flags = TCP_RST}, 0, usual);
	CU_ASSERT(!i->answered && i->reset);
	tcp_conn_free(conn);
}

/* Whether the other side has all of a side's bytes: what it says last, and not
   only of what comes yet. */
static void
test_acknowledged(void)
{
	for (uint32_t ack = 50; ack <= 52; ack++) {
		open_conn();
		data(3, RS_C2S, 1, 1, 50);
		CU_ASSERT(!facts()->half[RS_C2S].acked);
		data(4, RS_S2C, 1, ack, 0);
		CU_ASSERT_EQUAL(facts()->half[RS_C2S].acked, ack > 50);
		/* An older one, out of order, takes nothing back. */
		data(5, RS_S2C, 1, 1, 0);
		CU_ASSERT_EQUAL(facts()->half[RS_C2S].acked, ack > 50);
		tcp_conn_free(conn);
	}
}

/* Options of a segment: SACK stands behind timestamps. */
static void
test_options(void)
{
	static const uint8_t both[] = {0, 1, 0, 2, 0, 0, 0, 1, 0, 0, 0, 2, 0xb0,
	    16, 0, 1, 0, 0, 0, 0, 1, 1, 8, 10, 0, 0, 0, 1, 0, 0, 0, 2, 1, 1, 5,
	    10, 0, 0, 5, 0xa9, 0, 0, 7, 0xb5};
	for (size_t n = 20; n <= sizeof both; n++) {
		struct net_packet p = {
		    .payload = {both, n}, .payload_wire = sizeof both};
		struct tcp_hdr h;
		CU_ASSERT_EQUAL(tcphdr_decode(&p, &h), NET_FLAW_NONE);
		CU_ASSERT_EQUAL(h.sack, n == sizeof both);
		CU_ASSERT_EQUAL(h.sack_left, h.sack ? 1449 : 0);
	}
}

UNIT_MAIN("tcp_facts", UNIT(test_reset), UNIT(test_late_reset), UNIT(test_hole),
    UNIT(test_idle), UNIT(test_acknowledged), UNIT(test_options))
