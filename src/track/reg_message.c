/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Reads facts out of REGISTERs and their responses, into attempts.
 *
 * Nothing is decided here but what a message says.  Nonces are kept as keyed
 * hashes, to know which challenge a request answers; nonces, responses and
 * other credentials are never copied.
 */
#include "sip/addr.h"
#include "sip/via.h"
#include "track/reg_inner.h"

enum rec_transport
reg_message_transport(enum rs_carrier c)
{
	switch (c) {
	case RS_OVER_UDP:
		return REC_UDP;
	case RS_OVER_TCP:
		return REC_TCP;
	case RS_OVER_TLS:
		return REC_TLS;
	case RS_OVER_WS:
		return REC_WS;
	case RS_OVER_WSS:
		return REC_WSS;
	}
	return REC_TRANSPORT_NONE;
}

static void
add_frame(struct reg_attempt *a, struct rec_list *l, struct rs_frame f)
{
	const struct rs_frame *v = l->v;
	if (f.number == 0 || (l->n && rs_frame_eq(v[l->n - 1], f)))
		return;
	if (l->n >= REG_MAX_FRAMES) {
		reg_flaw(a, REG_FLAW_TOO_MANY_FRAMES);
		return;
	}
	*(struct rs_frame *)rec_list_add(l, &a->arena, sizeof f) = f;
}

void
reg_message_frames(
    struct reg_attempt *a, struct rec_list *frames, const struct rs_event *ev)
{
	const struct rs_where parts = rs_event_parts(ev);
	add_frame(a, frames, ev->at.from);
	for (size_t i = 0; i < parts.n; i++) {
		add_frame(a, frames, parts.v[i].at.from);
		add_frame(a, frames, parts.v[i].at.to);
	}
	add_frame(a, frames, ev->at.to);
}

/* ---- requests ---- */

/* The URI as it stands, without parameters and headers. */
static struct rs_span
bare_uri(const struct sip_addr *a)
{
	if (!a->uri_ok || a->uri.host.n == 0)
		return a->uri_text;
	const uint8_t *end = a->uri.host.p + a->uri.host.n;
	const uint8_t *limit = a->uri_text.p + a->uri_text.n;
	if (end < limit && *end == ':')
		for (end++; end < limit && rs_ascii_digit(*end);)
			end++;
	return (struct rs_span){a->uri_text.p, (size_t)(end - a->uri_text.p)};
}

void
reg_request_read(struct reg_request *q, const struct rs_event *ev)
{
	const struct sip_msg *m = ev->u.sip_message;
	*q = (struct reg_request){
	    .ev = ev,
	    .msg = m,
	    .read = ev->u.reading,
	    .aor = bare_uri(&ev->u.reading->to),
	    .call_id = sip_msg_header(m, SIP_HDR_CALL_ID),
	    .credentials = ev->u.reading->n_auth > 0,
	    .client = ev->flow->end[ev->dir],
	    .server = ev->flow->end[rs_dir_other(ev->dir)],
	};
}

bool
reg_request_answers(const struct reg_request *q, const struct reg_attempt *a)
{
	uint32_t index;
	for (uint32_t i = 0; i < q->read->n_auth; i++)
		if (reg_keep_nonce(a, q->read->nonces[i], &index))
			return true;
	return false;
}

/* A token has no nonce: it answers what asks for one (RFC 8898 2.1.1). */
static void
answer_bearer(struct reg_attempt *a)
{
	for (struct reg_txn *x = a->txns; x; x = x->next) {
		struct rec_challenge *c = x->rec->challenges.v;
		for (uint32_t i = 0; i < x->rec->challenges.n; i++)
			if (rs_span_eq(c[i].scheme, RS_LIT("Bearer")))
				c[i].answered = RS_TRUE;
	}
}

/* Which challenges this request answers, and how old they are by now. */
static void
read_credentials(struct reg_attempt *a, const struct reg_request *q)
{
	for (uint32_t j = 0; j < q->read->n_auth; j++) {
		const struct sip_auth *auth = &q->read->auth[j];
		uint32_t i;
		struct reg_txn *x = reg_keep_nonce(a, q->read->nonces[j], &i);
		if (x) {
			struct rec_challenge *c = x->rec->challenges.v;
			c[i].answered = RS_TRUE;
			if (c[i].nonce_age == REC_ABSENT)
				c[i].nonce_age = reg_elapsed(
				    x->nonces[i].at, q->ev->at.first);
		}
		if (auth->scheme == SIP_AUTH_BEARER)
			answer_bearer(a);
		if (j > 0)
			continue; /* the registrar's stand before a proxy's */
		a->r.auth_user =
		    reg_keep_text(a, a->r.auth_user, auth->username);
		if (auth->realm.p)
			a->r.realm = reg_keep_text(a, a->r.realm, auth->realm);
	}
}

