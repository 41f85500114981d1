#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""A ClientHello with a post-quantum key share, too long for one segment, and a
server that has no group in common with it."""

import pathlib
import sys

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent.parent))
from made import ACK, Capture, FIN, PSH, Tcp, block, client_hello  # noqa: E402

c = Capture()

versions = b"\0\x2b" + block(2, block(1, b"\x03\x04\x03\x03"))
share = b"\x11\xec" + block(2, bytes(1216))  # X25519MLKEM768
hello = client_hello("hosted01.example.net",
                     versions + b"\0\x33" + block(2, block(2, share)))
t = Tcp(c, "192.0.2.17", 40001, to=8934)
t.opens(0)
t.send(0.03, "phone", ACK, hello[:1000])
t.send(0.031, "phone", PSH | ACK, hello[1000:])
t.says(0.06, "server", b"\x15\x03\x03\0\x02\x02\x28")
t.send(0.081, "server", FIN | ACK)
t.send(0.101, "phone", FIN | ACK)
c.write()
