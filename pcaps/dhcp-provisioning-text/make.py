#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Option 150 as text, and 160 as a URL with a password, as some servers send them. The phone goes to the server of option 150 for its configuration, and never registers."""

import pathlib
import sys

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent.parent))
from made_boot import *  # noqa: E402, F403

c = Link()
phone = Client(c)
more = (option(150, b"198.51.100.69")
        + option(160, b"http://admin:hunter2@prov.example.net/cfg"))
phone.binds(0, options=network(more=more))
phone.asks(1, "198.51.100.69", 69)
phone.asks(3, "198.51.100.69", 69)
c.arp(30, 1, "192.0.2.17", PHONE_MAC, ROUTER)
c.arp(30.001, 2, ROUTER, ROUTER_MAC, "192.0.2.17", PHONE_MAC)
c.write()
