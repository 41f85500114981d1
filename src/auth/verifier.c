/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Right, or wrong and in which part.
 *
 * A trial makes the response that the credentials describe.  Where that is
 * another than the one on the wire, one value after the other is replaced by
 * what a phone may have taken instead; a response of 128 bits that then fits
 * proves it.  One value at a time: the number of hashes stays within
 * TRIAL_MOST, whatever is sent.
 *
 * "Wrong password" is said only when nothing fits and the account is that of
 * the user name on the wire: else the right account may be another one.
 */
#include "auth/verifier.h"

#include "auth/trial.h"

#include <stdlib.h>

enum { MAX_USER_HASHES = 256 }; /* accounts for one name that is a hash */

/* RES is the password of MD5 (RFC 3310 3.3).  AKAv2 needs keys that only the
   phone's card and its operator have (RFC 4169 3). */
static bool
is_aka(struct rs_span name)
{
	return rs_span_eq_nocase(name, RS_LIT("AKAv1-MD5"));
}

static bool
is_auth_int(struct rs_span qop)
{
	return rs_span_eq_nocase(qop, RS_LIT("auth-int"));
}

static bool
known_qop(struct rs_span qop)
{
	return qop.p == NULL || rs_span_eq_nocase(qop, RS_LIT("auth")) ||
	       is_auth_int(qop);
}

/* Without the backslashes of a quoted string (RFC 3261 25.1); s itself where
   there are none, or where it is too long to be an account's. */
static struct rs_span
unescape(struct rs_span s, uint8_t room[AUTH_MAX_VALUE])
{
	size_t n = 0;
	if (s.n > AUTH_MAX_VALUE || rs_span_find(s, '\\') == s.n)
		return s;
	for (size_t i = 0; i < s.n; i++) {
		if (s.p[i] == '\\' && i + 1 < s.n)
			i++;
		room[n++] = s.p[i];
	}
	return (struct rs_span){room, n};
}

/* ---- the account */

/* Whose user name is the hash of user and realm (RFC 7616 3.4.4). */
static void
locate_hashed(struct trial *t, const struct trial_algorithm *algorithm)
{
	struct rs_span want = t->q->auth->username;
	size_t n = auth_accounts_n(t->v->accounts), hashed = 0;
	if (want.n != auth_algorithm_digits(algorithm->hash) ||
	    !auth_digest_can(t->v->digest, algorithm->hash))
		return;
	for (size_t i = 0; i < n && hashed < MAX_USER_HASHES; i++) {
		const struct auth_account *x =
		    auth_accounts_at(t->v->accounts, i);
		const struct rs_span parts[] = {x->user, t->realm};
		if (x->realm.p && !rs_span_eq(x->realm, t->realm))
			continue;
		hashed++;
		auth_digest_join(
		    t->v->digest, algorithm->hash, parts, 2, t->v->scratch.hex);
		if (rs_span_eq_nocase(want, rs_span_str(t->v->scratch.hex))) {
			t->account = x;
			t->own = true;
			t->user = x->user;
			return;
		}
	}
}

/* By the user name on the wire, else by what else may be meant; in the realm
   of the challenge, else of the credentials. */
static void
locate(struct trial *t)
{
	const struct sip_digest_question *q = t->q;
	struct trial_list users = {.n = 0}, realms = {.n = 0};
	trial_list_add(&users, t->user);
	trial_list_add(&users, q->auth->username);
	size_t own = users.n;
	trial_list_add(&users, trial_before_at(t->user));
	trial_list_add(&users, trial_uri_user(q->to_uri));
	trial_list_add(&users, trial_uri_user(q->from_uri));
	for (size_t i = 0; i < q->n_offers && i < TRIAL_LIST - 1; i++)
		trial_list_add(&realms, q->offers[i].realm);
	trial_list_add(&realms, t->realm);
	if (realms.n == 0)
		realms.n = 1; /* absent: only accounts of any realm */
	for (size_t i = 0; i < users.n; i++) {
		for (size_t k = 0; k < realms.n; k++) {
			t->account = auth_accounts_find(
			    t->v->accounts, users.v[i], realms.v[k]);
			t->own = i < own;
			if (t->account)
				return;
		}
	}
}

