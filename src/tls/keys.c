/* SPDX-License-Identifier: Apache-2.0 */
#include "tls/keys.h"

#include "tls/record.h"

#include <stdlib.h>

struct tls_keys *
tls_keys_new(const struct rs_hash_seed *seed)
{
	struct tls_keys *k = calloc(1, sizeof *k);
	uint8_t *room = malloc(TLS_OPEN_ROOM);
	if (k == NULL || room == NULL)
		abort(); /* as GLib does */
	k->log = tls_keylog_new(seed);
	k->room = room;
	tls_crypto_init(&k->crypto);
	return k;
}

void
tls_keys_free(struct tls_keys *k)
{
	if (k == NULL)
		return;
	tls_keylog_free(k->log);
	tls_rsa_key_free(k->rsa);
	tls_crypto_clear(&k->crypto);
	tls_wipe(k->room, TLS_OPEN_ROOM);
	free(k->room);
	free(k);
}

bool
tls_keys_any(const struct tls_keys *k)
{
	return k->rsa || k->follow || tls_keylog_n(k->log) > 0;
}

const struct tls_secret *
tls_keys_find(
    struct tls_keys *k, enum tls_secret_kind kind, struct rs_span name)
{
	const struct tls_secret *s = tls_keylog_find(k->log, kind, name);
	if (s == NULL && k->follow && tls_keylog_more(k->log))
		s = tls_keylog_find(k->log, kind, name);
	return s;
}
