/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What the text report says in which case, word by word.
 */
#include "report/page.h"
#include "report_run.h"
#include "unit.h"

#include <glib.h>
#include <stdlib.h>

/* What is said of the capture, from counts. */
static void
test_coverage_words(void)
{
	static const struct {
		const char *name;
		int64_t flows, one_way, two_way, gaps, unrelated;
		const char *reason;
		int64_t n;
		const char *says, *not ;
	} rows[] = {
	    {"both", 3, 0, 2, 1, 0, "arp", 9, "both directions, 1 gap in TCP",
		"not decoded"},
	    {"one way", 3, 1, 2, 0, 0, "control", 9,
		"1 of 3 flows seen in one direction only, no gaps",
		"not blamed"},
	    {"one way, and too few", 3, 1, 0, 0, 0, "arp", 9,
		"is not blamed on anybody", "both directions"},
	    {"too few", 1, 0, 0, 0, 0, "arp", 9, "too few packets to tell",
		"both directions, "},
	    {"GRE", 0, 0, 0, 0, 0, "gre", 40000,
		"40 000 packets in tunnels whose content is not known",
		"no SIP at all"},
	    {"one malformed", 3, 0, 2, 2, 0, "ip_malformed", 1,
		"2 gaps in TCP (0 bytes missing) 1 packet with malformed "
		"headers",
		"looked into"},
	    {"a reason of later", 3, 0, 2, 2, 0, "moon_phase", 3,
		"3 packets not decoded", "looked into"},
	    {"other TLS", 3, 0, 2, 0, 2, "arp", 1,
		"There are 2 TLS handshakes on ports not known for SIP: "
		"--all-tls judges them; --sip-tls-port PORT",
		"no SIP at all"},
	    {"one other TLS", 3, 0, 2, 0, 1, "arp", 1,
		"There is 1 TLS handshake on a port not known", "handshakes"},
	};
	for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
		struct run u;
		struct rec_count reason = {
		    rs_span_str(rows[i].reason), rows[i].n};
		unit_row(rows[i].name);
		run_begin(&u, REPORT_TEXT, 80);
		u.coverage.flows_udp = rows[i].flows;
		u.coverage.one_way_flows = rows[i].one_way;
		u.coverage.two_way_flows = rows[i].two_way;
		u.coverage.tcp_gaps = rows[i].gaps;
		u.coverage.undecoded = (struct rec_list){&reason, 1, 1};
		for (int64_t k = 0; k < rows[i].unrelated; k++)
			run_handshake(&u, (uint64_t)k + 1, 443, REC_COMPLETED);
		run_finish(&u);
		run_check_lines(&u, 80);
		run_check_says(&u, rows[i].says);
		run_check_silent(&u, rows[i].not );
		run_end(&u);
	}
}

static void
test_websocket_words(void)
{
	struct run u;
	struct rec_count compressed = {RS_LIT("websocket_compressed"), 3};
	run_begin(&u, REPORT_TEXT, 80);
	run_finish(&u);
	run_check_silent(&u, "WebSocket");
	run_check_says(&u, "There is no SIP at all");
	run_end(&u);

	run_begin(&u, REPORT_TEXT, 80);
	u.coverage.websocket_refused = 1;
	u.coverage.anomalies = (struct rec_list){&compressed, 1, 1};
	run_finish(&u);
	run_check_lines(&u, 80);
	run_check_says(&u,
	    "3 WebSocket messages compressed, which is not read,"
	    " 1 WebSocket upgrade for SIP refused by the server");
	run_check_says(&u, "switch compression (permessage-deflate) off");
	run_check_says(&u, "its answer, in HTTP, says why");
	run_check_silent(&u, "There is no SIP at all");
	run_end(&u);
}

