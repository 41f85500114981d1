/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Rules about TLS: a row where each fires and near misses where it must not.
 *
 * A row names the codes that its case yields, joined by commas; alternatives
 * follow in brackets where the row is about them.
 */
#include "rules_kit.h"

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
    {"50, none sent", FROM(SERVER, ALERT), 50, V12, GOOD, REC_CC_NONE_SENT, V12,
	"tls.client-certificate-missing", "tls.record-damaged", REC_LIKELY},
    {"50, not asked", FROM(SERVER, ALERT), 50, V12, GOOD, REC_CC_NOT_REQUESTED,
	V12, "", "", 0},
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
    {"20, sent", FROM(SERVER, ALERT), 20, V12, GOOD, REC_CC_SENT, V12,
	"tls.record-damaged", "", REC_CERTAIN},
    {"20 of the client", FROM(CLIENT, ALERT), 20, V12, GOOD, CC0, V12,
	"tls.record-damaged", "", REC_CERTAIN},
    {"20 before any ServerHello", FROM(SERVER, ALERT), 20, NULL, NONE, CC0, V12,
	"", "", 0},
    {"51, sent", FROM(SERVER, ALERT), 51, V12, GOOD, REC_CC_SENT, V12,
	"tls.record-damaged", "tls.client-certificate-refused", REC_LIKELY},
    {"51, not asked", FROM(SERVER, ALERT), 51, V12, GOOD, REC_CC_NOT_REQUESTED,
	V12, "tls.record-damaged", "", REC_CERTAIN},
    {"51 of the client", FROM(CLIENT, ALERT), 51, V12, GOOD, CC0, V12,
	"tls.record-damaged", "tls.unsupported-certificate", REC_LIKELY},
    {"51 of the client, nothing seen", FROM(CLIENT, ALERT), 51, V13, NONE, CC0,
	V13, "", "", 0},
    {"40 of the client at the chain", FROM(CLIENT, ALERT), 40, V12, GOOD, CC0,
	V12, "tls.unsupported-certificate", "tls.no-common-parameters",
	REC_LIKELY},
    {"40 of the client, nothing seen", FROM(CLIENT, ALERT), 40, V13, NONE, CC0,
	V13, "", "", 0},
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
    {"client resets before the chain", FROM(CLIENT, RESET), -1, NULL, NONE, CC0,
	V12, "tls.closed-silently", "tls.no-server-hello,tcp.forged-reset",
	REC_LIKELY},
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
		rec_arena_init(&a, NULL, NULL);
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
	rec_arena_init(&a, NULL, NULL);
	fill_handshake(&h, &a, &r);
	((struct rec_alert *)h.alerts.v)->level = 1;
	const struct diag_case k = {.handshake = &h};
	judge(&k);
	expect("112 as a warning, then closed", "tls.sni-rejected");
	CU_ASSERT_STRING_EQUAL(filter, "frame.number in {4, 9}");
	h.state = REC_COMPLETED;
	judge(&k);
	expect("112 as a warning, then fine", "");
	/* An error all the same, but nothing certain. */
	struct rec_alert *alert = h.alerts.v;
	h.state = REC_FAILED;
	h.reason = REC_REASON_ALERT;
	alert->number = 70;
	judge(&k);
	expect("70 as a warning, then closed", "tls.version-mismatch");
	CU_ASSERT_EQUAL(certainty, REC_LIKELY);
	CU_ASSERT_STRING_EQUAL(said_more, "tls.closed-silently");
	h.version = RS_LIT("TLS 1.3");
	judge(&k);
	expect("70 as a warning in 1.3", "tls.version-mismatch");
	CU_ASSERT_EQUAL(certainty, REC_CERTAIN);
	h.version = (struct rs_span){NULL, 0};
	h.reason = REC_REASON_CLOSED;
	alert->number = 0;
	alert->name = RS_LIT("close_notify");
	judge(&k);
	expect("close_notify, then closed", "tls.closed-silently");
	CU_ASSERT_PTR_NULL(strstr(title, "sent no alert"));
	CU_ASSERT_PTR_NOT_NULL(strstr(detail, "sent alert 0 close_notify and "
					      "closed"));
	rec_arena_clear(&a);
}

/* Questions about the time that nobody answered are told of, where the phone
   asked them on its way to the handshake. */
