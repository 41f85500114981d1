/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Rules: a row where each fires and near misses where it must not.
 *
 * A row names the codes that its case yields, joined by commas; alternatives
 * follow in brackets where the row is about them.
 */
#include "diag/rule.h"
#include "unit.h"

#include <stdio.h>

static char said[512], said_more[512], filter[256], detail[600];
static char title[128], advice[256], evidence[256];
static enum rec_certainty certainty;
static unsigned n_evidence;

static void
on_finding(void *arg, const struct rec_finding *f)
{
	(void)arg;
	size_t n = strlen(said);
	snprintf(said + n, sizeof said - n, "%s%.*s", n ? "," : "",
	    (int)f->code.n, (const char *)f->code.p);
	said_more[0] = 0;
	const struct rs_span *a = f->alternatives.v;
	for (uint32_t i = 0; i < f->alternatives.n; i++) {
		n = strlen(said_more);
		snprintf(said_more + n, sizeof said_more - n, "%s%.*s",
		    n ? "," : "", (int)a[i].n, (const char *)a[i].p);
	}
	snprintf(filter, sizeof filter, "%.*s", (int)f->filter.n,
	    f->filter.p ? (const char *)f->filter.p : "");
	snprintf(detail, sizeof detail, "%.*s", (int)f->detail.n,
	    f->detail.p ? (const char *)f->detail.p : "");
	snprintf(title, sizeof title, "%.*s", (int)f->title.n,
	    (const char *)f->title.p);
	snprintf(advice, sizeof advice, "%.*s", (int)f->advice.n,
	    (const char *)f->advice.p);
	certainty = f->certainty;
	n_evidence = f->evidence.n;
	evidence[0] = 0;
	const struct rec_evidence *e = f->evidence.v;
	for (uint32_t i = 0; i < f->evidence.n; i++) {
		n = strlen(evidence);
		snprintf(evidence + n, sizeof evidence - n, "%s%u %.*s",
		    n ? " " : "", (unsigned)e[i].frame.number, (int)e[i].what.n,
		    (const char *)e[i].what.p);
	}
	/* What every finding must have. */
	CU_ASSERT(f->certainty != REC_LIKELY || f->alternatives.n > 0);
	CU_ASSERT(rec_id_is(&f->id));
	CU_ASSERT(f->records.n > 0);
	CU_ASSERT(f->evidence.n > 0);
	CU_ASSERT(f->filter.n > 0);
	CU_ASSERT(f->title.n > 0 && f->detail.n > 0 && f->advice.n > 0);
	CU_ASSERT_NOT_EQUAL(f->certainty, REC_CERTAINTY_NONE);
}

static void
judge(const struct diag_case *c)
{
	struct rec_arena a;
	said[0] = said_more[0] = filter[0] = detail[0] = 0;
	rec_arena_init(&a, NULL);
	const struct diag_out out = {&a, on_finding, NULL};
	diag_judge(c, &out);
	rec_arena_clear(&a);
}

static void
expect(const char *name, const char *codes)
{
	unit_row(name);
	CU_ASSERT_STRING_EQUAL(said, codes);
	if (strcmp(said, codes) != 0)
		fprintf(stderr, "# %s: %s, not %s\n", name, said, codes);
}

/* ---- connections ---- */

static struct rec_coverage two_way;

static void
coverage_start(void)
{
	rec_init(&rec_coverage_type, &two_way);
	two_way.flows_tcp = 4;
	two_way.flows_udp = 2;
	two_way.one_way_flows = 1;
}

static void
test_net(void)
{
	static const struct {
		const char *name, *state, *icmp;
		int64_t syns, seconds, one_way, drops;
		uint8_t family;
		const char *codes;
	} rows[] = {
	    {"refused", "REJ", NULL, 1, 0, 0, 0, 4, "tcp.refused"},
	    {"refused after it was up", "RSTR", NULL, 1, 0, 0, 0, 4, ""},
	    {"silent", "S0", NULL, 3, 3, 1, 0, 4, "tcp.no-answer"},
	    {"one SYN", "S0", NULL, 1, 0, 1, 0, 4, ""},
	    {"two SYNs at once", "S0", NULL, 2, 0, 1, 0, 4, ""},
	    {"one-way capture", "S0", NULL, 3, 3, 6, 0, 4, ""},
	    {"capture with losses", "S0", NULL, 3, 3, 1, 9, 4, ""},
	    {"icmp", "S0", "3/13", 3, 3, 1, 0, 4, "tcp.icmp-rejected"},
	    {"icmp port", "S0", "3/3", 1, 0, 1, 0, 4, "tcp.icmp-rejected"},
	    {"icmp and refused", "REJ", "3/10", 1, 0, 1, 0, 4,
		"tcp.icmp-rejected"},
	    {"icmp v6", "S0", "1/4", 1, 0, 1, 0, 6, "tcp.icmp-rejected"},
	    {"fragmentation needed", "S0", "3/4", 1, 0, 1, 0, 4, ""},
	    {"v6 time exceeded", "S0", "3/0", 1, 0, 1, 0, 6, ""},
	    {"up all the same", "SF", "3/1", 1, 0, 1, 0, 4, ""},
	    {"fine", "SF", NULL, 1, 9, 0, 0, 4, ""},
	};
	for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
		struct rec_connection c;
		coverage_start();
		two_way.one_way_flows = rows[i].one_way;
		two_way.drops_kernel = rows[i].drops;
		rec_init(&rec_connection_type, &c);
		c.id.frame = c.syn_frame = (struct rs_frame){0, 7};
		c.client.at.addr.family = c.server.at.addr.family =
		    rows[i].family;
		c.server.at.port = 5061;
		c.conn_state = rs_span_str(rows[i].state);
		c.icmp = rs_span_str(rows[i].icmp);
		c.syns = rows[i].syns;
		c.started = RS_SEC;
		c.ended = RS_SEC * (1 + rows[i].seconds);
		const struct diag_case k = {
		    .connection = &c, .coverage = &two_way};
		judge(&k);
		expect(rows[i].name, rows[i].codes);
	}
}

