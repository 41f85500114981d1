/* SPDX-License-Identifier: Apache-2.0 */
/* HTTP framing: what is told, and that cuts, gaps and damage invent nothing. */
#include "event.h"
#include "http/http.h"
#include "stream_driver.h"
#include "unit.h"

#include <stdio.h>

#define SPAN(s)                                                                \
 {                                                                             \
  (const uint8_t *)("" s), sizeof(s) - 1                                       \
 }
#define C2S(s)                                                                 \
 {                                                                             \
  RS_C2S, SPAN(s)                                                              \
 }
#define S2C(s)                                                                 \
 {                                                                             \
  RS_S2C, SPAN(s)                                                              \
 }

#define GET(path)                                                              \
 "GET " path " HTTP/1.1\r\nHost: a.example:8080\r\nUser-Agent: Phone/1\r\n\r\n"
#define OK "HTTP/1.1 200 OK\r\nDate: Sun, 06 Nov 1994 08:49:37 GMT\r\n"

static const struct stream_part calm[] = {
    C2S(GET("/a.cfg")),
    S2C(OK "Content-Length: 5\r\n\r\nhello"),
    C2S("PUT /log HTTP/1.1\nContent-Length: 3\n\nabc"),
    S2C("HTTP/1.1 100 Continue\r\n\r\n"),
    S2C("HTTP/1.1 204 No Content\r\n\r\n"),
    C2S(GET("/b")),
    S2C(OK "Transfer-Encoding: gzip, chunked\r\n\r\n"
	   "5;x=y\r\nhello\r\n0\r\nA: b\r\n\r\n"),
    C2S("GET /c HTTP/1.0\r\nAuthorization: Basic YTpi\r\n\r\n"),
    S2C("HTTP/1.0 401\r\nWWW-Authenticate: Basic realm=\"x\"\r\n"
	"Content-Length: 0\r\n\r\n"),
    C2S(GET("/d")),
    S2C("HTTP/1.0 302 Found\r\nLocation: http://b.example/d\r\n\r\nuntil"),
};

static const char told[] =
    "c2s HTTP GET /a.cfg a.example:8080 Phone/1    length=0?\n"
    "c2s HTTP end body=0\n"
    "s2c HTTP 200     OK  Sun, 06 Nov 1994 08:49:37 GMT length=5\n"
    "s2c HTTP end body=5\n"
    "c2s HTTP PUT /log      length=3\n"
    "c2s HTTP end body=3\n"
    "s2c HTTP 100     Continue   length=0?\n"
    "s2c HTTP 204     No Content   length=0?\n"
    "s2c HTTP end body=0\n"
    "c2s HTTP GET /b a.example:8080 Phone/1    length=0?\n"
    "c2s HTTP end body=0\n"
    "s2c HTTP 200     OK  Sun, 06 Nov 1994 08:49:37 GMT length=0? chunked\n"
    "s2c HTTP end body=5\n"
    "c2s HTTP GET /c      length=0? credentials\n"
    "c2s HTTP end body=0\n"
    "s2c HTTP 401        length=0 challenge\n"
    "s2c HTTP end body=0\n"
    "c2s HTTP GET /d a.example:8080 Phone/1    length=0?\n"
    "c2s HTTP end body=0\n"
    "s2c HTTP 302     Found http://b.example/d  length=0?\n"
    "s2c HTTP end body=5\n";

static void
test_told(void)
{
	const struct stream_script s = {.dissector = &http_dissector,
	    .over = RS_OVER_TCP,
	    .parts = calm,
	    .n_parts = sizeof calm / sizeof *calm};
	struct recorder r;
	recorder_init(&r);
	stream_play(&s, &r);
	CU_ASSERT_STRING_EQUAL(r.text, told);
	if (strcmp(r.text, told) != 0)
		printf("# %s\n", r.text);
	recorder_clear(&r);
}

static void
test_properties(void)
{
	const struct stream_script s = {.dissector = &http_dissector,
	    .over = RS_OVER_TCP,
	    .parts = calm,
	    .n_parts = sizeof calm / sizeof *calm - 1,
	    .recovers = true};
	char why[STREAM_WHY] = "";
	CU_ASSERT(stream_check(&s, why));
	if (*why)
		printf("# %s\n", why);
}

static const struct stream_part rough[] = {
    C2S(GET("/a")),
    S2C("HTTP/1.1 2000 what\r\n\r\nand\r\nso on\r\n"),
    S2C(OK "Content-Length: 1\r\n\r\nx"),
    C2S("GET /a\r\n\r\nGET  HTTP/1.1\r\n" GET("/b")),
    S2C(OK "Transfer-Encoding: chunked\r\n\r\nzz\r\nhello"),
    S2C("\r\n" OK "Transfer-Encoding: chunked\r\n\r\n3\r\nabcde\r\n"),
    S2C(OK "Transfer-Encoding: chunked\r\n\r\nfffffffffffffffffff\r\n"),
    C2S("\x16\x03\x01\0\x05hello\n\nGARBAGE / HTTP/1.1\r\n\r\n"),
    C2S(GET("/c") "\r\n\r\n" GET("/d")),
};

