#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""A phone is refused; then its DHCP server gives it another address, and it registers."""

import pathlib
import sys

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent.parent))
from made_boot import *  # noqa: E402, F403
from made_nd import *  # noqa: E402, F403

c = Wire({"192.0.2.17": PHONE_MAC, "192.0.2.23": PHONE_MAC})
dhcp = Client(c)
dhcp.binds(0)
c.arp(0.1, 1, "192.0.2.17", PHONE_MAC, "192.0.2.17")
line(c, "192.0.2.17", "2000").refused(1, "first")
dhcp.xid += 1
dhcp.says(100, REQUEST, own="192.0.2.17", server=ROUTER)
dhcp.hears(100.02, NAK)
dhcp.xid += 1
dhcp.binds(100.1, "192.0.2.23")
c.arp(100.2, 1, "192.0.2.23", PHONE_MAC, "192.0.2.23")
line(c, "192.0.2.23", "2000").registers(101, 3600)
c.write()
