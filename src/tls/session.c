/* SPDX-License-Identifier: Apache-2.0 */
/*
 * TLS of one flow: from records to what they mean.
 *
 * What is encrypted is known from the outside (RFC 5246 7.1, RFC 8446 5.1 and
 * D.4): up to TLS 1.2 all of a side after its ChangeCipherSpec; in TLS 1.3 the
 * application_data records, while a ChangeCipherSpec changes nothing.  Which of
 * the two it is, ServerHello tells.  A client that offers early data sends its
 * ChangeCipherSpec before that, and of some flows one direction only was
 * captured: there the record itself is looked at.
 *
 * After a gap nobody knows whether a message, or a ChangeCipherSpec, fell into
 * it: a record is then read only if it is made of whole messages from its
 * first byte on, and else told as unreadable, which accuses nobody.
 */
#include "tls/session.h"

#include "base/buf.h"
#include "base/cursor.h"
#include "tls/certmsg.h"
#include "tls/fingerprint.h"
#include "tls/decrypt.h"
#include "tls/hello.h"
#include "tls/tls.h"

enum {
	MESSAGE_HEADER = 4,        /* type and three bytes of length */
	OPAQUE_RECORDS = 16,       /* of each side, since the last handshake */
	OPAQUE_BYTES = 64 * 1024,  /* or so much in all, both sides talking */
	OPAQUE_ONE_SIDE = 1 << 20, /* where only one side was captured */
	FOLLOWED = 64, /* as many and as much, where lengths are of interest */
};

struct side {
	struct rs_buf pending; /* a message that waits for its rest */
	struct rs_stamp pending_at;
	size_t skip;      /* left of a message that is too long */
	bool ccs;         /* ChangeCipherSpec was sent */
	bool clear;       /* a message was read */
	bool lost;        /* bytes are missing: not in step */
	uint64_t records; /* of any kind */
	uint64_t secret;  /* of them data under keys, since the handshake */
};

struct tls_session {
	struct rs_pool *pool;
	struct tls_fingerprinter *prints; /* NULL: none are made */
	struct side side[2];
	uint16_t version; /* chosen by the server; 0: not seen */
	bool before13;    /* a message went in clear that 1.3 encrypts */
	uint64_t secret_bytes;
	bool followed;
	/* Data of the client's after the server's, and the server's after
	   that: in TLS 1.3 the client's Finished, and more than a refusal
	   of it. */
	bool asked, answered;
	struct tls_decrypt *decrypt; /* NULL: without keys */
	void *dissector;             /* with it: the state of the records' */
	bool bodies;                 /* as it was told */
	enum tls_seal seal;          /* of the record that is being heard */
	size_t sealed;               /* its size as it was sent */
};

struct tls_session *
tls_session_new(struct rs_account *pay, struct rs_pool *pool)
{
	struct tls_session *s = rs_pool_zeroed(pool, sizeof *s);
	s->pool = pool;
	for (size_t i = 0; i < 2; i++) {
		struct rs_buf *b = &s->side[i].pending;
		rs_buf_init(b, TLS_SESSION_MAX_MESSAGE, pay);
		b->pool = pool;
	}
	return s;
}

void
tls_session_free(struct tls_session *s)
{
	if (s == NULL)
		return;
	rs_buf_clear(&s->side[0].pending);
	rs_buf_clear(&s->side[1].pending);
	tls_decrypt_free(s->decrypt);
	rs_pool_give(s->pool, s, sizeof *s);
}

void
tls_session_fingerprint(struct tls_session *s, struct tls_fingerprinter *f)
{
	s->prints = f;
}

void
tls_session_decrypt(struct tls_session *s, struct tls_keys *keys,
    struct rs_account *pay, void *dissector)
{
	s->decrypt = tls_decrypt_new(keys, pay, s->pool);
	s->dissector = dissector;
	if (s->decrypt == NULL)
		s->seal = TLS_SEAL_NO_ROOM;
}

void
tls_session_stop(struct tls_session *s)
{
	if (s->decrypt)
		tls_decrypt_stop(s->decrypt);
}

