#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Near miss of phone-dual-stack: phones of a network behind a router, which answers ARP for them and sends all that they send."""

import pathlib
import sys

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent.parent))
from made_boot import *  # noqa: E402, F403
from made_nd import *  # noqa: E402, F403

c = Wire({x: ROUTER_MAC for x in ("192.0.2.17", "192.0.2.23", PHONE6)})
c.ttl = lambda source: 63 if source in c.cards else 61
for at, who in ((0, "192.0.2.17"), (0.1, "192.0.2.23")):
    c.arp(at, 1, "192.0.2.1", OTHER_MAC, who)
    c.arp(at + 0.01, 2, who, ROUTER_MAC, "192.0.2.1", OTHER_MAC)
line(c, "192.0.2.17", "2000").refused(1, "first")
line(c, "192.0.2.23", "2000").registers(101, 3600)
line(c, f"[{PHONE6}]", "2001").registers(110, 3600)
c.write()
