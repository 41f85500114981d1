/* SPDX-License-Identifier: Apache-2.0 */
/* The facts of a handshake that the rules about TLS ask for. */
#include "diag/tls_view.h"

#include "base/certname.h"
#include "diag/way.h"

static bool
is(struct rs_span s, const char *text)
{
	return rs_span_eq(s, rs_span_str(text));
}

/* True only when both the name asked for and the names given were seen. */
static bool
name_differs(struct rs_span sni, const struct rec_certificate *leaf)
{
	return sni.n && leaf->subject.p &&
	       !rs_certname_host(leaf->san.v, leaf->san.n, sni);
}

/* "sip:user@example.com" as example.com. */
static struct rs_span
domain_of(struct rs_span aor)
{
	size_t at = rs_span_find(aor, '@');
	return at < aor.n ? rs_span_from(aor, at + 1) : (struct rs_span){0};
}

/* The SIP domain of a line of this phone that the certificate is for: it may be
   what the phone checks (RFC 5922 7.2).  Absent: there is none. */
static struct rs_span
domain_named(const struct rec_phone *p, const struct rec_certificate *leaf)
{
	const struct rs_span *aor = p ? p->aors.v : NULL;
	for (uint32_t i = 0; p && i < p->aors.n; i++)
		if (rs_certname_domain(
			leaf->san.v, leaf->san.n, domain_of(aor[i])))
			return domain_of(aor[i]);
	return (struct rs_span){0};
}

/* A target of the SRV records that the certificate is for. */
static struct rs_span
target_named(const struct rec_lookup *l, const struct rec_certificate *leaf)
{
	const struct rec_answer *a = l->answers.v;
	for (uint32_t i = 0; i < l->answers.n; i++)
		if (a[i].target.n &&
		    rs_certname_host(leaf->san.v, leaf->san.n, a[i].target))
			return a[i].target;
	return (struct rs_span){0};
}

static struct rs_span
named_by(
    const struct rec_lookup *v, uint32_t n, const struct rec_certificate *leaf)
{
	struct rs_span target = {0};
	for (uint32_t i = 0; i < n && target.n == 0; i++) {
		const struct rec_lookup *l = &v[i];
		if (!way_is_service(l) || l->state != REC_ANSWERED)
			continue;
		if (rs_certname_domain(leaf->san.v, leaf->san.n, way_domain(l)))
			return way_domain(l);
		target = target_named(l, leaf);
	}
	return target;
}

/* Or the domain, or host of it, that DNS led the phone from or to: the phone
   may check either (RFC 5922 7.1, RFC 6125). */
static struct rs_span
service_named(const struct diag_way *w, const struct rec_certificate *leaf)
{
	struct rs_span name = named_by(w->lookups, w->n_lookups, leaf);
	return name.n ? name : named_by(w->before, w->n_before, leaf);
}

static struct rs_span
other_name(const struct diag_case *cs, const struct rec_certificate *leaf)
{
	struct rs_span domain = domain_named(cs->phone, leaf);
	return domain.n || cs->way == NULL ? domain
					   : service_named(cs->way, leaf);
}

static bool
outdated(const struct rec_certificate *c, rs_time at)
{
	return at != RS_NEVER &&
	       ((c->not_after != RS_NEVER && c->not_after < at) ||
		   (c->not_before != RS_NEVER && c->not_before > at));
}

/* Makers of firewalls and proxies that answer TLS in a server's place, as they
   name the issuers of their certificates when nobody changes that. */
static bool
is_inspector(struct rs_span issuer)
{
	static const char *const makers[] = {"fortinet", "fortigate",
	    "palo alto", "zscaler", "netskope", "sophos", "blue coat",
	    "bluecoat", "check point", "sonicwall", "watchguard", "barracuda",
	    "forcepoint", "websense", "cisco umbrella", "untangle", "mitmproxy",
	    "squid", "burp", "charles proxy", "kaspersky", "eset ssl",
	    "bitdefender", "avast", "sslsplit"};
	for (size_t m = 0; m < sizeof makers / sizeof *makers; m++) {
		struct rs_span maker = rs_span_str(makers[m]);
		for (size_t i = 0; i + maker.n <= issuer.n; i++)
			if (rs_span_eq_nocase(
				rs_span_part(issuer, i, maker.n), maker))
				return true;
	}
	return false;
}

