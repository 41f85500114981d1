/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Asks whoever knows passwords about the credentials of a REGISTER.
 *
 * It must be asked while the message is there, for nonces and responses are
 * not kept; what is kept of it is a word or two.
 */
#include "sip/addr.h"
#include "track/reg_inner.h"

#include <assert.h>

static_assert(
    (int)SIP_DIGEST_N == (int)REC_DIGEST_N &&
	(int)SIP_DIGEST_PART_N == (int)REC_DIGEST_PART_N &&
	(int)SIP_DIGEST_NOT_VERIFIABLE == (int)REC_DIGEST_NOT_VERIFIABLE &&
	(int)SIP_DIGEST_CASE == (int)REC_DIGEST_CASE,
    "records have the same words");

/* The challenges with the nonce of these credentials; their number.  Of
   several transactions with it, those of the last. */
static size_t
find_offers(const struct reg_attempt *a, uint64_t nonce,
    struct sip_digest_offer *offers)
{
	size_t found = 0;
	for (const struct reg_txn *x = a->txns; x; x = x->next) {
		const struct rec_challenge *c = x->rec->challenges.v;
		size_t n = 0;
		for (uint32_t i = 0; i < x->rec->challenges.n; i++)
			if (nonce && x->nonces[i].hash == nonce)
				offers[n++] = (struct sip_digest_offer){
				    c[i].realm, c[i].algorithm, c[i].qop};
		if (n > 0)
			found = n;
	}
	return found;
}

static struct rs_span
uri_of(const struct sip_msg *m, enum sip_hdr id)
{
	struct sip_addr a;
	bool ok = sip_addr_parse(&a, sip_msg_header(m, id));
	return ok ? a.uri_text : (struct rs_span){NULL, 0};
}

void
reg_digest_check(const struct reg_tracker *k, const struct reg_attempt *a,
    struct rec_transaction *t, const struct reg_request *q)
{
	/* Of several the one that says most: a wrong one explains a refusal,
	   an unknown user nothing. */
	static const int weight[] = {
	    [SIP_DIGEST_UNKNOWN_USER] = 1,
	    [SIP_DIGEST_NOT_VERIFIABLE] = 2,
	    [SIP_DIGEST_RIGHT] = 3,
	    [SIP_DIGEST_WRONG] = 4,
	};
	struct sip_digest_answer best = {SIP_DIGEST_NONE, SIP_DIGEST_PART_NONE};
	for (uint32_t i = 0; k->digest.check && i < q->read->n_auth; i++) {
		struct sip_digest_offer offers[REG_MAX_CHALLENGES];
		const struct sip_digest_question question = {
		    .auth = &q->read->auth[i],
		    .method = q->msg->method_name,
		    .uri = q->msg->uri,
		    .to_uri = q->read->to.uri_text,
		    .from_uri = uri_of(q->msg, SIP_HDR_FROM),
		    .body = q->msg->body,
		    .body_cut = q->msg->flaws &
				(SIP_FLAW_BODY_CUT | SIP_FLAW_HEADERS_CUT),
		    .offers = offers,
		    .n_offers = find_offers(a, q->read->nonces[i], offers),
		};
		struct sip_digest_answer x =
		    k->digest.check(k->digest.arg, &question);
		if (weight[x.result] > weight[best.result])
			best = x;
	}
	t->digest = (enum rec_digest)best.result;
	t->digest_wrong = (enum rec_digest_part)best.part;
}
