#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""A relay sends the phone's messages on to a server on which nobody listens: it answers by ICMP."""

import pathlib
import sys

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent.parent))
from made_boot import *  # noqa: E402, F403
from made_nd import *  # noqa: E402, F403

SERVER = "198.51.100.67"
c = Wire({ROUTER: ROUTER_MAC, SERVER: OTHER_MAC})
phone = Client(c)
for at in (0, 4, 12, 28):
    phone.says(at, DISCOVER)
    message = bytearray(phone.message(1, DISCOVER, option(
        60, b"ExamplePhone 1.0") + option(12, phone.name) + option(
        55, phone.asked)))
    message[3], message[24:28] = 1, address(ROUTER)
    c.datagram(at + 0.01, (ROUTER, SERVER), (67, 67), bytes(message),
               (ROUTER_MAC, OTHER_MAC))
    c.icmp(at + 0.02, SERVER, ROUTER, 3, 3, c.last_packet()[:60])
c.write()
