/* SPDX-License-Identifier: Apache-2.0 */
/* When a failed download is blamed, and what deviates from a profile. */
#include "diag/fetch_view.h"
#include "diag/profile_view.h"
#include "rules_kit.h"

static struct rec_download down;
static struct rec_phone phone;
static struct rec_stage stage;
static struct rec_coverage cover;
static struct diag_fetch fetch[2];
static struct diag_fetches fetches;
static struct diag_case c;

/* A 404, and nothing else. */
static void
reset(void)
{
	static struct rs_frame frames[2] = {{0, 7}, {0, 9}};
	const uint8_t ip[] = {198, 51, 100, 10};
	rec_init(&rec_download_type, &down);
	rec_init(&rec_phone_type, &phone);
	rec_init(&rec_coverage_type, &cover);
	rec_init(&rec_stage_type, &stage);
	down.id.frame = frames[0];
	down.answer_frame = frames[1];
	down.frames = (struct rec_list){frames, 2, 2};
	down.started = 1000 * RS_SEC;
	down.ended = 1001 * RS_SEC;
	down.server.at = (struct rs_endpoint){rs_addr_v4(ip), 80};
	down.client.at.addr.family = 4;
	down.protocol = REC_HTTP;
	down.state = REC_NOT_FOUND;
	down.status = 404;
	down.path = RS_LIT("/a.cfg");
	down.phone = RS_TRUE;
	down.profile = RS_LIT("x");
	cover.last = 1020 * RS_SEC;
	cover.flows_udp = cover.two_way_flows = 2;
	phone.attempts = 0;
	phone.id.frame = frames[0];
	fetch[0] = (struct diag_fetch){.at = down.started,
	    .server = down.server,
	    .configures = true,
	    .state = REC_NOT_FOUND,
	    .frame = frames[0]};
	fetch[1] = fetch[0];
	fetches = (struct diag_fetches){fetch, 1};
	c = (struct diag_case){
	    .download = &down, .coverage = &cover, .fetches = &fetches};
}

#define FAILED "provisioning.download-failed"

static void
expect_said(const char *name, const char *want)
{
	unit_row(name);
	judge(&c);
	CU_ASSERT_STRING_EQUAL(said, want);
	tell_fired(said);
	reset();
}

static void
test_failed(void)
{
	reset();
	judge(&c);
	CU_ASSERT_STRING_EQUAL(said, FAILED);
	CU_ASSERT_STRING_EQUAL(detail,
	    "/a.cfg over http from 198.51.100.10:80: HTTP 404. Nothing else was "
	    "fetched, and no REGISTER was sent in the 19.0 s that followed.");
	CU_ASSERT_STRING_EQUAL(evidence, "7 request 9 answer");
	CU_ASSERT_EQUAL(certainty, REC_LIKELY);
	reset();
	down.state = REC_DENIED;
	expect_said("refused", FAILED);
	down.state = REC_DOWNLOAD_FAILED;
	down.protocol = REC_HTTPS;
	down.status = REC_ABSENT;
	expect_said("a broken handshake", FAILED);
	down.state = REC_DOWNLOAD_NO_ANSWER;
	expect_said("no answer", FAILED);
	c.phone = &phone;
	expect_said("a phone that did nothing", FAILED);
}

static void
test_silent(void)
{
	static const enum rec_download_state fine[] = {REC_DOWNLOADED,
	    REC_OPENED, REC_MOVED, REC_CANCELLED, REC_DOWNLOAD_CUT_OFF};
	reset();
	for (size_t i = 0; i < sizeof fine / sizeof *fine; i++) {
		down.state = fine[i];
		expect_said(rec_download_state_name(fine[i]), "");
	}
	down.optional = RS_TRUE;
	expect_said("an optional file", "");
	down.profile.p = NULL;
	expect_said("a file that may be anybody's", "");
	down.profile.p = NULL;
	down.mac = RS_LIT("00005e005317");
	expect_said("a file with an address", FAILED);
	down.method = RS_LIT("put");
	expect_said("an upload", "");
	cover.last = down.ended + 3 * RS_SEC;
	expect_said("the capture ends", "");
	cover.drops_kernel = 1;
	expect_said("packets were dropped", "");
	down.state = REC_DOWNLOAD_NO_ANSWER;
	cover.two_way_flows = 0;
	expect_said("one direction only", "");
	fetches.n = 2;
	fetch[1].at = down.started + RS_SEC;
	fetch[1].state = REC_DOWNLOADED;
	expect_said("the next file is good", "");
	fetches.n = 2;
	fetch[0].at = down.started - RS_SEC;
	fetch[0].state = REC_DOWNLOADED;
	expect_said("one before it was", FAILED);
	c.phone = &phone;
	phone.attempts = 1;
	expect_said("a REGISTER", "");
	c.phone = &phone;
	stage.stage = RS_LIT("tls");
	stage.state = REC_STAGE_OK;
	phone.chain = (struct rec_list){&stage, 1, 1};
	expect_said("TLS to where SIP is", "");
	struct rs_span record = RS_LIT("handshake 0-4");
	c.phone = &phone;
	stage.stage = RS_LIT("tls");
	stage.state = REC_STAGE_NOT_SEEN;
	stage.records = (struct rec_list){&record, 1, 1};
	phone.chain = (struct rec_list){&stage, 1, 1};
	expect_said("TLS that was up before", "");
	c.phone = &phone;
	stage.stage = RS_LIT("provisioning");
	stage.state = REC_STAGE_FAILED;
	phone.chain = (struct rec_list){&stage, 1, 1};
	expect_said("a chain that ends here", FAILED);
}

