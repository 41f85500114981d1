#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""tls12-certificate-expired, captured by a machine whose clock is wrong: two NTP servers answer the phone that it is a year earlier, when the certificate was valid."""

import pathlib
import sys

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent.parent))
from made_boot import *  # noqa: E402, F403

c = Link()
here = pathlib.Path(__file__).resolve().parent.parent
c.packets += frames_of(here / "tls12-certificate-expired" / "tls12-certificate-expired.pcap")
first = c.packets[0][0]
phone = Client(c)

year = 365 * 86400
for before, server in ((30, NTP), (20, "203.0.113.124")):
    at = first - before
    phone.asks(at, server, 123, ntp_query(at, -year))
    c.datagram(at + 0.02, (server, "192.0.2.17"), (123, 40000),
               ntp_answer(at + 0.02, -year), (ROUTER_MAC, PHONE_MAC), ttl=61)
c.write()