static void
read_contacts(
    struct reg_tracker *k, struct reg_attempt *a, const struct reg_request *q)
{
	struct rec_list *l = &a->r.contacts;
	uint32_t n = 0;
	for (; n < q->read->n_contacts; n++) {
		const struct sip_contact *c = &q->read->contacts[n];
		if (n == REG_MAX_CONTACTS) {
			reg_flaw(a, REG_FLAW_TOO_MANY_CONTACTS);
			break;
		}
		if (n == l->n)
			*(struct rec_contact *)rec_list_add(l, &a->arena,
			    sizeof(struct rec_contact)) = k->blank_contact;
		struct rec_contact *to = (struct rec_contact *)l->v + n;
		to->uri = reg_keep_text(
		    a, to->uri, c->star ? RS_LIT("*") : c->addr.uri_text);
		to->instance = reg_keep_text(a, to->instance, c->instance);
		to->reg_id = reg_keep_text(a, to->reg_id, c->reg_id);
		to->expires_requested = reading_seconds(c, q->msg);
	}
	l->n = n;
	a->r.expires_requested =
	    n ? ((struct rec_contact *)l->v)->expires_requested : REC_ABSENT;
}

static void
read_flaws(struct reg_attempt *a, const struct sip_msg *m)
{
	static const struct {
		uint32_t of_message;
		enum reg_flaw flaw;
	} rows[] = {
	    {SIP_FLAW_NO_CALL_ID, REG_FLAW_NO_CALL_ID},
	    {SIP_FLAW_NO_CSEQ, REG_FLAW_NO_CSEQ},
	    {SIP_FLAW_NO_VIA, REG_FLAW_NO_VIA},
	    {SIP_FLAW_NO_TO, REG_FLAW_NO_TO},
	    {SIP_FLAW_NO_FROM, REG_FLAW_NO_FROM},
	    {SIP_FLAW_BAD_EXPIRES, REG_FLAW_BAD_EXPIRES},
	    {SIP_FLAW_REPEATED, REG_FLAW_REPEATED_HEADER},
	    {SIP_FLAW_HEADERS_CUT | SIP_FLAW_BODY_CUT, REG_FLAW_MESSAGE_CUT},
	};
	for (size_t i = 0; i < sizeof rows / sizeof *rows; i++)
		if (m->flaws & rows[i].of_message)
			reg_flaw(a, rows[i].flaw);
}

/* 0 is what was not seen. */
static int64_t
known(uint8_t ttl)
{
	return ttl ? ttl : REC_ABSENT;
}

void
reg_message_request(struct reg_tracker *k, struct reg_attempt *a,
    struct reg_txn *x, const struct reg_request *q)
{
	const struct sip_msg *m = q->msg;
	struct rec_registration *r = &a->r;
	struct rec_transaction *t = x->rec;
	if (a->n_txns < REG_MAX_TXNS)
		t->branch = reg_keep_text(
		    a, (struct rs_span){NULL, 0}, q->read->via.branch);
	if (!(m->flaws & SIP_FLAW_NO_CSEQ))
		t->cseq = m->cseq;
	t->request_frame = q->ev->at.from;
	t->request_time = q->ev->at.first;
	t->credentials = q->credentials ? RS_TRUE : RS_FALSE;
	t->retransmissions = 0;
	t->response_repeats = 0;
	t->client.at = q->client;
	t->server.at = q->server;

	r->client.at = q->client;
	r->server.at = q->server;
	r->ttl = known(q->ev->flow->ttl[q->ev->dir]);
	r->transport = reg_message_transport(q->ev->flow->carrier);
	r->visibility = r->transport == REC_TLS || r->transport == REC_WSS
			    ? REC_DECRYPTED
			    : REC_CLEAR;
	if (q->ev->flow->source != RS_FROM_WIRE)
		r->visibility = REC_LOG;
	if (q->ev->flow->source == RS_NOT_ON_WIRE)
		reg_flaw(a, REG_FLAW_NOT_ON_WIRE);
	r->connection = (struct rec_id){{0, 0}, 0};
	if (r->transport != REC_UDP && q->ev->flow->source != RS_FROM_LOG)
		r->connection.frame = q->ev->flow->first;
	r->handshake.frame = q->ev->flow->handshake;
	r->aor = reg_keep_text(a, r->aor, q->aor);
	r->call_id = reg_keep_text(a, r->call_id, q->call_id);
	struct rs_span ua = sip_msg_header(m, SIP_HDR_USER_AGENT);
	if (ua.p)
		r->user_agent = reg_keep_text(a, r->user_agent, ua);
	read_contacts(k, a, q);
	reg_facts_request(a, x, q);
	if (q->credentials)
		read_credentials(a, q);
	reg_digest_check(k, a, t, q);
	read_flaws(a, m);
	reg_message_frames(a, &r->frames, q->ev);
	a->call_id = q->read->call_id;
	a->flow = q->ev->flow->serial;
}

