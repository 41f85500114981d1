#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""A phone that keeps its way open (RFC 5626 3.5.1), and one that does not."""

import pathlib
import sys

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent.parent))
from made import REGISTRAR, Capture, Phone  # noqa: E402

c = Capture()

awake = Phone(c, "192.0.2.17", "2000", "ExamplePhone/1.0")
asleep = Phone(c, "192.0.2.18", "2001", "ExamplePhone/1.0")
awake.registers(0, 300)
asleep.registers(1, 300)
for at in range(20, 160, 20):
    c.udp(at, awake.address, REGISTRAR, "\n\n")
    if at != 100:
        c.udp(at + 0.02, REGISTRAR, awake.address, "\n")
asleep.registers(161, 300)
c.write()
