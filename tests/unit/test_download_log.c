/* SPDX-License-Identifier: Apache-2.0 */
/* Fetches that a log tells of: how they end, whose they are, and that what was
   captured too is told once. */
#include "http/http.h"
#include "log/fetch.h"
#include "track/download_inner.h"
#include "unit.h"

#include <stdio.h>

struct bench {
	struct rs_account pay;
	struct download_tracker *k;
	struct rec_sink sink;
	struct rs_flow_info log, web;
	char text[4096];
	unsigned n;
	rs_time now;
	uint64_t frame;
};

#define TEXT(s) (int)(s).n, (s).p ? (const char *)(s).p : ""

static void
hear(void *arg, const struct rec_type *type, const void *rec)
{
	struct bench *b = arg;
	const struct rec_download *d = rec;
	const char *protocol = rec_download_protocol_name(d->protocol);
	const char *visibility = rec_visibility_name(d->visibility);
	char client[RS_ADDR_TEXT];
	size_t n = strlen(b->text);
	CU_ASSERT_PTR_EQUAL(type, &rec_download_type);
	b->n++;
	rs_addr_format(&d->client.at.addr, client);
	snprintf(b->text + n, sizeof b->text - n,
	    "%s %s %s%.*s by %s %s status=%d (%.*s)%s%s\n",
	    protocol ? protocol : "-", rec_download_state_name(d->state),
	    d->host.n ? "" : "-", TEXT(d->path),
	    visibility ? visibility : "wire",
	    d->client.at.addr.family ? client : "nobody",
	    d->status == REC_ABSENT ? 0 : (int)d->status, TEXT(d->reason),
	    d->resync == RS_TRUE ? " resync" : "",
	    d->resolved == RS_FALSE ? " unresolved" : "");
}

static void
begin(struct bench *b)
{
	static const struct rs_hash_seed seed = {1, 2};
	const uint8_t phone[] = {192, 0, 2, 17}, server[] = {198, 51, 100, 10};
	*b = (struct bench){.now = 1000 * RS_SEC};
	rs_account_init(&b->pay, 1 << 20);
	b->sink = (struct rec_sink){hear, b};
	b->k = download_tracker_new(NULL, &seed, &b->pay, &b->sink);
	b->web = (struct rs_flow_info){
	    .serial = 1,
	    .end = {{rs_addr_v4(phone), 2000}, {rs_addr_v4(server), 80}},
	    .carrier = RS_OVER_TCP,
	};
	b->log = b->web;
	b->log.serial = 2;
	b->log.source = RS_FROM_LOG;
	b->log.end[RS_C2S].port = 0;
}

static void
finish(struct bench *b, const char *want)
{
	download_tracker_finish(b->k, b->now);
	CU_ASSERT_STRING_EQUAL(b->text, want);
	if (strcmp(b->text, want) != 0)
		printf("# got  %s# want %s", b->text, want);
	download_tracker_free(b->k);
	CU_ASSERT_EQUAL(b->pay.used, 0);
}

static void
event(struct bench *b, struct rs_event *ev, const struct rs_flow_info *flow,
    enum rs_dir dir)
{
	uint64_t line = flow->source == RS_FROM_LOG ? RS_LINE : 0;
	b->now += 10 * RS_MSEC;
	ev->flow = flow;
	ev->dir = dir;
	ev->now = b->now;
	ev->at = rs_stamp_at(
	    b->now, (struct rs_frame){line != 0, ++b->frame | line});
	download_tracker_advance(b->k, b->now);
	download_tracker_event(b->k, ev);
}

static void
wait_for(struct bench *b, rs_time t)
{
	b->now += t;
	download_tracker_advance(b->k, b->now);
}

static struct log_fetch
resync(const char *target)
{
	return (struct log_fetch){.scheme = LOG_HTTP,
	    .host = RS_LIT("a.example"),
	    .target = rs_span_str(target),
	    .resync = true};
}

static void
tell(struct bench *b, enum log_fetch_step step, struct log_fetch m)
{
	struct rs_event ev = {.type = RS_EV_FETCH, .u.fetch = &m};
	m.step = step;
	event(b, &ev, &b->log, RS_C2S);
}

