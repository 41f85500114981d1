/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The chain of one phone.  A row is a few records, as words, at one second
 * each:
 *   tcp! S0 for long       tcp? S0   tcp a connection that came up
 *   tcpu S0, unreachable   tcpx S0, its time exceeded
 *   tls! failed            tls? cut off   tls completed   tlsv, tlsv! with
 *                          a ServerHello
 *   A+ B+ registered       A! auth_failed  A? cut off   (lines A and B)
 *   A- removal, fine       A-! removal, refused
 * `u` as the first word: over UDP.
 */
#include "base/account.h"
#include "track/phone.h"
#include "track/scanner.h"
#include "unit.h"

#include <stdio.h>
#include <stdlib.h>

enum { LIMIT = 1 << 20, MAX_WORDS = 16 };

static const struct rs_hash_seed seed = {1, 2};

struct got {
	unsigned n;
	char chain[96], stopped[16];
	enum rec_outcome outcome;
	uint64_t first[8];
	int64_t attempts, failed;
	unsigned aors, agents, evidence;
	char lines[96];
};

static void
on_record(void *arg, const struct rec_type *type, const void *rec)
{
	struct got *g = arg;
	const struct rec_phone *p = rec;
	CU_ASSERT_PTR_EQUAL(type, &rec_phone_type);
	if (g->n < 8)
		g->first[g->n] = p->id.frame.number;
	g->n++;
	g->outcome = p->outcome;
	g->attempts = p->attempts;
	g->failed = p->failed;
	g->aors = p->aors.n;
	const struct rec_line *l = p->lines.v;
	for (uint32_t i = 0, at = 0; i < p->lines.n; i++)
		at += (uint32_t)snprintf(g->lines + at, sizeof g->lines - at,
		    "%.*s %s #%u;", (int)l[i].aor.n, (const char *)l[i].aor.p,
		    rec_outcome_name(l[i].outcome),
		    (unsigned)l[i].frame.number);
	g->agents = p->user_agents.n;
	g->evidence = 0;
	snprintf(g->stopped, sizeof g->stopped, "%.*s", (int)p->stopped_at.n,
	    p->stopped_at.p ? (const char *)p->stopped_at.p : "");
	size_t n = 0;
	const struct rec_stage *s = p->chain.v;
	/* Stages that nobody reads yet are not judged. */
	CU_ASSERT_EQUAL(p->chain.n, 3);
	for (uint32_t i = 0; i < p->chain.n; i++) {
		n += (size_t)snprintf(g->chain + n, sizeof g->chain - n, "%s%s",
		    i ? " " : "", rec_stage_state_name(s[i].state));
		g->evidence += s[i].records.n;
	}
}

static void
add(struct phone_tracker *k, const char *w, unsigned at, bool udp, uint8_t host)
{
	const uint8_t b[] = {192, 0, 2, host};
	const struct rec_endpoint client = {.at = {rs_addr_v4(b), 40000}};
	const rs_time t = at * RS_SEC;
	const struct rec_id id = {.frame = {0, at}};
	char last = w[strlen(w) - 1];
	if (strncmp(w, "tcp", 3) == 0) {
		struct rec_connection c;
		rec_init(&rec_connection_type, &c);
		c.id = id;
		c.client = client;
		c.started = c.ended = t;
		c.transport = REC_TCP;
		c.syns = last == '!' ? 3 : 1;
		c.server.at.addr.family = 4;
		c.icmp = last == 'u'   ? RS_LIT("3/3")
			 : last == 'x' ? RS_LIT("11/0")
				       : (struct rs_span){0};
		c.conn_state = last == 'p' ? RS_LIT("SF") : RS_LIT("S0");
		phone_tracker_add(k, &rec_connection_type, &c);
		if (last == '!')
			phone_tracker_unanswered(k, &c);
	} else if (strncmp(w, "tls", 3) == 0) {
		struct rec_handshake h;
		rec_init(&rec_handshake_type, &h);
		h.id = id;
		h.client = client;
		h.started = h.ended = t;
		h.state = last == '!'   ? REC_FAILED
			  : last == '?' ? REC_HANDSHAKE_CUT_OFF
					: REC_COMPLETED;
		if (w[3] == 'v')
			h.version = RS_LIT("TLS 1.2");
		phone_tracker_add(k, &rec_handshake_type, &h);
	} else {
		struct rec_registration r;
		rec_init(&rec_registration_type, &r);
		r.id = id;
		r.client = client;
		r.started = r.ended = t;
		r.aor = w[0] == 'A' ? RS_LIT("sip:a@x") : RS_LIT("sip:b@x");
		r.user_agent = RS_LIT("phone/1");
		r.transport = udp ? REC_UDP : REC_TCP;
		r.kind = w[1] == '-' ? REC_REMOVAL : REC_INITIAL;
		r.outcome = last == '!'   ? REC_AUTH_FAILED
			    : last == '?' ? REC_CUT_OFF
			    : w[1] == '-' ? REC_UNREGISTERED
					  : REC_REGISTERED;
		phone_tracker_add(k, &rec_registration_type, &r);
	}
}

