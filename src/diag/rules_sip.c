/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Rules about registration attempts.
 *
 * A 401 is no failure until the answer to the challenge fails; a refusal of
 * credentials looks the same whether the password is wrong or the nonce was too
 * old, unless the reason phrase or `stale` says which.
 */
#include "diag/coverage_view.h"
#include "diag/phone_view.h"
#include "diag/rules.h"
#include "diag/sip_view.h"
#include "diag/way_view.h"

#include <stdio.h>

/* An answer within this time came on a fresh nonce. */
static const int64_t fresh = 10 * RS_SEC;

/* ---- no answer ---- */

/* TCP repeats what is not acknowledged, from a second on and ever slower
   (RFC 6298 2, 5.5): in 32 s five times.  Fewer may be copies by the capture.
 */
static bool
delivered(const struct diag_case *c)
{
	const struct rec_connection *n = c->connection;
	return n && n->syn_ack_frame.number && n->retransmissions_client >= 0 &&
	       n->retransmissions_client < 3;
}

static void
say_delivered(struct finding *f, const struct diag_case *c)
{
	const struct rec_connection *n = c->connection;
	if (n)
		finding_evidence(
		    f, n->syn_ack_frame, RS_NEVER, RS_LIT("SYN-ACK"));
	if (delivered(c))
		f->rec.advice = RS_LIT(
		    "TCP works: look at the SIP service behind that port: is "
		    "it alive, does it log the request, and can it reach what "
		    "it asks (database, next hop)?");
}

static void
sip_unreachable(const struct diag_rule *rule, const struct diag_case *c,
    const struct diag_out *out)
{
	const struct rec_registration *r = c->registration;
	char from[RS_ADDR_TEXT] = "an unknown sender";
	struct finding f;
	if (r->icmp.p == NULL)
		return;
	const struct sip_view *v = c->sip;
	if (r->icmp_from.at.addr.family)
		rs_addr_format(&r->icmp_from.at.addr, from);
	finding_begin(&f, rule, c, out, REC_CERTAIN);
	f.rec.title =
	    RS_LIT("The network says that the registrar cannot be reached");
	f.rec.advice = RS_LIT("Is the registrar running, and on this port? If "
			      "another device sent the ICMP error, look at "
			      "that one.");
	finding_detail(&f,
	    "ICMP %.*s from %s quotes the REGISTER to port %u: %s.",
	    FINDING_TEXT(r->icmp), from, r->server.at.port,
	    sip_view_icmp(
		r->icmp, r->server.at.addr.family, "nothing listens there"));
	sip_view_evidence(&f, v);
	/* The frame is the first one's, the end of the attempt the last one's.
	 */
	bool once = v->last && v->last->retransmissions == 0;
	finding_evidence(&f, r->icmp_frame, once ? r->ended : RS_NEVER,
	    RS_LIT("ICMP unreachable"));
	finding_say(&f);
}

/* An ICMP error that quotes the last REGISTER, though not because there is no
   way to the registrar (RFC 792; RFC 4443 3.2 to 3.4).  True where it is about
   the size. */
static bool
say_icmp(struct finding *f, const struct sip_view *v, char out[160])
{
	static const struct {
		uint8_t family;
		const char *icmp, *means;
		bool size;
	} rows[] = {{4, "3/4", ": it is too big for a link on the way", true},
	    {6, "2/0", ": it is too big for a link on the way", true},
	    {4, "11/0", ": its TTL ran out on the way", false},
	    {6, "3/0", ": its hop limit ran out on the way", false},
	    {4, "11/1", ": fragments of it did not arrive", true},
	    {6, "3/1", ": fragments of it did not arrive", true}};
	const struct rec_registration *r = v->r;
	char from[RS_ADDR_TEXT] = "an unknown sender";
	const char *means = "";
	bool size = false;
	out[0] = '\0';
	if (r->icmp.p == NULL ||
	    rs_frame_cmp(r->icmp_frame, v->last->request_frame) < 0)
		return false;
	for (size_t i = 0; i < sizeof rows / sizeof *rows; i++)
		if (rows[i].family == r->server.at.addr.family &&
		    rs_span_eq(r->icmp, rs_span_str(rows[i].icmp))) {
			means = rows[i].means;
			size = rows[i].size;
		}
	if (r->icmp_from.at.addr.family)
		rs_addr_format(&r->icmp_from.at.addr, from);
	snprintf(out, 160, " ICMP %.*s from %s quotes it%s.",
	    FINDING_TEXT(r->icmp), from, means);
	finding_evidence(f, r->icmp_frame, RS_NEVER, RS_LIT("ICMP error"));
	return size;
}

