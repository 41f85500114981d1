/* SPDX-License-Identifier: Apache-2.0 */
#include "guard.h"
#include "log/facts.h"
#include "log/log.h"
#include "log/url.h"
#include "unit.h"

#include <stdlib.h>
#include <string.h>

static struct rs_span
str(const char *s)
{
	return rs_span_str(s);
}

/* ---- lines ---- */

static void
test_lines(void)
{
	static const struct {
		enum log_form form;
		const char *line, *text;
		bool numbered;
		uint32_t sequence;
		rs_time at; /* in 2023 */
	} rows[] = {
	    {LOG_FORM_PHONE,
		"3673 NOT Sep 04 22:51:08.127871 (2656-2764) voice- x",
		"voice- x", true, 3673, 1693867868127871000},
	    {LOG_FORM_PHONE,
		"1754 INF Aug 10 16:56:46.142687 dnsmasq[564]: y\r\n",
		"dnsmasq[564]: y", true, 1754, 1691686606142687000},
	    {LOG_FORM_PHONE, "Sep  4 22:51:08 host kernel: z", "host kernel: z",
		false, 0, 1693867868000000000},
	    {LOG_FORM_ASTERISK, "[2022-09-04 22:51:08.127] VERBOSE[1] a: b",
		"VERBOSE[1] a: b", false, 0, 1662331868127000000},
	    {LOG_FORM_ASTERISK, "[Sep  4 22:51:08] NOTICE[1]: c",
		"NOTICE[1]: c", false, 0, 1693867868000000000},
	};
	struct log_line l;
	for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
		unit_row(rows[i].line);
		CU_ASSERT(log_line_parse(rows[i].form, str(rows[i].line), &l));
		CU_ASSERT(rs_span_eq(l.text, str(rows[i].text)));
		CU_ASSERT_EQUAL(l.numbered, rows[i].numbered);
		CU_ASSERT_EQUAL(l.sequence, rows[i].sequence);
		CU_ASSERT_EQUAL(log_time_of(&l.at, 2023), rows[i].at);
	}
}

static void
test_no_lines(void)
{
	static const char *const rows[] = {"", "Via: SIP/2.0/TLS a", "12",
	    "12 NOT", "12 Not Sep 04 22:51:08.1 x", "12 NOT Sed 04 22:51:08.1",
	    "12 NOT Sep 04 22-51", "CSeq: 6367 REGISTER"};
	struct log_line l;
	for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
		unit_row(rows[i]);
		CU_ASSERT(!log_line_parse(LOG_FORM_PHONE, str(rows[i]), &l));
	}
	CU_ASSERT(log_line_parse(
	    LOG_FORM_PHONE, str("1 NOT Feb 31 25:51:08.1 x"), &l));
	CU_ASSERT_EQUAL(log_time_of(&l.at, 2023), RS_NEVER);
}

static void
test_joined(void)
{
	struct rs_span both = str("Content-Length:0^M3863 NOT Sep 04 "
				  "22:51:08.186602 (1-2) voice- z");
	size_t at = log_line_joined(LOG_FORM_PHONE, both);
	CU_ASSERT_EQUAL(at, strlen("Content-Length:0^M"));
	struct rs_span one = str("3863 NOT Sep 04 22:51:08.186602 (1-2) at "
				 "22:51:08 no line");
	CU_ASSERT_EQUAL(log_line_joined(LOG_FORM_PHONE, one), one.n);
}

/* ---- messages ---- */

#define HEAD "3673 NOT Sep 04 22:51:08.127871 (1-2) voice- "
static const char sent[] =
    HEAD "=====> Send (TLS) [198.51.100.89]:8934 SIP MSG:: "
	 "REGISTER sip:a SIP/2.0^M\n"
	 "Via: SIP/2.0/TLS 192.0.2.6:5072;branch=z9hG4bK1^M\n"
	 "Content-Length: 0^M\n^M\n";
static const char after[] = "3674 NOT Sep 04 22:51:08.2 (1-2) voice-x\n";

