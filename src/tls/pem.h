/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The certificates that were seen, as PEM files: each once, under the name of
 * its SHA-256.
 *
 * It hears TLS_HANDSHAKE events.  A hostile capture can fill no disk: after so
 * many files no more are written, and tls_pem_writer_left_out() tells how many
 * were not.
 */
#ifndef TLS_PEM_H
#define TLS_PEM_H

#include "event.h"

enum {
	TLS_PEM_MAX_FILES = 4096,
	TLS_PEM_MAX_SIZE = 65536 /* bytes of DER of one */
};

struct tls_pem_writer;

/* Makes the folder where there is none; NULL and errno: it cannot be. */
struct tls_pem_writer *tls_pem_writer_new(const char *folder);
void tls_pem_writer_free(struct tls_pem_writer *w);
/* Where events go. */
struct rs_sink tls_pem_writer_sink(struct tls_pem_writer *w);
/* The errno of the first file that could not be written; 0: all could. */
int tls_pem_writer_error(const struct tls_pem_writer *w);
/* Certificates that were not written, as there were so many, or so large. */
uint64_t tls_pem_writer_left_out(const struct tls_pem_writer *w);

#endif
