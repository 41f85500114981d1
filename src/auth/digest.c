/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Digest by OpenSSL: MD5, SHA-256 and SHA-512/256 (RFC 7616 6.1, RFC 8760 2).
 *
 * Algorithms are fetched once, and one context serves all.  OpenSSL 3.0 still
 * allocates a hundred bytes in it for each hash, whichever way it is reset.
 * MD5 may be missing, as in FIPS mode.
 */
#include "auth/digest.h"

#include <openssl/crypto.h>
#include <openssl/evp.h>
#include <stdlib.h>

struct auth_digest {
	EVP_MD *md[AUTH_ALGORITHM_N];
	EVP_MD_CTX *context;
};

struct auth_digest *
auth_digest_new(void)
{
	static const char *const names[] = {
	    [AUTH_MD5] = "MD5",
	    [AUTH_SHA_256] = "SHA2-256",
	    [AUTH_SHA_512_256] = "SHA2-512/256",
	};
	struct auth_digest *d = calloc(1, sizeof *d);
	if (d == NULL)
		abort(); /* as GLib */
	d->context = EVP_MD_CTX_new();
	if (d->context == NULL)
		abort();
	for (int i = 0; i < AUTH_ALGORITHM_N; i++)
		d->md[i] = EVP_MD_fetch(NULL, names[i], NULL);
	return d;
}

void
auth_digest_free(struct auth_digest *d)
{
	if (d == NULL)
		return;
	EVP_MD_CTX_free(d->context);
	for (int i = 0; i < AUTH_ALGORITHM_N; i++)
		EVP_MD_free(d->md[i]);
	free(d);
}

bool
auth_digest_can(const struct auth_digest *d, enum auth_algorithm a)
{
	return d->md[a] != NULL;
}

static void
hex_write(char *hex, const uint8_t *p, size_t n)
{
	static const char digits[] = "0123456789abcdef";
	for (size_t i = 0; i < n; i++) {
		*hex++ = digits[p[i] >> 4];
		*hex++ = digits[p[i] & 15];
	}
	*hex = 0;
}

void
auth_digest_join(struct auth_digest *d, enum auth_algorithm a,
    const struct rs_span *parts, size_t n, char hex[AUTH_DIGEST_TEXT])
{
	uint8_t sum[EVP_MAX_MD_SIZE];
	EVP_MD_CTX *c = d->context;
	bool ok = EVP_DigestInit_ex2(c, d->md[a], NULL) == 1;
	for (size_t i = 0; ok && i < n; i++) {
		if (i > 0)
			ok = EVP_DigestUpdate(c, ":", 1) == 1;
		if (parts[i].n)
			ok = ok &&
			     EVP_DigestUpdate(c, parts[i].p, parts[i].n) == 1;
	}
	if (!ok || EVP_DigestFinal_ex(c, sum, NULL) != 1)
		abort(); /* in memory and without a key it cannot fail */
	hex_write(hex, sum, auth_algorithm_digits(a) / 2);
	OPENSSL_cleanse(sum, sizeof sum);
}

static void
to_upper(char *hex)
{
	for (; *hex; hex++)
		if (*hex >= 'a' && *hex <= 'f')
			*hex = (char)(*hex - 'a' + 'A');
}

/* H(A1): RFC 7616 3.4.2. */
static void
ha1(struct auth_digest *d, const struct auth_recipe *r,
    char hex[AUTH_DIGEST_TEXT])
{
	if (r->ha1.p) {
		size_t n = auth_algorithm_digits(r->algorithm);
		memcpy(hex, r->ha1.p, n);
		hex[n] = 0;
	} else {
		const struct rs_span a1[] = {r->user, r->realm, r->password};
		auth_digest_join(d, r->algorithm, a1, 3, hex);
	}
	if (r->upper)
		to_upper(hex);
	if (r->sess) {
		const struct rs_span a1[] = {rs_span_str(hex),
		    r->sess_nonce.p ? r->sess_nonce : r->nonce,
		    r->sess_cnonce.p ? r->sess_cnonce : r->cnonce};
		auth_digest_join(d, r->algorithm, a1, 3, hex);
		if (r->upper)
			to_upper(hex);
	}
}

/* H(A2): RFC 7616 3.4.3. */
static void
ha2(struct auth_digest *d, const struct auth_recipe *r,
    char hex[AUTH_DIGEST_TEXT])
{
	const struct rs_span a2[] = {r->method, r->uri, r->entity};
	auth_digest_join(d, r->algorithm, a2, r->entity.p ? 3 : 2, hex);
	if (r->upper)
		to_upper(hex);
}

void
auth_digest_response(struct auth_digest *d, const struct auth_recipe *r,
    char hex[AUTH_DIGEST_TEXT])
{
	char one[AUTH_DIGEST_TEXT], two[AUTH_DIGEST_TEXT];
	ha1(d, r, one);
	ha2(d, r, two);
	if (r->qop.p) { /* RFC 7616 3.4.1 */
		const struct rs_span kd[] = {rs_span_str(one), r->nonce, r->nc,
		    r->cnonce, r->qop, rs_span_str(two)};
		auth_digest_join(d, r->algorithm, kd, 6, hex);
	} else { /* RFC 2617 3.2.2.1, as RFC 2069 */
		const struct rs_span kd[] = {
		    rs_span_str(one), r->nonce, rs_span_str(two)};
		auth_digest_join(d, r->algorithm, kd, 3, hex);
	}
	OPENSSL_cleanse(one, sizeof one);
}

void
auth_digest_wipe(void *p, size_t n)
{
	OPENSSL_cleanse(p, n);
}
