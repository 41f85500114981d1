/* SPDX-License-Identifier: Apache-2.0 */
/*
 * From secrets to keys: the PRF of TLS 1.0 to 1.2 (RFC 5246 5, RFC 4346 5) and
 * the HKDF of TLS 1.3 (RFC 8446 7.1).  Algorithms are fetched from OpenSSL
 * once, by an engine's struct tls_crypto.
 */
#ifndef TLS_SECRETS_H
#define TLS_SECRETS_H

#include "base/span.h"
#include "tls/suite.h"

enum { TLS_MASTER = 48, TLS_RANDOM = 32, TLS_HASH_MAX = 64 };

struct evp_cipher_st;
struct evp_kdf_st;
struct evp_mac_st;
struct evp_md_ctx_st;

/* Fetched algorithms: a few kilobytes for all connections together. */
struct tls_crypto {
	struct evp_kdf_st *prf, *hkdf;
	struct evp_mac_st *hmac;
	struct evp_cipher_st *cipher[TLS_SUITE_MODES]; /* on demand */
};

void tls_crypto_init(struct tls_crypto *c);
void tls_crypto_clear(struct tls_crypto *c);
/* NULL where the library does not have it. */
struct evp_cipher_st *tls_crypto_cipher(
    struct tls_crypto *c, const struct tls_suite *s);

/* hash: "SHA256", "SHA384", or "MD5-SHA1" before TLS 1.2.  False when OpenSSL
   refuses; so below. */
bool tls_prf(const struct tls_crypto *c, const char *hash,
    struct rs_span secret, const char *label, struct rs_span seed,
    struct rs_span more_seed, uint8_t *out, size_t n);
/* HKDF-Expand-Label with an empty context. */
bool tls_expand_label(const struct tls_crypto *c, const char *hash,
    struct rs_span secret, const char *label, uint8_t *out, size_t n);

/* The hash of a handshake so far, for the extended master secret (RFC 7627). */
struct tls_transcript {
	struct evp_md_ctx_st *ctx; /* NULL: none yet */
};

bool tls_transcript_begin(struct tls_transcript *t, const char *hash);
void tls_transcript_add(struct tls_transcript *t, struct rs_span bytes);
/* Bytes of it in out, or 0; the transcript goes on. */
size_t tls_transcript_hash(
    const struct tls_transcript *t, uint8_t out[TLS_HASH_MAX]);
void tls_transcript_clear(struct tls_transcript *t);

bool tls_sha256(struct rs_span bytes, uint8_t out[32]);
/* Wipes n bytes. */
void tls_wipe(void *p, size_t n);

#endif