/* RFC 8446, and its drafts, which had numbers of their own. */
static bool
is_13(uint16_t version)
{
	return version == TLS_13 || version >> 8 == 0x7f;
}

static void
secret(struct tls_session *s, enum rs_dir dir, size_t bytes)
{
	s->side[dir].secret++;
	s->secret_bytes += bytes;
	if (dir == RS_C2S)
		s->asked |= s->side[RS_S2C].secret > 0;
	else
		s->answered |= s->asked;
}

/* A handshake is going on, perhaps under the keys of the one before. */
static void
handshaking(struct tls_session *s)
{
	s->side[RS_C2S].secret = s->side[RS_S2C].secret = 0;
	s->secret_bytes = 0;
	s->asked = s->answered = false;
}

static void
anomaly(const struct rs_event *ev, enum rs_anomaly kind, uint64_t bytes,
    const struct rs_sink *out)
{
	struct rs_event a = {
	    .type = RS_EV_ANOMALY,
	    .dir = ev->dir,
	    .at = ev->at,
	    .u.anomaly = {.kind = kind, .bytes = bytes},
	};
	rs_emit(out, &a);
}

static void
handshake(const struct tls_session *s, const struct rs_event *ev,
    const struct tls_handshake_msg *m, const struct rs_sink *out)
{
	struct rs_event h = {
	    .type = RS_EV_TLS_HANDSHAKE,
	    .dir = ev->dir,
	    .at = ev->at,
	    .u.tls_handshake = *m,
	};
	h.u.tls_handshake.seal = s->seal;
	rs_emit(out, &h);
}

static void
handshake_encrypted(
    struct tls_session *s, const struct rs_event *ev, const struct rs_sink *out)
{
	size_t size = ev->u.tls_record.size;
	handshaking(s);
	handshake(s, ev,
	    &(struct tls_handshake_msg){.encrypted = true, .size = size}, out);
}

static void
handshake_unreadable(const struct tls_session *s, const struct rs_event *ev,
    const struct rs_sink *out)
{
	handshake(s, ev,
	    &(struct tls_handshake_msg){
		.type = TLS_HS_UNREADABLE, .size = ev->u.tls_record.size},
	    out);
}

/* Types of RFC 8446 B.3 and RFC 5246 A.4, and later registrations, by who
   sends them in clear. */
static bool
type_known(uint8_t type, enum rs_dir dir)
{
	switch (type) {
	case TLS_HS_CLIENT_HELLO:
	case TLS_HS_CLIENT_KEY_EXCHANGE:
	case TLS_HS_CERTIFICATE_VERIFY:
	case TLS_HS_END_OF_EARLY_DATA:
	case 21: /* certificate_url, RFC 6066 5 */
	case 67: /* next_protocol */
		return dir == RS_C2S;
	case TLS_HS_HELLO_REQUEST:
	case TLS_HS_SERVER_HELLO:
	case TLS_HS_NEW_SESSION_TICKET:
	case 6: /* HelloRetryRequest of early drafts of TLS 1.3 */
	case TLS_HS_ENCRYPTED_EXTENSIONS:
	case TLS_HS_SERVER_KEY_EXCHANGE:
	case TLS_HS_CERTIFICATE_REQUEST:
	case TLS_HS_SERVER_HELLO_DONE:
	case TLS_HS_CERTIFICATE_STATUS:
		return dir == RS_S2C;
	case TLS_HS_CERTIFICATE:
	case TLS_HS_FINISHED:
	case 23: /* supplemental_data, RFC 4680 */
	case TLS_HS_KEY_UPDATE:
	case 25: /* compressed_certificate, RFC 8879 */
		return true;
	default:
		return false;
	}
}

/*
 * A flow picked up in the middle may have its sides the wrong way round: a
 * hello tells for certain, so it is taken from either.
 */
static bool
type_possible(uint8_t type, enum rs_dir dir)
{
	return type_known(type, dir) || type_known(type, rs_dir_other(dir));
}

