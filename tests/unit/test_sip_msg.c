/* SPDX-License-Identifier: Apache-2.0 */
/* SIP messages as datagrams: rows, some of them from RFC 4475. */
#include "event.h"
#include "guard.h"
#include "sip/contact.h"
#include "sip/sip.h"
#include "sip/text.h"
#include "sip/via.h"
#include "stream_driver.h"
#include "unit.h"

#include <stdio.h>

#define REST                                                                   \
 "Via: SIP/2.0/UDP h;branch=z9hG4bK1\r\nFrom: <sip:a@b>;tag=1\r\n"             \
 "To: <sip:a@b>\r\nCall-ID: x\r\n"

/* RFC 4475 3.1.1.1: a short tortuous INVITE */
#define WSINV                                                                  \
 "INVITE sip:vivekg@chair-dnrc.example.com;unknownparam SIP/2.0\r\n"           \
 "TO :\r\n sip:vivekg@chair-dnrc.example.com ;   tag    = 1918181833n"         \
 "\r\nfrom   : \"J Rosenberg \\\\\\\"\"       "                                \
 "<sip:jdrosen@example.com>\r\n  ;\r\n  tag = 98asjd8\r\n"                     \
 "MaX-fOrWaRdS: 0068\r\nCall-ID: wsinv.ndaksdj@192.0.2.1\r\n"                  \
 "Content-Length   : 150\r\ncseq: 0009\r\n  INVITE\r\n"                        \
 "Via  : SIP  /   2.0\r\n /UDP\r\n    192.0.2.2;branch=390skdjuw\r\n"          \
 "s :\r\nNewFangledHeader:   newfangled value\r\n"                             \
 " continued newfangled value\r\n"                                             \
 "UnknownHeaderWithUnusualValue: ;;,,;;,;\r\n"                                 \
 "Content-Type: application/sdp\r\nRoute:\r\n"                                 \
 " <sip:services.example.com;lr;unknownwith=value;unknown-no-value>"           \
 "\r\nv:  SIP  / 2.0  / TCP     spindle.example.com   ;\r\n"                   \
 "  branch  =   z9hG4bK9ikj8  ,\r\n"                                           \
 " SIP  /    2.0   / UDP  192.168.255.111   ; branch=\r\n"                     \
 " z9hG4bK30239\r\n"                                                           \
 "m:\"Quoted string \\\"\\\"\" <sip:jdrosen@example.com> ; newparam =\r\n"     \
 "      newvalue ;\r\n  secondparam ; q = 0.33\r\n\r\n"

