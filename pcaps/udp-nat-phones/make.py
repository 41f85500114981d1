#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Four phones behind one NAT: one with two lines, one with a wrong password,
one that learns its public address, and one that uses TCP."""

import pathlib
import sys

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent.parent))
from made import Capture  # noqa: E402
from made_nat import Nat, NatPhone  # noqa: E402

c = Capture()
nat = Nat(c, "203.0.113.1")
AGENT = "ExamplePhone/1.0"

desk = NatPhone(nat, "10.0.0.17", "4001", AGENT)
side = NatPhone(nat, "10.0.0.17", "4002", AGENT)
wrong = NatPhone(nat, "10.0.0.18", "4003", AGENT)
learns = NatPhone(nat, "10.0.0.19", "4004", "OtherPhone/2.0")
stream = NatPhone(nat, "10.0.0.20", "4005", AGENT)
desk.registers(0, 120)
side.registers(0.5, 120)
for n in range(3):
    wrong.refused(5 + 30 * n, f"{n}")
learns.registers(10, 120)
learns.learns()
learns.registers(11, 120)
nat.connect(20, "10.0.0.20")
stream.registers(20.1, 120)
for line in desk, side, learns, stream:
    line.registers(60 + int(line.user) % 10, 120)
c.write()
