#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""The phone has an address of each family of its server, and stays with IPv6, which leads nowhere."""

import pathlib
import sys

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent.parent))
from made_dns import IPV6_NAME, SRV, ipv6_in_vain, srv  # noqa: E402

c, dns = ipv6_in_vain()
for at in (20, 40):
    dns.asks(at, IPV6_NAME, SRV,
             [srv(IPV6_NAME, 10, 5060, "proxy.example.net")])
c.write()
