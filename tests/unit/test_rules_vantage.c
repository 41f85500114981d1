/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What the place of the capture carries: each verdict that hangs on it, seen
 * near the phone, near the registrar, and where that is not known.
 */
#include "rules_kit.h"

enum place { UNKNOWN, PHONE, REGISTRAR, PLACES };
static const char *const places[PLACES] = {"unknown", "phone", "registrar"};

static struct rec_arena arena;
static struct rec_coverage coverage;
static struct rec_registration reg;
static struct rec_connection conn;
static struct rec_binding binding;

static struct rs_frame
frame(uint64_t n)
{
	return (struct rs_frame){0, n};
}

static void
start(void)
{
	rec_arena_init(&arena, NULL, NULL);
	rec_init(&rec_coverage_type, &coverage);
	rec_init(&rec_registration_type, &reg);
	rec_init(&rec_connection_type, &conn);
	rec_init(&rec_binding_type, &binding);
	coverage.flows_udp = coverage.flows_tcp = 4;
	coverage.one_way_flows = 1;
	coverage.two_way_flows = 7;
	reg.id.frame = conn.id.frame = binding.id.frame = frame(1);
	reg.client.at.addr.family = reg.server.at.addr.family = 4;
	conn.client = binding.client = reg.client;
	conn.server = binding.server = reg.server;
	reg.transport = binding.transport = REC_UDP;
	reg.outcome = REC_TIMED_OUT;
}

/* One more REGISTER of reg, and what came of it. */
static struct rec_transaction *
sent(int64_t status, bool credentials)
{
	struct rec_transaction *t =
	    rec_list_add(&reg.transactions, &arena, sizeof *t);
	rec_init(&rec_transaction_type, t);
	t->credentials = credentials ? RS_TRUE : RS_FALSE;
	t->request_frame = frame(2 * reg.transactions.n);
	t->request_time = reg.transactions.n * RS_SEC;
	t->status = status ? status : REC_ABSENT;
	t->fragmented = RS_FALSE;
	if (status) {
		t->response_frame = frame(2 * reg.transactions.n + 1);
		t->response_time = t->request_time + RS_MSEC;
	}
	return t;
}

/* What is to be said at each place. */
struct want {
	enum rec_certainty certainty;
	const char *in_detail; /* NULL: nothing of the place */
	const char *in_title;
};

static void
at_each(const struct diag_case *c, const char *code,
    const struct want wants[PLACES])
{
	for (enum place p = UNKNOWN; p < PLACES; p++) {
		const struct want *w = &wants[p];
		coverage.vantage = rs_span_str(places[p]);
		judge(c);
		expect(places[p], code);
		CU_ASSERT_EQUAL(certainty, w->certainty);
		CU_ASSERT_PTR_NOT_NULL(strstr(title, w->in_title));
		const char *place = strstr(detail, "the capture");
		if (place == NULL)
			place = strstr(detail, "The capture is near");
		if (w->in_detail)
			place = strstr(detail, w->in_detail);
		CU_ASSERT_EQUAL(place != NULL, w->in_detail != NULL);
	}
}

static void
test_no_answer(void)
{
	static const char *const none = "REGISTER gets no answer";
	static const char *const does_not = "The registrar does not answer";
	const struct want datagram[PLACES] = {
	    {REC_LIKELY, NULL, none},
	    {REC_LIKELY, "whether it reached the registrar", none},
	    {REC_LIKELY, "as far as the capture, near the registrar", does_not},
	};
	/* TCP says that the server had it, wherever that was seen. */
	const struct want acknowledged[PLACES] = {
	    {REC_LIKELY, NULL, does_not},
	    {REC_LIKELY, NULL, does_not},
	    {REC_LIKELY, NULL, does_not},
	};
	start();
	sent(0, false);
	const struct diag_case udp = {
	    .registration = &reg, .coverage = &coverage};
	at_each(&udp, "sip.no-answer", datagram);
	reg.transport = REC_TCP;
	conn.conn_state = RS_LIT("S1");
	conn.syn_ack_frame = frame(9);
	conn.retransmissions_client = 0;
	const struct diag_case tcp = {
	    .registration = &reg, .connection = &conn, .coverage = &coverage};
	at_each(&tcp, "sip.no-answer", acknowledged);
	rec_arena_clear(&arena);
}

static void
test_syns(void)
{
	const struct want wants[PLACES] = {
	    {REC_LIKELY, NULL, ""},
	    {REC_LIKELY, "whether they reached the server", ""},
	    {REC_LIKELY, "as far as the capture, near the registrar", ""},
	};
	start();
	conn.conn_state = RS_LIT("S0");
	conn.syns = 3;
	conn.syn_frame = frame(1);
	conn.started = 0;
	conn.ended = 7 * RS_SEC;
	coverage.last = 32 * RS_SEC;
	const struct diag_case k = {.connection = &conn, .coverage = &coverage};
	at_each(&k, "tcp.no-answer", wants);
	CU_ASSERT_PTR_NOT_NULL(strstr(advice, "server itself"));
	rec_arena_clear(&arena);
}

