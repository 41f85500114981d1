/* SPDX-License-Identifier: Apache-2.0 */
/*
 * TLS handshakes and their outcome, from what tls/session says and from how the
 * connection below went (FLOW_OPEN, GAP, FLOW_HALF_CLOSE, FLOW_END, NOT_TLS).
 *
 * One rec_handshake per handshake or attempt at one; a renegotiation is one of
 * its own.  "Failed", "abandoned", "cut off" are as regscan-report(5) defines
 * them.  The client is whoever sent the ClientHello, not whoever opened the
 * flow as far as the capture shows.
 */
#ifndef TRACK_HANDSHAKE_H
#define TRACK_HANDSHAKE_H

#include "base/account.h"
#include "event.h"
#include "tls/certmsg.h"
#include "track/records.h"
#include "track/related.h"

struct handshake_counts {
	struct rec_list messages;    /* counts: "client_hello", "alert", ... */
	struct rec_list connections; /* counts by visibility */
	struct rec_list opaque;      /* of these: counts by reason */
	uint64_t evicted;
};

struct handshake_tracker;

/* All must outlive it. */
struct handshake_tracker *handshake_tracker_new(const struct related *related,
    const struct tls_certificate_reader *certificates, struct rs_account *pay,
    const struct rec_sink *out);
void handshake_tracker_free(struct handshake_tracker *k);
void handshake_tracker_event(
    struct handshake_tracker *k, const struct rs_event *ev);
/* That event, of a flow, comes soon: fetches what it will need. */
void handshake_tracker_ahead(
    const struct handshake_tracker *k, const struct rs_event *ev);
void handshake_tracker_advance(struct handshake_tracker *k, rs_time now);
void handshake_tracker_finish(struct handshake_tracker *k, rs_time end);
void handshake_tracker_counts(struct handshake_tracker *k,
    struct handshake_counts *c, struct rec_arena *a);

#endif
