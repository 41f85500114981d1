/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The WebSocket of one flow: messages unmasked and put together from frames
 * (RFC 6455 5.4).
 *
 * It hears RS_EV_WS_UPGRADE, WS_FRAME and ANOMALY from the dissector and says
 * WS_UPGRADE, WS_MESSAGE and ANOMALY.  The payload of a message goes back to
 * identification: what it is, is not known here.
 *
 * What is unmasked or waits for its rest is copied, at most
 * WEBSOCKET_SESSION_MAX_MESSAGE bytes a side, charged to the account.  The
 * stamp of a message covers all its frames, headers too.
 *
 * Compressed messages (RFC 7692) are not inflated: each is an anomaly of its
 * size, so that what cannot be read does not look like silence.
 */
#ifndef WEBSOCKET_SESSION_H
#define WEBSOCKET_SESSION_H

#include "base/account.h"
#include "event.h"

enum { WEBSOCKET_SESSION_MAX_MESSAGE = 128 * 1024 };

struct websocket_session;

/* pay and refused must outlive it; refused counts what was dropped for want of
   room. */
struct websocket_session *websocket_session_new(
    struct rs_account *pay, uint64_t *refused);
void websocket_session_free(struct websocket_session *s);
/* ev: RS_EV_WS_UPGRADE, RS_EV_WS_FRAME or RS_EV_ANOMALY (passed on). */
void websocket_session_event(struct websocket_session *s,
    const struct rs_event *ev, const struct rs_sink *out);
/* Bytes are missing in this direction: after the dissector was told. */
void websocket_session_gap(struct websocket_session *s, enum rs_dir dir,
    const struct rs_stamp *at, const struct rs_sink *out);
/* No more comes in this direction: after the dissector was told. */
void websocket_session_close(struct websocket_session *s, enum rs_dir dir,
    const struct rs_stamp *at, const struct rs_sink *out);

#endif
