#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Near miss of phone-silent: the capture ends after 90 seconds, and a phone may
take as long to start."""

import pathlib
import sys

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent.parent))
from made_silent import *  # noqa: E402, F403

c = wire()
dns = both_start(c)
dns.asks(98, "time.example.net", A, [a("time.example.net", "203.0.113.123")])
busy(c, 13, 98.2)
looks(c, 100, "192.0.2.17", PHONE_MAC)
c.write()