static void
test_clock_silent(void)
{
	static const struct {
		const char *name;
		int from, to; /* seconds before the handshake */
		int64_t queries, answers;
		bool told;
	} rows[] = {{"just before", 30, 5, 4, 0, true},
	    {"and after", 30, -60, 4, 0, true},
	    {"answered", 30, 5, 4, 1, false}, {"once", 30, 30, 1, 0, false},
	    {"an hour ago", 3700, 3600, 4, 0, false},
	    {"later only", -5, -60, 4, 0, false}};
	static const struct tls_row expired = {
	    "", FROM(CLIENT, ALERT), 45, V12, GOOD, CC0, V12, NULL, NULL, 0};
	for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
		struct rec_arena a;
		struct rec_handshake h;
		struct rec_clock c;
		rec_arena_init(&a, NULL, NULL);
		fill_handshake(&h, &a, &expired);
		h.started = h.ended = 4000 * RS_SEC;
		rec_init(&rec_clock_type, &c);
		c.source = REC_CLOCK_NTP;
		c.started = h.started - rows[i].from * RS_SEC;
		c.ended = h.started - rows[i].to * RS_SEC;
		c.queries = rows[i].queries;
		c.answers = rows[i].answers;
		const struct diag_case k = {.handshake = &h, .clock = &c};
		judge(&k);
		unit_row(rows[i].name);
		CU_ASSERT_EQUAL(strstr(detail, "queries got no answer") != NULL,
		    rows[i].told);
		rec_arena_clear(&a);
	}
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
		rec_arena_init(&a, NULL, NULL);
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
		rec_arena_init(&a, NULL, NULL);
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

/* The same of one that is not empty: where the server just closes, it may have
   other reasons. */
static void
test_sealed_certificate(void)
{
	for (int closed = 0; closed < 2; closed++) {
		struct rec_arena a;
		struct rec_handshake h;
		struct tls_row r = {"", FROM(SERVER, ALERT), closed ? -1 : -2,
		    V13, NONE, CC0, V13, NULL, NULL, 0};
		if (closed)
			r.reason = REC_REASON_CLOSED;
		rec_arena_init(&a, NULL, NULL);
		fill_handshake(&h, &a, &r);
		add_step(&h, &a, REC_CLIENT, "encrypted_certificate", 7);
		const struct diag_case k = {.handshake = &h};
		judge(&k);
		expect("Certificate", closed
					  ? "tls.closed-silently"
					  : "tls.client-certificate-refused");
		CU_ASSERT_STRING_EQUAL(said_more,
		    closed ? "tls.client-certificate-refused,tcp.forged-reset"
			   : "tls.closed-silently");
		CU_ASSERT_EQUAL(certainty, closed ? REC_LIKELY : REC_INFERRED);
		CU_ASSERT_PTR_NOT_NULL(strstr(filter, "7"));
		rec_arena_clear(&a);
	}
}

