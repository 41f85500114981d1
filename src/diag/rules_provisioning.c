/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Rules about what a phone fetches before it registers, and about what the
 * profile of its service expects.
 *
 * A file that is not there is mostly no fault: phones ask for several names and
 * go on with what they get.  What counts is that nothing good came after it,
 * and that the phone never came as far as SIP.
 */
#include "diag/coverage_view.h"
#include "diag/fetch_view.h"
#include "diag/finding.h"
#include "diag/profile_view.h"
#include "diag/rules.h"

#include <stdio.h>

/* Phones go on within seconds, or try again later. */
static const rs_time LOOKED_LEAST = 10 * RS_SEC;

/* It came as far as SIP, or TLS or TCP to where SIP is. */
static bool
went_on(const struct rec_phone *p)
{
	if (p == NULL)
		return false;
	const struct rec_stage *s = p->chain.v;
	for (uint32_t i = 0; i < p->chain.n; i++)
		if ((s[i].state == REC_STAGE_OK ||
			s[i].state == REC_STAGE_FAILED || s[i].records.n) &&
		    (rs_span_eq(s[i].stage, RS_LIT("tcp")) ||
			rs_span_eq(s[i].stage, RS_LIT("tls")) ||
			rs_span_eq(s[i].stage, RS_LIT("sip"))))
			return true;
	return p->attempts > 0;
}

/* "TFTP error 1 (File not found)", with what it lacks left out. */
static void
say_why(const struct rec_download *d, char out[160])
{
	char number[48] = "";
	if (d->icmp_frame.number) {
		snprintf(out, 160, "an ICMP error came back");
		return;
	}
	if (d->status != REC_ABSENT)
		snprintf(
		    number, sizeof number, "HTTP %lld", (long long)d->status);
	else if (d->error != REC_ABSENT)
		snprintf(number, sizeof number, "TFTP error %lld",
		    (long long)d->error);
	else if (d->state == REC_DOWNLOAD_NO_ANSWER)
		snprintf(number, sizeof number, "no answer");
	else if (d->protocol == REC_HTTPS)
		snprintf(number, sizeof number, "the TLS handshake failed");
	else
		snprintf(number, sizeof number, "it broke off");
	if (d->reason.n)
		snprintf(out, 160, "%s (%.*s)", number,
		    d->reason.n < 100 ? (int)d->reason.n : 100,
		    (const char *)d->reason.p);
	else
		snprintf(out, 160, "%s", number);
}

/* A file that a phone wants, as far as its name or its asker tell: other hosts
   boot over TFTP, too. */
static bool
configures(const struct rec_download *d)
{
	return rec_download_configures(d) && (d->profile.p || d->mac.p) &&
	       d->optional != RS_TRUE;
}

static void
download_failed(const struct diag_rule *rule, const struct diag_case *c,
    const struct diag_out *out)
{
	const struct rec_download *d = c->download;
	char why[160], where[80], after[FINDING_WORD];
	struct finding f;
	if (d == NULL || !rec_download_broke(d->state) || !configures(d) ||
	    went_on(c->phone) || fetch_view_good_after(c, d->started))
		return;
	const struct rec_coverage *g = c->coverage;
	if (!coverage_view_goes_on(g, d->ended, LOOKED_LEAST) ||
	    coverage_view_dropped(g))
		return;
	/* Of an answer that did not come the capture must have seen the way. */
	if (d->state == REC_DOWNLOAD_NO_ANSWER && !coverage_view_two_way(g))
		return;
	say_why(d, why);
	rs_endpoint_format(&d->server.at, where);
	finding_begin(&f, rule, c, out, REC_LIKELY);
	finding_alternative(&f, "capture.incomplete");
	const char *protocol = rec_download_protocol_name(d->protocol);
	finding_detail(&f,
	    "%.*s over %s from %.*s: %s. Nothing else was fetched, and no "
	    "REGISTER was sent in the %s that followed.",
	    d->path.n ? (int)(d->path.n < 200 ? d->path.n : 200) : 13,
	    d->path.n ? (const char *)d->path.p : "Configuration",
	    protocol ? protocol : "?",
	    d->server.name.n
		? (int)(d->server.name.n < 100 ? d->server.name.n : 100)
		: (int)strlen(where),
	    d->server.name.n ? (const char *)d->server.name.p : where, why,
	    finding_time(after, g->last - d->ended));
	finding_evidence(&f, d->id.frame, d->started, RS_LIT("request"));
	if (d->protocol == REC_HTTPS)
		finding_evidence(&f, d->answer_frame, RS_NEVER,
		    RS_LIT("what ended the handshake"));
	else
		finding_evidence(&f, d->answer_frame,
		    rec_answered(d->started, d->delay), RS_LIT("answer"));
	finding_evidence(&f, d->icmp_frame, RS_NEVER, RS_LIT("ICMP error"));
	const struct rs_frame *v = d->frames.v;
	if (d->state == REC_DOWNLOAD_NO_ANSWER && d->frames.n > 1)
		finding_evidence(&f, v[d->frames.n - 1], RS_NEVER,
		    RS_LIT("the last of them"));
	finding_say(&f);
}

static void
unexpected(const struct diag_rule *rule, const struct diag_case *c,
    const struct diag_out *out)
{
	const struct rec_registration *r = c->registration;
	char what[PROFILE_VIEW_TEXT];
	struct finding f;
	if (r == NULL || !profile_view_differs(c->profile, c->told, r, what))
		return;
	finding_begin(&f, rule, c, out, REC_CERTAIN);
	finding_detail(&f, "Other than the profile %s (%s) has it: %s.",
	    c->profile->name, c->profile->title, what);
	const struct rec_transaction *t = r->transactions.v;
	if (r->transactions.n)
		finding_evidence(
		    &f, t->request_frame, t->request_time, RS_LIT("REGISTER"));
	if (r->transactions.n && t[r->transactions.n - 1].status != REC_ABSENT)
		finding_evidence(&f, t[r->transactions.n - 1].response_frame,
		    t[r->transactions.n - 1].response_time,
		    RS_LIT("last answer"));
	if (f.rec.evidence.n == 0)
		finding_evidence(
		    &f, r->id.frame, r->started, RS_LIT("its first packet"));
	finding_say(&f);
}

const struct diag_rule diag_provisioning_download_failed = {
    "provisioning.download-failed", REC_ERROR, "provisioning",
    "The phone did not get its configuration",
    "Fetch the same file by hand from the phone's network. Is the phone known "
    "to that server, by the MAC address or serial number that it asks with, "
    "and is it the server that the phone is meant to ask?",
    download_failed};
const struct diag_rule diag_profile_unexpected = {"profile.unexpected",
    REC_INFO, "sip", "The registration is not as its service has it",
    "Compare the settings of the phone, or of the account, with what the "
    "provider documents; if they are meant so, change the profile.",
    unexpected};
