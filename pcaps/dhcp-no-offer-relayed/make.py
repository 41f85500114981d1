#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""A relay passes DISCOVERs on to a host that is no DHCP server, and says so; the
capture ends soon."""

import pathlib
import struct
import sys

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent.parent))
import made  # noqa: E402
from made_boot import *  # noqa: E402, F403

SERVER = "203.0.113.67"
LEAST = bytes([1, 3, 6, 15])

c = Link()
client = Client(c, asked=LEAST)
for at in (0, 3, 8):
    client.says(at, DISCOVER)
    # As the client sent it, but for hops and giaddr (RFC 1542 4.1.1).
    message = client.message(1, DISCOVER, option(12, client.name)
                             + option(55, LEAST))
    message = (message[:3] + b"\1" + message[4:24] + address(ROUTER)
               + message[28:])
    c.datagram(at + 0.01, (ROUTER, SERVER), (67, 67), message,
               (ROUTER_MAC, SWITCH_MAC))
    quoted = c.packets[-1][1][14:14 + 28 + 120]
    icmp = struct.pack(">BBHI", 3, 3, 0, 0) + quoted
    icmp = icmp[:2] + struct.pack(">H", made._sum(icmp)) + icmp[4:]
    c.ip(at + 0.03, address(SERVER), address(ROUTER), 1, icmp, 62, at + 1)
c.write()
