#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Two NAPTR records of one order; the phone takes the one that is preferred less,
which leads to nothing."""

import pathlib
import sys

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent.parent))
from made import Capture  # noqa: E402
from made_dns import NAPTR, NXDOMAIN, Resolver, SRV, naptr  # noqa: E402

NAME, TLS, UDP = "example.com", "_sips._tcp.example.com", "_sip._udp.example.com"
c = Capture()
dns = Resolver(c, "192.0.2.17")
for at in 0, 30, 60:
    dns.asks(at, NAME, NAPTR, [naptr(NAME, 10, 20, "SIP+D2U", UDP),
                               naptr(NAME, 10, 10, "SIPS+D2T", TLS)])
    dns.asks(at + 0.05, UDP, SRV, rcode=NXDOMAIN)
c.write()
