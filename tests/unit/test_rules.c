/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Rules: a row where each fires and near misses where it must not.
 *
 * A row names the codes that its case yields, joined by commas; alternatives
 * follow in brackets where the row is about them.
 */
#include "rules_kit.h"

/* ---- connections ---- */

static struct rec_coverage two_way;

static void
coverage_start(void)
{
	rec_init(&rec_coverage_type, &two_way);
	two_way.flows_tcp = 4;
	two_way.flows_udp = 2;
	two_way.one_way_flows = 1;
	two_way.two_way_flows = 5;
	two_way.last = 33 * RS_SEC;
}

static void
test_net(void)
{
	static const struct {
		const char *name, *state, *icmp;
		int64_t syns, seconds, two_way, drops;
		uint8_t family;
		const char *codes;
	} rows[] = {
	    {"refused", "REJ", NULL, 1, 0, 1, 0, 4, "tcp.refused"},
	    {"refused after it was up", "RSTR", NULL, 1, 0, 1, 0, 4, ""},
	    {"silent", "S0", NULL, 3, 3, 1, 0, 4, "tcp.no-answer"},
	    {"one SYN", "S0", NULL, 1, 0, 1, 0, 4, ""},
	    {"two SYNs at once", "S0", NULL, 2, 0, 1, 0, 4, ""},
	    {"one-way capture", "S0", NULL, 3, 3, 0, 0, 4, ""},
	    {"capture with losses", "S0", NULL, 3, 3, 1, 9, 4, ""},
	    {"icmp", "S0", "3/13", 3, 3, 1, 0, 4, "tcp.icmp-rejected"},
	    {"icmp port", "S0", "3/3", 1, 0, 1, 0, 4, "tcp.icmp-rejected"},
	    {"icmp and refused", "REJ", "3/10", 1, 0, 1, 0, 4,
		"tcp.icmp-rejected"},
	    {"icmp v6", "S0", "1/4", 1, 0, 1, 0, 6, "tcp.icmp-rejected"},
	    {"fragmentation needed", "S0", "3/4", 1, 0, 1, 0, 4, ""},
	    {"source quench, silent", "S0", "4/0", 3, 3, 1, 0, 4,
		"tcp.no-answer"},
	    {"v6 packet too big", "S0", "2/0", 1, 0, 1, 0, 6, ""},
	    {"v6 time exceeded", "S0", "3/0", 1, 0, 1, 0, 6, ""},
	    {"up all the same", "SF", "3/1", 1, 0, 1, 0, 4, ""},
	    {"fine", "SF", NULL, 1, 9, 1, 0, 4, ""},
	};
	for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
		struct rec_connection c;
		coverage_start();
		two_way.two_way_flows = rows[i].two_way;
		two_way.drops_kernel = rows[i].drops;
		rec_init(&rec_connection_type, &c);
		c.id.frame = c.syn_frame = (struct rs_frame){0, 7};
		c.client.at.addr.family = c.server.at.addr.family =
		    rows[i].family;
		c.server.at.port = 5061;
		c.conn_state = rs_span_str(rows[i].state);
		c.icmp = rs_span_str(rows[i].icmp);
		c.syns = rows[i].syns;
		c.started = RS_SEC;
		c.ended = RS_SEC * (1 + rows[i].seconds);
		const struct diag_case k = {
		    .connection = &c, .coverage = &two_way};
		judge(&k);
		expect(rows[i].name, rows[i].codes);
	}
}

static void
test_syns(void)
{
	struct rec_connection c;
	struct rs_frame frames[] = {{0, 7}, {0, 19}, {0, 20}};
	coverage_start();
	rec_init(&rec_connection_type, &c);
	c.id.frame = c.syn_frame = frames[0];
	c.icmp_frame = frames[2];
	c.frames = (struct rec_list){frames, 3, 3};
	c.conn_state = RS_LIT("S0");
	c.syns = 6;
	c.started = RS_SEC;
	c.ended = 32 * RS_SEC;
	const struct diag_case k = {.connection = &c, .coverage = &two_way};
	judge(&k);
	expect("first and last", "tcp.no-answer");
	CU_ASSERT_PTR_NOT_NULL(strstr(evidence, "7 SYN 19 last SYN"));
	CU_ASSERT_PTR_NULL(strstr(evidence, "20 last SYN"));
	/* It ends before an answer would be too late. */
	two_way.last--;
	judge(&k);
	expect("the capture ends soon", "");
}

