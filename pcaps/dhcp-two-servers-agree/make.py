#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Near miss of dhcp-conflicting-offers: two servers offer addresses of their own halves of the range, and the same configuration, as a relay with two helpers brings it about."""

import pathlib
import sys

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent.parent))
from made import Phone  # noqa: E402
from made_boot import *  # noqa: E402, F403

c = Link()
client = Client(c)
client.says(0, DISCOVER)
client.hears(0.02, OFFER, "192.0.2.2", "192.0.2.17")
client.hears(0.025, OFFER, "192.0.2.3", "192.0.2.117")
client.says(0.04, REQUEST, addresses(50, "192.0.2.17")
            + addresses(54, "192.0.2.2"))
client.hears(0.06, ACK, "192.0.2.2")

phone = Phone(c, "192.0.2.17", "2000", "ExamplePhone/1.0")
phone.registers(2, 3600)
c.write()
