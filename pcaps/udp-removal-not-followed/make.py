#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Three phones leave; for two of them the registrar still lists the contact."""

import pathlib
import sys

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent.parent))
from made import Capture, Phone  # noqa: E402

c = Capture()


def leaves(at, n, *left):
    phone = Phone(c, f"192.0.2.{17 + n}", f"{2000 + n}", "ExamplePhone/1.0")
    phone.registers(at, 60)
    phone.register(at + 10, expires=0, nonce="again")
    phone.answered(at + 10.02, "200 OK", "".join(
        f"Contact: {phone.contact(seconds)}\n" for seconds in left))
    return phone


leaves(0, 0, 50)
back = leaves(1, 1, 50)
leaves(2, 2)
# Long after that one of them comes back.
back.registers(100, 60)
c.write()
