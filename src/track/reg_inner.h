/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What the files of the registration tracker share: reg.c hears events,
 * reg_step.c decides what follows what, reg_life.c begins and ends attempts,
 * reg_message.c and reg_facts.c take in what messages say (reading.h),
 * reg_digest.c asks whether credentials are right, reg_keep.c keeps text, and
 * reg_record.c judges and writes records.
 *
 * An attempt owns an arena that holds its text, its transactions and its legs;
 * all of it dies with the attempt, whose struct and first block then serve the
 * next one.
 */
#ifndef TRACK_REG_INNER_H
#define TRACK_REG_INNER_H

#include "base/pool.h"
#include "sip/msg.h"
#include "track/queue.h"
#include "track/reading.h"
#include "track/reg.h"
#include "track/table.h"
#include "track/txn.h"

enum {
	REG_MAX_TXNS = 64,
	REG_MAX_FRAMES = 256,
	REG_MAX_CONTACTS = READING_CONTACTS - 1,
	REG_MAX_CHALLENGES = READING_AUTHS, /* in one response */
	REG_MAX_LEGS = 8,
	REG_MAX_TEXT = 512, /* of any text that is kept */
	REG_MAX_LINGERING = 2048,
	REG_MAX_SPARE = 256,
	REG_DROPS = 64,
	REG_CUTS = 64,
	REG_STARTS = 256,
};

/* See the table at the top of reg_step.c. */
enum reg_state {
	REG_WAITING,    /* a request awaits its final */
	REG_LOST,       /* so it did when its connection went away */
	REG_CHALLENGED, /* 401/407 to a request without credentials */
	REG_REFUSED,    /* 401/407 to one with credentials */
	REG_TOO_BRIEF,  /* 423 */
	REG_MOVED,      /* 3xx */
	REG_DONE,       /* has its outcome; waits for repeats of its messages */
};

enum reg_ending {
	REG_BY_FINAL,
	REG_BY_TIME,
	REG_BY_NEXT, /* another attempt of the same key began */
	REG_BY_END,  /* of the capture */
	REG_BY_EVICTION,
};

enum reg_flaw {
	REG_FLAW_SUPERSEDED,
	REG_FLAW_EVICTED,
	REG_FLAW_GAP,
	REG_FLAW_DROPS,
	REG_FLAW_DUPLICATE_FRAMES,
	REG_FLAW_NO_CONTACT_IN_200,
	REG_FLAW_CONTACT_AMBIGUOUS,
	REG_FLAW_CONTACT_STILL_LISTED,
	REG_FLAW_CHALLENGE_NOT_CAPTURED,
	REG_FLAW_FOLLOWUP_NOT_COVERED,
	REG_FLAW_SECOND_FINAL,
	REG_FLAW_TOO_MANY_TRANSACTIONS,
	REG_FLAW_TOO_MANY_FRAMES,
	REG_FLAW_TOO_MANY_CONTACTS,
	REG_FLAW_TEXT_CUT,
	REG_FLAW_MESSAGE_CUT,
	REG_FLAW_NO_CALL_ID,
	REG_FLAW_NO_CSEQ,
	REG_FLAW_NO_VIA,
	REG_FLAW_NO_TO,
	REG_FLAW_NO_FROM,
	REG_FLAW_BAD_EXPIRES,
	REG_FLAW_REPEATED_HEADER,
	REG_FLAW_RESPONSE_REFUSED,
	REG_FLAW_VIA_CHANGED,
	REG_FLAW_NOT_ON_WIRE,
	REG_FLAW_NOT_LOGGED,
	REG_FLAW_ANSWER_FIRST,
	REG_FLAW_N
};

struct reg_leg {
	struct reg_leg *next;
	struct rec_leg rec;
};

/* A nonce that was offered, by its hash: the nonce itself is never kept. */
struct reg_nonce {
	uint64_t hash;
	rs_time at;
};

struct reg_txn {
	struct reg_txn *next;
	struct reg_attempt *attempt;
	struct txn *t;         /* NULL once forgotten */
	struct table_node hop; /* by Call-ID, CSeq and To user */
	bool hopping;          /* hop stands in its table */
	struct reg_leg *leg;   /* NULL: of the attempt's first leg */
	bool waiting;
	rs_time last_sent, last_answered;
	struct reg_nonce nonces[REG_MAX_CHALLENGES]; /* as rec's challenges */
	/* Among those of the attempt's record; of a leg one that says nothing,
	   and is not written to. */
	struct rec_transaction *rec;
};

