/* SPDX-License-Identifier: Apache-2.0 */
#include "tls/secrets.h"

#include <assert.h>
#include <openssl/core_names.h>
#include <openssl/crypto.h>
#include <openssl/err.h>
#include <openssl/evp.h>
#include <openssl/kdf.h>

void
tls_crypto_init(struct tls_crypto *c)
{
	*c = (struct tls_crypto){
	    .prf = EVP_KDF_fetch(NULL, OSSL_KDF_NAME_TLS1_PRF, NULL),
	    .hkdf = EVP_KDF_fetch(NULL, OSSL_KDF_NAME_HKDF, NULL),
	    .hmac = EVP_MAC_fetch(NULL, OSSL_MAC_NAME_HMAC, NULL),
	};
	ERR_clear_error();
}

void
tls_crypto_clear(struct tls_crypto *c)
{
	EVP_KDF_free(c->prf);
	EVP_KDF_free(c->hkdf);
	EVP_MAC_free(c->hmac);
	for (size_t i = 0; i < TLS_SUITE_MODES; i++)
		EVP_CIPHER_free(c->cipher[i]);
	*c = (struct tls_crypto){0};
}

struct evp_cipher_st *
tls_crypto_cipher(struct tls_crypto *c, const struct tls_suite *s)
{
	size_t i = tls_suite_index(s);
	if (c->cipher[i] == NULL && s->cipher) {
		c->cipher[i] = EVP_CIPHER_fetch(NULL, s->cipher, NULL);
		ERR_clear_error();
	}
	return c->cipher[i];
}

/* Parameters of OpenSSL are not const. */
static void *
bytes(struct rs_span s)
{
	return (void *)(uintptr_t)s.p;
}

static OSSL_PARAM
octets(const char *key, struct rs_span s)
{
	return OSSL_PARAM_construct_octet_string(key, bytes(s), s.n);
}

static bool
derive(EVP_KDF *kdf, const OSSL_PARAM *params, uint8_t *out, size_t n)
{
	EVP_KDF_CTX *ctx = kdf ? EVP_KDF_CTX_new(kdf) : NULL;
	bool good = ctx && EVP_KDF_derive(ctx, out, n, params) > 0;
	EVP_KDF_CTX_free(ctx);
	if (!good)
		ERR_clear_error();
	return good;
}

bool
tls_prf(const struct tls_crypto *c, const char *hash, struct rs_span secret,
    const char *label, struct rs_span seed, struct rs_span more_seed,
    uint8_t *out, size_t n)
{
	OSSL_PARAM p[6], *end = p;
	*end++ = OSSL_PARAM_construct_utf8_string(
	    OSSL_KDF_PARAM_DIGEST, bytes(rs_span_str(hash)), 0);
	*end++ = octets(OSSL_KDF_PARAM_SECRET, secret);
	*end++ = octets(OSSL_KDF_PARAM_SEED, rs_span_str(label));
	*end++ = octets(OSSL_KDF_PARAM_SEED, seed);
	if (more_seed.n)
		*end++ = octets(OSSL_KDF_PARAM_SEED, more_seed);
	*end = OSSL_PARAM_construct_end();
	return derive(c->prf, p, out, n);
}

bool
tls_expand_label(const struct tls_crypto *c, const char *hash,
    struct rs_span secret, const char *label, uint8_t *out, size_t n)
{
	/* RFC 8446 7.1: length, "tls13 " and label, no context. */
	uint8_t info[64];
	const size_t n_label = strlen(label), prefix = 6;
	int mode = EVP_KDF_HKDF_MODE_EXPAND_ONLY;
	assert(n_label + prefix + 4 <= sizeof info && n <= UINT8_MAX);
	info[0] = 0;
	info[1] = (uint8_t)n;
	info[2] = (uint8_t)(prefix + n_label);
	memcpy(info + 3, "tls13 ", prefix);
	memcpy(info + 3 + prefix, label, n_label);
	info[3 + prefix + n_label] = 0;
	const OSSL_PARAM p[] = {
	    OSSL_PARAM_construct_int(OSSL_KDF_PARAM_MODE, &mode),
	    OSSL_PARAM_construct_utf8_string(
		OSSL_KDF_PARAM_DIGEST, bytes(rs_span_str(hash)), 0),
	    octets(OSSL_KDF_PARAM_KEY, secret),
	    OSSL_PARAM_construct_octet_string(
		OSSL_KDF_PARAM_INFO, info, 4 + prefix + n_label),
	    OSSL_PARAM_construct_end(),
	};
	return derive(c->hkdf, p, out, n);
}

bool
tls_transcript_begin(struct tls_transcript *t, const char *hash)
{
	EVP_MD *md = EVP_MD_fetch(NULL, hash, NULL);
	tls_transcript_clear(t);
	t->ctx = EVP_MD_CTX_new();
	bool good = md && t->ctx && EVP_DigestInit_ex(t->ctx, md, NULL);
	EVP_MD_free(md); /* the context has its own reference */
	if (!good)
		tls_transcript_clear(t);
	return good;
}

void
tls_transcript_add(struct tls_transcript *t, struct rs_span s)
{
	if (t->ctx && !EVP_DigestUpdate(t->ctx, s.p, s.n))
		tls_transcript_clear(t);
}

size_t
tls_transcript_hash(const struct tls_transcript *t, uint8_t out[TLS_HASH_MAX])
{
	unsigned n = 0;
	EVP_MD_CTX *copy = t->ctx ? EVP_MD_CTX_new() : NULL;
	bool good = copy && EVP_MD_CTX_copy_ex(copy, t->ctx) &&
		    EVP_DigestFinal_ex(copy, out, &n);
	EVP_MD_CTX_free(copy);
	return good ? n : 0;
}

void
tls_transcript_clear(struct tls_transcript *t)
{
	EVP_MD_CTX_free(t->ctx);
	t->ctx = NULL;
	ERR_clear_error();
}

bool
tls_sha256(struct rs_span s, uint8_t out[32])
{
	return EVP_Digest(s.p, s.n, out, NULL, EVP_sha256(), NULL) == 1;
}

void
tls_wipe(void *p, size_t n)
{
	OPENSSL_cleanse(p, n);
}
