#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Near miss of phone-silent: two phones that registered before the capture began,
for an hour.  One renews its lease; the other one lost its link for a moment, and
asks for its address again."""

import pathlib
import sys

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent.parent))
from made_silent import *  # noqa: E402, F403

c = wire()
dns = works(c, 0)
phone = silent(c)
phone.alone = True
phone.says(10, REQUEST, own=SILENT, server=ROUTER)
phone.hears(10.02, ACK, your=SILENT)

c.cards["192.0.2.43"] = "00:00:5e:00:53:43"
other = Client(c, "00:00:5e:00:53:43")
other.xid, other.name, other.alone = 0x5E005343, b"phone43", True
other.says(20, REQUEST, addresses(50, "192.0.2.43"))
other.hears(20.02, ACK, your="192.0.2.43")
c.arp(20.2, 1, "192.0.2.43", other.mac, "192.0.2.43")
looks(c, 20.4, "192.0.2.43", other.mac)

dns.asks(160, "time.example.net", A, [a("time.example.net", "203.0.113.123")])
busy(c, 25, 161)
looks(c, 250, "192.0.2.17", PHONE_MAC)
c.write()
