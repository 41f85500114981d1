/* SPDX-License-Identifier: Apache-2.0 */
#define _GNU_SOURCE /* memmem */
/* Attempts: a row per outcome, and per way to be fooled. */
#include "tell.h"
#include "unit.h"

#include <stdio.h>
#include <string.h>

/* A REGISTER of alice's in the flow and at the time that stand before it. */
#define REG_OF(user, call, branch, cseq, more)                                 \
 " >>>\nREGISTER sip:example.com SIP/2.0\n"                                    \
 "Via: SIP/2.0/UDP 192.0.2.10:5060;branch=z9hG4bK" branch "\n"                 \
 "From: <sip:" user "@example.com>;tag=f\n"                                    \
 "To: <sip:" user "@example.com>\nCall-ID: " call "\n"                         \
 "CSeq: " cseq " REGISTER\n" more
#define REG(branch, cseq, more)                                                \
 REG_OF("alice", "call-1", branch, cseq, CONTACT more)
#define CONTACT "Contact: <sip:alice@192.0.2.10:5060>\nExpires: 3600\n"
#define AUTH(nonce)                                                            \
 "Authorization: Digest username=\"alice\",realm=\"r\",nonce=\"" nonce         \
 "\",uri=\"sip:example.com\",response=\"SECRETRESPONSE\"\n"
#define ANS_OF(user, call, branch, cseq, status, more)                         \
 " <<<\nSIP/2.0 " status "\n"                                                  \
 "Via: SIP/2.0/UDP 192.0.2.10:5060;branch=z9hG4bK" branch                      \
 ";received=203.0.113.1;rport=1\n"                                             \
 "From: <sip:" user "@example.com>;tag=f\n"                                    \
 "To: <sip:" user "@example.com>;tag=t\nCall-ID: " call "\n"                   \
 "CSeq: " cseq " REGISTER\n" more
#define ANS(branch, cseq, status, more)                                        \
 ANS_OF("alice", "call-1", branch, cseq, status, more)
#define ASK(nonce) "WWW-Authenticate: Digest realm=\"r\",nonce=\"" nonce "\"\n"
#define ASK_STALE(nonce)                                                       \
 "WWW-Authenticate: Digest realm=\"r\",stale=true,nonce=\"" nonce "\"\n"
#define OK(branch, cseq)                                                       \
 ANS(branch, cseq, "200 OK",                                                   \
     "Contact: <sip:alice@192.0.2.10:5060>;expires=3600\n")
#define NO(branch, cseq, nonce)                                                \
 ANS(branch, cseq, "401 Unauthorized", ASK(nonce))
#define TCP                                                                    \
 "@flow a tcp 192.0.2.10:40000 198.51.100.1:5060\n"                            \
 "@flow b tcp 192.0.2.10:40002 198.51.100.2:5060\n"

struct row {
	const char *name, *transcript, *expected;
};

static void
run_rows(const struct row *rows, size_t n)
{
	for (size_t i = 0; i < n; i++) {
		struct tell t;
		tell_init(&t, 0);
		unit_row(rows[i].name);
		const char *told = tell_run(&t, rows[i].transcript);
		if (strcmp(told, rows[i].expected) != 0)
			printf("# %s: told\n%s# wanted\n%s", rows[i].name, told,
			    rows[i].expected);
		CU_ASSERT_STRING_EQUAL(told, rows[i].expected);
		CU_ASSERT(tell_clear(&t));
	}
}
#define RUN(rows) run_rows(rows, sizeof rows / sizeof *rows)

