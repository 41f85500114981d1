/* SPDX-License-Identifier: Apache-2.0 */
/* SIP framing: what is told, and that cuts, gaps and damage change nothing. */
#include "event.h"
#include "sip/sip.h"
#include "stream_driver.h"
#include "unit.h"

#include <stdio.h>
#include <stdlib.h>

#define C2S(s)                                                                 \
 {                                                                             \
  RS_C2S,                                                                      \
  {                                                                            \
   (const uint8_t *)("" s), sizeof(s) - 1                                      \
  }                                                                            \
 }
#define S2C(s)                                                                 \
 {                                                                             \
  RS_S2C,                                                                      \
  {                                                                            \
   (const uint8_t *)("" s), sizeof(s) - 1                                      \
  }                                                                            \
 }

#define COMMON(seq, method)                                                    \
 "Via: SIP/2.0/TCP 192.0.2.1;branch=z9hG4bK1\r\n"                              \
 "From: <sip:a@example.com>;tag=1\r\nTo: <sip:a@example.com>\r\n"              \
 "Call-ID: x\r\nCSeq: " seq " " method "\r\n"
#define REGISTER(seq)                                                          \
 "REGISTER sip:example.com SIP/2.0\r\n" COMMON(seq, "REGISTER")
#define REPLY(code, seq) "SIP/2.0 " code "\r\n" COMMON(seq, "REGISTER")
#define EMPTY "Content-Length: 0\r\n\r\n"

static const struct stream_part calm[] = {
    C2S(REGISTER("1") EMPTY),
    S2C(REPLY("401 Unauthorized", "1") EMPTY),
    C2S(REGISTER(
	"2") "l: 0\r\nContact: <sip:a@192.0.2.1>,\r\n <sip:b@x>\r\n\r\n"),
    S2C(REPLY("200 OK", "2") "Content-Length: 5\r\n\r\nhello"),
    C2S("NOTIFY sip:a@b SIP/2.0\r\n" COMMON("3",
	"NOTIFY") "Content-Type: message/sipfrag\r\nContent-Length: 26\r\n\r\n"
		  "SIP/2.0 200 OK\r\nTo: x\r\n\r\n!"),
    C2S(REGISTER("4") EMPTY),
    S2C(REPLY("200 OK", "4") EMPTY),
};

static const struct stream_part rough[] = {
    C2S("\r\n\r\n"),
    C2S(REGISTER("1") "\r\n"),
    S2C("\r\n"),
    C2S("junk without sense\r\nmore\r\n\r\n"),
    C2S(REGISTER("2") EMPTY),
    S2C("SIP/2.0 200 OK\n"
	"Call-ID: x\nCSeq: 2 REGISTER\nContent-Length: 0\n\n"),
    C2S(REGISTER("3") "Content-Length: 2\r\nl: 3\r\n\r\n"),
    C2S(REGISTER("4") "Content-Length: 99999999999\r\n\r\n"),
    C2S("\0\0\0\0"),
    C2S("\r\r\n\n  \r\n"),
    C2S(REGISTER("5") EMPTY),
    C2S(REGISTER("6") "Content-Length: 70000\r\n\r\n"),
};

static void
test_properties(void)
{
	const struct stream_script scripts[] = {
	    {&sip_dissector, RS_OVER_TCP, calm, sizeof calm / sizeof *calm,
		RS_LIT("\r\n\r\n"), true},
	    {&sip_dissector, RS_OVER_TLS, calm, 4, RS_LIT("\r\n"), true},
	    {&sip_dissector, RS_OVER_TCP, calm, 4, RS_LIT("\0"), true},
	};
	for (size_t i = 0; i < sizeof scripts / sizeof *scripts; i++) {
		char why[STREAM_WHY] = "";
		CU_ASSERT(stream_check(&scripts[i], why));
		if (*why)
			printf("# script %zu: %s\n", i, why);
	}
}

static void
test_properties_of_damage(void)
{
	const struct stream_script s = {.dissector = &sip_dissector,
	    .over = RS_OVER_TCP,
	    .parts = rough,
	    .n_parts = sizeof rough / sizeof *rough};
	char why[STREAM_WHY] = "";
	CU_ASSERT(stream_check_split(&s, why));
	CU_ASSERT(stream_check_truncate(&s, why));
	if (*why)
		printf("# %s\n", why);
}

/* What the parts give, against the text. */
static void
expect(enum rs_carrier over, const struct stream_part *parts, size_t n,
    const char *text)
{
	struct recorder r;
	recorder_init(&r);
	const struct stream_script s = {.dissector = &sip_dissector,
	    .over = over,
	    .parts = parts,
	    .n_parts = n};
	stream_play(&s, &r);
	CU_ASSERT_STRING_EQUAL(r.text, text);
	if (strcmp(r.text, text) != 0)
		printf("# got\n%s", r.text);
	recorder_clear(&r);
}