static void
test_names_of_files(void)
{
	static const struct {
		const char *path, *says;
	} rows[] = {
	    {"-", "standard input  "},
	    {"a/b.pcap", "a/b.pcap  "},
	    {"one/two-two-two-two/three-three-three/phone-4025.pcap",
		".../three-three-three/phone-4025.pcap  "},
	    {"/one-one-one-one-one-one/a-file-with-quite-a-long-name.pcap",
		"a-file-with-quite-a-long-name.pcap  "},
	    {"/", "/  "},
	};
	for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
		struct run u;
		struct rec_file f;
		unit_row(rows[i].path);
		run_begin(&u, REPORT_TEXT, 80);
		rec_init(&rec_file_type, &f);
		f.path = rs_span_str(rows[i].path);
		u.coverage.files = (struct rec_list){&f, 1, 1};
		run_finish(&u);
		CU_ASSERT_NSTRING_EQUAL(
		    u.text, rows[i].says, strlen(rows[i].says));
		run_end(&u);
	}
}

static void
test_other_traffic(void)
{
	struct run u;
	struct rec_label l[3];
	for (size_t i = 0; i < 3; i++)
		rec_init(&rec_label_type, &l[i]);
	l[0].name = RS_LIT("unknown");
	l[0].packets = 6;
	l[1].name = RS_LIT("RTP");
	l[1].packets = 1;
	l[2].name = RS_LIT("RTCP");
	l[2].packets = 1234;
	run_begin(&u, REPORT_TEXT, 80);
	u.coverage.other_traffic = (struct rec_list){l, 3, 3};
	run_finish(&u);
	CU_ASSERT_PTR_NOT_NULL(strstr(u.text,
	    "also here: 1 packet of RTP, 1 234 of RTCP, 6 of no known "
	    "protocol\n"));
	run_end(&u);
}

/* Some lines of a phone fail and others do not; kinds are told apart. */
static void
test_lines_of_a_phone(void)
{
	struct run u;
	run_begin(&u, REPORT_TEXT, 100);
	run_attempt_of(&u, 10, 5, 1, REC_INITIAL, REC_AUTH_FAILED);
	run_attempt_of(&u, 20, 5, 1, REC_INITIAL, REC_REGISTERED);
	run_attempt_of(&u, 30, 5, 1, REC_REMOVAL, REC_AUTH_FAILED);
	run_attempt_of(&u, 40, 5, 2, REC_INITIAL, REC_REGISTERED);
	run_attempt_of(&u, 50, 5, 3, REC_REFRESH, REC_AUTH_FAILED);
	run_attempt_of(&u, 60, 5, 3, REC_REFRESH, REC_AUTH_FAILED);
	run_finish(&u);
	run_check_lines(&u, 100);
	run_check_says(&u, "1 phone: 1 FAILED for 1 of its 3 lines FAILED ");
	run_check_says(&u, "auth failed on refresh: 403 Forbidden, "
			   "sip:4003@example.com");
	run_check_says(&u, "and 1 more like this, last at ");
	run_check_says(&u, "registered later, at 14:47:41.553 (#21)");
	run_check_says(&u, "auth failed on removal: 403");
	run_check_silent(&u, "and 2 more like this");
	/* each kind has its own frames */
	run_check_says(&u, "frame.number in {10, 11}");
	run_check_says(&u, "frame.number in {30, 31}");
	/* what still fails comes before what registered later */
	CU_ASSERT(strstr(u.text, "on refresh") < strstr(u.text, "#10 "));
	run_end(&u);
	run_begin(&u, REPORT_TEXT, 100);
	for (unsigned phone = 1; phone <= 2; phone++) {
		run_attempt_of(
		    &u, phone, phone, 1, REC_INITIAL, REC_AUTH_FAILED);
		run_attempt_of(
		    &u, 9 + phone, phone, phone, REC_INITIAL, REC_REGISTERED);
	}
	run_attempt(&u, 20, 3, REC_TIMED_OUT);
	run_finish(&u);
	run_check_says(&u,
	    "3 phones: 1 registered, 2 FAILED (1 of them for some "
	    "lines only)");
	run_end(&u);
}

