/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What is said below IP, and of whom: ARP (RFC 826) and neighbour discovery
 * (RFC 4861), which is the same for IPv6, the voice VLAN that a switch
 * announces (LLDP-MED, ANSI/TIA-1057 10.2.3; CDP), EAP over LANs (IEEE 802.1X
 * 11).  One flat struct without pointers, which may be kept as it is.
 *
 * LINK_SOURCE, LINK_CONTACT and LINK_QUIET are no frames of their own: by them
 * the pipeline tells which hardware address sent a packet of a flow, that
 * somebody spoke to a server that DHCP named, and what became of a client that
 * DHCP is about.
 */
#ifndef LINK_LINK_H
#define LINK_LINK_H

#include "base/addr.h"
#include "base/span.h"

enum link_kind {
	LINK_NONE,
	LINK_ARP,
	LINK_POLICY,
	LINK_EAP,
	LINK_SOURCE,
	LINK_CONTACT,
	LINK_ND,
	LINK_QUIET,
};

/* Of the client `from`, which has sent nothing but DHCP so far. */
enum link_quiet {
	LINK_QUIET_NONE,
	LINK_QUIET_BOOTS, /* it asks for an address, from this link */
	LINK_QUIET_TOLD,  /* DHCP of `sender` to it alone was seen here */
	LINK_QUIET_OVER,  /* it spoke, was spoken to, or is not watched */
	/* TCP and UDP of others, soon after and a while after: of any; between
	   two hosts neither of which is who told it. */
	LINK_QUIET_OTHER,
	LINK_QUIET_APART,
	LINK_QUIET_ROUTED, /* likewise: through the router of its lease */
};

enum link_protocol { LINK_NO_PROTOCOL, LINK_LLDP, LINK_CDP };

/* RFC 3748 4; the last is a frame of IEEE 802.1X itself. */
enum link_eap {
	LINK_EAP_NONE,
	LINK_EAP_REQUEST,
	LINK_EAP_RESPONSE,
	LINK_EAP_SUCCESS,
	LINK_EAP_FAILURE,
	LINK_EAP_START,
};

enum { LINK_NO_VLAN = 0xffff };

struct link_msg {
	enum link_kind kind;
	uint8_t from[6], to[6]; /* of the frame */
	uint16_t vlan;          /* its innermost tag; 0: none */
	/* ARP and ND, with what it says itself; SOURCE: sender only */
	bool reply;
	uint8_t sender_mac[6];
	struct rs_addr sender, target;
	/* ND: who says so is a router, and one that may be the default; of its
	   target others may say the same, as of an anycast address */
	bool router, is_default, shared;
	uint8_t ttl; /* SOURCE */
	/* POLICY */
	enum link_protocol protocol;
	bool by_phone;        /* the sender says that it is one */
	bool untagged;        /* the policy wants frames without a tag */
	uint16_t voice_vlan;  /* LINK_NO_VLAN: none is named */
	uint16_t native_vlan; /* likewise */
	/* EAP */
	enum link_eap eap;
	uint8_t method; /* RFC 3748 5: the type of a request or response */
	/* CONTACT */
	struct rs_endpoint client, server;
	bool tcp;
	enum link_quiet quiet; /* QUIET */
};

/* IEEE 802.1Q 8.6.3: no bridge by that passes on what is sent there, LLDP and
   802.1X among them. */
static inline bool
link_stays(const uint8_t *to)
{
	static const uint8_t all[5] = {1, 0x80, 0xc2, 0, 0};
	for (size_t i = 0; i < sizeof all; i++)
		if (to[i] != all[i])
			return false;
	return to[5] < 16;
}

/*
 * Reads what follows the type (or, below 0x600, the length) of a frame; false
 * where it is none of these, or is cut short.  from, to and vlan are the
 * caller's.
 */
bool link_parse(struct link_msg *m, unsigned type, struct rs_span rest);

/*
 * nd.c: a message of ICMPv6 that came from that address.  False where it is no
 * neighbour discovery, or is cut short; of a sender that names no hardware
 * address sender_mac is zero: it is that of the frame.  Whether it came from
 * this link (RFC 4861 7.1: hop limit 255) is the caller's to know.
 */
bool link_nd(
    struct link_msg *m, const struct rs_addr *source, struct rs_span icmp);

/* policy.c: behind the type of LLDP, and behind the SNAP header of CDP. */
bool link_lldp(struct link_msg *m, struct rs_span rest);
bool link_cdp(struct link_msg *m, struct rs_span rest);

#endif
