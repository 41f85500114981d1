/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Which addresses are one phone's, and whose an address was when.  A row is
 * signs, and the phones that come of them:
 *   A:4.17@1-9d   hardware address A had 192.0.2.17 from 1 to 9 s, by d(hcp),
 *                 a(rp or neighbour discovery) or t(raffic)
 *   A:6.17@...    2001:db8::17       A:l.17@...   fe80::17
 *   A!            A sends for others
 *   ~4.17         192.0.2.17 registers other users than anybody else
 */
#include "report/one.h"
#include "report/turns.h"
#include "unit.h"

#include <stdio.h>
#include <stdlib.h>

static struct rs_addr
address(char kind, unsigned last)
{
	uint8_t b[16] = {0x20, 1, 0xd, 0xb8};
	const uint8_t v4[4] = {192, 0, 2, (uint8_t)last};
	if (kind == '4')
		return rs_addr_v4(v4);
	if (kind == 'l')
		memcpy(b, "\xfe\x80\0\0", 4);
	b[15] = (uint8_t)last;
	return rs_addr_v6(b);
}

static void
sign(struct host_index *x, const char *w, uint64_t frame)
{
	struct rec_host h;
	char mac[18], kind = '4', how = 't';
	unsigned last = 1, from = 0, to = 0;
	rec_init(&rec_host_type, &h);
	snprintf(mac, sizeof mac, "00:00:00:00:00:%02x", (unsigned)w[0]);
	h.mac = rs_span_str(mac);
	h.id.frame = (struct rs_frame){0, frame};
	if (w[1] == '!') {
		h.forwards = RS_TRUE;
		h.client.at.addr = address('4', 250);
		h.learned = REC_BY_TRAFFIC;
		h.router = RS_TRUE;
	} else {
		CU_ASSERT_EQUAL(sscanf(w + 2, "%c.%u@%u-%u%c", &kind, &last,
				    &from, &to, &how),
		    5);
		h.client.at.addr = address(kind, last);
		h.learned = how == 'd'   ? REC_BY_DHCP
			    : how == 'a' ? REC_BY_ARP
					 : REC_BY_TRAFFIC;
	}
	h.started = from * RS_SEC;
	h.ended = to * RS_SEC;
	host_index_add(x, &rec_host_type, &h);
}

static bool
strangers(void *arg, const struct rs_addr *a, const struct rs_addr *b)
{
	const struct rs_addr *other = arg;
	return rs_addr_eq(a, other) != rs_addr_eq(b, other);
}

static void
phones(const struct one *x, char *to, size_t size)
{
	size_t at = 0;
	*to = '\0';
	for (size_t i = 0; i < one_phones(x); i++) {
		size_t n;
		const struct rs_addr *v = one_phone(x, i, &n);
		for (size_t k = 0; k < n; k++) {
			char s[RS_ADDR_TEXT];
			rs_addr_format(&v[k], s);
			bool lead = rs_addr_eq(one_lead(x, &v[0]), &v[k]);
			at += (size_t)snprintf(to + at, size - at, "%s%s%s",
			    k ? " " : "", lead ? "*" : "", s);
		}
		at += (size_t)snprintf(to + at, size - at, ";");
	}
}

static const struct {
	const char *name, *signs, *phones;
} rows[] = {
    {"one address", "A:4.17@1-9d", ""},
    {"renumbered by DHCP", "A:4.17@1-9d A:4.18@10-20d",
	"*192.0.2.17 192.0.2.18;"},
    {"two leases at a time", "A:4.17@1-30d A:4.18@10-20d",
	"*192.0.2.17 192.0.2.18;"},
    {"moved, as ARP says", "A:4.17@1-9a A:4.18@10-20a",
	"*192.0.2.17 192.0.2.18;"},
    {"ARP for two at a time", "A:4.17@1-15a A:4.18@10-20a", ""},
    {"two by traffic, one after the other", "A:4.17@1-9t A:4.18@10-20t", ""},
    {"both families", "A:l.17@1-9a A:4.17@2-9d A:6.17@3-9a",
	"fe80::11 *192.0.2.17 2001:db8::11;"},
    {"both families by traffic", "A:4.17@2-9t A:6.17@3-9t A:6.18@3-9t",
	"*192.0.2.17 2001:db8::11 2001:db8::12;"},
    {"whose IPv6 is it", "A:4.17@2-9t A:4.18@2-9t A:6.17@3-9t", ""},
    {"announced by one of these", "A:4.17@2-9d A:4.18@2-9t A:6.17@3-9a",
	"*192.0.2.17 2001:db8::11;"},
    {"a router", "A! A:4.17@1-9a A:6.17@3-9a A:6.18@3-9t", ""},
    {"a router with leases of its own", "A! A:4.17@1-9d A:4.18@10-20d",
	"*192.0.2.17 192.0.2.18;"},
    {"a bridge, by ARP", "A:4.17@1-9a A:4.18@10-20a ~4.18", ""},
    {"users change, leases do not", "A:4.17@1-9d A:4.18@10-20d ~4.18",
	"*192.0.2.17 192.0.2.18;"},
    {"a bridge, by traffic", "A:4.17@2-9t A:6.17@3-9t ~6.17", ""},
    {"a line for each family", "A:4.17@2-9a A:6.17@3-9a ~6.17",
	"*192.0.2.17 2001:db8::11;"},
    {"two hosts claim one of them", "A:4.17@1-9d A:4.18@10-20d B:4.17@5-6a",
	""},
    {"two phones", "A:4.17@1-9d B:4.18@1-9d A:6.17@1-9a B:6.18@1-9a",
	"*192.0.2.17 2001:db8::11;*192.0.2.18 2001:db8::12;"},
    {"a proxy of many",
	"A:6.1@1-9a A:6.2@1-9a A:6.3@1-9a A:6.4@1-9a A:6.5@1-9a A:6.6@1-9a "
	"A:6.7@1-9a A:6.8@1-9a A:6.9@1-9a",
	""},
};