static void
test_challenge(void)
{
	const struct want datagram[PLACES] = {
	    {REC_LIKELY, NULL, ""},
	    {REC_LIKELY, NULL, ""},
	    {REC_INFERRED, "whether the challenge reached the phone", ""},
	};
	const struct want acknowledged[PLACES] = {
	    {REC_LIKELY, NULL, ""},
	    {REC_LIKELY, NULL, ""},
	    {REC_LIKELY, NULL, ""},
	};
	start();
	reg.outcome = REC_CHALLENGE_UNANSWERED;
	struct rec_challenge *c =
	    rec_list_add(&sent(401, false)->challenges, &arena, sizeof *c);
	rec_init(&rec_challenge_type, c);
	c->algorithm = RS_LIT("SHA-256");
	const struct diag_case k = {
	    .registration = &reg, .coverage = &coverage};
	at_each(&k, "sip.digest-unsupported", datagram);
	CU_ASSERT_STRING_EQUAL(
	    said_more, "sip.wrong-response-port,capture.incomplete");
	reg.transport = REC_TCP;
	at_each(&k, "sip.digest-unsupported", acknowledged);
	rec_arena_clear(&arena);
}

static void
test_fragments(void)
{
	const struct want wants[PLACES] = {
	    {REC_LIKELY, NULL, ""},
	    {REC_LIKELY, NULL, ""},
	    {REC_INFERRED, "All fragments came as far as the capture", ""},
	};
	start();
	sent(401, false)->request_size = 400;
	struct rec_transaction *t = sent(0, true);
	t->request_size = 2000;
	t->fragmented = RS_TRUE;
	const struct diag_case k = {
	    .registration = &reg, .coverage = &coverage};
	at_each(&k, "sip.fragments-lost", wants);
	CU_ASSERT_STRING_EQUAL(
	    said_more, "sip.no-answer,policy.source-banned,capture.incomplete");
	rec_arena_clear(&arena);
}

static void
test_rewritten(void)
{
	const struct want wants[PLACES] = {
	    {REC_CERTAIN, NULL, "Something on the way"},
	    {REC_CERTAIN, NULL, "Something on the way"},
	    {REC_INFERRED, "it may be its own doing", "another Via"},
	};
	start();
	reg.outcome = REC_REGISTERED;
	sent(200, false);
	*(struct rs_span *)rec_list_add(
	    &reg.flaws, &arena, sizeof(struct rs_span)) = RS_LIT("via_changed");
	const struct diag_case k = {
	    .registration = &reg, .coverage = &coverage};
	at_each(&k, "sip.alg-rewrite", wants);
	rec_arena_clear(&arena);
}

/* What was repeated near who should have answered had come through. */
static void
test_forgotten(void)
{
	const struct want by_phone[PLACES] = {
	    {REC_LIKELY, NULL, ""},
	    {REC_LIKELY, NULL, ""},
	    {REC_INFERRED, "or the server forgot it itself", ""},
	};
	const struct want by_server[PLACES] = {
	    {REC_LIKELY, NULL, ""},
	    {REC_INFERRED, "or the phone forgot it itself", ""},
	    {REC_LIKELY, NULL, ""},
	};
	start();
	conn.conn_state = RS_LIT("S1");
	conn.bytes_client = conn.bytes_server = 100;
	conn.gaps = 0;
	conn.idle = 300 * RS_SEC;
	conn.idle_by = REC_CLIENT;
	conn.idle_answered = RS_FALSE;
	conn.idle_reset = RS_FALSE;
	conn.idle_repeats = 6;
	conn.idle_waited = 20 * RS_SEC;
	conn.idle_frame = frame(12);
	const struct diag_case k = {.connection = &conn, .coverage = &coverage};
	at_each(&k, "tcp.idle-dropped", by_phone);
	conn.idle_by = REC_SERVER;
	at_each(&k, "tcp.idle-dropped", by_server);
	rec_arena_clear(&arena);
}

static void
test_nat(void)
{
	const struct want wants[PLACES] = {
	    {REC_LIKELY, NULL, "A NAT has forgotten"},
	    {REC_INFERRED, "they had passed a NAT", "A NAT has forgotten"},
	    {REC_LIKELY, NULL, "A NAT has forgotten"},
	};
	struct rec_unreached u;
	start();
	rec_init(&rec_unreached_type, &u);
	u.granted = 10 * RS_SEC;
	u.granted_frame = frame(5);
	u.port = 40001;
	u.since = 70 * RS_SEC;
	u.frame = frame(9);
	u.back = 100 * RS_SEC;
	u.back_frame = frame(13);
	u.back_port = 40002;
	binding.unreached = (struct rec_list){&u, 1, 1};
	binding.unreached_total = 1;
	const struct diag_case k = {.binding = &binding, .coverage = &coverage};
	at_each(&k, "nat.binding-lost", wants);
	rec_arena_clear(&arena);
}

UNIT_MAIN("rules_vantage", UNIT(test_no_answer), UNIT(test_syns),
    UNIT(test_challenge), UNIT(test_fragments), UNIT(test_rewritten),
    UNIT(test_forgotten), UNIT(test_nat))