static void
test_properties_of_damage(void)
{
	const struct stream_script s = {.dissector = &http_dissector,
	    .over = RS_OVER_TLS,
	    .parts = rough,
	    .n_parts = sizeof rough / sizeof *rough};
	char why[STREAM_WHY] = "";
	CU_ASSERT(stream_check_split(&s, why));
	CU_ASSERT(stream_check_truncate(&s, why));
	CU_ASSERT(stream_check_gap(&s, why));
	if (*why)
		printf("# %s\n", why);
}

/* A response to HEAD has no body: where its request was seen before it, which
   is why the properties, that take sides one by one, have none. */
static void
test_head(void)
{
	static const struct stream_part parts[] = {
	    C2S("HEAD /a HTTP/1.1\r\n\r\n"),
	    C2S(GET("/b")),
	    S2C("HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\n"),
	    S2C("HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nhello"),
	};
	const struct stream_script s = {.dissector = &http_dissector,
	    .over = RS_OVER_TCP,
	    .parts = parts,
	    .n_parts = sizeof parts / sizeof *parts};
	struct recorder r;
	recorder_init(&r);
	stream_play(&s, &r);
	CU_ASSERT_PTR_NOT_NULL(strstr(r.text,
	    "s2c HTTP 200     OK   length=5\ns2c HTTP end body=0\n"
	    "s2c HTTP 200     OK   length=5\ns2c HTTP end body=5\n"));
	recorder_clear(&r);
}

/* A switch of protocols: what follows in either direction is not HTTP. */
static void
test_switched(void)
{
	static const struct stream_part parts[] = {
	    C2S("GET /chat HTTP/1.1\r\nUpgrade: websocket\r\n\r\n"),
	    S2C("HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\n\r\n"),
	    C2S("\x81\x83zzzzabc"),
	    S2C("\x81\x03"
		"abc"),
	};
	const struct stream_script s = {.dissector = &http_dissector,
	    .over = RS_OVER_TCP,
	    .parts = parts,
	    .n_parts = sizeof parts / sizeof *parts};
	struct recorder r;
	recorder_init(&r);
	stream_play(&s, &r);
	CU_ASSERT_PTR_NULL(strstr(r.text, "ANOMALY"));
	recorder_clear(&r);
}

/* A body that is skipped over a gap, and one that is not. */
static void
test_gap(void)
{
	const struct rs_stamp at = {0};
	struct recorder r;
	struct stream_driver d;
	recorder_init(&r);
	stream_driver_init(&d, &http_dissector, RS_OVER_TCP, &r.sink);
	stream_driver_push(&d, RS_C2S, RS_LIT(GET("/a")), &at);
	stream_driver_push(&d, RS_S2C,
	    RS_LIT("HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\nab"), &at);
	recorder_reset(&r);
	stream_driver_gap(&d, RS_S2C, 5, &at);
	stream_driver_push(&d, RS_S2C, RS_LIT("cde"), &at);
	CU_ASSERT_STRING_EQUAL(r.text, "s2c HTTP end body=5 lacks\n");
	stream_driver_push(&d, RS_S2C,
	    RS_LIT("HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\nab"), &at);
	recorder_reset(&r);
	stream_driver_gap(&d, RS_S2C, 50, &at);
	CU_ASSERT_STRING_EQUAL(r.text, "s2c HTTP end body=2 cut lacks\n");
	stream_driver_close(&d, RS_S2C, &at);
	stream_driver_clear(&d);
	recorder_clear(&r);
}

static void
test_probe(void)
{
	static const struct {
		const char *name;
		struct rs_span in;
		enum rs_verdict want;
	} rows[] = {
	    {"a request", SPAN(GET("/a")), RS_YES},
	    {"its beginning", SPAN("GE"), RS_MAYBE},
	    {"its head in part", SPAN("GET /a HTTP/1.1\r\nHost"), RS_MAYBE},
	    {"a request that is not HTTP", SPAN("GET /a SIP/2.0\r\n"), RS_NO},
	    {"HTTP/2", SPAN("PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n"), RS_NO},
	    {"a response", SPAN("HTTP/1.0 200\r\n\r\n"), RS_YES},
	    {"SIP", SPAN("OPTIONS sip:a SIP/2.0\r\n\r\n"), RS_NO},
	    {"RTSP", SPAN("OPTIONS rtsp://a RTSP/1.0\r\n"), RS_NO},
	    {"nothing", {NULL, 0}, RS_MAYBE},
	};
	for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
		unit_row(rows[i].name);
		CU_ASSERT_EQUAL(http_dissector.probe(rows[i].in, RS_OVER_TCP),
		    rows[i].want);
	}
}

UNIT_MAIN("http", UNIT(test_told), UNIT(test_properties),
    UNIT(test_properties_of_damage), UNIT(test_head), UNIT(test_switched),
    UNIT(test_gap), UNIT(test_probe))
