/* SPDX-License-Identifier: Apache-2.0 */
/*
 * X.509 (RFC 5280) by OpenSSL, once per certificate.
 *
 * An entry holds the DER, to compare, and the facts as one block of text; what
 * could not be read is kept too, so that it is not tried again with every
 * handshake.  Entries stand in a hash table and in the order they were made;
 * the oldest goes first.  Where the budget has no room for even one entry, that
 * one is kept outside it until the next call: a certificate is never told as
 * unreadable for want of memory.
 *
 * What a hostile certificate can make grow is bounded: names and values by
 * MAX_TEXT, alternative names by MAX_SAN.
 */
#include "tls/cert.h"

#include "base/addr.h"
#include "base/date.h"

#include <limits.h>
#include <openssl/bio.h>
#include <openssl/ec.h>
#include <openssl/err.h>
#include <openssl/evp.h>
#include <openssl/x509v3.h>
#include <stdlib.h>

enum {
	BUCKETS = 256,
	MAX_ENTRIES = 512,
	MAX_SAN = 64,
	MAX_TEXT = 2048, /* of one name or value */
	SHA256_BYTES = 32,
};

struct entry {
	struct entry *same;  /* next in its bucket */
	struct entry *newer; /* next in age */
	uint64_t hash;
	size_t charged; /* 0: stands outside the budget */
	uint8_t *der;
	size_t n_der;
	bool readable;
	struct tls_certificate_facts facts;
	uint8_t *text; /* what the spans of facts point into */
	size_t n_text, size_text;
	struct rs_span san[MAX_SAN];
};

struct tls_cert_cache {
	struct rs_hash_seed seed;
	struct rs_account *pay;
	EVP_MD *sha256;
	struct entry *bucket[BUCKETS];
	struct entry *oldest, *newest;
	size_t n;
};

static void *
need(void *p)
{
	if (p == NULL)
		abort(); /* as GLib: sizes are clamped before they get here */
	return p;
}

/* ---- text: offsets while the block may still move, spans when it is done */

static void
text_add(struct entry *e, const void *p, size_t n)
{
	if (n > e->size_text - e->n_text) {
		while (n > e->size_text - e->n_text)
			e->size_text = e->size_text ? 2 * e->size_text : 512;
		e->text = need(realloc(e->text, e->size_text));
	}
	memcpy(e->text + e->n_text, p, n);
	e->n_text += n;
}

/* A value that begins at `from` and ends where the text does now.  Its p is
   set by text_settle: until then it holds only the length. */
static struct rs_span
text_since(const struct entry *e, size_t from)
{
	return (struct rs_span){NULL, e->n_text - from};
}

/* n bytes of p, cut at MAX_TEXT. */
static struct rs_span
text_value(struct entry *e, const void *p, size_t n)
{
	size_t from = e->n_text;
	text_add(e, p, n < MAX_TEXT ? n : MAX_TEXT);
	return text_since(e, from);
}

static struct rs_span
text_str(struct entry *e, const char *s)
{
	return text_value(e, s, strlen(s));
}

static struct rs_span
text_hex(struct entry *e, const uint8_t *p, size_t n)
{
	static const char digits[] = "0123456789abcdef";
	size_t from = e->n_text;
	for (size_t i = 0; i < n && i < MAX_TEXT / 2; i++) {
		char two[2] = {digits[p[i] >> 4], digits[p[i] & 15]};
		text_add(e, two, 2);
	}
	return text_since(e, from);
}

/* What was written to a BIO, emptied for the next. */
static struct rs_span
text_bio(struct entry *e, BIO *b)
{
	char *p = NULL;
	long n = BIO_get_mem_data(b, &p);
	struct rs_span s = text_value(e, n > 0 ? p : "", n > 0 ? (size_t)n : 0);
	(void)BIO_reset(b);
	return s;
}

/* The block does not move any more: the values, in the order they were made,
   become spans into it. */
static void
text_settle(struct entry *e)
{
	struct tls_certificate_facts *f = &e->facts;
	struct rs_span *made[] = {&f->subject, &f->issuer, &f->serial,
	    &f->sha256, &f->key, &f->signature, &f->spki_sha256,
	    &f->issuer_url};
	const uint8_t *p = e->text;
	for (size_t i = 0; i < sizeof made / sizeof *made; i++) {
		made[i]->p = p;
		p += made[i]->n;
	}
	for (size_t i = 0; i < f->n_san; i++) {
		e->san[i].p = p;
		p += e->san[i].n;
	}
	f->san = e->san;
}