struct row {
	const char *name, *words, *chain, *stopped;
	enum rec_outcome outcome;
};

static const struct row rows[] = {
    {"udp", "u A+", "not_applicable not_applicable ok", "", REC_REGISTERED},
    {"udp, refused", "u A!", "not_applicable not_applicable failed", "sip",
	REC_AUTH_FAILED},
    {"udp, refused, then fine", "u A! A+", "not_applicable not_applicable ok",
	"", REC_REGISTERED},
    {"fine, then refused", "u A+ A!", "not_applicable not_applicable failed",
	"sip", REC_AUTH_FAILED},
    {"fine, then cut off", "u A+ A?", "not_applicable not_applicable ok", "",
	REC_REGISTERED},
    {"only cut off", "u A?", "not_applicable not_applicable not_seen", "",
	REC_CUT_OFF},
    {"one line of two", "u A! B+", "not_applicable not_applicable failed",
	"sip", REC_AUTH_FAILED},
    {"two lines", "u A+ B+", "not_applicable not_applicable ok", "",
	REC_REGISTERED},
    {"shut down", "u A+ A-", "not_applicable not_applicable ok", "",
	REC_UNREGISTERED},
    {"shut down, one line refused before", "u A! B+ A-",
	"not_applicable not_applicable failed", "sip", REC_AUTH_FAILED},
    {"failed removal", "u A+ A-!", "not_applicable not_applicable ok", "",
	REC_REGISTERED},
    {"only a removal", "u A-", "not_applicable not_applicable ok", "",
	REC_UNREGISTERED},
    {"tcp down", "tcp!", "failed not_seen not_seen", "tcp", REC_OUTCOME_NONE},
    {"one SYN", "tcp?", "not_seen not_seen not_seen", "", REC_OUTCOME_NONE},
    {"unreachable", "tcpu", "failed not_seen not_seen", "tcp",
	REC_OUTCOME_NONE},
    {"another ICMP error", "tcpx", "not_seen not_seen not_seen", "",
	REC_OUTCOME_NONE},
    {"tcp down, then up", "tcp! tcp", "ok not_seen not_seen", "",
	REC_OUTCOME_NONE},
    {"tcp, registered", "tcp A+", "ok not_applicable ok", "", REC_REGISTERED},
    {"tls down", "tcp tls!", "ok failed not_seen", "tls", REC_OUTCOME_NONE},
    {"tls down, then up", "tcp tls! tls", "ok ok not_seen", "",
	REC_OUTCOME_NONE},
    {"tls up, then down", "tcp tls tls!", "ok failed not_seen", "tls",
	REC_OUTCOME_NONE},
    {"tls cut off", "tcp tls?", "ok not_seen not_seen", "", REC_OUTCOME_NONE},
    {"tcp down, udp instead", "u tcp! A+", "failed not_applicable ok", "",
	REC_REGISTERED},
    {"tls without its connection", "tlsv", "ok ok not_seen", "",
	REC_OUTCOME_NONE},
    {"tls failed without its connection", "tlsv!", "ok failed not_seen", "tls",
	REC_OUTCOME_NONE},
    {"registered, then tls down", "tcp tls A+ tls!", "ok failed ok", "tls",
	REC_OUTCOME_NONE},
    {"tls down, then registered", "tcp tls! A+", "ok failed ok", "",
	REC_REGISTERED},
};

