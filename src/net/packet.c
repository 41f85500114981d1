/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Names of the reasons why a frame was not decoded: the words of the report's
 * coverage.
 */
#include "net/packet.h"

#include <stddef.h>

const char *
net_flaw_name(enum net_flaw f)
{
	static const char *const names[NET_FLAW_N] = {
	    [NET_FLAW_NONE] = "none",
	    [NET_FLAW_LINKTYPE] = "linktype",
	    [NET_FLAW_LINK_SHORT] = "link_short",
	    [NET_FLAW_NOT_IP] = "not_ip",
	    [NET_FLAW_IP_SHORT] = "ip_short",
	    [NET_FLAW_IP_MALFORMED] = "ip_malformed",
	    [NET_FLAW_FRAGMENT] = "fragment",
	    [NET_FLAW_TRANSPORT_SHORT] = "transport_short",
	    [NET_FLAW_TRANSPORT_MALFORMED] = "transport_malformed",
	    [NET_FLAW_NOT_TRANSPORT] = "not_transport",
	    [NET_FLAW_TOO_DEEP] = "too_deep",
	};
	return (unsigned)f < NET_FLAW_N ? names[f] : "none";
}