static void
sip_no_answer(const struct diag_rule *rule, const struct diag_case *c,
    const struct diag_out *out)
{
	if (c->registration == NULL)
		return;
	if (c->registration->outcome == REC_UNREACHABLE)
		sip_unreachable(rule, c, out);
	if (c->registration->outcome != REC_TIMED_OUT || phone_view_silence(c))
		return; /* or policy.source-banned says it */
	const struct sip_view *v = c->sip;
	struct finding f;
	char icmp[160];
	if (v->last == NULL || !sip_view_both_ways(c, v) ||
	    sip_view_flaw(v->r, "response_refused") ||
	    sip_view_fragments_lost(v))
		return; /* those have rules of their own */
	bool arrived = coverage_view_near_registrar(c->coverage);
	bool had_it = delivered(c);
	finding_begin(&f, rule, c, out, REC_LIKELY);
	/* Only there is it the registrar who does not answer; anywhere else the
	   request may be lost, or the way back. */
	if (arrived || had_it)
		f.rec.title = RS_LIT("The registrar does not answer REGISTER");
	say_delivered(&f, c);
	/* A short request got through and a longer one did not, which may have
	   gone in fragments. */
	if (say_icmp(&f, v, icmp) || (v->r->transport == REC_UDP && v->n > 1 &&
					 v->last->fragmented != RS_FALSE &&
					 v->last->credentials == RS_TRUE &&
					 sip_view_challenged(&v->t[v->n - 2])))
		finding_alternative(&f, "sip.fragments-lost");
	finding_alternative(&f, "policy.source-banned");
	finding_alternative(&f, "capture.incomplete");
	int64_t sent =
	    v->last->retransmissions > 0 ? v->last->retransmissions + 1 : 1;
	finding_detail(&f,
	    "The REGISTER was sent %lld time%s and no final response came in "
	    "32 s%s%s.%s%s",
	    (long long)sent, sent == 1 ? "" : "s",
	    v->last->provisional > 0 ? ", only a provisional one" : "",
	    had_it ? "; the connection was up, and TCP did not keep "
		     "repeating the request, so that the server had it"
		   : "",
	    had_it    ? ""
	    : arrived ? " It came as far as the capture, near the registrar."
	    : coverage_view_near_phone(c->coverage)
		? " The capture is near the phone: whether it reached the "
		  "registrar, or the answer was lost on its way back, cannot "
		  "be told here."
		: "",
	    icmp);
	sip_view_evidence(&f, v);
	finding_say(&f);
}

/* ---- credentials ---- */

/* The same user had registered the same line before, in that realm: then the
   password was right, and may still be.  In another realm it is another
   account (RFC 3261 22.1). */
static const struct rec_line *
was_right(const struct diag_case *c, const struct sip_view *v)
{
	const struct rec_line *l = phone_view_line(c);
	return l && l->registered != RS_NEVER && v->r->auth_user.n &&
		       rs_span_eq(l->registered_as, v->r->auth_user) &&
		       rs_span_eq(l->registered_realm, v->r->realm) &&
		       v->last->request_time != RS_NEVER &&
		       l->registered < v->last->request_time
		   ? l
		   : NULL;
}

static void
detail_credentials(
    struct finding *f, const struct sip_view *v, const struct rec_line *right)
{
	char age[80] = "", t[FINDING_WORD], before[96] = "";
	if (right)
		snprintf(before, sizeof before,
		    " The same user had registered from here %s before: the "
		    "password was right then.",
		    finding_time(t, v->last->request_time - right->registered));
	if (v->nonce_age > 0) /* at the same time: by a coarse clock */
		snprintf(age, sizeof age, ", %s after the challenge",
		    finding_time(t, v->nonce_age));
	if (v->nonce_strange)
		snprintf(age, sizeof age,
		    ", with a nonce that no challenge seen here gave");
	/* The phone is done with the first (RFC 3261 17.1.2.2). */
	finding_detail(f, "%s, as %.*s in realm %.*s%s, got %lld %.*s%s.%s%s",
	    v->nonce_strange ? "The credentials"
			     : "The answer to the challenge",
	    FINDING_TEXT(v->r->auth_user), FINDING_TEXT(v->r->realm), age,
	    (long long)v->last->status, FINDING_TEXT(v->last->reason),
	    v->last->digest == REC_DIGEST_RIGHT
		? ", though it fits the password given with --credentials"
		: "",
	    before,
	    sip_view_flaw(v->r, "second_final")
		? " One of the requests got another final response as "
		  "well, with another status: the first one is told."
		: "");
}

