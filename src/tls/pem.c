/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Names that were dealt with are kept as SHA-256, in a table of twice as many
 * places that never grows; where it holds its share, nothing more is taken.  A
 * file is written under another name and then renamed, so that what bears the
 * name is whole, and one that is there from an earlier run stays.
 */
#include "tls/pem.h"

#include "tls/certmsg.h"
#include "tls/hello.h"

#include <errno.h>
#include <fcntl.h>
#include <openssl/evp.h>
#include <openssl/pem.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

enum { HASH = 32, PLACES = 2 * TLS_PEM_MAX_FILES };

struct tls_pem_writer {
	int folder;
	EVP_MD *sha256;
	uint8_t seen[PLACES][HASH];
	bool used[PLACES];
	size_t n;
	int error;
	uint64_t left_out;
};

struct tls_pem_writer *
tls_pem_writer_new(const char *folder)
{
	if (mkdir(folder, 0777) != 0 && errno != EEXIST)
		return NULL;
	int fd = open(folder, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	if (fd < 0)
		return NULL;
	if (faccessat(fd, ".", W_OK, AT_EACCESS) != 0) {
		int why = errno;
		close(fd);
		errno = why;
		return NULL;
	}
	struct tls_pem_writer *w = calloc(1, sizeof *w);
	if (w == NULL)
		abort(); /* as GLib */
	w->folder = fd;
	w->sha256 = EVP_MD_fetch(NULL, "SHA256", NULL);
	return w;
}

void
tls_pem_writer_free(struct tls_pem_writer *w)
{
	if (w == NULL)
		return;
	close(w->folder);
	EVP_MD_free(w->sha256);
	free(w);
}

int
tls_pem_writer_error(const struct tls_pem_writer *w)
{
	return w->error;
}

uint64_t
tls_pem_writer_left_out(const struct tls_pem_writer *w)
{
	return w->left_out;
}

/* True for a hash that comes for the first time, and is remembered. */
static bool
is_new(struct tls_pem_writer *w, const uint8_t hash[HASH])
{
	size_t i = ((size_t)hash[0] << 8 | hash[1]) % PLACES;
	for (; w->used[i]; i = (i + 1) % PLACES)
		if (memcmp(w->seen[i], hash, HASH) == 0)
			return false;
	if (w->n == TLS_PEM_MAX_FILES) {
		w->left_out++;
		return false;
	}
	w->n++;
	w->used[i] = true;
	memcpy(w->seen[i], hash, HASH);
	return true;
}

/* 0, or errno. */
static int
write_pem(int folder, const char *name, struct rs_span der)
{
	int fd = openat(folder, name,
	    O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC | O_NOFOLLOW, 0666);
	FILE *f = fd < 0 ? NULL : fdopen(fd, "w");
	if (f == NULL)
		return errno;
	errno = 0;
	bool ok = PEM_write(f, PEM_STRING_X509, "", der.p, (long)der.n) > 0;
	ok = fclose(f) == 0 && ok;
	return ok ? 0 : errno ? errno : EIO;
}

static void
write_certificate(
    struct tls_pem_writer *w, const uint8_t hash[HASH], struct rs_span der)
{
	static const char hex[] = "0123456789abcdef";
	char name[2 * HASH + sizeof ".pem"], part[sizeof name + 5];
	for (size_t i = 0; i < HASH; i++) {
		name[2 * i] = hex[hash[i] >> 4];
		name[2 * i + 1] = hex[hash[i] & 15];
	}
	memcpy(name + 2 * HASH, ".pem", sizeof ".pem");
	if (faccessat(w->folder, name, F_OK, 0) == 0)
		return;
	snprintf(part, sizeof part, "%s.part", name);
	int why = write_pem(w->folder, part, der);
	if (why == 0 && renameat(w->folder, part, w->folder, name) != 0)
		why = errno;
	if (why)
		(void)unlinkat(w->folder, part, 0);
	if (why && w->error == 0)
		w->error = why;
}

static void
take(void *arg, const struct rs_event *ev)
{
	struct tls_pem_writer *w = arg;
	const struct tls_handshake_msg *m = &ev->u.tls_handshake;
	if (ev->type != RS_EV_TLS_HANDSHAKE || m->encrypted ||
	    m->type != TLS_HS_CERTIFICATE || m->u.certificates == NULL)
		return;
	const struct tls_certificate_list *l = m->u.certificates;
	for (size_t i = 0; i < l->n; i++) {
		uint8_t hash[HASH];
		struct rs_span der = l->der[i];
		if (der.n == 0)
			continue;
		if (der.n > TLS_PEM_MAX_SIZE)
			w->left_out++;
		else if (EVP_Digest(
			     der.p, der.n, hash, NULL, w->sha256, NULL) == 1 &&
			 is_new(w, hash))
			write_certificate(w, hash, der);
	}
}

struct rs_sink
tls_pem_writer_sink(struct tls_pem_writer *w)
{
	return (struct rs_sink){take, w};
}
