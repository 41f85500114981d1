/* SPDX-License-Identifier: Apache-2.0 */
/* Records in, events out. */
#include "tls/hello.h"
#include "tls_kit.h"
#include "unit.h"

#include <assert.h>
#include <string.h>

#define SPAN(s) ((struct rs_span){(const uint8_t *)(s), sizeof(s) - 1})
#define RANDOM "0123456789abcdef0123456789abcdef"
#define RETRY                                                                  \
 "\xcf\x21\xad\x74\xe5\x9a\x61\x11\xbe\x1d\x8c\x02\x1e\x65\xb8\x91"            \
 "\xc2\xa2\x11\x16\x7a\xbb\x8c\x5e\x07\x9e\x09\xe2\xc8\xa8\x33\x9c"

/* Handshake messages, header and all. */
#define CLIENT_HELLO                                                           \
 "\x01\0\0\x29\x03\x03" RANDOM "\x00\x00\x02\xc0\x2f\x01\x00"
#define SERVER_HELLO "\x02\0\0\x26\x03\x03" RANDOM "\x00\xc0\x2f\x00"
#define SERVER_13                                                              \
 "\x02\0\0\x2e\x03\x03" RANDOM "\x00\x13\x01\x00"                              \
 "\x00\x06\x00\x2b\x00\x02\x03\x04"
#define SERVER_RETRY                                                           \
 "\x02\0\0\x2e\x03\x03" RETRY "\x00\x13\x01\x00"                               \
 "\x00\x06\x00\x2b\x00\x02\x03\x04"
#define CERTIFICATE "\x0b\0\0\x09\0\0\x06\0\0\x03xyz"
#define KEY_EXCHANGE "\x0c\0\0\x04keys"
#define REQUEST "\x0d\0\0\x08\x01\x01\x00\x02\x04\x03\0\0"
#define DONE "\x0e\0\0\0"
#define CLIENT_KEY "\x10\0\0\x03key"
#define VERIFY "\x0f\0\0\x02ok"
#define TICKET "\x04\0\0\x02tk"
#define NO_CERTIFICATE "\x0b\0\0\x03\0\0\0"

/* Records.  Encrypted handshake bytes begin as AES-GCM's do, with zeros. */
#define CCS "\x14\x03\x03\x00\x01\x01"
#define FINISHED "\x16\x03\x03\x00\x10\0\0\0\0\0\0\0\0secret.."
#define DATA                                                                   \
 "\x17\x03\x03\x00\x06"                                                        \
 "secret"
#define ALERT(level, number) "\x15\x03\x03\x00\x02" level number
#define SECRET_ALERT "\x15\x03\x03\x00\x0a\x02\x28secretly"

enum { C = RS_C2S, S = RS_S2C };

struct turn {
	int dir;
	uint8_t type; /* of the record to put around it; 0: it is records */
	struct rs_span bytes;
};

struct row {
	const char *name;
	struct turn turns[10];
	const char *expected;
};

