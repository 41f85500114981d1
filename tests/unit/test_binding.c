/* SPDX-License-Identifier: Apache-2.0 */
/* Bindings: grants, refreshes, lapses, how they end. */
#include "track/binding.h"

#include "unit.h"

#include <stdio.h>
#include <string.h>

/* One closed registration, as far as bindings look at it; times in seconds. */
struct step {
	int64_t at;
	enum rec_outcome outcome;
	const char *contact, *instance; /* contact NULL: the capture ends;
					   several with blanks between */
	int64_t requested, granted;
	const char *flaw;
};

struct heard {
	char text[2048];
	size_t n;
};

static void
record(void *arg, const struct rec_type *type, const void *rec)
{
	const struct rec_binding *b = rec;
	struct heard *h = arg;
	CU_ASSERT_PTR_EQUAL(type, &rec_binding_type);
	h->n += (size_t)snprintf(h->text + h->n, sizeof h->text - h->n,
	    "%.*s %s %lld-%lld grants=%lld/%u refreshes=%lld",
	    (int)b->contact.n, (const char *)b->contact.p,
	    rec_binding_state_name(b->state), (long long)(b->started / RS_SEC),
	    (long long)(b->ended / RS_SEC), (long long)b->granted_total,
	    b->grants.n, (long long)b->refreshes);
	if (b->refresh_margin != REC_ABSENT)
		h->n += (size_t)snprintf(h->text + h->n, sizeof h->text - h->n,
		    " margin=%lld", (long long)b->refresh_margin);
	const struct rec_lapse *l = b->lapses.v;
	for (uint32_t i = 0; i < b->lapses.n; i++)
		h->n += (size_t)snprintf(h->text + h->n, sizeof h->text - h->n,
		    " lapse=%lld", (long long)(l[i].length / RS_SEC));
	if (b->next_expiry != RS_NEVER)
		h->n += (size_t)snprintf(h->text + h->n, sizeof h->text - h->n,
		    " next=%lld", (long long)(b->next_expiry / RS_SEC));
	h->n += (size_t)snprintf(h->text + h->n, sizeof h->text - h->n, "\n");
}

static void
take(struct binding_tracker *k, const struct step *s, uint64_t frame)
{
	struct rec_registration r;
	struct rec_contact c[3];
	struct rs_span left = rs_span_str(s->contact);
	uint32_t n = 0;
	struct rs_span flaw = rs_span_str(s->flaw);
	rec_init(&rec_registration_type, &r);
	r.id.frame.number = frame;
	r.started = r.ended = s->at * RS_SEC;
	r.aor = RS_LIT("sip:alice@Example.com");
	r.outcome = s->outcome;
	do {
		size_t blank = rs_span_find(left, ' ');
		rec_init(&rec_contact_type, &c[n]);
		c[n].uri = rs_span_part(left, 0, blank);
		c[n].instance = rs_span_str(s->instance);
		c[n].expires_requested = s->requested;
		c[n].expires_granted = s->granted;
		n++;
		left = blank < left.n
			   ? rs_span_part(left, blank + 1, left.n - blank - 1)
			   : (struct rs_span){0};
	} while (left.n && n < 3);
	r.contacts = (struct rec_list){c, n, n};
	if (flaw.p)
		r.flaws = (struct rec_list){&flaw, 1, 1};
	binding_tracker_registration(k, &r);
}

/* clang-format off */
#define G(at, granted) {at, REC_REGISTERED, "sip:a@h", NULL, 100, granted, NULL}
#define END(when) {.at = when}
/* clang-format on */

