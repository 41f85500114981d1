/* SPDX-License-Identifier: Apache-2.0 */
/* The engine itself, for engine.c and coverage.c alone. */
#ifndef ENGINE_INTERNAL_H
#define ENGINE_INTERNAL_H

#include "engine/join.h"
#include "engine/log_stage.h"
#include "engine/pipeline.h"
#include "engine/relay.h"
#include "engine/trackers.h"
#include "net/checksum.h"
#include "net/copies.h"
#include "net/defrag.h"

#include <stdalign.h>

/* Two threads write to it, to lines of the cache of their own: one that both
   have is waited for at every event. */
struct engine {
	struct pipeline pipeline;
	struct log_stage *logs; /* NULL: no log was read so far */
	struct log_join *join;  /* NULL: nothing to join */
	struct rs_sink joined;  /* where events go that it has heard */
	struct relay *relay;    /* between the two; NULL: they share a thread */
	struct flow_table *flows; /* NULL once finished */
	struct defrag *defrag;
	struct copies *copies;
	alignas(64) struct rs_account budgets[BUDGET_N];
	struct rs_hash_seed seed;
	struct rec_sink out;
	size_t memory_limit;
	rs_time first, now, last_ts; /* last_ts: of the frame before */
	uint64_t packets, decoded, truncated, steps_back;
	uint64_t undecoded[NET_FLAW_N];
	uint64_t encaps[NET_ENCAP_N]; /* frames that had it */
	uint64_t copied, routed;      /* frames left out, by kind of copy */
	uint64_t sums, offloaded, bad_sums; /* checksums looked at */
	uint64_t flows_evicted;
	bool looks;
	struct engine_look look;
	alignas(64) struct trackers trackers; /* the other thread's, if any */
};
_Static_assert(BUDGET_ATTEMPTS * sizeof(struct rs_account) % 64 == 0,
    "of each thread's budgets, lines of the cache");

/* What e->look is to say of p, which was decoded, and given to its flow. */
void engine_look_at(struct engine *e, const struct net_packet *p);

#endif
