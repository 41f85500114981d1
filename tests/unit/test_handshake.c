/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The handshake tracker, fed with scripts (shake_kit.h).
 */
#include "shake_kit.h"
#include "tls/hello.h"
#include "unit.h"

#include <glib.h>
#include <stdio.h>

enum { LIMIT = SHAKE_LIMIT };

struct row {
	const char *name, *script;
	enum rec_handshake_state state;
	enum rec_side by;
	enum rec_handshake_reason reason;
};

#define NOBODY REC_SIDE_NONE, REC_REASON_NONE

static const struct row rows[] = {
    /* TLS 1.2 and before */
    {"full", FULL12 "end", REC_COMPLETED, NOBODY},
    {"full, capture ends", FULL12 "cap", REC_COMPLETED, NOBODY},
    {"full, reset later", FULL12 ">d90 <d90 >RST end", REC_COMPLETED, NOBODY},
    {"resumed", ">ch <sh12 <ccs <fin >ccs >fin end", REC_COMPLETED, NOBODY},
    {"warning first",
	">ch <a1/112 <sh12 <cert <done >cke >ccs >fin <ccs <fin "
	">FIN end",
	REC_COMPLETED, NOBODY},
    {"no Finished of the server", ">ch <sh12 <cert <done >cke >ccs >fin cap",
	REC_HANDSHAKE_CUT_OFF, NOBODY},
    {"server refuses hello", ">ch <a2/40 <FIN >FIN end", REC_FAILED, REC_SERVER,
	REC_REASON_ALERT},
    {"client refuses chain", ">ch <sh12 <cert <ske <done >a2/46 >FIN end",
	REC_FAILED, REC_CLIENT, REC_REASON_ALERT},
    {"server refuses client's chain",
	">ch <sh12 <cert <creq <done >cert0 >cke >ccs >fin <a2/40 <FIN end",
	REC_FAILED, REC_SERVER, REC_REASON_ALERT},
    {"alert after the other's reset", ">ch <sh12 <cert <done <RST >a2/48 end",
	REC_FAILED, REC_CLIENT, REC_REASON_ALERT},
    {"warning, then closed", ">ch <a1/112 <FIN end", REC_FAILED, REC_SERVER,
	REC_REASON_CLOSED},
    {"encrypted alert at its end",
	">ch <sh12 <cert <done >cke >ccs >fin <ccs <fin >ea >FIN end",
	REC_COMPLETED, NOBODY},
    {"encrypted alert instead", ">ch <sh12 <ccs <fin >ccs >ea >FIN end",
	REC_FAILED, REC_CLIENT, REC_REASON_ALERT},
    {"close_notify is no refusal, the close is", ">ch <a1/0 <FIN end",
	REC_FAILED, REC_SERVER, REC_REASON_CLOSED},
    {"an error as a warning, and it closes",
	">ch <sh12 <cert <done >a1/48 >FIN end", REC_FAILED, REC_CLIENT,
	REC_REASON_ALERT},
    {"an error as a warning, and its peer closes", ">ch <a1/40 >FIN end",
	REC_FAILED, REC_SERVER, REC_REASON_ALERT},
    {"an error as a warning, and a goodbye", ">ch <a1/70 <a1/0 <FIN end",
	REC_FAILED, REC_SERVER, REC_REASON_ALERT},
    {"a warning, and a wait", ">ch <sh12 <cert <done >a1/42 +15000 <FIN end",
	REC_FAILED, REC_CLIENT, REC_REASON_ALERT},
    {"a warning that was passed over",
	">ch <sh12 <cert <creq <done >a1/41 >cke >ccs >fin <FIN end",
	REC_FAILED, REC_SERVER, REC_REASON_CLOSED},
    {"a warning that answers a close", ">ch <FIN >a1/48 >FIN end", REC_FAILED,
	REC_SERVER, REC_REASON_CLOSED},
    {"user_canceled", ">ch <sh12 <cert <done >a1/90 >FIN end", REC_FAILED,
	REC_CLIENT, REC_REASON_CLOSED},
    /* closes */
    {"server resets", ">ch <RST end", REC_FAILED, REC_SERVER, REC_REASON_RESET},
    {"server closes", ">ch <FIN end", REC_FAILED, REC_SERVER,
	REC_REASON_CLOSED},
    {"client leaves at once", ">ch >FIN end", REC_FAILED, REC_CLIENT,
	REC_REASON_CLOSED},
    {"client leaves after chain", ">ch <sh12 <cert <done >FIN end", REC_FAILED,
	REC_CLIENT, REC_REASON_CLOSED},
    {"client loses patience", ">ch +8000 >FIN end", REC_ABANDONED, REC_SERVER,
	REC_REASON_SILENCE},
    {"client resets out of patience", ">ch +8000 >RST end", REC_ABANDONED,
	REC_SERVER, REC_REASON_SILENCE},
    {"server loses patience", ">ch <sh12 <cert <done +15000 <FIN end",
	REC_ABANDONED, REC_CLIENT, REC_REASON_SILENCE},
    {"late refusal", ">ch +8000 <FIN end", REC_FAILED, REC_SERVER,
	REC_REASON_CLOSED},
    {"new connection on the same ports", ">ch +3000 reused", REC_ABANDONED,
	REC_SERVER, REC_REASON_SILENCE},
    {"an alert that answers a close", ">ch <FIN >a2/50 >FIN end", REC_FAILED,
	REC_SERVER, REC_REASON_CLOSED},
    {"an alert that answers a late close", ">ch +9000 <FIN >a2/50 end",
	REC_FAILED, REC_SERVER, REC_REASON_CLOSED},
    {"an alert of that kind before any close", ">ch <sh12 >a2/50 <FIN end",
	REC_FAILED, REC_CLIENT, REC_REASON_ALERT},
    /* silence */
    {"32 s", ">ch +33000 cap", REC_ABANDONED, REC_SERVER, REC_REASON_SILENCE},
    {"31 s", ">ch +31000 cap", REC_HANDSHAKE_CUT_OFF, NOBODY},
    {"client silent", ">ch <sh12 <cert <done +33000 idle", REC_ABANDONED,
	REC_CLIENT, REC_REASON_SILENCE},
    {"one way", "oneway >ch +60000 cap", REC_HANDSHAKE_CUT_OFF, NOBODY},
    {"one way, closed", "oneway >ch >cke >ccs >fin >d90 >FIN end",
	REC_HANDSHAKE_CUT_OFF, NOBODY},
    {"loss in the wait", ">ch drop +60000 cap", REC_HANDSHAKE_CUT_OFF, NOBODY},
    {"loss until it began", "drop >ch +60000 cap", REC_ABANDONED, REC_SERVER,
	REC_REASON_SILENCE},
    {"two minutes", ">ch +121000 <sh12", REC_ABANDONED, REC_SERVER,
	REC_REASON_SILENCE},
    /* holes */
    {"gap of the server", ">ch <gap >cke >ccs >fin >FIN end",
	REC_HANDSHAKE_CUT_OFF, NOBODY},
    {"gap, then silence", ">ch <gap +60000 cap", REC_HANDSHAKE_CUT_OFF, NOBODY},
    {"gap, then alert", ">ch <gap >a2/48 >FIN end", REC_FAILED, REC_CLIENT,
	REC_REASON_ALERT},
    {"gaps, then alert", ">gap <gap >a2/48 >FIN end", REC_FAILED, REC_CLIENT,
	REC_REASON_ALERT},
    {"gap, then data of both", ">ch <sh12 <gap >cke >ccs >fin >d90 <d90 end",
	REC_COMPLETED, NOBODY},
    {"gap, then data of one", ">ch <sh12 <gap >cke >ccs >fin >d90 end",
	REC_HANDSHAKE_CUT_OFF, NOBODY},
    {"gap after the end", FULL12 "<gap >FIN end", REC_COMPLETED, NOBODY},
    {"unreadable", ">ch <lost <FIN end", REC_HANDSHAKE_CUT_OFF, NOBODY},
    {"ServerHello only", "<sh12 <cert <done <FIN end", REC_HANDSHAKE_CUT_OFF,
	NOBODY},
    {"SSLv2", ">sslv2 <sslv2 <FIN end", REC_HANDSHAKE_CUT_OFF, NOBODY},
    {"SSLv2 hello, then TLS",
	">sslv2 <sh12 <cert <done >cke >ccs >fin <ccs <fin end", REC_COMPLETED,
	NOBODY},
    {"SSLv2 hello refused", ">sslv2 <a2/70 <FIN end", REC_FAILED, REC_SERVER,
	REC_REASON_ALERT},
    /* not TLS, not well */
    {"server speaks something else", ">ch <junk <FIN end", REC_FAILED,
	REC_SERVER, REC_REASON_NOT_TLS},
    {"client speaks something else", ">clear <a2/10 <FIN end", REC_FAILED,
	REC_CLIENT, REC_REASON_NOT_TLS},
    {"client in clear", ">clear <FIN end", REC_FAILED, REC_CLIENT,
	REC_REASON_NOT_TLS},
    {"junk after a gap", ">ch <gap <junk <FIN end", REC_HANDSHAKE_CUT_OFF,
	NOBODY},
    {"malformed", ">ch <bad >FIN end", REC_FAILED, REC_SERVER,
	REC_REASON_MALFORMED},
    {"malformed, capture ends", ">ch <bad cap", REC_HANDSHAKE_CUT_OFF, NOBODY},
    {"malformed to us, not to the client",
	">ch <sh12 <cert <done >cke >ccs >fin <bad >d90 >d90 >ea >FIN end",
	REC_HANDSHAKE_CUT_OFF, NOBODY},
    /* TLS 1.3 */
    {"1.3", FLIGHT13 ">ccs >d53 >d700 <d234 <d400 end", REC_COMPLETED, NOBODY},
    {"1.3, tickets", FLIGHT13 ">d53 <d234 >FIN end", REC_COMPLETED, NOBODY},
    {"1.3, no reply, time", FLIGHT13 ">d53 >d700 +6000 cap", REC_COMPLETED,
	NOBODY},
    {"1.3, capture ends", FLIGHT13 ">d53 >d700 cap", REC_HANDSHAKE_CUT_OFF,
	NOBODY},
    {"1.3, client is done", FLIGHT13 ">d53 >d19 >FIN <d19 <FIN end",
	REC_COMPLETED, NOBODY},
    {"1.3, client in one record", FLIGHT13 ">d61 <d234 end", REC_COMPLETED,
	NOBODY},
    {"1.3, mutual", FLIGHT13 ">d900 >d280 >d53 <d234 >d700 <d400 end",
	REC_COMPLETED, NOBODY},
    {"1.3, resumed", ">ch <sh13psk <d30 <d53 >d53 >d700 <d400 end",
	REC_COMPLETED, NOBODY},
    {"1.3, retry", ">ch <hrr >ch2 <sh13 <d900 <d53 >d53 <d234 end",
	REC_COMPLETED, NOBODY},
    {"1.3, 0-RTT", ">ch0rtt >d700 <sh13psk <d30 <d53 >d700 >d21 >d53 <d234 end",
	REC_COMPLETED, NOBODY},
    {"1.3, 0-RTT, no Finished",
	">ch0rtt >d700 <sh13psk <d30 <d53 >d700 <d234 >d90 cap",
	REC_HANDSHAKE_CUT_OFF, NOBODY},
    {"1.3, clear refusal", FLIGHT13 ">a2/48 >FIN end", REC_FAILED, REC_CLIENT,
	REC_REASON_ALERT},
    {"1.3, level does not matter", FLIGHT13 ">a1/48 >FIN end", REC_FAILED,
	REC_CLIENT, REC_REASON_ALERT},
    {"1.3, sealed refusal", FLIGHT13 ">ccs >d19 >FIN end", REC_FAILED,
	REC_CLIENT, REC_REASON_ALERT},
    {"1.3, sealed refusal, reset", FLIGHT13 ">d19 >RST end", REC_FAILED,
	REC_CLIENT, REC_REASON_ALERT},
    {"1.3, certificate_required", FLIGHT13 ">d25 >d53 >d700 <d19 <FIN end",
	REC_FAILED, REC_SERVER, REC_REASON_ALERT},
    {"1.3, certificate_required, client resets",
	FLIGHT13 ">d25 >d53 >d700 <d19 >RST end", REC_FAILED, REC_SERVER,
	REC_REASON_ALERT},
    {"1.3, idle server says goodbye", FLIGHT13 ">d53 +20000 <d19 <FIN end",
	REC_COMPLETED, NOBODY},
    {"1.3, reset after Finished", FLIGHT13 ">d53 >d700 <RST end", REC_FAILED,
	REC_SERVER, REC_REASON_RESET},
    {"1.3, answers unheard",
	"bytes1300 " FLIGHT13 ">d900 >d280 >d53 >d700 bytes2000 <FIN end",
	REC_COMPLETED, NOBODY},
    {"1.3, at most an alert unheard",
	"bytes1300 " FLIGHT13 ">d900 >d280 >d53 >d700 bytes1324 <FIN end",
	REC_FAILED, REC_SERVER, REC_REASON_CLOSED},
    {"1.3, answer, then goodbye", FLIGHT13 ">d53 >d700 <d400 <d19 <FIN end",
	REC_COMPLETED, NOBODY},
    {"1.3, client silent", FLIGHT13 "+33000 cap", REC_ABANDONED, REC_CLIENT,
	REC_REASON_SILENCE},
    {"1.3, flight not whole", ">ch <sh13 <d30 +33000 cap", REC_ABANDONED,
	REC_SIDE_NONE, REC_REASON_SILENCE},
    {"1.3, gap, then answers", ">ch <sh13 <gap <d53 >d53 >d700 <d400 end",
	REC_COMPLETED, NOBODY},
    {"1.3, gap, short record", ">ch <sh13 <d900 <d53 >gap >d19 >FIN end",
	REC_HANDSHAKE_CUT_OFF, NOBODY},
};