/* ---- registrations ---- */

struct sip_row {
	const char *name;
	enum rec_outcome outcome;
	/* up to four transactions: status, with credentials, stale, reason */
	struct {
		int status;
		bool credentials, stale;
		const char *reason;
	} t[4];
	int nonce_ms; /* from a challenge to its answer */
	int retry_after;
	const char *auth_user, *flaw;
	const char *codes, *alternatives;
};

#define AUTH true, false
#define BARE false, false

static const struct sip_row sip_rows[] = {
    {"fine", REC_REGISTERED, {{401, BARE, NULL}, {200, AUTH, NULL}}, 20, 0,
	"2000", NULL, "", ""},
    {"wrong password", REC_AUTH_FAILED,
	{{401, BARE, NULL}, {401, AUTH, "Unauthorized"}}, 20, 0, "2000", NULL,
	"sip.credentials-refused", "sip.authorization-malformed"},
    {"late answer", REC_AUTH_FAILED,
	{{401, BARE, NULL}, {401, AUTH, "Unauthorized"}}, 17000, 0, "2000",
	NULL, "sip.credentials-refused",
	"sip.nonce-expired,sip.authorization-malformed"},
    {"other user", REC_AUTH_FAILED,
	{{401, BARE, NULL}, {401, AUTH, "Unauthorized"}}, 20, 0, "3000", NULL,
	"sip.credentials-refused,sip.auth-user-differs",
	"sip.credentials-refused"},
    {"other user that succeeds", REC_REGISTERED,
	{{401, BARE, NULL}, {200, AUTH, NULL}}, 20, 0, "3000", NULL, "", ""},
    {"403", REC_REJECTED, {{401, BARE, NULL}, {403, AUTH, "Forbidden"}}, 20, 0,
	"2000", NULL, "sip.credentials-refused",
	"sip.refused-by-policy,sip.authorization-malformed"},
    {"403, in words", REC_REJECTED,
	{{401, BARE, NULL}, {403, AUTH, "Wrong password"}}, 17000, 0, "2000",
	NULL, "sip.credentials-refused",
	"sip.nonce-expired,sip.authorization-malformed"},
    {"403, in words, at once", REC_REJECTED,
	{{401, BARE, NULL}, {403, AUTH, "Wrong password"}}, 20, 0, "2000", NULL,
	"sip.credentials-refused", "sip.authorization-malformed"},
    {"nonce named", REC_AUTH_FAILED,
	{{401, BARE, NULL}, {401, AUTH, "nonce has changed"}}, 17000, 0, "2000",
	NULL, "sip.nonce-expired", "sip.credentials-refused"},
    {"stale once", REC_AUTH_FAILED,
	{{401, BARE, NULL}, {401, true, true, "Unauthorized"}}, 20, 0, "2000",
	NULL, "sip.nonce-expired", "sip.credentials-refused"},
    {"stale once, then fine", REC_REGISTERED,
	{{401, true, true, NULL}, {200, AUTH, NULL}}, 20, 0, "2000", NULL, "",
	""},
    {"stale again and again", REC_AUTH_FAILED,
	{{401, BARE, NULL}, {401, true, true, NULL}, {401, true, true, NULL}},
	20, 0, "2000", NULL, "sip.stale-loop", ""},
    {"stale, then refused", REC_AUTH_FAILED,
	{{401, true, true, NULL}, {401, AUTH, "Unauthorized"}}, 20, 0, "2000",
	NULL, "sip.credentials-refused", "sip.authorization-malformed"},
    {"policy", REC_REJECTED, {{404, BARE, "Not Found"}}, 0, 0, NULL, NULL,
	"sip.refused-by-policy", ""},
    {"403 at once", REC_REJECTED, {{403, BARE, "Forbidden"}}, 0, 0, NULL, NULL,
	"sip.refused-by-policy", "policy.source-banned"},
    {"603 at once", REC_REJECTED, {{603, BARE, "Decline"}}, 0, 0, NULL, NULL,
	"sip.refused-by-policy", "sip.too-many-contacts"},
    {"404 to credentials", REC_REJECTED,
	{{401, BARE, NULL}, {404, AUTH, "Not Found"}}, 20, 0, "2000", NULL, "",
	""},
    {"400", REC_REJECTED, {{400, BARE, "Bad Request"}}, 0, 0, NULL, NULL, "",
	""},
    {"423 twice", REC_REJECTED, {{423, BARE, NULL}, {423, BARE, NULL}}, 0, 0,
	NULL, NULL, "sip.interval-loop", ""},
    {"423 once", REC_REJECTED, {{423, BARE, NULL}}, 0, 0, NULL, NULL, "", ""},
    {"423, then fine", REC_REGISTERED, {{423, BARE, NULL}, {200, BARE, NULL}},
	0, 0, NULL, NULL, "", ""},
    {"overloaded", REC_REJECTED, {{503, BARE, "Overload"}}, 0, 30, NULL, NULL,
	"sip.overloaded", "policy.source-banned"},
    {"503 alone", REC_REJECTED, {{503, BARE, "Service Unavailable"}}, 0, 0,
	NULL, NULL, "", ""},
    {"not bound", REC_NOT_BOUND, {{200, BARE, NULL}}, 0, 0, NULL, NULL,
	"sip.contact-not-bound", "sip.alg-rewrite,sip.too-many-contacts"},
    {"no answer", REC_TIMED_OUT, {{0, BARE, NULL}}, 0, 0, NULL, NULL,
	"sip.no-answer", "policy.source-banned,capture.incomplete"},
    {"no answer to the longer one", REC_TIMED_OUT,
	{{401, BARE, NULL}, {0, AUTH, NULL}}, 20, 0, "2000", NULL,
	"sip.no-answer",
	"sip.fragments-lost,policy.source-banned,capture.incomplete"},
    {"no answer, a gap", REC_TIMED_OUT, {{0, BARE, NULL}}, 0, 0, NULL, "gap",
	"capture.incomplete", "sip.no-answer,policy.source-banned"},
    {"cut off", REC_CUT_OFF, {{0, BARE, NULL}}, 0, 0, NULL, NULL, "", ""},
    {"response refused", REC_TIMED_OUT, {{401, BARE, NULL}}, 0, 0, NULL,
	"response_refused", "sip.wrong-response-port", "nat.binding-lost"},
    {"response refused, then fine", REC_REGISTERED, {{200, BARE, NULL}}, 0, 0,
	NULL, "response_refused", "", ""},
};

