/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The whole report over made-up records: what is said, in which order, how
 * wide, and that nothing from the wire reaches the terminal raw.
 */
#include "fill.h"
#include "json_check.h"
#include "report/page.h"
#include "report_run.h"
#include "unit.h"

#include <glib.h>
#include <stdlib.h>

static void
test_one_failing_among_fifty(void)
{
	static const unsigned columns[] = {80, 120};
	for (size_t c = 0; c < 2; c++) {
		struct run u;
		uint64_t n = 1;
		run_begin(&u, REPORT_TEXT, columns[c]);
		for (unsigned i = 1; i <= 50; i++, n += 2)
			run_attempt(&u, n, i, REC_REGISTERED);
		for (unsigned i = 0; i < 15; i++, n += 2)
			run_attempt(&u, n, 77, REC_AUTH_FAILED);
		run_attempt(&u, n, 78, REC_CUT_OFF);
		run_finish(&u);
		run_check_lines(&u, columns[c]);
		CU_ASSERT_EQUAL(u.status, 1);
		CU_ASSERT_PTR_NOT_NULL(strstr(u.text,
		    "52 phones: 50 registered, 1 FAILED, 1 undecided\n"));
		const char *bad = strstr(u.text, "FAILED  198.51.100.77");
		CU_ASSERT_PTR_NOT_NULL_FATAL(bad);
		CU_ASSERT_PTR_NOT_NULL(
		    strstr(bad, "and 14 more like this, last at "));
		CU_ASSERT_PTR_NOT_NULL(strstr(bad, "#101 "));
		CU_ASSERT_PTR_NOT_NULL(strstr(bad, "Next: "));
		CU_ASSERT_PTR_NOT_NULL(strstr(bad, "sip.credentials-refused"));
		CU_ASSERT_PTR_NOT_NULL(strstr(bad, "UNDECIDED  198.51.100.78"));
		CU_ASSERT(bad < strstr(u.text, "Registrations"));
		/* what is fine takes no line of its own */
		CU_ASSERT_PTR_NULL(strstr(u.text, "198.51.100.12"));
		int lines = 0;
		for (const char *p = u.text; p < bad; p++)
			lines += *p == '\n';
		CU_ASSERT(lines <= 6);
		run_end(&u);
	}
}

static void
test_recovered_phone(void)
{
	struct run u;
	run_begin(&u, REPORT_TEXT, 80);
	run_attempt(&u, 1, 5, REC_AUTH_FAILED);
	run_attempt(&u, 3, 5, REC_REGISTERED);
	run_attempt(&u, 5, 6, REC_TIMED_OUT);
	run_finish(&u);
	const char *bad = strstr(u.text, "FAILED  198.51.100.6");
	const char *ok = strstr(u.text, "RECOVERED  198.51.100.5");
	CU_ASSERT_PTR_NOT_NULL(bad);
	CU_ASSERT_PTR_NOT_NULL(ok);
	CU_ASSERT(bad < ok);
	CU_ASSERT_EQUAL(u.status, 1);
	run_end(&u);
}

static void
test_many_failing_phones_are_cut_short(void)
{
	struct run u;
	run_begin(&u, REPORT_TEXT, 80);
	for (unsigned i = 1; i <= 200; i++)
		run_attempt(&u, i, i, REC_AUTH_FAILED);
	run_finish(&u);
	run_check_lines(&u, 80);
	CU_ASSERT_PTR_NOT_NULL(strstr(u.text,
	    "\nCauses         sip.credentials-refused in 200 phones\n"));
	unsigned full = 0, all = 0;
	for (const char *p = u.text; (p = strstr(p, "Wireshark:")); p++)
		full++;
	for (const char *p = u.text; (p = strstr(p, "\nFAILED")); p++)
		all++;
	CU_ASSERT_EQUAL(full, 20);
	CU_ASSERT_EQUAL(all, 120);
	CU_ASSERT_PTR_NOT_NULL(strstr(u.text, "and 80 more phones"));
	run_end(&u);
}

