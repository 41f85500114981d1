/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What a Digest response must be (RFC 7616 3.4.1 to 3.4.3, RFC 2617 3.2.2,
 * RFC 2069 without a qop), of values that are given one by one.
 *
 * What it needs is made once: a response allocates nothing of ours.
 */
#ifndef AUTH_DIGEST_H
#define AUTH_DIGEST_H

#include "auth/accounts.h"

enum { AUTH_DIGEST_TEXT = 64 + 1 }; /* the longest, in hex, and a NUL */

struct auth_recipe {
	enum auth_algorithm algorithm;
	bool sess;
	bool upper; /* hexadecimal digits within it in upper case: not legal */
	struct rs_span user, realm, password;
	struct rs_span ha1; /* not absent: instead of those three */
	struct rs_span nonce, nc, cnonce;
	/* Of A1 with -sess, where they are those of an earlier request
	   (RFC 7616 3.4.2: nonce-prime, cnonce-prime). */
	struct rs_span sess_nonce, sess_cnonce;
	struct rs_span qop; /* absent: none */
	struct rs_span method, uri;
	struct rs_span entity; /* auth-int: hash of the body; absent: auth */
};

struct auth_digest;

struct auth_digest *auth_digest_new(void);
void auth_digest_free(struct auth_digest *d);
/* False when this machine's OpenSSL does not have that algorithm. */
bool auth_digest_can(const struct auth_digest *d, enum auth_algorithm a);
/* The hash of the parts with ":" between them, in lower-case hex. */
void auth_digest_join(struct auth_digest *d, enum auth_algorithm a,
    const struct rs_span *parts, size_t n, char hex[AUTH_DIGEST_TEXT]);
/* The response of the recipe; auth_digest_can() it. */
void auth_digest_response(struct auth_digest *d, const struct auth_recipe *r,
    char hex[AUTH_DIGEST_TEXT]);
/* Leaves nothing of what was hashed. */
void auth_digest_wipe(void *p, size_t n);

#endif
