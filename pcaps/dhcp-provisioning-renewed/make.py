#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""As dhcp-provisioning-text, but the phone starts twice, and goes to the server of
the option the second time only."""

import pathlib
import sys

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent.parent))
from made_boot import *  # noqa: E402, F403

c = Link()
phone = Client(c)
more = option(150, b"198.51.100.69")
for at in (0, 40):
    phone.binds(at, options=network(more=more))
phone.asks(41, "198.51.100.69", 69)
phone.asks(43, "198.51.100.69", 69)
c.arp(70, 1, "192.0.2.17", PHONE_MAC, ROUTER)
c.arp(70.001, 2, ROUTER, ROUTER_MAC, "192.0.2.17", PHONE_MAC)
c.write()
