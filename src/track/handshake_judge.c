/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What became of a handshake: completed, failed, abandoned, cut off, midstream
 * (regscan-report(5), handshakes).
 *
 * The order of the checks is the order of what proves most: a finished
 * handshake, a refusal in clear, bytes that are no TLS; then holes in the
 * capture, which leave the rest unknown; then what TLS 1.3 shows of itself by
 * sizes; then closes; silence last.
 *
 * TLS 1.3 without keys (RFC 8446 4.4.4, 5.2): a Finished is a record of 4 bytes
 * of header, a hash, a type byte and the tag; an alert is 2 bytes, a type byte
 * and the tag, and nothing else a handshake sends is that short.  A server that
 * refuses the client's certificate does so after the client has finished, so
 * that the client's Finished alone proves nothing: a record of the server's
 * that is no alert, or time, does.
 */
#include "track/handshake_state.h"

enum { CERTIFICATE_LEAST = 256 }; /* bytes, of a small one with EC keys */
enum { RECORD_HEADER = 5, CCM_8 = 0x1305, AES_256_GCM_SHA384 = 0x1302 };

/* A side that waits this long and closes has given up; sooner, it just left. */
static const rs_time patience = 1 * RS_SEC;
/* A refusal of the client's certificate comes within this time. */
static const rs_time refusal_window = 5 * RS_SEC;
/* Nothing more is expected after it: as 64*T1, RFC 3261 17.1.2.2. */
static const rs_time silence = 32 * RS_SEC;

static size_t
tag_size(const struct shake *s)
{
	return s->cipher == CCM_8 ? 8 : 16;
}

static size_t
alert_size(const struct shake *s)
{
	return 2 + 1 + tag_size(s);
}

static size_t
finished_size(const struct shake *s)
{
	size_t hash = s->cipher == AES_256_GCM_SHA384 ? 48 : 32;
	return 4 + hash + 1 + tag_size(s);
}

/* RFC 8446 4.4.2: header, no context, no certificates. */
static size_t
empty_certificate_size(const struct shake *s)
{
	return 4 + 1 + 3 + 1 + tag_size(s);
}

/* RFC 8446 2: before its Finished a client that sent no early data has nothing
   to send but Certificate and CertificateVerify. */
const char *
handshake_judge_sealed_name(
    const struct shake *s, enum rec_side from, size_t size)
{
	bool certificate = s->version >= TLS_13 && from == REC_CLIENT &&
			   !s->finished && !s->early_data &&
			   s->side[SHAKE_SERVER].sealed &&
			   !s->side[SHAKE_CLIENT].gap;
	if (certificate && size == empty_certificate_size(s))
		return "encrypted_empty_certificate";
	return certificate && size >= CERTIFICATE_LEAST
		   ? "encrypted_certificate"
		   : "encrypted_record";
}

bool
handshake_judge_fatal(const struct shake *s, const struct tls_alert *a)
{
	if (a->encrypted)
		return false;
	/* RFC 8446 6: the level can safely be ignored; but for these two every
	   alert of TLS 1.3 is an error. */
	if (s->version >= TLS_13)
		return a->number != TLS_ALERT_CLOSE_NOTIFY &&
		       a->number != TLS_ALERT_USER_CANCELED;
	return a->level == TLS_ALERT_FATAL &&
	       a->number != TLS_ALERT_CLOSE_NOTIFY;
}

static void
completed(struct shake *s, rs_time at)
{
	if (s->complete)
		return;
	s->complete = true;
	s->complete_at = at;
	if (at != RS_NEVER && s->hello_at != RS_NEVER && at >= s->hello_at)
		s->rec.handshake = at - s->hello_at;
}

void
handshake_judge_finished(struct shake *s, rs_time at)
{
	if (s->side[SHAKE_CLIENT].finished && s->side[SHAKE_SERVER].finished)
		completed(s, at);
}

static void
client_sealed(struct shake *s, size_t size, const struct rs_stamp *at)
{
	struct shake_side *c = &s->side[SHAKE_CLIENT];
	const struct shake_side *v = &s->side[SHAKE_SERVER];
	if (s->finished) {
		bool together = !s->finished_exact && v->after == 0 &&
				at->complete - s->finished_at < 100 * RS_MSEC;
		if (together && size == finished_size(s)) {
			s->finished_exact = true;
			s->finished_at = at->complete;
			return;
		}
		c->after++;
		s->client_bye = size == alert_size(s);
		return;
	}
	if (v->sealed == 0 && !v->gap)
		return; /* early data, or what cannot be yet */
	if (size == finished_size(s) ||
	    (size > finished_size(s) && !s->early_data)) {
		s->finished = true;
		s->finished_exact = size == finished_size(s);
		s->finished_bytes = s->server_bytes;
		s->finished_at = at->complete;
	} else if (size == alert_size(s) && c->alert_at == RS_NEVER) {
		c->alert_at = at->complete;
		c->alert_frame = at->to;
	}
}