/* What came in the place of an answer stands in the ladder. */
static void
test_ends_of_ladders(void)
{
	struct run u;
	struct rec_connection c;
	run_begin(&u, REPORT_TEXT, 100);
	run_attempt(&u, 10, 5, REC_CONNECTION_LOST);
	run_attempt(&u, 20, 6, REC_UNREACHABLE);
	run_attempt(&u, 30, 7, REC_CHALLENGE_UNANSWERED);
	rec_init(&rec_connection_type, &c);
	c.id.frame.number = 9000;
	c.client.at = (struct rs_endpoint){{{198, 51, 100, 5}, 4}, 40000};
	c.server.at = (struct rs_endpoint){{{192, 0, 2, 10}, 4}, 5060};
	c.conn_state = RS_LIT("SF");
	c.related = RS_TRUE;
	c.started = RUN_T0;
	c.ended = RUN_T0 + 11 * RS_SEC;
	c.closed_by = REC_SERVER;
	c.closed_how = RS_LIT("fin");
	c.close_frame.number = 9003;
	u.sink.record(u.sink.arg, &rec_connection_type, &c);
	run_finish(&u);
	run_check_lines(&u, 100);
	run_check_says(&u, "#9003 14:47:31.553 sbc > phone FIN");
	run_check_says(&u, "#22 14:47:41.553 network ICMP 3/3 from 192.0.2.1");
	run_check_says(&u, "no REGISTER with credentials in 2 min 0 s");
	run_check_says(&u, "TCP 1 connection: 1 closed in order");
	run_end(&u);
}

static void
test_undecided(void)
{
	struct run u;
	run_begin(&u, REPORT_TEXT, 100);
	run_attempt(&u, 10, 5, REC_CUT_OFF);
	run_finish(&u);
	run_check_says(&u,
	    "1 phone: 1 undecided UNDECIDED 198.51.100.5 "
	    "sip:4005@example.com cut off no answer yet to the "
	    "REGISTER #10; the phone began anew before it was due");
	run_end(&u);

	struct rs_span flaws[] = {RS_LIT("no_call_id"), RS_LIT("no_to")};
	struct rec_transaction x;
	struct rec_registration r;
	rec_init(&rec_transaction_type, &x);
	rec_init(&rec_registration_type, &r);
	x.request_frame.number = 2;
	x.request_time = RUN_T0;
	r.id.frame.number = 2;
	r.started = RUN_T0;
	r.client.at = (struct rs_endpoint){{{198, 51, 100, 6}, 4}, 5060};
	r.kind = REC_QUERY;
	r.outcome = REC_CUT_OFF;
	r.visibility = REC_CLEAR;
	r.transactions = (struct rec_list){&x, 1, 1};
	r.flaws = (struct rec_list){flaws, 2, 2};
	run_begin(&u, REPORT_TEXT, 100);
	u.sink.record(u.sink.arg, &rec_registration_type, &r);
	run_finish(&u);
	run_check_says(&u, "REGISTER #2;");
	run_check_says(&u, "; it lacks Call-ID, To");
	run_end(&u);
}

/* Of a REGISTER that the capture has the beginning of, nothing is said that may
   be in the rest. */
static void
test_undecided_as_cut(void)
{
	struct rs_span flaws[] = {RS_LIT("message_cut"), RS_LIT("no_to")};
	struct run u;
	struct rec_transaction x;
	struct rec_registration r;
	rec_init(&rec_transaction_type, &x);
	rec_init(&rec_registration_type, &r);
	x.request_frame.number = 2;
	r.id.frame.number = 2;
	r.started = x.request_time = RUN_T0;
	r.client.at = (struct rs_endpoint){{{198, 51, 100, 6}, 4}, 5060};
	r.kind = REC_QUERY;
	r.outcome = REC_CUT_OFF;
	r.visibility = REC_CLEAR;
	r.transactions = (struct rec_list){&x, 1, 1};
	r.flaws = (struct rec_list){flaws, 2, 2};
	run_begin(&u, REPORT_TEXT, 80);
	u.sink.record(u.sink.arg, &rec_registration_type, &r);
	run_finish(&u);
	run_check_lines(&u, 80);
	run_check_says(&u, "cut off no answer can be told of the REGISTER #2; "
			   "a message was cut by the snap length");
	run_check_silent(&u, "on query");
	run_check_silent(&u, "it lacks");
	run_end(&u);
}

