#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""A phone that asks for a second less at each refresh; and one that asks for a
second less and a second more in turn."""

import pathlib
import sys

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent.parent))
from made import Capture, Phone  # noqa: E402

c = Capture()

shrinks = Phone(c, "192.0.2.17", "2000", "ExamplePhone/1.0")
varies = Phone(c, "192.0.2.18", "2001", "ExamplePhone/1.0")
for n in range(5):
    shrinks.registers(n * 50, 120 - n, expires=120 - n)
    varies.registers(n * 50 + 5, 120 - n % 2, expires=120 - n % 2)
c.write()
