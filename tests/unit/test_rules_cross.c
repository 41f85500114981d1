/* SPDX-License-Identifier: Apache-2.0 */
/* Rules that need more than one attempt: of bindings and of phones. */
#include "rules_kit.h"

static struct rec_coverage coverage;

static void
start(void)
{
	rec_init(&rec_coverage_type, &coverage);
	coverage.flows_udp = 2;
	coverage.two_way_flows = 2;
}

static struct rs_frame
frame(unsigned n)
{
	return (struct rs_frame){0, n};
}

static void
binding(struct rec_binding *b)
{
	rec_init(&rec_binding_type, b);
	b->id.frame = frame(1);
	b->client.at.addr.family = b->server.at.addr.family = 4;
	b->aor = RS_LIT("sip:2000@example.com");
	b->contact = RS_LIT("sip:2000@192.0.2.17");
	b->transport = REC_UDP;
	b->state = REC_HELD;
	b->started = RS_SEC;
	b->ended = 900 * RS_SEC;
}

/* ---- sip.binding-lapsed ---- */

static void
test_lapsed(void)
{
	static const struct {
		const char *name;
		int64_t late_ms, asked; /* granted: 60 s */
		enum rec_reg_kind kind;
		enum rec_binding_state state;
		enum rec_transport transport;
		int64_t drops, gaps;
		bool to_end;
		const char *codes, *words;
	} rows[] = {
	    {"late", 15000, 60, REC_REFRESH, REC_HELD, REC_UDP, 0, 0, false,
		"sip.binding-lapsed", "came 75.0 s after it: for 15.0 s"},
	    {"granted less", 15000, 3600, REC_REFRESH, REC_HELD, REC_UDP, 0, 0,
		false, "sip.binding-lapsed",
		"of the 3600 s asked for, and the next one came 75.0 s after "
		"it: for 15.0 s the phone could not be reached. It does not "
		"seem to follow"},
	    {"anew", 15000, 3600, REC_INITIAL, REC_EXPIRED, REC_UDP, 0, 0,
		false, "sip.binding-lapsed", "It began anew"},
	    {"the answer took its time", 400, 60, REC_REFRESH, REC_HELD,
		REC_UDP, 0, 0, false, "", ""},
	    {"removed when it was over", 15000, 60, REC_REMOVAL, REC_REMOVED,
		REC_UDP, 0, 0, true, "", ""},
	    {"late, and removed later", 15000, 60, REC_REFRESH, REC_REMOVED,
		REC_UDP, 0, 0, false, "sip.binding-lapsed", "for 15.0 s"},
	    {"drops", 15000, 60, REC_REFRESH, REC_HELD, REC_UDP, 1, 0, false,
		"", ""},
	    {"gaps in TCP", 15000, 60, REC_REFRESH, REC_HELD, REC_TLS, 0, 1,
		false, "", ""},
	    {"gaps in TCP, but it is UDP", 15000, 60, REC_REFRESH, REC_HELD,
		REC_UDP, 0, 1, false, "sip.binding-lapsed", ""},
	};
	for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
		struct rec_binding b;
		struct rec_lapse l = {.from = 100 * RS_SEC,
		    .length = rows[i].late_ms * RS_MSEC,
		    .seconds = 60,
		    .asked = rows[i].asked,
		    .granted = frame(4),
		    .frame = frame(9),
		    .kind = rows[i].kind};
		l.to = l.from + l.length;
		start();
		binding(&b);
		b.state = rows[i].state;
		b.transport = rows[i].transport;
		b.lapses = (struct rec_list){&l, 1, 1};
		if (rows[i].to_end)
			b.ended = l.to;
		coverage.drops_kernel = rows[i].drops;
		coverage.tcp_gaps = rows[i].gaps;
		const struct diag_case k = {
		    .binding = &b, .coverage = &coverage};
		judge(&k);
		expect(rows[i].name, rows[i].codes);
		if (rows[i].codes[0] == 0)
			continue;
		CU_ASSERT_EQUAL(certainty, REC_CERTAIN);
		CU_ASSERT_PTR_NOT_NULL(strstr(detail, rows[i].words));
		CU_ASSERT_STRING_EQUAL(
		    evidence, "4 200, for 60 s 9 200, too late");
	}
}

/* A refresh that the capture missed leaves out a CSeq; under another Call-ID
   nobody can say. */
