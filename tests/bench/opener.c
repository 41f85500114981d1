/* SPDX-License-Identifier: Apache-2.0 */
/*
 * opener SUITE VERSION BYTES SECONDS: how many bytes of plaintext a second
 * src/tls/record.c opens, in records of so many, sealed here beforehand.  SUITE
 * and VERSION are numbers of IANA (0x1301 0x0304).  For tests/bench/decrypt.
 */
#include "tls/hello.h"
#include "tls/record.h"
#include "tls/tls.h"

#include <openssl/evp.h>
#include <openssl/hmac.h>
#include <stdio.h>
#include <stdlib.h>
#include <time.h>

enum { RECORDS = 256, ROOM = 16384 + 2048 };

static uint8_t sealed[RECORDS][ROOM];
static size_t size;
static const uint8_t key[32] = {1}, mac[64] = {2}, iv[16] = {3};

static void
must(bool holds)
{
	if (!holds)
		abort();
}

static void
put_u64(uint8_t *p, uint64_t v)
{
	for (int i = 7; i >= 0; i--, v >>= 8)
		p[i] = (uint8_t)v;
}

/* RFC 8446 5.2: content, its type, tag; or RFC 5288 3: nonce, content, tag. */
static void
seal_aead(const struct tls_params *p, EVP_CIPHER *c, uint64_t seq, size_t n)
{
	const struct tls_suite *s = p->suite;
	bool tls13 = p->version >= TLS_13;
	bool explicit = !tls13 && s->mode != TLS_MODE_CHACHA;
	uint8_t *out = sealed[seq], nonce[12], aad[13] = {0}, text[ROOM] = {0};
	size_t at = explicit ? 8 : 0;
	int got = 0, len = (int)(n + tls13);
	memcpy(nonce, iv, sizeof nonce);
	if (explicit) {
		put_u64(out, seq);
		memcpy(nonce + 4, out, 8);
	} else {
		for (size_t i = 0; i < 8; i++)
			nonce[4 + i] ^= (uint8_t)(seq >> (8 * (7 - i)));
	}
	text[n] = TLS_APPLICATION_DATA;
	size = at + (size_t)len + s->tag;
	put_u64(aad, seq);
	memcpy(aad + 8, "\x17\x03\x03", 3);
	size_t told = tls13 ? size : n;
	aad[11] = (uint8_t)(told >> 8);
	aad[12] = (uint8_t)told;
	EVP_CIPHER_CTX *x = EVP_CIPHER_CTX_new();
	must(EVP_EncryptInit_ex2(x, c, NULL, NULL, NULL) &&
	     EVP_CIPHER_CTX_ctrl(x, EVP_CTRL_AEAD_SET_IVLEN, 12, NULL));
	if (s->mode == TLS_MODE_CCM)
		must(EVP_CIPHER_CTX_ctrl(
			 x, EVP_CTRL_AEAD_SET_TAG, s->tag, NULL) > 0);
	must(EVP_EncryptInit_ex2(x, NULL, key, nonce, NULL));
	if (s->mode == TLS_MODE_CCM)
		must(EVP_EncryptUpdate(x, NULL, &got, NULL, len));
	must(EVP_EncryptUpdate(
		 x, NULL, &got, tls13 ? aad + 8 : aad, tls13 ? 5 : 13) &&
	     EVP_EncryptUpdate(x, out + at, &got, text, len) &&
	     EVP_EncryptFinal_ex(x, out + at + len, &got) &&
	     EVP_CIPHER_CTX_ctrl(
		 x, EVP_CTRL_AEAD_GET_TAG, s->tag, out + at + len));
	EVP_CIPHER_CTX_free(x);
}

/* RFC 5246 6.2.3.2, the MAC first. */
static void
seal_cbc(const struct tls_params *p, EVP_CIPHER *c, uint64_t seq, size_t n)
{
	const struct tls_suite *s = p->suite;
	uint8_t text[ROOM] = {0}, head[ROOM] = {0};
	unsigned m = 0;
	int got = 0;
	put_u64(head, seq);
	memcpy(head + 8, "\x17\x03\x03", 3);
	head[11] = (uint8_t)(n >> 8);
	head[12] = (uint8_t)n;
	must(HMAC(EVP_get_digestbyname(s->mac), mac, s->mac_size, head, 13 + n,
		 text + n, &m) != NULL);
	size_t len = n + m, pad = s->block - len % s->block;
	memset(text + len, (int)(pad - 1), pad);
	len += pad;
	EVP_CIPHER_CTX *x = EVP_CIPHER_CTX_new();
	memcpy(sealed[seq], iv, s->block);
	must(
	    EVP_EncryptInit_ex2(x, c, key, iv, NULL) &&
	    EVP_CIPHER_CTX_set_padding(x, 0) &&
	    EVP_EncryptUpdate(x, sealed[seq] + s->block, &got, text, (int)len));
	EVP_CIPHER_CTX_free(x);
	size = s->block + len;
}

static double
now(void)
{
	struct timespec t;
	clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &t);
	return (double)t.tv_sec + (double)t.tv_nsec / 1e9;
}

int
main(int argc, char **argv)
{
	static uint8_t room[TLS_OPEN_ROOM];
	struct tls_crypto crypto;
	struct tls_opener o = {0};
	if (argc != 5)
		return 2;
	const struct tls_params p = {
	    .suite = tls_suite_find((uint16_t)strtoul(argv[1], NULL, 0)),
	    .version = (uint16_t)strtoul(argv[2], NULL, 0)};
	size_t n = strtoul(argv[3], NULL, 0);
	double seconds = atof(argv[4]), begin, end;
	must(p.suite && n <= 16384);
	tls_crypto_init(&crypto);
	bool cbc = p.suite->mode == TLS_MODE_CBC;
	EVP_CIPHER *c = tls_crypto_cipher(&crypto, p.suite);
	for (uint64_t i = 0; i < RECORDS; i++)
		(cbc ? seal_cbc : seal_aead)(&p, c, i, n);
	const struct tls_direction_keys keys = {.mac = {mac, p.suite->mac_size},
	    .key = {key, p.suite->key},
	    .iv = {iv, cbc ? 0 : 12}};
	must(tls_opener_key(&o, &crypto, &p, &keys));
	uint64_t opened = 0;
	begin = now();
	do {
		o.seq = 0;
		for (size_t i = 0; i < RECORDS; i++) {
			struct tls_plain plain;
			const struct tls_sealed r = {
			    TLS_APPLICATION_DATA, 0x0303, {sealed[i], size}};
			must(tls_opener_open(&o, &r, room, &plain) &&
			     plain.bytes.n == n);
		}
		opened += RECORDS;
		end = now();
	} while (end - begin < seconds);
	printf("%.0f\n", (double)(opened * n) / (end - begin));
	tls_opener_clear(&o);
	tls_crypto_clear(&crypto);
	return 0;
}