static void
test_syns(void)
{
	struct rec_connection c;
	struct rs_frame frames[] = {{0, 7}, {0, 19}, {0, 20}};
	coverage_start();
	rec_init(&rec_connection_type, &c);
	c.id.frame = c.syn_frame = frames[0];
	c.icmp_frame = frames[2];
	c.frames = (struct rec_list){frames, 3, 3};
	c.conn_state = RS_LIT("S0");
	c.syns = 6;
	c.started = RS_SEC;
	c.ended = 32 * RS_SEC;
	const struct diag_case k = {.connection = &c, .coverage = &two_way};
	judge(&k);
	expect("first and last", "tcp.no-answer");
	CU_ASSERT_PTR_NOT_NULL(strstr(evidence, "7 SYN 19 last SYN"));
	CU_ASSERT_PTR_NULL(strstr(evidence, "20 last SYN"));
}

/* ---- handshakes ---- */

enum chain {
	NONE,
	GOOD,   /* leaf and intermediate */
	LEAF,   /* leaf only */
	SELF,   /* self-signed leaf */
	OLD,    /* expired leaf and intermediate */
	OLD_CA, /* the intermediate is expired */
	OTHER,  /* good, for another name */
	WILD,   /* *.example.net and intermediate */
	UNREAD, /* could not be read */
};

struct tls_row {
	const char *name;
	enum rec_handshake_state state;
	enum rec_side by;
	enum rec_handshake_reason reason;
	int alert;           /* of `by`; -1 none, -2 one under keys */
	const char *version; /* NULL: no ServerHello */
	enum chain chain;
	enum rec_client_certificate cc;
	const char *offers;
	const char *codes, *alternatives;
	enum rec_certainty certainty;
};

#define FROM(side, why) REC_FAILED, REC_##side, REC_REASON_##why
#define V12 "TLS 1.2"
#define V13 "TLS 1.3"
#define CC0 REC_CC_NOT_SEEN

