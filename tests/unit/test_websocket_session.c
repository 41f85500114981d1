/* SPDX-License-Identifier: Apache-2.0 */
/* Frames in, messages out; and what stands on them. */
#include "engine/ws_stage.h"
#include "event.h"
#include "stream_driver.h"
#include "unit.h"
#include "websocket/session.h"
#include "websocket/websocket.h"

#include <stdio.h>
#include <string.h>

#define SPAN(s)                                                                \
 {                                                                             \
  (const uint8_t *)("" s), sizeof(s) - 1                                       \
 }
#define GET                                                                    \
 "GET / HTTP/1.1\r\nUpgrade: websocket\r\nSec-WebSocket-Protocol: sip\r\n\r\n"
#define UPGRADED                                                               \
 "HTTP/1.1 101 x\r\nUpgrade: websocket\r\nSec-WebSocket-Protocol: sip\r\n\r\n"
#define ZEROS "\0\0\0\0"
#define MASK "\x01\x02\x03\x04" /* hello -> igohn */

enum { C = RS_C2S, S = RS_S2C, GAP = 2, END = 4 }; /* with a side */

struct turn {
	int what; /* a side: bytes; GAP or END of it */
	struct rs_span bytes;
};

struct row {
	const char *name;
	struct turn turns[10];
	const char *expected;
};