static void
test_lives(void)
{
	static const struct {
		const char *name;
		struct step steps[10];
		const char *expected;
	} rows[] = {
	    {"held", {G(0, 100), END(90)},
		"sip:a@h held 0-90 grants=1/1 refreshes=0 next=100\n"},
	    {"expired", {G(0, 100), END(130)},
		"sip:a@h expired 0-100 grants=1/1 refreshes=0\n"},
	    {"refreshed in time, the least margin counts",
		{G(0, 100), G(50, 100), G(140, 100), END(150)},
		"sip:a@h held 0-150 grants=3/3 refreshes=2 margin=100 "
		"next=240\n"},
	    {"refreshed too late", {G(0, 100), G(112, 100), END(120)},
		"sip:a@h held 0-120 grants=2/2 refreshes=0 lapse=12 "
		"next=212\n"},
	    {"too late, but something was not captured in between",
		{G(0, 100),
		    {90, REC_CUT_OFF, "sip:a@h", NULL, 100, REC_ABSENT, "gap"},
		    G(112, 100), END(120)},
		"sip:a@h held 0-120 grants=2/2 refreshes=0 next=212\n"},
	    {"cut off by the capture's end is no hole",
		{G(0, 100),
		    {99, REC_CUT_OFF, "sip:a@h", NULL, 100, REC_ABSENT, NULL},
		    END(120)},
		"sip:a@h expired 0-100 grants=1/1 refreshes=0\n"},
	    {"removed too late: that is a lapse too",
		{G(0, 100),
		    {120, REC_UNREGISTERED, "sip:a@h", NULL, 0, REC_ABSENT,
			NULL},
		    END(130)},
		"sip:a@h removed 0-120 grants=1/1 refreshes=0 lapse=20\n"},
	    {"removed",
		{G(0, 100),
		    {50, REC_UNREGISTERED, "sip:a@h", NULL, 0, REC_ABSENT,
			NULL},
		    END(60)},
		"sip:a@h removed 0-50 grants=1/1 refreshes=0\n"},
	    {"a removal that failed",
		{G(0, 100),
		    {50, REC_AUTH_FAILED, "sip:a@h", NULL, 0, REC_ABSENT, NULL},
		    END(60)},
		"sip:a@h held 0-60 grants=1/1 refreshes=0 next=100\n"},
	    {"all removed",
		{G(0, 100),
		    {10, REC_REGISTERED, "sip:b@h", NULL, 100, 100, NULL},
		    {50, REC_UNREGISTERED, "*", NULL, 0, REC_ABSENT, NULL},
		    END(60)},
		"sip:b@h removed 10-50 grants=1/1 refreshes=0\n"
		"sip:a@h removed 0-50 grants=1/1 refreshes=0\n"},
	    {"by instance, though the phone moved",
		{{0, REC_REGISTERED, "sip:a@h", "urn:1", 100, 100, NULL},
		    {60, REC_REGISTERED, "sip:a@other", "urn:1", 100, 100,
			NULL},
		    END(70)},
		"sip:a@h held 0-70 grants=2/2 refreshes=1 margin=400 "
		"next=160\n"},
	    {"near miss: another instance at the same place",
		{{0, REC_REGISTERED, "sip:a@h", "urn:1", 100, 100, NULL},
		    {60, REC_REGISTERED, "sip:a@h", "urn:2", 100, 100, NULL},
		    END(70)},
		"sip:a@h held 0-70 grants=1/1 refreshes=0 next=100\n"
		"sip:a@h held 60-70 grants=1/1 refreshes=0 next=160\n"},
	    {"two ports in one REGISTER are two bindings",
		{{0, REC_REGISTERED, "sip:a@h sip:a@h:5070", NULL, 100, 100,
		     NULL},
		    {60, REC_REGISTERED, "sip:a@h sip:a@h:5070", NULL, 100, 100,
			NULL},
		    END(70)},
		"sip:a@h held 0-70 grants=2/2 refreshes=1 margin=400 "
		"next=160\n"
		"sip:a@h:5070 held 0-70 grants=2/2 refreshes=1 margin=400 "
		"next=160\n"},
	    {"near miss: another port, later",
		{G(0, 100),
		    {60, REC_REGISTERED, "sip:a@h:5070", NULL, 100, 100, NULL},
		    END(70)},
		"sip:a@h held 0-70 grants=2/2 refreshes=1 margin=400 "
		"next=160\n"},
	    {"near miss: the same twice in one REGISTER",
		{{0, REC_REGISTERED, "sip:a@h sip:a@h", NULL, 100, 100, NULL},
		    END(70)},
		"sip:a@h held 0-70 grants=1/1 refreshes=0 next=100\n"},
	    {"nobody said how long: nothing is claimed",
		{G(0, REC_ABSENT), G(9999, REC_ABSENT), END(99999)},
		"sip:a@h unknown 0-99999 grants=2/2 refreshes=1\n"},
	    {"the first and the last three grants are kept",
		{G(0, 100), G(10, 100), G(20, 100), G(30, 100), G(40, 100),
		    G(50, 100), END(60)},
		"sip:a@h held 0-60 grants=6/4 refreshes=5 margin=900 "
		"next=150\n"},
	};
	const struct rs_hash_seed seed = {5, 6};
	for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
		struct rs_account pay;
		struct heard h = {.n = 0};
		const struct rec_sink out = {record, &h};
		rs_account_init(&pay, 1 << 20);
		struct binding_tracker *k =
		    binding_tracker_new(&seed, &pay, &out);
		const struct step *s = rows[i].steps;
		uint64_t frame = 1;
		for (; s->contact; s++)
			take(k, s, frame++);
		binding_tracker_finish(k, s->at * RS_SEC);
		binding_tracker_free(k);
		unit_row(rows[i].name);
		if (strcmp(h.text, rows[i].expected) != 0)
			printf("# %s: %s", rows[i].name, h.text);
		CU_ASSERT_STRING_EQUAL(h.text, rows[i].expected);
		CU_ASSERT_EQUAL(pay.used, 0);
	}
}