static const struct tls_row tls_rows[] = {
    {"fine", REC_COMPLETED, REC_SIDE_NONE, REC_REASON_NONE, -1, V12, OLD, CC0,
	V12, "", "", 0},
    {"cut off", REC_HANDSHAKE_CUT_OFF, REC_SIDE_NONE, REC_REASON_NONE, -1, NULL,
	NONE, CC0, V12, "", "", 0},
    {"midstream", REC_MIDSTREAM, REC_SIDE_NONE, REC_REASON_NONE, -1, NULL, NONE,
	CC0, V12, "", "", 0},
    {"not TLS", FROM(SERVER, NOT_TLS), -1, NULL, NONE, CC0, V12, "tls.not-tls",
	"tls.record-damaged", REC_LIKELY},
    {"malformed", FROM(SERVER, MALFORMED), -1, NULL, NONE, CC0, V12, "", "", 0},
    /* the server refuses the hello */
    {"70", FROM(SERVER, ALERT), 70, NULL, NONE, CC0, "TLS 1.0",
	"tls.version-mismatch", "", REC_CERTAIN},
    {"70 of the client", FROM(CLIENT, ALERT), 70, "TLS 1.0", NONE, CC0, V12,
	"tls.version-mismatch", "", REC_CERTAIN},
    {"40, old client", FROM(SERVER, ALERT), 40, NULL, NONE, CC0, "TLS 1.1",
	"tls.version-mismatch", "tls.no-common-parameters", REC_LIKELY},
    {"40", FROM(SERVER, ALERT), 40, NULL, NONE, CC0, V12,
	"tls.no-common-parameters", "tls.version-mismatch,tls.sni-rejected",
	REC_LIKELY},
    {"71", FROM(SERVER, ALERT), 71, NULL, NONE, CC0, V12,
	"tls.no-common-parameters", "", REC_CERTAIN},
    {"112", FROM(SERVER, ALERT), 112, NULL, NONE, CC0, V12, "tls.sni-rejected",
	"", REC_CERTAIN},
    {"80", FROM(SERVER, ALERT), 80, NULL, NONE, CC0, V12, "", "", 0},
    /* the server refuses the client's certificate */
    {"40, none sent", FROM(SERVER, ALERT), 40, V12, GOOD, REC_CC_NONE_SENT, V12,
	"tls.client-certificate-missing", "", REC_CERTAIN},
    {"116", FROM(SERVER, ALERT), 116, V13, NONE, CC0, V13,
	"tls.client-certificate-missing", "", REC_CERTAIN},
    {"40, not asked", FROM(SERVER, ALERT), 40, V12, GOOD, REC_CC_NOT_REQUESTED,
	V12, "", "", 0},
    {"45, sent", FROM(SERVER, ALERT), 45, V12, GOOD, REC_CC_SENT, V12,
	"tls.client-certificate-refused", "", REC_CERTAIN},
    {"40, sent", FROM(SERVER, ALERT), 40, V12, GOOD, REC_CC_SENT, V12,
	"tls.client-certificate-refused", "tls.no-common-parameters",
	REC_LIKELY},
    {"49, sent", FROM(SERVER, ALERT), 49, V12, GOOD, REC_CC_SENT, V12,
	"tls.client-certificate-refused", "", REC_CERTAIN},
    {"42, none sent", FROM(SERVER, ALERT), 42, V12, GOOD, REC_CC_NONE_SENT, V12,
	"tls.client-certificate-missing", "", REC_CERTAIN},
    {"20, sent", FROM(SERVER, ALERT), 20, V12, GOOD, REC_CC_SENT, V12, "", "",
	0},
    {"1.3, inferred", FROM(SERVER, ALERT), -2, V13, NONE, CC0, V13,
	"tls.closed-silently",
	"tls.client-certificate-missing,tls.client-certificate-refused",
	REC_INFERRED},
    {"1.3, closed after Finished", FROM(SERVER, CLOSED), -1, V13, NONE, CC0,
	V13, "tls.closed-silently",
	"tls.client-certificate-missing,tls.client-certificate-refused",
	REC_LIKELY},
    {"1.2, closed, none sent", FROM(SERVER, CLOSED), -1, V12, GOOD,
	REC_CC_NONE_SENT, V12, "tls.closed-silently",
	"tls.client-certificate-missing,tcp.forged-reset", REC_LIKELY},
    {"1.2, closed, sent", FROM(SERVER, CLOSED), -1, V12, GOOD, REC_CC_SENT, V12,
	"tls.closed-silently",
	"tls.client-certificate-refused,tcp.forged-reset", REC_LIKELY},
    {"1.2, closed, not asked", FROM(SERVER, RESET), -1, V12, GOOD,
	REC_CC_NOT_REQUESTED, V12, "tls.closed-silently",
	"tls.record-damaged,tcp.forged-reset", REC_LIKELY},
    {"1.2, under keys", FROM(SERVER, ALERT), -2, V12, GOOD, CC0, V12, "", "",
	0},
    /* the client refuses the server's */
    {"45, expired", FROM(CLIENT, ALERT), 45, V12, OLD, CC0, V12,
	"tls.certificate-expired", "", REC_CERTAIN},
    {"45, intermediate expired", FROM(CLIENT, ALERT), 45, V12, OLD_CA, CC0, V12,
	"tls.certificate-expired", "", REC_CERTAIN},
    {"45, valid", FROM(CLIENT, ALERT), 45, V12, GOOD, CC0, V12,
	"tls.phone-clock", "tls.certificate-expired", REC_LIKELY},
    {"45, unseen", FROM(CLIENT, ALERT), 45, V13, NONE, CC0, V13,
	"tls.certificate-expired", "tls.phone-clock", REC_LIKELY},
    {"42, expired", FROM(CLIENT, ALERT), 42, V12, OLD, CC0, V12,
	"tls.certificate-expired", "tls.name-mismatch,tls.unknown-ca",
	REC_LIKELY},
    {"48, self-signed", FROM(CLIENT, ALERT), 48, V12, SELF, CC0, V12,
	"tls.self-signed", "", REC_CERTAIN},
    {"48, leaf", FROM(CLIENT, ALERT), 48, V12, LEAF, CC0, V12,
	"tls.chain-incomplete", "tls.unknown-ca,tls.intercepted", REC_LIKELY},
    {"48, chain", FROM(CLIENT, ALERT), 48, V12, GOOD, CC0, V12,
	"tls.unknown-ca", "tls.intercepted", REC_LIKELY},
    {"48, expired as well", FROM(CLIENT, ALERT), 48, V12, OLD, CC0, V12,
	"tls.unknown-ca", "tls.intercepted", REC_LIKELY},
    {"48, unseen", FROM(CLIENT, ALERT), 48, V13, NONE, CC0, V13,
	"tls.unknown-ca",
	"tls.self-signed,tls.chain-incomplete,tls.intercepted", REC_LIKELY},
    {"48, unread", FROM(CLIENT, ALERT), 48, V12, UNREAD, CC0, V12,
	"tls.unknown-ca", "tls.intercepted", REC_LIKELY},
    {"46, other name", FROM(CLIENT, ALERT), 46, V12, OTHER, CC0, V12,
	"tls.name-mismatch", "tls.unknown-ca,tls.phone-clock", REC_LIKELY},
    {"46, wildcard", FROM(CLIENT, ALERT), 46, V12, WILD, CC0, V12,
	"tls.unknown-ca",
	"tls.chain-incomplete,tls.name-mismatch,tls.phone-clock,"
	"tls.unsupported-certificate",
	REC_LIKELY},
    {"42, self-signed", FROM(CLIENT, ALERT), 42, V12, SELF, CC0, V12,
	"tls.self-signed", "tls.name-mismatch,tls.phone-clock", REC_LIKELY},
    {"46, leaf", FROM(CLIENT, ALERT), 46, V12, LEAF, CC0, V12, "tls.unknown-ca",
	"tls.chain-incomplete,tls.name-mismatch,tls.phone-clock,"
	"tls.unsupported-certificate",
	REC_LIKELY},
    {"42, unseen", FROM(CLIENT, ALERT), 42, V13, NONE, CC0, V13,
	"tls.unknown-ca",
	"tls.certificate-expired,tls.name-mismatch,tls.self-signed,"
	"tls.chain-incomplete,tls.phone-clock,tls.unsupported-certificate",
	REC_LIKELY},
    {"43", FROM(CLIENT, ALERT), 43, V12, GOOD, CC0, V12,
	"tls.unsupported-certificate", "", REC_CERTAIN},
    {"42 before any chain", FROM(CLIENT, ALERT), 42, NULL, NONE, CC0, V12, "",
	"", 0},
    {"1.3, inferred of the client", FROM(CLIENT, ALERT), -2, V13, NONE, CC0,
	V13, "tls.closed-silently",
	"tls.unknown-ca,tls.certificate-expired,tls.name-mismatch,"
	"tls.self-signed,tls.chain-incomplete,tls.phone-clock,"
	"tls.unsupported-certificate",
	REC_INFERRED},
    /* closes */
    {"closed at the hello", FROM(SERVER, CLOSED), -1, NULL, NONE, CC0, V12,
	"tls.closed-silently",
	"tls.version-mismatch,tls.no-common-parameters,tls.sni-rejected",
	REC_LIKELY},
    {"reset at the hello", FROM(SERVER, RESET), -1, NULL, NONE, CC0, V12,
	"tls.closed-silently",
	"tcp.forged-reset,tls.version-mismatch,tls.no-common-parameters",
	REC_LIKELY},
    {"client closes at the chain", FROM(CLIENT, CLOSED), -1, V12, GOOD, CC0,
	V12, "tls.closed-silently",
	"tls.unknown-ca,tls.chain-incomplete,tls.phone-clock", REC_LIKELY},
    {"client closes at another's chain", FROM(CLIENT, CLOSED), -1, V12, OTHER,
	CC0, V12, "tls.name-mismatch", "tls.closed-silently,tls.unknown-ca",
	REC_LIKELY},
    {"client closes at an old chain", FROM(CLIENT, RESET), -1, V12, OLD, CC0,
	V12, "tls.certificate-expired", "tls.closed-silently,tls.unknown-ca",
	REC_LIKELY},
    {"client closes before the chain", FROM(CLIENT, CLOSED), -1, NULL, NONE,
	CC0, V12, "tls.closed-silently", "tls.no-server-hello", REC_LIKELY},
    {"client closes at the version", FROM(CLIENT, CLOSED), -1, V12, NONE, CC0,
	V12, "tls.closed-silently", "tls.version-mismatch,tls.record-damaged",
	REC_LIKELY},
    {"1.3, client closes", FROM(CLIENT, CLOSED), -1, V13, NONE, CC0, V13,
	"tls.closed-silently",
	"tls.unknown-ca,tls.certificate-expired,tls.name-mismatch,"
	"tls.self-signed,tls.chain-incomplete,tls.phone-clock,"
	"tls.unsupported-certificate",
	REC_LIKELY},
    /* silence */
    {"no ServerHello", REC_ABANDONED, REC_SERVER, REC_REASON_SILENCE, -1, NULL,
	NONE, CC0, V12, "tls.no-server-hello", "tcp.mtu-blackhole", REC_LIKELY},
    {"silence of the client", REC_ABANDONED, REC_CLIENT, REC_REASON_SILENCE, -1,
	V12, GOOD, CC0, V12, "", "", 0},
};

