/* SPDX-License-Identifier: Apache-2.0 */
/* Attempts: a row per way to be fooled. */
#define _GNU_SOURCE /* memmem */
#include "reg_kit.h"

static void
test_traps(void)
{
	static const struct row rows[] = {
	    {"one Call-ID, two AORs",
		"@0.000" REG("a", "1", "") "@0.010" REG_OF("bob", "call-1", "b",
		    "2",
		    "Contact: <sip:bob@192.0.2.10>\n") "@0.020" ANS_OF("bob",
		    "call-1", "b", "2", "403 No", "") "@0.040" OK("a", "1"),
		"0-1 alice registered initial 200 rrd=40.000 auth=40.000 "
		"end=40.000 exp=3600/3600 txns=200 [1 4]\n"
		"0-2 bob rejected initial 403 end=20.000 txns=403 [2 3]\n"},
	    {"AOR case: the host has none, the user has",
		"@0.000" REG_OF("alice", "c", "a", "1",
		    CONTACT) "@0.010" ANS_OF("alice", "c", "a", "1", "401 U",
		    ASK("n")) "@0.020 >>>\nREGISTER sips:example.com SIP/2.0\n"
			      "Via: SIP/2.0/UDP h;branch=z9hG4bKb\n"
			      "From: <sip:x@y>;tag=f\nTo: <sips:alice@EXAMPLE.com:5061;a=b>\n"
			      "Call-ID: c\nCSeq: 2 REGISTER\n" CONTACT AUTH(
				  "n") "@0.030 <<<\nSIP/2.0 403 No\n"
				       "Via: SIP/2.0/UDP h;branch=z9hG4bKb\n"
				       "From: <sip:x@y>;tag=f\nTo: <sips:alice@example.com>\n"
				       "Call-ID: c\nCSeq: 2 REGISTER\n",
		"0-1 alice rejected initial 403 ch=10.000 ca=10.000 end=30.000 "
		"exp=3600 txns=401,403 [1 2 3 4]\n"},
	    {"RFC 2543: no cookie, no branch at all",
		"@0.000 >>>\nREGISTER sip:example.com SIP/2.0\n"
		"Via: SIP/2.0/UDP 192.0.2.10\nFrom: <sip:alice@h>;tag=1\n"
		"To: <sip:alice@h>\nCall-ID: c\nCSeq: 1 REGISTER\n" CONTACT
		"@0.500 >>>\nREGISTER sip:example.com SIP/2.0\n"
		"Via: SIP/2.0/UDP 192.0.2.10\nFrom: <sip:alice@h>;tag=1\n"
		"To: <sip:alice@h>\nCall-ID: c\nCSeq: 1 REGISTER\n" CONTACT
		"@0.600 <<<\nSIP/2.0 403 No\nVia: SIP/2.0/UDP 192.0.2.10\n"
		"From: <sip:alice@h>;tag=1\nTo: <sip:alice@h>;tag=2\n"
		"Call-ID: c\nCSeq: 1 REGISTER\n",
		"0-1 alice rejected initial 403 end=600.000 exp=3600 "
		"txns=403*1 [1 2 3]\n"},
	    {"pipelined, different only in branch",
		"@0.000" REG("a", "1", "") "@0.001" REG(
		    "b", "1", "") "@0.010" NO("a", "1", "n1") "@0.011" NO("b",
		    "1", "n2") "@0.020" REG("c", "2",
		    AUTH("n2")) "@0.030" OK("c", "2"),
		"0-1 alice registered initial 200 rrd=30.000 auth=10.000 "
		"ch=10.000 ca=10.000 end=30.000 exp=3600/3600 "
		"txns=401,401,200 [1 2 3 4 5 6]\n"},
	    {"the network has every frame twice",
		"@0.000" REG("a", "1", "") "@0.001" REG(
		    "a", "1", "") "@0.020" OK("a", "1") "@0.021" OK("a", "1"),
		"0-1 alice registered initial 200 rrd=20.000 auth=20.000 "
		"end=20.000 exp=3600/3600 txns=200 [1 2 3 4] "
		"-duplicate_frames\n"},
	    {"both sides of a NAT: one registration",
		"@flow x udp 203.0.113.9:1024 198.51.100.1:5060\n"
		"@0.000" REG("a", "1", "") "@0.001 x" REG("a", "1",
		    "") "@0.010 x" NO("a", "1", "n1") "@0.011" NO("a", "1",
		    "n1") "@0.020" REG("b", "2", AUTH("n1")) "@0.021 x" REG("b",
		    "2",
		    AUTH("n1")) "@0.030 x" OK("b", "2") "@0.031" OK("b", "2"),
		"0-1 alice registered initial 200 rrd=31.000 auth=11.000 "
		"ch=11.000 ca=9.000 end=31.000 exp=3600/3600 txns=401,200 "
		"[1 4 5 8] leg delay=1.000 [2 3 6 7]\n"},
	    {"a proxy, TCP then UDP, host of the AOR rewritten",
		TCP
		"@flow x udp 198.51.100.1:5060 198.51.100.200:5060\n"
		"@0.000 a" REG("a", "1",
		    "") "@0.001 x >>>\nREGISTER sip:inner SIP/2.0\n"
			"Via: SIP/2.0/UDP 198.51.100.1;branch=z9hG4bKp\n"
			"From: <sip:alice@inner>;tag=f\nTo: <sip:alice@inner>\n"
			"Call-ID: call-1\nCSeq: 1 REGISTER\n"
			"Contact: <sip:alice@198.51.100.1>\n"
			"@0.010 x <<<\nSIP/2.0 403 No\n"
			"Via: SIP/2.0/UDP 198.51.100.1;branch=z9hG4bKp\n"
			"From: <sip:alice@inner>;tag=f\nTo: <sip:alice@inner>\n"
			"Call-ID: call-1\nCSeq: 1 REGISTER\n"
			"@0.011 a" ANS("a", "1", "403 No", ""),
		"0-1 alice rejected initial 403 end=11.000 exp=3600 txns=403 "
		"[1 4] leg delay=1.000 [2 3]\n"},
	    {"near miss: another client, same Call-ID, another CSeq",
		"@flow x udp 203.0.113.9:1024 198.51.100.1:5060\n"
		"@0.000" REG("a", "1", "") "@0.001 x" REG(
		    "b", "7", "") "@0.002 time\n",
		"0-1 alice cut_off initial end=0.000 exp=3600 txns=- [1]\n"
		"0-2 alice cut_off initial end=1.000 exp=3600 txns=- [2]\n"},
	    {"IMS: a user name with empty nonce is no credentials",
		"@0.000" REG("a", "1",
		    "Authorization: Digest username=\"alice\","
		    "realm=\"r\",nonce=\"\",uri=\"sip:h\",response=\"\"\n") "@0.020" NO("a",
		    "1", "n1") "@121.000 time\n",
		"0-1 alice challenge_unanswered initial 401 ch=20.000 "
		"end=120020.000 exp=3600 txns=401 [1 2]\n"},
	    {"the challenge was not captured",
		"@0.000" REG("a", "1", "") "@0.030" REG(
		    "b", "2", AUTH("n1")) "@0.050" OK("b", "2"),
		"0-1 alice registered initial 200 rrd=50.000 auth=20.000 "
		"end=50.000 exp=3600/3600 txns=-,200 [1 2 3] "
		"-challenge_not_captured\n"},
	    {"nothing of the server was captured: it had a challenge, though",
		"@0.000" REG("a", "1", "") "@0.030" REG(
		    "b", "2", AUTH("n1")) "@4.030" REG("b", "2",
		    AUTH("n1")) "@40.000 time\n",
		"0-1 alice cut_off initial end=4030.000 exp=3600 txns=-,-*1 "
		"[1 2 3] -challenge_not_captured\n"},
	    {"near miss: that server answered later on, and then no more",
		"@0.000" REG("a", "1", "") "@0.030" REG(
		    "b", "2", AUTH("n1")) "@0.050" NO("b", "2",
		    "n2") "@0.070" REG("c", "3", AUTH("n2")) "@40.000 time\n",
		"0-1 alice timed_out initial 401 ch=20.000 ca=20.000 "
		"end=32070.000 exp=3600 txns=-,401,- [1 2 3 4] -challenge_not_captured\n"},
	    {"a response whose request was not captured", "@0.000" OK("a", "1"),
		""},
	    {"an answer that stands before its request",
		"@0.000" REG("a", "1", "") "@0.010" NO(
		    "a", "1", "n1") "@0.020" OK("b", "2") "@0.020" REG("b", "2",
		    AUTH("n1")) "@90.000 time\n",
		"0-1 alice cut_off initial 401 ch=10.000 ca=10.000 "
		"end=20.000 exp=3600 txns=401,- [1 2 4] -answer_first\n"},
	    {"credentials that were not captured, and what they got",
		"@0.000" REG("a", "1", "") "@0.010" NO(
		    "a", "1", "n1") "@0.020" OK("b", "2") "@200.000 time\n",
		"0-1 alice cut_off initial 401 ch=10.000 end=10.000 "
		"exp=3600 txns=401 [1 2] -drops\n"},
	    {"retries every minute: an attempt each",
		"@0.000" REG("a", "1", "") "@0.010" NO("a", "1",
		    "n1") "@0.020" REG("b", "2", AUTH("n1")) "@0.030" NO("b",
		    "2", "n2") "@60.000" REG("c", "3",
		    AUTH("n2")) "@60.010" NO("c", "3", "n3") "@120.000 time\n",
		"0-1 alice auth_failed initial 401 ch=10.000 ca=10.000 "
		"end=30.000 exp=3600 txns=401,401 [1 2 3 4]\n"
		"0-5 alice auth_failed initial 401 ch=10.000 end=60010.000 "
		"exp=3600 txns=401 [5 6]\n"},
	    {"a removal is no answer to the challenge before it",
		"@0.000" REG("a", "1", "") "@0.010" NO(
		    "a", "1", "n1") "@0.020" REG_OF("alice", "call-1", "b", "2",
		    "Contact: <sip:alice@192.0.2.10>;expires=0\n" AUTH(
			"n1")) "@0.030" ANS("b", "2", "200 OK", ""),
		"0-1 alice challenge_unanswered initial 401 ch=10.000 "
		"end=20.000 exp=3600 txns=401 [1 2]\n"
		"0-3 alice unregistered removal 200 rrd=10.000 auth=10.000 "
		"end=30.000 exp=0 txns=200 [3 4]\n"},
	    {"late repeats belong to the attempt, and begin none",
		"@0.000" REG("a", "1", "") "@0.400" OK("a", "1") "@0.500" REG(
		    "a", "1", "") "@0.600" OK("a", "1") "@20.000" REG("a", "1",
		    "") "@20.100" OK("a", "1"),
		"0-1 alice registered initial 200 rrd=400.000 auth=400.000 "
		"end=400.000 exp=3600/3600 txns=200*1 [1 2 3 4]\n"},
	    {"without Call-ID, CSeq, To",
		"@0.000 >>>\nREGISTER sip:h SIP/2.0\n"
		"Via: SIP/2.0/UDP h;branch=z9hG4bK1\n",
		"0-1  cut_off query end=0.000 txns=- [1] -no_call_id -no_cseq "
		"-no_to -no_from\n"},
	};
	RUN(rows);
}