static void
test_rows(void)
{
	for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
		struct host_index *hosts = host_index_new();
		char text[256], said[256], *save = NULL;
		uint64_t frame = 0;
		struct rs_addr other = {.family = 0};
		unit_row(rows[i].name);
		snprintf(text, sizeof text, "%s", rows[i].signs);
		for (char *w = strtok_r(text, " ", &save); w;
		     w = strtok_r(NULL, " ", &save))
			if (*w == '~')
				other = address(w[1], (unsigned)atoi(w + 3));
			else
				sign(hosts, w, ++frame);
		struct one *x =
		    one_new(hosts, other.family ? strangers : NULL, &other);
		phones(x, said, sizeof said);
		CU_ASSERT_STRING_EQUAL(said, rows[i].phones);
		if (strcmp(said, rows[i].phones))
			fprintf(stderr, "# %s: %s\n", rows[i].name, said);
		one_free(x);
		host_index_free(hosts);
	}
	size_t n = 0;
	const struct rs_addr a = address('4', 17);
	CU_ASSERT(one_of(NULL, &a, &n) == &a && n == 1);
	CU_ASSERT_PTR_EQUAL(one_lead(NULL, &a), &a);
}

/* ---- turns ---- */

static char family; /* of the addresses */

static uint8_t
turn_of(struct turns *t, unsigned at, unsigned last)
{
	struct rec_registration r;
	rec_init(&rec_registration_type, &r);
	r.client.at = (struct rs_endpoint){address(family, last), 5060};
	r.started = at * RS_SEC;
	const struct rec_registration *got =
	    turns_of(t, &rec_registration_type, &r);
	CU_ASSERT_EQUAL(got->client.at.port, 5060);
	CU_ASSERT_EQUAL(got->started, r.started);
	CU_ASSERT(got == &r || rs_addr_turn(&got->client.at.addr) > 0);
	/* The same again changes nothing. */
	uint8_t turn = rs_addr_turn(&got->client.at.addr);
	struct rec_registration again = *got;
	got = turns_of(t, &rec_registration_type, &again);
	CU_ASSERT_EQUAL(rs_addr_turn(&got->client.at.addr), turn);
	return turn;
}

static void
given_away(struct turns *t, unsigned from, unsigned until, unsigned last)
{
	struct rec_host h;
	rec_init(&rec_host_type, &h);
	h.client.at.addr = address(family, last);
	h.started = from * RS_SEC;
	h.until = until ? until * RS_SEC : RS_NEVER;
	(void)turns_of(t, &rec_host_type, &h);
}

static void
turns(const char *printed)
{
	struct turns *t = turns_new();
	CU_ASSERT_EQUAL(turn_of(t, 50, 17), 0);
	given_away(t, 0, 0, 17); /* it was seen no more */
	CU_ASSERT_EQUAL(turn_of(t, 50, 17), 0);
	given_away(t, 0, 100, 17);
	given_away(t, 100, 200, 17);
	CU_ASSERT_EQUAL(turn_of(t, 50, 17), 0);
	CU_ASSERT_EQUAL(turn_of(t, 100, 17), 1);
	CU_ASSERT_EQUAL(turn_of(t, 199, 17), 1);
	CU_ASSERT_EQUAL(turn_of(t, 1000, 17), 2);
	CU_ASSERT_EQUAL(turn_of(t, 1000, 18), 0);
	/* A lease is about what it ends with. */
	struct rec_lease l;
	rec_init(&rec_lease_type, &l);
	l.client.at.addr = address(family, 17);
	l.started = 99 * RS_SEC;
	l.ended = 100 * RS_SEC;
	const struct rec_lease *got = turns_of(t, &rec_lease_type, &l);
	CU_ASSERT_EQUAL(rs_addr_turn(&got->client.at.addr), 1);
	/* It is stored so, and printed as ever. */
	struct rs_buf buf;
	struct rec_arena arena;
	struct rec_lease back;
	char text[RS_ADDR_TEXT];
	rs_buf_init(&buf, 4096, NULL);
	rec_arena_init(&arena, NULL, NULL);
	CU_ASSERT(rec_write(&rec_lease_type, got, &buf));
	CU_ASSERT(rec_read(&rec_lease_type, &back, rs_buf_view(&buf), &arena));
	CU_ASSERT(rs_addr_eq(&back.client.at.addr, &got->client.at.addr));
	CU_ASSERT(!rs_addr_eq(&back.client.at.addr, &l.client.at.addr));
	rs_addr_format(&back.client.at.addr, text);
	CU_ASSERT_STRING_EQUAL(text, printed);
	rec_arena_clear(&arena);
	rs_buf_clear(&buf);
	turns_free(t);
}

