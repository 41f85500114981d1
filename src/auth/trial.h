/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What one check is made of, for verifier.c, which judges, and variants.c,
 * which looks for what a phone did otherwise.
 */
#ifndef AUTH_TRIAL_H
#define AUTH_TRIAL_H

#include "auth/digest.h"
#include "auth/verifier.h"

enum {
	TRIAL_MOST = 128, /* responses for one check */
	TRIAL_LIST = 16,
	TRIAL_ROUNDS = 256, /* accounts whose last round is remembered */
	TRIAL_NONCE = 256,
	TRIAL_ROOM = 2 * AUTH_MAX_VALUE + 32,
	TRIAL_ALGORITHMS = 6,
};

struct trial_algorithm {
	struct rs_span name;
	enum auth_algorithm hash;
	bool sess;
};
extern const struct trial_algorithm trial_algorithms[TRIAL_ALGORITHMS];

/* The last credentials of one account. */
struct trial_round {
	const struct auth_account *account;
	size_t n_nonce, n_cnonce, n_first;
	uint8_t nonce[TRIAL_NONCE];
	uint8_t cnonce[TRIAL_NONCE];
	uint8_t first[TRIAL_NONCE]; /* cnonce of the first with that nonce */
};

struct auth_verifier {
	const struct auth_accounts *accounts;
	struct auth_digest *digest;
	/* Of the check that runs; wiped after it. */
	struct {
		char hex[AUTH_DIGEST_TEXT];
		char ha1[AUTH_DIGEST_TEXT]; /* what the variants share */
		uint8_t
		    made[TRIAL_ROOM]; /* a value that stands nowhere whole */
		uint8_t user[AUTH_MAX_VALUE], realm[AUTH_MAX_VALUE];
	} scratch;
	struct trial_round rounds[TRIAL_ROUNDS];
};

struct trial {
	struct auth_verifier *v;
	const struct sip_digest_question *q;
	const struct auth_account *account;
	struct trial_round *round;
	struct rs_span user, realm; /* of the credentials, unescaped */
	bool own;                   /* the account is that of the user name */
	bool upper; /* it fitted but for the case of its digits */
	unsigned tries;
	bool hash_body; /* of the base: auth-int */
	/* Hashes of the body, each made when it is first asked for: a body is
	   longer than all the rest. */
	char entity[AUTH_ALGORITHM_N][AUTH_DIGEST_TEXT];
	struct auth_recipe base;
};

struct trial_list {
	struct rs_span v[TRIAL_LIST];
	size_t n;
};

static const struct rs_span trial_absent = {NULL, 0};

/* The bytes that are remembered, absent where there are none. */
static inline struct rs_span
trial_kept(const uint8_t *p, size_t n)
{
	return n ? (struct rs_span){p, n} : trial_absent;
}

/* Unless it is absent, too long to be an account's, or there already. */
void trial_list_add(struct trial_list *l, struct rs_span s);
struct rs_span trial_uri_user(struct rs_span text);
struct rs_span trial_uri_host(struct rs_span text);
/* What stands before the first "@", absent where there is none. */
struct rs_span trial_before_at(struct rs_span s);

/* Absent is MD5 (RFC 7616 3.3); NULL: none of ours. */
const struct trial_algorithm *trial_algorithm(struct rs_span name);
/* The hash of the body. */
struct rs_span trial_entity(struct trial *t, enum auth_algorithm a);
/* Lets the recipe use that algorithm; false where the account has no HA1 of
   it, or OpenSSL not the hash. */
bool trial_use(
    struct trial *t, struct auth_recipe *r, const struct trial_algorithm *a);
/* Is the response on the wire that of the recipe? */
bool trial_fits(struct trial *t, const struct auth_recipe *r);

/* What was done otherwise than the credentials say, or
   SIP_DIGEST_PART_NONE.  Not usable: only the algorithm may be another. */
enum sip_digest_part variants_find(struct trial *t, bool usable);

#endif
