/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Rules that need more of a phone than one attempt.
 *
 * A ban is said of the attempt that got no answer, since that is what needs a
 * cause; what the phone and others got before and meanwhile is in its record.
 */
#include "diag/finding.h"
#include "diag/phone_view.h"
#include "diag/rules.h"

#include <stdio.h>

enum { LINES = 16 }; /* more are no phone but a NAT or an SBC */

/* The request that got no answer at all: a REGISTER, or the SYN before it. */
struct request {
	rs_time at;
	struct rs_frame frame;
	const struct rec_endpoint *to;
};

static bool
unanswered(const struct diag_case *c, struct request *q)
{
	const struct rec_registration *r = c->registration;
	const struct rec_connection *n = c->connection;
	if (r) {
		const struct rec_transaction *t = r->transactions.v;
		if (r->outcome != REC_TIMED_OUT || r->transactions.n == 0)
			return false;
		t += r->transactions.n - 1;
		*q = (struct request){
		    t->request_time, t->request_frame, &t->server};
		return t->status <= 0;
	}
	if (n == NULL || c->handshake ||
	    !rs_span_eq(n->conn_state, RS_LIT("S0")) || n->icmp.p)
		return false;
	*q = (struct request){n->started, n->syn_frame, &n->server};
	return true;
}

const struct rec_silence *
phone_view_silence(const struct diag_case *c)
{
	struct request q;
	if (c->phone == NULL || !unanswered(c, &q))
		return NULL;
	const struct rec_silence *s = c->phone->silenced.v;
	for (uint32_t i = 0; i < c->phone->silenced.n; i++)
		if (q.at >= s[i].since && q.at <= s[i].until &&
		    s[i].server.at.port == q.to->at.port &&
		    rs_addr_eq(&s[i].server.at.addr, &q.to->at.addr))
			return &s[i];
	return NULL;
}

const struct rec_line *
phone_view_line(const struct diag_case *c)
{
	if (c->registration == NULL || c->phone == NULL)
		return NULL;
	const struct rec_registration *r = c->registration;
	const struct rec_line *l = c->phone->lines.v;
	for (uint32_t i = 0; i < c->phone->lines.n; i++)
		if (rs_span_eq(l[i].aor, r->aor) &&
		    l[i].place == rs_addr_place(&r->client.at.addr))
			return &l[i];
	return NULL;
}

static void
policy_source_banned(const struct diag_rule *rule, const struct diag_case *c,
    const struct diag_out *out)
{
	const struct rec_silence *s = phone_view_silence(c);
	char waited[FINDING_WORD], other[RS_ADDR_TEXT], after[FINDING_WORD];
	struct finding f;
	if (s == NULL)
		return;
	const struct rec_coverage *g = c->coverage;
	if (g && (g->drops_kernel > 0 || g->drops_interface > 0))
		return;
	finding_begin(&f, rule, c, out, REC_LIKELY);
	finding_alternative(
	    &f, c->registration ? "sip.no-answer" : "tcp.no-answer");
	finding_alternative(&f, "capture.incomplete");
	finding_record(&f, &rec_phone_type, &c->phone->id);
	rs_addr_format(&s->other_client.at.addr, other);
	finding_detail(&f,
	    "The server refused this phone %lld times, and then answered none "
	    "of its requests for %s (%lld attempt%s); %s into that it answered "
	    "%s.",
	    (long long)s->refused, finding_time(waited, s->until - s->since),
	    (long long)s->attempts, s->attempts == 1 ? "" : "s",
	    finding_time(after, s->other - s->since), other);
	finding_evidence(&f, s->refused_frame, RS_NEVER, RS_LIT("refused"));
	if (!rs_frame_eq(s->refused_frame, s->answered_frame))
		finding_evidence(
		    &f, s->answered_frame, s->answered, RS_LIT("last answer"));
	finding_evidence(
	    &f, s->frame, s->since, RS_LIT("first request without answer"));
	finding_evidence(
	    &f, s->other_frame, s->other, RS_LIT("answer to another"));
	struct request q;
	if (unanswered(c, &q) && !rs_frame_eq(q.frame, s->frame))
		finding_evidence(
		    &f, q.frame, q.at, RS_LIT("request without answer"));
	finding_say(&f);
}

/* By silence alone, which a packet that was not captured looks like. */
static bool
failed_in_silence(const struct rec_line *l)
{
	return l->outcome == REC_TIMED_OUT ||
	       l->outcome == REC_CHALLENGE_UNANSWERED;
}