/* Sixteen refusals in half a second are one attempt; so are 200, with a flaw
   for those that are not told one by one. */
static void
test_loops(void)
{
	static char text[400000];
	static const unsigned rounds[] = {16, 200};
	for (size_t i = 0; i < 2; i++) {
		size_t n = 0;
		for (unsigned j = 0; j < rounds[i]; j++)
			n += (size_t)snprintf(text + n, sizeof text - n,
			    "@0.%03u" REG("%u", "%u", AUTH("n%u")) "@0.%03u" NO(
				"%u", "%u", "n%u"),
			    j * 4, j, j + 1, j, j * 4 + 2, j, j + 1, j + 1);
		struct tell t;
		tell_init(&t, 0);
		const char *told = tell_run(&t, text);
		unsigned long lines = 0;
		for (const char *p = told; (p = strchr(p, '\n')); p++)
			lines++;
		CU_ASSERT_EQUAL(lines, 1);
		CU_ASSERT_PTR_NOT_NULL(strstr(told, "auth_failed"));
		CU_ASSERT_PTR_NOT_NULL(strstr(told, i ? ",..64" : ",..16"));
		CU_ASSERT_EQUAL(
		    strstr(told, "too_many_transactions") != NULL, i == 1);
		CU_ASSERT(tell_clear(&t));
	}
}