static void
add_certificate(struct rec_handshake *h, struct rec_arena *a, rs_time after,
    bool self, const char *san)
{
	struct rec_certificate *c =
	    rec_list_add(&h->certificates, a, sizeof *c);
	c->from = REC_SERVER;
	c->subject = RS_LIT("CN=sbc");
	c->issuer = self ? c->subject : RS_LIT("CN=ca");
	c->not_before = 0;
	c->not_after = after;
	c->self_signed = self ? RS_TRUE : RS_FALSE;
	if (san)
		*(struct rs_span *)rec_list_add(
		    &c->san, a, sizeof(struct rs_span)) = rs_span_str(san);
}

static void
fill_chain(struct rec_handshake *h, struct rec_arena *a, enum chain chain)
{
	const rs_time old = 50 * RS_SEC, good = 5000 * RS_SEC;
	struct rec_certificate *c;
	if (chain == NONE)
		return;
	if (chain == UNREAD) {
		for (int i = 0; i < 2; i++) {
			c = rec_list_add(&h->certificates, a, sizeof *c);
			c->from = REC_SERVER;
			c->not_before = c->not_after = RS_NEVER;
		}
		return;
	}
	add_certificate(h, a, chain == OLD ? old : good, chain == SELF,
	    chain == OTHER  ? "DNS:other.example.net"
	    : chain == WILD ? "DNS:*.Example.net"
			    : "DNS:sbc.example.net");
	if (chain != LEAF && chain != SELF)
		add_certificate(
		    h, a, chain == OLD_CA ? old : good, false, NULL);
}

static void
add_step(struct rec_handshake *h, struct rec_arena *a, enum rec_side from,
    const char *what, uint64_t frame)
{
	struct rec_step *s = rec_list_add(&h->steps, a, sizeof *s);
	*s = (struct rec_step){
	    from, rs_span_str(what), 100 * RS_SEC, (struct rs_frame){0, frame}};
}

static void
fill_handshake(
    struct rec_handshake *h, struct rec_arena *a, const struct tls_row *r)
{
	rec_init(&rec_handshake_type, h);
	h->id.frame = (struct rs_frame){0, 4};
	h->started = h->ended = 100 * RS_SEC;
	h->client.at.addr.family = h->server.at.addr.family = 4;
	h->sni = RS_LIT("sbc.example.net");
	h->state = r->state;
	h->failed_by = r->by;
	h->reason = r->reason;
	h->version = rs_span_str(r->version);
	h->client_certificate = r->cc;
	*(struct rs_span *)rec_list_add(&h->client_versions, a,
	    sizeof(struct rs_span)) = rs_span_str(r->offers);
	fill_chain(h, a, r->chain);
	add_step(h, a, REC_CLIENT, "client_hello", 4);
	if (r->alert != -1) {
		struct rec_alert *l = rec_list_add(&h->alerts, a, sizeof *l);
		*l = (struct rec_alert){.from = r->by,
		    .level = r->alert < 0 ? REC_ABSENT : 2,
		    .number = r->alert < 0 ? REC_ABSENT : r->alert,
		    .encrypted = r->alert < 0 ? RS_TRUE : RS_FALSE,
		    .frame = {0, 9},
		    .at = 100 * RS_SEC};
		add_step(h, a, r->by, "alert", 9);
	}
}

static void
test_tls(void)
{
	for (size_t i = 0; i < sizeof tls_rows / sizeof *tls_rows; i++) {
		const struct tls_row *r = &tls_rows[i];
		struct rec_arena a;
		struct rec_handshake h;
		rec_arena_init(&a, NULL);
		fill_handshake(&h, &a, r);
		const struct diag_case k = {.handshake = &h};
		judge(&k);
		expect(r->name, r->codes);
		CU_ASSERT_STRING_EQUAL(said_more, r->alternatives);
		if (r->codes[0])
			CU_ASSERT_EQUAL(certainty, r->certainty);
		rec_arena_clear(&a);
	}
}

static void
test_tls_warning(void)
{
	struct rec_arena a;
	struct rec_handshake h;
	const struct tls_row r = {
	    "", FROM(SERVER, CLOSED), 112, NULL, NONE, CC0, V12, NULL, NULL, 0};
	rec_arena_init(&a, NULL);
	fill_handshake(&h, &a, &r);
	((struct rec_alert *)h.alerts.v)->level = 1;
	const struct diag_case k = {.handshake = &h};
	judge(&k);
	expect("112 as a warning, then closed", "tls.sni-rejected");
	CU_ASSERT_STRING_EQUAL(filter, "frame.number in {4, 9}");
	h.state = REC_COMPLETED;
	judge(&k);
	expect("112 as a warning, then fine", "");
	rec_arena_clear(&a);
}

