/* SPDX-License-Identifier: Apache-2.0 */
/* What the files of a problem report tell, and what is kept of it. */
#include "capture/log_notes.h"
#include "capture/problem.h"
#include "guard.h"
#include "unit.h"

#include <glib/gstdio.h>
#include <string.h>

static const char profile[] =
    "<?xml version=\"1.0\"?>\n"
    "<flat-profile>\n"
    "<Proxy_1_ ua=\"na\"> voice.example.net </Proxy_1_>\n"
    "<Outbound_Proxy_1_ ua=\"na\">proxy.example.net:5061</Outbound_Proxy_1_>\n"
    "<User_ID_1_>2025</User_ID_1_><Password_1_>SECRET</Password_1_>\n"
    "<SIP_Transport_1_ ua=\"na\">TLS</SIP_Transport_1_>\n"
    "<Register_Expires_1_>3600</Register_Expires_1_>\n"
    "<Use_DNS_SRV_1_>Yes</Use_DNS_SRV_1_><Register_1_>no</Register_1_>\n"
    "<User_ID_16_>16</User_ID_16_><User_ID_17_>17</User_ID_17_>\n"
    "</flat-profile>\n";

static bool
parse(struct cap_problem *p, const char *s)
{
	int line;
	cap_problem_init(p);
	return cap_problem_parse(p, rs_span_str(s), &line);
}

static void
test_configuration(void)
{
	struct cap_problem p;
	CU_ASSERT(cap_problem_probe(rs_span_str(profile)));
	CU_ASSERT(parse(&p, profile));
	const struct cap_problem_line *l = &p.lines[0];
	CU_ASSERT_STRING_EQUAL(l->user, "2025");
	CU_ASSERT_STRING_EQUAL(l->proxy, "voice.example.net");
	CU_ASSERT_STRING_EQUAL(l->outbound, "proxy.example.net:5061");
	CU_ASSERT_STRING_EQUAL(l->transport, "tls");
	CU_ASSERT_EQUAL(l->expires, 3600);
	CU_ASSERT_EQUAL(l->use_srv, RS_TRUE);
	CU_ASSERT_EQUAL(l->registers, RS_FALSE);
	CU_ASSERT_EQUAL(l->use_outbound, RS_UNKNOWN);
	CU_ASSERT_EQUAL(l->proxy_line, 4);
	CU_ASSERT_STRING_EQUAL(p.lines[15].user, "16");
	CU_ASSERT_EQUAL(p.lines[1].expires, -1);
	cap_problem_clear(&p);
}

static void
test_state(void)
{
	struct cap_problem p;
	CU_ASSERT(
	    parse(&p, "<flat-status><Product_Name>CP-8851-3PCC</Product_Name>"
		      "<MAC_Address>00005E005306</MAC_Address>"
		      "<LAN><MAC_Address>00:00:5e:00:53:07</MAC_Address></LAN>"
		      "<Current_Time>9/17/2023 15:52:40</Current_Time>"
		      "<Registration_State>Registered</Registration_State>"
		      "<Registration_State>Failed</Registration_State>"
		      "<Registration_State group=\"Info/Ext_5_Status\">Failed"
		      "</Registration_State></flat-status>"));
	CU_ASSERT_STRING_EQUAL(p.model, "CP-8851-3PCC");
	CU_ASSERT_STRING_EQUAL(p.mac, "00:00:5e:00:53:06");
	CU_ASSERT_STRING_EQUAL(p.clock, "9/17/2023 15:52:40");
	CU_ASSERT_STRING_EQUAL(p.lines[0].state, "Registered");
	CU_ASSERT_STRING_EQUAL(p.lines[1].state, "Failed");
	CU_ASSERT_STRING_EQUAL(p.lines[2].state, "");
	CU_ASSERT_STRING_EQUAL(p.lines[4].state, "Failed");
	cap_problem_clear(&p);
}

