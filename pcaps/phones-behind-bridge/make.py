#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Two phones behind a wireless bridge, which has one hardware address for both."""

import pathlib
import sys

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent.parent))
from made_boot import *  # noqa: E402, F403
from made_nd import *  # noqa: E402, F403

c = Wire({"192.0.2.17": PHONE_MAC, "192.0.2.23": PHONE_MAC})
c.arp(0.1, 1, "192.0.2.17", PHONE_MAC, "192.0.2.17")
line(c, "192.0.2.17", "2000").refused(1, "first")
c.arp(100.2, 1, "192.0.2.23", PHONE_MAC, "192.0.2.23")
line(c, "192.0.2.23", "2001").registers(101, 3600)
c.write()
