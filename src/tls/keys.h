/* SPDX-License-Identifier: Apache-2.0 */
/*
 * All keys an engine may try: a key log (file and pcapng blocks), a server's
 * RSA key, and what opening records with them needs: OpenSSL's algorithms and
 * one buffer for plaintext.
 *
 * Lent to one engine; used by the thread that reads packets alone.
 */
#ifndef TLS_KEYS_H
#define TLS_KEYS_H

#include "tls/keylog.h"
#include "tls/rsa_key.h"
#include "tls/secrets.h"

struct tls_keys {
	struct tls_keylog *log;
	struct tls_rsa_key *rsa; /* NULL: none */
	struct tls_crypto crypto;
	uint8_t *room; /* TLS_OPEN_ROOM bytes of plaintext */
	bool follow;   /* the key log's file may grow */
};

struct tls_keys *tls_keys_new(const struct rs_hash_seed *seed);
/* Wipes all of them. */
void tls_keys_free(struct tls_keys *k);
/* Whether a connection is worth the effort. */
bool tls_keys_any(const struct tls_keys *k);
/* tls_keylog_find(), which looks into the file again where it may have grown
   and the secret is not known. */
const struct tls_secret *tls_keys_find(
    struct tls_keys *k, enum tls_secret_kind kind, struct rs_span name);

#endif