static void
server_sealed(struct shake *s, size_t size, const struct rs_stamp *at)
{
	struct shake_side *v = &s->side[SHAKE_SERVER];
	if (!s->finished)
		return;
	if (size != alert_size(s)) {
		completed(s, s->finished_at);
	} else if (v->after == 0) {
		v->alert_at = at->complete;
		v->alert_frame = at->to;
	}
	v->after++;
}

void
handshake_judge_sealed(
    struct shake *s, enum rec_side from, size_t size, const struct rs_stamp *at)
{
	struct shake_side *side = shake_at(s, from);
	if (s->version < TLS_13)
		return;
	side->last_size = size ? size : alert_size(s);
	if (from == REC_CLIENT)
		client_sealed(s, side->last_size, at);
	else
		server_sealed(s, side->last_size, at);
	side->sealed++;
}

void
handshake_judge_opened(struct shake *s, enum rec_side from, uint8_t type,
    const struct rs_stamp *at)
{
	struct shake_side *side = shake_at(s, from);
	if (s->version < TLS_13)
		return;
	side->sealed++;
	side->last_size = type == TLS_HS_FINISHED ? finished_size(s) : 0;
	if (!s->finished && from == REC_CLIENT && type == TLS_HS_FINISHED) {
		s->finished = s->finished_exact = true;
		s->finished_bytes = s->server_bytes;
		s->finished_at = at->complete;
	} else if (s->finished) {
		side->after++;
		if (from == REC_CLIENT)
			s->client_bye = false;
		else
			completed(s, s->finished_at);
	}
}

void
handshake_judge_goodbye(struct shake *s, enum rec_side from)
{
	if (s->version < TLS_13 || !s->finished)
		return;
	shake_at(s, from)->after++;
	if (from == REC_CLIENT)
		s->client_bye = true;
	else
		completed(s, s->finished_at);
}

bool
handshake_judge_dismissed(struct shake *s, enum rec_side by, rs_time at)
{
	const struct shake_side *c = &s->side[SHAKE_CLIENT];
	const struct shake_side *v = &s->side[SHAKE_SERVER];
	s->dismissed |=
	    s->complete && s->version < TLS_13 && by == REC_SERVER &&
	    s->rec.client_certificate == REC_CC_NONE_SENT &&
	    s->closed_by == REC_SIDE_NONE && !c->sealed_bye && v->data == 0 &&
	    !v->gap && at - s->last_at <= patience &&
	    at - s->complete_at <= refusal_window;
	return s->dismissed;
}

bool
handshake_judge_settled(const struct shake *s)
{
	const struct shake_side *c = &s->side[SHAKE_CLIENT];
	const struct shake_side *v = &s->side[SHAKE_SERVER];
	if (!s->client_hello && !s->server_hello)
		return !s->from_start && (c->data || v->data);
	if (s->complete)
		return s->version >= TLS_13 ? c->after && v->after
					    : c->data && v->data;
	return false;
}

/* ---- at the end ---- */

static void
say(struct shake *s, enum rec_handshake_state state, enum rec_side by,
    enum rec_handshake_reason reason, rs_time at)
{
	s->rec.state = state;
	s->rec.failed_by = by;
	s->rec.reason = reason;
	s->rec.ended = at == RS_NEVER ? s->last_at : at;
}

/* Who owes the next message; none where that cannot be told. */
static enum rec_side
owed_by(const struct shake *s)
{
	const struct shake_side *c = &s->side[SHAKE_CLIENT];
	const struct shake_side *v = &s->side[SHAKE_SERVER];
	if (!s->server_hello)
		return s->retry && s->hellos < 2 ? REC_CLIENT : REC_SERVER;
	if (s->version >= TLS_13) {
		if (s->finished)
			return REC_SIDE_NONE;
		if (v->sealed == 0)
			return REC_SERVER;
		return v->last_size == finished_size(s) ? REC_CLIENT
							: REC_SIDE_NONE;
	}
	if (s->hello_done)
		return c->finished ? REC_SERVER : REC_CLIENT;
	/* Resumption: the server finishes first (RFC 5246 7.3). */
	return v->finished ? REC_CLIENT : REC_SERVER;
}