/* Records with every field set to something, at several widths. */
static void
test_any_record_fits(void)
{
	static const struct rec_type *const types[] = {&rec_registration_type,
	    &rec_handshake_type, &rec_connection_type, &rec_binding_type};
	static const unsigned columns[] = {40, 80, 100, 120};
	uint64_t seed = 9;
	for (size_t c = 0; c < 4; c++) {
		struct run u;
		struct rec_arena a;
		rec_arena_init(&a, NULL, NULL);
		run_begin(&u, REPORT_TEXT, columns[c]);
		for (unsigned i = 0; i < 60; i++) {
			const struct rec_type *type = types[i % 4];
			union {
				struct rec_registration r;
				struct rec_handshake h;
				struct rec_connection c;
				struct rec_binding b;
			} rec;
			fill_record(type, &rec, &a, &seed);
			if (i % 4 == 1)
				rec.h.state = REC_FAILED;
			u.sink.record(u.sink.arg, type, &rec);
		}
		fill_record(&rec_coverage_type, &u.coverage, &a, &seed);
		run_finish(&u);
		run_check_lines(&u, columns[c]);
		CU_ASSERT(u.n > 1000);
		run_end(&u);
		rec_arena_clear(&a);
	}
}

static void
test_nothing_says_what_to_do(void)
{
	static const struct {
		const char *name;
		int64_t packets, decoded, opaque, orphans;
		const char *says;
	} rows[] = {
	    {"empty", 0, 0, 0, 0, "holds no packets"},
	    {"not decoded", 9, 0, 0, 0, "could be decoded"},
	    {"foreign", 9, 9, 0, 0, "no SIP at all"},
	    {"opaque", 9, 9, 2, 0, "cannot be read without its keys"},
	    {"one way", 9, 9, 0, 3, "sent before the capture began, or it"},
	};
	for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
		struct run u;
		struct rec_count opaque = {RS_LIT("opaque"), rows[i].opaque};
		unit_row(rows[i].name);
		run_begin(&u, REPORT_TEXT, 80);
		u.coverage.packets = rows[i].packets;
		u.coverage.decoded = rows[i].decoded;
		u.coverage.responses_without_request = rows[i].orphans;
		u.coverage.tls_connections =
		    (struct rec_list){&opaque, rows[i].opaque != 0, 1};
		run_finish(&u);
		run_check_lines(&u, 80);
		CU_ASSERT_EQUAL(u.status, 4);
		CU_ASSERT_PTR_NOT_NULL(
		    strstr(u.text, "No registration was seen."));
		/* wrapped: look for it without line ends */
		for (char *p = u.text; *p; p++)
			*p = *p == '\n' ? ' ' : *p;
		char *flat = g_strdup(u.text);
		char **parts = g_strsplit(flat, "   ", -1);
		char *joined = g_strjoinv(" ", parts);
		CU_ASSERT_PTR_NOT_NULL(strstr(joined, rows[i].says));
		g_strfreev(parts);
		g_free(joined);
		g_free(flat);
		run_end(&u);
	}
}

static void
test_json_document(void)
{
	struct run u;
	run_begin(&u, REPORT_JSON, 80);
	for (unsigned i = 0; i < 15; i++)
		run_attempt(&u, 100 - i, 77, REC_AUTH_FAILED);
	run_attempt(&u, 7, 1, REC_REGISTERED);
	run_handshake(&u, 200, 443, REC_FAILED);
	run_handshake(&u, 201, 8934, REC_COMPLETED);
	run_handshake(&u, 202, 8934, REC_FAILED);
	run_finish(&u);
	CU_ASSERT(json_valid(u.text, u.n));
	static const char *const keys[] = {"regscan", "coverage", "summary",
	    "phones", "registrations", "bindings", "handshakes", "connections",
	    "lookups", "leases", "downloads", "findings"};
	const char *at = u.text;
	for (size_t i = 0; i < sizeof keys / sizeof *keys; i++) {
		char key[40];
		g_snprintf(key, sizeof key, "\n\t\"%s\": ", keys[i]);
		unit_row(keys[i]);
		at = strstr(at, key);
		CU_ASSERT_PTR_NOT_NULL_FATAL(at);
	}
	/* fine and failed together, in the order of their frames */
	const char *regs = strstr(u.text, "\"registrations\": ");
	const char *seven = strstr(regs, "\"id\": \"0-7\"");
	const char *first = strstr(regs, "\"id\": \"0-86\"");
	CU_ASSERT(seven && first && seven < first);
	CU_ASSERT_PTR_NOT_NULL(strstr(u.text, "\"occurrences\": 15"));
	CU_ASSERT_PTR_NULL(strstr(u.text, "\"0-200\""));
	CU_ASSERT_PTR_NOT_NULL(strstr(u.text, "\"0-201\""));
	CU_ASSERT_PTR_NOT_NULL(strstr(u.text, "\"tls_unrelated\": 1"));
	CU_ASSERT_EQUAL(u.status, 1);
	run_end(&u);
}

