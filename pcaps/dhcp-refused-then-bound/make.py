#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Near miss of dhcp-refused: refused the address of another network, the phone asks for a new one, as it should (RFC 2131 3.2), and registers."""

import pathlib
import sys

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent.parent))
from made import Phone  # noqa: E402
from made_boot import *  # noqa: E402, F403

c = Link()
client = Client(c)
client.says(0, REQUEST, addresses(50, "198.51.100.77"))
client.hears(0.02, NAK)
client.binds(0.1)

phone = Phone(c, "192.0.2.17", "2000", "ExamplePhone/1.0")
phone.registers(2, 3600)
c.write()