static void
test_lapsed_missed(void)
{
	struct rec_binding b;
	struct rec_lapse l = {100 * RS_SEC, 115 * RS_SEC, 15 * RS_SEC, 60, 60,
	    frame(4), frame(9), REC_REFRESH, 2};
	start();
	binding(&b);
	b.lapses = (struct rec_list){&l, 1, 1};
	const struct diag_case k = {.binding = &b, .coverage = &coverage};
	judge(&k);
	expect("two CSeqs left out", "");
	l.missed = REC_ABSENT;
	judge(&k);
	expect("another Call-ID", "sip.binding-lapsed");
	CU_ASSERT_EQUAL(certainty, REC_LIKELY);
	CU_ASSERT_STRING_EQUAL(said_more, "capture.incomplete");
}

/* What is between two files was not captured. */
static void
test_lapsed_between_files(void)
{
	static const struct {
		const char *name;
		/* of the files; the lapse is 100..115 */
		int64_t whole, last, first;
		enum rec_certainty certainty;
	} rows[] = {
	    {"one follows the other", 0, 110000, 110500, REC_CERTAIN},
	    {"a hole in it", 0, 98000, 112000, REC_LIKELY},
	    {"a hole before it", 0, 50000, 90000, REC_CERTAIN},
	    {"a third file has all", 120000, 98000, 112000, REC_CERTAIN},
	    {"a third file has it in part", 111000, 98000, 114000, REC_LIKELY},
	};
	for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
		struct rec_binding b;
		struct rec_file files[3];
		struct rec_lapse l = {100 * RS_SEC, 115 * RS_SEC, 15 * RS_SEC,
		    60, 60, frame(4), frame(9), REC_REFRESH, 0};
		start();
		binding(&b);
		for (unsigned k = 0; k < 3; k++) {
			rec_init(&rec_file_type, &files[k]);
			files[k].first = 0;
		}
		files[0].last = rows[i].whole * RS_MSEC;
		files[1].last = rows[i].last * RS_MSEC;
		files[2].first = rows[i].first * RS_MSEC;
		files[2].last = 130 * RS_SEC;
		coverage.files = (struct rec_list){files, 3, 3};
		b.lapses = (struct rec_list){&l, 1, 1};
		const struct diag_case k = {
		    .binding = &b, .coverage = &coverage};
		judge(&k);
		expect(rows[i].name, "sip.binding-lapsed");
		CU_ASSERT_EQUAL(certainty, rows[i].certainty);
		CU_ASSERT_STRING_EQUAL(said_more,
		    certainty == REC_CERTAIN ? "" : "capture.incomplete");
		CU_ASSERT_EQUAL(strstr(detail, "between two files") == NULL,
		    certainty == REC_CERTAIN);
	}
}

/* ---- sip.contact-fight, sip.contact-loop ---- */

static void
test_fight(void)
{
	static const struct {
		const char *name;
		unsigned own, by[3], back[3]; /* frames */
		const char *codes;
	} rows[] = {
	    {"twice each way", 1, {2, 2}, {13, 15}, "sip.contact-fight"},
	    {"once, and not back again", 1, {2, 2}, {13, 0}, ""},
	    {"by two others", 1, {2, 3}, {13, 15}, ""},
	    {"told by the first of both", 5, {2, 2}, {13, 15}, ""},
	    {"a third in between", 1, {2, 3, 2}, {13, 14, 15},
		"sip.contact-fight"},
	};
	for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
		struct rec_binding b;
		struct rec_displaced d[3];
		uint32_t n = 0;
		start();
		binding(&b);
		b.id.frame = frame(rows[i].own);
		for (; n < 3 && rows[i].by[n]; n++) {
			rec_init(&rec_displaced_type, &d[n]);
			d[n].at = (10 + n) * RS_SEC;
			d[n].frame = frame(20 + n);
			d[n].by.frame = frame(rows[i].by[n]);
			d[n].contact = RS_LIT("sip:2000@192.0.2.18");
			d[n].client.at.addr.family = 4;
			d[n].back_frame = frame(rows[i].back[n]);
			if (rows[i].back[n])
				d[n].back = (12 + n) * RS_SEC;
		}
		b.displaced = (struct rec_list){d, n, n};
		b.displaced_total = n;
		const struct diag_case k = {
		    .binding = &b, .coverage = &coverage};
		judge(&k);
		expect(rows[i].name, rows[i].codes);
		if (rows[i].codes[0]) {
			CU_ASSERT_EQUAL(certainty, REC_LIKELY);
			CU_ASSERT_EQUAL(n_evidence, 4);
			CU_ASSERT_STRING_EQUAL(
			    said_more, "sip.too-many-contacts");
		}
	}
}

