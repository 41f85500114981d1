/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Questions and answers put together.  A row is what passes between a client at
 * 192.0.2.17 and the servers 203.0.113.53 and .54, as words "WHAT AT", AT in
 * tenths of a second, with the id of the query behind a colon where it is not
 * 1: q  query     p  to the other server    t  over TCP     z  a new port a
 * answer    n  NXDOMAIN   e  empty   r  REFUSED   c  cut (TC)  C  TC, empty A
 * answer of the other server          T  answer over TCP i  an ICMP error    d
 * the capture drops packets    s  SIP to anybody    x  another question of the
 * same id    y  an empty answer to it    R, N  REFUSED, no error, without a
 * question
 */
#include "track/lookup.h"

#include "dns_kit.h"
#include "unit.h"

#include <stdio.h>
#include <stdlib.h>

static const struct rs_hash_seed seed = {1, 2};
static const rs_time TENTH = 100 * RS_MSEC;

struct seen {
	char text[512]; /* "state/queries/frames/flaw " for each; "/heard" where
			   the server answers others */
	size_t n;
};

static void
on_lookup(void *arg, const struct rec_type *type, const void *rec)
{
	const struct rec_lookup *l = rec;
	struct seen *s = arg;
	const struct rs_span *flaw = l->flaws.v;
	if (type != &rec_lookup_type || s->n > sizeof s->text - 64)
		return;
	s->n += (size_t)snprintf(s->text + s->n, sizeof s->text - s->n,
	    "%s%s/%lld/%u%s%.*s%s", s->n ? " " : "",
	    rec_lookup_state_name(l->state), (long long)l->queries, l->frames.n,
	    l->flaws.n ? "/" : "", l->flaws.n ? (int)flaw->n : 0,
	    l->flaws.n ? (const char *)flaw->p : "",
	    l->server_heard == RS_TRUE ? "/heard" : "");
}

struct talk {
	struct lookup_tracker *k;
	struct names *names;
	struct related *related;
	struct seen seen;
};

static void
make(struct dns_kit *k, char what, uint16_t id)
{
	unsigned flags = strchr("aAT", what)  ? KIT_RESPONSE
			 : strchr("cC", what) ? KIT_RESPONSE | KIT_TC
			 : what == 'n'        ? KIT_RESPONSE | DNS_NXDOMAIN
			 : strchr("rR", what) ? KIT_RESPONSE | DNS_REFUSED
			 : what == 'N'        ? KIT_RESPONSE
			 : strchr("ey", what) ? KIT_RESPONSE
					      : KIT_QUERY;
	dns_kit_begin(k, id, flags, "_sip._udp.example.com",
	    strchr("xy", what) ? DNS_TYPE_NAPTR : DNS_TYPE_SRV);
	if (strchr("RN", what)) {
		k->b[5] = 0; /* QDCOUNT */
		k->n = DNS_HEADER;
	}
	if (strchr("aATc", what))
		dns_kit_srv(k, 10, 5080, "sbc.example.net");
	if (strchr("aAT", what))
		dns_kit_a(k, DNS_ADDITIONAL, "sbc.example.net", 10);
}

static void
pass(struct talk *t, char what, int at, uint16_t id)
{
	const uint8_t client[] = {192, 0, 2, 17};
	uint8_t server[] = {203, 0, 113, strchr("pA", what) ? 54 : 53};
	struct rs_flow_info flow = {.serial = 1,
	    .end = {{rs_addr_v4(client), what == 'z' ? 3001 : 3000},
		{rs_addr_v4(server), 53}},
	    .carrier = strchr("tT", what) ? RS_OVER_TCP : RS_OVER_UDP};
	struct rs_event ev = {.flow = &flow, .now = at * TENTH};
	struct dns_kit k;
	struct dns_msg m;
	ev.at.first = ev.at.complete = at * TENTH;
	ev.at.from = ev.at.to = (struct rs_frame){0, (uint64_t)at};
	lookup_tracker_advance(t->k, ev.now);
	if (what == 'i') {
		ev.type = RS_EV_ICMP;
		ev.u.icmp.type = ev.u.icmp.code = 3;
	} else if (what == 'd') {
		ev.type = RS_EV_DROPS;
		ev.flow = NULL;
		ev.u.drops.packets = 1;
		ev.u.drops.from = ev.u.drops.to = ev.now;
	} else if (what == 's') {
		ev.type = RS_EV_SIP_MESSAGE;
		ev.dir = RS_S2C;
	} else {
		make(&k, what, id);
		CU_ASSERT_TRUE_FATAL(dns_msg_parse(&m, dns_kit_view(&k)));
		ev.type = RS_EV_DNS_MESSAGE;
		ev.dir = m.response ? RS_S2C : RS_C2S;
		ev.u.dns_message = &m;
	}
	lookup_tracker_event(t->k, &ev);
}

