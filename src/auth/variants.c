/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What a phone may have done otherwise than its credentials say.
 *
 * Each value is replaced by those that were met in its place, one value at a
 * time; TRIAL_MOST is above what all of them come to.
 */
#include "auth/trial.h"

#include "sip/uri.h"

/* Two or three parts as one value, which lives until the next. */
static struct rs_span
made(struct trial *t, struct rs_span a, struct rs_span b, struct rs_span c)
{
	uint8_t *room = t->v->scratch.made;
	const struct rs_span parts[] = {a, b, c};
	size_t n = 0;
	for (size_t i = 0; i < 3; i++) {
		if (parts[i].n > TRIAL_ROOM - n)
			return trial_absent;
		if (parts[i].n)
			memcpy(room + n, parts[i].p, parts[i].n);
		n += parts[i].n;
	}
	return (struct rs_span){room, n};
}

/* The base with one value replaced by each of the list in turn. */
static bool
any_fits(struct trial *t, const struct trial_list *l, size_t member)
{
	struct auth_recipe r = t->base;
	struct rs_span *to = (struct rs_span *)((uint8_t *)&r + member);
	struct rs_span before = *to;
	for (size_t i = 0; i < l->n; i++) {
		*to = l->v[i];
		if (!rs_span_eq(*to, before) && trial_fits(t, &r))
			return true;
	}
	return false;
}

#define ANY_FITS(t, l, member)                                                 \
 any_fits(t, l, offsetof(struct auth_recipe, member))

/* One value that any_fits() cannot keep in a list. */
static bool
one_fits(struct trial *t, struct rs_span s, size_t member)
{
	struct trial_list l = {.v = {s}, .n = s.p != NULL};
	return any_fits(t, &l, member);
}

#define ONE_FITS(t, s, member)                                                 \
 one_fits(t, s, offsetof(struct auth_recipe, member))

static bool
try_username(struct trial *t)
{
	const struct sip_auth *a = t->q->auth;
	struct trial_list l = {.n = 0};
	struct rs_span to = trial_uri_user(t->q->to_uri);
	struct rs_span from = trial_uri_user(t->q->from_uri);
	struct rs_span host = trial_uri_host(t->q->to_uri), at = RS_LIT("@");
	trial_list_add(&l, t->account->user);
	trial_list_add(&l, trial_before_at(a->username));
	trial_list_add(&l, to);
	trial_list_add(&l, from);
	trial_list_add(&l, t->q->to_uri);
	return ANY_FITS(t, &l, user) ||
	       ONE_FITS(t, made(t, a->username, at, host), user) ||
	       ONE_FITS(t, made(t, a->username, at, a->realm), user) ||
	       ONE_FITS(t, made(t, to, at, host), user);
}

static bool
try_realm(struct trial *t)
{
	const struct sip_digest_question *q = t->q;
	struct trial_list l = {.n = 0};
	for (size_t i = 0; i < q->n_offers && i < TRIAL_LIST / 2; i++)
		trial_list_add(&l, q->offers[i].realm);
	trial_list_add(&l, t->account->realm);
	trial_list_add(&l, trial_uri_host(q->to_uri));
	trial_list_add(&l, trial_uri_host(q->from_uri));
	trial_list_add(&l, trial_uri_host(q->uri));
	trial_list_add(&l, trial_uri_host(q->auth->uri));
	trial_list_add(&l, RS_LIT(""));
	return ANY_FITS(t, &l, realm);
}

static bool
try_algorithm(struct trial *t)
{
	for (size_t i = 0; i < TRIAL_ALGORITHMS; i++) {
		struct auth_recipe r = t->base;
		if (trial_use(t, &r, &trial_algorithms[i]) && trial_fits(t, &r))
			return true;
	}
	return false;
}

/* A URI, and the same without parameters, and without port. */
static void
add_uri(struct trial_list *l, struct rs_span text)
{
	struct sip_uri u;
	trial_list_add(l, text);
	if (text.p == NULL || !sip_uri_parse(&u, text) || u.host.n == 0)
		return;
	if (u.params.p)
		trial_list_add(l, (struct rs_span){text.p,
				      (size_t)(u.params.p - 1 - text.p)});
	trial_list_add(l,
	    (struct rs_span){text.p, (size_t)(u.host.p + u.host.n - text.p)});
}

