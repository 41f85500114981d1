/* SPDX-License-Identifier: Apache-2.0 */
/*
 * REGISTER transactions as seen from outside (RFC 3261 17.1.3, 17.2.3).
 *
 * A request and its responses belong together by the top Via's branch and
 * sent-by and the CSeq method; without the magic cookie by Call-ID, CSeq, From
 * tag and top Via (RFC 2543).  The same request again is a retransmission, the
 * same final again a repeat.  Responses to a REGISTER that was not captured are
 * counted, never invented into a transaction.
 */
#ifndef TRACK_TXN_H
#define TRACK_TXN_H

#include "base/account.h"
#include "base/hash.h"
#include "event.h"

struct txn; /* one transaction; the listener hangs its own state on it */

enum txn_what {
	TXN_REQUEST,       /* first transmission */
	TXN_REQUEST_AGAIN, /* retransmission */
	TXN_PROVISIONAL,
	TXN_FINAL, /* first final */
	TXN_FINAL_AGAIN,
	TXN_UNMATCHED, /* a final that is no known transaction's; t NULL */
	TXN_FORGOTTEN, /* nothing can follow any more */
	TXN_EVICTED,   /* forgotten for want of room */
};

struct txn_out {
	/* ev is the SIP message's event; NULL with TXN_FORGOTTEN and
	   TXN_EVICTED, which are said only where something was hung. */
	void (*happened)(void *arg, struct txn *t, enum txn_what what,
	    const struct rs_event *ev);
	void *arg;
};

struct txn_tracker;

/* seed and pay must outlive it. */
struct txn_tracker *txn_tracker_new(const struct rs_hash_seed *seed,
    struct rs_account *pay, const struct txn_out *out);
void txn_tracker_free(struct txn_tracker *k);
/* ev: a message with its reading. */
void txn_tracker_event(struct txn_tracker *k, const struct rs_event *ev);
/* A message of that transaction (reading.h) comes soon. */
void txn_tracker_ahead(const struct txn_tracker *k, uint64_t transaction);
/* Forgets transactions that nothing can follow any more. */
void txn_tracker_advance(struct txn_tracker *k, rs_time now);
uint64_t txn_tracker_orphans(const struct txn_tracker *k);
uint64_t txn_tracker_evicted(const struct txn_tracker *k);
/* While TXN_UNMATCHED is told: it is somebody's after all. */
void txn_tracker_adopt(struct txn_tracker *k);
/* Its final came just before its request, unmatched. */
bool txn_crossed(const struct txn *t);
/* The listener's own pointer on a transaction. */
void txn_hang(struct txn *t, void *user);
void *txn_hung(const struct txn *t);

#endif
