/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Where the answers to TFTP requests are expected.
 *
 * A server answers from a port of its own choice (RFC 1350 4) with bytes that
 * begin like much else, so its flow is known only by whom it goes to: a client
 * that asked a moment ago.  Requests leave their client's address and port
 * here, in a table of fixed size that lives as long as the pipeline.  While
 * nobody asked lately, a foreign packet costs one comparison.
 */
#ifndef ENGINE_TFTP_FOLLOW_H
#define ENGINE_TFTP_FOLLOW_H

#include "engine/identify.h"
#include "net/flow.h"

/* Requests are repeated every few seconds: each one opens the time again. */
#define TFTP_FOLLOW_FOR (30 * RS_SEC)

enum { TFTP_FOLLOW_SETS = 128, TFTP_FOLLOW_WAYS = 4 };

struct tftp_follow_slot {
	struct rs_endpoint client;
	rs_time until;
};

/* All zeros: empty. */
struct tftp_follow {
	struct tftp_follow_slot slot[TFTP_FOLLOW_SETS][TFTP_FOLLOW_WAYS];
	rs_time until; /* the latest of all */
};

/* The client asked at this time.  Of a full set, who asked first makes room. */
void tftp_follow_expect(
    struct tftp_follow *t, const struct rs_endpoint *client, rs_time now);
bool tftp_follow_due(
    const struct tftp_follow *t, const struct rs_endpoint *client, rs_time now);

/* A TFTP message: where it is a request, its answer is expected. */
void tftp_follow_hear(struct tftp_follow *t, const struct net_packet *packet);
/*
 * identify() of a datagram whose flow nobody has claimed yet.  Where it is the
 * first packet of a flow and answers a request, it is TFTP: the flow is turned,
 * as its client is the one that asked, and *dir is RS_S2C.
 */
struct identity tftp_follow_identify(const struct tftp_follow *t,
    struct flow *f, enum rs_dir *dir, const struct net_packet *packet);

#endif