/* ---- what the capture may have missed ---- */

static void
missed(void *arg, const struct rec_type *type, const void *rec)
{
	const struct rec_binding *b = rec;
	const struct rec_lapse *l = b->lapses.v;
	(void)type;
	*(int64_t *)arg = b->lapses.n == 1 ? l[0].missed : -1;
}

static void
test_missed(void)
{
	static const struct {
		const char *name;
		struct {
			int64_t at, cseq;
			enum rec_outcome outcome;
			const char *call_id;
			int64_t repeats;
		} steps[3];
		int64_t expected;
	} rows[] = {
	    {"none",
		{{1, 1, REC_REGISTERED, "x", 0},
		    {99, 2, REC_REGISTERED, "x", 0}},
		0},
	    {"two",
		{{1, 1, REC_REGISTERED, "x", 0},
		    {99, 4, REC_REGISTERED, "x", 0}},
		2},
	    {"another Call-ID",
		{{1, 1, REC_REGISTERED, "x", 0},
		    {99, 2, REC_REGISTERED, "y", 0}},
		REC_ABSENT},
	    {"refused in between",
		{{1, 1, REC_REGISTERED, "x", 0}, {50, 2, REC_REJECTED, "x", 0},
		    {99, 3, REC_REGISTERED, "x", 0}},
		0},
	    {"an answer may have been missed",
		{{1, 1, REC_REGISTERED, "x", 0}, {50, 2, REC_TIMED_OUT, "x", 0},
		    {99, 3, REC_REGISTERED, "x", 0}},
		1},
	    {"no: it was sent again",
		{{1, 1, REC_REGISTERED, "x", 0},
		    {50, 2, REC_TIMED_OUT, "x", 10},
		    {99, 3, REC_REGISTERED, "x", 0}},
		0},
	};
	const struct rs_hash_seed seed = {5, 6};
	for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
		struct rs_account pay;
		int64_t got = -2;
		const struct rec_sink out = {missed, &got};
		rs_account_init(&pay, 1 << 20);
		struct binding_tracker *k =
		    binding_tracker_new(&seed, &pay, &out);
		for (unsigned n = 0; n < 3 && rows[i].steps[n].at; n++) {
			struct rec_registration r;
			struct rec_transaction t;
			struct rec_contact c;
			rec_init(&rec_registration_type, &r);
			rec_init(&rec_transaction_type, &t);
			rec_init(&rec_contact_type, &c);
			r.id.frame.number = n + 1;
			r.started = r.ended = rows[i].steps[n].at * RS_SEC;
			r.aor = RS_LIT("sip:a@example.com");
			r.call_id = rs_span_str(rows[i].steps[n].call_id);
			r.outcome = rows[i].steps[n].outcome;
			r.transport = REC_UDP;
			t.cseq = rows[i].steps[n].cseq;
			t.retransmissions = rows[i].steps[n].repeats;
			c.uri = RS_LIT("sip:a@h");
			c.expires_requested = c.expires_granted = 60;
			r.contacts = (struct rec_list){&c, 1, 1};
			r.transactions = (struct rec_list){&t, 1, 1};
			binding_tracker_registration(k, &r);
		}
		binding_tracker_finish(k, 100 * RS_SEC);
		binding_tracker_free(k);
		unit_row(rows[i].name);
		CU_ASSERT_EQUAL(got, rows[i].expected);
	}
}