static const struct row rows[] = {
    {"masked, and not",
	{{C, SPAN("\x81\x85" MASK "igohn")}, {S, SPAN("\x82\x03yes")}},
	"c2s WS_MESSAGE opcode=1 code=0 hello @1-1 #1-1\n"
	"s2c WS_MESSAGE opcode=2 code=0 yes @2-2 #2-2\n"},
    {"in three frames, a ping and a pong between",
	{{C, SPAN("\x01\x83" MASK "igo")}, {C, SPAN("\x89\x81" MASK "q")},
	    {S, SPAN("\x8a\x01p")}, {C, SPAN("\x00\x81" MASK "m")},
	    {C, SPAN("\x80\x81" MASK "n")}},
	"c2s WS_MESSAGE opcode=9 code=0 p @2-2 #2-2\n"
	"s2c WS_MESSAGE opcode=10 code=0 p @3-3 #3-3\n"
	"c2s WS_MESSAGE opcode=1 code=0 hello @1-5 #1-5\n"},
    {"unmasked in pieces, the last of them empty",
	{{S, SPAN("\x01\x02he")}, {S, SPAN("\x00\x03llo")},
	    {S, SPAN("\x80\x00")}},
	"s2c WS_MESSAGE opcode=1 code=0 hello @1-3 #1-3\n"},
    {"empty, and a byte at a time",
	{{S, SPAN("\x81\x00")}, {C, SPAN("\x81")}, {C, SPAN("\x81" MASK)},
	    {C, SPAN("i")}, {C, SPAN("\x81\x80" MASK)}},
	"s2c WS_MESSAGE opcode=1 code=0  @1-1 #1-1\n"
	"c2s WS_MESSAGE opcode=1 code=0 h @2-4 #2-4\n"
	"c2s WS_MESSAGE opcode=1 code=0  @5-5 #5-5\n"},
    {"close, with a code and a reason, and without",
	{{C, SPAN("\x88\x85" ZEROS "\x03\xe9"
		  "bye")},
	    {S, SPAN("\x88\x00")}},
	"c2s WS_MESSAGE opcode=8 code=1001 bye @1-1 #1-1\n"
	"s2c WS_MESSAGE opcode=8 code=0  @2-2 #2-2\n"},
    {"compressed, in one and in two frames",
	{{C, SPAN("\xc1\x83" ZEROS "xyz")}, {S, SPAN("\x41\x02xy")},
	    {S, SPAN("\x80\x01z")}, {S, SPAN("\x81\x01z")}},
	"c2s ANOMALY ws-compressed 3 @1-1 #1-1\n"
	"s2c ANOMALY ws-compressed 3 @2-3 #2-3\n"
	"s2c WS_MESSAGE opcode=1 code=0 z @4-4 #4-4\n"},
    {"one begun before the last has ended",
	{{S, SPAN("\x01\x02he")}, {S, SPAN("\x81\x03yes")},
	    {S, SPAN("\x81\x02no")}},
	"s2c ANOMALY ws-truncated 2 @1-1 #1-1\n"
	"s2c WS_MESSAGE opcode=1 code=0 yes @2-2 #2-2\n"
	"s2c WS_MESSAGE opcode=1 code=0 no @3-3 #3-3\n"},
    {"the end of one that began before the capture",
	{{S, SPAN("\x00\x02he")}, {S, SPAN("\x80\x03llo")},
	    {S, SPAN("\x81\x03yes")}, {S, SPAN("\x80\x03llo")}},
	"s2c ANOMALY ws-truncated 5 @1-2 #1-2\n"
	"s2c WS_MESSAGE opcode=1 code=0 yes @3-3 #3-3\n"
	"s2c ANOMALY ws-bad-frame 3 @4-4 #4-4\n"},
    {"the end of one, right after the upgrade",
	{{C, SPAN(GET)}, {S, SPAN(UPGRADED "\x80\x03llo")}},
	"c2s WS_UPGRADE / websocket sip size=67 @1-1 #1-1\n"
	"s2c WS_UPGRADE 101 websocket sip size=67 @2-2 #2-2\n"
	"s2c ANOMALY ws-bad-frame 3 @2-2 #2-2\n"},
    {"a gap between two pieces",
	{{S, SPAN("\x01\x02he")}, {S | GAP, SPAN("12345")},
	    {S, SPAN("\x80\x03llo")}, {S, SPAN("\x81\x0fOPTIONS sip:a@b")}},
	"s2c ANOMALY ws-truncated 2 @2-2 #2-2\n"
	"s2c ANOMALY ws-skipped 5 @4-4 #4-4\n"
	"s2c WS_MESSAGE opcode=1 code=0 OPTIONS sip:a@b @4-4 #4-4\n"},
    {"a gap inside of a second piece: told once",
	{{S, SPAN("\x01\x02he")}, {S, SPAN("\x80\x03l")}, {S | GAP, SPAN("lo")},
	    {S, SPAN("\x81\x0fOPTIONS sip:a@b")}},
	"s2c ANOMALY ws-truncated 0 @3-3 #3-3\n"
	"s2c WS_MESSAGE opcode=1 code=0 OPTIONS sip:a@b @4-4 #4-4\n"},
    {"a gap on the other side",
	{{S, SPAN("\x01\x02he")}, {C | GAP, SPAN("1")},
	    {S, SPAN("\x80\x03llo")}},
	"s2c WS_MESSAGE opcode=1 code=0 hello @1-3 #1-3\n"},
    {"bytes that are no frame, in a message",
	{{S, SPAN("\x01\x02he")}, {S, SPAN("\x83")}, {S, SPAN("\x80\x03llo")},
	    {S, SPAN("\x81\x0fOPTIONS sip:a@b")}},
	"s2c ANOMALY ws-bad-frame 0 @2-2 #2-2\n"
	"s2c ANOMALY ws-skipped 6 @4-4 #4-4\n"
	"s2c WS_MESSAGE opcode=1 code=0 OPTIONS sip:a@b @4-4 #4-4\n"},
    {"the end in a message",
	{{S, SPAN("\x01\x02he")}, {S | END, SPAN("")}, {C, SPAN("\x8a\x00")}},
	"s2c ANOMALY ws-truncated 2 @2-2 #2-2\n"
	"c2s WS_MESSAGE opcode=10 code=0  @3-3 #3-3\n"},
};

/* Dissector and session as the engine has them. */
struct bench {
	struct rs_account pay;
	uint64_t refused;
	struct websocket_session *session;
	struct stream_driver d;
	struct recorder r;
	struct rs_sink sink;
	rs_time now;
};

