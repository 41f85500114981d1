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
	    [NET_FLAW_GRE] = "gre",
	    [NET_FLAW_L2TP] = "l2tp",
	    [NET_FLAW_PPP_COMPRESSED] = "ppp_compressed",
	    [NET_FLAW_ESP] = "esp",
	    [NET_FLAW_MACSEC] = "macsec",
	    [NET_FLAW_WLAN_PROTECTED] = "wlan_protected",
	    [NET_FLAW_WLAN_PARTS] = "wlan_parts",
	    [NET_FLAW_WLAN_DAMAGED] = "wlan_damaged",
	    [NET_FLAW_HEP] = "hep",
	    [NET_FLAW_HEP_COMPRESSED] = "hep_compressed",
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

const char *
net_encap_name(enum net_encap e)
{
	static const char *const names[NET_ENCAP_N] = {
	    [NET_ENCAP_VLAN] = "vlan",
	    [NET_ENCAP_VN_TAG] = "vn_tag",
	    [NET_ENCAP_E_TAG] = "e_tag",
	    [NET_ENCAP_PBB] = "pbb",
	    [NET_ENCAP_MACSEC] = "macsec",
	    [NET_ENCAP_NSH] = "nsh",
	    [NET_ENCAP_MPLS] = "mpls",
	    [NET_ENCAP_PPPOE] = "pppoe",
	    [NET_ENCAP_PPP] = "ppp",
	    [NET_ENCAP_WLAN] = "wlan",
	    [NET_ENCAP_GRE] = "gre",
	    [NET_ENCAP_ERSPAN] = "erspan",
	    [NET_ENCAP_IP_IN_IP] = "ip_in_ip",
	    [NET_ENCAP_ETHERIP] = "etherip",
	    [NET_ENCAP_L2TP] = "l2tp",
	    [NET_ENCAP_ESP_NULL] = "esp_null",
	    [NET_ENCAP_VXLAN] = "vxlan",
	    [NET_ENCAP_GENEVE] = "geneve",
	    [NET_ENCAP_GTP_U] = "gtp_u",
	    [NET_ENCAP_TZSP] = "tzsp",
	    [NET_ENCAP_HP_ERM] = "hp_erm",
	    [NET_ENCAP_HEP] = "hep",
	};
	return (unsigned)e < NET_ENCAP_N ? names[e] : "none";
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
	default:
		return NET_FLAW_NOT_TRANSPORT;
	}
}
