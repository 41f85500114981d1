/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Rules about how a REGISTER was formed, from the messages on: a row where each
 * fires, and near misses where it must not.
 */
#include "rules_kit.h"
#include "tell.h"

#include <stdlib.h>

#define HASH32 "0123456789abcdef0123456789abcdef"
#define VIA(branch) "Via: SIP/2.0/UDP 192.0.2.10:5060;branch=z9hG4bK" branch
#define HEAD(branch, cseq)                                                     \
 VIA(branch)                                                                   \
 ";rport\nFrom: <sip:alice@example.com>;tag=f\nTo: <sip:alice@example.com>\n"  \
 "Call-ID: c1\nCSeq: " cseq " REGISTER\n"
#define REG(at, branch, cseq, more)                                            \
 "@" at " >>>\nREGISTER sip:example.com SIP/2.0\n" HEAD(branch,                \
     cseq) "Contact: <sip:alice@192.0.2.10:5060>\nExpires: 3600\n" more
#define ANS(at, branch, cseq, status, more)                                    \
 "@" at " <<<\nSIP/2.0 " status "\n" HEAD(branch, cseq) more
#define ASK                                                                    \
 "WWW-Authenticate: Digest realm=\"r\",nonce=\"n1\",qop=\"auth\","             \
 "algorithm=MD5\n"
#define ASK_ANEW                                                               \
 "WWW-Authenticate: Digest realm=\"r\",nonce=\"n2\",qop=\"auth\"\n"
#define CREDENTIALS(realm, rest)                                               \
 "Authorization: Digest username=\"alice\",realm=\"" realm                     \
 "\",nonce=\"n1\",uri=\"sip:example.com\"," rest "\n"
#define PROXY_ASK                                                              \
 "Proxy-Authenticate: Digest realm=\"p\",nonce=\"n0\",qop=\"auth\"\n"
#define PROXY_CREDENTIALS                                                      \
 "Proxy-Authorization: Digest username=\"alice\",realm=\"p\",nonce=\"n0\","    \
 "uri=\"sip:example.com\"," FULL "\n"
#define ASK_BOTH                                                               \
 "WWW-Authenticate: Digest realm=\"r\",nonce=\"n1\",qop=\"auth, auth-int\"\n"
#define ASK_SHORT "Authenticate: Digest realm=\"r\",nonce=\"n1\",qop=\"auth\"\n"
#define INT "qop=auth-int,nc=00000001,cnonce=\"x\",response=\"" HASH32 "\""
#define FULL "qop=auth,nc=00000001,cnonce=\"x\",response=\"" HASH32 "\""
#define BOUND "200 OK\nContact: <sip:alice@192.0.2.10:5060>;expires=3600"
/* A challenge, and its answer that gets `status`. */
#define ROUND(credentials, status)                                             \
 REG("0.000", "a", "1", "")                                                    \
 ANS("0.020", "a", "1", "401 Unauthorized", ASK)                               \
 REG("0.030", "b", "2", credentials)                                           \
 ANS("0.050", "b", "2", status, "")

#define TOLD(header)                                                           \
 REG("0.000", "a", "1", "")                                                    \
 ANS("0.020", "a", "1", "401 Unauthorized", ASK)                               \
 REG("0.030", "b", "2", CREDENTIALS("r", FULL))                                \
 ANS("0.050", "b", "2", "403 Forbidden", header)
#define WARNED(warning) TOLD("Warning: " warning "\n")

/* A proxy, the registrar behind it, and the proxy again. */
#define TWO_ASK(first, second)                                                 \
 REG("0.000", "a", "1", "")                                                    \
 ANS("0.020", "a", "1", "407 Proxy Authentication Required", PROXY_ASK)        \
 REG("0.030", "b", "2", first)                                                 \
 ANS("0.050", "b", "2", "401 Unauthorized", ASK)                               \
 REG("0.060", "c", "3", second)                                                \
 ANS("0.080", "c", "3", "407 Proxy Authentication Required", PROXY_ASK)

static void
on_record(void *arg, const struct rec_type *type, const void *rec)
{
	(void)arg;
	const struct diag_case c = {.registration = rec};
	if (type == &rec_registration_type)
		judge(&c);
}

