/* SPDX-License-Identifier: Apache-2.0 */
/* Names of certificates against those that were meant. */
#include "base/certname.h"
#include "unit.h"

static const struct row {
	const char *san[3];
	const char *wanted;
	bool host, domain;
} rows[] = {
    {{"DNS:sip.example.com"}, "sip.example.com", true, true},
    {{"DNS:SIP.Example.COM"}, "sip.example.com", true, true},
    {{"DNS:sip.example.com"}, "sip.example.com.", true, true},
    {{"DNS:sip.example.com"}, "example.com", false, false},
    {{"DNS:example.com"}, "sip.example.com", false, false},
    /* a wildcard is one label, the first, whole; and none for SIP */
    {{"DNS:*.example.com"}, "sip.example.com", true, false},
    {{"DNS:*.example.com"}, "a.sip.example.com", false, false},
    {{"DNS:*.example.com"}, "example.com", false, false},
    {{"DNS:*.example.com"}, ".example.com", false, false},
    {{"DNS:s*.example.com"}, "sip.example.com", false, false},
    {{"DNS:sip.*.com"}, "sip.example.com", false, false},
    {{"DNS:*"}, "example", false, false},
    /* addresses are names of their own kind */
    {{"IP:192.0.2.1"}, "192.0.2.1", true, false},
    {{"IP:2001:db8::1"}, "2001:db8:0:0:0:0:0:1", true, false},
    {{"DNS:192.0.2.1"}, "192.0.2.1", false, true},
    {{"DNS:*.0.2.1"}, "192.0.2.1", false, false},
    {{"IP:192.0.2.1"}, "192.0.2.2", false, false},
    /* mail addresses and URIs are no hosts */
    {{"email:sip.example.com"}, "sip.example.com", false, false},
    {{"URI:sip.example.com"}, "sip.example.com", false, false},
    {{"URI:sip:example.com"}, "example.com", false, true},
    {{"URI:SIP:Example.com;transport=tls"}, "example.com", false, true},
    {{"URI:sip:example.com:5061"}, "example.com", false, true},
    {{"URI:sip:4025@example.com"}, "example.com", false, false},
    {{"URI:https://example.com"}, "example.com", false, false},
    /* where there is a SIP URI, DNS names are no domains any more */
    {{"URI:sip:example.net", "DNS:example.com"}, "example.com", true, false},
    {{"DNS:a.example", "DNS:b.example", "DNS:c.example"}, "c.example", true,
	true},
    {{NULL}, "example.com", false, false},
    {{"DNS:"}, "", false, false},
    {{"URI:sip:"}, "", false, false},
};

static void
test_names(void)
{
	for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
		struct rs_span san[3];
		size_t n = 0;
		for (; n < 3 && rows[i].san[n]; n++)
			san[n] = rs_span_str(rows[i].san[n]);
		struct rs_span wanted = rs_span_str(rows[i].wanted);
		unit_row(n ? rows[i].san[0] : "no name");
		CU_ASSERT_EQUAL(rs_certname_host(san, n, wanted), rows[i].host);
		CU_ASSERT_EQUAL(
		    rs_certname_domain(san, n, wanted), rows[i].domain);
	}
}

UNIT_MAIN("certname", UNIT(test_names))