static void
test_states(void)
{
	for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
		const struct row *r = &rows[i];
		struct play p;
		unit_row(r->name);
		play_start(&p, LIMIT);
		play_flow(&p, 1, true);
		play_script(&p, r->script);
		handshake_tracker_finish(p.k, p.now);
		CU_ASSERT_EQUAL(p.seen.n, 1);
		bool right = p.seen.state[0] == r->state &&
			     p.seen.by[0] == r->by &&
			     p.seen.reason[0] == r->reason;
		CU_ASSERT(right);
		if (!right)
			fprintf(stderr, "# %s: %s by %d reason %d\n", r->name,
			    rec_handshake_state_name(p.seen.state[0]),
			    (int)p.seen.by[0], (int)p.seen.reason[0]);
		play_end(&p);
	}
}

static void
test_fields_12(void)
{
	struct play p;
	play_start(&p, LIMIT);
	play_flow(&p, 1, true);
	play_script(&p, ">ch <sh12 <cert <ske <creq <done >cert >cke >ccs >fin "
			"<ccs <fin end");
	const struct rec_handshake *h = &p.seen.last;
	CU_ASSERT_STRING_EQUAL(p.seen.history, "CsxkrnXGIi");
	CU_ASSERT_STRING_EQUAL(p.seen.version, "TLS 1.2");
	CU_ASSERT_STRING_EQUAL(p.seen.group, "x25519");
	CU_ASSERT_STRING_EQUAL(p.seen.sni, "sbc.example.net");
	CU_ASSERT_STRING_EQUAL(p.seen.client_last, "finished");
	CU_ASSERT_EQUAL(h->id.frame.number, 4);
	CU_ASSERT_EQUAL(h->connection.frame.number, 1);
	CU_ASSERT_EQUAL(h->tcp_rtt, 15 * RS_MSEC);
	CU_ASSERT_EQUAL(h->hello, 10 * RS_MSEC);
	CU_ASSERT_EQUAL(h->handshake, 110 * RS_MSEC);
	CU_ASSERT_EQUAL(h->client_certificate, REC_CC_SENT);
	CU_ASSERT_EQUAL(h->resumed, RS_FALSE);
	CU_ASSERT_EQUAL(h->hello_retry, RS_FALSE);
	CU_ASSERT_EQUAL(h->related, RS_TRUE);
	CU_ASSERT_EQUAL(h->visibility, REC_OPAQUE);
	CU_ASSERT_EQUAL(p.seen.n_certificates, 2);
	CU_ASSERT_EQUAL(p.seen.n_steps, 12);
	CU_ASSERT_EQUAL(p.seen.n_frames, 12);
	play_end(&p);
}

