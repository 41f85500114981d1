#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Extensions of a registration: outbound (RFC 5626), Path (3327), Service-Route
(3608), GRUU (5627), associated URIs (7315); and all numbers of a PBX (6140)."""

import pathlib
import sys

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent.parent))
from made import REGISTRAR, Capture  # noqa: E402

PHONE, PBX = "192.0.2.17", "192.0.2.40"
INSTANCE = '+sip.instance="<urn:uuid:00000000-0000-1000-8000-000a95a0e128>"'

c = Capture()


def exchange(at, client, user, request, response):
    """A REGISTER and its 200; what both have in common is written here."""
    def common(received, tag):
        return (f"Via: SIP/2.0/UDP {client}:5060;branch=z9hG4bK{user};rport"
                f"{received}\n"
                f"From: <sip:{user}@example.com>;tag=a{user}\n"
                f"To: <sip:{user}@example.com>{tag}\n"
                f"Call-ID: {user}@{client}\nCSeq: 1 REGISTER\n")

    c.udp(at, client, REGISTRAR, "REGISTER sip:example.com SIP/2.0\n"
          + common("", "") + request + "Content-Length: 0\n\n")
    c.udp(at + 0.05, REGISTRAR, client, "SIP/2.0 200 OK\n"
          + common("=40123;received=203.0.113.7", ";tag=r")
          + response + "Content-Length: 0\n\n")


exchange(
    0, PHONE, "2000",
    f"Contact: <sip:2000@{PHONE}:5060;ob>;{INSTANCE};reg-id=2;expires=3600\n"
    "Supported: path, outbound, gruu\n",
    "Require: outbound\n"
    "Path: <sip:edge1.example.net;lr;ob>, <sip:edge2.example.net;lr>\n"
    "Service-Route: <sip:home1.example.net;lr>\n"
    "Service-Route: <sip:home2.example.net;lr>\n"
    "P-Associated-URI: <sip:2000@example.com>, <tel:+12015550100>\n"
    "Flow-Timer: 120\n"
    f"Contact: <sip:2000@{PHONE}:5060;ob>;{INSTANCE};reg-id=2;expires=1800"
    ';pub-gruu="sip:2000@example.com;gr=urn:uuid:00000000-0000-1000-8000-'
    '000a95a0e128";temp-gruu="sip:tgruu.7hs==@example.com;gr"\n')
exchange(
    5, PBX, "pbx",
    f"Contact: <sip:{PBX}:5060;bnc>;expires=7200\n"
    "Proxy-Require: gin\nRequire: gin\nSupported: path, gin\n",
    f"Contact: <sip:{PBX}:5060;bnc>;expires=7200\n")
c.write()
