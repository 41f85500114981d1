/* SPDX-License-Identifier: Apache-2.0 */
/*
 * JA3, JA3S and JA4.
 *
 * Values go to the hash as text as they are read; only what JA4 sorts is kept,
 * in a list that holds as many values as a hello can carry.  It is sorted in
 * place by heapsort, as a hostile hello chooses its order and length.
 *
 * All phones of a kind say the same: what a few hellos gave is kept, by what
 * it was made of.
 */
#include "tls/fingerprint.h"

#include "base/cursor.h"
#include "base/decimal.h"
#include "base/hash.h"

#include <openssl/evp.h>
#include <stdio.h>
#include <stdlib.h>

enum {
	EXT_SERVER_NAME = 0,
	EXT_EC_POINT_FORMATS = 11, /* RFC 8422 5.1.2 */
	EXT_ALPN = 16,
	MAX_VALUES = 32768, /* u16 values in a vector of 65535 bytes */
	MAX_COUNT = 99,     /* that JA4 shows */
	JA4_PART = 12,      /* digits of a hash in JA4 */
	SETS = 16,          /* a power of two */
	WAYS = 4,           /* of a set: few are enough for a dozen models */
	KEY = 512,          /* bytes; of a browser some 200 */
};

static const char hex[] = "0123456789abcdef";

enum hash { HASH_MD5, HASH_SHA256, HASH_N };

/* A text on its way into a hash. */
struct text {
	EVP_MD_CTX *context; /* NULL: the hash is not there */
	char buf[512];
	size_t n;
	bool begun; /* something stands in the list that is written */
};

/* What those of a hello are made of: its values in their order. */
struct key {
	size_t n; /* KEY + 1: too long to be kept */
	uint8_t v[KEY];
};

struct known {
	struct key key;
	char ja3[33], ja4[37]; /* of a server: JA3S, and none */
};

struct tls_fingerprinter {
	EVP_MD *md[HASH_N];
	EVP_MD_CTX *context[HASH_N];
	struct text text;
	uint16_t values[MAX_VALUES];
	size_t n_values;
	struct key key; /* of the hello at hand */
	struct known known[SETS][WAYS];
	unsigned next; /* way, to be taken */
};

struct tls_fingerprinter *
tls_fingerprinter_new(void)
{
	static const char *const names[HASH_N] = {"MD5", "SHA256"};
	struct tls_fingerprinter *f = calloc(1, sizeof *f);
	if (f == NULL)
		abort(); /* as GLib */
	for (int i = 0; i < HASH_N; i++) {
		f->md[i] = EVP_MD_fetch(NULL, names[i], NULL);
		f->context[i] = f->md[i] ? EVP_MD_CTX_new() : NULL;
	}
	return f;
}

void
tls_fingerprinter_free(struct tls_fingerprinter *f)
{
	if (f == NULL)
		return;
	for (int i = 0; i < HASH_N; i++) {
		EVP_MD_CTX_free(f->context[i]);
		EVP_MD_free(f->md[i]);
	}
	free(f);
}

/* ---- texts into hashes */

static struct text *
text_begin(struct tls_fingerprinter *f, enum hash hash)
{
	struct text *t = &f->text;
	t->context = f->context[hash];
	if (t->context &&
	    EVP_DigestInit_ex2(t->context, f->md[hash], NULL) != 1)
		t->context = NULL;
	t->n = 0;
	t->begun = false;
	return t;
}

static void
text_flush(struct text *t)
{
	if (t->context && EVP_DigestUpdate(t->context, t->buf, t->n) != 1)
		t->context = NULL;
	t->n = 0;
}

static void
text_char(struct text *t, char c)
{
	if (t->n == sizeof t->buf)
		text_flush(t);
	t->buf[t->n++] = c;
}

/* The separator, before any value of a list but the first. */
static void
text_separate(struct text *t, char separator)
{
	if (t->begun)
		text_char(t, separator);
	t->begun = true;
}

static void
text_decimal(struct text *t, unsigned value)
{
	char digits[RS_DECIMAL_TEXT];
	text_separate(t, '-');
	size_t n = rs_decimal(digits, value);
	for (size_t i = 0; i < n; i++)
		text_char(t, digits[i]);
}

