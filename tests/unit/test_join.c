/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Logs joined with captures: the offset by names, and beside messages.
 *
 * A row is what a phone at 192.0.2.17 asks 203.0.113.53, as words "NAME TIME
 * FLAGS": the letter x asks for A of x.example.net, so many milliseconds after
 * the start; it is answered 20 ms later, and log and capture have both.  Flags:
 * !  no answer          <  the capture lacks it     >  the log lacks it
 * 2  another client, in the capture alone           =  out of the phone's cache
 * ~  the log tells another address                  *  written over in the log
 * ?  the capture lacks the answer                 '  its line is 12 ms early
 * A number and a colon shift all words that follow.
 */
#include "engine/join.h"

#include "dns_kit.h"
#include "log/log.h"
#include "sip/msg.h"
#include "tls/hello.h"
#include "unit.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>

static const rs_time START = 1795514400 * RS_SEC, RTT = 20 * RS_MSEC;

struct world {
	struct log_join *j;
	struct rs_sink sink;
	double offset, drift; /* of the log's clock, s; s/s */
	uint64_t line, frame;
	uint16_t id, type; /* type: 0 is A */
	unsigned seed;
	/* Of the word at hand. */
	rs_time at;
	char name[64], written[64];
	/* The last question of both, for those who look at it again. */
	char entry[256];
	uint64_t entry_line;
	struct rs_event packet;
	struct dns_msg message;
	struct dns_kit kit;
};

static rs_time
by_log(const struct world *w, rs_time at)
{
	double t = (double)(at - START);
	return START + (rs_time)(t * (1 + w->drift) + w->offset * 1e9);
}

/* From 0.3 to 0.7 ms. */
static rs_time
lag(struct world *w)
{
	w->seed = w->seed * 1103515245 + 12345;
	return 300 * RS_USEC + (rs_time)(w->seed >> 16 & 1023) * 400;
}

static void
line(struct world *w, rs_time at, const char *text)
{
	char s[256];
	int n = snprintf(s, sizeof s,
	    "%llu NOT Nov 24 03:00:00.000000 (823-940) %s\n",
	    (unsigned long long)(3000 + w->line), text);
	const struct cap_frame f = {
	    .bytes = {(const uint8_t *)s, (size_t)n},
	    .wire_len = (uint32_t)n,
	    .ts = by_log(w, at),
	    .frame = {0, ++w->line | RS_LINE},
	    .linktype = CAP_LINK_LOG + LOG_FORM_PHONE,
	};
	memcpy(w->entry, s, sizeof s);
	w->entry_line = w->line;
	log_join_entry(w->j, 0, &f);
}

static void
dnsmasq(struct world *w, rs_time at, const char *what, const char *after)
{
	char s[160];
	snprintf(
	    s, sizeof s, "dnsmasq[560]: %s %s %s", what, w->written, after);
	line(w, at, s);
}

static void
packet(struct world *w, rs_time at, bool response, char letter, uint8_t client)
{
	const uint8_t c[] = {192, 0, 2, client}, s[] = {203, 0, 113, 53};
	struct rs_flow_info flow = {.serial = w->id,
	    .end = {{rs_addr_v4(c), (uint16_t)(40000 + w->id)},
		{rs_addr_v4(s), 53}},
	    .carrier = RS_OVER_UDP};
	dns_kit_begin(&w->kit, w->id, response ? KIT_RESPONSE : KIT_QUERY,
	    w->name, w->type ? w->type : DNS_TYPE_A);
	if (response)
		dns_kit_a(&w->kit, DNS_ANSWER, w->name, (uint8_t)letter);
	CU_ASSERT_TRUE_FATAL(dns_msg_parse(&w->message, dns_kit_view(&w->kit)));
	w->packet = (struct rs_event){
	    .type = RS_EV_DNS_MESSAGE,
	    .dir = response ? RS_S2C : RS_C2S,
	    .at = rs_stamp_at(at, (struct rs_frame){0, ++w->frame}),
	    .flow = &flow,
	    .u.dns_message = &w->message,
	};
	rs_emit(&w->sink, &w->packet);
	w->packet.flow = NULL;
}

