/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The private RSA key of a server: opens the premaster secret that its clients
 * sent under it, up to TLS 1.2 and with RSA key exchange (RFC 5246 7.4.7.1).
 */
#ifndef TLS_RSA_KEY_H
#define TLS_RSA_KEY_H

#include "base/span.h"
#include "tls/keylog.h"

struct tls_rsa_key;

/* A PEM file, without a passphrase.  NULL and *why (its line is 0). */
struct tls_rsa_key *tls_rsa_key_load(
    const char *path, struct tls_keylog_problem *why);
void tls_rsa_key_free(struct tls_rsa_key *k);
/* The 48 bytes; false where this key did not make them of `encrypted`.  With a
   key that is not the right one, OpenSSL may well say that it is: what decides
   is whether a record opens. */
bool tls_rsa_key_open(const struct tls_rsa_key *k, struct rs_span encrypted,
    uint8_t premaster[48]);

#endif
