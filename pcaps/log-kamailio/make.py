#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""What Kamailio's module sipdump writes of a registration."""

import pathlib

OUT = pathlib.Path(__file__).with_name("log-kamailio.logcat")
out = []


def dump(tag, micros, text):
    way = [("192.0.2.17", 5060), ("198.51.100.10", 5060)]
    (src, sport), (dst, dport) = way if tag == "rcv" else way[::-1]
    out.append("=" * 20 + f"\ntag: {tag}\npid: 71\nprocess: 4\n"
               f"time: 1693867868.{micros:06d}\n"
               f"date: Mon Sep  4 22:51:08 2023\nproto: udp ipv4\n"
               f"srcip: {src}\nsrcport: {sport}\n"
               f"dstip: {dst}\ndstport: {dport}\n" + "~" * 20 + "\n" +
               text + "|" * 20 + "\n")


def head(start, *more, to=""):
    return "\r\n".join([
        start, "Via: SIP/2.0/UDP 192.0.2.17:5060;branch=z9hG4bKk1",
        "From: <sip:4025@example.com>;tag=a1", f"To: <sip:4025@example.com>{to}",
        "Call-ID: kamailio-1", "CSeq: 1 REGISTER", *more,
        "Content-Length: 0", "", ""])


dump("rcv", 127871, head("REGISTER sip:example.com SIP/2.0",
                         "Contact: <sip:4025@192.0.2.17:5060>;expires=600"))
dump("snd", 129003, head("SIP/2.0 200 OK", "Contact: "
                         "<sip:4025@192.0.2.17:5060>;expires=300", to=";tag=b"))
OUT.write_bytes("".join(out).encode())