static void
logged(struct world *w, char letter, const char *flags)
{
	char told[40];
	snprintf(told, sizeof told, "is 198.51.100.%d",
	    strchr(flags, '~') ? 250 : letter);
	dnsmasq(w, w->at - lag(w), "query[A]", "from 127.0.0.1");
	if (strchr(flags, '=')) {
		dnsmasq(w, w->at, "cached", told);
		return;
	}
	rs_time early = strchr(flags, '\'') ? 12 * RS_MSEC : lag(w) / 4;
	dnsmasq(w, w->at - early, "forwarded", "to 203.0.113.53");
	char entry[sizeof w->entry];
	uint64_t number = w->entry_line;
	memcpy(entry, w->entry, sizeof entry);
	if (!strchr(flags, '!'))
		dnsmasq(w, w->at + RTT + lag(w), "reply", told);
	memcpy(w->entry, entry, sizeof entry);
	w->entry_line = number;
}

static void
question(struct world *w, char letter, const char *flags)
{
	bool other = strchr(flags, '2') != NULL;
	snprintf(w->name, sizeof w->name, "%c.example.net", letter);
	snprintf(w->written, sizeof w->written, "%s",
	    strchr(flags, '*') ? "XXXX.example.net" : w->name);
	if (strchr(flags, '*'))
		snprintf(w->name, sizeof w->name, "xxxx.example.net");
	if (!other && !strchr(flags, '>'))
		logged(w, letter, flags);
	if (strchr(flags, '<') || strchr(flags, '='))
		return;
	w->id++;
	packet(w, w->at, false, letter, other ? 18 : 17);
	if (!strchr(flags, '!') && !strchr(flags, '?'))
		packet(w, w->at + RTT, true, letter, other ? 18 : 17);
}

static void
play(struct world *w, const char *words)
{
	long shift = 0;
	while (*words) {
		char letter = 0, flags[8] = "", *after;
		if (*words >= 'a' && *words <= 'z')
			letter = *words++;
		long at = strtol(words, &after, 10);
		words = after;
		if (letter == 0) {
			shift = at;
			CU_ASSERT_EQUAL_FATAL(*words, ':');
			words++;
		} else {
			size_t n = strcspn(words, " ");
			snprintf(flags, sizeof flags, "%.*s", (int)n, words);
			words += n;
			w->at = START + (at + shift) * RS_MSEC;
			question(w, letter, flags);
		}
		words += *words == ' ';
	}
}

static void
begin(struct world *w, double offset, double ppm, const char *own)
{
	char s[64];
	*w = (struct world){.offset = offset, .drift = ppm * 1e-6, .seed = 7};
	w->j = log_join_new(1, 0);
	w->sink = log_join_sink(w->j);
	log_join_clock(w->j, 0, -(rs_time)(offset * 1e9));
	line(w, START - RS_SEC, "voice-line 1 begins");
	snprintf(s, sizeof s, "DHCP-ipaddr:%s", own ? own : "");
	if (own)
		line(w, START - RS_SEC, s);
}

/* Both go on for so many seconds. */
static const struct log_joined *
solve(struct world *w, int seconds)
{
	rs_time end = START + seconds * RS_SEC;
	const struct cap_frame last = {
	    .ts = by_log(w, end), .linktype = CAP_LINK_LOG + LOG_FORM_PHONE};
	log_join_entry(w->j, 0, &last);
	log_join_span(w->j, START - RS_SEC, end, false);
	log_join_solve(w->j);
	return log_join_result(w->j, 0);
}

#define BOOT                                                                   \
 "a2337 b2611! b7611! b12612! c18443 d31788! d36790! d41789! b64070!"
#define OWN "192.0.2.17"