/* The certificate that another phone took was still good then: no renewal
   explains that this one was shown instead. */
static const struct rec_certificate *
other_leaf(const struct rec_handshake *o, rs_time at)
{
	const struct rec_certificate *c = o ? o->certificates.v : NULL;
	for (uint32_t i = 0; o && i < o->certificates.n; i++)
		if (c[i].from == REC_SERVER)
			return outdated(&c[i], at) ? NULL : &c[i];
	return NULL;
}

static bool
is_old(struct rs_span version)
{
	return is(version, "TLS 1.1") || is(version, "TLS 1.0") ||
	       is(version, "SSL 3.0") || is(version, "SSL 2.0");
}

static const struct rec_chain *
chain_of(const struct rec_handshake *h, enum rec_side from)
{
	const struct rec_chain *c = h->chains.v;
	for (uint32_t i = 0; i < h->chains.n; i++)
		if (c[i].from == from)
			return &c[i];
	return NULL;
}

/* How much an alert says of why: under keys nothing; a goodbye less than a
   warning that is no error, that less than an error, and that less than one
   that is fatal (RFC 5246 7.2, RFC 6066 3). */
static int
alert_weight(const struct rec_alert *a)
{
	if (a->encrypted == RS_TRUE)
		return -1;
	if (a->number == 0)
		return 0;
	if (a->level != 1)
		return 3;
	return a->number == 90 || a->number == 100 || a->number == 112 ? 1 : 2;
}

/* The last of those that say most, of whoever ended it. */
static const struct rec_alert *
final_alert(const struct rec_handshake *h, int least)
{
	const struct rec_alert *v = h->alerts.v, *found = NULL;
	for (uint32_t i = 0; i < h->alerts.n; i++)
		if (v[i].from == h->failed_by && alert_weight(&v[i]) >= least) {
			least = alert_weight(&v[i]);
			found = &v[i];
		}
	return found;
}

static bool
has_flaw(const struct rec_handshake *h, const char *name)
{
	const struct rs_span *flaw = h->flaws.v;
	for (uint32_t i = 0; i < h->flaws.n; i++)
		if (is(flaw[i], name))
			return true;
	return false;
}

bool
tls_view_dismissed(const struct rec_handshake *h)
{
	return h->state == REC_COMPLETED && has_flaw(h, "closed_unanswered");
}

/* The client got past the ServerHello, whether that was captured or not: a
   certificate, key exchange, ChangeCipherSpec or Finished of its own. */
static bool
client_went_on(const struct rec_handshake *h)
{
	for (size_t i = 0; i < h->history.n; i++)
		if (memchr("XGIYK", h->history.p[i], 5))
			return true;
	return false;
}

static bool
stepped(const struct rec_handshake *h, const char *what)
{
	const struct rec_step *v = h->steps.v;
	for (uint32_t i = 0; i < h->steps.n; i++)
		if (is(v[i].what, what))
			return true;
	return false;
}

/* A method and a blank (RFC 3261 7.1, RFC 9112 3). */
static bool
is_request(struct rs_span s)
{
	size_t n = 0;
	while (n < s.n && s.p[n] >= 'A' && s.p[n] <= 'Z')
		n++;
	return n >= 3 && n < s.n && s.p[n] == ' ';
}

bool
tls_view_is_http(struct rs_span s)
{
	return rs_span_starts(s, RS_LIT("HTTP/")) ||
	       (is_request(s) &&
		   rs_span_starts(
		       rs_span_from(s, rs_span_find(s, ' ')), RS_LIT(" /")));
}

bool
tls_view_is_sip(struct rs_span s)
{
	return rs_span_starts(s, RS_LIT("SIP/2.0")) ||
	       (is_request(s) && !tls_view_is_http(s));
}

/* Times of frames are those of the machine that captured: where NTP servers
   agree that it is wrong by more than an hour, they are right. */