/* One element of a phone, and what is kept of its value. */
static void
test_values(void)
{
	static const struct {
		const char *element, *value, *want;
		size_t offset;
	} rows[] = {
#define ROW(e, v, m, w) {e, v, w, offsetof(struct cap_problem, m)}
	    ROW("Profile_Rule", "https://a.example/x?k=SECRET", profile,
		"https://a.example"),
	    ROW("Profile_Rule", "[--key SECRET] http://u:SECRET@b.example/SN",
		profile, "http://b.example"),
	    ROW("Profile_Rule", "http://u:SE@CRET@b.example/", profile, ""),
	    ROW("Profile_Rule", "http://u:SEC/RET@b.example/", profile, ""),
	    ROW("Profile_Rule", "http://u:SE@C/RET@b.example/", profile, ""),
	    ROW("Profile_Rule", "http://b.example/x u@c", profile,
		"http://b.example"),
	    ROW("Profile_Rule", "/$PSN.xml", profile, ""),
	    ROW("Profile_Rule", "://x", profile, ""),
	    ROW("Profile_Rule", "(x)? tftp://$A:69/s", profile, "tftp://$A:69"),
	    ROW("Primary_NTP_Server", "u:SECRET@ntp.example", ntp, ""),
	    ROW("Primary_NTP_Server", "u:SE;CRET@ntp.example", ntp, ""),
	    ROW("Primary_NTP_Server", "ntp.example;x", ntp, "ntp.example"),
	    ROW("MAC_Address", "<![CDATA[<MAC_ADDRESS>]]>", mac, ""),
	    ROW("MAC_Address", "0000.5E00.5306", mac, "00:00:5e:00:53:06"),
	    ROW("MAC_Address", "00005E0053", mac, ""),
	    ROW("Time_Zone", "GMT-08:00", zone, "GMT-08:00"),
	    ROW("Time_Zone", "a zone of a name that is far too long", zone, ""),
	    ROW("Product_Name", "a&amp;b", model, ""),
	    ROW("TLS_Min_Version", "TLS 1.1", tls_least, "TLS 1.1"),
	    ROW("Serial_Number", "SECRET", model, ""),
	};
	struct cap_problem p;
	char document[256];
	for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
		unit_row(rows[i].value);
		g_snprintf(document, sizeof document, "<x><%s>%s</%s></x>",
		    rows[i].element, rows[i].value, rows[i].element);
		CU_ASSERT(parse(&p, document));
		CU_ASSERT_STRING_EQUAL(
		    (const char *)&p + rows[i].offset, rows[i].want);
		cap_problem_clear(&p);
	}
}

#define DEEP10 "<a><a><a><a><a><a><a><a><a><a>"
#define SHUT10 "</a></a></a></a></a></a></a></a></a></a>"
static void
test_no_xml(void)
{
	static const char *const rows[] = {"", "x", "<a>", "<a><b></a>",
	    "<a>&b;</a>", DEEP10 DEEP10 "<b/>" SHUT10 SHUT10};
	struct cap_problem p;
	for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
		unit_row(rows[i]);
		CU_ASSERT(!parse(&p, rows[i]));
		cap_problem_clear(&p);
	}
	CU_ASSERT(!cap_problem_probe(rs_span_str("<html><flat>")));
	CU_ASSERT(!cap_problem_probe(rs_span_str("x <flat-profile>")));
	CU_ASSERT(!cap_problem_probe((struct rs_span){NULL, 0}));
}

