/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Phones that register over UDP and over TCP, again and again.
 *
 * The number of phones is fixed and a larger file is a longer capture, so
 * that an analyzer's live state has a size of its own: with it, "memory is
 * flat when the file grows" can be measured.
 *
 * What an attempt will come to is drawn when it begins.
 */
#include "gen.h"

#include <stdlib.h>

#define SBCS 4
#define LAST_TRY 10 /* RFC 3261 17.1.2.2: 0.5 s doubled to 4 s, until 32 s */

enum fate {
	FATE_NONE,
	FATE_GOOD,
	FATE_LATE,      /* the first REGISTER goes unheard */
	FATE_FORBIDDEN, /* 403 to the credentials */
	FATE_WRONG,     /* 401 to the credentials, and the phone gives up */
	FATE_SILENT,    /* nothing more is heard of the SBC */
};

enum step { STEP_NONE, STEP_BEGIN, STEP_REPEAT, STEP_CHALLENGED, STEP_CLOSE };

struct phone {
	struct sip_phone sip;
	struct tcp_conn conn;
	enum step step;
	enum fate fate;
	unsigned tries;
	unsigned attempts_left; /* on this connection; 0: closed */
	bool silent_late;       /* FATE_SILENT strikes the second REGISTER */
};

static const struct tcp_faults faults = {.split = 50, .swap = 15, .again = 2};

static void phone_udp(struct gen *g, void *arg);
static void phone_tcp(struct gen *g, void *arg);

static gen_time
rtt(struct gen *g)
{
	/* Most answers are quick, some are not. */
	uint32_t most = gen_chance(g, 10) ? 400000 : 40000;

	return gen_between(g, 4000, most);
}

static gen_time
until_refresh(struct gen *g)
{
	return gen_between(g, 55000, 100000) * GEN_MSEC;
}

static enum fate
draw_fate(struct gen *g)
{
	uint32_t x = gen_between(g, 0, 999);

	if (x < 900)
		return FATE_GOOD;
	if (x < 930)
		return FATE_LATE;
	if (x < 960)
		return FATE_FORBIDDEN;
	return x < 980 ? FATE_WRONG : FATE_SILENT;
}

static void
attempt_begin(struct gen *g, struct phone *p)
{
	p->fate = draw_fate(g);
	p->silent_late = gen_chance(g, 25);
	if (p->sip.call == 0 || gen_chance(g, 3)) {
		/* rebooted: RFC 3261 10.2.4 wants one Call-ID per boot */
		p->sip.call = gen_random(g);
		p->sip.cseq = gen_between(g, 1, 65535);
	}
	p->sip.credentials = false;
}

static void
request_begin(struct gen *g, struct phone *p)
{
	p->sip.branch = gen_random(g);
	p->sip.cseq++;
	p->tries = 0;
}

static bool
unheard(const struct phone *p)
{
	if (p->fate == FATE_LATE)
		return !p->sip.credentials && p->tries == 1;
	return p->fate == FATE_SILENT && p->sip.credentials == p->silent_late;
}

static unsigned
final_status(const struct phone *p)
{
	if (!p->sip.credentials || p->fate == FATE_WRONG)
		return 401;
	return p->fate == FATE_FORBIDDEN ? 403 : 200;
}

/* Send what is to be sent now; plant the answer and the next step. */
static void
udp_request(struct gen *g, struct phone *p)
{
	struct blob b;
	gen_time at = g->now;

	sip_register(&b, &p->sip);
	udp_send(g, at, &p->sip.self, &p->sip.sbc, b.bytes, b.n);
	p->tries++;
	if (unheard(p)) {
		gen_time pause =
		    p->tries < 4 ? 250 * GEN_MSEC << p->tries : 4 * GEN_SEC;

		p->step = STEP_REPEAT;
		if (p->tries > LAST_TRY) {
			p->step = STEP_BEGIN;
			pause = 30 * GEN_SEC;
		}
		gen_plant(g, at + pause, phone_udp, p);
		return;
	}
	if (gen_chance(g, 10)) {
		sip_answer(&b, &p->sip, 100);
		udp_send(g, at + 2000, &p->sip.sbc, &p->sip.self, b.bytes, b.n);
	}
	at += rtt(g);
	if (!p->sip.credentials)
		p->sip.nonce = gen_random(g);
	sip_answer(&b, &p->sip, final_status(p));
	udp_send(g, at, &p->sip.sbc, &p->sip.self, b.bytes, b.n);
	p->step = p->sip.credentials ? STEP_BEGIN : STEP_CHALLENGED;
	at +=
	    p->sip.credentials ? until_refresh(g) : gen_between(g, 2000, 30000);
	gen_plant(g, at, phone_udp, p);
}

static void
phone_udp(struct gen *g, void *arg)
{
	struct phone *p = arg;

	if (p->step == STEP_BEGIN)
		attempt_begin(g, p);
	if (p->step == STEP_CHALLENGED)
		p->sip.credentials = true;
	if (p->step != STEP_REPEAT)
		request_begin(g, p);
	udp_request(g, p);
}