static rs_time
true_time(const struct diag_case *cs)
{
	const int64_t *offset = cs->capture_offset;
	rs_time at = cs->handshake->ended;
	bool off =
	    offset && (*offset > 3600 * RS_SEC || *offset < -3600 * RS_SEC);
	return off && at != RS_NEVER ? at + *offset : at;
}

/* That its questions had no answer says something of its clock at the time:
   those that it asked on its way to the handshake. */
static bool
silent_then(const struct rec_clock *k, const struct rec_handshake *h)
{
	static const rs_time near = 600 * RS_SEC;
	return k->source == REC_CLOCK_NTP && k->queries > 1 &&
	       k->answers == 0 && k->started <= h->ended &&
	       h->started - k->ended <= near;
}

/* What the phone's own clock says, steadily, or in the Date of a REGISTER. */
static void
look_at_clock(struct tls_view *v, const struct rec_clock *k, rs_time now)
{
	const int64_t day = 86400 * RS_SEC;
	if (k == NULL || now == RS_NEVER)
		return;
	bool told = k->client_offset != REC_ABSENT &&
		    (k->source == REC_CLOCK_SIP || k->client_steady == RS_TRUE);
	rs_time its = told ? v->h->ended + k->client_offset : now;
	v->clock = k;
	v->clock_off = its - now > day || now - its > day;
	v->clock_wrong = v->clock_off && v->leaf && v->outdated == NULL &&
			 outdated(v->leaf, its);
	v->clock_silent = silent_then(k, v->h);
}

struct tls_view
tls_view_of(const struct diag_case *cs)
{
	const struct rec_handshake *h = cs->handshake;
	struct tls_view v = {.h = h};
	const struct rec_certificate *c = h->certificates.v;
	rs_time now = true_time(cs);
	v.capture_off = now == h->ended ? 0 : *cs->capture_offset;
	for (uint32_t i = 0; i < h->certificates.n; i++) {
		if (c[i].from == REC_CLIENT && v.client_leaf == NULL &&
		    c[i].subject.p)
			v.client_leaf = &c[i];
		if (c[i].from != REC_SERVER)
			continue;
		if (v.chain++ == 0)
			v.leaf = &c[i];
		v.weak |= c[i].weak.n > 0;
		if (v.outdated == NULL && outdated(&c[i], now))
			v.outdated = &c[i];
	}
	look_at_clock(&v, cs->clock, now);
	v.meant = h->sni.n || cs->way == NULL
		      ? h->sni
		      : way_host_name(cs->way, &h->server.at.addr);
	/* With ECH the name that is meant is under keys (RFC 9849 6.1). */
	v.name_differs =
	    v.leaf && h->ech != RS_TRUE && name_differs(v.meant, v.leaf);
	if (v.name_differs)
		v.other_name = other_name(cs, v.leaf);
	v.name_differs &= v.other_name.n == 0;
	v.inspector = v.leaf && is_inspector(v.leaf->issuer);
	v.other = cs->other;
	v.connection = cs->connection;
	v.other_leaf = other_leaf(cs->other, h->ended);
	v.path = chain_of(h, REC_SERVER);
	v.client_path = chain_of(h, REC_CLIENT);
	v.server_hello = h->version.p != NULL;
	v.gap = has_flaw(h, "gap");
	v.before_hello = !v.server_hello && !v.gap && !client_went_on(h);
	v.resetting = h->reason == REC_REASON_RESET;
	const struct rs_span *offered = h->client_versions.v;
	v.old_client = h->client_versions.n > 0;
	for (uint32_t i = 0; i < h->client_versions.n; i++) {
		v.old_client &= is_old(offered[i]);
		v.new_client |= is(offered[i], "TLS 1.3");
	}
	if (h->reason == REC_REASON_ALERT)
		v.alert = final_alert(h, 1);
	else
		v.farewell = final_alert(h, 0);
	v.sealed_alert = h->reason == REC_REASON_ALERT && v.alert == NULL;
	v.empty_certificate = stepped(h, "encrypted_empty_certificate");
	v.sealed_certificate = stepped(h, "encrypted_certificate");
	struct rs_span text = h->first_bytes.text;
	v.known_text = tls_view_is_sip(text) || tls_view_is_http(text) ||
		       rs_span_starts(text, RS_LIT("SSH-"));
	return v;
}
