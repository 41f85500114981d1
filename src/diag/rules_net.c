/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Rules about the way there: a TCP connection that did not come up.
 *
 * "No answer" is only said of a capture that shows both directions of something
 * (otherwise the answers may just not have been captured).
 */
#include "diag/coverage_view.h"
#include "diag/finding.h"
#include "diag/phone_view.h"
#include "diag/rules.h"

#include <stdio.h>

static bool
is(struct rs_span s, const char *text)
{
	return rs_span_eq(s, rs_span_str(text));
}

static void
say_syn(struct finding *f, const struct rec_connection *c)
{
	const struct rs_frame *v = c->frames.v;
	bool silent = is(c->conn_state, "S0");
	finding_evidence(f, c->syn_frame, c->started, RS_LIT("SYN"));
	/* Of one that stayed silent, its frames are its SYNs. */
	for (uint32_t i = 0; i < c->frames.n; i++)
		if ((silent || c->syn_frame.number == 0) &&
		    !rs_frame_eq(v[i], c->syn_frame) &&
		    !rs_frame_eq(v[i], c->icmp_frame))
			finding_evidence(f, v[i], RS_NEVER,
			    silent ? RS_LIT("last SYN") : RS_LIT("SYN"));
	finding_evidence(f, c->icmp_frame, RS_NEVER,
	    rec_connection_unreachable(c) ? RS_LIT("ICMP unreachable")
					  : RS_LIT("ICMP error"));
}

static void
tcp_refused(const struct diag_rule *rule, const struct diag_case *c,
    const struct diag_out *out)
{
	const struct rec_connection *n = c->connection;
	struct finding f;
	if (n == NULL || !is(n->conn_state, "REJ") ||
	    rec_connection_unreachable(n))
		return;
	finding_begin(&f, rule, c, out, REC_LIKELY);
	finding_alternative(&f, "tcp.forged-reset");
	finding_detail(&f,
	    "The SYN to port %u was answered with a reset: no service listens "
	    "there, or a firewall rejects it.",
	    n->server.at.port);
	say_syn(&f, n);
	finding_evidence(&f, n->close_frame, n->ended, RS_LIT("RST"));
	finding_say(&f);
}

static void
tcp_no_answer(const struct diag_rule *rule, const struct diag_case *c,
    const struct diag_out *out)
{
	const struct rec_connection *n = c->connection;
	struct finding f;
	if (n == NULL || rec_connection_unreachable(n) ||
	    !coverage_view_unanswered(c->coverage, n) ||
	    !coverage_view_two_way(c->coverage) || phone_view_silence(c))
		return; /* or policy.source-banned says it */
	finding_begin(&f, rule, c, out, REC_LIKELY);
	finding_alternative(&f, "capture.incomplete");
	bool arrived = coverage_view_near_registrar(c->coverage);
	char icmp[48];
	snprintf(icmp, sizeof icmp, " but ICMP %.*s", FINDING_TEXT(n->icmp));
	if (arrived)
		f.rec.advice = RS_LIT(
		    "Look at the server itself: is it up, does a filter of its "
		    "own drop this port, does it know the way back?");
	finding_detail(&f, "%lld SYNs to port %u in %lld s, and no answer%s.%s",
	    (long long)n->syns, n->server.at.port,
	    (long long)((n->ended - n->started) / RS_SEC),
	    n->icmp.p ? icmp : " of any kind",
	    arrived ? " They came as far as the capture, near the registrar."
	    : coverage_view_near_phone(c->coverage)
		? " The capture is near the phone: whether they reached the "
		  "server, or its answers were lost, cannot be told here."
		: "");
	say_syn(&f, n);
	finding_say(&f);
}

static void
tcp_icmp_rejected(const struct diag_rule *rule, const struct diag_case *c,
    const struct diag_out *out)
{
	const struct rec_connection *n = c->connection;
	char from[RS_ADDR_TEXT] = "an unknown sender";
	struct finding f;
	if (n == NULL || !rec_connection_unreachable(n))
		return;
	if (!is(n->conn_state, "S0") && !is(n->conn_state, "REJ") &&
	    !is(n->conn_state, "RSTOS0") && !is(n->conn_state, "SH"))
		return; /* it came up all the same */
	if (n->icmp_from.at.addr.family)
		rs_addr_format(&n->icmp_from.at.addr, from);
	finding_begin(&f, rule, c, out, REC_CERTAIN);
	finding_detail(&f, "ICMP %.*s from %s quotes the SYN to port %u.",
	    FINDING_TEXT(n->icmp), from, n->server.at.port);
	say_syn(&f, n);
	finding_say(&f);
}

const struct diag_rule diag_tcp_refused = {"tcp.refused", REC_ERROR, "tcp",
    "The server refuses TCP connections",
    "Is the service running, and on this port? Is a firewall set to reject?",
    tcp_refused};

const struct diag_rule diag_tcp_no_answer = {"tcp.no-answer", REC_ERROR, "tcp",
    "No answer to TCP connection requests",
    "Look for a firewall that drops this port, and whether the server is "
    "reached at all from the phone's network.",
    tcp_no_answer};

const struct diag_rule diag_tcp_icmp_rejected = {"tcp.icmp-rejected", REC_ERROR,
    "tcp", "The network says that the server cannot be reached",
    "Look at the device that sent the ICMP error: a filter, or no route.",
    tcp_icmp_rejected};
