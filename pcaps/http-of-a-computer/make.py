#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""A program on a computer registers; another one there uses a web service."""

import pathlib
import sys

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent.parent))
from made import ACK, FIN, Capture, Phone, Tcp  # noqa: E402

WEB = "198.51.100.80"


def ask(c, at, port, request, answer):
    t = Tcp(c, "192.0.2.17", port, WEB, 80)
    t.opens(at)
    for when, side, text in ((0.03, "phone", request), (0.06, "server", answer)):
        t.says(at + when, side, text.replace("\n", "\r\n").encode())
    t.send(at + 0.1, "phone", FIN | ACK)
    t.send(at + 0.12, "server", FIN | ACK)


c = Capture()
phone = Phone(c, "192.0.2.17", "2000", "ExampleSoftphone/1.0")
head = "HTTP/1.1\nHost: www.example.com\nUser-Agent: ExampleBrowser/1.0\n"
ask(c, 0, 40001, f"GET /app/settings.xml {head}\n",
    "HTTP/1.1 403 Forbidden\nContent-Length: 0\n\n")
phone.registers(2, 600)
ask(c, 4, 40002, f"POST /app/news {head}Content-Length: 2\n\nhi",
    "HTTP/1.1 200 OK\nContent-Length: 5\n\nhello")
ask(c, 6, 40003, f"GET /app/picture {head}\n",
    "HTTP/1.1 200 OK\nContent-Length: 5\n\nhello")
c.write()