static void
http(struct bench *b, const struct rs_flow_info *flow, const char *target,
    uint16_t status)
{
	const struct http_head ask = {.request = true,
	    .method = RS_LIT("GET"),
	    .target = rs_span_str(target),
	    .host = RS_LIT("A.example:80")};
	const struct http_head answer = {
	    .status = status, .reason = RS_LIT("x")};
	struct http_msg m = {.part = HTTP_HEAD_PART, .head = &ask};
	struct rs_event ev = {.type = RS_EV_HTTP, .u.http = &m};
	event(b, &ev, flow, RS_C2S);
	m.head = &answer;
	event(b, &ev, flow, RS_S2C);
	m = (struct http_msg){.part = HTTP_END, .whole = true};
	event(b, &ev, flow, RS_S2C);
}

/* From asking to the end, with a status in between, or none. */
static void
fetch(struct bench *b, uint16_t status, struct log_fetch end)
{
	tell(b, LOG_FETCH_ASKED, resync("/a?secret"));
	if (status)
		http(b, &b->log, "/a?secret", status);
	tell(b, LOG_FETCH_ENDED, end);
	b->log.serial++;
}

static void
test_ends(void)
{
	static const struct {
		const char *name;
		uint16_t status;
		enum rs_fact good;
		bool unresolved;
		const char *reason, *want;
	} rows[] = {
	    {"good", 0, RS_TRUE, false, "",
		"http done /a by log 192.0.2.17 "
		"status=0 () resync\n"},
	    {"the log does not say", 0, RS_UNKNOWN, false, "",
		"http cut_off /a by log 192.0.2.17 status=0 () resync\n"},
	    {"nothing but a status", 200, RS_UNKNOWN, false, "",
		"http done /a by log 192.0.2.17 status=200 () resync\n"},
	    {"what came was no good, and no more", 200, RS_FALSE, false, "",
		"http failed /a by log 192.0.2.17 status=200 () resync\n"},
	    {"a status that tells why", 404, RS_FALSE, false, "Download",
		"http not_found /a by log 192.0.2.17 status=404 () resync\n"},
	    {"what came was no good", 200, RS_FALSE, false, "Corrupt",
		"http failed /a by log 192.0.2.17 status=200 (Corrupt) "
		"resync\n"},
	    {"moved, and good", 302, RS_TRUE, false, "",
		"http done /a by log 192.0.2.17 status=302 () resync\n"},
	    {"no name", 0, RS_FALSE, true, "Couldn't resolve host",
		"http failed /a by log 192.0.2.17 status=0 "
		"(Couldn't resolve host) resync unresolved\n"},
	};
	for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
		struct bench b;
		struct log_fetch end = resync("/a?secret");
		unit_row(rows[i].name);
		end.succeeded = rows[i].good;
		end.unresolved = rows[i].unresolved;
		end.reason = rs_span_str(rows[i].reason);
		begin(&b);
		fetch(&b, rows[i].status, end);
		finish(&b, rows[i].want);
	}
}

/* The log ends before it says all. */
static void
test_open(void)
{
	struct bench b;
	struct log_fetch m = resync("/a");
	begin(&b);
	tell(&b, LOG_FETCH_ASKED, m);
	m.succeeded = RS_FALSE;
	m.reason = RS_LIT("tls, libcurl 60");
	tell(&b, LOG_FETCH_TOLD, m);
	CU_ASSERT_EQUAL(b.n, 0);
	finish(&b,
	    "http failed /a by log 192.0.2.17 status=0 (tls, libcurl 60) "
	    "resync\n");
}

