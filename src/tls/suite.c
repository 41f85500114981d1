/* SPDX-License-Identifier: Apache-2.0 */
#include "tls/suite.h"

#include "tls/hello.h"

#define AEAD(n, c, m, k, t, h)                                                 \
 {                                                                             \
  n, c, TLS_MODE_##m, k, 0, t, NULL, 0, h                                      \
 }
#define CBC(n, c, k, b, m, s, h)                                               \
 {                                                                             \
  n, c, TLS_MODE_CBC, k, b, 0, m, s, h                                         \
 }
#define MAC(n, m, s)                                                           \
 {                                                                             \
  n, NULL, TLS_MODE_MAC, 0, 0, 0, m, s, "SHA256"                               \
 }

static const struct tls_suite suites[] = {
    AEAD("AES_128_GCM_SHA256", "AES-128-GCM", GCM, 16, 16, "SHA256"),
    AEAD("AES_256_GCM_SHA384", "AES-256-GCM", GCM, 32, 16, "SHA384"),
    AEAD("CHACHA20_POLY1305_SHA256", "ChaCha20-Poly1305", CHACHA, 32, 16,
	"SHA256"),
    AEAD("AES_128_CCM_SHA256", "AES-128-CCM", CCM, 16, 16, "SHA256"),
    AEAD("AES_128_CCM_8_SHA256", "AES-128-CCM", CCM, 16, 8, "SHA256"),
    AEAD("AES_128_CCM", "AES-128-CCM", CCM, 16, 16, "SHA256"),
    AEAD("AES_256_CCM", "AES-256-CCM", CCM, 32, 16, "SHA256"),
    AEAD("AES_128_CCM_8", "AES-128-CCM", CCM, 16, 8, "SHA256"),
    AEAD("AES_256_CCM_8", "AES-256-CCM", CCM, 32, 8, "SHA256"),
    AEAD("ARIA_128_GCM_SHA256", "ARIA-128-GCM", GCM, 16, 16, "SHA256"),
    AEAD("ARIA_256_GCM_SHA384", "ARIA-256-GCM", GCM, 32, 16, "SHA384"),
    CBC("AES_128_CBC_SHA", "AES-128-CBC", 16, 16, "SHA1", 20, "SHA256"),
    CBC("AES_256_CBC_SHA", "AES-256-CBC", 32, 16, "SHA1", 20, "SHA256"),
    CBC("AES_128_CBC_SHA256", "AES-128-CBC", 16, 16, "SHA256", 32, "SHA256"),
    CBC("AES_256_CBC_SHA256", "AES-256-CBC", 32, 16, "SHA256", 32, "SHA256"),
    CBC("AES_256_CBC_SHA384", "AES-256-CBC", 32, 16, "SHA384", 48, "SHA384"),
    CBC("CAMELLIA_128_CBC_SHA", "CAMELLIA-128-CBC", 16, 16, "SHA1", 20,
	"SHA256"),
    CBC("CAMELLIA_256_CBC_SHA", "CAMELLIA-256-CBC", 32, 16, "SHA1", 20,
	"SHA256"),
    CBC("CAMELLIA_128_CBC_SHA256", "CAMELLIA-128-CBC", 16, 16, "SHA256", 32,
	"SHA256"),
    CBC("3DES_EDE_CBC_SHA", "DES-EDE3-CBC", 24, 8, "SHA1", 20, "SHA256"),
    MAC("NULL_SHA256", "SHA256", 32),
    MAC("NULL_SHA", "SHA1", 20),
    MAC("NULL_MD5", "MD5", 16),
};
_Static_assert(
    sizeof suites / sizeof *suites == TLS_SUITE_MODES, "one of each");

/* Of an IANA name, what follows the key exchange. */
static struct rs_span
bulk(struct rs_span name)
{
	static const char with[] = "_WITH_";
	const size_t n = sizeof with - 1;
	for (size_t i = 0; i + n <= name.n; i++)
		if (memcmp(name.p + i, with, n) == 0)
			return rs_span_from(name, i + n);
	return rs_span_from(name, sizeof "TLS_" - 1);
}

const struct tls_suite *
tls_suite_find(uint16_t number)
{
	struct rs_span want = bulk(rs_span_str(tls_cipher_name(number)));
	for (size_t i = 0; i < TLS_SUITE_MODES; i++)
		if (rs_span_eq(want, rs_span_str(suites[i].name)))
			return &suites[i];
	return NULL;
}

size_t
tls_suite_index(const struct tls_suite *s)
{
	return (size_t)(s - suites);
}

bool
tls_suite_is_rsa(uint16_t number)
{
	return rs_span_starts(
	    rs_span_str(tls_cipher_name(number)), RS_LIT("TLS_RSA_WITH_"));
}