/* ServerHello long after the ClientHello: what else may explain it. */
static void
test_slow(void)
{
	static const struct {
		const char *name;
		int64_t hello, rtt, again_client, again_server, gaps;
		enum rs_fact retry;
		enum rec_handshake_state state;
		const char *codes;
	} rows[] = {
#define MS(n) ((n)*RS_MSEC)
#define SLOW "tls.slow-server"
	    {"slow", MS(2000), MS(200), 0, 0, 0, RS_FALSE, REC_COMPLETED, SLOW},
	    {"not by two seconds", MS(1999), MS(20), 0, 0, 0, RS_FALSE,
		REC_COMPLETED, ""},
	    {"the way is slow", MS(2000), MS(201), 0, 0, 0, RS_FALSE,
		REC_COMPLETED, ""},
	    {"no round trip", MS(6000), REC_ABSENT, 0, 0, 0, RS_FALSE,
		REC_COMPLETED, ""},
	    {"not known", REC_ABSENT, MS(20), 0, 0, 0, RS_FALSE, REC_COMPLETED,
		""},
	    {"the ClientHello was lost", MS(6000), MS(20), 3, 0, 0, RS_FALSE,
		REC_COMPLETED, ""},
	    {"the ServerHello was lost", MS(6000), MS(20), 0, 1, 0, RS_FALSE,
		REC_COMPLETED, ""},
	    {"bytes are missing", MS(6000), MS(20), 0, 0, 1, RS_FALSE,
		REC_COMPLETED, ""},
	    {"the client had a turn", MS(6000), MS(20), 0, 0, 0, RS_TRUE,
		REC_COMPLETED, ""},
	    {"cut off", MS(6000), MS(20), 0, 0, 0, RS_FALSE,
		REC_HANDSHAKE_CUT_OFF, ""},
	};
	for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
		struct rec_arena a;
		struct rec_handshake h;
		struct rec_connection n;
		struct tls_row r = {"", rows[i].state, REC_SIDE_NONE,
		    REC_REASON_NONE, -1, V12, GOOD, CC0, V12, NULL, NULL, 0};
		rec_arena_init(&a, NULL, NULL);
		rec_init(&rec_connection_type, &n);
		fill_handshake(&h, &a, &r);
		add_step(&h, &a, REC_SERVER, "server_hello", 8);
		h.hello = rows[i].hello;
		h.tcp_rtt = rows[i].rtt;
		h.hello_retry = rows[i].retry;
		n.retransmissions_client = rows[i].again_client;
		n.retransmissions_server = rows[i].again_server;
		n.gaps = rows[i].gaps;
		const struct diag_case k = {.handshake = &h, .connection = &n};
		judge(&k);
		expect(rows[i].name, rows[i].codes);
		if (rows[i].codes[0]) {
			CU_ASSERT_EQUAL(certainty, REC_LIKELY);
			CU_ASSERT_STRING_EQUAL(
			    filter, "frame.number in {4, 8}");
		}
		const struct diag_case alone = {.handshake = &h};
		judge(&alone);
		expect("no connection", "");
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
	rec_arena_init(&a, NULL, NULL);
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

/* What was not captured is not told as missing. */
static void
test_hello_lost(void)
{
	static const struct {
		const char *name;
		bool hello, gap;
		enum chain chain;
		const char *after, *says;
	} rows[] = {
	    {"no name", true, false, GOOD, "", "name asked for: none."},
	    {"no ClientHello", false, false, GOOD, "",
		"name asked for: not seen."},
	    {"nor anything else", false, false, NONE, "",
		"the capture lacks the messages before it."},
	    {"but a ServerHello", false, false, NONE, "server_hello",
		"after ServerHello; offered not seen, name asked for: not "
		"seen."},
	    {"after nothing", true, false, NONE, "",
		"after nothing; offered TLS 1.2, name asked for: none."},
	    {"after a gap", true, true, NONE, "",
		"after something that the capture lacks; offered TLS 1.2, "
		"name asked for: none."},
	};
	for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
		struct rec_arena a;
		struct rec_handshake h;
		const struct tls_row r = {"", FROM(CLIENT, ALERT), 48, V12,
		    rows[i].chain, CC0, V12, NULL, NULL, 0};
		rec_arena_init(&a, NULL, NULL);
		fill_handshake(&h, &a, &r);
		h.sni = (struct rs_span){0};
		if (!rows[i].hello)
			h.client_versions = (struct rec_list){0};
		if (rows[i].gap)
			*(struct rs_span *)rec_list_add(&h.flaws, &a,
			    sizeof(struct rs_span)) = RS_LIT("gap");
		((struct rec_alert *)h.alerts.v)->after =
		    rs_span_str(rows[i].after);
		const struct diag_case k = {.handshake = &h};
		judge(&k);
		unit_row(rows[i].name);
		CU_ASSERT_PTR_NOT_NULL(strstr(detail, rows[i].says));
		rec_arena_clear(&a);
	}
}

/* Every rule about TLS fires in some row above, in test_slow, or in
   test_rules_chain. */
static void
test_all_fire(void)
{
	for (size_t i = 0; i < diag_n_rules; i++) {
		const char *code = diag_rules[i]->code;
		bool fires = strncmp(code, "tls.", 4) != 0 ||
			     strcmp(code, "tls.intercepted") == 0 ||
			     strcmp(code, SLOW) == 0;
		unit_row(code);
		for (size_t j = 0; j < sizeof tls_rows / sizeof *tls_rows; j++)
			fires |= strcmp(tls_rows[j].codes, code) == 0;
		CU_ASSERT(fires);
	}
}

UNIT_MAIN("rules_tls", UNIT(test_tls), UNIT(test_tls_warning),
    UNIT(test_clock_silent), UNIT(test_not_tls), UNIT(test_empty_certificate),
    UNIT(test_sealed_certificate), UNIT(test_slow), UNIT(test_offer),
    UNIT(test_hello_lost), UNIT(test_all_fire))
