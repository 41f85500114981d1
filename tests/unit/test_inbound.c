/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What a server asks a phone over UDP, and the binding of a phone that came
 * back from another port.  A row is what passes between 198.51.100.10:5060 and
 * 192.0.2.17:40001, as words "WHAT AT", AT in tenths of a second:
 *   o  OPTIONS to the phone       i  INVITE to it       a  ACK to it
 *   r  the phone's answer         R  its REGISTER       k  its keep-alive
 *   e  ICMP that quotes a request of the server         E  or a response of it
 * The phone registered from there at 1 s.
 */
#include "sip/msg.h"
#include "track/binding.h"

#include "unit.h"

#include <stdio.h>
#include <stdlib.h>

static const struct rs_hash_seed seed = {1, 2};
static const rs_time TENTH = 100 * RS_MSEC;

static struct rs_endpoint
endpoint(uint8_t a, uint8_t b, uint8_t c, uint8_t d, uint16_t port)
{
	const uint8_t v[] = {a, b, c, d};
	return (struct rs_endpoint){rs_addr_v4(v), port};
}

static void
pass_from(struct inbound_tracker *k, char what, int at, enum rs_carrier over,
    uint16_t port)
{
	const struct rs_flow_info flow = {
	    .end = {endpoint(192, 0, 2, 17, port),
		endpoint(198, 51, 100, 10, 5060)},
	    .carrier = over,
	};
	const struct sip_msg m = {
	    .request = what != 'r',
	    .method = what == 'i'   ? SIP_METHOD_INVITE
		      : what == 'a' ? SIP_METHOD_ACK
		      : what == 'R' ? SIP_METHOD_REGISTER
				    : SIP_METHOD_OPTIONS,
	};
	struct rs_event ev = {.type = RS_EV_SIP_MESSAGE, .flow = &flow};
	ev.dir = strchr("oiaeE", what) ? RS_S2C : RS_C2S;
	ev.at.first = ev.at.complete = at * TENTH;
	ev.at.from = ev.at.to = (struct rs_frame){0, (uint64_t)at};
	if (what == 'k') {
		ev.type = RS_EV_SIP_KEEPALIVE;
	} else if (what == 'e' || what == 'E') {
		ev.type = RS_EV_ICMP;
		ev.u.icmp.type = ev.u.icmp.code = 3;
		ev.u.icmp.quoted = what == 'e' ? RS_LIT("OPTIONS sip:")
					       : RS_LIT("SIP/2.0 200 OK");
	} else {
		ev.u.sip_message = &m;
	}
	inbound_tracker_event(k, &ev);
}

static void
pass(struct inbound_tracker *k, char what, int at, enum rs_carrier over)
{
	pass_from(k, what, at, over, 40001);
}

static void
pass_all(struct inbound_tracker *k, const char *words, enum rs_carrier over)
{
	char *end;
	for (; *words; words = end + (*end == ' '))
		pass(k, *words, (int)strtol(words + 1, &end, 10), over);
}

static const struct silence_row {
	const char *name, *words;
	int answered, since, again, icmp; /* frames; 0: none */
	bool invite;
} silences[] = {
    {"never asked", "R10", 0, 0, 0, 0, false},
    {"asked and answered", "o20 r21", 0, 0, 0, 0, false},
    {"asked", "o20", 0, 20, 0, 0, false},
    {"asked again", "o20 o40 o60", 0, 20, 40, 0, false},
    {"a SPAN shows it twice", "o20 o20", 0, 20, 0, 0, false},
    {"answered before", "o20 r21 o40 o60", 21, 40, 60, 0, false},
    {"a keep-alive in between", "o20 o40 k50", 0, 0, 0, 0, false},
    {"and asked after that", "o20 o40 k50 o60", 0, 60, 0, 0, false},
    {"a REGISTER is no answer", "o20 R30 o40", 0, 40, 0, 0, false},
    {"called", "i20 i25", 0, 20, 25, 0, true},
    {"called after a question", "o20 i25", 0, 20, 25, 0, true},
    {"ACK wants no answer", "a20", 0, 0, 0, 0, false},
    {"refused", "o20 e21", 0, 20, 0, 21, false},
    {"of errors the first", "o20 e21 o30 e31", 0, 20, 30, 21, false},
    {"a refused response is another matter", "o20 E21", 0, 20, 0, 0, false},
    {"an error alone", "e21", 0, 0, 0, 0, false},
};

