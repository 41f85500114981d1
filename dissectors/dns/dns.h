/* SPDX-License-Identifier: Apache-2.0 */
/*
 * DNS over UDP, and over TCP, where each message has its length in two bytes
 * before it (RFC 1035 4.2).
 *
 * Its first bytes say little, so that only flows to port 53 are asked: see
 * `port` of the dissector.  Multicast DNS and LLMNR (5353, 5355) are none of a
 * phone's way to its registrar and are left to whoever labels foreign flows.
 */
#ifndef DNS_DNS_H
#define DNS_DNS_H

#include "dissector.h"
#include "dns/msg.h"

extern const struct rs_dissector dns_dissector;

#endif