static void
test_client_certificate(void)
{
	static const struct {
		const char *name, *script;
		enum rec_client_certificate is;
		enum rs_fact resumed;
	} cc[] = {
	    {"not asked", FULL12 "end", REC_CC_NOT_REQUESTED, RS_FALSE},
	    {"asked, empty", ">ch <sh12 <cert <creq <done >cert0 >FIN end",
		REC_CC_NONE_SENT, RS_FALSE},
	    {"asked, left", ">ch <sh12 <cert <creq <done >FIN end",
		REC_CC_NOT_SEEN, RS_FALSE},
	    {"asked in the hole", ">ch <sh12 <gap <done >cke end",
		REC_CC_NOT_SEEN, RS_FALSE},
	    {"1.3", FLIGHT13 ">d25 >d53 <d234 end", REC_CC_NOT_SEEN, RS_FALSE},
	    {"resumed", ">ch <sh12 <ccs <fin >ccs >fin end", REC_CC_NOT_SEEN,
		RS_TRUE},
	    {"resumed 1.3", ">ch <sh13psk <d30 <d53 >d53 <d234 end",
		REC_CC_NOT_SEEN, RS_TRUE},
	    {"refused", ">ch <a2/40 end", REC_CC_NOT_SEEN, RS_UNKNOWN},
	};
	for (size_t i = 0; i < sizeof cc / sizeof *cc; i++) {
		struct play p;
		unit_row(cc[i].name);
		play_start(&p, LIMIT);
		play_flow(&p, 1, true);
		play_script(&p, cc[i].script);
		CU_ASSERT_EQUAL(p.seen.last.client_certificate, cc[i].is);
		CU_ASSERT_EQUAL(p.seen.last.resumed, cc[i].resumed);
		play_end(&p);
	}
}