static void
run(const char *name, const char *transcript, const char *codes)
{
	struct tell t;
	const struct rec_sink also = {on_record, NULL};
	tell_init(&t, 0);
	t.also = &also;
	said[0] = 0;
	(void)tell_run(&t, transcript);
	expect(name, codes);
	CU_ASSERT_PTR_NULL(strstr(detail, HASH32));
	CU_ASSERT(tell_clear(&t));
}

static void
test_credentials(void)
{
	static const struct {
		const char *name, *transcript, *codes;
	} rows[] = {
	    {"well formed, refused",
		ROUND(CREDENTIALS("r", FULL), "401 Unauthorized"),
		"sip.credentials-refused"},
	    {"another realm",
		ROUND(CREDENTIALS("other", FULL), "401 Unauthorized"),
		"sip.realm-mismatch"},
	    {"another realm, accepted all the same",
		ROUND(CREDENTIALS("other", FULL), BOUND), ""},
	    {"no nonce count",
		ROUND(CREDENTIALS(
			  "r", "qop=auth,cnonce=\"x\",response=\"" HASH32 "\""),
		    "403 Forbidden"),
		"sip.authorization-malformed"},
	    {"a count that is no count",
		ROUND(CREDENTIALS("r",
			  "qop=auth,nc=1,cnonce=\"x\",response=\"" HASH32 "\""),
		    "401 Unauthorized"),
		"sip.authorization-malformed"},
	    {"a response of another length",
		ROUND(CREDENTIALS("r",
			  "qop=auth,nc=00000001,cnonce=\"x\",response=\"ab\""),
		    "401 Unauthorized"),
		"sip.authorization-malformed"},
	    {"without qop, as RFC 2069 has it, refused",
		ROUND(CREDENTIALS("r", "response=\"" HASH32 "\""),
		    "401 Unauthorized"),
		"sip.credentials-refused"},
	    {"a qop that is not the one offered",
		ROUND(CREDENTIALS("r", INT), "401 Unauthorized"),
		"sip.authorization-malformed"},
	    {"a qop of those offered",
		REG("0.000", "a", "1", "")
		    ANS("0.020", "a", "1", "401 Unauthorized", ASK_BOTH)
			REG("0.030", "b", "2", CREDENTIALS("r", INT))
			    ANS("0.050", "b", "2", "401 Unauthorized", ""),
		"sip.credentials-refused"},
	    {"in the header for a registrar, and a proxy asked",
		REG("0.000", "a", "1", "") ANS("0.020", "a", "1",
		    "407 Proxy Authentication Required", "Proxy-" ASK_SHORT)
		    REG("0.030", "b", "2", CREDENTIALS("r", FULL)) ANS("0.050",
			"b", "2", "407 Proxy Authentication Required",
			"Proxy-" ASK_SHORT),
		"sip.authorization-malformed"},
	    {"the same, and called bad",
		ROUND(CREDENTIALS("r", "response=\"" HASH32 "\""),
		    "400 Bad Request"),
		"sip.authorization-malformed"},
	    {"a proxy has its credentials, and the registrar asks",
		REG("0.000", "a", "1", "") ANS("0.020", "a", "1",
		    "407 Proxy Authentication Required", PROXY_ASK)
		    REG("0.030", "b", "2", PROXY_CREDENTIALS)
			ANS("0.050", "b", "2", "401 Unauthorized", ASK),
		""},
	    {"a proxy asks again for its own",
		REG("0.000", "a", "1", "") ANS("0.020", "a", "1",
		    "407 Proxy Authentication Required", PROXY_ASK)
		    REG("0.030", "b", "2", PROXY_CREDENTIALS) ANS("0.050", "b",
			"2", "407 Proxy Authentication Required", PROXY_ASK),
		"sip.credentials-refused"},
	    {"two ask, and each answer is to one of them",
		TWO_ASK(PROXY_CREDENTIALS, CREDENTIALS("r", FULL)),
		"sip.realm-mismatch"},
	    {"two ask, and one refuses an answer to both",
		TWO_ASK(PROXY_CREDENTIALS,
		    PROXY_CREDENTIALS CREDENTIALS("r", FULL)),
		"sip.credentials-refused"},
	    {"403", ROUND(CREDENTIALS("r", FULL), "403 Forbidden"),
		"sip.credentials-refused"},
	    {"403, another cause in words",
		ROUND(CREDENTIALS("r", FULL),
		    "403 Forbidden - TLS required for this account"),
		"sip.refused-by-policy"},
	    {"403, of the credentials",
		ROUND(CREDENTIALS("r", FULL), "403 Forbidden (Bad auth)"),
		"sip.credentials-refused"},
	    {"403, of the password",
		ROUND(CREDENTIALS("r", FULL), "403 Wrong password"),
		"sip.credentials-refused"},
	    {"403, of authentication",
		ROUND(CREDENTIALS("r", FULL), "403 Authentication failure"),
		"sip.credentials-refused"},
	    {"403, of the user",
		ROUND(CREDENTIALS("r", FULL), "403 User unknown"),
		"sip.credentials-refused"},
	    {"403, words that name no cause",
		ROUND(CREDENTIALS("r", FULL),
		    "403 Access denied, registration not allowed"),
		"sip.credentials-refused"},
	    {"403, of a secret",
		ROUND(CREDENTIALS("r", FULL), "403 Wrong PIN entered"),
		"sip.credentials-refused"},
	    {"403, of the account",
		ROUND(CREDENTIALS("r", FULL), "403 Account not found"),
		"sip.credentials-refused"},
	    {"403, in another language",
		ROUND(CREDENTIALS("r", FULL), "403 Cl\xc3\xa9 fausse"),
		"sip.credentials-refused"},
	    {"403, another cause in a warning",
		WARNED("399 pbx.auth.example \"TLS required\""),
		"sip.refused-by-policy"},
	    {"403, a warning of credentials",
		WARNED("399 pbx \"Digest does not fit\""),
		"sip.credentials-refused"},
	    {"403, a warning for whoever looks for faults",
		WARNED("392 192.0.2.1:5060 \"Noisy feedback tells:  pid=1 "
		       "via_cnt==1\""),
		"sip.credentials-refused"},
	    {"403, a reason that gateways add",
		TOLD("Reason: Q.850;cause=21;text=\"Call Rejected\"\n"),
		"sip.credentials-refused"},
	    {"403, one without words", TOLD("Reason: Q.850 ; cause=21\n"),
		"sip.credentials-refused"},
	    {"401, with other words",
		ROUND(CREDENTIALS("r", FULL), "401 TLS required"),
		"sip.credentials-refused"},
	    {"a token",
		ROUND("Authorization: Bearer abc.def\n", "401 Unauthorized"),
		"sip.bearer"},
	    {"a token that is good",
		ROUND("Authorization: Bearer abc.def\n", BOUND), ""},
	};
	for (size_t i = 0; i < sizeof rows / sizeof *rows; i++)
		run(rows[i].name, rows[i].transcript, rows[i].codes);
}

