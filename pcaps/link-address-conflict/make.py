#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Somebody has given a printer the address of the phone by hand: both claim it in turn."""

import pathlib
import sys

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent.parent))
from made_boot import *  # noqa: E402, F403

c = Link()
client = Client(c)
client.binds(0)
c.arp(0.1, 1, "192.0.2.17", PHONE_MAC, "192.0.2.17")
c.arp(5, 1, "192.0.2.17", OTHER_MAC, "192.0.2.17")
c.arp(5.001, 2, "192.0.2.17", PHONE_MAC, "192.0.2.17", OTHER_MAC)
c.arp(8, 1, ROUTER, ROUTER_MAC, "192.0.2.17")
c.arp(8.001, 2, "192.0.2.17", OTHER_MAC, ROUTER, ROUTER_MAC)
c.write()