/* ---- responses ---- */

/* The challenges of a 401/407; a repeat of it brings its own nonces, and takes
   the place of those before. */
void
reg_message_challenges(struct reg_tracker *k, struct reg_attempt *a,
    struct reg_txn *x, const struct rs_event *ev)
{
	const struct reading *read = ev->u.reading;
	struct rec_list *l = &x->rec->challenges;
	for (uint32_t n = 0; n < read->n_auth; n++) {
		const struct sip_auth *auth = &read->auth[n];
		if (n == l->n)
			*(struct rec_challenge *)rec_list_add(l, &a->arena,
			    sizeof(struct rec_challenge)) = k->blank_challenge;
		struct rec_challenge *c = (struct rec_challenge *)l->v + n;
		c->realm = reg_keep_text(a, c->realm, auth->realm);
		c->algorithm = reg_keep_text(a, c->algorithm, auth->algorithm);
		c->qop = reg_keep_text(a, c->qop, auth->qop);
		c->nonce_age = REC_ABSENT;
		reg_facts_challenge(c, auth, read->proxy[n]);
		c->stale = RS_UNKNOWN;
		if (auth->stale.p)
			c->stale =
			    rs_span_eq_nocase(auth->stale, RS_LIT("true"))
				? RS_TRUE
				: RS_FALSE;
		x->nonces[n] =
		    (struct reg_nonce){read->nonces[n], ev->at.complete};
		if (!a->r.realm.p)
			a->r.realm = c->realm;
	}
	if (read->n_auth > 0)
		l->n = read->n_auth;
	a->challenged |= read->n_auth > 0;
}

void
reg_message_final(struct reg_tracker *k, struct reg_attempt *a,
    struct reg_txn *x, const struct rs_event *ev)
{
	const struct sip_msg *m = ev->u.sip_message;
	struct rec_transaction *t = x->rec;
	uint32_t s;
	t->status = m->status;
	t->reason = reg_keep_text(a, t->reason, m->reason);
	t->response_frame = ev->at.to;
	t->response_time = ev->at.complete;
	t->delay = reg_elapsed(t->request_time, ev->at.complete);
	if (sip_seconds_parse(&s, sip_msg_header(m, SIP_HDR_RETRY_AFTER)))
		t->retry_after = s;
	if (sip_seconds_parse(&s, sip_msg_header(m, SIP_HDR_MIN_EXPIRES)))
		t->min_expires = s;
	if (m->status == 401 || m->status == 407)
		reg_message_challenges(k, a, x, ev);
	reg_facts_final(a, x, ev);
	a->r.status = t->status;
	a->r.reason = t->reason;
	a->final = x;
	if (m->flaws & SIP_FLAW_HEADERS_CUT)
		reg_flaw(a, REG_FLAW_MESSAGE_CUT);
}

/* ---- what a 2xx grants ---- */

enum { NOT_OURS, SAME_USER, SAME_URI, SAME_INSTANCE };

static bool
same_port(uint16_t a, uint16_t b)
{
	bool a_default = a == 0 || a == 5060 || a == 5061;
	bool b_default = b == 0 || b == 5060 || b == 5061;
	return a == b || (a_default && b_default && (a == 0 || b == 0));
}

/* How well the listed contact c is our contact o. */
static int
match(const struct rec_contact *o, const struct sip_contact *c)
{
	struct sip_uri u;
	if (c->star)
		return NOT_OURS;
	bool told = o->instance.n && c->instance.n; /* RFC 5626 6 */
	/* UUIDs are compared without case (RFC 4122 3). */
	if (told && rs_span_eq_nocase(o->instance, c->instance)) {
		bool same = !o->reg_id.n || !c->reg_id.n ||
			    rs_span_eq(o->reg_id, c->reg_id);
		return same ? SAME_INSTANCE : NOT_OURS;
	}
	/* Who knows no instances binds by URI, and may list one from before
	   (RFC 3261 10.3). */
	if (rs_span_eq(o->uri, c->addr.uri_text))
		return SAME_URI;
	if (told)
		return NOT_OURS;
	if (!sip_uri_parse(&u, o->uri) || !u.host.n || !c->addr.uri_ok)
		return NOT_OURS;
	if (!sip_user_eq(u.user, c->addr.uri.user))
		return NOT_OURS;
	if (rs_span_eq_nocase(u.host, c->addr.uri.host) &&
	    same_port(u.port, c->addr.uri.port))
		return SAME_URI;
	return u.user.n ? SAME_USER : NOT_OURS; /* an SBC rewrote the host */
}

/* What is listed of a contact. */
struct listed {
	int how_well;
	int64_t seconds;                /* that the (only) one was granted, */
	const struct sip_contact *ours; /* which is this, or: */
	struct sip_contact copy;
};

