#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Near miss of phone-address6-passed-on: an address that two session border controllers share is
announced by the second one, which takes over from the first without asking whether it is
free.  What it registers stays one."""

import pathlib
import sys

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent.parent))
from made_boot import *  # noqa: E402, F403
from made_nd import *  # noqa: E402, F403

c = Wire({PHONE6: PHONE_MAC, PHONE_LOCAL: PHONE_MAC})
c.router(0)
c.solicits(1, "::", PHONE6)
c.solicits(2, PHONE6, ROUTER6)
c.advertises(2.01, ROUTER6, ROUTER_MAC, PHONE6, router=True)
line(c, "[2001:db8:1::17]", "2000").refused(4, "first")
c.cards[PHONE6] = OTHER_MAC
c.advertises(300, PHONE6, OTHER_MAC)
c.solicits(302, PHONE6, ROUTER6, OTHER_MAC)
c.advertises(302.01, ROUTER6, ROUTER_MAC, PHONE6, router=True)
line(c, "[2001:db8:1::17]", "2000").registers(304, 3600)
c.router(340)
c.write()
