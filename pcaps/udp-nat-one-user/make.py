#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Two phones behind one NAT with the same user: one is registered and stays so,
the other one has a wrong password."""

import pathlib
import sys

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent.parent))
from made import Capture  # noqa: E402
from made_nat import Nat, NatPhone  # noqa: E402

c = Capture()
nat = Nat(c, "203.0.113.1")
right = NatPhone(nat, "10.0.0.17", "4001", "ExamplePhone/1.0")
wrong = NatPhone(nat, "10.0.0.18", "4001", "OtherPhone/2.0")
right.registers(0, 120)
wrong.refused(5, "first")
right.registers(60, 120)
c.write()
