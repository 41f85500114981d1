#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""The lease names no name server, though the phone asked for one, and no time server; its NTP queries get no answer, and it never registers."""

import pathlib
import sys

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent.parent))
from made_boot import *  # noqa: E402, F403

c = Link()
phone = Client(c)
phone.binds(0, options=network(dns=("0.0.0.0",)))
for at in (1, 4, 8):
    phone.asks(at, NTP, 123, ntp_query(at))
c.arp(30, 1, "192.0.2.17", PHONE_MAC, ROUTER)
c.arp(30.001, 2, ROUTER, ROUTER_MAC, "192.0.2.17", PHONE_MAC)
c.write()
