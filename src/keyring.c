/* SPDX-License-Identifier: Apache-2.0 */
#include "keyring.h"

#include "capture/capture.h"

static bool
refuse(GError **error, const char *path, bool cannot_read, unsigned line,
    const char *what, int failed)
{
	g_autofree char *where =
	    line ? g_strdup_printf("line %u: ", line) : g_strdup("");
	g_set_error(error, REGSCAN_ERROR,
	    cannot_read ? REGSCAN_ERROR_OPEN : REGSCAN_ERROR_USAGE,
	    "%s: %s%s%s%s", path, where, what, failed ? ": " : "",
	    failed ? g_strerror(failed) : "");
	return false;
}

static bool
load_accounts(struct keyring *k, const char *path, GError **error)
{
	struct auth_problem why;
	k->accounts = auth_accounts_load(path, &why);
	return k->accounts ||
	       refuse(error, path, why.trouble == AUTH_CANNOT_READ, why.line,
		   why.what, why.error);
}

static bool
bad_keys(const char *path, const struct tls_keylog_problem *why, GError **error)
{
	return refuse(
	    error, path, why->cannot_read, why->line, why->what, why->error);
}

bool
keyring_load(struct keyring *k, const struct options *o, GError **error)
{
	struct tls_keylog_problem why;
	const uint64_t seed = o->hash_seed;
	struct rs_hash_seed s = {seed, ~seed};
	if (seed == 0)
		s.k0 = (uint64_t)g_random_int() << 32 | g_random_int();
	k->tls = tls_keys_new(&s);
	if (o->credentials && !load_accounts(k, o->credentials, error))
		return false;
	if (o->keylog && !tls_keylog_load(k->tls->log, o->keylog, &why))
		return bad_keys(o->keylog, &why, error);
	k->tls->follow = o->keylog && o->interfaces;
	if (o->rsa_key == NULL)
		return true;
	k->tls->rsa = tls_rsa_key_load(o->rsa_key, &why);
	return k->tls->rsa || bad_keys(o->rsa_key, &why, error);
}

void
keyring_secrets(struct keyring *k, struct rs_span text)
{
	(void)tls_keylog_parse(k->tls->log, text, NULL);
}

void
keyring_clear(struct keyring *k)
{
	auth_accounts_free(k->accounts);
	tls_keys_free(k->tls);
	*k = (struct keyring){0};
}