/* ---- several phones of one AOR ---- */

struct rival_step {
	int64_t at;
	uint8_t host; /* of the client; 0: the end */
	const char *contact, *instance, *reg_id;
	int64_t requested;
	const char *lists[2]; /* other contacts in the 2xx; "!": not whole */
	const char *call_id;
};

static void
rival(void *arg, const struct rec_type *type, const void *rec)
{
	const struct rec_binding *b = rec;
	struct heard *h = arg;
	(void)type;
	h->n += (size_t)snprintf(h->text + h->n, sizeof h->text - h->n,
	    "%.*s %s", (int)b->contact.n, (const char *)b->contact.p,
	    rec_binding_state_name(b->state));
	const struct rec_displaced *d = b->displaced.v;
	for (uint32_t i = 0; i < b->displaced.n; i++)
		h->n += (size_t)snprintf(h->text + h->n, sizeof h->text - h->n,
		    " %lld<%.*s@%u/%llu", (long long)(d[i].at / RS_SEC),
		    (int)d[i].contact.n, (const char *)d[i].contact.p,
		    d[i].client.at.addr.b[3],
		    (unsigned long long)d[i].back_frame.number);
	if (b->displaced_total != REC_ABSENT)
		h->n += (size_t)snprintf(h->text + h->n, sizeof h->text - h->n,
		    " =%lld", (long long)b->displaced_total);
	const struct rec_move *m = b->moves.v;
	for (uint32_t i = 0; i < b->moves.n; i++)
		h->n += (size_t)snprintf(h->text + h->n, sizeof h->text - h->n,
		    " %llu>%llu", (unsigned long long)m[i].removed_frame.number,
		    (unsigned long long)m[i].frame.number);
	if (b->moves_total != REC_ABSENT)
		h->n += (size_t)snprintf(h->text + h->n, sizeof h->text - h->n,
		    " =%lld", (long long)b->moves_total);
	h->n += (size_t)snprintf(h->text + h->n, sizeof h->text - h->n, "\n");
}

static void
rival_take(struct binding_tracker *k, const struct rival_step *s, uint64_t n)
{
	const uint8_t client[] = {192, 0, 2, s->host};
	struct rec_registration r;
	struct rec_contact c, others[2];
	struct rs_span flaw = RS_LIT("too_many_contacts");
	char call_id[8];
	snprintf(call_id, sizeof call_id, "%u", s->host);
	rec_init(&rec_registration_type, &r);
	rec_init(&rec_contact_type, &c);
	r.id.frame.number = n;
	r.started = r.ended = s->at * RS_SEC;
	r.aor = RS_LIT("sip:a@example.com");
	r.call_id = rs_span_str(s->call_id ? s->call_id : call_id);
	r.client.at.addr = rs_addr_v4(client);
	c.uri = rs_span_str(s->contact);
	c.instance = rs_span_str(s->instance);
	c.reg_id = rs_span_str(s->reg_id);
	c.expires_requested = s->requested;
	c.expires_granted = s->requested;
	r.outcome = s->requested ? REC_REGISTERED : REC_UNREGISTERED;
	r.contacts = (struct rec_list){&c, 1, 1};
	for (unsigned i = 0; i < 2 && s->lists[i]; i++) {
		if (s->lists[i][0] == '!') {
			r.flaws = (struct rec_list){&flaw, 1, 1};
			break;
		}
		rec_init(&rec_contact_type, &others[i]);
		others[i].uri = rs_span_str(s->lists[i]);
		r.other_contacts = (struct rec_list){others, i + 1, 2};
	}
	binding_tracker_registration(k, &r);
}