/* What was read before the damage stays; nothing is read past the end. */
static void
test_every_byte(void)
{
	struct guard g;
	struct cap_problem p;
	int line;
	guard_init(&g, sizeof profile);
	for (size_t n = 0; n < sizeof profile - 1; n++) {
		struct rs_span part =
		    guard_put(&g, rs_span_part(rs_span_str(profile), 0, n));
		(void)cap_problem_probe(part);
		cap_problem_init(&p);
		bool whole = cap_problem_parse(&p, part, &line);
		/* GLib takes a prologue for a document. */
		const size_t first = sizeof "<?xml version='1.0'?>" - 1;
		bool prologue = n == first || n == first + 1;
		CU_ASSERT_EQUAL(whole, prologue || n == sizeof profile - 2);
		if (strstr(profile, "\n<Outbound") - profile < (ptrdiff_t)n)
			CU_ASSERT_STRING_EQUAL(
			    p.lines[0].proxy, "voice.example.net");
		cap_problem_clear(&p);
	}
	guard_clear(&g);
}

static void
test_date(void)
{
	static const struct {
		const char *clock;
		int year, month; /* year 0: none */
	} rows[] = {{"9/17/2023 15:52:40", 2023, 9}, {"17/09/2023", 2023, 9},
	    {"9/9/2023", 2023, 9}, {"9/4/2023 1:2:3", 2023, 0}, {"", 0, 0},
	    {"1/1/1970", 0, 0}, {"0/0/0 00:00:00", 0, 0}, {"17/18/2023", 0, 0}};
	struct cap_problem p;
	int year, month;
	cap_problem_init(&p);
	for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
		unit_row(rows[i].clock);
		strcpy(p.clock, rows[i].clock);
		bool told = cap_problem_date(&p, &year, &month);
		CU_ASSERT_EQUAL(told, rows[i].year != 0);
		if (told) {
			CU_ASSERT_EQUAL(year, rows[i].year);
			CU_ASSERT_EQUAL(month, rows[i].month);
		}
	}
}

/* Which files are of one phone: of those in a folder, by their names. */
static void
test_places(void)
{
	static const struct {
		const char *names, *want;
	} rows[] = {{"cfg.xml status.xml", "cfg.xml+status.xml "},
	    {"status.xml cfg.xml", "cfg.xml+status.xml "},
	    {"a-cfg.xml b-cfg.xml b-status.xml",
		"a-cfg.xml+ b-cfg.xml+b-status.xml "},
	    {"a-cfg.xml b-status.xml", "a-cfg.xml+ +b-status.xml "},
	    {"config.xml status.xml", "config.xml+status.xml "}};
	for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
		g_autofree char *dir = g_dir_make_tmp("problem.XXXXXX", NULL);
		g_auto(GStrv) names = g_strsplit(rows[i].names, " ", 0);
		g_autoptr(GPtrArray) paths = g_ptr_array_new();
		g_autoptr(GString) got = g_string_new(NULL);
		unit_row(rows[i].names);
		for (char **n = names; *n; n++) {
			char *path = g_build_filename(dir, *n, NULL);
			g_file_set_contents(path,
			    strstr(*n, "status") ? "<flat-status/>"
						 : "<flat-profile/>",
			    -1, NULL);
			g_ptr_array_add(paths, path);
		}
		GPtrArray *all = cap_problems_read(paths);
		for (unsigned k = 0; k < all->len; k++) {
			const struct cap_problem *p = all->pdata[k];
			for (int part = 0; part < 2; part++)
				g_string_append_printf(got, "%s%s",
				    p->paths[part]
					? strrchr(p->paths[part], '/') + 1
					: "",
				    part ? " " : "+");
		}
		CU_ASSERT_STRING_EQUAL(got->str, rows[i].want);
		g_ptr_array_free(all, TRUE);
		for (unsigned k = 0; k < paths->len; k++) {
			g_unlink(paths->pdata[k]);
			g_free(paths->pdata[k]);
		}
		g_rmdir(dir);
	}
}

/* ---- what the log says ---- */

static void
take(struct cap_log_notes *n, uint64_t line, const char *text)
{
	struct log_fact f;
	CU_ASSERT(log_fact_parse(rs_span_str(text), &f));
	log_notes_take(n, &f, line, (rs_time)line);
}