static void
add_transaction(struct rec_registration *g, struct rec_arena *a,
    const struct sip_row *r, unsigned i)
{
	struct rec_transaction *t =
	    rec_list_add(&g->transactions, a, sizeof *t);
	t->cseq = i + 1;
	t->request_frame = (struct rs_frame){0, 10 * i + 1};
	t->request_time = (100 + i) * RS_SEC;
	t->response_time = RS_NEVER;
	t->credentials = r->t[i].credentials ? RS_TRUE : RS_FALSE;
	t->retransmissions = t->status = t->provisional = REC_ABSENT;
	t->delay = t->min_expires = t->retry_after = REC_ABSENT;
	if (r->retry_after)
		t->retry_after = r->retry_after;
	if (r->t[i].status == 0)
		return;
	t->status = r->t[i].status;
	t->reason = rs_span_str(r->t[i].reason);
	t->response_frame = (struct rs_frame){0, 10 * i + 2};
	t->response_time = t->request_time + RS_MSEC;
	if (t->status == 401) {
		struct rec_challenge *c =
		    rec_list_add(&t->challenges, a, sizeof *c);
		c->stale = r->t[i].stale ? RS_TRUE : RS_FALSE;
		c->nonce_age =
		    r->t[i].credentials && i + 1 < 4 && r->t[i + 1].status == 0
			? REC_ABSENT
			: r->nonce_ms * RS_MSEC;
	}
}

static void
fill_registration(
    struct rec_registration *g, struct rec_arena *a, const struct sip_row *r)
{
	rec_init(&rec_registration_type, g);
	g->id.frame = (struct rs_frame){0, 1};
	g->started = 100 * RS_SEC;
	g->ended = 140 * RS_SEC;
	g->client.at.addr.family = g->server.at.addr.family = 4;
	g->aor = RS_LIT("sip:2000@example.com");
	g->auth_user = rs_span_str(r->auth_user);
	g->transport = REC_UDP;
	g->kind = REC_INITIAL;
	g->outcome = r->outcome;
	for (unsigned i = 0;
	     i < 4 && (i == 0 || r->t[i].status || r->t[i].credentials); i++)
		add_transaction(g, a, r, i);
	if (r->flaw)
		*(struct rs_span *)rec_list_add(&g->flaws, a,
		    sizeof(struct rs_span)) = rs_span_str(r->flaw);
}