static const struct row {
	const char *name, *words, *own;
	double offset;
	const char *want; /* "names 9" of 9, or why not */
	double wrong;     /* so far is it from what is told; NAN: nothing is */
} rows[] = {
    {"a phone that DNS leaves alone", BOOT, OWN, -25200.3, "names 9/9", 0},
    {"a clock that was never set: it takes more", "a2337 b2611 c18443 d31888",
	OWN, 365 * 86400 + 212.345, "too_few", 0},
    {"and there is more", BOOT " e70150 f71210 g73560", OWN,
	365 * 86400 + 212.345, "names 12/12", 0},
    {"which is enough beside messages only", BOOT " e70150 f71210 g73560", OWN,
	365 * 86400 + 212.345, "unproven", 365 * 86400 + 212.345},
    {"yesterday's log, of the same boot", BOOT, OWN, -86400.4, "unproven",
	-86400.4},
    {"a zone that is not known", BOOT, OWN, -25200.3, "unproven", NAN},
    {"a clock that is off by seconds", BOOT, OWN, -25200.3, "names 9/9", 4.9},
    {"by as many as no boot takes", BOOT, OWN, -25200.3, "names 9/9", 19.9},
    {"by more", BOOT, OWN, -25200.3, "unproven", -20.1},
    {"and by as much as a boot takes", BOOT, OWN, -25200.3, "unproven", -31},
    {"one that does not tell its address", BOOT, NULL, 1, "unproven", 0},
    {"of such a one it takes more", "a2337 b4611 c18443", NULL, 1, "too_few",
	0},
    {"than of others", "a2337 b4611 c18443", OWN, 1, "names 3/3", 0},
    {"what follows at once is not counted", "a2337 b2611 c18443", OWN, 1,
	"too_few", 0},
    {"one after the other by the answers",
	"a2337 b2437 c2637 d2867 e3090 f3211", OWN, 1, "too_few", 0},
    {"two are not enough", "a2337 b2611", OWN, 1, "too_few", 0},
    {"what fits just so is no proof", "a2337' b2611 c18443' d31888", OWN, 1,
	"too_few", 0},
    {"the address of another", BOOT, "192.0.2.99", 1, "other_address", 0},
    {"an address of another family", BOOT, "2001:db8::17", 1, "other_address",
	0},
    {"another asks the same, at the same intervals",
	BOOT " 1700: a2337~2 b2611!2 b7611!2 b12612!2 c18443~2 d31788!2 "
	     "d36790!2 d41789!2 b64070!2",
	NULL, 1, "several_clients", 0},
    {"but has another address",
	BOOT " 1700: a2337~2 b2611!2 b7611!2 b12612!2 c18443~2 d31788!2 "
	     "d36790!2 d41789!2 b64070!2",
	OWN, 1, "names 9/9", 0},
    {"another asks the same, at other intervals",
	BOOT " a5000~2 b9300!2 c14000~2 d60000!2", NULL, 1, "unproven", 0},
    {"the same again, a minute later",
	"a2337 b2611 c18443 d21788 60000: a2337 b2611 c18443 d21788", OWN, 1,
	"names 8/8", 0},
    {"of which each side has one only",
	"a2337< b2611< c18443< d21788< 60000: a2337> b2611> c18443> d21788>",
	OWN, 1, "too_few", 0},
    {"one name, again and again, cut off on both sides",
	"a10137< a40137< a70137! a100137! a130137! a160137> a190137>", OWN, 1,
	"several_offsets", 0},
    {"one name, again and again, all of it",
	"a10137! a40137! a70137! a100137! a130137!", OWN, 1, "several_offsets",
	0},
    {"one name, now and then", "a10137 a23411 a31702 a60285", OWN, 1,
	"names 4/4", 0},
    {"several names by one timer", "a10137! b15138! c20138! d25639! e30139!",
	OWN, 1, "too_few", 0},
    {"the cache answers, too", BOOT " b20000= c44444=", OWN, 1, "names 9/9", 0},
    {"the cache alone", "a2337= b2611= c18443= d31788=", OWN, 1, "no_match", 0},
    {"names written over", "a2337* b2611* c18443* d31788*", OWN, 1, "no_match",
	0},
    {"other answers than in the capture", "a2337~ b2611~ c18443~ d31788~", OWN,
	1, "no_match", 0},
    {"a question that was never on the wire", BOOT " e50905<!", OWN, 1,
	"too_few", 0},
    {"one from before the capture", BOOT " e-50905<!", OWN, 1, "names 9/10", 0},
    {"a clock that was set in between, by an hour",
	"-3600000: e337< 0: e337> 10000: " BOOT, OWN, 1, "too_few", 0},
    {"and by 3.7 s", "e337> 3700: e337< 10000: " BOOT, OWN, 1, "too_few", 0},
    {"an answer after which the client asks again", BOOT " e70150? e75150!",
	OWN, 1, "too_few", 0},
    {"an answer that was not captured", BOOT " e70150? e95150", OWN, 1,
	"names 11/11", 0},
    {"one that the log lacks", BOOT " e50905>", OWN, 1, "names 9/9", 0},
    {"too much that one of both lacks",
	"a2337 b2611 c18443 d31888 e33333< f34444> g35555<", OWN, 1, "too_few",
	0},
    {"all of it in the log alone", "a2337< b2611< c18443< d31788<", OWN, 1,
	"no_match", 0},
};

