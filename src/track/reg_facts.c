/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What messages say beside what decides an attempt: how credentials are formed,
 * which extensions are used, how the other side saw the client.
 *
 * Facts only: whether any of it is to blame is for rules to judge.
 */
#include "sip/addr.h"
#include "sip/text.h"
#include "sip/via.h"
#include "track/reg_inner.h"

enum { MAX_ROUTES = 8 };

static void
add_text(struct reg_attempt *a, struct rec_list *l, struct rs_span s)
{
	*(struct rs_span *)rec_list_add(l, &a->arena, sizeof s) = s;
}

/* ---- credentials ---- */

/* RFC 7616 3.4: eight hexadecimal digits. */
static int64_t
nc_of(struct rs_span s)
{
	int64_t v = 0;
	if (s.n != 8)
		return REC_ABSENT;
	for (size_t i = 0; i < s.n; i++) {
		int digit = rs_ascii_hex(s.p[i]);
		if (digit < 0)
			return REC_ABSENT;
		v = v * 16 + digit;
	}
	return v;
}

/* Hexadecimal digits of a response; 0: not known. */
static size_t
response_length(struct rs_span algorithm)
{
	if (algorithm.n == 0 || rs_span_starts(algorithm, RS_LIT("MD5")) ||
	    rs_span_starts(algorithm, RS_LIT("md5")))
		return 32;
	if (rs_span_starts(algorithm, RS_LIT("SHA-256")) ||
	    rs_span_starts(algorithm, RS_LIT("SHA-512-256")))
		return 64;
	return 0;
}

/* A challenge lists them (RFC 7616 3.3); none is what RFC 2069 had. */
static bool
offers_qop(struct rs_span offered, struct rs_span qop)
{
	while (offered.n) {
		size_t n = rs_span_find(offered, ',');
		if (rs_span_eq_nocase(
			rs_span_trim(rs_span_part(offered, 0, n)), qop))
			return true;
		offered = rs_span_from(offered, n + 1);
	}
	return false;
}

/* What the challenge does not allow, or does not fit it. */
static void
against_challenge(struct reg_attempt *a, struct rec_authorization *to,
    const struct rec_challenge *c)
{
	struct rs_span chosen = to->algorithm.n ? to->algorithm : RS_LIT("MD5");
	struct rs_span offered = c->algorithm.n ? c->algorithm : RS_LIT("MD5");
	if (c->realm.p && !rs_span_eq(c->realm, to->realm))
		add_text(a, &to->flaws, RS_LIT("realm_differs"));
	if (!rs_span_eq_nocase(chosen, offered))
		add_text(a, &to->flaws, RS_LIT("algorithm_not_offered"));
	/* RFC 7616 3.4.3: where qop is offered, it is to be used; RFC 2069
	   clients did without. */
	if (c->qop.n && to->qop.n == 0)
		add_text(a, &to->flaws, RS_LIT("qop_missing"));
	if (to->qop.n && !offers_qop(c->qop, to->qop))
		add_text(a, &to->flaws, RS_LIT("qop_not_offered"));
}

/* Each kind of challenge has a header of its own to answer in (RFC 3261 22.2,
   22.3); one nonce may be in both kinds. */
static bool
asked_in(const struct reg_attempt *a, uint64_t nonce, bool proxy)
{
	for (const struct reg_txn *x = a->txns; x; x = x->next) {
		const struct rec_challenge *c = x->rec->challenges.v;
		for (uint32_t i = 0; i < x->rec->challenges.n; i++)
			if (x->nonces[i].hash == nonce &&
			    (c[i].proxy == RS_TRUE) == proxy)
				return true;
	}
	return false;
}

static void
digest_flaws(struct reg_attempt *a, struct rec_authorization *to,
    const struct sip_auth *auth, const struct sip_msg *m)
{
	size_t n = response_length(auth->algorithm);
	if (auth->username.n == 0)
		add_text(a, &to->flaws, RS_LIT("username_missing"));
	if (auth->qop.n && auth->nc.n == 0)
		add_text(a, &to->flaws, RS_LIT("nc_missing"));
	if (auth->nc.n && to->nc == REC_ABSENT)
		add_text(a, &to->flaws, RS_LIT("nc_malformed"));
	if (auth->qop.n && auth->cnonce.p == NULL)
		add_text(a, &to->flaws, RS_LIT("cnonce_missing"));
	if (auth->qop.n == 0 && auth->nc.n)
		add_text(a, &to->flaws, RS_LIT("nc_without_qop"));
	if (!rs_span_eq(auth->uri, m->uri))
		add_text(a, &to->flaws, RS_LIT("uri_differs"));
	if (n && auth->response.n != n)
		add_text(a, &to->flaws, RS_LIT("response_length"));
}

/* RFC 7616 3.4: the count is of requests with that nonce, and never the same;
   some registrars offer a nonce again, and then it may begin anew. */
static void
note_count(struct reg_attempt *a, struct rec_authorization *to,
    const struct reg_txn *of)
{
	if (to->nc == REC_ABSENT)
		return;
	if (a->last_nonce == of && to->nc <= a->last_nc)
		add_text(a, &to->flaws, RS_LIT("nc_reused"));
	a->last_nonce = of;
	a->last_nc = to->nc;
}

