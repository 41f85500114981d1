#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""A REGISTER that the capture lost, before the one whose answer counts; and one
whose halves the capture has the wrong way round, behind their
acknowledgement."""

import pathlib
import sys

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent.parent))
from made import ACK, PSH, Capture, Phone, Tcp  # noqa: E402


class Lost(Tcp):
    """The first that the phone says is not captured, only its
    acknowledgement."""

    def says(self, at, side, data):
        before = len(self.capture.packets)
        super().says(at, side, data)
        if self.seq[side] == 1001 + len(data) and side == "phone":
            del self.capture.packets[before]


class Late(Tcp):
    """Of what the phone says the first half comes last."""

    def says(self, at, side, data):
        if side == "server":
            super().says(at, side, data)
            return
        size = len(data) // 2
        self.send(at + 0.006, side, PSH | ACK, data[:size])
        self.send(at, side, PSH | ACK, data[size:])
        self.send(at + 0.003, "server", ACK)


c = Capture()

t = Lost(c, "192.0.2.17", 40001)
phone = Phone(t, "192.0.2.17", "2000", "ExamplePhone/1.0")
t.opens(0)
phone.refused(0.03, "lost")

t = Late(c, "192.0.2.18", 40002)
phone = Phone(t, "192.0.2.18", "2001", "ExamplePhone/1.0")
t.opens(1)
phone.registers(1.03, 600)
c.write()
