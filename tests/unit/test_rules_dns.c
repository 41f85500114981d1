/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Rules about DNS: rows where each fires, and near misses.  A row is what a
 * phone asked, and where it went, both in words:
 *
 *   "TYPE NAME STATE [ANSWER...]", a look-up, each a second after the one
 *   before; STATE as in the report; an answer is an address, or the target of
 *   an SRV record, or ORDER/PREFERENCE/TARGET of a NAPTR record;
 *
 *   "ADDRESS ok|silent|refused", where it went, as a registration;
 *
 *   "registered", it did, before it asked anything.
 *
 * Look-ups with "other:" before them are of another phone, and of yet another
 * one with "third:".
 */
#include "rules_kit.h"

enum { MOST = 8 };

static struct rec_coverage coverage;
static struct rec_arena arena;
static struct rec_lookup lookups[MOST], others[MOST];
static struct diag_try tries[MOST];
static struct diag_wait waits[MOST];
static struct diag_way way;

static struct rs_span
word(struct rs_span *line)
{
	size_t end = rs_span_find(*line, ' ');
	struct rs_span w = rs_span_part(*line, 0, end);
	*line = rs_span_from(*line, end + (end < line->n));
	return w;
}

static enum rec_lookup_state
state_of(struct rs_span name)
{
	for (int s = REC_ANSWERED; s < REC_LOOKUP_STATE_N; s++)
		if (rs_span_eq(name, rs_span_str(rec_lookup_state_name(
					 (enum rec_lookup_state)s))))
			return (enum rec_lookup_state)s;
	CU_FAIL("no such state");
	return REC_LOOKUP_STATE_NONE;
}

static void
add_frame(struct rec_lookup *l, uint64_t n)
{
	struct rs_frame *f = rec_list_add(&l->frames, &arena, sizeof *f);
	*f = (struct rs_frame){0, n};
}

static void
add_answer(struct rec_lookup *l, struct rs_span text, int64_t priority)
{
	struct rec_answer *x = rec_list_add(&l->answers, &arena, sizeof *x);
	struct rs_addr a;
	rec_init(&rec_answer_type, x);
	x->name = l->name;
	if (rs_addr_parse(&a, text)) {
		x->address = text;
		return;
	}
	size_t one = rs_span_find(text, '/');
	if (one < text.n) { /* of digits each */
		struct rs_span rest = rs_span_from(text, one + 1);
		x->order = text.p[0];
		x->preference = rest.p[0];
		x->target = rs_span_from(rest, 2);
		return;
	}
	x->target = text;
	x->priority = priority;
	x->port = 5060;
}

static void
read_lookup(struct rec_lookup *l, struct rs_span line, uint8_t client, int at)
{
	const uint8_t c[] = {192, 0, 2, client}, s[] = {203, 0, 113, 53};
	rec_init(&rec_lookup_type, l);
	l->client.at.addr = rs_addr_v4(c);
	l->server.at = (struct rs_endpoint){rs_addr_v4(s), 53};
	l->type = word(&line);
	l->name = word(&line);
	l->state = state_of(word(&line));
	l->started = at * RS_SEC;
	l->ended = l->started + RS_SEC / 10;
	l->id.frame = (struct rs_frame){0, (uint64_t)at * 2 + 1};
	l->queries = 1;
	add_frame(l, l->id.frame.number);
	if (l->state <= REC_LOOKUP_FAILED) {
		l->answer_frame = (struct rs_frame){0, (uint64_t)at * 2 + 2};
		l->rcode = RS_LIT("RCODE");
		add_frame(l, l->answer_frame.number);
	} else {
		l->queries = 3;
		l->ended = l->started + 12 * RS_SEC;
	}
	if (way_is_service(l) || rs_span_eq(l->type, RS_LIT("NAPTR")))
		l->related = RS_TRUE;
	for (int64_t i = 1; line.n; i++)
		add_answer(l, word(&line), i);
}