/* A server that goes on without the certificate it asked for, and then closes
   at once without an answer, is no ordinary end. */
static void
test_dismissed(void)
{
#define EMPTY12 ">ch <sh12 <cert <creq <done >cert0 >cke >ccs >fin <ccs <fin "
	static const struct {
		const char *name, *script;
		bool is;
	} ends[] = {
	    {"after a request", EMPTY12 ">d90 <ea <FIN >FIN end", true},
	    {"the client closes first then",
		EMPTY12 ">d90 <ea >ea >FIN <RST end", true},
	    {"a warning, then the answer", EMPTY12 ">d90 <ea <d90 <FIN end",
		false},
	    {"a warning, and no end", EMPTY12 ">d90 <ea cap", false},
	    {"before a request", EMPTY12 "<RST end", true},
	    {"answered", EMPTY12 ">d90 <d90 <FIN end", false},
	    {"answered, not captured", EMPTY12 ">d90 <gap <FIN end", false},
	    {"later", EMPTY12 ">d90 +1500 <FIN end", false},
	    {"the client goes", EMPTY12 ">d90 >FIN <FIN end", false},
	    {"the client says that it goes", EMPTY12 ">d90 >ea <FIN end",
		false},
	    {"no end", EMPTY12 ">d90 +90000 cap", false},
	    {"not asked for", FULL12 ">d90 <FIN end", false},
	    {"sent",
		">ch <sh12 <cert <creq <done >cert >cke >ccs >fin <ccs <fin "
		">d90 <FIN end",
		false},
	};
	for (size_t i = 0; i < sizeof ends / sizeof *ends; i++) {
		struct play p;
		unit_row(ends[i].name);
		play_start(&p, LIMIT);
		play_flow(&p, 1, true);
		play_script(&p, ends[i].script);
		handshake_tracker_finish(p.k, p.now);
		CU_ASSERT_EQUAL(p.seen.state[0], REC_COMPLETED);
		CU_ASSERT_STRING_EQUAL(
		    p.seen.flaw, ends[i].is ? "closed_unanswered" : "");
		play_end(&p);
	}
}

