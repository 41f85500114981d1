/* SPDX-License-Identifier: Apache-2.0 */
/* Downloads: what becomes of requests, and that secrets do not become text. */
#include "http/http.h"
#include "tftp/tftp.h"
#include "track/download_inner.h"
#include "unit.h"

#include <inttypes.h>
#include <stdio.h>

struct bench {
	struct rs_account pay;
	struct download_tracker *k;
	struct rec_sink sink;
	struct rs_flow_info request,
	    transfer; /* TFTP: port 69, and the other */
	struct rs_flow_info web;
	char text[2048];
	unsigned n;
	rs_time now;
	uint64_t frame;
};

static void
hear(void *arg, const struct rec_type *type, const void *rec)
{
	struct bench *b = arg;
	const struct rec_download *d = rec;
	size_t n = strlen(b->text);
	CU_ASSERT_PTR_EQUAL(type, &rec_download_type);
	b->n++;
	snprintf(b->text + n, sizeof b->text - n,
	    "%s %s %.*s status=%d error=%d bytes=%d blocks=%d again=%d%s%.*s\n",
	    rec_download_protocol_name(d->protocol),
	    rec_download_state_name(d->state), (int)d->path.n,
	    d->path.p ? (const char *)d->path.p : "", (int)d->status,
	    (int)d->error, (int)d->bytes, (int)d->blocks,
	    (int)d->retransmissions, d->mac.p ? " mac=" : "", (int)d->mac.n,
	    d->mac.p ? (const char *)d->mac.p : "");
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
	b->request = (struct rs_flow_info){
	    .serial = 1,
	    .end = {{rs_addr_v4(phone), 2000}, {rs_addr_v4(server), 69}},
	    .carrier = RS_OVER_UDP,
	};
	b->transfer = b->request;
	b->transfer.serial = 2;
	b->transfer.end[RS_S2C].port = 40000;
	b->web = b->request;
	b->web.serial = 3;
	b->web.end[RS_S2C].port = 80;
	b->web.carrier = RS_OVER_TCP;
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
    enum rs_dir dir, rs_time after)
{
	b->now += after;
	ev->flow = flow;
	ev->dir = dir;
	ev->now = b->now;
	ev->at = rs_stamp_at(b->now, (struct rs_frame){0, ++b->frame});
	download_tracker_advance(b->k, b->now);
	download_tracker_event(b->k, ev);
}

static void
tftp(struct bench *b, enum rs_dir dir, const struct tftp_msg *m)
{
	struct rs_event ev = {.type = RS_EV_TFTP, .u.tftp = m};
	bool request = m->opcode <= TFTP_WRQ;
	event(b, &ev, request ? &b->request : &b->transfer, dir, 10 * RS_MSEC);
}

static void
ask(struct bench *b, uint8_t opcode, const char *file)
{
	const struct tftp_msg m = {.opcode = opcode, .file = rs_span_str(file)};
	tftp(b, RS_C2S, &m);
}

static void
say(struct bench *b, enum rs_dir dir, uint8_t opcode, uint16_t number,
    size_t size)
{
	const struct tftp_msg m = {
	    .opcode = opcode, .number = number, .size = size};
	tftp(b, dir, &m);
}

static void
wait_for(struct bench *b, rs_time t)
{
	b->now += t;
	download_tracker_advance(b->k, b->now);
}

static void
test_tftp_done(void)
{
	struct bench b;
	begin(&b);
	ask(&b, TFTP_RRQ, "SEP00005E005317.cnf.xml");
	say(&b, RS_S2C, TFTP_DATA, 1, 512);
	say(&b, RS_C2S, TFTP_ACK, 1, 0);
	say(&b, RS_S2C, TFTP_DATA, 1, 512);
	say(&b, RS_C2S, TFTP_ACK, 1, 0);
	say(&b, RS_S2C, TFTP_DATA, 2, 0);
	CU_ASSERT_EQUAL(b.n, 0);
	say(&b, RS_C2S, TFTP_ACK, 2, 0);
	CU_ASSERT_EQUAL(b.n, 1);
	finish(&b,
	    "tftp done SEP00005E005317.cnf.xml status=0 error=0 bytes=512 "
	    "blocks=2 again=1 mac=00005e005317\n");
}