static void
test_stream_events(void)
{
	expect(RS_OVER_TCP, calm, sizeof calm / sizeof *calm,
	    "c2s SIP REGISTER sip:example.com cseq=1 headers=6 body=0\n"
	    "s2c SIP 401 Unauthorized cseq=1 REGISTER headers=6 body=0\n"
	    "c2s SIP REGISTER sip:example.com cseq=2 headers=7 body=0"
	    " flaws=folded\n"
	    "s2c SIP 200 OK cseq=2 REGISTER headers=6 body=5\n"
	    "c2s SIP NOTIFY sip:a@b cseq=3 headers=7 body=26\n"
	    "c2s SIP REGISTER sip:example.com cseq=4 headers=6 body=0\n"
	    "s2c SIP 200 OK cseq=4 REGISTER headers=6 body=0\n");
	expect(RS_OVER_TCP, rough, sizeof rough / sizeof *rough,
	    "c2s KEEPALIVE ping\n"
	    "c2s SIP REGISTER sip:example.com cseq=1 headers=5 body=0"
	    " flaws=no-length\n"
	    "s2c KEEPALIVE pong\n"
	    "c2s ANOMALY sip-malformed 0\n"
	    "c2s ANOMALY sip-skipped 28\n"
	    "c2s SIP REGISTER sip:example.com cseq=2 headers=6 body=0\n"
	    "s2c SIP 200 OK cseq=2 REGISTER headers=3 body=0"
	    " flaws=lf-only,no-via,no-to,no-from\n"
	    "c2s SIP REGISTER sip:example.com cseq=3 headers=7 body=0"
	    " flaws=bad-length,repeated\n"
	    "c2s SIP REGISTER sip:example.com cseq=4 headers=6 body=0"
	    " flaws=bad-length\n"
	    "c2s KEEPALIVE blanks\n"
	    "c2s KEEPALIVE blanks\n"
	    "c2s KEEPALIVE pong\n"
	    "c2s KEEPALIVE blanks\n"
	    "c2s KEEPALIVE pong\n"
	    "c2s SIP REGISTER sip:example.com cseq=5 headers=6 body=0\n"
	    "c2s SIP REGISTER sip:example.com cseq=6 headers=6 body=0"
	    " flaws=body-cut\n"
	    "c2s ANOMALY sip-too-long 70191\n"
	    "c2s ANOMALY sip-truncated 191\n");
}

static void
test_keepalives(void)
{
	static const struct stream_part two_pongs[] = {C2S("\r\n"), C2S("\r\n"),
	    C2S("\r\n\r\n"), C2S("\r\n\r"), C2S("\n")};
	expect(RS_OVER_TCP, two_pongs, 5,
	    "c2s KEEPALIVE pong\nc2s KEEPALIVE pong\nc2s KEEPALIVE ping\n"
	    "c2s KEEPALIVE pong\nc2s KEEPALIVE pong\n");
	static const struct stream_part datagrams[] = {C2S("\r\n\r\n"),
	    S2C("\r\n"), C2S("     "), C2S("\0\0\0\0"), C2S("\0"),
	    C2S("\r\n" REGISTER("1") EMPTY)};
	expect(RS_OVER_UDP, datagrams, 6,
	    "c2s KEEPALIVE ping\ns2c KEEPALIVE pong\nc2s KEEPALIVE blanks\n"
	    "c2s KEEPALIVE blanks\nc2s KEEPALIVE blanks\n"
	    "c2s SIP REGISTER sip:example.com cseq=1 headers=6 body=0\n");
}