static void
test_alerts(void)
{
	struct play p;
	play_start(&p, LIMIT);
	play_flow(&p, 1, true);
	play_script(&p, ">ch <sh12 <cert <done >a2/48 >FIN end");
	CU_ASSERT_EQUAL(p.seen.n_alerts, 1);
	CU_ASSERT_EQUAL(p.seen.alert.number, 48);
	CU_ASSERT_EQUAL(p.seen.alert.from, REC_CLIENT);
	CU_ASSERT_EQUAL(p.seen.alert.frame.number, 8);
	CU_ASSERT_EQUAL(p.seen.alert.encrypted, RS_FALSE);
	CU_ASSERT_STRING_EQUAL(p.seen.history, "CsxnL");
	CU_ASSERT_EQUAL(p.seen.visibility[0], REC_CLEAR);
	play_end(&p);
	play_start(&p, LIMIT);
	play_flow(&p, 1, true);
	play_script(&p, FLIGHT13 ">d19 >FIN end");
	CU_ASSERT_EQUAL(p.seen.n_alerts, 1);
	CU_ASSERT_EQUAL(p.seen.alert.encrypted, RS_TRUE);
	CU_ASSERT_EQUAL(p.seen.alert.number, REC_ABSENT);
	CU_ASSERT_EQUAL(p.seen.alert.frame.number, 11);
	play_end(&p);
}

/* What each side said last when it was decided; what the frames and steps of
   its end are; what was said instead of TLS. */