static void
test_success(void)
{
	static const struct row rows[] = {
	    {"lone 200", "@0.000" REG("a", "1", "") "@0.040" OK("a", "1"),
		"0-1 alice registered initial 200 rrd=40.000 auth=40.000 "
		"end=40.000 exp=3600/3600 txns=200 [1 2]\n"},
	    {"challenge, 100, 200",
		"@0.000" REG("a", "1", "") "@0.020" NO("a", "1",
		    "n1") "@0.030" REG("b", "2", AUTH("n1")) "@0.035" ANS("b",
		    "2", "100 Trying", "") "@0.060" OK("b", "2"),
		"0-1 alice registered initial 200 rrd=60.000 auth=30.000 "
		"ch=20.000 ca=10.000 end=60.000 exp=3600/3600 txns=401,200 "
		"[1 2 3 4 5]\n"},
	    {"407 as well, from another hop",
		"@0.000" REG("a", "1", "") "@0.010" ANS("a", "1",
		    "407 Proxy Authentication Required",
		    "Proxy-Authenticate: Digest realm=\"p\",nonce=\"n0\"\n") "@0.020" REG("b",
		    "2",
		    "Proxy-Authorization: Digest "
		    "username=\"alice\",realm=\"p\",nonce=\"n0\",response=\"x\"\n") "@0.030" NO("b",
		    "2", "n1") "@0.040" REG("c", "3",
		    AUTH("n1")) "@0.050" OK("c", "3"),
		"0-1 alice registered initial 200 rrd=50.000 auth=10.000 "
		"ch=10.000 ca=10.000 end=50.000 exp=3600/3600 "
		"txns=407,401,200 [1 2 3 4 5 6]\n"},
	    {"answered after 34 s, and after 119 s",
		"@0.000" REG("a", "1", "") "@0.020" NO(
		    "a", "1", "n1") "@34.020" REG("b", "2",
		    AUTH("n1")) "@34.060" OK("b", "2"),
		"0-1 alice registered initial 200 rrd=34060.000 auth=40.000 "
		"ch=20.000 ca=34000.000 end=34060.000 exp=3600/3600 "
		"txns=401,200 [1 2 3 4]\n"},
	    {"423 and its repeat",
		"@0.000" REG("a", "1", "") "@0.010" ANS("a", "1",
		    "423 Interval Too Brief",
		    "Min-Expires: 7200\n") "@0.020" REG_OF("alice", "call-1",
		    "b", "2",
		    "Contact: <sip:alice@192.0.2.10>;expires=7200\n") "@0.030" ANS("b",
		    "2", "200 OK",
		    "Contact: <sip:alice@192.0.2.10:5060>;expires=7200\n"),
		"0-1 alice registered initial 200 rrd=30.000 auth=10.000 "
		"end=30.000 exp=7200/7200 txns=423,200 [1 2 3 4]\n"},
	    {"302 followed to another server, with another Call-ID",
		"@flow o udp 192.0.2.10:5060 198.51.100.9:5060\n"
		"@0.000" REG("a", "1", "") "@0.010" ANS("a", "1", "302 Moved",
		    "Contact: <sip:x@h>\n") "@0.020 o" REG_OF("alice", "call-2",
		    "b", "1", CONTACT) "@0.030 o" ANS_OF("alice", "call-2", "b",
		    "1", "200 OK",
		    "Contact: <sip:alice@192.0.2.10:5060>;expires=60\n"),
		"0-1 alice registered initial 200 rrd=30.000 auth=10.000 "
		"end=30.000 exp=3600/60 txns=302,200 [1 2 3 4]\n"},
	    {"refresh with a kept nonce, and removal",
		"@0.000" REG("a", "1", "") "@0.040" OK(
		    "a", "1") "@1800.000" REG_OF("alice", "call-9", "b", "2",
		    CONTACT AUTH("n7")) "@1800.040" ANS_OF("alice", "call-9",
		    "b", "2", "200 OK",
		    "Contact: <sip:alice@192.0.2.10:5060>;expires=3600\n") "@1900.000" REG_OF("alice",
		    "call-9", "c", "3",
		    "Contact: <sip:alice@192.0.2.10:5060>;expires=0\n") "@1900.010" ANS_OF("alice",
		    "call-9", "c", "3", "200 OK",
		    "") "@1901.000" REG_OF("alice", "call-9", "d", "4",
		    CONTACT) "@1901.010" ANS_OF("alice", "call-9", "d", "4",
		    "200 OK",
		    "Contact: <sip:alice@192.0.2.10:5060>;expires=3600\n"),
		"0-1 alice registered initial 200 rrd=40.000 auth=40.000 "
		"end=40.000 exp=3600/3600 txns=200 [1 2]\n"
		"0-3 alice registered refresh 200 rrd=40.000 auth=40.000 "
		"end=1800040.000 exp=3600/3600 txns=200 [3 4]\n"
		"0-5 alice unregistered removal 200 rrd=10.000 auth=10.000 "
		"end=1900010.000 exp=0 txns=200 [5 6]\n"
		"0-7 alice registered initial 200 rrd=10.000 auth=10.000 "
		"end=1901010.000 exp=3600/3600 txns=200 [7 8]\n"},
	    {"Contact: * takes the binding away",
		"@0.000" REG("a", "1", "") "@0.040" OK(
		    "a", "1") "@5.000" REG_OF("alice", "call-1", "b", "2",
		    "Contact: *\nExpires: 0\n") "@5.010" ANS("b", "2", "200 OK",
		    "") "@9.000" REG("c", "3", "") "@9.040" OK("c", "3"),
		"0-1 alice registered initial 200 rrd=40.000 auth=40.000 "
		"end=40.000 exp=3600/3600 txns=200 [1 2]\n"
		"0-3 alice unregistered removal 200 rrd=10.000 auth=10.000 "
		"end=5010.000 exp=0 txns=200 [3 4]\n"
		"0-5 alice registered initial 200 rrd=40.000 auth=40.000 "
		"end=9040.000 exp=3600/3600 txns=200 [5 6]\n"},
	    {"query",
		"@0.000" REG_OF("alice", "call-1", "a", "1", "") "@0.040" OK(
		    "a", "1"),
		"0-1 alice queried query 200 rrd=40.000 auth=40.000 "
		"end=40.000 txns=200 [1 2] "
		"+sip:alice@192.0.2.10:5060\n"},
	};
	RUN(rows);
}