/* The user part of an address of record. */
static struct rs_span
aor_user(struct rs_span aor)
{
	size_t colon = rs_span_find(aor, ':'), at = rs_span_find(aor, '@');
	if (at == aor.n)
		return (struct rs_span){0};
	size_t from = colon < at ? colon + 1 : 0;
	return rs_span_part(aor, from, at - from);
}

/* The realm answered to is in none of the challenges before it. */
static bool
realm_differs(const struct sip_view *v)
{
	const struct rec_challenge *c = v->last->challenges.v;
	uint32_t n = v->last->challenges.n, known = 0;
	if (v->n > 1) {
		c = v->t[v->n - 2].challenges.v;
		n = v->t[v->n - 2].challenges.n;
	}
	for (uint32_t i = 0; i < n; i++) {
		if (c[i].realm.p && rs_span_eq(c[i].realm, v->r->realm))
			return false;
		known += c[i].realm.p != NULL;
	}
	return known && v->r->realm.p;
}

/* Whoever ran this knows the password, and it was checked. */
static void
say_wrong_digest(const struct diag_rule *rule, const struct diag_case *c,
    const struct diag_out *out, const struct sip_view *v)
{
	struct finding f;
	bool password = v->last->digest_wrong == REC_DIGEST_PASSWORD;
	finding_begin(&f, rule, c, out, REC_CERTAIN);
	finding_detail(&f,
	    "The response of %.*s in realm %.*s does not fit the password "
	    "given with --credentials%s%s; then %lld %.*s.",
	    FINDING_TEXT(v->r->auth_user), FINDING_TEXT(v->r->realm),
	    password ? ", however it is taken" : "; it would fit with another ",
	    password ? "" : rec_digest_part_name(v->last->digest_wrong),
	    (long long)v->last->status, FINDING_TEXT(v->last->reason));
	sip_view_evidence(&f, v);
	finding_say(&f);
}

static void
sip_credentials_refused(const struct diag_rule *rule, const struct diag_case *c,
    const struct diag_out *out)
{
	if (c->registration == NULL)
		return;
	const struct sip_view *v = c->sip;
	struct finding f;
	if (v->refusal != SIP_REFUSED_BY_PASSWORD)
		return;
	if (v->last->digest == REC_DIGEST_WRONG) {
		say_wrong_digest(rule, c, out, v);
		return;
	}
	finding_begin(&f, rule, c, out,
	    sip_view_flaw(v->r, "second_final") ? REC_INFERRED : REC_LIKELY);
	/* Some registrars say in plain words what it was. */
	bool told = sip_view_contains(v->last->reason, "password");
	const struct rec_line *right = was_right(c, v);
	if (right || v->nonce_strange ||
	    (v->nonce_age == REC_ABSENT ? !told : v->nonce_age >= fresh))
		finding_alternative(&f, "sip.nonce-expired");
	/* Many registrars leave stale=true out. */
	if (right && v->r->outcome == REC_AUTH_FAILED)
		finding_alternative(&f, "sip.stale-loop");
	if (right)
		f.rec.advice = RS_LIT(
		    "Was the password changed meanwhile? If not, it is the "
		    "nonce: do several registrars share theirs, and how long "
		    "do they live?");
	if (realm_differs(v))
		finding_alternative(&f, "sip.realm-mismatch");
	struct rs_span user = aor_user(v->r->aor);
	if (user.n && v->r->auth_user.n && !rs_span_eq(user, v->r->auth_user))
		finding_alternative(&f, "sip.auth-user-differs");
	if (!told && v->last->status == 403)
		finding_alternative(&f, "sip.refused-by-policy");
	/* A digest over other parts looks like one of another password. */
	finding_alternative(&f, "sip.authorization-malformed");
	detail_credentials(&f, v, right);
	sip_view_evidence(&f, v);
	if (right)
		finding_evidence(&f, right->registered_frame, right->registered,
		    RS_LIT("200, the same user"));
	finding_say(&f);
}

