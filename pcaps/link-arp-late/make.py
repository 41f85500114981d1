#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Near miss of link-arp-unanswered: the router answers after some seconds, and the phone registers."""

import pathlib
import sys

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent.parent))
from made import Phone  # noqa: E402
from made_boot import *  # noqa: E402, F403

c = Link()
client = Client(c)
client.binds(0)
for at in (1, 2, 3, 4):
    c.arp(at, 1, "192.0.2.17", PHONE_MAC, ROUTER)
c.arp(4.01, 2, ROUTER, ROUTER_MAC, "192.0.2.17", PHONE_MAC)

phone = Phone(c, "192.0.2.17", "2000", "ExamplePhone/1.0")
phone.registers(5, 3600)
c.write()