/* Blocks begin again at 0; a block size of its own says which is the last. */
static void
test_tftp_blocks(void)
{
	const struct tftp_msg oack = {.opcode = TFTP_OACK,
	    .blksize = 1024,
	    .tsize = 9,
	    .has_tsize = true};
	struct bench b;
	begin(&b);
	ask(&b, TFTP_RRQ, "firmware");
	tftp(&b, RS_S2C, &oack);
	for (unsigned i = 1; i <= 65537; i++)
		say(&b, RS_S2C, TFTP_DATA, (uint16_t)i, 1024);
	say(&b, RS_S2C, TFTP_DATA, 2, 1023);
	finish(&b, "tftp done firmware status=0 error=0 bytes=67110911 "
		   "blocks=65538 again=0\n");
}

static void
test_tftp_upload(void)
{
	struct bench b;
	begin(&b);
	ask(&b, TFTP_WRQ, "log");
	say(&b, RS_S2C, TFTP_ACK, 0, 0);
	say(&b, RS_C2S, TFTP_DATA, 1, 3);
	say(&b, RS_S2C, TFTP_ACK, 1, 0);
	CU_ASSERT_EQUAL(b.n, 1);
	finish(&b, "tftp done log status=0 error=0 bytes=3 blocks=1 again=0\n");
}

static void
test_tftp_errors(void)
{
	static const struct {
		const char *name;
		enum rs_dir dir;
		uint16_t number;
		const char *text, *want;
	} rows[] = {
	    {"not found", RS_S2C, 1, "", "not_found"},
	    {"in words", RS_S2C, 0, "File Not Found", "not_found"},
	    {"access", RS_S2C, 2, "", "refused"},
	    {"disk", RS_S2C, 3, "", "failed"},
	    {"the client", RS_C2S, 0, "not found", "cancelled"},
	};
	for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
		char want[128];
		struct bench b;
		const struct tftp_msg m = {.opcode = TFTP_ERROR,
		    .number = rows[i].number,
		    .text = rs_span_str(rows[i].text)};
		unit_row(rows[i].name);
		begin(&b);
		ask(&b, TFTP_RRQ, "a");
		if (rows[i].dir == RS_C2S)
			say(&b, RS_S2C, TFTP_DATA, 1, 512);
		tftp(&b, rows[i].dir, &m);
		snprintf(want, sizeof want,
		    "tftp %s a status=0 error=%u bytes=%d blocks=%d again=0\n",
		    rows[i].want, rows[i].number,
		    rows[i].dir == RS_C2S ? 512 : (int)REC_ABSENT,
		    rows[i].dir == RS_C2S ? 1 : (int)REC_ABSENT);
		finish(&b, want);
	}
}

/* Silence says something only where the capture goes on for long enough. */
static void
test_tftp_silence(void)
{
	struct bench b;
	begin(&b);
	ask(&b, TFTP_RRQ, "a");
	ask(&b, TFTP_RRQ, "a");
	wait_for(&b, 40 * RS_SEC);
	CU_ASSERT_EQUAL(b.n, 1);
	finish(
	    &b, "tftp no_answer a status=0 error=0 bytes=0 blocks=0 again=1\n");
	begin(&b);
	ask(&b, TFTP_RRQ, "a");
	wait_for(&b, 2 * RS_SEC);
	finish(
	    &b, "tftp cut_off a status=0 error=0 bytes=0 blocks=0 again=0\n");
	begin(&b);
	ask(&b, TFTP_RRQ, "a");
	struct rs_event drops = {.type = RS_EV_DROPS,
	    .u.drops = {5, b.now + RS_SEC, b.now + 2 * RS_SEC}};
	event(&b, &drops, NULL, RS_C2S, RS_SEC);
	wait_for(&b, 40 * RS_SEC);
	finish(
	    &b, "tftp cut_off a status=0 error=0 bytes=0 blocks=0 again=0\n");
	begin(&b);
	drops.u.drops.from = b.now;
	drops.u.drops.to = b.now + 10 * RS_MSEC; /* when it asks */
	event(&b, &drops, NULL, RS_C2S, 0);
	ask(&b, TFTP_RRQ, "a");
	wait_for(&b, 40 * RS_SEC);
	finish(
	    &b, "tftp no_answer a status=0 error=0 bytes=0 blocks=0 again=0\n");
	begin(&b);
	ask(&b, TFTP_RRQ, "a");
	say(&b, RS_S2C, TFTP_DATA, 1, 512);
	wait_for(&b, 40 * RS_SEC);
	finish(
	    &b, "tftp failed a status=0 error=0 bytes=512 blocks=1 again=0\n");
}