/* Legal, and common (the user of the credentials is the provider's affair): so
   a hint next to the refusal, which is what is wrong. */
static void
sip_auth_user_differs(const struct diag_rule *rule, const struct diag_case *c,
    const struct diag_out *out)
{
	if (c->registration == NULL)
		return;
	const struct sip_view *v = c->sip;
	struct finding f;
	if (v->refusal != SIP_REFUSED_BY_PASSWORD ||
	    v->last->digest != REC_DIGEST_NONE)
		return;
	struct rs_span user = aor_user(v->r->aor);
	if (user.n == 0 || v->r->auth_user.n == 0 ||
	    rs_span_eq(user, v->r->auth_user) || was_right(c, v))
		return;
	if (c->profile && c->profile->other_user)
		return; /* as its service has it */
	finding_begin(&f, rule, c, out, REC_INFERRED);
	finding_alternative(&f, "sip.credentials-refused");
	finding_detail(&f,
	    "The refused credentials are of user %.*s, and %.*s is to be "
	    "registered.",
	    FINDING_TEXT(v->r->auth_user), FINDING_TEXT(user));
	sip_view_evidence(&f, v);
	finding_say(&f);
}

static void
sip_nonce_expired(const struct diag_rule *rule, const struct diag_case *c,
    const struct diag_out *out)
{
	if (c->registration == NULL)
		return;
	const struct sip_view *v = c->sip;
	struct finding f;
	if (v->refusal != SIP_REFUSED_BY_NONCE)
		return;
	finding_begin(&f, rule, c, out, REC_LIKELY);
	finding_alternative(&f, v->last->digest == REC_DIGEST_RIGHT
				    ? "sip.refused-by-policy"
				    : "sip.credentials-refused");
	detail_credentials(&f, v, NULL);
	sip_view_evidence(&f, v);
	way_explains_wait(&f, c, v->last->request_time, v->nonce_age);
	finding_say(&f);
}

static void
sip_stale_loop(const struct diag_rule *rule, const struct diag_case *c,
    const struct diag_out *out)
{
	if (c->registration == NULL)
		return;
	const struct sip_view *v = c->sip;
	struct finding f;
	if (v->refusal != SIP_REFUSED_BY_STALE_LOOP)
		return;
	finding_begin(&f, rule, c, out, REC_CERTAIN);
	finding_detail(&f,
	    "%u answers in a row were told that their nonce is stale.",
	    v->stale);
	sip_view_evidence(&f, v);
	finding_say(&f);
}

/* The same request came again after its answer: a client that has a final does
   not repeat it (RFC 3261 17.1.2.2), so that it did not hear it, perhaps. */
static int64_t
repeats_after(const struct rec_transaction *t)
{
	const struct rs_frame *again = t->request_frames.v;
	int64_t n = 0;
	for (uint32_t i = 0; i < t->request_frames.n; i++)
		n += rs_frame_cmp(again[i], t->response_frame) > 0;
	return n;
}

/* RFC 8760 2.4: the registrar puts first what it likes best; phones that know
   MD5 only have been seen to give up at it. */