#define ONE "sip:a@192.0.2.1"
#define TWO "sip:a@192.0.2.2"

static void
test_rivals(void)
{
	static const struct {
		const char *name;
		struct rival_step steps[8];
		const char *expected;
	} rows[] = {
	    {"in turns",
		{{1, 1, ONE, NULL, NULL, 60, {NULL}, NULL},
		    {2, 2, TWO, NULL, NULL, 60, {NULL}, NULL},
		    {3, 1, ONE, NULL, NULL, 60, {NULL}, NULL},
		    {4, 2, TWO, NULL, NULL, 60, {NULL}, NULL},
		    {5, 1, ONE, NULL, NULL, 60, {NULL}, NULL}, {.at = 9}},
		TWO " displaced 3<" ONE "@1/4 5<" ONE "@1/0 =2\n" ONE
		    " held 2<" TWO "@2/3 4<" TWO "@2/5 =2\n"},
	    {"by instance, at one address",
		{{1, 1, ONE, "x", NULL, 60, {NULL}, "p"},
		    {2, 1, ONE, "y", NULL, 60, {NULL}, "q"}, {.at = 9}},
		ONE " displaced 2<" ONE "@1/0 =1\n" ONE " held\n"},
	    {"near miss: both are listed",
		{{1, 1, ONE, NULL, NULL, 60, {NULL}, NULL},
		    {2, 2, TWO, NULL, NULL, 60, {ONE}, NULL}, {.at = 9}},
		ONE " held\n" TWO " held\n"},
	    {"near miss: listed under another host, as an SBC does",
		{{1, 1, ONE, NULL, NULL, 60, {NULL}, NULL},
		    {2, 2, TWO, NULL, NULL, 60, {"sip:a@198.51.100.9"}, NULL},
		    {.at = 9}},
		ONE " held\n" TWO " held\n"},
	    {"a third is listed, the first is not",
		{{1, 1, ONE, NULL, NULL, 60, {NULL}, NULL},
		    {2, 3, "sip:a@192.0.2.3", NULL, NULL, 60, {ONE}, NULL},
		    {3, 2, TWO, NULL, NULL, 60, {"sip:a@192.0.2.3"}, NULL},
		    {.at = 9}},
		ONE " displaced 3<" TWO "@2/0 =1\nsip:a@192.0.2.3 held\n" TWO
		    " held\n"},
	    {"near miss: the list was cut",
		{{1, 1, ONE, NULL, NULL, 60, {NULL}, NULL},
		    {2, 2, TWO, NULL, NULL, 60, {"!"}, NULL}, {.at = 9}},
		ONE " held\n" TWO " held\n"},
	    {"near miss: outbound",
		{{1, 1, ONE, "x", "1", 60, {NULL}, "p"},
		    {2, 1, ONE, "x", "2", 60, {NULL}, "q"}, {.at = 9}},
		ONE " held\n" ONE " held\n"},
	    {"near miss: one phone that moved",
		{{1, 1, ONE, NULL, NULL, 60, {NULL}, "p"},
		    {2, 2, TWO, NULL, NULL, 60, {NULL}, "p"}, {.at = 9}},
		ONE " held\n" TWO " held\n"},
	    {"near miss: it had run out",
		{{1, 1, ONE, NULL, NULL, 60, {NULL}, NULL},
		    {70, 2, TWO, NULL, NULL, 60, {NULL}, NULL}, {.at = 99}},
		ONE " expired\n" TWO " held\n"},
	    {"removed, and at once with another port, again and again",
		{{1, 1, ONE ":1", NULL, NULL, 60, {NULL}, NULL},
		    {5, 1, ONE ":1", NULL, NULL, 0, {NULL}, NULL},
		    {5, 1, ONE ":2", NULL, NULL, 60, {NULL}, NULL},
		    {9, 1, ONE ":2", NULL, NULL, 0, {NULL}, NULL},
		    {10, 1, ONE ":3", NULL, NULL, 60, {NULL}, NULL},
		    {.at = 19}},
		ONE ":1 removed\n" ONE ":2 removed 2>3 =1\n" ONE
		    ":3 held 2>3 4>5 =2\n"},
	    {"near miss: the same contact again",
		{{1, 1, ONE ":1", NULL, NULL, 60, {NULL}, NULL},
		    {5, 1, ONE ":1", NULL, NULL, 0, {NULL}, NULL},
		    {5, 1, ONE ":1;x=y", NULL, NULL, 60, {NULL}, NULL},
		    {.at = 9}},
		ONE ":1 removed\n" ONE ":1;x=y held\n"},
	    {"near miss: not at once",
		{{1, 1, ONE, NULL, NULL, 60, {NULL}, NULL},
		    {5, 1, ONE, NULL, NULL, 0, {NULL}, NULL},
		    {8, 1, TWO, NULL, NULL, 60, {NULL}, NULL}, {.at = 9}},
		ONE " removed\n" TWO " held\n"},
	    {"near miss: another phone",
		{{1, 1, ONE, NULL, NULL, 60, {NULL}, NULL},
		    {5, 1, ONE, NULL, NULL, 0, {NULL}, NULL},
		    {5, 2, TWO, NULL, NULL, 60, {NULL}, NULL}, {.at = 9}},
		ONE " removed\n" TWO " held\n"},
	};
	const struct rs_hash_seed seed = {5, 6};
	for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
		struct rs_account pay;
		struct heard h = {.n = 0};
		const struct rec_sink out = {rival, &h};
		rs_account_init(&pay, 1 << 20);
		struct binding_tracker *k =
		    binding_tracker_new(&seed, &pay, &out);
		const struct rival_step *s = rows[i].steps;
		uint64_t frame = 1;
		for (; s->host; s++)
			rival_take(k, s, frame++);
		binding_tracker_finish(k, s->at * RS_SEC);
		binding_tracker_free(k);
		unit_row(rows[i].name);
		if (strcmp(h.text, rows[i].expected) != 0)
			printf("# %s: %s", rows[i].name, h.text);
		CU_ASSERT_STRING_EQUAL(h.text, rows[i].expected);
		CU_ASSERT_EQUAL(pay.used, 0);
	}
}