static void
test_ends(void)
{
	static const struct {
		const char *name, *script, *client, *server, *first;
		enum rec_visibility visibility;
		unsigned frames;
	} ends[] = {
	    {"closed, answered by an alert", ">ch <FIN >a2/50 >FIN end",
		"client_hello", "", "", REC_CLEAR, 4},
	    {"refused, answered by an alert", ">ch <a2/40 >a1/0 >FIN end",
		"client_hello", "alert", "", REC_CLEAR, 4},
	    {"a refusal after a close", ">ch <sh12 <cert <done <RST >a2/48 end",
		"alert", "server_hello_done", "", REC_CLEAR, 6},
	    {"1.3, sealed refusal", FLIGHT13 ">d19 >FIN end", "alert",
		"encrypted_record", "", REC_CLEAR, 9},
	    {"1.3, reset after its own FIN", FLIGHT13 ">d19 >FIN >RST end",
		"alert", "encrypted_record", "", REC_CLEAR, 10},
	    {"1.3, refused client", FLIGHT13 ">d25 >d53 <d19 <FIN end",
		"encrypted_record", "alert", "", REC_CLEAR, 11},
	    {"1.3, undecided", FLIGHT13 ">d53 >d700 cap", "encrypted_record",
		"encrypted_record", "", REC_OPAQUE, 9},
	    {"HTTP", ">ch <junk >a2/70 >FIN end", "client_hello", "",
		"HTTP/1.1 400 Bad", REC_CLEAR, 4},
	    {"SIP", ">clear <a2/10 <FIN end", "", "", "REGISTER sip:a",
		REC_CLEAR, 3},
	};
	for (size_t i = 0; i < sizeof ends / sizeof *ends; i++) {
		struct play p;
		unit_row(ends[i].name);
		play_start(&p, LIMIT);
		play_flow(&p, 1, true);
		play_script(&p, ends[i].script);
		handshake_tracker_finish(p.k, p.now);
		CU_ASSERT_STRING_EQUAL(p.seen.client_last, ends[i].client);
		CU_ASSERT_STRING_EQUAL(p.seen.server_last, ends[i].server);
		CU_ASSERT_STRING_EQUAL(p.seen.first_bytes, ends[i].first);
		CU_ASSERT_EQUAL(p.seen.visibility[0], ends[i].visibility);
		CU_ASSERT_EQUAL(p.seen.n_frames, ends[i].frames);
		play_end(&p);
	}
}

/* TLS 1.3: the size of an empty Certificate, where one would be. */
static void
test_empty_certificate(void)
{
	static const struct {
		const char *name, *script;
		bool empty, sent;
	} certs[] = {
	    {"before Finished", FLIGHT13 ">d25 >d53 <d19 <FIN end", true,
		false},
	    {"a real one", FLIGHT13 ">d900 >d280 >d53 <d19 <FIN end", false,
		true},
	    {"a small one", FLIGHT13 ">d256 >d96 >d53 <d19 <FIN end", false,
		true},
	    {"too short for one", FLIGHT13 ">d255 >d53 <d19 <FIN end", false,
		false},
	    {"after Finished", FLIGHT13 ">d53 >d25 <d19 <FIN end", false,
		false},
	    {"a request after Finished", FLIGHT13 ">d53 >d700 <d19 <FIN end",
		false, false},
	    {"after early data",
		">ch0rtt >d700 <sh13psk <d30 <d53 >d700 >d21 >d53 <d19 end",
		false, false},
	    {"after a gap", ">ch <sh13 <d900 <d53 >gap >d25 >d53 <d19 end",
		false, false},
	    {"a real one after a gap",
		">ch <sh13 <d900 <d53 >gap >d900 >d53 <d19 end", false, false},
	};
	for (size_t i = 0; i < sizeof certs / sizeof *certs; i++) {
		struct play p;
		unit_row(certs[i].name);
		play_start(&p, LIMIT);
		play_flow(&p, 1, true);
		play_script(&p, certs[i].script);
		handshake_tracker_finish(p.k, p.now);
		CU_ASSERT_EQUAL(p.seen.empty_certificate, certs[i].empty);
		CU_ASSERT_EQUAL(p.seen.sealed_certificate, certs[i].sent);
		CU_ASSERT_EQUAL(
		    p.seen.last.client_certificate, REC_CC_NOT_SEEN);
		play_end(&p);
	}
}

static void
test_midstream(void)
{
	struct play p;
	play_start(&p, LIMIT);
	play_flow(&p, 1, false);
	play_script(&p, ">d90");
	CU_ASSERT_EQUAL(p.seen.n, 1); /* at once, and once */
	play_script(&p, "<d90 >d90 end");
	CU_ASSERT_EQUAL(p.seen.n, 1);
	CU_ASSERT_EQUAL(p.seen.state[0], REC_MIDSTREAM);
	CU_ASSERT_EQUAL(p.seen.visibility[0], REC_MIDSTREAM_VISIBILITY);
	play_end(&p);
	/* The sides of a flow picked up late may be swapped: who sends the
	   ClientHello is the client. */
	play_start(&p, LIMIT);
	play_flow(&p, 1, false);
	play_script(&p, "<ch >sh12 >cert >done <a2/48 <FIN end");
	CU_ASSERT_EQUAL(p.seen.by[0], REC_CLIENT);
	CU_ASSERT_EQUAL(p.seen.last.client.at.port, 8934);
	play_end(&p);
}