static void
test_loop(void)
{
	struct rec_binding b;
	struct rec_move m[2] = {
	    {10 * RS_SEC, 11 * RS_SEC, {0, 5}, {0, 7}},
	    {20 * RS_SEC, 21 * RS_SEC, {0, 9}, {0, 11}},
	};
	start();
	binding(&b);
	b.moves = (struct rec_list){m, 2, 2};
	b.moves_total = 2;
	const struct diag_case k = {.binding = &b, .coverage = &coverage};
	judge(&k);
	expect("twice may be chance", "");
	b.moves_total = 3;
	judge(&k);
	expect("again and again", "sip.contact-loop");
	CU_ASSERT_STRING_EQUAL(said_more, "sip.alg-rewrite,nat.binding-lost");
	CU_ASSERT_PTR_NOT_NULL(strstr(evidence, "9 200, removed 11 200 to"));
}

/* ---- nat.binding-lost ---- */

static void
test_lost(void)
{
	struct rec_binding b;
	struct rec_unreached u;
	start();
	binding(&b);
	rec_init(&rec_unreached_type, &u);
	u.granted = 10 * RS_SEC;
	u.granted_frame = frame(5);
	u.port = 40001;
	u.answered = 40 * RS_SEC;
	u.answered_frame = frame(8);
	u.since = 70 * RS_SEC;
	u.frame = frame(9);
	u.again_frame = frame(11);
	u.back = 100 * RS_SEC;
	u.back_frame = frame(13);
	u.back_port = 40002;
	b.unreached = (struct rec_list){&u, 1, 1};
	b.unreached_total = 1;
	const struct diag_case k = {.binding = &b, .coverage = &coverage};
	judge(&k);
	expect("no answer", "nat.binding-lost");
	CU_ASSERT_EQUAL(certainty, REC_LIKELY);
	CU_ASSERT_STRING_EQUAL(
	    said_more, "sip.wrong-response-port,capture.incomplete");
	CU_ASSERT_PTR_NOT_NULL(
	    strstr(detail, "30.0 s after the last that was answered"));
	CU_ASSERT_EQUAL(n_evidence, 5);
	u.icmp = RS_LIT("3/3");
	u.icmp_frame = frame(10);
	u.answered = RS_NEVER;
	judge(&k);
	expect("refused", "nat.binding-lost");
	CU_ASSERT_STRING_EQUAL(said_more, "sip.wrong-response-port");
	CU_ASSERT_PTR_NOT_NULL(strstr(detail, "refused by ICMP 3/3"));
	struct rec_file files[2];
	rec_init(&rec_file_type, &files[0]);
	rec_init(&rec_file_type, &files[1]);
	files[0].first = 0;
	files[0].last = 75 * RS_SEC;
	files[1].first = files[1].last = 90 * RS_SEC;
	coverage.files = (struct rec_list){files, 2, 2};
	judge(&k);
	expect("between two files", "nat.binding-lost");
	CU_ASSERT_STRING_EQUAL(
	    said_more, "sip.wrong-response-port,capture.incomplete");
	coverage.drops_kernel = 1;
	judge(&k);
	expect("packets were dropped", "");
}

/* ---- phones ---- */

static void
phone(struct rec_phone *p)
{
	rec_init(&rec_phone_type, p);
	p->id.frame = frame(1);
	p->client.at.addr.family = 4;
	p->started = RS_SEC;
}

