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

UNIT_MAIN("binding", UNIT(test_lives), UNIT(test_eviction))
