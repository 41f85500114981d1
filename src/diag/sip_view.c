/* SPDX-License-Identifier: Apache-2.0 */
#include "diag/sip_view.h"

#include "base/decimal.h"
#include "diag/coverage_view.h"

bool
sip_view_contains(struct rs_span s, const char *word)
{
	struct rs_span w = rs_span_str(word);
	for (size_t i = 0; i + w.n <= s.n; i++)
		if (rs_ascii_lower(s.p[i]) == w.p[0] &&
		    rs_span_eq_nocase(rs_span_part(s, i, w.n), w))
			return true;
	return false;
}

static bool
is_stale(const struct rec_transaction *t)
{
	const struct rec_challenge *c = t->challenges.v;
	for (uint32_t i = 0; i < t->challenges.n; i++)
		if (c[i].stale == RS_TRUE)
			return true;
	return false;
}

bool
sip_view_challenged(const struct rec_transaction *t)
{
	return t->status == 401 || t->status == 407;
}

/* What the transactions say one by one. */
static struct sip_view
view_of(const struct rec_registration *r)
{
	struct sip_view v = {.r = r,
	    .t = r->transactions.v,
	    .n = r->transactions.n,
	    .nonce_age = REC_ABSENT};
	for (uint32_t i = 0; i < v.n; i++) {
		const struct rec_transaction *t = &v.t[i];
		v.answered |= t->status > 0 || t->provisional > 0;
		v.brief += t->status == 423;
		if (sip_view_challenged(t) && t->credentials == RS_TRUE &&
		    is_stale(t))
			v.stale++;
		else if (t->status > 0 && t->credentials == RS_TRUE)
			v.stale = 0;
	}
	if (v.n == 0)
		return v;
	v.last = &v.t[v.n - 1];
	v.nonce_named = sip_view_contains(r->reason, "nonce") ||
			sip_view_contains(r->reason, "stale") ||
			sip_view_contains(v.last->reason, "nonce") ||
			is_stale(v.last);
	if (v.n > 1) {
		const struct rec_transaction *before = &v.t[v.n - 2];
		const struct rec_challenge *c = before->challenges.v;
		for (uint32_t i = 0; i < before->challenges.n; i++)
			if (c[i].nonce_age > v.nonce_age)
				v.nonce_age = c[i].nonce_age;
		if (v.nonce_age == REC_ABSENT && sip_view_challenged(before) &&
		    before->response_time != RS_NEVER &&
		    v.last->request_time != RS_NEVER)
			v.nonce_age =
			    v.last->request_time - before->response_time;
	}
	return v;
}

static void
say_repeats(struct finding *f, const struct rec_transaction *t)
{
	const struct rs_frame *again = t->request_frames.v;
	for (uint32_t i = 0; i < t->request_frames.n && i < 12; i++)
		finding_evidence(
		    f, again[i], RS_NEVER, RS_LIT("REGISTER again"));
}

void
sip_view_evidence(struct finding *f, const struct sip_view *v)
{
	char text[RS_DECIMAL_TEXT];
	for (uint32_t i = 0; i < v->n; i++) {
		if (i >= 2 && i + 2 < v->n)
			continue;
		const struct rec_transaction *t = &v->t[i];
		finding_evidence(f, t->request_frame, t->request_time,
		    t->credentials == RS_TRUE ? RS_LIT("REGISTER, credentials")
					      : RS_LIT("REGISTER"));
		if (t->status <= 0) {
			say_repeats(f, t);
			continue;
		}
		size_t n = rs_decimal(text, (uint64_t)t->status);
		finding_evidence(f, t->response_frame, t->response_time,
		    (struct rs_span){(const uint8_t *)text, n});
	}
}

bool
sip_view_flaw(const struct rec_registration *r, const char *name)
{
	const struct rs_span *v = r->flaws.v;
	for (uint32_t i = 0; i < r->flaws.n; i++)
		if (rs_span_eq(v[i], rs_span_str(name)))
			return true;
	return false;
}

/* ---- causes in words ---- */

static bool
is_word(struct rs_span s, const char *const *words, size_t n)
{
	for (size_t i = 0; i < n; i++)
		if (rs_span_eq_nocase(s, rs_span_str(words[i])))
			return true;
	return false;
}

