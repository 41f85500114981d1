/* SPDX-License-Identifier: Apache-2.0 */
/* WebSocket framing: what is told, and that cuts, gaps and damage invent
   nothing. */
#include "event.h"
#include "stream_driver.h"
#include "unit.h"
#include "websocket/upgrade.h"
#include "websocket/websocket.h"

#include <stdio.h>
#include <stdlib.h>

#define LITERAL(dir, s)                                                        \
 {                                                                             \
  dir,                                                                         \
  {                                                                            \
   (const uint8_t *)("" s), sizeof(s) - 1                                      \
  }                                                                            \
 }
#define SPAN(s)                                                                \
 {                                                                             \
  (const uint8_t *)("" s), sizeof(s) - 1                                       \
 }
#define C2S(s) LITERAL(RS_C2S, s)
#define S2C(s) LITERAL(RS_S2C, s)

#define GET                                                                    \
 "GET /sip HTTP/1.1\r\nHost: a.example:8080\r\nConnection: Upgrade\r\n"        \
 "Upgrade: websocket\r\nSec-WebSocket-Version: 13\r\n"                         \
 "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n"                             \
 "Sec-WebSocket-Protocol: sip\r\n\r\n"
#define SWITCHING                                                              \
 "HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\n"                  \
 "Connection: Upgrade\r\nSec-WebSocket-Protocol: sip\r\n"
#define UPGRADED SWITCHING "\r\n"
#define DEFLATED                                                               \
 SWITCHING "Sec-WebSocket-Extensions: permessage-deflate\r\n\r\n"

/* The mask of zeros is as good as any other, and can be read. */
#define MASK "\0\0\0\0"
/* 40 bytes of text, enough to be known by. */
#define TEXT "REGISTER sip:example.com SIP/2.0\r\nTo: x\n"
#define REPLY "SIP/2.0 200 OK\r\nTo: <sip:a@example.com>\n\n"

/* Frames in which SIP begins: after a gap these are found again. */
static const struct stream_part sip_only[] = {
    C2S("\x81\xa8" MASK TEXT),
    S2C("\x81\x29" REPLY),
    C2S("\x01\xa8" MASK TEXT),
    C2S("\x82\xa8\x12\x34\x56\x78"
	"\x40\x71\x11\x31\x41\x60\x13\x2a\x32\x47\x3f\x08\x28\x51\x2e\x19"
	"\x7f\x44\x3a\x1d\x3c\x57\x39\x15\x32\x67\x1f\x28\x3d\x06\x78\x48"
	"\x1f\x3e\x02\x17\x28\x14\x2e\x72"),
    S2C("\x82\x29" REPLY),
};

static const struct stream_part calm[] = {
    C2S(GET),
    S2C(UPGRADED),
    C2S("\x81\xa8" MASK TEXT),
    S2C("\x81\x29" REPLY),
    C2S("\x01\x85" MASK "REGIS"),
    C2S("\x89\x82" MASK "hi"),
    S2C("\x8a\x02hi"),
    C2S("\x00\x84" MASK "TER "),
    C2S("\x80\x80" MASK),
    S2C("\x89\x00"),
    S2C("\x81\x7e\x00\x80"
	"0123456789012345678901234567890123456789012345678901234567890123"
	"0123456789012345678901234567890123456789012345678901234567890123"),
    C2S("\x88\x84" MASK "\x03\xe8ok"),
    S2C("\x88\x02\x03\xe8"),
};

static void
test_properties(void)
{
	const struct stream_script scripts[] = {
	    {&websocket_dissector, RS_OVER_TCP, calm,
		sizeof calm / sizeof *calm, {NULL, 0}, false},
	    {&websocket_dissector, RS_OVER_TLS, sip_only,
		sizeof sip_only / sizeof *sip_only, {NULL, 0}, true},
	};
	for (size_t i = 0; i < sizeof scripts / sizeof *scripts; i++) {
		char why[STREAM_WHY] = "";
		CU_ASSERT(stream_check(&scripts[i], why));
		if (*why)
			printf("# script %zu: %s\n", i, why);
	}
}

