/* SPDX-License-Identifier: Apache-2.0 */
/* What reports learn from each other: what is kept, for how long, of whom. */
#include "report/past.h"
#include "unit.h"

#include <stdio.h>

static uint64_t frames;

static struct rec_endpoint
client(unsigned last)
{
	const uint8_t b[4] = {
	    192, 0, (uint8_t)(2 + (last >> 8)), (uint8_t)last};
	return (struct rec_endpoint){.at = {rs_addr_v4(b), 0}};
}

static struct rec_id
next_id(void)
{
	return (struct rec_id){{0, ++frames}, 0};
}

static struct rec_lease
lease(unsigned last, enum rec_lease_state state, rs_time at, int64_t seconds)
{
	struct rec_lease l;
	rec_init(&rec_lease_type, &l);
	l.id = next_id();
	l.started = l.ended = at * RS_SEC;
	l.client = client(last);
	l.protocol = REC_DHCPV4;
	l.state = state;
	l.terms.seconds = seconds;
	return l;
}

static struct rec_id
add_lookup(struct past *p, unsigned last, const char *name,
    enum rec_lookup_state state, rs_time at)
{
	struct rec_lookup l;
	rec_init(&rec_lookup_type, &l);
	l.id = next_id();
	l.started = at * RS_SEC;
	l.client = client(last);
	l.name = rs_span_str(name);
	l.type = RS_LIT("A");
	l.state = state;
	past_add(p, &rec_lookup_type, &l);
	return l.id;
}

static void
add_registration(
    struct past *p, unsigned last, enum rec_outcome outcome, rs_time at)
{
	struct rec_registration r;
	rec_init(&rec_registration_type, &r);
	r.id = next_id();
	r.started = r.ended = at * RS_SEC;
	r.client = client(last);
	r.outcome = outcome;
	r.visibility = REC_CLEAR;
	r.expires_granted = 100;
	past_add(p, &rec_registration_type, &r);
}

static void
count(void *arg, const struct rec_type *type, const void *rec)
{
	unsigned *n = arg;
	(void)type;
	(void)rec;
	++*n;
}

static unsigned
known(struct past *p, rs_time since)
{
	unsigned n = 0;
	past_each(p, since * RS_SEC, &(struct rec_sink){count, &n});
	return n;
}

static void
test_lease(void)
{
	struct past *p = past_new(1 << 20);
	struct rec_lease l = lease(17, REC_BOUND, 10, 60), x;
	struct rec_arena a;
	rec_arena_init(&a, NULL, NULL);
	past_add(p, &rec_lease_type, &l);
	CU_ASSERT_EQUAL(known(p, 10), 0); /* its own report has it */
	CU_ASSERT_FALSE(past_told(p, &rec_lease_type, &l.id));
	CU_ASSERT_FALSE(past_find(p, &rec_lease_type, &l.id, &x, &a));
	past_next(p);
	CU_ASSERT_EQUAL(known(p, 70), 1);
	CU_ASSERT_EQUAL(known(p, 71), 0); /* it is over */
	CU_ASSERT(past_told(p, &rec_lease_type, &l.id));
	CU_ASSERT(past_find(p, &rec_lease_type, &l.id, &x, &a));
	CU_ASSERT_EQUAL(x.terms.seconds, 60);

	struct rec_lease again = lease(17, REC_BOUND, 40, 60);
	past_add(p, &rec_lease_type, &again);
	past_next(p);
	CU_ASSERT_EQUAL(known(p, 100), 1); /* in place of the other */
	CU_ASSERT_FALSE(past_told(p, &rec_lease_type, &l.id));

	struct rec_lease gone = lease(17, REC_RELEASED, 50, REC_ABSENT);
	past_add(p, &rec_lease_type, &gone);
	CU_ASSERT_EQUAL(known(p, 50), 0);
	struct rec_lease other = lease(18, REC_NO_OFFER, 50, REC_ABSENT);
	past_add(p, &rec_lease_type, &other);
	past_next(p);
	CU_ASSERT_EQUAL(known(p, 50), 0); /* it went wrong */
	rec_arena_clear(&a);
	past_free(p);
}

static void
test_refused(void)
{
	struct past *p = past_new(1 << 20);
	struct rec_lease l = lease(17, REC_BOUND, 10, 60);
	past_add(p, &rec_lease_type, &l);
	past_next(p);
	l = lease(17, REC_LEASE_REFUSED, 20, REC_ABSENT);
	l.client = (struct rec_endpoint){.at = {{.family = 0}, 0}};
	l.requested = RS_LIT("192.0.2.17");
	past_add(p, &rec_lease_type, &l);
	CU_ASSERT_EQUAL(known(p, 20), 0);
	past_free(p);
}