/* What no record may hold (DESIGN 3.5). */
static void
test_no_secrets(void)
{
	struct tell t;
	tell_init(&t, 0);
	tell_run(&t, "@0.000" REG("a", "1", "") "@0.020" NO(
			 "a", "1", "SECRETNONCE1") "@0.030" REG("b", "2",
			 AUTH("SECRETNONCE1")) "@0.050" NO("b", "2",
			 "SECRETNONCE2") "@0.060" REG("c", "3",
			 "Proxy-Authorization: Bearer SECRETTOKEN\n" AUTH(
			     "SECRETNONCE2")) "@0.090" OK("c", "3"));
	CU_ASSERT(t.bytes.n > 200);
	CU_ASSERT_PTR_NOT_NULL(memmem(t.bytes.p, t.bytes.n, "alice", 5));
	CU_ASSERT_PTR_NULL(memmem(t.bytes.p, t.bytes.n, "SECRET", 6));
	CU_ASSERT_PTR_NULL(strstr(t.text, "SECRET"));
	CU_ASSERT(tell_clear(&t));
}

/* What a proxy and a token add: "realm user", and which challenges are
   answered. */
static void
whose(void *arg, const struct rec_type *type, const void *rec)
{
	char *to = arg;
	const struct rec_registration *r = rec;
	const struct rec_transaction *x = r->transactions.v;
	(void)type;
	to +=
	    sprintf(to, "%.*s %.*s", (int)r->realm.n, (const char *)r->realm.p,
		(int)r->auth_user.n, (const char *)r->auth_user.p);
	for (uint32_t i = 0; i < r->transactions.n; i++) {
		const struct rec_challenge *c = x[i].challenges.v;
		for (uint32_t j = 0; j < x[i].challenges.n; j++)
			to += sprintf(to, " %d", c[j].answered == RS_TRUE);
	}
}