static void
test_sent(void)
{
	char all[sizeof sent + sizeof after];
	struct log_sip s;
	uint8_t text[512];
	strcpy(all, sent);
	strcat(all, after);
	CU_ASSERT_EQUAL(
	    log_sip_size(LOG_FORM_PHONE, str(all), false), sizeof sent - 1);
	CU_ASSERT(log_sip_parse(LOG_FORM_PHONE, str(sent), &s));
	CU_ASSERT(s.sent && s.over == RS_OVER_TLS && !s.headless);
	CU_ASSERT_EQUAL(s.peer.port, 8934);
	CU_ASSERT_EQUAL(s.peer.addr.family, 4);
	struct log_text t = log_sip_text(s.message, text, sizeof text);
	static const char want[] =
	    "REGISTER sip:a SIP/2.0\r\n"
	    "Via: SIP/2.0/TLS 192.0.2.6:5072;branch=z9hG4bK1\r\n"
	    "Content-Length: 0\r\n\r\n";
	CU_ASSERT(t.whole && !t.redacted);
	CU_ASSERT(rs_span_eq((struct rs_span){text, t.n}, str(want)));
}

static void
test_redacted(void)
{
	static const char line[] =
	    HEAD "<==== Recv (TCP) [198.51.XXX.XXX]:8934 SIP MSG:: "
		 "SIP/2.0 401 Unauthorized^M\nTo: <sip:a@XXXXX>^M\n";
	static const char cut[] =
	    HEAD "<==== Recv (TCP) [198.51.100.89]:8934 SIP MSG:: S\n";
	struct log_sip s;
	uint8_t text[256];
	CU_ASSERT(log_sip_parse(LOG_FORM_PHONE, str(line), &s));
	CU_ASSERT(!s.sent && s.peer.addr.family == 0 && s.peer.port == 8934);
	CU_ASSERT(rs_span_eq(s.peer_text, str("198.51.XXX.XXX")));
	struct log_text t = log_sip_text(s.message, text, sizeof text);
	CU_ASSERT(t.redacted && !t.whole);
	CU_ASSERT(log_sip_parse(LOG_FORM_PHONE, str(cut), &s));
	CU_ASSERT(s.headless);
}

/* Whatever is cut off at the end, nothing is read past it. */
static void
test_every_byte(void)
{
	struct guard g;
	struct log_line l;
	struct log_sip s;
	uint8_t text[512];
	guard_init(&g, sizeof sent);
	for (size_t n = 0; n < sizeof sent; n++) {
		struct rs_span part =
		    guard_put(&g, rs_span_part(str(sent), 0, n));
		(void)log_probe(part);
		(void)log_line_joined(LOG_FORM_PHONE, part);
		(void)log_line_parse(LOG_FORM_PHONE, part, &l);
		CU_ASSERT_EQUAL(log_sip_size(LOG_FORM_PHONE, part, true), n);
		CU_ASSERT_EQUAL(log_sip_size(LOG_FORM_PHONE, part, false),
		    n == sizeof sent - 1 ? n : 0);
		if (log_sip_parse(LOG_FORM_PHONE, part, &s))
			(void)log_sip_text(s.message, text, sizeof text);
	}
	guard_clear(&g);
}

/* ---- facts ---- */

