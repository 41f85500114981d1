#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""What Asterisk writes into its full log with "pjsip set logger on", while a
phone registers with a wrong password."""

import pathlib

OUT = pathlib.Path(__file__).with_name("log-asterisk.logcat")
lines = []


def line(clock, text):
    lines.append(f"[2023-09-04 22:51:{clock}] VERBOSE[2656] {text}\n")


def message(clock, arrow, kind, text):
    line(clock, f"res_pjsip_logger.c: <--- {arrow[0]} SIP {kind} "
         f"({len(text)} bytes) {arrow[1]} UDP:192.0.2.17:5060 --->")
    lines.append(text.replace("\r\n", "\n"))
    lines.append("\n")


def head(cseq, start, *more, to=""):
    return "\r\n".join([
        start, f"Via: SIP/2.0/UDP 192.0.2.17:5060;rport;branch=z9hG4bKa{cseq}",
        "From: <sip:4025@example.com>;tag=a1", f"To: <sip:4025@example.com>{to}",
        "Call-ID: asterisk-1", f"CSeq: {cseq} REGISTER", *more,
        "Content-Length: 0", "", ""])


CONTACT = "Contact: <sip:4025@192.0.2.17:5060>;expires=600"
CHALLENGE = 'WWW-Authenticate: Digest realm="asterisk",nonce="SECRET%d",' \
    'algorithm=MD5,qop="auth"'
line("07.001", "asterisk.c: Asterisk Ready.")
message("08.100", ("Received", "from"), "request",
        head(1, "REGISTER sip:example.com SIP/2.0", CONTACT))
message("08.101", ("Transmitting", "to"), "response",
        head(1, "SIP/2.0 401 Unauthorized", CHALLENGE % 1001, to=";tag=b1"))
message("08.140", ("Received", "from"), "request",
        head(2, "REGISTER sip:example.com SIP/2.0",
             'Authorization: Digest username="4025", realm="asterisk", '
             'nonce="SECRET1001", uri="sip:example.com", '
             'response="5ec2e75ec2e75ec2e75ec2e75ec2e7aa", algorithm=MD5', CONTACT))
message("08.142", ("Transmitting", "to"), "response",
        head(2, "SIP/2.0 401 Unauthorized", CHALLENGE % 1002, to=";tag=b2"))
line("50.000", "chan_sip.c: nothing else")
OUT.write_text("".join(lines))