static void
sip_digest_unsupported(const struct diag_rule *rule, const struct diag_case *c,
    const struct diag_out *out)
{
	const struct rec_registration *r = c->registration;
	struct finding f;
	if (r == NULL || r->outcome != REC_CHALLENGE_UNANSWERED ||
	    sip_view_flaw(r, "response_refused"))
		return;
	const struct sip_view *v = c->sip;
	if (v->last == NULL || v->last->challenges.n == 0)
		return;
	const struct rec_challenge *first = v->last->challenges.v;
	if (!rs_span_starts(first->algorithm, RS_LIT("SHA-")))
		return;
	/* Nothing says that a datagram which passed here was received. */
	bool far_off = r->transport == REC_UDP &&
		       coverage_view_near_registrar(c->coverage);
	char again[176] = "";
	int64_t n = repeats_after(v->last);
	if (n > 0)
		snprintf(again, sizeof again,
		    " It sent the same REGISTER %lld time%s more after that, "
		    "as a phone does that has no answer yet: the challenge "
		    "may not have reached it.",
		    (long long)n, n == 1 ? "" : "s");
	finding_begin(
	    &f, rule, c, out, far_off || n > 0 ? REC_INFERRED : REC_LIKELY);
	if (far_off || n > 0)
		finding_alternative(&f, "sip.wrong-response-port");
	if (n > 0)
		finding_alternative(&f, "nat.binding-lost");
	finding_alternative(&f, "capture.incomplete");
	finding_detail(&f,
	    "The first of %u challenge%s asks for %.*s, and the phone did not "
	    "come back with credentials.%s%s",
	    v->last->challenges.n, v->last->challenges.n == 1 ? "" : "s",
	    FINDING_TEXT(first->algorithm), again,
	    far_off
		? " The capture is near the registrar: whether the challenge "
		  "reached the phone, or its answer was lost, cannot be told "
		  "here."
		: "");
	sip_view_evidence(&f, v);
	finding_say(&f);
}

/* ---- other refusals ---- */

/* What a refusal without a challenge says (RFC 3261 21.4, 21.6). */
struct policy {
	int64_t status;
	const char *alternative;              /* NULL: the status leaves none */
	const char *title, *meaning, *advice; /* NULL: the rule's own */
};

static const struct policy policies[] = {
    {402, NULL, NULL, "payment is asked for", NULL},
    {403, "policy.source-banned", NULL,
	"the address of record, the domain or the source is not allowed", NULL},
    {404, NULL, "The registrar does not know the user",
	"it has no such user, or does not serve the domain",
	"Compare user and domain of the phone's profile with the registrar's."},
    {405, NULL, "The server takes no REGISTER", "it is no registrar",
	"Compare the registrar's address in the phone's profile."},
    {410, NULL, "The registrar no longer knows the user",
	"the user was there and is gone",
	"Compare user and domain of the phone's profile with the registrar's."},
    {480, "sip.too-many-contacts", NULL, "not now", NULL},
    {488, NULL, NULL, "something in the request is not acceptable", NULL},
    {603, "sip.too-many-contacts", NULL, "declined", NULL},
    {604, NULL, "The registrar does not know the user",
	"the user exists nowhere",
	"Compare user and domain of the phone's profile with the registrar's."},
    {606, NULL, NULL, "something in the request is not acceptable", NULL},
};

static const struct policy *
policy_of(int64_t status)
{
	for (size_t i = 0; i < sizeof policies / sizeof *policies; i++)
		if (policies[i].status == status)
			return &policies[i];
	return NULL;
}

/* After credentials: what the registrar says of the cause is more than what its
   status may mean. */
static void
say_refused_in_words(const struct diag_rule *rule, const struct diag_case *c,
    const struct diag_out *out, const struct sip_view *v)
{
	struct finding f;
	struct rs_span warning;
	(void)sip_view_other_cause(v, &warning);
	finding_begin(&f, rule, c, out, REC_LIKELY);
	finding_alternative(&f, "sip.credentials-refused");
	f.rec.title = RS_LIT("The registrar refuses, and says why");
	f.rec.advice = RS_LIT(
	    "Look at what the registrar says, in the phone's profile and in "
	    "the account. If that is as it should be, compare user name and "
	    "password.");
	finding_detail(&f,
	    "The answer to credentials was %lld %.*s%s%.*s%s: that speaks of "
	    "another cause than the credentials.",
	    (long long)v->last->status, FINDING_TEXT(v->last->reason),
	    warning.n ? ", with the warning \"" : "", (int)warning.n,
	    warning.n ? (const char *)warning.p : "", warning.n ? "\"" : "");
	sip_view_evidence(&f, v);
	finding_say(&f);
}