static void
test_turns(void)
{
	family = '4';
	turns("192.0.2.17");
	family = '6';
	turns("2001:db8::11");
}

/* RFC 8981: a new address every so many seconds, for 40 times, beside those
   that stay. */
static size_t
joined_of(unsigned every)
{
	struct host_index *hosts = host_index_new();
	char word[40];
	unsigned end = 40 * every;
	size_t n = 0;
	snprintf(word, sizeof word, "A:l.1@0-%ua", end);
	sign(hosts, word, 1);
	snprintf(word, sizeof word, "A:4.1@0-%ud", end);
	sign(hosts, word, 2);
	for (unsigned i = 0; i < 40; i++) {
		snprintf(word, sizeof word, "A:6.%u@%u-%ua", i + 1, i * every,
		    i * every + 100);
		sign(hosts, word, 3 + i);
	}
	struct one *x = one_new(hosts, NULL, NULL);
	const struct rs_addr v4 = address('4', 1);
	(void)one_of(x, &v4, &n);
	one_free(x);
	host_index_free(hosts);
	return n;
}

static void
test_privacy(void)
{
	CU_ASSERT_EQUAL(joined_of(86400), 32); /* of a month the latest */
	CU_ASSERT_EQUAL(joined_of(600), 1);    /* nobody does: a proxy */
}

/* Another place of an address is that address, whatever that is one of. */
static void
test_places(void)
{
	struct host_index *hosts = host_index_new();
	const struct rs_addr a = address('4', 17), b = address('6', 17);
	const struct rs_addr place = rs_addr_behind(a, 3);
	size_t n;
	sign(hosts, "A:4.17@1-9d", 1);
	sign(hosts, "A:6.17@1-9a", 2);
	struct one *x = one_new(hosts, NULL, NULL);
	CU_ASSERT_PTR_EQUAL(one_lead(x, &place), &place);
	one_stand_for(x, &a, &place);
	one_lead_set(x, 0, &b);
	CU_ASSERT(rs_addr_eq(one_lead(x, &place), &b));
	CU_ASSERT(rs_addr_eq(one_address(x, &place), &a));
	CU_ASSERT(rs_addr_eq(one_address(x, &b), &b));
	(void)one_of(x, &place, &n);
	CU_ASSERT_EQUAL(n, 2);
	one_free(x);
	host_index_free(hosts);
}

static void
clock_record(struct host_index *x, unsigned n, int64_t answers)
{
	struct rec_clock c;
	rec_init(&rec_clock_type, &c);
	c.id.frame.number = n;
	c.started = c.ended = n * 100 * RS_SEC;
	c.source = REC_CLOCK_NTP;
	c.client.at.addr = address('4', 17);
	c.queries = 4;
	c.answers = answers;
	host_index_add(x, &rec_clock_type, &c);
}

/* Which of the time servers that it asked tells of its clock: at 100 s, 200 s
   ...; answered or not. */
static void
test_clock(void)
{
	static const struct {
		const char *name, *answered;
		unsigned at, is;
	} clocks[] = {{"the last one by then", "---", 250, 2},
	    {"none by then", "---", 50, 1}, {"answered later", "--+", 250, 3},
	    {"answered before", "+--", 250, 1}, {"then, too", "-++", 350, 3}};
	for (size_t i = 0; i < sizeof clocks / sizeof *clocks; i++) {
		struct host_index *x = host_index_new();
		const struct rs_addr a = address('4', 17);
		struct rec_id id = {{0, 0}, 0};
		unit_row(clocks[i].name);
		for (unsigned n = 0; clocks[i].answered[n]; n++)
			clock_record(x, n + 1, clocks[i].answered[n] == '+');
		CU_ASSERT(host_clock(x, &a, clocks[i].at * RS_SEC, &id));
		CU_ASSERT_EQUAL(id.frame.number, clocks[i].is);
		host_index_free(x);
	}
}

UNIT_MAIN("one", UNIT(test_rows), UNIT(test_turns), UNIT(test_privacy),
    UNIT(test_places), UNIT(test_clock))