static void
test_partial(void)
{
	static const struct rs_span agents[] = {
	    {(const uint8_t *)"one", 3}, {(const uint8_t *)"two", 3}};
	static const struct {
		const char *name;
		unsigned good, bad, cut, agents;
		enum rec_certainty certainty;
		const char *codes;
		bool several_hosts;
		enum rec_outcome how; /* the bad ones failed; 0: refused */
	} rows[] = {
	    {"one of two", 1, 1, 0, 1, REC_CERTAIN, "sip.partial-lines", false,
		0},
	    {"two phones behind a NAT", 1, 1, 0, 1, 0, "", true, 0},
	    {"more than one phone, perhaps", 1, 1, 0, 2, REC_INFERRED,
		"sip.partial-lines", false, 0},
	    {"none", 0, 2, 0, 1, 0, "", false, 0},
	    {"all", 2, 0, 0, 1, 0, "", false, 0},
	    {"the other is not decided", 1, 0, 1, 1, 0, "", false, 0},
	    {"behind a NAT", 10, 7, 0, 2, 0, "", false, 0},
	    {"a large phone", 10, 7, 0, 1, REC_CERTAIN, "sip.partial-lines",
		false, 0},
	    {"no answer", 1, 1, 0, 1, REC_LIKELY, "sip.partial-lines", false,
		REC_TIMED_OUT},
	    {"it says no more", 1, 1, 0, 1, REC_LIKELY, "sip.partial-lines",
		false, REC_CHALLENGE_UNANSWERED},
	    {"its port is closed", 1, 1, 0, 1, REC_CERTAIN, "sip.partial-lines",
		false, REC_UNREACHABLE},
	};
	for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
		struct rec_phone p;
		struct rec_line l[20];
		uint32_t n = 0;
		enum rec_outcome how =
		    rows[i].how ? rows[i].how : REC_AUTH_FAILED;
		start();
		phone(&p);
		for (; n < rows[i].good + rows[i].bad + rows[i].cut; n++) {
			rec_init(&rec_line_type, &l[n]);
			l[n].aor = RS_LIT("sip:2000@example.com");
			l[n].frame = frame(10 + n);
			l[n].outcome = n < rows[i].good ? REC_REGISTERED
				       : n < rows[i].good + rows[i].bad
					   ? how
					   : REC_OUTCOME_NONE;
		}
		p.lines = (struct rec_list){l, n, n};
		p.user_agents = (struct rec_list){
		    (void *)(uintptr_t)agents, rows[i].agents, 2};
		p.several_hosts = rows[i].several_hosts;
		struct diag_case k = {.phone = &p, .coverage = &coverage};
		judge(&k);
		expect(rows[i].name, rows[i].codes);
		if (rows[i].codes[0])
			CU_ASSERT_EQUAL(certainty, rows[i].certainty);
		if (rows[i].certainty == REC_LIKELY)
			CU_ASSERT_STRING_EQUAL(said_more, "capture.incomplete");
		/* Not said once more of each of its attempts. */
		struct rec_registration r;
		rec_init(&rec_registration_type, &r);
		k.registration = &r;
		judge(&k);
		expect("of an attempt", "");
		struct rec_download d;
		rec_init(&rec_download_type, &d);
		k.registration = NULL;
		k.download = &d;
		judge(&k);
		expect("of a download", "");
	}
}

static void
test_scanner(void)
{
	static const struct rs_span agent = {
	    (const uint8_t *)"friendly-scanner", 16};
	struct rec_phone p;
	struct rec_line l;
	const struct diag_case k = {.phone = &p, .coverage = &coverage};
	start();
	phone(&p);
	rec_init(&rec_line_type, &l);
	l.frame = frame(3);
	l.outcome = REC_CHALLENGE_UNANSWERED;
	p.lines = (struct rec_list){&l, 1, 1};
	p.user_agents = (struct rec_list){(void *)(uintptr_t)&agent, 1, 1};
	p.attempts = 40;
	judge(&k);
	expect("a phone that fails", "");
	p.scanner = RS_TRUE;
	p.scanner_reason = RS_LIT("user_agent");
	judge(&k);
	expect("by its name", "noise.scanner");
	CU_ASSERT_EQUAL(certainty, REC_CERTAIN);
	CU_ASSERT_PTR_NOT_NULL(strstr(detail, "friendly-scanner"));
	p.scanner_reason = RS_LIT("many_users");
	judge(&k);
	expect("by its users", "noise.scanner");
	CU_ASSERT_EQUAL(certainty, REC_INFERRED);
}

