/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A Digest response to be checked, and what came of it (RFC 3261 22.4,
 * RFC 7616 3.4).
 *
 * Whoever reads REGISTERs may not include OpenSSL and keeps no nonces: it asks
 * while it has the message, and keeps the answer only.  The answer holds
 * nothing that is secret.
 */
#ifndef SIP_DIGEST_H
#define SIP_DIGEST_H

#include "sip/auth.h"

enum sip_digest_result {
	SIP_DIGEST_NONE,           /* not asked */
	SIP_DIGEST_RIGHT,          /* of the account's password */
	SIP_DIGEST_WRONG,          /* the account is known; see part */
	SIP_DIGEST_UNKNOWN_USER,   /* no such account is known */
	SIP_DIGEST_NOT_VERIFIABLE, /* AKA, no Digest, bytes that are missing */
	SIP_DIGEST_N
};

/*
 * What is wrong: the response fits when this part is taken otherwise than the
 * credentials say; or it fits, but the part is not what account or challenge
 * ask for (username, realm, algorithm).
 */
enum sip_digest_part {
	SIP_DIGEST_PART_NONE,
	SIP_DIGEST_PASSWORD, /* nothing fits: password, or another account */
	SIP_DIGEST_PASSWORD_BLANKS, /* blanks or a line end around it */
	SIP_DIGEST_USERNAME,
	SIP_DIGEST_REALM,
	SIP_DIGEST_ALGORITHM,
	SIP_DIGEST_URI,
	SIP_DIGEST_METHOD,
	SIP_DIGEST_QOP,
	SIP_DIGEST_NC,
	SIP_DIGEST_CNONCE,
	SIP_DIGEST_NONCE,
	SIP_DIGEST_CASE, /* hexadecimal digits in upper case */
	SIP_DIGEST_PART_N
};

/* What a challenge asked for. */
struct sip_digest_offer {
	struct rs_span realm, algorithm, qop;
};

struct sip_digest_question {
	const struct sip_auth *auth;     /* the credentials */
	struct rs_span method, uri;      /* of the request line */
	struct rs_span to_uri, from_uri; /* as they stand; may be absent */
	struct rs_span body;
	bool body_cut; /* the capture lacks bytes of it */
	/* Those with the nonce of the credentials; none: not seen. */
	const struct sip_digest_offer *offers;
	size_t n_offers;
};

struct sip_digest_answer {
	enum sip_digest_result result;
	enum sip_digest_part part; /* with SIP_DIGEST_WRONG */
};

/* Who knows passwords.  check NULL: nobody does. */
struct sip_digest_verifier {
	struct sip_digest_answer (*check)(
	    void *arg, const struct sip_digest_question *q);
	void *arg;
};

#endif