/* The record begins with a hello: type, length, and a version of 3.x. */
static bool
looks_like_hello(struct rs_span body)
{
	struct rs_cur c = rs_cur_init(body);
	uint8_t type = rs_cur_u8(&c);
	uint32_t size = rs_cur_u24(&c);
	uint8_t major = rs_cur_u8(&c);
	return !c.shrt && major == 3 &&
	       (type == TLS_HS_CLIENT_HELLO || type == TLS_HS_SERVER_HELLO) &&
	       size + MESSAGE_HEADER >= body.n && size <= 0xffff;
}

/* The record is made of messages from its first byte on; the last may go on
   in the next one. */
static bool
looks_clear(struct rs_span body, enum rs_dir dir)
{
	struct rs_cur c = rs_cur_init(body);
	if (body.n < MESSAGE_HEADER)
		return false;
	while (rs_cur_left(&c)) {
		bool part = rs_cur_left(&c) < MESSAGE_HEADER;
		uint8_t type = rs_cur_u8(&c);
		if (part)
			return type_possible(type, dir);
		uint32_t size = rs_cur_u24(&c);
		/* the explicit nonce of AES-GCM begins with zeros: no
		   HelloRequest unless it is alone (RFC 5246 7.4.1.1) */
		if (!type_possible(type, dir) ||
		    size > TLS_SESSION_MAX_MESSAGE ||
		    (type == TLS_HS_HELLO_REQUEST &&
			(size || body.n != MESSAGE_HEADER)))
			return false;
		if (size > rs_cur_left(&c))
			return true;
		rs_cur_skip(&c, size);
	}
	return true;
}

/* Whether what this side sends is encrypted; body is of a handshake record, or
   empty. */
static bool
is_encrypted(
    const struct tls_session *s, const struct side *side, struct rs_span body)
{
	if (!side->ccs)
		return false;
	if (s->version || s->before13)
		return !is_13(s->version);
	return !looks_like_hello(body);
}

static void
learn(struct tls_session *s, const struct tls_handshake_msg *m)
{
	switch (m->type) {
	case TLS_HS_SERVER_HELLO:
	case TLS_HS_HELLO_RETRY_REQUEST:
		if (m->u.server_hello)
			s->version = m->u.server_hello->version;
		break;
	case TLS_HS_CERTIFICATE:
	case TLS_HS_SERVER_KEY_EXCHANGE:
	case TLS_HS_SERVER_HELLO_DONE:
	case TLS_HS_CLIENT_KEY_EXCHANGE:
	case TLS_HS_CERTIFICATE_STATUS:
		s->before13 = true;
		break;
	default:
		break;
	}
}

/* One whole message, header and all. */
static void
message(struct tls_session *s, const struct rs_event *ev, struct rs_span whole,
    const struct rs_sink *out)
{
	union {
		struct tls_client_hello client_hello;
		struct tls_server_hello server_hello;
		struct tls_certificate_list certificates;
		struct tls_certificate_request request;
	} u;
	struct tls_handshake_msg m = {.type = whole.p[0],
	    .size = whole.n,
	    .body = rs_span_from(whole, MESSAGE_HEADER)};
	bool good = true;

	switch (m.type) {
	case TLS_HS_CLIENT_HELLO:
		good = tls_client_hello_parse(&u.client_hello, m.body);
		if (good)
			m.u.client_hello = &u.client_hello;
		if (good && s->prints)
			tls_fingerprint_client(s->prints, &u.client_hello, 't');
		break;
	case TLS_HS_SERVER_HELLO:
		good = tls_server_hello_parse(&u.server_hello, m.body);
		if (good)
			m.u.server_hello = &u.server_hello;
		if (good && s->prints)
			tls_fingerprint_server(s->prints, &u.server_hello);
		if (good && u.server_hello.retry)
			m.type = TLS_HS_HELLO_RETRY_REQUEST;
		break;
	case TLS_HS_CERTIFICATE:
		good = tls_certificate_list_parse(
		    &u.certificates, m.body, is_13(s->version));
		if (good)
			m.u.certificates = &u.certificates;
		break;
	case TLS_HS_CERTIFICATE_REQUEST:
		good = tls_certificate_request_parse(
		    &u.request, m.body, s->version ? s->version : TLS_12);
		if (good)
			m.u.certificate_request = &u.request;
		break;
	default:
		break;
	}
	if (!good)
		anomaly(ev, RS_ANOMALY_TLS_BAD_HANDSHAKE, whole.n, out);
	learn(s, &m);
	s->side[ev->dir].clear = true;
	handshake(s, ev, &m, out);
	if (s->decrypt)
		tls_decrypt_message(s->decrypt, ev->dir, &m, whole);
}