/* Listed with --all-tls, but no phone of ours, and nothing that fails us; nor
   does it name a connection that is not listed. */
static void
test_all_tls(void)
{
	struct run u;
	run_begin_with(
	    &u, (struct report_options){
		    .format = REPORT_JSON, .columns = 80, .all_tls = true});
	run_handshake(&u, 200, 443, REC_FAILED);
	run_attempt(&u, 7, 1, REC_REGISTERED);
	run_finish(&u);
	CU_ASSERT_EQUAL(u.status, 0);
	CU_ASSERT_PTR_NOT_NULL(strstr(u.text, "\"id\": \"0-200\""));
	CU_ASSERT_PTR_NULL(strstr(u.text, "\"connection\": \"0-199\""));
	CU_ASSERT_PTR_NOT_NULL(strstr(u.text, "\"phones\": 1"));
	CU_ASSERT_PTR_NULL(strstr(u.text, "198.51.100.200\"}"));
	/* none is left out */
	CU_ASSERT_PTR_NOT_NULL(strstr(u.text, "\"tls_unrelated\": 0"));
	run_end(&u);
}

static void
test_ndjson_lines(void)
{
	struct run u;
	run_begin(&u, REPORT_NDJSON, 80);
	run_attempt(&u, 1, 77, REC_AUTH_FAILED);
	run_attempt(&u, 3, 1, REC_REGISTERED);
	run_handshake(&u, 5, 8934, REC_COMPLETED);
	struct rec_binding b;
	rec_init(&rec_binding_type, &b);
	b.id.frame.number = 3;
	b.client.at = (struct rs_endpoint){{{198, 51, 100, 1}, 4}, 5060};
	b.server.at = (struct rs_endpoint){{{192, 0, 2, 10}, 4}, 5060};
	b.transport = REC_UDP;
	u.sink.record(u.sink.arg, &rec_binding_type, &b);
	run_finish(&u);
	static const char *const kinds[] = {"registration", "registration",
	    "binding", "handshake", "phone", "phone", "phone", "coverage",
	    "summary", "finding"};
	const char *line = u.text;
	for (size_t i = 0; i < sizeof kinds / sizeof *kinds; i++) {
		const char *nl = strchr(line, '\n');
		char kind[60];
		CU_ASSERT_PTR_NOT_NULL_FATAL(nl);
		unit_row(kinds[i]);
		CU_ASSERT(json_valid(line, (size_t)(nl - line)));
		g_snprintf(
		    kind, sizeof kind, "\"event_type\": \"%s\"", kinds[i]);
		const char *at = strstr(line, kind);
		CU_ASSERT(at && at < nl);
		/* who, with whom, over what */
		g_autofree char *all = g_strndup(line, (gsize)(nl - line));
		bool sums =
		    strstr(kinds[i], "summary") || strstr(kinds[i], "coverage");
		bool phone = strcmp(kinds[i], "phone") == 0;
		CU_ASSERT_EQUAL(
		    strstr(all, "\"src_ip\": \"198.51.100.") != NULL, !sums);
		CU_ASSERT_EQUAL(
		    strstr(all, "\"dest_ip\": \"192.0.2.10\"") != NULL,
		    !sums && !phone);
		CU_ASSERT_EQUAL(
		    strstr(all, "\"proto\": \"") != NULL, !sums && !phone);
		line = nl + 1;
	}
	CU_ASSERT_STRING_EQUAL(line, "");
	run_end(&u);
}