/* The SYN alone is missing: what comes back is no middle of a record, if its
   first byte was captured. */
static void
test_no_syn(void)
{
	for (uint32_t syns = 0; syns <= 1; syns++) {
		struct play p;
		play_start(&p, LIMIT);
		play_flow(&p, 1, false);
		p.conn.half[RS_S2C].syns = syns;
		play_script(&p, ">ch <junk <FIN end");
		CU_ASSERT_EQUAL(p.seen.state[0],
		    syns ? REC_FAILED : REC_HANDSHAKE_CUT_OFF);
		CU_ASSERT_EQUAL(p.seen.reason[0],
		    syns ? REC_REASON_NOT_TLS : REC_REASON_NONE);
		play_end(&p);
	}
}

static void
test_closes_early(void)
{
	struct play p;
	play_start(&p, LIMIT);
	play_flow(&p, 1, true);
	play_script(&p, FULL12 ">d90");
	CU_ASSERT_EQUAL(p.seen.n, 0);
	play_script(&p, "<d90");
	CU_ASSERT_EQUAL(p.seen.n, 1);
	play_script(&p, ">d90 <d90 <ea >FIN end");
	CU_ASSERT_EQUAL(p.seen.n, 1);
	/* Quiet for long: closed without its connection's end. */
	play_flow(&p, 2, true);
	play_script(&p, FULL12 "+31000");
	CU_ASSERT_EQUAL(p.seen.n, 1);
	play_script(&p, "+2000");
	CU_ASSERT_EQUAL(p.seen.n, 2);
	play_end(&p);
}

static void
test_renegotiation(void)
{
	struct play p;
	play_start(&p, LIMIT);
	play_flow(&p, 1, true);
	play_script(&p, FULL12 ">ch <a2/40 <FIN end");
	CU_ASSERT_EQUAL(p.seen.n, 2);
	CU_ASSERT_EQUAL(p.seen.state[0], REC_COMPLETED);
	CU_ASSERT_EQUAL(p.seen.state[1], REC_FAILED);
	play_end(&p);
}

/* Under keys: seen by its records and ChangeCipherSpecs only. */
static void
test_renegotiation_encrypted(void)
{
	static const struct {
		const char *name, *script;
		unsigned n;
		enum rec_handshake_state second;
	} re[] = {
	    {"whole", FULL12 ">fin <fin >fin >ccs >fin <ccs <fin end", 2,
		REC_COMPLETED},
	    {"after data", FULL12 ">d90 <d90 >fin <fin >ccs >fin <ccs <fin end",
		2, REC_COMPLETED},
	    {"not whole", FULL12 ">fin <fin >FIN <FIN end", 2,
		REC_HANDSHAKE_CUT_OFF},
	    {"HelloRequest alone", FULL12 "<fin >d90 <d90 end", 1, 0},
	    {"TLS 1.3 has none", FLIGHT13 ">d53 <d234 >fin end", 1, 0},
	};
	for (size_t i = 0; i < sizeof re / sizeof *re; i++) {
		struct play p;
		unit_row(re[i].name);
		play_start(&p, LIMIT);
		play_flow(&p, 1, true);
		play_script(&p, re[i].script);
		CU_ASSERT_EQUAL(p.seen.n, re[i].n);
		CU_ASSERT_EQUAL(p.seen.state[0], REC_COMPLETED);
		if (re[i].n == 2) {
			CU_ASSERT_EQUAL(p.seen.state[1], re[i].second);
			CU_ASSERT_EQUAL(p.seen.visibility[1], REC_OPAQUE);
		}
		play_end(&p);
	}
}