static void
test_sip(void)
{
	for (size_t i = 0; i < sizeof sip_rows / sizeof *sip_rows; i++) {
		const struct sip_row *r = &sip_rows[i];
		struct rec_arena a;
		struct rec_registration g;
		coverage_start();
		rec_arena_init(&a, NULL, NULL);
		fill_registration(&g, &a, r);
		const struct diag_case k = {
		    .registration = &g, .coverage = &two_way};
		judge(&k);
		expect(r->name, r->codes);
		CU_ASSERT_STRING_EQUAL(said_more, r->alternatives);
		rec_arena_clear(&a);
	}
}

/* A clock too coarse to tell when has nothing to say of when. */
static void
test_challenge_age(void)
{
	struct rec_arena a;
	struct rec_registration g;
	struct sip_row r = {"", REC_AUTH_FAILED,
	    {{401, BARE, NULL}, {401, AUTH, "Unauthorized"}}, 20, 0, "2000",
	    NULL, NULL, NULL};
	for (r.nonce_ms = 0; r.nonce_ms <= 20; r.nonce_ms += 20) {
		rec_arena_init(&a, NULL, NULL);
		fill_registration(&g, &a, &r);
		coverage_start();
		const struct diag_case k = {
		    .registration = &g, .coverage = &two_way};
		judge(&k);
		expect("refused", "sip.credentials-refused");
		CU_ASSERT_EQUAL(strstr(detail, "after the challenge") != NULL,
		    r.nonce_ms > 0);
		rec_arena_clear(&a);
	}
}

/* "No answer" needs a capture that would have shown one. */
static void
test_no_answer_needs_both_directions(void)
{
	struct rec_arena a;
	struct rec_registration g;
	struct rec_connection c;
	const struct sip_row r = {
	    "", REC_TIMED_OUT, {{0, BARE, NULL}}, 0, 0, NULL, NULL, NULL, NULL};
	rec_arena_init(&a, NULL, NULL);
	fill_registration(&g, &a, &r);
	coverage_start();
	two_way.one_way_flows = 6;
	two_way.two_way_flows = 0;
	struct diag_case k = {.registration = &g, .coverage = &two_way};
	judge(&k);
	expect("all flows one-way", "capture.incomplete");
	two_way.one_way_flows = 1;
	judge(&k);
	expect("the others too short to tell", "capture.incomplete");
	rec_init(&rec_connection_type, &c);
	c.id.frame = c.syn_ack_frame = (struct rs_frame){0, 2};
	c.conn_state = RS_LIT("S1");
	k.connection = &c;
	judge(&k);
	expect("its own connection went both ways", "sip.no-answer");
	two_way.drops_kernel = 5;
	judge(&k);
	expect("losses", "capture.incomplete");
	k.connection = NULL;
	k.coverage = NULL;
	judge(&k);
	expect("nothing known of the capture", "");
	rec_arena_clear(&a);
}

/* Over UDP who has no answer asks again; but some phones never do. */
static void
test_no_answer_is_asked_again(void)
{
	static const struct {
		const char *name;
		enum rec_transport transport;
		int64_t repeats, responses;
		const char *code;
	} rows[] = {
	    {"not repeated", REC_UDP, 0, 0, "capture.incomplete"},
	    {"repeated", REC_UDP, 1, 0, "sip.no-answer"},
	    {"others are answered", REC_UDP, 0, 3, "sip.no-answer"},
	    {"TCP repeats for it", REC_TCP, 0, 0, "sip.no-answer"},
	};
	const struct sip_row r = {
	    "", REC_TIMED_OUT, {{0, BARE, NULL}}, 0, 0, NULL, NULL, NULL, NULL};
	for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
		struct rec_arena a;
		struct rec_registration g;
		struct rec_count n = {RS_LIT("401"), rows[i].responses};
		rec_arena_init(&a, NULL, NULL);
		fill_registration(&g, &a, &r);
		g.transport = rows[i].transport;
		((struct rec_transaction *)g.transactions.v)->retransmissions =
		    rows[i].repeats;
		coverage_start();
		two_way.responses_to_register = (struct rec_list){&n, 1, 1};
		const struct diag_case k = {
		    .registration = &g, .coverage = &two_way};
		judge(&k);
		expect(rows[i].name, rows[i].code);
		rec_arena_clear(&a);
	}
	coverage_start();
}

