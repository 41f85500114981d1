/* SPDX-License-Identifier: Apache-2.0 */
/*
 * X.509 facts through OpenSSL, each certificate read once.
 *
 * Reading one costs about 125 us; phones of one site all see the same few.  The
 * cache is keyed by the DER bytes and bounded; when it is full the oldest entry
 * goes, so a returned pointer is good until the next call.
 */
#ifndef TLS_CERT_H
#define TLS_CERT_H

#include "base/account.h"
#include "base/hash.h"
#include "tls/certmsg.h"

struct tls_cert_cache;

struct tls_cert_cache *tls_cert_cache_new(
    const struct rs_hash_seed *seed, struct rs_account *pay);
void tls_cert_cache_free(struct tls_cert_cache *c);
/* The reader that trackers are lent; it lives as long as the cache. */
struct tls_certificate_reader tls_cert_cache_reader(struct tls_cert_cache *c);

#endif
