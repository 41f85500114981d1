/* SPDX-License-Identifier: Apache-2.0 */
/* Chains as sent, and what a store says of them, of certificates made here. */
#include "base/stamp.h"
#include "tls/cert.h"
#include "tls/chain.h"
#include "unit.h"

#include <openssl/evp.h>
#include <openssl/pem.h>
#include <openssl/rsa.h>
#include <openssl/x509v3.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static const struct rs_hash_seed seed = {1, 2};
/* 2024-06-01, and both ends of the leaf: a second before and at each. */
static const rs_time june = 1717200000 * RS_SEC;
static const rs_time begins = 1714521600 * RS_SEC; /* 2024-05-01 */
static const rs_time ends = 1719792000 * RS_SEC;   /* 2024-07-01 */

enum who { ROOT, MIDDLE, LEAF, OTHER, N };

static EVP_PKEY *key[N];
static struct {
	uint8_t p[4096];
	size_t n;
} der[N];
static struct rs_account pay;
static struct tls_cert_cache *certs;
static struct tls_certificate_reader reader;

static void
extension(X509 *x, int nid, const char *value)
{
	X509_EXTENSION *e = X509V3_EXT_conf_nid(NULL, NULL, nid, value);
	CU_ASSERT_PTR_NOT_NULL_FATAL(e);
	X509_add_ext(x, e, -1);
	X509_EXTENSION_free(e);
}

static void
common_name(X509_NAME *name, const char *cn)
{
	X509_NAME_add_entry_by_txt(
	    name, "CN", MBSTRING_UTF8, (const uint8_t *)cn, -1, -1, 0);
}

static void
make(enum who who, enum who by, const char *const dates[2], const EVP_MD *md)
{
	static const char *const names[N] = {"Root", "Middle", "leaf", "other"};
	X509 *x = X509_new();
	X509_set_version(x, X509_VERSION_3);
	ASN1_INTEGER_set(X509_get_serialNumber(x), (long)who + 1);
	common_name(X509_get_subject_name(x), names[who]);
	common_name(X509_get_issuer_name(x), names[by]);
	ASN1_TIME_set_string(X509_getm_notBefore(x), dates[0]);
	ASN1_TIME_set_string(X509_getm_notAfter(x), dates[1]);
	X509_set_pubkey(x, key[who]);
	if (who == ROOT || who == MIDDLE)
		extension(x, NID_basic_constraints, "critical,CA:TRUE");
	if (who == LEAF)
		extension(x, NID_info_access,
		    "OCSP;URI:http://ocsp.example.com,"
		    "caIssuers;URI:http://ca.example.com/middle.cer");
	CU_ASSERT_FATAL(X509_sign(x, key[by], md) > 0);
	uint8_t *p = der[who].p;
	der[who].n = (size_t)i2d_X509(x, &p);
	X509_free(x);
}

/* Comes first: the others read these. */
static void
test_make(void)
{
	static const char *const years[2] = {
	    "20200101000000Z", "20400101000000Z"};
	static const char *const months[2] = {
	    "20240501000000Z", "20240701000000Z"};
	for (int i = 0; i < N; i++)
		key[i] = i == OTHER ? EVP_RSA_gen(1024) : EVP_EC_gen("P-256");
	make(ROOT, ROOT, years, EVP_sha256());
	make(MIDDLE, ROOT, years, EVP_sha1());
	make(LEAF, MIDDLE, months, EVP_sha256());
	make(OTHER, OTHER, years, EVP_sha256());
}

static struct tls_certificate_list
list(const enum who *v, size_t n)
{
	struct tls_certificate_list l = {.n = n, .total = n};
	for (size_t i = 0; i < n; i++)
		l.der[i] = (struct rs_span){der[v[i]].p, der[v[i]].n};
	return l;
}

#define LIST(...)                                                              \
 list((enum who[]){__VA_ARGS__},                                               \
     sizeof((enum who[]){__VA_ARGS__}) / sizeof(enum who))

static bool
is(struct rs_span s, const char *text)
{
	return rs_span_eq(s, rs_span_str(text));
}

