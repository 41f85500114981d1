#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""DNS sends phones of the domain to a proxy; this phone goes to the address of the domain, which takes registrations as well."""

import pathlib
import sys

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent.parent))
from made import Capture  # noqa: E402
from made_dns import A, Resolver, SRV, a, phone_at, srv  # noqa: E402

c = Capture()
dns = Resolver(c, "192.0.2.17")
NAME = "_sip._udp.example.com"
dns.asks(0, NAME, SRV, [srv(NAME, 10, 5060, "proxy.example.net")],
         [a("proxy.example.net", "198.51.100.10")])
dns.asks(0.05, "example.com", A, [a("example.com", "198.51.100.80")])
phone = phone_at(c, "192.0.2.17", "2000", "198.51.100.80")
phone.registers(0.1, 3600)
c.write()
