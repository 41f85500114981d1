/* SPDX-License-Identifier: Apache-2.0 */
/* Which response and which repeat belong to which REGISTER. */
#include "track/reading.h"
#include "track/table.h"
#include "track/txn.h"

#include "transcript.h"
#include "unit.h"

#include <stdio.h>
#include <string.h>

#define SENT(via, call, cseq)                                                  \
 " >>>\nREGISTER sip:h SIP/2.0\nVia: SIP/2.0/UDP " via                         \
 "\nFrom: <sip:a@h>;tag=1\nTo: <sip:a@h>\nCall-ID: " call "\nCSeq: " cseq      \
 " REGISTER\n"
#define BACK(via, call, cseq, status)                                          \
 " <<<\nSIP/2.0 " status " x\nVia: SIP/2.0/UDP " via                           \
 "\nFrom: <sip:a@h>;tag=1\nTo: <sip:a@h>;tag=2\nCall-ID: " call                \
 "\nCSeq: " cseq " REGISTER\n"
#define A "h:5070;branch=z9hG4bKa"
#define B "h:5070;branch=z9hG4bKb"

struct heard {
	struct txn_tracker *k;
	char text[4096];
	size_t n;
	uintptr_t next; /* number of the next transaction */
};

/* "1:request 1:final(200)": transactions by number. */
static void
happened(
    void *arg, struct txn *t, enum txn_what what, const struct rs_event *ev)
{
	static const char *const names[] = {[TXN_REQUEST] = "request",
	    [TXN_REQUEST_AGAIN] = "again",
	    [TXN_PROVISIONAL] = "provisional",
	    [TXN_FINAL] = "final",
	    [TXN_FINAL_AGAIN] = "repeat",
	    [TXN_FORGOTTEN] = "forgotten",
	    [TXN_EVICTED] = "evicted"};
	struct heard *h = arg;
	if (what == TXN_UNMATCHED)
		return; /* counted, see test_matching() */
	if (what == TXN_REQUEST)
		txn_hang(t, (void *)++h->next);
	CU_ASSERT_EQUAL(
	    ev == NULL, what == TXN_FORGOTTEN || what == TXN_EVICTED);
	h->n +=
	    (size_t)snprintf(h->text + h->n, sizeof h->text - h->n, "%s%u:%s",
		h->n ? " " : "", (unsigned)(uintptr_t)txn_hung(t), names[what]);
}

static void
event(void *arg, const struct rs_event *ev)
{
	struct heard *h = arg;
	const struct rs_hash_seed seed = {3, 4};
	struct reading r;
	struct rs_event read = *ev;
	if (!reading_applies(ev))
		return;
	reading_take(&r, ev, &seed);
	read.u.reading = &r;
	txn_tracker_event(h->k, &read);
}

static void
advance(void *arg, rs_time now)
{
	struct heard *h = arg;
	txn_tracker_advance(h->k, now);
}

static uint64_t
run(const char *transcript, size_t memory, struct heard *h)
{
	const struct rs_hash_seed seed = {3, 4};
	const struct txn_out out = {happened, h};
	const struct transcript_out to = {event, advance, h};
	struct rs_account pay;
	*h = (struct heard){.k = NULL};
	rs_account_init(&pay, memory);
	h->k = txn_tracker_new(&seed, &pay, &out);
	transcript_run(transcript, &to);
	uint64_t orphans = txn_tracker_orphans(h->k);
	txn_tracker_free(h->k);
	CU_ASSERT_EQUAL(pay.used, 0);
	return orphans;
}