/* A message that is not kept: only told, by its header. */
static void
message_too_long(struct tls_session *s, const struct rs_event *ev,
    struct rs_span head, size_t whole, size_t here, const struct rs_sink *out)
{
	struct side *side = &s->side[ev->dir];
	side->skip = whole - here;
	side->clear = true;
	anomaly(ev, RS_ANOMALY_TLS_TOO_LONG, whole, out);
	handshake(s, ev,
	    &(struct tls_handshake_msg){.type = head.p[0], .size = whole}, out);
}

static size_t
message_size(struct rs_span s)
{
	struct rs_cur c = rs_cur_init(rs_span_from(s, 1));
	return MESSAGE_HEADER + (size_t)rs_cur_u24(&c);
}

/* Adds to the message that waits what it lacks of s, and returns what is then
   left of s. */
static struct rs_span
pending_feed(struct tls_session *s, const struct rs_event *ev,
    struct rs_span in, const struct rs_sink *out)
{
	struct side *side = &s->side[ev->dir];
	struct rs_buf *b = &side->pending;
	size_t want = MESSAGE_HEADER;
	if (b->n == 0)
		side->pending_at = ev->at;
	if (ev->at.complete > side->pending_at.complete) {
		side->pending_at.complete = ev->at.complete;
		side->pending_at.to = ev->at.to;
	}
	if (b->n < want) {
		struct rs_span part = rs_span_part(in, 0, want - b->n);
		if (!rs_buf_add(b, part))
			goto refused;
		in = rs_span_from(in, part.n);
		if (b->n < want)
			return in;
	}
	want = message_size(rs_buf_view(b));
	size_t lacks = want - b->n;
	if (want > TLS_SESSION_MAX_MESSAGE) {
		size_t here = in.n < lacks ? in.n : lacks;
		message_too_long(s, ev, rs_buf_view(b), want, b->n + here, out);
		rs_buf_clear(b);
		return rs_span_from(in, here);
	}
	struct rs_span part = rs_span_part(in, 0, lacks);
	if (!rs_buf_add(b, part))
		goto refused;
	if (b->n == want) {
		struct rs_event whole = *ev;
		whole.at = side->pending_at;
		message(s, &whole, rs_buf_view(b), out);
		rs_buf_clear(b);
	}
	return rs_span_from(in, part.n);

refused: /* no memory: as if the bytes had not been captured */
	rs_buf_clear(b);
	side->lost = true;
	handshake_unreadable(s, ev, out);
	return (struct rs_span){0};
}

/* A handshake record in clear: messages, or parts of them. */
static void
handshake_clear(
    struct tls_session *s, const struct rs_event *ev, const struct rs_sink *out)
{
	struct side *side = &s->side[ev->dir];
	struct rs_span in = ev->u.tls_record.body;
	if (side->skip) {
		size_t n = side->skip < in.n ? side->skip : in.n;
		side->skip -= n;
		in = rs_span_from(in, n);
	}
	if (side->pending.n)
		in = pending_feed(s, ev, in, out);
	while (in.n >= MESSAGE_HEADER) {
		size_t whole = message_size(in);
		if (!type_possible(in.p[0], ev->dir)) {
			anomaly(ev, RS_ANOMALY_TLS_BAD_HANDSHAKE, in.n, out);
			handshake_unreadable(s, ev, out);
			return; /* a message may begin with the next record */
		}
		if (whole > in.n)
			break;
		message(s, ev, rs_span_part(in, 0, whole), out);
		in = rs_span_from(in, whole);
	}
	if (in.n)
		(void)pending_feed(s, ev, in, out);
}