static struct rs_span
scheme_name(enum sip_auth_scheme s)
{
	switch (s) {
	case SIP_AUTH_DIGEST:
		return RS_LIT("Digest");
	case SIP_AUTH_BASIC:
		return RS_LIT("Basic");
	case SIP_AUTH_BEARER:
		return RS_LIT("Bearer");
	case SIP_AUTH_OTHER:
		return RS_LIT("other");
	case SIP_AUTH_NONE:
		break;
	}
	return (struct rs_span){NULL, 0};
}

static void
read_authorizations(
    struct reg_attempt *a, struct reg_txn *x, const struct reg_request *q)
{
	for (uint32_t i = 0; i < q->read->n_auth; i++) {
		const struct sip_auth *auth = &q->read->auth[i];
		struct rec_authorization *to = rec_list_add(
		    &x->rec->authorizations, &a->arena, sizeof *to);
		to->nc = REC_ABSENT;
		to->scheme = scheme_name(auth->scheme);
		to->realm = reg_keep_text(a, a->r.realm, auth->realm);
		if (auth->scheme != SIP_AUTH_DIGEST)
			continue;
		to->username = reg_keep_text(a, a->r.auth_user, auth->username);
		to->algorithm = reg_keep_text(
		    a, (struct rs_span){NULL, 0}, auth->algorithm);
		to->qop =
		    reg_keep_text(a, (struct rs_span){NULL, 0}, auth->qop);
		to->nc = nc_of(auth->nc);
		digest_flaws(a, to, auth, q->msg);
		uint32_t index;
		struct reg_txn *of =
		    reg_keep_nonce(a, q->read->nonces[i], &index);
		if (of) {
			note_count(a, to, of);
			against_challenge(a, to,
			    (struct rec_challenge *)of->rec->challenges.v +
				index);
			if (!asked_in(a, q->read->nonces[i], q->read->proxy[i]))
				add_text(
				    a, &to->flaws, RS_LIT("header_differs"));
		} else if (a->challenged)
			add_text(a, &to->flaws, RS_LIT("nonce_unknown"));
	}
}

void
reg_facts_challenge(
    struct rec_challenge *c, const struct sip_auth *auth, bool proxy)
{
	c->scheme = scheme_name(auth->scheme);
	c->proxy = proxy ? RS_TRUE : RS_FALSE;
	c->answered = RS_FALSE;
}

/* ---- extensions ---- */

static bool
has_token(const struct sip_msg *m, enum sip_hdr id, struct rs_span token)
{
	struct rs_span rest;
	size_t at = 0;
	while ((rest = sip_msg_next(m, id, &at)).p) {
		while (rest.n) {
			size_t n = rs_span_find(rest, ',');
			if (rs_span_eq_nocase(
				rs_span_trim(rs_span_part(rest, 0, n)), token))
				return true;
			rest = rs_span_from(rest, n + 1);
		}
	}
	return false;
}

/* The URI in angle brackets is this one, to the letter: nearly always. */
static bool
holds_uri(struct rs_span value, struct rs_span uri)
{
	struct rs_span rest = rs_span_from(value, rs_span_find(value, '<') + 1);
	return uri.n && rs_span_starts(rest, uri) && rest.n > uri.n &&
	       rest.p[uri.n] == '>';
}

/* RFC 3261 10.2: From is To but for a registration by a third party. */
static void
read_from(
    struct reg_attempt *a, const struct sip_msg *m, const struct sip_addr *to)
{
	struct sip_addr from;
	if (!to->uri_ok ||
	    holds_uri(sip_msg_header(m, SIP_HDR_FROM), to->uri_text) ||
	    !sip_addr_parse(&from, sip_msg_header(m, SIP_HDR_FROM)) ||
	    !from.uri_ok)
		return;
	if (!rs_span_eq(from.uri.user, to->uri.user) ||
	    !rs_span_eq_nocase(from.uri.host, to->uri.host))
		a->r.from = reg_keep_text(a, a->r.from, from.uri_text);
}

void
reg_facts_request(
    struct reg_attempt *a, struct reg_txn *x, const struct reg_request *q)
{
	const struct sip_msg *m = q->msg;
	const struct rs_event *ev = q->ev;
	const struct reading *read = q->read;
	x->rec->request_size = (int64_t)m->size;
	if (ev->flow->carrier == RS_OVER_UDP)
		x->rec->fragmented =
		    rs_frame_eq(ev->at.from, ev->at.to) ? RS_FALSE : RS_TRUE;
	a->r.rport_asked = read->via.rport.p ? RS_TRUE : RS_FALSE;
	if (read->n_auth)
		read_authorizations(a, x, q);
	read_from(a, m, &read->to);
	/* RFC 6140 5.2: all numbers of a PBX at once. */
	for (uint32_t i = 0; i < read->n_contacts && a->r.bulk == RS_UNKNOWN;
	     i++)
		if (sip_param(read->contacts[i].addr.uri.params, RS_LIT("bnc"))
			.p)
			a->r.bulk = RS_TRUE;
	struct rs_span agreed = sip_msg_header(m, SIP_HDR_SECURITY_VERIFY);
	if (agreed.p)
		a->r.security = reg_keep_text(a, a->r.security,
		    rs_span_part(agreed, 0, rs_span_find(agreed, ';')));
}