/* Where the service has it so, another user says nothing. */
static void
test_other_user_is_usual(void)
{
	struct rec_arena a;
	struct rec_registration g;
	struct profile usual = {.other_user = true}, other = {0};
	const struct sip_row r = {"", REC_AUTH_FAILED,
	    {{401, BARE, NULL}, {401, AUTH, "Unauthorized"}}, 20, 0, "3000",
	    NULL, NULL, NULL};
	struct diag_case k = {
	    .registration = &g, .profile = &other, .told = PROFILE_BY_PORT};
	rec_arena_init(&a, NULL, NULL);
	fill_registration(&g, &a, &r);
	judge(&k);
	expect("a hint", "sip.credentials-refused,sip.auth-user-differs");
	k.profile = &usual;
	judge(&k);
	expect("none", "sip.credentials-refused");
	rec_arena_clear(&a);
}

/* Over TCP the request was taken; an ICMP error says that it was not. */
static void
test_no_answer_by_transport(void)
{
	struct rec_arena a;
	struct rec_registration g;
	struct rec_connection c;
	const struct sip_row r = {
	    "", REC_TIMED_OUT, {{0, BARE, NULL}}, 0, 0, NULL, NULL, NULL, NULL};
	rec_arena_init(&a, NULL, NULL);
	fill_registration(&g, &a, &r);
	g.transport = REC_TCP;
	coverage_start();
	rec_init(&rec_connection_type, &c);
	c.id.frame = (struct rs_frame){0, 1};
	c.syn_ack_frame = (struct rs_frame){0, 2};
	c.conn_state = RS_LIT("S1");
	c.retransmissions_client = 0;
	struct diag_case k = {
	    .registration = &g, .connection = &c, .coverage = &two_way};
	judge(&k);
	expect("taken by TCP", "sip.no-answer");
	CU_ASSERT_PTR_NOT_NULL(strstr(detail, "the server had it"));
	CU_ASSERT_PTR_NULL(strstr(advice, "ban"));
	CU_ASSERT_PTR_NOT_NULL(strstr(evidence, "2 SYN-ACK"));
	c.retransmissions_client = 5;
	judge(&k);
	CU_ASSERT_PTR_NULL(strstr(detail, "the server had it"));
	k.connection = NULL;
	g.transport = REC_UDP;
	g.outcome = REC_UNREACHABLE;
	judge(&k);
	expect("unreachable, and how is not known", "");
	g.icmp = RS_LIT("3/3");
	g.icmp_frame = (struct rs_frame){0, 4};
	judge(&k);
	expect("ICMP", "sip.no-answer");
	CU_ASSERT_EQUAL(certainty, REC_CERTAIN);
	CU_ASSERT_PTR_NOT_NULL(strstr(detail, "nothing listens there"));
	CU_ASSERT_PTR_NOT_NULL(strstr(evidence, "4 ICMP"));
	g.icmp = RS_LIT("3/13");
	judge(&k);
	CU_ASSERT_PTR_NOT_NULL(strstr(detail, "filter"));
	g.outcome = REC_TIMED_OUT;
	struct rs_span refused = RS_LIT("response_refused");
	g.flaws = (struct rec_list){&refused, 1, 1};
	judge(&k);
	expect("the response", "sip.wrong-response-port");
	CU_ASSERT_PTR_NULL(strstr(detail, "nobody listens"));
	g.icmp = RS_LIT("3/3");
	judge(&k);
	CU_ASSERT_PTR_NOT_NULL(strstr(detail, "nobody listens"));
	g.flaws.n = 0;
	g.icmp = RS_LIT("3/4");
	((struct rec_transaction *)g.transactions.v)->retransmissions = 10;
	judge(&k);
	expect("too big", "sip.no-answer");
	CU_ASSERT_EQUAL(certainty, REC_LIKELY);
	CU_ASSERT_PTR_NOT_NULL(strstr(detail, "ICMP 3/4"));
	CU_ASSERT_PTR_NULL(strstr(detail, "no way"));
	CU_ASSERT_PTR_NOT_NULL(strstr(evidence, "4 ICMP error"));
	rec_arena_clear(&a);
}