static void
hear(void *arg, const struct rs_event *ev)
{
	struct bench *b = arg;
	websocket_session_event(b->session, ev, &b->r.sink);
}

static void
begin(struct bench *b, size_t memory)
{
	*b = (struct bench){0};
	rs_account_init(&b->pay, memory);
	b->session = websocket_session_new(&b->pay, &b->refused);
	recorder_init(&b->r);
	b->r.stamps = true;
	b->sink = (struct rs_sink){hear, b};
	stream_driver_init(&b->d, &websocket_dissector, RS_OVER_TCP, &b->sink);
}

static void
turn(struct bench *b, const struct turn *t, size_t piece)
{
	enum rs_dir dir = t->what & S ? RS_S2C : RS_C2S;
	b->now++;
	struct rs_stamp at =
	    rs_stamp_at(b->now, (struct rs_frame){0, (uint64_t)b->now});
	if (t->what & GAP) {
		stream_driver_gap(&b->d, dir, t->bytes.n, &at);
		websocket_session_gap(b->session, dir, &at, &b->r.sink);
	} else if (t->what & END) {
		stream_driver_close(&b->d, dir, &at);
		websocket_session_close(b->session, dir, &at, &b->r.sink);
	}
	if (t->what & (GAP | END))
		return;
	for (size_t i = 0; i < t->bytes.n; i += piece)
		stream_driver_push(
		    &b->d, dir, rs_span_part(t->bytes, i, piece), &at);
}

static void
finish(struct bench *b, const char *expected)
{
	CU_ASSERT_PTR_NULL(b->d.fault);
	CU_ASSERT_STRING_EQUAL(b->r.text, expected);
	if (strcmp(b->r.text, expected) != 0)
		printf("# got\n%s", b->r.text);
	websocket_session_free(b->session);
	CU_ASSERT_EQUAL(b->pay.used, 0);
	stream_driver_clear(&b->d);
	recorder_clear(&b->r);
}

static void
test_rows(void)
{
	for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
		for (size_t piece = 1; piece < 200; piece *= 3) {
			struct bench b;
			begin(&b, 10000);
			unit_row(rows[i].name);
			for (size_t k = 0; k < 10; k++)
				if (rows[i].turns[k].bytes.p)
					turn(&b, &rows[i].turns[k], piece);
			finish(&b, rows[i].expected);
		}
	}
	unit_row(NULL);
}

/* Of n pieces of 100 bytes. */
static void
long_message(struct bench *b, size_t n)
{
	static uint8_t piece[102] = "\x01\x64";
	struct turn t = {S, {piece, sizeof piece}};
	for (size_t i = 0; i < n; i++) {
		piece[0] = i + 1 == n ? 0x80 : i == 0;
		turn(b, &t, sizeof piece);
	}
}

static void
test_limits(void)
{
	struct bench b;
	begin(&b, 1000000);
	b.r.stamps = false;
	long_message(&b, WEBSOCKET_SESSION_MAX_MESSAGE / 100 + 1);
	CU_ASSERT_EQUAL(b.refused, 0);
	finish(&b, "s2c ANOMALY ws-too-long 131100\n");

	begin(&b, 1000000); /* a frame that is not told whole */
	b.r.stamps = false;
	turn(&b,
	    &(struct turn){S, SPAN("\x81\x7f\0\0\0\0\0\2\0\x01"
				   "01")},
	    100);
	turn(&b, &(struct turn){S | GAP, SPAN("01")}, 100);
	finish(&b, "s2c ANOMALY ws-too-long 131073\n");

	begin(&b, 512); /* no room: counted, and the next may have some */
	b.r.stamps = false;
	long_message(&b, 8);
	CU_ASSERT_EQUAL(b.refused, 1);
	turn(&b, &(struct turn){C, SPAN("\x81\x85" MASK "igohn")}, 100);
	finish(&b, "c2s WS_MESSAGE opcode=1 code=0 hello\n");
}

