/* SPDX-License-Identifier: Apache-2.0 */
/* Entries about DNS. */
#include "diag/entries_list.h"

const struct diag_entry diag_entries_dns[] = {
    {.code = "dns.no-answer",
	.meaning =
	    "The phone asks, and its DNS server says nothing: it is down, out "
	    "of reach, or a router on the way drops questions of a kind that "
	    "it does not know, as SRV and NAPTR. The phone gives up after some "
	    "seconds, and goes on late or not at all.",
	.seen = "Questions about SIP that stay without an answer, each "
		"repeated by the phone, or the last that was seen of it, or "
		"told by its log; or that an ICMP error answers. Certain where "
		"they are repeated, and the same server answers other "
		"questions meanwhile: REFUSED and SERVFAIL are no such "
		"answers. The finding says how many challenges the phone "
		"answered late for it.",
	.silent = "Held back where the capture lost packets, shows neither "
		  "five seconds after the last query nor ten seconds of "
		  "queries, or shows nothing at all on "
		  "its way back. A question that was answered another time, "
		  "whatever the answer, lost a packet and no more. DNS over "
		  "TLS or HTTPS is not seen."},
    {.code = "dns.srv-missing",
	.meaning =
	    "A domain misspelt in the profile, a record that was never made, "
	    "or a resolver that knows another world than the provider's.",
	.seen = "NXDOMAIN or an empty answer to the questions for SRV records "
		"of SIP, and nothing else of that domain that led to a server: "
		"no other service, and no address where the phone could "
		"register.",
	.silent = "Phones ask for NAPTR, several services and at last the bare "
		  "name (RFC 3263 4): a \"no\" on the way to a server that "
		  "answers is no fault, and not reported. Nor where another "
		  "question about the domain stayed unanswered, nor of a phone "
		  "that registers: it may ask for the domain of somebody that "
		  "it calls."},
    {.code = "dns.wrong-service",
	.meaning = "The phone is set to a transport for which the provider "
		   "has no record: _sip._tcp is asked for, and there is only "
		   "_sips._tcp, for instance. Or the phone does not take the "
		   "NAPTR record that comes first: the lowest order, and of "
		   "equal orders the lowest preference (RFC 3403 4.1).",
	.seen = "NXDOMAIN or an empty answer for each service that the phone "
		"asks for, while another phone in the same capture was given "
		"another service of that domain, or the domain's NAPTR records "
		"lead to one that the phone never asks for. Two NAPTR records "
		"of the same order and preference leave the choice to the "
		"phone, and the finding says so.",
	.silent = "Where neither another phone nor a NAPTR record tells of the "
		  "right one, it is not known: see dns.srv-missing, which it "
		  "also is where the record that comes first leads to nothing. "
		  "A phone that goes on to the right one is fine."},
    {.code = "dns.no-failover",
	.meaning = "DNS names several servers so that one may be down. The "
		   "phone stays with the first one.",
	.seen = "An SRV answer with several hosts, and requests to one of them "
		"only, none of which is answered, for 32 seconds or more.",
	.silent = "To stay with one host is right as long as it answers. Held "
		  "back where the capture ends before those 32 seconds."},
    {.code = "dns.ipv6-unreachable",
	.meaning = "The server has addresses of both kinds, the phone takes "
		   "IPv6, and the network has no way there.",
	.seen = "A connection or request to an address out of an AAAA answer "
		"that stays without an answer, an A answer for the same name, "
		"and nothing sent there.",
	.silent =
	    "A phone that tries IPv4 next does as it should (RFC 8305). As "
	    "its IPv4 packets cannot be told from those of other phones, "
	    "nothing is said where anybody went to the IPv4 address, nor "
	    "where the phone asks over IPv4 and goes over IPv6."},
    {.code = "dns.answer-differs",
	.meaning =
	    "One phone gets other answers than the rest: an internal "
	    "view of the domain, a filter, a captive portal, or a router "
	    "that answers for itself.",
	.seen = "An address of another network than at least two other phones "
		"were told for the same name, and no success there.",
	.silent = "Large services answer by place, so that addresses within "
		  "one network (16 bits of IPv4, 32 of IPv6) count as the "
		  "same, and an address that works is never told of."},
    {.code = "sip.proxy-bypassed",
	.meaning = "The profile lacks the outbound proxy, or the phone was "
		   "told not to use it: it talks to the domain's own address, "
		   "where nobody takes registrations.",
	.seen = "SRV records of SIP in an answer to the phone, and requests "
		"to the address of the bare domain instead that fail.",
	.silent = "Not said where the phone went to a host of the SRV answer "
		  "as well, or where the other address lets it register."},
    {0},
};
