/* SPDX-License-Identifier: Apache-2.0 */
#include "tls/trust.h"

#include "tls/trust_store.h"

#include <dirent.h>
#include <openssl/err.h>
#include <openssl/x509_vfy.h>
#include <stdlib.h>
#include <string.h>

struct tls_trust {
	X509_STORE *store;
	char *name;
};

static void *
need(void *p)
{
	if (p == NULL)
		abort(); /* as GLib */
	return p;
}

struct tls_trust *
tls_trust_new(void)
{
	struct tls_trust *t = need(calloc(1, sizeof *t));
	t->store = need(X509_STORE_new());
	t->name = need(calloc(1, 1));
	return t;
}

void
tls_trust_free(struct tls_trust *t)
{
	if (t == NULL)
		return;
	X509_STORE_free(t->store);
	free(t->name);
	free(t);
}

static bool
added(struct tls_trust *t, bool ok, const char *name)
{
	size_t had = strlen(t->name), n = strlen(name);
	ERR_clear_error();
	if (!ok)
		return false;
	t->name = need(realloc(t->name, had + n + 3));
	if (had) {
		memcpy(t->name + had, ", ", 2);
		had += 2;
	}
	memcpy(t->name + had, name, n + 1);
	return true;
}

bool
tls_trust_add_file(struct tls_trust *t, const char *path)
{
	return added(t, X509_STORE_load_file(t->store, path) == 1, path);
}

bool
tls_trust_add_path(struct tls_trust *t, const char *path)
{
	/* The library looks into it only when it needs a certificate. */
	DIR *dir = opendir(path);
	if (dir == NULL)
		return false;
	closedir(dir);
	return added(t, X509_STORE_load_path(t->store, path) == 1, path);
}

bool
tls_trust_add_system(struct tls_trust *t)
{
	return added(t, X509_STORE_set_default_paths(t->store) == 1, "system");
}

const char *
tls_trust_name(const struct tls_trust *t)
{
	return t->name;
}

X509_STORE *
tls_trust_store(const struct tls_trust *t)
{
	return t->store;
}
