/* SPDX-License-Identifier: Apache-2.0 */
/* How phones that failed differ: what is told, and near misses. */
#include "report/odd.h"
#include "report_run.h"
#include "unit.h"

#include <stdio.h>

/* Phones by the last byte of their address; a bit of each that registered. */
struct world {
	struct odd *o;
	unsigned registered;
	struct rec_arena a;
	struct rec_list l;
};

static struct rs_addr
addr_of(unsigned phone)
{
	return (struct rs_addr){{192, 0, 2, (uint8_t)phone}, 4};
}

static bool
is_registered(void *arg, const struct rs_addr *client)
{
	const struct world *w = arg;
	return client->b[3] < 32 && (w->registered >> client->b[3] & 1);
}

static void
begin(struct world *w)
{
	const struct rs_hash_seed seed = {3, 4};
	*w = (struct world){.o = odd_new(&seed)};
	rec_arena_init(&w->a, NULL, NULL);
}

static void
end(struct world *w)
{
	odd_free(w->o);
	rec_arena_clear(&w->a);
}

static void
registers(struct world *w, unsigned phone, const char *agent)
{
	struct rec_registration r;
	rec_init(&rec_registration_type, &r);
	r.client.at.addr = addr_of(phone);
	r.user_agent = rs_span_str(agent);
	r.transport = REC_UDP;
	odd_add(w->o, &rec_registration_type, &r);
}

/* The only difference of that phone, or NULL. */
static const struct rec_differs *
of(struct world *w, unsigned phone)
{
	struct rs_addr a = addr_of(phone);
	w->l = (struct rec_list){0};
	odd_differs(w->o, &a, (struct rs_span){0}, &w->l, &w->a);
	CU_ASSERT_TRUE(w->l.n <= 1);
	return w->l.n ? w->l.v : NULL;
}

static bool
is(struct rs_span s, const char *text)
{
	return rs_span_eq(s, rs_span_str(text));
}

static void
test_one_of_three(void)
{
	struct world w;
	begin(&w);
	registers(&w, 1, "New/2");
	registers(&w, 2, "Old/1");
	registers(&w, 3, "Old/1");
	registers(&w, 4, "Other/7");
	CU_ASSERT_PTR_NULL(of(&w, 1)); /* nobody has been compared */
	w.registered = 1 << 2 | 1 << 3 | 1 << 4;
	odd_compare(w.o, is_registered, &w);
	const struct rec_differs *d = of(&w, 1);
	CU_ASSERT_PTR_NOT_NULL_FATAL(d);
	CU_ASSERT_TRUE(is(d->what, "firmware") && is(d->value, "New/2"));
	CU_ASSERT_TRUE(is(d->others, "Old/1"));
	CU_ASSERT_EQUAL(d->sharing, 2);
	CU_ASSERT_EQUAL(d->peers, 3);
	CU_ASSERT_PTR_NULL(of(&w, 2)); /* it registered */
	CU_ASSERT_PTR_NULL(of(&w, 9)); /* nobody */
	end(&w);
}

static void
test_near_misses(void)
{
	static const struct {
		const char *agents[4]; /* of phones 1 (fails), 2, 3, 4 */
		unsigned registered;
	} cases[] = {
	    {{"A", "A", "A", "A"}, 0x1c},   /* the same everywhere */
	    {{"B", "A", NULL, NULL}, 0x04}, /* one that registered */
	    {{"B", "A", "C", "D"}, 0x1c},   /* no two share anything */
	    {{"B", "A", "A", "B"}, 0x1c},   /* one that registered has it */
	    {{"B", "A", "A", NULL}, 0x00},  /* nobody registered */
	    {{"", "A", "A", "A"}, 0x1c},    /* unknown is not different */
	};
	for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
		struct world w;
		begin(&w);
		for (unsigned p = 0; p < 4; p++)
			if (cases[i].agents[p])
				registers(&w, p + 1, cases[i].agents[p]);
		w.registered = cases[i].registered;
		odd_compare(w.o, is_registered, &w);
		CU_ASSERT_PTR_NULL(of(&w, 1));
		end(&w);
	}
}

/* A phone that has both has what the others have. */
static void
test_both(void)
{
	struct world w;
	begin(&w);
	registers(&w, 1, "A");
	registers(&w, 1, "B");
	registers(&w, 2, "A");
	registers(&w, 3, "A");
	w.registered = 0x0c;
	odd_compare(w.o, is_registered, &w);
	CU_ASSERT_PTR_NULL(of(&w, 1));
	end(&w);
}

static void
asks(struct world *w, unsigned phone, const char *name, const char *target,
    enum rec_lookup_state state)
{
	struct rec_lookup l;
	struct rec_answer v;
	rec_init(&rec_lookup_type, &l);
	rec_init(&rec_answer_type, &v);
	l.client.at.addr = addr_of(phone);
	l.name = rs_span_str(name);
	l.type = RS_LIT("SRV");
	l.state = state;
	v.type = l.type;
	v.target = rs_span_str(target);
	v.port = 5061;
	if (target)
		l.answers = (struct rec_list){&v, 1, 1};
	odd_add(w->o, &rec_lookup_type, &l);
}

