#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""A phone that asks for an hour, is granted a minute, and comes when it likes;
and one that keeps to it."""

import pathlib
import sys

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent.parent))
from made import Capture, Phone  # noqa: E402

c = Capture()

late = Phone(c, "192.0.2.17", "2000", "ExamplePhone/1.0")
good = Phone(c, "192.0.2.18", "2001", "ExamplePhone/1.0")
for at in (0, 55, 130, 205):
    late.registers(at, 60)
for at in range(5, 210, 50):
    good.registers(at, 60)
c.write()
