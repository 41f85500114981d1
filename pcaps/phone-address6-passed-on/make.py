#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""As phone-address-passed-on, over IPv6: a phone is refused, gives its lease of DHCPv6 back
and goes, and its address and user are given to another one, which registers."""

import pathlib
import sys

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent.parent))
from made_boot import *  # noqa: E402, F403
from made_nd import *  # noqa: E402, F403

OTHER_LOCAL = "fe80::42"
c = Wire({PHONE6: PHONE_MAC, PHONE_LOCAL: PHONE_MAC, OTHER_LOCAL: OTHER_MAC})
c.solicits(0, "::", PHONE_LOCAL)
c.router(1)
binds6(c, 2)
c.solicits(2.1, "::", PHONE6)
line(c, "[2001:db8:1::17]", "2000").refused(4, "first")
releases6(c, 100)
c.solicits(160, "::", OTHER_LOCAL, OTHER_MAC)
binds6(c, 161, OTHER_MAC, local=OTHER_LOCAL)
c.cards[PHONE6] = OTHER_MAC
c.solicits(161.1, "::", PHONE6, OTHER_MAC)
line(c, "[2001:db8:1::17]", "2000").registers(164, 3600)
c.router(200)
c.write()
