/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Digest credentials against accounts: a line each for the Request-URI, the To
 * URI, the credentials, a challenge and the body; the rest is the file of
 * accounts, and where it is none, one of ours is taken.
 *
 * Beyond no crash: the answer is one of those that there are, a new verifier
 * gives the same, a response that is made here of a password is right, and is
 * not with one digit changed.
 */
#include "auth/verifier.h"

#include <openssl/evp.h>
#include <stdlib.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

enum { LINES = 5, LONGEST = 1024 };

static void
must(bool holds)
{
	if (!holds)
		abort();
}

static struct rs_span
line(struct rs_span *rest)
{
	size_t n = rs_span_find(*rest, '\n');
	struct rs_span s = rs_span_part(*rest, 0, n);
	*rest = rs_span_from(*rest, n + 1);
	return s;
}

static struct auth_accounts *
read_accounts(struct rs_span text)
{
	struct auth_problem why;
	struct auth_accounts *a = auth_accounts_parse(text, &why);
	if (a)
		return a;
	must(why.trouble == AUTH_BAD_FILE && why.what != NULL);
	a = auth_accounts_parse(
	    RS_LIT("[4025@example.com]\npassword = secret-4025\n"), &why);
	must(a != NULL);
	return a;
}

static struct sip_digest_answer
check(struct auth_verifier *v, const struct sip_digest_question *q)
{
	struct sip_digest_answer x = auth_verifier_check(v, q);
	must(x.result > SIP_DIGEST_NONE && x.result < SIP_DIGEST_N);
	must((x.result == SIP_DIGEST_WRONG) == (x.part > SIP_DIGEST_PART_NONE));
	must(x.part < SIP_DIGEST_PART_N);
	return x;
}

/* MD5 of the parts with ":" between them, not as the verifier does it. */
static struct rs_span
md5(const struct rs_span *parts, size_t n, char hex[33])
{
	static uint8_t text[8 * LONGEST];
	uint8_t sum[16];
	size_t used = 0;
	for (size_t i = 0; i < n; i++) {
		if (i)
			text[used++] = ':';
		if (parts[i].n)
			memcpy(text + used, parts[i].p, parts[i].n);
		used += parts[i].n;
	}
	must(EVP_Q_digest(NULL, "MD5", NULL, text, used, sum, NULL) == 1);
	for (int i = 0; i < 16; i++) {
		hex[2 * i] = "0123456789abcdef"[sum[i] >> 4];
		hex[2 * i + 1] = "0123456789abcdef"[sum[i] & 15];
	}
	return (struct rs_span){(uint8_t *)hex, 32};
}

/* What a phone with that account would send. */
static void
check_made(struct auth_verifier *v, const struct auth_account *x,
    const struct sip_digest_question *asked)
{
	struct sip_digest_question q = *asked;
	struct sip_auth auth = *asked->auth;
	char one[33], two[33], hex[33];
	const struct rs_span all[] = {x->user, x->realm, x->password,
	    auth.nonce, auth.nc, auth.cnonce, auth.uri, q.uri, q.to_uri};
	for (size_t i = 0; i < sizeof all / sizeof *all; i++)
		if (all[i].n > LONGEST)
			return;
	if (x->password.p == NULL || auth.nonce.n == 0 ||
	    rs_span_find(x->user, '\\') < x->user.n ||
	    rs_span_find(x->realm, '\\') < x->realm.n)
		return;
	q.auth = &auth;
	q.n_offers = 0;
	auth.scheme = SIP_AUTH_DIGEST;
	auth.username = x->user;
	auth.realm = x->realm;
	auth.algorithm.p = auth.userhash.p = NULL;
	auth.algorithm.n = auth.userhash.n = 0;
	if (auth.qop.n)
		auth.qop = RS_LIT("auth");
	const struct rs_span a1[] = {x->user, x->realm, x->password};
	const struct rs_span a2[] = {q.method, auth.uri};
	struct rs_span ha1 = md5(a1, 3, one), ha2 = md5(a2, 2, two);
	const struct rs_span kd[] = {
	    ha1, auth.nonce, auth.nc, auth.cnonce, auth.qop, ha2};
	const struct rs_span old[] = {ha1, auth.nonce, ha2};
	auth.response = auth.qop.n ? md5(kd, 6, hex) : md5(old, 3, hex);
	must(check(v, &q).result == SIP_DIGEST_RIGHT);
	hex[7] = hex[7] == '0' ? '1' : '0';
	must(check(v, &q).result == SIP_DIGEST_WRONG);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct rs_span rest = {data, size}, part[LINES];
	for (int i = 0; i < LINES; i++)
		part[i] = line(&rest);
	struct auth_accounts *a = read_accounts(rest);
	struct sip_auth auth, challenge;
	(void)sip_auth_parse(&auth, part[2]);
	(void)sip_auth_parse(&challenge, part[3]);
	const struct sip_digest_offer offer = {
	    challenge.realm, challenge.algorithm, challenge.qop};
	const struct sip_digest_question q = {
	    .auth = &auth,
	    .method = RS_LIT("REGISTER"),
	    .uri = part[0],
	    .to_uri = part[1],
	    .from_uri = part[1],
	    .body = part[4],
	    .offers = &offer,
	    .n_offers = challenge.scheme == SIP_AUTH_DIGEST,
	};
	struct auth_verifier *v = auth_verifier_new(a);
	struct sip_digest_answer x = check(v, &q);
	(void)check(v, &q); /* after a round */
	auth_verifier_free(v);
	v = auth_verifier_new(a);
	struct sip_digest_answer y = check(v, &q);
	must(x.result == y.result && x.part == y.part);
	for (size_t i = 0; i < auth_accounts_n(a) && i < 4; i++)
		check_made(v, auth_accounts_at(a, i), &q);
	auth_verifier_free(v);
	auth_accounts_free(a);
	return 0;
}