/* Whose silence it is: the server did speak where its client lacks some of it
   and has the rest. */
static enum rec_side
silent(const struct shake *s, enum rec_side owed)
{
	return owed == REC_SERVER && s->lacks ? REC_NETWORK : owed;
}

static enum rec_handshake_reason
close_reason(const struct shake *s)
{
	return s->closed_how == RS_END_RST ? REC_REASON_RESET
					   : REC_REASON_CLOSED;
}

static void
infer_alert(struct shake *s, enum rec_side from)
{
	const struct shake_side *side = shake_at(s, from);
	const struct tls_alert a = {.encrypted = true, .inferred = true};
	for (uint32_t i = 0; i < s->rec.alerts.n; i++) {
		const struct rec_alert *have =
		    (struct rec_alert *)s->rec.alerts.v + i;
		if (have->from == from &&
		    rs_frame_eq(have->frame, side->alert_frame))
			return;
	}
	handshake_record_alert(s, from, &a, side->alert_at, side->alert_frame);
	*(from == REC_CLIENT ? &s->rec.last_message_client
			     : &s->rec.last_message_server) = RS_LIT("alert");
}

/* The client has finished and the server has said nothing but, at most, one
   alert-sized record: did it refuse? */
static bool
judge_finished_13(struct shake *s, const struct shake_end *end)
{
	const struct shake_side *v = &s->side[SHAKE_SERVER];
	rs_time left = s->closed_by == REC_CLIENT ? s->closed_at : RS_NEVER;
	bool client_left = s->client_bye || left != RS_NEVER;
	/* More than an alert came, unheard: the server did not refuse. */
	if (v->after == 0 && s->server_bytes > s->finished_bytes +
						   RECORD_HEADER +
						   alert_size(s)) {
		completed(s, s->finished_at);
		say(s, REC_COMPLETED, REC_SIDE_NONE, REC_REASON_NONE,
		    s->complete_at);
		return true;
	}
	if (v->after && s->closed_by != REC_SIDE_NONE && !s->client_bye &&
	    (left == RS_NEVER || left >= v->alert_at) &&
	    v->alert_at - s->finished_at <= refusal_window) {
		infer_alert(s, REC_SERVER);
		say(s, REC_FAILED, REC_SERVER, REC_REASON_ALERT, v->alert_at);
		return true;
	}
	if (v->after == 0 && s->closed_by == REC_SERVER && !s->client_bye &&
	    s->closed_at - s->finished_at <= refusal_window) {
		say(s, REC_FAILED, REC_SERVER, close_reason(s), s->closed_at);
		return true;
	}
	if (client_left || s->closed_by == REC_SERVER ||
	    (end->covered && end->now - s->finished_at >= refusal_window)) {
		completed(s, s->finished_at);
		say(s, REC_COMPLETED, REC_SIDE_NONE, REC_REASON_NONE,
		    s->complete_at);
		return true;
	}
	say(s, REC_HANDSHAKE_CUT_OFF, REC_SIDE_NONE, REC_REASON_NONE, RS_NEVER);
	return true;
}

static bool
judge_13(struct shake *s, const struct shake_end *end)
{
	const struct shake_side *c = &s->side[SHAKE_CLIENT];
	if (s->finished)
		return judge_finished_13(s, end);
	/* GnuTLS refuses under keys: one alert where its Finished was due. */
	if (c->alert_at != RS_NEVER && c->last_size == alert_size(s) &&
	    !s->early_data) {
		infer_alert(s, REC_CLIENT);
		say(s, REC_FAILED, REC_CLIENT, REC_REASON_ALERT, c->alert_at);
		return true;
	}
	return false;
}

/*
 * The alert that a connection was closed upon, though its level is a warning:
 * an error, of a side that has said nothing since; NULL: none.  RFC 8446 6 lets
 * levels be ignored, which holds for whoever offers it before its version is
 * known; and a receiver may take any warning for the end (RFC 5246 7.2.2).
 */
