#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""The switch announces voice VLAN 120 by LLDP-MED; the phone does not listen, and looks for a DHCP server in frames without a tag, where there is none. Its neighbour is in VLAN 120."""

import pathlib
import sys

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent.parent))
from made_boot import *  # noqa: E402, F403

c = Link()
c.lldp(0, 120)
phone = Client(c)
for at in (1, 5, 13, 29):
    phone.says(at, DISCOVER)
other = Client(c, "00:00:5e:00:53:18", 120)
other.xid, other.name = 1, b"phone18"
other.binds(6, "192.0.2.18")
c.lldp(30, 120)
c.lldp(60, 120)
c.write()