/* What is said instead of TLS decides how sure it is, and what to do. */
static void
test_not_tls(void)
{
	static const struct {
		const char *name, *first, *detail, *advice;
		enum rec_side from;
		enum rec_certainty certainty;
	} texts[] = {
	    {"SIP", "SIP/2.0 400 Bad ", "\"SIP/2.0 400 Bad \"", "Plain SIP",
		REC_SERVER, REC_CERTAIN},
	    {"HTTP", "HTTP/1.1 400 Bad", "\"HTTP/1.1 400 Bad\"", "web server",
		REC_SERVER, REC_CERTAIN},
	    {"SSH", "SSH-2.0-x", "SSH-2.0-x", "Compare", REC_SERVER,
		REC_CERTAIN},
	    {"REGISTER", "REGISTER sip:a", "\"REGISTER sip:a\"",
		"transport to TLS", REC_CLIENT, REC_CERTAIN},
	    {"GET", "GET / HTTP/1.1", "\"GET / HTTP/1.1\"", "Compare",
		REC_CLIENT, REC_CERTAIN},
	    {"bytes", "\x80\x01Z\xff", "\"\\x80\\x01Z\\xff\"", "Compare",
		REC_SERVER, REC_LIKELY},
	    {"text of no kind", "REGISTERED", "\"REGISTERED\"", "Compare",
		REC_CLIENT, REC_LIKELY},
	};
	for (size_t i = 0; i < sizeof texts / sizeof *texts; i++) {
		struct rec_arena a;
		struct rec_handshake h;
		struct tls_row r = {"", FROM(SERVER, NOT_TLS), -1, NULL, NONE,
		    CC0, V12, NULL, NULL, 0};
		r.by = texts[i].from;
		rec_arena_init(&a, NULL);
		fill_handshake(&h, &a, &r);
		h.first_bytes.from = r.by;
		h.first_bytes.text = rs_span_str(texts[i].first);
		const struct diag_case k = {.handshake = &h};
		judge(&k);
		expect(texts[i].name, "tls.not-tls");
		CU_ASSERT_EQUAL(certainty, texts[i].certainty);
		CU_ASSERT_PTR_NOT_NULL(strstr(detail, texts[i].detail));
		CU_ASSERT_PTR_NOT_NULL(strstr(advice, texts[i].advice));
		CU_ASSERT_PTR_NOT_NULL(strstr(
		    title, r.by == REC_SERVER ? "The server" : "The phone"));
		rec_arena_clear(&a);
	}
}

/* TLS 1.3: the size of the phone's Certificate is the second signal. */
static void
test_empty_certificate(void)
{
	static const enum rec_handshake_reason how[] = {
	    REC_REASON_ALERT, REC_REASON_CLOSED, REC_REASON_RESET};
	for (size_t i = 0; i < sizeof how / sizeof *how; i++) {
		struct rec_arena a;
		struct rec_handshake h;
		struct tls_row r = {"", FROM(SERVER, ALERT), i == 0 ? -2 : -1,
		    V13, NONE, CC0, V13, NULL, NULL, 0};
		r.reason = how[i];
		rec_arena_init(&a, NULL);
		fill_handshake(&h, &a, &r);
		add_step(&h, &a, REC_CLIENT, "encrypted_empty_certificate", 7);
		const struct diag_case k = {.handshake = &h};
		judge(&k);
		expect("empty Certificate", "tls.client-certificate-missing");
		CU_ASSERT_STRING_EQUAL(said_more, "tls.closed-silently");
		CU_ASSERT_EQUAL(certainty, REC_INFERRED);
		CU_ASSERT_PTR_NOT_NULL(strstr(filter, "7"));
		rec_arena_clear(&a);
	}
}

/* What was offered, without the signals that are no ciphers. */
static void
test_offer(void)
{
	static const char *const ciphers[] = {
	    "A", "TLS_EMPTY_RENEGOTIATION_INFO_SCSV", "B", "C", "D", "E", "F"};
	struct rec_arena a;
	struct rec_handshake h;
	struct tls_row r = {
	    "", FROM(SERVER, ALERT), 40, NULL, NONE, CC0, V13, NULL, NULL, 0};
	rec_arena_init(&a, NULL);
	fill_handshake(&h, &a, &r);
	for (size_t i = 0; i < sizeof ciphers / sizeof *ciphers; i++)
		*(struct rs_span *)rec_list_add(&h.client_ciphers, &a,
		    sizeof(struct rs_span)) = rs_span_str(ciphers[i]);
	*(struct rs_span *)rec_list_add(
	    &h.client_groups, &a, sizeof(struct rs_span)) = RS_LIT("x25519");
	const struct diag_case k = {.handshake = &h};
	judge(&k);
	expect("offer", "tls.no-common-parameters");
	CU_ASSERT_PTR_NOT_NULL(strstr(detail,
	    "offered TLS 1.3; ciphers A, B, C, D and 2 more; groups x25519;"));
	*(struct rs_span *)h.client_versions.v = RS_LIT(V12);
	judge(&k);
	CU_ASSERT_PTR_NULL(strstr(detail, "groups"));
	rec_arena_clear(&a);
}

/* ---- registrations ---- */

struct sip_row {
	const char *name;
	enum rec_outcome outcome;
	/* up to four transactions: status, with credentials, stale, reason */
	struct {
		int status;
		bool credentials, stale;
		const char *reason;
	} t[4];
	int nonce_ms; /* from a challenge to its answer */
	int retry_after;
	const char *auth_user, *flaw;
	const char *codes, *alternatives;
};

#define AUTH true, false
#define BARE false, false