static void
handshake_record(
    struct tls_session *s, const struct rs_event *ev, const struct rs_sink *out)
{
	struct side *side = &s->side[ev->dir];
	struct rs_span body = ev->u.tls_record.body;
	if (side->pending.n == 0 && is_encrypted(s, side, body)) {
		handshake_encrypted(s, ev, out);
		return;
	}
	/* fewer bytes than a header: too few for anything encrypted */
	if (side->pending.n || side->skip || (side->clear && !side->lost) ||
	    (body.n < MESSAGE_HEADER && !side->lost)) {
		handshake_clear(s, ev, out);
		return;
	}
	if (looks_clear(body, ev->dir)) {
		side->lost = false;
		handshake_clear(s, ev, out);
	} else if (side->lost) {
		handshake_unreadable(s, ev, out);
	} else if (!s->side[0].clear && !s->side[1].clear) {
		/* Picked up in the middle: RFC 5246 7.4.1.2, 7.4.9. */
		handshake_encrypted(s, ev, out);
	} else {
		anomaly(ev, RS_ANOMALY_TLS_BAD_HANDSHAKE, body.n, out);
		handshake_unreadable(s, ev, out);
	}
}

static void
alert(const struct tls_session *s, const struct rs_event *ev,
    const struct tls_alert *a, const struct rs_sink *out)
{
	struct rs_event e = {
	    .type = RS_EV_TLS_ALERT,
	    .dir = ev->dir,
	    .at = ev->at,
	    .u.tls_alert = *a,
	};
	e.u.tls_alert.seal = s->seal;
	rs_emit(out, &e);
}

/*
 * An alert in clear is two bytes, with any protection it is longer: that tells
 * more surely than any state (RFC 5246 7.2, RFC 8446 6).  Several in a record
 * are legal up to TLS 1.2, in clear only before keys.
 */
static void
alert_record(
    struct tls_session *s, const struct rs_event *ev, const struct rs_sink *out)
{
	struct side *side = &s->side[ev->dir];
	struct rs_span body = ev->u.tls_record.body;
	bool clear = body.n >= 2 && body.n % 2 == 0 &&
		     (body.n == 2 || s->seal == TLS_SEAL_OPENED ||
			 !is_encrypted(s, side, body));
	for (size_t i = 0; clear && i < body.n; i += 2)
		clear = body.p[i] == 1 || body.p[i] == 2;
	if (!clear && body.n <= 2) {
		anomaly(ev, RS_ANOMALY_TLS_BAD_RECORD, body.n, out);
		return;
	}
	if (!clear) {
		alert(s, ev, &(struct tls_alert){.encrypted = true}, out);
		return;
	}
	for (size_t i = 0; i < body.n; i += 2)
		alert(s, ev,
		    &(struct tls_alert){
			.level = body.p[i], .number = body.p[i + 1]},
		    out);
}

static void
ccs_record(
    struct tls_session *s, const struct rs_event *ev, const struct rs_sink *out)
{
	struct side *side = &s->side[ev->dir];
	/* RFC 8446 5.1, RFC 5246 7.1: not in the middle of a message. */
	if (side->pending.n) {
		anomaly(ev, RS_ANOMALY_TLS_BAD_HANDSHAKE, side->pending.n, out);
		rs_buf_clear(&side->pending);
	}
	side->skip = 0;
	side->ccs = true;
	handshaking(s);
	struct rs_event e = {
	    .type = RS_EV_TLS_CCS, .dir = ev->dir, .at = ev->at};
	rs_emit(out, &e);
	if (s->decrypt)
		tls_decrypt_ccs(s->decrypt, ev->dir);
}

/* Application data, heartbeats: in TLS 1.3 anything may be inside, and
   without keys only its size is known. */
