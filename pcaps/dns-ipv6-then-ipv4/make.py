#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""The phone tries IPv6, in vain, and then registers over IPv4."""

import pathlib
import sys

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent.parent))
from made import Capture  # noqa: E402
from made_dns import A, AAAA, Resolver, SRV, a, aaaa, phone_at, srv, syn6  # noqa: E402

c = Capture()
dns = Resolver(c, "2001:db8:1::17", "2001:db8:3::53")
NAME = "_sip._tcp.example.com"
dns.asks(0, NAME, SRV, [srv(NAME, 10, 5060, "proxy.example.net")])
dns.asks(0.05, "proxy.example.net", AAAA,
         [aaaa("proxy.example.net", "2001:db8:2::66")])
dns.asks(0.1, "proxy.example.net", A, [a("proxy.example.net", "198.51.100.10")])
for wait in (0, 1, 3, 7, 15):
    syn6(c, 0.2 + wait, "2001:db8:1::17", 40001, "2001:db8:2::66", 5060)
phone_at(c, "192.0.2.17", "2000").registers(20, 3600)
dns.asks(40, NAME, SRV, [srv(NAME, 10, 5060, "proxy.example.net")])
c.write()