static const struct {
	const char *name, *text, *expected;
} rows[] = {
    {"plain", "REGISTER sip:b SIP/2.0\r\n" REST "CSeq: 1 REGISTER\r\n\r\n",
	"SIP REGISTER sip:b cseq=1 headers=5 body=0"},
    {"blank before colons",
	"REGISTER sip:b SIP/2.0\r\n" REST "CSEQ \t: 1 REGISTER\r\n\r\n",
	"SIP REGISTER sip:b cseq=1 headers=5 body=0"},
    {"compact",
	"REGISTER sip:b SIP/2.0\r\nv:SIP/2.0/UDP h\r\nf:<sip:a>\r\n"
	"t:<sip:a>\r\ni:x\r\nCSeq:1 REGISTER\r\nl:0\r\n\r\n",
	"SIP REGISTER sip:b cseq=1 headers=6 body=0"},
    {"LF only",
	"SIP/2.0 200 OK\nVia: SIP/2.0/UDP h\nFrom: <sip:a>\nTo: <sip:a>\n"
	"Call-ID: x\nCSeq: 7 REGISTER\n\nbody",
	"SIP 200 OK cseq=7 REGISTER headers=5 body=4 flaws=lf-only"},
    {"no reason", "SIP/2.0 100 \r\n" REST "CSeq: 1 INVITE\r\n\r\n",
	"SIP 100  cseq=1 INVITE headers=5 body=0"},
    {"no reason, no blank", "SIP/2.0 100\r\n" REST "CSeq: 1 INVITE\r\n\r\n",
	"SIP 100  cseq=1 INVITE headers=5 body=0"},
    {"methods are case-sensitive",
	"register sip:b SIP/2.0\r\n" REST "CSeq: 1 REGISTER\r\n\r\n",
	"SIP register sip:b cseq=1 headers=5 body=0 flaws=cseq-method"},
    {"CSeq overflows",
	"REGISTER sip:b SIP/2.0\r\n" REST
	"CSeq: 36893488147419103232 REGISTER\r\n\r\n",
	"SIP REGISTER sip:b headers=5 body=0 flaws=no-cseq"},
    {"CSeq without method", "REGISTER sip:b SIP/2.0\r\n" REST "CSeq: 3\r\n\r\n",
	"SIP REGISTER sip:b headers=5 body=0 flaws=no-cseq"},
    {"CSeq glued", "REGISTER sip:b SIP/2.0\r\n" REST "CSeq: 3REGISTER\r\n\r\n",
	"SIP REGISTER sip:b headers=5 body=0 flaws=no-cseq"},
    {"bad headers",
	"REGISTER sip:b SIP/2.0\r\n" REST
	"CSeq: 1 REGISTER\r\nno colon\r\n: no name\r\na b: c\r\n folded\r\n"
	"X:\r\n\r\n",
	"SIP REGISTER sip:b cseq=1 headers=6 body=0 flaws=bad-header"},
    {"what is 0x20 from a dash, or a letter, is none",
	"REGISTER sip:b SIP/2.0\r\n" REST
	"CSeq: 1 REGISTER\r\nUser\rAgent: some one\r\nPa\x14h: <sip:a@b>\r\n\r\n",
	"SIP REGISTER sip:b cseq=1 headers=5 body=0 flaws=bad-header"},
    {"fold after the start-line",
	"REGISTER sip:b SIP/2.0\r\n x: y\r\n" REST "CSeq: 1 REGISTER\r\n\r\n",
	"SIP REGISTER sip:b cseq=1 headers=5 body=0 flaws=bad-header"},
    {"two lengths that agree",
	"REGISTER sip:b SIP/2.0\r\n" REST
	"CSeq: 1 REGISTER\r\nl: 1\r\nContent-Length: 1\r\n\r\nx",
	"SIP REGISTER sip:b cseq=1 headers=7 body=1 flaws=repeated"},
    {"two lengths that differ",
	"REGISTER sip:b SIP/2.0\r\n" REST
	"CSeq: 1 REGISTER\r\nl: 1\r\nContent-Length: 0\r\nl: 1\r\n\r\nxy",
	"SIP REGISTER sip:b cseq=1 headers=8 body=2"
	" flaws=bad-length,repeated"},
    {"an empty Call-ID",
	"REGISTER sip:b SIP/2.0\r\nVia: SIP/2.0/UDP h\r\nFrom: <sip:a>\r\n"
	"To: <sip:a>\r\nCall-ID:\r\nCSeq: 1 REGISTER\r\n\r\n",
	"SIP REGISTER sip:b cseq=1 headers=5 body=0 flaws=no-call-id"},
    {"sipfrag body",
	"NOTIFY sip:b SIP/2.0\r\n" REST "CSeq: 1 NOTIFY\r\n\r\n"
	"SIP/2.0 200 OK\r\n\r\nREGISTER sip:x SIP/2.0\r\n\r\n",
	"SIP NOTIFY sip:b cseq=1 headers=5 body=44"},
    {"version in lower case",
	"OPTIONS sip:b sip/2.0\r\n" REST "CSeq: 1 OPTIONS\r\n\r\n",
	"SIP OPTIONS sip:b cseq=1 headers=5 body=0"},
    {"4475 3.1.1.1 wsinv", WSINV,
	"SIP INVITE sip:vivekg@chair-dnrc.example.com;unknownparam cseq=9"
	" headers=14 body=0 flaws=body-cut,folded"},
    {"4475 3.1.1.2 intmeth",
	"!interesting-Method0123456789_*+`.%indeed'~ "
	"sip:1_unusual.URI~(to-be!sure)&isn't+it$/crazy?,/;;*:&it+has=1,"
	"weird!*pas$wo~d_too.(doesn't-it)@example.com SIP/2.0\r\n" REST
	"CSeq: 139122385 !interesting-Method0123456789_*+`.%indeed'~\r\n\r\n",
	"SIP !interesting-Method0123456789_*+`.%indeed'~ "
	"sip:1_unusual.URI~(to-be!sure)&isn't+it$/crazy?,/;;*:&it+has=1,"
	"weird!*pas$wo~d_too.(doesn't-it)@example.com cseq=139122385"
	" headers=5 body=0"},
    {"4475 3.1.1.4 escnull",
	"REGISTER sip:example.com SIP/2.0\r\n"
	"To: sip:null-%00-null@example.com\r\n"
	"From: sip:null-%00-null@example.com;tag=839923423\r\n"
	"Max-Forwards: 70\r\nCall-ID: escnull.39203ndfvkjdasfkq3w4otrq0adsf\r\n"
	"CSeq: 14398234 REGISTER\r\n"
	"Via: SIP/2.0/UDP host5.example.com;branch=z9hG4bKkdjuw\r\n"
	"Contact: <sip:%00@host5.example.com>\r\nL:0\r\n\r\n",
	"SIP REGISTER sip:example.com cseq=14398234 headers=8 body=0"},
    {"4475 3.1.1.5 esc02",
	"RE%47IST%45R sip:registrar.example.com SIP/2.0\r\n" REST
	"CSeq: 29344 RE%47IST%45R\r\n\r\n",
	"SIP RE%47IST%45R sip:registrar.example.com cseq=29344 headers=5"
	" body=0"},
    {"4475 3.1.2.3 ncl, a negative length",
	"INVITE sip:user@example.com SIP/2.0\r\n" REST
	"CSeq: 8 INVITE\r\nContent-Length: -999\r\n\r\nv=0",
	"SIP INVITE sip:user@example.com cseq=8 headers=6 body=3"
	" flaws=bad-length"},
    {"4475 3.1.2.7 ltgtruri",
	"INVITE <sip:user@example.com> SIP/2.0\r\n" REST
	"CSeq: 1 INVITE\r\n\r\n",
	"SIP INVITE <sip:user@example.com> cseq=1 headers=5 body=0"
	" flaws=start-line"},
    {"4475 3.1.2.8 lwsruri",
	"INVITE sip:user@example.com; lr SIP/2.0\r\n" REST
	"CSeq: 1 INVITE\r\n\r\n",
	"SIP INVITE sip:user@example.com; lr cseq=1 headers=5 body=0"
	" flaws=start-line"},
    {"4475 3.1.2.9 lwsstart",
	"INVITE  sip:user@example.com  SIP/2.0\r\n" REST
	"CSeq: 1 INVITE\r\n\r\n",
	"SIP INVITE sip:user@example.com cseq=1 headers=5 body=0"
	" flaws=start-line"},
    {"4475 3.1.2.10 trws",
	"OPTIONS sip:remote-target@example.com SIP/2.0  \r\n" REST
	"CSeq: 1 OPTIONS\r\n\r\n",
	"SIP OPTIONS sip:remote-target@example.com cseq=1 headers=5 body=0"
	" flaws=start-line"},
    {"4475 3.1.2.16 badvers",
	"OPTIONS sip:t.watson@example.org SIP/7.0\r\n" REST
	"CSeq: 1 OPTIONS\r\n\r\n",
	"SIP OPTIONS sip:t.watson@example.org cseq=1 headers=5 body=0"
	" flaws=bad-version"},
    {"4475 3.1.2.17 mismatch01",
	"OPTIONS sip:user@example.com SIP/2.0\r\n" REST
	"CSeq: 8 INVITE\r\n\r\n",
	"SIP OPTIONS sip:user@example.com cseq=8 headers=5 body=0"
	" flaws=cseq-method"},
    {"4475 3.1.2.19 bigcode",
	"SIP/2.0 4294967301 better not break the receiver\r\n" REST
	"CSeq: 1 INVITE\r\n\r\n",
	"ANOMALY sip-malformed 154"},
    {"no version", "REGISTER sip:b\r\n\r\n", "ANOMALY sip-malformed 18"},
    {"no URI", "REGISTER SIP/2.0\r\n\r\n", "ANOMALY sip-malformed 20"},
    {"status 700", "SIP/2.0 700 x\r\n\r\n", "ANOMALY sip-malformed 17"},
    {"status 20", "SIP/2.0 20 x\r\n\r\n", "ANOMALY sip-malformed 16"},
    {"HTTP", "HTTP/1.1 200 OK\r\n\r\n", "ANOMALY sip-malformed 19"},
};

