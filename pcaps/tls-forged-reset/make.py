#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""A reset in the server's name right after the ClientHello, from a box two hops
nearer, that has neither the server's timestamps nor its count of packets."""

import pathlib
import sys

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent.parent))
from made import ACK, Capture, PSH, RST, Tcp, client_hello  # noqa: E402

c = Capture()

t = Tcp(c, "192.0.2.17", 40001, to=8934)
t.opens(0)
t.send(0.03, "phone", PSH | ACK, client_hello("hosted01.example.net"))
t.send(0.033, "server", ACK)
t.send(0.035, "server", RST | ACK, timestamps=False, ttl=63, ip_id=9)
# What the server itself says to a connection that is over for the phone.
t.send(0.05, "server", ACK)
t.send(0.0501, "phone", RST)
c.write()