static void
pass_all(struct talk *t, const char *words, int end)
{
	while (*words) {
		char what = *words++, *after;
		int at = (int)strtol(words, &after, 10);
		long id = 1;
		if (*after == ':')
			id = strtol(after + 1, &after, 10);
		pass(t, what, at, (uint16_t)id);
		words = after + (*after == ' ');
	}
	lookup_tracker_finish(t->k, end * TENTH);
}

static void
begin(struct talk *t, struct rs_account *pay, const struct rec_sink *out)
{
	t->names = names_new(&seed, pay);
	t->related = related_new(NULL, 0);
	t->k = lookup_tracker_new(t->names, t->related, &seed, pay, out);
}

static void
end(struct talk *t)
{
	lookup_tracker_free(t->k);
	names_free(t->names);
	related_free(t->related);
}

static const struct row {
	const char *name, *words;
	int end;
	const char *want;
} rows[] = {
    {"answered", "q10 a12", 20, "answered/1/2"},
    {"NXDOMAIN", "q10 n12", 20, "nxdomain/1/2"},
    {"no such record", "q10 e12", 20, "nodata/1/2"},
    {"asked three times", "q10 q20 q40 a41", 50, "answered/3/4"},
    {"answered twice", "q10 q20 a21 a22", 50, "answered/2/3"},
    {"another id is another question", "q10 a11 q20:2 a21:2", 50,
	"answered/1/2 answered/1/2"},
    {"an answer to somebody else", "q10 a11:9", 99, "no_answer/1/1"},
    {"from a port that asked nothing", "s1 z10 a11", 99, "no_answer/1/1"},
    {"answers another question", "q10 x20:2 y21:2", 99,
	"nodata/1/2 no_answer/1/1/heard"},
    {"answers that were not asked for are none of others",
	"q10 a11:9 q20 a21:9", 99, "no_answer/2/2"},
    {"refused here, answered there", "q10 r11 p12 A14", 50, "answered/2/4"},
    {"refused", "q10 r11", 99, "refused/1/2"},
    {"silent here, answered there", "q10 p60 A61", 99, "answered/2/3"},
    {"cut, then over TCP", "q10 c11 t12 T14", 50, "answered/2/4"},
    {"cut, and used as it is", "q10 c11", 99, "answered/1/2"},
    {"cut, and empty", "q10 C11", 99, "failed/1/2"},
    {"no answer", "s1 q10 q20 q40", 200, "no_answer/3/3"},
    {"nothing is seen on its way back", "q10 q20 q40", 200,
	"cut_off/3/3/one_way"},
    {"seen later", "q10 q20 q40 s180", 200, "no_answer/3/3"},
    {"the capture ends", "s1 q10 q20", 60, "cut_off/2/2"},
    {"it goes on for just long enough", "s1 q10 q20", 70, "no_answer/2/2"},
    {"repeated for ten seconds", "s1 q10 q40 q80 q110", 110, "no_answer/4/4"},
    {"repeated for nine", "s1 q10 q40 q80 q100", 110, "cut_off/4/4"},
    {"packets are lost", "s1 q10 d15 q20", 200, "cut_off/2/2/drops"},
    {"lost before", "s1 d5 q10 q20", 200, "no_answer/2/2"},
    {"lost just before", "s1 d10 q10 q20", 200, "no_answer/2/2"},
    {"unreachable", "q10 i11 q20 i21", 200, "unreachable/2/3"},
    {"unreachable, then answered", "q10 i11 q20 a21", 200, "answered/2/4"},
    {"given up, and asked again", "s1 q10 q20 q40 q124:2 a125:2", 200,
	"no_answer/3/3 answered/1/2"},
    {"a new id at once is the same look-up", "s1 q10 q30:2 a31:2", 200,
	"answered/2/3"},
    {"refused without a question", "q10 R11", 99, "refused/1/2"},
    {"each time", "q10 R11 q15 R16 q25 R26 q45 R46", 99, "refused/4/8"},
    {"refused so, and answered there", "q10 R11 p12 A14", 50, "answered/2/4"},
    {"to somebody else", "q10 R11:9", 99, "no_answer/1/1"},
    {"to another port", "z10 R11", 99, "no_answer/1/1"},
    {"to one of two", "q10 x10 R11", 200, "cut_off/1/1 cut_off/1/1"},
    {"after an answer", "q10 a11 R12", 99, "answered/1/2"},
    {"no error, to no question", "q10 N11", 200, "cut_off/1/1"},
    {"to nothing that was seen", "R11", 50, ""},
    {"the query was not captured", "a11", 50, "answered/0/1/query_not_seen"},
};