static void
text_hex(struct text *t, uint16_t value)
{
	text_separate(t, ',');
	for (int shift = 12; shift >= 0; shift -= 4)
		text_char(t, hex[value >> shift & 15]);
}

/* A list of the text ends and another one begins. */
static void
text_next(struct text *t, char separator)
{
	text_char(t, separator);
	t->begun = false;
}

/* The first `digits` hexadecimal digits of the hash, and a NUL. */
static void
text_end(struct text *t, char *out, size_t digits)
{
	uint8_t sum[EVP_MAX_MD_SIZE];
	text_flush(t);
	out[0] = 0;
	if (t->context == NULL ||
	    EVP_DigestFinal_ex(t->context, sum, NULL) != 1)
		return;
	for (size_t i = 0; i < digits; i++)
		out[i] = hex[i % 2 ? sum[i / 2] & 15 : sum[i / 2] >> 4];
	out[digits] = 0;
}

/* ---- extensions */

/* The next extension of a block; false at its end. */
static bool
next_extension(struct rs_cur *c, uint16_t *type, struct rs_span *body)
{
	if (rs_cur_left(c) == 0)
		return false;
	*type = rs_cur_u16(c);
	struct rs_cur b = rs_cur_block16(c);
	*body = rs_cur_rest(&b);
	return !c->shrt;
}

/* ---- JA3: version,ciphers,extensions,groups,point formats; decimal */

static void
decimals(struct text *t, struct rs_span list)
{
	for (size_t i = 0; i < list.n / 2; i++)
		if (!tls_is_grease(tls_u16_at(list, i)))
			text_decimal(t, tls_u16_at(list, i));
}

/* The extensions' types; gives the point formats, absent where none. */
static struct rs_span
decimal_types(struct text *t, struct rs_span extensions)
{
	struct rs_cur c = rs_cur_init(extensions);
	struct rs_span body, formats = {0};
	uint16_t type;
	while (next_extension(&c, &type, &body)) {
		if (!tls_is_grease(type))
			text_decimal(t, type);
		if (type != EXT_EC_POINT_FORMATS)
			continue;
		struct rs_cur b = rs_cur_init(body);
		struct rs_cur list = rs_cur_block8(&b);
		formats = rs_cur_rest(&list);
	}
	return formats;
}

static void
ja3(struct tls_fingerprinter *f, struct tls_client_hello *h)
{
	struct text *t = text_begin(f, HASH_MD5);
	text_decimal(t, h->legacy_version);
	text_next(t, ',');
	decimals(t, h->ciphers);
	text_next(t, ',');
	struct rs_span formats = decimal_types(t, h->extensions);
	text_next(t, ',');
	decimals(t, h->groups);
	text_next(t, ',');
	for (size_t i = 0; i < formats.n; i++)
		text_decimal(t, formats.p[i]);
	text_end(t, h->ja3, sizeof h->ja3 - 1);
}

/* JA3S: version,cipher,extensions. */
static void
ja3s(struct tls_fingerprinter *f, struct tls_server_hello *h)
{
	struct text *t = text_begin(f, HASH_MD5);
	text_decimal(t, h->legacy_version);
	text_next(t, ',');
	text_decimal(t, h->cipher);
	text_next(t, ',');
	(void)decimal_types(t, h->extensions);
	text_end(t, h->ja3s, sizeof h->ja3s - 1);
}

/* ---- JA4 */

static void
swap(uint16_t *a, uint16_t *b)
{
	uint16_t c = *a;
	*a = *b;
	*b = c;
}

/* Lets v[at] sink to its place in the heap of n values. */
static void
sink(uint16_t *v, size_t at, size_t n)
{
	for (size_t child; (child = 2 * at + 1) < n; at = child) {
		if (child + 1 < n && v[child + 1] > v[child])
			child++;
		if (v[at] >= v[child])
			return;
		swap(&v[at], &v[child]);
	}
}

static void
sort(uint16_t *v, size_t n)
{
	for (size_t i = n / 2; i-- > 0;)
		sink(v, i, n);
	while (n > 1) {
		swap(&v[0], &v[--n]);
		sink(v, 0, n);
	}
}

static void
keep(struct tls_fingerprinter *f, uint16_t value)
{
	if (f->n_values < MAX_VALUES && !tls_is_grease(value))
		f->values[f->n_values++] = value;
}