static void
read_try(struct rs_span line)
{
	struct diag_try *t = &tries[way.n_tries++];
	*t = (struct diag_try){.type = &rec_registration_type, .times = 1};
	CU_ASSERT_TRUE(rs_addr_parse(&t->server.addr, word(&line)));
	struct rs_span how = word(&line);
	t->server.port = 5060;
	t->first = t->last = 30 * RS_SEC + way.n_tries;
	t->id.frame = t->frame = (struct rs_frame){0, 50 + way.n_tries};
	t->answered = !rs_span_eq(how, RS_LIT("silent"));
	t->failed = !rs_span_eq(how, RS_LIT("ok"));
}

/* Lines of words. */
static void
read_row(const char *text)
{
	struct rs_span all = rs_span_str(text);
	way = (struct diag_way){.phone = true,
	    .lookups = lookups,
	    .tries = tries,
	    .waits = waits,
	    .others = others};
	while (all.n) {
		size_t end = rs_span_find(all, '\n');
		struct rs_span line = rs_span_part(all, 0, end), rest = line;
		all = rs_span_from(all, end + (end < all.n));
		struct rs_span first = word(&rest);
		struct rs_addr a;
		if (rs_span_eq(first, RS_LIT("other:")))
			read_lookup(&others[way.n_others++], rest, 18, 20);
		else if (rs_span_eq(first, RS_LIT("third:")))
			read_lookup(&others[way.n_others++], rest, 19, 21);
		else if (rs_span_eq(first, RS_LIT("registered")))
			way.registered = true;
		else if (rs_addr_parse(&a, first))
			read_try(line);
		else {
			int at = (int)way.n_lookups;
			read_lookup(&lookups[way.n_lookups++], line, 17, at);
		}
	}
}

#define SRV "SRV _sip._udp.example.com "
#define A "A example.com "
#define NAPTR(answers) "NAPTR example.com answered " answers "\n"
#define TWO SRV "answered one.example.net two.example.net\n"
#define ONE "A one.example.net answered 198.51.100.1\n"
#define PROXY SRV "answered proxy.example.net\n"
#define SIX                                                                    \
 "AAAA one.example.net answered 2001:db8::1\n"                                 \
 "A one.example.net answered 198.51.100.1\n"

