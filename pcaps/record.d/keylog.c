/* SPDX-License-Identifier: Apache-2.0 */

/*
 * keylog: makes a program that uses OpenSSL write its TLS secrets to the file
 * named by SSLKEYLOGFILE (the NSS key log format that Wireshark reads).
 * Preloaded into the phone, which cannot do it by itself, so that a case can
 * carry the keys.log of its own test-only sessions.
 */

#define _GNU_SOURCE
#include <dlfcn.h>
#include <openssl/ssl.h>
#include <stdio.h>
#include <stdlib.h>

static void
log_line(const SSL *ssl, const char *line)
{
	const char *path = getenv("SSLKEYLOGFILE");
	FILE *file = path ? fopen(path, "a") : NULL;

	(void)ssl;
	if (file) {
		fprintf(file, "%s\n", line);
		fclose(file);
	}
}

SSL_CTX *
SSL_CTX_new(const SSL_METHOD *method)
{
	SSL_CTX *(*real)(const SSL_METHOD *) = NULL;
	SSL_CTX *ctx;

	*(void **)&real = dlsym(RTLD_NEXT, "SSL_CTX_new");
	ctx = real ? real(method) : NULL;
	if (ctx)
		SSL_CTX_set_keylog_callback(ctx, log_line);
	return ctx;
}
