/* SPDX-License-Identifier: Apache-2.0 */
/* X.509 facts, of certificates made here. */
#include "base/stamp.h"
#include "tls/cert.h"
#include "unit.h"

#include <openssl/err.h>
#include <openssl/evp.h>
#include <openssl/rsa.h>
#include <openssl/x509v3.h>
#include <string.h>

static const struct rs_hash_seed seed = {1, 2};

struct der {
	uint8_t p[8192];
	size_t n;
};

struct wish {
	EVP_PKEY *key;
	const EVP_MD *digest;               /* NULL: the key has its own */
	const char *subject, *issuer;       /* common names */
	const char *not_before, *not_after; /* ASN.1 */
	const char *san;
	const char *serial; /* hex */
};

static void
name_set(X509_NAME *name, const char *cn)
{
	X509_NAME_add_entry_by_txt(
	    name, "O", MBSTRING_UTF8, (const uint8_t *)"Example", -1, -1, 0);
	X509_NAME_add_entry_by_txt(
	    name, "CN", MBSTRING_UTF8, (const uint8_t *)cn, -1, -1, 0);
}

static void
make(struct der *d, const struct wish *w)
{
	X509 *x = X509_new();
	BIGNUM *serial = NULL;
	X509_set_version(x, X509_VERSION_3);
	BN_hex2bn(&serial, w->serial ? w->serial : "1");
	BN_to_ASN1_INTEGER(serial, X509_get_serialNumber(x));
	BN_free(serial);
	name_set(X509_get_subject_name(x), w->subject);
	name_set(X509_get_issuer_name(x), w->issuer);
	CU_ASSERT(ASN1_TIME_set_string(X509_getm_notBefore(x),
	    w->not_before ? w->not_before : "20240229120000Z"));
	CU_ASSERT(ASN1_TIME_set_string(X509_getm_notAfter(x),
	    w->not_after ? w->not_after : "20250101000000Z"));
	X509_set_pubkey(x, w->key);
	if (w->san) {
		X509_EXTENSION *e = X509V3_EXT_conf_nid(
		    NULL, NULL, NID_subject_alt_name, w->san);
		CU_ASSERT_PTR_NOT_NULL_FATAL(e);
		X509_add_ext(x, e, -1);
		X509_EXTENSION_free(e);
	}
	CU_ASSERT(X509_sign(x, w->key, w->digest) > 0);
	uint8_t *p = d->p;
	int n = i2d_X509(x, NULL);
	CU_ASSERT_FATAL(n > 0 && (size_t)n <= sizeof d->p);
	d->n = (size_t)i2d_X509(x, &p);
	X509_free(x);
}

static bool
is(struct rs_span s, const char *text)
{
	return rs_span_eq(s, rs_span_str(text));
}

static const struct tls_certificate_facts *
read_der(struct tls_cert_cache *c, const struct der *d)
{
	struct tls_certificate_reader r = tls_cert_cache_reader(c);
	return r.read(r.arg, (struct rs_span){d->p, d->n});
}