struct reg_attempt {
	struct table_node by_key, by_flow;
	struct queue_link order; /* all, by start */
	struct queue_link timer;
	struct queue *on; /* the queue that timer stands in */
	rs_time due;
	enum reg_state state;
	bool keyed, flowing;  /* stands in those tables */
	bool repeats;         /* something came again: linger longer */
	bool challenged;      /* some response had a challenge */
	uint64_t call_id;     /* hash, of its last request */
	uint64_t flow;        /* serial, of its last request */
	rs_time waiting_from; /* transmission that is to be covered */
	rs_time last_at;      /* its last message */
	rs_time icmp_at;      /* RS_NEVER: no error quoted the request */
	rs_time lost_at;
	/* Of the last credentials: whose nonce they used, and its count. */
	const struct reg_txn *last_nonce;
	int64_t last_nc;
	uint32_t flaws;              /* 1 << enum reg_flaw */
	struct reg_txn *txns, *last; /* in order; last: of the first leg */
	uint32_t n_txns;
	struct reg_txn *final; /* that had the last final */
	struct reg_leg *legs;
	uint32_t n_legs;
	struct rec_arena arena;
	struct rec_registration r;
};

/* What is remembered of a binding, to tell a refresh from a first one. */
struct reg_known {
	struct table_node node; /* by the attempt's key */
	struct queue_link link;
	rs_time until, granted; /* valid until; when it was granted */
	uint64_t call_id;
	uint32_t cseq;
};

struct reg_drop {
	rs_time from, to;
};

/* A message of which the capture has the beginning only: what it was, and
   whose, may not be known. */
struct reg_cut {
	rs_time at;
	struct rs_addr end[2];
};

struct reg_tracker {
	struct reg_limits limits;
	const struct rs_hash_seed *seed;
	struct rs_account *pay;
	const struct rec_sink *out;
	struct rec_sink soon;              /* record NULL: nobody asks */
	struct sip_digest_verifier digest; /* check NULL: nobody asks */
	struct txn_out heard;
	struct txn_tracker *txns;

	struct table attempts; /* open and lingering, by key */
	struct table flows;    /* open ones, by flow serial */
	struct table hops;     /* struct reg_txn of open and lingering ones */
	struct table known;
	struct rs_pool pool; /* of attempts and their text */
	struct rs_pool known_pool;
	struct queue order, spare, known_order;
	/* One queue per delay. */
	struct queue answer, follow, linger, linger_more;

	rs_time now;
	bool removed_all; /* some "Contact: *" was granted */
	struct reg_drop drops[REG_DROPS];
	uint32_t n_drops;
	struct reg_cut cuts[REG_CUTS]; /* ring */
	uint32_t n_cuts;               /* in all */
	rs_time cut_forgotten;         /* latest that left the ring */
	struct {
		struct rs_frame frame;
		uint32_t n;
	} starts[REG_STARTS]; /* ids given over streams, by frame number */
	uint64_t by_status[700];
	uint64_t evicted;
	struct reading reading; /* of what came unread */
	struct rec_registration blank;
	struct rec_transaction blank_transaction;
	struct rec_challenge blank_challenge;
	struct rec_contact blank_contact;
};

/* ---- reg_digest.c, after reg_message.c has read q ---- */

struct reg_request;
/* Whether the credentials of q are right, into t. */
void reg_digest_check(const struct reg_tracker *k, const struct reg_attempt *a,
    struct rec_transaction *t, const struct reg_request *q);

/* ---- reg_message.c ---- */

/* One REGISTER as it concerns attempts; borrowed from its message. */
struct reg_request {
	const struct rs_event *ev;
	const struct sip_msg *msg;
	const struct reading *read;
	struct rs_span aor, call_id;
	bool credentials;
	struct rs_endpoint client, server;
};

void reg_request_read(struct reg_request *q, const struct rs_event *ev);
/* True when q has credentials for a nonce that this attempt was offered. */
bool reg_request_answers(
    const struct reg_request *q, const struct reg_attempt *a);
/* Takes into the attempt what its new last request says. */
void reg_message_request(struct reg_tracker *k, struct reg_attempt *a,
    struct reg_txn *x, const struct reg_request *q);
