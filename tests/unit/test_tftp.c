/* SPDX-License-Identifier: Apache-2.0 */
/* TFTP messages: what is read, and that no cut or damage reads past the end. */
#include "engine/tftp_follow.h"
#include "event.h"
#include "guard.h"
#include "recorder.h"
#include "tftp/tftp.h"
#include "unit.h"

#include <stdio.h>

#define BYTES(s)                                                               \
 {                                                                             \
  (const uint8_t *)("" s), sizeof(s) - 1                                       \
 }

#define RRQ "\0\1SEP00005E005317.cnf.xml\0octet\0"

static const struct {
	const char *name;
	struct rs_span in;
	const char *want;
} rows[] = {
    {"request", BYTES(RRQ),
	"c2s TFTP opcode=1 number=0 size=0 blksize=0 SEP00005E005317.cnf.xml\n"},
    {"mode in capitals", BYTES("\0\2a\0NetASCII\0"),
	"c2s TFTP opcode=2 number=0 size=0 blksize=0 a\n"},
    {"options",
	BYTES(RRQ "tsize\0"
		  "0\0BLKSIZE\0"
		  "1428\0timeout\0"
		  "6\0"),
	"c2s TFTP opcode=1 number=0 size=0 blksize=1428 tsize=0 "
	"SEP00005E005317.cnf.xml\n"},
    {"a block size that is none",
	BYTES(RRQ "blksize\0"
		  "4\0"),
	"c2s TFTP opcode=1 number=0 size=0 blksize=0 SEP00005E005317.cnf.xml\n"},
    {"options cut short",
	BYTES(RRQ "blksize\0"
		  "142"),
	"c2s TFTP opcode=1 number=0 size=0 blksize=0 SEP00005E005317.cnf.xml\n"},
    {"data", BYTES("\0\3\1\2hello"),
	"c2s TFTP opcode=3 number=258 size=5 blksize=0 \n"},
    {"empty data", BYTES("\0\3\0\1"),
	"c2s TFTP opcode=3 number=1 size=0 blksize=0 \n"},
    {"acknowledgement", BYTES("\0\4\xff\xff"),
	"c2s TFTP opcode=4 number=65535 size=0 blksize=0 \n"},
    {"more than an acknowledgement", BYTES("\0\4\0\1x"),
	"c2s ANOMALY tftp-malformed 5\n"},
    {"error", BYTES("\0\5\0\1File not found\0"),
	"c2s TFTP opcode=5 number=1 size=0 blksize=0 File not found\n"},
    {"error without its NUL", BYTES("\0\5\0\2no"),
	"c2s TFTP opcode=5 number=2 size=0 blksize=0 no\n"},
    {"option acknowledgement",
	BYTES("\0\6tsize\0"
	      "3300\0blksize\0"
	      "512\0"),
	"c2s TFTP opcode=6 number=0 size=0 blksize=512 tsize=3300 \n"},
    {"no mode", BYTES("\0\1file\0"), "c2s ANOMALY tftp-malformed 7\n"},
    {"another mode", BYTES("\0\1file\0binary\0"),
	"c2s ANOMALY tftp-malformed 14\n"},
    {"a control character", BYTES("\0\1f\n\0octet\0"),
	"c2s ANOMALY tftp-malformed 11\n"},
    {"no name", BYTES("\0\1\0octet\0"), "c2s ANOMALY tftp-malformed 9\n"},
    {"another opcode", BYTES("\0\7\0\1"), "c2s ANOMALY tftp-malformed 4\n"},
    {"half a header", BYTES("\0\3\0"), "c2s ANOMALY tftp-malformed 3\n"},
};

static void
play(struct rs_span s, struct recorder *r)
{
	const struct rs_arrival one = {.end = s.n};
	const struct rs_where where = {&one, 1};
	struct rs_progress p =
	    tftp_dissector.feed(NULL, RS_OVER_UDP, RS_C2S, s, &where, &r->sink);
	CU_ASSERT_EQUAL(p.consumed, s.n);
	CU_ASSERT(p.how == RS_PARSED || p.how == RS_MALFORMED);
}

