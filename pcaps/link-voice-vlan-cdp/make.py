#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""The same by CDP, where the phone has VLAN 7 configured by hand."""

import pathlib
import sys

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent.parent))
from made_boot import *  # noqa: E402, F403

c = Link()
c.cdp(0, 120)
phone = Client(c, vlan=7)
for at in (1, 5, 13, 29):
    phone.says(at, DISCOVER)
other = Client(c, "00:00:5e:00:53:18", 120)
other.xid, other.name = 1, b"phone18"
other.binds(6, "192.0.2.18")
c.cdp(60, 120)
c.write()