static const struct row {
	const char *name, *words, *codes;
	int seconds; /* of the capture, from the first look-up */
} rows[] = {
    {"no answer", SRV "no_answer", "dns.no-answer", 60},
    {"a name that is none of SIP", "A time.example.net no_answer", "", 60},
    {"the bare name, where SRV was asked", SRV "no_answer\n" A "no_answer",
	"dns.no-answer", 60},
    {"not known", SRV "cut_off", "", 60},
    {"answered another time",
	SRV "no_answer\n" SRV "nxdomain\n" A
	    "answered 198.51.100.1\n198.51.100.1 ok",
	"", 60},
    {"by ICMP", SRV "unreachable", "dns.no-answer", 60},
    {"no service", SRV "nxdomain", "dns.srv-missing", 60},
    {"of somebody that it calls", "registered\n" SRV "nxdomain", "", 60},
    {"an empty answer", SRV "nodata\n" A "nxdomain", "dns.srv-missing", 60},
    {"the capture ends at once", SRV "nxdomain", "", 3},
    {"the bare name works",
	SRV "nxdomain\n" A "answered 198.51.100.1\n198.51.100.1 ok", "", 60},
    {"the bare name refuses",
	SRV "nxdomain\n" A "answered 198.51.100.1\n198.51.100.1 refused",
	"dns.srv-missing", 60},
    {"another service is there", "SRV _sips._tcp.example.com nxdomain\n" PROXY,
	"", 60},
    {"NAPTR is there", "NAPTR example.com answered x\n" SRV "nxdomain", "", 60},
    {"a NAPTR record that comes later",
	NAPTR("1/1/_sips._tcp.example.com 1/2/_sip._udp.example.com") SRV
	"nxdomain",
	"dns.wrong-service", 60},
    {"of another order",
	NAPTR("2/1/_sip._udp.example.com 1/2/_sips._tcp.example.com") SRV
	"nxdomain",
	"dns.wrong-service", 60},
    {"two that are alike",
	NAPTR("1/1/_sip._udp.example.com 1/1/_sip._tcp.example.com") SRV
	"nodata",
	"dns.wrong-service", 60},
    {"none that leads there",
	NAPTR("1/1/_sips._tcp.example.com") SRV "nxdomain", "dns.wrong-service",
	60},
    {"the first of them, which leads nowhere",
	NAPTR("1/1/_sip._udp.example.com 1/2/_sip._tcp.example.com") SRV
	"nxdomain",
	"dns.srv-missing", 60},
    {"both of them, in vain",
	NAPTR("1/1/_sips._tcp.example.com 1/2/_sip._udp.example.com") SRV
	"nxdomain\nSRV _sips._tcp.example.com nxdomain",
	"dns.srv-missing", 60},
    {"later, and then the first",
	NAPTR("1/1/_sips._tcp.example.com 1/2/_sip._udp.example.com") SRV
	"nxdomain\nSRV _sips._tcp.example.com answered x",
	"", 60},
    {"to another domain",
	NAPTR("1/1/_sip._udp.example.net") SRV
	"nxdomain\nSRV _sip._udp.example.net answered x",
	"", 60},
    {"another question is open", SRV "nxdomain\n" A "cut_off", "", 60},
    {"another phone found another service",
	SRV "nxdomain\nother: SRV _sips._tcp.example.com answered x",
	"dns.wrong-service", 60},
    {"of another domain",
	SRV "nxdomain\nother: SRV _sips._tcp.example.org answered x",
	"dns.srv-missing", 60},
    {"the first target alone", TWO ONE "198.51.100.1 silent", "dns.no-failover",
	90},
    {"for less than Timer F", TWO ONE "198.51.100.1 silent", "", 60},
    {"it answers", TWO ONE "198.51.100.1 ok", "", 90},
    {"it refuses", TWO ONE "198.51.100.1 refused", "", 90},
    {"and the second one",
	TWO ONE "A two.example.net answered 198.51.100.2\n"
		"198.51.100.1 silent\n198.51.100.2 ok",
	"", 90},
    {"and another one that nobody named",
	TWO ONE "198.51.100.1 silent\n198.51.100.9 silent", "", 90},
    {"there is but one",
	PROXY "A proxy.example.net answered 198.51.100.1\n"
	      "198.51.100.1 silent",
	"", 90},
    {"IPv6 alone", SIX "2001:db8::1 silent", "dns.ipv6-unreachable", 90},
    {"IPv6 that works", SIX "2001:db8::1 ok", "", 90},
    {"IPv6, then IPv4", SIX "2001:db8::1 silent\n198.51.100.1 ok", "", 90},
    {"IPv6 without IPv4",
	"AAAA one.example.net answered 2001:db8::1\n2001:db8::1 silent", "",
	90},
    {"an answer of its own",
	A "answered 10.0.0.5\n"
	  "other: " A "answered 198.51.100.1\nthird: " A
	  "answered 198.51.100.2\n10.0.0.5 silent",
	"dns.answer-differs", 90},
    {"one that works",
	A "answered 10.0.0.5\n"
	  "other: " A "answered 198.51.100.1\nthird: " A
	  "answered 198.51.100.2\n10.0.0.5 ok",
	"", 90},
    {"of the same network",
	A "answered 198.51.200.5\n"
	  "other: " A "answered 198.51.100.1\nthird: " A
	  "answered 198.51.100.2\n198.51.200.5 silent",
	"", 90},
    {"one phone says little",
	A "answered 10.0.0.5\n"
	  "other: " A "answered 198.51.100.1\n10.0.0.5 silent",
	"", 90},
    {"the others do not agree",
	A "answered 10.0.0.5\n"
	  "other: " A "answered 198.51.100.1\nthird: " A
	  "answered 203.0.113.2\n10.0.0.5 silent",
	"", 90},
    {"past the proxy", PROXY A "answered 198.51.100.8\n198.51.100.8 silent",
	"sip.proxy-bypassed", 90},
    {"past it, and refused",
	PROXY A "answered 198.51.100.8\n198.51.100.8 refused",
	"sip.proxy-bypassed", 90},
    {"past it, and it works", PROXY A "answered 198.51.100.8\n198.51.100.8 ok",
	"", 90},
    {"to the proxy as well",
	PROXY A "answered 198.51.100.8\n"
		"A proxy.example.net answered 198.51.100.1\n"
		"198.51.100.1 silent\n198.51.100.8 silent",
	"", 90},
    {"an address of its own", PROXY "198.51.100.8 silent", "", 90},
};

