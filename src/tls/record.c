/* SPDX-License-Identifier: Apache-2.0 */
#include "tls/record.h"

#include "tls/hello.h"
#include "tls/tls.h"

#include <openssl/core_names.h>
#include <openssl/crypto.h>
#include <openssl/err.h>
#include <openssl/evp.h>

enum { NONCE = 12, FIXED_IV = 4, EXPLICIT = 8, PSEUDO_HEADER = 13 };

static bool
is_aead(const struct tls_suite *s)
{
	return s->mode >= TLS_MODE_GCM;
}

void
tls_opener_clear(struct tls_opener *o)
{
	EVP_CIPHER_CTX_free(o->cipher);
	EVP_MAC_CTX_free(o->mac);
	OPENSSL_cleanse(o, sizeof *o);
}

static bool
key_cipher(struct tls_opener *o, EVP_CIPHER *cipher, struct rs_span key)
{
	const struct tls_suite *s = o->params.suite;
	if (o->cipher == NULL)
		o->cipher = EVP_CIPHER_CTX_new();
	if (o->cipher == NULL ||
	    !EVP_DecryptInit_ex2(o->cipher, cipher, NULL, NULL, NULL))
		return false;
	if (is_aead(s) && EVP_CIPHER_CTX_ctrl(o->cipher,
			      EVP_CTRL_AEAD_SET_IVLEN, NONCE, NULL) != 1)
		return false;
	if (s->mode == TLS_MODE_CCM &&
	    EVP_CIPHER_CTX_ctrl(
		o->cipher, EVP_CTRL_AEAD_SET_TAG, s->tag, NULL) != 1)
		return false;
	return EVP_DecryptInit_ex2(o->cipher, NULL, key.p, NULL, NULL) &&
	       EVP_CIPHER_CTX_set_padding(o->cipher, 0);
}

static bool
key_mac(struct tls_opener *o, EVP_MAC *hmac, struct rs_span key)
{
	const char *hash = o->params.suite->mac;
	const OSSL_PARAM p[] = {
	    OSSL_PARAM_construct_utf8_string(
		OSSL_MAC_PARAM_DIGEST, (char *)(uintptr_t)hash, 0),
	    OSSL_PARAM_construct_end()};
	if (o->mac == NULL && hmac)
		o->mac = EVP_MAC_CTX_new(hmac);
	return o->mac && EVP_MAC_init(o->mac, key.p, key.n, p);
}

bool
tls_opener_key(struct tls_opener *o, struct tls_crypto *c,
    const struct tls_params *p, const struct tls_direction_keys *keys)
{
	const struct tls_suite *s = p->suite;
	o->params = *p;
	o->seq = 0;
	memset(o->iv, 0, sizeof o->iv);
	o->iv_lost = false;
	if (keys->iv.n && keys->iv.n <= sizeof o->iv)
		memcpy(o->iv, keys->iv.p, keys->iv.n);
	EVP_CIPHER *cipher = tls_crypto_cipher(c, s);
	bool good = s->cipher == NULL || (cipher && keys->key.n == s->key &&
					     key_cipher(o, cipher, keys->key));
	if (good && s->mac)
		good = key_mac(o, c->hmac, keys->mac);
	if (!good) {
		ERR_clear_error();
		tls_opener_clear(o);
	}
	return good;
}

bool
tls_opener_key_13(struct tls_opener *o, struct tls_crypto *c,
    const struct tls_params *p, struct rs_span secret)
{
	uint8_t key[32], iv[NONCE];
	const struct tls_suite *s = p->suite;
	const struct tls_direction_keys keys = {
	    .key = {key, s->key}, .iv = {iv, sizeof iv}};
	/* RFC 8446 7.3 */
	bool good = is_aead(s) && s->key <= sizeof key &&
		    tls_expand_label(c, s->hash, secret, "key", key, s->key) &&
		    tls_expand_label(c, s->hash, secret, "iv", iv, sizeof iv) &&
		    tls_opener_key(o, c, p, &keys);
	OPENSSL_cleanse(key, sizeof key);
	OPENSSL_cleanse(iv, sizeof iv);
	return good;
}

static void
put_u64(uint8_t *p, uint64_t v)
{
	for (int i = 7; i >= 0; i--, v >>= 8)
		p[i] = (uint8_t)v;
}