static void
attempt(struct rec_registration *r, struct rec_transaction *t, uint32_t n)
{
	rec_init(&rec_registration_type, r);
	r->id.frame = frame(1);
	r->client.at.addr.family = r->server.at.addr.family = 4;
	r->aor = RS_LIT("sip:2000@example.com");
	r->auth_user = RS_LIT("2000");
	r->transport = REC_UDP;
	r->kind = REC_INITIAL;
	r->started = 100 * RS_SEC;
	for (uint32_t i = 0; i < n; i++) {
		rec_init(&rec_transaction_type, &t[i]);
		t[i].request_frame = frame(10 * i + 10);
		t[i].request_time = (100 + i) * RS_SEC;
		t[i].credentials = i ? RS_TRUE : RS_FALSE;
		t[i].server = r->server;
	}
	r->transactions = (struct rec_list){t, n, n};
}

static void
test_banned(void)
{
	static const struct {
		const char *name;
		int64_t since, until;
		uint16_t port;
		enum rec_outcome outcome;
		int64_t drops;
		const char *codes;
	} rows[] = {
	    {"banned", 100, 132, 5060, REC_TIMED_OUT, 0,
		"policy.source-banned"},
	    {"a later attempt of the same silence", 60, 140, 5060,
		REC_TIMED_OUT, 0, "policy.source-banned"},
	    {"before that silence", 101, 140, 5060, REC_TIMED_OUT, 0,
		"sip.no-answer"},
	    {"another server", 100, 132, 5061, REC_TIMED_OUT, 0,
		"sip.no-answer"},
	    {"answered", 100, 132, 5060, REC_REGISTERED, 0, ""},
	    {"drops", 100, 132, 5060, REC_TIMED_OUT, 1, "capture.incomplete"},
	};
	for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
		struct rec_registration r;
		struct rec_transaction t[1];
		struct rec_phone p;
		struct rec_silence s;
		start();
		attempt(&r, t, 1);
		phone(&p);
		r.server.at.port = t->server.at.port = 5060;
		r.outcome = rows[i].outcome;
		rec_init(&rec_silence_type, &s);
		s.server = r.server;
		s.server.at.port = rows[i].port;
		s.refused = 4;
		s.refused_frame = s.answered_frame = frame(3);
		s.since = rows[i].since * RS_SEC;
		s.until = rows[i].until * RS_SEC;
		s.frame = frame(9);
		s.attempts = 2;
		s.other = s.since + RS_SEC;
		s.other_frame = frame(12);
		s.other_client.at.addr.family = 4;
		p.silenced = (struct rec_list){&s, 1, 1};
		coverage.drops_kernel = rows[i].drops;
		const struct diag_case k = {
		    .registration = &r, .phone = &p, .coverage = &coverage};
		judge(&k);
		expect(rows[i].name, rows[i].codes);
		if (strcmp(said, "policy.source-banned") == 0) {
			CU_ASSERT_EQUAL(certainty, REC_LIKELY);
			CU_ASSERT_STRING_EQUAL(
			    said_more, "sip.no-answer,capture.incomplete");
			CU_ASSERT_PTR_NOT_NULL(strstr(evidence, "3 refused"));
			CU_ASSERT_PTR_NOT_NULL(
			    strstr(evidence, "12 answer to another"));
		}
	}
}

/* The SYNs of who is banned are dropped as well. */
static void
test_banned_tcp(void)
{
	struct rec_connection n;
	struct rec_phone p;
	struct rec_silence s;
	start();
	coverage.flows_tcp = 4;
	coverage.last = 200 * RS_SEC;
	phone(&p);
	rec_init(&rec_connection_type, &n);
	n.id.frame = n.syn_frame = frame(9);
	n.conn_state = RS_LIT("S0");
	n.syns = 6;
	n.started = 100 * RS_SEC;
	n.ended = 131 * RS_SEC;
	n.client.at.addr.family = n.server.at.addr.family = 4;
	n.server.at.port = 5060;
	rec_init(&rec_silence_type, &s);
	s.server = n.server;
	s.refused = 4;
	s.refused_frame = s.answered_frame = frame(3);
	s.since = n.started;
	s.until = 200 * RS_SEC;
	s.frame = frame(9);
	s.attempts = 2;
	s.other = 120 * RS_SEC;
	s.other_frame = frame(12);
	s.other_client.at.addr.family = 4;
	p.silenced = (struct rec_list){&s, 1, 1};
	const struct diag_case k = {
	    .connection = &n, .phone = &p, .coverage = &coverage};
	judge(&k);
	expect("SYNs of a banned phone", "policy.source-banned");
	CU_ASSERT_STRING_EQUAL(said_more, "tcp.no-answer,capture.incomplete");
	s.until = 99 * RS_SEC;
	judge(&k);
	expect("another time", "tcp.no-answer");
}

