/* SPDX-License-Identifier: Apache-2.0 */
/* Where a phone's log and the capture disagree. */
#include "diag/finding.h"
#include "diag/rules.h"
#include "diag/sip_view.h"

static void
log_sent_not_on_wire(const struct diag_rule *rule, const struct diag_case *c,
    const struct diag_out *out)
{
	const struct rec_registration *r = c->registration;
	struct finding f;
	if (r == NULL || !sip_view_flaw(r, "not_on_wire"))
		return;
	const struct sip_view *v = c->sip;
	finding_begin(&f, rule, c, out, REC_CERTAIN);
	finding_detail(&f,
	    "The phone's log has a REGISTER that it sent, and the connection "
	    "that carried what it sent before and after never did.");
	for (uint32_t i = 0; i < v->n; i++) {
		const struct rec_transaction *t = &v->t[i];
		bool line = rs_frame_is_line(t->request_frame);
		finding_evidence(&f, t->request_frame, t->request_time,
		    line ? RS_LIT("REGISTER, in the log alone")
			 : RS_LIT("REGISTER, on the wire"));
	}
	finding_say(&f);
}

const struct diag_rule diag_log_sent_not_on_wire = {"log.sent-not-on-wire",
    REC_ERROR, "sip", "The phone sent what the wire never carried",
    "Capture on both sides of what stands between the phone and this place; "
    "and look whether the phone's log says more about that moment.",
    log_sent_not_on_wire};

static void
log_received_not_logged(const struct diag_rule *rule, const struct diag_case *c,
    const struct diag_out *out)
{
	const struct rec_registration *r = c->registration;
	struct finding f;
	if (r == NULL || !sip_view_flaw(r, "not_logged"))
		return;
	const struct sip_view *v = c->sip;
	finding_begin(&f, rule, c, out, REC_CERTAIN);
	finding_detail(&f,
	    "The server sent something on this connection that the phone's log "
	    "does not have, while the log goes on: it never came to the part "
	    "of the phone that reads SIP.");
	sip_view_evidence(&f, v);
	const struct rs_frame *v_frames = r->frames.v;
	for (uint32_t i = 0; i < r->frames.n; i++)
		if (!rs_frame_is_line(v_frames[i]))
			finding_evidence(&f, v_frames[i], RS_NEVER,
			    RS_LIT("record of this connection"));
	finding_say(&f);
}

const struct diag_rule diag_log_received_not_logged = {
    "log.received-not-logged", REC_ERROR, "sip",
    "The phone has not read what came",
    "Capture on the phone's side of what stands between. If it came there, it "
    "is the phone that loses it: look for a newer firmware.",
    log_received_not_logged};