/* Of the same question, whatever else anybody asked. */
static void
test_answers(void)
{
	struct world w;
	begin(&w);
	asks(&w, 1, "_sips._tcp.example.com", NULL, REC_NXDOMAIN);
	asks(&w, 1, "_sip._udp.example.com", NULL, REC_NXDOMAIN);
	asks(&w, 1, "_sips._tcp.example.net", NULL, REC_NXDOMAIN);
	for (unsigned p = 2; p < 5; p++) {
		asks(&w, p, "_sips._tcp.example.com", "sbc.example.com",
		    REC_ANSWERED);
		asks(&w, p, "_sip._udp.example.com", NULL, REC_NXDOMAIN);
	}
	w.registered = 0x1c;
	odd_compare(w.o, is_registered, &w);
	const struct rec_differs *d = of(&w, 1);
	CU_ASSERT_PTR_NOT_NULL_FATAL(d);
	CU_ASSERT_TRUE(is(d->what, "dns_answer"));
	CU_ASSERT_TRUE(is(d->value, "SRV _sips._tcp.example.com: nxdomain"));
	CU_ASSERT_TRUE(is(d->others, "sbc.example.com:5061"));
	end(&w);
}

static void
leases(struct world *w, unsigned phone, const char *mac, int64_t vlan)
{
	struct rec_lease l;
	rec_init(&rec_lease_type, &l);
	if (phone)
		l.client.at.addr = addr_of(phone);
	l.mac = rs_span_str(mac);
	l.vlan = vlan;
	l.state = phone ? REC_BOUND : REC_NO_OFFER;
	odd_add(w->o, &rec_lease_type, &l);
}

/* ---- what depends on the way ---- */

static void
sends(struct world *w, struct rs_addr from, int64_t ttl, int64_t mss)
{
	struct rec_connection c;
	rec_init(&rec_connection_type, &c);
	c.client.at.addr = from;
	c.ttl = ttl;
	c.mss = mss;
	odd_add(w->o, &rec_connection_type, &c);
}

/* TTLs of phone 1, which fails, and of 2 to 6, which register: some have two.
   What is told of it, and of how many. */
static void
test_ttl(void)
{
	static const struct {
		const char *name;
		int64_t ttl[6][2];
		const char *value, *others;
		int64_t sharing, peers;
	} rows[] = {
	    {"a router more", {{63}, {64}, {64}, {64}}, "63", "64", 3, 3},
	    {"most have it", {{60}, {64}, {64}, {63}}, "60", "64", 2, 3},
	    {"the same", {{64}, {64}, {64}, {64}}, NULL, NULL, 0, 0},
	    {"as one that registered", {{63}, {64}, {64}, {63}}, NULL, NULL, 0,
		0},
	    {"of its own now and then", {{63, 62}, {64}, {64}, {64}}, NULL,
		NULL, 0, 0},
	    {"the usual one, too", {{63, 64}, {64}, {64}, {64}}, NULL, NULL, 0,
		0},
	    {"one peer", {{63}, {64}}, NULL, NULL, 0, 0},
	    {"two peers that differ", {{60}, {64}, {63}}, NULL, NULL, 0, 0},
	    {"not seen", {{0}, {64}, {64}, {64}}, NULL, NULL, 0, 0},
	    {"of many places", {{60}, {64}, {64}, {63}, {62}, {61}}, NULL, NULL,
		0, 0},
	};
	for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
		struct world w;
		unit_row(rows[i].name);
		begin(&w);
		for (unsigned p = 0; p < 6; p++)
			for (unsigned j = 0; j < 2 && rows[i].ttl[p][j]; j++)
				sends(&w, addr_of(p + 1), rows[i].ttl[p][j],
				    REC_ABSENT);
		w.registered = 0x7c;
		odd_compare(w.o, is_registered, &w);
		const struct rec_differs *d = of(&w, 1);
		CU_ASSERT_EQUAL(d != NULL, rows[i].value != NULL);
		if (d && rows[i].value) {
			CU_ASSERT_TRUE(is(d->what, "ttl"));
			CU_ASSERT_TRUE(is(d->value, rows[i].value));
			CU_ASSERT_TRUE(is(d->others, rows[i].others));
			CU_ASSERT_EQUAL(d->sharing, rows[i].sharing);
			CU_ASSERT_EQUAL(d->peers, rows[i].peers);
		}
		end(&w);
	}
}

static struct rs_addr
addr6_of(unsigned phone)
{
	struct rs_addr a = {{0x20, 1, 0x0d, 0xb8}, 6};
	a.b[3] = (uint8_t)phone; /* where is_registered() looks */
	return a;
}

