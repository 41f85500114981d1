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
		"RST nor ICMP error within 32 seconds.",
	.silent =
	    "Held back unless the capture shows both directions of something "
	    "else and lost no packets: the answer may have been there and not "
	    "been captured. A single SYN says nothing, nor does a capture that "
	    "ends sooner: a slow path answers late. Near the phone nothing "
	    "tells how far the SYNs came; the text says where they were seen."},
    {.code = "tcp.refused",
	.meaning =
	    "Nothing listens on the port, or a firewall rejects the connection "
	    "with a reset.",
	.seen = "A RST in answer to the SYN.",
	.silent =
	    "Whether it was the server or a box in front of it that sent the "
	    "reset cannot be told by a SYN alone: tcp.forged-reset is named with "
	    "it. With an ICMP error it is tcp.icmp-rejected instead."},
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
	.meaning =
	    "Firewalls and filters cut connections by resets with the address "
	    "of the server, so that the server looks guilty of what it never "
	    "saw.",
	.seen = "A reset within the handshake, or before an answer, whose TTL "
		"is not that of its sender's other packets and that lacks "
		"their timestamps as well, is out of the sequence of their "
		"identifications, or has a window more than twice as large or "
		"as small as theirs: two signals, so that it is inferred.",
	.silent = "One signal is not enough: load balancers answer in a "
		  "server's place too, and hosts send some resets without "
		  "timestamps. A reset in answer to the SYN has nothing to be "
		  "compared with; there it is an alternative."},
    {.code = "tcp.mtu-blackhole",
	.meaning = "Some link takes only smaller packets than its neighbours "
		   "send, and the ICMP errors that would say so are filtered.",
	.seen = "A handshake that stops, and a phone that says for seconds, to "
		"the end, that it lacks a thousand bytes or more of the server "
		"while it has what came after them (selective "
		"acknowledgements): the long packet was lost, again and again, "
		"and the short one behind it was not. It is inferred.",
	.silent = "A packet that was lost once is repeated and arrives. Where "
		  "the capture alone lacks it, the phone does not ask for it. "
		  "Where nothing short follows, or the phone's own packets are "
		  "too long, a server that hangs looks the same: see "
		  "tls.no-server-hello."},
    {.code = "tcp.idle-dropped",
	.meaning =
	    "A firewall or NAT on the way forgets connections that are quiet "
	    "for some time. Neither side is told; who speaks first after that "
	    "speaks to nobody.",
	.seen = "A connection that was quiet for a minute or more, then data "
		"of one side that it repeats for some seconds without any "
		"answer, or that a reset answers.",
	.silent =
	    "Not said where any packet of the other side but a reset "
	    "follows, nor where the capture lost packets or shows one "
	    "direction only. Inferred only where the data came as far as "
	    "a capture near who should have answered. A server that was "
	    "started again looks the same."},
    {0},
};

const struct diag_entry diag_entries_around[] = {
    {.code = "nat.binding-lost",
	.meaning =
	    "Nothing passed for longer than the NAT keeps a mapping; what is "
	    "sent to the old port no longer reaches the phone, until it "
	    "registers again and gets a new one.",
	.seen = "Over UDP, requests of the registrar to the port that the "
		"phone registered from, for four seconds or more without "
		"answer, where it had answered before or was called; or "
		"refused by ICMP. And then a REGISTER of the same Call-ID "
		"from another port.",
	.silent = "A new port alone is no fault, and a phone that was started "
		  "anew, with another Call-ID, had reasons of its own to be "
		  "silent. A phone that listens on another port than it sends "
		  "from gives the same picture. Inferred only where the "
		  "requests were captured near the phone: they had passed a "
		  "NAT by then."},
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
    {.code = "tcp.segments-differ",
	.meaning =
	    "Two segments of one connection claim the same place and have "
	    "different bytes, so that what was said depends on whom you ask.",
	.seen = "A segment that overlaps one which waits for its turn, and "
		"differs from it.",
	.silent = "Repeats with the same bytes are retransmissions. What was "
		  "in its turn is passed on and not kept, so that a later "
		  "segment is not compared with it."},
    {.code = "link.fragments-differ",
	.meaning =
	    "Two fragments of one datagram claim the same place and have "
	    "different bytes, so that what was said depends on whom you ask.",
	.seen = "A fragment that overlaps one of a datagram which is not "
		"complete yet, and differs from it.",
	.silent = "A fragment that was captured twice has the same bytes."},
    {.code = "capture.incomplete",
	.meaning = "The missing packet may have been on the wire and not in "
		   "the file: one direction only, packets dropped by the "
		   "kernel or the mirror port, a connection that began before "
		   "the capture.",
	.seen = "A REGISTER without an answer for 32 s, where packets are "
		"known to be missing or nothing at all was captured in both "
		"directions, or over UDP, where it was sent once only "
		"(RFC 3261 17.1.2.2) and no REGISTER of the capture has an "
		"answer. As an alternative: silence that another cause is "
		"blamed for, or a gap next to what is blamed.",
	.silent = "No fault is blamed where this is said: the finding is in "
		  "the place of sip.no-answer, which it names, and the attempt "
		  "counts as timed out all the same. Of connections that are "
		  "not answered only the coverage says so."},
    {0},
};
