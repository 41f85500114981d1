/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What other rules held back because the capture does not carry it, said
 * instead as what it is: perhaps no fault at all.
 */
#include "diag/coverage_view.h"
#include "diag/finding.h"
#include "diag/phone_view.h"
#include "diag/rules.h"
#include "diag/sip_view.h"

/* Why an answer may have been there and not in the file. */
static const char *
why(const struct diag_case *c)
{
	if (coverage_view_dropped(c->coverage))
		return "packets were dropped while capturing";
	if (c->registration && (sip_view_flaw(c->registration, "gap") ||
				   sip_view_flaw(c->registration, "drops")))
		return "packets of this connection are missing";
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
	struct sip_view v = sip_view_of(c->registration);
	if (v.last == NULL || sip_view_both_ways(c, &v) ||
	    sip_view_flaw(v.r, "response_refused") ||
	    sip_view_fragments_lost(&v))
		return; /* sip.no-answer or another says it */
	finding_begin(&f, rule, c, out, REC_INFERRED);
	finding_alternative(&f, "sip.no-answer");
	finding_alternative(&f, "policy.source-banned");
	finding_detail(&f,
	    "No final response to the REGISTER in 32 s, but %s: the answer may "
	    "have come.",
	    why(c));
	sip_view_evidence(&f, &v);
	finding_say(&f);
}

const struct diag_rule diag_capture_incomplete = {"capture.incomplete",
    REC_INFO, "sip", "The capture lacks what would tell",
    "Capture again, at the phone's side as well if possible, and compare the "
    "numbers of packets dropped.",
    capture_incomplete};