static void
test_messages(void)
{
	struct recorder r;
	recorder_init(&r);
	for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
		unit_row(rows[i].name);
		recorder_reset(&r);
		play(rows[i].in, &r);
		CU_ASSERT_STRING_EQUAL(r.text, rows[i].want);
	}
	recorder_clear(&r);
}

/* Any beginning of any message, before a page that may not be read. */
static void
test_truncated(void)
{
	struct recorder r;
	struct guard g;
	recorder_init(&r);
	guard_init(&g, 256);
	for (size_t i = 0; i < sizeof rows / sizeof *rows; i++)
		for (size_t n = 1; n <= rows[i].in.n; n++) {
			struct rs_span s =
			    guard_put(&g, rs_span_part(rows[i].in, 0, n));
			play(s, &r);
			(void)tftp_dissector.probe(s, RS_OVER_UDP);
			(void)tftp_answers(s);
		}
	CU_ASSERT(r.events > 0);
	guard_clear(&g);
	recorder_clear(&r);
}

/* A request is known by its bytes; nothing else is. */
static void
test_probe(void)
{
	static const struct {
		const char *name;
		struct rs_span in;
		enum rs_verdict want;
		bool answers;
	} probes[] = {
	    {"request", BYTES(RRQ), RS_YES, false},
	    {"data", BYTES("\0\3\0\1data"), RS_NO, true},
	    {"error", BYTES("\0\5\0\1no\0"), RS_NO, true},
	    {"a STUN request",
		BYTES("\0\1\0\0\x21\x12\xa4\x42\1\2\3\4\5\6\7\10\1\2\3\4"),
		RS_NO, false},
	    {"DNS", BYTES("\0\1\1\0\0\1\0\0\0\0\0\0\1a\0\0\1\0\1"), RS_NO,
		false},
	    {"nothing", {NULL, 0}, RS_NO, false},
	};
	for (size_t i = 0; i < sizeof probes / sizeof *probes; i++) {
		unit_row(probes[i].name);
		CU_ASSERT_EQUAL(tftp_dissector.probe(probes[i].in, RS_OVER_UDP),
		    probes[i].want);
		CU_ASSERT_EQUAL(tftp_answers(probes[i].in), probes[i].answers);
	}
}

static void
test_follow(void)
{
	static struct tftp_follow t;
	const uint8_t ip[] = {192, 0, 2, 17};
	struct rs_endpoint e = {rs_addr_v4(ip), 2000}, other = e;
	const rs_time now = 1000 * RS_SEC;
	other.port++;
	CU_ASSERT_FALSE(tftp_follow_due(&t, &e, now));
	tftp_follow_expect(&t, &e, now);
	CU_ASSERT(tftp_follow_due(&t, &e, now + TFTP_FOLLOW_FOR));
	CU_ASSERT_FALSE(tftp_follow_due(&t, &e, now + TFTP_FOLLOW_FOR + 1));
	CU_ASSERT_FALSE(tftp_follow_due(&t, &other, now));
	/* Asked again, the time begins again, in the same place. */
	tftp_follow_expect(&t, &e, now + RS_SEC);
	CU_ASSERT(tftp_follow_due(&t, &e, now + RS_SEC + TFTP_FOLLOW_FOR));
	/* However many ask: those of the last moment are known. */
	for (unsigned i = 0; i < 100000; i++) {
		other.port = (uint16_t)i;
		other.addr.b[3] = (uint8_t)(i >> 16);
		tftp_follow_expect(&t, &other, now + 2 * RS_SEC + i);
		CU_ASSERT(tftp_follow_due(&t, &other, now + 2 * RS_SEC + i));
	}
	CU_ASSERT_FALSE(tftp_follow_due(&t, &e, now + 3 * RS_SEC));
}

UNIT_MAIN("tftp", UNIT(test_messages), UNIT(test_truncated), UNIT(test_probe),
    UNIT(test_follow))