static void
test_datagrams(void)
{
	static const struct stream_part parts[] = {
	    C2S("hello"),
	    C2S("GET / HTTP/1.1\r\nHost: x\r\n\r\n"),
	    S2C("HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n"),
	    C2S(REGISTER("1") "Content-Length: 3\r\n\r\nabcdef"),
	    C2S(REGISTER("2") "Content-Length: 30\r\n\r\nabcdef"),
	    C2S(REGISTER("3") "\r\nno length"),
	    C2S(REGISTER("4") "Contact: <sip:x>;\r\n expires=36"),
	    C2S(REGISTER("5") "Expires: 36"),
	    C2S("aaaaaaaaaaaa sip:tori@localhost SIP/2.0\r\nTo: x\r\n\r\n"),
	    C2S("REGISTER  sip:a\tSIP/2.0 \r\n\r\n"),
	    C2S("OPTIONS sip:a SIP/7.0\r\n\r\n"),
	};
	expect(RS_OVER_UDP, parts, sizeof parts / sizeof *parts,
	    "c2s ANOMALY sip-malformed 5\n"
	    "c2s ANOMALY sip-malformed 27\n"
	    "s2c ANOMALY sip-malformed 38\n"
	    "c2s SIP REGISTER sip:example.com cseq=1 headers=6 body=3"
	    " flaws=body-extra\n"
	    "c2s ANOMALY sip-trailing 3\n"
	    "c2s SIP REGISTER sip:example.com cseq=2 headers=6 body=6"
	    " flaws=body-cut\n"
	    "c2s SIP REGISTER sip:example.com cseq=3 headers=5 body=9\n"
	    "c2s SIP REGISTER sip:example.com cseq=4 headers=5 body=0"
	    " flaws=headers-cut\n"
	    "c2s SIP REGISTER sip:example.com cseq=5 headers=5 body=0"
	    " flaws=headers-cut\n"
	    "c2s SIP aaaaaaaaaaaa sip:tori@localhost headers=1 body=0"
	    " flaws=no-call-id,no-cseq,no-via,no-from\n"
	    "c2s SIP REGISTER sip:a headers=0 body=0 flaws="
	    "no-call-id,no-cseq,no-via,no-to,no-from,start-line\n"
	    "c2s SIP OPTIONS sip:a headers=0 body=0 flaws="
	    "no-call-id,no-cseq,no-via,no-to,no-from,bad-version\n");
}

/* Every prefix of a datagram, for over-reads; and what it must not say. */
static void
test_datagram_prefixes(void)
{
	struct rs_span whole = calm[2].bytes;
	struct rs_stamp at = {0};
	for (size_t k = 1; k < whole.n; k++) {
		struct recorder r;
		struct stream_driver d;
		recorder_init(&r);
		stream_driver_init(&d, &sip_dissector, RS_OVER_UDP, &r.sink);
		stream_driver_push(&d, RS_C2S, rs_span_part(whole, 0, k), &at);
		CU_ASSERT_PTR_NULL(d.fault);
		CU_ASSERT_EQUAL(r.events, 1);
		if (strstr(r.text, " SIP "))
			CU_ASSERT_PTR_NOT_NULL(strstr(r.text, "headers-cut"));
		stream_driver_clear(&d);
		recorder_clear(&r);
	}
}

/* Headers without end, and a body that is too long, then one more message. */
static void
test_over_long(void)
{
	static char head[SIP_MAX_HEAD * 2], body[70000];
	const char *start = REGISTER("1") "X: ";
	memset(head, 'x', sizeof head);
	memcpy(head, start, strlen(start));
	memset(body, 'b', sizeof body);
	struct stream_part parts[] = {
	    {RS_C2S, {(const uint8_t *)head, sizeof head}},
	    C2S("\r\n\r\n"),
	    C2S(REGISTER("2") "Content-Length: 70000\r\n\r\n"),
	    {RS_C2S, {(const uint8_t *)body, sizeof body}},
	    C2S(REGISTER("3") EMPTY),
	};
	size_t n = sizeof parts / sizeof *parts;
	expect(RS_OVER_TCP, parts, n,
	    "c2s SIP REGISTER sip:example.com cseq=1 headers=5 body=0"
	    " flaws=headers-cut\n"
	    "c2s ANOMALY sip-too-long 32768\n"
	    "c2s ANOMALY sip-skipped 32772\n"
	    "c2s SIP REGISTER sip:example.com cseq=2 headers=6 body=0"
	    " flaws=body-cut\n"
	    "c2s ANOMALY sip-too-long 70191\n"
	    "c2s SIP REGISTER sip:example.com cseq=3 headers=6 body=0\n");
	struct recorder r;
	struct stream_driver d;
	struct rs_stamp at = {0};
	recorder_init(&r);
	stream_driver_init(&d, &sip_dissector, RS_OVER_TCP, &r.sink);
	size_t most = 0;
	for (size_t i = 0; i < n; i++)
		for (size_t k = 0; k < parts[i].bytes.n; k += 1000) {
			stream_driver_push(&d, RS_C2S,
			    rs_span_part(parts[i].bytes, k, 1000), &at);
			if (d.half[RS_C2S].n > most)
				most = d.half[RS_C2S].n;
		}
	CU_ASSERT_EQUAL(r.events, 6);
	CU_ASSERT(most <= SIP_MAX_HEAD);
	CU_ASSERT_PTR_NULL(d.fault);
	/* A gap inside a body that is skipped loses nothing. */
	recorder_reset(&r);
	stream_driver_push(&d, RS_C2S, parts[2].bytes, &at);
	stream_driver_gap(&d, RS_C2S, 70000, &at);
	stream_driver_push(&d, RS_C2S, parts[4].bytes, &at);
	CU_ASSERT_EQUAL(r.events, 3);
	stream_driver_clear(&d);
	recorder_clear(&r);
}

