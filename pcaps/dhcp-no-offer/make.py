#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""A phone looks for a DHCP server four times in 28 s, and none answers. A neighbour is served meanwhile, so that the server is there for others."""

import pathlib
import sys

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent.parent))
from made_boot import *  # noqa: E402, F403

c = Link()
phone = Client(c)
for at in (0, 4, 12, 28):
    phone.says(at, DISCOVER)
other = Client(c, "00:00:5e:00:53:18")
other.xid, other.name = 1, b"phone18"
other.binds(6, "192.0.2.18")
c.arp(45, 1, "192.0.2.18", "00:00:5e:00:53:18", ROUTER)
c.arp(45.001, 2, ROUTER, ROUTER_MAC, "192.0.2.18", "00:00:5e:00:53:18")
c.write()