/* The same user registered here before. */
static void
test_was_right(void)
{
	static const struct {
		const char *name, *user, *realm;
		int64_t registered;
		const char *more;
		unsigned place;
	} rows[] = {
	    {"never", "2000", "r", 0, "sip.authorization-malformed", 0},
	    {"before", "2000", "r", 50,
		"sip.nonce-expired,sip.stale-loop,sip.authorization-malformed",
		0},
	    {"after: it may have been corrected", "2000", "r", 150,
		"sip.authorization-malformed", 0},
	    {"as another user", "3000", "r", 50, "sip.authorization-malformed",
		0},
	    {"in another realm", "2000", "s", 50, "sip.authorization-malformed",
		0},
	    {"another host behind the address", "2000", "r", 50,
		"sip.authorization-malformed", 1},
	};
	for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
		struct rec_registration r;
		struct rec_transaction t[2];
		struct rec_phone p;
		struct rec_line l;
		start();
		attempt(&r, t, 2);
		phone(&p);
		r.outcome = REC_AUTH_FAILED;
		t[0].status = t[1].status = 401;
		t[0].response_frame = frame(15);
		t[0].response_time = t[0].request_time + RS_MSEC;
		t[1].response_frame = frame(25);
		rec_init(&rec_line_type, &l);
		l.aor = r.aor;
		r.realm = RS_LIT("r");
		l.registered_as = rs_span_str(rows[i].user);
		l.place = rows[i].place;
		l.registered_realm = rs_span_str(rows[i].realm);
		l.registered_frame = frame(4);
		if (rows[i].registered)
			l.registered = rows[i].registered * RS_SEC;
		p.lines = (struct rec_list){&l, 1, 1};
		const struct diag_case k = {
		    .registration = &r, .phone = &p, .coverage = &coverage};
		judge(&k);
		expect(rows[i].name, "sip.credentials-refused");
		CU_ASSERT_STRING_EQUAL(said_more, rows[i].more);
		bool right = rows[i].more[4] == 'n';
		CU_ASSERT_EQUAL(
		    strstr(detail, "had registered from here") != NULL, right);
		CU_ASSERT_EQUAL(strstr(evidence, "4 200, the") != NULL, right);
	}
}

/* Told when to come again, and did not wait. */
static void
test_retry_after(void)
{
	struct rec_registration r;
	struct rec_transaction t[1];
	struct rec_phone p;
	struct rec_line l;
	start();
	attempt(&r, t, 1);
	phone(&p);
	r.outcome = REC_REJECTED;
	t->status = 503;
	t->response_frame = frame(15);
	t->response_time = 100 * RS_SEC;
	t->retry_after = 30;
	rec_init(&rec_line_type, &l);
	l.aor = r.aor;
	l.told = 100 * RS_SEC;
	l.told_frame = frame(15);
	p.lines = (struct rec_list){&l, 1, 1};
	const struct diag_case k = {
	    .registration = &r, .phone = &p, .coverage = &coverage};
	judge(&k);
	expect("waited", "sip.overloaded");
	CU_ASSERT_PTR_NULL(strstr(detail, "did not wait"));
	l.retried = 105 * RS_SEC;
	l.retried_frame = frame(16);
	judge(&k);
	expect("did not", "sip.overloaded");
	CU_ASSERT_PTR_NOT_NULL(
	    strstr(detail, "tried again 5000 ms later, and did not wait"));
	CU_ASSERT_PTR_NOT_NULL(strstr(evidence, "16 REGISTER, too early"));
	l.told_frame = frame(99);
	judge(&k);
	CU_ASSERT_PTR_NULL(strstr(detail, "did not wait"));
}

UNIT_MAIN("rules_cross", UNIT(test_lapsed), UNIT(test_lapsed_missed),
    UNIT(test_lapsed_between_files), UNIT(test_fight), UNIT(test_loop),
    UNIT(test_lost), UNIT(test_partial), UNIT(test_scanner), UNIT(test_banned),
    UNIT(test_banned_tcp), UNIT(test_was_right), UNIT(test_retry_after))
