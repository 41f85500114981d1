/* SPDX-License-Identifier: Apache-2.0 */
#ifndef BASE_ICMP_H
#define BASE_ICMP_H

#include <stdbool.h>
#include <stdint.h>

/*
 * Whether an ICMP error says that its destination is not to be had: unreachable
 * (RFC 792, RFC 1812 5.2.7.1; RFC 4443 3.1).  Others are no end of what they
 * quote: "fragmentation needed" and "packet too big" ask for smaller packets
 * (RFC 1191 3, RFC 8201 3), and exceeded time, problems with parameters and
 * source quench are about one packet, or pass (RFC 1122 3.2.2.3 to 3.2.2.5).
 */
static inline bool
rs_icmp_unreachable(uint8_t family, uint32_t type, uint32_t code)
{
	return family == 6 ? type == 1 : type == 3 && code != 4;
}

#endif