static void
test_facts(void)
{
	struct rs_account pay;
	rs_account_init(&pay, 1 << 20);
	struct tls_cert_cache *c = tls_cert_cache_new(&seed, &pay);
	static struct der d;

	/* RSA, expired, every kind of alternative name, Umlaut and comma */
	struct wish w = {.key = EVP_RSA_gen(2048),
	    .digest = EVP_sha256(),
	    .subject = "sbc, f\xc3\xbcr alle",
	    .issuer = "CA",
	    .serial = "0A1B2C3D4E5F60718293",
	    .san = "DNS:sip.example.org, DNS:*.example.org, IP:192.0.2.1, "
		   "IP:2001:db8::1, URI:sip:example.org, "
		   "email:a@example.org, RID:1.2.3.4"};
	make(&d, &w);
	const struct tls_certificate_facts *f = read_der(c, &d);
	CU_ASSERT_PTR_NOT_NULL_FATAL(f);
	CU_ASSERT(is(f->subject, "CN=sbc\\, f\xc3\xbcr alle,O=Example"));
	CU_ASSERT(is(f->issuer, "CN=CA,O=Example"));
	CU_ASSERT(is(f->serial, "0a1b2c3d4e5f60718293"));
	CU_ASSERT(is(f->key, "RSA 2048"));
	CU_ASSERT(is(f->signature, "sha256WithRSAEncryption"));
	CU_ASSERT_EQUAL(f->sha256.n, 64);
	CU_ASSERT_EQUAL(f->not_before, 1709208000 * RS_SEC); /* a leap day */
	CU_ASSERT_EQUAL(f->not_after, 1735689600 * RS_SEC);
	CU_ASSERT(!f->self_signed);
	static const char *const san[] = {"DNS:sip.example.org",
	    "DNS:*.example.org", "IP:192.0.2.1", "IP:2001:db8::1",
	    "URI:sip:example.org", "email:a@example.org"};
	CU_ASSERT_EQUAL_FATAL(f->n_san, 6);
	for (size_t i = 0; i < 6; i++)
		CU_ASSERT(is(f->san[i], san[i]));
	EVP_PKEY_free(w.key);

	/* EC, self-signed, dates that nanoseconds do not reach */
	w = (struct wish){.key = EVP_EC_gen("P-256"),
	    .digest = EVP_sha384(),
	    .subject = "x",
	    .issuer = "x",
	    .not_before = "16000101000000Z",
	    .not_after = "99991231235959Z"};
	make(&d, &w);
	f = read_der(c, &d);
	CU_ASSERT_PTR_NOT_NULL_FATAL(f);
	CU_ASSERT(is(f->key, "EC P-256"));
	CU_ASSERT(is(f->signature, "ecdsa-with-SHA384"));
	CU_ASSERT(is(f->serial, "01"));
	CU_ASSERT_EQUAL(f->not_before, RS_NEVER + 1);
	CU_ASSERT_EQUAL(f->not_after, INT64_MAX);
	CU_ASSERT(f->self_signed);
	CU_ASSERT_EQUAL(f->n_san, 0);
	EVP_PKEY_free(w.key);

	/* Ed25519; UTCTime of 1970 and 2049, RFC 5280 4.1.2.5.1 */
	w = (struct wish){.key = EVP_PKEY_Q_keygen(NULL, NULL, "ED25519"),
	    .subject = "x",
	    .issuer = "y",
	    .not_before = "700101000000Z",
	    .not_after = "491231235959Z"};
	make(&d, &w);
	f = read_der(c, &d);
	CU_ASSERT_PTR_NOT_NULL_FATAL(f);
	CU_ASSERT(is(f->key, "Ed25519"));
	CU_ASSERT_EQUAL(f->not_before, 0);
	CU_ASSERT_EQUAL(f->not_after, 2524607999 * RS_SEC);
	EVP_PKEY_free(w.key);

	tls_cert_cache_free(c);
	CU_ASSERT_EQUAL(pay.used, 0);
}

static void
test_unreadable(void)
{
	struct rs_account pay;
	rs_account_init(&pay, 1 << 20);
	struct tls_cert_cache *c = tls_cert_cache_new(&seed, &pay);
	static struct der d;
	struct wish w = {.key = EVP_EC_gen("P-256"),
	    .digest = EVP_sha256(),
	    .subject = "x",
	    .issuer = "y"};
	make(&d, &w);
	EVP_PKEY_free(w.key);

	d.n++; /* something follows it */
	CU_ASSERT_PTR_NULL(read_der(c, &d));
	CU_ASSERT_EQUAL(ERR_peek_error(), 0);
	size_t used = pay.used;
	CU_ASSERT(used > 0);
	CU_ASSERT_PTR_NULL(read_der(c, &d)); /* known already */
	CU_ASSERT_EQUAL(pay.used, used);
	d.n--;
	CU_ASSERT_PTR_NOT_NULL(read_der(c, &d));
	for (size_t whole = d.n; d.n-- > 0;) {
		if (d.n < whole - 20 && d.n % 16)
			continue;
		CU_ASSERT_PTR_NULL(read_der(c, &d));
		CU_ASSERT_EQUAL(ERR_peek_error(), 0);
	}
	tls_cert_cache_free(c);
	CU_ASSERT_EQUAL(pay.used, 0);
}

/* Full by number or by budget, the oldest goes, and nothing is ever refused. */
static void
test_bounded(void)
{
	static const size_t limits[] = {0, 3000, 20000, 1 << 26};
	for (size_t k = 0; k < 4; k++) {
		struct rs_account pay;
		rs_account_init(&pay, limits[k]);
		struct tls_cert_cache *c = tls_cert_cache_new(&seed, &pay);
		static struct der d;
		struct wish w = {
		    .key = EVP_PKEY_Q_keygen(NULL, NULL, "ED25519"),
		    .issuer = "y"};
		for (unsigned i = 0; i < 600; i++) {
			char name[16];
			snprintf(name, sizeof name, "phone %u", i);
			w.subject = name;
			make(&d, &w);
			const struct tls_certificate_facts *f = read_der(c, &d);
			CU_ASSERT_PTR_NOT_NULL_FATAL(f);
			CU_ASSERT(is(
			    rs_span_part(f->subject, 3, strlen(name)), name));
			CU_ASSERT_PTR_EQUAL(f, read_der(c, &d));
		}
		CU_ASSERT(pay.highest < 2 << 20);
		EVP_PKEY_free(w.key);
		tls_cert_cache_free(c);
		CU_ASSERT_EQUAL(pay.used, 0);
	}
}

UNIT_MAIN("cert", UNIT(test_facts), UNIT(test_unreadable), UNIT(test_bounded))