static void
test_whose_credentials(void)
{
	static const struct {
		const char *name, *transcript, *expected;
	} rows[] = {
	    {"the registrar's before the proxy's",
		"@0.000" REG("a", "1", "") "@0.020" NO(
		    "a", "1", "n1") "@0.030" REG("b", "2",
		    "Proxy-Authorization: Digest username=\"bob\",realm=\"p\","
		    "nonce=\"n0\",response=\"x\"\n" AUTH("n1")) "@0.050" OK("b",
		    "2"),
		"r alice 1"},
	    {"a token answers what asks for one",
		"@0.000" REG("a", "1", "") "@0.020" ANS("a", "1",
		    "401 Unauthorized",
		    "WWW-Authenticate: Bearer authz_server=\"h\"\n" ASK(
			"n1")) "@0.030" REG("b", "2",
		    "Authorization: Bearer t\n") "@0.050" OK("b", "2"),
		"r  1 0"},
	    {"near miss: digest does not",
		"@0.000" REG("a", "1", "") "@0.020" ANS("a", "1",
		    "401 Unauthorized",
		    "WWW-Authenticate: Bearer authz_server=\"h\"\n" ASK(
			"n1")) "@0.030" REG("b", "2",
		    AUTH("n1")) "@0.050" OK("b", "2"),
		"r alice 0 1"},
	};
	for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
		char said[200] = "";
		const struct rec_sink sink = {whose, said};
		struct tell t;
		tell_init(&t, 0);
		t.also = &sink;
		tell_run(&t, rows[i].transcript);
		unit_row(rows[i].name);
		CU_ASSERT_STRING_EQUAL(said, rows[i].expected);
		CU_ASSERT(tell_clear(&t));
	}
}