/* What is kept, sorted; true where there is any. */
static bool
sorted_hex(struct tls_fingerprinter *f, struct text *t)
{
	sort(f->values, f->n_values);
	for (size_t i = 0; i < f->n_values; i++)
		text_hex(t, f->values[i]);
	return f->n_values > 0;
}

/* The end of a part: of nothing, zeros. */
static void
part_end(struct text *t, bool any, char *out)
{
	text_end(t, out, JA4_PART);
	if (!any && out[0])
		memset(out, '0', JA4_PART);
}

static const char *
version_word(const struct tls_client_hello *h)
{
	uint16_t version = h->versions.n ? 0 : h->legacy_version;
	for (size_t i = 0; i < h->versions.n / 2; i++) {
		uint16_t v = tls_u16_at(h->versions, i);
		if (!tls_is_grease(v) && v > version)
			version = v;
	}
	switch (version) {
	case TLS_13:
		return "13";
	case TLS_12:
		return "12";
	case TLS_11:
		return "11";
	case TLS_10:
		return "10";
	case TLS_SSL30:
		return "s3";
	case 0x0002:
		return "s2";
	case 0xfeff:
		return "d1";
	case 0xfefd:
		return "d2";
	case 0xfefc:
		return "d3";
	default:
		return "00";
	}
}

static bool
alphanumeric(uint8_t c)
{
	return (c >= '0' && c <= '9') || (c >= 'A' && c <= 'Z') ||
	       (c >= 'a' && c <= 'z');
}

/* Of the first name its first and last character, or, where one of them is
   neither letter nor digit, those of its hexadecimal form. */
static void
alpn_word(struct rs_span list, char out[2])
{
	struct rs_span name;
	out[0] = out[1] = '0';
	if (!tls_alpn_next(&list, &name))
		return;
	uint8_t first = name.p[0], last = name.p[name.n - 1];
	bool plain = alphanumeric(first) && alphanumeric(last);
	out[0] = plain ? (char)first : hex[first >> 4];
	out[1] = plain ? (char)last : hex[last & 15];
}

/* Counts the extensions and keeps those that are hashed. */
static unsigned
keep_types(struct tls_fingerprinter *f, struct rs_span extensions, bool *sni)
{
	struct rs_cur c = rs_cur_init(extensions);
	struct rs_span body;
	uint16_t type;
	unsigned n = 0;
	f->n_values = 0;
	while (next_extension(&c, &type, &body)) {
		n += !tls_is_grease(type);
		*sni |= type == EXT_SERVER_NAME;
		if (type != EXT_SERVER_NAME && type != EXT_ALPN)
			keep(f, type);
	}
	return n;
}

static unsigned
shown(size_t n)
{
	return n < MAX_COUNT ? (unsigned)n : MAX_COUNT;
}

static void
ja4(struct tls_fingerprinter *f, struct tls_client_hello *h, char transport)
{
	char ciphers[JA4_PART + 1], rest[JA4_PART + 1], alpn[2];
	f->n_values = 0;
	for (size_t i = 0; i < h->ciphers.n / 2; i++)
		keep(f, tls_u16_at(h->ciphers, i));
	unsigned n_ciphers = shown(f->n_values);
	struct text *t = text_begin(f, HASH_SHA256);
	part_end(t, sorted_hex(f, t), ciphers);

	bool sni = false;
	unsigned n_types = shown(keep_types(f, h->extensions, &sni));
	t = text_begin(f, HASH_SHA256);
	bool any = sorted_hex(f, t);
	bool first = true;
	for (size_t i = 0; i < h->signatures.n / 2; i++) {
		uint16_t v = tls_u16_at(h->signatures, i);
		if (tls_is_grease(v))
			continue;
		if (first)
			text_next(t, '_');
		first = false;
		text_hex(t, v);
	}
	part_end(t, any, rest);
	if (ciphers[0] == 0 || rest[0] == 0)
		return;
	alpn_word(h->alpn, alpn);
	snprintf(h->ja4, sizeof h->ja4, "%c%s%c%02u%02u%c%c_%s_%s", transport,
	    version_word(h), sni ? 'd' : 'i', n_ciphers, n_types, alpn[0],
	    alpn[1], ciphers, rest);
}

/* ---- those that are known */

