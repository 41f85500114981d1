/* SPDX-License-Identifier: Apache-2.0 */
/* TLS records: probe, framing, gaps, damage, SSLv2 hellos. */
#include "tls_kit.h"
#include "unit.h"

#include <string.h>

#define SPAN(s) ((struct rs_span){(const uint8_t *)(s), sizeof(s) - 1})

/* SSL 2.0 form, RFC 5246 E.2: length 43, client hello, version 3.1, two
   ciphers, no session, 28 bytes of challenge. */
static const char v2_hello[] = "\x80\x2b\x01\x03\x01\x00\x06\x00\x00\x00\x1c"
			       "\x00\x00\x35\x00\x00\x2f"
			       "challenge-challenge-challeng";
/* The answer in kind: length 17, server hello, no hit, X.509, version 2, no
   certificate, two ciphers... and no connection id. */
static const char v2_answer[] = "\x80\x11\x04\x00\x01\x00\x02\x00\x00\x00\x06"
				"\x00\x00\x01\x00\x80\x02\x00\x80";

static void
test_probe(void)
{
	static const struct {
		const char *name;
		struct rs_span head;
		enum rs_verdict expected;
	} rows[] = {
	    {"nothing", SPAN(""), RS_MAYBE},
	    {"client hello", SPAN("\x16\x03\x01\x00\x31\x01"), RS_YES},
	    {"client hello of SSL 3.0", SPAN("\x16\x03\x00\x00\x31\x01"),
		RS_YES},
	    {"its header alone", SPAN("\x16\x03\x01\x00\x31"), RS_MAYBE},
	    {"its first byte", SPAN("\x16"), RS_MAYBE},
	    {"no handshake type", SPAN("\x16\x03\x01\x00\x31\x47"), RS_NO},
	    {"too short for a message", SPAN("\x16\x03\x01\x00\x03\x01"),
		RS_NO},
	    {"empty record", SPAN("\x16\x03\x01\x00\x00\x01"), RS_NO},
	    {"longest record", SPAN("\x17\x03\x03\x48\x00"), RS_YES},
	    {"too long by one", SPAN("\x17\x03\x03\x48\x01"), RS_NO},
	    {"data mid-stream", SPAN("\x17\x03\x03\x01\x00\x9a"), RS_YES},
	    {"data of no such version", SPAN("\x17\x03\x04\x01\x00"), RS_NO},
	    {"alert", SPAN("\x15\x03\x01\x00\x02\x02\x28"), RS_YES},
	    {"alert of no level", SPAN("\x15\x03\x01\x00\x02\x03\x28"), RS_NO},
	    {"encrypted alert", SPAN("\x15\x03\x03\x00\x1a\x00"), RS_YES},
	    {"change cipher spec", SPAN("\x14\x03\x03\x00\x01\x01"), RS_YES},
	    {"SIP", SPAN("REGISTER sip:"), RS_NO},
	    {"version 2.1", SPAN("\x16\x02\x01"), RS_NO},
	    {"SSLv2 hello", SPAN(v2_hello), RS_YES},
	    {"lengths that do not add up",
		SPAN("\x80\x2c\x01\x03\x01\x00\x06\x00\x00\x00\x1c"), RS_NO},
	    {"ciphers of no three bytes",
		SPAN("\x80\x2a\x01\x03\x01\x00\x05\x00\x00\x00\x1c"), RS_NO},
	    {"high bit", SPAN("\x80"), RS_MAYBE},
	    {"high bit, no hello", SPAN("\x80\x60\x00"), RS_NO},
	};
	for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
		unit_row(rows[i].name);
		CU_ASSERT_EQUAL(tls_dissector.probe(rows[i].head, RS_OVER_TCP),
		    rows[i].expected);
		CU_ASSERT_EQUAL(
		    tls_dissector.probe(rows[i].head, RS_OVER_UDP), RS_NO);
		/* YES and NO are final; over-reads meet the guard page */
		enum rs_verdict before = RS_MAYBE;
		for (size_t n = 0; n <= rows[i].head.n; n++) {
			uint8_t *p = tls_guard(rows[i].head.p, n);
			enum rs_verdict now = tls_dissector.probe(
			    (struct rs_span){p, n}, RS_OVER_TCP);
			CU_ASSERT(before == RS_MAYBE || now == before);
			before = now;
			tls_unguard(p, n);
		}
	}
}

struct row {
	const char *name;
	struct rs_span c2s, s2c;
	const char *expected;
};