/* As a log tells it. */
static void
of_log(void)
{
	reset();
	down.visibility = REC_LOG;
	down.protocol = REC_HTTPS;
	down.profile.p = NULL;
	down.resync = RS_TRUE;
	down.state = REC_DOWNLOAD_FAILED;
	down.status = REC_ABSENT;
	down.server.name = down.host = RS_LIT("a.example");
	down.reason = RS_LIT("tls, libcurl 60");
}

static void
test_log(void)
{
	static struct rec_lookup asked;
	struct diag_way way = {.lookups = &asked, .n_lookups = 1};
	of_log();
	judge(&c);
	CU_ASSERT_STRING_EQUAL(said, FAILED);
	CU_ASSERT_STRING_EQUAL(detail,
	    "/a.cfg over https from a.example: it failed (tls, libcurl 60). "
	    "Nothing else was fetched, and no REGISTER was sent in the 19.0 s "
	    "that followed.");
	CU_ASSERT_STRING_EQUAL(
	    evidence, "7 request 9 what the phone says of it");
	down.resync = RS_UNKNOWN;
	expect_said("what it is for is not told", "");
	of_log();
	down.method = RS_LIT("POST");
	expect_said("a resync by another method", FAILED);
	of_log();
	down.client.at.addr.family = 0;
	expect_said("a phone without address", FAILED);
	of_log();
	down.status = 200;
	down.reason = RS_LIT("Corrupt");
	judge(&c);
	CU_ASSERT_PTR_NOT_NULL(strstr(detail, ": it failed (Corrupt). "));
	of_log();
	cover.packets = 1;
	expect_said("which may be one that was captured", "");
	of_log();
	cover.sip_requests.n = 1;
	expect_said("or one that registers, says a log", "");
	of_log();
	cover.sip_responses.n = 1;
	expect_said("or one that was answered", "");
	of_log();
	down.resolved = RS_FALSE;
	down.path.n = 0;
	down.protocol = REC_DOWNLOAD_PROTOCOL_NONE;
	judge(&c);
	CU_ASSERT_STRING_EQUAL(detail,
	    "Configuration from a.example: the phone could not look up that "
	    "name. Nothing else was fetched, and no REGISTER was sent in the "
	    "19.0 s that followed.");
	rec_init(&rec_lookup_type, &asked);
	asked.name = RS_LIT("A.example");
	asked.state = REC_NXDOMAIN;
	c.way = &way;
	expect_said("a look-up says it", "");
	of_log();
	down.resolved = RS_FALSE;
	asked.state = REC_ANSWERED;
	c.way = &way;
	expect_said("a look-up that was answered", FAILED);
}

/* What comes later in the same log. */
static void
test_log_goes_on(void)
{
	static struct rec_file file;
	static struct rec_resync again;
	static const struct {
		const char *name;
		rs_time at; /* of another fetch, after this one */
		enum rec_download_state state;
		bool configures;
		int64_t line; /* of another attempt */
		const char *from;
		enum rs_fact succeeded;
		const char *want;
	} rows[] = {
	    {"nothing", 0, REC_DOWNLOAD_FAILED, true, 0, "", 0, FAILED},
	    {"good", 1, REC_DOWNLOADED, true, 0, "", 0, ""},
	    {"not known", 1, REC_DOWNLOAD_CUT_OFF, true, 0, "", 0, ""},
	    {"broke, and is told", 1, REC_DOWNLOAD_FAILED, true, 0, "", 0, ""},
	    {"of other files", 1, REC_DOWNLOAD_FAILED, false, 0, "", 0, FAILED},
	    {"at another address", 0, REC_DOWNLOAD_FAILED, true, 9, "http://a",
		0, ""},
	    {"an attempt before", 0, REC_DOWNLOAD_FAILED, true, 5, "http://a",
		RS_TRUE, FAILED},
	    {"success, wherefrom is not told", 0, REC_DOWNLOAD_FAILED, true, 9,
		"", RS_TRUE, ""},
	    {"the same failure once more", 0, REC_DOWNLOAD_FAILED, true, 9, "",
		RS_FALSE, FAILED},
	};
	for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
		of_log();
		again = (struct rec_resync){.line = rows[i].line,
		    .from = rs_span_str(rows[i].from),
		    .succeeded = rows[i].succeeded};
		file.log.resyncs = (struct rec_list){&again, 1, 1};
		cover.files = (struct rec_list){&file, 1, 1};
		fetches.n = 1 + (rows[i].at > 0);
		fetch[1].at = down.started + rows[i].at;
		fetch[1].state = rows[i].state;
		fetch[1].configures = rows[i].configures;
		expect_said(rows[i].name, rows[i].want);
	}
}