/* How the words come: backwards, or to two addresses that are one phone's. */
enum how { AS_IS, BACKWARDS, IN_TWO, IN_TWO_TURNED };

static const struct rs_addr here = {{192, 0, 2, 17}, 4},
			    there = {{192, 0, 2, 18}, 4};

static void
play(const struct row *r, enum how how, struct got *g)
{
	struct rs_account pay;
	char b[128], *words[MAX_WORDS];
	unsigned n = 0;
	rs_account_init(&pay, LIMIT);
	*g = (struct got){0};
	struct phone_tracker *k = phone_tracker_new(&seed, &pay);
	const struct rec_sink sink = {on_record, g};
	snprintf(b, sizeof b, "%s", r->words);
	for (char *save = NULL, *w = strtok_r(b, " ", &save);
	     w && n < MAX_WORDS; w = strtok_r(NULL, " ", &save))
		words[n++] = w;
	bool udp = strcmp(words[0], "u") == 0;
	for (unsigned i = 0; i < n; i++) {
		unsigned j = how == BACKWARDS ? n - 1 - i : i;
		bool other = how >= IN_TWO && i % 2;
		if (strcmp(words[j], "u") != 0)
			add(k, words[j], j + 1, udp, other ? 18 : 17);
	}
	bool turned = how == IN_TWO_TURNED && phone_tracker_knows(k, &there);
	if (how >= IN_TWO)
		phone_tracker_join(
		    k, turned ? &there : &here, turned ? &here : &there);
	phone_tracker_finish(k, &sink, NULL);
	phone_tracker_free(k);
	CU_ASSERT_EQUAL(pay.used, 0);
}

static void
test_chain(void)
{
	for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
		struct got g, back;
		unit_row(rows[i].name);
		play(&rows[i], AS_IS, &g);
		CU_ASSERT_EQUAL(g.n, 1);
		CU_ASSERT_STRING_EQUAL(g.chain, rows[i].chain);
		CU_ASSERT_STRING_EQUAL(g.stopped, rows[i].stopped);
		CU_ASSERT_EQUAL(g.outcome, rows[i].outcome);
		if (strcmp(g.chain, rows[i].chain) ||
		    strcmp(g.stopped, rows[i].stopped) ||
		    g.outcome != rows[i].outcome)
			fprintf(stderr, "# %s: %s, stopped '%s', %s\n",
			    rows[i].name, g.chain, g.stopped,
			    g.outcome ? rec_outcome_name(g.outcome) : "-");
		/* Records come in any order. */
		play(&rows[i], BACKWARDS, &back);
		CU_ASSERT_EQUAL(memcmp(&g, &back, sizeof g), 0);
		/* From whichever of its addresses. */
		if (strncmp(rows[i].words, "u ", 2) == 0)
			continue; /* its first word is none */
		play(&rows[i], IN_TWO, &back);
		CU_ASSERT_EQUAL(memcmp(&g, &back, sizeof g), 0);
		play(&rows[i], IN_TWO_TURNED, &back);
		CU_ASSERT_EQUAL(memcmp(&g, &back, sizeof g), 0);
	}
}

/* Two addresses that have users, and none of them in common. */
static void
test_strangers(void)
{
	static const struct {
		const char *here, *there;
		bool strangers;
	} pairs[] = {{"A+", "B+", true}, {"A!", "B?", true},
	    {"A+", "A!", false}, {"A+", "tcp!", false}, {"tcp!", "B+", false},
	    {"A+", NULL, false}, {"A+ B+", "B!", false}};
	for (size_t i = 0; i < sizeof pairs / sizeof *pairs; i++) {
		struct rs_account pay;
		rs_account_init(&pay, LIMIT);
		struct phone_tracker *k = phone_tracker_new(&seed, &pay);
		unit_row(pairs[i].here);
		for (const char *w = pairs[i].here; *w; w += strcspn(w, " ")) {
			char word[8];
			w += strspn(w, " ");
			snprintf(
			    word, sizeof word, "%.*s", (int)strcspn(w, " "), w);
			add(k, word, 1, true, 17);
		}
		if (pairs[i].there)
			add(k, pairs[i].there, 2, true, 18);
		CU_ASSERT_EQUAL(phone_tracker_strangers(k, &here, &there),
		    pairs[i].strangers);
		CU_ASSERT_EQUAL(phone_tracker_strangers(k, &there, &here),
		    pairs[i].strangers);
		phone_tracker_free(k);
	}
}