static void
sip_refused_by_policy(const struct diag_rule *rule, const struct diag_case *c,
    const struct diag_out *out)
{
	const struct rec_registration *r = c->registration;
	struct finding f;
	if (r == NULL || r->outcome != REC_REJECTED)
		return;
	const struct sip_view *v = c->sip;
	if (v->refusal == SIP_REFUSED_BY_WORDS) {
		say_refused_in_words(rule, c, out, v);
		return;
	}
	/* The first final already, and not to credentials, as far as the
	   REGISTER was captured. */
	if (v->n != 1 || v->last->credentials != RS_FALSE ||
	    sip_view_flaw(r, "message_cut"))
		return;
	const struct policy *p = policy_of(v->last->status);
	if (p == NULL)
		return;
	finding_begin(
	    &f, rule, c, out, p->alternative ? REC_LIKELY : REC_CERTAIN);
	if (p->alternative)
		finding_alternative(&f, p->alternative);
	if (p->title)
		f.rec.title = rs_span_str(p->title);
	if (p->advice)
		f.rec.advice = rs_span_str(p->advice);
	finding_detail(&f,
	    "The first answer was %lld %.*s, without a challenge: %s.",
	    (long long)v->last->status, FINDING_TEXT(v->last->reason),
	    p->meaning);
	sip_view_evidence(&f, v);
	finding_say(&f);
}

/* Nothing has failed yet: the registrar still grants it. */
static void
say_shrinking(const struct diag_rule *rule, const struct diag_case *c,
    const struct diag_out *out)
{
	const struct rec_binding *b = c->binding;
	const struct rec_grant *g = b->grants.v;
	struct finding f;
	if (!rec_binding_shrinks(b))
		return;
	const struct rec_grant *last = &g[b->grants.n - 1];
	finding_begin(&f, rule, c, out, REC_LIKELY);
	f.rec.severity = REC_WARNING;
	finding_detail(&f,
	    "Each refresh asks for a second less than the one before: %lld s "
	    "at first, %lld s after %lld refreshes. Below its shortest interval "
	    "the registrar will answer 423.",
	    (long long)g[0].asked, (long long)last->asked,
	    (long long)b->granted_total - 1);
	for (uint32_t i = 0; i < b->grants.n; i++) {
		char text[48];
		int n = snprintf(text, sizeof text, "200, asked for %lld s",
		    (long long)g[i].asked);
		finding_evidence(&f, g[i].frame, g[i].from,
		    (struct rs_span){(const uint8_t *)text, (size_t)n});
	}
	finding_say(&f);
}

static void
sip_interval_loop(const struct diag_rule *rule, const struct diag_case *c,
    const struct diag_out *out)
{
	const struct rec_registration *r = c->registration;
	struct finding f;
	if (c->binding)
		say_shrinking(rule, c, out);
	if (r == NULL || !rec_outcome_failed(r->outcome))
		return;
	const struct sip_view *v = c->sip;
	if (v->brief < 2 || v->last->status != 423)
		return;
	finding_begin(&f, rule, c, out, REC_CERTAIN);
	char asked[48] = "", least[64] = "";
	if (r->expires_requested != REC_ABSENT)
		snprintf(asked, sizeof asked, "; asked for %lld s",
		    (long long)r->expires_requested);
	if (v->last->min_expires != REC_ABSENT)
		snprintf(least, sizeof least,
		    "%s the registrar wants at least %lld s",
		    asked[0] ? "," : ";", (long long)v->last->min_expires);
	finding_detail(&f, "%u times 423%s%s.", v->brief, asked, least);
	sip_view_evidence(&f, v);
	finding_say(&f);
}

static void
sip_overloaded(const struct diag_rule *rule, const struct diag_case *c,
    const struct diag_out *out)
{
	const struct rec_registration *r = c->registration;
	struct finding f;
	if (r == NULL || r->outcome != REC_REJECTED)
		return;
	const struct sip_view *v = c->sip;
	/* RFC 3261 21.5.1, 21.5.4 */
	if (v->last == NULL || v->last->retry_after == REC_ABSENT ||
	    (v->last->status != 503 && v->last->status != 500))
		return;
	finding_begin(&f, rule, c, out, REC_LIKELY);
	/* A limit of requests per source says the same. */
	finding_alternative(&f, "policy.source-banned");
	const struct rec_line *l = phone_view_line(c);
	char early[96] = "", t[FINDING_WORD];
	bool again = l && l->retried != RS_NEVER &&
		     rs_frame_eq(l->told_frame, v->last->response_frame);
	if (again)
		snprintf(early, sizeof early,
		    " The phone tried again %s later, and did not wait.",
		    finding_time(t, l->retried - l->told));
	/* A storm, after an outage as a rule, and not this phone's trouble. */
	char storm[96] = "";
	bool many = l && l->told_at_once >= 2 &&
		    rs_frame_eq(l->wait_frame, v->last->response_frame);
	if (many)
		snprintf(storm, sizeof storm,
		    " In the same second %lld addresses of record were told "
		    "to wait.",
		    (long long)l->told_at_once);
	finding_detail(&f, "%lld %.*s, Retry-After %lld s.%s%s",
	    (long long)v->last->status, FINDING_TEXT(v->last->reason),
	    (long long)v->last->retry_after, storm, early);
	sip_view_evidence(&f, v);
	if (many)
		finding_evidence(
		    &f, l->at_once_frame, RS_NEVER, RS_LIT("to another"));
	if (again)
		finding_evidence(&f, l->retried_frame, l->retried,
		    RS_LIT("REGISTER, too early"));
	finding_say(&f);
}