static void
test_silence(void)
{
	struct rs_endpoint phone = endpoint(192, 0, 2, 17, 40001);
	struct rs_endpoint server = endpoint(198, 51, 100, 10, 5060);
	for (size_t i = 0; i < sizeof silences / sizeof *silences; i++) {
		const struct silence_row *r = &silences[i];
		struct rs_account pay;
		struct inbound_silence s;
		rs_account_init(&pay, 1 << 20);
		struct inbound_tracker *k = inbound_tracker_new(&seed, &pay);
		unit_row(r->name);
		pass_all(k, r->words, RS_OVER_UDP);
		bool found = inbound_tracker_find(k, &phone, &server, &s);
		CU_ASSERT_EQUAL(found, r->since != 0);
		if (found) {
			CU_ASSERT_EQUAL(s.since, r->since * TENTH);
			CU_ASSERT_EQUAL(s.frame.number, (uint64_t)r->since);
			CU_ASSERT_EQUAL(
			    s.again_frame.number, (uint64_t)r->again);
			CU_ASSERT_EQUAL(s.again == RS_NEVER, r->again == 0);
			CU_ASSERT_EQUAL(s.icmp_frame.number, (uint64_t)r->icmp);
			CU_ASSERT_EQUAL(
			    s.answered_frame.number, (uint64_t)r->answered);
			CU_ASSERT_EQUAL(s.invite, r->invite);
		}
		server.port = 5061;
		CU_ASSERT_FALSE(inbound_tracker_find(k, &phone, &server, &s));
		server.port = 5060;
		inbound_tracker_free(k);
		CU_ASSERT_EQUAL(pay.used, 0);
	}
}

/* TCP tells by itself whether anybody is there. */
static void
test_tcp(void)
{
	struct rs_endpoint phone = endpoint(192, 0, 2, 17, 40001);
	struct rs_endpoint server = endpoint(198, 51, 100, 10, 5060);
	struct rs_account pay;
	struct inbound_silence s;
	rs_account_init(&pay, 1 << 20);
	struct inbound_tracker *k = inbound_tracker_new(&seed, &pay);
	pass_all(k, "o20 o40", RS_OVER_TCP);
	CU_ASSERT_FALSE(inbound_tracker_find(k, &phone, &server, &s));
	inbound_tracker_free(k);
}

/* Who was asked the longest ago is forgotten first. */
static void
test_bound(void)
{
	struct rs_endpoint phone = endpoint(192, 0, 2, 17, 1);
	struct rs_endpoint server = endpoint(198, 51, 100, 10, 5060);
	struct rs_account pay;
	struct inbound_silence s;
	rs_account_init(&pay, 1 << 20);
	struct inbound_tracker *k = inbound_tracker_new(&seed, &pay);
	for (int port = 1; port <= 5000; port++)
		pass_from(k, 'o', port, RS_OVER_UDP, (uint16_t)port);
	CU_ASSERT_FALSE(inbound_tracker_find(k, &phone, &server, &s));
	phone.port = 5000;
	CU_ASSERT_TRUE(inbound_tracker_find(k, &phone, &server, &s));
	CU_ASSERT(pay.highest <= 1 << 20);
	inbound_tracker_free(k);
	CU_ASSERT_EQUAL(pay.used, 0);
	rs_account_init(&pay, 1);
	k = inbound_tracker_new(&seed, &pay);
	pass_from(k, 'o', 1, RS_OVER_UDP, 5000);
	CU_ASSERT_FALSE(inbound_tracker_find(k, &phone, &server, &s));
	inbound_tracker_free(k);
}

/* ---- bindings ---- */

struct seen {
	struct rec_unreached first;
	char icmp[8];
	int64_t total;
	enum rec_binding_state state;
};

static void
on_binding(void *arg, const struct rec_type *type, const void *rec)
{
	const struct rec_binding *b = rec;
	const struct rec_unreached *u = b->unreached.v;
	struct seen *s = arg;
	if (type != &rec_binding_type)
		return;
	s->total = b->unreached_total;
	s->state = b->state;
	if (b->unreached.n == 0)
		return;
	s->first = *u;
	snprintf(s->icmp, sizeof s->icmp, "%.*s", (int)u->icmp.n,
	    u->icmp.n ? (const char *)u->icmp.p : "");
}