static void
nonce_ages(void *arg, const struct rec_type *type, const void *rec)
{
	int64_t *ages = arg;
	const struct rec_registration *r = rec;
	const struct rec_transaction *x = r->transactions.v;
	(void)type;
	for (uint32_t i = 0; i < r->transactions.n && i < 3; i++) {
		const struct rec_challenge *c = x[i].challenges.v;
		ages[i] = x[i].challenges.n ? c->nonce_age : -1;
	}
}

static void
test_nonce_age(void)
{
	int64_t ages[3] = {0};
	const struct rec_sink sink = {nonce_ages, ages};
	struct tell t;
	tell_init(&t, 0);
	t.also = &sink;
	/* The second answer uses the first nonce again. */
	tell_run(&t,
	    "@0.000" REG("a", "1", "") "@0.020" NO("a", "1", "n1") "@0.030" REG(
		"b", "2", AUTH("n1")) "@0.050" NO("b", "2",
		"n2") "@0.060" REG("c", "3", AUTH("n1")) "@0.090" OK("c", "3"));
	CU_ASSERT_EQUAL(ages[0], 10 * RS_MSEC);
	CU_ASSERT_EQUAL(ages[1], REC_ABSENT);
	CU_ASSERT_EQUAL(ages[2], -1);
	CU_ASSERT(tell_clear(&t));
}

/* Never-answered requests over a small budget: evicted ones are counted and
   told as cut off, never as timed out. */
/* The clock of the capture was set back, or a file of before was put behind. */
static void
test_time_steps_back(void)
{
#define BOB(time)                                                              \
 time REG_OF("bob", "call-2", "x", "1", "Contact: <sip:bob@192.0.2.11>\n")
	static const struct row rows[] = {
	    {"answered all the same",
		BOB("@4000.000") "@0.000" REG("a", "1", "") "@0.020" NO(
		    "a", "1", "n1") "@0.030" REG("b", "2",
		    AUTH("n1")) "@0.060" OK("b", "2"),
		"0-1 bob cut_off initial end=4000000.000 txns=- [1]\n"
		"0-2 alice registered initial 200 rrd=60.000 auth=30.000 "
		"ch=20.000 ca=10.000 end=60.000 exp=3600/3600 "
		"txns=401,200 [2 3 4 5]\n"},
	    {"between a request and its answer",
		"@0.500" REG("a", "1", "") "@0.020" OK("a", "1"),
		"0-1 alice registered initial 200 end=20.000 exp=3600/3600 "
		"txns=200 [1 2]\n"},
	    {"not answered before it ends",
		BOB("@4000.000") "@0.000" REG("a", "1", "") "@40.000 time\n",
		"0-1 bob cut_off initial end=4000000.000 txns=- [1]\n"
		"0-2 alice cut_off initial end=0.000 exp=3600 txns=- [2]\n"},
	    {"not answered, and the clock caught up",
		BOB("@100.000") "@0.000" REG("a", "1", "") "@140.000 time\n",
		"0-1 bob timed_out initial end=132000.000 txns=- [1]\n"
		"0-2 alice timed_out initial end=132000.000 exp=3600 "
		"txns=- [2]\n"},
	};
	RUN(rows);
}

UNIT_MAIN("reg_traps", UNIT(test_traps), UNIT(test_loops),
    UNIT(test_no_secrets), UNIT(test_nonce_age), UNIT(test_whose_credentials),
    UNIT(test_time_steps_back))
