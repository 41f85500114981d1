/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What a cipher suite needs for its records to be opened, by the IANA name of
 * the suite: the names say it all (RFC 5246 appendix C, RFC 8446 B.4).
 */
#ifndef TLS_SUITE_H
#define TLS_SUITE_H

#include "base/span.h"

enum tls_mode {
	TLS_MODE_NONE,
	TLS_MODE_MAC,    /* no encryption: RFC 5246 6.2.3.1 */
	TLS_MODE_CBC,    /* RFC 5246 6.2.3.2 */
	TLS_MODE_GCM,    /* RFC 5288 */
	TLS_MODE_CCM,    /* RFC 6655 */
	TLS_MODE_CHACHA, /* RFC 7905 */
};

enum { TLS_SUITE_MODES = 23 };

struct tls_suite {
	const char *name;   /* the end of the IANA name */
	const char *cipher; /* OpenSSL's name; NULL: none */
	enum tls_mode mode;
	uint8_t key, block, tag; /* bytes; block: of CBC; tag: of an AEAD */
	const char *mac;         /* the hash of the MAC; NULL: AEAD */
	uint8_t mac_size;
	const char *hash; /* of the PRF in TLS 1.2, and of TLS 1.3 */
};

/* NULL: not one that can be opened. */
const struct tls_suite *tls_suite_find(uint16_t number);
/* Its place in the table, below TLS_SUITE_MODES. */
size_t tls_suite_index(const struct tls_suite *s);
/* Its key exchange is RSA: the premaster went under the server's key. */
bool tls_suite_is_rsa(uint16_t number);

#endif
