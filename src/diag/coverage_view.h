/* SPDX-License-Identifier: Apache-2.0 */
/* What rules ask of the coverage: could an answer be missing from the capture
   alone? */
#ifndef DIAG_COVERAGE_VIEW_H
#define DIAG_COVERAGE_VIEW_H

#include "diag/rule.h"

/* The capture itself says that it lost packets.  v may be NULL: unknown. */
static inline bool
coverage_view_dropped(const struct rec_coverage *v)
{
	return v && (v->drops_kernel > 0 || v->drops_interface > 0);
}

/* The capture goes on for so long after that: what did not follow then is not
   behind its end. */
static inline bool
coverage_view_goes_on(const struct rec_coverage *v, rs_time after, rs_time time)
{
	return v && v->last != RS_NEVER && after != RS_NEVER &&
	       v->last - after >= time;
}

/* Packets were not captured whole. */
static inline bool
coverage_view_cut(const struct rec_coverage *v)
{
	return v && v->snaplen_truncated > 0;
}

/* Both directions of something were captured, and nothing was lost.  A flow of
   a packet or two that had no answer is no sign of it. */
static inline bool
coverage_view_two_way(const struct rec_coverage *v)
{
	return v && !coverage_view_dropped(v) && v->two_way_flows > 0;
}

/* The SYNs of this connection were repeated, as after a second (RFC 6298 2),
   and got no answer for 64*T1 (RFC 3261 17.1.2.2), which is when a phone gives
   up: a slow path answers within. */
static inline bool
coverage_view_unanswered(
    const struct rec_coverage *v, const struct rec_connection *c)
{
	return rs_span_eq(c->conn_state, RS_LIT("S0")) && c->syns > 1 &&
	       c->started != RS_NEVER && c->ended != RS_NEVER &&
	       c->ended - c->started >= RS_SEC &&
	       coverage_view_goes_on(v, c->started, 32 * RS_SEC);
}

/* Where the capture was made, by TTLs and handshakes: what was seen there came
   so far, and what was lost behind it nobody can see.  All false: unknown. */
static inline bool
coverage_view_near_phone(const struct rec_coverage *v)
{
	return v && rs_span_eq(v->vantage, RS_LIT("phone"));
}

static inline bool
coverage_view_near_registrar(const struct rec_coverage *v)
{
	return v && rs_span_eq(v->vantage, RS_LIT("registrar"));
}

#endif
