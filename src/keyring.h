/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What the user knows of those in the capture, from files: passwords of
 * accounts (--credentials), secrets of TLS (--keylog, --rsa-key).
 *
 * Messages name file and line, and never quote what stands there.
 */
#ifndef KEYRING_H
#define KEYRING_H

#include "auth/accounts.h"
#include "options.h"
#include "tls/keys.h"

struct keyring {
	struct auth_accounts *accounts; /* NULL: no passwords are known */
	struct tls_keys *tls;           /* at first perhaps without any */
};

/* False and error: USAGE where a file is not what it should be. */
bool keyring_load(struct keyring *k, const struct options *o, GError **error);
/* Secrets out of a capture; what is none of a key log is passed over. */
void keyring_secrets(struct keyring *k, struct rs_span text);
/* Wipes all. */
void keyring_clear(struct keyring *k);

#endif