static void
test_captured(void)
{
	static const char once[] =
	    "http not_found /a by wire 192.0.2.17 status=404 (x)\n";
	static const struct {
		const char *name, *path;
		rs_time before, after; /* the packets, as the log has it */
		bool other_phone, other_server;
		unsigned n;
		uint16_t status; /* that the log has; 0: none */
		bool unconnected, good;
	} rows[] = {
	    {"the same status", "/a", 0, 0, false, false, 1, 404, false, false},
	    {"another status", "/a", 0, 0, false, false, 2, 200, false, false},
	    {"nothing was exchanged", "/a", 0, 0, false, false, 2, 0, true,
		false},
	    {"it was good", "/a", 0, 0, false, false, 2, 0, false, true},
	    {"captured before", "/a", 0, 0, false, false, 1, 0, false, false},
	    {"captured after", "/a", -1, 0, false, false, 1, 0, false, false},
	    {"another file", "/b", 0, 0, false, false, 2, 0, false, false},
	    {"long before", "/a", 3 * RS_SEC, 0, false, false, 2, 0, false,
		false},
	    {"long after", "/a", -1, 3 * RS_SEC, false, false, 2, 0, false,
		false},
	    {"of another phone", "/a", 0, 0, true, false, 2, 0, false, false},
	    {"of another server", "/a", 0, 0, false, true, 2, 0, false, false},
	};
	for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
		struct bench b;
		struct log_fetch end = resync(rows[i].path);
		bool first = rows[i].before >= 0;
		unit_row(rows[i].name);
		begin(&b);
		b.log.end[RS_C2S].addr.b[3] += rows[i].other_phone;
		if (rows[i].other_server) {
			b.log.end[RS_S2C].addr.b[3]++;
			end.host = RS_LIT("b.example");
		}
		end.succeeded = rows[i].good ? RS_TRUE : RS_FALSE;
		end.unconnected = rows[i].unconnected;
		if (first)
			http(&b, &b.web, "/a", 404);
		if (first)
			wait_for(&b, rows[i].before);
		tell(&b, LOG_FETCH_ASKED, end);
		if (rows[i].status)
			http(&b, &b.log, rows[i].path, rows[i].status);
		tell(&b, LOG_FETCH_ENDED, end);
		wait_for(&b, rows[i].after);
		if (!first)
			http(&b, &b.web, "/a", 404);
		wait_for(&b, 3 * RS_SEC);
		CU_ASSERT_EQUAL(b.n, rows[i].n);
		CU_ASSERT(strstr(b.text, once) != NULL);
		download_tracker_free(b.k);
	}
}

/* Of two that a log tells the one that was captured is one only. */
static void
test_captured_once(void)
{
	struct bench b;
	struct log_fetch end = resync("/a");
	end.succeeded = RS_FALSE;
	begin(&b);
	http(&b, &b.web, "/a", 404);
	for (unsigned i = 0; i < 2; i++) {
		tell(&b, LOG_FETCH_ASKED, end);
		tell(&b, LOG_FETCH_ENDED, end);
		b.log.serial++;
	}
	wait_for(&b, 3 * RS_SEC);
	CU_ASSERT_EQUAL(b.n, 2);
	download_tracker_free(b.k);
}

/* Of HTTPS the capture tells why a handshake broke; what is asked for inside is
   told by the log alone. */
static void
test_https(void)
{
	static const struct {
		enum rec_download_state wire;
		enum rs_fact log;
		unsigned n;
	} rows[] = {{REC_DOWNLOAD_FAILED, RS_FALSE, 0},
	    {REC_DOWNLOAD_FAILED, RS_TRUE, 1}, {REC_OPENED, RS_FALSE, 1}};
	for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
		struct bench b;
		struct rec_download d;
		struct log_fetch end = resync("/a");
		unit_row(rec_download_state_name(rows[i].wire));
		begin(&b);
		rec_init(&rec_download_type, &d);
		d.started = b.now;
		d.client.at = b.web.end[RS_C2S];
		d.server.at = b.web.end[RS_S2C];
		d.state = rows[i].wire;
		download_captured(b.k, &d, (struct rs_span){0}, 0);
		end.scheme = LOG_HTTPS;
		end.succeeded = rows[i].log;
		tell(&b, LOG_FETCH_ASKED, end);
		tell(&b, LOG_FETCH_ENDED, end);
		wait_for(&b, 3 * RS_SEC);
		CU_ASSERT_EQUAL(b.n, rows[i].n);
		download_tracker_free(b.k);
	}
}

/* A log may tell whose it is at its end only. */
static void
test_whose(void)
{
	struct bench b;
	struct log_fetch good = resync("/a");
	good.succeeded = RS_TRUE;
	begin(&b);
	const struct rs_addr phone = b.log.end[RS_C2S].addr;
	b.log.end[RS_C2S].addr = (struct rs_addr){0};
	fetch(&b, 0, good);
	tell(&b, LOG_FETCH_ASKED, resync("/b"));
	wait_for(&b, 60 * RS_SEC);
	CU_ASSERT_EQUAL(b.n, 0);
	b.log.end[RS_C2S].addr = phone;
	tell(&b, LOG_FETCH_WHOSE, (struct log_fetch){0});
	wait_for(&b, RS_SEC);
	CU_ASSERT_EQUAL(b.n, 1);
	good.target = RS_LIT("/b");
	tell(&b, LOG_FETCH_ENDED, good);
	b.log.end[RS_C2S].addr = (struct rs_addr){0};
	b.log.serial++;
	fetch(&b, 0, good);
	finish(&b, "http done /a by log 192.0.2.17 status=0 () resync\n"
		   "http done /b by log 192.0.2.17 status=0 () resync\n"
		   "http done /b by log nobody status=0 () resync\n");
}