static const struct row rows[] = {
    {"TLS 1.2, full, five messages in a record",
	{{C, 22, SPAN(CLIENT_HELLO)},
	    {S, 22, SPAN(SERVER_HELLO CERTIFICATE KEY_EXCHANGE REQUEST DONE)},
	    {C, 22, SPAN(NO_CERTIFICATE CLIENT_KEY)},
	    {C, 0, SPAN(CCS FINISHED)}, {S, 22, SPAN(TICKET)},
	    {S, 0, SPAN(CCS FINISHED)}, {C, 0, SPAN(DATA)}, {S, 0, SPAN(DATA)},
	    {C, 0, SPAN(SECRET_ALERT)}},
	"> client_hello 45\n< server_hello 42\n< certificate 13\n"
	"< server_key_exchange 8\n< certificate_request 12\n"
	"< server_hello_done 4\n> certificate 7\n> client_key_exchange 7\n"
	"> ccs\n> encrypted 16\n< new_session_ticket 6\n< ccs\n"
	"< encrypted 16\n> data 23 6\n< data 23 6\n> alert encrypted\n"},
    {"TLS 1.2, resumed, then renegotiated by the server",
	{{C, 22, SPAN(CLIENT_HELLO)}, {S, 22, SPAN(SERVER_HELLO)},
	    {S, 0, SPAN(CCS FINISHED)}, {C, 0, SPAN(CCS FINISHED DATA)},
	    {S, 0, SPAN(FINISHED)}, {C, 0, SPAN(FINISHED)}},
	"> client_hello 45\n< server_hello 42\n< ccs\n< encrypted 16\n"
	"> ccs\n> encrypted 16\n> data 23 6\n< encrypted 16\n"
	"> encrypted 16\n"},
    {"TLS 1.3: the ChangeCipherSpec encrypts nothing",
	{{C, 22, SPAN(CLIENT_HELLO)}, {S, 22, SPAN(SERVER_13)},
	    {S, 0, SPAN(CCS DATA)}, {C, 0, SPAN(CCS ALERT("\x02", "\x30"))}},
	"> client_hello 45\n< server_hello 50\n< ccs\n< data 23 6\n> ccs\n"
	"> alert 2 unknown_ca\n"},
    {"TLS 1.3, HelloRetryRequest",
	{{C, 22, SPAN(CLIENT_HELLO)}, {S, 22, SPAN(SERVER_RETRY)},
	    {S, 0, SPAN(CCS)}, {C, 0, SPAN(CCS)}, {C, 22, SPAN(CLIENT_HELLO)},
	    {S, 22, SPAN(SERVER_13)}, {S, 0, SPAN(DATA)}, {C, 0, SPAN(DATA)}},
	"> client_hello 45\n< hello_retry_request 50\n< ccs\n> ccs\n"
	"> client_hello 45\n< server_hello 50\n< data 23 6\n> data 23 6\n"},
    {"TLS 1.3 with early data: ChangeCipherSpec before ServerHello",
	{{C, 22, SPAN(CLIENT_HELLO)}, {C, 0, SPAN(CCS DATA)},
	    {S, 22, SPAN(SERVER_RETRY)}, {C, 22, SPAN(CLIENT_HELLO)}},
	"> client_hello 45\n> ccs\n> data 23 6\n< hello_retry_request 50\n"
	"> client_hello 45\n"},
    {"one direction of TLS 1.2",
	{{C, 22, SPAN(CLIENT_HELLO)}, {C, 22, SPAN(CLIENT_KEY)},
	    {C, 0, SPAN(CCS FINISHED DATA)}},
	"> client_hello 45\n> client_key_exchange 7\n> ccs\n"
	"> encrypted 16\n> data 23 6\n"},
    {"one direction of a resumed TLS 1.2",
	{{C, 22, SPAN(CLIENT_HELLO)}, {C, 0, SPAN(CCS FINISHED)}},
	"> client_hello 45\n> ccs\n> encrypted 16\n"},
    {"one direction of TLS 1.3, with a second hello",
	{{C, 22, SPAN(CLIENT_HELLO)}, {C, 0, SPAN(CCS)},
	    {C, 22, SPAN(CLIENT_HELLO)}},
	"> client_hello 45\n> ccs\n> client_hello 45\n"},
    {"a message over three records",
	{{C, 22,
	     SPAN("\x01\0\0\x29\x03\x03"
		  "01234567")},
	    {C, 22, SPAN("89abcdef0123456789ab")},
	    {C, 22, SPAN("cdef\x00\x00\x02\xc0\x2f\x01\x00")},
	    {S, 22, SPAN(SERVER_HELLO)}},
	"> client_hello 45\n< server_hello 42\n"},
    {"a header over two records, the rest with another message",
	{{C, 22, SPAN(CLIENT_HELLO)}, {S, 22, SPAN(SERVER_HELLO "\x0b\0")},
	    {S, 22, SPAN("\0\x09\0\0\x06\0\0\x03xyz" DONE)}},
	"> client_hello 45\n< server_hello 42\n< certificate 13\n"
	"< server_hello_done 4\n"},
    {"one byte of a first message",
	{{C, 22, SPAN("\x01")}, {C, 22,
				    SPAN("\0\0\x29\x03\x03" RANDOM
					 "\x00\x00\x02\xc0\x2f\x01\x00")}},
	"> client_hello 45\n"},
    {"alert before ServerHello, a warning",
	{{C, 22, SPAN(CLIENT_HELLO)}, {S, 0, SPAN(ALERT("\x01", "\x70"))},
	    {S, 22, SPAN(SERVER_HELLO)}},
	"> client_hello 45\n< alert 1 unrecognized_name\n"
	"< server_hello 42\n"},
    {"alert in answer to ClientHello",
	{{C, 22, SPAN(CLIENT_HELLO)}, {S, 0, SPAN(ALERT("\x02", "\x28"))}},
	"> client_hello 45\n< alert 2 handshake_failure\n"},
    {"alert in the middle of a message",
	{{C, 22, SPAN(CLIENT_HELLO)}, {S, 22, SPAN("\x02\0\0\x26\x03\x03")},
	    {S, 0, SPAN(ALERT("\x01", "\x00"))},
	    {S, 22, SPAN(RANDOM "\x00\xc0\x2f\x00")}},
	"> client_hello 45\n< alert 1 close_notify\n< server_hello 42\n"},
    {"encrypted alert after ChangeCipherSpec",
	{{C, 22, SPAN(CLIENT_HELLO)}, {S, 22, SPAN(SERVER_HELLO DONE)},
	    {C, 22, SPAN(CLIENT_KEY)}, {C, 0, SPAN(CCS SECRET_ALERT)},
	    {S, 0, SPAN(ALERT("\x02", "\x33"))}},
	"> client_hello 45\n< server_hello 42\n< server_hello_done 4\n"
	"> client_key_exchange 7\n> ccs\n> alert encrypted\n"
	"< alert 2 decrypt_error\n"},
    {"two alerts in a record",
	{{C, 22, SPAN(CLIENT_HELLO)},
	    {S, 0, SPAN("\x15\x03\x01\x00\x04\x01\x70\x02\x28")}},
	"> client_hello 45\n< alert 1 unrecognized_name\n"
	"< alert 2 handshake_failure\n"},
    {"a hello that does not parse",
	{{C, 22,
	     SPAN("\x01\0\0\x04"
		  "oops")},
	    {S, 22, SPAN(SERVER_HELLO)}},
	"> bad-handshake 8\n> client_hello 8 unparsed\n< server_hello 42\n"},
    {"no handshake message",
	{{C, 22, SPAN(CLIENT_HELLO)},
	    {S, 22,
		SPAN("\x63\0\0\x04"
		     "what")},
	    {S, 22, SPAN(SERVER_HELLO)}},
	"> client_hello 45\n< bad-handshake 8\n< unreadable 8\n"
	"< server_hello 42\n"},
    {"picked up in the middle",
	{{C, 0, SPAN(DATA)}, {S, 0, SPAN(FINISHED)},
	    {S, 0, SPAN(SECRET_ALERT)}},
	"> data 23 6\n< encrypted 16\n< alert encrypted\n"},
    {"heartbeat",
	{{C, 22, SPAN(CLIENT_HELLO)},
	    {C, 0,
		SPAN("\x18\x03\x03\x00\x13\x01\x00\x00"
		     "0123456789abcdef")}},
	"> client_hello 45\n> data 24 19\n"},
};

