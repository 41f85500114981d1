/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Chains of certificates as they were sent: their order, what they lack, and,
 * where a store is given, whether they lead to a certificate that is trusted,
 * each at the time of its frame.
 *
 * A chain is looked at once.  What the store says of it stays the same until
 * one of its certificates begins or ends, so that is the time for which an
 * answer is kept; then it is asked again.  The cache is bounded; when it is
 * full the oldest entry goes.
 */
#ifndef TLS_CHAIN_H
#define TLS_CHAIN_H

#include "base/account.h"
#include "tls/certmsg.h"
#include "tls/trust.h"

struct tls_chain_cache;

/* certificates: of tls_cert_cache_reader(); trust may be NULL: chains are then
   not verified.  All must outlive it. */
struct tls_chain_cache *tls_chain_cache_new(
    const struct tls_certificate_reader *certificates,
    const struct tls_trust *trust, struct rs_account *pay);
void tls_chain_cache_free(struct tls_chain_cache *c);
/* Reads certificates and chains; it lives as long as the cache. */
struct tls_certificate_reader tls_chain_cache_reader(struct tls_chain_cache *c);
/* How often a store was asked. */
uint64_t tls_chain_cache_verified(const struct tls_chain_cache *c);

#endif