static void
test_rows(void)
{
	for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
		const struct row *r = &rows[i];
		struct world w;
		char got[64];
		unit_row(r->name);
		begin(&w, r->offset, 0, r->own);
		log_join_clock(w.j, 0,
		    isnan(r->wrong) ? RS_NEVER
				    : (rs_time)((r->wrong - r->offset) * 1e9));
		play(&w, r->words);
		const struct log_joined *l = solve(&w, 240);
		if (l->solved)
			snprintf(got, sizeof got, "%s %u/%u",
			    l->by == JOIN_BY_NAMES ? "names" : "others",
			    l->lookups_captured, l->lookups);
		else
			snprintf(got, sizeof got, "%s", log_join_word(l->why));
		CU_ASSERT_STRING_EQUAL(got, r->want);
		if (strcmp(got, r->want) != 0)
			printf("# %s: %s, not %s\n", r->name, got, r->want);
		if (l->solved) {
			double off = (double)l->shift / 1e9 + r->offset;
			CU_ASSERT(fabs(off) < 0.002);
			CU_ASSERT(fabs(off) * 1e9 <= (double)l->uncertainty);
			CU_ASSERT_EQUAL(l->client.b[3], 17);
		}
		log_join_free(w.j);
	}
}

/* Over minutes: what drifts is told, and the rest of it is found. */
static void
test_drift(void)
{
	static const double ppm[] = {0, 5, -20, 40, -150, 300};
	for (size_t i = 0; i < sizeof ppm / sizeof *ppm; i++) {
		struct world w;
		char words[1024] = "";
		for (int k = 0; k < 24; k++)
			snprintf(words + strlen(words),
			    sizeof words - strlen(words), "%s%c%d",
			    k ? " " : "", 'a' + k % 7,
			    k * 10000 + k * k * 137 % 3001);
		begin(&w, -3600.2, ppm[i], OWN);
		play(&w, words);
		const struct log_joined *l = solve(&w, 300);
		CU_ASSERT_TRUE(l->solved);
		CU_ASSERT_EQUAL(l->lookups_captured, 24);
		CU_ASSERT_TRUE(l->drifts);
		double off = l->drift * 1e6 - ppm[i];
		CU_ASSERT(fabs(off) <= l->drift_uncertainty * 1e6 + 0.1);
		log_join_free(w.j);
	}
}

/* What becomes of a question when all is read again. */
static void
test_again(void)
{
	static const struct {
		const char *word;
		bool captured, answered, has_line;
	} again[] = {{"e70150", true, true, true},
	    {"e70150!", true, false, true}, {"e70150?", true, false, true},
	    {"e-50905<", false, false, false}};
	for (size_t i = 0; i < sizeof again / sizeof *again; i++) {
		struct world w;
		struct rs_stamp at;
		const struct rs_frame where = {3, 0};
		begin(&w, -25200.3, 0, OWN);
		play(&w, BOOT " ");
		play(&w, again[i].word);
		CU_ASSERT_TRUE_FATAL(solve(&w, 240)->solved);
		struct rs_flow_info flow = {.carrier = RS_OVER_UDP};
		w.packet.flow = &flow;
		/* Nobody knows the log's number so far. */
		CU_ASSERT_FALSE(log_join_line(w.j, &w.packet, &at));
		struct rs_span entry = rs_span_str(w.entry);
		struct join_lookup l = log_join_lookup(w.j,
		    (struct rs_frame){where.file, w.entry_line | RS_LINE},
		    entry);
		CU_ASSERT_PTR_NOT_NULL_FATAL(l.client);
		CU_ASSERT_EQUAL(l.client->b[3], 17);
		CU_ASSERT_EQUAL(l.captured, again[i].captured);
		CU_ASSERT_EQUAL(l.answered, again[i].answered);
		if (l.captured) {
			CU_ASSERT_EQUAL(l.id, w.id);
			CU_ASSERT_EQUAL(l.from.port, 40000 + w.id);
			CU_ASSERT_EQUAL(l.to.port, 53);
		}
		bool has = log_join_line(w.j, &w.packet, &at);
		/* The last packet is the one before where there is none. */
		CU_ASSERT_TRUE(has);
		CU_ASSERT_EQUAL(at.from.file, where.file);
		if (again[i].has_line)
			CU_ASSERT_EQUAL(rs_frame_number(at.from),
			    w.entry_line + again[i].answered);
		log_join_free(w.j);
	}
}

