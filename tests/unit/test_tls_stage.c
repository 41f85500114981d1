/* SPDX-License-Identifier: Apache-2.0 */
/* What stands on TLS: who gets the plaintext, and what happens without it. */
#include "engine/stream.h"
#include "engine/tls_stage.h"
#include "sip/msg.h"
#include "tls/keys.h"
#include "tls/tls.h"
#include "tls_talk.h"
#include "unit.h"

#include <stdio.h>
#include <string.h>

static const struct rs_hash_seed seed = {1, 2};
static const char request[] = "REGISTER sip:example.com SIP/2.0\r\n"
			      "Via: SIP/2.0/TLS a\r\nCall-ID: a\r\n"
			      "CSeq: 1 REGISTER\r\nContent-Length: 0\r\n\r\n";
static const char answer[] = "SIP/2.0 200 OK\r\nCall-ID: a\r\n"
			     "Content-Length: 0\r\n\r\n";

struct bench {
	struct rs_account pay;
	struct tls_keys *keys;
	struct stream stream;
	struct tls_stage *stage;
	struct ws_counts ws;
	uint64_t refused;
	unsigned self[RS_EV_N], plain[RS_EV_N], inside[RS_EV_N];
	unsigned opened;
};

static void
count(unsigned n[RS_EV_N], struct bench *b, const struct rs_event *ev)
{
	n[ev->type]++;
	if (ev->type != RS_EV_TLS_DATA)
		return;
	b->opened += ev->u.tls_data.seal == TLS_SEAL_OPENED;
	CU_ASSERT_PTR_NULL(ev->u.tls_data.plain.p);
}

static void
hear_self(void *arg, const struct rs_event *ev)
{
	count(((struct bench *)arg)->self, arg, ev);
}

static void
hear_plain(void *arg, const struct rs_event *ev)
{
	count(((struct bench *)arg)->plain, arg, ev);
}

static void
hear_inside(void *arg, const struct rs_event *ev)
{
	count(((struct bench *)arg)->inside, arg, ev);
}

static struct tls_stage_out
sinks(struct bench *b)
{
	return (struct tls_stage_out){
	    {hear_self, b}, {hear_plain, b}, {hear_inside, b}};
}

static void
hear_record(void *arg, const struct rs_event *ev)
{
	struct bench *b = arg;
	const struct tls_stage_out out = sinks(b);
	tls_stage_event(b->stage, ev, &out);
}

static void
begin(struct bench *b, const struct talk *t, bool keys)
{
	*b = (struct bench){0};
	rs_account_init(&b->pay, 1 << 20);
	b->keys = tls_keys_new(&seed);
	tls_keylog_parse(b->keys->log,
	    (struct rs_span){(const uint8_t *)t->keylog, t->n_keylog}, NULL);
	stream_init(&b->stream, &tls_dissector, RS_OVER_TCP, &b->pay, NULL,
	    &b->refused);
	b->stage = tls_stage_new(b->stream.state, NULL, keys ? b->keys : NULL,
	    &b->pay, NULL, &b->refused, &b->ws);
}

static void
turn(struct bench *b, const struct talk_turn *t)
{
	const struct rs_sink records = {hear_record, b};
	const struct rs_stamp at = {0};
	stream_data(
	    &b->stream, t->dir, (struct rs_span){t->p, t->n}, &at, &records);
}

static void
end(struct bench *b)
{
	const struct rs_sink records = {hear_record, b};
	const struct tls_stage_out out = sinks(b);
	const struct rs_stamp at = {0};
	for (int dir = 0; dir < 2; dir++) {
		stream_close(&b->stream, (enum rs_dir)dir, &at, &records);
		tls_stage_close(b->stage, (enum rs_dir)dir, &at, &out);
	}
	tls_stage_free(b->stage);
	stream_clear(&b->stream);
	tls_keys_free(b->keys);
	CU_ASSERT_EQUAL(b->pay.used, 0);
}

static struct talk *
talk13(void)
{
	const struct talk_options o = {
	    .version = TLS1_3_VERSION, .ciphers = "TLS_AES_128_GCM_SHA256"};
	return talk_new(&o);
}

static void
say(struct talk *t, enum rs_dir dir, const char *text)
{
	talk_say(t, dir, text, strlen(text));
}

static void
test_sip(void)
{
	struct talk *t = talk13();
	struct bench b;
	begin(&b, t, true);
	/* A message may come in several records, and after keep-alives. */
	say(t, RS_C2S, "\r\n\r\n");
	say(t, RS_C2S, "REGISTER sip:example.com SI");
	say(t, RS_C2S, request + strlen("REGISTER sip:example.com SI"));
	say(t, RS_S2C, answer);
	for (size_t i = 0; i < t->n_turns; i++)
		turn(&b, &t->turns[i]);
	CU_ASSERT_EQUAL(b.plain[RS_EV_SIP_MESSAGE], 2);
	CU_ASSERT_EQUAL(b.self[RS_EV_SIP_MESSAGE], 0);
	CU_ASSERT_EQUAL(b.plain[RS_EV_GAP], 0);
	CU_ASSERT_EQUAL(b.opened, 4);
	end(&b);
	talk_free(t);
}

