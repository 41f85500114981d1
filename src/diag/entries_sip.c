/* SPDX-License-Identifier: Apache-2.0 */
/* Entries about registrations. */
#include "diag/entries_list.h"

const struct diag_entry diag_entries_sip[] = {
    {.code = "sip.no-answer",
	.meaning =
	    "The request, or the way back of its answer, is lost; or the "
	    "registrar is down, hangs, or ignores this phone.",
	.seen =
	    "No final response for 32 seconds after the first transmission, in "
	    "a capture that goes on for that long and shows both directions. "
	    "Or an ICMP error that quotes the REGISTER as unreachable, and no "
	    "answer: that is certain. Other ICMP errors are only named.",
	.silent =
	    "Held back where packets are missing or only one direction was "
	    "captured, over UDP where the request was not repeated and no "
	    "registrar is heard in the capture, and where an answer came that did not reach the phone "
	    "(sip.wrong-response-port). That it is the registrar who does not "
	    "answer is said only of a request that came as far as a capture "
	    "near it, or that its TCP acknowledged: near the phone, request "
	    "and answer may be lost beyond."},
    {.code = "sip.credentials-refused",
	.meaning =
	    "A wrong password or user name, or a digest made over other parts "
	    "than the registrar expects.",
	.seen = "401 or 407 to a REGISTER that answered a challenge, or 403 "
		"to it.",
	.silent =
	    "The first 401 is no failure, only a question, and neither is one "
	    "for another realm: a proxy took the credentials, and the "
	    "registrar behind it asks for its own. A refusal that says "
	    "stale or speaks of the nonce is another finding. From outside a "
	    "wrong password looks like much else: certain it could only be "
	    "with the password at hand."},
    {.code = "sip.digest-unsupported",
	.meaning = "The registrar puts SHA-256 or the like first, and older "
		   "firmware gives up there instead of taking the MD5 that "
		   "follows.",
	.seen = "A first challenge that asks for SHA, and no REGISTER with "
		"credentials while the capture covers two minutes.",
	.silent = "Of a phone that does not answer a challenge for MD5 it is "
		  "not said: it may lack credentials, or not like the realm. "
		  "In a capture near the registrar it is inferred only, over "
		  "UDP, and wherever the phone repeats the same REGISTER after "
		  "the challenge: that may not have reached it. Held back "
		  "where an ICMP error refuses the challenge."},
    {.code = "sip.nonce-expired",
	.meaning =
	    "The phone took so long over the challenge, or kept its nonce for "
	    "so long, that the registrar no longer takes it.",
	.seen =
	    "A refusal of credentials that says stale or speaks of the nonce.",
	.silent =
	    "Usually the phone repeats with the new nonce and gets in: no "
	    "finding. Many registrars never say stale: then it is an "
	    "alternative of sip.credentials-refused."},
    {.code = "sip.stale-loop",
	.meaning = "The registrar hands out nonces and then does not know "
		   "them: as a rule, one server makes them and another one "
		   "checks.",
	.seen = "stale=true at least twice in a row, to credentials.",
	.silent = "Once is how a nonce ends, and no fault. A phone that "
		  "repeats quickly after each 401 without stale has other "
		  "troubles."},
    {.code = "sip.refused-by-policy",
	.meaning =
	    "The registrar does not want this user, domain or network, "
	    "whatever the password. 404, 410 and 604 say that it does not "
	    "know the user or the domain, 405 that it is no registrar.",
	.seen = "403, 404 or the like as the first answer, to a REGISTER "
		"without credentials. Or a 403 to credentials whose reason "
		"phrase or Warning names a cause, and says no word of user, "
		"password or the like.",
	.silent = "Other than that, after a challenge a 403 is taken for a "
		  "refusal of credentials, and of another status no cause is "
		  "told. A ban of the source may show "
		  "as 403, too."},
    {.code = "sip.interval-loop",
	.meaning =
	    "The registrar wants longer intervals than the phone asks for, "
	    "and the phone does not do as it is told.",
	.seen = "423 twice or more in one attempt, at its end. Or, as a "
		"warning, refreshes of which each asks for a second less than "
		"the one before, four grants or more.",
	.silent = "423 once, and then a longer interval, is how it should go "
		  "(RFC 3261 10.2.8)."},
    {.code = "sip.overloaded",
	.meaning = "The registrar asks the phone to come back later; often "
		   "when all phones return at once after an outage.",
	.seen = "500 or 503 with Retry-After, as the last answer. How many "
		"addresses of record were told so in the same second stands "
		"with it.",
	.silent = "Without Retry-After the status may mean anything that went "
		  "wrong inside. A limit of requests per source says the "
		  "same."},
    {.code = "sip.contact-not-bound",
	.meaning =
	    "The registrar said yes, but calls will not reach the phone: its "
	    "address is not on the list, or has no time left there.",
	.seen = "A 2xx that does not list the phone's contact, or lists it "
		"with expires=0.",
	.silent = "A phone that removes its binding gets just that, and "
		  "is left alone."},
    {.code = "sip.wrong-response-port",
	.meaning =
	    "The phone sends from one port and listens on another, or a NAT "
	    "changes ports, and the response does not find back. Or it comes "
	    "from another address than was asked, as of a registrar that has "
	    "several, and the phone does not take it: the title says which.",
	.seen = "An ICMP error of the phone's side that quotes the response, "
		"in an attempt that failed.",
	.silent = "A phone whose side sends no ICMP errors only shows as one "
		  "that keeps repeating. A NAT that forgot the port looks the "
		  "same."},
    {.code = "sip.fragments-lost",
	.meaning = "With credentials the request no longer fits one packet, "
		   "and a firewall or NAT on the way drops fragments.",
	.seen = "Over UDP, a REGISTER in one packet that is answered by a "
		"challenge, and a longer one with credentials that went out in "
		"fragments and gets nothing.",
	.silent =
	    "Not said where the longer one was not fragmented: then the "
	    "registrar stopped in between. Inferred only where all "
	    "fragments came as far as a capture near the registrar. A capture "
	    "that lost packets, "
	    "or that keeps first fragments only, shows nothing."},
    {.code = "sip.auth-user-differs",
	.meaning = "A phone may have a user name for Digest that is not its "
		   "number; or one of the two is mistyped.",
	.seen = "A user name in the refused credentials that differs from the "
		"user of the address of record.",
	.silent = "This is legal and common: a hint only, and never blamed "
		  "alone. Not said where they were accepted, or where the same "
		  "user had registered from there before."},
    {.code = "sip.realm-mismatch",
	.meaning =
	    "The phone answers with a realm that it was not asked about: one "
	    "that is set in its profile, or one of another server.",
	.seen = "Credentials that are refused, for a realm that none of the "
		"challenges before had. Or a proxy and a registrar that both "
		"ask, and requests that each answer only one of them: that is "
		"certain.",
	.silent = "Of several challenges the phone may answer any one. "
		  "Credentials that go along before any challenge keep the "
		  "realm of the last one, and are not judged."},
    {.code = "sip.authorization-malformed",
	.meaning =
	    "User and password may be right, but the phone leaves out or "
	    "garbles what the registrar needs to check its answer: qop or nc, "
	    "a count that was used already, a response of the wrong length.",
	.seen = "Credentials that are refused, and in them a part that cannot "
		"be right whatever the password.",
	.silent = "A URI that differs from that of the request, or nc without "
		  "qop, is sent by phones that register well: no finding "
		  "without a refusal that it explains."},
    {.code = "sip.alg-rewrite",
	.meaning = "A SIP helper in a router or firewall changes addresses in "
		   "the messages, and not always all of them, or well.",
	.seen = "A response whose topmost Via is not what the phone had sent "
		"on this side.",
	.silent =
	    "Via with received and rport is plain NAT. Only a capture at "
	    "the phone's side, or one on each side, can tell: behind "
	    "the router both ends agree, and near the registrar it is "
	    "inferred only, as that may do it itself. An SBC rewrites contacts on "
	    "purpose."},
    {.code = "sip.too-many-contacts",
	.meaning = "Each device, and each restart that left its old binding "
		   "behind, counts; the account is full.",
	.seen =
	    "A refusal whose reason, Warning or P-Registrar-Error says that "
	    "there are too many contacts or registrations.",
	.silent = "The same numbers without such words have many other "
		  "reasons: then it is an alternative only."},
    {.code = "sip.extension-refused",
	.meaning = "Phone and registrar do not agree on an extension of SIP: "
		   "one of them demands what the other one lacks, or the "
		   "security agreement fails.",
	.seen = "420, 421, 439 or 494 to a REGISTER that is not repeated in a "
		"way that succeeds. The finding names what Require, "
		"Unsupported or Security-Server say.",
	.silent = "A phone that tries again without the extension, or with it, "
		  "and gets in, does what it should: not certain where the "
		  "capture ends before it could. 494 comes first in every "
		  "security agreement (RFC 3329), and is not told there."},
    {.code = "sip.bearer",
	.meaning =
	    "The registrar refuses a token of OAuth that stands in for a "
	    "password (RFC 8898). Tokens end, and are fetched by HTTPS from "
	    "another server, which this capture may not show.",
	.seen = "A REGISTER with credentials of scheme Bearer that is refused.",
	.silent = "What is inside the token is not read, and a challenge of "
		  "scheme Bearer next to one of Digest is only an offer."},
    {.code = "sip.binding-lapsed",
	.meaning =
	    "The registrar granted less time than the phone asked for, and "
	    "the phone comes back later than that: in between no call reaches "
	    "it.",
	.seen = "A 200 that grants a time, the next REGISTER of the same "
		"contact after it has run out, and nothing of it in between.",
	.silent = "The time is that of the phone's own contact in the 200, not "
		  "of another device's. Held back where packets are missing "
		  "in between, or where the phone had removed its binding or "
		  "was started anew. Likely only where the time is in part "
		  "between two files."},
    {.code = "sip.contact-fight",
	.meaning =
	    "Two devices have the same account, and the registrar keeps one "
	    "binding: each of them throws the other one out, and calls go to "
	    "whoever was last.",
	.seen = "Contacts of two devices of one address of record that "
		"register in turns, and 200s that each list only one of them.",
	.silent = "Several bindings of one user are legal, as are several "
		  "connections of one device (RFC 5626): then the 200 lists "
		  "them side by side. A phone that got a new address once is "
		  "no fight."},
    {.code = "sip.contact-loop",
	.meaning =
	    "The phone learns its outside address from each answer and "
	    "registers that one instead; the NAT gives it a new one, and so "
	    "on.",
	.seen = "Removals and registrations of a new contact back to back, "
		"several times, each with another port in received or rport.",
	.silent = "Once, at the start or after a change of network, is how it "
		  "should be."},
    {.code = "sip.partial-lines",
	.meaning = "Of a phone with several lines only some register: the "
		   "others lack credentials, are disabled, or wait for the "
		   "first one.",
	.seen = "A line of the phone that registers again and again, while "
		"others that it tried fail or stop.",
	.silent = "Lines that never appear may not exist: what was not seen "
		  "is no evidence, and the capture must cover more than one "
		  "interval of the phone. Where the Contacts of the lines name "
		  "different hosts, they may be several phones behind one NAT: "
		  "then it is not said. Of lines that failed in silence only, "
		  "packets that were not captured may be the reason."},
    {0},
};