static void
test_colour_only_when_asked(void)
{
	for (int colour = 0; colour < 2; colour++) {
		struct run u;
		run_begin(&u, REPORT_TEXT, 80);
		report_free(u.r);
		struct report_options o = {.format = REPORT_TEXT,
		    .out = u.f,
		    .columns = 80,
		    .colour = colour};
		u.r = report_new(&o, NULL, NULL);
		u.sink = report_sink(u.r);
		run_attempt(&u, 1, 77, REC_AUTH_FAILED);
		run_finish(&u);
		CU_ASSERT_EQUAL(
		    strstr(u.text, "\033[1;31mFAILED\033[0m") != NULL,
		    colour == 1);
		CU_ASSERT_EQUAL(strchr(u.text, '\033') != NULL, colour == 1);
		run_end(&u);
	}
}

static void
test_live_lines(void)
{
	struct run u;
	run_begin(&u, REPORT_TEXT, 80);
	report_free(u.r);
	struct report_options o = {
	    .format = REPORT_TEXT, .out = u.f, .columns = 80, .live = true};
	u.r = report_new(&o, NULL, NULL);
	u.sink = report_sink(u.r);
	run_attempt(&u, 1, 77, REC_AUTH_FAILED);
	CU_ASSERT_STRING_EQUAL(u.text,
	    "14:47:22.553  198.51.100.77  sip:4077@example.com  "
	    "auth failed: 403 Forbidden\n");
	run_finish(&u);
	CU_ASSERT_PTR_NOT_NULL(strstr(u.text, "Forbidden\n\n41 218 packets"));
	run_end(&u);
}

static void
test_status(void)
{
	static const struct {
		const char *name;
		enum rec_outcome outcome;
		int status;
	} rows[] = {
	    {"good", REC_REGISTERED, 0},
	    {"removal", REC_UNREGISTERED, 0},
	    {"failed", REC_NOT_BOUND, 1},
	    {"undecided", REC_CUT_OFF, 4},
	};
	for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
		struct run u;
		unit_row(rows[i].name);
		run_begin(&u, REPORT_NDJSON, 0);
		run_attempt(&u, 1, 1, rows[i].outcome);
		run_finish(&u);
		CU_ASSERT_EQUAL(u.status, rows[i].status);
		run_end(&u);
	}
	struct run u;
	run_begin(&u, REPORT_TEXT, 0);
	run_handshake(
	    &u, 1, 443, REC_FAILED); /* not related: not our failure */
	run_finish(&u);
	CU_ASSERT_EQUAL(u.status, 4);
	run_end(&u);
	run_begin(&u, REPORT_TEXT, 0);
	run_handshake(&u, 1, 8934, REC_ABANDONED);
	run_finish(&u);
	CU_ASSERT_EQUAL(u.status, 1);
	run_end(&u);
}

static void
test_forms(void)
{
	char s[PAGE_TEXT];
	CU_ASSERT_STRING_EQUAL(page_number(s, 7), "7");
	CU_ASSERT_STRING_EQUAL(page_number(s, 999), "999");
	CU_ASSERT_STRING_EQUAL(page_number(s, 1870), "1 870");
	CU_ASSERT_STRING_EQUAL(page_number(s, 41218), "41 218");
	CU_ASSERT_STRING_EQUAL(page_number(s, -1234567), "-1 234 567");
	CU_ASSERT_STRING_EQUAL(page_ms(s, 530000), "0.53 ms");
	CU_ASSERT_STRING_EQUAL(page_ms(s, 31700000), "31.7 ms");
	CU_ASSERT_STRING_EQUAL(page_ms(s, 1869600000), "1 870 ms");
	CU_ASSERT_STRING_EQUAL(page_ms(s, 17278 * RS_MSEC), "17.3 s");
	CU_ASSERT_STRING_EQUAL(page_ms(s, 0), "< 0.01 ms");
	CU_ASSERT_STRING_EQUAL(page_duration(s, 400 * RS_MSEC), "400 ms");
	CU_ASSERT_STRING_EQUAL(page_duration(s, 32500 * RS_MSEC), "32.5 s");
	CU_ASSERT_STRING_EQUAL(page_duration(s, 3492 * RS_SEC), "58 min 12 s");
	CU_ASSERT_STRING_EQUAL(page_duration(s, 7260 * RS_SEC), "2 h 1 min");
	CU_ASSERT_STRING_EQUAL(page_duration(s, 90000 * RS_SEC), "1 d 1 h");
	CU_ASSERT_STRING_EQUAL(page_percent(s, 625), "62.5 %");
	CU_ASSERT_STRING_EQUAL(page_clock(s, RUN_T0), "14:47:21.456");
	CU_ASSERT_STRING_EQUAL(page_date(s, RUN_T0), "2023-09-04 14:47:21");
}

