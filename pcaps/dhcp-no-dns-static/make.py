#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Near miss of dhcp-no-dns: the lease names neither, but the phone has its servers configured and registers."""

import pathlib
import sys

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent.parent))
from made import Phone  # noqa: E402
from made_boot import *  # noqa: E402, F403

c = Link()
client = Client(c)
client.binds(0, options=network(dns=()))
client.asks(1, NTP, 123, ntp_query(1))

phone = Phone(c, "192.0.2.17", "2000", "ExamplePhone/1.0")
phone.registers(2, 3600)
c.write()
