/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Phones that open TLS connections to their SBC's port 8934, register in
 * them (unreadably), and go; and the ways in which that fails.
 *
 * A handshake is short: one event plants all its frames.
 */
#include "gen.h"

#include <stdlib.h>
#include <string.h>

#define SBCS 6
#define PORT 8934

enum fate {
	FATE_NONE,
	FATE_12,
	FATE_12_RESUMED,
	FATE_13,
	FATE_13_RETRY,
	FATE_SERVER_ALERT, /* to the ClientHello */
	FATE_CLIENT_ALERT, /* to the certificate */
	FATE_RESET,        /* to the ClientHello, as the two below */
	FATE_HANGUP,
	FATE_SILENT,
	FATE_REFUSED, /* SYN answered by RST */
	FATE_LOST,    /* SYN unanswered */
};

/* Out of a thousand. */
static const struct {
	enum fate fate;
	uint32_t weight;
} fates[] = {
    {FATE_12, 400},
    {FATE_13, 360},
    {FATE_12_RESUMED, 60},
    {FATE_13_RETRY, 40},
    {FATE_SERVER_ALERT, 30},
    {FATE_CLIENT_ALERT, 50},
    {FATE_RESET, 20},
    {FATE_HANGUP, 10},
    {FATE_SILENT, 10},
    {FATE_REFUSED, 10},
    {FATE_LOST, 10},
};

struct secure_phone {
	struct gen_end self, sbc;
	struct tcp_conn conn;
	struct tls_talk talk;
	enum fate fate;
	unsigned left; /* exchanges until the phone goes */
};

static const struct tcp_faults faults = {.split = 10, .swap = 1, .again = 0.5};

static gen_fire phone_secure, phone_talk, phone_gone;

static void
pause(struct gen *g, struct secure_phone *p, gen_time at)
{
	at += gen_between(g, 30000, 90000) * GEN_MSEC;
	gen_plant(g, at, phone_secure, p);
}

static gen_time
say(struct gen *g, struct secure_phone *p, enum tcp_dir dir, gen_time at,
    const struct blob *b)
{
	return tcp_send(g, &p->conn, dir, at, b->bytes, b->n) +
	       p->conn.rtt / 2 + gen_between(g, 200, 4000);
}

static void
draw_fate(struct gen *g, struct secure_phone *p)
{
	uint32_t x = gen_between(g, 0, 999);
	size_t i = 0;

	while (x >= fates[i].weight)
		x -= fates[i++].weight;
	p->fate = fates[i].fate;
	p->talk.resumed = p->fate == FATE_12_RESUMED;
	p->talk.version = 0x0303;
	if (p->fate == FATE_13 || p->fate == FATE_13_RETRY ||
	    (p->fate > FATE_13_RETRY && gen_chance(g, 50)))
		p->talk.version = 0x0304;
	p->talk.group = TLS_X25519;
	memcpy(p->talk.random, gen_noise(g, 32), 32);
	memcpy(p->talk.session, gen_noise(g, 32), 32);
}

/* After a ClientHello that leads to nothing. */
static void
no_hello(struct gen *g, struct secure_phone *p, gen_time at)
{
	struct blob b;

	b.n = 0;
	if (p->fate == FATE_SILENT) { /* until the phone loses patience */
		at += gen_between(g, 10, 32) * GEN_SEC;
		gen_plant(g, at, phone_gone, p);
		return;
	}
	if (p->fate == FATE_SERVER_ALERT) {
		b.n = 0;
		tls_alert(&b, 2, gen_chance(g, 50) ? 40 : 70);
		at = say(g, p, TCP_S2C, at, &b);
	}
	if (p->fate == FATE_RESET)
		tcp_reset(g, &p->conn, TCP_S2C, at);
	else
		at = tcp_shut(g, &p->conn, TCP_S2C, at);
	pause(g, p, at);
}

static void
client_refuses(struct gen *g, struct secure_phone *p, gen_time at)
{
	/* bad_certificate, certificate_expired, unknown_ca */
	static const uint8_t why[] = {42, 45, 48};
	struct blob b;

	b.n = 0;
	if (p->talk.version == 0x0304)
		tls_secret_alert(&b, g, &p->talk);
	else
		tls_alert(&b, 2, why[gen_between(g, 0, 2)]);
	at = say(g, p, TCP_C2S, at, &b);
	pause(g, p, tcp_shut(g, &p->conn, TCP_C2S, at));
}