static const struct sip_row sip_rows[] = {
    {"fine", REC_REGISTERED, {{401, BARE, NULL}, {200, AUTH, NULL}}, 20, 0,
	"2000", NULL, "", ""},
    {"wrong password", REC_AUTH_FAILED,
	{{401, BARE, NULL}, {401, AUTH, "Unauthorized"}}, 20, 0, "2000", NULL,
	"sip.credentials-refused", "sip.authorization-malformed"},
    {"late answer", REC_AUTH_FAILED,
	{{401, BARE, NULL}, {401, AUTH, "Unauthorized"}}, 17000, 0, "2000",
	NULL, "sip.credentials-refused",
	"sip.nonce-expired,sip.authorization-malformed"},
    {"other user", REC_AUTH_FAILED,
	{{401, BARE, NULL}, {401, AUTH, "Unauthorized"}}, 20, 0, "3000", NULL,
	"sip.credentials-refused",
	"sip.auth-user-differs,sip.authorization-malformed"},
    {"other user that succeeds", REC_REGISTERED,
	{{401, BARE, NULL}, {200, AUTH, NULL}}, 20, 0, "3000", NULL, "", ""},
    {"403", REC_REJECTED, {{401, BARE, NULL}, {403, AUTH, "Forbidden"}}, 20, 0,
	"2000", NULL, "sip.credentials-refused",
	"sip.refused-by-policy,sip.authorization-malformed"},
    {"403, in words", REC_REJECTED,
	{{401, BARE, NULL}, {403, AUTH, "Wrong password"}}, 17000, 0, "2000",
	NULL, "sip.credentials-refused",
	"sip.nonce-expired,sip.authorization-malformed"},
    {"403, in words, at once", REC_REJECTED,
	{{401, BARE, NULL}, {403, AUTH, "Wrong password"}}, 20, 0, "2000", NULL,
	"sip.credentials-refused", "sip.authorization-malformed"},
    {"nonce named", REC_AUTH_FAILED,
	{{401, BARE, NULL}, {401, AUTH, "nonce has changed"}}, 17000, 0, "2000",
	NULL, "sip.nonce-expired", "sip.credentials-refused"},
    {"stale once", REC_AUTH_FAILED,
	{{401, BARE, NULL}, {401, true, true, "Unauthorized"}}, 20, 0, "2000",
	NULL, "sip.nonce-expired", "sip.credentials-refused"},
    {"stale once, then fine", REC_REGISTERED,
	{{401, true, true, NULL}, {200, AUTH, NULL}}, 20, 0, "2000", NULL, "",
	""},
    {"stale again and again", REC_AUTH_FAILED,
	{{401, BARE, NULL}, {401, true, true, NULL}, {401, true, true, NULL}},
	20, 0, "2000", NULL, "sip.stale-loop", ""},
    {"stale, then refused", REC_AUTH_FAILED,
	{{401, true, true, NULL}, {401, AUTH, "Unauthorized"}}, 20, 0, "2000",
	NULL, "sip.credentials-refused", "sip.authorization-malformed"},
    {"policy", REC_REJECTED, {{404, BARE, "Not Found"}}, 0, 0, NULL, NULL,
	"sip.refused-by-policy", ""},
    {"403 at once", REC_REJECTED, {{403, BARE, "Forbidden"}}, 0, 0, NULL, NULL,
	"sip.refused-by-policy", "policy.source-banned"},
    {"603 at once", REC_REJECTED, {{603, BARE, "Decline"}}, 0, 0, NULL, NULL,
	"sip.refused-by-policy", "sip.too-many-contacts"},
    {"404 to credentials", REC_REJECTED,
	{{401, BARE, NULL}, {404, AUTH, "Not Found"}}, 20, 0, "2000", NULL, "",
	""},
    {"400", REC_REJECTED, {{400, BARE, "Bad Request"}}, 0, 0, NULL, NULL, "",
	""},
    {"423 twice", REC_REJECTED, {{423, BARE, NULL}, {423, BARE, NULL}}, 0, 0,
	NULL, NULL, "sip.interval-loop", ""},
    {"423 once", REC_REJECTED, {{423, BARE, NULL}}, 0, 0, NULL, NULL, "", ""},
    {"423, then fine", REC_REGISTERED, {{423, BARE, NULL}, {200, BARE, NULL}},
	0, 0, NULL, NULL, "", ""},
    {"overloaded", REC_REJECTED, {{503, BARE, "Overload"}}, 0, 30, NULL, NULL,
	"sip.overloaded", "policy.source-banned"},
    {"503 alone", REC_REJECTED, {{503, BARE, "Service Unavailable"}}, 0, 0,
	NULL, NULL, "", ""},
    {"not bound", REC_NOT_BOUND, {{200, BARE, NULL}}, 0, 0, NULL, NULL,
	"sip.contact-not-bound", "sip.alg-rewrite,sip.too-many-contacts"},
    {"no answer", REC_TIMED_OUT, {{0, BARE, NULL}}, 0, 0, NULL, NULL,
	"sip.no-answer", "policy.source-banned,capture.incomplete"},
    {"no answer to the longer one", REC_TIMED_OUT,
	{{401, BARE, NULL}, {0, AUTH, NULL}}, 20, 0, "2000", NULL,
	"sip.no-answer",
	"sip.fragments-lost,policy.source-banned,capture.incomplete"},
    {"no answer, a gap", REC_TIMED_OUT, {{0, BARE, NULL}}, 0, 0, NULL, "gap",
	"", ""},
    {"cut off", REC_CUT_OFF, {{0, BARE, NULL}}, 0, 0, NULL, NULL, "", ""},
    {"response refused", REC_TIMED_OUT, {{401, BARE, NULL}}, 0, 0, NULL,
	"response_refused", "sip.wrong-response-port", "nat.binding-lost"},
    {"response refused, then fine", REC_REGISTERED, {{200, BARE, NULL}}, 0, 0,
	NULL, "response_refused", "", ""},
};

