#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""A phone is offered an address and asks for it four times in 28 s, without an answer."""

import pathlib
import sys

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent.parent))
from made_boot import *  # noqa: E402, F403

c = Link()
phone = Client(c)
phone.says(0, DISCOVER)
phone.hears(0.02, OFFER)
for at in (0.04, 4, 12, 28):
    phone.says(at, REQUEST, addresses(50, "192.0.2.17")
               + addresses(54, ROUTER))
c.arp(45, 1, ROUTER, ROUTER_MAC, "192.0.2.99")
c.write()
