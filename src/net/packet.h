/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A decoded packet: spans into the frame, or into defrag's datagram.
 *
 * link_decode() and ip_decode() fill it layer by layer.  Flaws are facts, not
 * errors: a packet cut by the snaplen is not malformed, and what could not be
 * decoded is counted by its reason.
 */
#ifndef NET_PACKET_H
#define NET_PACKET_H

#include "base/addr.h"
#include "base/span.h"
#include "base/stamp.h"

enum net_flaw {
	NET_FLAW_NONE,
	/* reasons why a frame was not decoded further */
	NET_FLAW_LINKTYPE,   /* a link type that is not supported */
	NET_FLAW_LINK_SHORT, /* frame ends inside a link header */
	/* no loss: nothing that we look for travels in these */
	NET_FLAW_ARP,
	NET_FLAW_CONTROL, /* LLDP, STP, IGMP, OSPF, ... */
	/* what is encrypted, or put together by nobody here */
	NET_FLAW_GRE,            /* carries what is not known */
	NET_FLAW_L2TP,           /* likewise */
	NET_FLAW_PPP_COMPRESSED, /* or encrypted (MPPE) */
	NET_FLAW_ESP,
	NET_FLAW_MACSEC,
	NET_FLAW_WLAN_PROTECTED, /* WEP, WPA */
	NET_FLAW_WLAN_PARTS,     /* fragments and aggregates of 802.11 */
	NET_FLAW_WLAN_DAMAGED,   /* received with a bad checksum */
	NET_FLAW_HEP,            /* chunks that are none, or too few */
	NET_FLAW_HEP_COMPRESSED,
	NET_FLAW_NOT_IP,          /* any other type of frame */
	NET_FLAW_IP_SHORT,        /* cut inside the IP header */
	NET_FLAW_IP_MALFORMED,    /* version, header length, extension chain */
	NET_FLAW_FRAGMENT,        /* held: part of a datagram not complete */
	NET_FLAW_TRANSPORT_SHORT, /* cut inside the UDP or TCP header */
	NET_FLAW_TRANSPORT_MALFORMED,
	NET_FLAW_NOT_TRANSPORT, /* any other protocol over IP */
	NET_FLAW_TOO_DEEP,      /* more nested headers than the limit */
	NET_FLAW_N
};
/* "not_ip", "ip_short", ... */
const char *net_flaw_name(enum net_flaw f);
/* Of a protocol over IP that is neither UDP, TCP, ICMP nor a tunnel. */
enum net_flaw net_flaw_of_proto(uint8_t proto);

/* What a packet was wrapped in; bits of net_packet.encaps. */
enum net_encap {
	NET_ENCAP_VLAN, /* any tag: 802.1Q, 802.1ad, 0x9100 */
	NET_ENCAP_VN_TAG,
	NET_ENCAP_E_TAG, /* 802.1BR */
	NET_ENCAP_PBB,   /* 802.1ah */
	NET_ENCAP_MACSEC,
	NET_ENCAP_NSH,
	NET_ENCAP_MPLS,
	NET_ENCAP_PPPOE,
	NET_ENCAP_PPP,
	NET_ENCAP_WLAN,
	NET_ENCAP_GRE,
	NET_ENCAP_ERSPAN,
	NET_ENCAP_IP_IN_IP, /* 6in4 and its like too */
	NET_ENCAP_ETHERIP,
	NET_ENCAP_L2TP,
	NET_ENCAP_ESP_NULL,
	NET_ENCAP_VXLAN,
	NET_ENCAP_GENEVE,
	NET_ENCAP_GTP_U,
	NET_ENCAP_TZSP,
	NET_ENCAP_HP_ERM,
	NET_ENCAP_HEP, /* of which only messages are left */
	NET_ENCAP_N
};
/* "vlan", "gtp_u", ... */
const char *net_encap_name(enum net_encap e);
enum { NET_MAX_TUNNELS = 8 }; /* IP headers within each other, less one */

enum {
	NET_PROTO_ICMP = 1,
	NET_PROTO_TCP = 6,
	NET_PROTO_UDP = 17,
	NET_PROTO_ICMP6 = 58
};

struct net_packet {
	rs_time ts;
	struct rs_stamp
	    at; /* of the datagram: several frames if defragmented */
	struct rs_endpoint src,
	    dst;       /* ports 0 until the transport is decoded */
	uint8_t proto; /* last next-header */
	uint8_t ttl;
	bool cut;               /* snaplen took bytes of the payload */
	bool fragmented;        /* came out of defrag */
	struct rs_span ip;      /* from the IP header on, as nDPI wants it */
	struct rs_span payload; /* of IP, then of UDP or TCP */
	uint32_t payload_wire;  /* its length on the wire: >= payload.n */
	uint8_t mac[6];         /* link source, where the link has one */
	bool has_mac;
	const uint8_t *to; /* link destination, in the frame; NULL: not known */
	uint16_t vlan;  /* innermost tag; 0: none */
	uint32_t label; /* the last one of MPLS; 0: none */
	/* What the innermost tunnel that has one calls its network (VNI, key of
	   GRE); 0: none. */
	uint32_t network;
	/* A layer says how long its content is: what the frame has after it,
	   and IP is no longer than that. */
	bool bounded;
	uint32_t trailer;
	/* Of NET_FLAW_ARP and NET_FLAW_CONTROL: what follows the type, or the
	   length below 0x600.  Empty: not from an EtherType. */
	struct rs_span other;
	unsigned other_type;
	/* Of a tunnel everything above is the inner packet's. */
	uint8_t depth;   /* tunnels entered */
	uint32_t encaps; /* bits by enum net_encap */
};

/* Nothing is known of what is below it: before a walk. */
static inline void
net_packet_bare(struct net_packet *p)
{
	p->has_mac = false;
	p->to = NULL;
	p->vlan = 0;
	p->label = 0;
	p->bounded = false;
	p->trailer = 0;
}

/*
 * Of which network it is, as far as tags tell; 0: there is none.  Two packets
 * of one sender may differ in it, as those of its two directions do.
 */
static inline uint32_t
net_packet_segment(const struct net_packet *p)
{
	return p->network * UINT32_C(0x9e3779b1) ^ (p->label << 12 | p->vlan);
}

#endif
