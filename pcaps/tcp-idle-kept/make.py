#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""A phone is registered over TCP; after five minutes without a packet its next
REGISTER is lost once, repeated, and answered."""

import pathlib
import sys

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent.parent))
from made import ACK, Capture, Phone, PSH, Tcp  # noqa: E402

c = Capture()

t = Tcp(c, "192.0.2.17", 40001)
phone = Phone(t, "192.0.2.17", "2000", "ExamplePhone/1.0")
t.opens(0)
phone.registers(0.03, 600)
ping = b"\r\n\r\n"
t.send(300, "phone", PSH | ACK, ping)
for wait in (0.2, 0.6):
    t.send(300 + wait, "phone", PSH | ACK, ping, repeat=True)
t.send(300.62, "server", ACK)
t.says(300.63, "server", b"\r\n")
phone.registers(310, 600)
c.write()
