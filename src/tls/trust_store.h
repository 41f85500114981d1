/* SPDX-License-Identifier: Apache-2.0 */
/* The store itself, for chain.c.  Nobody else includes it. */
#ifndef TLS_TRUST_STORE_H
#define TLS_TRUST_STORE_H

#include "tls/trust.h"

#include <openssl/x509.h>

X509_STORE *tls_trust_store(const struct tls_trust *t);

#endif
