#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Two phones start, captured at their router: one registers, the other one has
its lease, finds its router, and says nothing more, while a computer goes on."""

import pathlib
import sys

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent.parent))
from made_silent import *  # noqa: E402, F403

c = wire()
dns = both_start(c)
dns.asks(160, "time.example.net", A, [a("time.example.net", "203.0.113.123")])
busy(c, 13, 161)
looks(c, 250, "192.0.2.17", PHONE_MAC)
c.write()
