#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Near miss of link-address-conflict: the phone was replaced, and the new one was given the address of the old one."""

import pathlib
import sys

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent.parent))
from made_boot import *  # noqa: E402, F403

c = Link()
old = Client(c)
old.binds(0)
c.arp(0.1, 1, "192.0.2.17", PHONE_MAC, "192.0.2.17")
old.says(100, RELEASE, addresses(54, ROUTER), "192.0.2.17", ROUTER)
client = Client(c, OTHER_MAC)
client.xid = 2
client.binds(160)
c.arp(160.1, 1, "192.0.2.17", OTHER_MAC, "192.0.2.17")
c.arp(161, 1, ROUTER, ROUTER_MAC, "192.0.2.17")
c.arp(161.001, 2, "192.0.2.17", OTHER_MAC, ROUTER, ROUTER_MAC)
c.write()