/* RFC 3261 21.4.15, 21.4.16; RFC 5626 11.6; RFC 3329 2.3. */
static struct rs_span
named_extensions(const struct sip_msg *m)
{
	switch (m->status) {
	case 420:
		return sip_msg_header(m, SIP_HDR_UNSUPPORTED);
	case 421:
		return sip_msg_header(m, SIP_HDR_REQUIRE);
	case 439:
		return RS_LIT("outbound");
	case 494:
		return sip_msg_header(m, SIP_HDR_SECURITY_SERVER);
	}
	return (struct rs_span){NULL, 0};
}

/* RFC 3261 20.43; Kamailio has the same under a name of its own; RFC 3326. */
static struct rs_span
warning_of(const struct sip_msg *m)
{
	struct rs_span s = sip_msg_header(m, SIP_HDR_WARNING);
	for (uint32_t i = 0; s.p == NULL && i < m->n_headers; i++)
		if (m->headers[i].id == SIP_HDR_OTHER &&
		    rs_span_eq_nocase(
			sip_msg_name(m, i), RS_LIT("P-Registrar-Error")))
			s = sip_msg_value(m, i);
	/* Cut, it could not be told from the others. */
	if (s.p == NULL && !(m->flaws & SIP_FLAW_HEADERS_CUT))
		s = sip_msg_header(m, SIP_HDR_REASON);
	return s;
}

/* Where a 3xx sends the phone (RFC 3261 8.1.3.4): the first of its contacts. */
static struct rs_span
target_of(const struct sip_msg *m)
{
	struct rs_span s = sip_msg_header(m, SIP_HDR_CONTACT);
	struct sip_addr to;
	s = rs_span_part(s, 0, sip_text_find(s, ','));
	return sip_addr_parse(&to, s) ? to.uri_text : s;
}

void
reg_facts_final(
    struct reg_attempt *a, struct reg_txn *x, const struct rs_event *ev)
{
	const struct sip_via *via = &ev->u.reading->via;
	const struct sip_msg *m = ev->u.sip_message;
	uint32_t port;
	struct rs_span named = named_extensions(m);
	if (named.p)
		x->rec->extensions =
		    reg_keep_text(a, x->rec->extensions, named);
	if (m->status >= 300 && m->status < 400)
		x->rec->redirected_to =
		    reg_keep_text(a, (struct rs_span){NULL, 0}, target_of(m));
	if (m->status >= 400 && m->status != 401 && m->status != 407)
		x->rec->warning =
		    reg_keep_text(a, (struct rs_span){NULL, 0}, warning_of(m));
	/* RFC 3261 18.2.1, RFC 3581 4: what the server saw. */
	a->r.received = reg_keep_text(a, a->r.received, via->received);
	if (via->rport.n && rs_span_u32(via->rport, &port) &&
	    port <= UINT16_MAX)
		a->r.rport = port;
}

static void
read_routes(struct reg_attempt *a, const struct sip_msg *m, enum sip_hdr id,
    struct rec_list *l)
{
	struct rs_span rest;
	size_t at = 0;
	l->n = 0;
	while ((rest = sip_msg_next(m, id, &at)).p) {
		while (rest.n && l->n < MAX_ROUTES) {
			size_t n = sip_text_find(rest, ',');
			struct rs_span one =
			    rs_span_trim(rs_span_part(rest, 0, n));
			if (one.n)
				add_text(a, l,
				    reg_keep_text(
					a, (struct rs_span){NULL, 0}, one));
			rest = rs_span_from(rest, n + 1);
		}
	}
}

void
reg_facts_granted(struct reg_attempt *a, const struct sip_msg *m)
{
	struct rec_registration *r = &a->r;
	uint32_t s;
	read_routes(a, m, SIP_HDR_PATH, &r->path);
	read_routes(a, m, SIP_HDR_SERVICE_ROUTE, &r->service_route);
	read_routes(a, m, SIP_HDR_P_ASSOCIATED_URI, &r->associated_uris);
	if (sip_seconds_parse(&s, sip_msg_header(m, SIP_HDR_FLOW_TIMER)))
		r->flow_timer = s;
	/* RFC 5626 6: the registrar that applies it says so. */
	if (m->first[SIP_HDR_REQUIRE])
		r->outbound = has_token(m, SIP_HDR_REQUIRE, RS_LIT("outbound"))
				  ? RS_TRUE
				  : RS_FALSE;
}

void
reg_facts_contact(struct reg_attempt *a, struct rec_contact *ours,
    const struct sip_contact *c)
{
	ours->pub_gruu = reg_keep_text(a, ours->pub_gruu, c->pub_gruu);
	ours->temp_gruu = reg_keep_text(a, ours->temp_gruu, c->temp_gruu);
}