static void
test_counts(void)
{
	struct play p;
	struct handshake_counts c;
	struct rec_arena a;
	play_start(&p, LIMIT);
	play_flow(&p, 1, true);
	play_script(&p, ">ch <hrr >ch2 <sh13 <a2/40 end");
	rec_arena_init(&a, NULL, NULL);
	handshake_tracker_counts(p.k, &c, &a);
	int64_t hellos = 0, retries = 0, alerts = 0;
	const struct rec_count *m = c.messages.v;
	for (uint32_t i = 0; i < c.messages.n; i++) {
		if (rs_span_eq(m[i].name, RS_LIT("client_hello")))
			hellos = m[i].n;
		if (rs_span_eq(m[i].name, RS_LIT("hello_retry_request")))
			retries = m[i].n;
		if (rs_span_eq(m[i].name, RS_LIT("alert")))
			alerts = m[i].n;
	}
	CU_ASSERT_EQUAL(hellos, 2);
	CU_ASSERT_EQUAL(retries, 1);
	CU_ASSERT_EQUAL(alerts, 1);
	CU_ASSERT_EQUAL(c.connections.n, 1);
	CU_ASSERT_EQUAL(p.seen.last.hello_retry, RS_TRUE);
	rec_arena_clear(&a);
	play_end(&p);
}

/* A small budget evicts, says so, and never grows past it by much. */
static void
test_memory(void)
{
	struct play p;
	struct handshake_counts c;
	struct rec_arena a;
	enum { MANY = 2000, SMALL = 256 * 1024 };
	play_start(&p, SMALL);
	for (unsigned i = 0; i < MANY; i++) {
		play_flow(&p, i, true);
		play_script(&p, ">ch");
	}
	CU_ASSERT(p.pay.highest < SMALL + 16 * 1024);
	rec_arena_init(&a, NULL, NULL);
	handshake_tracker_counts(p.k, &c, &a);
	CU_ASSERT(c.evicted > 0);
	handshake_tracker_finish(p.k, p.now);
	CU_ASSERT(p.seen.n <= MANY && p.seen.n > 50);
	rec_arena_clear(&a);
	play_end(&p);
}

static void
take_ciphers(void *arg, const struct rec_type *type, const void *rec)
{
	const struct rec_handshake *h = rec;
	const struct rs_span *v = h->client_ciphers.v;
	(void)type;
	g_string_truncate(arg, 0);
	for (uint32_t i = 0; i < h->client_ciphers.n; i++)
		g_string_append_printf(
		    arg, "%.*s ", (int)v[i].n, (const char *)v[i].p);
}

/* Each handshake has the names that its client offered, whoever offered them
   before, and however many lists there were. */
static void
test_offers(void)
{
	struct play p;
	GString *names = g_string_new(NULL);
	play_start(&p, LIMIT);
	p.sink = (struct rec_sink){take_ciphers, names};
	for (unsigned i = 0; i < 60; i++) {
		uint8_t n = (uint8_t)(i / 2 % 20);
		const uint8_t list[] = {0x0a, 0x0a, 0x13, 0x01, 0xff, n};
		const struct tls_client_hello hello = {
		    .legacy_version = TLS_12, .ciphers = {list, sizeof list}};
		struct rs_event ev = {.type = RS_EV_TLS_HANDSHAKE,
		    .flow = &p.flow,
		    .at = rs_stamp_at(p.now, (struct rs_frame){0, i + 1}),
		    .u.tls_handshake = {
			.type = TLS_HS_CLIENT_HELLO, .u.client_hello = &hello}};
		char expected[64];
		snprintf(expected, sizeof expected,
		    "TLS_AES_128_GCM_SHA256 0xff%02x ", n);
		play_flow(&p, i, true);
		handshake_tracker_event(p.k, &ev);
		play_script(&p, "end");
		CU_ASSERT_STRING_EQUAL(names->str, expected);
	}
	play_end(&p);
	g_string_free(names, TRUE);
}

/* Lists of one handshake are bounded. */
static void
test_bounds(void)
{
	struct play p;
	play_start(&p, LIMIT);
	play_flow(&p, 1, true);
	play_script(&p, ">ch");
	for (int i = 0; i < 500; i++)
		play_script(&p, "<a1/112 >bad");
	play_script(&p, "<FIN end");
	CU_ASSERT(p.seen.n_steps <= 64);
	CU_ASSERT(p.seen.n_frames <= 128);
	CU_ASSERT(p.seen.n_alerts <= 16);
	CU_ASSERT(strlen(p.seen.history) <= 15);
	play_end(&p);
}

UNIT_MAIN("handshake", UNIT(test_states), UNIT(test_fields_12),
    UNIT(test_client_certificate), UNIT(test_dismissed), UNIT(test_alerts),
    UNIT(test_ends), UNIT(test_empty_certificate), UNIT(test_midstream), UNIT(test_no_syn),
    UNIT(test_closes_early), UNIT(test_renegotiation),
    UNIT(test_renegotiation_encrypted), UNIT(test_counts), UNIT(test_memory),
    UNIT(test_offers), UNIT(test_bounds))