static void
test_matching(void)
{
	static const struct {
		const char *name, *transcript, *expected;
		unsigned orphans;
	} rows[] = {
	    {"all of one",
		"@0.000" SENT(A, "c", "1") "@0.500" SENT(
		    A, "c", "1") "@0.600" BACK(A ";rport=5", "c", "1",
		    "100") "@0.700" BACK(A ";received=1.2.3.4", "c", "1",
		    "401") "@0.800" BACK(A, "c", "1", "401") "@0.900" SENT(A,
		    "c", "1"),
		"1:request 1:again 1:provisional 1:final 1:repeat 1:again", 0},
	    {"two that differ in branch only",
		"@0.000" SENT(A, "c", "1") "@0.001" SENT(
		    B, "c", "1") "@0.002" BACK(B, "c", "1",
		    "200") "@0.003" BACK(A, "c", "1", "200"),
		"1:request 2:request 2:final 1:final", 0},
	    {"a branch used again with the next CSeq",
		"@0.000" SENT(A, "c", "1") "@0.001" BACK(
		    A, "c", "1", "401") "@0.002" SENT(A, "c",
		    "2") "@0.003" BACK(A, "c", "2", "200"),
		"1:request 1:final 2:request 2:final", 0},
	    {"response to nothing",
		"@0.000" BACK(A, "c", "1", "200") "@0.001" SENT(B, "c", "1"),
		"1:request", 1},
	    {"without cookie: From tag, Call-ID and CSeq",
		"@0.000" SENT("h", "c", "1") "@0.001" SENT(
		    "h", "d", "1") "@0.002" SENT("h", "c",
		    "1") "@0.003" BACK("h", "d", "1", "200"),
		"1:request 2:request 1:again 2:final", 0},
	    {"the same bytes from behind a NAT",
		"@flow n udp 203.0.113.1:9 198.51.100.1:5060\n"
		"@0.000" SENT(A, "c", "1") "@0.001 n" SENT(
		    A, "c", "1") "@0.002 n" BACK(A, "c", "1",
		    "200") "@0.003" BACK(A, "c", "1", "200"),
		"1:request 2:request 2:final 1:final", 0},
	    {"on another connection of the same client",
		"@flow t tcp 192.0.2.10:40000 198.51.100.1:5060\n"
		"@flow u tcp 192.0.2.10:40001 198.51.100.9:5060\n"
		"@0.000 t" SENT(A, "c", "1") "@0.001 u" SENT(
		    A, "c", "1") "@0.002 u" BACK(A, "c", "1", "200"),
		"1:request 1:again 1:final", 0},
	    {"server's response from another port, seen as a flow of its own",
		"@flow r udp 198.51.100.1:777 192.0.2.10:5060\n"
		"@0.000" SENT(A, "c",
		    "1") "@0.001 r >>>\nSIP/2.0 200 x\nVia: SIP/2.0/UDP " A
			 "\nFrom: <sip:a@h>;tag=1\nTo: <sip:a@h>;tag=2\nCall-ID: c"
			 "\nCSeq: 1 REGISTER\n",
		"1:request 1:final", 0},
	    {"401 of an INVITE",
		"@0.000" SENT(A, "c",
		    "1") "@0.001 <<<\nSIP/2.0 401 x\nVia: SIP/2.0/UDP " A
			 "\nCall-ID: c\nCSeq: 1 INVITE\n",
		"1:request", 0},
	    {"forgotten 64 s after the last transmission",
		"@0.000" SENT(A, "c", "1") "@30.000" SENT(
		    A, "c", "1") "@93.900 time\n@94.000 time\n@95.000" SENT(A,
		    "c", "1"),
		"1:request 1:again 1:forgotten 2:request", 0},
	    {"and 32 s after its final",
		"@0.000" SENT(A, "c", "1") "@1.000" BACK(
		    A, "c", "1", "200") "@32.900" BACK(A, "c", "1",
		    "200") "@64.800 time\n"
			   "@64.900 time\n@65.000" BACK(A, "c", "1", "200"),
		"1:request 1:final 1:repeat 1:forgotten", 1},
	};
	for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
		struct heard h;
		unit_row(rows[i].name);
		uint64_t orphans = run(rows[i].transcript, (size_t)1 << 20, &h);
		if (strcmp(h.text, rows[i].expected) != 0)
			printf("# %s: %s\n", rows[i].name, h.text);
		CU_ASSERT_STRING_EQUAL(h.text, rows[i].expected);
		CU_ASSERT_EQUAL(orphans, rows[i].orphans);
	}
}

/* Without room the oldest complete one goes first, then the oldest. */
static void
test_eviction(void)
{
	struct heard h;
	run("@0.000" SENT(A, "c", "1") "@0.001" SENT(A, "c", "2") "@0.002" BACK(
		A, "c", "2", "200") "@0.003" SENT(A, "c", "3") "@0.004" SENT(A,
		"c", "4"),
	    TABLE_SMALLEST * sizeof(struct table_slot) + 150, &h);
	CU_ASSERT_STRING_EQUAL(h.text,
	    "1:request 2:request 2:final 2:evicted 3:request 1:evicted "
	    "4:request");
	if (strstr(h.text, "2:evicted") == NULL)
		printf("# %s\n", h.text);
}

UNIT_MAIN("txn", UNIT(test_matching), UNIT(test_eviction))
