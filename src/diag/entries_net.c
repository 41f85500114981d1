/* SPDX-License-Identifier: Apache-2.0 */
/* Entries about the way to the server, and about what lies around it. */
#include "diag/entries_list.h"

const struct diag_entry diag_entries_tcp[] = {
    {.code = "tcp.no-answer",
	.meaning =
	    "The phone asks for a connection, and nothing at all comes back. "
	    "Usually something on the way drops the packets without a word, or "
	    "they are sent to an address where nobody is.",
	.seen = "At least two SYNs over a second or more, and neither SYN-ACK, "
		"RST nor ICMP error.",
	.silent =
	    "Held back unless the capture shows both directions of something "
	    "else and lost no packets: the answer may have been there and not "
	    "been captured. A single SYN says nothing."},
    {.code = "tcp.refused",
	.meaning =
	    "Nothing listens on the port, or a firewall rejects the connection "
	    "with a reset.",
	.seen = "A RST in answer to the SYN.",
	.silent =
	    "Whether it was the server or a box in front of it that sent the "
	    "reset is not told yet: tcp.forged-reset is named with it. With an "
	    "ICMP error it is tcp.icmp-rejected instead."},
    {.code = "tcp.icmp-rejected",
	.meaning =
	    "A router, a firewall or the server itself answers that there is "
	    "no way to the address or the port, or that it is forbidden.",
	.seen = "An ICMP or ICMPv6 error that quotes the SYN, and no "
		"connection afterwards.",
	.silent = "An error on the way to a connection that came up all the "
		  "same is not reported, nor one that only asks for smaller "
		  "packets."},
    {.code = "tcp.forged-reset",
	.title = "A middlebox sent the reset in the server's name",
	.meaning =
	    "Firewalls and filters cut connections by resets with the address "
	    "of the server, so that the server looks guilty of what it never "
	    "saw.",
	.seen = "A reset of the server's side, be it in answer to the SYN or "
		"within the handshake.",
	.silent = "A reset of the server itself looks the same to the rules "
		  "there are.",
	.advice =
	    "Compare TTL, IP identification and TCP options of the reset with "
	    "those of the server's other packets, or capture at the server: "
	    "did it send one?"},
    {.code = "tcp.mtu-blackhole",
	.title = "Full-size packets are lost, short ones get through",
	.meaning = "Some link takes only smaller packets than its neighbours "
		   "send, and the ICMP errors that would say so are filtered.",
	.seen = "Silence of the server after a ClientHello.",
	.silent = "A server that hangs looks the same, and so does a capture "
		  "that lost the large packets.",
	.advice = "Send pings of full size with fragmentation forbidden, and "
		  "lower the MTU or clamp the MSS on the tunnel or DSL line "
		  "to try."},
    {0},
};

const struct diag_entry diag_entries_around[] = {
    {.code = "nat.binding-lost",
	.title = "A NAT has forgotten the phone's port",
	.meaning =
	    "Nothing passed for longer than the NAT keeps a mapping; what is "
	    "sent to the old port no longer reaches the phone.",
	.seen = "A response that the phone's side turns away by an ICMP error.",
	.silent = "A phone that listens on another port than it sends from "
		  "gives the same picture.",
	.advice = "Let the phone send keep-alives more often than the NAT's "
		  "mappings for UDP live; 30 seconds are a common lifetime."},
    {.code = "policy.source-banned",
	.meaning =
	    "After failures of this source, or more requests than it may send, "
	    "the server or a firewall in front of it ignores or refuses all "
	    "that comes from there. Phones behind the same NAT share its ban.",
	.seen = "Failures of one source, then silence for it, while the same "
		"server answers others at that time.",
	.silent = "A server that is down treats everybody the same way: where "
		  "nobody else was answered in that time, it is an alternative "
		  "only."},
    {.code = "noise.scanner",
	.meaning =
	    "Somebody tries names and passwords, and no phone is behind it. "
	    "Its failures say nothing about the registrar, and would spoil "
	    "the statistics.",
	.seen = "Many addresses of record from one source that never answer a "
		"challenge, or the User-Agent of a known scanner; at least two "
		"such signs where none of them is plain.",
	.silent = "Many phones behind one NAT also are many users of one "
		  "source: those answer challenges, and succeed."},
    {.code = "capture.incomplete",
	.meaning = "The missing packet may have been on the wire and not in "
		   "the file: one direction only, packets dropped by the "
		   "kernel or the mirror port, a connection that began before "
		   "the capture.",
	.seen = "A REGISTER without an answer for 32 s, where packets are "
		"known to be missing or nothing at all was captured in both "
		"directions. As an alternative: silence that another cause is "
		"blamed for, or a gap next to what is blamed.",
	.silent = "No fault is blamed where this is said: the finding is in "
		  "the place of sip.no-answer, which it names, and the attempt "
		  "counts as timed out all the same. Of connections that are "
		  "not answered only the coverage says so."},
    {0},
};