/* Looks for contact o among those listed.  Returns how many fit best. */
static unsigned
find_ours(
    const struct rec_contact *o, const struct rs_event *ev, struct listed *to)
{
	struct reading_contacts it;
	const struct sip_contact *c;
	int best = NOT_OURS;
	unsigned n = 0;
	reading_first(&it, ev->u.reading);
	while ((c = reading_next(&it)) != NULL) {
		int how = match(o, c);
		if (how == NOT_OURS || how < best)
			continue;
		n = how > best ? 1 : n + 1;
		if (n == 1) {
			to->seconds = reading_seconds(c, ev->u.sip_message);
			to->ours = c;
		}
		if (n == 1 && c == &it.one) {
			to->copy = *c;
			to->ours = &to->copy;
		}
		best = how;
	}
	to->how_well = best;
	/* The same URI twice is one binding told twice. */
	return best == SAME_USER ? n : n > 0;
}

/* Whoever fits worse than another is somebody else with the same user. */
static bool
is_ours(
    const struct reg_attempt *a, const struct sip_contact *c, const int *best)
{
	const struct rec_contact *ours = a->r.contacts.v;
	for (uint32_t i = 0; i < a->r.contacts.n; i++)
		if (best[i] != NOT_OURS && match(&ours[i], c) >= best[i])
			return true;
	return false;
}

/* Who else holds the address of record, as far as there is room. */
static void
read_others(struct reg_tracker *k, struct reg_attempt *a,
    const struct rs_event *ev, const int *best)
{
	struct reading_contacts it;
	const struct sip_contact *c;
	struct rec_list *l = &a->r.other_contacts;
	reading_first(&it, ev->u.reading);
	l->n = 0;
	while ((c = reading_next(&it)) != NULL) {
		if (c->star || is_ours(a, c, best))
			continue;
		if (l->n == REG_MAX_CONTACTS) {
			reg_flaw(a, REG_FLAW_TOO_MANY_CONTACTS);
			return;
		}
		struct rec_contact *to = rec_list_add(l, &a->arena, sizeof *to);
		*to = k->blank_contact;
		to->uri = reg_keep_text(a, to->uri, c->addr.uri_text);
		to->instance = reg_keep_text(a, to->instance, c->instance);
		to->reg_id = reg_keep_text(a, to->reg_id, c->reg_id);
		to->expires_granted = reading_seconds(c, ev->u.sip_message);
	}
}

/*
 * "not_bound" needs that the 2xx lists no contact of ours, or lists it with 0.
 * Two things are not told as that: a list where several contacts have our user
 * and none our host (which of them is ours cannot be seen), and a 2xx with an
 * Expires header and no list at all, as some SBCs send.  Both are flaws.
 */
enum rec_outcome
reg_message_granted(
    struct reg_tracker *k, struct reg_attempt *a, const struct rs_event *ev)
{
	const struct sip_msg *m = ev->u.sip_message;
	struct rec_contact *ours = a->r.contacts.v;
	bool bound = false, ambiguous = false;
	int best[REG_MAX_CONTACTS];
	reg_facts_granted(a, m);
	for (uint32_t i = 0; i < a->r.contacts.n; i++) {
		struct listed listed;
		unsigned n = find_ours(&ours[i], ev, &listed);
		best[i] = listed.how_well;
		if (n == 1) {
			ours[i].expires_granted = listed.seconds;
			reg_facts_contact(a, &ours[i], listed.ours);
		}
		bound |= n == 1 && listed.seconds != 0;
		ambiguous |= n > 1;
	}
	read_others(k, a, ev, best);
	if (a->r.contacts.n)
		a->r.expires_granted = ours[0].expires_granted;
	if (a->r.kind == REC_QUERY)
		return REC_QUERIED;
	if (a->r.kind == REC_REMOVAL) {
		if (bound)
			reg_flaw(a, REG_FLAW_CONTACT_STILL_LISTED);
		return REC_UNREGISTERED;
	}
	if (bound)
		return REC_REGISTERED;
	if (ambiguous) {
		reg_flaw(a, REG_FLAW_CONTACT_AMBIGUOUS);
		return REC_REGISTERED;
	}
	/* What lists it may be in the part that was not captured. */
	if (m->flaws & SIP_FLAW_HEADERS_CUT)
		return REC_REGISTERED;
	int64_t seconds = reading_seconds(NULL, m);
	if (ev->u.reading->n_contacts == 0 && seconds != REC_ABSENT &&
	    seconds != 0) {
		reg_flaw(a, REG_FLAW_NO_CONTACT_IN_200);
		a->r.expires_granted = seconds;
		if (a->r.contacts.n)
			ours[0].expires_granted = seconds;
		return REC_REGISTERED;
	}
	return REC_NOT_BOUND;
}
