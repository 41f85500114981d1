#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Three phones are told one address of the proxy, and a fourth one another, which works as well."""

import pathlib
import sys

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent.parent))
from made import Capture  # noqa: E402
from made_dns import A, Resolver, SRV, a, phone_at, srv  # noqa: E402

c = Capture()
NAME = "_sip._udp.example.com"
for i, told in enumerate(("198.51.100.10", "198.51.100.10", "198.51.100.10",
                          "203.0.113.10")):
    address = f"192.0.2.{17 + i}"
    dns = Resolver(c, address)
    dns.asks(i, NAME, SRV, [srv(NAME, 10, 5060, "proxy.example.net")])
    dns.asks(i + 0.05, "proxy.example.net", A, [a("proxy.example.net", told)])
    phone = phone_at(c, address, f"200{i}", told)
    if i < 3:
        phone.registers(i + 0.1, 3600)
    else:
        phone.registers(i + 0.1, 3600)
phone_at(c, "192.0.2.17", "2000").registers(75, 3600)
c.write()
