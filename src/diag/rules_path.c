/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Rules about what lies on the way of a connection that did come up: resets in
 * another's name, long packets that are lost, connections that are forgotten.
 * None of it is seen directly: each needs two signals, or a wait.
 */
#include "diag/path_view.h"

#include "diag/coverage_view.h"
#include "diag/finding.h"
#include "diag/rules.h"

#include <stdio.h>

/* A packet lost once is repeated within this time (RFC 6298 2, 5.5). */
static const rs_time HOLE_LASTS = 3 * RS_SEC;
enum { HOLE_LEAST = 1000 }; /* bytes: what is no longer is no long packet */
/* The shortest times after which boxes are known to forget, and hosts to give
   up repeating. */
static const rs_time IDLE_LEAST = 60 * RS_SEC, IDLE_WAIT = 3 * RS_SEC;
enum { IDLE_REPEATS = 2 };

static bool
has(const struct rec_list *l, const char *text)
{
	const struct rs_span *v = l->v;
	for (uint32_t i = 0; i < l->n; i++)
		if (rs_span_eq(v[i], rs_span_str(text)))
			return true;
	return false;
}

/* ---- resets */

bool
path_view_forged(const struct diag_case *c)
{
	const struct rec_connection *n = c->connection;
	const struct rec_handshake *h = c->handshake;
	const struct rec_registration *r = c->registration;
	bool by_reset =
	    h   ? h->state == REC_FAILED && h->reason == REC_REASON_RESET
	    : r ? r->outcome == REC_CONNECTION_LOST
		: false;
	return n && by_reset && n->reset_differs.n >= 2 &&
	       rs_span_eq(n->closed_how, RS_LIT("rst")) &&
	       has(&n->reset_differs, "ttl");
}

static void
forged_reset(const struct diag_rule *rule, const struct diag_case *c,
    const struct diag_out *out)
{
	const struct rec_connection *n = c->connection;
	struct finding f;
	if (!path_view_forged(c))
		return;
	const char *side = n->closed_by == REC_SERVER ? "server" : "phone";
	finding_begin(&f, rule, c, out, REC_INFERRED);
	finding_detail(&f,
	    "The reset in the %s's name has another TTL than the %s's other "
	    "packets%s%s%s.",
	    side, side,
	    has(&n->reset_differs, "timestamps") ? ", and no TCP timestamps"
						 : "",
	    has(&n->reset_differs, "ip_id")
		? ", and an IP identification out of their sequence"
		: "",
	    has(&n->reset_differs, "window") ? ", and another window" : "");
	finding_evidence(&f, n->syn_ack_frame, RS_NEVER, RS_LIT("SYN-ACK"));
	if (c->handshake)
		finding_steps(&f, c->handshake, REC_CLIENT, "client_hello");
	finding_evidence(&f, n->close_frame, RS_NEVER, RS_LIT("RST"));
	finding_say(&f);
}

/* ---- long packets */

bool
path_view_blackhole(const struct diag_case *c)
{
	const struct rec_connection *n = c->connection;
	const struct rec_handshake *h = c->handshake;
	return n && h && h->state != REC_COMPLETED &&
	       n->hole_bytes >= HOLE_LEAST && n->hole >= HOLE_LASTS;
}

static void
mtu_blackhole(const struct diag_rule *rule, const struct diag_case *c,
    const struct diag_out *out)
{
	const struct rec_connection *n = c->connection;
	char lasted[FINDING_WORD];
	struct finding f;
	if (!path_view_blackhole(c))
		return;
	finding_begin(&f, rule, c, out, REC_INFERRED);
	finding_detail(&f,
	    "The phone lacked %lld bytes of the server for %s, to the end, "
	    "while it had what came after them.",
	    (long long)n->hole_bytes, finding_time(lasted, n->hole));
	finding_steps(&f, c->handshake, REC_CLIENT, "client_hello");
	finding_evidence(
	    &f, n->hole_frame, RS_NEVER, RS_LIT("selective acknowledgement"));
	finding_say(&f);
}

/* ---- silence */

static bool
whole_capture(const struct rec_coverage *v)
{
	return v && v->drops_kernel <= 0 && v->drops_interface <= 0;
}

static void
idle_dropped(const struct diag_rule *rule, const struct diag_case *c,
    const struct diag_out *out)
{
	const struct rec_connection *n = c->connection;
	char quiet[FINDING_WORD], waited[FINDING_WORD];
	struct finding f;
	if (n == NULL || c->registration || c->handshake ||
	    n->idle_answered != RS_FALSE || n->idle < IDLE_LEAST ||
	    !whole_capture(c->coverage))
		return;
	/* Both sides were there, and were captured. */
	if (n->bytes_client <= 0 || n->bytes_server <= 0 || n->gaps > 0)
		return;
	bool reset = n->idle_reset == RS_TRUE;
	if (!reset &&
	    (n->idle_repeats < IDLE_REPEATS || n->idle_waited < IDLE_WAIT))
		return;
	bool by_server = n->idle_by == REC_SERVER;
	const char *side = by_server ? "server" : "phone";
	/* What they came through had not forgotten the connection. */
	bool arrived = by_server ? coverage_view_near_phone(c->coverage)
				 : coverage_view_near_registrar(c->coverage);
	char place[128] = "";
	if (arrived)
		snprintf(place, sizeof place,
		    " They came as far as the capture, near the %s: the box is "
		    "behind that, or the %s forgot it itself.",
		    by_server ? "phone" : "registrar",
		    by_server ? "phone" : "server");
	finding_begin(&f, rule, c, out, arrived ? REC_INFERRED : REC_LIKELY);
	finding_alternative(&f, "nat.binding-lost");
	finding_alternative(
	    &f, reset ? "tcp.forged-reset" : "capture.incomplete");
	finding_time(quiet, n->idle);
	if (reset)
		finding_detail(&f,
		    "After %s without a packet the %s sent data, and a reset "
		    "answered.%s",
		    quiet, side, place);
	else
		finding_detail(&f,
		    "After %s without a packet the %s sent data and repeated "
		    "them %lld times in %s; nothing came back.%s",
		    quiet, side, (long long)n->idle_repeats,
		    finding_time(waited, n->idle_waited), place);
	finding_evidence(
	    &f, n->idle_frame, RS_NEVER, RS_LIT("data after the silence"));
	finding_evidence(&f, n->close_frame, RS_NEVER,
	    reset ? RS_LIT("RST") : RS_LIT("close"));
	finding_say(&f);
}

const struct diag_rule diag_tcp_forged_reset = {"tcp.forged-reset", REC_ERROR,
    "tcp", "A middlebox sent the reset in another's name",
    "Compare TTL, IP identification and TCP options of the reset with those "
    "of the other packets, or capture at that side: did it send one?",
    forged_reset};

const struct diag_rule diag_tcp_mtu_blackhole = {"tcp.mtu-blackhole", REC_ERROR,
    "tcp", "Full-size packets are lost, short ones get through",
    "Send pings of full size with fragmentation forbidden, and lower the MTU "
    "or clamp the MSS on the tunnel or DSL line to try.",
    mtu_blackhole};

const struct diag_rule diag_tcp_idle_dropped = {"tcp.idle-dropped", REC_WARNING,
    "tcp", "The connection was forgotten while it was quiet",
    "Compare the silence with the timeouts of firewalls and NATs on the way, "
    "and let phone or server send keep-alives more often.",
    idle_dropped};