static const struct row streams[] = {
    {"two records in a segment",
	SPAN("\x16\x03\x01\x00\x04\x01\0\0\0\x17\x03\x03\x00\x03yes"), SPAN(""),
	"> record 22 0301 4\n> record 23 0303 3 opaque\n"},
    {"empty application data",
	SPAN("\x16\x03\x01\x00\x04\x01\0\0\0\x17\x03\x01\x00\x00\x15\x03\x01"
	     "\x00\x02\x01\x00"),
	SPAN(""),
	"> record 22 0301 4\n> record 23 0301 0 opaque\n"
	"> record 21 0301 2\n"},
    {"cut short", SPAN("\x16\x03\x01\x00\x04\x01\0\0"), SPAN(""),
	"> truncated 8\n"},
    {"cut short in data",
	SPAN("\x17\x03\x03\x00\x10"
	     "abcd"),
	SPAN(""), "> record 23 0303 16 opaque cut\n> truncated 9\n"},
    {"header cut short", SPAN("\x16\x03\x01"), SPAN(""), "> truncated 3\n"},
    {"SSLv2 hello, then records", SPAN(v2_hello),
	SPAN("\x16\x03\x01\x00\x04\x02\0\0\0"),
	"> sslv2 45\n< record 22 0301 4\n"},
    {"SSLv2 on both sides", SPAN(v2_hello), SPAN(v2_answer),
	"> sslv2 45\n< sslv2 19\n"},
    {"SSLv2 hello cut short", SPAN("\x80\x2b\x01\x03\x01"), SPAN(""),
	"> truncated 5\n"},
};

static void
test_streams(void)
{
	static char log[32768];
	for (size_t i = 0; i < sizeof streams / sizeof *streams; i++) {
		const struct row *r = &streams[i];
		const struct tls_turn turns[] = {
		    {RS_C2S, r->c2s.p, r->c2s.n}, {RS_S2C, r->s2c.p, r->s2c.n}};
		size_t n = r->s2c.n ? 2 : 1;
		unit_row(r->name);
		tls_replay(turns, n, 0, false, log);
		tls_log_is(log, r->expected);
		tls_replay_split(turns, n, false, r->expected);
	}
}

/* What is no TLS: how many bytes were seen depends on the segments, so these
   are fed whole. */
static void
test_not_tls(void)
{
	static const struct row rows[] = {
	    {"an alert with its header zeroed",
		SPAN("\x16\x03\x01\x00\x04\x01\0\0\0"),
		SPAN("\0\0\0\0\x02\0\x28"),
		"> record 22 0301 4\n< not-tls 7\n"},
	    {"HTTP", SPAN("\x16\x03\x01\x00\x04\x01\0\0\0"),
		SPAN("HTTP/1.1 400 Bad Request\r\n"),
		"> record 22 0301 4\n< not-tls 26\n"},
	    {"three bytes and no more", SPAN("\x16\x03\x01\x00\x04\x01\0\0\0"),
		SPAN("no\n"), "> record 22 0301 4\n< not-tls 3\n"},
	    {"high bit", SPAN("\x16\x03\x01\x00\x04\x01\0\0\0"),
		SPAN("\xff\xff\xff"), "> record 22 0301 4\n< not-tls 3\n"},
	    {"later bytes",
		SPAN("\x16\x03\x01\x00\x04\x01\0\0\0"
		     "REGISTER"),
		SPAN(""), "> record 22 0301 4\n> bad-record 8\n"},
	};
	static char log[32768];
	for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
		const struct tls_turn turns[] = {
		    {RS_C2S, rows[i].c2s.p, rows[i].c2s.n},
		    {RS_S2C, rows[i].s2c.p, rows[i].s2c.n}};
		unit_row(rows[i].name);
		tls_replay(turns, rows[i].s2c.n ? 2 : 1, 0, false, log);
		tls_log_is(log, rows[i].expected);
	}
}

#define HELLO "\x16\x03\x03\x00\x04\x01\0\0\0"
#define DATA8                                                                  \
 "\x17\x03\x03\x00\x08"                                                        \
 "opaque!!"

static void
feed(struct tls_flow *f, struct rs_span s)
{
	tls_flow_feed(f, RS_C2S, s.p, s.n);
}

