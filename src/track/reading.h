/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What a REGISTER or its response says by itself, read once and ahead.
 *
 * Nothing of it depends on what came before, so that the thread that has the
 * packets can read it, while another one keeps the attempts (engine/relay.h).
 * Text is borrowed from the message.
 */
#ifndef TRACK_READING_H
#define TRACK_READING_H

#include "base/hash.h"
#include "event.h"
#include "sip/auth.h"
#include "sip/contact.h"
#include "sip/via.h"
#include "track/records.h"

enum {
	READING_AUTHS = 4,
	READING_CONTACTS = 17, /* one more than a record keeps */
};

struct reading {
	struct sip_via via; /* of the top; zeroed where there is none */
	/* Keyed hashes. */
	uint64_t call_id;
	uint64_t transaction; /* see txn.c */
	/* Of a request: its To, zeroed where there is none; the attempt's key,
	   and that of "Contact: *" by the same client (regscan-report(5)); by
	   what it is recognised on another flow or hop. */
	struct sip_addr to;
	uint64_t attempt, attempt_at_all;
	uint64_t hop;           /* 0: not to be recognised */
	enum rec_reg_kind kind; /* REMOVAL, QUERY, or NONE: not known by it */
	uint32_t n_auth, n_contacts;
	struct sip_contact_it more; /* contacts that found no room, if all of
				       it is in use */
	/* The credentials of a request; the challenges of a response, first
	   the registrar's, then a proxy's. */
	bool proxy[READING_AUTHS];
	uint64_t nonces[READING_AUTHS]; /* hashed; 0: none */
	struct sip_auth auth[READING_AUTHS];
	struct sip_contact contacts[READING_CONTACTS]; /* last: see below */
};

/* True when ev is a message that can be read: a REGISTER, or its response. */
bool reading_applies(const struct rs_event *ev);
/* Of such a message.  Writes no further than to the last of n_contacts, and
   returns the bytes of *to that are in use. */
size_t reading_take(struct reading *to, const struct rs_event *ev,
    const struct rs_hash_seed *seed);
/* The hop of a request, or of the one that a response answers: its Call-ID,
   CSeq number and To user; 0 where it lacks one of them. */
uint64_t reading_hop(const struct rs_hash_seed *seed, const struct sip_msg *m);
/* What the contact is bound for: its own expires, else the header's (RFC 3261
   10.2.1.1); REC_ABSENT where neither is there.  c may be NULL. */
int64_t reading_seconds(const struct sip_contact *c, const struct sip_msg *m);

/* All contacts of a reading, also those that found no room. */
struct reading_contacts {
	const struct reading *of;
	uint32_t next;
	struct sip_contact_it more;
	struct sip_contact one;
};

static inline void
reading_first(struct reading_contacts *it, const struct reading *r)
{
	it->of = r;
	it->next = 0;
	if (r->n_contacts == READING_CONTACTS)
		it->more = r->more;
}

/* NULL at the end; valid until the next call. */
static inline const struct sip_contact *
reading_next(struct reading_contacts *it)
{
	if (it->next < it->of->n_contacts)
		return &it->of->contacts[it->next++];
	if (it->of->n_contacts < READING_CONTACTS)
		return NULL;
	return sip_contact_next(&it->more, &it->one) ? &it->one : NULL;
}

#endif
