/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Fingerprints of hellos: JA3 and JA3S (salesforce/ja3) and JA4 of TLS clients
 * (FoxIO's technical_details/JA4.md, BSD licence), each by its published rule.
 * No other method of the JA4+ family: their licence does not allow it.
 *
 * A hello is hashed once, where it is put together; contexts and lists are used
 * again for the next one.
 */
#ifndef TLS_FINGERPRINT_H
#define TLS_FINGERPRINT_H

#include "tls/hello.h"

struct tls_fingerprinter;

/* Lives as long as the sessions that use it; one thread only. */
struct tls_fingerprinter *tls_fingerprinter_new(void);
void tls_fingerprinter_free(struct tls_fingerprinter *f);
/*
 * Sets ja3 and ja4 of a hello that was parsed.  transport is JA4's letter: 't'
 * over TCP.  A text stays empty where the library refuses its hash (MD5 in a
 * FIPS mode).
 */
void tls_fingerprint_client(
    struct tls_fingerprinter *f, struct tls_client_hello *h, char transport);
/* Sets ja3s. */
void tls_fingerprint_server(
    struct tls_fingerprinter *f, struct tls_server_hello *h);

#endif