/* ---- HTTP ---- */

static void
http(struct bench *b, enum rs_dir dir, const struct http_head *h)
{
	const struct http_msg m = {.part = HTTP_HEAD_PART, .head = h};
	struct rs_event ev = {.type = RS_EV_HTTP, .u.http = &m};
	event(b, &ev, &b->web, dir, 10 * RS_MSEC);
}

static void
get(struct bench *b, const char *target)
{
	const struct http_head h = {.request = true,
	    .method = RS_LIT("GET"),
	    .target = rs_span_str(target),
	    .host = RS_LIT("a.example:80")};
	http(b, RS_C2S, &h);
}

static void
answer(struct bench *b, uint16_t status)
{
	const struct http_head h = {.status = status};
	http(b, RS_S2C, &h);
}

static void
ended(struct bench *b, uint64_t body, bool whole)
{
	const struct http_msg m = {
	    .part = HTTP_END, .body = body, .whole = whole};
	struct rs_event ev = {.type = RS_EV_HTTP, .u.http = &m};
	event(b, &ev, &b->web, RS_S2C, 10 * RS_MSEC);
}

/* first: who closes; -1: nobody. */
static void
over(struct bench *b, int first, enum rs_ending how, rs_time after)
{
	struct rs_conn_facts c = {.last_at = b->now + after};
	for (int i = 0; i < 2; i++) {
		c.half[i].fin_at = c.half[i].rst_at = RS_NEVER;
		if (i == first)
			c.half[i].fin_at = c.last_at;
	}
	struct rs_event ev = {.type = RS_EV_FLOW_END, .u.flow_end = {how, &c}};
	event(b, &ev, &b->web, RS_C2S, after);
}

static void
test_http_statuses(void)
{
	static const struct {
		uint16_t status;
		const char *want;
	} rows[] = {{200, "done"}, {206, "done"}, {304, "done"},
	    {302, "redirected"}, {401, "refused"}, {403, "refused"},
	    {404, "not_found"}, {410, "not_found"}, {500, "failed"},
	    {503, "failed"}};
	for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
		char want[128];
		struct bench b;
		begin(&b);
		get(&b, "/a");
		answer(&b, 100);
		answer(&b, rows[i].status);
		ended(&b, 7, true);
		snprintf(want, sizeof want,
		    "http %s /a status=%u error=%d "
		    "bytes=7 blocks=%d again=%d\n",
		    rows[i].want, rows[i].status, (int)REC_ABSENT,
		    (int)REC_ABSENT, (int)REC_ABSENT);
		finish(&b, want);
	}
}

/* Two that wait: answers come in their order. */
static void
test_http_pipelined(void)
{
	struct bench b;
	begin(&b);
	get(&b, "/a");
	get(&b, "/b");
	answer(&b, 404);
	ended(&b, 1, true);
	answer(&b, 200);
	ended(&b, 2, true);
	CU_ASSERT_EQUAL(b.n, 2);
	finish(&b,
	    "http not_found /a status=404 error=0 bytes=1 blocks=0 again=0\n"
	    "http done /b status=200 error=0 bytes=2 blocks=0 again=0\n");
}

static void
test_http_broken(void)
{
	static const struct {
		const char *name;
		bool answered;
		int first;
		enum rs_ending how;
		rs_time after;
		const char *want;
	} rows[] = {
	    {"the server closes", false, RS_S2C, RS_END_FIN, RS_SEC, "failed"},
	    {"in the answer", true, RS_S2C, RS_END_FIN, RS_SEC, "failed"},
	    {"the client at once", false, RS_C2S, RS_END_FIN, RS_SEC,
		"cancelled"},
	    {"the client, later", false, RS_C2S, RS_END_FIN, 9 * RS_SEC,
		"no_answer"},
	    {"nobody, for long", false, -1, RS_END_CAPTURE, 40 * RS_SEC,
		"no_answer"},
	    {"the capture ends", false, -1, RS_END_CAPTURE, RS_SEC, "cut_off"},
	    {"no room", false, -1, RS_END_EVICTED, 40 * RS_SEC, "cut_off"},
	};
	for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
		struct bench b;
		unit_row(rows[i].name);
		begin(&b);
		get(&b, "/a");
		if (rows[i].answered)
			answer(&b, 200);
		over(&b, rows[i].first, rows[i].how, rows[i].after);
		CU_ASSERT_EQUAL(b.n, 1);
		CU_ASSERT(strstr(b.text, rows[i].want) != NULL);
		download_tracker_free(b.k);
	}
}