/* Each part is broken in its own way. */
static const struct stream_part rough[] = {
    C2S(GET),
    S2C("HTTP/1.1 401 Unauthorized\r\nContent-Length: 5\r\n\r\nhello"),
    C2S(GET),
    S2C(DEFLATED),
    C2S("\xc1\x83" MASK "xyz"),
    S2C("\x41\x02xy"),
    S2C("\x80\x01z"),
    C2S("\x83\x83" MASK "xyz"), /* a reserved opcode */
    C2S("\x81\xa8" MASK TEXT),
    C2S("\xa1\xa8" MASK TEXT), /* RSV2 */
    C2S("\x81\xa8" MASK TEXT),
    S2C("\x09\x00"), /* a ping that is not final */
    S2C("junk \x81\x29" REPLY),
    S2C("\x89\x7e\x00\x80"), /* a long ping */
    S2C("\x81\x29" REPLY),
    S2C("\x81\x7e\x00\x05hello"), /* not the shortest length */
    S2C("\x81\x29" REPLY),
    S2C("\x81\x7f\x80\0\0\0\0\0\0\0"),
    S2C("\x81\x29" REPLY),
    S2C("\x81\x7f\0\0\0\0\0\x10\0\0 too long, and cut"),
};

static void
test_properties_of_damage(void)
{
	const struct stream_script s = {.dissector = &websocket_dissector,
	    .over = RS_OVER_TCP,
	    .parts = rough,
	    .n_parts = sizeof rough / sizeof *rough};
	char why[STREAM_WHY] = "";
	CU_ASSERT(stream_check_split(&s, why));
	CU_ASSERT(stream_check_gap(&s, why));
	if (*why)
		printf("# %s\n", why);
}

static void
expect(const struct stream_part *parts, size_t n, const char *text)
{
	struct recorder r;
	recorder_init(&r);
	const struct stream_script s = {.dissector = &websocket_dissector,
	    .over = RS_OVER_TCP,
	    .parts = parts,
	    .n_parts = n};
	stream_play(&s, &r);
	CU_ASSERT_STRING_EQUAL(r.text, text);
	if (strcmp(r.text, text) != 0)
		printf("# got\n%s", r.text);
	recorder_clear(&r);
}

static void
test_events(void)
{
	expect(calm, sizeof calm / sizeof *calm,
	    "c2s WS_UPGRADE /sip websocket sip size=185\n"
	    "s2c WS_UPGRADE 101 websocket sip size=106\n"
	    "c2s WS_FRAME opcode=1 size=40 masked\n"
	    "s2c WS_FRAME opcode=1 size=41\n"
	    "c2s WS_FRAME opcode=1 size=5 more masked\n"
	    "c2s WS_FRAME opcode=9 size=2 masked\n"
	    "s2c WS_FRAME opcode=10 size=2\n"
	    "c2s WS_FRAME opcode=0 size=4 more masked\n"
	    "c2s WS_FRAME opcode=0 size=0 masked\n"
	    "s2c WS_FRAME opcode=9 size=0\n"
	    "s2c WS_FRAME opcode=1 size=128\n"
	    "c2s WS_FRAME opcode=8 size=4 masked\n"
	    "s2c WS_FRAME opcode=8 size=2\n");
	expect(rough, sizeof rough / sizeof *rough,
	    "c2s WS_UPGRADE /sip websocket sip size=185\n"
	    "s2c WS_UPGRADE 401 size=48\n"
	    "c2s WS_UPGRADE /sip websocket sip size=185\n"
	    "s2c WS_UPGRADE 101 websocket sip extended size=152\n"
	    "c2s WS_FRAME opcode=1 size=3 masked compressed\n"
	    "s2c WS_FRAME opcode=1 size=2 more compressed\n"
	    "s2c WS_FRAME opcode=0 size=1\n"
	    "c2s ANOMALY ws-bad-frame 0\n"
	    "c2s ANOMALY ws-skipped 9\n"
	    "c2s WS_FRAME opcode=1 size=40 masked\n"
	    "c2s ANOMALY ws-bad-frame 0\n"
	    "c2s ANOMALY ws-skipped 46\n"
	    "c2s WS_FRAME opcode=1 size=40 masked\n"
	    "s2c ANOMALY ws-bad-frame 0\n"
	    "s2c ANOMALY ws-skipped 7\n"
	    "s2c WS_FRAME opcode=1 size=41\n"
	    "s2c ANOMALY ws-bad-frame 0\n"
	    "s2c ANOMALY ws-skipped 4\n"
	    "s2c WS_FRAME opcode=1 size=41\n"
	    "s2c ANOMALY ws-bad-frame 0\n"
	    "s2c ANOMALY ws-skipped 9\n"
	    "s2c WS_FRAME opcode=1 size=41\n"
	    "s2c ANOMALY ws-bad-frame 0\n"
	    "s2c ANOMALY ws-skipped 10\n"
	    "s2c WS_FRAME opcode=1 size=41\n"
	    "s2c WS_FRAME opcode=1 size=1048576 absent\n"
	    "s2c ANOMALY ws-truncated 18\n");
}

