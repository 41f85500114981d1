#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Three phones of a kind start together and ask for the same names, at the same
intervals.  The log is one of theirs, and does not say which one's."""

import pathlib
import sys

HERE = pathlib.Path(__file__).resolve().parent
sys.path.insert(0, str(HERE.parent))
from made import Capture  # noqa: E402
from made_dns import A, SRV, a  # noqa: E402
from made_log import Log, Names, write  # noqa: E402

SERVICE = "_sips._tcp.example.com"
c, log = Capture(), Log(offset=-25200.3)
for k, (begin, told) in enumerate(((1, False), (2.7, True), (5.9, False))):
    names = Names(c, log if told else Log(), f"192.0.2.{17 + k}", seed=k)
    names.resolver.port += 1000 * k
    names.asks(begin + 0.037, "time.example.org", A,
               [a("time.example.org", "203.0.113.123")], ["203.0.113.123"])
    names.retries(begin + 0.611, "config.example.net", A, 3)
    names.asks(begin + 16.393, "firmware.example.net", A,
               [a("firmware.example.net", "198.51.100.81")],
               ["198.51.100.81"])
    names.retries(begin + 29.288, SERVICE, SRV, 3)
    names.retries(begin + 62.07, "config.example.net", A, 3)
log.line(0.5, "voice-line 1 begins")
log.line(90, "voice-line 1 waits")
write(c, log, HERE)
