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
	if (d->resolved == RS_FALSE) {
		snprintf(out, 160, "the phone could not look up that name");
		return;
	}
	if (d->status != REC_ABSENT &&
	    (d->visibility != REC_LOG || d->status >= 300))
		snprintf(
		    number, sizeof number, "HTTP %lld", (long long)d->status);
	else if (d->error != REC_ABSENT)
		snprintf(number, sizeof number, "TFTP error %lld",
		    (long long)d->error);
	else if (d->state == REC_DOWNLOAD_NO_ANSWER)
		snprintf(number, sizeof number, "no answer");
	else if (d->visibility == REC_LOG)
		snprintf(number, sizeof number, "it failed");
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
	return rec_download_configures(d) &&
	       (d->profile.p || d->mac.p || d->resync == RS_TRUE) &&
	       d->optional != RS_TRUE;
}

/* The name of its server was asked for in vain: the rules about DNS tell it. */
static bool
dns_tells(const struct rec_download *d, const struct diag_way *w)
{
	for (uint32_t i = 0; d->resolved == RS_FALSE && w && i < w->n_lookups;
	     i++)
		if (rs_span_eq_nocase(w->lookups[i].name, d->host) &&
		    w->lookups[i].state != REC_ANSWERED)
			return true;
	return false;
}

/* "/a.cfg over tftp from 192.0.2.20", as far as it is known. */
static void
say_what(const struct rec_download *d, char out[400])
{
	char where[80];
	const char *protocol = rec_download_protocol_name(d->protocol);
	struct rs_span what =
	    d->path.n ? rs_span_part(d->path, 0, 200) : RS_LIT("Configuration");
	rs_endpoint_format(&d->server.at, where);
	struct rs_span from = d->server.name.n
				  ? rs_span_part(d->server.name, 0, 100)
			      : d->server.at.addr.family ? rs_span_str(where)
							 : RS_LIT("");
	snprintf(out, 400, "%.*s%s%s%s%.*s", (int)what.n, (const char *)what.p,
	    protocol ? " over " : "", protocol ? protocol : "",
	    from.n ? " from " : "", (int)from.n, (const char *)from.p);
}

/* The phone of a log may be known by another address to whoever captured it, or
   to another log: what was seen of anybody may be its. */
static bool
may_have_registered(const struct rec_download *d, const struct rec_coverage *g)
{
	return d->visibility == REC_LOG &&
	       (g->packets > 0 || g->sip_requests.n || g->sip_responses.n);
}

/* Of a log the last fetch alone is told: whatever came of a later one, it is
   not this one that the phone waits for. */
static bool
log_goes_on(const struct diag_case *c)
{
	const struct rec_download *d = c->download;
	const struct rs_frame line = d->id.frame;
	const struct rec_file *file = c->coverage->files.v;
	if (d->visibility != REC_LOG)
		return false;
	for (size_t i = 0; c->fetches && i < c->fetches->n; i++) {
		const struct diag_fetch *f = &c->fetches->v[i];
		if (f->at > d->started &&
		    (f->configures || !rec_download_broke(f->state)))
			return true;
	}
	if (line.file >= c->coverage->files.n)
		return false;
	const struct rec_log *l = &file[line.file].log;
	const struct rec_resync *r = l->resyncs.v;
	for (uint32_t i = 0; i < l->resyncs.n; i++)
		if ((uint64_t)r[i].line > (line.number & ~RS_LINE) &&
		    (r[i].from.n || r[i].succeeded == RS_TRUE))
			return true;
	return l->resyncs_not_listed > 0;
}

static void
say_evidence(struct finding *f, const struct rec_download *d)
{
	bool words = d->visibility == REC_LOG && d->status == REC_ABSENT;
	const struct rs_frame *v = d->frames.v;
	finding_evidence(f, d->id.frame, d->started, RS_LIT("request"));
	if (words)
		finding_evidence(f, d->answer_frame, RS_NEVER,
		    RS_LIT("what the phone says of it"));
	else if (d->protocol == REC_HTTPS && d->visibility != REC_LOG)
		finding_evidence(f, d->answer_frame, RS_NEVER,
		    RS_LIT("what ended the handshake"));
	else
		finding_evidence(f, d->answer_frame,
		    d->visibility == REC_LOG
			? RS_NEVER
			: rec_answered(d->started, d->delay),
		    RS_LIT("answer"));
	finding_evidence(f, d->icmp_frame, RS_NEVER, RS_LIT("ICMP error"));
	if (d->state == REC_DOWNLOAD_NO_ANSWER && d->frames.n > 1)
		finding_evidence(f, v[d->frames.n - 1], RS_NEVER,
		    RS_LIT("the last of them"));
}

static void
download_failed(const struct diag_rule *rule, const struct diag_case *c,
    const struct diag_out *out)
{
	const struct rec_download *d = c->download;
	char why[160], what[400], after[FINDING_WORD];
	struct finding f;
	if (d == NULL || !rec_download_broke(d->state) || !configures(d) ||
	    went_on(c->phone) || c->tried_later || c->registered_then ||
	    fetch_view_good_after(c, d->started) || dns_tells(d, c->way))
		return;
	const struct rec_coverage *g = c->coverage;
	if (!coverage_view_goes_on(g, d->ended, LOOKED_LEAST) ||
	    coverage_view_dropped(g) || may_have_registered(d, g) ||
	    log_goes_on(c))
		return;
	/* Of an answer that did not come the capture must have seen the way. */
	if (d->state == REC_DOWNLOAD_NO_ANSWER && !coverage_view_two_way(g))
		return;
	say_what(d, what);
	say_why(d, why);
	finding_begin(&f, rule, c, out, REC_LIKELY);
	finding_alternative(&f, "capture.incomplete");
	finding_detail(&f,
	    "%s: %s. Nothing else was fetched, and no "
	    "REGISTER was sent in the %s that followed.",
	    what, why, finding_time(after, g->last - d->ended));
	say_evidence(&f, d);
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
