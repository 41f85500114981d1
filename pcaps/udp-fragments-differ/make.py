#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""A REGISTER in three fragments, of which two claim the same place."""

import pathlib
import struct
import sys

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent.parent))
from made import Capture, Phone  # noqa: E402


class Fragments(Capture):
    """The first request goes in fragments: its middle, then that with other
    bytes from the beginning on, then the rest."""

    done = False

    def ip(self, at, a, b, protocol, data, ttl, ident):
        if self.done or protocol != 17:
            super().ip(at, a, b, protocol, data, ttl, ident)
            return
        self.done = True
        other = data[:160] + data[160:240].replace(b"2000@", b"3000@")
        for n, (start, part, more) in enumerate((
                (160, data[160:240], True), (0, other, True),
                (240, data[240:], False))):
            super().ip(at + n / 1000, a, b, protocol, part, ttl, ident)
            when, frame = self.packets[-1]
            flags = struct.pack(">H", start // 8 | more << 13)
            head = bytearray(frame[14:34])
            head[6:8] = flags
            head[10:12] = b"\0\0"
            words = sum(struct.unpack(">10H", head))
            words = (words & 0xFFFF) + (words >> 16)
            head[10:12] = struct.pack(">H", ~words & 0xFFFF)
            self.packets[-1] = (when, frame[:14] + bytes(head) + frame[34:])


c = Fragments()
phone = Phone(c, "192.0.2.17", "2000", "ExamplePhone/1.0")
phone.registers(0.03, 600)
c.write()