static void
test_went_to(void)
{
	reset();
	const uint8_t other[] = {198, 51, 100, 11};
	const struct rs_addr a = down.server.at.addr, b = rs_addr_v4(other);
	const struct rs_span none = {NULL, 0};
	const rs_time t = down.started;
	fetch[0].server.name = RS_LIT("p.example");
	CU_ASSERT_PTR_EQUAL(
	    fetch_view_to(&c, &a, none, RS_NEVER, RS_NEVER), &fetch[0]);
	CU_ASSERT_PTR_EQUAL(
	    fetch_view_to(&c, NULL, RS_LIT("P.example"), t, t), &fetch[0]);
	CU_ASSERT_PTR_NULL(fetch_view_to(&c, &b, none, RS_NEVER, RS_NEVER));
	CU_ASSERT_PTR_NULL(fetch_view_to(&c, &a, none, t + 1, RS_NEVER));
	CU_ASSERT_PTR_NULL(fetch_view_to(&c, &a, none, RS_NEVER, t - 1));
	CU_ASSERT_PTR_NULL(fetch_view_to(&c, NULL, none, RS_NEVER, RS_NEVER));
	c.fetches = NULL;
	CU_ASSERT_PTR_NULL(fetch_view_to(&c, &a, none, RS_NEVER, RS_NEVER));
	CU_ASSERT_PTR_NULL(fetch_view_good_after(&c, RS_NEVER));
}

static void
test_profile(void)
{
	static struct rec_registration r;
	static char tls_word[] = "tls";
	static char *tls[] = {tls_word, NULL};
	const struct profile expects = {.name = (char[]){"x"},
	    .title = (char[]){"X"},
	    .transports = {tls},
	    .ports = {8934},
	    .n_ports = 1,
	    .asked = {3600, 3600},
	    .granted = {60, 180}};
	struct profile nobody = expects;
	nobody.no_register = true;
	static const struct {
		const char *name;
		int port;
		enum rec_transport transport;
		int asked, granted;
		enum rec_reg_kind kind;
		enum profile_told told;
		const char *want;
	} rows[] = {
	    {"as expected", 8934, REC_TLS, 3600, 120, REC_INITIAL,
		PROFILE_BY_NAME, ""},
	    {"port", 5061, REC_TLS, 3600, 120, REC_INITIAL, PROFILE_BY_NAME,
		"port 5061"},
	    {"transport", 8934, REC_TCP, 3600, 120, REC_REFRESH, PROFILE_FORCED,
		"transport tcp"},
	    {"both intervals", 8934, REC_TLS, 60, 3600, REC_INITIAL,
		PROFILE_BY_NAME,
		"asks for 60 s, not 3600 s; is granted 3600 s, not 60 to 180 "
		"s"},
	    {"by port alone", 8934, REC_TCP, 60, 60, REC_INITIAL,
		PROFILE_BY_PORT, ""},
	    {"a removal", 8934, REC_TCP, 0, 0, REC_REMOVAL, PROFILE_FORCED, ""},
	    {"not told", 8934, REC_TLS, (int)-1, -1, REC_INITIAL,
		PROFILE_FORCED, ""},
	};
	for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
		char out[PROFILE_VIEW_TEXT];
		unit_row(rows[i].name);
		rec_init(&rec_registration_type, &r);
		r.id.frame.number = 3;
		r.server.at.port = (uint16_t)rows[i].port;
		r.transport = rows[i].transport;
		r.kind = rows[i].kind;
		r.outcome = REC_REGISTERED;
		if (rows[i].asked >= 0) {
			r.expires_requested = rows[i].asked;
			r.expires_granted = rows[i].granted;
		}
		bool differs =
		    profile_view_differs(&expects, rows[i].told, &r, out);
		CU_ASSERT_STRING_EQUAL(out, rows[i].want);
		CU_ASSERT_EQUAL(differs, *rows[i].want != 0);
		const struct diag_case rc = {.registration = &r,
		    .profile = &expects,
		    .told = rows[i].told};
		judge(&rc);
		CU_ASSERT_EQUAL(
		    strcmp(said, "profile.unexpected") == 0, differs);
		tell_fired(said);
		CU_ASSERT_EQUAL(
		    profile_view_differs(&nobody, rows[i].told, &r, out),
		    rows[i].told != PROFILE_BY_PORT &&
			rows[i].kind != REC_REMOVAL);
	}
}

UNIT_MAIN("rules_provisioning", UNIT(test_failed), UNIT(test_silent),
    UNIT(test_log), UNIT(test_log_goes_on), UNIT(test_went_to),
    UNIT(test_profile))