static size_t
build(const struct row *r, struct tls_bytes *b, struct tls_turn *t)
{
	size_t n = 0;
	for (; n < 10 && r->turns[n].bytes.p; n++) {
		const struct turn *from = &r->turns[n];
		size_t start = b->n;
		if (from->type)
			tls_bytes_record(b, from->type, 0x0303, from->bytes.p,
			    from->bytes.n);
		else
			tls_bytes_add(b, from->bytes.p, from->bytes.n);
		t[n] = (struct tls_turn){
		    (enum rs_dir)from->dir, b->p + start, b->n - start};
	}
	return n;
}

static void
test_transcripts(void)
{
	static char log[32768];
	static struct tls_bytes b;
	for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
		struct tls_turn t[10];
		b.n = 0;
		size_t n = build(&rows[i], &b, t);
		unit_row(rows[i].name);
		tls_replay(t, n, 0, true, log);
		tls_log_is(log, rows[i].expected);
		tls_replay_split(t, n, true, rows[i].expected);
	}
}

/* A transcript that ends early says the beginning of what the whole says, and
   at most that it was cut short. */
static void
test_truncated(void)
{
	static char log[32768];
	static struct tls_bytes b;
	for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
		struct tls_turn t[10];
		b.n = 0;
		size_t n = build(&rows[i], &b, t);
		unit_row(rows[i].name);
		struct tls_turn *last = &t[n - 1];
		for (size_t whole = last->n; last->n > 0; last->n--) {
			tls_replay(t, n, 0, true, log);
			/* a cut record of data is told with its size */
			char *cut = strstr(log, "truncated");
			size_t n_said =
			    cut ? (size_t)(cut - log) - 2 : strlen(log);
			CU_ASSERT(memcmp(log, rows[i].expected, n_said) == 0);
			CU_ASSERT(cut || n_said < strlen(rows[i].expected) ||
				  last->n == whole);
		}
	}
}

