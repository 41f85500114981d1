/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Rules about what lies on the way of a connection that came up: rows where
 * each fires, and near misses.
 */
#include "rules_kit.h"

static struct rec_coverage coverage;
static struct rec_handshake shake;
static struct rec_connection conn;
static struct rec_arena arena;

static void
fill(void)
{
	rec_init(&rec_coverage_type, &coverage);
	rec_init(&rec_handshake_type, &shake);
	rec_init(&rec_connection_type, &conn);
	shake.id.frame = conn.id.frame = (struct rs_frame){0, 1};
	shake.client.at.addr.family = shake.server.at.addr.family = 4;
	conn.client = shake.client;
	conn.server = shake.server;
	shake.started = 0;
	shake.ended = 40 * RS_SEC;
	shake.state = REC_FAILED;
	shake.failed_by = REC_SERVER;
	shake.reason = REC_REASON_RESET;
	struct rec_step *s = rec_list_add(&shake.steps, &arena, sizeof *s);
	*s = (struct rec_step){
	    REC_CLIENT, RS_LIT("client_hello"), 0, (struct rs_frame){0, 4}};
	conn.conn_state = RS_LIT("S1");
	conn.closed_by = REC_SERVER;
	conn.closed_how = RS_LIT("rst");
	conn.syn_ack_frame = (struct rs_frame){0, 2};
	conn.close_frame = (struct rs_frame){0, 5};
	conn.bytes_client = conn.bytes_server = 100;
	conn.gaps = 0;
}

/* differs: what the reset has otherwise, words with blanks between. */
static void
differs(const char *words)
{
	struct rs_span s = rs_span_str(words);
	conn.reset_differs = (struct rec_list){0};
	while (s.n) {
		size_t end = rs_span_find(s, ' ');
		*(struct rs_span *)rec_list_add(&conn.reset_differs, &arena,
		    sizeof s) = rs_span_part(s, 0, end);
		s = rs_span_from(s, end + (end < s.n));
	}
}

static void
test_reset(void)
{
	static const struct {
		const char *name, *words, *how, *codes;
		enum rec_handshake_reason reason;
	} rows[] = {
	    {"TTL and timestamps", "ttl timestamps", "rst", "tcp.forged-reset",
		REC_REASON_RESET},
	    {"TTL and identification", "ttl ip_id", "rst", "tcp.forged-reset",
		REC_REASON_RESET},
	    {"TTL and window", "ttl window", "rst", "tcp.forged-reset",
		REC_REASON_RESET},
	    {"TTL alone", "ttl", "rst", "tls.closed-silently",
		REC_REASON_RESET},
	    {"all but the TTL", "timestamps ip_id", "rst",
		"tls.closed-silently", REC_REASON_RESET},
	    {"closed before", "ttl timestamps", "fin", "tls.closed-silently",
		REC_REASON_RESET},
	    {"no reset ended it", "ttl timestamps", "rst",
		"tls.closed-silently", REC_REASON_CLOSED},
	};
	for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
		rec_arena_init(&arena, NULL, NULL);
		fill();
		differs(rows[i].words);
		conn.closed_how = rs_span_str(rows[i].how);
		shake.reason = rows[i].reason;
		const struct diag_case k = {.handshake = &shake,
		    .connection = &conn,
		    .coverage = &coverage};
		judge(&k);
		expect(rows[i].name, rows[i].codes);
		if (strcmp(said, "tcp.forged-reset") == 0) {
			CU_ASSERT_EQUAL(certainty, REC_INFERRED);
			CU_ASSERT_STRING_EQUAL(
			    evidence, "2 SYN-ACK 4 client_hello 5 RST");
		}
		rec_arena_clear(&arena);
	}
}