static struct trial_round *
round_of(struct trial *t)
{
	size_t i = (size_t)(t->account - auth_accounts_at(t->v->accounts, 0));
	struct trial_round *r = &t->v->rounds[i % TRIAL_ROUNDS];
	if (r->account != t->account) {
		auth_digest_wipe(r, sizeof *r);
		r->account = t->account;
	}
	return r;
}

static size_t
keep(uint8_t to[TRIAL_NONCE], struct rs_span s)
{
	if (s.n > TRIAL_NONCE)
		return 0;
	if (s.n)
		memcpy(to, s.p, s.n);
	return s.n;
}

static void
remember(struct trial *t)
{
	struct trial_round *r = t->round;
	const struct sip_auth *a = t->q->auth;
	r->n_cnonce = keep(r->cnonce, a->cnonce);
	if (!rs_span_eq(a->nonce, trial_kept(r->nonce, r->n_nonce))) {
		r->n_nonce = keep(r->nonce, a->nonce);
		r->n_first = keep(r->first, a->cnonce);
	}
}

/* ---- the judgement */

static bool
realm_offered(const struct trial *t)
{
	const struct sip_digest_question *q = t->q;
	for (size_t i = 0; i < q->n_offers; i++)
		if (rs_span_eq(q->offers[i].realm, q->auth->realm) ||
		    rs_span_eq(q->offers[i].realm, t->realm))
			return true;
	return q->n_offers == 0;
}

static bool
algorithm_offered(const struct sip_digest_question *q)
{
	struct rs_span md5 = RS_LIT("MD5");
	struct rs_span have = q->auth->algorithm;
	for (size_t i = 0; i < q->n_offers; i++) {
		struct rs_span offer = q->offers[i].algorithm;
		if (rs_span_eq_nocase(
			offer.p ? offer : md5, have.p ? have : md5))
			return true;
	}
	return q->n_offers == 0;
}

static struct sip_digest_answer
wrong(enum sip_digest_part part)
{
	return (struct sip_digest_answer){SIP_DIGEST_WRONG, part};
}

/* Made of what the credentials say: are these what was asked for? */
static struct sip_digest_answer
judge_fitting(const struct trial *t)
{
	if (t->upper) /* LHEX: RFC 7616 3.4 */
		return wrong(SIP_DIGEST_CASE);
	if (!t->own)
		return wrong(SIP_DIGEST_USERNAME);
	if (!realm_offered(t))
		return wrong(SIP_DIGEST_REALM);
	if (!algorithm_offered(t->q))
		return wrong(SIP_DIGEST_ALGORITHM);
	return (struct sip_digest_answer){
	    SIP_DIGEST_RIGHT, SIP_DIGEST_PART_NONE};
}

/* As the credentials say: with and without escapes, and with -sess also of the
   first request with that nonce. */
static bool
base_fits(struct trial *t)
{
	struct auth_recipe r = t->base;
	if (trial_fits(t, &r))
		return true;
	r.user = t->user;
	r.realm = t->realm;
	if ((r.user.p != t->base.user.p || r.realm.p != t->base.realm.p) &&
	    trial_fits(t, &r))
		return true;
	const struct trial_round *round = t->round;
	if (!r.sess || round->n_first == 0 ||
	    !rs_span_eq(r.nonce, trial_kept(round->nonce, round->n_nonce)))
		return false;
	r.sess_cnonce = trial_kept(round->first, round->n_first);
	return trial_fits(t, &r);
}

static void
describe(struct trial *t)
{
	const struct sip_auth *a = t->q->auth;
	t->base = (struct auth_recipe){
	    .user = a->username,
	    .realm = a->realm,
	    .nonce = a->nonce,
	    .nc = a->nc,
	    .cnonce = a->cnonce,
	    .qop = a->qop.n ? a->qop : trial_absent,
	    .method = t->q->method,
	    .uri = a->uri,
	};
	t->hash_body = is_auth_int(a->qop);
}

static struct sip_digest_answer
answer(enum sip_digest_result r)
{
	return (struct sip_digest_answer){r, SIP_DIGEST_PART_NONE};
}