static bool
try_uri(struct trial *t)
{
	const struct rs_span ends[] = {RS_LIT(":5060"), RS_LIT(":5061"),
	    RS_LIT(";transport=udp"), RS_LIT(";transport=tcp"),
	    RS_LIT(";transport=tls"), RS_LIT(":5060;transport=udp"),
	    RS_LIT(":5060;transport=tcp"), RS_LIT(":5061;transport=tls")};
	const struct sip_digest_question *q = t->q;
	struct trial_list l = {.n = 0};
	add_uri(&l, q->uri);
	add_uri(&l, q->auth->uri);
	add_uri(&l, q->to_uri);
	add_uri(&l, q->from_uri);
	trial_list_add(&l, RS_LIT(""));
	if (ANY_FITS(t, &l, uri))
		return true;
	const struct rs_span hosts[] = {q->auth->realm,
	    trial_uri_host(q->to_uri), trial_uri_host(q->uri),
	    trial_uri_host(q->auth->uri)};
	for (size_t i = 0; i < 4; i++)
		if (ONE_FITS(t, made(t, RS_LIT("sip:"), hosts[i], trial_absent),
			uri) ||
		    ONE_FITS(t,
			made(t, RS_LIT("sips:"), hosts[i], trial_absent), uri))
			return true;
	for (size_t i = 0; i < sizeof ends / sizeof *ends; i++)
		if (ONE_FITS(
			t, made(t, q->auth->uri, ends[i], trial_absent), uri) ||
		    ONE_FITS(t, made(t, q->uri, ends[i], trial_absent), uri))
			return true;
	return false;
}

static bool
try_method(struct trial *t)
{
	struct trial_list l = {.n = 0};
	trial_list_add(&l, RS_LIT("INVITE"));
	trial_list_add(&l, RS_LIT("REGISTER"));
	trial_list_add(&l, RS_LIT("SUBSCRIBE"));
	trial_list_add(&l, RS_LIT("register"));
	trial_list_add(&l, RS_LIT(""));
	return ANY_FITS(t, &l, method);
}

static bool
try_qop(struct trial *t)
{
	static const struct rs_span qops[] = {{NULL, 0},
	    {(const uint8_t *)"auth", 4}, {(const uint8_t *)"auth-int", 8},
	    {(const uint8_t *)"\"auth\"", 6},
	    {(const uint8_t *)"\"auth-int\"", 10}};
	struct auth_recipe r = t->base;
	for (size_t i = 0; i < 5; i++) {
		r.qop = qops[i];
		r.entity = trial_absent;
		if (trial_fits(t, &r))
			return true;
		if (t->q->body_cut)
			continue;
		r.entity = trial_entity(t, r.algorithm);
		if (trial_fits(t, &r))
			return true;
	}
	r.entity = t->base.entity;
	for (size_t i = 0; i < t->q->n_offers && i < 4; i++) {
		r.qop = t->q->offers[i].qop; /* the list as it was offered */
		if (r.qop.p && trial_fits(t, &r))
			return true;
	}
	return false;
}

static void
eight_digits(uint8_t out[8], uint32_t v, bool upper)
{
	const char *digits = upper ? "0123456789ABCDEF" : "0123456789abcdef";
	for (unsigned i = 0; i < 8; i++)
		out[i] = (uint8_t)digits[v >> (28 - 4 * i) & 15];
}

static uint32_t
hex_number(struct rs_span s)
{
	uint32_t v = 0;
	for (size_t i = 0; i < s.n && i < 8; i++) {
		uint8_t c = rs_ascii_lower(s.p[i]);
		v = v << 4 |
		    (rs_ascii_digit(c) ? (uint32_t)(c - '0')
				       : (uint32_t)(c - 'a' + 10) & 15);
	}
	return v;
}

/* Eight digits (RFC 7616 3.4), with others, as many as it takes, of the count
   before or after. */