static void
count(void *arg, const struct rec_type *type, const void *rec)
{
	const struct rec_binding *b = rec;
	unsigned *by_state = arg;
	(void)type;
	by_state[b->state]++;
}

/* Over the budget the oldest go, as unknown. */
static void
test_eviction(void)
{
	const struct rs_hash_seed seed = {5, 6};
	struct rs_account pay;
	unsigned by_state[REC_BINDING_UNKNOWN + 1] = {0};
	const struct rec_sink out = {count, by_state};
	rs_account_init(&pay, 32 * 1024);
	struct binding_tracker *k = binding_tracker_new(&seed, &pay, &out);
	for (unsigned i = 0; i < 1000; i++) {
		char contact[32];
		snprintf(contact, sizeof contact, "sip:u%u@h", i);
		take(k,
		    &(struct step){
			i, REC_REGISTERED, contact, NULL, 9999, 9999, NULL},
		    i + 1);
	}
	binding_tracker_finish(k, 2000 * RS_SEC);
	CU_ASSERT(by_state[REC_BINDING_UNKNOWN] > 500);
	CU_ASSERT(by_state[REC_HELD] > 20);
	CU_ASSERT_EQUAL(
	    by_state[REC_HELD] + by_state[REC_BINDING_UNKNOWN], 1000);
	CU_ASSERT_EQUAL(
	    binding_tracker_evicted(k), by_state[REC_BINDING_UNKNOWN]);
	binding_tracker_free(k);
	CU_ASSERT_EQUAL(pay.used, 0);
}

static void
count_moves(void *arg, const struct rec_type *type, const void *rec)
{
	const struct rec_binding *b = rec;
	(void)type;
	*(unsigned *)arg += b->moves_total == 1;
}

