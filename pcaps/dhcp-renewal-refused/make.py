#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Near miss of dhcp-server-refuses: a renewal comes while the server restarts, and is repeated; and the phone's system refuses an offer of another server that came late."""

import pathlib
import sys

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent.parent))
from made_boot import *  # noqa: E402, F403
from made_nd import *  # noqa: E402, F403

c = Wire({"192.0.2.17": PHONE_MAC, ROUTER: ROUTER_MAC, "192.0.2.2": OTHER_MAC})
phone = Client(c)
phone.binds(0)
c.datagram(0.5, ("192.0.2.2", "192.0.2.17"), (67, 68), phone.message(
    2, OFFER, addresses(54, "192.0.2.2") + network(), your="192.0.2.17"),
    (OTHER_MAC, PHONE_MAC))
c.icmp(0.501, "192.0.2.17", "192.0.2.2", 3, 3, c.last_packet()[:56])
line(c, "192.0.2.17", "2000").registers(1, 3600)
phone.xid += 1
phone.says(1800, REQUEST, own="192.0.2.17", server=ROUTER)
c.icmp(1800.02, ROUTER, "192.0.2.17", 3, 3, c.last_packet()[:56])
phone.says(1860, REQUEST, own="192.0.2.17", server=ROUTER)
phone.hears(1860.02, ACK)
line(c, "192.0.2.17", "2000").registers(1870, 3600)
c.write()