/* A is answered after AAAA was asked: each has its own. */
static void
test_two_types(void)
{
	struct world w;
	begin(&w, 0.5, 0, OWN);
	play(&w, BOOT " ");
	snprintf(w.name, sizeof w.name, "z.example.net");
	memcpy(w.written, w.name, sizeof w.written);
	rs_time at = START + 80150 * RS_MSEC;
	dnsmasq(&w, at, "query[A]", "from 127.0.0.1");
	dnsmasq(&w, at, "forwarded", "to 203.0.113.53");
	const uint64_t number = w.entry_line;
	char entry[sizeof w.entry];
	memcpy(entry, w.entry, sizeof entry);
	w.id++;
	packet(&w, at, false, 'z', 17);
	dnsmasq(&w, at, "query[AAAA]", "from 127.0.0.1");
	dnsmasq(&w, at, "forwarded", "to 203.0.113.53");
	w.id++;
	w.type = DNS_TYPE_AAAA;
	packet(&w, at, false, 'z', 17);
	w.id--;
	w.type = 0;
	packet(&w, at + RTT, true, 'z', 17);
	dnsmasq(&w, at + RTT, "reply", "is 198.51.100.122");
	uint64_t reply = w.entry_line;
	CU_ASSERT_TRUE_FATAL(solve(&w, 240)->solved);
	struct rs_stamp line_at;
	struct rs_flow_info flow = {.carrier = RS_OVER_UDP};
	w.packet.flow = &flow;
	struct join_lookup l = log_join_lookup(
	    w.j, (struct rs_frame){0, number | RS_LINE}, rs_span_str(entry));
	CU_ASSERT_TRUE(l.captured && l.answered);
	CU_ASSERT_TRUE(log_join_line(w.j, &w.packet, &line_at));
	CU_ASSERT_EQUAL(rs_frame_number(line_at.from), reply);
	log_join_free(w.j);
}

/* A phone sets its clock on the way: the clock that it has then counts. */
static void
test_clock_set(void)
{
	for (int set = 0; set < 2; set++) {
		struct world w;
		begin(&w, 1e7 + 212.345, 0, OWN);
		play(&w, "a2337 b2611 c18443 d31888");
		if (set)
			log_join_stepped(w.j, 0, -(rs_time)(1e16 + 212.1e9));
		CU_ASSERT_EQUAL(solve(&w, 240)->solved, set == 1);
		log_join_free(w.j);
	}
}

/* Lines are missing, or packets: what one side lacks says nothing then. */
static void
test_holes(void)
{
	static const char words[] = "a10137! a40137! a70137! a85137!";
	for (int whole = 0; whole < 2; whole++) {
		struct world w;
		begin(&w, 1, 0, OWN);
		play(&w, words);
		if (!whole)
			log_join_hole(w.j, 0);
		(void)solve(&w, 240);
		CU_ASSERT_EQUAL(log_join_result(w.j, 0)->why,
		    whole ? JOIN_TOO_FEW : JOIN_SEVERAL_OFFSETS);
		log_join_free(w.j);
	}
}

/* ---- beside messages ---- */

