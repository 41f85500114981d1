/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The flow table: one entry per UDP or TCP address and port pair.
 *
 * A lookup is one probe with a binary key and a keyed hash; a live entry is
 * small, because most flows are foreign and a flood is one packet each.  What
 * only flows of ours need hangs on `tcp` and `app`.
 *
 * Flows age out after an idle time (by protocol and by how far they came) and
 * the oldest goes when the budget is used up; both through `gone`, so that the
 * owner can close what hangs on the flow.  Flows that a dissector claimed go
 * last, so that a flood cannot push registrations out.  Never remove a flow
 * inside a callback that was called for it: doom it.
 *
 * Tags (VLAN, MPLS, networks of tunnels) are no part of the key, since they are
 * not the same in both directions, on both sides of a router and after a change
 * of the way.  A flow knows the segment that each of its sides sends from, and
 * a packet from another one strays: it may be the same flow all the same, and
 * the owner, who knows more of it, may have it made a flow of its own
 * (flow_part). From then on segments tell the two apart.
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

/* What each packet of a known flow looks at comes first: the cache's lines. */
struct flow {
	struct rs_endpoint end[2]; /* by rs_dir of the sender */
	uint8_t proto;
	uint8_t claim;     /* enum flow_claim */
	bool doomed : 1;   /* by flow_doom(): read-only */
	bool lone_syn : 1; /* the owner's: a SYN and nothing else */
	bool common : 1;   /* the owner's: claimed, and goes as if nobody had */
	bool alternates : 1; /* the owner's: two segments take turns */
	bool brief : 1;      /* the owner's: goes soon, as if nobody had it */
	uint8_t list;        /* the table's own */
	uint32_t tag;        /* the table's own */
	rs_time last_at;
	rs_time queued;      /* the table's own: when it was queued */
	uint32_t packets[2]; /* by direction; saturating */
	uint32_t segment[2]; /* of the last packet of each side */
	uint64_t bytes;      /* of IP payload, both directions */
	void *tcp;           /* struct tcp_conn, where there is one */
	void *app;           /* the owner's: stages, probe bytes */
	uint16_t label;      /* the owner's: what nDPI called it */
	uint16_t mss;        /* of a lone SYN; 0: none */
	union {
		uint32_t isn;   /* its sequence number */
		uint32_t stray; /* the owner's, of UDP: the segment before */
	};
	rs_time first_at;
	struct rs_frame first;
	uint64_t serial;
	uint8_t ttl, ttl_back; /* of the first packet of each side, or 0 */
	uint8_t phone; /* the owner's: 1 + direction of what a phone sends */
	uint8_t looks; /* the owner's: packets shown to nDPI */
	uint32_t self, newer, older; /* the table's own: places in slabs */
};

struct flow_limits {
	size_t max_flows;    /* 0: as many as the account pays for */
	rs_time idle_udp;    /* 0: 180 s */
	rs_time idle_brief;  /* 0: 30 s: longer than who has asked waits */
	rs_time idle_tcp;    /* 0: 3600 s, established; an hour */
	rs_time idle_syn;    /* 0: 180 s, never answered */
	rs_time idle_doomed; /* 0: 30 s, after flow_doom() */
};

struct flow_table;

/* gone: the flow leaves the table, for this reason. */
struct flow_table *flow_table_new(const struct flow_limits *limits,
    const struct rs_hash_seed *seed, struct rs_account *pay,
    void (*gone)(void *arg, struct flow *f, enum rs_ending why), void *arg);
/*
 * Before flows go one after the other: f is the next to go, or else the one
 * after that.  What hangs on it may be fetched meanwhile, and nothing else done.
 */
void flow_table_announce(struct flow_table *t,
    void (*soon)(void *arg, const struct flow *f, bool next));
/* Lets every flow go (RS_END_CAPTURE), oldest first. */
void flow_table_free(struct flow_table *t);
/*
 * Finds or makes the flow of p, counts the packet, sets *dir to its direction
 * and *is_new.  Never NULL: the oldest flow makes room.
 */
struct flow *flow_touch(struct flow_table *t, const struct net_packet *p,
    enum rs_dir *dir, bool *is_new);
/* Does p come from another segment than that side of its flow did before? */
static inline bool
flow_strays(const struct flow *f, enum rs_dir dir, const struct net_packet *p)
{
	return f->segment[dir] != net_packet_segment(p);
}
enum { FLOW_PARTS = 128 }; /* of the same endpoints, at most */
/*
 * p, which flow_touch() gave to f, is no packet of it, but of another one of
 * the same endpoints on its own segment: makes that, and takes p back from f. f
 * itself where there are FLOW_PARTS: tags cost a sender nothing.
 */
struct flow *flow_part(struct flow_table *t, struct flow *f,
    const struct net_packet *p, enum rs_dir *dir, bool *is_new);
/*
 * The flow of these endpoints, or NULL; *dir is that of a packet from src (may
 * be NULL).  Does not count and does not keep the flow alive.
 */
struct flow *flow_find(struct flow_table *t, const struct rs_endpoint *src,
    const struct rs_endpoint *dst, uint8_t proto, enum rs_dir *dir);
/*
 * The same of endpoints that an error quotes, which came from that segment.
 * Where there are several flows of them it is the one whose packet may() be
 * quoted, or else that has this segment on a side of its, rather on the one that
 * the error goes with; NULL: none, or more than one.
 */
struct flow *flow_find_quoted(struct flow_table *t,
    const struct rs_endpoint *src, const struct rs_endpoint *dst, uint8_t proto,
    uint32_t segment,
    bool (*may)(const struct flow *f, enum rs_dir dir, const void *arg),
    const void *arg, enum rs_dir *dir);
/*
 * Exchanges the sides of a flow whose first packet turned out to be the
 * server's (a SYN-ACK whose SYN was not seen): call it at that packet, before
 * anything hangs on the flow.  The packet's direction becomes RS_S2C.
 */
void flow_turn(struct flow *f);
/*
 * This flow is over (both sides closed, or reset): it stays a little for what
 * trails behind and then goes as RS_END_FIN, or at once when room is wanted.
 * Allowed inside callbacks: nothing is freed here.
 */
void flow_doom(struct flow_table *t, struct flow *f);
/* What the flow is has changed: it ages like others of its kind from now on. */
void flow_requeue(struct flow_table *t, struct flow *f);
/* Lets one flow go now (a new connection takes its ports). */
void flow_remove(struct flow_table *t, struct flow *f, enum rs_ending why);
/* Lets go the oldest of those that a dissector claimed, or if there is none the
   oldest of all: what hangs on them has no more room.  False: there is none. */
bool flow_evict_ours(struct flow_table *t);
/* Lets go what is idle, or doomed, at this time. */
void flow_table_advance(struct flow_table *t, rs_time now);
/* Only what is doomed: asked before the time moves on, so that a connection has
   ended before what waits on it is given up.  False: nothing else is idle. */
bool flow_table_bury(struct flow_table *t, rs_time now);
uint64_t flow_table_evicted(const struct flow_table *t);
uint64_t flow_table_count(const struct flow_table *t);

#endif
