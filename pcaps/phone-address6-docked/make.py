#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Near miss of phone-address6-passed-on: one host with one DUID, which holds the hardware address
of its first interface, is refused there; it goes on at its second interface, with the same
address, and registers."""

import pathlib
import sys

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent.parent))
from made_boot import *  # noqa: E402, F403
from made_nd import *  # noqa: E402, F403

DOCK_LOCAL = "fe80::42"
c = Wire({PHONE6: PHONE_MAC, PHONE_LOCAL: PHONE_MAC, DOCK_LOCAL: OTHER_MAC})
c.solicits(0, "::", PHONE_LOCAL)
c.router(1)
binds6(c, 2)
c.solicits(2.1, "::", PHONE6)
line(c, "[2001:db8:1::17]", "2000").refused(4, "first")
releases6(c, 100)
c.solicits(160, "::", DOCK_LOCAL, OTHER_MAC)
binds6(c, 161, OTHER_MAC, local=DOCK_LOCAL, named=PHONE_MAC)
c.cards[PHONE6] = OTHER_MAC
c.solicits(161.1, "::", PHONE6, OTHER_MAC)
line(c, "[2001:db8:1::17]", "2000").registers(164, 3600)
c.router(200)
c.write()