/* It may be about the credentials; what is no English is not understood. */
static bool
of_credentials(struct rs_span s)
{
	static const char *const parts[] = {"pass", "credential", "auth",
	    "user", "nonce", "stale", "digest", "realm", "login", "logon",
	    "secret", "identi", "response", "hash", "kennwort", "wachtwoord",
	    "contrasen"};
	for (size_t i = 0; i < sizeof parts / sizeof *parts; i++)
		if (sip_view_contains(s, parts[i]))
			return true;
	for (size_t i = 0; i < s.n; i++)
		if (s.p[i] >= 0x80)
			return true;
	return false;
}

/* Any word in it that says more than that it is a refusal. */
static bool
names_cause(struct rs_span s)
{
	static const char *const bare[] = {"403", "a", "access", "account",
	    "allowed", "an", "are", "bad", "by", "cannot", "check", "code",
	    "contact", "customer", "declined", "denied", "do", "does", "doesn",
	    "error", "exist", "exists", "extension", "failed", "failure", "for",
	    "forbidden", "found", "from", "in", "incorrect", "invalid", "is",
	    "it", "mismatch", "no", "not", "of", "ok", "or", "peer",
	    "permission", "permitted", "please", "prohibited", "reason",
	    "refused", "register", "registering", "registrar", "registration",
	    "rejected", "request", "server", "sip", "sorry", "subscriber",
	    "such", "t", "the", "this", "to", "unknown", "was", "wrong", "you",
	    "your"};
	static const char *const secret[] = {"clave", "id", "key", "pin"};
	bool cause = false;
	size_t n;
	for (size_t i = 0; i < s.n; i += n + 1) {
		for (n = 0; i + n < s.n; n++) {
			uint8_t c = rs_ascii_lower(s.p[i + n]);
			if (!(c >= 'a' && c <= 'z') && !(c >= '0' && c <= '9'))
				break;
		}
		struct rs_span word = rs_span_part(s, i, n);
		if (is_word(word, secret, sizeof secret / sizeof *secret))
			return false;
		cause |=
		    n > 1 && !is_word(word, bare, sizeof bare / sizeof *bare);
	}
	return cause;
}

/* The quoted text of a Warning (RFC 3261 20.43); all of it, of what has none.
   What Kamailio's sip_warning adds to each reply is no cause; nor is a Reason
   (RFC 3326), which gateways make of the status. */
static struct rs_span
warning_text(struct rs_span s)
{
	size_t from = rs_span_find(s, '"'), to = s.n;
	struct rs_span head = rs_span_part(s, 0, from);
	if (sip_view_contains(s, "noisy feedback") ||
	    sip_view_contains(head, "cause=") ||
	    sip_view_contains(head, "text="))
		return (struct rs_span){0};
	if (from == s.n)
		return s;
	while (to > from + 1 && s.p[to - 1] != '"')
		to--;
	return to > from + 1 ? rs_span_part(s, from + 1, to - from - 2)
			     : rs_span_from(s, from + 1);
}

bool
sip_view_other_cause(const struct sip_view *v, struct rs_span *warning)
{
	*warning = (struct rs_span){0};
	if (v->last == NULL)
		return false;
	struct rs_span said = v->last->reason;
	struct rs_span more = warning_text(v->last->warning);
	if (of_credentials(said) || of_credentials(more))
		return false;
	if (names_cause(more))
		*warning = more;
	return warning->n || names_cause(said);
}

/* ---- the form of credentials ---- */

/* How many of its credentials have that flaw. */
static uint32_t
authorized(const struct rec_transaction *t, const char *flaw)
{
	const struct rec_authorization *v = t->authorizations.v;
	uint32_t n = 0;
	for (uint32_t i = 0; i < t->authorizations.n; i++) {
		const struct rs_span *flaws = v[i].flaws.v;
		for (uint32_t k = 0; k < v[i].flaws.n; k++)
			n += rs_span_eq(flaws[k], rs_span_str(flaw));
	}
	return n;
}

static bool
bearer(const struct rec_transaction *t)
{
	const struct rec_authorization *v = t->authorizations.v;
	for (uint32_t i = 0; i < t->authorizations.n; i++)
		if (rs_span_eq(v[i].scheme, RS_LIT("Bearer")))
			return true;
	return false;
}