static void
add_transaction(struct rec_registration *g, struct rec_arena *a,
    const struct sip_row *r, unsigned i)
{
	struct rec_transaction *t =
	    rec_list_add(&g->transactions, a, sizeof *t);
	t->cseq = i + 1;
	t->request_frame = (struct rs_frame){0, 10 * i + 1};
	t->request_time = (100 + i) * RS_SEC;
	t->response_time = RS_NEVER;
	t->credentials = r->t[i].credentials ? RS_TRUE : RS_FALSE;
	t->retransmissions = t->status = t->provisional = REC_ABSENT;
	t->delay = t->min_expires = t->retry_after = REC_ABSENT;
	if (r->retry_after)
		t->retry_after = r->retry_after;
	if (r->t[i].status == 0)
		return;
	t->status = r->t[i].status;
	t->reason = rs_span_str(r->t[i].reason);
	t->response_frame = (struct rs_frame){0, 10 * i + 2};
	t->response_time = t->request_time + RS_MSEC;
	if (t->status == 401) {
		struct rec_challenge *c =
		    rec_list_add(&t->challenges, a, sizeof *c);
		c->stale = r->t[i].stale ? RS_TRUE : RS_FALSE;
		c->nonce_age =
		    r->t[i].credentials && i + 1 < 4 && r->t[i + 1].status == 0
			? REC_ABSENT
			: r->nonce_ms * RS_MSEC;
	}
}

static void
fill_registration(
    struct rec_registration *g, struct rec_arena *a, const struct sip_row *r)
{
	rec_init(&rec_registration_type, g);
	g->id.frame = (struct rs_frame){0, 1};
	g->started = 100 * RS_SEC;
	g->ended = 140 * RS_SEC;
	g->client.at.addr.family = g->server.at.addr.family = 4;
	g->aor = RS_LIT("sip:2000@example.com");
	g->auth_user = rs_span_str(r->auth_user);
	g->transport = REC_UDP;
	g->kind = REC_INITIAL;
	g->outcome = r->outcome;
	for (unsigned i = 0;
	     i < 4 && (i == 0 || r->t[i].status || r->t[i].credentials); i++)
		add_transaction(g, a, r, i);
	if (r->flaw)
		*(struct rs_span *)rec_list_add(&g->flaws, a,
		    sizeof(struct rs_span)) = rs_span_str(r->flaw);
}

static void
test_sip(void)
{
	for (size_t i = 0; i < sizeof sip_rows / sizeof *sip_rows; i++) {
		const struct sip_row *r = &sip_rows[i];
		struct rec_arena a;
		struct rec_registration g;
		coverage_start();
		rec_arena_init(&a, NULL);
		fill_registration(&g, &a, r);
		const struct diag_case k = {
		    .registration = &g, .coverage = &two_way};
		judge(&k);
		expect(r->name, r->codes);
		CU_ASSERT_STRING_EQUAL(said_more, r->alternatives);
		rec_arena_clear(&a);
	}
}

/* "No answer" needs a capture that would have shown one. */
static void
test_no_answer_needs_both_directions(void)
{
	struct rec_arena a;
	struct rec_registration g;
	struct rec_connection c;
	const struct sip_row r = {
	    "", REC_TIMED_OUT, {{0, BARE, NULL}}, 0, 0, NULL, NULL, NULL, NULL};
	rec_arena_init(&a, NULL);
	fill_registration(&g, &a, &r);
	coverage_start();
	two_way.one_way_flows = 6;
	struct diag_case k = {.registration = &g, .coverage = &two_way};
	judge(&k);
	expect("all flows one-way", "");
	rec_init(&rec_connection_type, &c);
	c.id.frame = c.syn_ack_frame = (struct rs_frame){0, 2};
	c.conn_state = RS_LIT("S1");
	k.connection = &c;
	judge(&k);
	expect("its own connection went both ways", "sip.no-answer");
	two_way.drops_kernel = 5;
	judge(&k);
	expect("losses", "");
	k.connection = NULL;
	k.coverage = NULL;
	judge(&k);
	expect("nothing known of the capture", "");
	rec_arena_clear(&a);
}

/* Over TCP the request was taken; an ICMP error says that it was not. */
static void
test_no_answer_by_transport(void)
{
	struct rec_arena a;
	struct rec_registration g;
	struct rec_connection c;
	const struct sip_row r = {
	    "", REC_TIMED_OUT, {{0, BARE, NULL}}, 0, 0, NULL, NULL, NULL, NULL};
	rec_arena_init(&a, NULL);
	fill_registration(&g, &a, &r);
	g.transport = REC_TCP;
	coverage_start();
	rec_init(&rec_connection_type, &c);
	c.id.frame = (struct rs_frame){0, 1};
	c.syn_ack_frame = (struct rs_frame){0, 2};
	c.conn_state = RS_LIT("S1");
	c.retransmissions_client = 0;
	struct diag_case k = {
	    .registration = &g, .connection = &c, .coverage = &two_way};
	judge(&k);
	expect("taken by TCP", "sip.no-answer");
	CU_ASSERT_PTR_NOT_NULL(strstr(detail, "the server had it"));
	CU_ASSERT_PTR_NULL(strstr(advice, "ban"));
	CU_ASSERT_PTR_NOT_NULL(strstr(evidence, "2 SYN-ACK"));
	c.retransmissions_client = 5;
	judge(&k);
	CU_ASSERT_PTR_NULL(strstr(detail, "the server had it"));
	k.connection = NULL;
	g.transport = REC_UDP;
	g.outcome = REC_UNREACHABLE;
	judge(&k);
	expect("unreachable, and how is not known", "");
	g.icmp = RS_LIT("3/3");
	g.icmp_frame = (struct rs_frame){0, 4};
	judge(&k);
	expect("ICMP", "sip.no-answer");
	CU_ASSERT_EQUAL(certainty, REC_CERTAIN);
	CU_ASSERT_PTR_NOT_NULL(strstr(detail, "nothing listens there"));
	CU_ASSERT_PTR_NOT_NULL(strstr(evidence, "4 ICMP"));
	g.icmp = RS_LIT("3/13");
	judge(&k);
	CU_ASSERT_PTR_NOT_NULL(strstr(detail, "filter"));
	rec_arena_clear(&a);
}

