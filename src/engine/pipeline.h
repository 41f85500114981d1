/* SPDX-License-Identifier: Apache-2.0 */
/*
 * From packets of flows to events: the stages of each flow.
 *
 * A flow of ours carries a stack of stages: a dissector and, over TLS, the
 * session above it.  What they say, and what happens to the flow, goes up to
 * one sink (the trackers, or the relay to them).
 */
#ifndef ENGINE_PIPELINE_H
#define ENGINE_PIPELINE_H

#include "base/pool.h"
#include "engine/budget.h"
#include "engine/engine.h"
#include "engine/label.h"
#include "engine/link_stage.h"
#include "engine/quiet_stage.h"
#include "engine/tftp_follow.h"
#include "engine/vantage.h"
#include "engine/ws_stage.h"
#include "event.h"
#include "net/flow.h"
#include "net/icmp.h"
#include "net/tcp.h"

struct label_sums {
	uint64_t flows, packets, bytes;
};

/* What was seen, as far as it is counted rather than recorded. */
struct pipeline_counts {
	struct ws_counts ws;
	uint64_t flows_udp, flows_tcp, one_way, two_way;
	uint64_t gaps, missing;
	struct vantage vantage; /* votes of flows of phones */
	uint64_t streams_refused;
	uint64_t unlabelled;
	uint64_t lone_syns; /* to ports of SIP, without an answer */
	struct label_sums labels[CLASSIFY_LABELS];
};

struct pipeline {
	struct rs_sink out;
	const struct related *related; /* its ports only, which do not change */
	struct tls_keys *keys;         /* NULL: none */
	struct rs_account *budgets;    /* BUDGET_N of them */
	struct rs_pool pool;           /* of what hangs on flows */
	struct labels labels;
	struct tls_fingerprinter *prints;
	struct pipeline_counts counts;
	struct link_told told;
	struct link_watch watch; /* servers that DHCP named */
	struct quiet_watch quiet; /* clients of DHCP that say nothing */
	bool chosen;              /* by a filter: nobody is watched */
	struct tftp_follow tftp;
	rs_time now, due; /* due: when the next RS_EV_TIME is */
};

/* related, keys (or NULL) and budgets must outlive it.  threads: it may use
   one of its own. */
void pipeline_init(struct pipeline *p, const struct related *related,
    struct tls_keys *keys, struct rs_account *budgets,
    const struct rs_sink *out, bool threads);
void pipeline_clear(struct pipeline *p);
void pipeline_datagram(struct pipeline *p, struct flow *f, enum rs_dir dir,
    const struct net_packet *packet);
void pipeline_segment(struct pipeline *p, struct flow *f, enum rs_dir dir,
    const struct net_packet *packet, const struct tcp_hdr *h);
/* A segment of that side follows: what it will be asked for is fetched into the
   cache, while something else is done with it. */
void pipeline_expect(const struct flow *f, enum rs_dir dir);
/* An ICMP error that quotes a packet that f's side dir sent. */
void pipeline_icmp(struct pipeline *p, struct flow *f, enum rs_dir dir,
    const struct net_packet *packet, const struct icmp_error *e);
/* It will, next or after another one: what hangs on it is fetched. */
void pipeline_soon(const struct flow *f, bool next);
/* The flow leaves the table: what hangs on it is closed and freed. */
void pipeline_gone(struct pipeline *p, struct flow *f, enum rs_ending why);
/* Lone SYNs that make no record, because there were so many. */
uint64_t pipeline_syns_not_listed(const struct pipeline *p);
/* Up it goes, also what is of flows that are none of the table. */
static inline void
pipeline_say(struct pipeline *p, struct rs_event *ev)
{
	ev->now = p->now;
	rs_emit(&p->out, ev);
}
void pipeline_drops(
    struct pipeline *p, uint64_t packets, rs_time from, rs_time to);
/* Says what the time is, as now and then is due. */
void pipeline_tell_time(struct pipeline *p);
static inline void
pipeline_advance(struct pipeline *p, rs_time now)
{
	p->now = now;
	if (now >= p->due)
		pipeline_tell_time(p);
}
/* A packet of a flow of ours; s is of the side that sent it. */
void pipeline_source(
    struct pipeline *p, struct link_source *s, const struct net_packet *packet);
/* A frame that carries no IP; packet as link_decode() left it. */
void pipeline_frame(
    struct pipeline *p, const struct net_packet *packet, struct rs_span frame);
/* A packet of ICMPv6 that is no error. */
void pipeline_neighbour(struct pipeline *p, const struct net_packet *packet);
/* The first packet of a new flow. */
void pipeline_opened(struct pipeline *p, const struct net_packet *packet);
/* A datagram to a port of DHCP, as udp_decode() left it. */
void pipeline_boot(struct pipeline *p, const struct net_packet *packet);
/* Any packet, as ip_decode() left it, where p->quiet.n is not 0. */
void pipeline_quiet(struct pipeline *p, const struct net_packet *packet);

#endif