static void
phone_close(struct gen *g, struct phone *p)
{
	uint32_t how = gen_between(g, 0, 99);

	if (how < 70)
		tcp_shut(g, &p->conn, TCP_C2S, g->now);
	else if (how < 80)
		tcp_shut(g, &p->conn, TCP_S2C, g->now);
	else
		tcp_reset(g, &p->conn, how < 90 ? TCP_C2S : TCP_S2C, g->now);
	p->attempts_left = 0;
	p->step = STEP_BEGIN;
	gen_plant(g, g->now + gen_between(g, 1, 30) * GEN_SEC, phone_tcp, p);
}

/* The time at which the connection stands; 0 if it does not. */
static gen_time
phone_connect(struct gen *g, struct phone *p)
{
	uint32_t how = gen_between(g, 0, 99);
	gen_time at = g->now;

	p->sip.self.port = (uint16_t)gen_between(g, 32768, 60999);
	tcp_init(&p->conn, g, &p->sip.self, &p->sip.sbc, &faults);
	if (how < 2) {
		at = how == 0 ? tcp_refuse(g, &p->conn, at)
			      : tcp_lose(g, &p->conn, at);
		gen_plant(g, at + 30 * GEN_SEC, phone_tcp, p);
		return 0;
	}
	p->attempts_left = gen_between(g, 1, 4);
	return tcp_open(g, &p->conn, at);
}

/* RFC 5626 3.5.1: two CRLF there, one back */
static void
keep_alive(struct gen *g, struct phone *p, gen_time at)
{
	at = tcp_send(g, &p->conn, TCP_C2S, at, "\r\n\r\n", 4);
	tcp_send(g, &p->conn, TCP_S2C, at + p->conn.rtt, "\r\n", 2);
}

static void
tcp_request(struct gen *g, struct phone *p, gen_time at)
{
	struct blob b, more;

	sip_register(&b, &p->sip);
	at = tcp_send(g, &p->conn, TCP_C2S, at, b.bytes, b.n);
	if (unheard(p) && p->fate == FATE_SILENT) {
		/* RFC 3261 17.1.2.2: no retransmission here, but timer F */
		p->step = STEP_CLOSE;
		gen_plant(g, at + 32 * GEN_SEC, phone_tcp, p);
		return;
	}
	at += rtt(g);
	if (!p->sip.credentials)
		p->sip.nonce = gen_random(g);
	b.n = 0;
	if (gen_chance(g, 10)) /* two messages in one segment */
		sip_answer(&b, &p->sip, 100);
	sip_answer(&more, &p->sip, final_status(p));
	blob_put(&b, more.bytes, more.n);
	at = tcp_send(g, &p->conn, TCP_S2C, at, b.bytes, b.n);
	if (!p->sip.credentials) {
		p->step = STEP_CHALLENGED;
		at += gen_between(g, 2000, 30000);
	} else if (--p->attempts_left == 0) {
		p->step = STEP_CLOSE;
		at += gen_between(g, 5, 60) * GEN_SEC;
	} else {
		p->step = STEP_BEGIN;
		if (gen_chance(g, 50))
			keep_alive(g, p, at + 30 * GEN_SEC);
		at += until_refresh(g);
	}
	gen_plant(g, at, phone_tcp, p);
}

static void
phone_tcp(struct gen *g, void *arg)
{
	struct phone *p = arg;
	gen_time at = g->now;

	if (p->step == STEP_CLOSE) {
		phone_close(g, p);
		return;
	}
	if (p->attempts_left == 0)
		at = phone_connect(g, p);
	if (at == 0)
		return;
	if (p->step == STEP_BEGIN)
		attempt_begin(g, p);
	else
		p->sip.credentials = true;
	request_begin(g, p);
	tcp_request(g, p, at);
}

static void
phones(struct gen *g, const struct gen_town *town, bool tcp, gen_fire *fire)
{
	for (uint32_t i = 0; i < town->phones; i++) {
		struct phone *p = calloc(1, sizeof *p);
		uint32_t spread = (uint32_t)(town->spread / GEN_MSEC);

		if (p == NULL)
			abort();
		p->step = STEP_BEGIN;
		p->sip.tcp = tcp;
		p->sip.index = i + (tcp ? 500000 : 0);
		/* 10.1.0.0/16 and up; 192.0.2.0/24 is for documentation */
		p->sip.self.ip = (tcp ? 0x0a400000 : 0x0a010000) + i;
		p->sip.self.port = 5060;
		p->sip.sbc.ip = 0xc0000200 + 10 + i % SBCS;
		p->sip.sbc.port = 5060;
		gen_plant(g, gen_between(g, 0, spread) * GEN_MSEC + 1, fire, p);
	}
}

void
phones_udp(struct gen *g, const struct gen_town *town)
{
	phones(g, town, false, phone_udp);
}

void
phones_tcp(struct gen *g, const struct gen_town *town)
{
	phones(g, town, true, phone_tcp);
}