/* Its length. */
static size_t
sip(struct world *w, int number, rs_time at, size_t body, bool tls)
{
	static const char form[] =
	    "REGISTER sip:example.com SIP/2.0^M\n"
	    "Via: SIP/2.0/TLS 192.0.2.17:5061;branch=z9hG4bK-%d^M\n"
	    "Call-ID: %d@192.0.2.17^M\nCSeq: %d REGISTER^M\n"
	    "Content-Length: %zu^M\n^M\n";
	char s[1024], text[1024], all[2048];
	struct sip_header headers[SIP_MAX_HEADERS];
	struct sip_msg m;
	size_t n = 0;
	snprintf(s, sizeof s, form, number, number, number, body);
	snprintf(s + strlen(s), sizeof s - strlen(s), "%0*d", (int)body, 0);
	snprintf(all, sizeof all,
	    "%llu NOT Nov 24 03:00:00.000000 (823-940) voice- =====> Send "
	    "(TLS) [198.51.100.10]:5061 SIP MSG:: %s\n",
	    (unsigned long long)(3000 + w->line), s);
	const struct cap_frame f = {
	    .bytes = rs_span_str(all),
	    .wire_len = (uint32_t)strlen(all),
	    .ts = by_log(w, at - lag(w)),
	    .frame = {0, ++w->line | RS_LINE},
	    .linktype = CAP_LINK_LOG + LOG_FORM_PHONE,
	};
	log_join_entry(w->j, 0, &f);
	for (const char *p = s; *p; p++)
		if (p[0] == '^' && p[1] == 'M')
			text[n++] = '\r', p++;
		else
			text[n++] = *p;
	struct rs_span bytes = {(const uint8_t *)text, n};
	const uint8_t c[] = {192, 0, 2, 17}, to[] = {198, 51, 100, 10};
	struct rs_flow_info flow = {.serial = 5000,
	    .first_at = START,
	    .first = {0, 900},
	    .end = {{rs_addr_v4(c), 5061}, {rs_addr_v4(to), 5061}},
	    .carrier = tls ? RS_OVER_TLS : RS_OVER_TCP};
	struct rs_event ev = {.type = RS_EV_TLS_DATA,
	    .dir = RS_C2S,
	    .at = rs_stamp_at(at, (struct rs_frame){0, ++w->frame}),
	    .flow = &flow,
	    .u.tls_data = {.size = n + 17, .type = 23}};
	if (!tls) {
		size_t head;
		CU_ASSERT_TRUE_FATAL(
		    sip_msg_head_parse(&m, headers, bytes, &head));
		m.bytes = bytes;
		m.size = n;
		ev.type = RS_EV_SIP_MESSAGE;
		ev.u.sip_message = &m;
	}
	rs_emit(&w->sink, &ev);
	return n;
}

static void
hello(struct world *w, uint8_t client)
{
	const struct tls_server_hello h = {.version = TLS_13, .cipher = 0x1301};
	const uint8_t c[] = {192, 0, 2, client};
	unsigned nth = client - 17;
	struct rs_flow_info flow = {.serial = 5000 + nth,
	    .first_at = START,
	    .first = {0, 900 + nth}};
	struct rs_event ev = {.type = RS_EV_TLS_HANDSHAKE,
	    .dir = RS_S2C,
	    .at = rs_stamp_at(START, (struct rs_frame){0, ++w->frame}),
	    .flow = &flow,
	    .u.tls_handshake = {
		.type = TLS_HS_SERVER_HELLO, .u.server_hello = &h}};
	flow.end[RS_C2S].addr = rs_addr_v4(c);
	rs_emit(&w->sink, &ev);
}

/* The messages' clock is off by `messages`, that of names by `names`. */
static const struct log_joined *
both(struct world *w, bool tls, double messages, double names)
{
	static const int at[] = {81150, 93377, 97203, 104871};
	begin(w, messages, 0, OWN);
	/* Beside messages nobody asks what is told of the clock. */
	log_join_clock(w->j, 0, RS_NEVER);
	hello(w, 17);
	for (int i = 0; i < 4; i++)
		(void)sip(w, i + 1, START + at[i] * RS_MSEC,
		    (size_t)(40 + 50 * i), tls);
	w->offset = names;
	play(w, BOOT " e70150 f71210 g73560");
	return solve(w, 240);
}