static struct sip_digest_answer
judge(struct trial *t, const struct trial_algorithm *algorithm)
{
	bool usable = trial_use(t, &t->base, algorithm);
	if (usable && base_fits(t))
		return judge_fitting(t);
	enum sip_digest_part part = variants_find(t, usable);
	if (part != SIP_DIGEST_PART_NONE)
		return wrong(part);
	if (!usable || !known_qop(t->base.qop))
		return answer(SIP_DIGEST_NOT_VERIFIABLE);
	/* It may be of a wrong password too; of this algorithm it is not. */
	if (t->own &&
	    t->q->auth->response.n != auth_algorithm_digits(algorithm->hash))
		return wrong(SIP_DIGEST_ALGORITHM);
	return t->own ? wrong(SIP_DIGEST_PASSWORD)
		      : answer(SIP_DIGEST_UNKNOWN_USER);
}

static struct sip_digest_answer
judge_aka(struct trial *t)
{
	t->base.password = t->account->res;
	if (t->hash_body && auth_digest_can(t->v->digest, AUTH_MD5))
		t->base.entity = trial_entity(t, AUTH_MD5);
	/* Of one challenge: another says nothing. */
	return t->own && t->account->res.p &&
		       auth_digest_can(t->v->digest, AUTH_MD5) &&
		       trial_fits(t, &t->base)
		   ? judge_fitting(t)
		   : answer(SIP_DIGEST_NOT_VERIFIABLE);
}

static bool
is_hash(struct rs_span s)
{
	for (size_t i = 0; i < s.n; i++) {
		uint8_t c = rs_ascii_lower(s.p[i]);
		if (!rs_ascii_digit(c) && !(c >= 'a' && c <= 'f'))
			return false;
	}
	return s.n == 32 || s.n == 64;
}

static bool
legible(const struct sip_digest_question *q)
{
	const struct sip_auth *a = q->auth;
	const struct rs_span all[] = {a->username, a->realm, a->nonce, a->uri,
	    a->nc, a->cnonce, a->qop, q->uri, q->to_uri, q->from_uri};
	if (a->scheme != SIP_AUTH_DIGEST || a->username.n == 0 ||
	    a->nonce.n == 0)
		return false;
	if (!is_hash(a->response))
		return false;
	/* What is longer is no phone's, and would cost a hundred times. */
	for (size_t i = 0; i < sizeof all / sizeof *all; i++)
		if (all[i].n > AUTH_MAX_VALUE)
			return false;
	return !(is_auth_int(a->qop) && q->body_cut);
}

static struct sip_digest_answer
check(struct trial *t)
{
	const struct sip_auth *a = t->q->auth;
	const struct trial_algorithm *algorithm = trial_algorithm(a->algorithm);
	bool aka = is_aka(a->algorithm);
	if (!legible(t->q) || (algorithm == NULL && !aka))
		return answer(SIP_DIGEST_NOT_VERIFIABLE);
	t->user = unescape(a->username, t->v->scratch.user);
	t->realm = unescape(a->realm, t->v->scratch.realm);
	if (algorithm && rs_span_eq_nocase(a->userhash, RS_LIT("true")))
		locate_hashed(t, algorithm);
	if (t->account == NULL)
		locate(t);
	if (t->account == NULL)
		return answer(SIP_DIGEST_UNKNOWN_USER);
	t->round = round_of(t);
	describe(t);
	struct sip_digest_answer x =
	    algorithm ? judge(t, algorithm) : judge_aka(t);
	remember(t);
	return x;
}

struct sip_digest_answer
auth_verifier_check(
    struct auth_verifier *v, const struct sip_digest_question *q)
{
	struct trial t = {.v = v, .q = q};
	struct sip_digest_answer x = check(&t);
	auth_digest_wipe(&v->scratch, sizeof v->scratch);
	return x;
}

struct auth_verifier *
auth_verifier_new(const struct auth_accounts *accounts)
{
	struct auth_verifier *v = calloc(1, sizeof *v);
	if (v == NULL)
		abort(); /* as GLib */
	v->accounts = accounts;
	v->digest = auth_digest_new();
	return v;
}

void
auth_verifier_free(struct auth_verifier *v)
{
	if (v == NULL)
		return;
	auth_digest_free(v->digest);
	auth_digest_wipe(v, sizeof *v);
	free(v);
}

static struct sip_digest_answer
lent_check(void *arg, const struct sip_digest_question *q)
{
	return auth_verifier_check(arg, q);
}

struct sip_digest_verifier
auth_verifier_lend(struct auth_verifier *v)
{
	return (struct sip_digest_verifier){lent_check, v};
}