static void
test_facts(void)
{
	static const struct {
		const char *text;
		enum log_fact_kind kind;
		const char *name, *value;
	} rows[] = {
	    {"DHCP-tftpsvr1:192.0.2.20", LOG_DHCP, "tftpsvr1", "192.0.2.20"},
	    {"DHCP-something:else", LOG_FACT_NONE, NULL, NULL},
	    {"dnsmasq[5]: query[SRV] a.b from 127.0.0.1", LOG_DNS_QUERY, "a.b",
		NULL},
	    {"dnsmasq[5]: query[TXT] a.b from 127.0.0.1", LOG_FACT_NONE, NULL,
		NULL},
	    {"dnsmasq[5]: forwarded a.b to 192.0.2.1^M", LOG_DNS_FORWARD, "a.b",
		"192.0.2.1"},
	    {"dnsmasq[5]: reply a.b is <CNAME>", LOG_DNS_REPLY, "a.b",
		"<CNAME>"},
	    {"dnsmasq[5]: cached a.b is 192.0.2.7", LOG_DNS_CACHED, "a.b",
		"192.0.2.7"},
	    {"voice-RSE_DEBUG: getting SRV:_sips._tcp.a", LOG_SRV_LIST,
		"_sips._tcp.a", NULL},
	    {"Couldn't resolve host 'a.b'", LOG_UNRESOLVED, "a.b", NULL},
	    {"Couldn't resolve host 'u:SECRET@a.b'", LOG_FACT_NONE, NULL, NULL},
	    {"Couldn't resolve host 'SECRET'", LOG_FACT_NONE, NULL, NULL},
	    {"voice-fapp-CP -- Requesting resync tftp://192.0.2.20/c", LOG_URL,
		NULL, "tftp://192.0.2.20/c"},
	    {"voice-fapp-CP a -- Successful resync tftp://192.0.2.20/c",
		LOG_RESYNCED, NULL, "tftp://192.0.2.20/c"},
	    {"voice-fapp-CP a -- Resync failed: Download", LOG_RESYNC_FAILED,
		NULL, "Download"},
	    {"voice-fapp-CP a -- Requesting resync", LOG_FACT_NONE, NULL, NULL},
	    {"voice-QPE:RESYNC profile=[https://a.b/ ]", LOG_PROFILE, NULL,
		"https://a.b/"},
	    {"voice-QPE:RESYNC profile=[--key k https://a.b/c]", LOG_PROFILE,
		NULL, "https://a.b/c"},
	    {"voice-QPE:RESYNC profile=[https://a.b/c", LOG_PROFILE, NULL,
		"https://a.b/c"},
	    {"voice-QPE:RESYNC profile=[/$PSN.xml]", LOG_FACT_NONE, NULL, NULL},
	    {"voice-reqByCurlInternal sending http request out..., url: ht",
		LOG_SENDING, NULL, ""},
	    {"voice-reqByCurlInternal sending http request out..., url: "
	     "https://a.b/c?d",
		LOG_SENDING, NULL, "https://a.b/c?d"},
	    {"voice-fapp-[resync] must resync now", LOG_FACT_NONE, NULL, NULL},
	    {"voice-reqByCurlInternal return from http request, [res] = 60",
		LOG_TRANSFER, NULL, NULL},
	    {"voice-reqByCurlInternal return from http request, [res] = ",
		LOG_FACT_NONE, NULL, NULL},
	    {"voice-reqByCurlInternal return from http request, [res] = 1000",
		LOG_FACT_NONE, NULL, NULL},
	    {"voice-sec_set_min_TLS_version: min_TLS_verson is TLS 1.1,ret",
		LOG_TLS_LEAST, NULL, "TLS 1.1"},
	    {"voice-sec_set_min_TLS_version: min_TLS_verson is TLS 1.",
		LOG_FACT_NONE, NULL, NULL},
	    {"HTTP/1.1 200 OK^M", LOG_HTTP_STATUS, NULL, "HTTP/1.1 200 OK"},
	    {"voice-anything", LOG_FACT_NONE, NULL, NULL},
	};
	struct log_fact f;
	for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
		unit_row(rows[i].text);
		bool known = log_fact_parse(str(rows[i].text), &f);
		CU_ASSERT_EQUAL(known, rows[i].kind != LOG_FACT_NONE);
		if (!known)
			continue;
		CU_ASSERT_EQUAL(f.kind, rows[i].kind);
		CU_ASSERT(rows[i].name == NULL ||
			  rs_span_eq(f.name, str(rows[i].name)));
		CU_ASSERT(rows[i].value == NULL ||
			  rs_span_eq(f.value, str(rows[i].value)));
	}
}

/* What is cut off at the end of a line may be a digit. */
static void
test_transfer(void)
{
#define RES "voice-reqByCurlInternal return from http request, [res] = "
	static const struct {
		const char *text;
		uint32_t result;
		bool whole;
	} rows[] = {{RES "6", 6, false}, {RES "0", 0, true},
	    {RES "60", 60, true}, {RES "6, cost 3", 6, true},
	    {RES "7 ", 7, false}};
	struct log_fact f;
	for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
		unit_row(rows[i].text);
		CU_ASSERT(log_fact_parse(str(rows[i].text), &f));
		CU_ASSERT_EQUAL(f.result, rows[i].result);
		CU_ASSERT_EQUAL(f.whole, rows[i].whole);
	}
}

/* What is not surely a host is none: passwords need not be escaped, and lines
   are cut. */
