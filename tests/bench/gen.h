/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What the parts of the bench generator share.
 *
 * The generator plays a network.  Everything that sends is an event in one
 * heap ordered by capture time: a phone that wakes up, a transfer that goes
 * on, a frame that is on its way.  An event fires, may write frames that are
 * due now, and plants others in the future.  So thousands of phones interleave
 * as they do in a real capture, and memory is that of what is in flight, not
 * of what was written.
 *
 * All chance comes from one generator state, and nothing depends on addresses
 * or clocks: the same options give the same bytes on every machine.
 */
#ifndef BENCH_GEN_H
#define BENCH_GEN_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

typedef int64_t gen_time; /* microseconds since the capture began */

#define GEN_MSEC ((gen_time)1000)
#define GEN_SEC ((gen_time)1000000)
#define GEN_FRAME_MAX 1514 /* Ethernet without its checksum */
#define GEN_CHAINS 8

struct gen;
typedef void gen_fire(struct gen *g, void *arg);

struct gen_event {
	gen_time at;
	uint64_t order; /* of planting: equal times keep it */
	gen_fire *fire;
	void *arg;
};

struct gen_frame; /* a frame that is on its way; a pooled buffer */

/* A Certificate message's certificate_list, each with its 24 bit length. */
struct gen_chain {
	uint8_t *bytes;
	size_t n;
};

struct gen {
	uint64_t random;
	gen_time now;
	struct gen_event *heap;
	size_t n_heap, heap_cap;
	uint64_t order;
	struct gen_frame *spare;

	FILE *out;
	uint64_t limit, written, packets;
	uint16_t ip_id;
	bool failed; /* to write */
	uint8_t *noise;

	struct gen_chain chains[GEN_CHAINS];
	size_t n_chains;
};

/* gen_out.c: chance, time and the file. */

uint64_t gen_random(struct gen *g);
/* A stable hash: what a phone is called does not depend on when it speaks. */
uint64_t gen_mix(uint64_t x);
/* Uniform in [low, high]. */
uint32_t gen_between(struct gen *g, uint32_t low, uint32_t high);
bool gen_chance(struct gen *g, double percent);
/* n random bytes, borrowed and good until the end; n <= 64 KiB. */
const uint8_t *gen_noise(struct gen *g, size_t n);

bool gen_open(struct gen *g, FILE *out, uint64_t limit, uint64_t seed);
/* Room for a frame of n bytes at that time: to be filled at once. */
uint8_t *gen_reserve(struct gen *g, gen_time at, size_t n);
/*
 * arg is NULL or from malloc, and belongs to one event at a time: what fires
 * plants it again, and gen_close frees what is planted.
 */
void gen_plant(struct gen *g, gen_time at, gen_fire *fire, void *arg);
/* Fire events until the file is as long as it should be. */
void gen_run(struct gen *g);
void gen_close(struct gen *g);

/* gen_blob.c: messages in the making. */

struct blob {
	size_t n;
	uint8_t bytes[16384];
};

void blob_put(struct blob *b, const void *p, size_t n);
void blob_text(struct blob *b, const char *text);
void blob_number(struct blob *b, uint64_t value);
/* The low digits of the value, in lower case. */
void blob_hex(struct blob *b, uint64_t value, unsigned digits);
void blob_u8(struct blob *b, unsigned value);
void blob_u16(struct blob *b, unsigned value);
void blob_noise(struct blob *b, struct gen *g, size_t n);
/* Length-prefixed blocks: open leaves room, shut fills in the length. */
size_t blob_open(struct blob *b, unsigned width);
void blob_shut(struct blob *b, size_t mark, unsigned width);

/* gen_net.c: IPv4, UDP and TCP in Ethernet frames. */

struct gen_end {
	uint32_t ip;
	uint16_t port;
};

void udp_send(struct gen *g, gen_time at, const struct gen_end *from,
    const struct gen_end *to, const void *p, size_t n);

/* A last fragment of n bytes, that many after the datagram's first. */
void ip_fragment(struct gen *g, gen_time at, uint32_t from, uint32_t to,
    unsigned protocol, unsigned offset, const void *p, size_t n);

enum tcp_flag {
	TCP_FIN = 1,
	TCP_SYN = 2,
	TCP_RST = 4,
	TCP_PSH = 8,
	TCP_ACK = 16,
};

