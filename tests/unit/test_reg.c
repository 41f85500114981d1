/* SPDX-License-Identifier: Apache-2.0 */
/* Attempts: a row per outcome. */
#include "reg_kit.h"

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

/* An answer that has its request by another way is no orphan, and it has that
   one only. */
static void
test_adopted(void)
{
	struct tell t;
	tell_init(&t, 0);
	tell_run(&t, "@0.000" REG("a", "1", "") "@0.020" OK("x",
			 "1") "@0.030" REG("x", "1", "") "@0.040" OK("x", "1"));
	CU_ASSERT_EQUAL(t.counts.orphans, 0);
	CU_ASSERT(tell_clear(&t));
}

UNIT_MAIN("reg", UNIT(test_success), UNIT(test_failures), UNIT(test_not_bound),
    UNIT(test_connections), UNIT(test_eviction), UNIT(test_counts),
    UNIT(test_adopted))