static void
test_counts(void)
{
	struct got g;
	const struct row r = {"", "u A! A+ B! A-! A?", "", "", 0};
	play(&r, AS_IS, &g);
	CU_ASSERT_EQUAL(g.attempts, 4);
	CU_ASSERT_EQUAL(g.failed, 2);
	CU_ASSERT_EQUAL(g.aors, 2);
	CU_ASSERT_STRING_EQUAL(
	    g.lines, "sip:a@x registered #3;sip:b@x auth_failed #4;");
	CU_ASSERT_EQUAL(g.agents, 1);
	CU_ASSERT_EQUAL(g.evidence, 1);
	CU_ASSERT_EQUAL(g.first[0], 2);
}

static void
test_order_and_limit(void)
{
	struct rs_account pay;
	struct got g = {0};
	const struct rec_sink sink = {on_record, &g};
	rs_account_init(&pay, LIMIT);
	struct phone_tracker *k = phone_tracker_new(&seed, &pay);
	add(k, "A+", 9, true, 3);
	add(k, "A+", 2, true, 9);
	add(k, "A+", 5, true, 1);
	phone_tracker_finish(k, &sink, NULL);
	CU_ASSERT_EQUAL(g.n, 3);
	CU_ASSERT(g.first[0] == 2 && g.first[1] == 5 && g.first[2] == 9);
	phone_tracker_free(k);
	rs_account_init(&pay, 4096);
	k = phone_tracker_new(&seed, &pay);
	for (unsigned i = 1; i <= 50; i++)
		add(k, "A+", i, true, (uint8_t)i);
	CU_ASSERT(phone_tracker_refused(k) > 40);
	CU_ASSERT(pay.highest <= 4096);
	phone_tracker_free(k);
	CU_ASSERT_EQUAL(pay.used, 0);
}

static void
test_scanner_agents(void)
{
	static const struct {
		const char *agent;
		enum scanner_agent is;
	} names[] = {{"friendly-scanner", SCANNER_AGENT_TOOL},
	    {"Friendly-Scanner/0.3", SCANNER_AGENT_TOOL},
	    {"sipvicious", SCANNER_AGENT_TOOL},
	    {"smap 0.6", SCANNER_AGENT_TOOL},
	    {"smaphone 2", SCANNER_AGENT_NONE}, {"Gulp", SCANNER_AGENT_TOOL},
	    {"sipcli/v1.8", SCANNER_AGENT_PRODUCT},
	    {"VaxSIPUserAgent/3.1", SCANNER_AGENT_PRODUCT},
	    {"eyeBeam release 3006o", SCANNER_AGENT_NONE},
	    {"not friendly-scanner", SCANNER_AGENT_NONE},
	    {"", SCANNER_AGENT_NONE}};
	for (size_t i = 0; i < sizeof names / sizeof *names; i++)
		CU_ASSERT_EQUAL(
		    scanner_agent(rs_span_str(names[i].agent)), names[i].is);
}

struct scan {
	const char *name;
	unsigned users, tries;   /* attempts on each */
	int status;              /* of each; 0: no answer */
	bool answers, registers; /* the last one does */
	const char *agent, *last_agent;
	const char *reason; /* NULL: no scanner */
};

static const struct scan scans[] = {
    {"16 users", 16, 1, 401, false, false, "x/1", NULL, "many_users"},
    {"15 users", 15, 1, 401, false, false, "x/1", NULL, NULL},
    {"unknown users", 64, 3, 404, false, false, "x/1", NULL, NULL},
    {"phones that try again", 20, 4, 401, false, false, "x/1", NULL, NULL},
    {"registrar down", 40, 1, 0, false, false, "x/1", NULL, NULL},
    {"registrar overloaded", 40, 1, 503, false, false, "x/1", NULL, NULL},
    {"one answered", 40, 1, 401, true, false, "x/1", NULL, NULL},
    {"one registered", 40, 1, 401, false, true, "x/1", NULL, NULL},
    {"known", 1, 1, 0, false, false, "friendly-scanner", NULL, "user_agent"},
    {"known, registered", 1, 2, 401, false, true, "sipvicious", NULL, NULL},
    {"known, and a phone", 2, 1, 0, false, false, "sivus", "x/1", NULL},
    {"sipcli without answer", 1, 2, 0, false, false, "sipcli/v1.8", NULL, NULL},
    {"sipcli", 1, 2, 401, false, false, "sipcli/v1.8", NULL, "user_agent"},
    {"no user agent", 1, 1, 401, false, false, "", NULL, NULL},
};

