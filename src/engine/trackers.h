/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Events in, records out: the trackers, and who of them hears what.
 *
 * Nothing goes back from here to the packets, so events may come at once or
 * later and on another thread (relay.h), and the records are the same.
 */
#ifndef ENGINE_TRACKERS_H
#define ENGINE_TRACKERS_H

#include "engine/engine.h"
#include "sip/msg.h"
#include "tls/cert.h"
#include "tls/chain.h"
#include "track/binding.h"
#include "track/clock.h"
#include "track/conn.h"
#include "track/download.h"
#include "track/handshake.h"
#include "track/inferred.h"
#include "track/keepalive.h"
#include "track/lease.h"
#include "track/link.h"
#include "track/neighbour.h"
#include "track/inbound.h"
#include "track/lookup.h"
#include "track/names.h"
#include "track/quiet.h"
#include "track/reg.h"

/* What was seen, as far as it is counted rather than recorded. */
struct tracker_counts {
	uint64_t sip_requests[SIP_METHOD_N];
	uint64_t sip_responses[700], responses_to_register[700];
	uint64_t sip_keepalives;
	uint64_t anomalies[RS_ANOMALY_N];
};

struct trackers {
	const struct rec_sink *out;
	const struct rs_sink *events; /* engine_options.events */
	struct related *related;
	struct rec_sink taps; /* what trackers write to */
	struct rec_sink soon; /* engine_options.soon; record NULL: nobody */
	struct tls_cert_cache *certificates;
	struct tls_chain_cache *chains;
	struct tls_certificate_reader reader;
	struct reg_tracker *reg;
	struct keepalive_tracker *keepalive;
	struct inbound_tracker *inbound;
	struct binding_tracker *binding;
	struct handshake_tracker *handshake;
	struct conn_tracker *conn;
	struct inferred_tracker *inferred;
	struct names *names;
	struct lookup_tracker *lookup;
	struct neighbour_tracker *neighbour;
	struct lease_tracker *lease;
	struct link_tracker *link;
	struct clock_tracker *clock;
	struct download_tracker *download;
	struct quiet_tracker *quiet;
	struct tracker_counts counts;
	rs_time now, reg_due;
};

/* budgets, seed and out must outlive it. */
void trackers_init(struct trackers *t, const struct engine_options *o,
    const struct rs_hash_seed *seed, struct rs_account *budgets,
    const struct rec_sink *out);
void trackers_clear(struct trackers *t);
void trackers_event(struct trackers *t, const struct rs_event *ev);
/* That event comes soon: fetches what it will need.  Nothing changes. */
void trackers_ahead(const struct trackers *t, const struct rs_event *ev);
/* Between two reports, as engine_tell(). */
void trackers_tell(
    struct trackers *t, rs_time now, const struct rec_sink *open);
void trackers_finish(struct trackers *t, rs_time end);

#endif