static void
scan(struct run *u, uint64_t n, const char *agent, enum rec_outcome outcome)
{
	struct rec_registration r;
	struct rec_transaction t;
	char aor[64];
	rec_init(&rec_registration_type, &r);
	rec_init(&rec_transaction_type, &t);
	g_snprintf(aor, sizeof aor, "sip:%u@example.com", (unsigned)(n % 40));
	r.id.frame.number = n;
	r.started = RUN_T0 + (rs_time)n * RS_SEC;
	r.ended = r.started + RS_SEC;
	r.aor = rs_span_str(aor);
	r.user_agent = rs_span_str(agent);
	r.client.at = (struct rs_endpoint){{{203, 0, 113, 66}, 4}, 5060};
	r.server.at = (struct rs_endpoint){{{192, 0, 2, 10}, 4}, 5060};
	r.visibility = REC_CLEAR;
	r.kind = REC_INITIAL;
	r.outcome = outcome;
	r.transport = REC_UDP;
	t.status = 401;
	r.transactions = (struct rec_list){&t, 1, 1};
	u->sink.record(u->sink.arg, &rec_registration_type, &r);
}

/* Its attempts are one line, and decide nothing; a phone's that fails do. */
static void
test_scanners(void)
{
	static const struct {
		const char *agent;
		bool fails, alone;
		int status;
		const char *says, *not ;
	} rows[] = {
	    {"friendly-scanner", false, false, 0, "1 phone: 1 registered\n",
		"FAILED"},
	    {"friendly-scanner", true, false, 1,
		"2 phones: 1 registered, 1 FAIL", "FAILED  203.0.113.66"},
	    {"friendly-scanner", false, true, 4, "but those of scanners.\n",
		"phone:"},
	    {"x/1", false, false, 0, "Registrations  1 attempt: 1 registered\n",
		"FAILED"},
	};
	for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
		struct run u;
		run_begin(&u, REPORT_TEXT, 80);
		for (unsigned k = 1; k <= 50; k++)
			scan(&u, k, rows[i].agent, REC_CHALLENGE_UNANSWERED);
		if (!rows[i].alone)
			run_attempt(&u, 60, 5, REC_REGISTERED);
		if (rows[i].fails)
			run_attempt(&u, 61, 6, REC_TIMED_OUT);
		run_finish(&u);
		run_check_lines(&u, 80);
		CU_ASSERT_EQUAL(u.status, rows[i].status);
		CU_ASSERT_PTR_NOT_NULL(strstr(u.text, rows[i].says));
		CU_ASSERT_PTR_NULL(strstr(u.text, rows[i].not ));
		CU_ASSERT_PTR_NOT_NULL(strstr(u.text,
		    "Scanners       1 source, 50 attempts on 40 users, "
		    "left out of the rates\n"));
		run_end(&u);
	}
	struct run u;
	run_begin(&u, REPORT_JSON, 0);
	for (unsigned k = 1; k <= 50; k++)
		scan(&u, k, "sipvicious", REC_CHALLENGE_UNANSWERED);
	run_attempt(&u, 60, 5, REC_REGISTERED);
	run_finish(&u);
	CU_ASSERT_PTR_NOT_NULL(strstr(u.text, "\"scanner\": true"));
	CU_ASSERT_PTR_NOT_NULL(strstr(u.text, "\"attempts\": 50"));
	CU_ASSERT_PTR_NOT_NULL(strstr(u.text, "\"aors\": 40"));
	CU_ASSERT_PTR_NOT_NULL(
	    strstr(u.text, "\"attempt_failure_percent\": 0"));
	run_end(&u);
}