static void
test_order(void)
{
	static const struct {
		const char *name;
		enum who v[4];
		size_t n;
		bool in_order;
		size_t path;
		bool root;
		const char *missing, *url;
	} rows[] = {
	    {"leaf alone", {LEAF}, 1, true, 1, false, "CN=Middle",
		"http://ca.example.com/middle.cer"},
	    {"as it should be", {LEAF, MIDDLE}, 2, true, 2, false, "CN=Root",
		""},
	    {"with its root", {LEAF, MIDDLE, ROOT}, 3, true, 3, true, "", ""},
	    {"turned", {LEAF, ROOT, MIDDLE}, 3, false, 3, true, "", ""},
	    {"a hole in it", {LEAF, ROOT}, 2, false, 1, false, "CN=Middle",
		"http://ca.example.com/middle.cer"},
	    {"one too many", {LEAF, OTHER, MIDDLE}, 3, false, 2, false,
		"CN=Root", ""},
	    {"self-signed", {OTHER}, 1, true, 1, true, "", ""},
	    {"the same twice", {LEAF, LEAF, MIDDLE}, 3, false, 2, false,
		"CN=Root", ""},
	};
	struct tls_chain_cache *c = tls_chain_cache_new(&reader, NULL, &pay);
	struct tls_certificate_reader r = tls_chain_cache_reader(c);
	for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
		struct tls_certificate_list l = list(rows[i].v, rows[i].n);
		const struct tls_chain_facts *f =
		    r.chain(r.arg, &l, june, false);
		unit_row(rows[i].name);
		CU_ASSERT_PTR_NOT_NULL_FATAL(f);
		CU_ASSERT(f->readable);
		CU_ASSERT_EQUAL(f->in_order, rows[i].in_order);
		CU_ASSERT_EQUAL(f->path, rows[i].path);
		CU_ASSERT_EQUAL(f->root, rows[i].root);
		CU_ASSERT(is(f->missing, rows[i].missing));
		CU_ASSERT(is(f->missing_url, rows[i].url));
		CU_ASSERT_EQUAL(f->verification.n, 0);
	}
	struct tls_certificate_list bad = LIST(LEAF, MIDDLE);
	bad.der[1] = RS_LIT("no certificate");
	CU_ASSERT_PTR_NULL(r.chain(r.arg, &bad, june, false));
	struct tls_certificate_list none = {0};
	CU_ASSERT_PTR_NULL(r.chain(r.arg, &none, june, false));
	tls_chain_cache_free(c);
}

/* A store of one certificate. */
static struct tls_trust *
trust(enum who who)
{
	char path[] = "/tmp/test_chain.XXXXXX";
	int fd = mkstemp(path);
	FILE *f = fdopen(fd, "w");
	CU_ASSERT_PTR_NOT_NULL_FATAL(f);
	PEM_write(f, PEM_STRING_X509, "", der[who].p, (long)der[who].n);
	fclose(f);
	struct tls_trust *t = tls_trust_new();
	CU_ASSERT(tls_trust_add_file(t, path));
	CU_ASSERT_STRING_EQUAL(tls_trust_name(t), path);
	unlink(path);
	return t;
}

static void
test_verdicts(void)
{
	struct tls_trust *t = trust(ROOT);
	struct tls_chain_cache *c = tls_chain_cache_new(&reader, t, &pay);
	struct tls_certificate_reader r = tls_chain_cache_reader(c);
	const struct {
		struct tls_certificate_list l;
		rs_time at;
		const char *words;
		int depth;
	} rows[] = {
	    {LIST(LEAF, MIDDLE), june, "ok", 0},
	    {LIST(LEAF, OTHER, MIDDLE), june, "ok", 0},
	    {LIST(LEAF, MIDDLE), begins - 1, "certificate is not yet valid", 0},
	    {LIST(LEAF, MIDDLE), begins, "ok", 0},
	    {LIST(LEAF, MIDDLE), ends + RS_SEC - 1, "ok", 0},
	    {LIST(LEAF, MIDDLE), ends + RS_SEC, "certificate has expired", 0},
	    {LIST(LEAF), june, "unable to get local issuer certificate", 0},
	    {LIST(OTHER), june, "self-signed certificate", 0},
	};
	for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
		const struct tls_chain_facts *f =
		    r.chain(r.arg, &rows[i].l, rows[i].at, false);
		unit_row(rows[i].words);
		CU_ASSERT_PTR_NOT_NULL_FATAL(f);
		CU_ASSERT(is(f->verification, rows[i].words));
		CU_ASSERT_EQUAL(f->verified, is(f->verification, "ok"));
		CU_ASSERT_EQUAL(f->depth, rows[i].depth);
	}
	tls_chain_cache_free(c);
	tls_trust_free(t);
}