/* Takes the final response into x. */
void reg_message_final(struct reg_tracker *k, struct reg_attempt *a,
    struct reg_txn *x, const struct rs_event *ev);
/* Its challenges, in the place of those that x had. */
void reg_message_challenges(struct reg_tracker *k, struct reg_attempt *a,
    struct reg_txn *x, const struct rs_event *ev);
/* The outcome that a 2xx means; reads what it grants. */
enum rec_outcome reg_message_granted(
    struct reg_tracker *k, struct reg_attempt *a, const struct rs_event *ev);
/* Adds the frames of an event to a list of frames of the attempt. */
void reg_message_frames(
    struct reg_attempt *a, struct rec_list *frames, const struct rs_event *ev);
enum rec_transport reg_message_transport(enum rs_carrier c);
/* ---- reg_keep.c ---- */

/* A copy of at most REG_MAX_TEXT bytes; what equals `have` is not copied. */
struct rs_span reg_keep_text(
    struct reg_attempt *a, struct rs_span have, struct rs_span s);
/* The transaction and index of the challenge with the nonce of that hash, or
   NULL. */
struct reg_txn *reg_keep_nonce(
    const struct reg_attempt *a, uint64_t nonce, uint32_t *index);

/* ---- reg_facts.c ---- */

void reg_facts_request(
    struct reg_attempt *a, struct reg_txn *x, const struct reg_request *q);
void reg_facts_challenge(
    struct rec_challenge *c, const struct sip_auth *auth, bool proxy);
void reg_facts_final(
    struct reg_attempt *a, struct reg_txn *x, const struct rs_event *ev);
/* Of a 2xx; and of the contact in it that is ours. */
void reg_facts_granted(struct reg_attempt *a, const struct sip_msg *m);
void reg_facts_contact(struct reg_attempt *a, struct rec_contact *ours,
    const struct sip_contact *c);

static inline void
reg_flaw(struct reg_attempt *a, enum reg_flaw f)
{
	a->flaws |= UINT32_C(1) << f;
}

/* ---- reg_step.c ---- */

/* The transaction tracker's listener; arg is the registration tracker. */
void reg_step(
    void *arg, struct txn *t, enum txn_what what, const struct rs_event *ev);

/* ---- reg_life.c ---- */

/* NULL when there is no room. */
struct reg_attempt *reg_life_begin(
    struct reg_tracker *k, const struct reg_request *q);
/* Its deadline from now on; q NULL: none. */
void reg_life_timer(struct reg_attempt *a, struct queue *q, rs_time due);
/* Whether it hears of what happens to its flow. */
void reg_life_flow(struct reg_tracker *k, struct reg_attempt *a, bool on);
/* It has its outcome: waits a little for repeats of its last messages. */
void reg_life_settle(
    struct reg_tracker *k, struct reg_attempt *a, enum rec_outcome outcome);
/* Those after l in its queue will be closed soon. */
void reg_life_ahead(const struct reg_tracker *k, const struct queue *q,
    const struct queue_link *l);
/* A repeat came: waits longer, if it has settled. */
void reg_life_linger(struct reg_tracker *k, struct reg_attempt *a);
/* The record goes out, and the attempt is gone. */
void reg_life_close(
    struct reg_tracker *k, struct reg_attempt *a, enum reg_ending why);

/* ---- reg_record.c ---- */

/* In ns; absent where the capture's time stepped back in between. */
static inline int64_t
reg_elapsed(rs_time from, rs_time to)
{
	return to < from ? REC_ABSENT : to - from;
}

/* The outcome of an attempt that ends now in that way. */
void reg_record_decide(
    struct reg_tracker *k, struct reg_attempt *a, enum reg_ending why);
/* Gives the record to the sink. */
void reg_record_emit(struct reg_tracker *k, struct reg_attempt *a);
/* Kind of a new attempt, and what a success teaches about later ones. */
enum rec_reg_kind reg_record_kind(
    const struct reg_tracker *k, const struct reg_request *q);
/* It will be asked for that soon. */
void reg_record_ahead(const struct reg_tracker *k, const struct reg_request *q);
void reg_record_learn(struct reg_tracker *k, const struct reg_attempt *a);
void reg_record_forget_known(struct reg_tracker *k);

#endif
