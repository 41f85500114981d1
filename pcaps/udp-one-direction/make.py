#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""A mirror port that shows what the phone sends, and nothing else."""

import pathlib
import sys

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent.parent))
from made import Capture, Phone  # noqa: E402

c = Capture()

phone = Phone(c, "192.0.2.17", "2000", "ExamplePhone/1.0")
phone.register(0)
# RFC 3261 17.1.2.2: timer E, up to timer F.
for at in (0.5, 1.5, 3.5, 7.5, 11.5, 15.5, 19.5, 23.5, 27.5, 31.5):
    phone.again(at)
phone.anew()
phone.register(62)
c.write()