static gen_time
hello_again(struct gen *g, struct secure_phone *p, gen_time at)
{
	struct blob b;

	b.n = 0;
	tls_hello_retry(&b, &p->talk, TLS_SECP256R1);
	at = say(g, p, TCP_S2C, at, &b);
	p->talk.group = TLS_SECP256R1;
	b.n = 0;
	tls_client_hello(&b, g, &p->talk);
	return say(g, p, TCP_C2S, at, &b);
}

static void
phone_secure(struct gen *g, void *arg)
{
	struct secure_phone *p = arg;
	struct blob b;
	gen_time at = g->now;

	draw_fate(g, p);
	p->self.port = (uint16_t)gen_between(g, 32768, 60999);
	tcp_init(&p->conn, g, &p->self, &p->sbc, &faults);
	if (p->fate == FATE_REFUSED || p->fate == FATE_LOST) {
		at = p->fate == FATE_LOST ? tcp_lose(g, &p->conn, at)
					  : tcp_refuse(g, &p->conn, at);
		pause(g, p, at);
		return;
	}
	at = tcp_open(g, &p->conn, at) + gen_between(g, 200, 3000);
	b.n = 0;
	tls_client_hello(&b, g, &p->talk);
	at = say(g, p, TCP_C2S, at, &b);
	if (p->fate > FATE_CLIENT_ALERT || p->fate == FATE_SERVER_ALERT) {
		no_hello(g, p, at);
		return;
	}
	if (p->fate == FATE_13_RETRY)
		at = hello_again(g, p, at);
	b.n = 0;
	tls_server_flight(&b, g, &p->talk);
	at = say(g, p, TCP_S2C, at, &b);
	if (p->fate == FATE_CLIENT_ALERT) {
		client_refuses(g, p, at);
		return;
	}
	b.n = 0;
	tls_client_finish(&b, g, &p->talk);
	at = say(g, p, TCP_C2S, at, &b);
	b.n = 0;
	tls_server_finish(&b, g, &p->talk);
	if (b.n > 0)
		at = say(g, p, TCP_S2C, at, &b);
	p->left = gen_between(g, 2, 4);
	gen_plant(g, at, phone_talk, p);
}

/* REGISTER and answer, as far as one can see. */
static void
phone_talk(struct gen *g, void *arg)
{
	struct secure_phone *p = arg;
	struct blob b;
	gen_time at = g->now;

	b.n = 0;
	tls_data(&b, g, gen_between(g, 650, 1000));
	at = say(g, p, TCP_C2S, at, &b);
	b.n = 0;
	tls_data(&b, g, gen_between(g, 450, 800));
	at = say(g, p, TCP_S2C, at, &b);
	if (--p->left > 0) {
		gen_plant(g, at, phone_talk, p);
		return;
	}
	gen_plant(g, at + gen_between(g, 1, 20000) * GEN_MSEC, phone_gone, p);
}

static void
phone_gone(struct gen *g, void *arg)
{
	struct secure_phone *p = arg;
	struct blob b;
	gen_time at = g->now;

	b.n = 0;
	if (p->fate == FATE_SILENT || gen_chance(g, 10)) {
		tcp_reset(g, &p->conn, TCP_C2S, at);
		pause(g, p, at);
		return;
	}
	tls_secret_alert(&b, g, &p->talk);
	at = say(g, p, TCP_C2S, at, &b);
	pause(g, p, tcp_shut(g, &p->conn, TCP_C2S, at));
}

void
phones_tls(struct gen *g, const struct gen_town *town)
{
	uint32_t spread = (uint32_t)(town->spread / GEN_MSEC);

	for (uint32_t i = 0; i < town->phones; i++) {
		struct secure_phone *p = calloc(1, sizeof *p);

		if (p == NULL)
			abort();
		p->self.ip = 0x0a800000 + i; /* 10.128.0.0/9 */
		p->talk.sbc = i % SBCS;
		p->sbc.ip = 0xcb007100 + 20 + p->talk.sbc; /* 203.0.113.0 */
		p->sbc.port = PORT;
		gen_plant(g, gen_between(g, 0, spread) * GEN_MSEC + 1,
		    phone_secure, p);
	}
}
