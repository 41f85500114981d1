/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What stands on a WebSocket: its session, and the dissector of its messages.
 *
 * Each message is identified by its first bytes until one is known, and is
 * then a datagram to whoever understands it (RFC 7118 5: a WebSocket message
 * is one SIP message, and needs no Content-Length).  The stage does not know
 * what the WebSocket itself is on: TCP, or plaintext out of TLS.
 */
#ifndef ENGINE_WS_STAGE_H
#define ENGINE_WS_STAGE_H

#include "base/account.h"
#include "event.h"

struct ws_stage;

/* Of all WebSockets together. */
struct ws_counts {
	uint64_t connections, refused; /* refused: upgrades that were */
	uint64_t messages, pings, pongs;
};

/* Where events go: those of the WebSocket, and those of what it carries. */
struct ws_stage_out {
	struct rs_sink self, above;
};

/* below: RS_OVER_TCP or RS_OVER_TLS.  pay, refused (what was dropped for want
   of room) and counts must outlive it. */
struct ws_stage *ws_stage_new(enum rs_carrier below, struct rs_account *pay,
    uint64_t *refused, struct ws_counts *counts);
void ws_stage_free(struct ws_stage *s);
/* What events `above` came over: RS_OVER_WS or RS_OVER_WSS. */
enum rs_carrier ws_stage_carrier(const struct ws_stage *s);
/* An event of the WebSocket dissector. */
void ws_stage_event(struct ws_stage *s, const struct rs_event *ev,
    const struct ws_stage_out *out);
/* After the dissector was told. */
void ws_stage_gap(struct ws_stage *s, enum rs_dir dir,
    const struct rs_stamp *at, const struct ws_stage_out *out);
void ws_stage_close(struct ws_stage *s, enum rs_dir dir,
    const struct rs_stamp *at, const struct ws_stage_out *out);

#endif
