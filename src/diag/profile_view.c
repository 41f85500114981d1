/* SPDX-License-Identifier: Apache-2.0 */
#include "diag/profile_view.h"

#include <stdarg.h>
#include <stdio.h>

/* The host of sip:user@host:port;parameters. */
static struct rs_span
domain_of(struct rs_span aor)
{
	size_t at = rs_span_find(aor, '@'), n = 0;
	if (at == aor.n)
		at = rs_span_find(aor, ':');
	struct rs_span host = rs_span_from(aor, at + 1);
	while (n < host.n && !strchr(":;?>", host.p[n]))
		n++;
	return rs_span_part(host, 0, n);
}

const struct profile *
profile_view_service(const struct profile_set *s,
    const struct rec_registration *r, enum profile_told *told)
{
	return profile_of_service(
	    s, r->server.name, domain_of(r->aor), r->server.at.port, told);
}

static bool
same(struct rs_span a, struct rs_span b)
{
	return (a.p == NULL) == (b.p == NULL) && rs_span_eq(a, b);
}

static struct rs_span
copy(uint8_t *to, struct rs_span s)
{
	if (s.n)
		memcpy(to, s.p, s.n);
	return (struct rs_span){s.p ? to : NULL, s.n};
}

const struct profile *
profile_view_service_again(struct profile_view_last *last,
    const struct profile_set *s, const struct rec_registration *r,
    enum profile_told *told)
{
	struct rs_span server = r->server.name, domain = domain_of(r->aor);
	if (last->of == NULL || last->of != s ||
	    last->port != r->server.at.port || !same(last->domain, domain) ||
	    !same(last->server, server)) {
		last->of = NULL;
		last->service = profile_view_service(s, r, &last->told);
		if (server.n + domain.n <= sizeof last->text) {
			last->of = s;
			last->port = r->server.at.port;
			last->server = copy(last->text, server);
			last->domain = copy(last->text + server.n, domain);
		}
	}
	*told = last->told;
	return last->service;
}

struct text {
	char *out;
	size_t n;
};

__attribute__((format(printf, 2, 3))) static void
add(struct text *t, const char *format, ...)
{
	va_list ap;
	if (t->n && t->n < PROFILE_VIEW_TEXT - 2)
		t->n += (size_t)snprintf(
		    t->out + t->n, PROFILE_VIEW_TEXT - t->n, "; ");
	va_start(ap, format);
	int n = vsnprintf(t->out + t->n, PROFILE_VIEW_TEXT - t->n, format, ap);
	va_end(ap);
	if (n > 0)
		t->n += (size_t)n;
	if (t->n >= PROFILE_VIEW_TEXT)
		t->n = PROFILE_VIEW_TEXT - 1;
}

static void
seconds(struct text *t, const char *what, int64_t is,
    const struct profile_range *want)
{
	if (want->most == 0 || is == REC_ABSENT || is == 0 ||
	    (is >= want->least && is <= want->most))
		return;
	if (want->least == want->most)
		add(t, "%s %lld s, not %lld s", what, (long long)is,
		    (long long)want->most);
	else
		add(t, "%s %lld s, not %lld to %lld s", what, (long long)is,
		    (long long)want->least, (long long)want->most);
}

bool
profile_view_differs(const struct profile *p, enum profile_told told,
    const struct rec_registration *r, char out[PROFILE_VIEW_TEXT])
{
	struct text t = {out, 0};
	out[0] = 0;
	if (p == NULL || told == PROFILE_BY_PORT || told == PROFILE_TOLD_NONE ||
	    (r->kind != REC_INITIAL && r->kind != REC_REFRESH))
		return false;
	const char *transport = rec_transport_name(r->transport);
	if (p->no_register)
		add(&t, "nobody registers there");
	if (p->n_ports && !profile_has_port(p, r->server.at.port))
		add(&t, "port %u", r->server.at.port);
	if (p->transports.v && transport &&
	    !profile_match_any(&p->transports, rs_span_str(transport)))
		add(&t, "transport %s", transport);
	seconds(&t, "asks for", r->expires_requested, &p->asked);
	if (r->outcome == REC_REGISTERED)
		seconds(&t, "is granted", r->expires_granted, &p->granted);
	return t.n > 0;
}