static const struct rec_alert *
closing_alert(const struct shake *s)
{
	const struct rec_alert *v = s->rec.alerts.v, *found = NULL;
	for (uint32_t i = 0; i < s->rec.alerts.n; i++) {
		struct rs_span last = v[i].from == REC_CLIENT
					  ? s->rec.last_message_client
					  : s->rec.last_message_server;
		bool answers =
		    s->closed_by != v[i].from && v[i].at > s->closed_at;
		if (v[i].encrypted == RS_FALSE && !answers &&
		    v[i].level == TLS_ALERT_WARNING &&
		    v[i].number != TLS_ALERT_CLOSE_NOTIFY &&
		    v[i].number != TLS_ALERT_USER_CANCELED &&
		    v[i].number != TLS_ALERT_NO_RENEGOTIATION &&
		    v[i].number != TLS_ALERT_UNRECOGNIZED_NAME &&
		    rs_span_eq(last, RS_LIT("alert")))
			found = &v[i];
	}
	return found;
}

static bool
judge_close(struct shake *s, const struct shake_end *end)
{
	enum rec_side owed = owed_by(s), by = s->closed_by;
	rs_time wait = patience;
	if (s->rec.tcp_rtt != REC_ABSENT && 4 * s->rec.tcp_rtt > wait)
		wait = 4 * s->rec.tcp_rtt;
	if (by == REC_SIDE_NONE) {
		/* A new SYN on the same ports: its owner gave this one up. */
		if (end->how != RS_END_REUSED || owed != REC_SERVER ||
		    end->now - s->last_at < wait)
			return false;
		say(s, REC_ABANDONED, owed, REC_REASON_SILENCE, end->now);
		return true;
	}
	for (enum rec_side side = REC_CLIENT; side <= REC_SERVER; side++) {
		const struct shake_side *x = shake_at(s, side);
		if (x->malformed) {
			say(s, REC_FAILED, side, REC_REASON_MALFORMED,
			    x->trouble_at);
			return true;
		}
		/* An alert under keys before the end: it gave up. */
		if (x->sealed_bye) {
			say(s, REC_FAILED, side, REC_REASON_ALERT, s->last_at);
			return true;
		}
	}
	const struct rec_alert *alert = closing_alert(s);
	if (alert) {
		say(s, REC_FAILED, alert->from, REC_REASON_ALERT, alert->at);
		return true;
	}
	rs_time since = s->refused == REC_SIDE_NONE ? s->last_at : s->closed_at;
	if (owed != REC_SIDE_NONE && by != owed && s->closed_at - since >= wait)
		say(s, REC_ABANDONED, silent(s, owed), REC_REASON_SILENCE,
		    s->closed_at);
	else
		say(s, REC_FAILED, by, close_reason(s), s->closed_at);
	return true;
}

/* The alert only answers the peer's close: a library that reads an end where a
   message was due says decode_error, or the like, into the closed connection.
 */
static bool
answers_close(const struct shake *s)
{
	return s->closed_by != REC_SIDE_NONE && s->closed_by != s->refused &&
	       s->closed_at < s->refused_at && s->refused_vaguely;
}

/* What is certain whatever else is missing. */
static bool
judge_certain(struct shake *s)
{
	if (s->complete) {
		say(s, REC_COMPLETED, REC_SIDE_NONE, REC_REASON_NONE,
		    s->complete_at);
		return true;
	}
	/* Before alerts: they only answer it. */
	for (enum rec_side side = REC_CLIENT; side <= REC_SERVER; side++) {
		const struct shake_side *x = shake_at(s, side);
		if (x->not_tls) {
			say(s, REC_FAILED, side, REC_REASON_NOT_TLS,
			    x->trouble_at);
			return true;
		}
	}
	if (s->refused != REC_SIDE_NONE && !answers_close(s)) {
		say(s, REC_FAILED, s->refused, REC_REASON_ALERT, s->refused_at);
		return true;
	}
	return false;
}