/* A challenge that stays unanswered is no cause, but for SHA. */
static void
test_digest_unsupported(void)
{
	static const struct {
		const char *name, *algorithm;
		enum rec_outcome outcome;
		uint32_t again; /* frame of a repeat of the request */
		const char *flaw, *codes;
		enum rec_certainty certainty;
	} challenges[] = {
	    {"MD5", "MD5", REC_CHALLENGE_UNANSWERED, 0, NULL, "", 0},
	    {"none", NULL, REC_CHALLENGE_UNANSWERED, 0, NULL, "", 0},
	    {"SHA-256", "SHA-256", REC_CHALLENGE_UNANSWERED, 0, NULL,
		"sip.digest-unsupported", REC_LIKELY},
	    {"SHA-256, cut off", "SHA-256", REC_CUT_OFF, 0, NULL, "", 0},
	    {"asked again after it", "SHA-256", REC_CHALLENGE_UNANSWERED, 7,
		NULL, "sip.digest-unsupported", REC_INFERRED},
	    {"asked again before it", "SHA-256", REC_CHALLENGE_UNANSWERED, 1,
		NULL, "sip.digest-unsupported", REC_LIKELY},
	    {"the challenge is refused", "SHA-256", REC_CHALLENGE_UNANSWERED,
		7, "response_refused", "sip.wrong-response-port", REC_LIKELY},
	};
	for (size_t i = 0; i < sizeof challenges / sizeof *challenges; i++) {
		struct rec_arena a;
		struct rec_registration g;
		struct sip_row r = {"", challenges[i].outcome,
		    {{401, BARE, NULL}}, 0, 0, NULL, challenges[i].flaw, NULL,
		    NULL};
		struct rs_frame again = {0, challenges[i].again};
		rec_arena_init(&a, NULL, NULL);
		fill_registration(&g, &a, &r);
		struct rec_transaction *t = g.transactions.v;
		((struct rec_challenge *)t->challenges.v)->algorithm =
		    rs_span_str(challenges[i].algorithm);
		if (again.number)
			t->request_frames = (struct rec_list){&again, 1, 1};
		const struct diag_case k = {.registration = &g};
		judge(&k);
		expect(challenges[i].name, challenges[i].codes);
		if (challenges[i].codes[0])
			CU_ASSERT_EQUAL(certainty, challenges[i].certainty);
		rec_arena_clear(&a);
	}
}

/* Only what is wrong with the response's way is told. */
static void
test_response_refused(void)
{
	static const struct {
		const char *name, *icmp;
		struct rs_endpoint from, to;
		const char *codes, *title, *detail;
	} rows[] = {
	    {"to another port", "3/3", {{.family = 4}, 5060},
		{{.family = 4}, 5070}, "sip.wrong-response-port", "to a port",
		"nobody listens on the port"},
	    {"to the port of the request", "3/3", {{.family = 4}, 5060},
		{{.family = 4}, 5062}, "sip.wrong-response-port", "to a port",
		"went to the port that the request came from"},
	    {"from another address", "3/3", {{.family = 4, .b = {9}}, 5060},
		{{.family = 4}, 5062}, "sip.wrong-response-port",
		"from another address", "came from 9.0.0.0:5060, and"},
	    {"a filter", "3/13", {{.family = 4}, 5060}, {{.family = 4}, 5070},
		"sip.wrong-response-port", "does not get to",
		"a filter does not"},
	};
	const struct sip_row r = {"", REC_CHALLENGE_UNANSWERED,
	    {{401, BARE, NULL}}, 0, 0, NULL, "response_refused", NULL, NULL};
	for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
		struct rec_arena a;
		struct rec_registration g;
		rec_arena_init(&a, NULL, NULL);
		fill_registration(&g, &a, &r);
		struct rec_transaction *t = g.transactions.v;
		g.client.at.port = 5062;
		g.server.at.port = 5060;
		t->server = g.server;
		g.icmp = rs_span_str(rows[i].icmp);
		g.refused_from.at = rows[i].from;
		g.refused_to.at = rows[i].to;
		const struct diag_case k = {.registration = &g};
		judge(&k);
		expect(rows[i].name, rows[i].codes);
		if (rows[i].title) {
			CU_ASSERT_PTR_NOT_NULL(strstr(title, rows[i].title));
			CU_ASSERT_PTR_NOT_NULL(strstr(detail, rows[i].detail));
		}
		rec_arena_clear(&a);
	}
}