static void
scan_try(struct phone_tracker *k, const struct scan *s, unsigned user,
    unsigned at, bool last)
{
	struct rec_registration r;
	struct rec_transaction t;
	char aor[24];
	rec_init(&rec_registration_type, &r);
	rec_init(&rec_transaction_type, &t);
	snprintf(aor, sizeof aor, "sip:%u@x", user);
	r.id.frame.number = at;
	r.started = r.ended = at * RS_SEC;
	r.client.at.addr = rs_addr_v4((const uint8_t[]){192, 0, 2, 66});
	r.aor = rs_span_str(aor);
	r.user_agent =
	    rs_span_str(last && s->last_agent ? s->last_agent : s->agent);
	r.kind = REC_INITIAL;
	if (s->status)
		t.status = s->status;
	if (last && s->answers)
		t.credentials = RS_TRUE;
	r.outcome = last && s->registers ? REC_REGISTERED
		    : s->status == 0     ? REC_TIMED_OUT
		    : s->status == 401   ? REC_CHALLENGE_UNANSWERED
					 : REC_REJECTED;
	r.transactions = (struct rec_list){&t, 1, 1};
	phone_tracker_add(k, &rec_registration_type, &r);
}

static void
on_scan(void *arg, const struct rec_type *type, const void *rec)
{
	const struct rec_phone *p = rec;
	(void)type;
	*(struct rec_phone *)arg = *p; /* its reason is a literal */
}

static void
test_scanners(void)
{
	for (size_t i = 0; i < sizeof scans / sizeof *scans; i++) {
		const struct scan *s = &scans[i];
		struct rs_account pay;
		struct rec_phone p = {0};
		const struct rec_sink sink = {on_scan, &p};
		rs_account_init(&pay, LIMIT);
		struct phone_tracker *k = phone_tracker_new(&seed, &pay);
		unsigned at = 1, n = s->users * s->tries;
		for (; at <= n; at++)
			scan_try(k, s, at % s->users, at, at == n);
		add(k, "A!", at, true, 1); /* somebody else */
		phone_tracker_find_scanners(k);
		phone_tracker_finish(k, &sink, NULL);
		CU_ASSERT_EQUAL(p.scanner, RS_UNKNOWN);
		const struct rs_addr him =
		    rs_addr_v4((const uint8_t[]){192, 0, 2, 66});
		bool is = phone_tracker_scanner(k, &him);
		if (is != (s->reason != NULL))
			printf("# %s\n", s->name);
		CU_ASSERT_EQUAL(is, s->reason != NULL);
		phone_tracker_free(k);
		k = phone_tracker_new(&seed, &pay);
		for (at = 1; at <= n; at++)
			scan_try(k, s, at % s->users, at, at == n);
		phone_tracker_finish(k, &sink, NULL);
		CU_ASSERT_EQUAL(p.scanner, is ? RS_TRUE : RS_UNKNOWN);
		CU_ASSERT(!is ||
			  rs_span_eq(p.scanner_reason, rs_span_str(s->reason)));
		phone_tracker_free(k);
		CU_ASSERT_EQUAL(pay.used, 0);
	}
}