static void
test_gap_inside_data(void)
{
	/* a record of 64, of which 3 + gap are there */
	for (uint64_t missing = 1; missing <= 64; missing++) {
		struct tls_flow *f = tls_flow_new(false);
		uint8_t rest[80] = {0};
		size_t after = missing < 61 ? (size_t)(61 - missing) : 0;
		memcpy(rest + after, DATA8, 13);
		feed(f, SPAN(HELLO));
		feed(f, SPAN("\x17\x03\x03\x00\x40"
			     "abc"));
		tls_flow_gap(f, RS_C2S, missing);
		tls_flow_feed(f, RS_C2S, rest, after + 13);
		tls_log_is(f->log,
		    "> record 22 0303 4\n> record 23 0303 64 opaque cut\n"
		    "> record 23 0303 8 opaque\n");
		tls_flow_free(f);
	}
}

static void
test_gap_resync(void)
{
	static const struct {
		const char *name;
		struct rs_span after[3];
		const char *expected;
	} rows[] = {
	    {"at once", {SPAN(DATA8)}, "> record 23 0303 8 opaque\n"},
	    {"with a later segment", {SPAN("garbage"), SPAN(DATA8)},
		"> bad-record 7\n> record 23 0303 8 opaque\n"},
	    {"not in the middle of a segment",
		{SPAN("garbage" DATA8), SPAN(DATA8)},
		"> bad-record 20\n> record 23 0303 8 opaque\n"},
	    {"not with another version",
		{SPAN("\x17\x03\x01\x00\x01?"), SPAN(DATA8)},
		"> bad-record 6\n> record 23 0303 8 opaque\n"},
	    {"not where the next is none",
		{SPAN("\x17\x03\x03\x00\x01?garbage"), SPAN(DATA8)},
		"> bad-record 13\n> record 23 0303 8 opaque\n"},
	    {"a header in two segments",
		{SPAN("\x17\x03"), SPAN("\x03\x00\x08"
					"opaque!!")},
		"> record 23 0303 8 opaque\n"},
	    {"never", {SPAN("garbage"), SPAN("more")}, "> bad-record 11\n"},
	    {"was wrong, and once more",
		{SPAN("\x17\x03\x03\x00\x01?"), SPAN("garbage"), SPAN(DATA8)},
		"> record 23 0303 1 opaque\n> bad-record 7\n"
		"> record 23 0303 8 opaque\n"},
	};
	for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
		struct tls_flow *f = tls_flow_new(false);
		unit_row(rows[i].name);
		feed(f, SPAN(HELLO "\x16\x03\x03\x01\x00\x10")); /* lost */
		f->n_log = 0;
		tls_flow_gap(f, RS_C2S, 1000);
		for (size_t k = 0; k < 3; k++)
			if (rows[i].after[k].n)
				feed(f, rows[i].after[k]);
		tls_flow_close(f, RS_C2S);
		tls_log_is(f->log, rows[i].expected);
		tls_flow_free(f);
	}
}

/* Picked up in the middle: the client's first segment is a record, the
   server's is the middle of one. */
static void
test_midstream(void)
{
	struct tls_flow *f = tls_flow_new(false);
	feed(f, SPAN(DATA8));
	tls_flow_feed(f, RS_S2C, "middle of a record", 18);
	tls_flow_feed(f, RS_S2C, DATA8, 13);
	tls_log_is(f->log, "> record 23 0303 8 opaque\n< bad-record 18\n"
			   "< record 23 0303 8 opaque\n");
	tls_flow_free(f);
}

static void
test_stamps(void)
{
	struct tls_flow *f = tls_flow_new(false);
	f->frames = true;
	feed(f, SPAN("\x16\x03\x01"));
	feed(f, SPAN("\x00\x04\x01\0\0\0\x17\x03\x03\x00\x08opa"));
	feed(f, SPAN("que"));
	feed(f, SPAN("!!" DATA8));
	tls_log_is(f->log,
	    "> record 22 0301 4 1-2\n> record 23 0303 8 opaque 2-4\n"
	    "> record 23 0303 8 opaque 4-4\n");
	tls_flow_free(f);
}

static void
test_bodies_on_demand(void)
{
	struct tls_flow *f = tls_flow_new(false);
	tls_want_bodies(f->state, true);
	feed(f, SPAN(HELLO "\x17\x03\x03\x00\x08opa"));
	CU_ASSERT_EQUAL(f->need[RS_C2S], 13);
	feed(f, SPAN("que!!"));
	tls_log_is(f->log, "> record 22 0303 4\n> record 23 0303 8\n");
	tls_flow_free(f);
}

UNIT_MAIN("tls_record", UNIT(test_probe), UNIT(test_streams),
    UNIT(test_not_tls), UNIT(test_gap_inside_data), UNIT(test_gap_resync),
    UNIT(test_midstream), UNIT(test_stamps), UNIT(test_bodies_on_demand))
