#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Near miss of link-nd-conflict: two servers share an anycast address, and a switch sends the phone's own question back."""

import pathlib
import sys

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent.parent))
from made_boot import *  # noqa: E402, F403
from made_nd import *  # noqa: E402, F403

c = Wire({PHONE_LOCAL: PHONE_MAC, PHONE6: PHONE_MAC})
c.solicits(0, "::", PHONE_LOCAL)
c.router(1)
c.solicits(2, "::", PHONE6)
c.solicits(2.001, "::", PHONE6)
SHARED = "2001:db8:1::53"
for at, who in ((3, OTHER_MAC), (3.001, SWITCH_MAC), (9, OTHER_MAC)):
    c.solicits(at - 0.0005, PHONE_LOCAL, SHARED)
    c.advertises(at, SHARED, who, PHONE_LOCAL, override=False)
c.write()
