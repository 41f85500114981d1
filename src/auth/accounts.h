/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Accounts whose password is known, from a file as regscan(1)
 * describes it.
 *
 * Read once and never changed after: verifiers of several engines may share
 * it.  Its text is wiped before it is freed.  What is said about a bad file
 * names the line and never quotes it: the line may be a password.
 */
#ifndef AUTH_ACCOUNTS_H
#define AUTH_ACCOUNTS_H

#include "base/span.h"

enum auth_algorithm {
	AUTH_MD5,
	AUTH_SHA_256,
	AUTH_SHA_512_256,
	AUTH_ALGORITHM_N
};

/* Hexadecimal digits of its digest. */
static inline size_t
auth_algorithm_digits(enum auth_algorithm a)
{
	return a == AUTH_MD5 ? 32 : 64;
}

enum { AUTH_MAX_VALUE = 1024 }; /* bytes of a user, realm or password */

struct auth_account {
	struct rs_span user;
	struct rs_span realm;                 /* absent: any */
	struct rs_span password;              /* absent: ha1 or res */
	struct rs_span res;                   /* RES of RFC 3310, bytes */
	struct rs_span ha1[AUTH_ALGORITHM_N]; /* lower-case hex, or absent */
	unsigned line;                        /* of the file */
};

enum auth_trouble {
	AUTH_TROUBLE_NONE,
	AUTH_CANNOT_READ, /* missing, no permission, too large */
	AUTH_OTHERS_READ, /* everybody may read it */
	AUTH_BAD_FILE,    /* not as it should be written */
};

struct auth_problem {
	enum auth_trouble trouble;
	unsigned line;    /* 0: of the file as a whole */
	int error;        /* errno, or 0 */
	const char *what; /* constant text, what to do in it */
};

struct auth_accounts;

/* NULL and *why when the text is no such file; the text may go after. */
struct auth_accounts *auth_accounts_parse(
    struct rs_span text, struct auth_problem *why);
/* The same of a file, which nobody but owner and group may read. */
struct auth_accounts *auth_accounts_load(
    const char *path, struct auth_problem *why);
void auth_accounts_free(struct auth_accounts *a);

size_t auth_accounts_n(const struct auth_accounts *a);
/* The one at i < n, in order of user and realm. */
const struct auth_account *auth_accounts_at(
    const struct auth_accounts *a, size_t i);
/* The account of that realm, else the one of any realm, or NULL. */
const struct auth_account *auth_accounts_find(
    const struct auth_accounts *a, struct rs_span user, struct rs_span realm);

#endif