/* What is authenticated before the bytes: RFC 5246 6.2.3.1, 6.2.3.3. */
static void
pseudo_header(const struct tls_opener *o, const struct tls_sealed *r, size_t n,
    uint8_t out[PSEUDO_HEADER])
{
	put_u64(out, o->seq);
	out[8] = r->type;
	out[9] = (uint8_t)(r->version >> 8);
	out[10] = (uint8_t)r->version;
	out[11] = (uint8_t)(n >> 8);
	out[12] = (uint8_t)n;
}

/* ---- AEAD ---- */

/* The nonce of the record, and what of the body is not ciphertext before it. */
static size_t
nonce(
    const struct tls_opener *o, const struct tls_sealed *r, uint8_t out[NONCE])
{
	const struct tls_suite *s = o->params.suite;
	memcpy(out, o->iv, NONCE);
	if (o->params.version < TLS_13 && s->mode != TLS_MODE_CHACHA) {
		/* RFC 5288 3, RFC 6655 3 */
		memcpy(out + FIXED_IV, r->body.p, EXPLICIT);
		return EXPLICIT;
	}
	uint8_t seq[8]; /* RFC 8446 5.3, RFC 7905 2 */
	put_u64(seq, o->seq);
	for (size_t i = 0; i < 8; i++)
		out[NONCE - 8 + i] ^= seq[i];
	return 0;
}

static bool
decrypt_aead(const struct tls_opener *o, const uint8_t iv[NONCE],
    struct rs_span aad, struct rs_span ciphertext, const uint8_t *tag,
    uint8_t *room)
{
	const struct tls_suite *s = o->params.suite;
	EVP_CIPHER_CTX *x = o->cipher;
	int n = 0, size = (int)ciphertext.n;
	if (!EVP_CIPHER_CTX_ctrl(
		x, EVP_CTRL_AEAD_SET_TAG, s->tag, (void *)(uintptr_t)tag) ||
	    !EVP_DecryptInit_ex2(x, NULL, NULL, iv, NULL))
		return false;
	if (s->mode == TLS_MODE_CCM &&
	    !EVP_DecryptUpdate(x, NULL, &n, NULL, size))
		return false;
	if (!EVP_DecryptUpdate(x, NULL, &n, aad.p, (int)aad.n))
		return false;
	/* CCM authenticates here, and an empty text must not be NULL. */
	if ((size || s->mode == TLS_MODE_CCM) &&
	    EVP_DecryptUpdate(x, room, &n, ciphertext.p, size) <= 0)
		return false;
	return s->mode == TLS_MODE_CCM ||
	       EVP_DecryptFinal_ex(x, room + size, &n) > 0;
}

/* RFC 8446 5.4: the type is the last byte that is not zero. */
static bool
inner_type(struct tls_plain *out)
{
	size_t n = out->bytes.n;
	while (n && out->bytes.p[n - 1] == 0)
		n--;
	if (n == 0)
		return false;
	out->type = out->bytes.p[n - 1];
	out->bytes.n = n - 1;
	return true;
}

static bool
open_aead(const struct tls_opener *o, const struct tls_sealed *r, uint8_t *room,
    struct tls_plain *out)
{
	const struct tls_suite *s = o->params.suite;
	bool tls13 = o->params.version >= TLS_13;
	bool explicit = !tls13 && s->mode != TLS_MODE_CHACHA;
	if (r->body.n < (size_t)s->tag + (explicit ? EXPLICIT : 0))
		return false;
	uint8_t iv[NONCE], aad[PSEUDO_HEADER];
	size_t before = nonce(o, r, iv), n = r->body.n - before - s->tag;
	struct rs_span authentic = {aad, sizeof aad};
	pseudo_header(o, r, n, aad);
	if (tls13) {
		/* RFC 8446 5.2: the header of the record */
		authentic = (struct rs_span){aad + EXPLICIT, TLS_RECORD_HEADER};
		aad[11] = (uint8_t)(r->body.n >> 8);
		aad[12] = (uint8_t)r->body.n;
	}
	if (!decrypt_aead(o, iv, authentic, rs_span_part(r->body, before, n),
		r->body.p + before + n, room))
		return false;
	*out = (struct tls_plain){r->type, {room, n}};
	return !tls13 || inner_type(out);
}

/* ---- CBC and MAC ---- */

static bool
mac_fits(const struct tls_opener *o, const struct tls_sealed *r,
    struct rs_span content, const uint8_t *mac)
{
	uint8_t head[PSEUDO_HEADER], own[EVP_MAX_MD_SIZE];
	size_t n = 0;
	pseudo_header(o, r, content.n, head);
	return EVP_MAC_init(o->mac, NULL, 0, NULL) &&
	       EVP_MAC_update(o->mac, head, sizeof head) &&
	       EVP_MAC_update(o->mac, content.p, content.n) &&
	       EVP_MAC_final(o->mac, own, &n, sizeof own) &&
	       n == o->params.suite->mac_size &&
	       CRYPTO_memcmp(own, mac, n) == 0;
}

