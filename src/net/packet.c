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
	    [NET_FLAW_ARP] = "arp",
	    [NET_FLAW_CONTROL] = "control",
	    [NET_FLAW_PPPOE] = "pppoe",
	    [NET_FLAW_MPLS] = "mpls",
	    [NET_FLAW_GRE] = "gre",
	    [NET_FLAW_IP_IN_IP] = "ip_in_ip",
	    [NET_FLAW_ESP] = "esp",
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

enum net_flaw
net_flaw_of_proto(uint8_t proto)
{
	switch (proto) {
	case 2:   /* IGMP */
	case 59:  /* IPv6: nothing follows */
	case 88:  /* EIGRP */
	case 89:  /* OSPF */
	case 103: /* PIM */
	case 112: /* VRRP */
		return NET_FLAW_CONTROL;
	case 4:  /* RFC 2003 */
	case 41: /* RFC 4213 */
		return NET_FLAW_IP_IN_IP;
	case 47:
		return NET_FLAW_GRE;
	case 50:
		return NET_FLAW_ESP;
	default:
		return NET_FLAW_NOT_TRANSPORT;
	}
}
