#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""A phone is registered over TCP; after five minutes without a packet its next
REGISTER is lost twice, repeated, and answered."""

import pathlib
import sys

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent.parent))
from made import ACK, Capture, Phone, PSH, Tcp  # noqa: E402

c = Capture()

t = Tcp(c, "192.0.2.17", 40001)
phone = Phone(t, "192.0.2.17", "2000", "ExamplePhone/1.0")
t.opens(0)
phone.registers(0.03, 600)
lost = phone.request.encode()
t.send(300, "phone", PSH | ACK, lost)
for wait in (0.2, 0.6):
    t.send(300 + wait, "phone", PSH | ACK, lost, repeat=True)
phone.challenged(300.63, "another")
phone.register(300.66, 600, "another")
phone.accepted(300.7, phone.contact(600))
c.write()