/* One server of two refuses; and all come at once. */
static void
test_groups(void)
{
	static const unsigned columns[] = {80, 100, 120};
	for (size_t c = 0; c < 3; c++) {
		struct run u;
		run_begin(&u, REPORT_TEXT, columns[c]);
		for (unsigned i = 0; i < 20; i++) {
			struct rec_registration r;
			rec_init(&rec_registration_type, &r);
			r.id.frame.number = i + 1;
			r.started = r.ended = RUN_T0 + i % 2 * RS_MSEC;
			r.client.at.addr =
			    (struct rs_addr){{198, 51, 100, (uint8_t)i}, 4};
			r.server.at = (struct rs_endpoint){
			    {{192, 0, 2, i < 15 ? 10 : 20}, 4}, 5060};
			r.kind = REC_INITIAL;
			r.visibility = REC_CLEAR;
			r.transport = REC_UDP;
			r.outcome = i < 16 ? REC_REGISTERED : REC_AUTH_FAILED;
			r.user_agent = RS_LIT("same/1");
			if (i < 16)
				r.rrd = 40 * RS_MSEC;
			u.sink.record(u.sink.arg, &rec_registration_type, &r);
		}
		run_finish(&u);
		run_check_lines(&u, columns[c]);
		const char *l = strstr(u.text, "Servers        192.0.2.20:50");
		CU_ASSERT_PTR_NOT_NULL_FATAL(l);
		CU_ASSERT_PTR_NOT_NULL(
		    strstr(l, " 4 of 5 failed, RRD p50 40.0 ms\n"));
		CU_ASSERT_PTR_NULL(strstr(l, "192.0.2.10"));
		CU_ASSERT_PTR_NULL(strstr(u.text, "User agents"));
		CU_ASSERT_PTR_NOT_NULL(strstr(u.text,
		    "Load           at most 20 attempts in the second from "));
		run_end(&u);
	}
}

/* An alert of the phone: all of its handshake was captured, or that alone. */
static void
refuse(struct run *u, uint64_t n, bool whole)
{
	struct rec_handshake h;
	struct rec_alert alert;
	struct rec_certificate leaf;
	rec_init(&rec_handshake_type, &h);
	rec_init(&rec_alert_type, &alert);
	rec_init(&rec_certificate_type, &leaf);
	alert.from = REC_CLIENT;
	alert.encrypted = RS_FALSE;
	alert.number = 45;
	alert.level = 2;
	alert.name = RS_LIT("certificate_expired");
	alert.frame.number = h.id.frame.number = n;
	h.started = h.ended = RUN_T0 + (rs_time)n * RS_SEC;
	h.client.at = (struct rs_endpoint){{{198, 51, 100, 200}, 4}, 50000};
	h.server.at = (struct rs_endpoint){{{192, 0, 2, 10}, 4}, 5061};
	h.related = RS_TRUE;
	h.state = REC_FAILED;
	h.failed_by = REC_CLIENT;
	h.reason = REC_REASON_ALERT;
	h.alerts = (struct rec_list){&alert, 1, 1};
	h.last_message_client = RS_LIT("alert");
	if (whole) {
		leaf.from = REC_SERVER;
		leaf.not_before = 0;
		leaf.not_after = RUN_T0 - RS_SEC;
		leaf.subject = leaf.issuer = RS_LIT("CN=x");
		h.certificates = (struct rec_list){&leaf, 1, 1};
		h.version = RS_LIT("TLS 1.2");
		h.last_message_server = RS_LIT("server_hello_done");
	}
	u->sink.record(u->sink.arg, &rec_handshake_type, &h);
}

/* Of a group it is the member with a finding that is told of. */
static void
test_found_later(void)
{
	static const struct {
		const char *name;
		bool whole[3];
		const char *more;
	} rows[] = {
	    {"the first", {true, false, false}, "2 more like this, last at"},
	    {"the second", {false, true, false}, "2 more like this, last at"},
	    {"the last", {false, false, true}, "2 more like this, first at"},
	};
	for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
		struct run u;
		unit_row(rows[i].name);
		run_begin(&u, REPORT_TEXT, 80);
		for (unsigned k = 0; k < 3; k++)
			refuse(&u, k + 1, rows[i].whole[k]);
		run_finish(&u);
		run_check_says(&u, "tls.certificate-expired");
		run_check_says(&u, "Renew the certificate");
		run_check_says(&u, rows[i].more);
		run_end(&u);
	}
}

/* Who found no room is not counted, and this is said. */
static void
test_no_room(void)
{
	struct run u;
	run_begin_with(&u, (struct report_options){.format = REPORT_TEXT,
			       .columns = 80,
			       .memory_limit = 64 << 10});
	for (unsigned i = 1; i <= 60; i++)
		run_attempt(&u, i, i % 30, REC_AUTH_FAILED);
	run_finish(&u);
	run_check_says(&u, "memory limit hit: phones ");
	const char *said = strstr(u.text, "\nmore than ");
	CU_ASSERT_PTR_NOT_NULL_FATAL(said);
	int n = atoi(said + strlen("\nmore than "));
	CU_ASSERT(n > 0);
	CU_ASSERT(n < 30);
	run_end(&u);
}