static void
judge_state(struct shake *s, const struct shake_end *end)
{
	const struct shake_side *c = &s->side[SHAKE_CLIENT];
	const struct shake_side *v = &s->side[SHAKE_SERVER];
	if (judge_certain(s))
		return;
	if (!s->client_hello && !s->server_hello && !s->from_start) {
		say(s, REC_MIDSTREAM, REC_SIDE_NONE, REC_REASON_NONE, RS_NEVER);
		return;
	}
	/* Who goes on with data has read what is malformed to us. */
	bool misread = (v->malformed && c->data) || (c->malformed && v->data);
	bool whole = s->client_hello && !s->renegotiation && !c->gap &&
		     (!v->gap || s->lacks) && !misread && c->heard && v->heard;
	/* Both sides' data under keys: a finished handshake, with a hole. */
	if (!whole && !s->renegotiation && s->server_hello &&
	    s->version < TLS_13 && c->data && v->data) {
		completed(s, RS_NEVER);
		say(s, REC_COMPLETED, REC_SIDE_NONE, REC_REASON_NONE, RS_NEVER);
		return;
	}
	if (whole && s->version >= TLS_13 && judge_13(s, end))
		return;
	if (whole && judge_close(s, end))
		return;
	if (whole && end->covered && end->now - s->last_at >= silence) {
		say(s, REC_ABANDONED, silent(s, owed_by(s)), REC_REASON_SILENCE,
		    end->now);
		return;
	}
	say(s, REC_HANDSHAKE_CUT_OFF, REC_SIDE_NONE, REC_REASON_NONE, RS_NEVER);
}

/* What each side had said last when it was decided. */
static void
set_last_messages(struct shake *s)
{
	const struct shake_last *l = NULL;
	switch (s->rec.reason) {
	case REC_REASON_ALERT:
		l = &s->at_refusal;
		break;
	case REC_REASON_CLOSED:
	case REC_REASON_RESET:
	case REC_REASON_NOT_TLS:
		l = &s->at_trouble;
		break;
	case REC_REASON_NONE:
	case REC_REASON_SILENCE:
	case REC_REASON_MALFORMED:
		break;
	}
	if (l == NULL || !l->taken)
		return;
	s->rec.last_message_client = l->client;
	s->rec.last_message_server = l->server;
}

const struct shake_seal *
handshake_judge_seal(enum tls_seal seal)
{
	static const struct shake_seal seals[TLS_SEAL_N] = {
	    [TLS_SEAL_NO_KEYS] = {"no_keys", "no keys"},
	    [TLS_SEAL_WRONG_KEYS] = {"wrong_keys", "wrong keys"},
	    [TLS_SEAL_CIPHER] = {"cipher_suite", "cipher suite not supported"},
	    [TLS_SEAL_HELLO] = {"handshake_not_whole",
		"handshake not seen whole"},
	    [TLS_SEAL_GAP] = {"bytes_missing", "bytes missing"},
	    [TLS_SEAL_NO_ROOM] = {"memory_limit", "memory limit"},
	};
	return &seals[seal > TLS_SEAL_OPENED ? seal : TLS_SEAL_NO_KEYS];
}

/* Whether its content can be read, as far as it went. */
static void
set_content(struct shake *s)
{
	enum tls_seal c = s->side[SHAKE_CLIENT].seal;
	enum tls_seal v = s->side[SHAKE_SERVER].seal;
	enum tls_seal shut = c > TLS_SEAL_OPENED ? c : v;
	if (shut == TLS_SEAL_OPENED ||
	    (c == TLS_SEAL_OPENED && v == TLS_SEAL_NONE)) {
		s->rec.visibility = REC_DECRYPTED;
		return;
	}
	s->shut = shut == TLS_SEAL_NONE ? TLS_SEAL_NO_KEYS : shut;
	s->rec.visibility = REC_OPAQUE;
	s->rec.opaque_reason = rs_span_str(handshake_judge_seal(shut)->reason);
}

void
handshake_judge(struct shake *s, const struct shake_end *end)
{
	judge_state(s, end);
	set_last_messages(s);
	/* It may have been a mere warning: then data follow. */
	if (s->dismissed && s->side[SHAKE_SERVER].data == 0 &&
	    !s->side[SHAKE_SERVER].gap && s->closed_by != REC_SIDE_NONE)
		handshake_record_flaw(s, "closed_unanswered");
	bool sealed = s->renegotiation || s->side[0].sealed ||
		      s->side[1].sealed || s->side[0].data || s->side[1].data;
	if (s->rec.state == REC_MIDSTREAM) {
		s->rec.visibility = REC_MIDSTREAM_VISIBILITY;
	} else if (s->rec.state == REC_COMPLETED ||
		   (sealed && s->rec.state == REC_HANDSHAKE_CUT_OFF)) {
		set_content(s);
	} else if (s->side[0].seal == TLS_SEAL_OPENED ||
		   s->side[1].seal == TLS_SEAL_OPENED) {
		s->rec.visibility = REC_DECRYPTED;
	} else {
		s->rec.visibility = REC_CLEAR;
	}
}
