#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""DNS names two servers; the first one is dead, and the phone goes to the second one."""

import pathlib
import sys

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent.parent))
from made import Capture  # noqa: E402
from made_dns import A, Resolver, SRV, a, in_vain, phone_at, srv  # noqa: E402

c = Capture()
dns = Resolver(c, "192.0.2.17")
NAME = "_sip._udp.example.com"
dns.asks(0, NAME, SRV,
         [srv(NAME, 10, 5060, "one.example.net"),
          srv(NAME, 20, 5060, "two.example.net")])
dns.asks(0.05, "one.example.net", A, [a("one.example.net", "198.51.100.66")])
phone = phone_at(c, "192.0.2.17", "2000", "198.51.100.66")
in_vain(phone, 0.1)
dns.asks(33, "two.example.net", A, [a("two.example.net", "198.51.100.10")])
phone = phone_at(c, "192.0.2.17", "2000")
phone.call = 2
phone.registers(33.1, 3600)
other = phone_at(c, "192.0.2.18", "2001")
other.registers(1, 3600)
other.registers(75, 3600)
c.write()