/* A challenge that stays unanswered is no cause, but for SHA. */
static void
test_digest_unsupported(void)
{
	static const struct {
		const char *name, *algorithm;
		enum rec_outcome outcome;
		const char *codes;
	} challenges[] = {
	    {"MD5", "MD5", REC_CHALLENGE_UNANSWERED, ""},
	    {"none", NULL, REC_CHALLENGE_UNANSWERED, ""},
	    {"SHA-256", "SHA-256", REC_CHALLENGE_UNANSWERED,
		"sip.digest-unsupported"},
	    {"SHA-256, cut off", "SHA-256", REC_CUT_OFF, ""},
	};
	for (size_t i = 0; i < sizeof challenges / sizeof *challenges; i++) {
		struct rec_arena a;
		struct rec_registration g;
		struct sip_row r = {"", challenges[i].outcome,
		    {{401, BARE, NULL}}, 0, 0, NULL, NULL, NULL, NULL};
		rec_arena_init(&a, NULL);
		fill_registration(&g, &a, &r);
		struct rec_transaction *t = g.transactions.v;
		((struct rec_challenge *)t->challenges.v)->algorithm =
		    rs_span_str(challenges[i].algorithm);
		const struct diag_case k = {.registration = &g};
		judge(&k);
		expect(challenges[i].name, challenges[i].codes);
		rec_arena_clear(&a);
	}
}

/* The credentials are for a realm that no challenge named. */
static void
test_realm(void)
{
	struct rec_arena a;
	struct rec_registration g;
	const struct sip_row r = {"", REC_AUTH_FAILED,
	    {{401, BARE, NULL}, {401, AUTH, NULL}}, 20, 0, "2000", NULL, NULL,
	    NULL};
	rec_arena_init(&a, NULL);
	fill_registration(&g, &a, &r);
	struct rec_transaction *t = g.transactions.v;
	((struct rec_challenge *)t->challenges.v)->realm = RS_LIT("one");
	g.realm = RS_LIT("one");
	const struct diag_case k = {.registration = &g};
	judge(&k);
	CU_ASSERT_PTR_NULL(strstr(said_more, "sip.realm-mismatch"));
	g.realm = RS_LIT("two");
	judge(&k);
	CU_ASSERT_PTR_NOT_NULL(strstr(said_more, "sip.realm-mismatch"));
	rec_arena_clear(&a);
}

/* SIP in clear to a TLS port. */
static void
test_clear_sip(void)
{
	static const struct {
		const char *name;
		enum rec_outcome outcome;
		enum rec_transport transport;
		uint16_t port;
		enum rec_side closed_by;
		const char *codes;
	} rows[] = {
	    {"closed by the server", REC_CONNECTION_LOST, REC_TCP, 5061,
		REC_SERVER, "tls.not-tls"},
	    {"closed by the phone", REC_CONNECTION_LOST, REC_TCP, 5061,
		REC_CLIENT, ""},
	    {"on a clear port", REC_CONNECTION_LOST, REC_TCP, 5060, REC_SERVER,
		""},
	    {"in TLS", REC_CONNECTION_LOST, REC_TLS, 5061, REC_SERVER, ""},
	    {"answered", REC_REGISTERED, REC_TCP, 5061, REC_SERVER, ""},
	};
	for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
		struct rec_registration g;
		struct rec_connection c;
		struct rs_frame frame = {0, 6};
		struct rec_transaction t = {.request_frame = {0, 6}};
		rec_init(&rec_registration_type, &g);
		rec_init(&rec_connection_type, &c);
		g.id.frame = frame;
		g.frames = (struct rec_list){&frame, 1, 1};
		g.transactions = (struct rec_list){&t, 1, 1};
		g.outcome = rows[i].outcome;
		g.transport = rows[i].transport;
		g.server.at.port = rows[i].port;
		c.id.frame = (struct rs_frame){0, 3};
		c.closed_by = rows[i].closed_by;
		c.conn_state = RS_LIT("SF");
		c.close_frame = (struct rs_frame){0, 8};
		c.closed_how = RS_LIT("fin");
		const struct diag_case k = {
		    .registration = &g, .connection = &c};
		judge(&k);
		expect(rows[i].name, rows[i].codes);
		if (rows[i].codes[0])
			CU_ASSERT_STRING_EQUAL(evidence, "6 REGISTER 8 fin");
	}
}

/* Every rule of the table fires in some row above. */
static void
test_all_fire(void)
{
	for (size_t i = 0; i < diag_n_rules; i++) {
		const char *code = diag_rules[i]->code;
		bool fires = strncmp(code, "tcp.", 4) == 0 ||
			     strcmp(code, "sip.digest-unsupported") == 0;
		unit_row(code);
		for (size_t j = 0; j < sizeof tls_rows / sizeof *tls_rows; j++)
			fires |= strcmp(tls_rows[j].codes, code) == 0;
		for (size_t j = 0; j < sizeof sip_rows / sizeof *sip_rows; j++)
			fires |= strstr(sip_rows[j].codes, code) != NULL;
		CU_ASSERT(fires);
		CU_ASSERT_PTR_NOT_NULL(diag_rules[i]->check);
		for (size_t j = 0; j < i; j++)
			CU_ASSERT_STRING_NOT_EQUAL(code, diag_rules[j]->code);
	}
}

UNIT_MAIN("rules", UNIT(test_net), UNIT(test_syns), UNIT(test_tls),
    UNIT(test_tls_warning), UNIT(test_not_tls), UNIT(test_empty_certificate),
    UNIT(test_offer), UNIT(test_sip),
    UNIT(test_no_answer_needs_both_directions),
    UNIT(test_no_answer_by_transport), UNIT(test_digest_unsupported),
    UNIT(test_realm), UNIT(test_clear_sip), UNIT(test_all_fire))
