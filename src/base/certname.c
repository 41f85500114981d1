/* SPDX-License-Identifier: Apache-2.0 */
#include "base/certname.h"

#include "base/addr.h"

static const struct rs_span dns = RS_LIT("DNS:"), ip = RS_LIT("IP:"),
			    uri = RS_LIT("URI:"), sip = RS_LIT("sip:");

/* RFC 1034 3.1: the root's empty label may be written. */
static struct rs_span
without_root(struct rs_span name)
{
	bool dot = name.n > 1 && name.p[name.n - 1] == '.';
	return rs_span_part(name, 0, name.n - dot);
}

static bool
dns_fits(struct rs_span pattern, struct rs_span host)
{
	pattern = without_root(pattern);
	if (rs_span_eq_nocase(pattern, host))
		return true;
	size_t dot = rs_span_find(host, '.');
	return rs_span_starts(pattern, RS_LIT("*.")) && dot > 0 &&
	       dot < host.n &&
	       rs_span_eq_nocase(
		   rs_span_from(pattern, 1), rs_span_from(host, dot));
}

bool
rs_certname_host(const struct rs_span *san, size_t n, struct rs_span host)
{
	struct rs_addr wanted, given;
	host = without_root(host);
	bool literal = rs_addr_parse(&wanted, host);
	for (size_t i = 0; i < n && host.n; i++) {
		if (literal && rs_span_starts(san[i], ip) &&
		    rs_addr_parse(&given, rs_span_from(san[i], ip.n)) &&
		    rs_addr_eq(&given, &wanted))
			return true;
		if (!literal && rs_span_starts(san[i], dns) &&
		    dns_fits(rs_span_from(san[i], dns.n), host))
			return true;
	}
	return false;
}

/* The domain of a URI that names one; empty where it does not. */
static struct rs_span
sip_domain(struct rs_span name)
{
	struct rs_span none = {0};
	if (!rs_span_starts(name, uri))
		return none;
	name = rs_span_from(name, uri.n);
	if (!rs_span_eq_nocase(rs_span_part(name, 0, sip.n), sip))
		return none;
	name = rs_span_from(name, sip.n);
	if (rs_span_find(name, '@') < name.n)
		return none; /* a user's, RFC 5922 7.1 */
	size_t end = rs_span_find(name, ';'), port = rs_span_find(name, ':');
	return without_root(rs_span_part(name, 0, port < end ? port : end));
}

bool
rs_certname_domain(const struct rs_span *san, size_t n, struct rs_span domain)
{
	bool by_uri = false;
	domain = without_root(domain);
	if (domain.n == 0)
		return false;
	for (size_t i = 0; i < n; i++) {
		struct rs_span name = sip_domain(san[i]);
		by_uri |= name.n > 0;
		if (name.n && rs_span_eq_nocase(name, domain))
			return true;
	}
	for (size_t i = 0; i < n && !by_uri; i++)
		if (rs_span_starts(san[i], dns) &&
		    rs_span_eq_nocase(
			without_root(rs_span_from(san[i], dns.n)), domain))
			return true;
	return false;
}
