/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A registration as the rules about SIP look at it.
 */
#ifndef DIAG_SIP_VIEW_H
#define DIAG_SIP_VIEW_H

#include "diag/finding.h"

/* What is wrong with the form of the credentials that were refused at last, if
   it explains the refusal. */
enum sip_form {
	SIP_FORM_FINE, /* or there was no such refusal */
	SIP_FORM_BEARER,
	SIP_FORM_OTHER_REALM,
	SIP_FORM_MALFORMED,
};

/* Why the answer to a challenge was refused. */
enum sip_refusal {
	SIP_NOT_REFUSED, /* or a rule of its own says why */
	SIP_REFUSED_BY_PASSWORD,
	SIP_REFUSED_BY_NONCE,
	SIP_REFUSED_BY_STALE_LOOP,
	SIP_REFUSED_BY_WORDS, /* that say another cause */
};

/* Borrows all from the registration. */
struct sip_view {
	const struct rec_registration *r;
	const struct rec_transaction *t; /* all of them */
	uint32_t n;
	const struct rec_transaction *last;
	bool answered;  /* any response came */
	unsigned stale; /* stale=true to credentials, the last ones in a row */
	unsigned brief; /* 423 */
	int64_t nonce_age;  /* of the challenge that `last` answered */
	bool nonce_named;   /* the refusal speaks of the nonce */
	bool nonce_strange; /* that of `last` is of none of the challenges */
	enum sip_form form;
	const char *malformed; /* in words, with SIP_FORM_MALFORMED */
	enum sip_refusal refusal;
};

struct sip_view sip_view_of(const struct rec_registration *r);
/* Is this word in s, in any case? */
bool sip_view_contains(struct rs_span s, const char *word);
/* Its final is a 401 or 407. */
bool sip_view_challenged(const struct rec_transaction *t);
/* What the code of an ICMP error says (RFC 792, RFC 1812 5.2.7.1; RFC 4443
   3.1); `closed` where it is that of a closed port. */
const char *sip_view_icmp(
    struct rs_span icmp, uint8_t family, const char *closed);
/*
 * Two ask, each for a realm of its own, and each of the phone's requests
 * answers one of them only: a and b are a request for either, and what came of
 * it.
 */
bool sip_view_one_realm(const struct sip_view *v,
    const struct rec_transaction **a, const struct rec_transaction **b);
/* A short REGISTER was answered; the longer one, in fragments, was not. */
bool sip_view_fragments_lost(const struct sip_view *v);
/* The attempt has this flaw. */
bool sip_view_flaw(const struct rec_registration *r, const char *name);
/* Over UDP a request is repeated until an answer comes (RFC 3261 17.1.2.2):
   this one was not, and no registrar is heard in all of the capture. */
bool sip_view_not_repeated(const struct diag_case *c, const struct sip_view *v);
/* The other direction of this path was captured: an answer would have been. */
bool sip_view_both_ways(const struct diag_case *c, const struct sip_view *v);
/* A refusal of credentials that says, in its reason phrase or its Warning, what
   it is for, and no word of them.  *warning: the text of that, or absent. */
bool sip_view_other_cause(const struct sip_view *v, struct rs_span *warning);
/* Requests and answers as evidence; of a long loop the first and last two. */
void sip_view_evidence(struct finding *f, const struct sip_view *v);

#endif
