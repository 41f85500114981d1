/* SPDX-License-Identifier: Apache-2.0 */
/* Entries about TLS handshakes. */
#include "diag/entries_list.h"

const struct diag_entry diag_entries_tls[] = {
    {.code = "tls.not-tls",
	.meaning =
	    "Transport and port do not belong together: SIP in clear to a TLS "
	    "port, TLS to a port of SIP over TCP, or something else that "
	    "answers there.",
	.seen = "First bytes of one side that are no TLS record; or a REGISTER "
		"in clear to a TLS port, and a server that then closes.",
	.silent = "Certain where the bytes are the text of another protocol, "
		  "as SIP or HTTP; otherwise a damaged record fits too. Where "
		  "the server answers plain SIP on that port, nothing is "
		  "wrong."},
    {.code = "tls.version-mismatch",
	.meaning = "The phone offers no version that the server still takes, "
		   "or the server chose one that is too old for the phone.",
	.seen = "Alert 70 of either side; or alert 40 in answer to a "
		"ClientHello that offers old versions only.",
	.silent = "Some servers just close: then it is an alternative of "
		  "tls.closed-silently."},
    {.code = "tls.no-common-parameters",
	.meaning = "Each side knows ciphers, groups and signatures, but none "
		   "that the other one takes: an old phone and a hardened "
		   "server, as a rule.",
	.seen = "Alert 71, or alert 40 directly after the ClientHello. The "
		"finding lists what was offered.",
	.silent = "Position matters: later in the handshake alert 40 says "
		  "something else, often that a client certificate is "
		  "missing."},
    {.code = "tls.sni-rejected",
	.meaning =
	    "The name in the ClientHello is none that the server serves: a "
	    "wrong name in the phone's profile, or an alias that the server "
	    "was not told of.",
	.seen = "Fatal alert 112; or 112 as a warning, and then the end.",
	.silent = "As a warning alone it is harmless and not reported. A "
		  "server that shows a default certificate instead leads to "
		  "tls.name-mismatch."},
    {.code = "tls.no-server-hello",
	.meaning = "TCP is up and the phone has begun, but the server says "
		   "nothing: it hangs, is overloaded, or the ClientHello never "
		   "arrived.",
	.seen = "A ClientHello, and silence of the server for 32 seconds.",
	.silent = "Not said of a handshake with a gap in it, or of a phone "
		  "that went on: the ServerHello was there."},
    {.code = "tls.closed-silently",
	.meaning =
	    "One side ended the handshake and kept the reason to itself; its "
	    "log has it. The alternatives are what fits the point where it "
	    "ended.",
	.seen =
	    "FIN or RST within the handshake; the finding names the last "
	    "message of each side. An alert that is no error, as close_notify "
	    "or user_canceled, gives no reason. Or, in TLS 1.3, a record of the size of an "
	    "alert where one would refuse: that it is a refusal is inferred, "
	    "and which one cannot be read without keys.",
	.silent = "Where bytes before the end were not captured, nothing is "
		  "said: an alert may be among them. A reset after a handshake "
		  "that was complete is common and no failure."},
    {.code = "tls.certificate-expired",
	.meaning =
	    "A certificate of the server, or an intermediate one, is out of "
	    "date or not valid yet, and the phone minds.",
	.seen = "Dates that exclude the time of the packet, and a phone that "
		"refused (alert 45, 42, 46, or a close); or alert 45 where the "
		"certificate is encrypted.",
	.silent = "A phone that goes on all the same has no finding. If the "
		  "clock of the capture is wrong, so is this."},
    {.code = "tls.phone-clock",
	.meaning =
	    "The phone believes in another date than the rest of the world: "
	    "no time server reached, or the first start after a long time "
	    "without power.",
	.seen = "Alert 45 of the phone, and certificates whose dates are "
		"good. It is certain where the phone's own clock is seen: in "
		"its NTP queries or, with TLS 1.2 and older, its "
		"ClientHellos, twice at least, or in the Date of its "
		"REGISTER; alerts 42, 46 and a close do as well then.",
	.silent = "A clock that is wrong and does no harm is not looked for. "
		  "It is the capture's clock that the dates are compared with: "
		  "if that one is wrong, the phone may be right. Where NTP "
		  "servers in the capture agree on another time by more than "
		  "an hour, theirs is taken."},
    {.code = "tls.chain-incomplete",
	.meaning = "Either an intermediate certificate was not sent, or the "
		   "phone does not know the root.",
	.seen = "One certificate that is not self-signed, or several with a "
		"hole between them, and alert 48 of the phone. The finding "
		"says where the missing one can be got, if the certificate "
		"does.",
	.silent = "One certificate alone is no fault, as the phone may know "
		  "its issuer. Browsers fetch what is missing and phones do "
		  "not: that it works in a browser proves nothing."},
    {.code = "tls.unknown-ca",
	.meaning =
	    "The phone does not trust whoever issued the certificate, or "
	    "dislikes something else in it and does not say what.",
	.seen =
	    "Alert 48 to more than one certificate; or alert 42 or 46 where "
	    "dates and name are right; or 42, 46 or 48 where the certificates "
	    "are encrypted, and then with many alternatives.",
	.silent =
	    "The same refusal differs by library: one says bad certificate "
	    "where another one says unknown certificate, so that the number "
	    "alone decides little."},
    {.code = "tls.intercepted",
	.meaning = "A firewall that inspects TLS answers in the server's "
		   "place, with a certificate of a CA that phones do not have.",
	.seen =
	    "A phone that refuses the certificate (alert 42, 46 or 48, or a "
	    "close), while another handshake for the same name completed "
	    "with one of another issuer and another key that was still "
	    "valid. Or, inferred, an issuer that is called like a maker of "
	    "such proxies.",
	.silent = "Certificates of TLS 1.3 are not seen without keys, and a "
		  "phone that trusts the proxy has no trouble. Where only one "
		  "issuer was seen it is an alternative."},
    {.code = "tls.self-signed",
	.meaning =
	    "Often the certificate that a server makes at its installation, "
	    "and that nobody replaced.",
	.seen = "Subject and issuer that are the same, and a phone that "
		"refused it.",
	.silent = "A phone that was told to trust it, or that checks nothing, "
		  "takes it: no finding."},
    {.code = "tls.name-mismatch",
	.meaning =
	    "The certificate names other hosts than the one the phone means "
	    "to talk to.",
	.seen =
	    "No name in the certificate that fits the SNI, or, where the phone "
	    "sent none, the name that it asked DNS for; and a phone that "
	    "refused with 42, 46 or a close.",
	.silent =
	    "Not said where the phone sent no SNI and asked for no name. "
	    "Phones may compare the SIP domain instead (RFC 5922), that of a "
	    "line or the one whose SRV record led there, or the host that the "
	    "record named: where the certificate has that, the name need not "
	    "be to blame. Nor is a name that fits the last word."},
    {.code = "tls.unsupported-certificate",
	.meaning =
	    "The certificate may be good, but the phone cannot use it: its "
	    "key, its signature, or what it is made for (extended key usage).",
	.seen = "Alert 43 of the phone; 40, 47 or 71 after the certificate; or "
		"42 or 46 where a key or signature is weak (RSA of 1024 bits, "
		"SHA-1), or the certificate is not made for servers.",
	.silent = "Phones that say 42 or 46 of a strong one cannot be told "
		  "from those that distrust the issuer: see tls.unknown-ca."},
    {.code = "tls.client-certificate-missing",
	.meaning = "The server admits only phones that prove who they are, and "
		   "this one has no certificate or does not send it.",
	.seen =
	    "A request for one, an empty answer, and then alert 40, 41, 42, 50 "
	    "or 116 of the server. In TLS 1.3, where all this is encrypted, it is "
	    "inferred from a record of the size of an empty Certificate before "
	    "the phone's Finished, and one of the size of an alert, or a "
	    "close, right after it. Before TLS 1.3 it is inferred, too, where "
	    "the handshake completes after an empty answer, and the server "
	    "then closes within a second and sends no data.",
	.silent = "Many servers ask and go on without: an empty answer alone "
		  "is no finding. In TLS 1.3 the phone may already send its "
		  "REGISTER when the refusal comes."},
    {.code = "tls.client-certificate-refused",
	.meaning = "The phone's certificate has expired, comes from a CA that "
		   "the server does not know, or belongs to a phone that it "
		   "does not want.",
	.seen =
	    "A certificate of the phone, and then alert 40, 42 to 46, 48 or 49 "
	    "of the server. In TLS 1.3, where both are encrypted, it is "
	    "inferred from a record before the phone's Finished that is long "
	    "enough for a certificate, and one of the size of an alert right "
	    "after it.",
	.silent = "In TLS 1.3 it is an alternative of tls.closed-silently "
		  "where the server just closes."},
    {.code = "tls.record-damaged",
	.meaning = "One side could not decrypt or understand what the other "
		   "one sent: corruption on the way, or keys that differ.",
	.seen = "Alert 20 or 51 after the ServerHello. Bytes that are neither "
		"TLS nor the text of another protocol name it as an "
		"alternative, and so does a close late in the handshake.",
	.silent = "Once both sides encrypt, an alert cannot be read. Alert 51 "
		  "may also mean a signature that does not fit the "
		  "certificate."},
    {.code = "tls.slow-server",
	.meaning = "The server takes far longer than the way to it does before "
		   "it says its ServerHello: it is loaded, waits for something "
		   "else, or admits connections one by one. Phones that are "
		   "less patient give up.",
	.seen = "A handshake that completed, with two seconds and ten round "
		"trips or more between ClientHello and ServerHello.",
	.silent = "Not said where TCP repeated anything, or bytes are missing: "
		  "then it may be loss. A slow way shows in the round trip. "
		  "Packets that were lost before the capture cannot be seen."},
    {0},
};