static void
sip_partial_lines(const struct diag_rule *rule, const struct diag_case *c,
    const struct diag_out *out)
{
	const struct rec_phone *p = c->phone;
	const struct rec_line *l, *bad = NULL;
	unsigned good = 0, failed = 0, silent = 0;
	struct finding f;
	if (p == NULL || c->registration || c->handshake || c->connection ||
	    c->binding || c->lease || c->link || c->download ||
	    (p->lines.n > LINES && p->user_agents.n != 1))
		return;
	/* Phones behind one NAT, perhaps: then no line says anything of another
	   phone's. */
	if (p->several_hosts)
		return;
	l = p->lines.v;
	for (uint32_t i = 0; i < p->lines.n; i++) {
		good += l[i].outcome == REC_REGISTERED;
		if (!rec_outcome_failed(l[i].outcome))
			continue;
		failed++;
		silent += failed_in_silence(&l[i]);
		bad = bad ? bad : &l[i];
	}
	if (good == 0 || bad == NULL)
		return;
	/* Several programs at one address may be several phones. */
	bool one = p->user_agents.n <= 1;
	finding_begin(&f, rule, c, out,
	    !one               ? REC_INFERRED
	    : silent == failed ? REC_LIKELY
			       : REC_CERTAIN);
	if (silent == failed)
		finding_alternative(&f, "capture.incomplete");
	finding_detail(&f,
	    "%u of its addresses of record %s registered, %u %s not: %.*s%s.%s",
	    good, good == 1 ? "is" : "are", failed, failed == 1 ? "is" : "are",
	    FINDING_TEXT(bad->aor), failed > 1 ? " and others" : "",
	    one ? "" : " Several user agents: it may be more than one phone.");
	for (uint32_t i = 0; i < p->lines.n; i++) {
		if (l[i].outcome == REC_REGISTERED)
			finding_evidence(
			    &f, l[i].frame, l[i].decided, RS_LIT("registered"));
		else if (rec_outcome_failed(l[i].outcome))
			finding_evidence(
			    &f, l[i].frame, l[i].decided, RS_LIT("failed"));
	}
	finding_say(&f);
}

/* Who it is has been decided with the record: its failures are kept out of the
   rates for the same reason. */
static void
noise_scanner(const struct diag_rule *rule, const struct diag_case *c,
    const struct diag_out *out)
{
	const struct rec_phone *p = c->phone;
	struct finding f;
	if (p == NULL || p->scanner != RS_TRUE || c->registration ||
	    c->handshake || c->connection || c->binding || c->lease ||
	    c->link || c->download)
		return;
	bool by_name = rs_span_eq(p->scanner_reason, RS_LIT("user_agent"));
	const struct rs_span *agents = p->user_agents.v;
	finding_begin(&f, rule, c, out, by_name ? REC_CERTAIN : REC_INFERRED);
	finding_detail(&f,
	    "%lld attempts on %u addresses of record, none with success%s%.*s.",
	    (long long)p->attempts, p->lines.n,
	    by_name ? ", by a program that calls itself "
		    : ", and no challenge was answered",
	    by_name && p->user_agents.n ? (int)agents[0].n : 0,
	    by_name && p->user_agents.n ? (const char *)agents[0].p : "");
	finding_evidence(
	    &f, p->id.frame, p->started, RS_LIT("its first packet"));
	const struct rec_line *l = p->lines.v;
	for (uint32_t i = 0; i < p->lines.n && i < 3; i++)
		finding_evidence(
		    &f, l[i].frame, RS_NEVER, RS_LIT("turned away"));
	finding_say(&f);
}

const struct diag_rule diag_policy_source_banned = {"policy.source-banned",
    REC_ERROR, "sip", "The server ignores this phone, and answers others",
    "Look at the server's ban list (fail2ban, pike, a firewall) for this "
    "address, and stop the cause of the refusals before lifting the ban.",
    policy_source_banned};
const struct diag_rule diag_sip_partial_lines = {"sip.partial-lines", REC_INFO,
    "sip", "Some lines of the phone are registered, others are not",
    "The way to the registrar works: look at the settings of the lines that "
    "failed, and at what is said of them.",
    sip_partial_lines};
const struct diag_rule diag_noise_scanner = {"noise.scanner", REC_INFO, "sip",
    "Somebody tries users and passwords",
    "Its failures tell nothing of the registrar, and are in none of the rates. "
    "Does this address have to reach the registrar at all?",
    noise_scanner};