/* The credentials are for a realm that no challenge named. */
static void
test_realm(void)
{
	struct rec_arena a;
	struct rec_registration g;
	const struct sip_row r = {"", REC_AUTH_FAILED,
	    {{401, BARE, NULL}, {401, AUTH, NULL}}, 20, 0, "2000", NULL, NULL,
	    NULL};
	rec_arena_init(&a, NULL, NULL);
	fill_registration(&g, &a, &r);
	struct rec_transaction *t = g.transactions.v;
	((struct rec_challenge *)t->challenges.v)->realm = RS_LIT("one");
	g.realm = RS_LIT("one");
	const struct diag_case k = {.registration = &g};
	judge(&k);
	CU_ASSERT_PTR_NULL(strstr(said_more, "sip.realm-mismatch"));
	g.realm = RS_LIT("two");
	judge(&k);
	CU_ASSERT_PTR_NOT_NULL(strstr(said_more, "sip.realm-mismatch"));
	rec_arena_clear(&a);
}

/* SIP in clear to a TLS port. */
static void
test_clear_sip(void)
{
	static const struct {
		const char *name;
		enum rec_outcome outcome;
		enum rec_transport transport;
		uint16_t port;
		enum rec_side closed_by;
		const char *codes;
	} rows[] = {
	    {"closed by the server", REC_CONNECTION_LOST, REC_TCP, 5061,
		REC_SERVER, "tls.not-tls"},
	    {"closed by the phone", REC_CONNECTION_LOST, REC_TCP, 5061,
		REC_CLIENT, ""},
	    {"on a clear port", REC_CONNECTION_LOST, REC_TCP, 5060, REC_SERVER,
		""},
	    {"in TLS", REC_CONNECTION_LOST, REC_TLS, 5061, REC_SERVER, ""},
	    {"answered", REC_REGISTERED, REC_TCP, 5061, REC_SERVER, ""},
	};
	for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
		struct rec_registration g;
		struct rec_connection c;
		struct rs_frame frame = {0, 6};
		struct rec_transaction t = {.request_frame = {0, 6}};
		rec_init(&rec_registration_type, &g);
		rec_init(&rec_connection_type, &c);
		g.id.frame = frame;
		g.frames = (struct rec_list){&frame, 1, 1};
		g.transactions = (struct rec_list){&t, 1, 1};
		g.outcome = rows[i].outcome;
		g.transport = rows[i].transport;
		g.server.at.port = rows[i].port;
		c.id.frame = (struct rs_frame){0, 3};
		c.closed_by = rows[i].closed_by;
		c.conn_state = RS_LIT("SF");
		c.close_frame = (struct rs_frame){0, 8};
		c.closed_how = RS_LIT("fin");
		const struct diag_case k = {
		    .registration = &g, .connection = &c};
		judge(&k);
		expect(rows[i].name, rows[i].codes);
		if (rows[i].codes[0])
			CU_ASSERT_STRING_EQUAL(evidence, "6 REGISTER 8 fin");
	}
}

/* That each fires in some row is looked at by tests/checks/findings.sh. */
static void
test_codes(void)
{
	for (size_t i = 0; i < diag_n_rules; i++) {
		unit_row(diag_rules[i]->code);
		CU_ASSERT_PTR_NOT_NULL(diag_rules[i]->check);
		for (size_t j = 0; j < i; j++)
			CU_ASSERT_STRING_NOT_EQUAL(
			    diag_rules[i]->code, diag_rules[j]->code);
	}
}

UNIT_MAIN("rules", UNIT(test_net), UNIT(test_syns), UNIT(test_sip),
    UNIT(test_challenge_age), UNIT(test_no_answer_needs_both_directions),
    UNIT(test_no_answer_is_asked_again),
    UNIT(test_other_user_is_usual),
    UNIT(test_no_answer_by_transport), UNIT(test_digest_unsupported),
    UNIT(test_response_refused),
    UNIT(test_realm), UNIT(test_clear_sip), UNIT(test_codes))