/* What makes a response wrong, or is refused by registrars.  A qop or URI of
   its own is not, as clients that register well show, unless the registrar
   calls the request bad. */
static const struct {
	const char *flaw, *what;
	bool only_400;
} malformed[] = {
    {"username_missing", "there is no username", false},
    {"response_length", "the response is not as long as its algorithm makes it",
	false},
    {"nc_missing", "qop is used without the nonce count", false},
    {"cnonce_missing", "qop is used without cnonce", false},
    {"nc_malformed", "the nonce count is not eight hexadecimal digits", false},
    {"nc_reused", "the nonce count was used before", false},
    {"algorithm_not_offered", "the algorithm is not the challenge's", false},
    {"qop_not_offered", "qop is used that was not offered", false},
    {"header_differs",
	"the header is the one for the other kind of challenge (Authorization "
	"answers WWW-Authenticate, Proxy-Authorization Proxy-Authenticate)",
	false},
    {"qop_missing", "qop was offered and is not used", true},
    {"uri_differs", "the digest is over another URI than the request's", true},
};

static enum sip_form
form_of(const struct sip_view *v, const char **what)
{
	const struct rec_transaction *t = v->last;
	*what = "";
	if (t == NULL || t->credentials != RS_TRUE ||
	    (v->r->outcome != REC_AUTH_FAILED &&
		!(v->r->outcome == REC_REJECTED &&
		    (t->status == 403 || t->status == 400))))
		return SIP_FORM_FINE;
	if (bearer(t))
		return SIP_FORM_BEARER;
	if (authorized(t, "realm_differs"))
		return SIP_FORM_OTHER_REALM;
	for (size_t i = 0; i < sizeof malformed / sizeof *malformed; i++) {
		*what = malformed[i].what;
		if (authorized(t, malformed[i].flaw) &&
		    (!malformed[i].only_400 || t->status == 400))
			return SIP_FORM_MALFORMED;
	}
	return SIP_FORM_FINE;
}

/* ---- what was refused ---- */

/* It is somebody else who asks: a proxy took its credentials, and now the
   registrar behind it wants its own, or the other way round (RFC 3261 22.3). */
static bool
another_asks(const struct sip_view *v)
{
	const struct rec_challenge *c = v->last->challenges.v;
	const struct rec_authorization *a = v->last->authorizations.v;
	if (v->last->challenges.n == 0 || v->last->authorizations.n == 0)
		return false;
	for (uint32_t i = 0; i < v->last->challenges.n; i++)
		for (uint32_t j = 0; j < v->last->authorizations.n; j++)
			if (c[i].realm.p == NULL || a[j].realm.p == NULL ||
			    rs_span_eq(c[i].realm, a[j].realm))
				return false;
	return true;
}

/* Why the answer to a challenge was refused. */
static enum sip_refusal
refusal_of(const struct sip_view *v)
{
	if (v->last == NULL || v->last->credentials != RS_TRUE)
		return SIP_NOT_REFUSED;
	/* A rule of its own says that. */
	if (v->form != SIP_FORM_FINE)
		return SIP_NOT_REFUSED;
	if (another_asks(v))
		return SIP_NOT_REFUSED;
	bool refused = v->r->outcome == REC_AUTH_FAILED;
	bool forbidden =
	    v->r->outcome == REC_REJECTED && v->last->status == 403;
	if (refused && v->stale >= 2)
		return SIP_REFUSED_BY_STALE_LOOP;
	if (refused && (v->nonce_named || v->last->digest == REC_DIGEST_RIGHT))
		return SIP_REFUSED_BY_NONCE;
	struct rs_span warning;
	if (forbidden && v->last->digest != REC_DIGEST_WRONG &&
	    sip_view_other_cause(v, &warning))
		return SIP_REFUSED_BY_WORDS;
	return refused || forbidden ? SIP_REFUSED_BY_PASSWORD : SIP_NOT_REFUSED;
}

struct sip_view
sip_view_of(const struct rec_registration *r)
{
	struct sip_view v = view_of(r);
	v.form = form_of(&v, &v.malformed);
	if (v.last && v.last->authorizations.n &&
	    authorized(v.last, "nonce_unknown") == v.last->authorizations.n) {
		v.nonce_strange = true;
		v.nonce_age = REC_ABSENT;
	}
	v.refusal = refusal_of(&v);
	return v;
}

