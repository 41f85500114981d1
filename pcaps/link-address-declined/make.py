#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""The phone looks by ARP whether the address that it was granted is free (RFC 5227); a printer has it. The phone declines it, and is granted another one."""

import pathlib
import sys

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent.parent))
from made_boot import *  # noqa: E402, F403

c = Link()
phone = Client(c)
phone.binds(0)
c.arp(0.1, 1, "0.0.0.0", PHONE_MAC, "192.0.2.17")
c.arp(0.101, 2, "192.0.2.17", OTHER_MAC, "0.0.0.0", PHONE_MAC)
phone.says(0.2, DECLINE, addresses(50, "192.0.2.17") + addresses(54, ROUTER))
phone.xid += 1
phone.binds(10.2, "192.0.2.18")
c.arp(10.3, 1, "0.0.0.0", PHONE_MAC, "192.0.2.18")
c.arp(12.3, 1, "192.0.2.18", PHONE_MAC, "192.0.2.18")
c.write()