static void
test_sources(void)
{
	static const struct {
		const char *name;
		bool tls;
		double messages, names;
		unsigned by;
	} sources[] = {
	    {"TLS and names", true, 2.5, 2.5, JOIN_BY_TLS | JOIN_BY_NAMES},
	    {"Call-IDs and names", false, 2.5, 2.5,
		JOIN_BY_CALL_ID | JOIN_BY_NAMES},
	    {"Call-IDs, and names that contradict", false, 2.5, 9.5,
		JOIN_BY_CALL_ID},
	    {"TLS, and names that contradict", true, 2.5, 9.5, 0},
	};
	for (size_t i = 0; i < sizeof sources / sizeof *sources; i++) {
		struct world w;
		unit_row(sources[i].name);
		const struct log_joined *l = both(
		    &w, sources[i].tls, sources[i].messages, sources[i].names);
		CU_ASSERT_EQUAL(l->by, sources[i].by);
		CU_ASSERT_EQUAL(l->solved, sources[i].by != 0);
		if (!l->solved)
			CU_ASSERT_EQUAL(l->why, JOIN_DIFFERS);
		if (l->solved)
			CU_ASSERT(
			    llabs(l->shift + 2500 * RS_MSEC) < 6 * RS_MSEC);
		if (l->by & JOIN_BY_NAMES)
			CU_ASSERT_EQUAL(l->lookups_captured, 12);
		log_join_free(w.j);
	}
}

/* Messages that both have in clear decide, however many records fit elsewhere.
 */
static void
test_call_id_decides(void)
{
	static const int at[] = {81150, 93377, 97203, 104871};
	struct world w;
	begin(&w, 2.5, 0, OWN);
	hello(&w, 17);
	for (int i = 0; i < 4; i++)
		(void)sip(&w, i + 1, START + at[i] * RS_MSEC,
		    (size_t)(40 + 50 * i), true);
	w.offset = 9.5;
	(void)sip(&w, 5, START + 130 * RS_SEC, 40, false);
	const struct log_joined *l = solve(&w, 240);
	CU_ASSERT_TRUE(l->solved);
	CU_ASSERT_EQUAL(l->by, JOIN_BY_CALL_ID);
	CU_ASSERT(llabs(l->shift + 9500 * RS_MSEC) < 6 * RS_MSEC);
	CU_ASSERT_EQUAL(l->attributed, 0);
	CU_ASSERT_EQUAL(l->in_clear, 1);
	log_join_free(w.j);
}

/* A record like that of the phone's message, of another phone. */
static void
beside(struct world *w, rs_time at, size_t n)
{
	const uint8_t c[] = {192, 0, 2, 18};
	struct rs_flow_info flow = {
	    .serial = 5001, .first_at = START, .first = {0, 901}};
	struct rs_event ev = {.type = RS_EV_TLS_DATA,
	    .dir = RS_C2S,
	    .at = rs_stamp_at(at, (struct rs_frame){0, ++w->frame}),
	    .flow = &flow,
	    .u.tls_data = {.size = n + 17, .type = 23}};
	flow.end[RS_C2S].addr = rs_addr_v4(c);
	rs_emit(&w->sink, &ev);
}

/* Registrations of one length each minute fit at every minute: names tell, and
   also whose records they are. */
static void
test_names_decide(void)
{
	struct world w;
	for (int names = 0; names < 2; names++) {
		begin(&w, 2.5, 0, OWN);
		hello(&w, 17);
		hello(&w, 18);
		for (int i = 0; i < 6; i++) {
			rs_time at = START + (81150 + i * 10000) * RS_MSEC;
			size_t n = sip(&w, i + 1, at, 40, true);
			beside(&w, at + RS_MSEC, n);
		}
		if (names)
			play(&w, BOOT);
		const struct log_joined *l = solve(&w, 240);
		CU_ASSERT_EQUAL(l->solved, names == 1);
		CU_ASSERT_EQUAL(l->by, names ? JOIN_BY_NAMES : 0);
		CU_ASSERT_EQUAL(l->attributed, names ? 6 : 0);
		if (!names)
			CU_ASSERT_EQUAL(l->why, JOIN_SEVERAL_OFFSETS);
		log_join_free(w.j);
	}
}

UNIT_MAIN("join", UNIT(test_rows), UNIT(test_drift), UNIT(test_again),
    UNIT(test_two_types), UNIT(test_clock_set), UNIT(test_holes),
    UNIT(test_sources), UNIT(test_call_id_decides), UNIT(test_names_decide))
