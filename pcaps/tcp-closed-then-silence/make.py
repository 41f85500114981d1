#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""A REGISTER, the phone closes after 4 s, and there is no packet for 40 s."""

import pathlib
import sys

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent.parent))
from made import ACK, FIN, RST, Capture, Phone, Tcp  # noqa: E402

c = Capture()
t = Tcp(c, "192.0.2.17", 40001)
phone = Phone(t, "192.0.2.17", "2000", "ExamplePhone/1.0")
t.opens(0)
phone.register(0.03)
t.send(4.03, "phone", FIN | ACK)
t.send(4.031, "phone", RST | ACK)
Tcp(c, "192.0.2.17", 40002).opens(44)
c.write()