/* ---- the stage: what is in the messages ---- */

struct stage_bench {
	struct rs_account pay;
	uint64_t refused;
	struct ws_counts counts;
	struct ws_stage *stage;
	struct stream_driver d;
	struct recorder self, above;
	struct ws_stage_out out;
	struct rs_sink sink;
};

static void
hear_stage(void *arg, const struct rs_event *ev)
{
	struct stage_bench *b = arg;
	ws_stage_event(b->stage, ev, &b->out);
}

static void
say(struct stage_bench *b, rs_time now, enum rs_dir dir, struct rs_span bytes)
{
	struct rs_stamp at =
	    rs_stamp_at(now, (struct rs_frame){0, (uint64_t)now});
	stream_driver_push(&b->d, dir, bytes, &at);
}

#define REGISTER "REGISTER sip:a SIP/2.0\r\nCall-ID: 1\r\n\r\n" /* 38 bytes */

/* RFC 7118 5: each message is one SIP message, and needs no length. */
static void
test_stage(void)
{
	struct stage_bench b = {0};
	rs_account_init(&b.pay, 10000);
	recorder_init(&b.self);
	recorder_init(&b.above);
	b.above.stamps = true;
	b.out = (struct ws_stage_out){b.self.sink, b.above.sink};
	b.sink = (struct rs_sink){hear_stage, &b};
	b.stage = ws_stage_new(RS_OVER_TLS, &b.pay, &b.refused, &b.counts);
	CU_ASSERT_EQUAL(ws_stage_carrier(b.stage), RS_OVER_WSS);
	stream_driver_init(&b.d, &websocket_dissector, RS_OVER_TLS, &b.sink);

	say(&b, 1, RS_C2S, RS_LIT("\x81\x82" ZEROS "{}")); /* not known yet */
	say(&b, 2, RS_C2S, RS_LIT("\x01\x94" ZEROS "REGISTER sip:a SIP/2"));
	say(&b, 3, RS_S2C, RS_LIT("\x89\x00"));
	say(&b, 4, RS_C2S, RS_LIT("\x80\x92" ZEROS ".0\r\nCall-ID: 1\r\n"));
	say(&b, 5, RS_C2S, RS_LIT("\r\n"));
	say(&b, 6, RS_C2S, RS_LIT("\x82\xa6" ZEROS REGISTER));
	say(&b, 7, RS_C2S, RS_LIT("\x81\x84" ZEROS "\r\n\r\n"));
	say(&b, 8, RS_S2C, RS_LIT("\x81\x02{}"));
	CU_ASSERT_STRING_EQUAL(b.above.text,
	    "c2s SIP REGISTER sip:a headers=1 body=0"
	    " flaws=no-cseq,no-via,no-to,no-from @2-5 #2-5\n"
	    "c2s SIP REGISTER sip:a headers=1 body=0"
	    " flaws=no-cseq,no-via,no-to,no-from @6-6 #6-6\n"
	    "c2s KEEPALIVE ping @7-7 #7-7\n"
	    "s2c ANOMALY sip-malformed 2 @8-8 #8-8\n");
	CU_ASSERT_EQUAL(b.self.events, 6);
	CU_ASSERT_EQUAL(b.counts.connections, 1);
	CU_ASSERT_EQUAL(b.counts.messages, 5);
	CU_ASSERT_EQUAL(b.counts.pings, 1);

	ws_stage_free(b.stage);
	CU_ASSERT_EQUAL(b.pay.used, 0);
	CU_ASSERT_PTR_NULL(b.d.fault);
	stream_driver_clear(&b.d);
	recorder_clear(&b.self);
	recorder_clear(&b.above);
}

UNIT_MAIN(
    "websocket_session", UNIT(test_rows), UNIT(test_limits), UNIT(test_stage))