static void
test_resyncs(void)
{
	struct cap_log_notes n = {0};
	take(&n, 1,
	    "voice-sec_set_min_TLS_version: min_TLS_verson is TLS "
	    "1.1,ret=0");
	take(&n, 2,
	    "voice-fapp-CP a -- Requesting resync "
	    "https://u:SECRET@a.example:443/SECRET");
	take(&n, 3,
	    "voice-reqByCurlInternal sending http request out..., url: "
	    "https://u:SECRET@a.example:443/SECRET");
	take(&n, 3, "HTTP/1.1 404 Not Found^M");
	take(&n, 3,
	    "voice-reqByCurlInternal return from http request, [res] = "
	    "35");
	take(
	    &n, 4, "voice-fapp-CP a -- Resync failed: Download error, FCH1234");
	take(&n, 5, "Couldn't resolve host 'b.example'");
	take(&n, 6,
	    "voice-reqByCurlInternal return from http request, [res] = "
	    "6");
	take(&n, 7, "voice-fapp-CP a -- Successful resync tftp://192.0.2.1/x");
	take(&n, 8,
	    "voice-reqByCurlInternal return from http request, [res] = "
	    "6");
	log_notes_finish(&n);
	CU_ASSERT_STRING_EQUAL(n.tls_least, "TLS 1.1");
	CU_ASSERT_EQUAL(n.n, 2);
	const struct cap_resync *r = n.resyncs;
	CU_ASSERT_EQUAL(r[0].line, 2);
	CU_ASSERT_STRING_EQUAL(r[0].from, "https://a.example:443");
	CU_ASSERT_EQUAL(r[0].transfer, 35);
	CU_ASSERT_EQUAL(r[0].status, 404);
	CU_ASSERT_EQUAL(r[1].status, 0);
	CU_ASSERT_EQUAL(r[0].succeeded, RS_FALSE);
	CU_ASSERT_STRING_EQUAL(r[0].reason, "Download error");
	CU_ASSERT_EQUAL(r[1].line, 5);
	CU_ASSERT_STRING_EQUAL(r[1].unresolved, "b.example");
	CU_ASSERT_EQUAL(r[1].transfer, 6);
	CU_ASSERT_STRING_EQUAL(r[1].from, "tftp://192.0.2.1");
	CU_ASSERT_EQUAL(r[1].succeeded, RS_TRUE);
	CU_ASSERT_STRING_EQUAL(log_transfer_word(35), "tls");
	CU_ASSERT_STRING_EQUAL(log_transfer_word(6), "resolve");
	CU_ASSERT_PTR_NULL(log_transfer_word(0));
}

/* What other transfers come to is not told of the configuration. */
static void
test_strange(void)
{
#define SENDS "voice-reqByCurlInternal sending http request out..., url: "
#define RETURNS "voice-reqByCurlInternal return from http request, [res] = "
	static const struct {
		const char *name;
		const char *before, *lines[4]; /* the resync is between them */
		uint32_t thread;               /* of the last */
		int transfer, status;
	} rows[] = {
	    {"its own", NULL, {SENDS "http://a.example/x", RETURNS "28"}, 1, 28,
		0},
	    {"another's, before", SENDS "http://b.example/",
		{SENDS "http://a.example/x", RETURNS "28"}, 1, -1, 0},
	    {"another's, after", NULL,
		{SENDS "http://a.example/x", SENDS "http://b.example/",
		    RETURNS "28"},
		1, -1, 0},
	    {"another thread's", NULL,
		{SENDS "http://a.example/x", RETURNS "28"}, 2, -1, 0},
	    {"nothing was sent", NULL, {RETURNS "28"}, 1, -1, 0},
	    {"what cannot be read was sent", NULL, {SENDS "x", RETURNS "28"}, 1,
		-1, 0},
	    {"a status of nobody", NULL, {"HTTP/1.1 404 Not Found"}, 1, -1, 0},
	    {"its own status", NULL,
		{"GET /x?y HTTP/1.1", "HTTP/1.1 404 Not Found"}, 1, -1, 404},
	    {"of another file", NULL,
		{"GET /y HTTP/1.1", "HTTP/1.1 404 Not Found"}, 1, -1, 0},
	    {"after it failed", NULL,
		{SENDS "http://a.example/x", RETURNS "28", "HTTP/1.1 200 OK"},
		1, 28, 0},
	};
	for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
		struct cap_log_notes n = {0};
		struct log_fact f;
		unit_row(rows[i].name);
		if (rows[i].before)
			take(&n, 1, rows[i].before);
		take(&n, 2, "voice-x Requesting resync http://a.example/x");
		for (size_t k = 0; k < 4 && rows[i].lines[k]; k++) {
			bool last = k == 3 || rows[i].lines[k + 1] == NULL;
			CU_ASSERT(
			    log_fact_parse(rs_span_str(rows[i].lines[k]), &f));
			f.thread = last ? rows[i].thread : 1;
			log_notes_take(&n, &f, 3 + k, (rs_time)(3 + k));
		}
		log_notes_finish(&n);
		CU_ASSERT_EQUAL(n.n, 1);
		CU_ASSERT_EQUAL(n.resyncs[0].transfer, rows[i].transfer);
		CU_ASSERT_EQUAL(n.resyncs[0].status, rows[i].status);
	}
}