/* A connection that is refused, and one that comes up. */
static void
connect_to(struct run *u, uint64_t n, bool up)
{
	struct rec_connection c;
	rec_init(&rec_connection_type, &c);
	c.id.frame.number = c.syn_frame.number = n;
	c.started = c.ended = RUN_T0 + (rs_time)n * RS_SEC;
	c.client.at = (struct rs_endpoint){{{198, 51, 100, 200}, 4}, 50000};
	c.server.at = (struct rs_endpoint){{{192, 0, 2, up ? 10 : 9}, 4}, 5061};
	c.transport = REC_TLS;
	c.conn_state = up ? RS_LIT("SF") : RS_LIT("REJ");
	c.syns = 1;
	c.related = RS_TRUE;
	u->sink.record(u->sink.arg, &rec_connection_type, &c);
}

/* An attempt of a phone is undecided, and the phone is not. */
static void
test_undecided_before(void)
{
	struct run u;
	run_begin(&u, REPORT_TEXT, 80);
	run_attempt(&u, 1, 5, REC_CUT_OFF);
	run_attempt(&u, 3, 5, REC_REGISTERED);
	run_attempt(&u, 5, 6, REC_REGISTERED);
	run_attempt(&u, 7, 6, REC_CUT_OFF);
	run_attempt(&u, 9, 7, REC_CUT_OFF);
	run_finish(&u);
	run_check_says(&u, "3 phones: 2 registered, 1 undecided");
	run_check_says(&u,
	    "REGISTERED 198.51.100.5 sip:4005@example.com cut off, registered "
	    "later");
	run_check_says(&u,
	    "REGISTERED 198.51.100.6 sip:4006@example.com cut off no answer");
	run_check_says(&u,
	    "UNDECIDED 198.51.100.7 sip:4007@example.com cut off no answer");
	CU_ASSERT_EQUAL(u.status, 0);
	run_end(&u);
}

/* What failed on the way of a phone that went on did not stop it, and nobody
   knows how it ended: the block says what the count does, the status what
   failed. */
static void
test_passed_phone(void)
{
	static const struct {
		const char *name,
		    *words; /* c, C: connection; h, H: handshake */
		const char *heading, *says;
	} rows[] = {
	    {"refused, and connected elsewhere", "cC", "UNDECIDED",
		"connected later, to 192.0.2.10:5061 (#2)"},
	    {"refused, and TLS elsewhere", "cCH", "UNDECIDED",
		"TLS completed later (#3)"},
	    {"TLS failed, and then not", "hH", "UNDECIDED",
		"TLS completed later (#2)"},
	    {"refused", "c", "FAILED", "refused"},
	    {"refused at last", "Cc", "FAILED", "refused"},
	};
	for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
		struct run u;
		char heading[64];
		unit_row(rows[i].name);
		run_begin(&u, REPORT_TEXT, 80);
		for (uint64_t n = 0; rows[i].words[n]; n++) {
			char what = rows[i].words[n];
			if (strchr("cC", what))
				connect_to(&u, n + 1, what == 'C');
			else
				run_handshake(&u, n + 1, 5061,
				    what == 'H' ? REC_COMPLETED : REC_FAILED);
		}
		run_finish(&u);
		run_check_lines(&u, 80);
		CU_ASSERT_EQUAL(u.status, 1);
		g_snprintf(heading, sizeof heading, "\n%s  198.51.100.200",
		    rows[i].heading);
		CU_ASSERT_PTR_NOT_NULL(strstr(u.text, heading));
		CU_ASSERT_EQUAL(strstr(u.text, "1 undecided") != NULL,
		    strcmp(rows[i].heading, "UNDECIDED") == 0);
		run_check_says(&u, rows[i].says);
		run_end(&u);
	}
}