static void
registers(struct binding_tracker *k, int at, const char *call, int cseq,
    uint16_t port, enum rec_transport transport)
{
	struct rec_registration r;
	struct rec_transaction t;
	struct rec_contact c;
	rec_init(&rec_registration_type, &r);
	rec_init(&rec_transaction_type, &t);
	rec_init(&rec_contact_type, &c);
	t.cseq = cseq;
	t.status = 200;
	t.request_time = t.response_time = at * TENTH;
	c.uri = RS_LIT("sip:alice@10.0.0.5");
	c.expires_requested = c.expires_granted = 600;
	r.id.frame.number = t.response_frame.number = (uint64_t)at;
	r.started = r.ended = at * TENTH;
	r.aor = RS_LIT("sip:alice@example.com");
	r.call_id = rs_span_str(call);
	r.client.at = endpoint(192, 0, 2, 17, port);
	r.server.at = endpoint(198, 51, 100, 10, 5060);
	r.transport = transport;
	r.outcome = REC_REGISTERED;
	r.contacts = (struct rec_list){&c, 1, 1};
	r.transactions = (struct rec_list){&t, 1, 1};
	binding_tracker_registration(k, &r);
}

static const struct binding_row {
	const char *name, *words, *call;
	int back;
	uint16_t port;
	enum rec_transport transport;
	bool lost;
} rows[] = {
    {"lost", "o20 r21 o40 o60", "c1", 100, 40002, REC_UDP, true},
    {"a call", "i40 i45", "c1", 100, 40002, REC_UDP, true},
    {"refused", "o40 e41", "c1", 100, 40002, REC_UDP, true},
    {"it never answers", "o20 o40 o60", "c1", 100, 40002, REC_UDP, false},
    {"it did answer", "o20 r21 o40 r41", "c1", 100, 40002, REC_UDP, false},
    {"asked once only", "o20 r21 o40", "c1", 100, 40002, REC_UDP, false},
    {"not for long", "o20 r21 o70 o75", "c1", 100, 40002, REC_UDP, false},
    {"the same port", "o20 r21 o40 o60", "c1", 100, 40001, REC_UDP, false},
    {"started anew", "o20 r21 o40 o60", "c2", 100, 40002, REC_UDP, false},
    {"now by TCP", "o20 r21 o40 o60", "c1", 100, 40002, REC_TCP, false},
    {"asked before it registered", "o5 r6 o7 o9", "c1", 100, 40002, REC_UDP,
	false},
    {"refused after it was back", "o20 o90 e110", "c1", 100, 40002, REC_UDP,
	false},
};

static void
test_bindings(void)
{
	for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
		const struct binding_row *r = &rows[i];
		struct rs_account pay;
		struct seen s = {.total = 0};
		const struct rec_sink out = {on_binding, &s};
		rs_account_init(&pay, 1 << 20);
		struct inbound_tracker *in = inbound_tracker_new(&seed, &pay);
		struct binding_tracker *k =
		    binding_tracker_new(&seed, &pay, &out);
		binding_tracker_listen(k, in);
		unit_row(r->name);
		registers(k, 10, "c1", 1, 40001, REC_UDP);
		pass_all(in, r->words, RS_OVER_UDP);
		registers(k, r->back, r->call, 2, r->port, r->transport);
		binding_tracker_finish(k, 20 * RS_SEC);
		CU_ASSERT_EQUAL(s.state, REC_HELD);
		CU_ASSERT_EQUAL(s.total, r->lost ? 1 : REC_ABSENT);
		if (r->lost) {
			CU_ASSERT_EQUAL(s.first.port, 40001);
			CU_ASSERT_EQUAL(s.first.back_port, r->port);
			CU_ASSERT_EQUAL(s.first.since, 40 * TENTH);
			CU_ASSERT_EQUAL(s.first.back, r->back * TENTH);
			CU_ASSERT_EQUAL(s.first.granted_frame.number, 10);
			CU_ASSERT_STRING_EQUAL(
			    s.icmp, s.first.icmp_frame.number ? "3/3" : "");
		}
		binding_tracker_free(k);
		inbound_tracker_free(in);
		CU_ASSERT_EQUAL(pay.used, 0);
	}
}

UNIT_MAIN("inbound", UNIT(test_silence), UNIT(test_tcp), UNIT(test_bound),
    UNIT(test_bindings))