static void
test_without_keys(void)
{
	struct talk *t = talk13();
	struct bench b;
	begin(&b, t, false);
	say(t, RS_C2S, request);
	for (size_t i = 0; i < t->n_turns; i++)
		turn(&b, &t->turns[i]);
	CU_ASSERT_EQUAL(b.plain[RS_EV_SIP_MESSAGE], 0);
	CU_ASSERT_EQUAL(b.opened, 0);
	end(&b);
	talk_free(t);
}

/* Neither SIP nor a WebSocket: after a few records no more is opened. */
static void
test_foreign(void)
{
	struct talk *t = talk13();
	struct bench b;
	begin(&b, t, true);
	for (int i = 0; i < 40; i++) {
		say(t, i % 2 ? RS_S2C : RS_C2S, "* OK IMAP4rev1 ready\r\n");
		if (i % 2 == 0 && i > 20)
			say(t, RS_C2S, request);
	}
	for (size_t i = 0; i < t->n_turns; i++)
		turn(&b, &t->turns[i]);
	CU_ASSERT_EQUAL(b.opened, 8);
	CU_ASSERT_EQUAL(b.plain[RS_EV_SIP_MESSAGE], 0);
	CU_ASSERT(tls_stage_opaque(b.stage));
	end(&b);
	talk_free(t);
}

/* A record that was changed on its way does not open: that is a gap above, and
   what follows is read on. */
static void
test_damage(void)
{
	struct talk *t = talk13();
	struct bench b;
	begin(&b, t, true);
	say(t, RS_C2S, request);
	say(t, RS_C2S, request);
	t->turns[t->n_turns - 1].p[20] ^= 1;
	say(t, RS_C2S, request);
	say(t, RS_S2C, answer);
	for (size_t i = 0; i < t->n_turns; i++)
		turn(&b, &t->turns[i]);
	CU_ASSERT_EQUAL(b.plain[RS_EV_SIP_MESSAGE], 3);
	CU_ASSERT_EQUAL(b.plain[RS_EV_GAP], 1);
	end(&b);
	talk_free(t);
}

static void
test_websocket(void)
{
	static const char upgrade[] =
	    "GET / HTTP/1.1\r\nHost: a\r\nConnection: Upgrade\r\n"
	    "Upgrade: websocket\r\nSec-WebSocket-Version: 13\r\n"
	    "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n"
	    "Sec-WebSocket-Protocol: sip\r\n\r\n";
	static const char accepted[] =
	    "HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\n"
	    "Connection: Upgrade\r\n"
	    "Sec-WebSocket-Accept: s3pPLMBiTxaQ9kYGzzhZRbK+xOo=\r\n"
	    "Sec-WebSocket-Protocol: sip\r\n\r\n";
	struct talk *t = talk13();
	struct bench b;
	uint8_t frame[2 + sizeof answer - 1] = {0x81, sizeof answer - 1};
	memcpy(frame + 2, answer, sizeof answer - 1);
	begin(&b, t, true);
	say(t, RS_C2S, upgrade);
	say(t, RS_S2C, accepted);
	talk_say(t, RS_S2C, frame, sizeof frame);
	for (size_t i = 0; i < t->n_turns; i++)
		turn(&b, &t->turns[i]);
	CU_ASSERT_EQUAL(b.plain[RS_EV_WS_UPGRADE], 2);
	CU_ASSERT_EQUAL(b.inside[RS_EV_SIP_MESSAGE], 1);
	CU_ASSERT_EQUAL(b.ws.messages, 1);
	end(&b);
	talk_free(t);
}

/* So little memory that there is none for keys: told as such. */
static void
test_no_room(void)
{
	struct talk *t = talk13();
	struct bench b;
	begin(&b, t, true);
	tls_stage_free(b.stage);
	b.pay.limit = b.pay.used + 256;
	b.stage = tls_stage_new(
	    b.stream.state, NULL, b.keys, &b.pay, NULL, &b.refused, &b.ws);
	say(t, RS_C2S, request);
	for (size_t i = 0; i < t->n_turns; i++)
		turn(&b, &t->turns[i]);
	CU_ASSERT_EQUAL(b.opened, 0);
	CU_ASSERT(b.self[RS_EV_TLS_DATA] > 0);
	end(&b);
	talk_free(t);
}

UNIT_MAIN("tls_stage", UNIT(test_sip), UNIT(test_without_keys),
    UNIT(test_foreign), UNIT(test_damage), UNIT(test_websocket),
    UNIT(test_no_room))