static void
one_of_many(struct binding_tracker *k, unsigned i, bool removal)
{
	char aor[32], contact[48];
	struct rec_registration r;
	struct rec_contact c;
	snprintf(aor, sizeof aor, "sip:u%u@example.com", i);
	snprintf(contact, sizeof contact, "sip:u%u@192.0.2.17:%u", i,
	    removal ? 5060 : 5061);
	rec_init(&rec_registration_type, &r);
	rec_init(&rec_contact_type, &c);
	r.id.frame.number = 1 + i * 2 + !removal;
	r.started = r.ended = RS_SEC + !removal;
	r.aor = rs_span_str(aor);
	r.outcome = removal ? REC_UNREGISTERED : REC_REGISTERED;
	c.uri = rs_span_str(contact);
	c.expires_requested = c.expires_granted = removal ? 0 : 100;
	r.contacts = (struct rec_list){&c, 1, 1};
	binding_tracker_registration(k, &r);
}

/* All move in the same moment: how many are remembered is no matter of luck. */
static void
test_many_moves(void)
{
	static const struct rs_hash_seed seeds[] = {{1, 2}, {3, 4}, {5, 6}};
	for (size_t s = 0; s < 3; s++) {
		unsigned moved = 0;
		struct rs_account pay;
		const struct rec_sink out = {count_moves, &moved};
		rs_account_init(&pay, 16 << 20);
		struct binding_tracker *k =
		    binding_tracker_new(&seeds[s], &pay, &out);
		for (unsigned i = 0; i < 300; i++)
			one_of_many(k, i, true);
		for (unsigned i = 0; i < 300; i++)
			one_of_many(k, i, false);
		binding_tracker_finish(k, 2 * RS_SEC);
		CU_ASSERT_EQUAL(moved, 256);
		binding_tracker_free(k);
		CU_ASSERT_EQUAL(pay.used, 0);
	}
}

/* Reports in between: what is held is told in each, and the rest once. */
static void
test_tell(void)
{
	static const struct {
		struct step step;
		int64_t told; /* when, after that; 0: not */
		const char *expected;
	} rows[] = {
	    {G(0, 100), 50,
		"sip:a@h held 0-50 grants=1/1 refreshes=0 next=100\n"},
	    {{0}, 60, "sip:a@h held 0-60 grants=1/1 refreshes=0 next=100\n"},
	    {{0}, 130, "sip:a@h expired 0-100 grants=1/1 refreshes=0\n"},
	    {{0}, 140, ""},
	    {G(150, 100), 160,
		"sip:a@h held 0-160 grants=2/2 refreshes=0 lapse=50 "
		"next=250\n"},
	    {{0}, 170, "sip:a@h held 0-170 grants=2/1 refreshes=0 next=250\n"},
	    {G(260, 100), 0, ""},
	    {G(370, 100), 380,
		"sip:a@h held 0-380 grants=4/4 refreshes=0 lapse=10 lapse=10 "
		"next=470\n"},
	};
	const struct rs_hash_seed seed = {5, 6};
	struct rs_account pay;
	struct heard open = {.n = 0}, closed = {.n = 0};
	const struct rec_sink to = {record, &open}, out = {record, &closed};
	rs_account_init(&pay, 1 << 20);
	struct binding_tracker *k = binding_tracker_new(&seed, &pay, &out);
	for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
		open = (struct heard){.n = 0};
		if (rows[i].step.contact)
			take(k, &rows[i].step, i + 1);
		if (rows[i].told)
			binding_tracker_tell(k, rows[i].told * RS_SEC, &to);
		CU_ASSERT_STRING_EQUAL(open.text, rows[i].expected);
	}
	CU_ASSERT_STRING_EQUAL(closed.text, "");
	binding_tracker_finish(k, 600 * RS_SEC);
	CU_ASSERT_STRING_EQUAL(
	    closed.text, "sip:a@h expired 0-470 grants=4/1 refreshes=0\n");
	binding_tracker_free(k);
	CU_ASSERT_EQUAL(pay.used, 0);
}

UNIT_MAIN("binding", UNIT(test_many_moves), UNIT(test_lives), UNIT(test_missed),
    UNIT(test_tell), UNIT(test_rivals), UNIT(test_eviction))
