/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The loop between bytes and a dissector, with a toy one: messages are a digit
 * that tells how many bytes follow it; '!' is malformed, '#' gives up.
 */
#include "engine/stream.h"
#include "event.h"
#include "unit.h"

#include <glib.h>
#include <string.h>

static GString *heard; /* what the toy said */

static struct rs_progress
toy_feed(void *state, enum rs_carrier over, enum rs_dir dir,
    struct rs_span data, const struct rs_where *where,
    const struct rs_sink *out)
{
	(void)state;
	(void)out;
	uint8_t c = data.p[0];
	if (c == '#')
		return (struct rs_progress){RS_GIVEN_UP, 0, 0};
	if (c < '0' || c > '9') {
		g_string_append(heard, "? ");
		return (struct rs_progress){RS_MALFORMED, 1, 0};
	}
	size_t n = 1 + (size_t)(c - '0');
	if (data.n < n) {
		if (over == RS_OVER_UDP)
			g_string_append(heard, "cut ");
		return (struct rs_progress){RS_MORE, 0, n};
	}
	struct rs_stamp at = rs_where_stamp(where, 0, n);
	g_string_append_printf(heard, "%c%.*s@%u-%u ", "cs"[dir], (int)n,
	    (const char *)data.p, (unsigned)at.from.number,
	    (unsigned)at.to.number);
	return (struct rs_progress){RS_PARSED, n, 0};
}

static void
toy_gap(void *state, enum rs_dir dir, uint64_t missing,
    const struct rs_stamp *at, const struct rs_sink *out)
{
	(void)state;
	(void)dir;
	(void)at;
	(void)out;
	g_string_append_printf(heard, "gap%u ", (unsigned)missing);
}

static void
toy_close(void *state, enum rs_dir dir, struct rs_span left,
    const struct rs_stamp *at, const struct rs_sink *out)
{
	(void)state;
	(void)dir;
	(void)at;
	(void)out;
	g_string_append_printf(heard, "close%u ", (unsigned)left.n);
}

static const struct rs_dissector toy = {
    .name = "toy",
    .carriers = RS_OVER_TCP | RS_OVER_UDP,
    .feed = toy_feed,
    .gap = toy_gap,
    .close = toy_close,
};

static const struct rs_sink nobody;

/* Feeds text whose '|' part it into segments of frames 1, 2, ... */
static void
run(struct stream *s, const char *text)
{
	char **parts = g_strsplit(text, "|", -1);
	for (unsigned i = 0; parts[i]; i++) {
		struct rs_stamp at =
		    rs_stamp_at(i + 1, (struct rs_frame){0, i + 1});
		stream_data(s, RS_C2S, rs_span_str(parts[i]), &at, &nobody);
	}
	g_strfreev(parts);
}

static void
test_loop(void)
{
	static const struct {
		const char *name, *bytes, *says;
	} rows[] = {
	    {"one", "2ab", "c2ab@1-1 "},
	    {"many in one", "1a02bc", "c1a@1-1 c0@1-1 c2bc@1-1 "},
	    {"one in many", "5a|b|c|de", "c5abcde@1-4 "},
	    {"ends and begins", "2a|b3xyz1|q", "c2ab@1-2 c3xyz@2-2 c1q@2-3 "},
	    {"malformed goes on", "!1a", "? c1a@1-1 "},
	    {"given up", "1a#2bc|1d", "c1a@1-1 "},
	};
	for (size_t i = 0; i < G_N_ELEMENTS(rows); i++) {
		struct rs_account pay;
		struct stream s;
		uint64_t refused = 0;
		unit_row(rows[i].name);
		rs_account_init(&pay, 100000);
		heard = g_string_new(NULL);
		stream_init(&s, &toy, RS_OVER_TCP, &pay, NULL, &refused);
		run(&s, rows[i].bytes);
		CU_ASSERT_STRING_EQUAL(heard->str, rows[i].says);
		stream_clear(&s);
		CU_ASSERT_EQUAL(pay.used, 0);
		g_string_free(heard, TRUE);
	}
}

static void
test_gap_and_close(void)
{
	struct rs_account pay;
	struct stream s;
	uint64_t refused = 0;
	struct rs_stamp at = rs_stamp_at(9, (struct rs_frame){0, 9});
	rs_account_init(&pay, 100000);
	heard = g_string_new(NULL);
	stream_init(&s, &toy, RS_OVER_TCP, &pay, NULL, &refused);
	run(&s, "1a5xy");
	stream_gap(&s, RS_C2S, 3, &at, &nobody); /* what waited is lost too */
	run(&s, "1b2c");
	stream_close(&s, RS_C2S, &at, &nobody);
	run(&s, "1d"); /* after the close: nothing */
	CU_ASSERT_STRING_EQUAL(heard->str, "c1a@1-1 gap6 c1b@1-1 close2 ");
	stream_clear(&s);
	g_string_free(heard, TRUE);
}

/* Without room the bytes are a gap, and it is counted. */
static void
test_no_room(void)
{
	struct rs_account pay;
	struct stream s;
	uint64_t refused = 0;
	rs_account_init(&pay, 10);
	heard = g_string_new(NULL);
	stream_init(&s, &toy, RS_OVER_TCP, &pay, NULL, &refused);
	run(&s, "1a5xy|1b");
	CU_ASSERT_STRING_EQUAL(heard->str, "c1a@1-1 gap3 c1b@2-2 ");
	CU_ASSERT_EQUAL(refused, 1);
	stream_clear(&s);
	g_string_free(heard, TRUE);
}

static void
test_datagram(void)
{
	struct rs_account pay;
	struct stream s;
	uint64_t refused = 0;
	struct rs_stamp at = rs_stamp_at(1, (struct rs_frame){0, 1});
	rs_account_init(&pay, 1000);
	heard = g_string_new(NULL);
	stream_init(&s, &toy, RS_OVER_UDP, &pay, NULL, &refused);
	stream_datagram(&s, RS_S2C, RS_LIT("1a5xy"), &at, &nobody);
	stream_datagram(&s, RS_S2C, RS_LIT("#"), &at, &nobody);
	stream_datagram(&s, RS_S2C, RS_LIT("2bc"), &at, &nobody);
	CU_ASSERT_STRING_EQUAL(heard->str, "s1a@1-1 cut s2bc@1-1 ");
	CU_ASSERT_EQUAL(pay.used, 0);
	stream_clear(&s);
	g_string_free(heard, TRUE);
}

UNIT_MAIN("stream", UNIT(test_loop), UNIT(test_gap_and_close),
    UNIT(test_no_room), UNIT(test_datagram))
