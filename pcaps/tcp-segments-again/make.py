#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""The end of the 401 comes early, and then the whole of it, the same."""

import pathlib
import sys

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent.parent))
from made import ACK, PSH, Capture, Phone, Tcp  # noqa: E402


class EndAhead(Tcp):
    """What the server says first, it says with its last 100 bytes ahead."""

    again = False

    def says(self, at, side, data):
        if side == "phone" or self.again:
            super().says(at, side, data)
            return
        self.again = True
        self.seq[side] += len(data) - 100
        self.send(at, side, PSH | ACK, data[-100:])
        self.seq[side] -= len(data)
        self.send(at + 0.001, side, PSH | ACK, data)
        self.send(at + 0.02, "phone", ACK)


c = Capture()
t = EndAhead(c, "192.0.2.17", 40001)
phone = Phone(t, "192.0.2.17", "2000", "ExamplePhone/1.0")
t.opens(0)
phone.registers(0.03, 600)
c.write()