static void
feed(struct tls_flow *f, enum rs_dir dir, struct rs_span s)
{
	tls_flow_feed(f, dir, s.p, s.n);
}

static void
feed_handshake(struct tls_flow *f, enum rs_dir dir, struct rs_span s)
{
	struct tls_bytes b = {.n = 0};
	tls_bytes_record(&b, TLS_HANDSHAKE, 0x0303, s.p, s.n);
	tls_flow_feed(f, dir, b.p, b.n);
}

static void
test_gap(void)
{
	struct tls_flow *f = tls_flow_new(true);
	feed_handshake(f, RS_C2S, SPAN(CLIENT_HELLO));
	feed_handshake(f, RS_S2C, SPAN(SERVER_HELLO "\x0b\0\0\x09"));
	tls_flow_gap(f, RS_S2C, 100);
	feed_handshake(f, RS_S2C, SPAN("rest of a message"));
	feed_handshake(f, RS_S2C, SPAN(DONE));
	tls_flow_gap(f, RS_C2S, 100); /* the key exchange and the CCS */
	feed(f, RS_C2S, SPAN(FINISHED));
	feed(f, RS_C2S, SPAN(DATA));
	tls_log_is(f->log,
	    "> client_hello 45\n< server_hello 42\n< unreadable 17\n"
	    "< server_hello_done 4\n> unreadable 16\n> data 23 6\n");
	tls_flow_free(f);
}

/* What waits for its rest is charged, and given back. */
static void
test_long_messages(void)
{
	static uint8_t big[TLS_SESSION_MAX_MESSAGE];
	static struct tls_bytes b;
	struct tls_flow *f = tls_flow_new(true);
	feed_handshake(f, RS_C2S, SPAN(CLIENT_HELLO));
	feed_handshake(f, RS_S2C, SPAN(SERVER_HELLO));

	/* exactly as long as is kept, then one byte more */
	for (size_t extra = 0; extra < 2; extra++) {
		size_t size = TLS_SESSION_MAX_MESSAGE - 4 + extra;
		b.n = 0;
		tls_bytes_message(&b, TLS_HS_SERVER_KEY_EXCHANGE, big, size);
		for (size_t off = 0; off < b.n; off += 16384) {
			size_t n = b.n - off < 16384 ? b.n - off : 16384;
			feed_handshake(
			    f, RS_S2C, (struct rs_span){b.p + off, n});
			CU_ASSERT(
			    extra || f->pay.used <= TLS_SESSION_MAX_MESSAGE);
			CU_ASSERT(!extra || f->pay.used == 0);
		}
		CU_ASSERT_EQUAL(f->pay.used, 0);
	}
	feed_handshake(f, RS_S2C, SPAN(DONE));
	tls_log_is(f->log,
	    "> client_hello 45\n< server_hello 42\n"
	    "< server_key_exchange 131072\n< too-long 131073\n"
	    "< server_key_exchange 131073\n< server_hello_done 4\n");
	tls_flow_free(f);
}

