#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Two phones with one account at a registrar that keeps one contact only; and
two others at one that keeps both."""

import pathlib
import sys

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent.parent))
from made import Capture, Phone  # noqa: E402

c = Capture()

one = Phone(c, "192.0.2.17", "2000", "ExamplePhone/1.0",
            instance="00000000-0000-4000-8000-000000000017")
two = Phone(c, "192.0.2.18", "2000", "OtherPhone/2.0",
            instance="00000000-0000-4000-8000-000000000018")
for at in range(0, 120, 20):
    (one, two)[at // 20 % 2].registers(at, 600)

desk = Phone(c, "192.0.2.27", "2007", "ExamplePhone/1.0")
soft = Phone(c, "192.0.2.28", "2007", "OtherPhone/2.0")
desk.registers(5, 600)
for at in range(25, 120, 20):
    a, b = ((soft, desk), (desk, soft))[at // 20 % 2 == 0]
    a.registers(at, 600, b.contact(500))
c.write()
