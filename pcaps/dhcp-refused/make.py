#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""A phone asks for the address that it had in another network, is refused, and tries the same again."""

import pathlib
import sys

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent.parent))
from made_boot import *  # noqa: E402, F403

c = Link()
phone = Client(c)
for at in (0, 10, 20):
    phone.says(at, REQUEST, addresses(50, "198.51.100.77"))
    phone.hears(at + 0.02, NAK)
c.write()
