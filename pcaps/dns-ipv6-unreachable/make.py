#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""The phone has an address of each family of its server, and stays with IPv6, which leads nowhere."""

import pathlib
import sys

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent.parent))
from made import Capture  # noqa: E402
from made_dns import A, AAAA, Resolver, SRV, a, aaaa, srv, syn6  # noqa: E402

c = Capture()
dns = Resolver(c, "2001:db8:1::17", "2001:db8:3::53")
NAME = "_sip._tcp.example.com"
dns.asks(0, NAME, SRV, [srv(NAME, 10, 5060, "proxy.example.net")])
dns.asks(0.05, "proxy.example.net", AAAA,
         [aaaa("proxy.example.net", "2001:db8:2::66")])
dns.asks(0.1, "proxy.example.net", A, [a("proxy.example.net", "198.51.100.10")])
for wait in (0, 1, 3, 7, 15):
    syn6(c, 0.2 + wait, "2001:db8:1::17", 40001, "2001:db8:2::66", 5060)
for at in (20, 40):
    dns.asks(at, NAME, SRV, [srv(NAME, 10, 5060, "proxy.example.net")])
c.write()
