#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Final answers to credentials that name no cause, and one that does."""

import pathlib
import sys

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent.parent))
from made import Capture, Phone  # noqa: E402

ANSWERS = (("404 Not Found", ""),
           ("480 Temporarily Unavailable",
            'Reason: Q.850;cause=20;text="Not provisioned"\n'),
           ("488 Not Acceptable Here", ""),
           ("500 Server Internal Error", 'Warning: 399 pbx "database down"\n'),
           ("403 Forbidden", 'Reason: Q.850;cause=21;text="Call rejected"\n'))

c = Capture()
for n, (status, more) in enumerate(ANSWERS):
    phone = Phone(c, f"192.0.2.{17 + n}", f"{2000 + n}", "ExamplePhone/1.0")
    phone.register(n)
    phone.challenged(n + 0.02, f"nonce{n}")
    phone.register(n + 0.04, nonce=f"nonce{n}")
    phone.answered(n + 0.06, status, more)
c.write()