/* RSV1 is an error where the server has agreed to no extension. */
static void
test_compressed_unasked(void)
{
	static const struct stream_part parts[] = {C2S(GET), S2C(UPGRADED),
	    C2S("\xc1\x83" MASK "xyz"), S2C("\xc1\x03xyz"),
	    C2S("\x81\xa8" MASK TEXT)};
	expect(parts, 5,
	    "c2s WS_UPGRADE /sip websocket sip size=185\n"
	    "s2c WS_UPGRADE 101 websocket sip size=106\n"
	    "c2s ANOMALY ws-bad-frame 0\n"
	    "s2c ANOMALY ws-bad-frame 0\n"
	    "c2s ANOMALY ws-skipped 9\n"
	    "c2s WS_FRAME opcode=1 size=40 masked\n"
	    "s2c ANOMALY ws-skipped 5\n");
}

static void
test_refusals(void)
{
	static const struct stream_part refused[] = {C2S(GET),
	    S2C("HTTP/1.1 404 Not Found\r\n\r\n<html>"), S2C(UPGRADED)};
	expect(refused, 3,
	    "c2s WS_UPGRADE /sip websocket sip size=185\n"
	    "s2c WS_UPGRADE 404 size=26\n");
	static const struct stream_part interim[] = {C2S(GET),
	    S2C("HTTP/1.1 103 Early Hints\r\n\r\n"), S2C(UPGRADED),
	    S2C("\x81\x29" REPLY)};
	expect(interim, 4,
	    "c2s WS_UPGRADE /sip websocket sip size=185\n"
	    "s2c WS_UPGRADE 103 size=28\n"
	    "s2c WS_UPGRADE 101 websocket sip size=106\n"
	    "s2c WS_FRAME opcode=1 size=41\n");
	static const struct stream_part damaged[] = {
	    C2S("GET /sip HTTP/1.0\r\n\r\n"), S2C("HTTP/1.1 abc\r\n\r\n"),
	    S2C("\x81\x29" REPLY)};
	expect(damaged, 3,
	    "c2s ANOMALY ws-bad-upgrade 0\ns2c ANOMALY ws-bad-upgrade 0\n");
}

struct drive {
	struct recorder r;
	struct stream_driver d;
	rs_time now;
};

static void
drive_begin(struct drive *t)
{
	recorder_init(&t->r);
	t->r.stamps = true;
	t->now = 0;
	stream_driver_init(
	    &t->d, &websocket_dissector, RS_OVER_TCP, &t->r.sink);
}

static struct rs_stamp
drive_stamp(struct drive *t)
{
	t->now++;
	return rs_stamp_at(t->now, (struct rs_frame){0, (uint64_t)t->now});
}

static void
drive_push(struct drive *t, struct rs_span bytes)
{
	struct rs_stamp at = drive_stamp(t);
	stream_driver_push(&t->d, RS_C2S, bytes, &at);
}

static void
drive_gap(struct drive *t, uint64_t missing)
{
	struct rs_stamp at = drive_stamp(t);
	stream_driver_gap(&t->d, RS_C2S, missing, &at);
}

static void
drive_end(struct drive *t, const char *text)
{
	struct rs_stamp at = drive_stamp(t);
	stream_driver_close(&t->d, RS_C2S, &at);
	CU_ASSERT_PTR_NULL(t->d.fault);
	CU_ASSERT_STRING_EQUAL(t->r.text, text);
	if (strcmp(t->r.text, text) != 0)
		printf("# got\n%s", t->r.text);
	stream_driver_clear(&t->d);
	recorder_clear(&t->r);
}

