#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""A phone with a wrong password is refused three times and then gets no answer
any more, while another phone does."""

import pathlib
import sys

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent.parent))
from made import Capture, Phone  # noqa: E402

c = Capture()

wrong = Phone(c, "192.0.2.17", "2000", "ExamplePhone/1.0", password="guess")
other = Phone(c, "192.0.2.18", "2001", "ExamplePhone/1.0")
other.registers(2, 60)
for n, at in enumerate((0, 40, 80)):
    wrong.refused(at, f"nonce{n}")
for at in (50, 100, 150, 200):
    other.registers(at, 60)
for at in (120, 180):
    wrong.anew()
    wrong.register(at)
    wait, step = 0.5, 0.5  # RFC 3261 17.1.2.2: Timer E
    while wait < 32:
        wrong.again(at + wait)
        step = min(2 * step, 4)
        wait += step
other.registers(230, 60)
c.write()