/* ---- one certificate */

/* RFC 2253 as OpenSSL does it, but UTF-8 left as UTF-8. */
static struct rs_span
name_text(struct entry *e, BIO *b, const X509_NAME *name)
{
	unsigned long how =
	    XN_FLAG_RFC2253 & ~(unsigned long)ASN1_STRFLGS_ESC_MSB;
	(void)X509_NAME_print_ex(b, name, 0, how);
	return text_bio(e, b);
}

static struct rs_span
serial_text(struct entry *e, const X509 *x)
{
	const ASN1_INTEGER *i = X509_get0_serialNumber(x);
	int n = ASN1_STRING_length(i);
	return text_hex(e, ASN1_STRING_get0_data(i), n > 0 ? (size_t)n : 0);
}

/* "P-256" for what OpenSSL calls prime256v1. */
static const char *
curve_name(const char *group)
{
	int nid = OBJ_sn2nid(group);
	const char *nist = nid == NID_undef ? NULL : EC_curve_nid2nist(nid);
	return nist ? nist : group;
}

static struct rs_span
key_text(struct entry *e, BIO *b, X509 *x)
{
	EVP_PKEY *key = X509_get0_pubkey(x);
	char group[80];
	size_t n = 0;
	if (key == NULL) { /* a key that OpenSSL does not know */
		ASN1_OBJECT *algorithm = NULL;
		if (X509_PUBKEY_get0_param(&algorithm, NULL, NULL, NULL,
			X509_get_X509_PUBKEY(x)) == 1)
			(void)i2a_ASN1_OBJECT(b, algorithm);
		return text_bio(e, b);
	}
	int type = EVP_PKEY_get_base_id(key);
	if (type == EVP_PKEY_EC &&
	    EVP_PKEY_get_group_name(key, group, sizeof group, &n) == 1)
		BIO_printf(b, "EC %s", curve_name(group));
	else if (type == EVP_PKEY_ED25519)
		BIO_puts(b, "Ed25519");
	else if (type == EVP_PKEY_ED448)
		BIO_puts(b, "Ed448");
	else
		BIO_printf(b, "%s %d",
		    type == EVP_PKEY_RSA       ? "RSA"
		    : type == EVP_PKEY_RSA_PSS ? "RSA-PSS"
		    : type == EVP_PKEY_DSA     ? "DSA"
		    : type == EVP_PKEY_EC      ? "EC"
					       : OBJ_nid2sn(type),
		    EVP_PKEY_get_bits(key));
	return text_bio(e, b);
}

static struct rs_span
signature_text(struct entry *e, BIO *b, const X509 *x)
{
	const X509_ALGOR *a = X509_get0_tbs_sigalg(x);
	const ASN1_OBJECT *o = NULL;
	X509_ALGOR_get0(&o, NULL, NULL, a);
	int nid = OBJ_obj2nid(o);
	if (nid != NID_undef)
		return text_str(e, OBJ_nid2ln(nid));
	(void)i2a_ASN1_OBJECT(b, o); /* dotted */
	return text_bio(e, b);
}

static rs_time
time_of(const ASN1_TIME *t)
{
	struct tm tm;
	if (t == NULL || ASN1_TIME_to_tm(t, &tm) != 1)
		return RS_NEVER;
	int64_t day =
	    rs_date_days(tm.tm_year + 1900, tm.tm_mon + 1, tm.tm_mday);
	int64_t s =
	    day * 86400 + tm.tm_hour * 3600 + tm.tm_min * 60 + tm.tm_sec;
	/* nanoseconds reach from 1677 to 2262 */
	if (s >= INT64_MAX / RS_SEC)
		return INT64_MAX;
	if (s <= INT64_MIN / RS_SEC)
		return RS_NEVER + 1;
	return s * RS_SEC;
}