/* IPv6 leaves 20 bytes less: that is no difference of phones. */
static void
test_mss(void)
{
	struct world w;
	begin(&w);
	sends(&w, addr_of(1), 64, 1380);
	sends(&w, addr6_of(1), 64, 1440);
	sends(&w, addr6_of(5), 64, 1440);
	for (unsigned p = 2; p < 5; p++)
		sends(&w, addr_of(p), 64, 1460);
	w.registered = 0x1c;
	odd_compare(w.o, is_registered, &w);
	const struct rec_differs *d = of(&w, 1);
	CU_ASSERT_PTR_NOT_NULL_FATAL(d);
	CU_ASSERT_TRUE(is(d->what, "mss") && is(d->value, "1380"));
	CU_ASSERT_TRUE(is(d->others, "1460"));
	CU_ASSERT_EQUAL(d->peers, 3);
	const struct rs_addr six = addr6_of(1);
	w.l = (struct rec_list){0};
	odd_differs(w.o, &six, (struct rs_span){0}, &w.l, &w.a);
	CU_ASSERT_EQUAL(w.l.n, 0);
	end(&w);
}

/* The host behind an SRV answer, by whatever address. */
static void
test_server_name(void)
{
	struct world w;
	begin(&w);
	for (unsigned p = 1; p < 5; p++) {
		struct rec_registration r;
		rec_init(&rec_registration_type, &r);
		r.client.at.addr = addr_of(p);
		r.server.name = p == 1 ? RS_LIT("sbc2.example.com")
				       : RS_LIT("sbc1.example.com");
		odd_add(w.o, &rec_registration_type, &r);
	}
	w.registered = 0x1c;
	odd_compare(w.o, is_registered, &w);
	const struct rec_differs *d = of(&w, 1);
	CU_ASSERT_PTR_NOT_NULL_FATAL(d);
	CU_ASSERT_TRUE(is(d->what, "server_name"));
	CU_ASSERT_TRUE(is(d->value, "sbc2.example.com"));
	CU_ASSERT_TRUE(is(d->others, "sbc1.example.com"));
	end(&w);
}

/* One that never had an address is known by its hardware address. */
static void
test_no_address(void)
{
	const struct rs_span mac = RS_LIT("00:00:5e:00:53:01");
	const struct rs_addr none = {0};
	struct world w;
	begin(&w);
	leases(&w, 0, "00:00:5e:00:53:01", 0);
	leases(&w, 2, "00:00:5e:00:53:02", 120);
	leases(&w, 3, "00:00:5e:00:53:03", 120);
	w.registered = 0x0c;
	odd_compare(w.o, is_registered, &w);
	odd_differs(w.o, &none, mac, &w.l, &w.a);
	const struct rec_differs *d = w.l.v;
	CU_ASSERT_EQUAL_FATAL(w.l.n, 1);
	CU_ASSERT_TRUE(is(d->what, "vlan") && is(d->value, "untagged"));
	CU_ASSERT_TRUE(is(d->others, "120"));
	end(&w);
}

/* Where more was said than is kept, nobody can be told to have it alone. */
static void
test_too_much(void)
{
	struct world w;
	char agent[16];
	begin(&w);
	registers(&w, 1, "Odd/1");
	for (unsigned p = 2; p < 5; p++)
		registers(&w, p, "Old/1");
	for (unsigned i = 0; i < 20; i++) {
		(void)snprintf(agent, sizeof agent, "Many/%u", i);
		registers(&w, 4, agent);
	}
	w.registered = 0x1c;
	odd_compare(w.o, is_registered, &w);
	CU_ASSERT_PTR_NULL(of(&w, 1));
	end(&w);
}

/* Of millions of clients memory stays, and nothing is told. */
static void
test_many(void)
{
	struct world w;
	struct rec_registration r;
	begin(&w);
	registers(&w, 1, "Odd/1");
	registers(&w, 2, "Old/1");
	registers(&w, 3, "Old/1");
	rec_init(&rec_registration_type, &r);
	r.user_agent = RS_LIT("Old/1");
	for (unsigned i = 0; i < 20000; i++) {
		r.client.at.addr =
		    (struct rs_addr){{10, 0, (uint8_t)(i >> 8), (uint8_t)i}, 4};
		odd_add(w.o, &rec_registration_type, &r);
	}
	w.registered = 0x0c;
	odd_compare(w.o, is_registered, &w);
	CU_ASSERT_PTR_NULL(of(&w, 1));
	end(&w);
}

/* In the reports: run_attempt_of() gives all of them one User-Agent. */
static void
test_reports(void)
{
	struct run u;
	run_begin(&u, REPORT_TEXT, 100);
	for (unsigned p = 1; p < 5; p++)
		run_attempt(&u, p, p, REC_REGISTERED);
	run_attempt(&u, 9, 9, REC_AUTH_FAILED);
	run_finish(&u);
	run_check_silent(&u, "differs from");
	run_end(&u);
}

UNIT_MAIN("odd", UNIT(test_one_of_three), UNIT(test_near_misses),
    UNIT(test_both), UNIT(test_answers), UNIT(test_ttl), UNIT(test_mss),
    UNIT(test_server_name), UNIT(test_no_address), UNIT(test_too_much),
    UNIT(test_many), UNIT(test_reports))