static void
look_up(struct run *u, uint64_t n, unsigned phone)
{
	struct rec_lookup l;
	rec_init(&rec_lookup_type, &l);
	l.id.frame.number = n;
	l.started = l.ended = RUN_T0 + (rs_time)n * RS_SEC;
	l.client.at =
	    (struct rs_endpoint){{{198, 51, 100, (uint8_t)phone}, 4}, 40000};
	l.server.at = (struct rs_endpoint){{{203, 0, 113, 53}, 4}, 53};
	l.name = RS_LIT("time.example.net");
	l.type = RS_LIT("A");
	l.state = REC_ANSWERED;
	l.queries = 1;
	u->sink.record(u->sink.arg, &rec_lookup_type, &l);
}

/* Whose registrations were all over before it asked anything is a phone. */
static void
test_asked_afterwards(void)
{
	struct rec_count queries = {RS_LIT("queries"), 2};
	for (int text = 0; text <= 1; text++) {
		struct run u;
		run_begin(&u, text ? REPORT_TEXT : REPORT_JSON, 80);
		u.coverage.dns_messages = (struct rec_list){&queries, 1, 1};
		run_attempt(&u, 1, 17, REC_REGISTERED);
		look_up(&u, 5, 17);
		if (text)
			look_up(&u, 6, 99);
		run_finish(&u);
		CU_ASSERT_EQUAL(
		    strstr(u.text, "\"name\": \"time.example.net\"") != NULL,
		    !text);
		CU_ASSERT_PTR_NULL(strstr(u.text, "lookups_not_listed"));
		if (text)
			run_check_says(&u, "1 look-up of others than phones");
		run_end(&u);
	}
}

/* Whom DNS refused an answer is a phone that failed, and counted as one. */
static void
test_refused_by_dns(void)
{
	struct rs_span servers[] = {
	    RS_LIT("203.0.113.53"), RS_LIT("203.0.113.54")};
	static const char *const says[] = {
	    "DNS: 203.0.113.54 answers SERVFAIL for SRV _sip._udp.example.com "
	    "(#5, #9), and nothing else led to a server.",
	    "DNS: SRV _sip._udp.example.com was asked of several servers (#5), "
	    "and 203.0.113.54 answers SERVFAIL (#9); nothing else led to a "
	    "server."};
	for (uint32_t several = 0; several <= 1; several++) {
		struct run u;
		struct rec_lookup l;
		run_begin(&u, REPORT_TEXT, 80);
		run_attempt(&u, 1, 17, REC_REGISTERED);
		rec_init(&rec_lookup_type, &l);
		l.id.frame.number = 5;
		l.answer_frame.number = 9;
		l.started = RUN_T0;
		l.ended = RUN_T0 + 20 * RS_SEC;
		l.client.at =
		    (struct rs_endpoint){{{198, 51, 100, 18}, 4}, 40000};
		l.server.at = (struct rs_endpoint){{{203, 0, 113, 54}, 4}, 53};
		l.name = RS_LIT("_sip._udp.example.com");
		l.type = RS_LIT("SRV");
		l.state = REC_LOOKUP_FAILED;
		l.rcode = RS_LIT("SERVFAIL");
		l.related = RS_TRUE;
		l.queries = 2;
		l.servers = (struct rec_list){servers, several * 2, 2};
		u.sink.record(u.sink.arg, &rec_lookup_type, &l);
		run_finish(&u);
		run_check_lines(&u, 80);
		CU_ASSERT_EQUAL(u.status, 1);
		run_check_says(&u, "2 phones: 1 registered, 1 FAILED FAILED "
				   "198.51.100.18 DNS: ");
		run_check_says(&u, says[several]);
		run_end(&u);
	}
}

UNIT_MAIN("text", UNIT(test_one_failing_among_fifty),
    UNIT(test_recovered_phone), UNIT(test_many_failing_phones_are_cut_short),
    UNIT(test_any_record_fits), UNIT(test_nothing_says_what_to_do),
    UNIT(test_json_document), UNIT(test_all_tls), UNIT(test_ndjson_lines),
    UNIT(test_colour_only_when_asked), UNIT(test_live_lines), UNIT(test_status),
    UNIT(test_forms), UNIT(test_scanners), UNIT(test_groups),
    UNIT(test_found_later), UNIT(test_no_room), UNIT(test_asked_afterwards),
    UNIT(test_passed_phone), UNIT(test_refused_by_dns),
    UNIT(test_undecided_before))
