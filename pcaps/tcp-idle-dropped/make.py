#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""A phone is registered over TCP; after five minutes without a packet its next
REGISTER is repeated and gets no answer, and a new connection does."""

import pathlib
import sys

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent.parent))
from made import ACK, Capture, Phone, PSH, RST, Tcp  # noqa: E402

c = Capture()

old = Tcp(c, "192.0.2.17", 40001)
phone = Phone(old, "192.0.2.17", "2000", "ExamplePhone/1.0")
old.opens(0)
phone.registers(0.03, 600)
lost = phone.request.encode()
at = 300
old.send(at, "phone", PSH | ACK, lost)
for wait in (0.2, 0.6, 1.4, 3, 6.2, 12.6):  # RFC 6298 5.5
    old.send(at + wait, "phone", PSH | ACK, lost, repeat=True)
old.send(at + 20, "phone", RST | ACK)
new = Tcp(c, "192.0.2.17", 40002)
new.opens(at + 20.1)
phone.capture = new
phone.anew()
phone.registers(at + 20.2, 600)
c.write()
