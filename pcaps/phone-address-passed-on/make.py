#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Near miss of phone-renumbered: one phone is refused and goes, and its address and user are given to another one, which registers."""

import pathlib
import sys

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent.parent))
from made_boot import *  # noqa: E402, F403
from made_nd import *  # noqa: E402, F403

c = Wire({"192.0.2.17": PHONE_MAC})
old = Client(c)
old.binds(0)
c.arp(0.1, 1, "192.0.2.17", PHONE_MAC, "192.0.2.17")
line(c, "192.0.2.17", "2000").refused(1, "first")
old.says(100, RELEASE, addresses(54, ROUTER), "192.0.2.17", ROUTER)
new = Client(c, OTHER_MAC)
new.xid = 2
new.binds(160)
c.cards["192.0.2.17"] = OTHER_MAC
c.arp(160.1, 1, "192.0.2.17", OTHER_MAC, "192.0.2.17")
line(c, "192.0.2.17", "2000").registers(161, 3600)
c.write()