static void
test_retry_after(void)
{
	static const struct {
		int64_t asked;  /* s, by the first answer, at 1 s; 0: not */
		rs_time second; /* when the next attempt begins, in ms */
		unsigned server;
		int64_t obeyed, ignored;
	} waits[] = {{30, 31000, 1, 1, 0}, {30, 30501, 1, 1, 0},
	    {30, 30499, 1, 0, 1}, {30, 9000, 1, 0, 1},
	    {30, 9000, 2, REC_ABSENT, REC_ABSENT},
	    {30, 900, 1, REC_ABSENT, REC_ABSENT},
	    {0, 9000, 1, REC_ABSENT, REC_ABSENT}, {INT64_MAX, 9000, 1, 0, 1},
	    {-5, 9000, 1, REC_ABSENT, REC_ABSENT}};
	for (size_t i = 0; i < sizeof waits / sizeof *waits; i++) {
		struct rs_account pay;
		struct rec_phone p;
		const struct rec_sink sink = {on_scan, &p};
		rs_account_init(&pay, LIMIT);
		struct phone_tracker *k = phone_tracker_new(&seed, &pay);
		for (unsigned n = 0; n < 2; n++) {
			struct rec_registration r;
			struct rec_transaction t;
			rec_init(&rec_registration_type, &r);
			rec_init(&rec_transaction_type, &t);
			r.id.frame.number = n + 1;
			r.started = n ? waits[i].second * RS_MSEC : 0;
			r.ended = r.started + RS_SEC;
			r.client.at.addr =
			    rs_addr_v4((const uint8_t[]){192, 0, 2, 7});
			t.server.at.addr = rs_addr_v4((const uint8_t[]){
			    192, 0, 2, (uint8_t)(n ? waits[i].server : 1)});
			r.aor = RS_LIT("sip:a@x");
			r.kind = REC_INITIAL;
			r.outcome = REC_REJECTED;
			t.status = 503;
			t.response_time = r.ended;
			if (n == 0 && waits[i].asked)
				t.retry_after = waits[i].asked;
			r.transactions = (struct rec_list){&t, 1, 1};
			phone_tracker_add(k, &rec_registration_type, &r);
		}
		phone_tracker_finish(k, &sink, NULL);
		CU_ASSERT_EQUAL(p.retry_after_obeyed, waits[i].obeyed);
		CU_ASSERT_EQUAL(p.retry_after_ignored, waits[i].ignored);
		phone_tracker_free(k);
	}
}

static void
on_hosts(void *arg, const struct rec_type *type, const void *rec)
{
	CU_ASSERT_PTR_EQUAL(type, &rec_phone_type);
	*(bool *)arg = ((const struct rec_phone *)rec)->several_hosts;
}

/* The Contact of a's and of b's last attempts, whose packets come from
   192.0.2.7: are they of different hosts? */
static void
test_contact_hosts(void)
{
	static const struct {
		const char *a, *b, *a_before;
		bool several;
	} pairs[] = {
	    {"sip:a@192.0.2.7:5060", "sip:b@192.0.2.7:5062", NULL, false},
	    {"sip:a@10.0.0.11", "sip:b@10.0.0.11:5062;ob", NULL, false},
	    {"sip:a@10.0.0.11", "sip:b@10.0.0.12", NULL, true},
	    {"sip:a@192.0.2.7", "sip:b@10.0.0.12", NULL, true},
	    {"sip:a@one.invalid", "sip:b@two.invalid", NULL, true},
	    {"sip:a@one.invalid", "sip:b@one.invalid", NULL, false},
	    {"sip:a@10.0.0.11", NULL, NULL, false},
	    {"sip:a@10.0.0.11", "*", NULL, false},
	    {"sip:a@192.0.2.7", "sip:b@192.0.2.7", "sip:a@10.0.0.11", false},
	};
	for (size_t i = 0; i < sizeof pairs / sizeof *pairs; i++) {
		const char *uris[] = {
		    pairs[i].a_before, pairs[i].a, pairs[i].b};
		bool several = !pairs[i].several;
		const struct rec_sink sink = {on_hosts, &several};
		struct rs_account pay;
		rs_account_init(&pay, LIMIT);
		struct phone_tracker *k = phone_tracker_new(&seed, &pay);
		unit_row(pairs[i].a);
		for (unsigned n = 0; n < 3; n++) {
			struct rec_registration r;
			struct rec_contact c;
			rec_init(&rec_registration_type, &r);
			rec_init(&rec_contact_type, &c);
			r.id.frame.number = n + 1;
			r.started = r.ended = n * RS_SEC;
			r.client.at.addr =
			    rs_addr_v4((const uint8_t[]){192, 0, 2, 7});
			r.aor = n < 2 ? RS_LIT("sip:a@x") : RS_LIT("sip:b@x");
			r.kind = REC_INITIAL;
			r.outcome = n < 2 ? REC_REGISTERED : REC_AUTH_FAILED;
			c.uri = rs_span_str(uris[n]);
			if (uris[n])
				r.contacts = (struct rec_list){&c, 1, 1};
			phone_tracker_add(k, &rec_registration_type, &r);
		}
		phone_tracker_finish(k, &sink, NULL);
		CU_ASSERT_EQUAL(several, pairs[i].several);
		phone_tracker_free(k);
	}
}

