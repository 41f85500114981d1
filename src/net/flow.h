/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The flow table: one entry per UDP or TCP address and port pair.
 *
 * A lookup is one probe with a binary key and a keyed hash; a live entry is
 * small, because most flows are foreign and a flood is one packet each.  What
 * only flows of ours need hangs on `tcp` and `app`.
 *
 * Flows age out after an idle time (by protocol and by whether they matter) and
 * the oldest goes when the budget is used up; both through `gone`, so that the
 * owner can close what hangs on the flow.  Never free a flow inside a callback:
 * flow_reap() does it, from the outside.
 */
#ifndef NET_FLOW_H
#define NET_FLOW_H

#include "base/account.h"
#include "base/facts.h"
#include "base/hash.h"
#include "dissector.h"
#include "net/packet.h"

enum flow_claim {
	FLOW_NEW,     /* first bytes not understood yet */
	FLOW_OURS,    /* a dissector claimed it */
	FLOW_FOREIGN, /* nobody did: packets are only counted */
};

struct flow {
	struct rs_endpoint end[2]; /* by rs_dir of the sender */
	uint8_t proto;
	uint8_t claim;             /* enum flow_claim */
	bool doomed;               /* to be reaped */
	uint16_t label;            /* the owner's: what nDPI called it */
	uint16_t looks;            /* the owner's: packets shown to nDPI */
	uint64_t serial;
	rs_time first_at, last_at;
	struct rs_frame first;
	uint32_t packets[2];       /* by direction; saturating */
	uint64_t bytes;            /* of IP payload, both directions */
	void *tcp;                 /* struct tcp_conn, where there is one */
	void *app;                 /* the owner's: stages, probe bytes */
	/* the table's own */
	uint64_t hash;
	struct flow *chain, *newer, *older;
};

struct flow_limits {
	size_t max_flows;   /* 0: as many as the account pays for */
	rs_time idle_udp;   /* 0: 180 s */
	rs_time idle_tcp;   /* 0: 3600 s, established; an hour */
	rs_time idle_syn;   /* 0: 180 s, never answered */
};

struct flow_table;

/* gone: the flow leaves the table, for this reason. */
struct flow_table *flow_table_new(const struct flow_limits *limits,
    const struct rs_hash_seed *seed, struct rs_account *pay,
    void (*gone)(void *arg, struct flow *f, enum rs_ending why), void *arg);
/* Lets every flow go (RS_END_CAPTURE), oldest first. */
void flow_table_free(struct flow_table *t);
/*
 * Finds or makes the flow of p, counts the packet, sets *dir to its direction
 * and *is_new.  Never NULL: the oldest flow makes room.
 */
struct flow *flow_touch(struct flow_table *t, const struct net_packet *p,
    enum rs_dir *dir, bool *is_new);
/* The flow of these endpoints, or NULL; *dir is that of a packet from src. */
struct flow *flow_find(struct flow_table *t, const struct rs_endpoint *src,
    const struct rs_endpoint *dst, uint8_t proto, enum rs_dir *dir);
/* Lets one flow go now (a new connection takes its ports). */
void flow_remove(struct flow_table *t, struct flow *f, enum rs_ending why);
/* Lets go what is idle, or doomed, at this time. */
void flow_table_advance(struct flow_table *t, rs_time now);
uint64_t flow_table_evicted(const struct flow_table *t);
uint64_t flow_table_count(const struct flow_table *t);

#endif