static void
test_open(void)
{
	struct past *p = past_new(1 << 20);
	struct rec_lease l = lease(17, REC_BOUND, 10, 60);
	past_open(p, &rec_lease_type, &l);
	CU_ASSERT_EQUAL(known(p, 10), 1);
	CU_ASSERT_FALSE(past_told(p, &rec_lease_type, &l.id));
	past_next(p);
	past_open(p, &rec_lease_type, &l);
	CU_ASSERT_EQUAL(known(p, 10), 1);
	CU_ASSERT_FALSE(past_told(p, &rec_lease_type, &l.id));
	past_next(p);
	past_add(p, &rec_lease_type, &l); /* it closed: this report has it */
	CU_ASSERT_EQUAL(known(p, 10), 0);
	past_next(p);
	CU_ASSERT(past_told(p, &rec_lease_type, &l.id));
	past_free(p);
}

/* The ids of what is known of a client, the latest first. */
static void
lookups(struct past *p, struct turns *t, const struct rs_addr *a, char *out)
{
	struct rec_lookup l;
	struct rec_arena arena;
	rec_arena_init(&arena, NULL, NULL);
	*out = '\0';
	for (size_t i = 0; past_of(p, t, a, &rec_lookup_type, i, &l, &arena);
	     i++)
		out += sprintf(
		    out, "%.*s ", (int)l.name.n, (const char *)l.name.p);
	rec_arena_clear(&arena);
}

static void
test_lookups(void)
{
	struct past *p = past_new(1 << 20);
	struct turns *t = turns_new();
	const struct rs_addr a = client(17).at.addr, b = client(18).at.addr;
	char said[200];
	static const char *const names[] = {
	    "a", "b", "a", "c", "d", "e", "f", "g", "d"};
	for (size_t i = 0; i < sizeof names / sizeof *names; i++)
		add_lookup(p, 17, names[i], REC_ANSWERED, (rs_time)i);
	add_lookup(p, 17, "none", REC_NXDOMAIN, 20);
	add_lookup(p, 18, "x", REC_ANSWERED, 20);
	lookups(p, t, &a, said);
	CU_ASSERT_STRING_EQUAL(said, "");
	past_next(p);
	lookups(p, t, &a, said);
	CU_ASSERT_STRING_EQUAL(said, "d g f e c a ");
	lookups(p, t, &b, said);
	CU_ASSERT_STRING_EQUAL(said, "x ");
	turns_free(t);
	past_free(p);
}

static void
learn(void *arg, const struct rec_type *type, const void *rec)
{
	(void)turns_of(arg, type, rec);
}

/* A host whose address went to another one then. */
static void
add_host(struct past *p, unsigned last, rs_time until)
{
	struct rec_host h;
	rec_init(&rec_host_type, &h);
	h.id = next_id();
	h.client = client(last);
	h.started = 1 * RS_SEC;
	h.ended = (until - 2) * RS_SEC;
	h.until = until * RS_SEC;
	h.mac = RS_LIT("00:00:5e:00:53:17");
	past_add(p, &rec_host_type, &h);
}

/* What the host before looked up is not the next one's. */
static void
test_turns(void)
{
	struct past *p = past_new(1 << 20);
	struct turns *t = turns_new();
	const struct rs_addr first = client(17).at.addr;
	const struct rs_addr second = rs_addr_in_turn(first, 1);
	char said[200];
	add_lookup(p, 17, "before", REC_ANSWERED, 5);
	add_host(p, 17, 10);
	add_lookup(p, 17, "after", REC_ANSWERED, 15);
	past_next(p);
	past_hosts(p, &(struct rec_sink){learn, t});
	CU_ASSERT_EQUAL(turns_known(t, &first), 2);
	lookups(p, t, &first, said);
	CU_ASSERT_STRING_EQUAL(said, "before ");
	lookups(p, t, &second, said);
	CU_ASSERT_STRING_EQUAL(said, "after ");
	turns_free(t);
	past_free(p);
}