/* What waits is bounded, and told when it no longer can. */
static void
test_bounds(void)
{
	struct bench b;
	struct log_fetch good = resync("/a");
	begin(&b);
	rs_account_init(&b.pay, 8 << 20);
	for (unsigned i = 0; i < 2 * DOWNLOADS_MOST; i++) {
		if (i % 2)
			b.log.end[RS_C2S].addr.family = 0;
		else
			b.log.end[RS_C2S].addr.family = 4;
		fetch(&b, 0, good);
		b.text[0] = 0;
	}
	CU_ASSERT(b.n >= DOWNLOADS_MOST);
	CU_ASSERT_EQUAL(download_tracker_evicted(b.k), 0);
	download_tracker_finish(b.k, b.now);
	CU_ASSERT_EQUAL(b.n, 2 * DOWNLOADS_MOST);
	download_tracker_free(b.k);
	CU_ASSERT_EQUAL(b.pay.used, 0);
}

static void
test_paths(void)
{
	static const struct {
		const char *in, *want;
	} rows[] = {{"/a.xml&token=SECRET", "/a.xml"},
	    {"/a.xml%3Ftoken=SECRET", "/a.xml"},
	    {"/token=SECRET/a.xml", "/token"}, {"/u:SECRET/a.xml", "/"},
	    {"/x/u:SECRET", "/x/"}, {"/a/FCH23", "/a/*"}, {"/FCH23%32", "/*"},
	    {"/$MA-SECRET", "/"}, {"u:SECRET", ""},
	    {"/00:00:5e:00:53:17.xml", "/00:00:5e:00:53:17.xml"},
	    {"/00:00:5e:00:53:17:SECRET.xml", "/"},
	    {"/00-00-5e-00-53-17/FCH2305DMH0.xml", "/00-00-5e-00-53-17/*.xml"}};
	struct rec_arena a;
	rec_arena_init(&a, NULL, NULL);
	for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
		struct rs_span got =
		    download_told_path(&a, rs_span_str(rows[i].in));
		unit_row(rows[i].in);
		CU_ASSERT(rs_span_eq(got, rs_span_str(rows[i].want)));
	}
	rec_arena_clear(&a);
}

static void
test_hosts(void)
{
	static const struct {
		const char *in, *want;
	} rows[] = {{"u:SECRET@a.example:80", "a.example"},
	    {"u:SE@CRET@a.example", "a.example"},
	    {"u:SECRET@[2001:db8::1]:80", "[2001:db8::1]"}};
	for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
		unit_row(rows[i].in);
		CU_ASSERT(rs_span_eq(download_host(rs_span_str(rows[i].in)),
		    rs_span_str(rows[i].want)));
	}
}

static void
test_numbers(void)
{
	static const struct {
		const char *in, *want;
	} rows[] = {{"/CP-8851-3PCC.cfg", "/CP-8851-3PCC.cfg"},
	    {"/FCH2305DMH0.xml", "/*.xml"}, {"/a/12345678", "/a/*"},
	    {"/a/1234567.xml", "/a/1234567.xml"},
	    {"/FCHSECRET1x00005e005306/a", "/*/a"},
	    {"/00005e005306xFCHSECRET1/a", "/*/a"},
	    {"/00005e005306/a", "/00005e005306/a"},
	    {"/software/edos", "/software/edos"},
	    {"/SEP00005E005317.cnf.xml", "/SEP00005E005317.cnf.xml"},
	    {"/00:00:5e:00:53:17.xml", "/00:00:5e:00:53:17.xml"}, {"/", "/"}};
	struct rec_arena a;
	rec_arena_init(&a, NULL, NULL);
	for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
		struct rs_span got =
		    download_unnumbered(&a, rs_span_str(rows[i].in));
		unit_row(rows[i].in);
		CU_ASSERT(rs_span_eq(got, rs_span_str(rows[i].want)));
	}
	CU_ASSERT_PTR_NULL(download_unnumbered(&a, RS_LIT("")).p);
	rec_arena_clear(&a);
}

UNIT_MAIN("download_log", UNIT(test_ends), UNIT(test_open), UNIT(test_captured),
    UNIT(test_captured_once), UNIT(test_https), UNIT(test_whose),
    UNIT(test_bounds), UNIT(test_numbers), UNIT(test_paths), UNIT(test_hosts))
