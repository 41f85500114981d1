/* SPDX-License-Identifier: Apache-2.0 */
/*
 * From packets of flows to records: the stages of each flow, and who hears
 * which event.
 *
 * A flow of ours carries a stack of stages: a dissector and, over TLS, the
 * session above it.  What they say goes through one switch (deliver) to the
 * trackers.  The engine calls from below, the trackers' records leave upward.
 */
#ifndef ENGINE_PIPELINE_H
#define ENGINE_PIPELINE_H

#include "engine/classify.h"
#include "base/pool.h"
#include "engine/engine.h"
#include "engine/ws_stage.h"
#include "net/flow.h"
#include "net/icmp.h"
#include "net/tcp.h"
#include "sip/msg.h"
#include "track/handshake.h"
#include "track/reg.h"

/* Who may use how much of the memory limit. */
enum {
	BUDGET_FLOWS,   /* flow table, TCP state */
	BUDGET_STREAMS, /* bytes that wait: reorder, pending, TLS messages */
	BUDGET_FRAGMENTS,
	BUDGET_ATTEMPTS, /* open transactions and attempts */
	BUDGET_BINDINGS,
	BUDGET_TLS, /* open handshakes, certificates */
	BUDGET_N
};

struct label_sums {
	uint64_t flows, packets, bytes;
};

/* What was seen, as far as it is counted rather than recorded. */
struct pipeline_counts {
	uint64_t sip_requests[SIP_METHOD_N];
	uint64_t sip_responses[700], responses_to_register[700];
	uint64_t sip_keepalives;
	struct ws_counts ws;
	uint64_t anomalies[RS_ANOMALY_N];
	uint64_t flows_udp, flows_tcp, one_way, two_way;
	uint64_t gaps, missing;
	uint64_t streams_refused;
	uint64_t unlabelled;
	uint64_t lone_syns; /* to ports of SIP, without an answer */
	struct label_sums labels[CLASSIFY_LABELS];
};

struct pipeline {
	const struct rec_sink *out;
	struct related *related;
	struct rs_account *budgets; /* BUDGET_N of them */
	struct rs_pool pool;        /* of what hangs on flows */
	struct rec_sink taps;       /* what trackers write to */
	struct classify *classify;
	struct tls_cert_cache *certificates;
	struct tls_certificate_reader reader;
	struct reg_tracker *reg;
	struct binding_tracker *binding;
	struct handshake_tracker *handshake;
	struct conn_tracker *conn;
	struct pipeline_counts counts;
	rs_time now, reg_due;
};

/* budgets and seed must outlive it. */
void pipeline_init(struct pipeline *p, const struct engine_options *o,
    const struct rs_hash_seed *seed, struct rs_account *budgets,
    const struct rec_sink *out);
void pipeline_clear(struct pipeline *p);
void pipeline_datagram(struct pipeline *p, struct flow *f, enum rs_dir dir,
    const struct net_packet *packet);
void pipeline_segment(struct pipeline *p, struct flow *f, enum rs_dir dir,
    const struct net_packet *packet, const struct tcp_hdr *h);
/* An ICMP error that quotes a packet that f's side dir sent. */
void pipeline_icmp(struct pipeline *p, struct flow *f, enum rs_dir dir,
    const struct net_packet *packet, const struct icmp_error *e);
/* The flow leaves the table: what hangs on it is closed and freed. */
void pipeline_gone(struct pipeline *p, struct flow *f, enum rs_ending why);
/* Lone SYNs that make no record, because there were so many. */
uint64_t pipeline_syns_not_listed(const struct pipeline *p);
void pipeline_drops(
    struct pipeline *p, uint64_t packets, rs_time from, rs_time to);
void pipeline_advance(struct pipeline *p, rs_time now);
void pipeline_finish(struct pipeline *p, rs_time end);

#endif