/* Passwords need not be escaped as they should be. */
static void
test_origins(void)
{
	static const struct {
		const char *url, *want;
	} rows[] = {{"http://u:SECRET@a.example/x", "http://a.example"},
	    {"http://u:SE@CRET@a.example/x", "http://a.example"},
	    {"http://u:SEC/RET@a.example/x", ""},
	    {"http://u:SE@C/RET@a.example/x", ""},
	    {"http://a.example/x?k=SECRET", "http://a.example"}};
	for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
		struct cap_log_notes n = {0};
		const struct log_fact f = {
		    .kind = LOG_RESYNCED, .value = rs_span_str(rows[i].url)};
		unit_row(rows[i].url);
		log_notes_take(&n, &f, 1, 1);
		CU_ASSERT_STRING_EQUAL(n.resyncs[0].from, rows[i].want);
	}
}

static void
test_reasons(void)
{
	static const struct {
		const char *said, *want;
	} rows[] = {{"Download error", "Download error"}, {"Download", ""},
	    {"download error SECRETpassword", "Download error"},
	    {"Not found (404), gone", "Not found"}, {"HTTP 404", "HTTP 404"},
	    {"HTTP 404 SECRET", "HTTP 404"}, {"HTTP 4041", ""},
	    {"HTTP SECRET", ""}, {"for http://u:SECRET@x", ""},
	    {"serial FCH2305DMH0", ""}, {"bad 'SECRET'", ""},
	    {"key=SECRET", ""}, {"", ""}};
	for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
		struct cap_log_notes n = {0};
		const struct log_fact f = {.kind = LOG_RESYNC_FAILED,
		    .value = rs_span_str(rows[i].said)};
		unit_row(rows[i].said);
		log_notes_take(&n, &f, 1, 1);
		CU_ASSERT_STRING_EQUAL(n.resyncs[0].reason, rows[i].want);
	}
}

static void
test_many(void)
{
	struct cap_log_notes n = {0};
	const struct log_fact f = {.kind = LOG_RESYNCED};
	for (unsigned i = 0; i < LOG_RESYNCS + 3; i++)
		log_notes_take(&n, &f, i, i);
	CU_ASSERT_EQUAL(n.n, LOG_RESYNCS);
	CU_ASSERT_EQUAL(n.more, 3);
}

UNIT_MAIN("problem", UNIT(test_configuration), UNIT(test_state),
    UNIT(test_values), UNIT(test_no_xml), UNIT(test_every_byte),
    UNIT(test_date), UNIT(test_places), UNIT(test_resyncs), UNIT(test_strange),
    UNIT(test_origins), UNIT(test_reasons), UNIT(test_many))