static void
test_rows(void)
{
	for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
		const struct stream_part part = {
		    RS_C2S, rs_span_str(rows[i].text)};
		const struct stream_script s = {.dissector = &sip_dissector,
		    .over = RS_OVER_UDP,
		    .parts = &part,
		    .n_parts = 1};
		struct recorder r;
		char expected[400];
		recorder_init(&r);
		stream_play(&s, &r);
		snprintf(
		    expected, sizeof expected, "c2s %s\n", rows[i].expected);
		if (strcmp(r.text, expected) != 0)
			printf("# %s: %s", rows[i].name, r.text);
		unit_row(rows[i].name);
		CU_ASSERT_STRING_EQUAL(r.text, expected);
		recorder_clear(&r);
	}
}

/* What the tortuous INVITE holds. */
static void
test_wsinv(void)
{
	struct sip_header headers[SIP_MAX_HEADERS];
	struct sip_msg m;
	struct rs_span bytes = RS_LIT(WSINV);
	CU_ASSERT_FATAL(sip_msg_parse(&m, headers, bytes, bytes.n));
	struct sip_addr a;
	CU_ASSERT(sip_addr_parse(&a, sip_msg_header(&m, SIP_HDR_TO)));
	CU_ASSERT(rs_span_eq(sip_addr_tag(&a), RS_LIT("1918181833n")));
	CU_ASSERT(rs_span_eq(a.uri.host, RS_LIT("chair-dnrc.example.com")));
	CU_ASSERT(sip_addr_parse(&a, sip_msg_header(&m, SIP_HDR_FROM)));
	CU_ASSERT(rs_span_eq(sip_addr_tag(&a), RS_LIT("98asjd8")));
	CU_ASSERT(rs_span_eq(a.display, RS_LIT("J Rosenberg \\\\\\\"")));
	struct sip_via v;
	CU_ASSERT(sip_via_parse(&v, sip_msg_header(&m, SIP_HDR_VIA)));
	CU_ASSERT(rs_span_eq(v.transport, RS_LIT("UDP")));
	CU_ASSERT(rs_span_eq(v.host, RS_LIT("192.0.2.2")));
	CU_ASSERT(rs_span_eq(v.branch, RS_LIT("390skdjuw")));
	CU_ASSERT(!v.cookie);
	size_t at = 0;
	CU_ASSERT_PTR_NOT_NULL(sip_msg_next(&m, SIP_HDR_VIA, &at).p);
	struct rs_span second = sip_msg_next(&m, SIP_HDR_VIA, &at);
	CU_ASSERT(sip_via_parse(&v, second));
	CU_ASSERT(rs_span_eq(v.host, RS_LIT("spindle.example.com")));
	CU_ASSERT(rs_span_eq(v.branch, RS_LIT("z9hG4bK9ikj8")));
	CU_ASSERT(v.cookie);
	CU_ASSERT_PTR_NULL(sip_msg_next(&m, SIP_HDR_VIA, &at).p);
	struct sip_contact_it it = sip_contact_first(&m);
	struct sip_contact c;
	CU_ASSERT(sip_contact_next(&it, &c));
	CU_ASSERT(rs_span_eq(c.addr.uri.user, RS_LIT("jdrosen")));
	CU_ASSERT(!c.has_expires);
	CU_ASSERT(!sip_contact_next(&it, &c));
}

