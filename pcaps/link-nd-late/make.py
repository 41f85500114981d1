#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Near miss of link-nd-unanswered: the router answers after some seconds, and the phone registers."""

import pathlib
import sys

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent.parent))
from made_boot import *  # noqa: E402, F403
from made_nd import *  # noqa: E402, F403

c = phone_boots()
for at in (5, 6, 7, 15):
    c.solicits(at, PHONE_LOCAL, ROUTER6)
c.advertises(15.01, ROUTER6, ROUTER_MAC, PHONE_LOCAL, router=True)
line(c, f"[{PHONE6}]", "2000").registers(16, 3600)
c.write()
