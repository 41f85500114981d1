#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Near miss of phone-silent: captured at the port of a phone that registers.  Of
another one at the same switch there is only what it and its DHCP server say to
everybody, and nothing of what it does then."""

import pathlib
import sys

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent.parent))
from made_silent import *  # noqa: E402, F403

c = wire()
dns = both_start(c, seen=False)
dns.asks(160, "time.example.net", A, [a("time.example.net", "203.0.113.123")])
busy(c, 13, 161, who="192.0.2.17")
looks(c, 250, "192.0.2.17", PHONE_MAC)
c.write()