/* What else is seen of credentials that were refused is told with it. */
static void
test_seen_with_it(void)
{
	run("a nonce of another time",
	    REG("0.000", "a", "1", "")
		ANS("0.020", "a", "1", "401 Unauthorized", ASK_ANEW)
		    REG("0.030", "b", "2", CREDENTIALS("r", FULL))
			ANS("0.050", "b", "2", "401 Unauthorized", ""),
	    "sip.credentials-refused");
	CU_ASSERT_PTR_NOT_NULL(strstr(detail, "no challenge seen here gave"));
	CU_ASSERT_PTR_NULL(strstr(detail, "after the challenge"));
	CU_ASSERT_PTR_NOT_NULL(strstr(said_more, "sip.nonce-expired"));
	run("refused, and accepted",
	    ROUND(CREDENTIALS("r", FULL), "401 Unauthorized") REG("0.530", "b",
		"2", CREDENTIALS("r", FULL)) ANS("0.550", "b", "2", BOUND, ""),
	    "sip.credentials-refused");
	CU_ASSERT_EQUAL(certainty, REC_INFERRED);
	CU_ASSERT_PTR_NOT_NULL(strstr(detail, "another final response"));
}

static void
test_count_used_again(void)
{
	run("the same count with the same nonce",
	    REG("0.000", "a", "1", "")
		ANS("0.020", "a", "1", "401 Unauthorized", ASK)
		    REG("0.030", "b", "2", CREDENTIALS("r", FULL))
			ANS("0.050", "b", "2", "401 Unauthorized", ASK_ANEW)
			    REG("0.060", "c", "3", CREDENTIALS("r", FULL))
				ANS("0.070", "c", "3", "403 Forbidden", ""),
	    "sip.authorization-malformed");
	CU_ASSERT_PTR_NOT_NULL(strstr(detail, "used before"));
	run("the registrar offers the nonce again",
	    REG("0.000", "a", "1", "")
		ANS("0.020", "a", "1", "401 Unauthorized", ASK)
		    REG("0.030", "b", "2", CREDENTIALS("r", FULL))
			ANS("0.050", "b", "2", "401 Unauthorized", ASK)
			    REG("0.060", "c", "3", CREDENTIALS("r", FULL))
				ANS("0.070", "c", "3", "403 Forbidden", ""),
	    "sip.credentials-refused");
}