static void
key_bytes(struct key *k, struct rs_span bytes)
{
	if (k->n > KEY || bytes.n > KEY - k->n) {
		k->n = KEY + 1;
		return;
	}
	if (bytes.n)
		memcpy(k->v + k->n, bytes.p, bytes.n);
	k->n += bytes.n;
}

static void
key_u16(struct key *k, uint16_t value)
{
	const uint8_t v[] = {(uint8_t)(value >> 8), (uint8_t)value};
	key_bytes(k, (struct rs_span){v, sizeof v});
}

/* As it is, but that all GREASE is the same. */
static void
key_list(struct key *k, struct rs_span list)
{
	key_u16(k, (uint16_t)list.n);
	size_t from = k->n;
	key_bytes(k, list);
	if (k->n > KEY)
		return;
	for (uint8_t *v = k->v + from, *end = v + list.n / 2 * 2; v < end;
	     v += 2)
		if ((v[0] & 15) == 10 && v[0] == v[1])
			v[0] = v[1] = 0x0a;
}

/* Types, and point formats with theirs.  What ends them is no type: GREASE is
   none (RFC 8701). */
static void
key_types(struct key *k, struct rs_span extensions)
{
	struct rs_cur c = rs_cur_init(extensions);
	struct rs_span body;
	uint16_t type;
	while (next_extension(&c, &type, &body)) {
		if (!tls_is_grease(type))
			key_u16(k, type);
		if (type != EXT_EC_POINT_FORMATS)
			continue;
		key_u16(k, (uint16_t)body.n);
		key_bytes(k, body);
	}
	key_u16(k, 0x0a0a);
}

static void
key_of_client(struct key *k, const struct tls_client_hello *h, char transport)
{
	k->n = 0;
	key_u16(k, (uint8_t)transport);
	key_u16(k, h->legacy_version);
	key_list(k, h->ciphers);
	key_types(k, h->extensions);
	key_list(k, h->groups);
	key_list(k, h->versions);
	key_list(k, h->signatures);
	key_bytes(k, h->alpn);
}

static void
key_of_server(struct key *k, const struct tls_server_hello *h)
{
	k->n = 0;
	key_u16(k, 0); /* no transport of a client's */
	key_u16(k, h->legacy_version);
	key_u16(k, h->cipher);
	key_types(k, h->extensions);
}

/* What is known of the key at hand.  It is `fresh` where nothing is yet; NULL
   where it is too long to be kept. */
static struct known *
known_touch(struct tls_fingerprinter *f, bool *fresh)
{
	static const struct rs_hash_seed any = {0};
	const struct key *key = &f->key;
	struct rs_hasher h;
	*fresh = true;
	if (key->n > KEY)
		return NULL;
	rs_hasher_init(&h, &any);
	rs_hasher_bytes(&h, (struct rs_span){key->v, key->n});
	struct known *set = f->known[rs_hasher_end(&h) % SETS];
	for (struct known *x = set; x < set + WAYS; x++)
		if (x->key.n == key->n &&
		    memcmp(x->key.v, key->v, key->n) == 0) {
			*fresh = false;
			return x;
		}
	struct known *x = &set[f->next++ % WAYS];
	x->key = *key;
	return x;
}

void
tls_fingerprint_client(
    struct tls_fingerprinter *f, struct tls_client_hello *h, char transport)
{
	bool fresh;
	key_of_client(&f->key, h, transport);
	struct known *x = known_touch(f, &fresh);
	if (!fresh) {
		memcpy(h->ja3, x->ja3, sizeof h->ja3);
		memcpy(h->ja4, x->ja4, sizeof h->ja4);
		return;
	}
	ja3(f, h);
	ja4(f, h, transport);
	if (x) {
		memcpy(x->ja3, h->ja3, sizeof x->ja3);
		memcpy(x->ja4, h->ja4, sizeof x->ja4);
	}
}

void
tls_fingerprint_server(struct tls_fingerprinter *f, struct tls_server_hello *h)
{
	bool fresh;
	key_of_server(&f->key, h);
	struct known *x = known_touch(f, &fresh);
	if (!fresh) {
		memcpy(h->ja3s, x->ja3, sizeof h->ja3s);
		return;
	}
	ja3s(f, h);
	if (x)
		memcpy(x->ja3, h->ja3s, sizeof x->ja3);
}