/* A piece wider than a line goes on in the next one. */
static void
test_wide_pieces(void)
{
	struct run u;
	run_begin(&u, REPORT_TEXT, 80);
	u.coverage.flows_udp = u.coverage.one_way_flows = 1;
	run_finish(&u);
	run_check_lines(&u, 80);
	run_check_says(&u,
	    "what looks unanswered is not blamed on anybody: the "
	    "answers may be missing from this capture only");
	run_end(&u);
}

/* What the page says of TLS to a port of SIP of which only a part was seen. */
static void
test_handshake_in_part(void)
{
	struct run u;
	run_begin(&u, REPORT_TEXT, 80);
	run_handshake(&u, 1, 5061, REC_HANDSHAKE_CUT_OFF);
	run_finish(&u);
	run_check_says(&u, "its handshake was not seen whole");
	run_check_silent(&u, "There is no SIP at all");
	run_end(&u);
	run_begin_with(
	    &u, (struct report_options){
		    .format = REPORT_TEXT, .columns = 80, .all_tls = true});
	run_handshake(&u, 1, 443, REC_HANDSHAKE_CUT_OFF);
	run_finish(&u);
	run_check_says(&u, "with --all-tls it need not be SIP");
	run_check_silent(&u, "to a port of SIP");
	run_end(&u);
}

/* An AOR is told whole; what is left of the line is the user agent's. */
static void
test_long_aor(void)
{
	struct run u;
	struct rec_registration r;
	rec_init(&rec_registration_type, &r);
	r.id.frame.number = 2;
	r.started = r.ended = RUN_T0;
	r.client.at = (struct rs_endpoint){{{198, 51, 100, 6}, 4}, 5060};
	r.aor = RS_LIT("sip:4025@a-domain-with-a-long-name.example.com");
	r.user_agent = RS_LIT("ExamplePhone/1.0 (a long name)");
	r.kind = REC_INITIAL;
	r.outcome = REC_REJECTED;
	r.visibility = REC_CLEAR;
	run_begin(&u, REPORT_TEXT, 80);
	u.sink.record(u.sink.arg, &rec_registration_type, &r);
	run_finish(&u);
	run_check_lines(&u, 80);
	run_check_says(&u, "FAILED 198.51.100.6 "
			   "sip:4025@a-domain-with-a-long-name.example.com ");
	run_end(&u);
}

static void
test_unread_file(void)
{
	struct run u;
	struct rec_file f;
	rec_init(&rec_file_type, &f);
	f.path = RS_LIT("a.cap");
	f.problem = RS_LIT("a.cap: a Microsoft NetMon capture");
	run_begin(&u, REPORT_TEXT, 80);
	u.coverage.packets = 0;
	u.coverage.files = (struct rec_list){&f, 1, 1};
	run_finish(&u);
	run_check_says(&u, "Nothing could be read: see above");
	run_check_silent(&u, "holds no packets");
	run_end(&u);
}

/* An alert and the FIN in one frame are two rungs; an empty certificate, and
   who issued the one that is refused. */
static void
test_handshake_ladder(void)
{
	static const char *const what[] = {
	    "certificate", "certificate", "alert", "fin"};
	struct run u;
	struct rec_handshake h;
	struct rec_step steps[4];
	struct rec_alert alert;
	struct rec_certificate cert;
	rec_init(&rec_handshake_type, &h);
	rec_init(&rec_alert_type, &alert);
	rec_init(&rec_certificate_type, &cert);
	for (size_t i = 0; i < 4; i++) {
		rec_init(&rec_step_type, &steps[i]);
		steps[i].what = rs_span_str(what[i]);
		steps[i].from = i ? REC_CLIENT : REC_SERVER;
		steps[i].frame.number = i < 2 ? 10 + i : 12;
		steps[i].at = RUN_T0;
	}
	alert.from = REC_CLIENT;
	alert.frame.number = 12;
	alert.number = 48;
	alert.name = RS_LIT("unknown_ca");
	cert.from = REC_SERVER;
	cert.frame.number = 10;
	cert.subject = RS_LIT("CN=sbc");
	cert.issuer = RS_LIT("CN=root");
	h.id.frame.number = 9;
	h.started = RUN_T0;
	h.client.at = (struct rs_endpoint){{{198, 51, 100, 9}, 4}, 50000};
	h.server.at = (struct rs_endpoint){{{192, 0, 2, 10}, 4}, 5061};
	h.state = REC_FAILED;
	h.reason = REC_REASON_ALERT;
	h.failed_by = REC_CLIENT;
	h.client_certificate = REC_CC_NONE_SENT;
	h.steps = (struct rec_list){steps, 4, 4};
	h.alerts = (struct rec_list){&alert, 1, 1};
	h.certificates = (struct rec_list){&cert, 1, 1};
	run_begin(&u, REPORT_TEXT, 100);
	u.sink.record(u.sink.arg, &rec_handshake_type, &h);
	run_finish(&u);
	run_check_says(&u, "sbc > phone Certificate CN=sbc, issued by CN=root "
			   "#11 14:47:21.456 phone > sbc Certificate none "
			   "#12 14:47:21.456 phone > sbc alert 48 unknown_ca "
			   "#12 14:47:21.456 phone > sbc FIN ");
	run_end(&u);
}