/* Neither one flow nor many take more than their share. */
static void
test_bounds(void)
{
	struct bench b;
	begin(&b);
	for (unsigned i = 0; i < 100; i++)
		get(&b, "/a");
	CU_ASSERT_EQUAL(download_tracker_evicted(b.k), 100 - DOWNLOADS_AHEAD);
	for (unsigned i = 0; i < 3 * DOWNLOADS_MOST; i++) {
		b.request.end[RS_C2S].port = (uint16_t)i;
		ask(&b, TFTP_RRQ, "a");
		CU_ASSERT(b.pay.used < 4 * b.pay.limit);
		b.text[0] = 0;
	}
	CU_ASSERT(download_tracker_evicted(b.k) > 2 * DOWNLOADS_MOST);
	download_tracker_free(b.k);
	CU_ASSERT_EQUAL(b.pay.used, 0);
}

/* ---- texts ---- */

static void
test_texts(void)
{
	static const struct {
		const char *in, *path, *url;
	} rows[] = {
	    {"/a/b.cfg", "/a/b.cfg", "/a/b.cfg"},
	    {"/a?user=x&password=y", "/a", "/a"},
	    {"/a;jsessionid=77/b", "/a", "/a"},
	    {"/a#b", "/a", "/a"},
	    {"http://u:pw@h.example:8080/a?x", "/a", "http://h.example:8080/a"},
	    {"https://u:p@w@h.example/a", "/a", "https://h.example/a"},
	    {"http://h.example?password=y", "", "http://h.example"},
	    {"/u:pw@h/a", "/h/a", "/h/a"},
	    {"/u:p@x:y@h/a", "/h/a", "/h/a"},
	    {"/a@b", "/a@b", "/a@b"},
	    {"", "", ""},
	};
	struct rec_arena a;
	rec_arena_init(&a, NULL, NULL);
	for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
		struct rs_span in = rs_span_str(rows[i].in);
		unit_row(rows[i].in);
		CU_ASSERT(rs_span_eq(
		    download_path(&a, in), rs_span_str(rows[i].path)));
		CU_ASSERT(
		    rs_span_eq(download_url(&a, in), rs_span_str(rows[i].url)));
	}
	CU_ASSERT(rs_span_eq(
	    download_host(RS_LIT("u:p@h.example:80")), RS_LIT("h.example")));
	CU_ASSERT(rs_span_eq(download_host(RS_LIT("[2001:db8::1]:80")),
	    RS_LIT("[2001:db8::1]")));
	rec_arena_clear(&a);
}

static void
test_macs(void)
{
	static const struct {
		const char *in, *want;
	} rows[] = {
	    {"SEP00005E005317.cnf.xml", "00005e005317"},
	    {"/cfg/00-00-5e-00-53-17.cfg", "00005e005317"},
	    {"/00:00:5e:00:53:17/x", "00005e005317"},
	    {"/000000000000.cfg", NULL},
	    {"/00005e0053170.cfg", NULL},
	    {"/00005e-005317.cfg", NULL},
	    {"/202601011200.cfg", NULL},
	    {"/y000000000028.cfg", NULL},
	    {"cfg001565005317", "001565005317"},
	    {"/00-00:5e-00-53-17", NULL},
	    {"pxelinux.cfg/01-00-00-5e-00-53-17", NULL},
	    {"/00-00-5e-00-53-17-01.cfg", NULL},
	    {"", NULL},
	};
	struct rec_arena a;
	rec_arena_init(&a, NULL, NULL);
	for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
		struct rs_span got = download_mac(&a, rs_span_str(rows[i].in));
		unit_row(rows[i].in);
		if (rows[i].want)
			CU_ASSERT(rs_span_eq(got, rs_span_str(rows[i].want)));
		CU_ASSERT_EQUAL(got.p != NULL, rows[i].want != NULL);
	}
	rec_arena_clear(&a);
}

UNIT_MAIN("download", UNIT(test_tftp_done), UNIT(test_tftp_blocks),
    UNIT(test_tftp_upload), UNIT(test_tftp_errors), UNIT(test_tftp_silence),
    UNIT(test_http_statuses), UNIT(test_http_pipelined), UNIT(test_http_broken),
    UNIT(test_bounds), UNIT(test_texts), UNIT(test_macs))