/* RFC 5280 4.2.1.6: DNS, IP, URI and email names; others are left out. */
static void
san_text(struct entry *e, const GENERAL_NAME *g)
{
	const ASN1_STRING *s = NULL;
	const char *kind = NULL;
	switch (g->type) {
	case GEN_DNS:
		s = g->d.dNSName;
		kind = "DNS:";
		break;
	case GEN_URI:
		s = g->d.uniformResourceIdentifier;
		kind = "URI:";
		break;
	case GEN_EMAIL:
		s = g->d.rfc822Name;
		kind = "email:";
		break;
	case GEN_IPADD:
		s = g->d.iPAddress;
		kind = "IP:";
		break;
	default:
		return;
	}
	const uint8_t *p = ASN1_STRING_get0_data(s);
	int length = ASN1_STRING_length(s);
	size_t n = length > 0 ? (size_t)length : 0, from = e->n_text;
	char address[RS_ADDR_TEXT];
	if (g->type == GEN_IPADD) {
		struct rs_addr a;
		if (n == 4)
			a = rs_addr_v4(p);
		else if (n == 16)
			a = rs_addr_v6(p);
		else
			return;
		n = rs_addr_format(&a, address);
		p = (const uint8_t *)address;
	}
	text_add(e, kind, strlen(kind));
	(void)text_value(e, p, n);
	e->san[e->facts.n_san++] = text_since(e, from);
}

static void
sans_text(struct entry *e, const X509 *x)
{
	GENERAL_NAMES *all =
	    X509_get_ext_d2i(x, NID_subject_alt_name, NULL, NULL);
	for (int i = 0; i < sk_GENERAL_NAME_num(all); i++)
		if (e->facts.n_san < MAX_SAN)
			san_text(e, sk_GENERAL_NAME_value(all, i));
	GENERAL_NAMES_free(all);
}

static struct rs_span
spki_text(const struct tls_cert_cache *c, struct entry *e, const X509 *x)
{
	uint8_t *der = NULL, hash[SHA256_BYTES];
	struct rs_span s = {0};
	int n = i2d_X509_PUBKEY(X509_get_X509_PUBKEY(x), &der);
	if (n > 0 &&
	    EVP_Digest(der, (size_t)n, hash, NULL, c->sha256, NULL) == 1)
		s = text_hex(e, hash, sizeof hash);
	OPENSSL_free(der);
	return s;
}

/* The first URI by which the issuer's certificate can be got. */
static struct rs_span
issuer_url_text(struct entry *e, const X509 *x)
{
	AUTHORITY_INFO_ACCESS *all =
	    X509_get_ext_d2i(x, NID_info_access, NULL, NULL);
	struct rs_span s = {0};
	for (int i = 0; i < sk_ACCESS_DESCRIPTION_num(all) && s.n == 0; i++) {
		const ACCESS_DESCRIPTION *d =
		    sk_ACCESS_DESCRIPTION_value(all, i);
		if (OBJ_obj2nid(d->method) != NID_ad_ca_issuers ||
		    d->location->type != GEN_URI)
			continue;
		const ASN1_STRING *uri =
		    d->location->d.uniformResourceIdentifier;
		int n = ASN1_STRING_length(uri);
		s = text_value(
		    e, ASN1_STRING_get0_data(uri), n > 0 ? (size_t)n : 0);
	}
	AUTHORITY_INFO_ACCESS_free(all);
	return s;
}

/* What may keep others from using it.  Strength in bits as the library
   estimates it (NIST SP 800-57 5.6.1): 112 is RSA 2048; a signature by SHA-1
   has 63, by MD5 less. */
static void
strength(struct tls_certificate_facts *f, X509 *x)
{
	EVP_PKEY *key = X509_get0_pubkey(x);
	int bits = key ? EVP_PKEY_get_security_bits(key) : 0;
	f->weak_key = bits > 0 && bits < 112;
	if (!f->self_signed &&
	    X509_get_signature_info(x, NULL, NULL, &bits, NULL) == 1)
		f->weak_signature = bits > 0 && bits < 80;
	uint32_t flags = X509_get_extension_flags(x);
	f->not_for_servers =
	    (flags & (EXFLAG_XKUSAGE | EXFLAG_INVALID)) == EXFLAG_XKUSAGE &&
	    (X509_get_extended_key_usage(x) & (XKU_SSL_SERVER | XKU_ANYEKU)) ==
		0;
}