static void
test_too_many_headers(void)
{
	static char text[8000];
	size_t n =
	    (size_t)snprintf(text, sizeof text, "REGISTER sip:b SIP/2.0\r\n");
	for (int i = 0; i < 140; i++)
		n += (size_t)snprintf(text + n, sizeof text - n,
		    i == 127   ? "To: <sip:last>\r\n"
		    : i == 130 ? "Content-Length: 4\r\n folded\r\n"
			       : "X-%d: y\r\n",
		    i);
	n += (size_t)snprintf(text + n, sizeof text - n, "\r\nbody+");
	struct sip_header headers[SIP_MAX_HEADERS + 1];
	struct sip_msg m;
	headers[SIP_MAX_HEADERS].id = SIP_HDR_N; /* must stay */
	CU_ASSERT_FATAL(sip_msg_parse(
	    &m, headers, (struct rs_span){(uint8_t *)text, n}, n));
	CU_ASSERT_EQUAL(m.n_headers, 128);
	CU_ASSERT(m.flaws & SIP_FLAW_TOO_MANY_HEADERS);
	CU_ASSERT(
	    rs_span_eq(sip_msg_header(&m, SIP_HDR_TO), RS_LIT("<sip:last>")));
	CU_ASSERT_EQUAL(headers[SIP_MAX_HEADERS].id, SIP_HDR_N);
	CU_ASSERT(m.has_content_length); /* the framing needs it all the same */
	CU_ASSERT_EQUAL(m.content_length, 4);
	CU_ASSERT_EQUAL(m.body.n, 5);
	CU_ASSERT(m.flaws & SIP_FLAW_BODY_EXTRA);
}

