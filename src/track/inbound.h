/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Requests that got no answer over UDP, by who they were sent to: whether what
 * a registrar sends to a phone still reaches it.
 *
 * Only what is needed for that: since when one side of a flow has said nothing
 * while the other side asks, REGISTER and ACK left out.  Any SIP message or
 * keep-alive of that side ends its silence.  The number of those remembered is
 * bounded, and who was asked the longest ago is forgotten first: what was
 * forgotten is not claimed.
 */
#ifndef TRACK_INBOUND_H
#define TRACK_INBOUND_H

#include "base/account.h"
#include "base/hash.h"
#include "event.h"

struct inbound_silence {
	rs_time answered; /* a request before; RS_NEVER: none that was seen */
	struct rs_frame answered_frame;
	bool invite;   /* one of the requests is an INVITE */
	rs_time since; /* the first request without answer */
	struct rs_frame frame;
	rs_time again; /* the next one, or the same again; RS_NEVER: none */
	struct rs_frame again_frame;
	rs_time icmp_at; /* the first error that quotes one; RS_NEVER: none */
	struct rs_frame icmp_frame;
	uint8_t icmp_type, icmp_code;
};

struct inbound_tracker;

/* Both must outlive it. */
struct inbound_tracker *inbound_tracker_new(
    const struct rs_hash_seed *seed, struct rs_account *pay);
void inbound_tracker_free(struct inbound_tracker *k);
/* RS_EV_SIP_MESSAGE, RS_EV_SIP_KEEPALIVE and RS_EV_ICMP; others are left. */
void inbound_tracker_event(
    struct inbound_tracker *k, const struct rs_event *ev);
/* The silence of `phone` towards `server` that lasts; false: none is known. */
bool inbound_tracker_find(const struct inbound_tracker *k,
    const struct rs_endpoint *phone, const struct rs_endpoint *server,
    struct inbound_silence *to);

#endif
