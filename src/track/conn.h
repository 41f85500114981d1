/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What happened to each TCP connection that carried, or tried to carry,
 * registration: from FLOW_END's facts, and from what was heard on it.
 *
 * Zeek's conn_state letters.  A connection concerns registration when SIP or
 * a related TLS handshake was on it, or when its server's port is one of
 * related.h's; others make no record here.
 */
#ifndef TRACK_CONN_H
#define TRACK_CONN_H

#include "event.h"
#include "track/records.h"
#include "track/related.h"

struct conn_tracker;

struct conn_tracker *conn_tracker_new(const struct related *related,
    struct rs_account *pay, const struct rec_sink *out);
void conn_tracker_free(struct conn_tracker *k);
/* An event of a TCP connection comes soon: fetches what it will need. */
void conn_tracker_ahead(
    const struct conn_tracker *k, const struct rs_event *ev);
void conn_tracker_event(struct conn_tracker *k, const struct rs_event *ev);

/* Zeek's conn_state for these facts: a constant string. */
const char *conn_state(const struct rs_conn_facts *f);

#endif