/* The store is asked once for each chain and each stretch of time in which none
   of its certificates begins or ends. */
static void
test_once(void)
{
	struct tls_trust *t = trust(ROOT);
	struct tls_chain_cache *c = tls_chain_cache_new(&reader, t, &pay);
	struct tls_certificate_reader r = tls_chain_cache_reader(c);
	struct tls_certificate_list l = LIST(LEAF, MIDDLE);
	for (rs_time at = begins; at < ends + RS_SEC; at += 3600 * RS_SEC)
		(void)r.chain(r.arg, &l, at, false);
	CU_ASSERT_EQUAL(tls_chain_cache_verified(c), 1);
	(void)r.chain(r.arg, &l, june, true); /* a phone's own */
	CU_ASSERT_EQUAL(tls_chain_cache_verified(c), 2);
	(void)r.chain(r.arg, &l, ends + RS_SEC, false);
	(void)r.chain(r.arg, &l, ends + 100 * RS_SEC, false);
	CU_ASSERT_EQUAL(tls_chain_cache_verified(c), 3);
	tls_chain_cache_free(c);
	tls_trust_free(t);
}

/* However small the budget, an answer comes, and it is kept for a while. */
static void
test_budget(void)
{
	struct rs_account small;
	rs_account_init(&small, 1);
	struct tls_chain_cache *c = tls_chain_cache_new(&reader, NULL, &small);
	struct tls_certificate_reader r = tls_chain_cache_reader(c);
	struct tls_certificate_list a = LIST(LEAF), b = LIST(OTHER);
	for (int i = 0; i < 3; i++) {
		CU_ASSERT(!r.chain(r.arg, &a, june, false)->root);
		CU_ASSERT(r.chain(r.arg, &b, june, false)->root);
	}
	tls_chain_cache_free(c);
	CU_ASSERT_EQUAL(small.used, 0);
}

static void
test_strength(void)
{
	const struct tls_certificate_facts *f = reader.read(
	    reader.arg, (struct rs_span){der[OTHER].p, der[OTHER].n});
	CU_ASSERT(f->weak_key && !f->weak_signature);
	CU_ASSERT_EQUAL(f->issuer_url.n, 0);
	CU_ASSERT_EQUAL(f->spki_sha256.n, 64);
	f = reader.read(
	    reader.arg, (struct rs_span){der[MIDDLE].p, der[MIDDLE].n});
	CU_ASSERT(!f->weak_key && f->weak_signature);
	f = reader.read(reader.arg, (struct rs_span){der[LEAF].p, der[LEAF].n});
	CU_ASSERT(!f->weak_key && !f->weak_signature);
	CU_ASSERT(!f->not_for_servers);
	CU_ASSERT(is(f->issuer_url, "http://ca.example.com/middle.cer"));
}

int
main(void)
{
	static const struct unit_test tests[] = {UNIT(test_make),
	    UNIT(test_order), UNIT(test_verdicts), UNIT(test_once),
	    UNIT(test_budget), UNIT(test_strength)};
	rs_account_init(&pay, 1 << 20);
	certs = tls_cert_cache_new(&seed, &pay);
	reader = tls_cert_cache_reader(certs);
	int status = unit_run("chain", tests, sizeof tests / sizeof *tests);
	tls_cert_cache_free(certs);
	for (int i = 0; i < N; i++)
		EVP_PKEY_free(key[i]);
	return status;
}