/* ---- several who ask ---- */

/* Of one realm only; NULL: of none, or of several. */
static const struct rec_authorization *
only_answer(const struct rec_transaction *t)
{
	const struct rec_authorization *a = t->authorizations.v;
	for (uint32_t i = 0; i < t->authorizations.n; i++)
		if (a[i].realm.p == NULL || !rs_span_eq(a[i].realm, a->realm))
			return NULL;
	return t->authorizations.n ? a : NULL;
}

/* All that is asked for in answer to it is this realm. */
static bool
asked_for(const struct rec_transaction *t, struct rs_span realm)
{
	const struct rec_challenge *c = t->challenges.v;
	for (uint32_t i = 0; i < t->challenges.n; i++)
		if (c[i].realm.p == NULL || !rs_span_eq(c[i].realm, realm))
			return false;
	return t->challenges.n > 0;
}

bool
sip_view_one_realm(const struct sip_view *v, const struct rec_transaction **a,
    const struct rec_transaction **b)
{
	const struct rec_authorization *last =
	    v->last ? only_answer(v->last) : NULL;
	if (last == NULL || v->r->outcome != REC_AUTH_FAILED)
		return false;
	*b = v->last;
	for (uint32_t i = 0; i + 1 < v->n; i++) {
		const struct rec_authorization *one = only_answer(&v->t[i]);
		*a = &v->t[i];
		if (one && !rs_span_eq(one->realm, last->realm) &&
		    asked_for(*a, last->realm) && asked_for(*b, one->realm))
			return true;
	}
	return false;
}

/* ---- ICMP ---- */

const char *
sip_view_icmp(struct rs_span icmp, uint8_t family, const char *closed)
{
	static const char *const filtered = "a filter does not let it through";
	if (family == 6)
		return rs_span_eq(icmp, RS_LIT("1/4")) ? closed
		       : rs_span_eq(icmp, RS_LIT("1/1")) ||
			       rs_span_eq(icmp, RS_LIT("1/5"))
			   ? filtered
			   : "there is no way to it";
	return rs_span_eq(icmp, RS_LIT("3/3")) ? closed
	       : rs_span_eq(icmp, RS_LIT("3/9")) ||
		       rs_span_eq(icmp, RS_LIT("3/10")) ||
		       rs_span_eq(icmp, RS_LIT("3/13"))
		   ? filtered
		   : "there is no way to it";
}

/* ---- fragments ---- */

/* What IPv4 and UDP leave of an Ethernet frame. */
enum { MTU_PAYLOAD = 1472 };

bool
sip_view_fragments_lost(const struct sip_view *v)
{
	if (v->r->outcome != REC_TIMED_OUT || v->r->transport != REC_UDP ||
	    v->n < 2 || v->last->credentials != RS_TRUE ||
	    v->last->fragmented != RS_TRUE ||
	    v->last->request_size <= MTU_PAYLOAD)
		return false;
	const struct rec_transaction *before = &v->t[v->n - 2];
	return sip_view_challenged(before) && before->fragmented == RS_FALSE;
}

/* No registrar is heard anywhere in the capture. */
static bool
no_registrar(const struct rec_coverage *v)
{
	const struct rec_count *n = v ? v->responses_to_register.v : NULL;
	for (uint32_t i = 0; n && i < v->responses_to_register.n; i++)
		if (n[i].n > 0)
			return false;
	return v != NULL;
}

bool
sip_view_not_repeated(const struct diag_case *c, const struct sip_view *v)
{
	return v->r->transport == REC_UDP && v->r->visibility != REC_LOG &&
	       v->last && v->last->retransmissions == 0 &&
	       v->last->provisional <= 0 && no_registrar(c->coverage);
}

bool
sip_view_both_ways(const struct diag_case *c, const struct sip_view *v)
{
	if (sip_view_flaw(v->r, "gap") || sip_view_flaw(v->r, "drops") ||
	    coverage_view_dropped(c->coverage))
		return false;
	/* A log has what came as well as what went. */
	if (v->answered || v->r->visibility == REC_LOG)
		return true;
	if (c->connection && c->connection->syn_ack_frame.number)
		return true;
	return coverage_view_two_way(c->coverage) &&
	       !sip_view_not_repeated(c, v);
}
