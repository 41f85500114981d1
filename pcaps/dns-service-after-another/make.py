#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""A phone asks for TLS, then TCP, then UDP, and finds a server: the order of its profile, and no fault."""

import pathlib
import sys

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent.parent))
from made import Capture  # noqa: E402
from made_dns import NXDOMAIN, Resolver, SRV, a, phone_at, srv  # noqa: E402

c = Capture()
dns = Resolver(c, "192.0.2.17")
dns.asks(0, "_sips._tcp.example.com", SRV, rcode=NXDOMAIN)
dns.asks(0.05, "_sip._tcp.example.com", SRV, rcode=NXDOMAIN)
NAME = "_sip._udp.example.com"
dns.asks(0.1, NAME, SRV, [srv(NAME, 10, 5060, "proxy.example.net")],
         [a("proxy.example.net", "198.51.100.10")])
phone_at(c, "192.0.2.17", "2000").registers(0.2, 3600)
other = Resolver(c, "192.0.2.18")
other.asks(1, NAME, SRV, [srv(NAME, 10, 5060, "proxy.example.net")],
           [a("proxy.example.net", "198.51.100.10")])
phone_at(c, "192.0.2.18", "2001").registers(1.1, 3600)
phone_at(c, "192.0.2.17", "2000").registers(40, 3600)
c.write()