/* No memory is like bytes that were not captured: nobody is accused. */
static void
test_no_budget(void)
{
	struct tls_flow *f = tls_flow_new(true);
	f->pay.limit = 0;
	feed_handshake(f, RS_C2S,
	    SPAN("\x01\0\0\x29\x03\x03"
		 "01234567"));
	feed_handshake(f, RS_C2S, SPAN("89abcdef0123456789ab"));
	feed_handshake(f, RS_S2C, SPAN(SERVER_HELLO));
	tls_log_is(
	    f->log, "> unreadable 14\n> unreadable 20\n< server_hello 42\n");
	tls_flow_free(f);
}

static void
test_stamps(void)
{
	struct tls_flow *f = tls_flow_new(true);
	f->frames = true;
	feed_handshake(f, RS_C2S, SPAN(CLIENT_HELLO));
	feed_handshake(f, RS_S2C, SPAN("\x02\0"));
	feed_handshake(f, RS_S2C, SPAN("\0\x26\x03\x03"));
	feed_handshake(f, RS_S2C, SPAN(RANDOM "\x00\xc0\x2f\x00" DONE));
	tls_log_is(f->log, "> client_hello 45 1-1\n< server_hello 42 2-4\n"
			   "< server_hello_done 4 4-4\n");
	tls_flow_free(f);
}

static void
test_opaque(void)
{
	struct tls_flow *f = tls_flow_new(true);
	feed_handshake(f, RS_C2S, SPAN(CLIENT_HELLO));
	feed_handshake(f, RS_S2C, SPAN(SERVER_13));
	for (size_t i = 0; i < 16; i++) {
		/* a refusal may still come: RFC 8446 4.4.2.4 */
		CU_ASSERT(!tls_session_opaque(f->session));
		feed(f, RS_S2C, SPAN(DATA));
		CU_ASSERT(!tls_session_opaque(f->session));
		feed(f, RS_C2S, SPAN(DATA));
	}
	CU_ASSERT(tls_session_opaque(f->session));
	tls_flow_free(f);

	/* a long download, hardly anything from the client */
	static const char big[16384];
	static struct tls_bytes b;
	b.n = 0;
	tls_bytes_record(&b, TLS_APPLICATION_DATA, 0x0303, big, sizeof big);
	f = tls_flow_new(true);
	for (size_t i = 0; i < 5; i++)
		tls_flow_feed(f, RS_S2C, b.p, b.n);
	CU_ASSERT(!tls_session_opaque(f->session));
	feed(f, RS_C2S, SPAN(DATA));
	/* that may be its Finished, and be refused */
	CU_ASSERT(!tls_session_opaque(f->session));
	feed(f, RS_S2C, SPAN(DATA));
	CU_ASSERT(tls_session_opaque(f->session));
	tls_flow_free(f);
}

/* Under the keys of a handshake the next one may go on (RFC 5246 7.4.1.1). */
static void
test_opaque_renegotiation(void)
{
	struct tls_flow *f = tls_flow_new(true);
	feed_handshake(f, RS_C2S, SPAN(CLIENT_HELLO));
	feed_handshake(f, RS_S2C, SPAN(SERVER_HELLO));
	feed(f, RS_C2S, SPAN(CCS));
	feed(f, RS_S2C, SPAN(CCS));
	for (size_t i = 0; i < 20; i++) {
		feed(f, RS_C2S, SPAN(FINISHED));
		feed(f, RS_S2C, SPAN(FINISHED));
		feed(f, RS_C2S, SPAN(DATA));
		feed(f, RS_S2C, SPAN(DATA));
		CU_ASSERT(!tls_session_opaque(f->session));
	}
	for (size_t i = 0; i < 16; i++) {
		feed(f, RS_C2S, SPAN(DATA));
		feed(f, RS_S2C, SPAN(DATA));
	}
	CU_ASSERT(tls_session_opaque(f->session));
	tls_flow_free(f);
}

UNIT_MAIN("tls_session", UNIT(test_transcripts), UNIT(test_truncated),
    UNIT(test_gap), UNIT(test_long_messages), UNIT(test_no_budget),
    UNIT(test_stamps), UNIT(test_opaque), UNIT(test_opaque_renegotiation))