static void
test_stamps(void)
{
	struct drive t;
	drive_begin(&t);
	drive_push(&t, RS_LIT("\x81"));
	drive_push(&t, RS_LIT("\xa8" MASK));
	drive_push(&t, RS_LIT(TEXT "\x89"));
	drive_push(&t, RS_LIT("\x80" MASK));
	drive_end(&t, "c2s WS_FRAME opcode=1 size=40 masked @1-3 #1-3\n"
		      "c2s WS_FRAME opcode=9 size=0 masked @3-4 #3-4\n");
}

static void
test_gaps(void)
{
	struct drive t;
	drive_begin(&t); /* inside of a frame that waits */
	drive_push(&t, RS_LIT("\x81\xa8" MASK "REG"));
	drive_gap(&t, 20);
	drive_push(&t, RS_LIT("sip:example.com SIP/2.0\r\n"));
	drive_push(&t, RS_LIT("\x89\x80" MASK "\x81\xa8" MASK TEXT));
	drive_push(&t, RS_LIT("\x8a\x80" MASK));
	drive_end(&t, "c2s ANOMALY ws-truncated 0 @2-2 #2-2\n"
		      "c2s ANOMALY ws-skipped 31 @4-4 #4-4\n"
		      "c2s WS_FRAME opcode=1 size=40 masked @4-4 #4-4\n"
		      "c2s WS_FRAME opcode=10 size=0 masked @5-5 #5-5\n");

	drive_begin(&t); /* inside of one that is stepped over: no harm */
	drive_push(&t, RS_LIT("\x82\xff\0\0\0\0\0\2\0\x01" MASK "0123"));
	drive_gap(&t, 131068);
	drive_push(&t, RS_LIT("4567890"
			      "\x89\x80" MASK));
	drive_end(&t,
	    "c2s WS_FRAME opcode=2 size=131073 masked absent @1-1 #1-1\n"
	    "c2s ANOMALY ws-bad-frame 0 @3-3 #3-3\n"
	    "c2s ANOMALY ws-skipped 12 @4-4 #4-4\n");

	drive_begin(&t);
	drive_push(&t, RS_LIT("\x82\xff\0\0\0\0\0\2\0\x01" MASK "0123"));
	drive_gap(&t, 131068);
	drive_push(&t, RS_LIT("4"
			      "\x89\x80" MASK));
	drive_end(&t,
	    "c2s WS_FRAME opcode=2 size=131073 masked absent @1-1 #1-1\n"
	    "c2s WS_FRAME opcode=9 size=0 masked @3-3 #3-3\n");

	drive_begin(&t); /* nothing to be known by: nothing is made up */
	drive_push(&t, RS_LIT("\x89\x80" MASK));
	drive_gap(&t, 1);
	drive_push(&t, RS_LIT("\x80" MASK "\x89\x80" MASK "\x8a\x80" MASK));
	drive_end(&t, "c2s WS_FRAME opcode=9 size=0 masked @1-1 #1-1\n"
		      "c2s ANOMALY ws-skipped 17 @4-4 #4-4\n");
}

/* A head, or a frame, of the greatest size that is taken, and one more. */
static void
test_limits(void)
{
	static uint8_t big[WS_MAX_FRAME + 64];
	struct drive t;
	char text[200];
	for (size_t more = 0; more < 2; more++) {
		size_t n = WS_MAX_FRAME + more;
		memset(big, 'x', sizeof big);
		memcpy(big, "\x82\x7f\0\0\0\0\0\0\0\0", 10);
		big[7] = (uint8_t)(n >> 16);
		big[8] = (uint8_t)(n >> 8);
		big[9] = (uint8_t)n;
		drive_begin(&t);
		drive_push(&t, (struct rs_span){big, 10 + n});
		snprintf(text, sizeof text,
		    "c2s WS_FRAME opcode=2 size=%zu%s @1-1 #1-1\n", n,
		    more ? " absent" : "");
		drive_end(&t, text);

		n = WS_MAX_HEAD + more;
		memcpy(big, "GET / HTTP/1.1\r\nx: ", 19);
		memcpy(big + n - 4, "\r\n\r\n", 4);
		drive_begin(&t);
		drive_push(&t, (struct rs_span){big, n});
		drive_end(&t, more ? "c2s ANOMALY ws-bad-upgrade 0 @1-1 #1-1\n"
				   : "c2s WS_UPGRADE / size=8192 @1-1 #1-1\n");
	}
}

struct probe_row {
	const char *name;
	struct rs_span head;
	enum rs_verdict want;
};