static void
test_refusals(void)
{
	static const struct {
		const char *name, *transcript, *codes;
	} rows[] = {
	    {"420",
		REG("0.0", "a", "1", "Require: gruu\n") ANS("0.1", "a", "1",
		    "420 Bad Extension", "Unsupported: gruu\n"),
		"sip.extension-refused"},
	    {"439",
		REG("0.0", "a", "1", "") ANS("0.1", "a", "1",
		    "439 First Hop Lacks Outbound Support", ""),
		"sip.extension-refused"},
	    {"494, and the capture ends",
		REG("0.0", "a", "1", "")
		    ANS("0.1", "a", "1", "494 Security Agreement Required", ""),
		""},
	    {"494 begins an agreement",
		REG("0.0", "a", "1", "")
		    ANS("0.1", "a", "1", "494 Security Agreement Required",
			"Security-Server: digest\n")
			REG("0.2", "b", "2", "Security-Verify: digest\n")
			    ANS("0.3", "b", "2", BOUND, ""),
		""},
	    {"400 names no extension",
		REG("0.0", "a", "1", "") ANS(
		    "0.1", "a", "1", "400 Bad Request", "Unsupported: gruu\n"),
		""},
	    {"too many",
		REG("0.0", "a", "1", "")
		    ANS("0.1", "a", "1", "503 Too Many Contacts", ""),
		"sip.too-many-contacts"},
	    {"too many, by Kamailio",
		REG("0.0", "a", "1", "")
		    ANS("0.1", "a", "1", "503 Service Unavailable",
			"P-Registrar-Error: Too many registered contacts\n"),
		"sip.too-many-contacts"},
	    {"too many, by a warning",
		REG("0.0", "a", "1", "") ANS("0.1", "a", "1", "403 Forbidden",
		    "Warning: 399 reg.example.com \"Max bindings\"\n"),
		"sip.too-many-contacts,sip.refused-by-policy"},
	    {"another warning",
		REG("0.0", "a", "1", "")
		    ANS("0.1", "a", "1", "503 Service Unavailable",
			"Warning: 399 reg.example.com \"Maintenance\"\n"),
		""},
	    {"many calls are no contacts",
		REG("0.0", "a", "1", "")
		    ANS("0.1", "a", "1", "503 Too Many Calls", ""),
		""},
	};
	for (size_t i = 0; i < sizeof rows / sizeof *rows; i++)
		run(rows[i].name, rows[i].transcript, rows[i].codes);
}

#define BRIEF(at, branch, cseq, more)                                          \
 ANS(at, branch, cseq, "423 Interval Too Brief", more)
#define ASK_FOR(at, branch, cseq, more)                                        \
 "@" at " >>>\nREGISTER sip:example.com SIP/2.0\n" HEAD(                       \
     branch, cseq) "Contact: <sip:alice@192.0.2.10:5060>\n" more

/* A number that is not in the messages is not told as 0. */
/* A phone that had no time to try again is not judged for sure. */
static void
test_refused_early(void)
{
	const char *said_420 = REG("0.0", "a", "1", "")
	    ANS("0.1", "a", "1", "420 Bad Extension", "");
	run("420, and the capture ends", said_420, "sip.extension-refused");
	CU_ASSERT_EQUAL(certainty, REC_LIKELY);
	CU_ASSERT_PTR_NOT_NULL(strstr(detail, "ends too soon"));
	run("420, and no other try",
	    REG("0.0", "a", "1", "")
		ANS("0.1", "a", "1", "420 Bad Extension", "") "@200.0 "
							      ">>>\n\n",
	    "sip.extension-refused");
	CU_ASSERT_EQUAL(certainty, REC_CERTAIN);
	CU_ASSERT_STRING_EQUAL(detail, "420 Bad Extension.");
}