static void
sip_contact_not_bound(const struct diag_rule *rule, const struct diag_case *c,
    const struct diag_out *out)
{
	const struct rec_registration *r = c->registration;
	struct finding f;
	if (r == NULL || r->outcome != REC_NOT_BOUND)
		return;
	const struct sip_view *v = c->sip;
	finding_begin(&f, rule, c, out, REC_LIKELY);
	finding_alternative(&f, "sip.alg-rewrite");
	finding_alternative(&f, "sip.too-many-contacts");
	finding_detail(&f,
	    "The 200 does not list the phone's own contact, or lists it with "
	    "no time left.");
	sip_view_evidence(&f, v);
	finding_say(&f);
}

#define SIP_RULE(name, code, title, advice, check)                             \
 const struct diag_rule name = {code, REC_ERROR, "sip", title, advice, check}

SIP_RULE(diag_sip_no_answer, "sip.no-answer", "REGISTER gets no answer",
    "Is the registrar up, and does the request reach it? Look there for the "
    "request, and for a ban of the source address.",
    sip_no_answer);
SIP_RULE(diag_sip_credentials_refused, "sip.credentials-refused",
    "The registrar refuses the credentials",
    "Compare user name and password with the registrar's. Where this phone "
    "registers there as that user elsewhere in the capture, it is not the "
    "password.",
    sip_credentials_refused);
const struct diag_rule diag_sip_auth_user_differs = {"sip.auth-user-differs",
    REC_INFO, "sip", "The user of the credentials is another than registers",
    "Compare both names with the account at the registrar; other phones of the "
    "same provider show what is usual.",
    sip_auth_user_differs};
SIP_RULE(diag_sip_digest_unsupported, "sip.digest-unsupported",
    "The phone does not answer a challenge that asks for SHA",
    "Does this firmware know that algorithm, and has the phone credentials? "
    "Let the registrar offer MD5, alone or first, to try.",
    sip_digest_unsupported);
SIP_RULE(diag_sip_nonce_expired, "sip.nonce-expired",
    "The registrar refused the nonce",
    "Find out why the phone answers the challenge late (DNS lookups in "
    "between?), and how long the registrar's nonces live.",
    sip_nonce_expired);
SIP_RULE(diag_sip_stale_loop, "sip.stale-loop",
    "Every new nonce is called stale",
    "Several registrars behind one name that do not share nonces? Compare "
    "their clocks.",
    sip_stale_loop);
SIP_RULE(diag_sip_refused_by_policy, "sip.refused-by-policy",
    "The registrar refuses without asking for credentials",
    "Check the address of record, the domain, and whether this network may "
    "register.",
    sip_refused_by_policy);
SIP_RULE(diag_sip_interval_loop, "sip.interval-loop",
    "The phone does not follow the registrar's shortest interval",
    "Set the phone's registration interval to at least the registrar's "
    "Min-Expires.",
    sip_interval_loop);
SIP_RULE(diag_sip_overloaded, "sip.overloaded",
    "The registrar is overloaded or in maintenance",
    "Look at the registrar's load and at how many phones register at once.",
    sip_overloaded);
SIP_RULE(diag_sip_contact_not_bound, "sip.contact-not-bound",
    "Accepted, but the phone's contact is not bound",
    "Compare the Contact sent with those in the 200; something on the way may "
    "rewrite it.",
    sip_contact_not_bound);