static const struct probe_row probes[] = {
    {"nothing", {(const uint8_t *)"", 0}, RS_MAYBE},
    {"a request", SPAN(GET), RS_YES},
    {"a response", SPAN(UPGRADED), RS_YES},
    {"its status", SPAN("HTTP/1.1 10"), RS_MAYBE},
    {"another status", SPAN("HTTP/1.1 200 OK"), RS_NO},
    {"HTTP/1.0", SPAN("HTTP/1.0 "), RS_NO},
    {"GET", SPAN("GET"), RS_MAYBE},
    {"other HTTP", SPAN("GET / HTTP/1.1\r\nHost: a\r\n\r\n"), RS_NO},
    {"other HTTP, under way", SPAN("GET / HTTP/1.1\r\nHost: a\r\n"), RS_MAYBE},
    {"another method", SPAN("POST / HTTP/1.1\r\n"), RS_NO},
    {"a WebSocket for something else",
	SPAN("GET / HTTP/1.1\r\nUpgrade: websocket\r\n"
	     "Sec-WebSocket-Protocol: chat\r\n\r\n"),
	RS_NO},
    {"one of several, in other letters, line ends and blanks",
	SPAN("GET / HTTP/1.1\nUPGRADE:h2c , WebSocket\n"
	     "sec-websocket-protocol: msrp\n"
	     "sec-websocket-protocol:x,\tSIP ,y\n\n"),
	RS_YES},
    {"SIP in the name of another",
	SPAN("GET / HTTP/1.1\r\nUpgrade: websocket\r\n"
	     "Sec-WebSocket-Protocol: sipx, xsip\r\n\r\n"),
	RS_NO},
    {"an upgrade to something else",
	SPAN("GET / HTTP/1.1\r\nUpgrade: h2c\r\n"
	     "Sec-WebSocket-Protocol: sip\r\n\r\n"),
	RS_NO},
    {"a masked request", SPAN("\x81\xa8" MASK TEXT), RS_YES},
    {"as far as it is sure", SPAN("\x81\xa8" MASK "REGISTER sip:"), RS_YES},
    {"and before", SPAN("\x81\xa8" MASK "REGISTER sip"), RS_MAYBE},
    {"sips", SPAN("\x82\xa8" MASK "INVITE sips:"), RS_YES},
    {"unmasked", SPAN("\x81\x7e\x01\x00" REPLY), RS_YES},
    {"no status", SPAN("\x81\x7e\x01\x00SIP/2.0 x"), RS_NO},
    {"in pieces", SPAN("\x01\xa8" MASK TEXT), RS_YES},
    {"a shorter payload", SPAN("\x81\x8c" MASK "REGISTER sip:"), RS_NO},
    {"text of another kind", SPAN("\x81\xa8" MASK "{\"a\": 1}"), RS_NO},
    {"a keep-alive", SPAN("\x81\x84" MASK "\r\n\r\n"), RS_NO},
    {"a ping", SPAN("\x89\x80" MASK), RS_NO},
    {"compressed", SPAN("\xc1\xa8" MASK TEXT), RS_NO},
    {"a continuation", SPAN("\x80\xa8" MASK TEXT), RS_NO},
    {"TLS", SPAN("\x16\x03\x01\x02\x00\x01"), RS_NO},
    {"SSLv2", SPAN("\x80\x2e\x01\x03\x01"), RS_NO},
    {"DNS over TCP", SPAN("\x00\x1d\x12\x34\x01\x00\x00\x01"), RS_NO},
    {"1, and no frame", SPAN("\x01\x00\x00\x00"), RS_NO},
    {"bytes of 0x81", SPAN("\x81\x81\x81\x81\x81\x81\x81\x81"), RS_NO},
};

static void
test_probe(void)
{
	for (size_t i = 0; i < sizeof probes / sizeof *probes; i++) {
		unit_row(probes[i].name);
		CU_ASSERT_EQUAL(
		    websocket_dissector.probe(probes[i].head, RS_OVER_TCP),
		    probes[i].want);
	}
	unit_row(NULL);
}

UNIT_MAIN("websocket", UNIT(test_properties), UNIT(test_properties_of_damage),
    UNIT(test_events), UNIT(test_compressed_unasked), UNIT(test_refusals),
    UNIT(test_stamps), UNIT(test_gaps), UNIT(test_limits), UNIT(test_probe))
