/* SPDX-License-Identifier: Apache-2.0 */
/* One binding and the table of them: what the parts of the tracker share. */
#ifndef TRACK_BINDING_INNER_H
#define TRACK_BINDING_INNER_H

#include "base/pool.h"
#include "track/binding.h"
#include "track/queue.h"
#include "track/table.h"

enum {
	BINDING_GRANTS = 4,
	BINDING_LAPSES = 8,
	BINDING_FIGHTS = 4,
	BINDING_MOVES = 4,
	BINDING_TEXT = 128, /* of another's contact */
};

/* What a binding has of text. */
enum binding_part {
	BINDING_AOR,
	BINDING_CONTACT,
	BINDING_INSTANCE,
	BINDING_REG_ID,
	BINDING_PARTS
};

/* Who took the place: text of its own, as that binding may go before. */
struct binding_fight {
	struct rec_displaced rec;
	uint8_t contact[BINDING_TEXT];
};

/* Of how many moves a binding is the last, and what the latest were. */
struct binding_moves {
	int64_t n;
	struct rec_move last[BINDING_MOVES]; /* the latest last */
};

struct binding_lost;

/* What a report has of it already (binding_tracker_tell()). */
struct binding_told {
	enum rec_binding_state state;
	int64_t grants, moves, unreached;
	uint32_t fights;
};

struct binding {
	struct table_node by_key, by_aor;
	struct queue_link order; /* by last change */
	struct rec_id id;
	rs_time started;
	rs_time expiry; /* RS_NEVER: not known */
	rs_time away;   /* since when another's 2xx does not list it */
	uint64_t call;  /* hash of the last Call-ID */
	int64_t cseq;   /* the last one seen under it */
	int64_t missed; /* since the last grant; REC_ABSENT: not known */
	bool doubt;     /* an attempt since then was not judged, or
			   nobody captured */
	struct rs_endpoint client, server;
	enum rec_transport transport;
	struct rec_grant first, last; /* the same, if there is one */
	struct rec_grant *between;    /* BINDING_GRANTS - 2; NULL: none yet */
	struct rec_lapse *lapses;     /* the first BINDING_LAPSES; NULL: none */
	struct binding_fight *fights; /* BINDING_FIGHTS, likewise */
	struct binding_moves *moves;
	struct binding_lost *lost;   /* NULL: the server never lost it */
	uint32_t n_lapses, n_fights; /* lapses: since a report told of it */
	int64_t granted_total, refreshes, margin, lapsed;
	struct binding_told *told; /* NULL: no report has anything of it */
	uint32_t n[BINDING_PARTS]; /* length in text, and one; 0: absent */
	uint8_t text[];
};

static inline struct rs_span
binding_text(const struct binding *b, enum binding_part part)
{
	const uint8_t *p = b->text;
	for (unsigned i = 0; i < part; i++)
		p += b->n[i] ? b->n[i] - 1 : 0;
	return b->n[part] ? (struct rs_span){p, b->n[part] - 1}
			  : (struct rs_span){NULL, 0};
}

struct binding_gone;

/* A registration, and the keys of its AOR and its first contact. */
struct binding_keys {
	struct rec_id id;
	const uint8_t *text[4]; /* of which they were made */
	struct table_key aor;
	uint64_t contact;
};

struct binding_tracker {
	const struct rs_hash_seed *seed;
	struct rs_account *pay;
	const struct rec_sink *out;
	struct table by_key, by_aor;
	struct queue order;
	struct rs_pool pool;
	size_t held; /* of the pool, and charged */
	uint64_t evicted;
	const struct keepalive_tracker *keepalives; /* may be NULL */
	const struct inbound_tracker *inbound;      /* may be NULL */
	struct binding_gone *gone; /* removals of late; NULL: none yet */
	struct rec_binding blank;
	struct binding_keys soon[2]; /* that were announced */
	unsigned last;               /* of these */
};

/* ---- binding_room.c ---- */

/* Zeroed, from the pool, and charged in any case: small and bounded. */
void *binding_room(struct binding_tracker *k, size_t n);
void binding_give(struct binding_tracker *k, void *p, size_t n);
/* The frame of its 2xx. */
struct rs_frame binding_frame(const struct rec_registration *r);

/* ---- binding_rival.c ---- */

/* After r granted `self`: whose bindings its 2xx does not list any more. */
void binding_displace(struct binding_tracker *k, struct binding *self,
    const struct rec_registration *r, uint64_t aor);
/* Contact c was removed; b, which may be NULL, was its binding. */
void binding_gone(struct binding_tracker *k, const struct binding *b,
    const struct rec_registration *r, const struct rec_contact *c,
    uint64_t aor);
/* b begins: was another contact of its AOR removed just before? */
void binding_moved(struct binding_tracker *k, struct binding *b,
    const struct rec_registration *r, const struct rec_contact *c,
    uint64_t aor);
void binding_gone_free(struct binding_tracker *k);

/* ---- binding_unreached.c ---- */

/* Before r is granted: did the server lose b since its last grant? */
void binding_unreached(struct binding_tracker *k, struct binding *b,
    const struct rec_registration *r);
/* What is known of that, into the record; it is b's own. */
void binding_unreached_emit(const struct binding *b, struct rec_binding *to);
size_t binding_unreached_size(void);

#endif
