/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Values of options that name servers.  Option 150 is a list of addresses (RFC
 * 5859), and text with some servers; 66, 159 and 160 are names, addresses or
 * URLs in text.
 */
#ifndef DHCP_VALUES_H
#define DHCP_VALUES_H

#include "base/addr.h"
#include "base/span.h"

/* The value where it is text, without NULs at its end; else absent. */
struct rs_span dhcp_value_text(struct rs_span value);
/* The IPv4 addresses that it is a list of, `most` at most; their number. */
size_t dhcp_value_addresses(
    struct rs_span value, struct rs_addr *out, size_t most);
/* The host in a URL, or in what is a host alone. */
struct rs_span dhcp_value_host(struct rs_span text);
/* The addresses that it names, in either form; names are none. */
size_t dhcp_value_servers(
    struct rs_span value, struct rs_addr *out, size_t most);

#endif