static void
test_gaps(void)
{
	struct recorder r;
	struct stream_driver d;
	struct rs_stamp at = {0};
	recorder_init(&r);
	stream_driver_init(&d, &sip_dissector, RS_OVER_TCP, &r.sink);
	struct rs_span m = calm[0].bytes;
	stream_driver_push(&d, RS_C2S, rs_span_part(m, 0, 100), &at);
	stream_driver_gap(&d, RS_C2S, 50, &at);
	stream_driver_push(&d, RS_C2S, rs_span_from(m, 150), &at);
	stream_driver_push(&d, RS_C2S, calm[5].bytes, &at);
	stream_driver_gap(&d, RS_C2S, 50, &at);
	stream_driver_push(&d, RS_C2S, RS_LIT("no end"), &at);
	stream_driver_close(&d, RS_C2S, &at);
	char expected[300];
	snprintf(expected, sizeof expected,
	    "c2s ANOMALY sip-truncated 0\n"
	    "c2s ANOMALY sip-skipped %zu\n"
	    "c2s SIP REGISTER sip:example.com cseq=4 headers=6 body=0\n"
	    "c2s ANOMALY sip-skipped 6\n",
	    m.n - 150);
	CU_ASSERT_STRING_EQUAL(r.text, expected);
	stream_driver_clear(&d);
	recorder_clear(&r);
}

static void
test_probe(void)
{
#define LONG                                                                   \
 "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa"
	static const struct {
		const char *text;
		enum rs_verdict verdict;
	} rows[] = {
	    {"REGISTER sip:a SIP/2.0\r\n", RS_YES},
	    {"REGISTER sips:a SIP/2.0\r\n", RS_YES},
	    {"REGISTER sip:a SIP/2.0\n", RS_YES},
	    {"\r\n\r\nREGISTER sip:a SIP/2.0\r\n", RS_YES},
	    {"!int-Method sip:a SIP/2.0\r\n", RS_YES},
	    {LONG " sip:a SIP/2.0\r\n", RS_YES},
	    {"OPTIONS tel:1 SIP/2.0\r\n", RS_YES},
	    {"SIP/2.0 200 OK", RS_YES},
	    {"SIP/2.0 ", RS_YES},
	    {"REGISTER sip:" LONG, RS_YES},
	    {"", RS_MAYBE},
	    {"\r\n\r\n", RS_MAYBE},
	    {"     ", RS_MAYBE},
	    {"R", RS_MAYBE},
	    {"S", RS_MAYBE},
	    {"SIP/2.0", RS_MAYBE},
	    {"REGISTER ", RS_MAYBE},
	    {"REGISTER s", RS_MAYBE},
	    {"REGISTER sip:a SIP/2.0", RS_MAYBE},
	    {"REGISTER sip:a SIP/1.0\r\n", RS_NO},
	    {"REGISTER sip:a  SIP/2.0 \r\n", RS_NO},
	    {"REGISTER\tsip:a SIP/2.0\r\n", RS_NO},
	    {"GET / HTTP/1.1\r\n", RS_NO},
	    {"GET http://x/ HTTP/1.1\r\n", RS_NO},
	    {"CONNECT a:443 HTTP/1.1\r\n", RS_NO},
	    {"OPTIONS rtsp://a/b RTSP/1.0\r\n", RS_NO},
	    {"HTTP/1.1 200 OK\r\n", RS_NO},
	    {"SIP/1.0 200 OK\r\n", RS_NO},
	    {"220 mail.example.com ESMTP\r\n", RS_NO},
	    {"\x16\x03\x01", RS_NO},
	    {"\x80\x60", RS_NO},
	    {LONG, RS_NO},
	    {LONG " sip:a SIP/2.0", RS_NO},
	    {" sip:tori@localhost SIP/2.0\r\n", RS_NO},
	};
	for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
		unit_row(rows[i].text);
		CU_ASSERT_EQUAL(
		    sip_dissector.probe(rs_span_str(rows[i].text), RS_OVER_TCP),
		    rows[i].verdict);
	}
}

UNIT_MAIN("sip_stream", UNIT(test_properties), UNIT(test_properties_of_damage),
    UNIT(test_stream_events), UNIT(test_keepalives), UNIT(test_datagrams),
    UNIT(test_datagram_prefixes), UNIT(test_over_long), UNIT(test_gaps),
    UNIT(test_probe))