static bool
try_nc(struct trial *t)
{
	struct rs_span nc = t->q->auth->nc, quote = RS_LIT("\"");
	uint8_t room[6][8];
	struct trial_list l = {.n = 0};
	uint32_t v = hex_number(nc);
	const uint32_t counts[] = {v, v, v - 1, v + 1, 1, 0};
	for (unsigned i = 0; i < 6; i++) {
		eight_digits(room[i], counts[i], i == 1);
		trial_list_add(&l, (struct rs_span){room[i], 8});
	}
	while (nc.n > 1 && nc.p[0] == '0') {
		nc = rs_span_from(nc, 1);
		trial_list_add(&l, nc);
	}
	trial_list_add(&l, RS_LIT(""));
	return ANY_FITS(t, &l, nc) ||
	       ONE_FITS(t, made(t, quote, t->q->auth->nc, quote), nc);
}

static bool
try_cnonce(struct trial *t)
{
	const struct trial_round *round = t->round;
	struct rs_span quote = RS_LIT("\"");
	struct trial_list l = {.n = 0};
	trial_list_add(&l, trial_kept(round->cnonce, round->n_cnonce));
	trial_list_add(&l, trial_kept(round->first, round->n_first));
	trial_list_add(&l, RS_LIT(""));
	return ANY_FITS(t, &l, cnonce) ||
	       (t->base.sess && ANY_FITS(t, &l, sess_cnonce)) ||
	       ONE_FITS(t, made(t, quote, t->q->auth->cnonce, quote), cnonce);
}

static bool
try_nonce(struct trial *t)
{
	struct trial_list l = {.n = 0};
	trial_list_add(&l, trial_kept(t->round->nonce, t->round->n_nonce));
	return ANY_FITS(t, &l, nonce) ||
	       (t->base.sess && ANY_FITS(t, &l, sess_nonce));
}

static bool
try_case(struct trial *t)
{
	struct auth_recipe r = t->base;
	r.upper = true;
	return trial_fits(t, &r);
}

static bool
try_password_blanks(struct trial *t)
{
	static const char *const blanks[] = {" ", "\n", "\r\n", "\r", "\t"};
	struct rs_span password = t->account->password;
	if (ONE_FITS(t, rs_span_trim(password), password))
		return true;
	for (size_t i = 0; i < sizeof blanks / sizeof *blanks; i++)
		if (ONE_FITS(t,
			made(t, password, rs_span_str(blanks[i]), trial_absent),
			password))
			return true;
	return ONE_FITS(
	    t, made(t, RS_LIT(" "), password, trial_absent), password);
}

/* In the order of what is met. */
static const struct {
	enum sip_digest_part part;
	bool of_password; /* needs more than an HA1 */
	bool (*fits)(struct trial *t);
} variants[] = {
    {SIP_DIGEST_REALM, true, try_realm},
    {SIP_DIGEST_USERNAME, true, try_username},
    {SIP_DIGEST_ALGORITHM, false, try_algorithm},
    {SIP_DIGEST_URI, false, try_uri},
    {SIP_DIGEST_QOP, false, try_qop},
    {SIP_DIGEST_NC, false, try_nc},
    {SIP_DIGEST_NONCE, false, try_nonce},
    {SIP_DIGEST_CNONCE, false, try_cnonce},
    {SIP_DIGEST_PASSWORD_BLANKS, true, try_password_blanks},
    {SIP_DIGEST_METHOD, false, try_method},
    {SIP_DIGEST_CASE, false, try_case},
};

/* With the hash of user, realm and password instead of those: most variants
   have it in common. */
static struct auth_recipe
with_ha1(struct trial *t)
{
	struct auth_recipe r = t->base;
	const struct rs_span a1[] = {r.user, r.realm, r.password};
	if (r.ha1.p == NULL) {
		auth_digest_join(
		    t->v->digest, r.algorithm, a1, 3, t->v->scratch.ha1);
		r.ha1 = rs_span_str(t->v->scratch.ha1);
	}
	return r;
}

enum sip_digest_part
variants_find(struct trial *t, bool usable)
{
	const struct auth_recipe plain = t->base;
	const struct auth_recipe known = usable ? with_ha1(t) : plain;
	for (size_t i = 0; i < sizeof variants / sizeof *variants; i++) {
		if (variants[i].of_password && t->account->password.p == NULL)
			continue;
		if (!usable && variants[i].part != SIP_DIGEST_ALGORITHM)
			continue;
		t->base = variants[i].of_password ? plain : known;
		if (variants[i].fits(t))
			return variants[i].part;
	}
	return SIP_DIGEST_PART_NONE;
}
