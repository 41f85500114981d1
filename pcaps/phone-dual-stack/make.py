#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""A phone of both families asks for its server over IPv6, cannot connect there, and registers over IPv4."""

import pathlib
import sys

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent.parent))
from made_boot import *  # noqa: E402, F403
from made_nd import *  # noqa: E402, F403

from made_dns import A, AAAA, SRV, a, aaaa, srv  # noqa: E402

NAME, PROXY = "_sip._tcp.example.com", "proxy.example.net"
c = Wire({"192.0.2.17": PHONE_MAC, PHONE6: PHONE_MAC, PHONE_LOCAL: PHONE_MAC})
c.solicits(0, "::", PHONE_LOCAL)
c.router(1)
c.solicits(1.2, "::", PHONE6)
Client(c).binds(2)
dns = asks6(c)
dns.asks(3, NAME, SRV, [srv(NAME, 10, 5060, PROXY)])
dns.asks(3.05, PROXY, AAAA, [aaaa(PROXY, "2001:db8:2::66")])
dns.asks(3.1, PROXY, A, [a(PROXY, "198.51.100.10")])
for wait in (0, 1, 3, 7, 15):
    syn_at(c, 3.2 + wait, PHONE6, 40001, "2001:db8:2::66", 5060)
line(c, "192.0.2.17", "2000").registers(25, 3600)
dns.asks(60, NAME, SRV, [srv(NAME, 10, 5060, PROXY)])
c.write()
