/* SPDX-License-Identifier: Apache-2.0 */
/* Rows for attempts: a transcript, and what is told of it.  Included once by
   each test program. */
#ifndef REG_KIT_H
#define REG_KIT_H

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

#endif