static void
test_failures(void)
{
	static const struct row rows[] = {
	    {"403",
		"@0.000" REG("a", "1", "") "@0.040" ANS(
		    "a", "1", "403 Forbidden", ""),
		"0-1 alice rejected initial 403 end=40.000 exp=3600 txns=403 "
		"[1 2]\n"},
	    {"wrong password, then silence",
		"@0.000" REG("a", "1", "") "@0.020" NO(
		    "a", "1", "n1") "@0.030" REG("b", "2",
		    AUTH("n1")) "@0.050" NO("b", "2", "n2") "@40.000 time\n",
		"0-1 alice auth_failed initial 401 ch=20.000 ca=10.000 "
		"end=50.000 exp=3600 txns=401,401 [1 2 3 4]\n"},
	    {"wrong password, or the right one in a gap",
		TCP "@0.000 a" REG("a", "1", "") "@0.020 a" NO(
		    "a", "1", "n1") "@0.030 a" REG("b", "2",
		    AUTH("n1")) "@0.050 a" NO("b", "2", "n2") "@0.060 a gap "
							      ">>>\n@40.000 "
							      "time\n",
		"0-1 alice cut_off initial 401 ch=20.000 ca=10.000 "
		"end=50.000 exp=3600 txns=401,401 [1 2 3 4] -gap\n"},
	    {"wrong password, and a gap before it",
		TCP "@0.000 a" REG("a", "1", "") "@0.020 a" NO(
		    "a", "1", "n1") "@0.030 a" REG("b", "2",
		    AUTH("n1")) "@0.040 a gap <<<\n@0.050 a" NO("b", "2",
		    "n2") "@40.000 time\n",
		"0-1 alice auth_failed initial 401 ch=20.000 ca=10.000 "
		"end=50.000 exp=3600 txns=401,401 [1 2 3 5]\n"},
	    {"wrong password, capture ends",
		"@0.000" REG("a", "1", "") "@0.020" NO(
		    "a", "1", "n1") "@0.030" REG("b", "2",
		    AUTH("n1")) "@0.050" NO("b", "2", "n2"),
		"0-1 alice auth_failed initial 401 ch=20.000 ca=10.000 "
		"end=50.000 exp=3600 txns=401,401 [1 2 3 4] "
		"-followup_not_covered\n"},
	    {"stale nonce, capture ends: the client's turn",
		"@0.000" REG("a", "1", AUTH("n0")) "@0.020" ANS(
		    "a", "1", "401 Unauthorized", ASK_STALE("n1")),
		"0-1 alice cut_off initial 401 ch=20.000 end=20.000 exp=3600 "
		"txns=401 [1 2]\n"},
	    {"challenge unanswered for 120 s",
		"@0.000" REG("a", "1", "") "@0.020" NO(
		    "a", "1", "n1") "@121.000 time\n",
		"0-1 alice challenge_unanswered initial 401 ch=20.000 "
		"end=120020.000 exp=3600 txns=401 [1 2]\n"},
	    {"challenge unanswered, capture ends",
		"@0.000" REG("a", "1", "") "@0.020" NO(
		    "a", "1", "n1") "@119.000 time\n",
		"0-1 alice cut_off initial 401 ch=20.000 end=20.000 exp=3600 "
		"txns=401 [1 2]\n"},
	    {"challenge answered by a REGISTER without credentials",
		"@0.000" REG("a", "1", "") "@0.020" NO("a", "1",
		    "n1") "@5.000" REG("b", "2", "") "@5.020" OK("b", "2"),
		"0-1 alice challenge_unanswered initial 401 ch=20.000 "
		"end=5000.000 exp=3600 txns=401 [1 2]\n"
		"0-3 alice registered initial 200 rrd=20.000 auth=20.000 "
		"end=5020.000 exp=3600/3600 txns=200 [3 4]\n"},
	    {"no answer",
		"@0.000" REG("a", "1", "") "@0.500" REG(
		    "a", "1", "") "@1.500" REG("a", "1", "") "@32.000 time\n",
		"0-1 alice timed_out initial end=32000.000 exp=3600 "
		"txns=-*2 [1 2 3]\n"},
	    {"no answer, capture too short",
		"@0.000" REG("a", "1", "") "@0.500" REG(
		    "a", "1", "") "@31.900 time\n",
		"0-1 alice cut_off initial end=500.000 exp=3600 txns=-*1 "
		"[1 2]\n"},
	    {"no answer but 100",
		"@0.000" REG("a", "1", "") "@0.100" ANS(
		    "a", "1", "100 Trying", "") "@33.000 time\n",
		"0-1 alice timed_out initial end=32000.000 exp=3600 txns=- "
		"[1 2]\n"},
	    {"no answer, with drops",
		"@0.000" REG("a", "1", "") "@9.000 drops 8.000 9.000\n"
					   "@33.000 time\n",
		"0-1 alice cut_off initial end=0.000 exp=3600 txns=- [1] "
		"-drops\n"},
	    {"drops before it do not matter",
		"@0.000 drops 0.000 0.500\n@1.000" REG(
		    "a", "1", "") "@34.000 time\n",
		"0-2 alice timed_out initial end=33000.000 exp=3600 txns=- "
		"[2]\n"},
	    {"nor do drops that end with it",
		"@1.000 drops 0.000 1.000\n@1.000" REG(
		    "a", "1", "") "@34.000 time\n",
		"0-2 alice timed_out initial end=33000.000 exp=3600 txns=- "
		"[2]\n"},
	    {"no answer, with a gap on the flow",
		TCP "@0.000 a" REG("a", "1", "") "@1.000 a gap <<<\n"
						 "@33.000 time\n",
		"0-1 alice cut_off initial end=0.000 exp=3600 txns=- [1] "
		"-gap\n"},
	    {"a gap on another flow does not matter",
		TCP "@0.000 a" REG("a", "1", "") "@1.000 b gap <<<\n"
						 "@33.000 time\n",
		"0-1 alice timed_out initial end=32000.000 exp=3600 txns=- "
		"[1]\n"},
	    {"superseded",
		"@0.000" REG("a", "1", "") "@5.000" REG_OF("alice", "call-2",
		    "b", "1", CONTACT) "@5.010" ANS_OF("alice", "call-2", "b",
		    "1", "404 Not Found", ""),
		"0-1 alice cut_off initial end=0.000 exp=3600 txns=- [1] "
		"-superseded\n"
		"0-2 alice rejected initial 404 end=5010.000 exp=3600 "
		"txns=404 [2 3]\n"},
	    {"423 not followed",
		"@0.000" REG("a", "1", "") "@0.010" ANS(
		    "a", "1", "423 Interval Too Brief", "") "@121.000 time\n",
		"0-1 alice rejected initial 423 end=10.000 exp=3600 txns=423 "
		"[1 2]\n"},
	    {"494 not followed",
		"@0.000" REG("a", "1", "") "@0.010" ANS("a", "1",
		    "494 Security Agreement Required", "") "@121.000 time\n",
		"0-1 alice rejected initial 494 end=10.000 exp=3600 txns=494 "
		"[1 2]\n"},
	    {"494, capture ends",
		"@0.000" REG("a", "1", "") "@0.010" ANS(
		    "a", "1", "494 Security Agreement Required", ""),
		"0-1 alice cut_off initial 494 end=10.000 exp=3600 txns=494 "
		"[1 2]\n"},
	    {"420, capture ends",
		"@0.000" REG("a", "1", "") "@0.010" ANS(
		    "a", "1", "420 Bad Extension", ""),
		"0-1 alice rejected initial 420 end=10.000 exp=3600 txns=420 "
		"[1 2] -followup_not_covered\n"},
	    {"302 not followed",
		"@0.000" REG("a", "1", "") "@0.010" ANS(
		    "a", "1", "302 Moved", "") "@121.000 time\n",
		"0-1 alice redirected initial 302 end=10.000 exp=3600 txns=302 "
		"[1 2]\n"},
	    {"302, capture ends",
		"@0.000" REG("a", "1", "") "@0.010" ANS(
		    "a", "1", "302 Moved", ""),
		"0-1 alice cut_off initial 302 end=10.000 exp=3600 txns=302 "
		"[1 2]\n"},
	    {"ICMP, and no answer",
		"@0.000" REG("a", "1", "") "@0.001 icmp 28\n@33.000 time\n",
		"0-1 alice unreachable initial end=1.000 exp=3600 txns=- "
		"[1 2] icmp=3/3@2\n"},
	    {"ICMP asks for smaller ones, and no answer",
		"@0.000" REG("a", "1", "") "@0.001 icmp 28 3/4\n@33.000 time\n",
		"0-1 alice timed_out initial end=32000.000 exp=3600 txns=- "
		"[1 2] icmp=3/4@2\n"},
	    {"source quench, and no way to it",
		"@0.000" REG(
		    "a", "1", "") "@0.001 icmp 28 4/0\n"
				  "@0.002 icmp 28 3/1\n"
				  "@0.003 icmp 28 12/0\n@33.000 time\n",
		"0-1 alice unreachable initial end=2.000 exp=3600 txns=- "
		"[1 2 3 4] icmp=3/1@3\n"},
	    {"time exceeded, parameters",
		"@0.000" REG(
		    "a", "1", "") "@0.001 icmp 28 11/0\n"
				  "@0.002 icmp 28 12/0\n@33.000 time\n",
		"0-1 alice timed_out initial end=32000.000 exp=3600 txns=- "
		"[1 2 3] icmp=11/0@2\n"},
	    {"ICMP, and an answer after all",
		"@0.000" REG("a", "1", "") "@0.001 icmp\n"
					   "@0.500" REG("a", "1",
					       "") "@0.600" OK("a", "1"),
		"0-1 alice registered initial 200 rrd=600.000 auth=600.000 "
		"end=600.000 exp=3600/3600 txns=200*1 [1 2 3 4] icmp=3/3@2\n"},
	};
	RUN(rows);
}

