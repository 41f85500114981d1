/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Checks Digest responses against known passwords, and where one is wrong,
 * finds what was done otherwise: the URI of another header, a realm that is
 * not the challenge's, and so on.
 *
 * It remembers nonce and cnonce of the last credentials of an account, for a
 * response may have been made with those; they never leave it, and are wiped
 * with it.  A verifier belongs to one engine; accounts may be shared.
 */
#ifndef AUTH_VERIFIER_H
#define AUTH_VERIFIER_H

#include "auth/accounts.h"
#include "sip/digest.h"

struct auth_verifier;

/* accounts must outlive it. */
struct auth_verifier *auth_verifier_new(const struct auth_accounts *accounts);
void auth_verifier_free(struct auth_verifier *v);
struct sip_digest_answer auth_verifier_check(
    struct auth_verifier *v, const struct sip_digest_question *q);
/* What trackers are lent; it lives as long as the verifier. */
struct sip_digest_verifier auth_verifier_lend(struct auth_verifier *v);

#endif