static void
data_record(
    struct tls_session *s, const struct rs_event *ev, const struct rs_sink *out)
{
	const struct tls_record *r = &ev->u.tls_record;
	bool opened = s->seal == TLS_SEAL_OPENED;
	size_t size = opened ? s->sealed : r->size;
	secret(s, ev->dir, size);
	struct rs_event e = {
	    .type = RS_EV_TLS_DATA,
	    .dir = ev->dir,
	    .at = ev->at,
	    .u.tls_data = {.size = size, .type = r->type, .seal = s->seal},
	};
	if (opened && r->type == TLS_APPLICATION_DATA)
		e.u.tls_data.plain = r->body;
	rs_emit(out, &e);
}

/* What was under keys, now in clear. */
static void
opened_record(
    struct tls_session *s, const struct rs_event *ev, const struct rs_sink *out)
{
	struct side *side = &s->side[ev->dir];
	switch (ev->u.tls_record.type) {
	case TLS_HANDSHAKE:
		side->lost = false;
		if (ev->u.tls_record.body.n)
			handshake_clear(s, ev, out);
		break;
	case TLS_ALERT:
		alert_record(s, ev, out);
		break;
	case TLS_CHANGE_CIPHER_SPEC:
		ccs_record(s, ev, out);
		break;
	default:
		data_record(s, ev, out);
		break;
	}
}

/* True where it could be opened, and was heard. */
static bool
open_record(
    struct tls_session *s, const struct rs_event *ev, const struct rs_sink *out)
{
	struct tls_plain plain;
	const struct tls_record *r = &ev->u.tls_record;
	s->seal = tls_decrypt_record(s->decrypt, ev->dir, r, &plain);
	if (s->seal != TLS_SEAL_OPENED)
		return false;
	struct rs_event inner = *ev;
	inner.u.tls_record.type = plain.type;
	inner.u.tls_record.size = plain.bytes.n;
	inner.u.tls_record.body = plain.bytes;
	s->sealed = r->size;
	opened_record(s, &inner, out);
	return true;
}

/* Application data is told whole while it may be opened. */
static void
ask_for_bodies(struct tls_session *s)
{
	bool want = tls_decrypt_wants(s->decrypt);
	if (want != s->bodies)
		tls_want_bodies(s->dissector, want);
	s->bodies = want;
}

/* As it was sent. */
static void
record(
    struct tls_session *s, const struct rs_event *ev, const struct rs_sink *out)
{
	switch (ev->u.tls_record.type) {
	case TLS_HANDSHAKE:
		handshake_record(s, ev, out);
		break;
	case TLS_ALERT:
		alert_record(s, ev, out);
		break;
	case TLS_CHANGE_CIPHER_SPEC:
		ccs_record(s, ev, out);
		break;
	default:
		data_record(s, ev, out);
		break;
	}
}

void
tls_session_event(
    struct tls_session *s, const struct rs_event *ev, const struct rs_sink *out)
{
	if (ev->type != RS_EV_TLS_RECORD) {
		rs_emit(out, ev); /* ANOMALY: passed on */
		return;
	}
	s->side[ev->dir].records++;
	if (s->decrypt == NULL || !open_record(s, ev, out))
		record(s, ev, out);
	if (s->decrypt)
		ask_for_bodies(s);
}

void
tls_session_follow(struct tls_session *s)
{
	s->followed = true;
}

void
tls_session_gap(struct tls_session *s, enum rs_dir dir)
{
	struct side *side = &s->side[dir];
	rs_buf_clear(&side->pending);
	side->skip = 0;
	side->lost = true;
	if (s->decrypt)
		tls_decrypt_gap(s->decrypt, dir);
}

bool
tls_session_opaque(const struct tls_session *s)
{
	const struct side *a = &s->side[RS_C2S], *b = &s->side[RS_S2C];
	if (s->decrypt && tls_decrypt_wants(s->decrypt))
		return false;
	if (a->records == 0 || b->records == 0)
		return s->secret_bytes > OPAQUE_ONE_SIDE;
	if (!s->answered)
		return false;
	uint64_t times = s->followed ? FOLLOWED : 1;
	return (a->secret >= OPAQUE_RECORDS * times &&
		   b->secret >= OPAQUE_RECORDS * times) ||
	       s->secret_bytes > OPAQUE_BYTES * times;
}
