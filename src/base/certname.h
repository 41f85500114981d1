/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Whether a name that was meant is one of a certificate's alternative names, in
 * their text form ("DNS:host", "IP:192.0.2.1", "URI:sip:domain").  The common
 * name is never looked at: RFC 9525 5.1.2 (and 2.3 of it on why).
 */
#ifndef BASE_CERTNAME_H
#define BASE_CERTNAME_H

#include "base/span.h"

/*
 * A host, name or address, as a TLS client checks it (RFC 6125 6.4, 6.4.3): a
 * wildcard is the whole leftmost label and stands for one label.
 */
bool rs_certname_host(const struct rs_span *san, size_t n, struct rs_span host);
/*
 * A SIP domain as RFC 5922 7.1 and 7.2 have it: a URI sip:domain without user
 * counts; where there is such a URI, only they do; else a DNS name, whole:
 * wildcards do not match.
 */
bool rs_certname_domain(
    const struct rs_span *san, size_t n, struct rs_span domain);

#endif
