#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Three phones are told the address of the proxy, and a fourth one a private address, where nobody answers."""

import pathlib
import sys

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent.parent))
from made import Capture  # noqa: E402
from made_dns import A, Resolver, SRV, a, in_vain, phone_at, srv  # noqa: E402

c = Capture()
NAME = "_sip._udp.example.com"
for i, told in enumerate(("198.51.100.10", "198.51.100.10", "198.51.100.10",
                          "10.0.0.5")):
    address = f"192.0.2.{17 + i}"
    dns = Resolver(c, address)
    dns.asks(i, NAME, SRV, [srv(NAME, 10, 5060, "proxy.example.net")])
    dns.asks(i + 0.05, "proxy.example.net", A, [a("proxy.example.net", told)])
    phone = phone_at(c, address, f"200{i}", told)
    if i < 3:
        phone.registers(i + 0.1, 3600)
    else:
        in_vain(phone, i + 0.1)
phone_at(c, "192.0.2.17", "2000").registers(75, 3600)
c.write()