/* As the report does it: of what was told, what anybody tried. */
static void
note_tried(struct rs_addr tried[MOST])
{
	for (uint32_t i = 0; i < way.n_tries; i++)
		tried[i] = tries[i].server.addr;
	way.tried_by_any = tried;
	way.n_tried_by_any = way.n_tries;
}

static void
test_rows(void)
{
	struct rs_addr tried[MOST];
	rec_arena_init(&arena, NULL, NULL);
	for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
		unit_row(rows[i].name);
		rec_init(&rec_coverage_type, &coverage);
		coverage.last = rows[i].seconds * RS_SEC;
		read_row(rows[i].words);
		note_tried(tried);
		judge(&(struct diag_case){.way = &way, .coverage = &coverage});
		CU_ASSERT_STRING_EQUAL(said, rows[i].codes);
		tell_fired(rows[i].codes);
		rec_arena_reset(&arena);
	}
	rec_arena_clear(&arena);
}

/* What comes of silence: challenges that wait for it. */
static void
test_waits(void)
{
	rec_arena_init(&arena, NULL, NULL);
	rec_init(&rec_coverage_type, &coverage);
	coverage.last = 90 * RS_SEC;
	read_row(SRV "no_answer\nA x.example.net answered 198.51.100.1");
	waits[0] =
	    (struct diag_wait){0, 13 * RS_SEC, {0, 40}, true, {{0, 30}, 0}};
	waits[1] = (struct diag_wait){
	    50 * RS_SEC, 60 * RS_SEC, {0, 80}, true, {{0, 70}, 0}};
	way.n_waits = 2;
	judge(&(struct diag_case){.way = &way, .coverage = &coverage});
	CU_ASSERT_STRING_EQUAL(said, "dns.no-answer");
	CU_ASSERT_EQUAL(certainty, REC_CERTAIN);
	CU_ASSERT_PTR_NOT_NULL(
	    strstr(detail, "1 was answered 13.0 s late, and that answer was"));
	lookups[1].state = REC_LOOKUP_CUT_OFF;
	lookups[1].answer_frame.number = 0;
	judge(&(struct diag_case){.way = &way, .coverage = &coverage});
	CU_ASSERT_EQUAL(certainty, REC_LIKELY);
	CU_ASSERT_STRING_EQUAL(said_more, "capture.incomplete");
	/* Not said once more of what the client fetched. */
	struct rec_download d;
	rec_init(&rec_download_type, &d);
	judge(&(struct diag_case){
	    .way = &way, .coverage = &coverage, .download = &d});
	CU_ASSERT_STRING_EQUAL(said, "");
	rec_arena_clear(&arena);
}

/* Who answers with errors alone is not heard, and what drops SRV is said only
   where it is SRV that is dropped. */
