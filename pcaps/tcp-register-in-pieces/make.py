#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Messages in four segments each: the attempt lists all frames of them."""

import pathlib
import sys

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent.parent))
from made import ACK, PSH, Capture, Phone, Tcp  # noqa: E402


class InPieces(Tcp):
    """Says everything in quarters, a millisecond apart."""

    def says(self, at, side, data):
        other = "server" if side == "phone" else "phone"
        size = -(-len(data) // 4)
        for i in range(4):
            self.send(at + i / 1000, side, PSH | ACK,
                      data[i * size:(i + 1) * size])
        self.send(at + 0.015, other, ACK)


c = Capture()

t = InPieces(c, "192.0.2.17", 40001)
phone = Phone(t, "192.0.2.17", "2000", "ExamplePhone/1.0")
t.opens(0)
phone.registers(0.03, 600)
c.write()