static void
test_interval(void)
{
	run("both numbers are there",
	    ASK_FOR("0.0", "a", "1", "Expires: 5\n") BRIEF("0.1", "a", "1",
		"Min-Expires: 60\n") ASK_FOR("0.2", "b", "2", "Expires: 5\n")
		BRIEF("0.3", "b", "2", "Min-Expires: 60\n") "@200.0 >>>\n\n",
	    "sip.interval-loop");
	CU_ASSERT_STRING_EQUAL(detail,
	    "2 times 423; asked for 5 s, the registrar wants at least 60 s.");
	run("neither is",
	    ASK_FOR("0.0", "a", "1", "") BRIEF("0.1", "a", "1", "")
		ASK_FOR("0.2", "b", "2", "")
		    BRIEF("0.3", "b", "2", "") "@200.0 >>>\n\n",
	    "sip.interval-loop");
	CU_ASSERT_STRING_EQUAL(detail, "2 times 423.");
}

static void
test_via(void)
{
	run("the response has another branch",
	    REG("0.000", "a", "1", "")
		ANS("0.020", "z", "1", "403 Forbidden", ""),
	    "sip.refused-by-policy,sip.alg-rewrite");
	run("the same, and all went well",
	    REG("0.000", "a", "1", "") ANS("0.020", "z", "1", BOUND, ""),
	    "sip.alg-rewrite");
	run("the response to another CSeq is nobody's",
	    REG("0.000", "a", "1", "")
		ANS("0.020", "z", "7", "403 Forbidden", ""),
	    "");
}

/* A REGISTER of that many bytes and more, in these frames, and no answer. */
static void
fragments(const char *name, int64_t bytes, enum rs_fact first,
    enum rs_fact second, const char *codes)
{
	struct rec_registration r;
	struct rec_transaction t[2];
	struct rec_challenge ask;
	struct rec_coverage g;
	rec_init(&rec_coverage_type, &g);
	g.flows_udp = 2;
	g.two_way_flows = 2;
	rec_init(&rec_registration_type, &r);
	rec_init(&rec_challenge_type, &ask);
	for (int i = 0; i < 2; i++) {
		rec_init(&rec_transaction_type, &t[i]);
		t[i].request_frame = (struct rs_frame){0, 1 + 2u * (unsigned)i};
		t[i].request_time = i * RS_SEC;
	}
	t[0].status = 401;
	t[0].response_frame = (struct rs_frame){0, 2};
	t[0].response_time = RS_SEC / 2;
	t[0].credentials = RS_FALSE;
	t[0].request_size = 900;
	t[0].fragmented = first;
	t[0].challenges = (struct rec_list){&ask, 1, 1};
	t[1].credentials = RS_TRUE;
	t[1].request_size = bytes;
	t[1].fragmented = second;
	r.id.frame = t[0].request_frame;
	r.client.at.addr.family = r.server.at.addr.family = 4;
	r.transport = REC_UDP;
	r.outcome = REC_TIMED_OUT;
	r.transactions = (struct rec_list){t, 2, 2};
	const struct diag_case c = {.registration = &r, .coverage = &g};
	judge(&c);
	expect(name, codes);
}

static void
test_fragments(void)
{
	fragments(
	    "in fragments", 1700, RS_FALSE, RS_TRUE, "sip.fragments-lost");
	fragments("in one piece", 1400, RS_FALSE, RS_FALSE, "sip.no-answer");
	CU_ASSERT_STRING_EQUAL(
	    said_more, "policy.source-banned,capture.incomplete");
	fragments(
	    "the first one as well", 1700, RS_TRUE, RS_TRUE, "sip.no-answer");
}

UNIT_MAIN("rules_auth", UNIT(test_credentials), UNIT(test_count_used_again),
    UNIT(test_seen_with_it), UNIT(test_refusals), UNIT(test_refused_early),
    UNIT(test_interval), UNIT(test_via), UNIT(test_fragments))