static void
test_not_bound(void)
{
#define GRANT(list)                                                            \
 "@0.000" REG("a", "1", "") "@0.040" ANS("a", "1", "200 OK", list)
#define BOUND                                                                  \
 "0-1 alice registered initial 200 rrd=40.000 auth=40.000 "                    \
 "end=40.000 exp=3600"
#define NOT_BOUND "0-1 alice not_bound initial 200 end=40.000 exp=3600"
	static const struct row rows[] = {
	    {"only another's", GRANT("Contact: <sip:bob@192.0.2.77>\n"),
		NOT_BOUND " txns=200 [1 2] +sip:bob@192.0.2.77\n"},
	    {"ours with 0",
		GRANT("Contact: <sip:alice@192.0.2.10:5060>;expires=0\n"),
		NOT_BOUND "/0 txns=200 [1 2]\n"},
	    {"nothing at all", GRANT(""), NOT_BOUND " txns=200 [1 2]\n"},
	    {"no list, but Expires", GRANT("Expires: 120\n"),
		BOUND "/120 txns=200 [1 2] -no_contact_in_200\n"},
	    {"another's first, ours second",
		GRANT("Contact: <sip:bob@192.0.2.77>;expires=9, "
		      "<sip:alice@192.0.2.10>;expires=90\n"),
		BOUND "/90 txns=200 [1 2] +sip:bob@192.0.2.77\n"},
	    {"another phone of our user",
		GRANT("Contact: <sip:alice@192.0.2.77>;expires=9, "
		      "<sip:alice@192.0.2.10>;expires=90\n"),
		BOUND "/90 txns=200 [1 2] +sip:alice@192.0.2.77\n"},
	    {"Expires header where the contact has none",
		GRANT("m: <sip:alice@192.0.2.10:5060>\nExpires: 20\n"),
		BOUND "/20 txns=200 [1 2]\n"},
	    {"host rewritten by an SBC",
		GRANT("Contact: <sip:alice@203.0.113.5:9999>;expires=60\n"),
		BOUND "/60 txns=200 [1 2]\n"},
	    {"our user, escaped", /* RFC 3261 19.1.4 */
		GRANT("Contact: <sip:%61l%69ce@192.0.2.10:5060>;expires=60\n"),
		BOUND "/60 txns=200 [1 2]\n"},
	    {"near miss: another user, escaped",
		GRANT("Contact: <sip:%62lice@192.0.2.10:5060>;expires=60\n"),
		NOT_BOUND " txns=200 [1 2] +sip:%62lice@192.0.2.10:5060\n"},
	    {"near miss: an escape that is none",
		GRANT("Contact: <sip:alice%6@192.0.2.10:5060>;expires=60\n"),
		NOT_BOUND " txns=200 [1 2] +sip:alice%6@192.0.2.10:5060\n"},
	    {"two with our user: which is ours is not known",
		GRANT("Contact: <sip:alice@203.0.113.5>;expires=60,"
		      "<sip:alice@203.0.113.6>;expires=70\n"),
		BOUND " txns=200 [1 2] -contact_ambiguous\n"},
	};
	RUN(rows);
	static const struct row by_instance[] = {
	    {"by instance, whatever the URI",
		"@0.000" REG_OF("alice", "c", "a", "1",
		    "Contact: <sip:alice@192.0.2.10>;reg-id=1;"
		    "+sip.instance=\"<urn:uuid:1>\"\n") "@0.040" ANS_OF("alice",
		    "c", "a", "1", "200 OK",
		    "Contact: <sip:x@y>;+sip.instance=\"<urn:uuid:2>\""
		    ";expires=5,<sip:z@y>;+sip.instance=\"<urn:uuid:1>\""
		    ";reg-id=1;expires=6\n"),
		"0-1 alice registered initial 200 rrd=40.000 auth=40.000 "
		"end=40.000/6 txns=200 [1 2] +sip:x@y\n"},
	    {"an instance in other case", /* RFC 4122 3 */
		"@0.000" REG_OF("alice", "c", "a", "1",
		    "Contact: <sip:alice@192.0.2.10>;"
		    "+sip.instance=\"<urn:uuid:AB>\"\n") "@0.040" ANS_OF("alice",
		    "c", "a", "1", "200 OK",
		    "Contact: <sip:x@y>;"
		    "+sip.instance=\"<urn:uuid:ab>\";expires=6\n"),
		"0-1 alice registered initial 200 rrd=40.000 auth=40.000 "
		"end=40.000/6 txns=200 [1 2]\n"},
	    {"the same URI, which still has the instance before",
		"@0.000" REG_OF("alice", "c", "a", "1",
		    "Contact: <sip:alice@192.0.2.10>;"
		    "+sip.instance=\"<urn:uuid:1>\"\n") "@0.040" ANS_OF("alice",
		    "c", "a", "1", "200 OK",
		    "Contact: <sip:alice@192.0.2.10>;"
		    "+sip.instance=\"<urn:uuid:2>\";expires=6\n"),
		"0-1 alice registered initial 200 rrd=40.000 auth=40.000 "
		"end=40.000/6 txns=200 [1 2]\n"},
	    {"near miss: same user, another instance",
		"@0.000" REG_OF("alice", "c", "a", "1",
		    "Contact: <sip:alice@192.0.2.10>;"
		    "+sip.instance=\"<urn:uuid:1>\"\n") "@0.040" ANS_OF("alice",
		    "c", "a", "1", "200 OK",
		    "Contact: <sip:alice@192.0.2.11>;"
		    "+sip.instance=\"<urn:uuid:2>\"\n"),
		"0-1 alice not_bound initial 200 end=40.000 txns=200 [1 2] "
		"+sip:alice@192.0.2.11\n"},
	    {"near miss: same URI, another flow",
		"@0.000" REG_OF("alice", "c", "a", "1",
		    "Contact: <sip:alice@192.0.2.10>;reg-id=2;"
		    "+sip.instance=\"<urn:uuid:1>\"\n") "@0.040" ANS_OF("alice",
		    "c", "a", "1", "200 OK",
		    "Contact: <sip:alice@192.0.2.10>;reg-id=1;"
		    "+sip.instance=\"<urn:uuid:1>\"\n"),
		"0-1 alice not_bound initial 200 end=40.000 txns=200 [1 2] "
		"+sip:alice@192.0.2.10\n"},
	};
	RUN(by_instance);
}