static void
test_bindings_line(void)
{
	struct run u;
	struct rec_binding b;
	run_begin(&u, REPORT_TEXT, 80);
	run_attempt(&u, 1, 1, REC_REGISTERED);
	rec_init(&rec_binding_type, &b);
	b.id.frame.number = 1;
	b.state = REC_HELD;
	for (int64_t i = 0; i < 3; i++) {
		b.lapsed = i * 12 * RS_SEC;
		b.next_expiry = u.coverage.last + (61 + i) * RS_SEC;
		u.sink.record(u.sink.arg, &rec_binding_type, &b);
	}
	run_finish(&u);
	run_check_says(&u,
	    "Bindings 3 held; 2 lapsed for 12.0 s to 24.0 s; next "
	    "expiry in 1 min 1 s");
	run_check_says(&u, "Registrations 1 attempt: 1 registered");
	run_end(&u);
}

/* Numbers of frames are of one file, which is named where there are more. */
static void
test_filter_names_its_file(void)
{
	struct run u;
	struct rec_file f[2];
	run_begin(&u, REPORT_TEXT, 80);
	rec_init(&rec_file_type, &f[0]);
	rec_init(&rec_file_type, &f[1]);
	f[0].path = RS_LIT("x/first.pcap");
	f[1].path = RS_LIT("x/second.pcap");
	u.coverage.files = (struct rec_list){f, 2, 2};
	run_attempt(&u, 1, 77, REC_AUTH_FAILED);
	run_finish(&u);
	run_check_lines(&u, 80);
	run_check_says(&u, "x/first.pcap and 1 more file 41 218 packets");
	run_check_says(&u, "Wireshark, first.pcap: frame.number in {1, 2}");
	run_end(&u);
}

/* A word that fits into a line is not broken, only less indented. */
static void
test_words_stay_whole(void)
{
	struct out out;
	struct page p;
	char *text;
	size_t n;
	FILE *f = open_memstream(&text, &n);
	out_init(&out, f);
	page_init(&p, &out, 40, false);
	page_to(&p, 20);
	page_str(&p, "abc");
	page_to(&p, 24);
	page_flow(&p, 20, RS_LIT("x TLS_AES_256_GCM_SHA384_AND d"));
	page_end(&p);
	out_flush(&out);
	fflush(f);
	CU_ASSERT_STRING_EQUAL(text,
	    "                    abc x\n"
	    "              TLS_AES_256_GCM_SHA384_AND\n"
	    "                    d\n");
	fclose(f);
	free(text);
}

UNIT_MAIN("text_words", UNIT(test_coverage_words), UNIT(test_websocket_words),
    UNIT(test_names_of_files), UNIT(test_other_traffic),
    UNIT(test_lines_of_a_phone), UNIT(test_ends_of_ladders),
    UNIT(test_undecided), UNIT(test_undecided_as_cut), UNIT(test_wide_pieces),
    UNIT(test_long_aor), UNIT(test_handshake_in_part), UNIT(test_unread_file),
    UNIT(test_handshake_ladder), UNIT(test_bindings_line),
    UNIT(test_filter_names_its_file), UNIT(test_words_stay_whole))