/* RFC 3261 20.19: seconds of 32 bits, or a flaw. */
static void
test_expires(void)
{
	static const struct {
		const char *value;
		bool bad;
	} expires[] = {{"0", false}, {"60", false}, {"360", false},
	    {"3600", false}, {"99999999", false}, {"999999999", false},
	    {"4294967295", false}, {"3600;x", false}, {"60 (soon)", false},
	    {"4294967296", true}, {"10000000000000000000000000000", true},
	    {"", true}, {"-1", true}, {"x", true}, {"6x", true}, {"12:4", true},
	    {"1234567/", true}, {"\xb0", true}, {"1\xb1\xb1", true}};
	for (size_t i = 0; i < sizeof expires / sizeof *expires; i++) {
		char text[400];
		struct sip_header headers[SIP_MAX_HEADERS];
		struct sip_msg m;
		snprintf(text, sizeof text,
		    "REGISTER sip:b SIP/2.0\r\n" REST
		    "CSeq: 1 REGISTER\r\nExpires: %s\r\n\r\n",
		    expires[i].value);
		CU_ASSERT_FATAL(sip_msg_parse(
		    &m, headers, rs_span_str(text), strlen(text)));
		unit_row(expires[i].value);
		CU_ASSERT_EQUAL(m.flaws,
		    expires[i].bad ? (uint32_t)SIP_FLAW_BAD_EXPIRES : 0);
	}
}

static void
test_methods(void)
{
	for (unsigned i = SIP_METHOD_REGISTER; i < SIP_METHOD_N; i++)
		CU_ASSERT_EQUAL(sip_method_parse(rs_span_str(
				    sip_method_name((enum sip_method)i))),
		    i);
	CU_ASSERT_EQUAL(sip_method_parse(RS_LIT("Register")), SIP_METHOD_OTHER);
	CU_ASSERT_EQUAL(sip_method_parse(RS_LIT("")), SIP_METHOD_NONE);
	CU_ASSERT_STRING_EQUAL(sip_method_name(SIP_METHOD_OTHER), "");
	CU_ASSERT_STRING_EQUAL(sip_method_name(SIP_METHOD_N), "");
}

/* One line, as the last of a head and where no more can be read. */
static void
check_line(struct guard *g, const char *name, const char *rest)
{
	char text[200];
	struct sip_header headers[SIP_MAX_HEADERS];
	struct sip_msg m;
	snprintf(
	    text, sizeof text, "REGISTER sip:b SIP/2.0\r\n%s%s", name, rest);
	struct rs_span bytes = guard_put(g, rs_span_str(text));
	unit_row(text);
	CU_ASSERT_FATAL(sip_msg_parse(&m, headers, bytes, bytes.n));
	CU_ASSERT_EQUAL_FATAL(m.n_headers, 1);
	CU_ASSERT_EQUAL(m.headers[0].id, sip_hdr_parse(rs_span_str(name)));
	CU_ASSERT_EQUAL(m.first[m.headers[0].id], 1);
	CU_ASSERT(rs_span_eq(sip_msg_name(&m, 0), rs_span_str(name)));
	CU_ASSERT(rs_span_eq(sip_msg_value(&m, 0), RS_LIT("v:w")));
}

/* A name is the same one however its line is written. */
static void
test_lines(void)
{
	static const char *const rests[] = {": v:w\r\n\r\n", ": v:w\r\n",
	    ":v:w\r\n", " : v:w\r\n", ":\tv:w\r\n", ":  v:w\r\n", ": v:w \r\n",
	    ": v:w\t\r\r\n", ": v:w\n", ":\r\n v:w\r\n", ": v:w\r\n \r\n"};
	struct guard g;
	guard_init(&g, 200);
	for (size_t f = 0; f < sizeof rests / sizeof *rests; f++) {
		for (unsigned i = SIP_HDR_OTHER; i < SIP_HDR_N; i++) {
			const char *full = sip_hdr_name((enum sip_hdr)i);
			char name[40];
			snprintf(name, sizeof name, "%s", *full ? full : "X-Y");
			check_line(&g, name, rests[f]);
			for (char *c = name; *c; c++)
				*c ^= *c >= 'A' ? 0x20 : 0; /* cASE */
			check_line(&g, name, rests[f]);
			name[1] = name[1] == 'x' ? 'y' : 'x';
			check_line(&g, name, rests[f]);
			name[1] = '_';
			check_line(&g, name, rests[f]);
		}
		for (int c = '!'; c < 0x7f; c++)
			if (sip_text_token((uint8_t)c))
				check_line(
				    &g, (char[]){(char)c, '\0'}, rests[f]);
		check_line(&g, "sixteen-letters-", rests[f]);
		check_line(&g, "seventeen-letters", rests[f]);
	}
	guard_clear(&g);
}

UNIT_MAIN("sip_msg", UNIT(test_lines), UNIT(test_rows), UNIT(test_wsinv),
    UNIT(test_too_many_headers), UNIT(test_expires), UNIT(test_methods))
