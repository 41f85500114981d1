#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Near miss of dhcp-no-offer and dhcp-no-ack: the third DISCOVER and the second REQUEST are answered, and the phone registers."""

import pathlib
import sys

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent.parent))
from made import Phone  # noqa: E402
from made_boot import *  # noqa: E402, F403

c = Link()
client = Client(c)
for at in (0, 4, 12):
    client.says(at, DISCOVER)
client.hears(12.5, OFFER)
choice = addresses(50, "192.0.2.17") + addresses(54, ROUTER)
client.says(12.6, REQUEST, choice)
client.says(16.6, REQUEST, choice)
client.hears(16.7, ACK)

phone = Phone(c, "192.0.2.17", "2000", "ExamplePhone/1.0")
phone.registers(18, 3600)
c.write()