static void
on_place(void *arg, const struct rec_type *type, const void *rec)
{
	char *to = arg;
	const struct rec_phone *p = rec;
	const struct rec_stage *s = p->chain.v;
	CU_ASSERT_PTR_EQUAL(type, &rec_phone_type);
	size_t n = strlen(to);
	snprintf(to + n, 200 - n, "%u:", rs_addr_place(&p->client.at.addr));
	for (uint32_t i = 0; i < p->chain.n; i++) {
		n = strlen(to);
		snprintf(
		    to + n, 200 - n, " %s", rec_stage_state_name(s[i].state));
	}
	n = strlen(to);
	snprintf(to + n, 200 - n, "%s;", p->shared == RS_TRUE ? " ?" : "");
}

/* Of the second host of an address its registrations tell the way; that one of
   them registered is known of the address.  Joined, they may be several. */
static void
test_places(void)
{
	static const char *const apart = "0: not_seen not_seen failed;"
					 "1: ok ok ok;",
				 *const joined = "0: ok ok failed ?;";
	for (unsigned join = 0; join < 2; join++) {
		char said[200] = "";
		const struct rec_sink sink = {on_place, said};
		const struct rs_addr plain =
		    rs_addr_v4((const uint8_t[]){192, 0, 2, 7});
		const struct rs_addr other = rs_addr_behind(plain, 1);
		struct rs_account pay;
		rs_account_init(&pay, LIMIT);
		struct phone_tracker *k = phone_tracker_new(&seed, &pay);
		for (unsigned n = 0; n < 2; n++) {
			struct rec_registration r;
			struct rec_contact c;
			rec_init(&rec_registration_type, &r);
			rec_init(&rec_contact_type, &c);
			r.id.frame.number = n + 1;
			r.started = r.ended = n * RS_SEC;
			r.client.at.addr = n ? other : plain;
			r.aor = n ? RS_LIT("sip:a@x") : RS_LIT("sip:b@x");
			r.transport = REC_TLS;
			r.kind = REC_INITIAL;
			r.outcome = n ? REC_REGISTERED : REC_AUTH_FAILED;
			if (n)
				r.handshake.frame.number = 9;
			c.uri = n ? RS_LIT("sip:a@10.0.0.1")
				  : RS_LIT("sip:b@10.0.0.2");
			r.contacts = (struct rec_list){&c, 1, 1};
			phone_tracker_add(k, &rec_registration_type, &r);
		}
		CU_ASSERT(phone_tracker_registered(k, &plain));
		if (join)
			phone_tracker_join(k, &plain, &other);
		phone_tracker_finish(k, &sink, NULL);
		CU_ASSERT_STRING_EQUAL(said, join ? joined : apart);
		if (strcmp(said, join ? joined : apart) != 0)
			printf("# got %s\n", said);
		phone_tracker_free(k);
	}
}

/* Hosts behind one address that have one user: what one of them got is not said
   of the other one, unless they are one phone that has moved. */
