#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""A reset in the server's name right after the ClientHello by a load balancer in
front of it: its TTL is another one, and nothing else."""

import pathlib
import sys

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent.parent))
from made import ACK, Capture, PSH, RST, Tcp, client_hello  # noqa: E402

c = Capture()

t = Tcp(c, "192.0.2.17", 40001, to=8934)
t.opens(0)
t.send(0.03, "phone", PSH | ACK, client_hello("hosted01.example.net"))
t.send(0.05, "server", RST | ACK, ttl=62)
c.write()