static void
test_heard(void)
{
	static const struct {
		const char *name, *words;
		enum rec_certainty certainty;
		bool heard, drops;
	} heard[] = {
	    {"an address", SRV "no_answer\n" A "answered 198.51.100.1",
		REC_CERTAIN, true, true},
	    {"another service",
		SRV "no_answer\nSRV _sips._tcp.example.com nxdomain",
		REC_CERTAIN, true, false},
	    {"SERVFAIL", SRV "failed\n" A "no_answer", REC_LIKELY, false,
		false},
	    {"REFUSED", SRV "no_answer\n" A "refused", REC_LIKELY, false,
		false},
	    {"the address is left", SRV "nxdomain\n" A "no_answer", REC_CERTAIN,
		true, false},
	    {"all is left", SRV "no_answer\n" A "no_answer", REC_LIKELY, false,
		false},
	};
	rec_arena_init(&arena, NULL, NULL);
	rec_init(&rec_coverage_type, &coverage);
	coverage.last = 90 * RS_SEC;
	for (size_t i = 0; i < sizeof heard / sizeof *heard; i++) {
		unit_row(heard[i].name);
		read_row(heard[i].words);
		judge(&(struct diag_case){.way = &way, .coverage = &coverage});
		CU_ASSERT_STRING_EQUAL(said, "dns.no-answer");
		CU_ASSERT_EQUAL(certainty, heard[i].certainty);
		CU_ASSERT_EQUAL(strstr(detail, "while the same server") != NULL,
		    heard[i].heard);
		CU_ASSERT_EQUAL(
		    strstr(advice, "home routers") != NULL, heard[i].drops);
		rec_arena_reset(&arena);
	}
	rec_arena_clear(&arena);
}

/* Its answer may have been somewhere else than in the capture, unless the phone
   went nowhere, or its own log lacks it as well. */
static void
test_asked_once(void)
{
	static const struct {
		const char *name, *words;
		int64_t queries;
		enum rec_visibility visibility;
		const char *codes;
	} once[] = {
	    {"it went nowhere", SRV "no_answer", 1, 0, "dns.no-answer"},
	    {"it went on", SRV "no_answer\n198.51.100.1 ok", 1, 0, ""},
	    {"it registered", "registered\n" SRV "no_answer", 1, 0, ""},
	    {"it asked again", SRV "no_answer\n198.51.100.1 ok", 2, 0,
		"dns.no-answer"},
	    {"by a log", SRV "no_answer\n198.51.100.1 ok", 1, REC_LOG,
		"dns.no-answer"},
	    {"by ICMP", SRV "unreachable\n198.51.100.1 ok", 1, 0,
		"dns.no-answer"},
	};
	rec_arena_init(&arena, NULL, NULL);
	rec_init(&rec_coverage_type, &coverage);
	coverage.last = 90 * RS_SEC;
	for (size_t i = 0; i < sizeof once / sizeof *once; i++) {
		unit_row(once[i].name);
		read_row(once[i].words);
		lookups[0].queries = once[i].queries;
		lookups[0].visibility = once[i].visibility;
		judge(&(struct diag_case){.way = &way, .coverage = &coverage});
		CU_ASSERT_STRING_EQUAL(said, once[i].codes);
		rec_arena_reset(&arena);
	}
	rec_arena_clear(&arena);
}

/* Without SNI it is what was asked of DNS that a certificate has to have; or
   the domain whose SRV record led there. */