static void
test_lines_of_hosts(void)
{
	static const struct {
		const char *name;
		unsigned place;
		const char *instances[2];
		const char *lines;
	} hosts[] = {
	    {"two hosts", 1, {NULL, NULL},
		"sip:a@x auth_failed #0;sip:a@x registered #1;"},
	    {"one host", 0, {NULL, NULL}, "sip:a@x registered #1;"},
	    {"one instance", 1, {"i", "i"}, "sip:a@x registered #1;"},
	    {"two instances", 1, {"i", "j"},
		"sip:a@x auth_failed #0;sip:a@x registered #1;"},
	};
	for (size_t i = 0; i < sizeof hosts / sizeof *hosts; i++) {
		struct got g = {0};
		const struct rec_sink sink = {on_record, &g};
		const struct rs_addr plain =
		    rs_addr_v4((const uint8_t[]){192, 0, 2, 7});
		const struct rs_addr other =
		    rs_addr_behind(plain, hosts[i].place);
		struct rs_account pay;
		rs_account_init(&pay, LIMIT);
		unit_row(hosts[i].name);
		struct phone_tracker *k = phone_tracker_new(&seed, &pay);
		for (unsigned n = 0; n < 2; n++) {
			struct rec_registration r;
			struct rec_contact c;
			rec_init(&rec_registration_type, &r);
			rec_init(&rec_contact_type, &c);
			r.id.frame.number = n;
			r.started = r.ended = n * RS_SEC;
			r.client.at.addr = n ? other : plain;
			r.aor = RS_LIT("sip:a@x");
			r.kind = REC_INITIAL;
			r.outcome = n ? REC_REGISTERED : REC_AUTH_FAILED;
			c.instance = rs_span_str(hosts[i].instances[n]);
			r.contacts = (struct rec_list){&c, 1, 1};
			phone_tracker_add(k, &rec_registration_type, &r);
		}
		phone_tracker_join(k, &plain, &other);
		phone_tracker_finish(k, &sink, NULL);
		CU_ASSERT_STRING_EQUAL(g.lines, hosts[i].lines);
		CU_ASSERT_EQUAL(g.aors, 1);
		CU_ASSERT_EQUAL(rec_outcome_failed(g.outcome),
		    strstr(hosts[i].lines, "failed") != NULL);
		phone_tracker_free(k);
		CU_ASSERT_EQUAL(pay.used, 0);
	}
}

/* Who connects from an address of several is not known: one that could not is
   no failure of the first one, if any registered after that. */
static void
test_place_connects(void)
{
	for (unsigned late = 0; late < 2; late++) {
		struct got g = {0};
		const struct rec_sink sink = {on_record, &g};
		const struct rs_addr plain =
		    rs_addr_v4((const uint8_t[]){192, 0, 2, 7});
		struct rs_account pay;
		struct rec_registration r;
		struct rec_connection c;
		rs_account_init(&pay, LIMIT);
		struct phone_tracker *k = phone_tracker_new(&seed, &pay);
		rec_init(&rec_registration_type, &r);
		rec_init(&rec_connection_type, &c);
		r.aor = RS_LIT("sip:a@x");
		r.transport = REC_UDP;
		r.kind = REC_INITIAL;
		r.outcome = REC_REGISTERED;
		r.started = r.ended = RS_SEC;
		r.id.frame.number = 1;
		r.client.at.addr = plain;
		phone_tracker_add(k, &rec_registration_type, &r);
		r.aor = RS_LIT("sip:b@x");
		r.started = r.ended = (late ? 4 : 2) * RS_SEC;
		r.id.frame.number = 4;
		r.client.at.addr = rs_addr_behind(plain, 1);
		phone_tracker_add(k, &rec_registration_type, &r);
		c.id.frame.number = 3;
		c.started = c.ended = 3 * RS_SEC;
		c.client.at.addr = plain;
		c.conn_state = RS_LIT("REJ");
		phone_tracker_add(k, &rec_connection_type, &c);
		struct rec_arena a;
		struct rec_phone p;
		rec_arena_init(&a, NULL, NULL);
		CU_ASSERT(phone_tracker_find(k, &plain, &p, &a));
		CU_ASSERT_EQUAL(p.stopped_at.n != 0, !late);
		CU_ASSERT_EQUAL(
		    p.outcome, late ? REC_REGISTERED : REC_OUTCOME_NONE);
		rec_arena_clear(&a);
		phone_tracker_finish(k, &sink, NULL);
		CU_ASSERT_EQUAL(g.n, 2);
		phone_tracker_free(k);
	}
}

UNIT_MAIN("phone", UNIT(test_chain), UNIT(test_strangers), UNIT(test_counts),
    UNIT(test_order_and_limit), UNIT(test_scanner_agents), UNIT(test_scanners),
    UNIT(test_retry_after), UNIT(test_contact_hosts), UNIT(test_places),
    UNIT(test_lines_of_hosts), UNIT(test_place_connects))
