#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""The router that the lease names is not there: the phone looks for it, and goes on looking."""

import pathlib
import sys

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent.parent))
from made_boot import *  # noqa: E402, F403

c = Link()
phone = Client(c)
phone.binds(0, options=network("192.0.2.254"))
for at in (1, 2, 3, 10, 11, 12):
    c.arp(at, 1, "192.0.2.17", PHONE_MAC, "192.0.2.254")
c.write()