static void
test_certificate_name(void)
{
	static const struct {
		const char *name, *words, *san, *codes;
	} names[] = {
	    {"another name", PROXY "A proxy.example.net answered 198.51.100.1",
		"DNS:x.example.org", "tls.name-mismatch"},
	    {"the host", PROXY "A proxy.example.net answered 198.51.100.1",
		"DNS:proxy.example.net", "tls.unknown-ca"},
	    {"the domain", PROXY "A proxy.example.net answered 198.51.100.1",
		"DNS:example.com", "tls.unknown-ca"},
	    {"the domain, by no SRV record",
		"A proxy.example.net answered 198.51.100.1", "DNS:example.com",
		"tls.name-mismatch"},
	    {"nothing was asked", "", "DNS:x.example.org", "tls.unknown-ca"},
	};
	const uint8_t server[] = {198, 51, 100, 1};
	for (size_t i = 0; i < sizeof names / sizeof *names; i++) {
		struct rec_handshake h;
		rec_arena_init(&arena, NULL, NULL);
		rec_init(&rec_handshake_type, &h);
		unit_row(names[i].name);
		read_row(names[i].words);
		h.id.frame = (struct rs_frame){0, 90};
		h.client.at.addr.family = 4;
		h.server.at.addr = rs_addr_v4(server);
		h.state = REC_FAILED;
		h.failed_by = REC_CLIENT;
		h.reason = REC_REASON_ALERT;
		h.version = RS_LIT("TLS 1.2");
		h.started = h.ended = 100 * RS_SEC;
		struct rec_alert *a =
		    rec_list_add(&h.alerts, &arena, sizeof *a);
		rec_init(&rec_alert_type, a);
		*a = (struct rec_alert){.from = REC_CLIENT,
		    .level = 2,
		    .number = 42,
		    .name = RS_LIT("bad_certificate"),
		    .encrypted = RS_FALSE,
		    .frame = {0, 93}};
		struct rec_step *s = rec_list_add(&h.steps, &arena, sizeof *s);
		*s = (struct rec_step){REC_SERVER, RS_LIT("server_hello"), 0,
		    (struct rs_frame){0, 91}};
		struct rec_certificate *c =
		    rec_list_add(&h.certificates, &arena, sizeof *c);
		rec_init(&rec_certificate_type, c);
		c->from = REC_SERVER;
		c->subject = RS_LIT("CN=x");
		c->issuer = RS_LIT("CN=Some CA");
		c->frame = (struct rs_frame){0, 92};
		*(struct rs_span *)rec_list_add(&c->san, &arena,
		    sizeof(struct rs_span)) = rs_span_str(names[i].san);
		judge(&(struct diag_case){.handshake = &h, .way = &way});
		CU_ASSERT_STRING_EQUAL(said, names[i].codes);
		rec_arena_clear(&arena);
	}
}

/* Which look-up kept a phone from going on. */
static void
test_stopped(void)
{
	static const struct {
		const char *name, *words;
		int64_t which; /* -1: none */
		bool refused;  /* by an error, in the last look-up */
	} stopped[] = {
	    {"no service, no address", SRV "nxdomain\n" A "nxdomain", 0, false},
	    {"no answer", SRV "no_answer", 0, false},
	    {"refused", SRV "refused", 0, true},
	    {"no service, and then an error", SRV "nxdomain\n" A "failed", 0,
		true},
	    {"refused, and went on", SRV "refused\n198.51.100.1 ok", -1, false},
	    {"something else was refused",
		SRV "nxdomain\nA time.example.net refused", 0, false},
	    {"an address", SRV "nxdomain\n" A "answered 198.51.100.1", -1,
		false},
	    {"it went on", SRV "nxdomain\n198.51.100.1 ok", -1, false},
	    {"NAPTR led to nothing",
		"NAPTR example.com answered x\n" SRV "nxdomain", 1, false},
	    {"it had registered", "registered\n" SRV "nxdomain", -1, false},
	    {"nothing about SIP", "A time.example.net nxdomain", -1, false},
	    {"not known", SRV "cut_off", -1, false},
	};
	rec_arena_init(&arena, NULL, NULL);
	for (size_t i = 0; i < sizeof stopped / sizeof *stopped; i++) {
		unit_row(stopped[i].name);
		read_row(stopped[i].words);
		const struct rec_lookup *l = way_stopped(&way);
		CU_ASSERT_EQUAL(l ? l - lookups : -1, stopped[i].which);
		CU_ASSERT_PTR_EQUAL(way_refused(&way),
		    stopped[i].refused ? &lookups[way.n_lookups - 1] : NULL);
	}
	rec_arena_clear(&arena);
}

UNIT_MAIN("rules_dns", UNIT(test_rows), UNIT(test_waits), UNIT(test_heard),
    UNIT(test_asked_once), UNIT(test_certificate_name), UNIT(test_stopped))
