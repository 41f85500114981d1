#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""The log of an MPP phone that registers through TLS: figures of a document of
the vendor, names and addresses of ours."""

import pathlib

OUT = pathlib.Path(__file__).with_name("log-register.logcat")
IDENTITY = "<sip:2025@voice.example.net>"
CALL = "98120dba-7df06bd1@192.0.2.6"
NONCE = "SECRETnonce5h6zucT8ymkkBW"
lines = []


def line(number, clock, text, level="NOT"):
    lines.append(f"{number} {level} Sep 04 {clock} (2656-2764) {text}\n")


def message(number, clock, arrow, start, headers):
    line(number, clock,
         f"voice- {arrow} [198.51.100.89]:8934 SIP MSG:: {start}^M")
    lines.extend(h + "^M\n" for h in headers)
    lines.append("^M\n")


def register(number, clock, cseq, branch, *more):
    message(number, clock, "=====> Send (TLS)",
            "REGISTER sip:voice.example.net:8934 SIP/2.0",
            [f"Via: SIP/2.0/TLS 192.0.2.6:5072;branch={branch}",
             f"From: {IDENTITY};tag=c0ffee01d2abdd95o0", f"To: {IDENTITY}",
             f"Call-ID: {CALL}", f"CSeq: {cseq} REGISTER",
             "Max-Forwards: 70", *more,
             "Contact: <sip:2025@192.0.2.6:5072;transport=tls>;expires=3600",
             "User-Agent: Cisco-CP-8865-3PCC/12.0.2_<MAC_ADDRESS>",
             "Content-Length: 0", "Supported: replaces, sec-agree"])


def response(number, clock, start, cseq, branch, tag, *more):
    message(number, clock, "<==== Recv (TCP)", start,
            [f"Via:SIP/2.0/TLS 192.0.2.6:5072;received=203.0.113.195;"
             f"branch={branch}",
             f"From:{IDENTITY};tag=c0ffee01d2abdd95o0",
             f"To:{IDENTITY};tag={tag}", f"Call-ID:{CALL}",
             f"CSeq:{cseq} REGISTER", *more, "Content-Length:0"])


line(3640, "22:51:07.901204", "voice-line 1 takes transport TLS")
line(3641, "22:51:07.930077", "voice-line 1 begins")
line(3642, "22:51:08.003361", "voice-handshake done", "INF")
line(3672, "22:51:08.127503", "voice-line 1 timer A", "DEB")
register(3673, "22:51:08.127871", 6367, "z9hG4bK-c77bd320")
response(3857, "22:51:08.176087", "SIP/2.0 401 Unauthorized", 6367,
         "z9hG4bK-c77bd320", "799618563-1693867868150",
         f'WWW-Authenticate:DIGEST realm="Registrar",qop="auth",'
         f'nonce="{NONCE}",algorithm=MD5',
         "Contact:<sip:2025@192.0.2.6:5072;transport=tls>;expires=120")
register(3863, "22:51:08.186602", 6368, "z9hG4bK-1f9a0b44",
         f'Authorization: Digest username="2025auth",realm="Registrar",'
         f'nonce="{NONCE}",uri="sip:voice.example.net:8934",algorithm=MD5,'
         f'response="SECRETresponse0f45aa0e9e72a0b7c1",qop=auth,nc=00000001,'
         f'cnonce="SECRETcnonce"')
response(3901, "22:51:08.236092", "SIP/2.0 200 OK", 6368,
         "z9hG4bK-1f9a0b44", "258864438-1693867868205",
         "Contact:<sip:2025@192.0.2.6:5072;transport=tls>;q=0.5;expires=120")
line(3902, "22:51:08.237800", "voice-line 1 is registered")
OUT.write_text("".join(lines))