static void
test_hole(void)
{
	static const struct {
		const char *name;
		int64_t bytes;
		rs_time lasted;
		enum rec_handshake_state state;
		const char *codes;
	} rows[] = {
	    {"a full-size hole to the end", 1448, 30 * RS_SEC, REC_ABANDONED,
		"tcp.mtu-blackhole"},
	    {"cut off by the capture", 1448, 4 * RS_SEC, REC_HANDSHAKE_CUT_OFF,
		"tcp.mtu-blackhole"},
	    {"a short one", 500, 30 * RS_SEC, REC_ABANDONED,
		"tls.no-server-hello"},
	    {"it may still be repeated", 1448, 2 * RS_SEC, REC_ABANDONED,
		"tls.no-server-hello"},
	    {"none", REC_ABSENT, REC_ABSENT, REC_ABANDONED,
		"tls.no-server-hello"},
	    {"completed all the same", 1448, 30 * RS_SEC, REC_COMPLETED, ""},
	};
	for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
		rec_arena_init(&arena, NULL, NULL);
		fill();
		shake.state = rows[i].state;
		shake.reason = REC_REASON_SILENCE;
		conn.hole_bytes = rows[i].bytes;
		conn.hole = rows[i].lasted;
		conn.hole_frame = (struct rs_frame){0, 9};
		conn.retransmissions_server = 0;
		const struct diag_case k = {.handshake = &shake,
		    .connection = &conn,
		    .coverage = &coverage};
		judge(&k);
		expect(rows[i].name, rows[i].codes);
		rec_arena_clear(&arena);
	}
}

static void
test_idle(void)
{
	static const struct {
		const char *name;
		int quiet, waited; /* seconds */
		int64_t repeats;
		enum rs_fact answered, reset;
		const char *codes, *alternatives;
		int64_t drops, gaps;
	} rows[] = {
	    {"repeated in vain", 300, 20, 6, RS_FALSE, RS_FALSE,
		"tcp.idle-dropped", "nat.binding-lost,capture.incomplete", 0,
		0},
	    {"a reset answers", 1800, 0, 0, RS_FALSE, RS_TRUE,
		"tcp.idle-dropped", "nat.binding-lost,tcp.forged-reset", 0, 0},
	    {"answered", 300, 20, 6, RS_TRUE, RS_FALSE, "", "", 0, 0},
	    {"answered, then reset", 300, 20, 6, RS_TRUE, RS_TRUE, "", "", 0,
		0},
	    {"not quiet for long", 40, 20, 6, RS_FALSE, RS_FALSE, "", "", 0, 0},
	    {"repeated once", 300, 20, 1, RS_FALSE, RS_FALSE, "", "", 0, 0},
	    {"the capture ends", 300, 1, 2, RS_FALSE, RS_FALSE, "", "", 0, 0},
	    {"no data followed", 300, 20, 6, RS_UNKNOWN, RS_UNKNOWN, "", "", 0,
		0},
	    {"the capture has losses", 300, 20, 6, RS_FALSE, RS_FALSE, "", "",
		3, 0},
	    {"the connection has gaps", 300, 20, 6, RS_FALSE, RS_FALSE, "", "",
		0, 1},
	};
	for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
		rec_arena_init(&arena, NULL, NULL);
		fill();
		conn.idle = rows[i].quiet * RS_SEC;
		conn.idle_by = REC_CLIENT;
		conn.idle_answered = rows[i].answered;
		conn.idle_reset = rows[i].reset;
		conn.idle_repeats = rows[i].repeats;
		conn.idle_waited = rows[i].waited * RS_SEC;
		conn.idle_frame = (struct rs_frame){0, 12};
		conn.gaps = rows[i].gaps;
		coverage.drops_kernel = rows[i].drops;
		struct diag_case k = {
		    .connection = &conn, .coverage = &coverage};
		judge(&k);
		expect(rows[i].name, rows[i].codes);
		CU_ASSERT_STRING_EQUAL(said_more, rows[i].alternatives);
		conn.bytes_server = 0; /* one direction only */
		judge(&k);
		expect(rows[i].name, "");
		rec_arena_clear(&arena);
	}
}

UNIT_MAIN("rules_path", UNIT(test_reset), UNIT(test_hole), UNIT(test_idle))
