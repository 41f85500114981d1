#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""An old phone greets in the format of SSL 2.0 and offers TLS 1.0; the server takes
no version that old."""

import pathlib
import sys

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent.parent))
from made import ACK, Capture, FIN, Tcp, block  # noqa: E402

c = Capture()

body = (b"\x01\x03\x01" + b"\0\x06" + b"\0\0" + b"\0\x10"
        + b"\0\0\x2f\0\0\x0a" + bytes(range(16)))
hello = block(2, body)
t = Tcp(c, "192.0.2.17", 40001, to=8934)
t.opens(0)
t.says(0.03, "phone", bytes([hello[0] | 0x80]) + hello[1:])
t.says(0.06, "server", b"\x15\x03\x01\0\x02\x02\x46")
t.send(0.081, "server", FIN | ACK)
t.send(0.101, "phone", FIN | ACK)
c.write()
