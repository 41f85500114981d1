/* SPDX-License-Identifier: Apache-2.0 */
/* Entries about the link and DHCP: before the phone has an address. */
#include "diag/entries_list.h"

const struct diag_entry diag_entries_boot[] = {
    {.code = "link.voice-vlan",
	.meaning =
	    "Switches tell phones by LLDP-MED or CDP in which VLAN voice "
	    "goes. A phone that does not follow asks for its address where no "
	    "DHCP server is, or gets one that reaches nothing.",
	.seen = "DISCOVERs that are repeated without an OFFER, with another "
		"tag, or none, than the switch announces.",
	.silent =
	    "On an access port tags may be taken off before the capture: not "
	    "said where no frame of it has a tag, nor where switches announce "
	    "different VLANs, nor of clients that do not ask for what phones "
	    "ask for: computers belong into other VLANs. It is an alternative "
	    "of dhcp.no-offer then."},
    {.code = "link.address-conflict",
	.meaning = "Two hosts have the same address. Answers go to one or the "
		   "other, as it happens.",
	.seen =
	    "ARP or neighbour discovery of one hardware address for an IP "
	    "address, of another, and of the first one again within a minute; "
	    "a question whether the address is free, which another host "
	    "answers; or a DHCP DECLINE.",
	.silent =
	    "An address that moves once is a new lease or a new network "
	    "card. Hardware addresses that routers share (VRRP, HSRP, "
	    "GLBP) do not count, nor do advertisements of neighbours that "
	    "do not override, as those of proxies and of anycast "
	    "addresses, nor hosts in different VLANs."},
    {.code = "link.eap-failed",
	.meaning = "The port stays closed until the phone has proved who it is "
		   "(802.1X), and it could not.",
	.seen = "EAP Failure of the switch, and no EAP Success for the same "
		"phone afterwards.",
	.silent =
	    "A failure that a success follows is no more than a first "
	    "try; nor is anything said of a phone that registered, or "
	    "where a switch answers all phones at once, and two of them "
	    "spoke within a minute. Switches may let a phone in by its hardware address "
	    "after that, which the capture does not show."},
    {.code = "link.arp-unanswered",
	.meaning = "The router or the name server that the lease names is not "
		   "there, or not in this VLAN; or the IPv6 router is gone.",
	.seen = "Three or more ARP requests of a phone, ten seconds apart at "
		"most and over two seconds or more, for an address that its "
		"lease names, and nothing said by that address; or as many "
		"neighbour solicitations, for such an address or a router that "
		"advertised itself. The phone did "
		"not register.",
	.silent = "Hosts look for many addresses that are not there: only "
		  "those of the lease and routers count. Of IPv6 nothing is "
		  "said where the phone tried IPv4 too: it can do without."},
    {.code = "dhcp.no-offer",
	.meaning = "The phone asks for an address, and no server offers one: "
		   "wrong VLAN, no relay, no free addresses.",
	.seen = "DISCOVERs that are repeated for ten seconds or more, and no "
		"OFFER. The client never gets an address later on.",
	.silent = "One DISCOVER says nothing. A client that repeats itself "
		  "did not get an offer, wherever it was captured; but an "
		  "offer that was lost looks the same. Not said of DHCPv6, "
		  "which hosts try wherever they are. Of a client that does "
		  "not ask for what phones ask for (options 66, 120, 125, 150, "
		  "159, 160), and is not known for a phone otherwise, it is a "
		  "warning; so are dhcp.no-ack and dhcp.refused."},
    {.code = "dhcp.no-ack",
	.meaning = "The phone has chosen an offer, or asks for its old "
		   "address, and the server says neither yes nor no.",
	.seen = "REQUESTs that are repeated for ten seconds or more without "
		"ACK or NAK. The client never gets an address later on.",
	.silent = "Not said of renewals: the phone still has its address "
		  "then, and tries again."},
    {.code = "dhcp.refused",
	.meaning = "A server says that the phone may not have the address.",
	.seen = "A NAK, and no ACK afterwards.",
	.silent = "A phone that comes from another network is refused its old "
		  "address and asks for a new one: that is as it should be. "
		  "Where the capture ends within ten seconds, what came of it "
		  "is not known, and it is a warning."},
    {.code = "dhcp.conflicting-offers",
	.meaning =
	    "Two DHCP servers answer, and what they say differs. Which one a "
	    "phone believes changes from start to start. Often one of them is "
	    "a router that somebody brought along.",
	.seen = "In one exchange offers of different servers (option 54) with "
		"different routers, name servers, masks, domains, time "
		"servers or provisioning options.",
	.silent = "A relay may have two helpers, and servers may share a "
		  "scope: offers that differ in the address only are fine."},
    {.code = "dhcp.no-dns-or-ntp",
	.meaning =
	    "Without a name server the phone finds no registrar by name; "
	    "without the time it may refuse good certificates.",
	.seen = "A lease without name servers (or with 0.0.0.0), where the "
		"phone asked for them; or without time servers, where the "
		"phone's NTP queries get no answer. And the phone did not "
		"register.",
	.silent = "Phones may have both configured: nothing is said of one "
		  "that registers, nor where the capture ends within ten "
		  "seconds of the lease."},
    {.code = "dhcp.provisioning-override",
	.meaning =
	    "Options 66, 150, 159 and 160 send phones to a server for their "
	    "configuration. Made for other phones, they keep these from the "
	    "service that should configure them.",
	.seen = "Such an option in the ACK, and packets of the phone to the "
		"server that it names; the phone did not register. Where the "
		"phone was not seen to go there it is a remark, no warning.",
	.silent = "Nothing is said of a phone that registers, nor of clients "
		  "that are no phones as far as can be seen. A server that is "
		  "named by a host name is not recognised by its address."},
    {.code = "phone.silent",
	.meaning = "The phone was given an address, and then nothing comes of "
		   "it: no look-up, no connection, no REGISTER. It hangs, it "
		   "waits for something, or it has no account. The stage is "
		   "dns, as that is the first step that did not come.",
	.seen = "A DISCOVER of a client that asks for option 120, 159 or 160, "
		"or for 66 and 150, and its lease; no packet between it and "
		"anybody else after that but DHCP, ARP, answers to ICMP and "
		"what goes to a multicast group. And a sign that its own would "
		"be seen: LLDP or 802.1X of the phone, that switches by 802.1Q "
		"keep to the link; DHCP or ARP between it and its router; or "
		"DHCP to it alone. And TCP and UDP of others that is neither "
		"DHCP nor DNS nor SIP, in the same file, within two minutes "
		"and later: for the second sign through that router, for the "
		"third one between two other hosts.",
	.silent = "At another port of the switch broadcasts are all that is "
		  "seen of any phone: without such a sign nothing is said. Who "
		  "asks for a neighbour by ARP, or is asked for, with no answer "
		  "to be seen, may well speak. Not said of a lease that is "
		  "renewed or confirmed, or of an address that the phone asked "
		  "for in its DISCOVER, as it may be registered all the time; "
		  "of a phone that spoke at all after its last start, be it to "
		  "a broadcast address, that an ICMP error went to, that gave "
		  "its lease back, was or may have been told of another VLAN "
		  "(options 132, 43 and 125), or, but for the first sign, has "
		  "an address of IPv6 beyond the link; of DHCPv6; nor with a "
		  "filter (-f), nor where the capture lost packets or has no "
		  "ARP. Captures of two places that were merged into one file "
		  "are taken for one."},
    {0},
};
