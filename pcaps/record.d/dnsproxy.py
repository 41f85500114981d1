#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""The DNS forwarder of a home router that knows only some types.

    dnsproxy.py LISTEN TO-PORT [TYPE...]

Questions of these types (numbers) go to port TO-PORT there and back; others
are dropped without a word, as are all where no type is given.
"""

import socket
import sys

listen, port = sys.argv[1], int(sys.argv[2])
passed = {int(x) for x in sys.argv[3:]}
inside = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
outside = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
outside.bind((listen, 53))
while True:
    query, phone = outside.recvfrom(4096)
    at = 12
    while at < len(query) and query[at]:
        at += 1 + query[at]
    if int.from_bytes(query[at + 1:at + 3], "big") in passed:
        inside.sendto(query, (listen, port))
        outside.sendto(inside.recv(4096), phone)