/* RFC 5246 6.2.3.2: so many bytes, each of that value, and the value itself.
   How much is left of n; n itself where it is no padding. */
static size_t
without_padding(const uint8_t *p, size_t n)
{
	size_t pad = n ? p[n - 1] : 0;
	if (pad + 1 > n)
		return n;
	for (size_t i = n - 1 - pad; i < n; i++)
		if (p[i] != pad)
			return n;
	return n - 1 - pad;
}

/* Decrypts whole blocks; iv: the record's own, or the one that is due. */
static bool
decrypt_cbc(const struct tls_opener *o, const uint8_t *iv, struct rs_span text,
    uint8_t *room)
{
	int n = 0;
	return text.n % o->params.suite->block == 0 && text.n > 0 &&
	       EVP_DecryptInit_ex2(o->cipher, NULL, NULL, iv, NULL) &&
	       EVP_DecryptUpdate(o->cipher, room, &n, text.p, (int)text.n) &&
	       (size_t)n == text.n;
}

static bool
open_cbc(const struct tls_opener *o, const struct tls_sealed *r, uint8_t *room,
    struct tls_plain *out)
{
	const struct tls_suite *s = o->params.suite;
	bool etm = o->params.encrypt_then_mac;
	struct rs_span text = r->body;
	const uint8_t *iv = o->iv;
	if (etm) { /* RFC 7366 3 */
		if (text.n < s->mac_size)
			return false;
		text.n -= s->mac_size;
		if (!mac_fits(o, r, text, text.p + text.n))
			return false;
	}
	if (o->params.version >= TLS_11) { /* RFC 4346 6.2.3.2 */
		if (text.n < s->block)
			return false;
		iv = text.p;
		text = rs_span_from(text, s->block);
	} else if (o->iv_lost) {
		/* Its MAC may fit (RFC 7366 3), but not its first block. */
		return false;
	}
	if (!decrypt_cbc(o, iv, text, room))
		return false;
	size_t n = without_padding(room, text.n);
	if (n == text.n)
		return false;
	if (!etm) {
		if (n < s->mac_size)
			return false;
		n -= s->mac_size;
		if (!mac_fits(o, r, (struct rs_span){room, n}, room + n))
			return false;
	}
	*out = (struct tls_plain){r->type, {room, n}};
	return true;
}

static bool
open_mac(const struct tls_opener *o, const struct tls_sealed *r, uint8_t *room,
    struct tls_plain *out)
{
	const struct tls_suite *s = o->params.suite;
	if (r->body.n < s->mac_size)
		return false;
	size_t n = r->body.n - s->mac_size;
	if (!mac_fits(o, r, rs_span_part(r->body, 0, n), r->body.p + n))
		return false;
	memcpy(room, r->body.p, n);
	*out = (struct tls_plain){r->type, {room, n}};
	return true;
}

void
tls_opener_skip(struct tls_opener *o, const struct tls_sealed *r)
{
	const struct tls_suite *s = o->params.suite;
	o->seq++;
	/* RFC 2246 6.2.3.2: the next IV is the last block. */
	size_t n = r->body.n;
	if (s->mode != TLS_MODE_CBC || o->params.version >= TLS_11)
		return;
	if (o->params.encrypt_then_mac)
		n -= n < s->mac_size ? n : s->mac_size;
	if (n >= s->block) {
		memcpy(o->iv, r->body.p + n - s->block, s->block);
		o->iv_lost = false;
	}
}

bool
tls_opener_open(struct tls_opener *o, const struct tls_sealed *r, uint8_t *room,
    struct tls_plain *out)
{
	bool good = false;
	if (o->params.version == 0 || r->body.n > TLS_MAX_RECORD)
		return false;
	switch (o->params.suite->mode) {
	case TLS_MODE_GCM:
	case TLS_MODE_CCM:
	case TLS_MODE_CHACHA:
		good = open_aead(o, r, room, out);
		break;
	case TLS_MODE_CBC:
		good = open_cbc(o, r, room, out);
		break;
	case TLS_MODE_MAC:
		good = open_mac(o, r, room, out);
		break;
	case TLS_MODE_NONE:
		break;
	}
	if (good)
		tls_opener_skip(o, r);
	else
		ERR_clear_error();
	return good;
}
