/* SPDX-License-Identifier: Apache-2.0 */
/*
 * One response at a time, and the readings of values that it takes.
 */
#include "auth/trial.h"

#include "sip/uri.h"

const struct trial_algorithm trial_algorithms[TRIAL_ALGORITHMS] = {
    {{(const uint8_t *)"MD5", 3}, AUTH_MD5, false},
    {{(const uint8_t *)"MD5-sess", 8}, AUTH_MD5, true},
    {{(const uint8_t *)"SHA-256", 7}, AUTH_SHA_256, false},
    {{(const uint8_t *)"SHA-256-sess", 12}, AUTH_SHA_256, true},
    {{(const uint8_t *)"SHA-512-256", 11}, AUTH_SHA_512_256, false},
    {{(const uint8_t *)"SHA-512-256-sess", 16}, AUTH_SHA_512_256, true},
};

void
trial_list_add(struct trial_list *l, struct rs_span s)
{
	if (s.p == NULL || s.n > AUTH_MAX_VALUE || l->n == TRIAL_LIST)
		return;
	for (size_t i = 0; i < l->n; i++)
		if (rs_span_eq(l->v[i], s))
			return;
	l->v[l->n++] = s;
}

struct rs_span
trial_uri_user(struct rs_span text)
{
	struct sip_uri u;
	return sip_uri_parse(&u, text) ? u.user : trial_absent;
}

struct rs_span
trial_uri_host(struct rs_span text)
{
	struct sip_uri u;
	return sip_uri_parse(&u, text) && u.host.n ? u.host : trial_absent;
}

struct rs_span
trial_before_at(struct rs_span s)
{
	size_t n = rs_span_find(s, '@');
	return n < s.n ? rs_span_part(s, 0, n) : trial_absent;
}

const struct trial_algorithm *
trial_algorithm(struct rs_span name)
{
	if (name.p == NULL)
		return &trial_algorithms[0];
	for (size_t i = 0; i < TRIAL_ALGORITHMS; i++)
		if (rs_span_eq_nocase(name, trial_algorithms[i].name))
			return &trial_algorithms[i];
	return NULL;
}

struct rs_span
trial_entity(struct trial *t, enum auth_algorithm a)
{
	if (t->entity[a][0] == 0)
		auth_digest_join(t->v->digest, a, &t->q->body, 1, t->entity[a]);
	return rs_span_str(t->entity[a]);
}

bool
trial_use(
    struct trial *t, struct auth_recipe *r, const struct trial_algorithm *a)
{
	r->algorithm = a->hash;
	r->sess = a->sess;
	r->password = t->account->password;
	r->ha1 = r->password.p ? trial_absent : t->account->ha1[a->hash];
	if ((r->password.p == NULL && r->ha1.p == NULL) ||
	    !auth_digest_can(t->v->digest, a->hash))
		return false;
	r->entity = t->hash_body ? trial_entity(t, a->hash) : trial_absent;
	return true;
}

bool
trial_fits(struct trial *t, const struct auth_recipe *r)
{
	struct rs_span want = t->q->auth->response;
	/* A hash of another length cannot be it. */
	if (want.n != auth_algorithm_digits(r->algorithm) ||
	    t->tries == TRIAL_MOST)
		return false;
	t->tries++;
	auth_digest_response(t->v->digest, r, t->v->scratch.hex);
	struct rs_span have = rs_span_str(t->v->scratch.hex);
	if (!rs_span_eq_nocase(have, want))
		return false;
	t->upper = !rs_span_eq(have, want);
	return true;
}
