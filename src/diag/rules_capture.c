/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What the capture does not carry, said as what it is and perhaps no fault at
 * all: what other rules held back, and bytes of which there are two versions.
 */
#include "diag/coverage_view.h"
#include "diag/finding.h"
#include "diag/phone_view.h"
#include "diag/rules.h"
#include "diag/sip_view.h"

#include <inttypes.h>

/* Why an answer may have been there and not in the file. */
static const char *
why(const struct diag_case *c, const struct sip_view *v)
{
	if (coverage_view_dropped(c->coverage))
		return "packets were dropped while capturing";
	if (c->registration && (sip_view_flaw(c->registration, "gap") ||
				   sip_view_flaw(c->registration, "drops")))
		return "packets of this connection are missing";
	if (coverage_view_two_way(c->coverage) && sip_view_not_repeated(c, v))
		return "it was not repeated, as it is over UDP until an answer "
		       "comes, and no registrar is heard in the capture";
	return "the capture shows one direction only, of everything in it";
}

static void
capture_incomplete(const struct diag_rule *rule, const struct diag_case *c,
    const struct diag_out *out)
{
	struct finding f;
	if (c->coverage == NULL || c->registration == NULL ||
	    c->registration->outcome != REC_TIMED_OUT)
		return;
	if (phone_view_silence(c) && !coverage_view_dropped(c->coverage))
		return; /* policy.source-banned says it */
	const struct sip_view *v = c->sip;
	if (v->last == NULL || sip_view_both_ways(c, v) ||
	    sip_view_flaw(v->r, "response_refused") ||
	    sip_view_fragments_lost(v))
		return; /* sip.no-answer or another says it */
	finding_begin(&f, rule, c, out, REC_INFERRED);
	finding_alternative(&f, "sip.no-answer");
	finding_alternative(&f, "policy.source-banned");
	finding_detail(&f,
	    "No final response to the REGISTER in 32 s, but %s: the answer may "
	    "have come.",
	    why(c, v));
	sip_view_evidence(&f, v);
	finding_say(&f);
}

const struct diag_rule diag_capture_incomplete = {"capture.incomplete",
    REC_INFO, "sip", "The capture lacks what would tell",
    "Capture again, at the phone's side as well if possible, and compare the "
    "numbers of packets dropped.",
    capture_incomplete};

/* Which of two versions an end takes depends on its system (Ptacek and Newsham,
   "Insertion, Evasion, and Denial of Service", 1998, section 5). */
static void
tcp_segments_differ(const struct diag_rule *rule, const struct diag_case *c,
    const struct diag_out *out)
{
	const struct rec_connection *n = c->connection;
	struct finding f;
	if (n == NULL || c->registration || c->handshake ||
	    n->differ_frame.number == 0)
		return;
	finding_begin(&f, rule, c, out, REC_CERTAIN);
	finding_detail(&f,
	    "%" PRId64 " %s other bytes than an earlier one had for the same "
	    "place. What came first is what is reported; the other side may "
	    "have taken the other version.",
	    n->differ, n->differ == 1 ? "segment has" : "segments have");
	finding_evidence(&f, n->differ_frame, RS_NEVER,
	    RS_LIT("other bytes for the same place"));
	finding_say(&f);
}

const struct diag_rule diag_tcp_segments_differ = {"tcp.segments-differ",
    REC_WARNING, "tcp", "Two versions of the same bytes were sent",
    "Look who sent them: a device on the way that rewrites messages or injects "
    "packets, or a fault in its offloading. Capture at both ends and compare.",
    tcp_segments_differ};

static void
link_fragments_differ(const struct diag_rule *rule, const struct diag_case *c,
    const struct diag_out *out)
{
	const struct rec_coverage *v = c->coverage;
	struct finding f;
	if (v == NULL || v->fragments_differ.number == 0 || c->registration ||
	    c->handshake || c->connection || c->binding || c->phone || c->way ||
	    c->lease || c->link || c->download)
		return;
	finding_begin(&f, rule, c, out, REC_CERTAIN);
	finding_detail(&f,
	    "Fragments of one datagram overlap and have different bytes there. "
	    "Of IPv4 what came first is what is reported, and the receiver may "
	    "have taken the other version; of IPv6 such a datagram is dropped.");
	finding_evidence(&f, v->fragments_differ, RS_NEVER,
	    RS_LIT("other bytes for the same place"));
	finding_say(&f);
}

const struct diag_rule diag_link_fragments_differ = {"link.fragments-differ",
    REC_WARNING, "link", "Fragments contradict each other",
    "Look who sends them: no host makes such fragments by itself. A device on "
    "the way is broken, or somebody tries to hide something from filters.",
    link_fragments_differ};