static void
test_connections(void)
{
	static const struct row rows[] = {
	    {"reset before the answer",
		TCP "@0.000 a" REG("a", "1", "") "@1.000 a end rst\n"
						 "@34.000 time\n",
		"0-1 alice connection_lost initial end=1000.000 exp=3600 "
		"txns=- [1 2]\n"},
	    {"closed by the server before the answer",
		TCP
		"@0.000 a" REG("a", "1", "") "@1.000 a close fin <<<\n"
					     "@2.000 a end fin\n@34.000 time\n",
		"0-1 alice connection_lost initial end=1000.000 exp=3600 "
		"txns=- [1 2]\n"},
	    {"half closed by the client: the answer may come",
		TCP "@0.000 a" REG("a", "1", "") "@1.000 a close fin >>>\n"
						 "@2.000 a" OK("a", "1"),
		"0-1 alice registered initial 200 rrd=2000.000 auth=2000.000 "
		"end=2000.000 exp=3600/3600 txns=200 [1 3]\n"},
	    {"lost, and carried on elsewhere",
		TCP "@0.000 a" REG("a", "1",
		    "") "@1.000 a end rst\n"
			"@20.000 b" REG("b", "2", "") "@20.100 b" OK("b", "2"),
		"0-1 alice registered initial 200 rrd=20100.000 auth=100.000 "
		"end=20100.000 exp=3600/3600 txns=-,200 [1 2 3 4]\n"},
	    {"lost, the same request again elsewhere",
		TCP "@0.000 a" REG("a", "1",
		    "") "@1.000 a end fin\n"
			"@3.000 b" REG("a", "1", "") "@3.100 b" OK("a", "1"),
		"0-1 alice registered initial 200 rrd=3100.000 auth=3100.000 "
		"end=3100.000 exp=3600/3600 txns=200*1 [1 2 3 4]\n"},
	    {"FIN after the 401, same request again on a new connection",
		TCP "@0.000 a" REG("a", "1", "") "@0.010 a" NO(
		    "a", "1", "n1") "@0.020 a end fin\n@0.100 b" REG("a", "1",
		    "") "@0.110 b" NO("a", "1", "n2") "@0.120 b" REG("b", "2",
		    AUTH("n2")) "@0.130 b" OK("b", "2"),
		"0-1 alice registered initial 200 rrd=130.000 auth=10.000 "
		"ch=10.000 ca=110.000 end=130.000 exp=3600/3600 "
		"txns=401*1,200 [1 2 4 5 6 7]\n"},
	    {"answer to the challenge on a new connection, another server",
		TCP "@0.000 a" REG("a", "1", "") "@0.010 a" NO(
		    "a", "1", "n1") "@0.020 a end fin\n@0.100 b" REG("b", "2",
		    AUTH("n1")) "@0.130 b" OK("b", "2") "@0.140 b end rst\n",
		"0-1 alice registered initial 200 rrd=130.000 auth=30.000 "
		"ch=10.000 ca=90.000 end=130.000 exp=3600/3600 "
		"txns=401,200 [1 2 4 5]\n"},
	    {"two registrations in one segment",
		TCP "@0.000 a" REG("a", "1", "") "@0.000+ a" REG_OF("bob",
		    "call-2", "b", "1",
		    "Contact: <sip:bob@192.0.2.10>\n") "@0.010 a" OK("a",
		    "1") "@0.020 a" ANS_OF("bob", "call-2", "b", "1", "403 No",
		    ""),
		"0-1 alice registered initial 200 rrd=10.000 auth=10.000 "
		"end=10.000 exp=3600/3600 txns=200 [1 2]\n"
		"0-1-1 bob rejected initial 403 end=20.000 txns=403 [1 3]\n"},
	};
	RUN(rows);
}

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
static void
test_eviction(void)
{
	enum { N = 300 };
	static char text[N * 400];
	size_t n = 0;
	for (unsigned i = 0; i < N; i++)
		n += (size_t)snprintf(text + n, sizeof text - n,
		    "@0.%03u" REG_OF("u%u", "call-%u", "%u", "1",
			"Contact: <sip:u%u@192.0.2.10>\n"),
		    i, i, i, i, i, i);
	snprintf(text + n, sizeof text - n, "@40.000 time\n");
	struct tell t;
	tell_init(&t, 256 * 1024);
	const char *told = tell_run(&t, text);
	unsigned evicted = 0, cut_off = 0, timed_out = 0;
	for (const char *p = told; (p = strstr(p, "-evicted\n")); p++)
		evicted++;
	for (const char *p = told; (p = strstr(p, " cut_off ")); p++)
		cut_off++;
	for (const char *p = told; (p = strstr(p, " timed_out ")); p++)
		timed_out++;
	CU_ASSERT(evicted > 0);
	CU_ASSERT(timed_out > 0);
	CU_ASSERT_EQUAL(evicted, cut_off);
	CU_ASSERT_EQUAL(evicted, t.counts.evicted);
	CU_ASSERT_EQUAL(evicted + timed_out, N);
	CU_ASSERT(t.pay.highest < 256 * 1024 * 5 / 4);
	CU_ASSERT(tell_clear(&t));
}

static void
test_counts(void)
{
	struct tell t;
	tell_init(&t, 0);
	tell_run(
	    &t, "@0.000" OK("x", "9") "@0.000" REG("a", "1", "") "@0.020" NO(
		    "a", "1", "n1") "@0.030" NO("a", "1", "n1"));
	CU_ASSERT_EQUAL(t.counts.orphans, 1);
	CU_ASSERT_EQUAL_FATAL(t.counts.responses.n, 2);
	const struct rec_count *c = t.counts.responses.v;
	CU_ASSERT(rs_span_eq(c[0].name, RS_LIT("200")) && c[0].n == 1);
	CU_ASSERT(rs_span_eq(c[1].name, RS_LIT("401")) && c[1].n == 2);
	CU_ASSERT(tell_clear(&t));
}

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

UNIT_MAIN("reg", UNIT(test_success), UNIT(test_failures), UNIT(test_not_bound),
    UNIT(test_connections), UNIT(test_traps), UNIT(test_loops),
    UNIT(test_no_secrets), UNIT(test_nonce_age), UNIT(test_whose_credentials),
    UNIT(test_eviction), UNIT(test_counts), UNIT(test_time_steps_back))