static void
test_rows(void)
{
	for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
		struct talk t = {0};
		struct rs_account pay;
		const struct rec_sink out = {on_lookup, &t.seen};
		unit_row(rows[i].name);
		rs_account_init(&pay, 1 << 20);
		begin(&t, &pay, &out);
		pass_all(&t, rows[i].words, rows[i].end);
		CU_ASSERT_STRING_EQUAL(t.seen.text, rows[i].want);
		end(&t);
		CU_ASSERT_EQUAL(pay.used, 0);
	}
}

/* Names and ports are known as soon as the answer is there. */
static void
test_learns(void)
{
	struct talk t = {0};
	struct rs_account pay;
	const struct rec_sink out = {on_lookup, &t.seen};
	const uint8_t v4[] = {198, 51, 100, 10};
	const struct rs_addr a = rs_addr_v4(v4);
	struct rec_connection c;
	rs_account_init(&pay, 1 << 20);
	begin(&t, &pay, &out);
	rec_init(&rec_connection_type, &c);
	c.server.at = (struct rs_endpoint){a, 5080};
	pass(&t, 'q', 10, 1);
	CU_ASSERT_PTR_NULL(names_find(t.names, &a).p);
	CU_ASSERT_EQUAL(related_connection(t.related, &c), RS_UNKNOWN);
	pass(&t, 'a', 11, 1);
	CU_ASSERT_TRUE(
	    rs_span_eq(names_find(t.names, &a), RS_LIT("sbc.example.net")));
	CU_ASSERT_EQUAL(related_connection(t.related, &c), RS_TRUE);
	c.server.at.port = 5081;
	CU_ASSERT_EQUAL(related_connection(t.related, &c), RS_UNKNOWN);
	/* Where the host is, is known by now. */
	related_service(
	    t.related, RS_LIT("example.com"), RS_LIT("sbc.example.net"), 5081);
	CU_ASSERT_EQUAL(related_connection(t.related, &c), RS_TRUE);
	CU_ASSERT_TRUE(related_name(t.related, RS_LIT("Example.com")));
	end(&t);
	CU_ASSERT_EQUAL(pay.used, 0);
}

/* A flood of questions: what is open longest goes, as cut off. */
static void
test_bound(void)
{
	struct talk t = {0};
	struct rs_account pay;
	const struct rec_sink out = {on_lookup, &t.seen};
	struct dns_kit k;
	struct dns_msg m;
	char name[32];
	rs_account_init(&pay, 64 << 10);
	begin(&t, &pay, &out);
	for (int i = 0; i < 3000; i++) {
		const uint8_t client[] = {192, 0, 2, 17};
		struct rs_flow_info flow = {.end = {{rs_addr_v4(client), 3000},
						{rs_addr_v4(client), 53}},
		    .carrier = RS_OVER_UDP};
		struct rs_event ev = {
		    .type = RS_EV_DNS_MESSAGE, .flow = &flow, .now = i};
		snprintf(name, sizeof name, "n%d.example.com", i);
		dns_kit_begin(&k, 1, KIT_QUERY, name, DNS_TYPE_A);
		CU_ASSERT_TRUE_FATAL(dns_msg_parse(&m, dns_kit_view(&k)));
		ev.at.first = ev.at.complete = i;
		ev.at.from.number = ev.at.to.number = (uint64_t)i + 1;
		ev.u.dns_message = &m;
		lookup_tracker_event(t.k, &ev);
	}
	CU_ASSERT(lookup_tracker_counts(t.k).evicted > 2000);
	CU_ASSERT(pay.highest <= 64 << 10);
	CU_ASSERT_PTR_NOT_NULL(strstr(t.seen.text, "cut_off/1/1/evicted"));
	end(&t);
	CU_ASSERT_EQUAL(pay.used, 0);
}

UNIT_MAIN("lookup", UNIT(test_rows), UNIT(test_learns), UNIT(test_bound))
