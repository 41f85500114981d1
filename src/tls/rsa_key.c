/* SPDX-License-Identifier: Apache-2.0 */
#include "tls/rsa_key.h"

#include <errno.h>
#include <fcntl.h>
#include <openssl/crypto.h>
#include <openssl/err.h>
#include <openssl/evp.h>
#include <openssl/pem.h>
#include <openssl/rsa.h>
#include <unistd.h>

enum { MAX_FILE = 256 * 1024, PREMASTER = 48, MAX_MODULUS = 2048 };

/* An EVP_PKEY by another name: no header need know OpenSSL. */
static EVP_PKEY *
pkey(const struct tls_rsa_key *k)
{
	return (EVP_PKEY *)(uintptr_t)k;
}

/* Bytes read, or -1. */
static ssize_t
read_all(int fd, uint8_t *p, size_t most)
{
	size_t n = 0;
	while (n < most) {
		ssize_t got = read(fd, p + n, most - n);
		if (got < 0 && errno == EINTR)
			continue;
		if (got < 0)
			return -1;
		if (got == 0)
			break;
		n += (size_t)got;
	}
	return (ssize_t)n;
}

/* Instead of asking at the terminal. */
static int
no_passphrase(char *buf, int size, int writing, void *asked)
{
	(void)buf;
	(void)size;
	(void)writing;
	*(bool *)asked = true;
	return -1;
}

static EVP_PKEY *
read_pem(const uint8_t *p, int n, const char **what)
{
	bool asked = false;
	BIO *b = BIO_new_mem_buf(p, n);
	EVP_PKEY *k =
	    b ? PEM_read_bio_PrivateKey(b, NULL, no_passphrase, &asked) : NULL;
	BIO_free(b);
	ERR_clear_error();
	if (k == NULL)
		*what = asked ? "the key has a passphrase: take it off with "
				"'openssl pkey -in KEY -out PLAIN'"
			      : "no private key in PEM form";
	else if (!EVP_PKEY_is_a(k, "RSA"))
		*what = "not an RSA key: only RSA key exchange can be opened "
			"with the server's key; use --keylog";
	else if (EVP_PKEY_get_size(k) > MAX_MODULUS)
		*what = "the key is larger than any server's";
	if (k && *what) {
		EVP_PKEY_free(k);
		k = NULL;
	}
	return k;
}

struct tls_rsa_key *
tls_rsa_key_load(const char *path, struct tls_keylog_problem *why)
{
	EVP_PKEY *k = NULL;
	*why = (struct tls_keylog_problem){0};
	uint8_t *text = OPENSSL_malloc(MAX_FILE);
	int fd = text ? open(path, O_RDONLY | O_CLOEXEC) : -1;
	ssize_t n = fd < 0 ? -1 : read_all(fd, text, MAX_FILE);
	if (n < 0)
		*why = (struct tls_keylog_problem){
		    .error = errno, .cannot_read = true, .what = "cannot read"};
	else
		k = read_pem(text, (int)n, &why->what);
	if (fd >= 0)
		close(fd);
	OPENSSL_clear_free(text, MAX_FILE);
	return (struct tls_rsa_key *)k;
}

void
tls_rsa_key_free(struct tls_rsa_key *k)
{
	EVP_PKEY_free(pkey(k)); /* wipes what is secret of it */
}

bool
tls_rsa_key_open(const struct tls_rsa_key *k, struct rs_span encrypted,
    uint8_t premaster[48])
{
	uint8_t out[MAX_MODULUS];
	size_t n = sizeof out;
	EVP_PKEY_CTX *ctx = EVP_PKEY_CTX_new(pkey(k), NULL);
	bool good =
	    ctx && EVP_PKEY_decrypt_init(ctx) > 0 &&
	    EVP_PKEY_CTX_set_rsa_padding(ctx, RSA_PKCS1_PADDING) > 0 &&
	    EVP_PKEY_decrypt(ctx, out, &n, encrypted.p, encrypted.n) > 0 &&
	    n == PREMASTER;
	if (good)
		memcpy(premaster, out, PREMASTER);
	EVP_PKEY_CTX_free(ctx);
	OPENSSL_cleanse(out, sizeof out);
	ERR_clear_error();
	return good;
}
