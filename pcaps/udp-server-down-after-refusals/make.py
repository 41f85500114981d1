#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""A phone with a wrong password is refused three times and then gets no answer
any more; and neither does another phone, until the registrar is back."""

import pathlib
import sys

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent.parent))
from made import Capture, Phone  # noqa: E402

c = Capture()


def waits(phone, at):
    phone.anew()
    phone.register(at)
    wait, step = 0.5, 0.5  # RFC 3261 17.1.2.2: Timer E
    while wait < 32:
        phone.again(at + wait)
        step = min(2 * step, 4)
        wait += step


wrong = Phone(c, "192.0.2.17", "2000", "ExamplePhone/1.0", password="guess")
other = Phone(c, "192.0.2.18", "2001", "ExamplePhone/1.0")
other.registers(2, 60)
for n, at in enumerate((0, 40, 80)):
    wrong.refused(at, f"nonce{n}")
other.registers(50, 60)
waits(other, 105)
waits(wrong, 120)
other.registers(170, 60)
c.write()