static void
test_phone(void)
{
	struct past *p = past_new(1 << 20);
	const struct rs_addr a = client(17).at.addr;
	struct past_phone did;
	CU_ASSERT_FALSE(past_phone(p, &a, &did));
	add_registration(p, 17, REC_AUTH_FAILED, 5);
	CU_ASSERT_FALSE(past_phone(p, &a, &did)); /* its own report has it */
	past_next(p);
	CU_ASSERT(past_phone(p, &a, &did));
	CU_ASSERT_EQUAL(did.tried, 5 * RS_SEC);
	CU_ASSERT_EQUAL(did.registered, RS_NEVER);
	add_registration(p, 17, REC_REGISTERED, 10);
	add_registration(p, 17, REC_TIMED_OUT, 20);
	CU_ASSERT(past_phone(p, &a, &did));
	CU_ASSERT_EQUAL(did.tried, 5 * RS_SEC);
	CU_ASSERT_EQUAL(did.registered, RS_NEVER);
	past_next(p);
	CU_ASSERT(past_phone(p, &a, &did));
	CU_ASSERT_EQUAL(did.tried, 20 * RS_SEC);
	CU_ASSERT_EQUAL(did.registered, 10 * RS_SEC);
	CU_ASSERT_EQUAL(did.until, 110 * RS_SEC);
	add_registration(p, 17, REC_UNREGISTERED, 30);
	past_next(p);
	CU_ASSERT(past_phone(p, &a, &did));
	CU_ASSERT_EQUAL(did.until, 30 * RS_SEC);
	past_free(p);
}

/* Nor is what it did about its registration, even where that ends later. */
static void
test_passed_on(void)
{
	struct past *p = past_new(1 << 20);
	const struct rs_addr a = client(17).at.addr;
	struct past_phone did;
	struct rec_registration r;
	add_registration(p, 17, REC_REGISTERED, 5);
	past_next(p);
	add_host(p, 17, 10);
	CU_ASSERT_FALSE(past_phone(p, &a, &did));
	rec_init(&rec_registration_type, &r);
	r.id = next_id();
	r.started = 8 * RS_SEC;
	r.ended = 40 * RS_SEC;
	r.client = client(17);
	r.outcome = REC_TIMED_OUT;
	r.visibility = REC_CLEAR;
	past_add(p, &rec_registration_type, &r);
	past_next(p);
	CU_ASSERT_FALSE(past_phone(p, &a, &did));
	add_registration(p, 17, REC_AUTH_FAILED, 50);
	past_next(p);
	CU_ASSERT(past_phone(p, &a, &did));
	CU_ASSERT_EQUAL(did.tried, 50 * RS_SEC);
	CU_ASSERT_EQUAL(did.registered, RS_NEVER);
	past_free(p);
}

/* Queries without an answer are of their own report, one with answers counts
   for a day. */
static void
test_clock(void)
{
	for (int answers = 0; answers < 2; answers++)
		for (int open = 0; open < 2; open++) {
			struct past *p = past_new(1 << 20);
			struct rec_clock r;
			rec_init(&rec_clock_type, &r);
			r.id = next_id();
			r.started = r.ended = 10 * RS_SEC;
			r.client = client(17);
			r.source = REC_CLOCK_NTP;
			r.queries = 4;
			r.answers = answers;
			(open ? past_open : past_add)(p, &rec_clock_type, &r);
			CU_ASSERT_EQUAL((int)known(p, 10), open);
			past_next(p);
			CU_ASSERT_EQUAL((int)known(p, 11), answers);
			CU_ASSERT_EQUAL((int)known(p, 86410), answers);
			CU_ASSERT_EQUAL(known(p, 86411), 0);
			past_free(p);
		}
}

/* Months of strangers: the room is kept, and phones stay. */
static void
test_bounded(void)
{
	struct past *p = past_new(64 << 10);
	struct turns *t = turns_new();
	const struct rs_addr phone = client(1).at.addr;
	const struct rs_addr last = client(10 + 19999 % 990).at.addr;
	char name[20], said[200];
	add_registration(p, 1, REC_REGISTERED, 1);
	add_lookup(p, 1, "registrar", REC_ANSWERED, 1);
	for (unsigned i = 0; i < 20000; i++) {
		snprintf(name, sizeof name, "n%u", i % 7);
		add_lookup(p, 10 + i % 990, name, REC_ANSWERED, 2);
		if (i % 1000 == 0)
			past_next(p);
	}
	past_next(p);
	CU_ASSERT(past_evicted(p) > 0);
	lookups(p, t, &phone, said);
	CU_ASSERT_STRING_EQUAL(said, "registrar ");
	lookups(p, t, &last, said);
	CU_ASSERT_STRING_NOT_EQUAL(said, "");
	struct past_phone did;
	CU_ASSERT(past_phone(p, &phone, &did));
	turns_free(t);
	past_free(p);
}

UNIT_MAIN("past", UNIT(test_lease), UNIT(test_refused), UNIT(test_open),
    UNIT(test_lookups), UNIT(test_turns), UNIT(test_phone),
    UNIT(test_passed_on), UNIT(test_clock), UNIT(test_bounded))
