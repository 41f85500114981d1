/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The certificates that are trusted: from files, folders and the system's own,
 * and the name under which a report says which these were.
 */
#ifndef TLS_TRUST_H
#define TLS_TRUST_H

#include <stdbool.h>

struct tls_trust;

/* An empty store: nothing is trusted. */
struct tls_trust *tls_trust_new(void);
void tls_trust_free(struct tls_trust *t);
/* Adds the certificates of a PEM file; false: not readable, or none in it. */
bool tls_trust_add_file(struct tls_trust *t, const char *path);
/* Adds a folder whose names are hashes, as `openssl rehash` makes them; false:
   it is no folder that can be read. */
bool tls_trust_add_path(struct tls_trust *t, const char *path);
/* Adds the library's own places (SSL_CERT_FILE, SSL_CERT_DIR). */
bool tls_trust_add_system(struct tls_trust *t);
/* "roots.pem, system"; lives as long as the store. */
const char *tls_trust_name(const struct tls_trust *t);

#endif