/* The values in the order that text_settle counts on. */
static void
facts_read(const struct tls_cert_cache *c, struct entry *e, X509 *x)
{
	struct tls_certificate_facts *f = &e->facts;
	uint8_t hash[SHA256_BYTES];
	BIO *b = need(BIO_new(BIO_s_mem()));

	f->subject = name_text(e, b, X509_get_subject_name(x));
	f->issuer = name_text(e, b, X509_get_issuer_name(x));
	f->serial = serial_text(e, x);
	if (EVP_Digest(e->der, e->n_der, hash, NULL, c->sha256, NULL) == 1)
		f->sha256 = text_hex(e, hash, sizeof hash);
	f->key = key_text(e, b, x);
	f->signature = signature_text(e, b, x);
	f->spki_sha256 = spki_text(c, e, x);
	f->issuer_url = issuer_url_text(e, x);
	sans_text(e, x);
	text_settle(e);
	f->not_before = time_of(X509_get0_notBefore(x));
	f->not_after = time_of(X509_get0_notAfter(x));
	f->self_signed = X509_NAME_cmp(X509_get_subject_name(x),
			     X509_get_issuer_name(x)) == 0;
	strength(f, x);
	BIO_free(b);
}

static void
entry_read(const struct tls_cert_cache *c, struct entry *e)
{
	const unsigned char *p = e->der;
	X509 *x =
	    e->n_der <= LONG_MAX ? d2i_X509(NULL, &p, (long)e->n_der) : NULL;
	/* what follows the certificate would be hashed with it */
	if (x && p == e->der + e->n_der) {
		facts_read(c, e, x);
		e->readable = true;
	}
	X509_free(x);
	ERR_clear_error();
}

/* ---- the cache */

struct tls_cert_cache *
tls_cert_cache_new(const struct rs_hash_seed *seed, struct rs_account *pay)
{
	struct tls_cert_cache *c = need(calloc(1, sizeof *c));
	c->seed = *seed;
	c->pay = pay;
	c->sha256 = EVP_MD_fetch(NULL, "SHA256", NULL);
	return c;
}

static void
evict_oldest(struct tls_cert_cache *c)
{
	struct entry *e = c->oldest;
	struct entry **at = &c->bucket[e->hash % BUCKETS];
	while (*at != e)
		at = &(*at)->same;
	*at = e->same;
	c->oldest = e->newer;
	if (c->oldest == NULL)
		c->newest = NULL;
	c->n--;
	if (e->charged)
		rs_account_refund(c->pay, e->charged);
	free(e->der);
	free(e->text);
	free(e);
}

void
tls_cert_cache_free(struct tls_cert_cache *c)
{
	if (c == NULL)
		return;
	while (c->oldest)
		evict_oldest(c);
	EVP_MD_free(c->sha256);
	free(c);
}

static struct entry *
find(const struct tls_cert_cache *c, uint64_t hash, struct rs_span der)
{
	struct entry *e = c->bucket[hash % BUCKETS];
	while (e && (e->hash != hash ||
			!rs_span_eq((struct rs_span){e->der, e->n_der}, der)))
		e = e->same;
	return e;
}

static struct entry *
add(struct tls_cert_cache *c, uint64_t hash, struct rs_span der)
{
	struct entry *e = need(calloc(1, sizeof *e));
	e->hash = hash;
	e->n_der = der.n;
	e->der = need(malloc(der.n ? der.n : 1));
	if (der.n)
		memcpy(e->der, der.p, der.n);
	entry_read(c, e);

	size_t size = sizeof *e + e->n_der + e->size_text;
	while (c->oldest && (c->n >= MAX_ENTRIES || c->oldest->charged == 0))
		evict_oldest(c);
	bool paid = rs_account_charge(c->pay, size);
	while (!paid && c->oldest) {
		evict_oldest(c);
		paid = rs_account_charge(c->pay, size);
	}
	e->charged = paid ? size : 0;

	e->same = c->bucket[hash % BUCKETS];
	c->bucket[hash % BUCKETS] = e;
	if (c->newest)
		c->newest->newer = e;
	else
		c->oldest = e;
	c->newest = e;
	c->n++;
	return e;
}

static const struct tls_certificate_facts *
cache_read(void *arg, struct rs_span der)
{
	struct tls_cert_cache *c = arg;
	struct rs_hasher h;
	rs_hasher_init(&h, &c->seed);
	rs_hasher_bytes(&h, der);
	uint64_t hash = rs_hasher_end(&h);
	struct entry *e = find(c, hash, der);
	if (e == NULL)
		e = add(c, hash, der);
	return e->readable ? &e->facts : NULL;
}

struct tls_certificate_reader
tls_cert_cache_reader(struct tls_cert_cache *c)
{
	return (struct tls_certificate_reader){.read = cache_read, .arg = c};
}
