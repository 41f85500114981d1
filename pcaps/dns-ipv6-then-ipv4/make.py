#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""The phone tries IPv6, in vain, and then registers over IPv4."""

import pathlib
import sys

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent.parent))
from made_dns import (  # noqa: E402
    IPV6_NAME, SRV, ipv6_in_vain, phone_at, srv)

c, dns = ipv6_in_vain()
phone_at(c, "192.0.2.17", "2000").registers(20, 3600)
dns.asks(40, IPV6_NAME, SRV, [srv(IPV6_NAME, 10, 5060, "proxy.example.net")])
c.write()