struct tcp_faults {
	double split; /* percent of messages cut into two segments */
	double swap;  /* percent of neighbours that come the wrong way round */
	double again; /* percent of segments sent twice */
};

enum tcp_dir { TCP_C2S, TCP_S2C };

struct tcp_conn {
	struct gen_end end[2]; /* client, server */
	uint32_t seq[2];       /* the next to send */
	uint32_t clock[2];     /* last timestamp option sent */
	uint32_t rtt;          /* microseconds */
	const struct tcp_faults *faults;
};

void tcp_init(struct tcp_conn *c, struct gen *g, const struct gen_end *client,
    const struct gen_end *server, const struct tcp_faults *faults);
void tcp_segment(struct gen *g, struct tcp_conn *c, enum tcp_dir dir,
    gen_time at, unsigned flags, uint32_t seq, const void *p, size_t n);
/* The functions below give the time at which the other side has it all. */
gen_time tcp_open(struct gen *g, struct tcp_conn *c, gen_time at);
gen_time tcp_send(struct gen *g, struct tcp_conn *c, enum tcp_dir dir,
    gen_time at, const void *p, size_t n);
gen_time tcp_shut(
    struct gen *g, struct tcp_conn *c, enum tcp_dir dir, gen_time at);
void tcp_ack(struct gen *g, struct tcp_conn *c, enum tcp_dir dir, gen_time at);
void tcp_reset(
    struct gen *g, struct tcp_conn *c, enum tcp_dir dir, gen_time at);
/* A connection that nobody takes: refused with RST, or the SYN three times. */
gen_time tcp_refuse(struct gen *g, struct tcp_conn *c, gen_time at);
gen_time tcp_lose(struct gen *g, struct tcp_conn *c, gen_time at);

/* gen_sip.c: what a phone and its registrar say. */

struct sip_phone {
	uint32_t index;
	bool tcp;
	struct gen_end self, sbc;
	uint64_t call, branch, nonce;
	uint32_t cseq;
	bool credentials;
};

void sip_register(struct blob *b, const struct sip_phone *p);
/* 100, 200, 401 or 403 to the last REGISTER. */
void sip_answer(struct blob *b, const struct sip_phone *p, unsigned status);

/* gen_tls.c: handshake messages in records. */

struct tls_talk {
	unsigned version; /* 0x0303 or 0x0304 */
	unsigned group;   /* of the key share; 1.3 */
	bool resumed;     /* abbreviated, RFC 5246 7.3 */
	uint32_t sbc;     /* which server: its name and certificate */
	uint8_t random[32], session[32];
};

enum tls_group { TLS_SECP256R1 = 0x0017, TLS_X25519 = 0x001d };

/* Each appends its records. */
void tls_client_hello(struct blob *b, struct gen *g, const struct tls_talk *t);
void tls_hello_retry(
    struct blob *b, const struct tls_talk *t, enum tls_group wanted);
void tls_server_flight(struct blob *b, struct gen *g, const struct tls_talk *t);
void tls_client_finish(struct blob *b, struct gen *g, const struct tls_talk *t);
void tls_server_finish(struct blob *b, struct gen *g, const struct tls_talk *t);
void tls_data(struct blob *b, struct gen *g, size_t n);
void tls_alert(struct blob *b, unsigned level, unsigned description);
/* An alert that cannot be read: close_notify, or another. */
void tls_secret_alert(struct blob *b, struct gen *g, const struct tls_talk *t);

/* The workloads.  Each plants what it needs; gen_run does the rest. */

struct gen_town {
	uint32_t phones; /* of a kind */
	gen_time spread; /* over which they first wake up */
};

void phones_udp(struct gen *g, const struct gen_town *town);
void phones_tcp(struct gen *g, const struct gen_town *town);
void phones_tls(struct gen *g, const struct gen_town *town);
void foreign(struct gen *g);
void flood(struct gen *g);
void load_syns(struct gen *g);
void load_datagrams(struct gen *g);
void load_requests(struct gen *g);
void load_refusals(struct gen *g);
void load_tiny_segments(struct gen *g);
void load_fragments(struct gen *g);

/* gen_load_boot.c: the same, of what comes before SIP. */

void load_questions(struct gen *g);
void load_discovers(struct gen *g);
void load_read_requests(struct gen *g);
void load_clocks(struct gen *g);
void load_neighbours(struct gen *g);
void load_announcements(struct gen *g);

#endif
