#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Near miss of link-eap-failed: refused at first, the phone is accepted a minute later, and registers."""

import pathlib
import sys

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent.parent))
from made import Phone  # noqa: E402
from made_boot import *  # noqa: E402, F403

c = Link()
c.eap(0, 1, 1)
c.eap(0.01, 2, 1, PHONE_MAC, "01:80:c2:00:00:03")
c.eap(0.2, 4)
c.eap(60, 1, 1)
c.eap(60.01, 2, 1, PHONE_MAC, "01:80:c2:00:00:03")
c.eap(60.03, 1, 13)
c.eap(60.04, 2, 13, PHONE_MAC, "01:80:c2:00:00:03")
c.eap(60.2, 3)
client = Client(c)
client.binds(61)

phone = Phone(c, "192.0.2.17", "2000", "ExamplePhone/1.0")
phone.registers(63, 3600)
c.write()