static void
test_urls(void)
{
	static const struct {
		const char *url, *host, *where, *target;
		enum log_scheme scheme;
		uint16_t port;
	} rows[] = {{"https://a.b/", "a.b", "a.b", "/", LOG_HTTPS, 443},
	    {"HTTP://a.b:8080/c?d", "a.b", "a.b:8080", "/c?d", LOG_HTTP, 8080},
	    {"tftp://192.0.2.20", "192.0.2.20", "192.0.2.20", "", LOG_TFTP, 69},
	    {"tftp://[2001:db8::1]:70/x", "2001:db8::1", "[2001:db8::1]:70",
		"/x", LOG_TFTP, 70},
	    {"https://u:SECRET@a.b/x", "a.b", "a.b", "/x", LOG_HTTPS, 443},
	    {"https://u:SE@CRET@a.b/x", "a.b", "a.b", "/x", LOG_HTTPS, 443},
	    {"https://u:SE/CRET@a.b/x", NULL, NULL, NULL, LOG_SCHEME_NONE, 0},
	    {"https://u:SECR", NULL, NULL, NULL, LOG_SCHEME_NONE, 0},
	    {"https://u:1", NULL, NULL, NULL, LOG_SCHEME_NONE, 0},
	    {"https://us", NULL, NULL, NULL, LOG_SCHEME_NONE, 0},
	    {"https://a b/", NULL, NULL, NULL, LOG_SCHEME_NONE, 0},
	    {"https://a:0/", NULL, NULL, NULL, LOG_SCHEME_NONE, 0},
	    {"https://[a/", NULL, NULL, NULL, LOG_SCHEME_NONE, 0},
	    {"ftp://a/", NULL, NULL, NULL, LOG_SCHEME_NONE, 0},
	    {"", NULL, NULL, NULL, LOG_SCHEME_NONE, 0}};
	struct log_url u;
	for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
		unit_row(rows[i].url);
		CU_ASSERT_EQUAL(
		    log_url_parse(str(rows[i].url), &u), rows[i].host != NULL);
		CU_ASSERT_EQUAL(u.scheme, rows[i].scheme);
		CU_ASSERT_EQUAL(u.port, rows[i].port);
		if (rows[i].host == NULL) {
			CU_ASSERT(!u.host.n && !u.where.n && !u.target.n);
			continue;
		}
		CU_ASSERT(rs_span_eq(u.host, str(rows[i].host)));
		CU_ASSERT(rs_span_eq(u.where, str(rows[i].where)));
		CU_ASSERT(rs_span_eq(u.target, str(rows[i].target)));
	}
}

static void
test_srv_target(void)
{
	struct log_fact f;
	CU_ASSERT(log_fact_parse(str("voice-RSE_DEBUG: new priority:a by host: "
				     "h.example weight:50 port:8934"),
	    &f));
	CU_ASSERT(f.whole && f.priority == 10 && f.weight == 50);
	CU_ASSERT_EQUAL(f.port, 8934);
	CU_ASSERT(log_fact_parse(
	    str("voice-RSE_DEBUG: old priority:5 by host: h.exa"), &f));
	CU_ASSERT(!f.whole && f.priority == 5);
}

static void
test_wire(void)
{
	static const uint8_t query[] = {
	    0, 7, 1, 0, 0, 1, 0, 0, 0, 0, 0, 0, 1, 'a', 1, 'b', 0, 0, 33, 0, 1};
	uint8_t bytes[64];
	struct log_wire w = {.p = bytes, .size = sizeof bytes};
	log_wire_query(&w, 7, str("a.b"), 33);
	CU_ASSERT(!w.full);
	CU_ASSERT(rs_span_eq(
	    (struct rs_span){w.p, w.n}, (struct rs_span){query, sizeof query}));
	for (w.size = 0; w.size < sizeof query; w.size++) {
		log_wire_query(&w, 7, str("a.b"), 33);
		CU_ASSERT(w.full && w.n <= w.size);
	}
}

UNIT_MAIN("log", UNIT(test_lines), UNIT(test_no_lines), UNIT(test_joined),
    UNIT(test_sent), UNIT(test_redacted), UNIT(test_every_byte),
    UNIT(test_facts), UNIT(test_transfer), UNIT(test_urls),
    UNIT(test_srv_target), UNIT(test_wire))
