#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Two phones with one account at a registrar that keeps both contacts."""

import pathlib
import sys

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent.parent))
from made import Capture, Phone  # noqa: E402

c = Capture()

desk = Phone(c, "192.0.2.17", "2000", "ExamplePhone/1.0",
             instance="00000000-0000-4000-8000-000000000017")
soft = Phone(c, "192.0.2.18", "2000", "OtherPhone/2.0",
             instance="00000000-0000-4000-8000-000000000018")
desk.registers(0, 600)
for at in range(20, 120, 20):
    a, b = ((desk, soft), (soft, desk))[at // 20 % 2]
    a.registers(at, 600, b.contact(580))
c.write()
