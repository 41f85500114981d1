#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""The phone asks whether its IPv6 address is free, and another host has it."""

import pathlib
import sys

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent.parent))
from made_boot import *  # noqa: E402, F403
from made_nd import *  # noqa: E402, F403

c = Wire({PHONE_LOCAL: PHONE_MAC})
c.solicits(0, "::", PHONE_LOCAL)
c.router(1)
c.solicits(2, "::", PHONE6)
c.advertises(2.001, PHONE6, OTHER_MAC)
c.write()
