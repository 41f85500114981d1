#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Twelve phones come back at once after an outage, and the registrar tells all but
the first two to wait; they do."""

import pathlib
import sys

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent.parent))
from made import Capture, Phone  # noqa: E402

c = Capture()

phones = [Phone(c, f"192.0.2.{17 + n}", f"{2000 + n}", "ExamplePhone/1.0")
          for n in range(12)]
for n, phone in enumerate(phones):
    at = n * 0.05
    if n < 2:
        phone.registers(at, 600)
    else:
        phone.register(at)
        phone.told_to_wait(at + 0.02, 20 + n)
for n, phone in enumerate(phones[2:8]):
    phone.registers(30 + n * 1.5, 600)
c.write()
